//! A side as it is.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use directory::{Field, FieldSet, Kind, Record, Side};

use crate::contacts::{self, Depth};
use crate::oracle::{Fact, Picture};

use super::State;

/// The last picture of each side, and of what state it is: half of a history's time would go into taking them again.
#[derive(Debug, Default)]
pub(super) struct Pictures(RefCell<[Option<Taken>; 2]>);

/// A picture, and the revisions of the side and of the oracle's names that it was taken of.
type Taken = ([u64; 2], Arc<Picture>);

impl State {
    /// Every active record of a side.
    #[must_use]
    pub fn picture(&self, side: Side) -> Arc<Picture> {
        let (slot, revision) = match side {
            Side::DingTalk => (0, self.dingtalk.revision()),
            Side::Ehr => (1, self.ehr.revision()),
        };
        let now = [revision, self.oracle.names()];
        if let Some((of, picture)) = &self.pictures.0.borrow()[slot]
            && *of == now
        {
            return Arc::clone(picture);
        }
        let picture = Arc::new(self.take_picture(side));
        self.pictures.0.borrow_mut()[slot] = Some((now, Arc::clone(&picture)));
        picture
    }

    fn take_picture(&self, side: Side) -> Picture {
        let mut picture = Picture::new();
        let mut add = |record: &Record| {
            if let Some(number) = self.oracle.number(side, record.kind, &record.id).filter(|_| record.active) {
                picture.insert((record.kind, number), self.facts(side, record));
            }
        };
        match side {
            Side::Ehr => self.ehr.all().for_each(|stored| add(&stored.record)),
            Side::DingTalk => {
                let company = self.dingtalk.company();
                for person in company.people.values() {
                    add(&contacts::person(person, Depth::Read, FieldSet::PERSON, FieldSet::NONE));
                }
                for department in company.departments.values() {
                    add(&contacts::department(department, &self.heads(department.dept_id)));
                }
            }
        }
        picture
    }

    /// The fields of a record, references as numbers.
    #[must_use]
    pub fn facts(&self, side: Side, record: &Record) -> BTreeMap<Field, Fact> {
        let shown = record.values.shown().iter();
        shown.map(|field| (field, self.oracle.fact(side, field, &record.values))).collect()
    }

    /// Who leads a department of DingTalk's.
    #[must_use]
    pub fn heads(&self, dept_id: i64) -> Vec<String> {
        let people = self.dingtalk.company().people.values();
        let leads = |person: &&sandbox::company::Person| person.membership(dept_id).is_some_and(|m| m.leader);
        people.filter(leads).map(|person| person.userid.clone()).collect()
    }

    /// Whether somebody is an administrator in DingTalk now.
    #[must_use]
    pub fn is_admin(&self, number: u32) -> bool {
        let is = |person: &&sandbox::company::Person| {
            self.oracle.number(Side::DingTalk, Kind::Person, &contacts::native(&person.userid)) == Some(number)
        };
        self.dingtalk.company().people.values().find(is).is_some_and(|person| person.is_admin() || person.boss)
    }
}
