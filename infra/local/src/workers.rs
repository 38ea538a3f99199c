//! A loop per queue: what the event source mappings do on AWS.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use runtime::batch::{BatchOutcome, QueueBatch, QueueItem};
use tokio::task::JoinHandle;

use state::DeadLetters as _;

use crate::embedded::{EmbeddedQueue, ReceivedMessage};
use crate::machine::Machine;

/// Messages that are handed over together.
const BATCH_SIZE: usize = 10;

/// How long an empty queue is waited for before it is looked at again.
const RECEIVE_WAIT: Duration = Duration::from_secs(1);

/// How long a message that failed for the first time stays out of sight; four times as long after each further failure.
/// On AWS its visibility time does that.
const RETRY_PAUSE: Duration = Duration::from_secs(2);

/// No failed message stays out of sight for longer.
const RETRY_PAUSE_MAX: Duration = Duration::from_mins(5);

/// How often the eHR's change feed is asked; on AWS the rule does it.
const FEED_INTERVAL: Duration = Duration::from_secs(1);

/// How often the rules of the template fire here.
const SCHEDULE_INTERVAL: Duration = Duration::from_secs(2);

/// The running loops. Dropping them stops them; what they had in hand is delivered again at the next start.
pub struct Workers(Vec<JoinHandle<()>>);

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

type BatchHandler = Arc<dyn Fn(QueueBatch) -> BoxFuture<'static, BatchOutcome> + Send + Sync>;

/// Starts what answers events and renews tokens: everything but the schedule of sweeps.
#[must_use]
pub fn start_queue_workers(machine: &Machine, told: reconcile::LookSink) -> Workers {
    let wakes = Arc::new(reconcile::ReconcileDeps {
        corps: machine.corps(),
        sweeps: machine.queues.sweeps.clone(),
        outbox: machine.queues.outbox.clone(),
        told,
    });
    let tokens = Arc::new(machine.token_refresh());
    let messages = Arc::new(message_push::PushDeps {
        store: machine.store.clone(),
        secrets: machine.secrets.clone(),
        outbox: machine.queues.outbox.clone(),
        clients: machine.clients.clone(),
        clock: Arc::new(runtime::SystemClock),
    });
    let on_wakes: BatchHandler = Arc::new(move |batch| {
        let deps = Arc::clone(&wakes);
        Box::pin(async move { reconcile::handle(&deps, &batch).await })
    });
    let on_refused: BatchHandler = Arc::new(move |batch| {
        let deps = Arc::clone(&tokens);
        Box::pin(async move {
            token_refresh::handle(&deps, &token_refresh::RefreshInput::Refused(batch)).await
        })
    });
    let on_outbox: BatchHandler = Arc::new(move |batch| {
        let deps = Arc::clone(&messages);
        Box::pin(async move { message_push::handle(&deps, &batch).await })
    });
    let queues = &machine.queues;
    Workers(vec![
        tokio::spawn(serve_queue(Arc::clone(&queues.wakes), on_wakes)),
        tokio::spawn(serve_queue(Arc::clone(&queues.refused), on_refused)),
        tokio::spawn(serve_queue(Arc::clone(&queues.outbox), on_outbox)),
    ])
}

/// Hears of each sweep that the schedule or a message began.
pub type SweepListener =
    Arc<dyn Fn(Result<engine::report::RunReport, full_sync::SweepError>) + Send + Sync>;

/// Starts the schedule: due sweeps are asked for, the ones that were asked for are run, tokens are kept fresh, and what
/// DingTalk could not push is fetched every `failed_every`.
#[must_use]
pub fn start_schedule(machine: &Machine, swept: SweepListener, failed_every: Duration) -> Workers {
    let deps = machine.full_sync();
    let tokens = machine.token_refresh();
    let ask = deps.clone();
    let rule = tokio::spawn(async move {
        loop {
            tokio::time::sleep(SCHEDULE_INTERVAL).await;
            if let Err(err) = full_sync::request_due_sweeps(&ask).await {
                tracing::warn!(reason = %err, "the bindings that are due could not be found");
            }
            token_refresh::handle(&tokens, &token_refresh::RefreshInput::Schedule).await;
        }
    });
    let feed = deps.clone();
    let changes = tokio::spawn(async move {
        loop {
            tokio::time::sleep(FEED_INTERVAL).await;
            if let Err(err) = full_sync::enqueue_ehr_changes(&feed).await {
                tracing::warn!(reason = %err, "the eHR's changes could not be told");
            }
        }
    });
    let fetch = deps.clone();
    let failed = tokio::spawn(async move {
        loop {
            tokio::time::sleep(failed_every).await;
            if let Err(err) = full_sync::fetch_failed_callbacks(&fetch).await {
                tracing::warn!(reason = %err, "failed callbacks could not be fetched");
            }
        }
    });
    let sweeps = Arc::clone(&machine.queues.sweeps);
    let on_sweeps: BatchHandler = Arc::new(move |batch| {
        let (deps, swept) = (deps.clone(), Arc::clone(&swept));
        Box::pin(async move { handle_sweeps(&deps, &batch, &swept).await })
    });
    Workers(vec![
        rule,
        changes,
        failed,
        tokio::spawn(serve_queue(sweeps, on_sweeps)),
    ])
}

/// As `full_sync::handle` does, and tells the report besides.
async fn handle_sweeps(
    deps: &full_sync::SweepDeps,
    batch: &QueueBatch,
    swept: &SweepListener,
) -> BatchOutcome {
    runtime::batch::work_batch(batch, 1, |item| async move {
        let Ok(order) = full_sync::RunRequest::from_body(&item.body) else {
            return runtime::batch::ItemVerdict::Done;
        };
        match full_sync::is_wanted(deps, &order).await {
            Ok(true) => {}
            Ok(false) => return runtime::batch::ItemVerdict::Done,
            Err(err) => {
                swept(Err(err));
                return runtime::batch::ItemVerdict::Again;
            }
        }
        let done = full_sync::perform_run(deps, &order, None, Arc::new(|_| {})).await;
        swept(done);
        runtime::batch::ItemVerdict::Done
    })
    .await
}

/// What was laid aside in a former run gets another chance: whatever stood in its way may be gone.
async fn serve_queue(queue: Arc<EmbeddedQueue>, work: BatchHandler) {
    match queue.redrive(None).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "messages that were laid aside are tried again"),
        Err(err) => {
            tracing::warn!(reason = %err, "messages that were laid aside could not be put back");
        }
    }
    loop {
        match queue.receive(BATCH_SIZE, RECEIVE_WAIT).await {
            Ok(received) if received.is_empty() => {}
            Ok(received) => work_batch(&queue, &work, received).await,
            Err(err) => {
                tracing::warn!(reason = %err, "a queue could not be read");
                tokio::time::sleep(RECEIVE_WAIT).await;
            }
        }
    }
}

async fn work_batch(
    queue: &Arc<EmbeddedQueue>,
    work: &BatchHandler,
    received: Vec<ReceivedMessage>,
) {
    let item = |one: &ReceivedMessage| QueueItem {
        id: one.id.clone(),
        group: one.group.clone(),
        body: one.body.clone(),
    };
    let outcome = work(QueueBatch {
        items: received.iter().map(item).collect(),
    })
    .await;
    let failed: Vec<&str> = outcome.failed_ids().collect();
    for one in received {
        if failed.contains(&one.id.as_str()) {
            let queue = Arc::clone(queue);
            tokio::spawn(async move {
                tokio::time::sleep(retry_pause(one.receives)).await;
                // If it cannot be released, its visibility time releases it.
                _ = queue.release(&one.receipt).await;
            });
        } else if let Err(err) = queue.delete(&one.receipt).await {
            tracing::warn!(reason = %err, "a worked message could not be deleted and will come again");
        }
    }
}

/// Trouble that lasts minutes must not cost a message all of its deliveries.
fn retry_pause(receives: u32) -> Duration {
    RETRY_PAUSE
        .saturating_mul(4_u32.saturating_pow(receives.saturating_sub(1)))
        .min(RETRY_PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::{Database, QueueRules};
    use directory::{Field, FieldValues, Kind, NativeId, Timestamp};
    use state::{Queue as _, QueueMessage};

    #[test]
    fn the_retry_pause_grows_to_five_minutes() {
        let seconds: Vec<u64> = (1..=8)
            .map(|receives| retry_pause(receives).as_secs())
            .collect();
        assert_eq!(seconds, [2, 8, 32, 128, 300, 300, 300, 300]);
        assert_eq!(retry_pause(u32::MAX), RETRY_PAUSE_MAX);
    }

    #[tokio::test]
    async fn dead_letters_are_retried_after_a_restart() {
        let database = Database::memory().await.unwrap();
        let rules = QueueRules {
            receives_max: 1,
            ..QueueRules::standard(0)
        };
        let clock: crate::embedded::TimeSource = Arc::new(|| runtime::SystemClock.now());
        let queue = EmbeddedQueue::open(database.client(), "queues", "wakes", rules, clock)
            .await
            .unwrap();
        let message = QueueMessage {
            body: "b".into(),
            group: None,
            deduplication: None,
            delay_s: 0,
        };
        queue.send(message).await.unwrap();
        assert_eq!(queue.receive(1, RECEIVE_WAIT).await.unwrap().len(), 1);
        assert!(
            queue
                .receive(1, Duration::from_millis(20))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(queue.count().await.unwrap(), 1);

        let (worked, mut bodies) = tokio::sync::mpsc::unbounded_channel();
        let work: BatchHandler = Arc::new(move |batch: QueueBatch| {
            batch
                .items
                .into_iter()
                .for_each(|item| worked.send(item.body).unwrap());
            Box::pin(async { BatchOutcome::default() })
        });
        let serving = tokio::spawn(serve_queue(Arc::new(queue), work));
        let body = tokio::time::timeout(Duration::from_secs(5), bodies.recv()).await;
        serving.abort();
        assert_eq!(body.unwrap().as_deref(), Some("b"));
    }

    /// A department of the ledger below the company, which is the first one; told in the feed at this time.
    async fn create_department(machine: &Machine, number: usize, name: &str, at: Timestamp) {
        let keys = machine.secrets.get_keys(&"b-1".parse().unwrap()).await;
        let (store, corp) = (machine.store.clone(), "ding1".parse().unwrap());
        let ledger = ehr::Ledger::new(store, corp, keys.unwrap().hash_key(), at);
        let id = |number: usize| NativeId::new(&format!("{number:032x}")).unwrap();
        let mut values = FieldValues::new();
        values.show_text(Field::Name, Some(name.to_owned()));
        values.show_refs(Field::Parent, (number > 0).then(|| id(0).to_string()));
        let edit = ehr::ledger::LedgerEdit {
            kind: Kind::Department,
            id: id(number),
            what: ehr::ledger::EditAction::Enter(values),
            on: None,
            expected: None,
        };
        ledger.edit_entry(&edit, at).await.unwrap();
    }

    /// Its cursor leads to what a feed of ninety days has dropped: a sweep looks for it, once, and what is left is told.
    #[tokio::test]
    async fn a_gap_in_the_change_feed_asks_for_a_sweep() {
        let data = tempfile::tempdir().unwrap();
        let machine = crate::ehr::tests::bound_machine(data.path()).await;
        let now = runtime::SystemClock.now();
        let ancient = Timestamp(now.millis() - 100 * 24 * 3_600_000);
        for (number, (name, at)) in [("公司", ancient), ("销售", ancient), ("研发", now)]
            .into_iter()
            .enumerate()
        {
            create_department(&machine, number, name, at).await;
        }
        let seen = |binding: &mut state::Binding| {
            (binding.swept_at, binding.feed_cursor) = (Some(now), Some("1".to_owned()));
        };
        machine
            .store
            .change_binding(&"b-1".parse().unwrap(), seen)
            .await
            .unwrap()
            .unwrap();
        machine.drop_expired().await;
        let deps = machine.full_sync();
        for told in [1, 0] {
            assert_eq!(full_sync::enqueue_ehr_changes(&deps).await.unwrap(), told);
        }
        let received = machine
            .queues
            .sweeps
            .receive(2, RECEIVE_WAIT)
            .await
            .unwrap();
        let [sweep] = received.as_slice() else {
            panic!("{} sweeps", received.len())
        };
        let full_sync::RunRequest::Sweep(sweep) =
            full_sync::RunRequest::from_body(&sweep.body).unwrap()
        else {
            panic!("a plan")
        };
        assert_eq!((sweep.because.as_str(), sweep.run), ("feed_missed", None));
        machine.stop().await;
    }

    #[tokio::test]
    async fn a_due_sweep_is_queued_once_and_dropped_after_another_sweep() {
        let data = tempfile::tempdir().unwrap();
        let place = crate::machine::MachineConfig {
            data: data.path().into(),
            dynamodb: None,
            allow_loopback: true,
        };
        let machine = Machine::start(&place).await.unwrap();
        let deps = machine.full_sync();
        let id: directory::BindingId = "b-1".parse().unwrap();
        let mut binding = state::Binding::new(id, "ding1".parse().unwrap());
        let now = runtime::SystemClock.now();
        binding.swept_at = Some(Timestamp(now.millis() - 48 * 3_600_000));
        machine
            .store
            .put_binding(&binding, state::store::PutCondition::New)
            .await
            .unwrap();
        for _ in 0..3 {
            full_sync::request_due_sweeps(&deps).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(
            machine.queues.sweeps.count_waiting().await,
            1,
            "however often the rule fires"
        );

        let received = machine
            .queues
            .sweeps
            .receive(1, RECEIVE_WAIT)
            .await
            .unwrap();
        let order = full_sync::RunRequest::from_body(&received[0].body).unwrap();
        assert!(full_sync::is_wanted(&deps, &order).await.unwrap());
        binding.swept_at = Some(now);
        machine
            .store
            .put_binding(&binding, state::store::PutCondition::Any)
            .await
            .unwrap();
        assert!(!full_sync::is_wanted(&deps, &order).await.unwrap());
        let full_sync::RunRequest::Sweep(message) = order else {
            panic!("a plan")
        };
        let asked = state::queue::messages::SweepMessage {
            because: "org_change".to_owned(),
            ..message
        };
        assert!(
            full_sync::is_wanted(&deps, &full_sync::RunRequest::Sweep(asked))
                .await
                .unwrap(),
            "an event's sweep has its own reason"
        );
        machine.stop().await;
    }
}
