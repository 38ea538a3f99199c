//! Adopt, don't recreate: whether the other side already has somebody whom no link knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use directory::correlate::{self, IdentityMatch};
use directory::decide::{self, FreshRead};
use directory::planted::{self, Bug};
use directory::reason::{Reason, ReasonCode};
use directory::{
    DeptId, Field, FieldValues, Kind, Link, NativeId, Record, Side, WriteAction, hash,
};
use ehr::{AlternateKey, StoredRecord};

use super::{LookError, ObservedRecord};
use crate::Run;
use crate::error_reach::ErrorReach as _;
use crate::removal::CanaryRule;

/// What the lists of a sweep showed of records that no link knows, to be found by the other side's.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// People of DingTalk by job number or mobile; `None` where two share one.
    people: Mutex<BTreeMap<(Field, String), Option<NativeId>>>,
}

impl Candidates {
    /// Remembers a person whom DingTalk's list showed and no link knows.
    pub(crate) fn add(&self, record: &Record) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        for field in [Field::JobNumber, Field::Mobile] {
            let Some(text) = record.values.text(field) else {
                continue;
            };
            let entry = people
                .entry((field, text.to_owned()))
                .or_insert_with(|| Some(record.id.clone()));
            if entry.as_ref() != Some(&record.id) {
                *entry = None;
            }
        }
    }

    /// All of them, to go on from later.
    pub(crate) fn list_all(&self) -> Vec<(Field, String, Option<NativeId>)> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people
            .iter()
            .map(|((field, text), id)| (*field, text.clone(), id.clone()))
            .collect()
    }

    /// Takes back what [`Self::all`] gave out.
    pub(crate) fn restore(&self, all: &[(Field, String, Option<NativeId>)]) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.extend(
            all.iter()
                .map(|(field, text, id)| ((*field, text.clone()), id.clone())),
        );
    }

    fn find_by(&self, field: Field, record: &Record) -> Option<NativeId> {
        let key = (field, record.values.text(field)?.to_owned());
        self.people
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned()
            .flatten()
    }
}

/// Whether the other side has somebody.
enum SearchOutcome<T> {
    /// This one.
    There(T),
    /// Nobody like that.
    Nobody,
    /// Perhaps: a person has to say so first.
    Uncertain,
}

impl Run<'_> {
    /// Somebody in DingTalk whom no link knows, and whoever that may be in the eHR.
    pub(super) async fn observe_new_in_dingtalk(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<ObservedRecord, LookError> {
        let FreshRead::Here(record) = self.view_record(kind, id).await? else {
            return Ok(ObservedRecord {
                link: None,
                dingtalk: FreshRead::Unseen,
                ehr: None,
            });
        };
        // DingTalk finds a `userid` in another case too: the one that it answers is the record's.
        if record.id != *id
            && let Some(link) = self
                .engine
                .links
                .get_link_by_native(&self.engine.corp, kind, Side::DingTalk, &record.id)
                .await?
        {
            return self.observe_linked(link).await;
        }
        if let Some(link) = self.find_made_by_us(&record).await? {
            return self.observe_made(link, &record).await;
        }
        let stored = match self.find_in_ehr(&record).await? {
            SearchOutcome::There(stored) => stored,
            SearchOutcome::Nobody => {
                return Ok(ObservedRecord {
                    link: None,
                    dingtalk: FreshRead::Here(record),
                    ehr: None,
                });
            }
            // Created now, it would be there twice as soon as somebody says that it is the same.
            SearchOutcome::Uncertain => {
                return Ok(ObservedRecord {
                    link: None,
                    dingtalk: FreshRead::Unseen,
                    ehr: None,
                });
            }
        };
        let engine = self.engine;
        let link = engine
            .links
            .get_link_by_native(&engine.corp, kind, Side::Ehr, &stored.record.id)
            .await?;
        let Some(link) = link.filter(|_| !planted::is(Bug::AdoptedTwice)) else {
            return Ok(ObservedRecord {
                link: None,
                dingtalk: FreshRead::Here(record),
                ehr: Some(stored),
            });
        };
        self.observe_rehired(link, record, &stored).await
    }

    /// The link of a department that we made and whose answer we never got: it carries the link's id. It may have landed after
    /// the eHR closed it, when nobody looks for it under its parent any more.
    async fn find_made_by_us(&self, record: &Record) -> Result<Option<Link>, LookError> {
        let id = record
            .values
            .text(Field::SourceIdentifier)
            .and_then(|id| id.parse().ok());
        let looked_for =
            record.kind == Kind::Department && !planted::is(Bug::DepartmentNotLookedFor);
        let Some(id) = id.filter(|_| looked_for) else {
            return Ok(None);
        };
        let link = self
            .engine
            .links
            .get_link(&self.engine.corp, record.kind, id)
            .await?;
        if let Some(link) = link.as_ref().filter(|link| {
            link.dingtalk
                .as_ref()
                .is_some_and(|known| *known != record.id)
        }) {
            self.tally(|tally| {
                let reason = Reason::new(ReasonCode::IdentityDepartmentDuplicate);
                tally.add_trouble(record.kind, Some(link.id), reason);
            });
        }
        Ok(link.filter(|link| link.dingtalk.is_none()))
    }

    /// Both sides once more, after the link.
    async fn observe_made(&self, link: Link, record: &Record) -> Result<ObservedRecord, LookError> {
        let dingtalk = self.view_record(link.kind, &record.id).await?;
        let ehr = match &link.ehr {
            Some(id) => self.engine.ehr.read_record(link.kind, id).await?,
            None => None,
        };
        Ok(ObservedRecord {
            link: Some(link),
            dingtalk,
            ehr,
        })
    }

    /// A re-hire: the eHR's record has a link of old. Both sides are read again, after the link.
    async fn observe_rehired(
        &self,
        link: Link,
        record: Record,
        stored: &StoredRecord,
    ) -> Result<ObservedRecord, LookError> {
        if let Some(old) = link.dingtalk.as_ref().filter(|old| **old != record.id)
            && !planted::is(Bug::NewerAccountWins)
            && !matches!(self.view_record(link.kind, old).await?, FreshRead::NotFound)
        {
            // Two accounts at once: which of them is the person is not ours to say.
            self.tally(|tally| {
                let reason = Reason::new(ReasonCode::IdentityTwoAccounts);
                tally.add_trouble(link.kind, Some(link.id), reason);
            });
            return Ok(ObservedRecord {
                link: None,
                dingtalk: FreshRead::Unseen,
                ehr: None,
            });
        }
        let dingtalk = self.view_record(link.kind, &record.id).await?;
        let ehr = self
            .engine
            .ehr
            .read_record(link.kind, &stored.record.id)
            .await?;
        Ok(ObservedRecord {
            link: Some(link),
            dingtalk,
            ehr,
        })
    }

    async fn find_in_ehr(&self, record: &Record) -> Result<SearchOutcome<StoredRecord>, LookError> {
        let ehr = &self.engine.ehr;
        let union = record
            .unionid
            .iter()
            .map(|id| AlternateKey::Union(id.clone()));
        let text = |field| record.values.text(field).map(str::to_owned);
        let (job, mobile) = (
            text(Field::JobNumber).map(AlternateKey::JobNumber),
            text(Field::Mobile).map(AlternateKey::Mobile),
        );
        for key in union
            .chain([AlternateKey::DingTalk(record.id.clone())])
            .chain(job)
            .chain(mobile)
        {
            let by_number = matches!(key, AlternateKey::JobNumber(_) | AlternateKey::Mobile(_));
            let Some(stored) = ehr.find_by_key(record.kind, &key).await? else {
                continue;
            };
            let unions = record.unionid.as_ref().zip(stored.record.unionid.as_ref());
            if unions.is_some_and(|(one, other)| one != other) {
                // The userid, or the number, was somebody else's before.
                continue;
            }
            match if by_number {
                self.match_certainty(record, &stored).await?
            } else {
                IdentityMatch::Certain
            } {
                IdentityMatch::Certain => return Ok(SearchOutcome::There(stored)),
                IdentityMatch::Proposal(_) if planted::is(Bug::UncertainIsNew) => {}
                IdentityMatch::Proposal(_) => return Ok(SearchOutcome::Uncertain),
                IdentityMatch::No => {}
            }
        }
        Ok(SearchOutcome::Nobody)
    }

    /// Whether two records that share a number are one person. Somebody who is linked to another account is not, unless that
    /// account was the same human's: a re-hire, also where the eHR never came to keep the `unionid`.
    async fn match_certainty(
        &self,
        dingtalk: &Record,
        stored: &StoredRecord,
    ) -> Result<IdentityMatch, LookError> {
        let engine = self.engine;
        let link = engine
            .links
            .get_link_by_native(&engine.corp, dingtalk.kind, Side::Ehr, &stored.record.id)
            .await?;
        let union = dingtalk
            .unionid
            .as_ref()
            .map(|id| decide::unionid_hash(id, &engine.key));
        if union.is_some() && link.as_ref().is_some_and(|link| link.unionid == union) {
            return Ok(IdentityMatch::Certain);
        }
        let newer = planted::is(Bug::NewerAccountWins);
        if !newer && link.is_some_and(|link| link.dingtalk.is_some_and(|id| id != dingtalk.id)) {
            return Ok(IdentityMatch::No);
        }
        let matched = correlate::match_records(dingtalk, &stored.record, stored.dingtalk.as_ref());
        if let IdentityMatch::Proposal(reason) = matched {
            self.tally(|tally| tally.add_trouble(dingtalk.kind, None, Reason::new(reason)));
        }
        Ok(matched)
    }

    /// Somebody in the eHR whom no link knows, and whoever that may be in DingTalk.
    pub(super) async fn observe_new_in_ehr(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<ObservedRecord, LookError> {
        let nothing = ObservedRecord {
            link: None,
            dingtalk: FreshRead::Unseen,
            ehr: None,
        };
        let Some(stored) = self.engine.ehr.read_record(kind, id).await? else {
            return Ok(nothing);
        };
        if !stored.record.active {
            return Ok(nothing);
        }
        let found = match self.find_in_dingtalk(&stored).await? {
            SearchOutcome::There(found) => found,
            SearchOutcome::Nobody => {
                // The eHR keeps an id that nobody is found under: it may be somebody else's data that is shown.
                if let Some(kept) = &stored.dingtalk {
                    self.find_canary(Some(kept), CanaryRule::Linked).await?;
                }
                return Ok(ObservedRecord {
                    link: None,
                    dingtalk: FreshRead::NotFound,
                    ehr: Some(stored),
                });
            }
            SearchOutcome::Uncertain => return Ok(nothing),
        };
        let engine = self.engine;
        match engine
            .links
            .get_link_by_native(&engine.corp, kind, Side::DingTalk, &found)
            .await?
        {
            // It belongs to somebody else.
            Some(link)
                if link
                    .ehr
                    .as_ref()
                    .is_some_and(|ehr| *ehr != stored.record.id) =>
            {
                self.tally(|tally| {
                    let reason = Reason::new(ReasonCode::IdentityTwoRecords);
                    tally.add_trouble(kind, Some(link.id), reason);
                });
                Ok(nothing)
            }
            Some(link) => self.observe_linked(link).await,
            None => {
                let dingtalk = self.view_record(kind, &found).await?;
                let ehr = engine.ehr.read_record(kind, &stored.record.id).await?;
                Ok(ObservedRecord {
                    link: None,
                    dingtalk,
                    ehr,
                })
            }
        }
    }

    async fn find_in_dingtalk(
        &self,
        stored: &StoredRecord,
    ) -> Result<SearchOutcome<NativeId>, LookError> {
        match stored.record.kind {
            Kind::Person => self.find_person(stored).await,
            Kind::Department => self.find_department(stored).await,
        }
    }

    async fn find_person(
        &self,
        stored: &StoredRecord,
    ) -> Result<SearchOutcome<NativeId>, LookError> {
        let by = |field| self.candidates.find_by(field, &stored.record);
        let ids = stored
            .dingtalk
            .iter()
            .cloned()
            .chain(by(Field::JobNumber))
            .chain(by(Field::Mobile));
        for id in ids.collect::<BTreeSet<_>>() {
            let record = match self.view_record(Kind::Person, &id).await? {
                FreshRead::Here(record) => record,
                // The eHR says who it is, and we may not look.
                FreshRead::Unseen => return Ok(SearchOutcome::Uncertain),
                FreshRead::NotFound => continue,
            };
            match correlate::match_records(&record, &stored.record, stored.dingtalk.as_ref()) {
                IdentityMatch::Certain => return Ok(SearchOutcome::There(id)),
                IdentityMatch::Proposal(_) if planted::is(Bug::UncertainIsNew) => {}
                IdentityMatch::Proposal(reason) => {
                    self.tally(|tally| tally.add_trouble(Kind::Person, None, Reason::new(reason)));
                    return Ok(SearchOutcome::Uncertain);
                }
                IdentityMatch::No => {}
            }
        }
        Ok(SearchOutcome::Nobody)
    }

    /// The root of the eHR is DingTalk's root; below it, a department of the same name under the same parent is the same
    /// one (DingTalk allows no second one of that name there).
    async fn find_department(
        &self,
        stored: &StoredRecord,
    ) -> Result<SearchOutcome<NativeId>, LookError> {
        if let Some(id) = &stored.dingtalk {
            match self.view_record(Kind::Department, id).await? {
                FreshRead::Here(_) => return Ok(SearchOutcome::There(id.clone())),
                FreshRead::Unseen => return Ok(SearchOutcome::Uncertain),
                FreshRead::NotFound => {}
            }
        }
        let values = &stored.record.values;
        if values.shown_fields().contains(Field::Parent) && values.get(Field::Parent).is_none() {
            return Ok(SearchOutcome::There(DeptId::ROOT.into()));
        }
        let child = self
            .find_sibling_of_name(&stored.record)
            .await?
            .filter(|_| !planted::is(Bug::DepartmentNotLookedFor));
        Ok(child.map_or(SearchOutcome::Nobody, SearchOutcome::There))
    }

    /// A create in DingTalk that was begun, and whose outcome is unknown or was a refusal: whether the record is there by
    /// now, made by us (a department carries the link's id) or by somebody else.
    pub(super) async fn find_begun_create(
        &self,
        link: &Link,
        stored: &StoredRecord,
    ) -> Result<FreshRead<Record>, LookError> {
        if link.kind == Kind::Department && !planted::is(Bug::DepartmentNotLookedFor) {
            let ours = link.id.to_string();
            let mut children = self.list_siblings(&stored.record).await?;
            children.extend(self.children_of_old_parents(link).await?);
            for child in children {
                if let FreshRead::Here(record) =
                    self.view_record(Kind::Department, &child.id).await?
                    && record.values.text(Field::SourceIdentifier) == Some(ours.as_str())
                {
                    return Ok(FreshRead::Here(record));
                }
            }
        }
        let engine = self.engine;
        match self.find_in_dingtalk(stored).await? {
            SearchOutcome::Nobody => Ok(FreshRead::NotFound),
            SearchOutcome::Uncertain => Ok(FreshRead::Unseen),
            SearchOutcome::There(id) => {
                match engine
                    .links
                    .get_link_by_native(&engine.corp, link.kind, Side::DingTalk, &id)
                    .await?
                {
                    Some(other) if other.id != link.id => Ok(FreshRead::Unseen),
                    _ => self.view_record(link.kind, &id).await,
                }
            }
        }
    }

    /// What is below the parents under which creates of this department were begun: the eHR may have moved it since. A
    /// parent is known by its hash only.
    async fn children_of_old_parents(&self, link: &Link) -> Result<Vec<Record>, LookError> {
        let engine = self.engine;
        let creates = link
            .intents
            .iter()
            .filter(|intent| intent.action == WriteAction::Create);
        let hashes: BTreeSet<_> = creates
            .filter_map(|intent| intent.fields.get(&Field::Parent).copied())
            .collect();
        let mut parents = Vec::new();
        if !hashes.is_empty() {
            let each = &mut |other: Link| {
                let mut value = FieldValues::new();
                value.show_refs(Field::Parent, [other.id.to_string()]);
                if hashes.contains(&hash::hash_field(
                    &engine.key,
                    Field::Parent,
                    value.get(Field::Parent),
                )) {
                    parents.extend(other.dingtalk.and_then(|id| id.to_dept_id()));
                }
            };
            // What cannot be read is no parent that a create was begun under by this version.
            _ = engine
                .links
                .each_link(&engine.corp, Kind::Department, each)
                .await?;
        }
        let mut children = Vec::new();
        for parent in parents {
            children.extend(self.list_children(parent).await?);
        }
        Ok(children)
    }

    /// What is below a department of DingTalk's; nothing where that is gone.
    async fn list_children(&self, parent: DeptId) -> Result<Vec<Record>, LookError> {
        match self.engine.dingtalk.list_children(parent).await {
            Err(err) if err.is_not_found() => Ok(Vec::new()),
            children => Ok(children?),
        }
    }

    async fn find_sibling_of_name(&self, record: &Record) -> Result<Option<NativeId>, LookError> {
        let name = record.values.text(Field::Name);
        let mut children = self.list_siblings(record).await?.into_iter();
        Ok(children
            .find(|child| child.values.text(Field::Name) == name)
            .map(|child| child.id))
    }

    /// The departments below the parent that a department of the eHR has, in DingTalk.
    async fn list_siblings(&self, record: &Record) -> Result<Vec<Record>, LookError> {
        let engine = self.engine;
        let Some(parent) = record
            .values
            .refs(Field::Parent)
            .next()
            .and_then(|id| NativeId::new(id).ok())
        else {
            return Ok(Vec::new());
        };
        let parent = engine
            .links
            .get_link_by_native(&engine.corp, Kind::Department, Side::Ehr, &parent)
            .await?;
        match parent
            .and_then(|link| link.dingtalk)
            .and_then(|id| id.to_dept_id())
        {
            Some(parent) => self.list_children(parent).await,
            None => Ok(Vec::new()),
        }
    }
}
