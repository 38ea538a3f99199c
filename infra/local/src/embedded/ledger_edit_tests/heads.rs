//! Heads of departments and what they lead.

use super::*;

/// Heads and leads are one fact in two entries: both are written at once, both are told, and whoever edits one of them
/// beside somebody else's edit of the other is refused.
#[tokio::test]
async fn heads_and_leads_are_written_together_and_enter_the_feed() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    let (_, cursor) = desk.read_feed(None).await;
    let heads = |who: &str| EditAction::Change(values(&[(Field::Heads, who)]));
    desk.apply_edit(Kind::Department, "root", heads("li"), None)
        .await
        .unwrap();
    let (told, cursor) = desk.read_feed(Some(&cursor)).await;
    assert_eq!(told, ["department root change", "person li change"]);
    let company = desk.ledger(noon_on(11, 22)).read_company().await.unwrap();
    let li = &company.people[&id("li")];
    assert_eq!(
        (
            li.record.values.refs(Field::Leads).collect::<Vec<_>>(),
            li.version
        ),
        (vec!["root"], 2)
    );

    desk.apply_edit(
        Kind::Person,
        "li",
        EditAction::Leave,
        Some(date(2026, 12, 1)),
    )
    .await
    .unwrap();
    let ledger = desk.ledger(noon_on(12, 1));
    assert_eq!(
        ledger.apply_due_edits(noon_on(12, 1)).await.unwrap(),
        1,
        "what follows is no second one"
    );
    assert_eq!(
        desk.read_feed(Some(&cursor)).await.0,
        ["person li leave", "person li due", "department root change"]
    );
    let root = ledger
        .read_record(Kind::Department, &id("root"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (root.record.values.get(Field::Heads), root.version),
        (None, 3)
    );
    desk.database.stop().await.unwrap();
}

/// More heads than one transaction has room for: all of it is there in the end.
#[tokio::test]
async fn a_hundred_heads_at_once_all_lead() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    for number in 100..200 {
        desk.apply_edit(
            Kind::Person,
            &format!("p{number}"),
            hire(&format!("13800000{number}")),
            None,
        )
        .await
        .unwrap();
    }
    let mut heads = FieldValues::new();
    heads.show_refs(Field::Heads, (100..200).map(|number| format!("p{number}")));
    desk.apply_edit(Kind::Department, "root", EditAction::Change(heads), None)
        .await
        .unwrap();
    let company = desk.ledger(noon_on(11, 22)).read_company().await.unwrap();
    let leading = company
        .people
        .values()
        .filter(|one| one.record.values.refs(Field::Leads).count() == 1)
        .count();
    let heads = company.departments[&id("root")]
        .record
        .values
        .refs(Field::Heads)
        .count();
    assert_eq!((leading, heads), (100, 100));
    desk.database.stop().await.unwrap();
}
