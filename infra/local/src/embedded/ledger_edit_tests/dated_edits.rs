//! Edits that wait for their day.

use std::collections::BTreeSet;

use directory::effective_dates::Presence;

use super::*;

#[tokio::test]
async fn a_dated_edit_applies_on_its_day_and_enters_the_feed_then() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    schedule_three_edits(&desk).await;
    let (_, cursor) = desk.read_feed(None).await;
    assert_nothing_applies_the_day_before(&desk).await;
    assert_applies_once_on_the_day(&desk).await;
    let told: BTreeSet<String> = desk.read_feed(Some(&cursor)).await.0.into_iter().collect();
    assert_eq!(
        told.into_iter().collect::<Vec<_>>(),
        ["person li due", "person new due"]
    );
    let gone = read_person(&desk.ledger(noon_on(12, 31)), "li").await;
    assert_eq!(gone.presence, Presence::Left);
    desk.database.stop().await.unwrap();
}

async fn read_person(ledger: &Ledger, who: &str) -> ehr::StoredRecord {
    ledger
        .read_record(Kind::Person, &id(who))
        .await
        .unwrap()
        .unwrap()
}

/// On 1 December `new` comes and `li` has another title; on the 31st `li` leaves.
async fn schedule_three_edits(desk: &LedgerFixture) {
    let first = date(2026, 12, 1);
    for (who, what, day) in [
        ("new", hire("13800000002"), first),
        ("li", title("总监"), first),
        ("li", EditAction::Leave, date(2026, 12, 31)),
    ] {
        desk.apply_edit(Kind::Person, who, what, Some(day))
            .await
            .unwrap();
    }
}

async fn assert_nothing_applies_the_day_before(desk: &LedgerFixture) {
    let before = desk.ledger(noon_on(11, 30));
    assert_eq!(before.apply_due_edits(noon_on(11, 30)).await.unwrap(), 0);
    let li = read_person(&before, "li").await;
    assert_eq!(
        (li.record.values.text(Field::Title), li.upcoming.len()),
        (None, 2)
    );
    let new = read_person(&before, "new").await;
    assert_eq!((new.presence, new.record.active), (Presence::NotYet, false));
}

/// Whether it was settled or not, the day shows it.
async fn assert_applies_once_on_the_day(desk: &LedgerFixture) {
    let after = desk.ledger(noon_on(12, 1));
    let titles = async || {
        let li = read_person(&after, "li").await;
        li.record.values.text(Field::Title).map(str::to_owned)
    };
    assert_eq!(titles().await.as_deref(), Some("总监"));
    assert_eq!(after.apply_due_edits(noon_on(12, 1)).await.unwrap(), 2);
    assert_eq!(titles().await.as_deref(), Some("总监"));
    assert_eq!(
        after.apply_due_edits(noon_on(12, 1)).await.unwrap(),
        0,
        "once"
    );
}

/// A write of the sync begins where the day stands: what was due before it does not come back over it.
#[tokio::test]
async fn a_sync_write_is_not_undone_by_an_earlier_dated_edit() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    desk.apply_edit(Kind::Person, "li", title("总监"), Some(date(2026, 12, 1)))
        .await
        .unwrap();
    let ledger = desk.ledger(noon_on(12, 2));
    let write = RecordWrite {
        kind: Kind::Person,
        action: WriteAction::Update,
        id: Some(id("li")),
        link: LinkId([4; 16]),
        dingtalk: None,
        unionid: None,
        values: values(&[(Field::Title, "顾问")]),
        expected: None,
    };
    ledger.write_record(&write).await.unwrap();
    let li = ledger
        .read_record(Kind::Person, &id("li"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (li.record.values.text(Field::Title), li.upcoming.len()),
        (Some("顾问"), 0)
    );
    desk.database.stop().await.unwrap();
}
