//! The link before and after a write: intent, base, and what waits.

use std::collections::BTreeMap;

use directory::link::LinkWait;
use directory::plan::{PlanItem, SettledLink};
use directory::planted::{self, Bug};
use directory::policy::Ownership;
use directory::reason::{Reason, ReasonCode};
use directory::{Base, Kind, Link, LinkLifecycle, Side, Timestamp, WriteAction, WriteIntent};
use state::links::PointerChanges;
use state::{StoreError, WriteError};

use super::WrittenItem;
use crate::Run;
use crate::observe::{LookError, RecordKey};
use crate::ports::JournalEntry;

/// A refused record is tried again after a day; one that refers to others, which may be put right meanwhile, after an hour.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// Intents that an item keeps until a read explains them. Beyond that, what is too old to land goes: a record that is refused
/// or cut off again and again must not grow.
const INTENTS_MAX: usize = 6;

/// How often the id of what was made is offered to a link that others keep storing.
const SAVE_ATTEMPTS: u32 = 3;

impl Run<'_> {
    /// The conditional put before the remote writes. `None`: somebody else was here.
    pub(super) async fn store_intent(&self, item: &PlanItem) -> Result<Option<Link>, StoreError> {
        let begins = item
            .parts
            .iter()
            .any(|part| part.to == Side::DingTalk && part.action == WriteAction::Create);
        let mut link = match &item.before {
            // A create in DingTalk is found again by the id that it was begun under.
            Some(before) if !begins => before.clone(),
            _ => Link {
                base: Base::default(),
                lifecycle: LinkLifecycle::Creating,
                ..item.link.clone()
            },
        };
        let creates = item.main_action() == WriteAction::Create;
        if planted::is(Bug::BaseBeforeWrite) || creates && planted::is(Bug::CreateIsBase) {
            link.base = item.link.base.clone();
            link.lifecycle = item.link.lifecycle.clone();
        }
        link.version = self.new_version();
        link.intents = unexplained_intents(item);
        for part in item.parts.iter().filter(|_| !planted::is(Bug::NoIntent)) {
            let hash = |field| item.link.base.hashes.get(&field).map(|hash| (field, *hash));
            let fields: BTreeMap<_, _> = part
                .changes
                .iter()
                .filter_map(|change| hash(change.field))
                .collect();
            link.intents.push(WriteIntent {
                side: part.to,
                fields,
                action: part.action,
                at: self.now(),
            });
        }
        self.store_link(item.before.as_ref(), &link)
            .await
            .map(|won| won.then_some(link))
    }

    /// Stores the new base after the writes. `false`: somebody else was here, and a later look settles it.
    pub(super) async fn store_base(&self, done: &WrittenItem) -> Result<bool, LookError> {
        let WrittenItem { item, under, .. } = done;
        let mut link = item.link.clone();
        link.version = self.new_version();
        link.waits.retain(|wait| wait.field.is_some());
        if let Some(stored) = &done.ehr {
            link.ehr = Some(stored.record.id.clone());
        }
        if let Some(id) = &done.dingtalk {
            link.dingtalk = Some(id.clone());
        }
        if !planted::is(Bug::NoReadBack) {
            self.compare_read_back(&mut link, done).await?;
        }
        let unknown = item.before.is_none() && planted::is(Bug::NoWriteAhead);
        let won = self
            .store_link(Some(under).filter(|_| !unknown), &link)
            .await?;
        if !won {
            self.save_made_id(done).await?;
        }
        if won {
            self.names.learn(&link);
            self.mark_finished(link.id);
            self.tally(|tally| {
                // The sides', besides the link's.
                tally.writes += item.parts.len() as u64;
                tally.add_applied(link.kind, item.main_action());
            });
        }
        // The eHR keeps DingTalk's id of whom it brought there; who was referred to too early is referred to again.
        let created = item
            .part_for(Side::DingTalk)
            .is_some_and(|part| part.action == WriteAction::Create);
        if !won || done.incomplete || created && self.engine.policy.may_write(Side::Ehr) {
            self.note_look_again_at(&link);
        }
        Ok(won)
    }

    /// Somebody stored the link while its record was made in DingTalk. What was made has an id that only this run knows: kept
    /// in the link it is found again, whoever renames it or overwrites its mark meanwhile.
    async fn save_made_id(&self, done: &WrittenItem) -> Result<(), StoreError> {
        let made = done
            .item
            .part_for(Side::DingTalk)
            .is_some_and(|part| part.action == WriteAction::Create);
        let Some(id) = done.dingtalk.as_ref().filter(|_| made) else {
            return Ok(());
        };
        let (links, corp) = (&self.engine.links, &self.engine.corp);
        for _ in 0..SAVE_ATTEMPTS {
            let Some(now) = links
                .get_link(corp, done.item.link.kind, done.item.link.id)
                .await?
            else {
                return Ok(());
            };
            if now.dingtalk.is_some() {
                return Ok(());
            }
            let kept = Link {
                dingtalk: Some(id.clone()),
                version: self.new_version(),
                ..now.clone()
            };
            if self.store_link(Some(&now), &kept).await? {
                self.names.learn(&kept);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Nothing was written: the intent is explained, and the refusal is the record's state with its reason.
    pub(super) async fn store_refusal(
        &self,
        item: &PlanItem,
        under: &Link,
        reason: &Reason,
    ) -> Result<(), StoreError> {
        let mut link = item.before.clone().unwrap_or_else(|| under.clone());
        if item.before.is_some() && under.dingtalk != link.dingtalk {
            link = under.clone();
        }
        if link.dingtalk.is_none()
            && item
                .parts
                .iter()
                .all(|part| part.action != WriteAction::Create)
        {
            // It was seen there: others may refer to it, whatever became of this write.
            link.dingtalk.clone_from(&item.link.dingtalk);
            link.unionid = item.link.unionid;
        }
        if item
            .part_for(Side::DingTalk)
            .is_some_and(|part| part.action == WriteAction::Create)
        {
            link.unionid = item.link.unionid;
        }
        link.version = self.new_version();
        link.intents = unexplained_intents(item);
        link.waits.retain(|wait| wait.field.is_some());
        let refers = item
            .changes()
            .any(|change| change.field.refers_to().is_some());
        // A department that is not empty yet may be the next moment.
        let empties = link.kind == Kind::Department && item.main_action() == WriteAction::Remove;
        let patience = if empties {
            0
        } else if refers {
            HOUR_MS
        } else {
            DAY_MS
        };
        let next = self.now().millis().saturating_add(patience);
        link.waits.push(LinkWait {
            field: None,
            value: item.fingerprint(&self.engine.key),
            reason: reason.clone(),
            since: self.now(),
            next: Timestamp(next),
        });
        self.store_link(Some(under), &link).await?;
        self.tally(|tally| tally.add_trouble(link.kind, Some(link.id), reason.clone()));
        Ok(())
    }

    /// Stores a link whose base only catches up. `false`: somebody else was here.
    pub(crate) async fn settle_link(&self, settled: &SettledLink) -> Result<bool, LookError> {
        let mut link = settled.link.clone();
        link.version = self.new_version();
        let won = self.store_link(settled.before.as_ref(), &link).await?;
        if won {
            self.names.learn(&link);
            self.journal_explained(settled).await?;
        } else {
            self.note_look_again_at(&link);
        }
        Ok(won)
    }

    /// A write that was cut off after the side took it left no entry: the read that explains its intent writes one.
    async fn journal_explained(&self, settled: &SettledLink) -> Result<(), LookError> {
        let before = settled.before.iter().flat_map(|link| &link.intents);
        let explained = before.filter(|intent| !settled.link.intents.contains(intent));
        let entry = |intent: &WriteIntent| JournalEntry {
            at: self.now(),
            side: intent.side,
            link: settled.link.id,
            kind: settled.link.kind,
            action: intent.action,
            changes: Vec::new(),
            reason: Reason::new(ReasonCode::ChangeFinishedLate),
            owner: Ownership::Owned(self.engine.policy.lifecycle),
            owners: Vec::new(),
        };
        Ok(self
            .engine
            .journal
            .append(&self.id, explained.map(entry).collect())
            .await?)
    }

    pub(super) async fn store_link(
        &self,
        before: Option<&Link>,
        link: &Link,
    ) -> Result<bool, StoreError> {
        let (links, corp) = (&self.engine.links, &self.engine.corp);
        let pointers = PointerChanges::between_states(before, link);
        let put = match before {
            Some(before) if planted::is(Bug::NoVersionCheck) => {
                let now = links.get_link(corp, link.kind, link.id).await?;
                links
                    .put_link(
                        corp,
                        link,
                        now.map_or(before.version, |now| now.version),
                        &pointers,
                    )
                    .await
            }
            Some(before) => links.put_link(corp, link, before.version, &pointers).await,
            None => links.create_link(corp, link).await,
        };
        match put {
            Ok(()) => {
                self.count_linked(before, link);
                let items = 1 + pointers.added.len() + pointers.removed.len();
                self.tally(|tally| tally.writes += items as u64);
                Ok(true)
            }
            Err(WriteError::Stale | WriteError::Exists { .. }) => Ok(false),
            Err(WriteError::TooLarge { .. }) => {
                self.tally(|tally| {
                    tally.add_trouble(
                        link.kind,
                        Some(link.id),
                        Reason::new(ReasonCode::WaitLinkTooLarge),
                    );
                });
                Ok(false)
            }
            Err(WriteError::Store(err)) => Err(err),
        }
    }

    fn count_linked(&self, before: Option<&Link>, link: &Link) {
        let present = |link: &Link| !matches!(link.lifecycle, LinkLifecycle::Left { .. });
        let was = before.is_some_and(present);
        let change = i64::from(present(link)) - i64::from(was);
        if change != 0 {
            self.tally(|tally| *tally.linked.entry(link.kind).or_default() += change);
        }
    }

    /// A record of the eHR that a link belongs to, for a second look.
    pub(crate) fn note_look_again(&self, whose: RecordKey) {
        self.tally(|tally| _ = tally.again.insert(whose));
    }
}

/// The intents that were stored before an item and that nothing has explained yet: base does not hold what they wrote.
fn unexplained_intents(item: &PlanItem) -> Vec<WriteIntent> {
    match &item.before {
        Some(before) if before.intents.len() <= INTENTS_MAX && !planted::is(Bug::IntentsExpire) => {
            before.intents.clone()
        }
        _ => item.link.intents.clone(),
    }
}
