//! The ledger's edits on the embedded database: what is stored, told, applied on its day, and lost by nobody.

use std::collections::BTreeMap;

use directory::effective_dates::Presence;
use directory::hash::HashKey;
use directory::{
    CorpId, Field, FieldValues, Kind, LinkId, NativeId, Timestamp, WriteAction, canonical,
};
use ehr::ledger::{EditAction, EditError, EditRefusal, LedgerEdit};
use ehr::{Connector as _, Ledger, RecordWrite};
use jiff::civil::date;
use state::{Store, TableNames};

use super::Database;

struct LedgerFixture {
    database: Database,
    store: Store,
}

fn id(text: &str) -> NativeId {
    NativeId::new(text).unwrap()
}

/// Noon in Asia/Shanghai.
fn noon_on(month: i8, day: i8) -> Timestamp {
    canonical::start_of_day(date(2026, month, day))
        .unwrap()
        .plus_millis(12 * 3_600_000)
}

impl LedgerFixture {
    async fn open() -> Self {
        let database = Database::memory().await.unwrap();
        let tables = TableNames::with_prefix("bangding-");
        state::store::create_tables(&database.client(), &tables)
            .await
            .unwrap();
        Self {
            store: Store::new(database.client(), tables, 7),
            database,
        }
    }

    fn ledger(&self, now: Timestamp) -> Ledger {
        let corp: CorpId = "ding1".parse().unwrap();
        Ledger::new(self.store.clone(), corp, HashKey::new([9; 32]), now)
    }

    async fn apply_edit(
        &self,
        kind: Kind,
        who: &str,
        what: EditAction,
        on: Option<jiff::civil::Date>,
    ) -> Result<u64, EditError> {
        let edit = LedgerEdit {
            kind,
            id: id(who),
            what,
            on,
            expected: None,
        };
        self.ledger(noon_on(11, 22))
            .edit_entry(&edit, noon_on(11, 22))
            .await
            .map(|edited| edited.version)
    }

    async fn company(&self) {
        self.apply_edit(
            Kind::Department,
            "root",
            EditAction::Enter(values(&[(Field::Name, "公司")])),
            None,
        )
        .await
        .unwrap();
        self.apply_edit(Kind::Person, "li", hire("13800000001"), None)
            .await
            .unwrap();
    }

    /// The feed from a cursor on, `kind id because`.
    async fn read_feed(&self, cursor: Option<&str>) -> (Vec<String>, String) {
        let changes = self
            .ledger(noon_on(11, 22))
            .list_changes(cursor)
            .await
            .unwrap();
        let line =
            |one: &ehr::ChangedRecord| format!("{} {} {}", one.kind.key(), one.id, one.because);
        (changes.changed.iter().map(line).collect(), changes.cursor)
    }
}

fn values(pairs: &[(Field, &str)]) -> FieldValues {
    let mut values = FieldValues::new();
    for (field, text) in pairs {
        match field.refers_to() {
            Some(_) => values.show_refs(*field, [(*text).to_owned()]),
            None => values.show_text(*field, Some((*text).to_owned())),
        }
    }
    values
}

fn hire(mobile: &str) -> EditAction {
    EditAction::Enter(values(&[
        (Field::Name, "李娜"),
        (Field::Mobile, mobile),
        (Field::Departments, "root"),
    ]))
}

fn title(text: &str) -> EditAction {
    EditAction::Change(values(&[(Field::Title, text)]))
}

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

#[tokio::test]
async fn one_of_two_edits_of_the_same_version_is_refused() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    let ledger = desk.ledger(noon_on(11, 22));
    let edit = |text: &str| LedgerEdit {
        kind: Kind::Person,
        id: id("li"),
        what: title(text),
        on: None,
        expected: Some(1),
    };
    assert_eq!(
        ledger
            .edit_entry(&edit("经理"), noon_on(11, 22))
            .await
            .unwrap()
            .version,
        2
    );
    let second = ledger.edit_entry(&edit("总监"), noon_on(11, 22)).await;
    assert!(
        matches!(second, Err(EditError::Refused(EditRefusal::Stale))),
        "{second:?}"
    );
    desk.database.stop().await.unwrap();
}

#[tokio::test]
async fn a_dated_edit_applies_on_its_day_and_enters_the_feed_then() {
    let desk = LedgerFixture::open().await;
    desk.company().await;
    desk.apply_edit(
        Kind::Person,
        "new",
        hire("13800000002"),
        Some(date(2026, 12, 1)),
    )
    .await
    .unwrap();
    desk.apply_edit(Kind::Person, "li", title("总监"), Some(date(2026, 12, 1)))
        .await
        .unwrap();
    desk.apply_edit(
        Kind::Person,
        "li",
        EditAction::Leave,
        Some(date(2026, 12, 31)),
    )
    .await
    .unwrap();
    let (_, cursor) = desk.read_feed(None).await;

    let before = desk.ledger(noon_on(11, 30));
    assert_eq!(before.apply_due_edits(noon_on(11, 30)).await.unwrap(), 0);
    let li = before
        .read_record(Kind::Person, &id("li"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (li.record.values.text(Field::Title), li.upcoming.len()),
        (None, 2)
    );
    let new = before
        .read_record(Kind::Person, &id("new"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((new.presence, new.record.active), (Presence::NotYet, false));

    // Whether it was settled or not, the day shows it.
    let after = desk.ledger(noon_on(12, 1));
    let titles = async || {
        after
            .read_record(Kind::Person, &id("li"))
            .await
            .unwrap()
            .unwrap()
            .record
            .values
            .text(Field::Title)
            .map(str::to_owned)
    };
    assert_eq!(titles().await.as_deref(), Some("总监"));
    assert_eq!(after.apply_due_edits(noon_on(12, 1)).await.unwrap(), 2);
    assert_eq!(titles().await.as_deref(), Some("总监"));
    assert_eq!(
        after.apply_due_edits(noon_on(12, 1)).await.unwrap(),
        0,
        "once"
    );
    let told: BTreeMap<_, _> = desk
        .read_feed(Some(&cursor))
        .await
        .0
        .into_iter()
        .map(|line| (line, ()))
        .collect();
    assert_eq!(
        told.into_keys().collect::<Vec<_>>(),
        ["person li due", "person new due"]
    );
    let gone = desk
        .ledger(noon_on(12, 31))
        .read_record(Kind::Person, &id("li"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(gone.presence, Presence::Left);
    desk.database.stop().await.unwrap();
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
