//! Binding: each credential, the company, the permissions and the scope are proven by experiment, before anything is
//! written.

use dingtalk::client::{Client, CompanyProof, IssuedToken, TokenApi};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::snapshot::AppScope;
use directory::text::describe_error;
use directory::{CorpId, DeptId, Field, FieldSet};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::ports::DingTalk as _;

/// Why a binding was refused: one clear sentence, its cause, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}: {why}. {remedy}")]
pub struct BindError {
    /// One word for programs, for example `credentials_refused`.
    pub code: String,
    /// What was being done.
    pub what: String,
    /// What went wrong.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl BindError {
    /// A refusal in our own words.
    #[must_use]
    pub fn new(code: &str, what: &str, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            what: what.to_owned(),
            why: why.into(),
            remedy: remedy.into(),
        }
    }

    /// Trouble of our own state or vault while `what` was done, not of DingTalk's.
    #[must_use]
    pub fn from_state(what: &str, err: &dyn std::error::Error) -> Self {
        let why = describe_error(err);
        let remedy = "Run it again; what was done so far is kept";
        Self::new("state_trouble", what, why, remedy)
    }

    /// DingTalk refused, or was not reached, while `what` was done. The cause is repeated down to the network's words.
    #[must_use]
    pub fn from_dingtalk(what: &str, err: &DingTalkError) -> Self {
        let why = describe_error(err);
        let remedy = match &err.trouble {
            DingTalkErrorKind::Unreachable { .. } => {
                "Check the address and that this machine may reach it; nothing was written"
                    .to_owned()
            }
            _ => to_sentence(&err.advice()),
        };
        Self::new(err.trouble.counter_key(), what, why, remedy)
    }
}

fn to_sentence(advice: &str) -> String {
    let mut letters = advice.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Proves AppKey and AppSecret by asking for an access token.
///
/// # Errors
/// [`BindError`] `credentials_refused` or whatever kept DingTalk from answering.
pub async fn prove_credentials(
    api: &TokenApi,
    app_key: &str,
    secret: &SecretString,
) -> Result<IssuedToken, BindError> {
    api.issue_token(app_key, secret)
        .await
        .map_err(|err| BindError::from_dingtalk("checking AppKey and AppSecret", &err))
}

/// Proves that the app belongs to the company. `false`: this server has no way to prove it, and the first event will.
///
/// # Errors
/// [`BindError`] `company_refused`.
pub async fn prove_company(
    api: &TokenApi,
    corp: &CorpId,
    app_key: &str,
    secret: &SecretString,
) -> Result<bool, BindError> {
    match api.prove_company(corp, app_key, secret).await {
        Ok(CompanyProof::Proven) => Ok(true),
        Ok(CompanyProof::Unprovable) => Ok(false),
        Err(err) => Err(BindError::from_dingtalk(
            "proving that the app belongs to the company",
            &err,
        )),
    }
}

/// Proves that departments, members and single people can be read, and what of them is shown.
///
/// At the first binding every field must be shown: a hidden one would stay empty in the eHR without anybody knowing why.
///
/// # Errors
/// [`BindError`] `permission_missing`, `field_hidden`, `scope_empty` or whatever kept DingTalk from answering.
pub async fn prove_permissions(client: &Client, app_key: &str) -> Result<AppScope, BindError> {
    let refused =
        |what: &'static str| move |err: DingTalkError| BindError::from_dingtalk(what, &err);
    let scope = client
        .read_scope()
        .await
        .map_err(refused("asking what the app may see"))?;
    let Some(root) = scope
        .departments
        .iter()
        .find_map(directory::NativeId::to_dept_id)
    else {
        let why = "the app's contact scope contains no department";
        let remedy = "Set the contact scope in the developer console under 权限管理 to the whole company or to departments";
        return Err(BindError::new(
            "scope_empty",
            "checking the contact scope",
            why,
            remedy,
        ));
    };
    let root = if scope.whole_company {
        DeptId::ROOT
    } else {
        root
    };
    client
        .list_sub_departments(root)
        .await
        .map_err(refused("reading departments"))?;
    client
        .list_members(root, 0, scope.fields)
        .await
        .map_err(refused("reading the members of a department"))?;
    client
        .head_count()
        .await
        .map_err(refused("counting people"))?;
    check_fields_shown(scope.fields, app_key)?;
    Ok(scope)
}

/// Fields that a field permission governs; the code names are not confirmed.
const GOVERNED: [(Field, &str, &str); 2] = [
    (Field::Mobile, "fieldMobile", "企业员工手机号信息"),
    (Field::Email, "fieldEmail", "邮箱等个人信息"),
];

fn check_fields_shown(shown: FieldSet, app_key: &str) -> Result<(), BindError> {
    for (field, permission, label) in GOVERNED {
        if !shown.contains(field) {
            let why = format!(
                "DingTalk does not show the field {} to this app",
                field.key()
            );
            let link = format!(
                "https://open-dev.dingtalk.com/appscope/apply?content={app_key}%23{permission}"
            );
            let remedy = format!(
                "Grant the permission {label} ({link}), then bind again; nothing was written"
            );
            return Err(BindError::new(
                "field_hidden",
                "checking which fields are shown",
                why,
                remedy,
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_mobile_is_named_with_its_permission() {
        let refusal = check_fields_shown(
            FieldSet::PERSON.without(FieldSet::of_fields(&[Field::Mobile])),
            "dingabc",
        )
        .unwrap_err();
        assert_eq!(refusal.code, "field_hidden");
        assert!(
            refusal.remedy.contains("企业员工手机号信息")
                && refusal.remedy.contains("dingabc%23fieldMobile")
        );
        assert!(check_fields_shown(FieldSet::PERSON, "dingabc").is_ok());
    }
}
