//! Odd files, each with its expected answer beside it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use directory::Reason;
use directory::reason::ReasonArgument;
use ehr::label_suggestion::RosterSlot;
use serde_json::{Map, Value, json};
use sheet::{SheetPerson, SheetValue, read_roster};

const FILES_MIN: usize = 40;

fn odd_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let is_odd = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default().to_owned();
        ["csv", "txt", "xls", "xlsx"]
            .iter()
            .any(|one| extension == *one)
    };
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(is_odd).collect();
    files.sort();
    files
}

fn slot_key(slot: RosterSlot) -> &'static str {
    match slot {
        RosterSlot::Field(field) => field.key(),
        RosterSlot::Status => "status",
        RosterSlot::LeavesOn => "leaves_on",
        RosterSlot::DingTalkId => "dingtalk_id",
        RosterSlot::UnionId => "union_id",
    }
}

fn person_json(person: &SheetPerson) -> Value {
    let mut said = Map::from_iter([("row".to_owned(), json!(person.row))]);
    for (slot, value) in &person.values {
        let value = match value {
            None => Value::Null,
            Some(SheetValue::Text(text)) => json!(text.expose()),
            Some(SheetValue::Day(day)) => json!(day.to_string()),
        };
        said.insert(slot_key(*slot).to_owned(), value);
    }
    Value::Object(said)
}

/// `code argument=value …`, unquoted.
fn plain(reason: &Reason) -> String {
    let value = |value: &ReasonArgument| match value {
        ReasonArgument::Text(text) => text.clone(),
        other => other.to_string(),
    };
    let arguments = reason
        .arguments()
        .map(|(name, one)| format!(" {name}={}", value(one)));
    format!("{}{}", reason.code_text(), arguments.collect::<String>())
}

fn answer(bytes: &[u8]) -> Value {
    match read_roster(bytes) {
        Err(reason) => json!({ "refused": reason.code_text() }),
        Ok(sheet) => json!({
            "header_row": sheet.header_row,
            "people": sheet.people.iter().map(person_json).collect::<Vec<_>>(),
            "troubles": sheet.troubles.iter().map(plain).collect::<Vec<_>>(),
        }),
    }
}

#[test]
fn every_odd_file_is_read_right_or_refused() {
    let files = odd_files();
    assert!(files.len() >= FILES_MIN, "only {} files", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let beside = format!("{}.expected.json", file.display());
        let expected: Value = serde_json::from_slice(&fs::read(beside).unwrap()).unwrap();
        let found = answer(&fs::read(&file).unwrap());
        if found != expected {
            wrong.push(format!(
                "{}\n  expected {expected}\n  found    {found}",
                file.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_cut_and_no_flipped_bit_of_any_file_panics() {
    for file in odd_files() {
        let bytes = fs::read(&file).unwrap();
        for cut in (0..bytes.len()).step_by(97) {
            let _ = read_roster(&bytes[..cut]);
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x20;
            let _ = read_roster(&flipped);
        }
    }
}

#[test]
fn reasons_hold_no_values() {
    for file in odd_files() {
        if let Ok(sheet) = read_roster(&fs::read(&file).unwrap()) {
            let shown = format!("{:?} {sheet:?}", sheet.troubles);
            for value in ["张三", "13800000001", "110101"] {
                assert!(!shown.contains(value), "{}", file.display());
            }
        }
    }
}
