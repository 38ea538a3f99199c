//! Many futures, a bounded number at a time.

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use crate::CONCURRENCY_MAX;

/// Runs a batch that is small enough to be made at once; answers in the order in which they come.
pub(crate) async fn run_all<T>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut waiting = futures.into_iter();
    let mut running: FuturesUnordered<_> = waiting.by_ref().take(CONCURRENCY_MAX).collect();
    let mut done = Vec::new();
    while let Some(one) = running.next().await {
        done.push(one);
        running.extend(waiting.next());
    }
    done
}

/// Work that is begun item by item, so that a long list costs no memory before its turn.
pub(crate) struct ConcurrentWork<'a, I, T> {
    items: std::vec::IntoIter<I>,
    running: FuturesUnordered<BoxFuture<'a, T>>,
}

impl<'a, I, T> ConcurrentWork<'a, I, T> {
    pub(crate) fn new(items: Vec<I>) -> Self {
        Self {
            items: items.into_iter(),
            running: FuturesUnordered::new(),
        }
    }

    /// What was not begun, taken out: what is under way still answers.
    pub(crate) fn take_not_begun(&mut self) -> Vec<I> {
        self.items.by_ref().collect()
    }

    /// The next answer, after beginning as much as may run at a time; `None` when all is done.
    pub(crate) async fn next_result(
        &mut self,
        begin: &(dyn Fn(I) -> BoxFuture<'a, T> + Send + Sync),
    ) -> Option<T> {
        while self.running.len() < CONCURRENCY_MAX {
            let Some(item) = self.items.next() else { break };
            self.running.push(begin(item));
        }
        self.running.next().await
    }
}
