//! What only the person can change in DingTalk: they are asked, once, and the field waits.
//!
//! Level-triggered like everything else: whoever is looked at and waits is asked, and the message's id is made of person,
//! field and wanted value, so that it is one message however often. The words name no number.

use std::collections::BTreeSet;

use directory::decide::Decision;
use directory::hash::FieldHash;
use directory::link::LinkWait;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, Link, LinkId, UserId};
use state::outbox::batch::{OutboxBatch, OutboxPhase};
use state::outbox::{ComposeError, MessageContent, MessageDraft, compose_message};
use state::store::ControlKind;
use state::vault::SecretError;
use state::{Binding, Queue, StoreError};

use crate::{CorpEngines, Run};

/// Who has waited for longer is not asked any more: the message of the first time is remembered for thirty days, and nobody
/// is to see it twice.
const ASKED_WITHIN_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Somebody who is to be asked for a change that no program can make.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmployeeAsk {
    /// Whose link.
    pub link: LinkId,
    /// What they are to change.
    pub field: Field,
    /// Keyed hash of what it is to be.
    pub value: FieldHash,
    /// Who reads the message.
    pub to: UserId,
}

impl EmployeeAsk {
    /// The message's id: the same person and the same wanted value are the same message.
    fn message_id(&self) -> String {
        let value: String = self
            .value
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("ask-{}-{value}", self.link)
    }
}

/// Why somebody was not asked; the next look asks.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The binding's secret could not be read.
    #[error("the binding's secret could not be read")]
    Secret(#[from] SecretError),
    /// Whether they were asked could not be read.
    #[error("the messages could not be read")]
    State(#[from] StoreError),
    /// The message was not stored or not queued.
    #[error("the message could not be put into the outbox")]
    Compose(#[from] ComposeError),
}

impl From<&AskError> for Reason {
    fn from(err: &AskError) -> Self {
        match err {
            AskError::Secret(err) => Self::new(ReasonCode::BindingUnreadable)
                .text("part", "secret")
                .cause(Self::from(err)),
            AskError::State(err) => Self::from(err),
            AskError::Compose(err) => Self::from(err),
        }
    }
}

impl Run<'_> {
    /// Notes whom to ask, where something waits for the person. A preview asks nobody.
    pub(crate) fn note_ask(&self, decision: &Decision, stored: &Link) {
        let link = match decision {
            Decision::Settle(settled) => &settled.link,
            Decision::Write(item) => &item.link,
            Decision::Waits(_) => stored,
            Decision::Nothing
            | Decision::Quarantine(_)
            | Decision::Missing(_)
            | Decision::Unmatched(_) => return,
        };
        let to = link.dingtalk.as_ref().and_then(|id| id.to_user_id().ok());
        let (Some(to), None) = (to, &self.preview) else {
            return;
        };
        let writable = self.engine.dingtalk.writable(link.kind);
        let waits_for_them = |wait: &&LinkWait| {
            let young = self.now().millis().saturating_sub(wait.since.millis()) < ASKED_WITHIN_MS;
            young && wait.field == Some(Field::Mobile) && !writable.update.contains(Field::Mobile)
        };
        for wait in link.waits.iter().filter(waits_for_them) {
            let ask = EmployeeAsk {
                link: link.id,
                field: Field::Mobile,
                value: wait.value,
                to: to.clone(),
            };
            self.tally(|tally| _ = tally.asks.insert(ask));
        }
    }

    pub(crate) fn take_asks(&self) -> Vec<EmployeeAsk> {
        let mut asks = BTreeSet::new();
        self.tally(|tally| asks = std::mem::take(&mut tally.asks));
        asks.into_iter().collect()
    }
}

impl CorpEngines {
    /// Puts a message for each into the outbox, unless it was there before; how many were put there.
    ///
    /// # Errors
    /// [`AskError`]; who was asked before it stays so.
    pub async fn send_asks(
        &self,
        binding: &Binding,
        asks: &[EmployeeAsk],
        outbox: &dyn Queue,
    ) -> Result<usize, AskError> {
        if asks.is_empty() {
            return Ok(0);
        }
        let key = self.secrets.get_keys(&binding.id).await?.seal_key();
        let mut asked = 0;
        for ask in asks {
            let id = ask.message_id();
            let batch = format!("{id}.0000");
            let known = self
                .store
                .get_control::<OutboxBatch>(&binding.corp_id, ControlKind::Message, &batch)
                .await?;
            // One that is still new may have been stored and not queued.
            if known.is_some_and(|known| known.body.phase != OutboxPhase::New) {
                continue;
            }
            let people = BTreeSet::from([ask.to.clone()]);
            let draft = MessageDraft {
                binding,
                id: &id,
                people: &people,
                content: MessageContent::catalogued(Reason::new(
                    ReasonCode::MessageChangeYourMobile,
                )),
            };
            let bytes = self.randomness.bytes();
            let nonce = std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default());
            compose_message(&self.store, outbox, &key, draft, self.clock.now(), nonce).await?;
            asked += 1;
        }
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_and_value_make_the_same_message() {
        let ask = |link: u8, value: u8| EmployeeAsk {
            link: LinkId([link; 16]),
            field: Field::Mobile,
            value: [value; 12],
            to: UserId::new("u1").unwrap(),
        };
        assert_eq!(ask(1, 1).message_id(), ask(1, 1).message_id());
        assert_ne!(ask(1, 1).message_id(), ask(1, 2).message_id());
        assert_ne!(ask(1, 1).message_id(), ask(2, 1).message_id());
        assert!(
            ask(1, 1).message_id().len() <= 64,
            "compose takes no longer id"
        );
    }
}
