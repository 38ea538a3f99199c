//! What goes over the wire, against a DingTalk that says what the test wants.

use std::collections::BTreeMap;
use std::sync::Arc;

use directory::{DeptId, Field, FieldValue, FieldValues, Kind, Record, UserId};
use outbound::TransportError;
use serde_json::json;

use super::{
    CallOutcome, Deletion, DepartmentOptions, MobileForm, NewPerson, PersonChange, PersonEntry,
};
use crate::client::script::{ScriptedAnswer, ScriptedTransport, ok_answer};
use crate::error::{DingTalkErrorKind, UniqueField};

const DONE: &str = r#"{"errcode":0,"errmsg":"ok","request_id":"4e7ljtq91rgo"}"#;

fn values(entries: &[(Field, Option<FieldValue>)]) -> FieldValues {
    let mut values = FieldValues::new();
    entries
        .iter()
        .for_each(|(field, value)| values.show(*field, value.clone()));
    values
}

fn text(text: &str) -> Option<FieldValue> {
    Some(FieldValue::Text(text.into()))
}

fn refs(ids: &[&str]) -> Option<FieldValue> {
    Some(FieldValue::Refs(
        ids.iter().map(|id| (*id).to_owned()).collect(),
    ))
}

fn person() -> FieldValues {
    values(&[
        (Field::Name, text("张三")),
        (Field::Mobile, text("+8618513027676")),
        (Field::Departments, refs(&["2", "3"])),
        (Field::MainDepartment, refs(&["3"])),
        (Field::Extension, text(r#"{"爱好":"旅游"}"#)),
        (Field::Remark, None),
    ])
}

async fn create_with(
    script: &Arc<ScriptedTransport>,
    values: &FieldValues,
) -> Result<CallOutcome<PersonEntry>, crate::DingTalkError> {
    let (userid, orders) = (
        UserId::new("zhangsan").unwrap(),
        BTreeMap::from([(DeptId(2), 9)]),
    );
    let person = NewPerson {
        userid: &userid,
        values,
        orders: &orders,
        mobile_form: MobileForm::Mainland,
    };
    script.build_client().create_person(&person).await
}

#[tokio::test(start_paused = true)]
async fn a_person_goes_out_as_documented_and_comes_back_as_union_id() {
    let answer = r#"{"errcode":0,"errmsg":"ok","result":{"userid":"zhangsan","unionId":"xxxx"},"request_id":"r"}"#;
    let script = ScriptedTransport::with_answers(vec![ok_answer(answer)]);
    let Ok(CallOutcome::Done(PersonEntry::Joined { unionid, .. })) =
        create_with(&script, &person()).await
    else {
        panic!()
    };
    assert_eq!(unionid.unwrap().as_str(), "xxxx");
    let expected = json!({
        "userid": "zhangsan", "name": "张三", "mobile": "18513027676", "dept_id_list": "2,3",
        "dept_order_list": [{"dept_id": 2, "order": 9}],
        "dept_position_list": [{"dept_id": 2, "is_main": false}, {"dept_id": 3, "is_main": true}],
        "extension": r#"{"爱好":"旅游"}"#,
    });
    assert_eq!(script.asked_requests()[0].body, expected);
}

#[tokio::test(start_paused = true)]
async fn an_invitation_comes_in_both_forms_of_refusal() {
    for answer in [
        r#"{"errcode":40103,"errmsg":"已发出邀请，对方同意后即可加入组织","request_id":"r"}"#,
        r#"{"errcode":88,"sub_code":"40103","sub_msg":"x","errmsg":"x","request_id":"r"}"#,
    ] {
        let script = ScriptedTransport::with_answers(vec![ok_answer(answer)]);
        assert_eq!(
            create_with(&script, &person()).await.unwrap(),
            CallOutcome::Done(PersonEntry::Invited)
        );
        assert_eq!(script.asked_requests().len(), 1);
    }
    let script =
        ScriptedTransport::with_answers(vec![ok_answer(r#"{"errcode":40103,"errmsg":"x"}"#)]);
    let error = script
        .build_client()
        .delete_department(DeptId(5))
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::Refused { .. }),
        "elsewhere it is a code like any other"
    );
}

#[tokio::test(start_paused = true)]
async fn an_unusable_answer_to_a_creation_is_an_unknown_outcome() {
    let someone_else = r#"{"errcode":0,"result":{"userid":"lisi","unionId":"x"}}"#;
    let unusable: [ScriptedAnswer; 6] = [
        ok_answer(DONE),
        ok_answer(someone_else),
        ok_answer(r#"{"errcode":-1,"errmsg":"系统繁忙"}"#),
        ok_answer(""),
        Ok((503, String::new())),
        Err(TransportError::TimedOut),
    ];
    for answer in unusable {
        let script = ScriptedTransport::with_answers(vec![answer, ok_answer(DONE)]);
        assert_eq!(
            create_with(&script, &person()).await.unwrap(),
            CallOutcome::Unknown
        );
        assert_eq!(script.asked_requests().len(), 1, "never sent twice");
    }
    let script = ScriptedTransport::with_answers(vec![ok_answer(DONE)]);
    let fields = values(&[(Field::Name, text("甲")), (Field::Parent, refs(&["1"]))]);
    let made = script
        .build_client()
        .create_department(&fields, DepartmentOptions::default())
        .await
        .unwrap();
    assert_eq!(made, CallOutcome::Unknown, "a department without an id");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_dingtalk_cannot_have_received_is_sent_again() {
    for answer in [
        Err(TransportError::NotConnected { source: None }),
        ok_answer(r#"{"errcode":88,"sub_code":"90018","sub_msg":"x","errmsg":"x"}"#),
        ok_answer(
            r#"{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","errmsg":"x"}"#,
        ),
    ] {
        let script = ScriptedTransport::with_answers(vec![answer, ok_answer(DONE)]);
        let deleted = script
            .build_client()
            .delete_department(DeptId(5))
            .await
            .unwrap();
        assert_eq!(
            (deleted, script.asked_requests().len()),
            (CallOutcome::Done(Deletion::Deleted), 2)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_names_what_changes_and_merges_custom_fields() {
    let mut read = Record::new(Kind::Person, UserId::new("zhangsan").unwrap().into());
    read.values = values(&[
        (Field::Extension, text(r#"{"爱好":"旅游","年龄":"24"}"#)),
        (Field::Departments, refs(&["2"])),
    ]);
    let changes = values(&[
        (Field::Title, None),
        (Field::Manager, None),
        (Field::Mobile, text("+8613900000000")),
        (Field::MainDepartment, refs(&["2"])),
        (Field::Extension, text(r#"{"年龄":"25"}"#)),
    ]);
    let script = ScriptedTransport::with_answers(vec![ok_answer(DONE)]);
    let change = PersonChange {
        read: &read,
        values: &changes,
        orders: &BTreeMap::new(),
    };
    let written = script
        .build_client()
        .update_person(&change)
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(written.left.len(), 1);
    let expected = json!({
        "userid": "zhangsan", "title": "", "force_update_fields": "manager_userid", "ext_attrs_update_mode": 1,
        "dept_position_list": [{"dept_id": 2, "is_main": true}], "extension": r#"{"年龄":"25","爱好":"旅游"}"#,
    });
    let mut body = script.asked_requests()[0].body.clone();
    // The order of keys inside the text is nobody's promise.
    let sent: serde_json::Value =
        serde_json::from_str(body["extension"].as_str().unwrap()).unwrap();
    assert_eq!(sent, json!({"爱好": "旅游", "年龄": "25"}));
    body["extension"] = expected["extension"].clone();
    assert_eq!(body, expected);
}

#[tokio::test(start_paused = true)]
async fn a_department_goes_out_as_documented_and_heads_are_cleared_by_force() {
    let script = ScriptedTransport::with_answers(vec![ok_answer(
        r#"{"errcode":0,"errmsg":"ok","result":{"dept_id":"4176"},"request_id":"r"}"#,
    )]);
    let fields = values(&[
        (Field::Name, text("人事部")),
        (Field::Parent, refs(&["1"])),
        (Field::Order, Some(FieldValue::Number(3))),
        (Field::SourceIdentifier, text("EHR-9")),
    ]);
    let options = DepartmentOptions {
        hidden: Some(true),
        ..DepartmentOptions::default()
    };
    let made = script
        .build_client()
        .create_department(&fields, options)
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(made.id, DeptId(4176));
    let expected = json!({"name": "人事部", "parent_id": 1, "order": 3, "source_identifier": "EHR-9", "hide_dept": true});
    assert_eq!(script.asked_requests()[0].body, expected);
    for (heads, expected) in [
        (
            refs(&["u1", "u2"]),
            json!({"dept_id": 5, "dept_manager_userid_list": "u1,u2"}),
        ),
        (
            None,
            json!({"dept_id": 5, "force_update_fields": "dept_manager_userid_list"}),
        ),
    ] {
        let script = ScriptedTransport::with_answers(vec![ok_answer(DONE)]);
        let change = values(&[(Field::Heads, heads)]);
        let outcome = script
            .build_client()
            .update_department(DeptId(5), &change, DepartmentOptions::default())
            .await;
        assert!(outcome.unwrap().done().is_some());
        assert_eq!(script.asked_requests()[0].body, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_write_names_its_reason_and_is_sent_once() {
    let script = ScriptedTransport::with_answers(vec![ok_answer(
        r#"{"errcode":60104,"errmsg":"手机号码在公司中已存在"}"#,
    )]);
    let error = create_with(&script, &person()).await.unwrap_err();
    assert!(
        matches!(
            error.trouble,
            DingTalkErrorKind::Taken {
                what: UniqueField::Mobile,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        "user/create: the mobile number is taken (60104)"
    );
    assert_eq!(
        (script.asked_requests().len(), error.is_transient()),
        (1, false)
    );
    let script = ScriptedTransport::with_answers(vec![ok_answer(
        r#"{"errcode":60003,"errmsg":"部门不存在"}"#,
    )]);
    assert_eq!(
        script
            .build_client()
            .delete_department(DeptId(5))
            .await
            .unwrap(),
        CallOutcome::Done(Deletion::NotThere)
    );
    let error = create_with(&script, &person()).await.unwrap_err();
    assert!(
        matches!(
            error.trouble,
            DingTalkErrorKind::FieldRefused {
                field: Field::Departments,
                ..
            }
        ),
        "{error}"
    );
}
