//! Heads and leads are one fact in two entries.

use super::*;

fn leads_of(house: &TestCompany, who: &str) -> Vec<String> {
    house.refs(who, Field::Leads, TODAY)
}

fn heads_of(house: &TestCompany, department: &str) -> Vec<String> {
    house.refs(department, Field::Heads, TODAY)
}

#[test]
fn heads_and_leads_stay_consistent_when_people_move_or_leave() {
    let mut house = TestCompany::new();
    name_two_heads_and_drop_one(&mut house);
    move_the_head_to_another_department(&mut house);
    let_the_head_leave_and_return(&mut house);
    house
        .change_fields(Kind::Person, "wang", &[(Field::Leads, "tech")])
        .unwrap();
    assert_eq!(heads_of(&house, "tech"), ["wang"], "from the other end");
}

/// `li` and `zhao` head sales, and then `li` alone does.
fn name_two_heads_and_drop_one(house: &mut TestCompany) {
    house
        .apply_edit(&edit(
            Kind::Person,
            "zhao",
            hire("13800000003", "A3", "sales"),
            None,
        ))
        .unwrap();
    house
        .change_fields(Kind::Department, "sales", &[(Field::Heads, "li+zhao")])
        .unwrap();
    assert_eq!(
        (leads_of(house, "li"), leads_of(house, "zhao")),
        (vec!["sales".to_owned()], vec!["sales".to_owned()])
    );

    house
        .change_fields(Kind::Department, "sales", &[(Field::Heads, "li")])
        .unwrap();
    assert_eq!(
        leads_of(house, "zhao"),
        [""; 0],
        "whoever is head no longer"
    );
    house
        .change_fields(Kind::Person, "li", &[(Field::Title, "总监")])
        .unwrap();
    assert_eq!(
        heads_of(house, "sales"),
        ["li"],
        "another field touches nothing"
    );
}

/// `li` is in tech too, heads it, and is then in sales no longer.
fn move_the_head_to_another_department(house: &mut TestCompany) {
    let departments = |house: &mut TestCompany, all: &str| {
        let pairs = [(Field::Departments, all), (Field::MainDepartment, "tech")];
        house.change_fields(Kind::Person, "li", &pairs).unwrap();
    };
    departments(house, "tech+sales");
    assert_eq!(heads_of(house, "sales"), ["li"], "still in it");
    house
        .change_fields(Kind::Department, "tech", &[(Field::Heads, "li")])
        .unwrap();
    assert_eq!(leads_of(house, "li"), ["sales", "tech"]);
    departments(house, "tech");
    assert_eq!(
        (heads_of(house, "sales"), leads_of(house, "li")),
        (vec![], vec!["tech".to_owned()]),
        "moved away"
    );
}

fn let_the_head_leave_and_return(house: &mut TestCompany) {
    let back = EditAction::Return(FieldValues::new());
    for (what, because) in [
        (EditAction::Leave, "left the company"),
        (back, "and comes back as nobody's head"),
    ] {
        house
            .apply_edit(&edit(Kind::Person, "li", what, None))
            .unwrap();
        assert_eq!(
            (heads_of(house, "tech"), leads_of(house, "li")),
            (vec![], vec![]),
            "{because}"
        );
    }
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
