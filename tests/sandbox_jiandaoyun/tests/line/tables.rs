//! Sub-forms: a write replaces them as a whole, and no row may be lost.

use directory::{Field, ReasonCode, WriteAction};
use ehr::Connector as _;
use sandbox_jiandaoyun::company::widget_name;
use sandbox_jiandaoyun::machine_time;
use serde_json::{Value, json};

use super::harness::*;

/// The sub-form 任职信息 of a row.
fn jobs(row: &Value) -> Vec<Value> {
    row[widget_name(21)].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_department_more_leaves_every_row_of_the_sub_forms() {
    let mut tenant = tenant(1).await;
    tenant
        .mapping
        .fields
        .insert(Field::Departments, departments_in_table());
    let person = tenant.people().await.remove(0);
    assert_eq!(
        person
            .record
            .values
            .refs(Field::Departments)
            .collect::<Vec<_>>(),
        ["2"]
    );
    let id = person.record.id;
    let before = tenant.row(&id).await;
    let set = |refs: &str| {
        write(
            WriteAction::Update,
            Some(&id),
            texts(&[(Field::Departments, refs)]),
        )
    };
    let written = tenant.connector().write_record(&set("2,3")).await.unwrap();
    assert_eq!(
        written
            .record
            .values
            .refs(Field::Departments)
            .collect::<Vec<_>>(),
        ["2", "3"]
    );
    let after = tenant.row(&id).await;
    // The first row with its id and its column 任职岗位; another one; and 家庭成员 untouched.
    assert_eq!(jobs(&after)[0]["_id"], jobs(&before)[0]["_id"]);
    assert_eq!(jobs(&after)[0][widget_name(23)], "主岗");
    assert_eq!(jobs(&after).len(), 2);
    assert_eq!(after[widget_name(25)], before[widget_name(25)]);
    // The row that holds nothing else goes; the one that does refuses the write.
    let written = tenant.connector().write_record(&set("2")).await.unwrap();
    assert_eq!(
        written
            .record
            .values
            .refs(Field::Departments)
            .collect::<Vec<_>>(),
        ["2"]
    );
    let before = tenant.row(&id).await;
    assert_eq!(jobs(&before).len(), 1);
    let refused = tenant
        .connector()
        .write_record(&set("3"))
        .await
        .unwrap_err();
    assert_eq!(code_of(&refused), ReasonCode::EhrTableRowKept);
    assert_eq!(jobs(&tenant.row(&id).await), jobs(&before));
}

#[tokio::test]
async fn a_sub_form_row_that_cannot_be_written_back_refuses_the_write() {
    let mut tenant = tenant(1).await;
    tenant
        .mapping
        .fields
        .insert(Field::Departments, departments_in_table());
    let id = tenant.people().await[0].record.id.clone();
    let with_file = json!({ widget_name(21): [{
        "_id": "job-0",
        widget_name(22): { "dept_no": 2, "name": "" },
        widget_name(24): [{ "name": "任命书.pdf", "size": 1, "mime": "application/pdf", "url": "u" }],
    }] });
    tenant
        .server
        .world
        .lock()
        .await
        .edit_row(machine_time(), FORM, id.as_str(), &with_file);
    let update = write(
        WriteAction::Update,
        Some(&id),
        texts(&[(Field::Departments, "2,3")]),
    );
    let refused = tenant.connector().write_record(&update).await.unwrap_err();
    assert_eq!(code_of(&refused), ReasonCode::EhrTableRowKept);
    assert_eq!(key_of(&cause_of(&refused)), widget_name(21));
    // A field beside the sub-form can be written all the same.
    let update = write(
        WriteAction::Update,
        Some(&id),
        texts(&[(Field::Title, "会计")]),
    );
    assert!(tenant.connector().write_record(&update).await.is_ok());
    let file = &tenant.row(&id).await[widget_name(21)][0][widget_name(24)][0];
    assert_eq!(file["name"], "任命书.pdf");
}
