//! The ledger's edits on the embedded database: what is stored, told, applied on its day, and lost by nobody.

mod dated_edits;
mod feed;
mod heads;

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
