//! Marks of the policy in some histories: a person or department that is untouchable, or a
//! department that is excluded.

use std::collections::BTreeSet;

use directory::policy::IdsBySide;
use directory::{Field, FieldValue, Kind, NativeId, Side};

use crate::company::{InitialSize, dept_id};
use crate::contacts;
use crate::oracle::{RecordNumber, SideSnapshot};

use super::WorldState;

/// What is marked, by number. The policy names the ids of the beginning, as a person would write
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyMark {
    /// An untouchable person.
    Person(u32),
    /// An untouchable department, with everything below it.
    Department(u32),
    /// An excluded department, with everything below it.
    Excluded(u32),
}

impl WorldState {
    /// Marks something, in a few histories.
    pub(crate) fn set_mark(&mut self, size: InitialSize) {
        if !self.dice.chance(60) || size.departments < 2 {
            return;
        }
        let between = |state: &mut Self, to: u32| {
            u32::try_from(state.dice.between(2, i64::from(to))).unwrap_or(2)
        };
        let mark = match self.dice.below(3) {
            0 => PolicyMark::Person(between(self, size.people)),
            1 => PolicyMark::Department(between(self, size.departments)),
            _ => PolicyMark::Excluded(between(self, size.departments)),
        };
        let (kind, number, in_dingtalk) = match mark {
            PolicyMark::Person(number) => (
                Kind::Person,
                number,
                contacts::native_id(&format!("u{number}")),
            ),
            PolicyMark::Department(number) | PolicyMark::Excluded(number) => {
                (Kind::Department, number, department_id(number))
            }
        };
        let ehr = self
            .ehr
            .all()
            .map(|stored| &stored.record)
            .filter(|record| record.kind == kind);
        let ehr =
            ehr.filter(|record| self.oracle.number_of(Side::Ehr, kind, &record.id) == Some(number));
        let sides = IdsBySide {
            dingtalk: [in_dingtalk].into(),
            ehr: ehr.map(|record| record.id.clone()).collect(),
        };
        match mark {
            PolicyMark::Person(_) => self.policy.untouchable.people = sides,
            PolicyMark::Department(_) => self.policy.untouchable.departments = sides,
            PolicyMark::Excluded(_) => self.policy.departments.exclude = sides,
        }
        self.story
            .record_event(self.now, "marked", &[u64::from(number)], || {
                format!("{mark:?}")
            });
        self.mark = Some(mark);
        self.keep_ids(size);
    }

    /// Records out of reach are never linked. HR keeps the ids, because a new job number would make
    /// them look like other people.
    fn keep_ids(&mut self, size: InitialSize) {
        let people = (1..=size.people).map(|number| {
            (
                Kind::Person,
                number,
                contacts::native_id(&format!("u{number}")),
            )
        });
        let departments =
            (1..=size.departments).map(|number| (Kind::Department, number, department_id(number)));
        for (kind, number, dingtalk) in people.chain(departments) {
            let has = |id: &&NativeId| self.oracle.number_of(Side::Ehr, kind, id) == Some(number);
            let id = self.active_ehr_records(kind).iter().find(has).cloned();
            if let Some(id) = id {
                self.ehr.keep_dingtalk_id(kind, &id, dingtalk);
            }
        }
    }

    /// Checks that the engine did not write to a marked record.
    pub(crate) fn check_mark(&mut self, side: Side, kind: Kind, id: &NativeId) {
        let policy = &self.policy;
        let marked: [&BTreeSet<NativeId>; 2] = match kind {
            Kind::Person => [policy.untouchable.people.ids_on(side); 2],
            Kind::Department => [
                policy.untouchable.departments.ids_on(side),
                policy.departments.exclude.ids_on(side),
            ],
        };
        if marked.iter().any(|ids| ids.contains(id)) {
            self.oracle.report_violation(
                "reach",
                format!("{id} in {side:?} is written and is marked"),
            );
        }
    }

    /// Whether a record is out of reach on a side as it is now, or a department above it is, so
    /// that nothing can be placed there. A person who left the eHR counts with their last
    /// departments.
    pub(crate) fn is_out_of_reach(&self, who: RecordNumber) -> bool {
        let Some(mark) = self.mark else { return false };
        let sides = self.side_snapshots();
        let marked = |who: RecordNumber| sides.iter().any(|side| is_marked(mark, side, who));
        let at = match who.0 {
            Kind::Person => sides
                .iter()
                .flat_map(|side| departments_of(side, who))
                .collect(),
            Kind::Department => BTreeSet::from([who.1]),
        };
        marked(who)
            || with_ancestors(&sides, at)
                .into_iter()
                .any(|number| marked((Kind::Department, number)))
    }

    /// Whether the mark itself keeps a record out of reach on one of the sides.
    pub(crate) fn is_left_alone(&self, who: RecordNumber) -> bool {
        self.mark.is_some_and(|mark| {
            self.side_snapshots()
                .iter()
                .any(|side| is_marked(mark, side, who))
        })
    }

    fn side_snapshots(&self) -> [SideSnapshot; 2] {
        [
            self.side_snapshot(Side::DingTalk).as_ref().clone(),
            self.ehr_snapshot_with_leavers(),
        ]
    }

    fn ehr_snapshot_with_leavers(&self) -> SideSnapshot {
        let mut all = SideSnapshot::new();
        for stored in self.ehr.all() {
            let record = &stored.record;
            let Some(number) = self.oracle.number_of(Side::Ehr, record.kind, &record.id) else {
                continue;
            };
            let who = (record.kind, number);
            if record.active || !all.contains_key(&who) {
                all.insert(who, self.numbered_values(Side::Ehr, record));
            }
        }
        all
    }
}

fn department_id(number: u32) -> NativeId {
    directory::DeptId(dept_id(number)).into()
}

fn is_marked(mark: PolicyMark, picture: &SideSnapshot, who: RecordNumber) -> bool {
    let chains = match who.0 {
        Kind::Department => vec![ancestor_chain(picture, who.1)],
        Kind::Person => departments_of(picture, who)
            .map(|number| ancestor_chain(picture, number))
            .collect(),
    };
    match mark {
        PolicyMark::Person(number) => who == (Kind::Person, number),
        PolicyMark::Department(number) => chains.iter().any(|chain| chain.contains(&number)),
        PolicyMark::Excluded(number) => {
            !chains.is_empty() && chains.iter().all(|chain| chain.contains(&number))
        }
    }
}

/// Returns the departments of a person.
fn departments_of(picture: &SideSnapshot, who: RecordNumber) -> impl Iterator<Item = u32> + use<> {
    numbers_in(
        picture
            .get(&who)
            .and_then(|facts| facts.get(&Field::Departments))
            .and_then(Option::as_ref),
    )
}

/// Returns a department and everything above it.
fn ancestor_chain(picture: &SideSnapshot, department: u32) -> BTreeSet<u32> {
    with_ancestors(std::slice::from_ref(picture), [department].into())
}

/// Returns these departments with everything above them, as both sides show it.
fn with_ancestors(sides: &[SideSnapshot], mut at: BTreeSet<u32>) -> BTreeSet<u32> {
    let mut next: Vec<u32> = at.iter().copied().collect();
    while let Some(department) = next.pop() {
        for side in sides {
            let facts = side.get(&(Kind::Department, department));
            let parent = numbers_in(
                facts
                    .and_then(|facts| facts.get(&Field::Parent))
                    .and_then(Option::as_ref),
            )
            .next();
            next.extend(parent.filter(|parent| at.insert(*parent)));
        }
    }
    at
}

fn numbers_in(value: Option<&FieldValue>) -> impl Iterator<Item = u32> + use<> {
    let refs = match value {
        Some(FieldValue::Refs(refs)) => refs
            .iter()
            .filter_map(|number| number.parse().ok())
            .collect(),
        _ => Vec::new(),
    };
    refs.into_iter()
}
