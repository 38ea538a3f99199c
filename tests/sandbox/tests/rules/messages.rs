//! Work notifications: an accepted message may still not arrive.

use serde_json::{Value, json};

use crate::world_harness::WorldHarness;

const SEND: &str = "/topapi/message/corpconversation/asyncsend_v2";
const RESULT: &str = "/topapi/message/corpconversation/getsendresult";

fn send_message(harness: &mut WorldHarness, to: &str, text: &str) -> Value {
    let agent = harness.world.company().credentials.agent_id.to_string();
    let msg = json!({"msgtype": "text", "text": {"content": text}});
    harness.post(
        SEND,
        json!({"agent_id": agent, "userid_list": to, "msg": msg}),
    )
}

fn get_send_result(harness: &mut WorldHarness, task: &Value) -> Value {
    let agent = harness.world.company().credentials.agent_id;
    harness.post(RESULT, json!({"agent_id": agent, "task_id": task}))["send_result"].clone()
}

#[test]
fn repeated_content_is_dropped_silently_within_a_day() {
    let mut harness = WorldHarness::new(5, 2);
    let who = harness.person_at(0);
    let first = send_message(&mut harness, &who, "你好")["task_id"].clone();
    let again = send_message(&mut harness, &format!("{who},nobody"), "你好");
    assert_eq!(again["errcode"], 0);
    assert_eq!(
        get_send_result(&mut harness, &first)["unread_user_id_list"],
        json!([who])
    );
    let filtered = get_send_result(&mut harness, &again["task_id"]);
    assert_eq!(
        filtered["forbidden_list"],
        json!([{"code": "143106", "count": 1, "userid": who}])
    );
    assert_eq!(filtered["invalid_user_id_list"], json!(["nobody"]));
    assert_eq!(harness.world.inbox(&who).messages.len(), 1);
    harness.advance_clock(86_400_000);
    harness.log_in();
    send_message(&mut harness, &who, "你好");
    assert_eq!(harness.world.inbox(&who).messages.len(), 2, "another day");
}

#[test]
fn a_person_receives_at_most_five_hundred_messages_a_day() {
    let mut harness = WorldHarness::new(2, 1);
    let who = harness.person_at(0);
    for n in 0..501 {
        harness.advance_clock(100);
        send_message(&mut harness, &who, &format!("第 {n} 条"));
    }
    assert_eq!(harness.world.inbox(&who).messages.len(), 500);
    let last = json!(harness.world.messages().last().unwrap().task_id);
    assert_eq!(
        get_send_result(&mut harness, &last)["forbidden_list"][0]["code"],
        "143105"
    );
}

#[test]
fn progress_is_reported_and_a_recall_removes_the_message() {
    let mut harness = WorldHarness::new(2, 1);
    let who = harness.person_at(0);
    let agent = harness.world.company().credentials.agent_id;
    let task = send_message(&mut harness, &who, "稍后撤回")["task_id"].clone();
    let progress = "/topapi/message/corpconversation/getsendprogress";
    let at_once = harness.post_at_once(progress, json!({"agent_id": agent, "task_id": task}));
    assert_eq!(
        at_once["progress"],
        json!({"progress_in_percent": 0, "status": 0})
    );
    let later = harness.post(progress, json!({"agent_id": agent, "task_id": task}));
    assert_eq!(
        later["progress"],
        json!({"progress_in_percent": 100, "status": 2})
    );
    let recall = "/topapi/message/corpconversation/recall";
    assert_eq!(
        harness.post(recall, json!({"agent_id": agent, "msg_task_id": task}))["errcode"],
        0
    );
    assert!(harness.world.inbox(&who).messages.is_empty());
    harness.advance_clock(86_400_000);
    harness.log_in();
    assert_eq!(
        harness.post(recall, json!({"agent_id": agent, "msg_task_id": task}))["errcode"],
        400_002
    );
}

#[test]
fn malformed_messages_are_refused() {
    let mut harness = WorldHarness::new(2, 1);
    let who = harness.person_at(0);
    let agent = harness.world.company().credentials.agent_id;
    let mut code = |body: Value| harness.post(SEND, body)["errcode"].clone();
    let text = json!({"msgtype": "text", "text": {"content": "x"}});
    assert_eq!(
        code(json!({"agent_id": agent + 1, "userid_list": who, "msg": text})),
        40056
    );
    assert_eq!(code(json!({"agent_id": agent, "msg": text})), 40035);
    assert_eq!(
        code(json!({"agent_id": agent, "userid_list": who, "msg": {"msgtype": "poem"}})),
        34004
    );
    let long = json!({"msgtype": "text", "text": {"content": "字".repeat(800)}});
    assert_eq!(
        code(json!({"agent_id": agent, "userid_list": who, "msg": long})),
        34016
    );
    let many: Vec<String> = (0..101).map(|n| format!("u{n}")).collect();
    assert_eq!(
        code(json!({"agent_id": agent, "userid_list": many.join(","), "msg": text})),
        41044
    );
}

#[test]
fn departments_and_everyone_can_be_receivers() {
    let mut harness = WorldHarness::new(30, 4);
    let agent = harness.world.company().credentials.agent_id;
    let msg = |text: &str| json!({"msgtype": "markdown", "markdown": {"title": "t", "text": text}});
    harness.post(
        SEND,
        json!({"agent_id": agent, "dept_id_list": "1,77", "msg": msg("all below the root")}),
    );
    let message = harness.world.messages().last().unwrap().clone();
    assert_eq!(
        (message.receipts.len(), message.invalid_departments),
        (30, vec![77])
    );
    for n in 0..4 {
        let answer = harness.post(
            SEND,
            json!({"agent_id": agent, "to_all_user": "true", "msg": msg(&n.to_string())}),
        );
        assert_eq!(answer["errcode"], if n < 3 { 0 } else { 41045 });
    }
}
