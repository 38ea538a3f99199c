//! From what is stored to what people read: names for link ids, values opened.

use std::collections::HashMap;

use directory::{Field, Kind, Link, LinkId, NativeId, Side, Value};
use ehr::ledger::Company;
use engine::records::{Conflict, Hold, Quarantined, Records};
use futures::lock::Mutex;
use state::links::Links as _;
use state::store::Stored;
use state::{Binding, Store};

use super::order::{ConflictTold, HoldTold, QuarantinedTold, Who};
use crate::plan::desk::{PlanDesk, unusable};
use crate::plan::order::Trouble;

/// Reads names and values of one corp.
pub(super) struct Reader {
    pub(super) records: Records,
    pub(super) company: Company,
    store: Store,
    known: Mutex<HashMap<LinkId, Option<Link>>>,
}

impl Reader {
    pub(super) async fn new(desk: &PlanDesk, binding: &Binding) -> Result<Self, Trouble> {
        let corps = &desk.deps.corps;
        let records = corps.records(binding).await.map_err(|err| unusable(&err))?;
        let secret = corps.secrets.binding(&binding.id).await.map_err(|err| unusable(&err))?;
        let store = corps.store.clone();
        let ledger = ehr::Ledger::new(store.clone(), binding.corp_id.clone(), secret.hash_key(), corps.clock.now());
        let company = ledger.company().await.map_err(|err| unusable(&err))?;
        Ok(Self { records, company, store, known: Mutex::default() })
    }

    pub(super) async fn link(&self, kind: Kind, id: LinkId) -> Result<Option<Link>, Trouble> {
        let mut known = self.known.lock().await;
        if let Some(link) = known.get(&id) {
            return Ok(link.clone());
        }
        let link = self.store.link(&self.records.corp, kind, id).await.map_err(|err| unusable(&err))?;
        known.insert(id, link.clone());
        Ok(link)
    }

    pub(super) async fn who(&self, kind: Kind, id: LinkId) -> Result<Who, Trouble> {
        let link = self.link(kind, id).await?;
        Ok(self.who_is(kind, id, link.as_ref()))
    }

    pub(super) fn who_is(&self, kind: Kind, id: LinkId, link: Option<&Link>) -> Who {
        let native = |side| link.and_then(|link| link.native(side));
        let text = |id: Option<&NativeId>| id.map(ToString::to_string);
        let (dingtalk, ehr) = (native(Side::DingTalk), native(Side::Ehr));
        let name = ehr.and_then(|ehr| self.name(kind, ehr));
        Who { link: id.to_string(), kind, name, dingtalk: text(dingtalk), ehr: text(ehr) }
    }

    /// What the ledger calls an entry; a department by its path.
    pub(super) fn name(&self, kind: Kind, id: &NativeId) -> Option<String> {
        let stored = self.company.of(kind).get(id)?;
        match kind {
            Kind::Person => stored.record.values.text(Field::Name).map(str::to_owned),
            Kind::Department => Some(self.company.path(id)).filter(|path| !path.is_empty()),
        }
    }

    /// A value as people read it; its references are link ids.
    pub(super) async fn text(&self, field: Field, value: Option<&Value>) -> Result<Option<String>, Trouble> {
        Ok(match value {
            None => None,
            Some(Value::Text(text)) => Some(text.expose().to_owned()),
            Some(Value::Day(day)) => Some(day.to_string()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(Value::Flag(flag)) => Some(flag.to_string()),
            Some(Value::Refs(refs)) => {
                let mut names = Vec::new();
                for id in refs {
                    names.push(self.referred(field, id).await?.unwrap_or_else(|| id.clone()));
                }
                names.sort();
                Some(names.join("；"))
            }
        })
    }

    async fn referred(&self, field: Field, id: &str) -> Result<Option<String>, Trouble> {
        let (Some(kind), Ok(link)) = (field.refers_to(), id.parse()) else { return Ok(None) };
        let link = self.link(kind, link).await?;
        Ok(link.and_then(|link| self.name(kind, link.native(Side::Ehr)?)))
    }

    pub(super) async fn conflict(&self, stored: &Stored<Conflict>) -> Result<ConflictTold, Trouble> {
        let conflict = &stored.body;
        let mut texts = [None, None];
        for (text, side) in texts.iter_mut().zip([Side::DingTalk, Side::Ehr]) {
            let value = self.records.value(conflict, side).map_err(|err| unusable(&err))?;
            *text = self.text(conflict.field, value.as_ref()).await?;
        }
        let [dingtalk, ehr] = texts;
        Ok(ConflictTold {
            id: stored.id.clone(),
            record: self.who(conflict.kind, conflict.link).await?,
            field: conflict.field,
            dingtalk,
            ehr,
            won: conflict.won,
            stands: conflict.stands(),
            since: conflict.since,
            run: conflict.run.to_string(),
            times: conflict.times,
            state: conflict.state.clone(),
        })
    }

    pub(super) async fn quarantined(&self, stored: &Stored<Quarantined>) -> Result<QuarantinedTold, Trouble> {
        let Quarantined { link, kind, cause, reason, since, tries, next, state, .. } = &stored.body;
        Ok(QuarantinedTold {
            id: stored.id.clone(),
            record: self.who(*kind, *link).await?,
            cause: *cause,
            reason: reason.clone(),
            since: *since,
            tries: *tries,
            next: *next,
            state: *state,
        })
    }
}

pub(super) fn hold(stored: &Stored<Hold>) -> HoldTold {
    let hold = stored.body.clone();
    HoldTold {
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
