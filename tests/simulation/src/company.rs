//! Generates the company at the beginning of a history.

use std::collections::BTreeMap;

use directory::{Field, FieldValue, FieldValues, Kind, NativeId, Side, UnionId};
use sandbox::Company;
use sandbox::company::{AppCredentials, Department, Membership, Person};
use sandbox::world::Settings;

use crate::contacts;
use crate::dice::Dice;
use crate::world::{HISTORY_START_MS, WorldState};

/// Size of the company.
#[derive(Debug, Clone, Copy)]
pub struct InitialSize {
    /// Number of people.
    pub people: u32,
    /// Number of departments, with the root.
    pub departments: u32,
}

/// Returns the id of a department that exists from the beginning.
#[must_use]
pub fn dept_id(number: u32) -> i64 {
    if number == 1 {
        1
    } else {
        100 + i64::from(number)
    }
}

/// Returns a name that contains the record's number.
#[must_use]
pub fn numbered_name(kind: Kind, number: u32, token: u32) -> String {
    let letter = if kind == Kind::Person { '人' } else { '部' };
    format!("{letter}{number}·{token}")
}

/// Returns a unique mobile number.
#[must_use]
pub fn numbered_mobile(number: u32, token: u32) -> String {
    format!("13{:04}{:05}", number % 10_000, token % 100_000)
}

/// Generates a company in DingTalk. `first` is the number of its first person.
#[must_use]
pub fn generate_dingtalk(
    size: InitialSize,
    first: u32,
    prefix: &str,
    dice: &mut Dice,
) -> sandbox::World {
    let mut departments = BTreeMap::new();
    // Only the root has the same id in every company.
    let id = |number: u32| {
        if number == 1 {
            1
        } else {
            dept_id(number + first - 1)
        }
    };
    for number in 1..=size.departments {
        let parent = 1 + u32::try_from(dice.below(number.saturating_sub(1) as usize)).unwrap_or(0);
        let name = numbered_name(
            Kind::Department,
            if number == 1 { 1 } else { number + first - 1 },
            0,
        );
        let mut department = Department::new(id(number), name, id(parent));
        department.parent_id = department.parent_id.filter(|_| number > 1);
        departments.insert(department.dept_id, department);
    }
    let ids: Vec<i64> = departments.keys().copied().collect();
    let mut people = BTreeMap::new();
    for number in first..first + size.people {
        let at = dice.pick(&ids).unwrap_or(1);
        let person = make_person(number, &format!("{prefix}{number}"), at, number == first);
        people.insert(person.userid.clone(), person);
    }
    let company = Company {
        name: numbered_name(Kind::Department, 1, 0),
        credentials: AppCredentials {
            corp_id: "ding5a".to_owned(),
            agent_id: 1,
            app_key: format!("dingkey{prefix}"),
            app_secret: String::new(),
            other_corp_id: "ding5b".to_owned(),
        },
        departments,
        people,
        left: BTreeMap::new(),
        roles: Vec::new(),
    };
    sandbox::World::new(company, Settings::default())
}

fn make_person(number: u32, userid: &str, department: i64, admin: bool) -> Person {
    Person {
        userid: userid.to_owned(),
        unionid: format!("union{number}iE"),
        name: numbered_name(Kind::Person, number, 0),
        state_code: "86".to_owned(),
        mobile: numbered_mobile(number, 0),
        hide_mobile: false,
        telephone: String::new(),
        job_number: format!("j{number}·0"),
        title: format!("t{number}·0"),
        email: String::new(),
        org_email: None,
        work_place: None,
        remark: None,
        extension: None,
        hired_date: None,
        manager_userid: None,
        departments: vec![Membership {
            dept_id: department,
            order: 1,
            leader: false,
        }],
        main_department: None,
        active: true,
        real_authed: true,
        senior: false,
        boss: false,
        sys_level: u8::from(admin),
        roles: Vec::new(),
        status: 3,
        employee_type: 0,
        joined_at: HISTORY_START_MS,
        modified_at: HISTORY_START_MS,
    }
}

impl WorldState {
    /// Numbers the people in DingTalk, and fills the eHR as the policy needs it: with all of them
    /// if the eHR decides who joins, otherwise with none or some of them. Some people exist on one
    /// side only.
    pub fn found_company(&mut self, size: InitialSize) {
        self.last_number = size.people.max(size.departments);
        for number in 1..=size.departments {
            let id = directory::DeptId(dept_id(number)).into();
            self.oracle
                .assign_number(Side::DingTalk, Kind::Department, &id, number);
        }
        for number in 1..=size.people {
            self.oracle.assign_number(
                Side::DingTalk,
                Kind::Person,
                &contacts::native_id(&format!("u{number}")),
                number,
            );
        }
        let ehr_decides = self.policy.lifecycle == Side::Ehr;
        let all = ehr_decides || self.dice.chance(300);
        if all {
            self.fill_ehr(size, ehr_decides);
        }
        if ehr_decides && self.dice.chance(700) {
            self.thin_dingtalk(size);
        }
        if self.dice.chance(400) {
            self.add_strangers();
        }
        self.set_mark(size);
        for side in [Side::DingTalk, Side::Ehr] {
            let picture = self.side_snapshot(side);
            self.oracle
                .note_people_edits(side, &BTreeMap::new(), &picture, self.now);
        }
        self.last_event = self
            .dingtalk
            .events_after(0)
            .last()
            .map_or(0, |delivery| delivery.id);
        self.wakes.clear();
    }

    fn fill_ehr(&mut self, size: InitialSize, decides: bool) {
        let mut ids: BTreeMap<u32, NativeId> = BTreeMap::new();
        for number in (1..=size.departments).filter(|_| decides) {
            let parent = self.parent_number(number);
            let mut values = FieldValues::new();
            values.show_text(
                Field::Name,
                Some(numbered_name(Kind::Department, number, 0)),
            );
            values.show_refs(
                Field::Parent,
                parent
                    .and_then(|parent| ids.get(&parent))
                    .map(ToString::to_string),
            );
            values.show(Field::Order, Some(FieldValue::Number(i64::from(number))));
            let id = self.ehr.create_by_hr(Kind::Department, values);
            self.oracle
                .assign_number(Side::Ehr, Kind::Department, &id, number);
            // Otherwise the name identifies it, as long as it is not renamed before it is linked.
            if !self.habits.bound_in_peace {
                self.ehr.keep_dingtalk_id(
                    Kind::Department,
                    &id,
                    directory::DeptId(dept_id(number)).into(),
                );
            }
            ids.insert(number, id);
        }
        for number in 1..=size.people {
            // The administrator who bound the app is not always an employee.
            if (number == 1 && self.dice.chance(400)) || (!decides && self.dice.chance(400)) {
                continue;
            }
            let at = self
                .department_number(number)
                .and_then(|department| ids.get(&department))
                .cloned();
            let token = self.next_token();
            let id = self.hire_in_ehr(number, 0, at.as_ref(), token);
            if !self.habits.bound_in_peace {
                self.ehr.keep_dingtalk_id(
                    Kind::Person,
                    &id,
                    contacts::native_id(&format!("u{number}")),
                );
            }
            if self.dice.chance(300) {
                let union = UnionId::new(&format!("union{number}iE")).ok();
                self.ehr
                    .edit(Kind::Person, &id, |record| record.unionid = union);
            }
        }
    }

    fn parent_number(&self, number: u32) -> Option<u32> {
        let department = self.dingtalk.company().departments.get(&dept_id(number))?;
        let id = directory::DeptId(department.parent_id?).into();
        self.oracle.number_of(Side::DingTalk, Kind::Department, &id)
    }

    fn department_number(&self, number: u32) -> Option<u32> {
        let person = self.dingtalk.company().people.get(&format!("u{number}"))?;
        let id = directory::DeptId(person.departments.first()?.dept_id).into();
        self.oracle.number_of(Side::DingTalk, Kind::Department, &id)
    }

    /// HR hires a person; returns the id.
    pub fn hire_in_ehr(
        &mut self,
        number: u32,
        version: u32,
        at: Option<&NativeId>,
        token: u32,
    ) -> NativeId {
        let mut values = FieldValues::new();
        values.show_text(
            Field::Name,
            Some(numbered_name(Kind::Person, number, version)),
        );
        values.show_text(Field::JobNumber, Some(format!("j{number}·{version}")));
        values.show_text(
            Field::Mobile,
            Some(format!("+86{}", numbered_mobile(number, version))),
        );
        values.show_text(Field::Title, Some(format!("t{number}·{token}")));
        values.show_refs(Field::Departments, at.map(ToString::to_string));
        let id = self.ehr.create_by_hr(Kind::Person, values);
        self.oracle
            .assign_number(Side::Ehr, Kind::Person, &id, number);
        id
    }

    /// Removes people and departments from DingTalk that the eHR will bring there.
    fn thin_dingtalk(&mut self, size: InitialSize) {
        use sandbox::world::Act;
        let now = self.current_time();
        for number in 2..=size.people {
            if self.dice.chance(600) {
                _ = self.dingtalk.act(
                    now,
                    Act::Leave {
                        userid: format!("u{number}"),
                    },
                );
            }
        }
        for number in (2..=size.departments).rev() {
            if self.dice.chance(600) {
                _ = self.dingtalk.act(
                    now,
                    Act::DeleteDepartment {
                        dept_id: dept_id(number),
                    },
                );
            }
        }
    }

    /// Adds people that only the side without the decision knows.
    fn add_strangers(&mut self) {
        let (number, token) = (self.next_number(), self.next_token());
        match self.policy.lifecycle {
            Side::DingTalk => _ = self.hire_in_ehr(number, 0, None, token),
            Side::Ehr => {
                let named = numbered_name(Kind::Person, number, 0);
                if let Ok(userid) = self.dingtalk.hire(self.current_time(), &named, &[]) {
                    self.oracle.assign_number(
                        Side::DingTalk,
                        Kind::Person,
                        &contacts::native_id(&userid),
                        number,
                    );
                }
            }
        }
    }
}
