//! What a run that writes nothing would have written, as it comes.

use std::collections::{BTreeMap, HashMap};

use directory::hash::{FieldHash, HashKey};
use directory::plan::{ApprovedPlan, HeldItem, PlanItem, SettledLink};
use directory::reason::{Reason, ReasonCode};
use directory::text::PersonalText;
use directory::{Field, Kind, LinkId, NativeId, Side, WriteAction};

use super::body::{PlannedItem, PlannedPart};
use crate::Engine;
use crate::observe::RecordKey;

/// What is to be done about one record.
enum PendingChange {
    Write(Box<PlanItem>),
    /// Both sides agree and a new link says so: others may refer to it.
    Link(Box<SettledLink>),
}

/// One record's place in the order of writing, and what is to be done.
struct CollectedEntry {
    stage: u32,
    place: usize,
    todo: PendingChange,
}

/// The plan so far. A record that is looked at twice keeps its first place and its last decision: nothing was written in
/// between, so that the second look only knows more.
#[derive(Default)]
pub(crate) struct CollectedPlan {
    stage: u32,
    entries: HashMap<LinkId, CollectedEntry>,
    held: BTreeMap<(LinkId, WriteAction), HeldItem>,
    names: HashMap<LinkId, String>,
}

impl CollectedPlan {
    /// Takes what would be written together: a stage of its own.
    pub(super) fn add_stage(&mut self, plan: &ApprovedPlan) {
        self.stage += 1;
        // A look for the sake of references counts nothing: what the guard stopped before stays as it stopped it.
        let passed: Vec<_> = plan
            .items()
            .iter()
            .filter(|item| !self.is_stopped(item.link.id))
            .collect();
        for item in passed {
            self.put(item.link.id, PendingChange::Write(Box::new(item.clone())));
        }
        for settled in plan
            .settled()
            .iter()
            .filter(|settled| settled.before.is_none())
        {
            self.put(
                settled.link.id,
                PendingChange::Link(Box::new(settled.clone())),
            );
        }
        for held in plan.held() {
            self.held
                .entry((held.link, held.action))
                .or_insert_with(|| held.clone());
        }
    }

    fn put(&mut self, link: LinkId, todo: PendingChange) {
        let place = self.entries.len();
        let stage = self.stage;
        match self.entries.entry(link) {
            std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().todo = todo,
            std::collections::hash_map::Entry::Vacant(free) => {
                _ = free.insert(CollectedEntry { stage, place, todo });
            }
        }
    }

    /// The guard stopped something of this record in this run.
    fn is_stopped(&self, link: LinkId) -> bool {
        self.held
            .values()
            .any(|held| held.link == link && held.fingerprint.is_some())
    }

    /// What a record is called, for whoever reads the plan.
    pub(crate) fn set_name(&mut self, link: LinkId, name: &str) {
        self.names.insert(link, name.to_owned());
    }

    /// eHR records that the plan removes (`None`), or puts elsewhere in `field`: the links that they then refer to.
    pub(crate) fn list_places(
        &self,
        kind: Kind,
        field: Field,
    ) -> BTreeMap<NativeId, Option<Vec<LinkId>>> {
        let items = self.entries.values().filter_map(|entry| match &entry.todo {
            PendingChange::Write(item) if item.link.kind == kind => Some(item),
            _ => None,
        });
        let mut places = BTreeMap::new();
        for item in items {
            let (Some(id), Some(part)) = (&item.link.ehr, item.part_for(Side::Ehr)) else {
                continue;
            };
            if part.action == WriteAction::Remove {
                places.insert(id.clone(), None);
            } else if part.values.shown_fields().contains(field) {
                let refs = part.values.refs(field).filter_map(|id| id.parse().ok());
                places.insert(id.clone(), Some(refs.collect()));
            }
        }
        places
    }

    /// The items in the order of writing, and what is held.
    pub(super) fn into_items(self, engine: &Engine) -> (Vec<PlannedItem>, Vec<HeldItem>) {
        let Self {
            entries,
            held,
            mut names,
            ..
        } = self;
        // Of a removal nothing passes: what was planned before it was held is another decision.
        let updates = held
            .values()
            .filter(|held| held.action == WriteAction::Update);
        let wholes: HashMap<LinkId, FieldHash> = updates
            .filter_map(|held| held.fingerprint.map(|print| (held.link, print)))
            .collect();
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by_key(|(_, entry)| (entry.stage, entry.place));
        let planned = entries.into_iter().filter_map(|(link, entry)| {
            let mut item = to_planned_item(&entry, engine)?;
            item.whole = wholes
                .get(&link)
                .copied()
                .filter(|_| !item.parts.is_empty());
            item.name = names.remove(&link).map(PersonalText::new);
            Some(item)
        });
        (planned.collect(), held.into_values().collect())
    }
}

fn to_planned_item(entry: &CollectedEntry, engine: &Engine) -> Option<PlannedItem> {
    let decides = engine.policy.lifecycle;
    let (link, before) = match &entry.todo {
        PendingChange::Write(item) => (&item.link, item.before.as_ref()),
        PendingChange::Link(settled) => (&settled.link, None),
    };
    let parts: &[directory::plan::ItemPart] = match &entry.todo {
        PendingChange::Write(item) => &item.parts,
        PendingChange::Link(_) => &[],
    };
    let creates = parts
        .iter()
        .any(|part| part.to == Side::DingTalk && part.action == WriteAction::Create);
    // Whom the lists brought together is found from DingTalk's side: the eHR's alone may not know the way.
    let adopted = before.is_none() && !creates && link.dingtalk.is_some();
    let RecordKey { kind, side, id } =
        RecordKey::of_link(link, if adopted { Side::DingTalk } else { decides })?;
    let part = |part: &directory::plan::ItemPart| PlannedPart {
        to: part.to,
        action: part.action,
        changes: part.changes.clone(),
    };
    Some(PlannedItem {
        link: link.id,
        kind,
        stage: entry.stage,
        side,
        id,
        dingtalk: link.dingtalk.clone(),
        ehr: link.ehr.clone(),
        is_new: before.is_none(),
        name: None,
        reason: match &entry.todo {
            PendingChange::Write(item) => item.reason.clone(),
            PendingChange::Link(_) => Reason::new(ReasonCode::ChangeLinkOnly),
        },
        parts: parts.iter().map(part).collect(),
        fingerprint: change_fingerprint(&entry.todo, &engine.key),
        whole: None,
        ehr_version: match &entry.todo {
            PendingChange::Write(item) => item.ehr_version,
            PendingChange::Link(_) => None,
        },
        needs_canary: matches!(&entry.todo, PendingChange::Write(item) if item.needs_canary || item.main_action() == WriteAction::Remove),
    })
}

fn change_fingerprint(todo: &PendingChange, key: &HashKey) -> FieldHash {
    match todo {
        PendingChange::Write(item) => item.fingerprint(key),
        PendingChange::Link(_) => FieldHash::default(),
    }
}
