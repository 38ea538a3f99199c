//! Lookups by a key: every match, compared once more.

use directory::{Kind, NativeId, ReasonCode};
use ehr::{AlternateKey, Connector as _};
use sandbox_jiandaoyun::company::widget_name;
use sandbox_jiandaoyun::machine_time;
use serde_json::json;

use super::harness::*;

fn job_number(number: &str) -> AlternateKey {
    AlternateKey::JobNumber(number.to_owned())
}

#[tokio::test]
async fn one_match_is_a_record_and_two_are_an_ambiguity() {
    let tenant = tenant(3).await;
    let connector = tenant.connector();
    let found = connector
        .find_by_key(Kind::Person, &job_number("A00001"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().record.id, tenant.people().await[1].record.id);
    assert_eq!(
        connector
            .find_by_key(Kind::Person, &job_number("B1"))
            .await
            .unwrap(),
        None
    );
    let twin = json!({ "job_no": "A00001", widget_name(7): "已离职" });
    tenant
        .server
        .world
        .lock()
        .await
        .import_row(machine_time(), FORM, &twin);
    let err = connector
        .find_by_key(Kind::Person, &job_number("A00001"))
        .await
        .unwrap_err();
    assert_eq!(code_of(&err), ReasonCode::EhrKeyAmbiguous);
    assert_eq!(cause_of(&err).argument("count").unwrap().to_string(), "2");
    let all = connector
        .find_all_by_key(Kind::Person, &job_number("A00001"))
        .await
        .unwrap();
    assert_eq!(all.len(), 2);
}

#[tokio::test]
async fn a_match_of_the_filter_is_compared_with_the_key() {
    let tenant = tenant(3).await;
    // A phone field knows "contains" only. That this one is odd besides is not the lookup's business.
    let longer = json!({
        "job_no": "L1",
        widget_name(3): { "phone": "13900000001" .to_owned() + "9" },
        widget_name(7): "?",
    });
    tenant
        .server
        .world
        .lock()
        .await
        .import_row(machine_time(), FORM, &longer);
    let key = AlternateKey::Mobile("+8613900000001".to_owned());
    let found = tenant
        .connector()
        .find_all_by_key(Kind::Person, &key)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].record.id, tenant.people().await[1].record.id);
}

#[tokio::test]
async fn a_match_that_cannot_be_read_is_not_left_out() {
    let tenant = tenant(1).await;
    let odd = json!({ "job_no": "A00000", widget_name(7): "?" });
    tenant
        .server
        .world
        .lock()
        .await
        .import_row(machine_time(), FORM, &odd);
    let found = tenant
        .connector()
        .find_by_key(Kind::Person, &job_number("A00000"))
        .await;
    assert_eq!(code_of(&found.unwrap_err()), ReasonCode::EhrStatusUnknown);
}

#[tokio::test]
async fn the_dingtalk_id_is_found_where_it_is_kept() {
    let mut tenant = tenant(2).await;
    let id = tenant.people().await[1].record.id.clone();
    {
        let mut world = tenant.server.world.lock().await;
        let kept = json!({ widget_name(15): "user-7" });
        world.edit_row(machine_time(), FORM, id.as_str(), &kept);
    }
    let key = AlternateKey::DingTalk(NativeId::new("user-7").unwrap());
    let found = tenant
        .connector()
        .find_by_key(Kind::Person, &key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.record.id, found.dingtalk),
        (id, Some(NativeId::new("user-7").unwrap()))
    );
    // Where it is not kept, nothing is asked, and the abilities say so.
    tenant.mapping.dingtalk_id = None;
    tenant.forget_calls().await;
    let connector = tenant.connector();
    assert_eq!(
        connector.find_by_key(Kind::Person, &key).await.unwrap(),
        None
    );
    assert!(!connector.abilities().unwrap().keeps_dingtalk_id);
    assert!(tenant.calls().await.is_empty());
}

#[tokio::test]
async fn an_id_that_no_row_can_have_is_not_asked_for() {
    let tenant = tenant(1).await;
    let read = async |id: &str| {
        let id = NativeId::new(id).unwrap();
        tenant
            .connector()
            .read_record(Kind::Person, &id)
            .await
            .unwrap()
    };
    assert_eq!(read("../../etc").await, None);
    assert!(tenant.calls().await.is_empty());
    assert_eq!(read("ffffffffffffffffffffffff").await, None);
    assert_eq!(tenant.calls().await.len(), 1);
}
