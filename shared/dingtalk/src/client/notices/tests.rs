use super::*;
use crate::client::script::{ScriptedTransport, ok_answer};

fn notice(receivers: usize, text: &str) -> Notice {
    let to = (0..receivers)
        .map(|at| UserId::new(&format!("u{at}")).unwrap())
        .collect();
    Notice {
        to,
        content: NoticeContent::Text(text.to_owned()),
    }
}

#[tokio::test(start_paused = true)]
async fn a_notice_is_sent_as_documented() {
    let script = ScriptedTransport::with_answers(vec![ok_answer(
        r#"{"errcode":0,"errmsg":"ok","task_id":256271667526,"request_id":"4jzllmte0wau"}"#,
    )]);
    assert_eq!(
        script
            .build_client()
            .send_notice(&notice(2, "hi"))
            .await
            .unwrap(),
        TaskId(256_271_667_526)
    );
    let expected = json!({ "agent_id": 42, "userid_list": "u0,u1", "msg": { "msgtype": "text", "text": { "content": "hi" } } });
    assert_eq!(script.asked_requests()[0].body, expected);
}

#[tokio::test(start_paused = true)]
async fn limits_are_refused_before_sending() {
    let script = ScriptedTransport::with_answers(vec![ok_answer("{}")]);
    let comma = Notice {
        to: vec![UserId::new("a,b").unwrap()],
        content: NoticeContent::Text("hi".to_owned()),
    };
    let long = NoticeContent::Markdown {
        title: "t".to_owned(),
        text: "字".repeat(700),
    };
    let long = Notice {
        content: long,
        ..notice(1, "")
    };
    for refused in [notice(0, "hi"), notice(101, "hi"), comma, long] {
        let error = script
            .build_client()
            .send_notice(&refused)
            .await
            .unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
            "{error}"
        );
    }
    assert!(script.asked_requests().is_empty());
    assert_eq!(
        format!("{:?}", notice(0, "secret")),
        "Notice { to: [], content: Text(..) }"
    );
}

#[tokio::test(start_paused = true)]
async fn progress_and_result_of_a_notice_are_read() {
    let script = ScriptedTransport::with_answers(vec![ok_answer(
        r#"{"errcode":0,"progress":{"progress_in_percent":100,"status":2}}"#,
    )]);
    let progress = script
        .build_client()
        .read_notice_progress(TaskId(1))
        .await
        .unwrap();
    assert_eq!(
        progress,
        NoticeProgress {
            percent: 100,
            status: SendStatus::Done
        }
    );
    let body = r#"{"errcode":0,"send_result":{"invalid_user_id_list":[],"forbidden_user_id_list":["u","v"],"failed_user_id_list":[],"read_user_id_list":["manager4220"],"unread_user_id_list":[],"invalid_dept_id_list":[],"forbidden_list":[{"code":"143106","count":1,"userid":"u"}]}}"#;
    let result = ScriptedTransport::with_answers(vec![ok_answer(body)])
        .build_client()
        .read_notice_result(TaskId(1))
        .await
        .unwrap();
    assert_eq!(result.read, [UserId::new("manager4220").unwrap()]);
    let codes: Vec<_> = result
        .forbidden
        .iter()
        .map(|entry| (entry.userid.as_str(), entry.code.as_deref()))
        .collect();
    assert_eq!(codes, [("v", None), ("u", Some("143106"))]);
    let script = ScriptedTransport::with_answers(vec![ok_answer(r#"{"errcode":0,"errmsg":"ok"}"#)]);
    script
        .build_client()
        .recall_notice(TaskId(9))
        .await
        .unwrap();
    assert_eq!(
        script.asked_requests()[0].body,
        json!({ "agent_id": 42, "msg_task_id": 9 })
    );
}
