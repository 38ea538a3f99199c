//! Templates: those that somebody sees, and those that somebody manages.

use directory::UserId;
use serde::Deserialize;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{LenientNumber, RawRows};
use super::super::rows::{ResultOf, RowPage, need_text, read_rows};
use crate::error::{DingTalkError, ReplyFault};

const VISIBLE: &str = "workflow/userVisibilities/templates";
const MANAGED: &str = "workflow/managements/templates";
const PAGE: i64 = 100;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalTemplate {
    /// `PROC-…`.
    pub process_code: String,
    /// Its name.
    pub name: String,
}

/// A page of templates.
pub type TemplatesPage = RowPage<ApprovalTemplate>;

/// A template, as an administrator of OA approval sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedTemplate {
    /// `PROC-…`.
    pub process_code: String,
    /// Its name.
    pub name: String,
    /// `attendanceType`: 0 none, 1 补卡, 2 请假; `None` where it is not said.
    pub attendance_type: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VisiblePage {
    process_list: RawRows,
    next_token: Option<LenientNumber>,
}

impl Client {
    /// A page of all templates, 100 at most; the first one begins at 0.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::DingTalkErrorKind::Malformed) for a token that does not grow.
    pub async fn list_templates(&self, token: i64) -> Result<TemplatesPage, DingTalkError> {
        let query = vec![
            ("maxResults", PAGE.to_string()),
            ("nextToken", token.to_string()),
        ];
        let path = "/v1.0/workflow/processes/userVisibilities/templates";
        let answer: ResultOf<VisiblePage> = self
            .call_api(&ApiCall::get_new(VISIBLE, path, query))
            .await?;
        let next = answer.result.next_token.map(|next| next.0);
        if next.is_some_and(|next| next <= token) {
            return Err(
                self.malformed_answer(VISIBLE, ReplyFault::Endless("a token that does not grow"))
            );
        }
        let (rows, odd) = read_rows(&answer.result.process_list, |row| {
            let (name, code) = (need_text(row, "name"), need_text(row, "processCode"));
            Some(ApprovalTemplate {
                process_code: code?,
                name: name?,
            })
        });
        Ok(RowPage { rows, odd, next })
    }

    /// Every template that this administrator manages, with what it means for attendance.
    ///
    /// # Errors
    /// What any call can meet, and DingTalk's refusal of somebody without rights to OA approval.
    pub async fn list_managed_templates(
        &self,
        acting_admin: &UserId,
    ) -> Result<RowPage<ManagedTemplate>, DingTalkError> {
        let query = vec![("userId", acting_admin.as_str().to_owned())];
        let path = "/v1.0/workflow/processes/managements/templates";
        let answer: ResultOf<RawRows> = self
            .call_api(&ApiCall::get_new(MANAGED, path, query))
            .await?;
        let rows = read_rows(&answer.result, |row| {
            let (name, code) = (need_text(row, "flowTitle"), need_text(row, "processCode"));
            let attendance = row.number("attendanceType");
            Some(ManagedTemplate {
                process_code: code?,
                name: name?,
                attendance_type: attendance.into_option(),
            })
        });
        Ok(RowPage::whole(rows))
    }
}
