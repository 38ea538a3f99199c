//! What waits for its day.

use super::*;

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
