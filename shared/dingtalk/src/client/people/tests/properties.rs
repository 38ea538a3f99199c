//! Any JSON in any field of one row: never a panic, never another row lost, never an empty value out of an unreadable one.

use directory::{DeptId, Field, FieldSet, FieldValue};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::client_answering;
use crate::client::{MembersPage, SubDepartments};

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        (0..9_i64).prop_map(|n| format!("{n}.0").into()),
        ".{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(".{0,4}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Text of JSON that no [`Value`] holds.
fn arbitrary_text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => arbitrary_json().prop_map(|value| value.to_string()),
        1 => Just("1e999".to_owned()),
        1 => Just("99999999999999999999999".to_owned()),
        1 => Just(r#""\\ud83d""#.replace("\\\\", "\\")),
    ]
}

const PERSON_FIELDS: [&str; 22] = [
    "userid",
    "unionid",
    "name",
    "state_code",
    "mobile",
    "hide_mobile",
    "telephone",
    "job_number",
    "title",
    "email",
    "org_email",
    "work_place",
    "remark",
    "extension",
    "hired_date",
    "dept_id_list",
    "leader",
    "admin",
    "boss",
    "active",
    "avatar",
    "dept_order",
];
const DEPARTMENT_FIELDS: [&str; 3] = ["dept_id", "name", "parent_id"];

fn plain_person(id: &str) -> Map<String, Value> {
    let Value::Object(fields) = json!({
        "userid": id, "name": "李娜", "mobile": "13800000001", "title": "工程师", "hired_date": 1_597_573_616_828_i64,
        "dept_id_list": [2], "hide_mobile": false, "job_number": "4",
    }) else {
        panic!()
    };
    fields
}

/// The row with this text as one of its fields.
fn row_text(mut row: Map<String, Value>, name: &str, text: &str) -> String {
    row.remove(name);
    let mut fields: Vec<String> = row
        .iter()
        .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
        .collect();
    fields.push(format!("\"{name}\":{text}"));
    format!("{{{}}}", fields.join(","))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

fn read_members(rows: &[String]) -> MembersPage {
    let body = format!(
        r#"{{"errcode":0,"result":{{"has_more":false,"list":[{}]}}}}"#,
        rows.join(",")
    );
    block_on(async {
        client_answering(&body)
            .list_members(DeptId(2), 0, FieldSet::PERSON)
            .await
            .unwrap()
    })
}

fn read_children(rows: &[String]) -> SubDepartments {
    let body = format!(r#"{{"errcode":0,"result":[{}]}}"#, rows.join(","));
    block_on(async {
        client_answering(&body)
            .list_sub_departments(DeptId::ROOT)
            .await
            .unwrap()
    })
}

proptest! {
    #[test]
    fn an_odd_person_loses_no_other(at in 0..PERSON_FIELDS.len(), odd in arbitrary_text()) {
        let name = PERSON_FIELDS[at];
        let plain = |id: &str| Value::Object(plain_person(id)).to_string();
        let rows = [plain("before"), row_text(plain_person("odd"), name, &odd), plain("after")];
        let page = read_members(&rows);
        let ids: Vec<&str> = page.rows.iter().map(|row| row.record.id.as_str()).collect();
        prop_assert!(ids.contains(&"before") && ids.contains(&"after"));
        prop_assert_eq!(page.rows.len() + page.nameless, 3, "each row is somebody's, or counted");
        if name != "userid" {
            prop_assert_eq!(ids[1], "odd", "whoever can be named is seen");
        }
        let good = page.rows.iter().find(|row| row.record.id.as_str() == "after").unwrap();
        prop_assert_eq!(good.record.values.text(Field::Title), Some("工程师"));
    }

    #[test]
    fn what_cannot_be_read_is_hidden_and_named(at in 2..15_usize, odd in arbitrary_text()) {
        let name = PERSON_FIELDS[at];
        let page = read_members(&[row_text(plain_person("odd"), name, &odd)]);
        let record = &page.rows[0].record;
        let named = page.unreadable.iter().any(|row| row.fields.contains(&name));
        let field = match name {
            "title" => Field::Title,
            "hired_date" => Field::HiredOn,
            "job_number" => Field::JobNumber,
            "telephone" => Field::Telephone,
            "remark" => Field::Remark,
            "extension" => Field::Extension,
            "dept_id_list" => Field::Departments,
            "hide_mobile" => Field::HideMobile,
            _ => return Ok(()),
        };
        prop_assert!(!named || !record.values.shown_fields().contains(field), "{name}: {odd}");
        let odd_list = odd.starts_with('{') && field != Field::Extension;
        prop_assert!(!odd_list || named, "{name}: an object is no text");
    }

    #[test]
    fn an_odd_department_loses_no_other(at in 0..DEPARTMENT_FIELDS.len(), odd in arbitrary_text()) {
        let department = |id: i64| {
            let Value::Object(fields) = json!({"dept_id": id, "name": "部", "parent_id": 1}) else { panic!() };
            fields
        };
        let plain = |id| Value::Object(department(id)).to_string();
        let name = DEPARTMENT_FIELDS[at];
        let children = read_children(&[plain(1002), row_text(department(1003), name, &odd), plain(1004)]);
        let ids: Vec<&str> = children.rows.iter().map(|row| row.id.as_str()).collect();
        prop_assert!(ids.contains(&"1002") && ids.contains(&"1004"));
        prop_assert!(name == "dept_id" || ids.contains(&"1003"));
    }

    #[test]
    fn a_day_of_entry_is_a_plausible_day_or_hidden(millis: i64) {
        let page = read_members(&[row_text(plain_person("odd"), "hired_date", &millis.to_string())]);
        let values = &page.rows[0].record.values;
        match values.get(Field::HiredOn) {
            Some(FieldValue::Day(day)) => prop_assert!((1970..2200).contains(&day.year())),
            other => {
                prop_assert!(other.is_none() && !values.shown_fields().contains(Field::HiredOn));
                prop_assert_eq!(&page.unreadable[0].implausible, &["hired_date"]);
            }
        }
    }
}
