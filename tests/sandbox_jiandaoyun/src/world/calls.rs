//! A call: its limit, its key, its interface.

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Fault, World};

/// What the caller gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// HTTP 200.
    Done(Value),
    /// HTTP 400 with a code.
    Refused(i64, String),
    /// A gateway's page.
    Page(u16),
    /// Carried out, and the connection breaks.
    Lost,
}

/// Which calls a second an interface takes.
fn rate_of(path: &str) -> Option<usize> {
    Some(match path {
        "/v5/app/list"
        | "/v5/app/entry/list"
        | "/v5/app/entry/widget/list"
        | "/v5/app/entry/data/get"
        | "/v5/app/entry/data/list" => 30,
        "/v5/app/entry/data/create" | "/v5/app/entry/data/update" | "/v5/app/entry/data/delete" => {
            20
        }
        "/v5/app/entry/data/batch_create"
        | "/v5/app/entry/data/batch_delete"
        | "/v6/corp/department/list"
        | "/v6/corp/department/create"
        | "/v6/corp/department/update"
        | "/v5/corp/department/delete" => 10,
        _ => return None,
    })
}

impl World {
    /// Answers a call at `now`, in milliseconds since the epoch.
    pub(crate) fn answer(
        &mut self,
        now: i64,
        path: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> Answer {
        let Some(rate) = rate_of(path) else {
            return Answer::Page(404);
        };
        let fault = self.take_fault(path);
        let limits = (self.settings.tenant_calls_per_second, rate);
        let done = match self.log.count_arrival(now, path, limits) {
            Some(code) => Err(Refusal(code)),
            None => self.carry_out(now, path, key, body, fault),
        };
        let sent = String::from_utf8_lossy(body);
        self.log
            .add(now, path, done.as_ref().err().map(|refusal| refusal.0));
        match (fault, done) {
            (Some(Fault::LoseAnswer), Ok(_)) => Answer::Lost,
            (Some(Fault::GatewayPage(status)), _) => Answer::Page(status),
            (_, Ok(answer)) => Answer::Done(answer),
            (_, Err(refusal)) => Answer::Refused(refusal.0, refusal.text(&sent)),
        }
    }

    fn take_fault(&mut self, path: &str) -> Option<Fault> {
        let at = self
            .faults
            .iter()
            .position(|(planned, _)| planned == path)?;
        self.faults.remove(at).map(|(_, fault)| fault)
    }

    fn carry_out(
        &mut self,
        now: i64,
        path: &str,
        key: Option<&str>,
        body: &[u8],
        fault: Option<Fault>,
    ) -> Result<Value, Refusal> {
        match fault {
            Some(Fault::Refuse(code)) => return Err(Refusal(code)),
            // The gateway did not pass it on.
            Some(Fault::GatewayPage(_)) => return Ok(Value::Null),
            Some(Fault::RevokeKeys) => self.revoke_keys(),
            Some(Fault::LoseAnswer | Fault::Pass) | None => {}
        }
        let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::REQUEST)?;
        self.check_key(key, body.get("app_id").and_then(Value::as_str))?;
        match path {
            "/v5/app/list" => Ok(self.list_apps(&body, key)),
            "/v5/app/entry/list" => self.list_forms(&body),
            "/v5/app/entry/widget/list" => self.list_widgets(&body),
            "/v5/app/entry/data/get" => self.get_row(&body),
            "/v5/app/entry/data/list" => self.list_rows(&body),
            "/v5/app/entry/data/create" => self.create_row(now, &body),
            "/v5/app/entry/data/batch_create" => self.batch_create(now, &body),
            "/v5/app/entry/data/update" => self.update_row(now, &body),
            "/v5/app/entry/data/delete" => self.delete_row(now, &body),
            "/v6/corp/department/list" => self.list_departments(&body),
            "/v6/corp/department/create" => self.create_department(&body),
            "/v6/corp/department/update" => self.update_department(&body),
            "/v5/corp/department/delete" => self.delete_department(&body),
            _ => Err(Refusal::REQUEST),
        }
    }

    fn check_key(&self, key: Option<&str>, app: Option<&str>) -> Result<(), Refusal> {
        let key = key
            .and_then(|key| self.keys.get(key))
            .ok_or(Refusal(8301))?;
        if key.is_revoked {
            return Err(Refusal(17018));
        }
        match (&key.apps, app) {
            (Some(apps), Some(app)) if !apps.contains(app) => Err(Refusal(17053)),
            _ => Ok(()),
        }
    }

    fn list_apps(&self, body: &Value, key: Option<&str>) -> Value {
        let granted = key
            .and_then(|key| self.keys.get(key))
            .and_then(|key| key.apps.as_ref());
        let apps = self
            .apps
            .iter()
            .filter(|(id, _)| granted.is_none_or(|apps| apps.contains(*id)));
        let apps = apps.map(|(id, app)| json!({ "app_id": id, "name": app.name }));
        json!({ "apps": part(apps, body) })
    }

    fn list_forms(&self, body: &Value) -> Result<Value, Refusal> {
        let app_id = text(body, "app_id")?;
        let app = self.apps.get(app_id).ok_or(Refusal(2004))?;
        let forms = app.forms.values().map(
            |form| json!({ "app_id": form.app_id, "entry_id": form.entry_id, "name": form.name }),
        );
        Ok(json!({ "forms": part(forms, body) }))
    }

    fn list_widgets(&self, body: &Value) -> Result<Value, Refusal> {
        let form = self.form(text(body, "app_id")?, text(body, "entry_id")?)?;
        let widgets: Vec<Value> = form
            .widgets
            .iter()
            .map(|widget| widget.to_json(&self.settings))
            .collect();
        Ok(json!({
            "widgets": widgets,
            "sysWidgets": [{ "name": "createTime" }, { "name": "updateTime" }],
            "dataModifyTime": super::form::instant(form.data_modified),
        }))
    }
}

/// A text that has to be there.
pub(crate) fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    body.get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or(Refusal::REQUEST)
}

fn part(entries: impl Iterator<Item = Value>, body: &Value) -> Vec<Value> {
    let number = |name: &str| {
        body.get(name)?
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
    };
    let (skip, limit) = (number("skip").unwrap_or(0), number("limit").unwrap_or(10));
    entries.skip(skip).take(limit).collect()
}
