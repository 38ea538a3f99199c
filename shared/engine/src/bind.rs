//! Binding: each credential, the company, the permissions and the scope are proven by experiment, before anything is
//! written.

use dingtalk::DingTalkError;
use dingtalk::client::{Client, CompanyProof, IssuedToken, TokenApi};
use directory::reason::{Reason, ReasonCode};
use directory::snapshot::AppScope;
use directory::{CorpId, DeptId, Field, FieldSet};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::ports::DingTalk as _;

/// Why a company was not bound: what was checked, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
#[serde(transparent)]
pub struct BindError {
    /// The reason; a check that failed has the step and its cause.
    pub reason: Reason,
}

impl BindError {
    /// The check `step` failed: DingTalk refused, or was not reached. The catalogue knows the steps.
    #[must_use]
    pub fn at_step(step: &str, err: &DingTalkError) -> Self {
        let reason = Reason::new(ReasonCode::BindingCheckFailed).text("step", step);
        Self::from(reason.cause(Reason::from(err)))
    }

    /// Trouble of our own state or vault while `what` was done, not of DingTalk's. The words are technical; they hold no
    /// value.
    #[must_use]
    pub fn from_state(what: &str, err: &dyn std::error::Error) -> Self {
        let cause = directory::text::describe_error(err);
        tracing::error!(what, reason = cause, "the state has a problem of its own");
        let reason = Reason::new(ReasonCode::MachineFailed);
        Self::from(reason.cause(Reason::stored_text(cause)))
    }

    /// Whether DingTalk has trouble of its own, or answers in a code that is in no list: asked again, it may pass. An
    /// address where nobody answers is wrong more often than not, and is none of these.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        let code = self.reason.inner().and_then(Reason::code);
        matches!(
            code,
            Some(
                ReasonCode::DingTalkBusy
                    | ReasonCode::DingTalkThrottled
                    | ReasonCode::DingTalkReplyMalformed
                    | ReasonCode::DingTalkUnrecognised
            )
        )
    }
}

impl From<Reason> for BindError {
    fn from(reason: Reason) -> Self {
        Self { reason }
    }
}

/// Proves AppKey and AppSecret by asking for an access token.
///
/// # Errors
/// [`BindError`] with the refusal, or whatever kept DingTalk from answering.
pub async fn prove_credentials(
    api: &TokenApi,
    app_key: &str,
    secret: &SecretString,
) -> Result<IssuedToken, BindError> {
    api.issue_token(app_key, secret)
        .await
        .map_err(|err| BindError::at_step("credentials", &err))
}

/// Proves that the app belongs to the company. `false`: this server has no way to prove it, and the first event will.
///
/// # Errors
/// [`BindError`].
pub async fn prove_company(
    api: &TokenApi,
    corp: &CorpId,
    app_key: &str,
    secret: &SecretString,
) -> Result<bool, BindError> {
    match api.prove_company(corp, app_key, secret).await {
        Ok(CompanyProof::Proven) => Ok(true),
        Ok(CompanyProof::Unprovable) => Ok(false),
        Err(err) => Err(BindError::at_step("company", &err)),
    }
}

/// Proves that departments, members and single people can be read, and what of them is shown.
///
/// At the first binding every field must be shown: a hidden one would stay empty in the eHR without anybody knowing why.
///
/// # Errors
/// [`BindError`]: a missing permission, a hidden field, an empty scope, or whatever kept DingTalk from answering.
pub async fn prove_permissions(client: &Client, app_key: &str) -> Result<AppScope, BindError> {
    let refused = |step: &'static str| move |err: DingTalkError| BindError::at_step(step, &err);
    let scope = client.read_scope().await.map_err(refused("scope"))?;
    let Some(root) = scope
        .departments
        .iter()
        .find_map(directory::NativeId::to_dept_id)
    else {
        return Err(BindError::from(Reason::new(ReasonCode::BindingScopeEmpty)));
    };
    let root = if scope.whole_company {
        DeptId::ROOT
    } else {
        root
    };
    client
        .list_sub_departments(root)
        .await
        .map_err(refused("departments"))?;
    client
        .list_members(root, 0, scope.fields)
        .await
        .map_err(refused("members"))?;
    client.head_count().await.map_err(refused("head-count"))?;
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
            let link = format!(
                "https://open-dev.dingtalk.com/appscope/apply?content={app_key}%23{permission}"
            );
            let reason = Reason::new(ReasonCode::BindingFieldHidden)
                .field("field", field)
                .text("permission", label)
                .text("link", link);
            return Err(BindError::from(reason));
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
        let expected = Reason::new(ReasonCode::BindingFieldHidden)
            .field("field", Field::Mobile)
            .text("permission", "企业员工手机号信息")
            .text(
                "link",
                "https://open-dev.dingtalk.com/appscope/apply?content=dingabc%23fieldMobile",
            );
        assert_eq!(refusal.reason, expected);
        assert!(check_fields_shown(FieldSet::PERSON, "dingabc").is_ok());
    }
}
