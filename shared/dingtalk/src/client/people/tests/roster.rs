//! The roster: kinds of employment, and what is missing when it is refused.

use directory::UserId;
use directory::policy::EmploymentType;
use serde_json::json;

use super::{assert_malformed, client_answering};
use crate::client::RosterKinds;
use crate::client::script::{ScriptedTransport, ok_answer};
use crate::error::DingTalkErrorKind;

const ROSTER: &str = r#"{"result":[{"corpId":"ding20a11xxx","userId":"042519","fieldDataList":[{"fieldCode":"sys01-employeeType","fieldName":"员工类型","groupId":"sys01","fieldValueList":[{"itemIndex":0,"value":"3","label":"实习"}]}]}]}"#;

#[tokio::test(start_paused = true)]
async fn the_roster_names_kinds_of_employment() {
    let people = ["042519", "u2"].map(|id| UserId::new(id).unwrap());
    let script = ScriptedTransport::with_answers(vec![ok_answer(ROSTER)]);
    let kinds = script
        .build_client()
        .read_employment_types(&people)
        .await
        .unwrap();
    assert_eq!(
        kinds.kinds.into_iter().collect::<Vec<_>>(),
        [(people[0].clone(), EmploymentType::Intern)]
    );
    let asked = &script.asked_requests()[0];
    assert_eq!(
        asked.uri, "http://dingtalk.test/v1.0/hrm/rosters/lists/query",
        "no token in the address"
    );
    let body = json!({"userIdList": ["042519", "u2"], "fieldFilterList": ["sys01-employeeType"], "appAgentId": 42,
        "text2SelectConvert": true});
    assert_eq!(asked.body, body);
    assert_values_become_kinds(&people).await;
    assert_rows_belong_to_who_was_asked(&people).await;
    assert_unreadable_rows_are_named(&people).await;
    assert_none_and_too_many_are_not_sent().await;
}

/// Reads the roster with a part of its answer replaced.
async fn read_replaced(people: &[UserId], from: &str, to: &str) -> RosterKinds {
    client_answering(&ROSTER.replace(from, to))
        .read_employment_types(people)
        .await
        .unwrap()
}

async fn assert_values_become_kinds(people: &[UserId]) {
    let says = async |from: &str, to: &str| {
        let answer = read_replaced(people, from, to).await;
        answer.kinds.get(&people[0]).copied()
    };
    assert_eq!(
        says(r#""value":"3""#, r#""value":1"#).await,
        Some(EmploymentType::FullTime)
    );
    assert_eq!(
        says(r#""value":"3""#, r#""value":"实习""#).await,
        Some(EmploymentType::Intern)
    );
    assert_eq!(
        says(r#""value":"3""#, r#""value":"99""#).await,
        Some(EmploymentType::Intern),
        "a company's own number"
    );
    for (from, to) in [
        (
            r#""value":"3","label":"实习""#,
            r#""value":"0","label":"无类型""#,
        ),
        (
            r#""value":"3","label":"实习""#,
            r#""value":"99","label":"顾问""#,
        ),
        (
            r#"{"itemIndex":0,"value":"3","label":"实习"}"#,
            r#"{"itemIndex":0}"#,
        ),
        ("sys01-employeeType", "sys01-positionLevel"),
    ] {
        assert_eq!(says(from, to).await, None, "{to}");
    }
}

async fn assert_rows_belong_to_who_was_asked(people: &[UserId]) {
    assert_malformed(
        &client_answering(&ROSTER.replace("042519", "somebody"))
            .read_employment_types(people)
            .await,
    );
    let other_case = read_replaced(people, "042519", "U2").await;
    assert_eq!(
        other_case.kinds.get(&people[1]),
        Some(&EmploymentType::Intern)
    );
}

async fn assert_unreadable_rows_are_named(people: &[UserId]) {
    for (from, to) in [
        (r#""value":"3","label":"实习""#, r#""value":[],"label":{}"#),
        ("\"sys01-employeeType\"", "{}"),
        (r#""fieldValueList":["#, r#""fieldValueList":[7,"#),
    ] {
        let kinds = read_replaced(people, from, to).await;
        assert!(kinds.kinds.is_empty(), "{to}");
        assert_eq!(
            kinds.unreadable.into_iter().collect::<Vec<_>>(),
            [people[0].clone()],
            "{to}"
        );
    }
    let nameless = read_replaced(people, "\"042519\"", "null").await;
    assert_eq!(nameless.unreadable.len(), 2, "either may be meant");
}

async fn assert_none_and_too_many_are_not_sent() {
    let many: Vec<UserId> = (0..101)
        .map(|n| UserId::new(&format!("u{n}")).unwrap())
        .collect();
    for people in [&many[..], &[]] {
        let refused = client_answering(ROSTER)
            .read_employment_types(people)
            .await
            .unwrap_err()
            .trouble;
        assert!(
            matches!(refused, DingTalkErrorKind::NotSent { .. }),
            "{refused:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_roster_that_is_refused_says_what_to_do() {
    let people = [UserId::new("042519").unwrap()];
    let refused = async |status: u16, body: &str| {
        let script = ScriptedTransport::with_answers(vec![Ok((status, body.to_owned()))]);
        let trouble = script
            .build_client()
            .read_employment_types(&people)
            .await
            .unwrap_err()
            .trouble;
        (
            trouble.counter_key(),
            trouble.to_string(),
            trouble.advice(),
            script.asked_requests().len(),
        )
    };
    let missing = r#"{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"r","message":"应用尚未开通所需的权限：[qyapi_hrm_read_user]","accessdenieddetail":{"requiredScopes":["qyapi_hrm_read_user"]}}"#;
    for (status, body) in [
        (403, missing),
        (400, r#"{"code":"noPermission","message":"没有权限"}"#),
    ] {
        let (key, said, advice, asked) = refused(status, body).await;
        assert_eq!((key, asked), ("permission_missing", 1), "{body}");
        assert!(
            said.contains("qyapi_hrm_read_user")
                && advice.contains("dingApp%23qyapi_hrm_read_user"),
            "{advice}"
        );
    }
    let (key, said, advice, _) = refused(
        400,
        r#"{"code":"corpNotOpenHrm","message":"企业未开通智能人事"}"#,
    )
    .await;
    assert_eq!(key, "smart_hr_closed");
    assert!(
        said.contains("智能人事") && advice.contains("智能人事"),
        "{said}: {advice}"
    );
    assert_eq!(
        refused(500, r#"{"code":"systemError","message":"x"}"#)
            .await
            .3,
        3,
        "tried again"
    );
    let slow = r#"{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"x"}"#;
    assert_eq!(refused(403, slow).await.0, "throttled");
    assert_eq!(
        refused(
            200,
            r#"{"status":1111,"wait":5,"source":"x5","punish":"deny"}"#
        )
        .await
        .0,
        "banned"
    );
    assert_eq!(refused(200, "{}").await.0, "malformed");
}
