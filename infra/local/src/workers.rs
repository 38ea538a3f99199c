//! A loop per queue: what the event source mappings do on AWS.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use runtime::batch::{Batch, BatchOutcome, Item};
use tokio::task::JoinHandle;

use crate::embedded::{EmbeddedQueue, Received};
use crate::machine::Machine;

/// Messages that are handed over together.
const BATCH: usize = 10;

/// How long an empty queue is waited for before it is looked at again.
const WAIT: Duration = Duration::from_secs(1);

/// How long a failed message stays out of sight. On AWS its visibility time does that.
const PAUSE: Duration = Duration::from_secs(2);

/// How often the rules of the template fire here.
const TICK: Duration = Duration::from_secs(2);

/// The running loops. Dropping them stops them; what they had in hand is delivered again at the next start.
pub struct Workers(Vec<JoinHandle<()>>);

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

type Work = Arc<dyn Fn(Batch) -> BoxFuture<'static, BatchOutcome> + Send + Sync>;

/// Starts what answers events and renews tokens: everything but the schedule of sweeps.
#[must_use]
pub fn start(machine: &Machine, told: reconcile::Told) -> Workers {
    let wakes = Arc::new(reconcile::Deps { corps: machine.corps(), sweeps: machine.queues.sweeps.clone(), told });
    let tokens = Arc::new(machine.token_refresh());
    let messages = Arc::new(message_push::Deps {
        store: machine.store.clone(),
        secrets: machine.secrets.clone(),
        outbox: machine.queues.outbox.clone(),
        clients: machine.clients.clone(),
        clock: Arc::new(runtime::SystemClock),
    });
    let on_wakes: Work = Arc::new(move |batch| {
        let deps = Arc::clone(&wakes);
        Box::pin(async move { reconcile::handle(&deps, &batch).await })
    });
    let on_refused: Work = Arc::new(move |batch| {
        let deps = Arc::clone(&tokens);
        Box::pin(async move { token_refresh::handle(&deps, &token_refresh::Input::Refused(batch)).await })
    });
    let on_outbox: Work = Arc::new(move |batch| {
        let deps = Arc::clone(&messages);
        Box::pin(async move { message_push::handle(&deps, &batch).await })
    });
    let queues = &machine.queues;
    Workers(vec![
        tokio::spawn(serve(Arc::clone(&queues.wakes), on_wakes)),
        tokio::spawn(serve(Arc::clone(&queues.refused), on_refused)),
        tokio::spawn(serve(Arc::clone(&queues.outbox), on_outbox)),
    ])
}

/// Hears of each sweep that the schedule or a message began.
pub type Swept = Arc<dyn Fn(Result<engine::report::RunReport, full_sync::Trouble>) + Send + Sync>;

/// Starts the schedule: due sweeps are asked for, the ones that were asked for are run, tokens are kept fresh.
#[must_use]
pub fn start_schedule(machine: &Machine, swept: Swept) -> Workers {
    let deps = machine.full_sync();
    let tokens = machine.token_refresh();
    let ask = deps.clone();
    let rule = tokio::spawn(async move {
        loop {
            tokio::time::sleep(TICK).await;
            if let Err(err) = full_sync::ask_for_due(&ask).await {
                tracing::warn!(reason = %err, "the bindings that are due could not be found");
            }
            token_refresh::handle(&tokens, &token_refresh::Input::Schedule).await;
        }
    });
    let sweeps = Arc::clone(&machine.queues.sweeps);
    let on_sweeps: Work = Arc::new(move |batch| {
        let (deps, swept) = (deps.clone(), Arc::clone(&swept));
        Box::pin(async move { sweep(&deps, &batch, &swept).await })
    });
    Workers(vec![rule, tokio::spawn(serve(sweeps, on_sweeps))])
}

/// As `full_sync::handle` does, and tells the report besides.
async fn sweep(deps: &full_sync::Deps, batch: &Batch, swept: &Swept) -> BatchOutcome {
    runtime::batch::work(batch, 1, |item| async move {
        let Ok(message) = state::queue::messages::decode(&item.body) else { return runtime::batch::Verdict::Done };
        swept(full_sync::sweep(deps, &message, None, Arc::new(|_| {})).await);
        runtime::batch::Verdict::Done
    })
    .await
}

async fn serve(queue: Arc<EmbeddedQueue>, work: Work) {
    loop {
        match queue.receive(BATCH, WAIT).await {
            Ok(received) if received.is_empty() => {}
            Ok(received) => work_batch(&queue, &work, received).await,
            Err(err) => {
                tracing::warn!(reason = %err, "a queue could not be read");
                tokio::time::sleep(WAIT).await;
            }
        }
    }
}

async fn work_batch(queue: &Arc<EmbeddedQueue>, work: &Work, received: Vec<Received>) {
    let item = |one: &Received| Item { id: one.id.clone(), group: one.group.clone(), body: one.body.clone() };
    let outcome = work(Batch { items: received.iter().map(item).collect() }).await;
    let failed: Vec<&str> = outcome.failed().collect();
    for one in received {
        if failed.contains(&one.id.as_str()) {
            let queue = Arc::clone(queue);
            tokio::spawn(async move {
                tokio::time::sleep(PAUSE).await;
                // If it cannot be released, its visibility time releases it.
                _ = queue.release(&one.receipt).await;
            });
        } else if let Err(err) = queue.delete(&one.receipt).await {
            tracing::warn!(reason = %err, "a worked message could not be deleted and will come again");
        }
    }
}
