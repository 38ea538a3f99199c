//! Writes: one row at a time, nothing lost, nothing twice.

use directory::{Field, FieldValue, FieldValues, Kind, NativeId, ReasonCode, WriteAction};
use ehr::{Connector as _, EhrError};
use sandbox_jiandaoyun::company::{APP, PEOPLE, widget_name};
use sandbox_jiandaoyun::{Fault, machine_time};
use serde_json::json;

use super::harness::*;

const UPDATE: &str = "/v5/app/entry/data/update";
const BATCH: &str = "/v5/app/entry/data/batch_create";

fn newcomer() -> FieldValues {
    let mut values = texts(&[
        (Field::Name, "新同事"),
        (Field::JobNumber, "N1"),
        (Field::Mobile, "+8613700000000"),
        (Field::Title, "工程师"),
        (Field::Departments, "3"),
    ]);
    values.show(
        Field::HiredOn,
        Some(FieldValue::Day("2026-03-01".parse().unwrap())),
    );
    values.show(Field::Manager, None);
    values
}

#[tokio::test]
async fn an_update_changes_its_fields_and_nothing_else() {
    let tenant = tenant(2).await;
    let id = tenant.people().await[0].record.id.clone();
    let before = tenant.row(&id).await;
    let values = texts(&[(Field::Title, "会计"), (Field::Departments, "4")]);
    let written = tenant
        .connector()
        .write_record(&write(WriteAction::Update, Some(&id), values))
        .await
        .unwrap();
    assert_eq!(written.record.values.text(Field::Title), Some("会计"));
    assert_eq!(
        tenant
            .connector()
            .read_record(Kind::Person, &id)
            .await
            .unwrap(),
        Some(written)
    );
    let after = tenant.row(&id).await;
    for (name, value) in before.as_object().unwrap() {
        let changed = [widget_name(4), widget_name(5), "updateTime".to_owned()].contains(name);
        assert_eq!(after[name] == *value, !changed, "{name}");
    }
}

#[tokio::test]
async fn edits_on_both_sides_do_not_meet() {
    let tenant = tenant(1).await;
    let read = tenant.people().await.remove(0);
    let id = read.record.id.clone();
    let edited = json!({ "full_name": "改名" });
    tenant
        .server
        .world
        .lock()
        .await
        .edit_row(machine_time(), FORM, id.as_str(), &edited);
    let mut update = write(
        WriteAction::Update,
        Some(&id),
        texts(&[(Field::Title, "会计")]),
    );
    update.expected = Some(read.version);
    tenant.forget_calls().await;
    let refused = tenant.connector().write_record(&update).await;
    assert!(matches!(refused, Err(EhrError::Stale)));
    assert!(tenant.calls().await.iter().all(|call| call.path != UPDATE));
    // Read again, it goes, and the edit of the other side stays.
    update.expected = Some(tenant.people().await[0].version);
    let written = tenant.connector().write_record(&update).await.unwrap();
    assert_eq!(written.record.values.text(Field::Name), Some("改名"));
    assert!(written.version > update.expected.unwrap());
}

#[tokio::test]
async fn what_the_form_cannot_take_is_refused_before_anything_is_written() {
    let tenant = tenant(2).await;
    let id = tenant.people().await[0].record.id.clone();
    let mut no_day = FieldValues::new();
    no_day.show(Field::HiredOn, None);
    let cases = [
        (
            texts(&[(Field::Title, "宇航员")]),
            ReasonCode::EhrOptionUnknown,
        ),
        (
            texts(&[(Field::JobNumber, "A00001")]),
            ReasonCode::EhrValueTaken,
        ),
        (
            texts(&[(Field::Departments, "2,3")]),
            ReasonCode::EhrValueInvalid,
        ),
        (
            texts(&[(Field::Departments, "x")]),
            ReasonCode::EhrValueInvalid,
        ),
        (
            texts(&[(Field::Email, "a@example.com")]),
            ReasonCode::EhrFieldUnmapped,
        ),
        (no_day, ReasonCode::EhrValueInvalid),
    ];
    let before = tenant.row(&id).await;
    for (values, code) in cases {
        let written = tenant
            .connector()
            .write_record(&write(WriteAction::Update, Some(&id), values))
            .await;
        assert_eq!(code_of(&written.unwrap_err()), code);
    }
    assert_eq!(tenant.row(&id).await, before);
    assert!(tenant.calls().await.iter().all(|call| call.path != UPDATE));
}

#[tokio::test]
async fn an_odd_row_is_not_written() {
    let tenant = tenant(1).await;
    let id = tenant.people().await[0].record.id.clone();
    let odd = json!({ widget_name(7): "?" });
    tenant
        .server
        .world
        .lock()
        .await
        .edit_row(machine_time(), FORM, id.as_str(), &odd);
    let before = tenant.row(&id).await;
    let update = write(
        WriteAction::Update,
        Some(&id),
        texts(&[(Field::Title, "会计")]),
    );
    let held = tenant.connector().write_record(&update).await.unwrap_err();
    assert_eq!(code_of(&held), ReasonCode::EhrStatusUnknown);
    assert_eq!(tenant.row(&id).await, before);
}

#[tokio::test]
async fn a_person_who_goes_and_comes_back_keeps_the_row() {
    let mut tenant = tenant(1).await;
    let id = tenant.people().await[0].record.id.clone();
    let apply = async |tenant: &Tenant, action| {
        tenant
            .connector()
            .write_record(&write(action, Some(&id), FieldValues::new()))
            .await
    };
    assert!(
        !apply(&tenant, WriteAction::Remove)
            .await
            .unwrap()
            .record
            .active
    );
    assert_eq!(tenant.row(&id).await[widget_name(7)], "已离职");
    assert!(
        apply(&tenant, WriteAction::Restore)
            .await
            .unwrap()
            .record
            .active
    );
    // Where no word says that somebody left, nobody can be marked so, and the abilities say it.
    tenant.mapping.status.as_mut().unwrap().left_word = None;
    let refused = apply(&tenant, WriteAction::Remove).await.unwrap_err();
    assert_eq!(code_of(&refused), ReasonCode::EhrStatusUnmapped);
    let abilities = tenant.connector().abilities().unwrap();
    assert_eq!(
        abilities.people.removal,
        ehr::abilities::Removal::Impossible
    );
}

#[tokio::test]
async fn a_create_that_is_repeated_makes_one_row() {
    let tenant = tenant(1).await;
    let mut create = write(WriteAction::Create, None, newcomer());
    create.dingtalk = Some(NativeId::new("user-1").unwrap());
    // The first answer is lost on its way: the client asks again by itself.
    tenant
        .server
        .world
        .lock()
        .await
        .plan_fault(BATCH, Fault::LoseAnswer);
    let first = tenant.connector().write_record(&create).await.unwrap();
    let second = tenant.connector().write_record(&create).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(tenant.people().await.len(), 2);
    assert_eq!(
        first.record.values.text(Field::Mobile),
        Some("+8613700000000")
    );
    assert_eq!(first.dingtalk, create.dingtalk);
    let row = tenant.row(&first.record.id).await;
    assert_eq!(row[widget_name(6)], "2026-02-28T16:00:00.000Z");
    assert_eq!(row[widget_name(16)], create.link.to_string());
}

#[tokio::test]
async fn a_create_that_was_cut_off_is_found_whatever_was_edited_since() {
    for keeps_links in [true, false] {
        let mut tenant = tenant(0).await;
        if !keeps_links {
            tenant.mapping.link_id = None;
        }
        let mut create = write(WriteAction::Create, None, newcomer());
        create.dingtalk = Some(NativeId::new("user-1").unwrap());
        // Every answer is lost: this process has given up.
        for _ in 0..3 {
            tenant
                .server
                .world
                .lock()
                .await
                .plan_fault(BATCH, Fault::LoseAnswer);
        }
        let lost = tenant.connector().write_record(&create).await;
        assert!(matches!(lost, Err(EhrError::UnknownOutcome)), "{lost:?}");
        let id = NativeId::new(
            tenant.server.world.lock().await.rows(APP, PEOPLE)[0]["_id"]
                .as_str()
                .unwrap(),
        )
        .unwrap();
        let edited = json!({ "full_name": "由人事改过" });
        tenant
            .server
            .world
            .lock()
            .await
            .edit_row(machine_time(), FORM, id.as_str(), &edited);
        let again = tenant.connector().write_record(&create).await.unwrap();
        assert_eq!(again.record.id, id);
        assert_eq!(again.record.values.text(Field::Name), Some("由人事改过"));
        assert_eq!(tenant.people().await.len(), 1);
    }
}

#[tokio::test]
async fn a_create_with_somebody_elses_number_or_id_is_refused() {
    let tenant = tenant(1).await;
    let taken = write(
        WriteAction::Create,
        None,
        texts(&[(Field::JobNumber, "A00000")]),
    );
    let err = tenant.connector().write_record(&taken).await.unwrap_err();
    assert_eq!(code_of(&err), ReasonCode::EhrValueTaken);
    let id = tenant.people().await[0].record.id.clone();
    let kept = json!({ widget_name(15): "user-1" });
    tenant
        .server
        .world
        .lock()
        .await
        .edit_row(machine_time(), FORM, id.as_str(), &kept);
    let mut create = write(WriteAction::Create, None, newcomer());
    create.dingtalk = Some(NativeId::new("user-1").unwrap());
    let err = tenant.connector().write_record(&create).await.unwrap_err();
    assert_eq!(code_of(&err), ReasonCode::EhrValueTaken);
    assert_eq!(tenant.people().await.len(), 1);
}

#[tokio::test]
async fn an_update_without_an_answer_is_not_known_and_was_made_once() {
    let tenant = tenant(1).await;
    let id = tenant.people().await[0].record.id.clone();
    let update = write(
        WriteAction::Update,
        Some(&id),
        texts(&[(Field::Title, "会计")]),
    );
    for fault in [Fault::LoseAnswer, Fault::GatewayPage(504)] {
        tenant.server.world.lock().await.plan_fault(UPDATE, fault);
        tenant.forget_calls().await;
        let lost = tenant.connector().write_record(&update).await;
        assert!(matches!(lost, Err(EhrError::UnknownOutcome)));
        let sent = tenant
            .calls()
            .await
            .iter()
            .filter(|call| call.path == UPDATE)
            .count();
        assert_eq!(sent, 1);
    }
    assert_eq!(tenant.row(&id).await[widget_name(5)], "会计");
}
