//! The change feed: what it tells, in which order, and for how long.

use super::*;

#[tokio::test]
async fn the_feed_lists_edits_in_order_and_no_sync_writes() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    let (told, cursor) = desk.read_feed(None).await;
    assert_eq!(told, ["department root create", "person li hire"]);
    let write = RecordWrite {
        kind: Kind::Person,
        action: WriteAction::Create,
        id: None,
        link: LinkId([3; 16]),
        dingtalk: Some(id("u1")),
        unionid: None,
        values: values(&[(Field::Name, "王伟"), (Field::Departments, "root")]),
        expected: None,
    };
    desk.ledger(noon_on(11, 22))
        .write_record(&write)
        .await
        .unwrap();
    assert_eq!(
        desk.read_feed(Some(&cursor)).await,
        (vec![], cursor.clone()),
        "no echo"
    );
    assert!(matches!(
        desk.apply_edit(Kind::Person, "li", title(""), None).await,
        Err(EditError::Refused(EditRefusal::Nothing))
    ));
    assert_eq!(
        desk.read_feed(Some(&cursor)).await.0,
        [""; 0],
        "what was refused is not told"
    );
    desk.apply_edit(Kind::Person, "li", title("经理"), None)
        .await
        .unwrap();
    assert_eq!(desk.read_feed(Some(&cursor)).await.0, ["person li change"]);
    assert!(
        desk.ledger(noon_on(11, 22))
            .list_changes(Some("x"))
            .await
            .is_err(),
        "a cursor of another feed"
    );
    desk.database.stop().await.unwrap();
}

#[tokio::test]
async fn the_feed_lists_concurrent_edits_without_a_gap() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    let hires = (10..22).map(|number| {
        let desk = &desk;
        async move {
            let who = format!("p{number}");
            desk.apply_edit(
                Kind::Person,
                &who,
                hire(&format!("138000000{number}")),
                None,
            )
            .await
        }
    });
    let done = futures::future::join_all(hires).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    let corp: CorpId = "ding1".parse().unwrap();
    let told = desk.store.news_after(&corp, 0, 100).await.unwrap().told;
    assert_eq!(
        told.iter().map(|told| told.place).collect::<Vec<_>>(),
        (1..=14).collect::<Vec<_>>()
    );
    let page = desk.store.news_after(&corp, 12, 1).await.unwrap().told;
    assert_eq!(page.iter().map(|told| told.place).collect::<Vec<_>>(), [13]);
    desk.database.stop().await.unwrap();
}

/// The feed is trimmed by age; whoever comes with a place before its beginning is told that something is missing.
#[tokio::test]
async fn the_feed_drops_changes_after_ninety_days_and_reports_the_gap() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    let now = runtime::SystemClock.now();
    let days_ago = |days: i64| Timestamp(now.millis() - days * 24 * 3_600_000);
    let change = async |text: &str, at: Timestamp| {
        let edit = LedgerEdit {
            kind: Kind::Person,
            id: id("li"),
            what: title(text),
            on: None,
            expected: None,
        };
        desk.ledger(at).edit_entry(&edit, at).await.unwrap();
    };
    change("主管", days_ago(91)).await;
    change("经理", days_ago(89)).await;
    let page = async |cursor: Option<&str>| desk.ledger(now).list_changes(cursor).await.unwrap();
    assert!(!page(None).await.missed);
    assert_eq!(
        desk.database.expire().await.unwrap(),
        1,
        "what is a day short of it stays"
    );
    let missing = page(Some("2")).await;
    assert_eq!(
        (
            missing.changed.len(),
            missing.cursor.as_str(),
            missing.missed
        ),
        (1, "4", true)
    );
    assert!(page(None).await.missed);
    let going_on = page(Some("3")).await;
    assert_eq!((going_on.changed.len(), going_on.missed), (1, false));
    change("总监", now).await;
    let newest = page(Some("4")).await;
    assert_eq!(
        (newest.changed.len(), newest.cursor.as_str(), newest.missed),
        (1, "5", false),
        "the head stays"
    );
    assert!(
        page(Some("9")).await.missed,
        "a place that a restored table does not have"
    );
    desk.database.stop().await.unwrap();
}
