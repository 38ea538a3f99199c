//! Stores and reads the links.

use async_trait::async_trait;
use directory::{CorpId, Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, Side};
use state::links::{LinkStore, ListingReport, PointerChanges};
use state::{Cause, StoreError, WriteError};

use crate::fault::Fault;
use crate::oracle::RecentReads;
use crate::world::{SharedWorld, WorldState};

/// The store, as one invocation of the engine sees it.
pub(crate) struct LinksPort {
    pub(crate) shared: SharedWorld,
    pub(crate) invocation: u32,
}

impl LinksPort {
    async fn read_links<T: Send>(
        &self,
        look: impl FnOnce(&mut WorldState) -> T + Send,
    ) -> Result<T, StoreError> {
        self.shared.yield_polls().await;
        let answer = {
            let state = &mut *self.shared.lock_world();
            if state.fault_strikes(Fault::StoreThrottled) {
                Err(StoreError::Throttled {
                    call: "read a link",
                })
            } else {
                Ok(look(state))
            }
        };
        self.shared.yield_polls().await;
        answer
    }

    async fn write_links(
        &self,
        what: &Link,
        put: impl FnOnce(&mut WorldState) -> Result<(), WriteError> + Send,
    ) -> Result<(), WriteError> {
        self.shared.yield_polls().await;
        let answer = {
            let state = &mut *self.shared.lock_world();
            state.check_preview(self.invocation, what.id);
            if state.fault_strikes(Fault::StoreThrottled) {
                Err(WriteError::Store(StoreError::Throttled {
                    call: "write a link",
                }))
            } else if state.fault_strikes(Fault::StoreUnknown) {
                let applied = state.dice.chance(700);
                if applied {
                    _ = put(state);
                }
                let source = Cause::new("simulated");
                Err(WriteError::Store(StoreError::Unavailable {
                    call: "write a link",
                    source,
                }))
            } else {
                let done = put(state);
                let now = state.now;
                state.story.add_note(now, || {
                    let Link {
                        kind,
                        id,
                        dingtalk,
                        ehr,
                        lifecycle,
                        ..
                    } = what;
                    format!(
                        "link {kind:?} {id} {dingtalk:?} {ehr:?} {lifecycle:?}: {}",
                        done.is_ok()
                    )
                });
                if matches!(done, Err(WriteError::Stale | WriteError::Exists { .. })) {
                    state.faults.count_fault(Fault::StoreConflict);
                }
                done
            }
        };
        self.shared.yield_polls().await;
        answer
    }
}

#[async_trait]
impl LinkStore for LinksPort {
    async fn get_link(
        &self,
        _: &CorpId,
        kind: Kind,
        id: LinkId,
    ) -> Result<Option<Link>, StoreError> {
        self.read_links(|state| state.links.get(kind, id).cloned())
            .await
    }

    async fn get_link_by_native(
        &self,
        _: &CorpId,
        kind: Kind,
        side: Side,
        native: &NativeId,
    ) -> Result<Option<Link>, StoreError> {
        self.read_links(|state| state.links.by_native(kind, side, native).cloned())
            .await
    }

    async fn each_link(
        &self,
        _: &CorpId,
        kind: Kind,
        each: &mut (dyn FnMut(Link) + Send),
    ) -> Result<ListingReport, StoreError> {
        let links = self
            .read_links(|state| {
                let stale = state.fault_strikes(Fault::StaleLinks);
                let WorldState { links, dice, .. } = state;
                links.list(kind, || stale && dice.chance(300))
            })
            .await?;
        let listed = ListingReport {
            links: links.len() as u64,
            unreadable: Vec::new(),
        };
        links.into_iter().for_each(each);
        Ok(listed)
    }

    async fn create_link(&self, _: &CorpId, link: &Link) -> Result<(), WriteError> {
        self.write_links(link, |state| {
            state
                .links
                .create(link)
                .inspect(|()| state.note_link(self.invocation, link))
        })
        .await
    }

    async fn put_link(
        &self,
        _: &CorpId,
        link: &Link,
        expected: RowVersion,
        pointers: &PointerChanges,
    ) -> Result<(), WriteError> {
        self.write_links(link, |state| {
            let was = state
                .links
                .get(link.kind, link.id)
                .and_then(|stored| stored.dingtalk.clone());
            state.links.put(link, expected, pointers)?;
            state.check_account(self.invocation, was.as_ref(), link);
            state.note_link(self.invocation, link);
            Ok(())
        })
        .await
    }
}

impl WorldState {
    /// Notes that a link was stored. If it contains an intent, the reads of the record so far are
    /// what the invocation decided by.
    fn note_link(&mut self, invocation: u32, link: &Link) {
        self.note_linked();
        self.note_seen(link);
        if link.intents.is_empty() {
            return;
        }
        for side in [Side::DingTalk, Side::Ehr] {
            let Some(id) = link.native_id(side) else {
                continue;
            };
            let read = (invocation, side, link.kind, id.clone());
            if let Some(facts) = self.reads.get(&read).cloned() {
                self.decided.insert(read, facts);
            }
        }
    }

    /// Checks that a link moves to another account only after the invocation has asked whether the
    /// old one is still there.
    fn check_account(&mut self, invocation: u32, was: Option<&NativeId>, link: &Link) {
        let Some(was) =
            was.filter(|was| link.kind == Kind::Person && link.dingtalk.as_ref() != Some(was))
        else {
            return;
        };
        if !self.missed.contains(&(invocation, was.clone())) {
            self.oracle.report_violation(
                "account",
                format!(
                    "{} loses {was}, and nobody was told that it is gone",
                    link.id
                ),
            );
        }
    }

    /// Forgets the reads of an invocation that has ended.
    pub(crate) fn forget_reads(&mut self, invocation: u32) {
        self.reads.retain(|(of, ..), _| *of != invocation);
        self.decided.retain(|(of, ..), _| *of != invocation);
        self.missed.retain(|(of, _)| *of != invocation);
    }

    /// Returns what an invocation had read of a record on this side when it stored its intent. For
    /// canaries this is not certain.
    pub(crate) fn decided_by(
        &self,
        invocation: u32,
        side: Side,
        (kind, number): (Kind, u32),
        link: LinkId,
    ) -> Option<RecentReads> {
        let link = self.links.get(kind, link)?;
        let canary = self.kept.canary.as_ref().map(NativeId::from);
        if kind == Kind::Person
            && (self.is_admin(number) || link.protected || link.dingtalk == canary)
        {
            return None;
        }
        // Found under another id than the create was begun with: which read that was, the link does not say yet.
        if link.lifecycle == LinkLifecycle::Creating {
            return None;
        }
        self.decided
            .get(&(invocation, side, kind, link.native_id(side)?.clone()))
            .cloned()
    }

    /// Notes that a link says that its record is on both sides.
    fn note_seen(&mut self, link: &Link) {
        for side in [Side::DingTalk, Side::Ehr]
            .into_iter()
            .filter(|_| link.lifecycle == LinkLifecycle::Active)
        {
            let number = link
                .native_id(side)
                .and_then(|id| self.oracle.number_of(side, link.kind, id));
            if let Some(number) = number {
                self.oracle
                    .note_engine_saw(side, (link.kind, number), self.now);
            }
        }
    }

    /// Remembers which records are linked now.
    pub(crate) fn note_linked(&mut self) {
        for link in self
            .links
            .all()
            .filter(|link| link.dingtalk.is_some() && link.lifecycle == LinkLifecycle::Active)
        {
            let number = link
                .ehr
                .as_ref()
                .and_then(|id| self.oracle.number_of(Side::Ehr, link.kind, id));
            self.oracle
                .linked
                .extend(number.map(|number| (link.kind, number)));
        }
    }
}
