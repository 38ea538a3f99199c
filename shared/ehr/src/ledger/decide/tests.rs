use directory::effective_dates::Presence;
use directory::policy::EmploymentType;
use directory::{FieldValues, NativeId};
use jiff::civil::date;

use super::*;
use crate::ledger::leadership::{LedgerEntries, entries_to_store};

const TODAY: Date = date(2026, 11, 22);

fn id(text: &str) -> NativeId {
    NativeId::new(text).unwrap()
}

/// `field=value`, references separated by `+`; a field alone is emptied.
fn values(pairs: &[(Field, &str)]) -> FieldValues {
    let mut values = FieldValues::new();
    for (field, text) in pairs {
        match field.refers_to() {
            Some(_) => values.show_refs(
                *field,
                text.split('+')
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned),
            ),
            None => values.show_text(*field, Some((*text).to_owned())),
        }
    }
    values
}

fn edit(kind: Kind, who: &str, what: EditAction, on: Option<Date>) -> LedgerEdit {
    LedgerEdit {
        kind,
        id: id(who),
        what,
        on,
        expected: None,
    }
}

/// A company whose entries are kept as bodies, edited one after the other.
struct TestCompany {
    bodies: Vec<EntryBody>,
}

impl TestCompany {
    /// The company, `sales` with `east` below it, `tech`; `li` in sales, `wang` in tech.
    fn new() -> Self {
        let mut house = Self { bodies: Vec::new() };
        for (department, name, parent) in [
            ("root", "公司", ""),
            ("sales", "销售", "root"),
            ("east", "华东", "sales"),
            ("tech", "研发", "root"),
        ] {
            let what = EditAction::Enter(values(&[(Field::Name, name), (Field::Parent, parent)]));
            house
                .apply_edit(&edit(Kind::Department, department, what, None))
                .unwrap();
        }
        for (person, mobile, number, department) in [
            ("li", "13800000001", "A1", "sales"),
            ("wang", "13800000002", "A2", "tech"),
        ] {
            house
                .apply_edit(&edit(
                    Kind::Person,
                    person,
                    hire(mobile, number, department),
                    None,
                ))
                .unwrap();
        }
        house
    }

    fn company(&self, day: Date) -> CompanyOnDay {
        let mut company = CompanyOnDay::default();
        for body in &self.bodies {
            let stored = body.record_on(day, 1);
            let records = if stored.record.kind == Kind::Person {
                &mut company.people
            } else {
                &mut company.departments
            };
            records.insert(stored.record.id.clone(), stored);
        }
        company
    }

    fn apply_edit(&mut self, edit: &LedgerEdit) -> Result<(), EditRefusal> {
        self.apply_edit_on(edit, TODAY)
    }

    fn apply_edit_on(&mut self, edit: &LedgerEdit, day: Date) -> Result<(), EditRefusal> {
        let at = self
            .bodies
            .iter()
            .position(|body| body.record.id == edit.id && body.record.kind == edit.kind);
        let body = apply_edit(at.map(|at| &self.bodies[at]), edit, &self.company(day), day)?;
        self.store_body((edit.kind, edit.id.clone()), body, day);
        Ok(())
    }

    /// Stores an entry and what changes with it.
    fn store_body(&mut self, key: (Kind, NativeId), body: EntryBody, day: Date) {
        let keyed = |body: &EntryBody| {
            (
                (body.record.kind, body.record.id.clone()),
                (1, body.clone()),
            )
        };
        let entries = LedgerEntries(self.bodies.iter().map(keyed).collect());
        for ((kind, id), body) in entries_to_store(&entries, key, body, day) {
            match self
                .bodies
                .iter()
                .position(|body| body.record.id == id && body.record.kind == kind)
            {
                Some(at) => self.bodies[at] = body,
                None => self.bodies.push(body),
            }
        }
    }

    /// As the ledger does at midnight.
    fn apply_due_edits(&mut self, day: Date) {
        for at in 0..self.bodies.len() {
            let (record, settled) = (&self.bodies[at].record, self.bodies[at].settled_on(day));
            if settled != self.bodies[at] {
                self.store_body((record.kind, record.id.clone()), settled, day);
            }
        }
    }

    fn change_fields(
        &mut self,
        kind: Kind,
        who: &str,
        pairs: &[(Field, &str)],
    ) -> Result<(), EditRefusal> {
        self.apply_edit(&edit(kind, who, EditAction::Change(values(pairs)), None))
    }

    fn refs(&self, who: &str, field: Field, day: Date) -> Vec<String> {
        let company = self.company(day);
        let stored = company
            .people
            .get(&id(who))
            .or_else(|| company.departments.get(&id(who)))
            .unwrap();
        stored
            .record
            .values
            .refs(field)
            .map(str::to_owned)
            .collect()
    }

    fn presence(&self, who: &str, day: Date) -> Presence {
        self.company(day).people[&id(who)].presence
    }
}

fn hire(mobile: &str, number: &str, department: &str) -> EditAction {
    EditAction::Enter(values(&[
        (Field::Name, "李娜"),
        (Field::Mobile, mobile),
        (Field::JobNumber, number),
        (Field::Departments, department),
    ]))
}

#[test]
fn a_hired_person_has_every_field_in_canonical_form() {
    let house = TestCompany::new();
    let company = house.company(TODAY);
    let li = &company.people[&id("li")].record;
    assert_eq!(li.values.text(Field::Mobile), Some("+8613800000001"));
    assert_eq!(li.values.get(Field::HiredOn), Some(&FieldValue::Day(TODAY)));
    assert_eq!(
        li.values.shown_fields(),
        FieldSet::PERSON,
        "an eHR of our own hides nothing"
    );
    assert_eq!(house.refs("li", Field::MainDepartment, TODAY), ["sales"]);
    assert_eq!(company.department_path(&id("east")), "销售/华东");
}

#[test]
fn an_edit_that_does_not_fit_is_refused_with_its_reason() {
    let mut house = TestCompany::new();
    let mut hires = |mobile, number, department| {
        house
            .apply_edit(&edit(
                Kind::Person,
                "new",
                hire(mobile, number, department),
                None,
            ))
            .unwrap_err()
    };
    assert_eq!(
        hires("13800000001", "A9", "sales"),
        EditRefusal::Taken {
            field: Field::Mobile
        }
    );
    assert_eq!(
        hires("13800000009", "A1", "sales"),
        EditRefusal::Taken {
            field: Field::JobNumber
        }
    );
    assert_eq!(
        hires("", "A9", "sales"),
        EditRefusal::Empty {
            field: Field::Mobile
        }
    );
    assert_eq!(
        hires("13800000009", "A9", ""),
        EditRefusal::Empty {
            field: Field::Departments
        }
    );
    let reference = EditRefusal::Reference {
        field: Field::Departments,
        kind: Kind::Department,
    };
    assert_eq!(hires("13800000009", "A9", "nowhere"), reference);

    let mut changes =
        |pairs: &[(Field, &str)]| house.change_fields(Kind::Person, "li", pairs).unwrap_err();
    assert_eq!(changes(&[(Field::Manager, "li")]), EditRefusal::OwnManager);
    assert_eq!(
        changes(&[(Field::MainDepartment, "tech")]),
        EditRefusal::MainDepartment
    );
    assert_eq!(changes(&[(Field::JobNumber, "A1")]), EditRefusal::Nothing);
    assert_eq!(
        changes(&[(Field::Parent, "root")]),
        EditRefusal::NoSuchField {
            kind: Kind::Person,
            field: Field::Parent
        }
    );
    let missing = edit(Kind::Person, "nobody", EditAction::Leave, None);
    assert_eq!(
        house.apply_edit(&missing),
        Err(EditRefusal::NotFound { kind: Kind::Person })
    );
    assert_eq!(
        house.apply_edit(&edit(
            Kind::Person,
            "li",
            hire("13800000009", "A9", "sales"),
            None
        )),
        Err(EditRefusal::Exists)
    );
}

#[test]
fn edits_keep_the_department_tree_intact() {
    let mut house = TestCompany::new();
    let mut changes =
        |who: &str, pairs: &[(Field, &str)]| house.change_fields(Kind::Department, who, pairs);
    assert_eq!(
        changes("sales", &[(Field::Parent, "east")]),
        Err(EditRefusal::Circle)
    );
    assert_eq!(
        changes("sales", &[(Field::Parent, "sales")]),
        Err(EditRefusal::Circle)
    );
    assert_eq!(
        changes("root", &[(Field::Parent, "sales")]),
        Err(EditRefusal::Root)
    );
    assert_eq!(
        changes("sales", &[(Field::Parent, "")]),
        Err(EditRefusal::Root),
        "there is one company"
    );
    assert_eq!(
        changes("tech", &[(Field::Name, "销售")]),
        Err(EditRefusal::SameName)
    );
    assert_eq!(
        changes("tech", &[(Field::Heads, "li")]),
        Err(EditRefusal::HeadNotMember)
    );
    assert_eq!(changes("tech", &[(Field::Heads, "wang")]), Ok(()));
    assert_eq!(changes("tech", &[(Field::Parent, "east")]), Ok(()));
    assert_eq!(house.refs("tech", Field::Parent, TODAY), ["east"]);
}

#[test]
fn an_empty_department_can_be_closed_and_reopened() {
    let mut house = TestCompany::new();
    let close = |who: &str| edit(Kind::Department, who, EditAction::Leave, None);
    assert_eq!(
        house.apply_edit(&close("sales")),
        Err(EditRefusal::NotEmpty {
            people: 1,
            departments: 1
        })
    );
    assert_eq!(house.apply_edit(&close("root")), Err(EditRefusal::Root));
    let ahead = edit(
        Kind::Department,
        "east",
        EditAction::Leave,
        Some(date(2027, 1, 1)),
    );
    assert_eq!(house.apply_edit(&ahead), Err(EditRefusal::ClosesAhead));
    house.apply_edit(&close("east")).unwrap();
    assert_eq!(
        house.apply_edit(&close("east")),
        Err(EditRefusal::Gone {
            kind: Kind::Department
        })
    );
    let reference = EditRefusal::Reference {
        field: Field::Departments,
        kind: Kind::Department,
    };
    assert_eq!(
        house.change_fields(Kind::Person, "li", &[(Field::Departments, "east")]),
        Err(reference)
    );
    house
        .apply_edit(&edit(
            Kind::Department,
            "east",
            EditAction::Return(FieldValues::new()),
            None,
        ))
        .unwrap();
    house
        .change_fields(Kind::Person, "li", &[(Field::Departments, "east")])
        .unwrap();
    assert_eq!(
        house.refs("li", Field::MainDepartment, TODAY),
        ["east"],
        "the only one is the main one"
    );
}

#[test]
fn a_leaver_can_be_rehired() {
    let mut house = TestCompany::new();
    house
        .apply_edit(&edit(Kind::Person, "li", EditAction::Leave, None))
        .unwrap();
    assert_eq!(house.presence("li", TODAY), Presence::Left);
    assert_eq!(
        house.change_fields(Kind::Person, "li", &[(Field::Title, "x")]),
        Err(EditRefusal::Gone { kind: Kind::Person })
    );
    // The number is free for somebody else, and then no longer for the return.
    house
        .apply_edit(&edit(
            Kind::Person,
            "new",
            hire("13800000009", "A1", "sales"),
            None,
        ))
        .unwrap();
    let back = |pairs: &[(Field, &str)], on| {
        edit(Kind::Person, "li", EditAction::Return(values(pairs)), on)
    };
    assert_eq!(
        house.apply_edit(&back(&[], None)),
        Err(EditRefusal::Taken {
            field: Field::JobNumber
        })
    );
    let day = date(2027, 3, 1);
    house
        .apply_edit(&back(
            &[(Field::JobNumber, "A7"), (Field::Departments, "tech")],
            Some(day),
        ))
        .unwrap();
    assert_eq!(house.presence("li", date(2027, 2, 28)), Presence::Left);
    assert_eq!(house.presence("li", day), Presence::Here);
    assert_eq!(house.refs("li", Field::MainDepartment, day), ["tech"]);
    let wang = edit(
        Kind::Person,
        "wang",
        EditAction::Return(FieldValues::new()),
        None,
    );
    assert_eq!(
        house.apply_edit(&wang),
        Err(EditRefusal::Here { kind: Kind::Person })
    );
}

#[test]
fn a_future_edit_waits_and_can_be_cancelled() {
    let mut house = TestCompany::new();
    let day = date(2026, 12, 1);
    house
        .apply_edit(&edit(
            Kind::Person,
            "new",
            hire("13800000009", "A9", "sales"),
            Some(day),
        ))
        .unwrap();
    assert_eq!(house.presence("new", TODAY), Presence::NotYet);
    assert_eq!(house.presence("new", day), Presence::Here);
    let leave = |on| edit(Kind::Person, "new", EditAction::Leave, Some(on));
    assert_eq!(
        house.apply_edit(&leave(day)),
        Err(EditRefusal::LeavesBeforeEntry)
    );
    assert_eq!(
        house.apply_edit(&leave(date(9999, 12, 31))),
        Err(EditRefusal::TooFar)
    );

    let moves = edit(
        Kind::Person,
        "li",
        EditAction::Change(values(&[(Field::Departments, "tech")])),
        Some(day),
    );
    house.apply_edit(&moves).unwrap();
    assert_eq!(house.refs("li", Field::Departments, TODAY), ["sales"]);
    assert_eq!(
        house.refs("li", Field::MainDepartment, day),
        ["tech"],
        "what follows from it waits with it"
    );
    assert_eq!(
        house.apply_edit(&moves),
        Err(EditRefusal::Nothing),
        "put down twice is put down once"
    );
    let past = edit(
        Kind::Person,
        "li",
        EditAction::Change(values(&[(Field::Title, "x")])),
        Some(date(2026, 11, 21)),
    );
    assert_eq!(house.apply_edit(&past), Err(EditRefusal::Past));

    let cancel = |who: &str| edit(Kind::Person, who, EditAction::Cancel, None);
    house.apply_edit(&cancel("li")).unwrap();
    assert_eq!(house.refs("li", Field::Departments, day), ["sales"]);
    assert_eq!(
        house.apply_edit(&cancel("li")),
        Err(EditRefusal::NothingWaits)
    );
    house.apply_edit(&cancel("new")).unwrap();
    assert_eq!(
        house.presence("new", day),
        Presence::Left,
        "an entry that is taken back means not coming"
    );
}

#[test]
fn a_schedule_raises_the_schema_version() {
    let mut house = TestCompany::new();
    let version = |house: &TestCompany, who: &str| {
        let body = house
            .bodies
            .iter()
            .find(|body| body.record.id == id(who))
            .unwrap();
        serde_json::from_str::<serde_json::Value>(&body.to_json().unwrap()).unwrap()["v"].clone()
    };
    assert_eq!(version(&house, "li"), 1);
    house
        .apply_edit(&edit(
            Kind::Person,
            "li",
            EditAction::Leave,
            Some(date(2026, 12, 1)),
        ))
        .unwrap();
    assert_eq!(version(&house, "li"), 2);
    let day = date(2026, 12, 2);
    house
        .apply_edit_on(
            &edit(
                Kind::Person,
                "li",
                EditAction::Return(FieldValues::new()),
                None,
            ),
            day,
        )
        .unwrap();
    assert_eq!(version(&house, "li"), 1);
    assert_eq!(house.presence("li", day), Presence::Here);
}

#[test]
fn heads_and_leads_stay_consistent_when_people_move_or_leave() {
    let mut house = TestCompany::new();
    house
        .apply_edit(&edit(
            Kind::Person,
            "zhao",
            hire("13800000003", "A3", "sales"),
            None,
        ))
        .unwrap();
    let leads = |house: &TestCompany, who: &str| house.refs(who, Field::Leads, TODAY);
    let heads = |house: &TestCompany, which: &str| house.refs(which, Field::Heads, TODAY);
    house
        .change_fields(Kind::Department, "sales", &[(Field::Heads, "li+zhao")])
        .unwrap();
    assert_eq!(
        (leads(&house, "li"), leads(&house, "zhao")),
        (vec!["sales".to_owned()], vec!["sales".to_owned()])
    );

    house
        .change_fields(Kind::Department, "sales", &[(Field::Heads, "li")])
        .unwrap();
    assert_eq!(leads(&house, "zhao"), [""; 0], "whoever is head no longer");
    house
        .change_fields(Kind::Person, "li", &[(Field::Title, "总监")])
        .unwrap();
    assert_eq!(
        heads(&house, "sales"),
        ["li"],
        "another field touches nothing"
    );

    house
        .change_fields(
            Kind::Person,
            "li",
            &[
                (Field::Departments, "tech+sales"),
                (Field::MainDepartment, "tech"),
            ],
        )
        .unwrap();
    assert_eq!(heads(&house, "sales"), ["li"], "still in it");
    house
        .change_fields(Kind::Department, "tech", &[(Field::Heads, "li")])
        .unwrap();
    assert_eq!(leads(&house, "li"), ["sales", "tech"]);
    house
        .change_fields(
            Kind::Person,
            "li",
            &[
                (Field::Departments, "tech"),
                (Field::MainDepartment, "tech"),
            ],
        )
        .unwrap();
    assert_eq!(
        (heads(&house, "sales"), leads(&house, "li")),
        (vec![], vec!["tech".to_owned()]),
        "moved away"
    );

    house
        .apply_edit(&edit(Kind::Person, "li", EditAction::Leave, None))
        .unwrap();
    assert_eq!(
        (heads(&house, "tech"), leads(&house, "li")),
        (vec![], vec![]),
        "left the company"
    );
    house
        .apply_edit(&edit(
            Kind::Person,
            "li",
            EditAction::Return(FieldValues::new()),
            None,
        ))
        .unwrap();
    assert_eq!(
        (heads(&house, "tech"), leads(&house, "li")),
        (vec![], vec![]),
        "and comes back as nobody's head"
    );

    house
        .change_fields(Kind::Person, "wang", &[(Field::Leads, "tech")])
        .unwrap();
    assert_eq!(heads(&house, "tech"), ["wang"], "from the other end");
}

#[test]
fn heads_and_leads_follow_a_future_edit_on_its_day() {
    let mut house = TestCompany::new();
    let (day, later) = (date(2026, 12, 1), date(2026, 12, 5));
    let heads = EditAction::Change(values(&[(Field::Heads, "li")]));
    house
        .apply_edit(&edit(Kind::Department, "sales", heads.clone(), Some(day)))
        .unwrap();
    assert_eq!(house.refs("li", Field::Leads, TODAY), [""; 0]);
    house.apply_due_edits(day);
    assert_eq!(house.refs("li", Field::Leads, day), ["sales"]);

    house
        .apply_edit_on(
            &edit(Kind::Person, "li", EditAction::Leave, Some(later)),
            day,
        )
        .unwrap();
    assert_eq!(house.refs("sales", Field::Heads, day), ["li"]);
    house.apply_due_edits(later);
    assert_eq!(
        (
            house.refs("sales", Field::Heads, later),
            house.refs("li", Field::Leads, later)
        ),
        (vec![], vec![])
    );

    // A head who is gone before the day comes is none.
    let mut house = TestCompany::new();
    house
        .apply_edit(&edit(Kind::Department, "sales", heads, Some(day)))
        .unwrap();
    house
        .change_fields(Kind::Person, "li", &[(Field::Departments, "tech")])
        .unwrap();
    house.apply_due_edits(day);
    assert_eq!(
        (
            house.refs("sales", Field::Heads, day),
            house.refs("li", Field::Leads, day)
        ),
        (vec![], vec![])
    );
}

#[test]
fn an_employment_type_can_be_set_scheduled_and_emptied() {
    let mut house = TestCompany::new();
    let body = |house: &TestCompany| {
        house
            .bodies
            .iter()
            .find(|body| body.record.id == id("li"))
            .unwrap()
            .clone()
    };
    let kind = |house: &TestCompany, day| {
        house.company(day).people[&id("li")]
            .record
            .employment_type()
    };
    let schema = |body: &EntryBody| {
        serde_json::from_str::<serde_json::Value>(&body.to_json().unwrap()).unwrap()["v"].clone()
    };
    assert_eq!(
        (kind(&house, TODAY), schema(&body(&house))),
        (None, 1.into()),
        "who names none is written as before"
    );
    assert_eq!(
        house.change_fields(Kind::Person, "li", &[(Field::Employment, "")]),
        Err(EditRefusal::Nothing)
    );
    house
        .change_fields(Kind::Person, "li", &[(Field::Employment, "实习")])
        .unwrap();
    assert_eq!(
        (kind(&house, TODAY), schema(&body(&house))),
        (Some(EmploymentType::Intern), 3.into())
    );
    assert_eq!(
        house.change_fields(Kind::Person, "li", &[(Field::Employment, "intern")]),
        Err(EditRefusal::Nothing)
    );

    let day = date(2027, 1, 1);
    let ahead = EditAction::Change(values(&[(Field::Employment, "full_time")]));
    house
        .apply_edit(&edit(Kind::Person, "li", ahead, Some(day)))
        .unwrap();
    let emptied = EditAction::Change(values(&[(Field::Employment, "")]));
    house
        .apply_edit(&edit(Kind::Person, "li", emptied, Some(date(2027, 2, 1))))
        .unwrap();
    let days = [date(2026, 12, 31), day, date(2027, 2, 1)];
    let kinds = [
        Some(EmploymentType::Intern),
        Some(EmploymentType::FullTime),
        None,
    ];
    assert_eq!(days.map(|day| kind(&house, day)), kinds);
    let settled = body(&house).settled_on(date(2027, 2, 1));
    assert_eq!(settled.record.employment_type(), None);
    assert_eq!(settled.schedule, RecordSchedule::default());
}
