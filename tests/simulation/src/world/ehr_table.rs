//! The eHR: records with versions, and the ledger's behaviour for a write.

use std::collections::BTreeMap;

use directory::effective_dates::Presence;
use directory::{
    Field, FieldSet, FieldValue, FieldValues, Kind, LinkId, NativeId, Record, WriteAction,
};
use ehr::{AlternateKey, EhrError, RecordWrite, StoredRecord};

/// Every record, including those that left.
#[derive(Debug, Clone, Default)]
pub struct EhrTable {
    records: BTreeMap<(Kind, NativeId), StoredRecord>,
    by_link: BTreeMap<LinkId, NativeId>,
    /// Whether the id of a record that the engine creates is derived from its link, as in the
    /// ledger.
    pub derives: bool,
    made: u32,
    versions: u64,
}

impl EhrTable {
    /// Returns every record.
    pub fn all(&self) -> impl Iterator<Item = &StoredRecord> {
        self.records.values()
    }

    /// Number that grows with every change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.versions
    }

    /// Returns one record.
    #[must_use]
    pub fn get(&self, kind: Kind, id: &NativeId) -> Option<&StoredRecord> {
        self.records.get(&(kind, id.clone()))
    }

    /// Returns the record that a key finds. Active records come first.
    #[must_use]
    pub fn find(&self, kind: Kind, key: &AlternateKey) -> Option<&StoredRecord> {
        let has = |stored: &&StoredRecord| {
            stored.record.kind == kind
                && match key {
                    AlternateKey::DingTalk(id) => stored.dingtalk.as_ref() == Some(id),
                    AlternateKey::Union(id) => stored.record.unionid.as_ref() == Some(id),
                    AlternateKey::JobNumber(number) => {
                        stored.record.values.text(Field::JobNumber) == Some(number)
                    }
                    AlternateKey::Mobile(number) => {
                        stored.record.values.text(Field::Mobile) == Some(number)
                    }
                }
        };
        let mut found = self.records.values().filter(has);
        let first = found.next();
        first
            .filter(|stored| stored.record.active)
            .or_else(|| found.find(|stored| stored.record.active))
            .or(first)
    }

    /// HR creates a record; returns its id.
    pub fn create_by_hr(&mut self, kind: Kind, values: FieldValues) -> NativeId {
        let id = self.fresh(kind);
        let mut record = Record::new(kind, id.clone());
        record.values = values;
        show_all(&mut record);
        self.store(record, None);
        id
    }

    /// HR changes a record, whatever its version.
    pub fn edit(&mut self, kind: Kind, id: &NativeId, edit: impl FnOnce(&mut Record)) {
        let Some(stored) = self.records.get(&(kind, id.clone())) else {
            return;
        };
        let (mut record, dingtalk) = (stored.record.clone(), stored.dingtalk.clone());
        edit(&mut record);
        self.store(record, dingtalk);
    }

    /// HR writes down a record's id in DingTalk.
    pub fn keep_dingtalk_id(&mut self, kind: Kind, id: &NativeId, dingtalk: NativeId) {
        if let Some(stored) = self.records.get(&(kind, id.clone())) {
            let record = stored.record.clone();
            self.store(record, Some(dingtalk));
        }
    }

    /// A person of HR puts the first day off: the record is not here yet.
    pub fn expect_later(&mut self, kind: Kind, id: &NativeId) {
        self.edit(kind, id, |record| record.active = false);
        if let Some(stored) = self.records.get_mut(&(kind, id.clone())) {
            stored.presence = Presence::NotYet;
        }
    }

    /// Records whose first day is still to come.
    #[must_use]
    pub fn expected_records(&self) -> Vec<NativeId> {
        let expected = self
            .records
            .values()
            .filter(|stored| stored.presence == Presence::NotYet);
        expected.map(|stored| stored.record.id.clone()).collect()
    }

    /// Records that keep an id of DingTalk, with that id.
    #[must_use]
    pub fn kept_ids(&self, kind: Kind) -> Vec<(NativeId, NativeId)> {
        let of_kind = self.records.values().filter(|one| one.record.kind == kind);
        of_kind
            .filter_map(|stored| Some((stored.record.id.clone(), stored.dingtalk.clone()?)))
            .collect()
    }

    /// A person of HR strikes out the id that a record has in DingTalk.
    pub fn strike_out_id(&mut self, kind: Kind, id: &NativeId) {
        if let Some(stored) = self.records.get(&(kind, id.clone())) {
            let record = stored.record.clone();
            self.store(record, None);
        }
    }

    /// HR deletes a record. It is found no more, and a create for its link makes a new one.
    pub fn delete(&mut self, kind: Kind, id: &NativeId) {
        self.versions += 1;
        self.records.remove(&(kind, id.clone()));
        self.by_link.retain(|_, made| made != id);
    }

    /// The engine writes.
    ///
    /// # Errors
    /// As the ledger.
    pub fn apply(
        &mut self,
        write: &RecordWrite,
        capitals: Option<Field>,
    ) -> Result<StoredRecord, EhrError> {
        let id = match (write.action, &write.id) {
            (WriteAction::Create, _) => self.id_of(write),
            (_, Some(id)) => id.clone(),
            (_, None) => return Err(EhrError::NotFound),
        };
        let now = self.records.get(&(write.kind, id.clone()));
        let (mut record, kept) = match (now, write.action) {
            // The first try of this create got through. Other writes may have followed, so the
            // record stays as it is.
            (Some(now), WriteAction::Create) => return Ok(now.clone()),
            (None, WriteAction::Create) => (Record::new(write.kind, id.clone()), None),
            (None, _) => return Err(EhrError::NotFound),
            (Some(now), _)
                if write
                    .expected
                    .is_none_or(|expected| expected == now.version) =>
            {
                (now.record.clone(), now.dingtalk.clone())
            }
            (Some(_), _) => return Err(EhrError::Stale),
        };
        for (field, value) in write.values.iter() {
            record.values.show(field, value.cloned());
        }
        if let Some(field) = capitals.filter(|field| write.values.shown_fields().contains(*field)) {
            capitalize_field(&mut record.values, field);
        }
        show_all(&mut record);
        record.active = write.action != WriteAction::Remove;
        record.unionid = write.unionid.clone().or(record.unionid);
        self.by_link.insert(write.link, id);
        Ok(self.store(record, write.dingtalk.clone().or(kept)))
    }

    /// Returns the id that a create for this link gets, if ids are derived.
    #[must_use]
    pub fn id_for(&self, link: LinkId) -> Option<NativeId> {
        NativeId::new(&link.to_string())
            .ok()
            .filter(|_| self.derives)
    }

    fn id_of(&mut self, write: &RecordWrite) -> NativeId {
        let known = self.by_link.get(&write.link).cloned();
        known
            .or_else(|| self.id_for(write.link))
            .unwrap_or_else(|| self.fresh(write.kind))
    }

    fn fresh(&mut self, kind: Kind) -> NativeId {
        self.made += 1;
        crate::contacts::native_id(&format!("e{}-{}", kind.key(), self.made))
    }

    fn store(&mut self, record: Record, dingtalk: Option<NativeId>) -> StoredRecord {
        self.versions += 1;
        let presence = if record.active {
            Presence::Here
        } else {
            Presence::Left
        };
        let stored = StoredRecord {
            record,
            dingtalk,
            version: self.versions,
            presence,
            upcoming: Vec::new(),
        };
        self.records.insert(
            (stored.record.kind, stored.record.id.clone()),
            stored.clone(),
        );
        stored
    }
}

/// Makes every field visible: an eHR hides nothing, and a field that was never written is empty.
fn show_all(record: &mut Record) {
    for field in FieldSet::of_kind(record.kind)
        .without(record.values.shown_fields())
        .iter()
    {
        record.values.show(field, None);
    }
}

/// Changes a text to capitals.
pub(crate) fn capitalize_field(values: &mut FieldValues, field: Field) {
    if let Some(text) = values.text(field).map(str::to_uppercase) {
        values.show(field, Some(FieldValue::Text(text.as_str().into())));
    }
}
