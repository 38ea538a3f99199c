//! The journal is intact as it was written, also by the previous version, and later changes to it
//! are found.

use std::path::{Path, PathBuf};

use local::embedded::Database;
use sandbox::world::Act;
use serde_json::{Value, json};
use stories::{ProgramCommand, SandboxCompany, kept};
use tempfile::{TempDir, tempdir};

const TABLE: &str = "bangding-journal";

async fn verify_journal(data: &Path, code: i32) -> Value {
    let up = ProgramCommand::without_arguments().args([
        "journal",
        "verify",
        "--json",
        "--data",
        data.to_str().expect("UTF-8"),
    ]);
    let ran = up.run_to_end().await;
    assert_eq!(ran.code, Some(code), "{:?}\n{}", ran.stdout, ran.stderr);
    ran.single_object()["verified"].clone()
}

/// Copies a data directory, so that a test can damage it.
fn copy_directory(data: &Path) -> TempDir {
    let copy = tempdir().unwrap();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        std::fs::create_dir_all(copy.path().join(&folder)).unwrap();
        for entry in std::fs::read_dir(data.join(&folder)).unwrap().flatten() {
            let name = folder.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(name),
                false => _ = std::fs::copy(entry.path(), copy.path().join(name)).unwrap(),
            }
        }
    }
    copy
}

/// Returns every item of the journal by partition and position.
async fn journal_items(database: &Database) -> Vec<Value> {
    let scanned = kept::call_dynamodb(database, "Scan", &json!({"TableName": TABLE})).await;
    let mut items = scanned["Items"].as_array().expect("items").clone();
    items.sort_by_key(|item| (item_text(item, "pk"), item_text(item, "sk")));
    items
}

fn item_text(item: &Value, name: &str) -> String {
    item[name]["S"].as_str().expect("text").to_owned()
}

async fn put_item(database: &Database, item: &Value) {
    kept::call_dynamodb(
        database,
        "PutItem",
        &json!({"TableName": TABLE, "Item": item}),
    )
    .await;
}

async fn delete_item(database: &Database, item: &Value) {
    let key = json!({"pk": item["pk"], "sk": item["sk"]});
    kept::call_dynamodb(
        database,
        "DeleteItem",
        &json!({"TableName": TABLE, "Key": key}),
    )
    .await;
}

/// Changes to the first run of a journal by a person with access to the database.
#[derive(Debug, Clone, Copy)]
enum JournalTampering {
    Changed,
    Removed,
    Swapped,
    Tail,
    Inserted,
    WholeRun,
    LastHead,
}

/// Makes the change; returns the position that the verification must name.
async fn tamper_journal(data: &Path, how: JournalTampering) -> u64 {
    let database = Database::open(&data.join("state.db"))
        .await
        .expect("the database opens");
    let all = journal_items(&database).await;
    let heads: Vec<&Value> = all
        .iter()
        .filter(|item| item_text(item, "pk").ends_with("##heads"))
        .collect();
    let pk = item_text(
        all.iter()
            .find(|item| item_text(item, "sk") == "0000000004")
            .expect("a run of some length"),
        "pk",
    );
    let run: Vec<&Value> = all
        .iter()
        .filter(|item| item_text(item, "pk") == pk && item_text(item, "sk") != "~")
        .collect();
    let place = match how {
        JournalTampering::Changed => {
            let mut entry = run[2].clone();
            let body = item_text(&entry, "b").replacen("change-new", "change-old", 1);
            assert_ne!(body, item_text(&entry, "b"));
            entry["b"]["S"] = body.into();
            put_item(&database, &entry).await;
            3
        }
        JournalTampering::Removed => {
            delete_item(&database, run[1]).await;
            2
        }
        JournalTampering::Swapped => {
            let (mut second, mut third) = (run[1].clone(), run[2].clone());
            (second["sk"], third["sk"]) = (run[2]["sk"].clone(), run[1]["sk"].clone());
            put_item(&database, &second).await;
            put_item(&database, &third).await;
            2
        }
        JournalTampering::Tail => {
            delete_item(&database, run[run.len() - 1]).await;
            run.len() as u64 - 1
        }
        JournalTampering::Inserted => {
            let mut entry = run[run.len() - 1].clone();
            entry["sk"]["S"] = format!("{:010}", run.len() + 1).into();
            put_item(&database, &entry).await;
            run.len() as u64 + 1
        }
        JournalTampering::WholeRun => {
            for item in all.iter().filter(|item| item_text(item, "pk") == pk) {
                delete_item(&database, item).await;
            }
            0
        }
        JournalTampering::LastHead => {
            delete_item(&database, heads[heads.len() - 1]).await;
            heads.len() as u64 - 1
        }
    };
    database.stop().await.expect("the database stops");
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_names_the_first_bad_entry_of_a_changed_journal() {
    let dingtalk = SandboxCompany::start(12, 4, 96).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let person = dingtalk.bystander(&[]).await;
    dingtalk
        .act(Act::Rename {
            userid: person.userid.clone(),
            name: "改名人".into(),
        })
        .await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let intact = verify_journal(data, 0).await;
    assert_eq!(
        (&intact["closed"], &intact["open"], &intact["broken"]),
        (&2.into(), &0.into(), &Value::Null),
        "{intact}"
    );
    assert!(
        intact["entries"]
            .as_u64()
            .is_some_and(|entries| entries >= 17),
        "{intact}"
    );
    let all = [
        JournalTampering::Changed,
        JournalTampering::Removed,
        JournalTampering::Swapped,
        JournalTampering::Tail,
        JournalTampering::Inserted,
        JournalTampering::WholeRun,
        JournalTampering::LastHead,
    ];
    for how in all {
        let copy = copy_directory(data);
        let place = tamper_journal(copy.path(), how).await;
        let verified = verify_journal(copy.path(), 1).await;
        assert_eq!(verified["broken"]["entry"], place, "{how:?}: {verified}");
        if !matches!(how, JournalTampering::LastHead) {
            assert!(verified["broken"]["run"].is_string(), "{how:?}: {verified}");
        }
    }
    assert_eq!(
        verify_journal(data, 0).await,
        intact,
        "the original is as it was"
    );
}

/// A person with access to the database replaces the whole journal, including the corp's head, with
/// another one whose chains are correct. Only the copies in the archive reveal it.
#[tokio::test(flavor = "multi_thread")]
async fn archive_copies_reveal_a_fully_rewritten_journal() {
    let dingtalk = SandboxCompany::start(12, 4, 97).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let before = copy_directory(data);
    let another = async |data: &Path, name: &str| {
        let userid = dingtalk.bystander(&[]).await.userid;
        dingtalk
            .act(Act::Rename {
                userid,
                name: name.into(),
            })
            .await;
        dingtalk
            .up_command(data)
            .await
            .run_once()
            .await
            .run_report(0);
    };
    another(data, "真的").await;
    let intact = verify_journal(data, 0).await;
    assert_eq!(
        (&intact["closed"], &intact["copies"]),
        (&2.into(), &2.into()),
        "{intact}"
    );
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        verify_journal(data, 0).await,
        intact,
        "a sweep that moves nothing adds no copy"
    );

    another(before.path(), "假的").await;
    let itself = verify_journal(before.path(), 0).await;
    assert_eq!(
        itself["copies"], 2,
        "beside its own archive it is intact: {itself}"
    );
    let forged = copy_with_archive_of(before.path(), data);
    let found = verify_journal(forged.path(), 1).await;
    assert_eq!(
        (&found["broken"]["entry"], &found["copies"]),
        (&2.into(), &1.into()),
        "{found}"
    );
    assert_eq!(
        found["broken"]["why"]["code"], "journal-copy-differs",
        "{found}"
    );
    // A sweep reports it, too.
    let said = dingtalk
        .up_command(forged.path())
        .await
        .run_once()
        .await
        .run_report(0);
    assert!(
        said["notes"].to_string().contains("journal-copy-differs"),
        "{said}"
    );
}

/// Copies one state directory, with the archive of another one in the place of its own.
fn copy_with_archive_of(state: &Path, other: &Path) -> TempDir {
    let copy = copy_directory(state);
    std::fs::remove_dir_all(copy.path().join("archive")).unwrap();
    let archive = copy_directory(&other.join("archive"));
    std::fs::rename(archive.keep(), copy.path().join("archive")).unwrap();
    copy
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_of_the_previous_version_is_intact_and_readable() {
    let home = tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/version-1");
    kept::unpack_directory(&fixture, home.path()).await;
    let intact = verify_journal(home.path(), 0).await;
    assert!(
        intact["entries"]
            .as_u64()
            .is_some_and(|entries| entries >= 12),
        "{intact}"
    );
    let ledger = stories::LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding");
    let person = ledger
        .people
        .iter()
        .find_map(|one| one.dingtalk.as_ref())
        .expect("somebody")
        .to_string();
    let up = ProgramCommand::without_arguments().args([
        "why",
        &person,
        "name",
        "--json",
        "--data",
        home.path().to_str().expect("UTF-8"),
    ]);
    let told = up.run_to_end().await;
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let changed = told.single_object()["why"]["changed"].clone();
    assert_eq!(
        (&changed["action"], &changed["owner"]),
        (&"create".into(), &"ding_talk".into()),
        "{changed}"
    );
    assert!(changed["after"].is_string(), "{changed}");
}
