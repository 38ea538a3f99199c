//! One item of the outbox: send the batch, or look at what became of it.

use dingtalk::client::{Notice, SendResult, SendStatus, TaskId};
use dingtalk::{Error, Trouble};
use directory::Timestamp;
use runtime::batch::{Item, Verdict};
use runtime::metrics;
use state::outbox::batch::{Batch, Outcome, Phase, Step, pause_s};
use state::outbox::{CONTENT, Content};
use state::queue::messages::{OutboxMessage, decode};
use state::seal::{Place, open};
use state::store::{Condition, ControlKind, Stored};
use state::{Binding, StoreError, WriteError};

use crate::{Deps, limit};

/// Seconds until a batch is tried again that DingTalk could not take now, or that found the minute full.
const LATER_S: u32 = 60;

/// Why an item was not finished.
#[derive(Debug, thiserror::Error)]
enum Stuck {
    #[error("the state of the message could not be read")]
    Read(#[source] StoreError),
    #[error("the state of the message could not be written")]
    Write(#[source] WriteError),
    #[error("the message could not be put back for later")]
    Queue,
    #[error("the content of the message could not be opened")]
    Content,
}

/// Everything about one batch.
struct Work {
    message: OutboxMessage,
    binding: Binding,
    stored: Stored<Batch>,
}

/// Works one item. What cannot be understood goes back, and after five times to the dead-letter queue.
pub(crate) async fn one(deps: &Deps, item: Item) -> Verdict {
    let message: OutboxMessage = match decode(&item.body) {
        Ok(message) => message,
        Err(why) => {
            tracing::error!(message.id = %item.id, "an item of the outbox cannot be read: {why}");
            return Verdict::Again;
        }
    };
    let id = message.message.clone();
    match push(deps, message).await {
        Ok(()) => Verdict::Done,
        Err(why) => {
            let cause = std::error::Error::source(&why).map(ToString::to_string).unwrap_or_default();
            tracing::warn!(batch = %id, cause, "batch `{id}` goes back to the queue: {why}");
            Verdict::Again
        }
    }
}

async fn push(deps: &Deps, message: OutboxMessage) -> Result<(), Stuck> {
    let binding = deps.store.binding(&message.binding).await.map_err(Stuck::Read)?;
    let stored = deps.store.get_control::<Batch>(&message.corp, ControlKind::Message, &message.message).await;
    let (Some(binding), Some(stored)) = (binding, stored.map_err(Stuck::Read)?) else {
        tracing::warn!(batch = %message.message, "batch `{}` or its binding is gone; nothing is sent", message.message);
        return Ok(());
    };
    let work = Work { message, binding: binding.body, stored };
    match work.stored.body.step(deps.clock.now()) {
        Step::Send => work.send(deps).await,
        Step::Look { task } => work.look(deps, TaskId(task)).await,
        Step::Close(phase) => work.close(deps, phase).await,
        Step::Wait(seconds) => work.later(deps, seconds).await,
        Step::Nothing => Ok(()),
    }
}

impl Work {
    /// Says that it is being sent, sends it, says what came of it.
    async fn send(mut self, deps: &Deps) -> Result<(), Stuck> {
        let now = deps.clock.now();
        let notice = self.notice(deps).await?;
        let receivers = u32::try_from(notice.to.len()).unwrap_or(u32::MAX);
        if !limit::take(&deps.store, &self.message.corp, receivers, now).await.map_err(Stuck::Read)? {
            return self.later(deps, LATER_S).await;
        }
        if !self.enter(deps, Phase::Sending { since: now }).await? {
            return Ok(()); // Somebody else has it.
        }
        limit::count_call(&deps.store, &self.binding, now).await;
        match deps.clients.of(&self.binding).notify(&notice).await {
            Ok(TaskId(task)) => {
                let at = deps.clock.now();
                self.enter(deps, Phase::Sent { task, at, looks: 0 }).await?;
                self.later(deps, pause_s(0)).await
            }
            Err(error) => self.not_sent(deps, now, error).await,
        }
    }

    async fn not_sent(mut self, deps: &Deps, since: Timestamp, error: Error) -> Result<(), Stuck> {
        let id = &self.message.message;
        tracing::warn!(batch = %id, trouble = error.trouble.key(), "batch `{id}` was not sent: {error}");
        match error.trouble {
            Trouble::UnknownOutcome => self.close(deps, Phase::Unknown { since }).await,
            // DingTalk did not take it, and may later: it is as new as before.
            trouble if trouble.is_transient() => {
                self.enter(deps, Phase::New).await?;
                self.later(deps, LATER_S).await
            }
            trouble => {
                if matches!(trouble, Trouble::QuotaUsedUp) {
                    metrics::record(metrics::QUOTA_USED, 100.0);
                }
                let (code, advice) = (trouble.key().to_owned(), trouble.advice());
                self.close(deps, Phase::Refused { code, advice, at: deps.clock.now() }).await
            }
        }
    }

    /// Asks whether DingTalk is done, and then whom it reached.
    async fn look(mut self, deps: &Deps, task: TaskId) -> Result<(), Stuck> {
        match self.result(deps, task).await {
            Ok(Some(result)) => {
                let (result, at) = (outcome(result), deps.clock.now());
                self.close(deps, Phase::Done { result, at }).await
            }
            Ok(None) => self.look_again(deps).await,
            Err(error) => {
                let id = &self.message.message;
                tracing::warn!(batch = %id, trouble = error.trouble.key(), "the result of `{id}` was not read: {error}");
                self.look_again(deps).await
            }
        }
    }

    /// What came of it; `None` while DingTalk is at it. Two calls at most, and both are metered.
    async fn result(&self, deps: &Deps, task: TaskId) -> Result<Option<SendResult>, Error> {
        let client = deps.clients.of(&self.binding);
        limit::count_call(&deps.store, &self.binding, deps.clock.now()).await;
        if client.notice_progress(task).await?.status != SendStatus::Done {
            return Ok(None);
        }
        limit::count_call(&deps.store, &self.binding, deps.clock.now()).await;
        client.notice_result(task).await.map(Some)
    }

    async fn look_again(&mut self, deps: &Deps) -> Result<(), Stuck> {
        let Phase::Sent { task, at, looks } = self.stored.body.phase else { return Ok(()) };
        // Two copies of an item would become two chains of looks; the one that loses here ends its own.
        if !self.enter(deps, Phase::Sent { task, at, looks: looks.saturating_add(1) }).await? {
            return Ok(());
        }
        self.later(deps, pause_s(looks.saturating_add(1))).await
    }

    async fn close(mut self, deps: &Deps, phase: Phase) -> Result<(), Stuck> {
        if self.enter(deps, phase).await? {
            report(&self.message.message, &self.stored.body);
        }
        Ok(())
    }

    /// Stores the next phase; `false` when somebody else was faster, whose word stands.
    async fn enter(&mut self, deps: &Deps, phase: Phase) -> Result<bool, Stuck> {
        self.stored.body.phase = phase;
        let (corp, id) = (&self.message.corp, &self.message.message);
        let condition = Condition::Version(self.stored.version);
        let (body, expires) = (&self.stored.body, self.stored.expires);
        match deps.store.put_control(corp, ControlKind::Message, id, body, condition, expires).await {
            Ok(version) => {
                self.stored.version = version;
                Ok(true)
            }
            Err(WriteError::Stale) => Ok(false),
            Err(error) => Err(Stuck::Write(error)),
        }
    }

    /// Puts a delayed copy into the outbox before this item is acknowledged: waiting is not failing, so that it does not
    /// count towards the dead-letter queue.
    async fn later(&self, deps: &Deps, seconds: u32) -> Result<(), Stuck> {
        let message = self.message.to_message(seconds).map_err(|_| Stuck::Queue)?;
        deps.outbox.send(message).await.map_err(|_| Stuck::Queue)
    }

    async fn notice(&self, deps: &Deps) -> Result<Notice, Stuck> {
        let secret = deps.secrets.binding(&self.message.binding).await.map_err(|_| Stuck::Content)?;
        let place = Place { corp: &self.message.corp, record: &self.message.message, field: CONTENT };
        let plain = open(&secret.seal_key(), place, &self.stored.body.content).map_err(|_| Stuck::Content)?;
        let content = serde_json::from_slice(&plain).map_err(|_| Stuck::Content)?;
        let content = match content {
            Content::Text(text) => dingtalk::client::Content::Text(text),
            Content::Markdown { title, text } => dingtalk::client::Content::Markdown { title, text },
        };
        Ok(Notice { to: self.stored.body.people.clone(), content })
    }
}

fn outcome(result: SendResult) -> Outcome {
    let reached = result.read.len() + result.unread.len();
    let forbidden = result.forbidden.into_iter();
    let forbidden = forbidden.map(|one| (one.userid, one.code.unwrap_or_else(|| "unknown".to_owned()))).collect();
    Outcome { invalid: result.invalid, forbidden, failed: result.failed, reached }
}

fn report(id: &str, batch: &Batch) {
    match &batch.phase {
        Phase::Done { result, .. } => tracing::info!(
            batch = %id, reached = result.reached, invalid = result.invalid.len(), forbidden = result.forbidden.len(),
            failed = result.failed.len(), "batch `{id}` reached {} of {} people", result.reached, batch.people.len()
        ),
        Phase::Unknown { .. } => {
            tracing::warn!(batch = %id, "it is unknown whether batch `{id}` was sent; it is not sent again");
        }
        Phase::Refused { code, .. } => tracing::warn!(batch = %id, code, "batch `{id}` was refused: {code}"),
        _ => tracing::warn!(batch = %id, "DingTalk never said whom batch `{id}` reached"),
    }
}
