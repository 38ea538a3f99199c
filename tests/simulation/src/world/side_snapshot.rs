//! Snapshots of a side.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use directory::{Field, FieldSet, Kind, Record, Side};

use crate::contacts::{self, ReadDepth};
use crate::oracle::{NumberedValue, SideSnapshot};

use super::WorldState;

/// The last snapshot of each side, with the revision it shows. Without it, half of a history's time
/// would go into new snapshots.
#[derive(Debug, Default)]
pub(super) struct SnapshotCache(RefCell<[Option<CachedSnapshot>; 2]>);

/// A snapshot with the revisions of the side and of the oracle's names.
type CachedSnapshot = ([u64; 2], Arc<SideSnapshot>);

impl WorldState {
    /// Returns every active record of a side.
    #[must_use]
    pub fn side_snapshot(&self, side: Side) -> Arc<SideSnapshot> {
        let (slot, revision) = match side {
            Side::DingTalk => (0, self.dingtalk.revision()),
            Side::Ehr => (1, self.ehr.revision()),
        };
        let now = [revision, self.oracle.names_revision()];
        if let Some((of, picture)) = &self.pictures.0.borrow()[slot]
            && *of == now
        {
            return Arc::clone(picture);
        }
        let picture = Arc::new(self.take_side_snapshot(side));
        self.pictures.0.borrow_mut()[slot] = Some((now, Arc::clone(&picture)));
        picture
    }

    fn take_side_snapshot(&self, side: Side) -> SideSnapshot {
        let mut picture = SideSnapshot::new();
        let mut add = |record: &Record| {
            if let Some(number) = self
                .oracle
                .number_of(side, record.kind, &record.id)
                .filter(|_| record.active)
            {
                picture.insert((record.kind, number), self.numbered_values(side, record));
            }
        };
        match side {
            Side::Ehr => self.ehr.all().for_each(|stored| add(&stored.record)),
            Side::DingTalk => {
                let company = self.dingtalk.company();
                for person in company.people.values() {
                    add(&contacts::person_record(
                        person,
                        ReadDepth::Read,
                        FieldSet::PERSON,
                        FieldSet::NONE,
                    ));
                }
                for department in company.departments.values() {
                    add(&contacts::department_record(
                        department,
                        &self.department_heads(department.dept_id),
                    ));
                }
            }
        }
        picture
    }

    /// Returns the fields of a record with numbers as references.
    #[must_use]
    pub fn numbered_values(&self, side: Side, record: &Record) -> BTreeMap<Field, NumberedValue> {
        let shown = record.values.shown_fields().iter();
        shown
            .map(|field| (field, self.oracle.to_numbered(side, field, &record.values)))
            .collect()
    }

    /// Returns the heads of a department in DingTalk.
    #[must_use]
    pub fn department_heads(&self, dept_id: i64) -> Vec<String> {
        let people = self.dingtalk.company().people.values();
        let leads = |person: &&sandbox::company::Person| {
            person.membership(dept_id).is_some_and(|m| m.leader)
        };
        people
            .filter(leads)
            .map(|person| person.userid.clone())
            .collect()
    }

    /// Whether a person is an administrator in DingTalk now.
    #[must_use]
    pub fn is_admin(&self, number: u32) -> bool {
        let is = |person: &&sandbox::company::Person| {
            self.oracle.number_of(
                Side::DingTalk,
                Kind::Person,
                &contacts::native_id(&person.userid),
            ) == Some(number)
        };
        self.dingtalk
            .company()
            .people
            .values()
            .find(is)
            .is_some_and(|person| person.is_admin() || person.boss)
    }
}
