//! Data that another version stored: tables as lines of DynamoDB's JSON, the vault's files, the
//! sandbox's world.

use std::fs;
use std::path::Path;

use local::embedded::Database;
use runtime::SystemClock;
use serde_json::{Value, json};

/// Seconds from now after which kept items expire.
const KEPT_S: i64 = 24 * 3600;

/// Keeps a data directory as text, without values that belong to this machine.
pub async fn keep_directory(data: &Path, folder: &Path) {
    let database = Database::open(&data.join("state.db"))
        .await
        .expect("the database opens");
    fs::create_dir_all(folder.join("vault")).expect("a folder");
    let tables = call_dynamodb(&database, "ListTables", &json!({})).await;
    for table in tables["TableNames"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        let described =
            call_dynamodb(&database, "DescribeTable", &json!({"TableName": table})).await;
        let scanned = call_dynamodb(&database, "Scan", &json!({"TableName": table})).await;
        assert!(
            scanned["LastEvaluatedKey"].is_null(),
            "{table} is too large to be kept as text"
        );
        let mut items: Vec<String> = scanned["Items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(kept_item)
            .collect();
        items.sort_unstable();
        let lines = [table_definition(&described["Table"]).to_string()]
            .into_iter()
            .chain(items)
            .collect::<Vec<_>>();
        fs::write(
            folder.join(format!("{table}.jsonl")),
            lines.join("\n") + "\n",
        )
        .expect("it is written");
    }
    for file in fs::read_dir(data.join("vault"))
        .expect("the vault")
        .flatten()
    {
        fs::copy(file.path(), folder.join("vault").join(file.file_name())).expect("it is copied");
    }
    fs::copy(data.join("sandbox.json"), folder.join("sandbox.json")).expect("the sandbox's world");
    database.stop().await.expect("the database stops");
}

/// Creates a data directory from kept data.
pub async fn unpack_directory(folder: &Path, data: &Path) {
    fs::create_dir_all(data.join("vault")).expect("a folder");
    for file in fs::read_dir(folder.join("vault"))
        .expect("the vault")
        .flatten()
    {
        fs::copy(file.path(), data.join("vault").join(file.file_name())).expect("it is copied");
    }
    fs::copy(folder.join("sandbox.json"), data.join("sandbox.json")).expect("the sandbox's world");
    let database = Database::open(&data.join("state.db"))
        .await
        .expect("the database opens");
    let later = SystemClock.now().millis() / 1000 + KEPT_S;
    for file in fs::read_dir(folder)
        .expect("the folder")
        .flatten()
        .map(|file| file.path())
    {
        if file
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            let text = fs::read_to_string(&file).expect("it is text");
            let mut lines = text
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
            let definition = lines.next().expect("a definition");
            call_dynamodb(&database, "CreateTable", &definition).await;
            for item in lines.map(|item| postpone_expiry(item, later)) {
                call_dynamodb(
                    &database,
                    "PutItem",
                    &json!({"TableName": definition["TableName"], "Item": item}),
                )
                .await;
            }
        }
    }
    database.stop().await.expect("the database stops");
}

/// Moves the expiry of an item, so that what had not expired then has not expired now.
fn postpone_expiry(mut item: Value, later: i64) -> Value {
    if let Some(expires) = item.get_mut("x") {
        *expires = json!({"N": later.to_string()});
    }
    item
}

/// Makes messages available at once: the worker that had received them is gone, and so is the clock
/// of that time.
fn kept_item(item: &Value) -> String {
    let mut item = item.clone();
    if let Some(visible) = item.get_mut("visible") {
        *visible = json!({"N": "0"});
    }
    item.to_string()
}

/// Builds the definition of a table from its description.
fn table_definition(described: &Value) -> Value {
    let mut definition = json!({"BillingMode": "PAY_PER_REQUEST"});
    for name in ["TableName", "KeySchema", "AttributeDefinitions"] {
        definition[name] = described[name].clone();
    }
    let indexes = described["GlobalSecondaryIndexes"].as_array();
    if let Some(indexes) = indexes.filter(|indexes| !indexes.is_empty()) {
        let index = |one: &Value| json!({"IndexName": one["IndexName"], "KeySchema": one["KeySchema"], "Projection": one["Projection"]});
        definition["GlobalSecondaryIndexes"] = indexes.iter().map(index).collect();
    }
    definition
}

/// Makes a call in DynamoDB's JSON, so that items are kept as stored and not as this version's code
/// reads them.
///
/// # Panics
/// If the call is refused.
pub async fn call_dynamodb(database: &Database, operation: &str, body: &Value) -> Value {
    let (dynamodb, operation) = (database.dynamodb().clone(), operation.to_owned());
    let (asked, body) = (operation.clone(), body.to_string());
    let answered =
        tokio::task::spawn_blocking(move || dynamodb.answer(&asked, body.as_bytes())).await;
    let (status, answer) = answered.expect("an answer");
    assert_eq!(
        status,
        200,
        "{operation}: {}",
        String::from_utf8_lossy(&answer)
    );
    serde_json::from_slice(&answer).expect("JSON")
}
