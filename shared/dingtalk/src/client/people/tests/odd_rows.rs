//! Rows with fields of a wrong type, without an id, or twice.

use directory::{DeptId, Field, FieldSet, UserId};

use super::{PAGE, assert_malformed, client_answering};
use crate::client::SubDepartments;

#[tokio::test(start_paused = true)]
async fn an_odd_child_spoils_no_other() {
    let body = |odd: &str| {
        format!(
            r#"{{"errcode":0,"result":[{odd},{{"dept_id":"5.0","name":"乙","parent_id":"1"}}]}}"#
        )
    };
    let list = async |odd: &str| {
        client_answering(&body(odd))
            .list_sub_departments(DeptId::ROOT)
            .await
            .unwrap()
    };
    let ids = |children: &SubDepartments| {
        let ids = children.rows.iter().map(|row| row.id.as_str().to_owned());
        ids.collect::<Vec<_>>().join(" ")
    };
    let twice = list(r#"{"dept_id":5,"name":"乙","parent_id":1}"#).await;
    assert_eq!((ids(&twice).as_str(), twice.nameless), ("5", 0));
    assert_eq!(twice.unreadable[0].fields, ["named twice"]);
    let odd = list(r#"{"dept_id":2,"name":{},"parent_id":[]}"#).await;
    assert_eq!(ids(&odd), "2 5");
    assert_eq!(odd.unreadable[0].fields, ["name", "parent_id"]);
    assert_eq!(
        odd.rows[0].values.shown_fields(),
        FieldSet::of_fields(&[Field::Parent]),
        "whose child it is was asked"
    );
    let elsewhere = list(r#"{"dept_id":2,"name":"甲","parent_id":9}"#).await;
    assert_eq!(
        (ids(&elsewhere).as_str(), &elsewhere.misplaced[..]),
        ("2 5", &[DeptId(2)][..])
    );
    assert!(
        !elsewhere.rows[0]
            .values
            .shown_fields()
            .contains(Field::Parent)
    );
    for nameless in [
        "null",
        "7",
        r#"{"name":"甲"}"#,
        r#"{"dept_id":2.5}"#,
        r#"{"dept_id":2,"dept_id":3}"#,
    ] {
        let children = list(nameless).await;
        assert_eq!(
            (ids(&children).as_str(), children.nameless),
            ("5", 1),
            "{nameless}"
        );
        assert_malformed(&children.into_all_rows());
    }
}

#[tokio::test(start_paused = true)]
async fn an_odd_field_of_a_department_is_hidden_and_counted() {
    let body = |fields: &str| {
        format!(
            r#"{{"errcode":0,"result":{{"dept_id":411,"name":"测试","parent_id":1,{fields}}}}}"#
        )
    };
    for (fields, hidden) in [
        (r#""order":"x""#, Field::Order),
        (r#""dept_manager_userid_list":["a",null]"#, Field::Heads),
        (r#""dept_manager_userid_list":{}"#, Field::Heads),
        (r#""source_identifier":[1]"#, Field::SourceIdentifier),
    ] {
        let dingtalk = client_answering(&body(fields));
        let record = dingtalk.read_department(DeptId(411)).await.unwrap();
        assert_eq!(
            record.values.shown_fields(),
            FieldSet::DEPARTMENT.without(FieldSet::of_fields(&[hidden])),
            "{fields}"
        );
        assert_eq!(dingtalk.read_tally().unreadable_records, 1);
    }
    let heads = client_answering(&body(r#""dept_manager_userid_list":"[\"a\",7]""#))
        .read_department(DeptId(411))
        .await
        .unwrap();
    assert_eq!(
        heads.values.refs(Field::Heads).collect::<Vec<_>>(),
        ["7", "a"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_without_a_readable_id_is_counted_and_the_others_are_read() {
    let nobody = [
        PAGE.replace("zhangsan", "a#b"),
        PAGE.replace(r#""name":"#, r#""userid":"twice","name":"#),
        PAGE.replace(r#""userid":"zhangsan","#, ""),
        PAGE.replace(r#""zhangsan""#, "null"),
        PAGE.replace(r#""zhangsan""#, "{}"),
    ];
    for body in nobody {
        let body = body.replace(r#""list":["#, r#""list":[{"userid":7,"name":"李娜"},null,"#);
        let page = client_answering(&body)
            .list_members(DeptId(2), 0, FieldSet::NONE)
            .await
            .unwrap();
        assert_eq!((page.rows.len(), page.nameless), (1, 2), "{body}");
        assert_eq!(page.rows[0].record.id.as_str(), "7");
        assert_eq!(page.next, Some(100), "the pages go on");
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_text_spoil_one_value_only() {
    let broken = String::from_utf8_lossy(b"\"\xff\"").into_owned();
    let page = client_answering(&PAGE.replace("\"张三\"", &broken))
        .list_members(DeptId(2), 0, FieldSet::PERSON)
        .await
        .unwrap();
    assert_eq!(page.unreadable[0].fields, ["name"]);
    assert!(
        !page.rows[0]
            .record
            .values
            .shown_fields()
            .contains(Field::Name)
    );
}

#[tokio::test(start_paused = true)]
async fn a_userid_in_another_case_is_the_same_person_as_answered() {
    let body = r#"{"errcode":0,"result":{"userid":"ZhangSan","name":"张三"}}"#;
    let record = client_answering(body)
        .read_person(&UserId::new("zhangsan").unwrap(), FieldSet::NONE)
        .await
        .unwrap();
    assert_eq!(record.id.as_str(), "ZhangSan");
}

#[tokio::test(start_paused = true)]
async fn an_odd_field_of_a_person_is_hidden_and_counted() {
    let body = r#"{"errcode":0,"result":{"userid":"u","name":"张三","title":{},"hired_date":"x"}}"#;
    let dingtalk = client_answering(body);
    let record = dingtalk
        .read_person(&UserId::new("u").unwrap(), FieldSet::PERSON)
        .await
        .unwrap();
    let shown = record.values.shown_fields();
    assert!(!shown.contains(Field::Title) && !shown.contains(Field::HiredOn));
    assert!(shown.contains(Field::Name) && shown.contains(Field::JobNumber));
    assert_eq!(dingtalk.read_tally().unreadable_records, 1);
}

#[tokio::test(start_paused = true)]
async fn entries_of_the_list_of_failed_callbacks_that_cannot_be_read_are_counted() {
    for (body, events, unreadable) in [
        (
            r#"{"errcode":0,"has_more":false,"failed_list":[7,null,{"call_back_tag":"org_change"}]}"#,
            1,
            2,
        ),
        (
            r#"{"errcode":0,"has_more":"maybe","failed_list":{"call_back_tag":"org_change"}}"#,
            1,
            1,
        ),
        (r#"{"errcode":0,"failed_list":7}"#, 0, 1),
        (r#"{"errcode":0,"has_more":0}"#, 0, 0),
        (
            r#"{"errcode":0,"failed_list":[{"call_back_tag":"user_leave_org","user_leave_org":{"userid":["a",null]}}]}"#,
            1,
            0,
        ),
    ] {
        let failed = client_answering(body)
            .fetch_failed_callbacks()
            .await
            .unwrap();
        assert_eq!(
            (failed.events.len(), failed.unreadable),
            (events, unreadable),
            "{body}"
        );
    }
}
