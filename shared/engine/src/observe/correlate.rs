//! Adopt, don't recreate (`design.md` §4.11): whether the other side already has somebody whom no link knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use directory::correlate::{self, Match};
use directory::decide::{self, View};
use directory::planted::{self, Bug};
use directory::{Action, DeptId, Field, Kind, Link, NativeId, Record, Side, Values, hash};
use ehr::{Key, Stored};

use super::{LookError, Observed};
use crate::Run;
use crate::removal::Canary;
use crate::trouble::Reach as _;

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
            let Some(text) = record.values.text(field) else { continue };
            let entry = people.entry((field, text.to_owned())).or_insert_with(|| Some(record.id.clone()));
            if entry.as_ref() != Some(&record.id) {
                *entry = None;
            }
        }
    }

    /// All of them, to go on from later.
    pub(crate) fn all(&self) -> Vec<(Field, String, Option<NativeId>)> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.iter().map(|((field, text), id)| (*field, text.clone(), id.clone())).collect()
    }

    /// Takes back what [`Candidates::all`] gave out.
    pub(crate) fn restore(&self, all: &[(Field, String, Option<NativeId>)]) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.extend(all.iter().map(|(field, text, id)| ((*field, text.clone()), id.clone())));
    }

    fn by(&self, field: Field, record: &Record) -> Option<NativeId> {
        let key = (field, record.values.text(field)?.to_owned());
        self.people.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned().flatten()
    }
}

/// Whether the other side has somebody.
enum Found<T> {
    /// This one.
    There(T),
    /// Nobody like that.
    Nobody,
    /// Perhaps: a person has to say so first.
    Uncertain,
}

impl Run<'_> {
    /// Somebody in DingTalk whom no link knows, and whoever that may be in the eHR.
    pub(super) async fn observe_new_in_dingtalk(&self, kind: Kind, id: &NativeId) -> Result<Observed, LookError> {
        let View::Here(record) = self.view_of(kind, id).await? else {
            return Ok(Observed { link: None, dingtalk: View::Unseen, ehr: None });
        };
        if let Some(link) = self.made_by_us(&record).await? {
            return self.observe_made(link, &record).await;
        }
        let stored = match self.find_in_ehr(&record).await? {
            Found::There(stored) => stored,
            Found::Nobody => return Ok(Observed { link: None, dingtalk: View::Here(record), ehr: None }),
            // Created now, it would be there twice as soon as somebody says that it is the same.
            Found::Uncertain => return Ok(Observed { link: None, dingtalk: View::Unseen, ehr: None }),
        };
        let engine = self.engine;
        let link = engine.links.link_by_native(&engine.corp, kind, Side::Ehr, &stored.record.id).await?;
        let Some(link) = link.filter(|_| !planted::is(Bug::AdoptedTwice)) else {
            return Ok(Observed { link: None, dingtalk: View::Here(record), ehr: Some(stored) });
        };
        self.observe_rehired(link, record, &stored).await
    }

    /// The link of a department that we made and whose answer we never got: it carries the link's id. It may have landed after
    /// the eHR closed it, when nobody looks for it under its parent any more.
    async fn made_by_us(&self, record: &Record) -> Result<Option<Link>, LookError> {
        let id = record.values.text(Field::SourceIdentifier).and_then(|id| id.parse().ok());
        let looked_for = record.kind == Kind::Department && !planted::is(Bug::DepartmentNotLookedFor);
        let Some(id) = id.filter(|_| looked_for) else { return Ok(None) };
        let link = self.engine.links.link(&self.engine.corp, record.kind, id).await?;
        if let Some(link) = link.as_ref().filter(|link| link.dingtalk.as_ref().is_some_and(|known| *known != record.id))
        {
            self.tally(|tally| {
                let reason = "DingTalk has a department twice that was made once: the answer to an earlier create came too late \
                              to be known; delete the one that nobody is linked with";
                tally.trouble(record.kind, Some(link.id), reason);
            });
        }
        Ok(link.filter(|link| link.dingtalk.is_none()))
    }

    /// Both sides once more, after the link.
    async fn observe_made(&self, link: Link, record: &Record) -> Result<Observed, LookError> {
        let dingtalk = self.view_of(link.kind, &record.id).await?;
        let ehr = match &link.ehr {
            Some(id) => self.engine.ehr.get(link.kind, id).await?,
            None => None,
        };
        Ok(Observed { link: Some(link), dingtalk, ehr })
    }

    /// A re-hire: the eHR's record has a link of old. Both sides are read again, after the link.
    async fn observe_rehired(&self, link: Link, record: Record, stored: &Stored) -> Result<Observed, LookError> {
        if let Some(old) = link.dingtalk.as_ref().filter(|old| **old != record.id)
            && !planted::is(Bug::NewerAccountWins)
            && !matches!(self.view_of(link.kind, old).await?, View::NotFound)
        {
            // Two accounts at once: which of them is the person is not ours to say.
            self.tally(|tally| {
                let reason = "two DingTalk accounts claim one record of the eHR: a person must say whose it is";
                tally.trouble(link.kind, Some(link.id), reason);
            });
            return Ok(Observed { link: None, dingtalk: View::Unseen, ehr: None });
        }
        let dingtalk = self.view_of(link.kind, &record.id).await?;
        let ehr = self.engine.ehr.get(link.kind, &stored.record.id).await?;
        Ok(Observed { link: Some(link), dingtalk, ehr })
    }

    async fn find_in_ehr(&self, record: &Record) -> Result<Found<Stored>, LookError> {
        let ehr = &self.engine.ehr;
        let union = record.unionid.iter().map(|id| Key::Union(id.clone()));
        let text = |field| record.values.text(field).map(str::to_owned);
        let (job, mobile) = (text(Field::JobNumber).map(Key::JobNumber), text(Field::Mobile).map(Key::Mobile));
        for key in union.chain([Key::DingTalk(record.id.clone())]).chain(job).chain(mobile) {
            let by_number = matches!(key, Key::JobNumber(_) | Key::Mobile(_));
            let Some(stored) = ehr.find_by_key(record.kind, &key).await? else { continue };
            let unions = record.unionid.as_ref().zip(stored.record.unionid.as_ref());
            if unions.is_some_and(|(one, other)| one != other) {
                // The userid, or the number, was somebody else's before.
                continue;
            }
            match if by_number { self.is_certain(record, &stored).await? } else { Match::Certain } {
                Match::Certain => return Ok(Found::There(stored)),
                Match::Proposal(_) if planted::is(Bug::UncertainIsNew) => {}
                Match::Proposal(_) => return Ok(Found::Uncertain),
                Match::No => {}
            }
        }
        Ok(Found::Nobody)
    }

    /// Whether two records that share a number are one person. Somebody who is linked to another account is not, unless that
    /// account was the same human's: a re-hire, also where the eHR never came to keep the `unionid`.
    async fn is_certain(&self, dingtalk: &Record, stored: &Stored) -> Result<Match, LookError> {
        let engine = self.engine;
        let link = engine.links.link_by_native(&engine.corp, dingtalk.kind, Side::Ehr, &stored.record.id).await?;
        let union = dingtalk.unionid.as_ref().map(|id| decide::unionid_hash(id, &engine.key));
        if union.is_some() && link.as_ref().is_some_and(|link| link.unionid == union) {
            return Ok(Match::Certain);
        }
        let newer = planted::is(Bug::NewerAccountWins);
        if !newer && link.is_some_and(|link| link.dingtalk.is_some_and(|id| id != dingtalk.id)) {
            return Ok(Match::No);
        }
        let matched = correlate::judge(dingtalk, &stored.record, stored.dingtalk.as_ref());
        if let Match::Proposal(reason) = matched {
            self.tally(|tally| tally.trouble(dingtalk.kind, None, reason));
        }
        Ok(matched)
    }

    /// Somebody in the eHR whom no link knows, and whoever that may be in DingTalk.
    pub(super) async fn observe_new_in_ehr(&self, kind: Kind, id: &NativeId) -> Result<Observed, LookError> {
        let nothing = Observed { link: None, dingtalk: View::Unseen, ehr: None };
        let Some(stored) = self.engine.ehr.get(kind, id).await? else { return Ok(nothing) };
        if !stored.record.active {
            return Ok(nothing);
        }
        let found = match self.find_in_dingtalk(&stored).await? {
            Found::There(found) => found,
            Found::Nobody => {
                // The eHR keeps an id that nobody is found under: it may be somebody else's data that is shown.
                if let Some(kept) = &stored.dingtalk {
                    self.canary(Some(kept), Canary::Linked).await?;
                }
                return Ok(Observed { link: None, dingtalk: View::NotFound, ehr: Some(stored) });
            }
            Found::Uncertain => return Ok(nothing),
        };
        let engine = self.engine;
        match engine.links.link_by_native(&engine.corp, kind, Side::DingTalk, &found).await? {
            // It belongs to somebody else.
            Some(link) if link.ehr.as_ref().is_some_and(|ehr| *ehr != stored.record.id) => {
                self.tally(|tally| {
                    let reason = "two records of the eHR claim one DingTalk account: a person must say whose it is";
                    tally.trouble(kind, Some(link.id), reason);
                });
                Ok(nothing)
            }
            Some(link) => self.observe_linked(link).await,
            None => {
                let dingtalk = self.view_of(kind, &found).await?;
                let ehr = engine.ehr.get(kind, &stored.record.id).await?;
                Ok(Observed { link: None, dingtalk, ehr })
            }
        }
    }

    async fn find_in_dingtalk(&self, stored: &Stored) -> Result<Found<NativeId>, LookError> {
        match stored.record.kind {
            Kind::Person => self.find_person(stored).await,
            Kind::Department => self.find_department(stored).await,
        }
    }

    async fn find_person(&self, stored: &Stored) -> Result<Found<NativeId>, LookError> {
        let by = |field| self.candidates.by(field, &stored.record);
        let ids = stored.dingtalk.iter().cloned().chain(by(Field::JobNumber)).chain(by(Field::Mobile));
        for id in ids.collect::<BTreeSet<_>>() {
            let record = match self.view_of(Kind::Person, &id).await? {
                View::Here(record) => record,
                // The eHR says who it is, and we may not look.
                View::Unseen => return Ok(Found::Uncertain),
                View::NotFound => continue,
            };
            match correlate::judge(&record, &stored.record, stored.dingtalk.as_ref()) {
                Match::Certain => return Ok(Found::There(id)),
                Match::Proposal(_) if planted::is(Bug::UncertainIsNew) => {}
                Match::Proposal(reason) => {
                    self.tally(|tally| tally.trouble(Kind::Person, None, reason));
                    return Ok(Found::Uncertain);
                }
                Match::No => {}
            }
        }
        Ok(Found::Nobody)
    }

    /// The root of the eHR is DingTalk's root; below it, a department of the same name under the same parent is the same
    /// one (DingTalk allows no second one of that name there).
    async fn find_department(&self, stored: &Stored) -> Result<Found<NativeId>, LookError> {
        if let Some(id) = &stored.dingtalk {
            match self.view_of(Kind::Department, id).await? {
                View::Here(_) => return Ok(Found::There(id.clone())),
                View::Unseen => return Ok(Found::Uncertain),
                View::NotFound => {}
            }
        }
        let values = &stored.record.values;
        if values.shown().contains(Field::Parent) && values.get(Field::Parent).is_none() {
            return Ok(Found::There(DeptId::ROOT.into()));
        }
        let child = self.child_called(&stored.record).await?.filter(|_| !planted::is(Bug::DepartmentNotLookedFor));
        Ok(child.map_or(Found::Nobody, Found::There))
    }

    /// A create in DingTalk that was begun, and whose outcome is unknown or was a refusal: whether the record is there by
    /// now, made by us (a department carries the link's id) or by somebody else.
    pub(super) async fn begun_before(&self, link: &Link, stored: &Stored) -> Result<View<Record>, LookError> {
        if link.kind == Kind::Department && !planted::is(Bug::DepartmentNotLookedFor) {
            let ours = link.id.to_string();
            let mut children = self.siblings(&stored.record).await?;
            children.extend(self.children_of_old_parents(link).await?);
            for child in children {
                if let View::Here(record) = self.view_of(Kind::Department, &child.id).await?
                    && record.values.text(Field::SourceIdentifier) == Some(ours.as_str())
                {
                    return Ok(View::Here(record));
                }
            }
        }
        let engine = self.engine;
        match self.find_in_dingtalk(stored).await? {
            Found::Nobody => Ok(View::NotFound),
            Found::Uncertain => Ok(View::Unseen),
            Found::There(id) => {
                match engine.links.link_by_native(&engine.corp, link.kind, Side::DingTalk, &id).await? {
                    Some(other) if other.id != link.id => Ok(View::Unseen),
                    _ => self.view_of(link.kind, &id).await,
                }
            }
        }
    }

    /// What is below the parents under which creates of this department were begun: the eHR may have moved it since. A
    /// parent is known by its hash only.
    async fn children_of_old_parents(&self, link: &Link) -> Result<Vec<Record>, LookError> {
        let engine = self.engine;
        let creates = link.intents.iter().filter(|intent| intent.action == Action::Create);
        let hashes: BTreeSet<_> = creates.filter_map(|intent| intent.fields.get(&Field::Parent).copied()).collect();
        let mut parents = Vec::new();
        if !hashes.is_empty() {
            let each = &mut |other: Link| {
                let mut value = Values::new();
                value.show_refs(Field::Parent, [other.id.to_string()]);
                if hashes.contains(&hash::field(&engine.key, Field::Parent, value.get(Field::Parent))) {
                    parents.extend(other.dingtalk.and_then(|id| id.to_dept_id()));
                }
            };
            // What cannot be read is no parent that a create was begun under by this version.
            _ = engine.links.each_link(&engine.corp, Kind::Department, each).await?;
        }
        let mut children = Vec::new();
        for parent in parents {
            children.extend(self.children(parent).await?);
        }
        Ok(children)
    }

    /// What is below a department of DingTalk's; nothing where that is gone.
    async fn children(&self, parent: DeptId) -> Result<Vec<Record>, LookError> {
        match self.engine.dingtalk.children(parent).await {
            Err(err) if err.is_not_found() => Ok(Vec::new()),
            children => Ok(children?),
        }
    }

    async fn child_called(&self, record: &Record) -> Result<Option<NativeId>, LookError> {
        let name = record.values.text(Field::Name);
        let mut children = self.siblings(record).await?.into_iter();
        Ok(children.find(|child| child.values.text(Field::Name) == name).map(|child| child.id))
    }

    /// The departments below the parent that a department of the eHR has, in DingTalk.
    async fn siblings(&self, record: &Record) -> Result<Vec<Record>, LookError> {
        let engine = self.engine;
        let Some(parent) = record.values.refs(Field::Parent).next().and_then(|id| NativeId::new(id).ok()) else {
            return Ok(Vec::new());
        };
        let parent = engine.links.link_by_native(&engine.corp, Kind::Department, Side::Ehr, &parent).await?;
        match parent.and_then(|link| link.dingtalk).and_then(|id| id.to_dept_id()) {
            Some(parent) => self.children(parent).await,
            None => Ok(Vec::new()),
        }
    }
}
