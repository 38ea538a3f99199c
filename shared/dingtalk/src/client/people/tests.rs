//! Reading, from the literal bodies of the reference.

mod odd_rows;
mod properties;
mod roster;

use directory::{DeptId, Field, FieldSet, UserId};

use crate::client::script::{ScriptedTransport, ok_answer};
use crate::client::{AdminLevel, Client};
use crate::error::{DingTalkError, DingTalkErrorKind};
use crate::events::EventKind;

fn client_answering(body: &str) -> Client {
    ScriptedTransport::with_answers(vec![ok_answer(body)]).build_client()
}

#[track_caller]
fn assert_malformed<T: std::fmt::Debug>(outcome: &Result<T, DingTalkError>) {
    assert!(
        matches!(
            outcome,
            Err(DingTalkError {
                trouble: DingTalkErrorKind::Malformed { .. },
                ..
            })
        ),
        "{outcome:?}"
    );
}

const PAGE: &str = r#"{"errcode":0,"errmsg":"ok","request_id":"5um7ykyaalsj","result":{"has_more":true,"next_cursor":100,"list":[{"userid":"zhangsan","unionid":"z21HjQliSzpw0YWCNxmii6u2Os62cZ62iSZ","name":"张三","mobile":"18513027676","dept_id_list":[2,3,4],"leader":true}]}}"#;

#[tokio::test(start_paused = true)]
async fn a_page_of_members_is_read() {
    let page = client_answering(PAGE)
        .list_members(DeptId(2), 0, FieldSet::NONE)
        .await
        .unwrap();
    assert_eq!(page.next, Some(100));
    assert!(page.rows[0].leads_here);
    assert_eq!(page.rows[0].record.values.text(Field::Name), Some("张三"));
    let last = PAGE.replace(
        r#""has_more":true,"next_cursor":100"#,
        r#""has_more":"false""#,
    );
    assert_eq!(
        client_answering(&last)
            .list_members(DeptId(2), 100, FieldSet::NONE)
            .await
            .unwrap()
            .next,
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_does_not_grow_is_malformed() {
    assert_malformed(
        &client_answering(PAGE)
            .list_members(DeptId(2), 100, FieldSet::NONE)
            .await,
    );
    assert_malformed(
        &client_answering(&PAGE.replace("100", "-1"))
            .list_members(DeptId(2), 0, FieldSet::NONE)
            .await,
    );
    assert_malformed(
        &client_answering(&PAGE.replace(r#""next_cursor":100,"#, ""))
            .list_members(DeptId(2), 0, FieldSet::NONE)
            .await,
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_another_person_is_malformed() {
    let body = r#"{"errcode":0,"errmsg":"ok","request_id":"4e7exhl6pm0t","result":{"userid":"zhangsan","name":"张三","admin":"true"}}"#;
    let record = client_answering(body)
        .read_person(&UserId::new("zhangsan").unwrap(), FieldSet::NONE)
        .await
        .unwrap();
    assert!(record.protected);
    assert_malformed(
        &client_answering(body)
            .read_person(&UserId::new("lisi").unwrap(), FieldSet::NONE)
            .await,
    );
}

#[tokio::test(start_paused = true)]
async fn granted_field_permissions_make_fields_visible() {
    let body = r#"{"errcode":0,"errmsg":"ok","auth_user_field":["jobnumber","isLeader","name","position","isAdmin","avatar","department","userid","deviceId","isHide","mobile","email"],"condition_field":[],"auth_org_scopes":{"authed_user":[],"authed_dept":[1]}}"#;
    let scopes = client_answering(body).read_scopes().await.unwrap();
    assert!(scopes.whole_company);
    assert_eq!(scopes.fields, FieldSet::PERSON);
    let body = body.replace(r#","mobile","email""#, "").replace(
        r#""authed_user":[],"authed_dept":[1]"#,
        r#""authed_user":["u"],"authed_dept":["5",-7]"#,
    );
    let scopes = client_answering(&body).read_scopes().await.unwrap();
    assert!(!scopes.whole_company);
    assert_eq!((scopes.departments.len(), scopes.users.len()), (1, 1));
    assert!(!scopes.fields.contains(Field::Mobile) && !scopes.fields.contains(Field::Remark));
    assert!(scopes.fields.contains(Field::JobNumber));
}

#[tokio::test(start_paused = true)]
async fn departments_are_read() {
    let body = r#"{"errcode":0,"errmsg":"ok","result":{"dept_id":411,"name":"测试","parent_id":1,"order":0,"code":"100","create_dept_group":true,"auto_add_user":true,"dept_group_chat_id":"chat1fccdb","group_contain_sub_dept":true,"org_dept_owner":"manager9153","dept_manager_userid_list":["1020302901-431772414"],"hide_dept":false,"dept_permits":[3,4,5],"user_permits":[],"outer_dept":false,"outer_permit_depts":[],"outer_permit_users":["user123"]},"request_id":"4e7ljtq91rgo"}"#;
    let record = client_answering(body)
        .read_department(DeptId(411))
        .await
        .unwrap();
    assert_eq!(record.values.shown_fields(), FieldSet::DEPARTMENT);
    assert_eq!(
        record.values.refs(Field::Heads).collect::<Vec<_>>(),
        ["1020302901-431772414"]
    );
    assert_eq!(record.values.refs(Field::Parent).collect::<Vec<_>>(), ["1"]);
    assert_malformed(&client_answering(body).read_department(DeptId(412)).await);
    assert_malformed(
        &client_answering(&body.replace(r#""parent_id":1,"#, ""))
            .read_department(DeptId(411))
            .await,
    );
    let root = client_answering(r#"{"errcode":0,"result":{"dept_id":1,"name":"公司"}}"#)
        .read_department(DeptId::ROOT)
        .await
        .unwrap();
    assert!(
        root.values.shown_fields().contains(Field::Parent)
            && root.values.get(Field::Parent).is_none()
    );
}

#[tokio::test(start_paused = true)]
async fn children_with_impossible_ids_are_left_out_and_counted() {
    let body = r#"{"errcode":0,"result":[{"dept_id":2,"name":"甲","parent_id":1},{"dept_id":-7,"name":"家校","parent_id":1}]}"#;
    let dingtalk = client_answering(body);
    let children = dingtalk.list_sub_departments(DeptId::ROOT).await.unwrap();
    assert_eq!(children.rows.len(), 1);
    assert_eq!(
        children.rows[0].values.shown_fields(),
        FieldSet::of_fields(&[Field::Name, Field::Parent])
    );
    assert_eq!(dingtalk.read_tally().dropped_departments, 1);
}

#[tokio::test(start_paused = true)]
async fn admins_and_employment_are_read() {
    let body = r#"{"errcode":0,"errmsg":"ok","result":[{"sys_level":2,"userid":"203x"},{"sys_level":1,"userid":"mx0"}],"request_id":"r"}"#;
    let admins = client_answering(body).list_admins().await.unwrap();
    assert_eq!(
        admins.iter().map(|admin| admin.level).collect::<Vec<_>>(),
        [AdminLevel::Sub, AdminLevel::Primary]
    );
    let body = r#"{"errcode":0,"errmsg":"ok","success":true,"result":{"data_list":["user123"],"next_cursor":50},"request_id":"r"}"#;
    assert_eq!(
        client_answering(body).list_on_job(0).await.unwrap().next,
        Some(50)
    );
    assert_malformed(&client_answering(body).list_on_job(50).await);
    assert_eq!(
        client_answering(&body.replace(r#","next_cursor":50"#, ""))
            .list_on_job(50)
            .await
            .unwrap()
            .next,
        None
    );
}

#[tokio::test(start_paused = true)]
async fn undelivered_callbacks_become_events() {
    let body = r#"{"errcode":0,"errmsg":"ok","has_more":false,"failed_list":[{"call_back_tag":"user_add_org","event_time":1606126433000,"user_add_org":{"userid":["zhangsan"],"corpid":"ding241f334c339e175b35c2f4657xxxx"}},{"call_back_tag":"bpms_instance_change","event_time":1606126433000,"bpms_instance_change":{"bpmsCallBackData":{},"corpid":"ding"}},{"call_back_tag":"label_conf_add","event_time":1606126433000,"label_conf_add":{"roleLabelChange":{},"corpid":"ding"}},{"nonsense":1}]}"#;
    let failed = client_answering(body)
        .fetch_failed_callbacks()
        .await
        .unwrap();
    assert!(!failed.has_more);
    assert_eq!((failed.events.len(), failed.unreadable), (3, 1));
    assert_eq!(
        failed.events[0].kind,
        EventKind::Changed("user_add_org".to_owned())
    );
    assert_eq!(
        failed.events[0].born_at,
        Some(directory::Timestamp(1_606_126_433_000))
    );
    assert_eq!(
        failed.events[0].wakes[0].queue_group(),
        "dt#person#zhangsan"
    );
    assert_eq!(
        failed.events[1].kind,
        EventKind::Ignored("bpms_instance_change".to_owned())
    );
}
