//! How far a binding is.

use std::collections::BTreeSet;

use directory::BindingId;
use serde::{Deserialize, Serialize};

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BindingStep {
    /// AppKey and AppSecret, by asking for a token.
    ProveCredentials,
    /// That the app belongs to the company.
    ProveCompany,
    /// That departments, members and every governed field can be read.
    ProvePermissions,
    /// Credentials, keys and callback keys, into the vault.
    StoreSecrets,
    /// The binding, into `control`.
    StoreBinding,
    /// A token of this app in the place of whatever is stored.
    RenewToken,
}

impl BindingStep {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [
        Self::ProveCredentials,
        Self::ProveCompany,
        Self::ProvePermissions,
        Self::StoreSecrets,
        Self::StoreBinding,
        Self::RenewToken,
    ];
}

/// What is done of a binding. Kept in `control`; nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingProgress {
    /// The id that the binding has, or will have.
    pub binding: BindingId,
    /// The app and the DingTalk that the steps were done for: AppKey, a hash of the AppSecret, AgentId, addresses.
    pub fingerprint: String,
    /// What is done of this round.
    #[serde(default)]
    pub done: BTreeSet<BindingStep>,
    /// The credentials that were stored last, by their fingerprint; they are not read back.
    #[serde(default)]
    pub stored_credentials: Option<String>,
}

impl BindingProgress {
    /// The progress of a new round: what an earlier one left undone goes on if it was for the same app and DingTalk, and
    /// everything is done again if that one came to its end or was for another.
    pub(super) fn take_up(binding: BindingId, fingerprint: String, kept: Option<Self>) -> Self {
        let kept = kept.filter(|kept| kept.binding == binding);
        let stored_credentials = kept
            .as_ref()
            .and_then(|kept| kept.stored_credentials.clone());
        let unfinished =
            kept.filter(|kept| kept.fingerprint == fingerprint && kept.next_step().is_some());
        Self {
            binding,
            fingerprint,
            done: unfinished.map(|kept| kept.done).unwrap_or_default(),
            stored_credentials,
        }
    }

    /// The first step that is not done; `None`: all are.
    #[must_use]
    pub fn next_step(&self) -> Option<BindingStep> {
        BindingStep::ALL
            .into_iter()
            .find(|step| !self.done.contains(step))
    }

    pub(super) fn mark_done(&mut self, step: BindingStep) {
        self.done.insert(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(done: &[BindingStep]) -> BindingProgress {
        BindingProgress {
            binding: "b-1".parse().unwrap(),
            fingerprint: "key#1".to_owned(),
            done: done.iter().copied().collect(),
            stored_credentials: Some("key#1".to_owned()),
        }
    }

    fn take_up(fingerprint: &str, kept: BindingProgress) -> BindingProgress {
        BindingProgress::take_up("b-1".parse().unwrap(), fingerprint.to_owned(), Some(kept))
    }

    #[test]
    fn an_unfinished_round_goes_on_and_a_finished_one_begins_again() {
        let half = progress(&BindingStep::ALL[..3]);
        assert_eq!(
            take_up("key#1", half.clone()).next_step(),
            Some(BindingStep::StoreSecrets)
        );
        let whole = progress(&BindingStep::ALL);
        assert_eq!(
            take_up("key#1", whole.clone()).next_step(),
            Some(BindingStep::ProveCredentials)
        );
        let other_app = take_up("key#2", half);
        assert_eq!(
            other_app.next_step(),
            Some(BindingStep::ProveCredentials),
            "what was proven of another app proves nothing"
        );
        assert_eq!(other_app.stored_credentials.as_deref(), Some("key#1"));
    }

    #[test]
    fn progress_is_read_back_and_an_older_one_too() {
        let half = progress(&[BindingStep::ProveCompany]);
        let text = serde_json::to_string(&half).unwrap();
        assert!(text.contains("prove-company"), "{text}");
        assert_eq!(
            serde_json::from_str::<BindingProgress>(&text).unwrap(),
            half
        );
        let older = r#"{"binding":"b-1","fingerprint":"key#1"}"#;
        let read: BindingProgress = serde_json::from_str(older).unwrap();
        assert_eq!(read.next_step(), Some(BindingStep::ProveCredentials));
    }
}
