//! Adopt, don't recreate: whether the other side already has somebody whom no link knows.

use directory::correlate::{self, IdentityMatch, IdentityVerdict};
use directory::decide::{self, FreshRead};
use directory::planted::{self, Bug};
use directory::reason::{Reason, ReasonCode};
use directory::{DeptId, Field, Kind, Link, NativeId, Record, Side};
use ehr::{AlternateKey, StoredRecord};

use super::{LookError, ObservedRecord};
use crate::Run;
use crate::removal::CanaryRule;

/// Whether the other side has somebody.
pub(super) enum SearchOutcome<T> {
    /// This one, by these keys.
    There(T, IdentityMatch),
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
                evidence: None,
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
        let (stored, matched) = match self.find_in_ehr(&record).await? {
            SearchOutcome::There(stored, matched) => (stored, matched),
            SearchOutcome::Nobody => {
                return Ok(ObservedRecord {
                    evidence: None,
                    link: None,
                    dingtalk: FreshRead::Here(record),
                    ehr: None,
                });
            }
            // Created now, it would be there twice as soon as somebody says that it is the same.
            SearchOutcome::Uncertain => {
                return Ok(ObservedRecord {
                    evidence: None,
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
                evidence: Some(matched),
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
            evidence: None,
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
                evidence: None,
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
            evidence: None,
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
            let Some(stored) = ehr.find_by_key(record.kind, &key).await? else {
                continue;
            };
            let unions = record.unionid.as_ref().zip(stored.record.unionid.as_ref());
            if unions.is_some_and(|(one, other)| one != other) {
                // The userid, or the number, was somebody else's before.
                continue;
            }
            match self.match_certainty(record, &stored).await? {
                IdentityVerdict::Same(matched) => return Ok(SearchOutcome::There(stored, matched)),
                IdentityVerdict::Perhaps(_) if planted::is(Bug::UncertainIsNew) => {}
                IdentityVerdict::Perhaps(_) => return Ok(SearchOutcome::Uncertain),
                IdentityVerdict::Different => {}
            }
        }
        Ok(SearchOutcome::Nobody)
    }

    /// Whether two records that share a key are one. Somebody who is linked to another account is not, unless that account was the
    /// same human's: a re-hire, also where the eHR never came to keep the `unionid`.
    async fn match_certainty(
        &self,
        dingtalk: &Record,
        stored: &StoredRecord,
    ) -> Result<IdentityVerdict, LookError> {
        let engine = self.engine;
        let keeps = stored.dingtalk.as_ref() == Some(&dingtalk.id);
        if dingtalk.kind == Kind::Department {
            return match keeps {
                true => self.match_kept_department(dingtalk, stored).await,
                false => Ok(IdentityVerdict::Different),
            };
        }
        let link = engine
            .links
            .get_link_by_native(&engine.corp, dingtalk.kind, Side::Ehr, &stored.record.id)
            .await?;
        let union = dingtalk
            .unionid
            .as_ref()
            .map(|id| decide::unionid_hash(id, &engine.key));
        if union.is_some() && link.as_ref().is_some_and(|link| link.unionid == union) {
            return Ok(IdentityVerdict::Same(IdentityMatch::of_link()));
        }
        let judged = correlate::match_people(dingtalk, &stored.record, stored.dingtalk.as_ref());
        let by_union = dingtalk.unionid.is_some() && dingtalk.unionid == stored.record.unionid;
        let newer = planted::is(Bug::NewerAccountWins) || by_union || keeps;
        if !newer && link.is_some_and(|link| link.dingtalk.is_some_and(|id| id != dingtalk.id)) {
            return Ok(IdentityVerdict::Different);
        }
        if let IdentityVerdict::Perhaps(reason) = judged {
            self.tally(|tally| tally.add_trouble(dingtalk.kind, None, Reason::new(reason)));
        }
        Ok(judged)
    }

    /// Whether a department of the eHR that keeps this id is this one: also by its name, or by its place in the tree.
    pub(super) async fn match_kept_department(
        &self,
        dingtalk: &Record,
        stored: &StoredRecord,
    ) -> Result<IdentityVerdict, LookError> {
        let parent = |record: &Record| {
            let parent = record.values.refs(Field::Parent).next();
            parent.and_then(|id| NativeId::new(id).ok())
        };
        if dingtalk.id == DeptId::ROOT.into() && parent(&stored.record).is_none() {
            return Ok(IdentityVerdict::Same(IdentityMatch::of_roots()));
        }
        let same_parent = match (parent(dingtalk), parent(&stored.record)) {
            (Some(there), Some(here)) => {
                let known = self.names.other_id(Side::Ehr, Kind::Department, &here);
                known.await? == Some(there)
            }
            _ => false,
        };
        let judged = correlate::match_kept_department(dingtalk, &stored.record, same_parent);
        if let IdentityVerdict::Perhaps(reason) = judged {
            self.tally(|tally| tally.add_trouble(Kind::Department, None, Reason::new(reason)));
        }
        Ok(judged)
    }

    /// A create in the eHR that was begun is known by the DingTalk id that its record keeps, and by what was sent.
    pub(super) async fn confirm_begun_create(
        &self,
        link: &Link,
        dingtalk: &FreshRead<Record>,
        stored: StoredRecord,
    ) -> Result<Option<StoredRecord>, LookError> {
        let judged = match dingtalk {
            FreshRead::Here(record) => match self.match_certainty(record, &stored).await? {
                IdentityVerdict::Same(matched) => IdentityVerdict::Same(matched),
                _ => correlate::match_begun_create(link, &stored.record, &self.engine.key),
            },
            _ => correlate::match_begun_create(link, &stored.record, &self.engine.key),
        };
        Ok(judged.is_same().then_some(stored))
    }

    /// Somebody in the eHR whom no link knows, and whoever that may be in DingTalk.
    pub(super) async fn observe_new_in_ehr(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<ObservedRecord, LookError> {
        let nothing = ObservedRecord {
            evidence: None,
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
        let (found, matched) = match self.find_in_dingtalk(&stored).await? {
            SearchOutcome::There(found, matched) => (found, matched),
            SearchOutcome::Nobody => {
                // The eHR keeps an id that nobody is found under: it may be somebody else's data that is shown.
                if let Some(kept) = &stored.dingtalk {
                    self.find_canary(Some(kept), CanaryRule::Linked).await?;
                }
                return Ok(ObservedRecord {
                    evidence: None,
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
                    evidence: Some(matched),
                    link: None,
                    dingtalk,
                    ehr,
                })
            }
        }
    }
}
