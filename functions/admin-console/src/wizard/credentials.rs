//! What can be said about credentials before DingTalk is asked.

use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk_port::CredentialInput;

/// Longest text of a credential.
const LENGTH_MAX: usize = 200;

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialField {
    /// CorpId.
    CorpId,
    /// AgentId.
    AgentId,
    /// AppKey.
    AppKey,
    /// AppSecret.
    AppSecret,
}

/// What is wrong with a typed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialFault {
    /// Nothing was typed.
    Missing,
    /// It has spaces or line breaks inside, or is far too long: something else was pasted.
    NotAValue,
    /// A CorpId begins with `ding`.
    NotACorpId,
    /// An AgentId is a number.
    NotANumber,
    /// AppKey and AppSecret are the same text: one of them was pasted twice.
    SameAsKey,
}

impl CredentialFault {
    /// The id of its text in the catalogue.
    #[must_use]
    pub fn text_id(self) -> &'static str {
        match self {
            Self::Missing => "wizard-credential-missing",
            Self::NotAValue => "wizard-credential-not-a-value",
            Self::NotACorpId => "wizard-credential-not-a-corp-id",
            Self::NotANumber => "wizard-credential-not-a-number",
            Self::SameAsKey => "wizard-credential-same-as-key",
        }
    }
}

/// What is wrong with each field; empty if DingTalk can be asked. Spaces around a value do not matter.
#[must_use]
pub fn check_credentials(input: &CredentialInput) -> Vec<(CredentialField, CredentialFault)> {
    let secret = input.app_secret.expose_secret();
    let values = [
        (CredentialField::CorpId, input.corp_id.as_str()),
        (CredentialField::AgentId, &input.agent_id),
        (CredentialField::AppKey, &input.app_key),
        (CredentialField::AppSecret, secret),
    ];
    let mut faults: Vec<_> = values
        .into_iter()
        .filter_map(|(field, value)| check_value(field, value.trim()).map(|fault| (field, fault)))
        .collect();
    let is_pasted_twice = !secret.trim().is_empty() && secret.trim() == input.app_key.trim();
    if is_pasted_twice {
        faults.push((CredentialField::AppSecret, CredentialFault::SameAsKey));
    }
    faults
}

fn check_value(field: CredentialField, value: &str) -> Option<CredentialFault> {
    if value.is_empty() {
        return Some(CredentialFault::Missing);
    }
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || !c.is_ascii();
    if value.len() > LENGTH_MAX || value.contains(is_odd) {
        return Some(CredentialFault::NotAValue);
    }
    match field {
        CredentialField::CorpId if !value.starts_with("ding") => Some(CredentialFault::NotACorpId),
        CredentialField::AgentId if value.parse::<u64>().is_err() => {
            Some(CredentialFault::NotANumber)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(corp_id: &str, agent_id: &str, app_key: &str, app_secret: &str) -> CredentialInput {
        CredentialInput {
            corp_id: corp_id.to_owned(),
            agent_id: agent_id.to_owned(),
            app_key: app_key.to_owned(),
            app_secret: app_secret.into(),
        }
    }

    #[test]
    fn what_cannot_be_right_is_named_before_dingtalk_is_asked() {
        use CredentialFault as Fault;
        use CredentialField as Name;
        for (typed, faults) in [
            (input(" ding1 ", "12", "key", "secret"), vec![]),
            (
                input("", "12", "key", "secret"),
                vec![(Name::CorpId, Fault::Missing)],
            ),
            (
                input("12345", "12", "key", "secret"),
                vec![(Name::CorpId, Fault::NotACorpId)],
            ),
            (
                input("ding1", "ding1", "key", "secret"),
                vec![(Name::AgentId, Fault::NotANumber)],
            ),
            (
                input("ding1", "12", "my key", "secret"),
                vec![(Name::AppKey, Fault::NotAValue)],
            ),
            (
                input("ding1", "12", "密钥", "secret"),
                vec![(Name::AppKey, Fault::NotAValue)],
            ),
            (
                input("ding1", "12", "key", "key"),
                vec![(Name::AppSecret, Fault::SameAsKey)],
            ),
        ] {
            assert_eq!(check_credentials(&typed), faults, "{typed:?}");
        }
    }

    #[test]
    fn what_is_typed_is_not_in_debug_output() {
        let shown = format!("{:?}", input("ding1", "12", "key", "very-secret"));
        assert!(!shown.contains("very-secret"), "{shown}");
    }
}
