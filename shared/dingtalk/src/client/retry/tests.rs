use std::sync::atomic::Ordering;

use directory::{DeptId, FieldSet, UserId};
use outbound::TransportError;

use crate::client::script::{START, ScriptedAnswer, ScriptedTransport, ok_answer};
use crate::client::{Notice, NoticeContent};
use crate::error::DingTalkErrorKind;

const COUNT: &str = r#"{"errcode":0,"errmsg":"ok","result":{"count":7},"request_id":"r"}"#;
const BUSY: &str = r#"{"errcode":-1,"errmsg":"系统繁忙"}"#;
const TIME_OUT: &str = r#"{"errcode":15,"sub_code":"isp.top-remote-connection-timeout","sub_msg":"x","errmsg":"Remote service error"}"#;
const QPS: &str = r#"{"errcode":88,"sub_code":"90002","sub_msg":"当前所有钉钉应用调用该接口次数过多","errmsg":"ding talk error[subcode=90002,submsg=…]","request_id":"r"}"#;
const BAD_TOKEN: &str = r#"{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]","request_id":"16l4ew3d47pdp"}"#;

fn lost_connection() -> ScriptedAnswer {
    Err(TransportError::Lost { source: None })
}

#[tokio::test(start_paused = true)]
async fn the_token_is_in_the_query_and_the_body_is_json() {
    let script = ScriptedTransport::with_answers(vec![ok_answer(COUNT)]);
    assert_eq!(script.build_client().head_count().await.unwrap(), 7);
    let asked = &script.asked_requests()[0];
    assert_eq!(
        asked.uri,
        "http://dingtalk.test/topapi/user/count?access_token=token%201%2F%2B"
    );
    assert_eq!(asked.body, serde_json::json!({ "only_active": false }));
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_is_tried_three_times_with_growing_pauses() {
    let transient: [ScriptedAnswer; 17] = [
        ok_answer(TIME_OUT),
        ok_answer(r#"{"errcode":88,"errmsg":"x"}"#),
        ok_answer(r#"{"errcode":987654,"errmsg":"in no list"}"#),
        ok_answer("\u{feff}<html>"),
        ok_answer("<htm"),
        ok_answer("\"<html></html>\""),
        Ok((403, "<html>Forbidden</html>".to_owned())),
        Ok((404, "<html>Not Found</html>".to_owned())),
        Ok((403, "Forbidden".to_owned())),
        ok_answer(BUSY),
        ok_answer(""),
        ok_answer("<html>维护</html>"),
        ok_answer(r#"{"errcode":0,"result":{"cou"#),
        ok_answer(r#"{"errcode":0,"result":{"count":[]}}"#),
        ok_answer("[]"),
        Ok((502, "<html>Bad Gateway</html>".to_owned())),
        lost_connection(),
    ];
    for failure in transient {
        let again = || match &failure {
            Ok(answer) => Ok(answer.clone()),
            Err(_) => lost_connection(),
        };
        let script = ScriptedTransport::with_answers(vec![again(), again(), ok_answer(COUNT)]);
        let client = script.build_client();
        assert_eq!(client.head_count().await.unwrap(), 7, "{failure:?}");
        assert_eq!(
            (
                client.read_tally().retried,
                client.read_tally().calls["user/count"]
            ),
            (2, 3)
        );
        let at: Vec<i64> = script
            .asked_requests()
            .iter()
            .map(|asked| asked.at.millis() - START.millis())
            .collect();
        assert!(at[1] - at[0] >= 210 && at[2] - at[1] >= 410, "{at:?}");

        let script = ScriptedTransport::with_answers(vec![again(), again(), again(), again()]);
        let error = script.build_client().head_count().await.unwrap_err();
        assert!(error.is_transient(), "{error}");
        assert_eq!(script.asked_requests().len(), 3, "{failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_and_the_same_page_asked_again() {
    let forms = [
        ok_answer(BAD_TOKEN),
        ok_answer(r#"{"errcode":40014,"errmsg":"不合法的access_token"}"#),
        ok_answer(r#"{"errcode":40001,"errmsg":"x"}"#),
        ok_answer(r#"{"errcode":"42001","errmsg":"x"}"#),
        ok_answer(r#"{"errcode":33001,"errmsg":"无效的企业ID"}"#),
        Ok((400, r#"{"code":"InvalidAuthentication","requestid":"01A","message":"不合法的access_token"}"#.to_owned())),
    ];
    for form in forms {
        let form = form.unwrap();
        let page = r#"{"errcode":0,"result":{"has_more":false,"list":[]}}"#;
        let script = ScriptedTransport::with_answers(vec![Ok(form.clone()), ok_answer(page)]);
        let client = script.build_client();
        client
            .list_members(DeptId(5), 300, FieldSet::NONE)
            .await
            .unwrap();
        let asked = script.asked_requests();
        assert!(asked[1].uri.ends_with("access_token=token2"));
        assert_eq!(asked[0].body, asked[1].body);
        assert_eq!(client.read_tally().renewed_tokens, 1);

        let script = ScriptedTransport::with_answers(vec![Ok(form)]);
        let error = script.build_client().head_count().await.unwrap_err();
        assert!(matches!(
            error.trouble,
            DingTalkErrorKind::TokenRefused { .. }
        ));
        assert_eq!(
            (
                script.asked_requests().len(),
                script.renewals.load(Ordering::Relaxed)
            ),
            (2, 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_wait_a_second_and_give_up_after_eight_tries() {
    let script = ScriptedTransport::with_answers(vec![ok_answer(QPS), ok_answer(COUNT)]);
    let client = script.build_client();
    client.head_count().await.unwrap();
    let asked = script.asked_requests();
    assert!(asked[1].at.millis() - asked[0].at.millis() >= 1000);
    let tally = client.take_tally();
    assert_eq!(
        (tally.throttled, tally.retried, tally.troubles["throttled"]),
        (1, 0, 1)
    );
    assert_eq!(client.read_tally(), crate::client::CallTally::default());

    let script = ScriptedTransport::with_answers(vec![ok_answer(QPS)]);
    let error = script.build_client().head_count().await.unwrap_err();
    assert!(matches!(error.trouble, DingTalkErrorKind::Throttled { ref code } if code == "90002"));
    assert_eq!(script.asked_requests().len(), 8);
}

/// Answers `throttled` calls with a limit and the others with a number: how long ten calls take after that.
async fn ten_calls_after(throttled: usize) -> i64 {
    let script = ScriptedTransport::with_handler(0, |asked| {
        ok_answer(if asked.at < START.plus_millis(900) {
            QPS
        } else {
            COUNT
        })
    });
    let client = script.build_client();
    futures::future::join_all((0..throttled).map(|_| client.head_count())).await;
    let before = script.asked_requests().len();
    futures::future::join_all((0..10).map(|_| client.head_count())).await;
    let slow = script.asked_requests().split_off(before);
    slow.last().unwrap().at.millis() - slow[0].at.millis()
}

#[tokio::test(start_paused = true)]
async fn one_throttled_call_waits_alone_and_three_slow_their_interface_down() {
    let took = ten_calls_after(1).await;
    assert!(took <= 500, "ten calls at full pace took {took} ms");
    let took = ten_calls_after(3).await;
    assert!(
        (900..=1100).contains(&took),
        "ten calls at half pace took {took} ms"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_learned_is_recalled_by_the_next_client() {
    let own = r#"{"errcode":88,"sub_code":"90018","sub_msg":"x","errmsg":"x"}"#;
    let script = ScriptedTransport::with_answers(vec![ok_answer(own), ok_answer(COUNT)]);
    let client = script.build_client();
    client.head_count().await.unwrap();
    let learned = client.learned_pace();
    let lesson = learned.interfaces["user/count"];
    assert_eq!((lesson.fastest_millis, lesson.margin_millis), (10, 10));
    let next = script.build_client();
    next.recall_pace(learned.clone());
    assert_eq!(next.learned_pace(), learned);
    next.head_count().await.unwrap();
    assert_eq!(next.learned_pace(), learned);
}

#[tokio::test(start_paused = true)]
async fn a_ban_is_never_retried() {
    for page in [
        r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"xxx"}"#,
        "<!DOCTYPE html><html><body>punish: deny</body></html>",
    ] {
        let script = ScriptedTransport::with_answers(vec![ok_answer(page)]);
        let error = script.build_client().head_count().await.unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::Banned { retry_after } if retry_after.as_secs() == 300)
        );
        assert_eq!(script.asked_requests().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_of_unknown_outcome_is_never_sent_twice() {
    let notice = Notice {
        to: vec![UserId::new("u1").unwrap()],
        content: NoticeContent::Text("hi".to_owned()),
    };
    for outcome in [
        ok_answer(""),
        ok_answer(BUSY),
        ok_answer(TIME_OUT),
        ok_answer(r#"{"errcode":88}"#),
        ok_answer("<html></html>"),
        Ok((403, "<html>Forbidden</html>".to_owned())),
        Ok((429, "<html>Too Many Requests</html>".to_owned())),
        Ok((429, String::new())),
        ok_answer(r#"{"errcode":0}"#),
        Ok((503, String::new())),
        lost_connection(),
        Err(TransportError::TimedOut),
    ] {
        let script = ScriptedTransport::with_answers(vec![
            outcome,
            ok_answer(r#"{"errcode":0,"task_id":1}"#),
        ]);
        let error = script
            .build_client()
            .send_notice(&notice)
            .await
            .unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::UnknownOutcome),
            "{error}"
        );
        assert_eq!(script.asked_requests().len(), 1);
    }
    let unknown = ok_answer(r#"{"errcode":987654}"#);
    let script =
        ScriptedTransport::with_answers(vec![unknown, ok_answer(r#"{"errcode":0,"task_id":1}"#)]);
    let error = script
        .build_client()
        .send_notice(&notice)
        .await
        .unwrap_err();
    assert!(
        matches!(&error.trouble, DingTalkErrorKind::Unrecognised { code } if code == "987654"),
        "{error}"
    );
    assert_eq!(
        script.asked_requests().len(),
        1,
        "a write is not repeated for a code that is not known"
    );
    let not_carried_out = [
        ok_answer(QPS),
        ok_answer(BAD_TOKEN),
        Err(TransportError::NotConnected { source: None }),
    ];
    for outcome in not_carried_out {
        let script = ScriptedTransport::with_answers(vec![
            outcome,
            ok_answer(r#"{"errcode":0,"task_id":1}"#),
        ]);
        assert_eq!(
            script.build_client().send_notice(&notice).await.unwrap().0,
            1
        );
        assert_eq!(script.asked_requests().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lasting_error_is_never_retried() {
    for (body, key) in [
        (r#"{"errcode":60121,"errmsg":"找不到该用户"}"#, "not_found"),
        (
            r#"{"errcode":50002,"errmsg":"请求的员工userid不在授权范围内"}"#,
            "out_of_scope",
        ),
        (r#"{"errcode":90020,"errmsg":"x"}"#, "quota_used_up"),
        (r#"{"errcode":40035,"errmsg":"x"}"#, "refused"),
    ] {
        let script = ScriptedTransport::with_answers(vec![ok_answer(body)]);
        let client = script.build_client();
        let error = client
            .read_person(&UserId::new("u").unwrap(), FieldSet::NONE)
            .await
            .unwrap_err();
        assert_eq!(error.trouble.counter_key(), key);
        assert!(!error.is_transient());
        assert_eq!(
            (
                script.asked_requests().len(),
                client.read_tally().troubles[key]
            ),
            (1, 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_call_rate_is_kept_and_reached_at_any_latency() {
    let script = ScriptedTransport::with_handler(180, |_| ok_answer(COUNT));
    let client = script.build_client();
    futures::future::join_all((0..400).map(|_| client.head_count())).await;
    let at: Vec<i64> = script
        .asked_requests()
        .iter()
        .map(|asked| asked.at.millis())
        .collect();
    let busiest = at
        .iter()
        .map(|from| {
            at.iter()
                .filter(|to| (*from..from + 1000).contains(*to))
                .count()
        })
        .max()
        .unwrap();
    assert!(busiest <= 20, "{busiest} in one second");
    let took = at[399] - at[0];
    assert!(
        took <= 20_600,
        "400 calls took {took} ms; the floor is 19,950"
    );
}

#[tokio::test(start_paused = true)]
async fn a_ban_closes_every_interface_until_it_is_over() {
    let ban = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"xxx"}"#;
    let script = ScriptedTransport::with_answers(vec![ok_answer(ban), ok_answer(COUNT)]);
    let client = script.build_client();
    client.head_count().await.unwrap_err();
    tokio::time::sleep(std::time::Duration::from_secs(100)).await;
    let error = client
        .list_members(DeptId(5), 0, FieldSet::NONE)
        .await
        .unwrap_err();
    let left = match error.trouble {
        DingTalkErrorKind::Banned { retry_after } => retry_after.as_secs(),
        trouble => panic!("{trouble}"),
    };
    assert!(
        (195..=200).contains(&left),
        "{left} seconds are left of 300"
    );
    assert_eq!(
        script.asked_requests().len(),
        1,
        "nothing is sent while it lasts"
    );
    tokio::time::sleep(std::time::Duration::from_secs(201)).await;
    assert_eq!(client.head_count().await.unwrap(), 7);
}
