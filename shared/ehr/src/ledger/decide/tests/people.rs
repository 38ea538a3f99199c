//! A person enters, is edited, leaves and comes back.

use directory::policy::EmploymentType;

use super::*;

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
