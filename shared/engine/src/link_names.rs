//! References: a side's own ids ↔ link ids, so that both sides' values can be compared.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use directory::index::{BaseIndex, LinkIndex};
use directory::planted::{self, Bug};
use directory::{
    CorpId, Field, FieldValue, FieldValues, Kind, Link, LinkId, LinkLifecycle, NativeId, Record,
    Side,
};
use state::StoreError;
use state::links::LinkStore;

/// What to do with a reference that no link knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownReferenceRule {
    /// The people it points to may still be on their way: hide the field, so that nothing is decided.
    HideField,
    /// It is out of scope for good: leave it out of the set. A single reference still hides the field.
    LeaveOut,
}

/// A record whose references are link ids as text.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedRecord {
    pub(crate) record: Record,
    /// Fields with references that no link knows yet.
    pub(crate) unknown: Vec<(Field, NativeId)>,
}

/// Which link a side's id belongs to, remembered for a run.
pub struct LinkNames {
    corp: CorpId,
    links: Arc<dyn LinkStore>,
    known: Mutex<LinksByNative>,
    natives: Mutex<HashMap<LinkId, [Option<NativeId>; 2]>>,
    people: Mutex<Option<Arc<LinkIndex>>>,
    /// Whose records are about to be created, with the ids that they will have.
    expected: Mutex<HashMap<LinkId, NativeId>>,
}

/// The links by a side's ids, of each side and kind.
type LinksByNative = HashMap<(Side, Kind), HashMap<NativeId, LinkId>>;

impl LinkNames {
    /// Knows nobody yet.
    #[must_use]
    pub fn new(corp: CorpId, links: Arc<dyn LinkStore>) -> Self {
        Self {
            corp,
            links,
            known: Mutex::default(),
            natives: Mutex::default(),
            people: Mutex::default(),
            expected: Mutex::default(),
        }
    }

    /// Remembers a link's ids; those of a link in quarantine are forgotten: nobody knows whose they are.
    pub fn learn(&self, link: &Link) {
        self.expected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&link.id);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for side in [Side::DingTalk, Side::Ehr] {
            let Some(native) = link.native_id(side) else {
                continue;
            };
            let ids = known.entry((side, link.kind)).or_default();
            if is_referable(link) {
                ids.insert(native.clone(), link.id);
            } else if ids.get(native) == Some(&link.id) {
                ids.remove(native);
            }
        }
        let natives = [
            reference_id(link, Side::DingTalk),
            reference_id(link, Side::Ehr),
        ];
        self.natives
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(link.id, natives);
    }

    /// From now on `link` may be referred to: its record is created in this run, under the id `ehr`.
    pub fn reserve_id(&self, kind: Kind, dingtalk: &NativeId, link: LinkId, ehr: NativeId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry((Side::DingTalk, kind))
            .or_default()
            .entry(dingtalk.clone())
            .or_insert(link);
        known
            .entry((Side::Ehr, kind))
            .or_default()
            .entry(ehr.clone())
            .or_insert(link);
        self.expected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(link, ehr);
    }

    /// From now on this id on a side is known to belong to `link`, whether or not that is stored yet.
    pub(crate) fn assume_id(&self, side: Side, kind: Kind, native: NativeId, link: LinkId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry((side, kind))
            .or_default()
            .entry(native)
            .or_insert(link);
    }

    /// Records that were expected and were not created under the id that was promised: what refers to them is wrong.
    /// Nothing is expected any more afterwards.
    #[must_use]
    pub fn reserved_but_not_created(&self) -> BTreeSet<NativeId> {
        let expected =
            std::mem::take(&mut *self.expected.lock().unwrap_or_else(PoisonError::into_inner));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .values_mut()
            .for_each(|known| known.retain(|_, link| !expected.contains_key(link)));
        expected.into_values().collect()
    }

    /// From now on `people` answers for those who were linked when the run began, without asking the store.
    pub fn use_linked(&self, people: LinkIndex) {
        *self.people.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(people));
    }

    /// DingTalk's ids of the linked departments that this run has met; asks nobody.
    #[must_use]
    pub(crate) fn known_departments(&self) -> BTreeSet<NativeId> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&(Side::DingTalk, Kind::Department))
            .into_iter()
            .flat_map(|ids| ids.keys().cloned())
            .collect()
    }

    /// The link, if this run has met it; asks nobody.
    #[must_use]
    pub fn remembered_link(&self, side: Side, kind: Kind, native: &NativeId) -> Option<LinkId> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(side, kind))?.get(native).copied()
    }

    /// A person's link, by an index or because it is expected; asks nobody.
    #[must_use]
    pub(crate) fn person_link(
        &self,
        side: Side,
        native: &NativeId,
        people: &BaseIndex,
    ) -> Option<LinkId> {
        people
            .find_link(side, native)
            .or_else(|| self.remembered_link(side, Kind::Person, native))
    }

    /// A side's id of a link that this run has met; asks nobody.
    #[must_use]
    pub(crate) fn remembered_native(&self, side: Side, link: LinkId) -> Option<NativeId> {
        let natives = self.natives.lock().unwrap_or_else(PoisonError::into_inner);
        natives
            .get(&link)
            .and_then(|ids| ids[usize::from(side == Side::Ehr)].clone())
    }

    async fn find_link(
        &self,
        side: Side,
        kind: Kind,
        native: &NativeId,
    ) -> Result<Option<LinkId>, StoreError> {
        if let Some(link) = self.remembered_link(side, kind, native) {
            return Ok(Some(link));
        }
        let index = self
            .people
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let (Kind::Person, Some(index)) = (kind, index) {
            return Ok(index.find_link(side, native));
        }
        let link = self
            .links
            .get_link_by_native(&self.corp, kind, side, native)
            .await?;
        if let Some(link) = &link {
            self.learn(link);
        }
        Ok(link.filter(is_referable).map(|link| link.id))
    }

    /// A side's own id of a link's record, if it has one there.
    pub(crate) async fn find_native(
        &self,
        side: Side,
        kind: Kind,
        id: LinkId,
    ) -> Result<Option<NativeId>, StoreError> {
        let slot = usize::from(side == Side::Ehr);
        if let Some(ids) = self
            .natives
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            && let Some(native) = &ids[slot]
        {
            return Ok(Some(native.clone()));
        }
        if side == Side::Ehr
            && let Some(expected) = self
                .expected
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(&id)
        {
            return Ok(Some(expected.clone()));
        }
        let link = self.links.get_link(&self.corp, kind, id).await?;
        if let Some(link) = &link {
            self.learn(link);
        }
        Ok(link.and_then(|link| reference_id(&link, side)))
    }

    /// The other side's id of what a side calls `native`, if a link knows both.
    pub(crate) async fn other_id(
        &self,
        side: Side,
        kind: Kind,
        native: &NativeId,
    ) -> Result<Option<NativeId>, StoreError> {
        match self.find_link(side, kind, native).await? {
            Some(link) => self.find_native(side.other(), kind, link).await,
            None => Ok(None),
        }
    }

    /// Replaces a record's references by link ids.
    pub(crate) async fn resolve(
        &self,
        side: Side,
        record: &Record,
        rule: UnknownReferenceRule,
    ) -> Result<ResolvedRecord, StoreError> {
        let mut resolved = ResolvedRecord {
            record: record.clone(),
            unknown: Vec::new(),
        };
        for field in record.values.shown_fields().iter() {
            let Some(kind) = field.refers_to() else {
                continue;
            };
            let mut links = Vec::new();
            let mut unknown = Vec::new();
            for id in record
                .values
                .refs(field)
                .filter_map(|id| NativeId::new(id).ok())
            {
                match self.find_link(side, kind, &id).await? {
                    Some(link) => links.push(link.to_string()),
                    None => unknown.push((field, id)),
                }
            }
            let values = &mut resolved.record.values;
            if unknown.is_empty() || keeps_known_references(field, rule, &links) {
                values.show_refs(field, links);
            } else {
                values.hide(field);
            }
            resolved.unknown.extend(unknown);
        }
        Ok(resolved)
    }

    /// Replaces link ids in values by a side's own ids. A link without an id there is left out, and said so.
    pub(crate) async fn to_natives(
        &self,
        side: Side,
        values: &FieldValues,
    ) -> Result<(FieldValues, bool), StoreError> {
        let mut natives = values.clone();
        let mut incomplete = false;
        for field in values.shown_fields().iter() {
            let (Some(kind), Some(FieldValue::Refs(refs))) = (field.refers_to(), values.get(field))
            else {
                continue;
            };
            let mut ids = Vec::new();
            for id in refs.iter().filter_map(|id| id.parse().ok()) {
                let native = self.find_native(side, kind, id).await?;
                incomplete |= native.is_none();
                ids.extend(native.map(String::from));
            }
            if ids.is_empty() && !planted::is(Bug::UnknownIsNobody) {
                // Emptying is not what was meant.
                natives.hide(field);
            } else {
                natives.show_refs(field, ids);
            }
        }
        Ok((natives, incomplete))
    }

    /// Replaces the references in a list row's values by link ids, from memory. `keep_unknown` keeps a reference that no link
    /// knows, spelled so that the row differs from base; otherwise it is out of scope and left out.
    pub fn resolve_row(
        &self,
        side: Side,
        values: &mut FieldValues,
        people: &BaseIndex,
        keep_unknown: bool,
    ) {
        for field in values.shown_fields().iter() {
            let (Some(kind), Some(FieldValue::Refs(refs))) = (field.refers_to(), values.get(field))
            else {
                continue;
            };
            let ids = refs.iter().filter_map(|id| NativeId::new(id).ok());
            let link = |id: &NativeId| match kind {
                Kind::Person => self.person_link(side, id, people),
                Kind::Department => self.remembered_link(side, kind, id),
            };
            let links = ids.filter_map(|id| match link(&id) {
                Some(link) => Some(link.to_string()),
                None => keep_unknown.then(|| format!("unknown {id}")),
            });
            let links: Vec<_> = links.collect();
            values.show_refs(field, links);
        }
    }
}

/// The id under which others can refer to a link's record on a side. DingTalk refuses a manager who is not there yet, and two
/// who are each other's would wait for ever: people are referred to once they are there.
fn reference_id(link: &Link, side: Side) -> Option<NativeId> {
    let on_the_way = side == Side::DingTalk
        && link.kind == Kind::Person
        && link.lifecycle == LinkLifecycle::Creating;
    link.native_id(side)
        .filter(|_| !on_the_way && is_referable(link))
        .cloned()
}

/// Whether what refers to one of a link's ids means whom the link is about. In quarantine that is what a person has to say: by
/// then a manager or a head could become somebody else.
fn is_referable(link: &Link) -> bool {
    !matches!(link.lifecycle, LinkLifecycle::Quarantined { .. })
}

/// Departments outside the app's scope appear in `dept_id_list` all the same and are left out at once; people may still
/// be on their way.
fn keeps_known_references(field: Field, rule: UnknownReferenceRule, links: &[String]) -> bool {
    match field {
        Field::Departments | Field::Leads => !links.is_empty(),
        Field::Heads => rule == UnknownReferenceRule::LeaveOut,
        _ => false,
    }
}
