//! Binding: each credential, the company, the permissions and the scope are proven by experiment, before anything is
//! written.

use dingtalk::client::{Client, CompanyProof, IssuedToken, TokenApi};
use dingtalk::{Error, Trouble};
use directory::snapshot::Scope;
use directory::text::with_causes;
use directory::{CorpId, DeptId, Field, FieldSet};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::ports::DingTalk as _;

/// Why a binding was refused: one clear sentence, its cause, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}: {why}. {remedy}")]
pub struct Refusal {
    /// One word for programs, for example `credentials_refused`.
    pub code: String,
    /// What was being done.
    pub what: String,
    /// What went wrong.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl Refusal {
    /// A refusal in our own words.
    #[must_use]
    pub fn new(code: &str, what: &str, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code: code.to_owned(), what: what.to_owned(), why: why.into(), remedy: remedy.into() }
    }

    /// DingTalk refused, or was not reached, while `what` was done. The cause is repeated down to the network's words.
    #[must_use]
    pub fn from_dingtalk(what: &str, err: &Error) -> Self {
        let why = with_causes(err);
        let remedy = match &err.trouble {
            Trouble::Unreachable { .. } => {
                "Check the address and that this machine may reach it; nothing was written".to_owned()
            }
            _ => sentence(&err.advice()),
        };
        Self::new(err.trouble.key(), what, why, remedy)
    }
}

fn sentence(advice: &str) -> String {
    let mut letters = advice.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Proves AppKey and AppSecret by asking for an access token.
///
/// # Errors
/// [`Refusal`] `credentials_refused` or whatever kept DingTalk from answering.
pub async fn credentials(api: &TokenApi, app_key: &str, secret: &SecretString) -> Result<IssuedToken, Refusal> {
    api.issue(app_key, secret).await.map_err(|err| Refusal::from_dingtalk("checking AppKey and AppSecret", &err))
}

/// Proves that the app belongs to the company. `false`: this server has no way to prove it, and the first event will.
///
/// # Errors
/// [`Refusal`] `company_refused`.
pub async fn company(api: &TokenApi, corp: &CorpId, app_key: &str, secret: &SecretString) -> Result<bool, Refusal> {
    match api.prove_company(corp, app_key, secret).await {
        Ok(CompanyProof::Proven) => Ok(true),
        Ok(CompanyProof::Unprovable) => Ok(false),
        Err(err) => Err(Refusal::from_dingtalk("proving that the app belongs to the company", &err)),
    }
}

/// Proves that departments, members and single people can be read, and what of them is shown.
///
/// At the first binding every field must be shown: a hidden one would stay empty in the eHR without anybody knowing why.
///
/// # Errors
/// [`Refusal`] `permission_missing`, `field_hidden`, `scope_empty` or whatever kept DingTalk from answering.
pub async fn permissions(client: &Client, app_key: &str) -> Result<Scope, Refusal> {
    let refused = |what: &'static str| move |err: Error| Refusal::from_dingtalk(what, &err);
    let scope = client.scope().await.map_err(refused("asking what the app may see"))?;
    let Some(root) = scope.departments.iter().find_map(directory::NativeId::to_dept_id) else {
        let why = "the app's contact scope contains no department";
        let remedy =
            "Set the contact scope in the developer console under 权限管理 to the whole company or to departments";
        return Err(Refusal::new("scope_empty", "checking the contact scope", why, remedy));
    };
    let root = if scope.whole_company { DeptId::ROOT } else { root };
    client.sub_departments(root).await.map_err(refused("reading departments"))?;
    client.members(root, 0, scope.fields).await.map_err(refused("reading the members of a department"))?;
    client.head_count().await.map_err(refused("counting people"))?;
    fields(scope.fields, app_key)?;
    Ok(scope)
}

/// Fields that a field permission governs (`dingtalk-api.md` §3.0); the code names are not confirmed there.
const GOVERNED: [(Field, &str, &str); 2] =
    [(Field::Mobile, "fieldMobile", "企业员工手机号信息"), (Field::Email, "fieldEmail", "邮箱等个人信息")];

fn fields(shown: FieldSet, app_key: &str) -> Result<(), Refusal> {
    for (field, permission, label) in GOVERNED {
        if !shown.contains(field) {
            let why = format!("DingTalk does not show the field {} to this app", field.key());
            let link = format!("https://open-dev.dingtalk.com/appscope/apply?content={app_key}%23{permission}");
            let remedy = format!("Grant the permission {label} ({link}), then bind again; nothing was written");
            return Err(Refusal::new("field_hidden", "checking which fields are shown", why, remedy));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_mobile_is_named_with_its_permission() {
        let refusal = fields(FieldSet::PERSON.without(FieldSet::of(&[Field::Mobile])), "dingabc").unwrap_err();
        assert_eq!(refusal.code, "field_hidden");
        assert!(refusal.remedy.contains("企业员工手机号信息") && refusal.remedy.contains("dingabc%23fieldMobile"));
        assert!(fields(FieldSet::PERSON, "dingabc").is_ok());
    }
}
