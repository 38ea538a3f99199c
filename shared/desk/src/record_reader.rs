//! From what is stored to what people read: names for link ids, values opened.

use std::collections::HashMap;

use directory::{Field, FieldValue, Kind, Link, LinkId, NativeId, Side};
use ehr::{Ledger, StoredRecord};
use engine::reviews::{Conflict, Hold, QuarantinedRecord, ReviewStore};
use futures::lock::Mutex;
use state::Store;
use state::links::LinkStore as _;
use state::store::StoredItem;

use crate::company_view::CompanyView;
use crate::desk::OrderContext;
use crate::error::OrderError;
use crate::masking::Masking;
use crate::views::{ConflictView, HoldView, QuarantineView, RecordIdentity};

/// Reads names and values of one corp.
pub(crate) struct RecordReader {
    pub(crate) records: ReviewStore,
    pub(crate) company: CompanyView,
    store: Store,
    known: Mutex<HashMap<LinkId, Option<Link>>>,
}

impl OrderContext<'_> {
    /// The company as it is today.
    pub(crate) async fn open_company(&self) -> Result<CompanyView, OrderError> {
        let key = self.desk.hash_key(&self.binding.id).await?;
        let store = self.desk.corps.store.clone();
        let corp = self.binding.corp_id.clone();
        CompanyView::open(Ledger::new(store, corp, key, self.now())).await
    }

    pub(crate) async fn open_reader(&self) -> Result<RecordReader, OrderError> {
        let records = self.desk.corps.review_store(&self.binding).await;
        Ok(RecordReader {
            records: records.map_err(|err| OrderError::unusable(&err))?,
            company: self.open_company().await?,
            store: self.desk.corps.store.clone(),
            known: Mutex::default(),
        })
    }

    /// Whether the actor may order about a link's record; the entry of the eHR decides.
    pub(crate) async fn covers_link(
        &self,
        reader: &RecordReader,
        kind: Kind,
        id: LinkId,
    ) -> Result<bool, OrderError> {
        if self.scope == crate::authorize::Scope::Company {
            return Ok(true);
        }
        let link = reader.link(kind, id).await?;
        let entry = reader.entry_of(kind, link.as_ref()).await?;
        let departments = &reader.company.departments;
        Ok(entry.is_some_and(|entry| self.scope.covers(departments, &entry)))
    }

    pub(crate) async fn check_link(
        &self,
        reader: &RecordReader,
        kind: Kind,
        id: LinkId,
    ) -> Result<(), OrderError> {
        if self.covers_link(reader, kind, id).await? {
            Ok(())
        } else {
            Err(crate::authorize::outside_scope())
        }
    }
}

impl RecordReader {
    pub(crate) async fn link(&self, kind: Kind, id: LinkId) -> Result<Option<Link>, OrderError> {
        let mut known = self.known.lock().await;
        if let Some(link) = known.get(&id) {
            return Ok(link.clone());
        }
        let link = self.store.get_link(&self.records.corp, kind, id).await;
        let link = link.map_err(|err| OrderError::unusable(&err))?;
        known.insert(id, link.clone());
        Ok(link)
    }

    pub(crate) async fn link_by_native(
        &self,
        kind: Kind,
        side: Side,
        id: &NativeId,
    ) -> Result<Option<Link>, OrderError> {
        let corp = &self.records.corp;
        let link = self.store.get_link_by_native(corp, kind, side, id).await;
        link.map_err(|err| OrderError::unusable(&err))
    }

    /// The eHR's entry of a link.
    pub(crate) async fn entry_of(
        &self,
        kind: Kind,
        link: Option<&Link>,
    ) -> Result<Option<StoredRecord>, OrderError> {
        match link.and_then(|link| link.native_id(Side::Ehr)) {
            Some(ehr) => self.company.entry(kind, ehr).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn load_identity(
        &self,
        kind: Kind,
        id: LinkId,
    ) -> Result<RecordIdentity, OrderError> {
        let link = self.link(kind, id).await?;
        self.identity_of(kind, id, link.as_ref()).await
    }

    pub(crate) async fn identity_of(
        &self,
        kind: Kind,
        id: LinkId,
        link: Option<&Link>,
    ) -> Result<RecordIdentity, OrderError> {
        let native = |side| link.and_then(|link| link.native_id(side));
        let text = |id: Option<&NativeId>| id.map(ToString::to_string);
        let (dingtalk, ehr) = (native(Side::DingTalk), native(Side::Ehr));
        let name = match ehr {
            Some(ehr) => self.company.name(kind, ehr).await?,
            None => None,
        };
        Ok(RecordIdentity {
            link: id.to_string(),
            kind,
            name,
            dingtalk: text(dingtalk),
            ehr: text(ehr),
        })
    }

    /// A value as people read it; its references are link ids.
    pub(crate) async fn text(
        &self,
        field: Field,
        value: Option<&FieldValue>,
        masking: Masking,
    ) -> Result<Option<String>, OrderError> {
        Ok(match value {
            None => None,
            Some(FieldValue::Text(text)) => Some(masking.apply(field, text.expose().to_owned())),
            Some(FieldValue::Day(day)) => Some(day.to_string()),
            Some(FieldValue::Number(number)) => Some(number.to_string()),
            Some(FieldValue::Flag(flag)) => Some(flag.to_string()),
            Some(FieldValue::Refs(refs)) => {
                let mut names = Vec::new();
                for id in refs {
                    let name = self.referred(field, id).await?;
                    names.push(name.unwrap_or_else(|| id.clone()));
                }
                names.sort();
                Some(names.join("；"))
            }
        })
    }

    async fn referred(&self, field: Field, id: &str) -> Result<Option<String>, OrderError> {
        let (Some(kind), Ok(link)) = (field.refers_to(), id.parse()) else {
            return Ok(None);
        };
        let link = self.link(kind, link).await?;
        match link.as_ref().and_then(|link| link.native_id(Side::Ehr)) {
            Some(ehr) => self.company.name(kind, ehr).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn view_conflict(
        &self,
        stored: &StoredItem<Conflict>,
        masking: Masking,
    ) -> Result<ConflictView, OrderError> {
        let conflict = &stored.body;
        let mut texts = [None, None];
        for (text, side) in texts.iter_mut().zip([Side::DingTalk, Side::Ehr]) {
            let value = self.records.conflict_value(conflict, side);
            let value = value.map_err(|err| OrderError::unusable(&err))?;
            *text = self.text(conflict.field, value.as_ref(), masking).await?;
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

    pub(crate) async fn view_quarantined(
        &self,
        stored: &StoredItem<QuarantinedRecord>,
    ) -> Result<QuarantineView, OrderError> {
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

pub(crate) fn view_hold(stored: &StoredItem<Hold>) -> HoldView {
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
