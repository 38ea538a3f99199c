//! One list row after the other: compared with base, nominated where it differs.

use dingtalk::client::MemberRow;
use directory::custom_fields;
use directory::hash::{self, HashKey};
use directory::index::{MemberPlace, Nomination};
use directory::{DeptId, Field, FieldValue, Kind, NativeId, Record, Side, planted};
use ehr::StoredRecord;

use super::{DepartmentHeads, Listing};
use crate::Run;
use crate::link_names::LinkNames;
use crate::observe::RecordKey;

fn parent_id(department: &Record) -> Option<NativeId> {
    department
        .values
        .refs(Field::Parent)
        .next()
        .and_then(|id| NativeId::new(id).ok())
}

/// Before the userid of a leader whom no link knows: no link's id begins so.
const UNLINKED_PREFIX: &str = "new ";

impl Listing {
    /// DingTalk's lists show people or departments whom no link knows, and nobody who is linked.
    pub(crate) fn shows_only_unlinked(&self) -> bool {
        let news = !self.newcomers.is_empty() || self.departments_new > 0;
        // Every company has a root of the same id. Where everybody has left, departments of ours still say whose lists they are.
        let places = || {
            self.departments
                .shows_any_of_ours(Some(&NativeId::from(DeptId::ROOT)))
        };
        news && (self.people.shows_none_of_ours(false)
            || self.people.shows_none_of_ours(true) && !places())
    }

    /// A row of the eHR's list.
    pub(super) fn see_ehr_record(&mut self, run: &Run<'_>, stored: StoredRecord) {
        let mut record = stored.record;
        *self.ehr_active.entry(record.kind).or_default() += u64::from(record.active);
        let parent = parent_id(&record);
        run.names
            .resolve_row(Side::Ehr, &mut record.values, &self.people, true);
        custom_fields::restrict_to_scope(&mut record.values, &run.engine.policy.scope);
        let index = match record.kind {
            Kind::Person => &mut self.people,
            Kind::Department => &mut self.departments,
        };
        let nomination = if record.active {
            index.compare_row(Side::Ehr, &record.id, &record.values)
        } else {
            index.note_left(Side::Ehr, &record.id)
        };
        let decides = run.deciding_side() == Side::Ehr;
        if record.kind == Kind::Department && record.active && decides {
            run.parents
                .learn(Side::Ehr, record.id.clone(), parent.clone());
            self.ehr_parents.insert(record.id.clone(), parent);
        }
        match (nomination, record.kind) {
            (Nomination::Agrees(_), _) => {}
            (Nomination::Differs(link), Kind::Person) => _ = self.differing.insert(link),
            (Nomination::Unknown, _) if !decides || !record.active => {}
            (Nomination::Unknown, Kind::Person) => _ = self.ehr_newcomers.insert(record.id.clone()),
            (Nomination::Unknown | Nomination::Differs(_), Kind::Department) => {
                self.departments_nominated.insert(RecordKey::new(
                    Kind::Department,
                    Side::Ehr,
                    record.id.clone(),
                ));
            }
        }
    }

    pub(super) fn see_department(&mut self, run: &Run<'_>, record: &Record) {
        let parent = parent_id(record);
        run.parents
            .learn(Side::DingTalk, record.id.clone(), parent.clone());
        self.parents.insert(record.id.clone(), parent);
        let mut values = record.values.clone();
        run.names
            .resolve_row(Side::DingTalk, &mut values, &self.people, run.whole_company);
        match self
            .departments
            .compare_row(Side::DingTalk, &record.id, &values)
        {
            Nomination::Agrees(_) => {}
            Nomination::Unknown => {
                self.departments_new += 1;
                self.departments_nominated.insert(RecordKey::new(
                    Kind::Department,
                    Side::DingTalk,
                    record.id.clone(),
                ));
            }
            Nomination::Differs(_) => {
                self.departments_differing += 1;
                self.departments_nominated.insert(RecordKey::new(
                    Kind::Department,
                    Side::DingTalk,
                    record.id.clone(),
                ));
            }
        }
    }

    pub(super) fn see_member(&mut self, run: &Run<'_>, department: DeptId, row: MemberRow) {
        let MemberRow {
            mut record,
            leads_here,
        } = row;
        planted::keep(&record);
        run.names.resolve_row(
            Side::DingTalk,
            &mut record.values,
            &self.people,
            run.whole_company,
        );
        custom_fields::restrict_list_row(&mut record.values, &run.engine.policy.scope);
        let place = run
            .names
            .remembered_link(Side::DingTalk, Kind::Department, &department.into());
        let place = place.map(|department| MemberPlace {
            department,
            leads: leads_here,
        });
        let nomination = self
            .people
            .compare_member_row(&record.id, &record.values, place);
        // A canary is somebody who was known before: strangers prove nothing.
        if nomination != Nomination::Unknown {
            self.somebody = self.somebody.take().or_else(|| record.id.to_user_id().ok());
        }
        if leads_here {
            // Somebody new leads: whatever the id will be, it is not in base.
            let link = self.people.find_link(Side::DingTalk, &record.id);
            let leader = link.map_or_else(
                || format!("{UNLINKED_PREFIX}{}", record.id.as_str()),
                |link| link.to_string(),
            );
            // A department that no link knows yet has one when a later slice goes on.
            self.heads
                .entry(department.into())
                .or_default()
                .leaders
                .insert(leader);
        }
        match nomination {
            Nomination::Agrees(_) => {}
            Nomination::Unknown => {
                run.candidates.add(&record);
                self.newcomers.insert(record.id);
            }
            Nomination::Differs(link) => _ = self.differing.insert(link),
        }
    }

    /// Departments whose leaders, as the lists show them, are not the heads that base has: the lists of departments show no
    /// heads, but those of people show who leads.
    pub(super) fn differing_heads(&self, key: &HashKey) -> Vec<NativeId> {
        let other = |heads: &DepartmentHeads| {
            let leaders = FieldValue::Refs(heads.leaders.clone());
            let leaders = Some(&leaders).filter(|_| !heads.leaders.is_empty());
            heads
                .base
                .is_some_and(|base| base != hash::hash_field(key, Field::Heads, leaders))
        };
        let listed = self
            .heads
            .iter()
            .filter(|(id, _)| self.parents.contains_key(*id) && !self.is_missing(id));
        listed
            .filter(|(_, heads)| other(heads))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Whoever the lists showed as leading and as new, and who has a link by now or is about to have one.
    pub(crate) fn resolve_leaders(&mut self, names: &LinkNames) {
        for heads in self.heads.values_mut() {
            let resolved = |leader: &String| {
                let id = leader
                    .strip_prefix(UNLINKED_PREFIX)
                    .and_then(|id| NativeId::new(id).ok());
                let link = id.and_then(|id| names.person_link(Side::DingTalk, &id, &self.people));
                link.map_or_else(|| leader.clone(), |link| link.to_string())
            };
            heads.leaders = heads.leaders.iter().map(resolved).collect();
        }
    }
}
