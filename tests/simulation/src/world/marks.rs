//! What the policy keeps out of reach in some histories: a person or a department that nothing may touch, or a department that is
//! excluded.

use std::collections::BTreeSet;

use directory::policy::Sides;
use directory::{Field, Kind, NativeId, Side, Value};

use crate::company::{Size, dept_id};
use crate::contacts;
use crate::oracle::{Picture, Who};

use super::State;

/// Who is marked, by number; by the ids that they have at the beginning, as a person would mark them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Somebody whom nothing may touch.
    Person(u32),
    /// A department that nothing may touch, with everything below it.
    Department(u32),
    /// A department that is out, with everything below it.
    Excluded(u32),
}

impl State {
    /// Marks something, in a few histories.
    pub(crate) fn set_mark(&mut self, size: Size) {
        if !self.dice.chance(60) || size.departments < 2 {
            return;
        }
        let between = |state: &mut Self, to: u32| u32::try_from(state.dice.between(2, i64::from(to))).unwrap_or(2);
        let mark = match self.dice.below(3) {
            0 => Mark::Person(between(self, size.people)),
            1 => Mark::Department(between(self, size.departments)),
            _ => Mark::Excluded(between(self, size.departments)),
        };
        let (kind, number, in_dingtalk) = match mark {
            Mark::Person(number) => (Kind::Person, number, contacts::native(&format!("u{number}"))),
            Mark::Department(number) | Mark::Excluded(number) => (Kind::Department, number, department_id(number)),
        };
        let ehr = self.ehr.all().map(|stored| &stored.record).filter(|record| record.kind == kind);
        let ehr = ehr.filter(|record| self.oracle.number(Side::Ehr, kind, &record.id) == Some(number));
        let sides = Sides { dingtalk: [in_dingtalk].into(), ehr: ehr.map(|record| record.id.clone()).collect() };
        match mark {
            Mark::Person(_) => self.policy.untouchable.people = sides,
            Mark::Department(_) => self.policy.untouchable.departments = sides,
            Mark::Excluded(_) => self.policy.departments.exclude = sides,
        }
        self.story.tell(self.now, "marked", &[u64::from(number)], || format!("{mark:?}"));
        self.mark = Some(mark);
        self.keep_ids(size);
    }

    /// Who is out of reach is never linked: HR keeps the ids, or a new number would make somebody else of them.
    fn keep_ids(&mut self, size: Size) {
        let people = (1..=size.people).map(|number| (Kind::Person, number, contacts::native(&format!("u{number}"))));
        let departments = (1..=size.departments).map(|number| (Kind::Department, number, department_id(number)));
        for (kind, number, dingtalk) in people.chain(departments) {
            let has = |id: &&NativeId| self.oracle.number(Side::Ehr, kind, id) == Some(number);
            let id = self.in_the_ehr(kind).iter().find(has).cloned();
            if let Some(id) = id {
                self.ehr.keep(kind, &id, dingtalk);
            }
        }
    }

    /// The engine wrote to a record on a side: not to one that is marked.
    pub(crate) fn check_mark(&mut self, side: Side, kind: Kind, id: &NativeId) {
        let policy = &self.policy;
        let marked: [&BTreeSet<NativeId>; 2] = match kind {
            Kind::Person => [policy.untouchable.people.on(side); 2],
            Kind::Department => [policy.untouchable.departments.on(side), policy.departments.exclude.on(side)],
        };
        if marked.iter().any(|ids| ids.contains(id)) {
            self.oracle.broken("reach", format!("{id} in {side:?} is written and is marked"));
        }
    }

    /// Whether a record is out of reach on one of the sides, as these are now, or a department above it is, where nobody and nothing
    /// can be put then. Whoever left the eHR is where they were.
    pub(crate) fn is_out_of_reach(&self, who: Who) -> bool {
        let Some(mark) = self.mark else { return false };
        let sides = self.places();
        let marked = |who: Who| sides.iter().any(|side| is_marked(mark, side, who));
        let at = match who.0 {
            Kind::Person => sides.iter().flat_map(|side| departments(side, who)).collect(),
            Kind::Department => BTreeSet::from([who.1]),
        };
        marked(who) || above(&sides, at).into_iter().any(|number| marked((Kind::Department, number)))
    }

    /// Whether the mark itself keeps a record out of reach, on one of the sides.
    pub(crate) fn is_left_alone(&self, who: Who) -> bool {
        self.mark.is_some_and(|mark| self.places().iter().any(|side| is_marked(mark, side, who)))
    }

    fn places(&self) -> [Picture; 2] {
        [self.picture(Side::DingTalk).as_ref().clone(), self.ehr_with_who_left()]
    }

    fn ehr_with_who_left(&self) -> Picture {
        let mut all = Picture::new();
        for stored in self.ehr.all() {
            let record = &stored.record;
            let Some(number) = self.oracle.number(Side::Ehr, record.kind, &record.id) else { continue };
            let who = (record.kind, number);
            if record.active || !all.contains_key(&who) {
                all.insert(who, self.facts(Side::Ehr, record));
            }
        }
        all
    }
}

fn department_id(number: u32) -> NativeId {
    directory::DeptId(dept_id(number)).into()
}

fn is_marked(mark: Mark, picture: &Picture, who: Who) -> bool {
    let chains = match who.0 {
        Kind::Department => vec![chain(picture, who.1)],
        Kind::Person => departments(picture, who).map(|number| chain(picture, number)).collect(),
    };
    match mark {
        Mark::Person(number) => who == (Kind::Person, number),
        Mark::Department(number) => chains.iter().any(|chain| chain.contains(&number)),
        Mark::Excluded(number) => !chains.is_empty() && chains.iter().all(|chain| chain.contains(&number)),
    }
}

/// The departments that somebody is in.
fn departments(picture: &Picture, who: Who) -> impl Iterator<Item = u32> + use<> {
    numbers(picture.get(&who).and_then(|facts| facts.get(&Field::Departments)).and_then(Option::as_ref))
}

/// A department and everything above it.
fn chain(picture: &Picture, department: u32) -> BTreeSet<u32> {
    above(std::slice::from_ref(picture), [department].into())
}

/// These departments and everything above them on one of the sides, or above that on the other.
fn above(sides: &[Picture], mut at: BTreeSet<u32>) -> BTreeSet<u32> {
    let mut next: Vec<u32> = at.iter().copied().collect();
    while let Some(department) = next.pop() {
        for side in sides {
            let facts = side.get(&(Kind::Department, department));
            let parent = numbers(facts.and_then(|facts| facts.get(&Field::Parent)).and_then(Option::as_ref)).next();
            next.extend(parent.filter(|parent| at.insert(*parent)));
        }
    }
    at
}

fn numbers(value: Option<&Value>) -> impl Iterator<Item = u32> + use<> {
    let refs = match value {
        Some(Value::Refs(refs)) => refs.iter().filter_map(|number| number.parse().ok()).collect(),
        _ => Vec::new(),
    };
    refs.into_iter()
}
