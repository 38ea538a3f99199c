//! One item of the outbox: send the batch, or look at what became of it.

use catalogue::{Catalogue, Language};
use dingtalk::client::{Notice, SendResult, SendStatus, TaskId};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::Timestamp;
use directory::reason::Reason;
use runtime::batch::{ItemVerdict, QueueItem};
use runtime::metrics;
use state::outbox::batch::{
    DeliveryOutcome, OutboxBatch, OutboxPhase, OutboxStep, RefusedDelivery, next_poll_delay_s,
};
use state::outbox::{CONTENT_FIELD, MessageContent};
use state::queue::messages::{OutboxMessage, decode_body};
use state::seal::{SealContext, open_value};
use state::store::{ControlKind, PutCondition, StoredItem};
use state::vault::{BindingKeys, SecretError};
use state::{Binding, StoreError, WriteError};

use crate::{PushDeps, quota};

/// Seconds until a batch is tried again that DingTalk could not take now, or that found the minute full.
const LATER_S: u32 = 60;

/// Why an item was not finished.
#[derive(Debug, thiserror::Error)]
enum PushError {
    #[error("the state of the message could not be read")]
    Read(#[source] StoreError),
    #[error("the state of the message could not be written")]
    Write(#[source] WriteError),
    #[error("the message could not be put back for later")]
    Queue,
    #[error("the keys of the binding could not be read")]
    Keys(#[source] SecretError),
    #[error("the content of the message could not be opened")]
    Content,
}

/// Everything about one batch.
struct BatchWork {
    message: OutboxMessage,
    binding: Binding,
    stored: StoredItem<OutboxBatch>,
}

/// Works one item. What cannot be understood goes back, and after five times to the dead-letter queue.
pub(crate) async fn work_item(deps: &PushDeps, item: QueueItem) -> ItemVerdict {
    let message: OutboxMessage = match decode_body(&item.body) {
        Ok(message) => message,
        Err(why) => {
            tracing::error!(message.id = %item.id, "an item of the outbox cannot be read: {why}");
            return ItemVerdict::Again;
        }
    };
    let id = message.message.clone();
    match push_batch(deps, message).await {
        Ok(()) => ItemVerdict::Done,
        Err(why) => {
            let cause = std::error::Error::source(&why)
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::warn!(batch = %id, cause, "batch `{id}` goes back to the queue: {why}");
            ItemVerdict::Again
        }
    }
}

async fn push_batch(deps: &PushDeps, message: OutboxMessage) -> Result<(), PushError> {
    let binding = deps
        .store
        .get_binding(&message.binding)
        .await
        .map_err(PushError::Read)?;
    let stored = deps
        .store
        .get_control::<OutboxBatch>(&message.corp, ControlKind::Message, &message.message)
        .await;
    let (Some(binding), Some(stored)) = (binding, stored.map_err(PushError::Read)?) else {
        tracing::warn!(batch = %message.message, "batch `{}` or its binding is gone; nothing is sent", message.message);
        return Ok(());
    };
    let work = BatchWork {
        message,
        binding: binding.body,
        stored,
    };
    match work.stored.body.next_step(deps.clock.now()) {
        OutboxStep::Send => work.send_batch(deps).await,
        OutboxStep::Look { task } => work.look_at_result(deps, TaskId(task)).await,
        OutboxStep::Close(phase) => work.close_batch(deps, phase).await,
        OutboxStep::Wait(seconds) => work.requeue_later(deps, seconds).await,
        OutboxStep::Nothing => Ok(()),
    }
}

impl BatchWork {
    /// Says that it is being sent, sends it, says what came of it.
    async fn send_batch(mut self, deps: &PushDeps) -> Result<(), PushError> {
        let now = deps.clock.now();
        let keys = self.read_keys(deps).await?;
        let notice = self.build_notice(&keys)?;
        let receivers = u32::try_from(notice.to.len()).unwrap_or(u32::MAX);
        if !quota::take_minute_quota(&deps.store, &self.message.corp, receivers, now)
            .await
            .map_err(PushError::Read)?
        {
            return self.requeue_later(deps, LATER_S).await;
        }
        if !self
            .enter_phase(deps, OutboxPhase::Sending { since: now })
            .await?
        {
            return Ok(()); // Somebody else has it.
        }
        quota::count_call(&deps.store, &self.binding, now).await;
        match deps
            .clients
            .for_binding(&self.binding, &keys)
            .send_notice(&notice)
            .await
        {
            Ok(TaskId(task)) => {
                let at = deps.clock.now();
                self.enter_phase(deps, OutboxPhase::Sent { task, at, looks: 0 })
                    .await?;
                self.requeue_later(deps, next_poll_delay_s(0)).await
            }
            Err(error) => self.not_sent(deps, now, error).await,
        }
    }

    async fn not_sent(
        mut self,
        deps: &PushDeps,
        since: Timestamp,
        error: DingTalkError,
    ) -> Result<(), PushError> {
        let id = &self.message.message;
        tracing::warn!(batch = %id, trouble = error.trouble.counter_key(), "batch `{id}` was not sent: {error}");
        match error.trouble {
            DingTalkErrorKind::UnknownOutcome | DingTalkErrorKind::Unrecognised { .. } => {
                self.close_batch(deps, OutboxPhase::Unknown { since }).await
            }
            // DingTalk did not take it, and may later: it is as new as before.
            trouble if trouble.is_transient() => {
                self.enter_phase(deps, OutboxPhase::New).await?;
                self.requeue_later(deps, LATER_S).await
            }
            trouble => {
                if matches!(trouble, DingTalkErrorKind::QuotaUsedUp) {
                    metrics::record(metrics::QUOTA_USED, 100.0);
                }
                let refused = RefusedDelivery {
                    reason: Reason::from(&trouble),
                    at: deps.clock.now(),
                };
                self.close_batch(deps, OutboxPhase::Refused(refused)).await
            }
        }
    }

    /// Asks whether DingTalk is done, and then whom it reached.
    async fn look_at_result(mut self, deps: &PushDeps, task: TaskId) -> Result<(), PushError> {
        let keys = self.read_keys(deps).await?;
        match self.read_result(deps, &keys, task).await {
            Ok(Some(result)) => {
                let (result, at) = (outcome_of(result), deps.clock.now());
                self.close_batch(deps, OutboxPhase::Done { result, at })
                    .await
            }
            Ok(None) => self.look_again(deps).await,
            Err(error) => {
                let id = &self.message.message;
                tracing::warn!(batch = %id, trouble = error.trouble.counter_key(), "the result of `{id}` was not read: {error}");
                self.look_again(deps).await
            }
        }
    }

    /// What came of it; `None` while DingTalk is at it. Two calls at most, and both are metered.
    async fn read_result(
        &self,
        deps: &PushDeps,
        keys: &BindingKeys,
        task: TaskId,
    ) -> Result<Option<SendResult>, DingTalkError> {
        let client = deps.clients.for_binding(&self.binding, keys);
        quota::count_call(&deps.store, &self.binding, deps.clock.now()).await;
        if client.read_notice_progress(task).await?.status != SendStatus::Done {
            return Ok(None);
        }
        quota::count_call(&deps.store, &self.binding, deps.clock.now()).await;
        client.read_notice_result(task).await.map(Some)
    }

    async fn look_again(&mut self, deps: &PushDeps) -> Result<(), PushError> {
        let OutboxPhase::Sent { task, at, looks } = self.stored.body.phase else {
            return Ok(());
        };
        // Two copies of an item would become two chains of looks; the one that loses here ends its own.
        if !self
            .enter_phase(
                deps,
                OutboxPhase::Sent {
                    task,
                    at,
                    looks: looks.saturating_add(1),
                },
            )
            .await?
        {
            return Ok(());
        }
        self.requeue_later(deps, next_poll_delay_s(looks.saturating_add(1)))
            .await
    }

    async fn close_batch(mut self, deps: &PushDeps, phase: OutboxPhase) -> Result<(), PushError> {
        if self.enter_phase(deps, phase).await? {
            log_outcome(&self.message.message, &self.stored.body);
        }
        Ok(())
    }

    /// Stores the next phase; `false` when somebody else was faster, whose word stands.
    async fn enter_phase(
        &mut self,
        deps: &PushDeps,
        phase: OutboxPhase,
    ) -> Result<bool, PushError> {
        self.stored.body.phase = phase;
        let (corp, id) = (&self.message.corp, &self.message.message);
        let condition = PutCondition::Version(self.stored.version);
        let (body, expires) = (&self.stored.body, self.stored.expires);
        match deps
            .store
            .put_control(corp, ControlKind::Message, id, body, condition, expires)
            .await
        {
            Ok(version) => {
                self.stored.version = version;
                Ok(true)
            }
            Err(WriteError::Stale) => Ok(false),
            Err(error) => Err(PushError::Write(error)),
        }
    }

    /// Puts a delayed copy into the outbox before this item is acknowledged: waiting is not failing, so that it does not
    /// count towards the dead-letter queue.
    async fn requeue_later(&self, deps: &PushDeps, seconds: u32) -> Result<(), PushError> {
        let message = self
            .message
            .to_message(seconds)
            .map_err(|_| PushError::Queue)?;
        deps.outbox
            .send(message)
            .await
            .map_err(|_| PushError::Queue)
    }

    async fn read_keys(&self, deps: &PushDeps) -> Result<BindingKeys, PushError> {
        let keys = deps.secrets.get_keys(&self.message.binding).await;
        keys.map_err(PushError::Keys)
    }

    fn build_notice(&self, keys: &BindingKeys) -> Result<Notice, PushError> {
        let place = SealContext {
            corp: &self.message.corp,
            record: &self.message.message,
            field: CONTENT_FIELD,
        };
        let plain = open_value(&keys.seal_key(), place, &self.stored.body.content)
            .map_err(|_| PushError::Content)?;
        let content = serde_json::from_slice(&plain).map_err(|_| PushError::Content)?;
        let content = match content {
            MessageContent::Text(text) => dingtalk::client::NoticeContent::Text(text),
            MessageContent::Markdown { title, text } => {
                dingtalk::client::NoticeContent::Markdown { title, text }
            }
            MessageContent::Catalogued { reason, mark } => {
                dingtalk::client::NoticeContent::Text(catalogue_text(&reason, &mark))
            }
        };
        Ok(Notice {
            to: self.stored.body.people.clone(),
            content,
        })
    }
}

/// In the company's language, and in one that everyone else may read; the mark stands at the end.
fn catalogue_text(reason: &Reason, mark: &str) -> String {
    let sentence = |language| Catalogue::new(language).sentence(reason);
    let chinese = sentence(Language::ChineseSimplified);
    let english = sentence(Language::English);
    format!("{chinese}\n{english}\n({mark})")
}

fn outcome_of(result: SendResult) -> DeliveryOutcome {
    let reached = result.read.len() + result.unread.len();
    let forbidden = result.forbidden.into_iter();
    let forbidden = forbidden
        .map(|one| (one.userid, one.code.unwrap_or_else(|| "unknown".to_owned())))
        .collect();
    DeliveryOutcome {
        invalid: result.invalid,
        forbidden,
        failed: result.failed,
        reached,
    }
}

fn log_outcome(id: &str, batch: &OutboxBatch) {
    match &batch.phase {
        OutboxPhase::Done { result, .. } => tracing::info!(
            batch = %id, reached = result.reached, invalid = result.invalid.len(), forbidden = result.forbidden.len(),
            failed = result.failed.len(), "batch `{id}` reached {} of {} people", result.reached, batch.people.len()
        ),
        OutboxPhase::Unknown { .. } => {
            tracing::warn!(batch = %id, "it is unknown whether batch `{id}` was sent; it is not sent again");
        }
        OutboxPhase::Refused(RefusedDelivery { reason, .. }) => {
            tracing::warn!(batch = %id, %reason, "batch `{id}` was refused");
        }
        _ => tracing::warn!(batch = %id, "DingTalk never said whom batch `{id}` reached"),
    }
}

#[cfg(test)]
mod tests {
    use directory::reason::ReasonCode;
    use state::outbox::CONTENT_MAX_BYTES;

    use super::*;

    #[test]
    fn a_message_of_the_catalogue_is_in_two_languages_fits_and_names_no_number() {
        let ask = Reason::new(ReasonCode::MessageChangeYourMobile);
        let text = catalogue_text(&ask, "abcdef");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[0].contains("更换手机号") && lines[1].contains("Account & Security"));
        assert_eq!(lines[2], "(abcdef)");
        assert!(text.len() < CONTENT_MAX_BYTES - 100);
        assert!(!text.chars().any(|one| one.is_ascii_digit()));
    }
}
