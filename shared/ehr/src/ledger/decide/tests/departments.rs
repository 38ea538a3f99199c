//! Departments stay one tree, and are closed and reopened.

use super::*;

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
