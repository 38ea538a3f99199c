//! Companies with known truth: two systems that hold the same people under different spellings. The truth stays with the
//! caller; matching sees the rows alone.

pub mod judgement;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use directory::NativeId;
use directory::text::PersonalText;
use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::departments::DepartmentRow;
use crate::person_row::PersonRow;

/// What a company is like. Shares are in hundredths of its people.
#[derive(Debug, Clone, Copy)]
pub struct CompanyShape {
    /// People whom both sides know.
    pub people: usize,
    /// Whether DingTalk has job numbers.
    pub job_numbers: bool,
    /// Names that one side misspells.
    pub typos: u32,
    /// Mobiles that only one side knows by now.
    pub changed_mobiles: u32,
    /// People who left and came back: an old record, a new one.
    pub rehired: u32,
    /// People with two active records in the eHR.
    pub two_records: u32,
    /// People whom only one side has, on each side.
    pub on_one_side: u32,
}

impl CompanyShape {
    /// The usual company, with or without job numbers in DingTalk.
    #[must_use]
    pub fn usual(people: usize, job_numbers: bool) -> Self {
        Self {
            people,
            job_numbers,
            typos: 5,
            changed_mobiles: 2,
            rehired: 1,
            two_records: 3,
            on_one_side: 2,
        }
    }
}

/// A company in two systems, and who is who.
#[derive(Debug, Clone)]
pub struct GeneratedCompany {
    /// DingTalk's departments.
    pub dingtalk_departments: Vec<DepartmentRow>,
    /// The eHR's departments.
    pub ehr_departments: Vec<DepartmentRow>,
    /// DingTalk's people.
    pub dingtalk: Vec<PersonRow>,
    /// The eHR's people.
    pub ehr: Vec<PersonRow>,
    /// The human behind each id of DingTalk.
    pub humans_of_dingtalk: BTreeMap<NativeId, usize>,
    /// The human behind each id of the eHR.
    pub humans_of_ehr: BTreeMap<NativeId, usize>,
    /// The eHR's records that may lead, one or two for each human who works here.
    pub leading: BTreeSet<NativeId>,
}

/// Makes a company. The same seed makes the same one.
#[must_use]
pub fn generate_company(shape: &CompanyShape, seed: u64) -> GeneratedCompany {
    let departments = (shape.people / 15).clamp(3, 2000);
    let mut making = Making {
        shape: *shape,
        random: Rng::with_seed(seed),
        departments,
        mobiles: BTreeSet::new(),
        next_id: 0,
        company: GeneratedCompany {
            dingtalk_departments: department_rows("d", departments),
            ehr_departments: department_rows("e", departments),
            dingtalk: Vec::new(),
            ehr: Vec::new(),
            humans_of_dingtalk: BTreeMap::new(),
            humans_of_ehr: BTreeMap::new(),
            leading: BTreeSet::new(),
        },
    };
    making.make_people();
    making.company
}

/// Departments in a tree of three children each; every 40th has a name of its own on each side.
fn department_rows(prefix: &str, count: usize) -> Vec<DepartmentRow> {
    let id = |nth: usize| native_id(&format!("{prefix}{nth}"));
    let row = |nth: usize| DepartmentRow {
        id: id(nth),
        parent: (nth > 0).then(|| id((nth - 1) / 3)),
        name: if nth % 40 == 39 {
            format!("{prefix}部{nth}")
        } else {
            format!("部门{nth}")
        },
        kept: None,
    };
    (0..count).map(row).collect()
}

fn native_id(text: &str) -> NativeId {
    // Letters and digits only: never refused.
    NativeId::new(text).unwrap_or_else(|_| unreachable!("an id of letters and digits"))
}

/// A human as they are.
#[derive(Clone)]
struct Human {
    name: String,
    mobile: String,
    job_number: String,
    email: Option<String>,
    hired_on: Date,
    department: usize,
}

struct Making {
    shape: CompanyShape,
    random: Rng,
    departments: usize,
    mobiles: BTreeSet<String>,
    next_id: usize,
    company: GeneratedCompany,
}

impl Making {
    fn make_people(&mut self) {
        let mut last: Option<Human> = None;
        for nth in 0..self.shape.people {
            let mut human = self.new_human(nth);
            if let Some(other) = last.take() {
                self.tie_to(&mut human, &other);
            }
            self.place_human(nth, &human);
            last = Some(human);
        }
        let extra = self.shape.people * self.shape.on_one_side as usize / 100;
        for nth in 0..extra * 2 {
            self.place_stranger(self.shape.people + nth, nth < extra);
        }
        self.random.shuffle(&mut self.company.dingtalk);
        self.random.shuffle(&mut self.company.ehr);
    }

    fn chance(&mut self, hundredths: u32) -> bool {
        self.random.u32(0..100) < hundredths
    }

    fn new_human(&mut self, nth: usize) -> Human {
        let day = date(2005, 1, 1);
        let days = self.random.i64(0..7000);
        Human {
            name: names::pick_name(&mut self.random),
            mobile: self.new_mobile(),
            job_number: format!("E{nth:06}"),
            email: self.chance(30).then(|| format!("staff{nth}@example.com")),
            hired_on: day.checked_add(days.days()).unwrap_or(day),
            department: self.random.usize(1..self.departments),
        }
    }

    fn new_mobile(&mut self) -> String {
        loop {
            let mobile = format!(
                "+861{}{:09}",
                self.random.u32(3..10),
                self.random.u32(0..1_000_000_000)
            );
            if self.mobiles.insert(mobile.clone()) {
                return mobile;
            }
        }
    }

    /// A couple that shares a mobile (1 %), or a namesake in the same department (1 %).
    fn tie_to(&mut self, human: &mut Human, other: &Human) {
        if self.chance(1) {
            human.mobile = other.mobile.clone();
        } else if self.chance(1) {
            human.name = other.name.clone();
            human.department = other.department;
        }
    }

    fn place_human(&mut self, human: usize, truth: &Human) {
        let (mut in_dingtalk, mut in_ehr) = (truth.clone(), truth.clone());
        if self.chance(self.shape.typos) {
            let wrong = if self.random.bool() {
                &mut in_dingtalk
            } else {
                &mut in_ehr
            };
            wrong.name = names::misspell(&mut self.random, &wrong.name);
        }
        if self.chance(self.shape.changed_mobiles) {
            in_ehr.mobile = self.new_mobile();
        }
        if self.chance(3) {
            in_dingtalk.department = self.random.usize(1..self.departments);
        }
        self.add_dingtalk(human, &in_dingtalk);
        self.add_ehr(human, &in_ehr, true);
        if self.chance(self.shape.rehired) {
            let mut before = in_ehr.clone();
            before.hired_on = date(2003, 1, 1);
            before.job_number = format!("{}old", truth.job_number);
            if self.random.bool() {
                before.mobile = self.new_mobile();
            }
            self.add_ehr(human, &before, false);
        } else if self.chance(self.shape.two_records) {
            let mut second = in_ehr;
            second.job_number = format!("{}b", truth.job_number);
            second.department = self.random.usize(1..self.departments);
            let active = self.random.bool();
            self.add_ehr(human, &second, active);
        }
    }

    /// Somebody whom one side alone knows. A few have the name, or the number, of somebody else.
    fn place_stranger(&mut self, human: usize, in_ehr: bool) {
        let mut stranger = self.new_human(human);
        let others = if in_ehr {
            &self.company.dingtalk
        } else {
            &self.company.ehr
        };
        let other = &others[self.random.usize(0..others.len())];
        match self.random.u32(0..10) {
            // A number that was given anew, or a namesake.
            0 => stranger.mobile = text_of(other.mobile.as_ref()),
            1 => stranger.name = text_of(other.name.as_ref()),
            _ => {}
        }
        if in_ehr {
            self.add_ehr(human, &stranger, true);
        } else {
            self.add_dingtalk(human, &stranger);
        }
    }

    fn add_dingtalk(&mut self, human: usize, seen: &Human) {
        let mut row = self.row("u", "d", seen);
        if !self.shape.job_numbers {
            row.job_number = None;
        }
        if self.chance(20) {
            row.hired_on = None;
        }
        self.company
            .humans_of_dingtalk
            .insert(row.id.clone(), human);
        self.company.dingtalk.push(row);
    }

    fn add_ehr(&mut self, human: usize, seen: &Human, active: bool) {
        let mut row = self.row("p", "e", seen);
        row.active = active;
        if active {
            self.company.leading.insert(row.id.clone());
        }
        self.company.humans_of_ehr.insert(row.id.clone(), human);
        self.company.ehr.push(row);
    }

    fn row(&mut self, prefix: &str, department: &str, seen: &Human) -> PersonRow {
        self.next_id += 1;
        let text = |text: &str| Some(PersonalText::from(text));
        let mut row = PersonRow::new(native_id(&format!("{prefix}{}", self.next_id)));
        row.name = text(&seen.name);
        row.mobile = text(&seen.mobile);
        row.job_number = text(&seen.job_number);
        row.email = seen.email.as_deref().and_then(text);
        row.hired_on = Some(seen.hired_on);
        row.departments = [native_id(&format!("{department}{}", seen.department))].into();
        row
    }
}

fn text_of(text: Option<&PersonalText>) -> String {
    text.map(|text| text.expose().to_owned())
        .unwrap_or_default()
}
