//! From what is stored to what people read: names for link ids, values opened.

use std::collections::HashMap;

use directory::{Field, FieldValue, Kind, Link, LinkId, NativeId, Side};
use ehr::ledger::CompanyOnDay;
use engine::reviews::{Conflict, Hold, QuarantinedRecord, ReviewStore};
use futures::lock::Mutex;
use state::links::LinkStore as _;
use state::store::StoredItem;
use state::{Binding, Store};

use super::order::{ConflictView, HoldView, QuarantineView, RecordIdentity};
use crate::plan::desk::{PlanOrderHandler, unusable_state};
use crate::plan::order::PlanOrderError;

/// Reads names and values of one corp.
pub(super) struct RecordReader {
    pub(super) records: ReviewStore,
    pub(super) company: CompanyOnDay,
    store: Store,
    known: Mutex<HashMap<LinkId, Option<Link>>>,
}

impl RecordReader {
    pub(super) async fn new(
        desk: &PlanOrderHandler,
        binding: &Binding,
    ) -> Result<Self, PlanOrderError> {
        let corps = &desk.deps.corps;
        let records = corps
            .review_store(binding)
            .await
            .map_err(|err| unusable_state(&err))?;
        let keys = corps
            .secrets
            .get_keys(&binding.id)
            .await
            .map_err(|err| unusable_state(&err))?;
        let store = corps.store.clone();
        let ledger = ehr::Ledger::new(
            store.clone(),
            binding.corp_id.clone(),
            keys.hash_key(),
            corps.clock.now(),
        );
        let company = ledger
            .read_company()
            .await
            .map_err(|err| unusable_state(&err))?;
        Ok(Self {
            records,
            company,
            store,
            known: Mutex::default(),
        })
    }

    pub(super) async fn link(
        &self,
        kind: Kind,
        id: LinkId,
    ) -> Result<Option<Link>, PlanOrderError> {
        let mut known = self.known.lock().await;
        if let Some(link) = known.get(&id) {
            return Ok(link.clone());
        }
        let link = self
            .store
            .get_link(&self.records.corp, kind, id)
            .await
            .map_err(|err| unusable_state(&err))?;
        known.insert(id, link.clone());
        Ok(link)
    }

    pub(super) async fn load_identity(
        &self,
        kind: Kind,
        id: LinkId,
    ) -> Result<RecordIdentity, PlanOrderError> {
        let link = self.link(kind, id).await?;
        Ok(self.identity_of(kind, id, link.as_ref()))
    }

    pub(super) fn identity_of(
        &self,
        kind: Kind,
        id: LinkId,
        link: Option<&Link>,
    ) -> RecordIdentity {
        let native = |side| link.and_then(|link| link.native_id(side));
        let text = |id: Option<&NativeId>| id.map(ToString::to_string);
        let (dingtalk, ehr) = (native(Side::DingTalk), native(Side::Ehr));
        let name = ehr.and_then(|ehr| self.name(kind, ehr));
        RecordIdentity {
            link: id.to_string(),
            kind,
            name,
            dingtalk: text(dingtalk),
            ehr: text(ehr),
        }
    }

    /// What the ledger calls an entry; a department by its path.
    pub(super) fn name(&self, kind: Kind, id: &NativeId) -> Option<String> {
        let stored = self.company.entries_of(kind).get(id)?;
        match kind {
            Kind::Person => stored.record.values.text(Field::Name).map(str::to_owned),
            Kind::Department => {
                Some(self.company.department_path(id)).filter(|path| !path.is_empty())
            }
        }
    }

    /// A value as people read it; its references are link ids.
    pub(super) async fn text(
        &self,
        field: Field,
        value: Option<&FieldValue>,
    ) -> Result<Option<String>, PlanOrderError> {
        Ok(match value {
            None => None,
            Some(FieldValue::Text(text)) => Some(text.expose().to_owned()),
            Some(FieldValue::Day(day)) => Some(day.to_string()),
            Some(FieldValue::Number(number)) => Some(number.to_string()),
            Some(FieldValue::Flag(flag)) => Some(flag.to_string()),
            Some(FieldValue::Refs(refs)) => {
                let mut names = Vec::new();
                for id in refs {
                    names.push(
                        self.referred(field, id)
                            .await?
                            .unwrap_or_else(|| id.clone()),
                    );
                }
                names.sort();
                Some(names.join("；"))
            }
        })
    }

    async fn referred(&self, field: Field, id: &str) -> Result<Option<String>, PlanOrderError> {
        let (Some(kind), Ok(link)) = (field.refers_to(), id.parse()) else {
            return Ok(None);
        };
        let link = self.link(kind, link).await?;
        Ok(link.and_then(|link| self.name(kind, link.native_id(Side::Ehr)?)))
    }

    pub(super) async fn view_conflict(
        &self,
        stored: &StoredItem<Conflict>,
    ) -> Result<ConflictView, PlanOrderError> {
        let conflict = &stored.body;
        let mut texts = [None, None];
        for (text, side) in texts.iter_mut().zip([Side::DingTalk, Side::Ehr]) {
            let value = self
                .records
                .conflict_value(conflict, side)
                .map_err(|err| unusable_state(&err))?;
            *text = self.text(conflict.field, value.as_ref()).await?;
        }
        let [dingtalk, ehr] = texts;
        Ok(ConflictView {
            id: stored.id.clone(),
            record: self.load_identity(conflict.kind, conflict.link).await?,
            field: conflict.field,
            dingtalk,
            ehr,
            won: conflict.won,
            stands: conflict.standing_side(),
            since: conflict.since,
            run: conflict.run.to_string(),
            times: conflict.times,
            state: conflict.state.clone(),
        })
    }

    pub(super) async fn view_quarantined(
        &self,
        stored: &StoredItem<QuarantinedRecord>,
    ) -> Result<QuarantineView, PlanOrderError> {
        let QuarantinedRecord {
            link,
            kind,
            cause,
            reason,
            since,
            tries,
            next,
            state,
            ..
        } = &stored.body;
        Ok(QuarantineView {
            id: stored.id.clone(),
            record: self.load_identity(*kind, *link).await?,
            cause: *cause,
            reason: reason.clone(),
            since: *since,
            tries: *tries,
            next: *next,
            state: *state,
        })
    }
}

pub(super) fn view_hold(stored: &StoredItem<Hold>) -> HoldView {
    let hold = stored.body.clone();
    HoldView {
        id: stored.id.clone(),
        kind: hold.kind,
        action: hold.action,
        count: hold.count,
        too_much: hold.too_much,
        reason: hold.reason,
        since: hold.since,
        run: hold.run.to_string(),
        state: hold.state,
    }
}
