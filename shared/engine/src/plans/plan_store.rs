//! Where plans are kept: the head in `control`, the body sealed in the archive.

mod error;
mod parts;

use std::collections::BTreeMap;
use std::sync::Arc;

use directory::hash::HashKey;
use directory::plan::{ActionCounts, HeldItem};
use directory::reason::{Reason, ReasonCode};
use directory::{CorpId, LinkId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use state::archive::ArchiveKeyError;
use state::seal::{self, SealError, SealKey, SealedValue};
use state::store::{ControlKind, PutCondition, StoredItem};
use state::{Archive, ArchiveError, ArchiveKey, ArchiveKind, PutIf, Store, StoreError, WriteError};

use super::body::{PlannedItem, plan_hash};
use super::head::{PlanHead, PlanState};
use super::{Forecast, PlannedSweep};
use crate::ports::Randomness;

use parts::{encode_parts, read_part};

pub use error::PlanError;

/// Items in one part of a body.
const ITEMS_PER_PART: usize = 5000;

/// Held records that a head names; all are counted and all are in the body.
const HELD_IN_HEAD_MAX: usize = 100;

/// Notes that a head keeps.
const NOTES_MAX: usize = 100;

/// Heads are kept this long, in seconds: half a year.
const RETENTION_SECONDS: i64 = 183 * 24 * 3600;

/// The schema version of a body.
const VERSION: u32 = 1;

/// The plans of one corp.
pub struct PlanStore {
    /// State.
    pub store: Store,
    /// Bodies.
    pub archive: Arc<dyn Archive>,
    /// The tenant.
    pub corp: CorpId,
    /// Seals the bodies.
    pub seal_key: SealKey,
    /// Of the hash that an approval is bound to.
    pub hash_key: HashKey,
    /// Nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// What a new plan's head says besides what the plan itself says.
pub struct NewPlan<'a> {
    /// Its id.
    pub id: RunId,
    /// The binding.
    pub binding: &'a directory::BindingId,
    /// Why it is made.
    pub because: &'a str,
    /// The policy's version.
    pub policy: u64,
    /// Calls a second and interface.
    pub calls_per_second: u32,
    /// When it was made.
    pub at: Timestamp,
}

/// One part of a body.
#[derive(Serialize, Deserialize)]
struct BodyPart {
    v: u32,
    plan: String,
    items: Vec<PlannedItem>,
    held: Vec<HeldItem>,
    labels: BTreeMap<LinkId, String>,
}

/// A body, opened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlanBody {
    /// What would be written, in order.
    pub items: Vec<PlannedItem>,
    /// What waits for a person.
    pub held: Vec<HeldItem>,
    /// Names of the records that changes refer to.
    pub labels: BTreeMap<LinkId, String>,
}

impl PlanStore {
    /// Stores a plan, the body first. Plans that are still open are superseded by it.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn store_plan(
        &self,
        new: NewPlan<'_>,
        planned: PlannedSweep,
    ) -> Result<PlanHead, PlanError> {
        let counts = planned.counts();
        let PlannedSweep {
            swept,
            items,
            held,
            labels,
        } = planned;
        let mut by_kind: BTreeMap<_, ActionCounts> = BTreeMap::new();
        for item in &items {
            item.action()
                .into_iter()
                .for_each(|action| by_kind.entry(item.kind).or_default().count_action(action));
        }
        let forecast = Forecast::of(&items, new.calls_per_second);
        let (links, length) = (
            items.iter().filter(|item| item.parts.is_empty()).count(),
            items.len(),
        );
        let (waiting, held_first) = (
            held.len(),
            held.iter().take(HELD_IN_HEAD_MAX).cloned().collect(),
        );
        let parts = encode_parts(new.id.as_str(), items, held, labels)?;
        let hash = plan_hash(&self.hash_key, &parts);
        for (index, part) in parts.iter().enumerate() {
            self.store_part(new.id.as_str(), index, part).await?;
        }
        let head = PlanHead {
            complete: swept.report.complete,
            counts,
            by_kind,
            links: links as u64,
            items: length as u64,
            parts: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            held: waiting as u64,
            held_first,
            hash,
            forecast,
            notes: swept.report.notes.into_iter().take(NOTES_MAX).collect(),
            ..empty_head(new, PlanState::Open)
        };
        self.supersede_open_plans(&head).await?;
        self.put_new_head(&head).await?;
        Ok(head)
    }

    /// Stores that no plan could be made and why, where the one who asked for it looks.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn store_failure(
        &self,
        new: NewPlan<'_>,
        notes: Vec<Reason>,
        failure: Option<Reason>,
    ) -> Result<PlanHead, PlanError> {
        let head = PlanHead {
            notes,
            failure,
            ..empty_head(new, PlanState::Failed)
        };
        self.put_new_head(&head).await?;
        Ok(head)
    }

    /// Stores the head of a plan that was made just now. A failed try of the same plan is replaced: its message came again.
    async fn put_new_head(&self, head: &PlanHead) -> Result<(), PlanError> {
        let condition = match self.load_head(&head.id).await {
            Err(PlanError::Unknown) => PutCondition::New,
            Ok(former) if former.body.state == PlanState::Failed => {
                PutCondition::Version(former.version)
            }
            Ok(_) => return Err(WriteError::Stale.into()),
            Err(err) => return Err(err),
        };
        self.put_head(head, condition).await.map(|_| ())
    }

    async fn supersede_open_plans(&self, newer: &PlanHead) -> Result<(), PlanError> {
        for stored in self.list_newest(20).await? {
            let open = stored.body.state == PlanState::Open && stored.body.id < newer.id;
            if open {
                let head = PlanHead {
                    state: PlanState::Superseded,
                    ..stored.body
                };
                match self
                    .put_head(&head, PutCondition::Version(stored.version))
                    .await
                {
                    // Somebody approved it a moment ago: then it is not open.
                    Err(PlanError::Write(WriteError::Stale)) | Ok(_) => {}
                    Err(err) => return Err(err),
                }
            }
        }
        Ok(())
    }

    /// Stores a head; answers with its new version.
    ///
    /// # Errors
    /// [`PlanError::Write`], `Stale` where somebody else changed it meanwhile.
    pub async fn put_head(
        &self,
        head: &PlanHead,
        condition: PutCondition,
    ) -> Result<u64, PlanError> {
        let expires = Some(head.made_at.millis() / 1000 + RETENTION_SECONDS);
        let put = self.store.put_control(
            &self.corp,
            ControlKind::Plan,
            head.id.as_str(),
            head,
            condition,
            expires,
        );
        Ok(put.await?)
    }

    /// A plan's head, as it is stored now.
    ///
    /// # Errors
    /// [`PlanError::Unknown`] where there is none.
    pub async fn load_head(&self, id: &RunId) -> Result<StoredItem<PlanHead>, PlanError> {
        let stored = self
            .store
            .get_control(&self.corp, ControlKind::Plan, id.as_str())
            .await?;
        stored.ok_or(PlanError::Unknown)
    }

    /// The newest heads.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn list_newest(&self, limit: usize) -> Result<Vec<StoredItem<PlanHead>>, PlanError> {
        Ok(self
            .store
            .list_newest(&self.corp, ControlKind::Plan, limit)
            .await?)
    }

    /// A page of heads, newest first, older than the plan `before`.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn list_before(
        &self,
        before: Option<&RunId>,
        limit: usize,
    ) -> Result<Vec<StoredItem<PlanHead>>, PlanError> {
        let before = before.map(RunId::as_str);
        Ok(self
            .store
            .control_page_before(&self.corp, ControlKind::Plan, before, limit)
            .await?)
    }

    /// At most `limit` items of a plan's body from the one at `from` on, counted from 0. The first page comes with what is
    /// held, and proves the whole body to be the one that the head names; a later page opens its own part, whose seal proves
    /// it, and ends where that part ends.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn load_items(
        &self,
        head: &PlanHead,
        from: usize,
        limit: usize,
    ) -> Result<PlanBody, PlanError> {
        let (items, held, labels) = if from == 0 {
            let PlanBody {
                mut items,
                mut held,
                labels,
            } = self.load_body(head).await?;
            items.truncate(limit);
            held.truncate(HELD_IN_HEAD_MAX);
            (items, held, labels)
        } else {
            let part = self.load_part(head, from / ITEMS_PER_PART).await?;
            let items = part.items.into_iter().skip(from % ITEMS_PER_PART);
            let labels = self.load_part(head, 0).await?.labels;
            (items.take(limit).collect(), Vec::new(), labels)
        };
        let is_named = |link: &LinkId| items.iter().any(|item| item.refers_to(*link));
        let labels = labels
            .into_iter()
            .filter(|(link, _)| is_named(link))
            .collect();
        Ok(PlanBody {
            items,
            held,
            labels,
        })
    }

    async fn load_part(&self, head: &PlanHead, index: usize) -> Result<BodyPart, PlanError> {
        let bytes = self.open_part(head.id.as_str(), index).await?;
        read_part(head, &bytes)
    }

    /// A plan's body, proven to be the one that the head names.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn load_body(&self, head: &PlanHead) -> Result<PlanBody, PlanError> {
        let mut parts = Vec::new();
        for index in 0..head.parts as usize {
            parts.push(self.open_part(head.id.as_str(), index).await?);
        }
        if plan_hash(&self.hash_key, &parts) != head.hash {
            return Err(PlanError::NotTheBody);
        }
        let mut body = PlanBody::default();
        for part in parts {
            let part = read_part(head, &part)?;
            body.items.extend(part.items);
            body.held.extend(part.held);
            body.labels.extend(part.labels);
        }
        Ok(body)
    }

    async fn store_part(&self, id: &str, index: usize, part: &[u8]) -> Result<(), PlanError> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = self.randomness.bytes();
        let name = part_name(id, index);
        let place = seal::SealContext {
            corp: &self.corp,
            record: &name,
            field: "plan",
        };
        let sealed = seal::seal_value(
            &self.seal_key,
            place,
            [a, b, c, d, e, f, g, h, i, j, k, l],
            part,
        )?;
        let bytes = serde_json::to_vec(&sealed).map_err(|_| PlanError::NotTheBody)?;
        let key = ArchiveKey::new(&self.corp, ArchiveKind::Plan, &name)?;
        Ok(self.archive.put(&key, bytes, PutIf::Always).await?)
    }

    async fn open_part(&self, id: &str, index: usize) -> Result<Vec<u8>, PlanError> {
        let name = part_name(id, index);
        let key = ArchiveKey::new(&self.corp, ArchiveKind::Plan, &name)?;
        let bytes = self.archive.get(&key).await?.ok_or(PlanError::NoBody)?;
        let sealed: SealedValue =
            serde_json::from_slice(&bytes).map_err(|_| PlanError::NotTheBody)?;
        let place = seal::SealContext {
            corp: &self.corp,
            record: &name,
            field: "plan",
        };
        Ok(seal::open_value(&self.seal_key, place, &sealed)?)
    }
}

/// A head without items.
fn empty_head(new: NewPlan<'_>, state: PlanState) -> PlanHead {
    PlanHead {
        id: new.id,
        binding: new.binding.clone(),
        made_at: new.at,
        because: new.because.to_owned(),
        policy: new.policy,
        complete: false,
        counts: ActionCounts::default(),
        by_kind: BTreeMap::new(),
        links: 0,
        items: 0,
        parts: 0,
        held: 0,
        held_first: Vec::new(),
        hash: String::new(),
        forecast: Forecast::default(),
        notes: Vec::new(),
        state,
        approved: None,
        applied: None,
        failure: None,
    }
}

fn part_name(id: &str, index: usize) -> String {
    format!("{id}/{index:04}")
}
