//! Calls that wait and calls that are under way, interface by interface.

use std::collections::VecDeque;

use directory::{DeptId, Record};
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use super::state::MemberReading;
use crate::client::departments::SubDepartments;
use crate::client::people::MembersPage;
use crate::error::DingTalkError;

/// Calls under way per interface: fills 20 calls per second up to 800 ms of latency, and 60 up to 260 ms. Each may hold a page.
pub(super) const CALLS_UNDER_WAY: usize = 16;

/// An answer of one of the three interfaces.
pub(super) enum CrawlStep {
    Root(DeptId, Result<Record, DingTalkError>),
    Children(DeptId, Result<SubDepartments, DingTalkError>),
    Page(MemberReading, Result<MembersPage, DingTalkError>),
}

/// The calls of all interfaces that are under way.
pub(super) type CallsUnderWay<'a> = FuturesUnordered<BoxFuture<'a, CrawlStep>>;

/// What is still to be asked of one interface, and how many of its calls are under way.
pub(super) struct CallQueue<W> {
    pub(super) waiting: VecDeque<W>,
    pub(super) under_way: usize,
}

impl<W> CallQueue<W> {
    pub(super) fn new(waiting: Vec<W>) -> Self {
        Self {
            waiting: waiting.into(),
            under_way: 0,
        }
    }

    /// Starts whatever there is room for.
    pub(super) fn start_calls<'a>(
        &mut self,
        calls: &CallsUnderWay<'a>,
        call: impl Fn(W) -> BoxFuture<'a, CrawlStep>,
    ) {
        while self.under_way < CALLS_UNDER_WAY
            && let Some(work) = self.waiting.pop_front()
        {
            self.under_way += 1;
            calls.push(call(work));
        }
    }
}
