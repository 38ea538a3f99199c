//! Apps, forms and their fields.

use serde::Deserialize;
use serde_json::json;

use super::Client;
use super::interface::{APP_LIST, FORM_LIST, Interface, WIDGET_LIST};
use super::send::malformed;
use crate::error::JiandaoyunError;
use crate::wire::FormLayout;

/// Entries of a list of apps or forms in one call. UNCONFIRMED which is the most; clients use 100.
const PAGE: usize = 100;
/// Pages after which a list that never ends is given up.
const PAGES_MAX: usize = 100;

/// An app that the key is granted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct App {
    /// Its id.
    pub app_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// A form of an app.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Form {
    /// Its id.
    pub entry_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

#[derive(Deserialize)]
struct AppsBody {
    apps: Vec<App>,
}

#[derive(Deserialize)]
struct FormsBody {
    forms: Vec<Form>,
}

impl Client {
    /// The apps that the key is granted.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn list_apps(&self) -> Result<Vec<App>, JiandaoyunError> {
        let mut apps = Vec::new();
        for page in 0..PAGES_MAX {
            let body = json!({ "skip": page * PAGE, "limit": PAGE });
            let answer: AppsBody = self.call(APP_LIST, &body).await?;
            let last = answer.apps.len() < PAGE;
            apps.extend(answer.apps);
            if last {
                return Ok(apps);
            }
        }
        Err(endless(APP_LIST))
    }

    /// The forms of an app.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn list_forms(&self, app_id: &str) -> Result<Vec<Form>, JiandaoyunError> {
        let mut forms = Vec::new();
        for page in 0..PAGES_MAX {
            let body = json!({ "app_id": app_id, "skip": page * PAGE, "limit": PAGE });
            let answer: FormsBody = self.call(FORM_LIST, &body).await?;
            let last = answer.forms.len() < PAGE;
            forms.extend(answer.forms);
            if last {
                return Ok(forms);
            }
        }
        Err(endless(FORM_LIST))
    }

    /// The fields of a form, and the stamp of its last change.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn read_layout(
        &self,
        app_id: &str,
        entry_id: &str,
    ) -> Result<FormLayout, JiandaoyunError> {
        let body = json!({ "app_id": app_id, "entry_id": entry_id });
        let answer = self.call_raw(WIDGET_LIST, &body).await?;
        FormLayout::parse(&answer).ok_or_else(|| malformed(WIDGET_LIST, "no list of fields"))
    }
}

fn endless(interface: Interface) -> JiandaoyunError {
    malformed(interface, "the list does not end")
}
