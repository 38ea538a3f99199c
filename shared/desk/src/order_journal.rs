//! Who ordered what, in the journal: an entry before the change, and one that says how it ended.
//!
//! A changing order is written down as begun before anything changes, and not done if that fails. An entry that was begun
//! and has no end means that the process ended in between, or that the end could not be stored: the change may have
//! happened, and what the order was about says whether. An order that returns values of a person is written down before they
//! are returned.

use std::sync::{Mutex, PoisonError};

use directory::{Kind, LinkId, Reason, ReasonCode, Timestamp};
use serde::{Deserialize, Serialize};
use state::Binding;
use state::seal::{SealContext, SealKey, SealedValue, open_value, seal_value};
use state::store::{Journal, JournalError, OrderNote, OrderStage};

use crate::action::OrderAction;
use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{OrderError, unnamed_run};
use crate::ledger_views::EditRequest;

/// What the actor is sealed for.
const ACTOR: &str = "actor";

/// What an order's values are sealed for.
const DETAIL: &str = "detail";

/// An actor as the journal keeps it, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordedActor {
    pub(crate) name: String,
    pub(crate) signed_in: String,
    pub(crate) roles: Vec<String>,
}

/// What an order is about, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Subject {
    pub(crate) record: Option<(Kind, LinkId)>,
    pub(crate) target: Option<String>,
}

/// What an order is about, noted while it is done.
#[derive(Debug, Default)]
pub(crate) struct SubjectNote(Mutex<Subject>);

impl SubjectNote {
    pub(crate) fn name_record(&self, kind: Kind, record: LinkId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).record = Some((kind, record));
    }

    pub(crate) fn name_target(&self, target: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).target = Some(target.into());
    }

    pub(crate) fn subject(&self) -> Subject {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The open chain of one order.
pub(crate) struct OrderChain {
    chain: Journal,
    action: OrderAction,
    actor: SealedValue,
    detail: Option<SealedValue>,
}

impl OrderChain {
    fn note(&self, at: Timestamp, stage: OrderStage, subject: Subject) -> OrderNote {
        OrderNote {
            at,
            stage,
            action: self.action.key().to_owned(),
            actor: self.actor.clone(),
            record: subject.record.map(|(_, record)| record),
            kind: subject.record.map(|(kind, _)| kind),
            target: subject.target,
            detail: None,
            reason: None,
        }
    }

    fn begun(&self, at: Timestamp, target: Option<String>) -> OrderNote {
        let subject = Subject {
            record: None,
            target,
        };
        OrderNote {
            detail: self.detail.clone(),
            ..self.note(at, OrderStage::Begun, subject)
        }
    }

    fn ended(&self, at: Timestamp, subject: Subject, error: Option<&OrderError>) -> OrderNote {
        let stage = match error {
            None => OrderStage::Done,
            Some(error) if error.is_refusal() => OrderStage::Refused,
            Some(_) => OrderStage::Failed,
        };
        OrderNote {
            reason: error.map(OrderError::to_reason),
            ..self.note(at, stage, subject)
        }
    }

    /// Writes down that the order is about to be done.
    pub(crate) async fn begin(
        &mut self,
        at: Timestamp,
        target: Option<String>,
    ) -> Result<(), OrderError> {
        let note = self.begun(at, target);
        self.chain
            .append_order(&[note])
            .await
            .map_err(|err| OrderError::unusable(&err))
    }

    /// Writes down how the order ended, and closes its chain. What cannot be stored is in the log: the order was done.
    pub(crate) async fn end(mut self, at: Timestamp, subject: Subject, error: Option<&OrderError>) {
        let note = self.ended(at, subject, error);
        if let Err(err) = self.append_and_close(&[note]).await {
            let reason = directory::text::describe_error(&err);
            tracing::error!(
                action = self.action.key(),
                reason,
                "the end of an order was not stored"
            );
        }
    }

    /// Writes down an order and its end at once: values of a person are returned afterwards, or a refusal.
    pub(crate) async fn record(
        mut self,
        at: Timestamp,
        subject: Subject,
        error: Option<&OrderError>,
    ) -> Result<(), OrderError> {
        let notes = [
            self.begun(at, subject.target.clone()),
            self.ended(at, subject, error),
        ];
        self.append_and_close(&notes)
            .await
            .map_err(|err| OrderError::unusable(&err))
    }

    async fn append_and_close(&mut self, notes: &[OrderNote]) -> Result<(), JournalError> {
        self.chain.append_order(notes).await?;
        self.chain.close().await.map(|_| ())
    }
}

impl Desk {
    /// A new chain for an order.
    pub(crate) async fn open_order_chain(
        &self,
        binding: &Binding,
        actor: &Actor,
        action: OrderAction,
        edit: Option<&EditRequest>,
    ) -> Result<OrderChain, OrderError> {
        let corps = &self.corps;
        let run = corps.new_run_id().ok_or_else(unnamed_run)?;
        let chain = corps
            .store
            .open_journal(&binding.corp_id, &run)
            .await
            .map_err(|err| OrderError::unusable(&err))?;
        let key = self.seal_key(&binding.id).await?;
        let recorded = RecordedActor {
            name: actor.name.clone(),
            signed_in: stored_word(&actor.signed_in),
            roles: actor
                .roles
                .iter()
                .map(|role| role.key().to_owned())
                .collect(),
        };
        let place = |field| SealContext {
            corp: &binding.corp_id,
            record: run.as_str(),
            field,
        };
        let actor = self.seal_json(&key, place(ACTOR), &recorded)?;
        let detail = edit
            .map(|edit| self.seal_json(&key, place(DETAIL), edit))
            .transpose()?;
        Ok(OrderChain {
            chain,
            action,
            actor,
            detail,
        })
    }

    fn seal_json(
        &self,
        key: &SealKey,
        place: SealContext<'_>,
        value: &impl Serialize,
    ) -> Result<SealedValue, OrderError> {
        let text = serde_json::to_vec(value).map_err(|_| {
            OrderError::unusable(Reason::new(ReasonCode::StateMalformed).text("item", place.field))
        })?;
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = self.corps.randomness.bytes();
        let nonce = [a, b, c, d, e, f, g, h, i, j, k, l];
        seal_value(key, place, nonce, &text).map_err(OrderError::unusable)
    }
}

/// Who gave an order, opened; `None` if it does not open here.
pub(crate) fn open_actor(
    key: &SealKey,
    binding: &Binding,
    run: &str,
    note: &OrderNote,
) -> Option<RecordedActor> {
    let place = SealContext {
        corp: &binding.corp_id,
        record: run,
        field: ACTOR,
    };
    let text = open_value(key, place, &note.actor).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The edit that an order was, opened.
pub(crate) fn open_edit(
    key: &SealKey,
    binding: &Binding,
    run: &str,
    note: &OrderNote,
) -> Option<EditRequest> {
    let place = SealContext {
        corp: &binding.corp_id,
        record: run,
        field: DETAIL,
    };
    let text = open_value(key, place, note.detail.as_ref()?).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The stored spelling of a word that serde names.
fn stored_word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
