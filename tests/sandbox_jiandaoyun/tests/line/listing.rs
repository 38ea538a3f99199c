//! Lists: complete, cheap, resumable, and an odd row is its own trouble.

use directory::effective_dates::Presence;
use directory::{Field, FieldValue, Kind, ReasonCode};
use ehr::{Connector as _, FailureClass};
use jiandaoyun::connector::AbsentField;
use sandbox_jiandaoyun::company::widget_name;
use sandbox_jiandaoyun::{Fault, Settings, machine_time};
use serde_json::json;

use super::harness::*;

const LIST: &str = "/v5/app/entry/data/list";

#[tokio::test]
async fn a_thousand_people_cost_the_minimum_of_calls() {
    let tenant = tenant(1000).await;
    let people = tenant.people().await;
    assert_eq!(people.len(), 1000);
    let calls = tenant.calls().await;
    // Ten full pages, and one more that shows that nothing follows.
    let minimum = 1000 / 100 + 1;
    assert!(calls.len() * 100 <= minimum * 105, "{} calls", calls.len());
    assert!(
        calls
            .iter()
            .all(|call| call.path == LIST && call.code.is_none())
    );
}

#[tokio::test]
async fn a_person_is_read_with_every_mapped_field() {
    let tenant = tenant(1).await;
    let person = tenant.people().await.remove(0);
    let values = &person.record.values;
    assert_eq!(values.text(Field::JobNumber), Some("A00000"));
    assert_eq!(values.text(Field::Mobile), Some("+8613900000000"));
    assert_eq!(values.refs(Field::Departments).collect::<Vec<_>>(), ["2"]);
    // 2020-02-28T16:00Z is the leap day in Shanghai.
    let leap_day = "2020-02-29".parse().unwrap();
    assert_eq!(values.get(Field::HiredOn), Some(&FieldValue::Day(leap_day)));
    assert_eq!(values.text(Field::Employment), Some("full_time"));
    // Shown and empty, not hidden.
    assert!(values.shown_fields().contains(Field::Remark));
    assert_eq!(values.get(Field::Remark), None);
    assert!(person.version > 0 && person.presence == Presence::Here && person.record.active);
    assert_eq!(
        tenant
            .connector()
            .read_record(Kind::Person, &person.record.id)
            .await
            .unwrap(),
        Some(person)
    );
}

#[tokio::test]
async fn a_list_goes_on_in_another_process() {
    let tenant = tenant(250).await;
    let first = tenant
        .connector()
        .list_record_page(Kind::Person, None)
        .await
        .unwrap();
    let token = ehr::PageToken::new(first.next.unwrap().as_str());
    let second = tenant
        .connector()
        .list_record_page(Kind::Person, Some(&token))
        .await
        .unwrap();
    let third = tenant
        .connector()
        .list_record_page(Kind::Person, second.next.as_ref())
        .await
        .unwrap();
    assert_eq!(
        (
            first.records.len(),
            second.records.len(),
            third.records.len()
        ),
        (100, 100, 50)
    );
    assert_eq!(third.next, None);
    let odd = ehr::PageToken::new("not#a#row");
    assert!(
        tenant
            .connector()
            .list_record_page(Kind::Person, Some(&odd))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_odd_row_costs_itself_and_an_odd_field_itself() {
    let tenant = tenant(5).await;
    let ids: Vec<_> = tenant
        .people()
        .await
        .into_iter()
        .map(|one| one.record.id)
        .collect();
    let edits = [
        (widget_name(7), json!("休眠中")),
        (widget_name(7), json!(null)),
        (widget_name(6), json!("someday")),
        (widget_name(4), json!({ "name": "no number" })),
    ];
    for (id, (name, value)) in ids.iter().zip(&edits) {
        let mut world = tenant.server.world.lock().await;
        world.edit_row(
            machine_time(),
            FORM,
            id.as_str(),
            &json!({ name.clone(): value }),
        );
    }
    let page = tenant
        .connector()
        .list_record_page(Kind::Person, None)
        .await
        .unwrap();
    let odd: Vec<_> = page
        .odd
        .iter()
        .map(|odd| (odd.id.clone(), odd.reason.code()))
        .collect();
    let unknown = Some(ReasonCode::EhrStatusUnknown);
    assert_eq!(
        odd,
        [
            (Some(ids[0].clone()), unknown),
            (Some(ids[1].clone()), unknown)
        ]
    );
    assert_eq!(page.records.len(), 3);
    // Hidden and not empty: it never merges.
    let shown = |at: usize| page.records[at].record.values.shown_fields();
    assert!(!shown(0).contains(Field::HiredOn) && shown(0).contains(Field::Departments));
    assert!(!shown(1).contains(Field::Departments) && shown(1).contains(Field::HiredOn));
    assert!(shown(2).contains(Field::HiredOn) && shown(2).contains(Field::Departments));
    // A read of the odd one says why.
    let held = tenant
        .connector()
        .read_record(Kind::Person, &ids[0])
        .await
        .unwrap_err();
    assert_eq!(code_of(&held), ReasonCode::EhrStatusUnknown);
}

#[tokio::test]
async fn the_status_and_the_last_day_say_who_is_here() {
    let tenant = tenant(6).await;
    let ids: Vec<_> = tenant
        .people()
        .await
        .into_iter()
        .map(|one| one.record.id)
        .collect();
    let (status, last_day, hired) = (widget_name(7), widget_name(12), widget_name(6));
    let (past, future) = ("2024-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z");
    for (id, row) in ids.iter().zip([
        json!({ status.clone(): "已离职", last_day.clone(): past }),
        json!({ status.clone(): "待离职", last_day.clone(): future }),
        json!({ status.clone(): "待离职", last_day.clone(): past }),
        json!({ status.clone(): "待入职", hired.clone(): future }),
        // Came back: the last day is of the first time.
        json!({ status.clone(): "在职", last_day.clone(): past }),
        json!({ status.clone(): "待离职", last_day.clone(): "soon" }),
    ]) {
        let mut world = tenant.server.world.lock().await;
        world.edit_row(machine_time(), FORM, id.as_str(), &row);
    }
    let page = tenant
        .connector()
        .list_record_page(Kind::Person, None)
        .await
        .unwrap();
    let presences: Vec<_> = page
        .records
        .iter()
        .map(|one| (one.presence, one.record.active, one.upcoming.len()))
        .collect();
    assert_eq!(
        presences,
        [
            (Presence::Left, false, 0),
            (Presence::Here, true, 1),
            (Presence::Left, false, 0),
            (Presence::NotYet, false, 1),
            (Presence::Here, true, 0),
        ]
    );
    assert_eq!(page.odd.len(), 1);
    assert_eq!(
        page.odd[0].reason.code(),
        Some(ReasonCode::EhrValueUnreadable)
    );
}

#[tokio::test]
async fn a_key_revoked_midway_is_named() {
    let tenant = tenant(500).await;
    {
        let mut world = tenant.server.world.lock().await;
        world.plan_fault(LIST, Fault::Pass);
        world.plan_fault(LIST, Fault::Pass);
        world.plan_fault(LIST, Fault::RevokeKeys);
    }
    let mut seen = 0;
    let connector = tenant.connector();
    let err = connector
        .list_records(Kind::Person, &mut |_| seen += 1)
        .await
        .unwrap_err();
    assert_eq!(code_of(&err), ReasonCode::EhrCredentialsRefused);
    assert_eq!(
        cause_of(&err).argument("code").unwrap().to_string(),
        "17018"
    );
    assert_eq!(err.failure().unwrap().class, FailureClass::Credentials);
    assert!(!err.is_transient());
    assert!(!format!("{err} {err:?}").contains("sandbox-key"));
    assert_eq!((seen, tenant.calls().await.len()), (200, 3));
}

#[tokio::test]
async fn what_was_read_before_the_key_was_revoked_was_handed_out() {
    let tenant = tenant(300).await;
    let connector = tenant.connector();
    let first = connector
        .list_record_page(Kind::Person, None)
        .await
        .unwrap();
    tenant.server.world.lock().await.revoke_keys();
    let next = connector
        .list_record_page(Kind::Person, first.next.as_ref())
        .await;
    assert_eq!(first.records.len(), 100);
    assert_eq!(
        code_of(&next.unwrap_err()),
        ReasonCode::EhrCredentialsRefused
    );
    // With a new key the same page is read.
    tenant.server.world.lock().await.add_key("new-key", None);
    let renewed = tenant.connector_over(client_with_key(&tenant.server, "new-key"));
    let next = renewed
        .list_record_page(Kind::Person, first.next.as_ref())
        .await
        .unwrap();
    assert_eq!(next.records.len(), 100);
}

#[tokio::test]
async fn trouble_with_the_tenant_has_its_class() {
    for (code, reason, class) in [
        (
            8302,
            ReasonCode::EhrPermissionMissing,
            FailureClass::Permission,
        ),
        (
            17052,
            ReasonCode::EhrAddressNotAllowed,
            FailureClass::Permission,
        ),
        (7212, ReasonCode::EhrQuotaUsedUp, FailureClass::Quota),
        (
            3000,
            ReasonCode::EhrFormMissing,
            FailureClass::SchemaChanged,
        ),
        (987_654, ReasonCode::EhrCodeUnknown, FailureClass::Transient),
    ] {
        let tenant = tenant(1).await;
        tenant
            .server
            .world
            .lock()
            .await
            .plan_fault(LIST, Fault::Refuse(code));
        let page = tenant
            .connector()
            .list_record_page(Kind::Person, None)
            .await;
        let err = page.unwrap_err();
        assert_eq!(
            (code_of(&err), err.failure().unwrap().class),
            (reason, class)
        );
    }
}

#[tokio::test]
async fn a_gateway_and_a_lost_answer_are_asked_again() {
    let tenant = tenant(3).await;
    {
        let mut world = tenant.server.world.lock().await;
        world.plan_fault(LIST, Fault::GatewayPage(502));
        world.plan_fault(LIST, Fault::LoseAnswer);
    }
    assert_eq!(tenant.people().await.len(), 3);
    assert_eq!(tenant.calls().await.len(), 3);
}

#[tokio::test]
async fn a_field_that_a_row_leaves_out_is_hidden_unless_the_mapping_says_empty() {
    let settings = Settings {
        leaves_out_empty: true,
        ..Settings::default()
    };
    let mut tenant = tenant_with(1, settings).await;
    let remark = async |tenant: &Tenant| {
        let person = tenant.people().await.remove(0);
        person.record.values.shown_fields().contains(Field::Remark)
    };
    assert!(!remark(&tenant).await);
    tenant.mapping.absent = AbsentField::Empty;
    assert!(remark(&tenant).await);
}
