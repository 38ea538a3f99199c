use super::*;
use crate::client::script::{ScriptedTransport, ok_answer};

fn boss() -> UserId {
    UserId::new("boss").unwrap()
}

#[tokio::test(start_paused = true)]
async fn types_say_who_may_change_their_balances() {
    let body = r#"{"errcode":0,"success":true,"result":[
        {"leave_code":"a","leave_name":"年假","leave_view_unit":"halfDay","hours_in_per_day":800,"source":"inner"},
        {"leave_code":"b","leave_name":"探亲假","leave_view_unit":"moon","source":"external"},
        {"leave_code":"c","leave_name":""}]}"#;
    let client = ScriptedTransport::with_answers(vec![ok_answer(body)]).build_client();
    let page = client.list_leave_types(&boss()).await.unwrap();
    assert_eq!(
        (page.rows[0].made_in_console, page.rows[0].unit),
        (Some(true), Some(LeaveUnit::HalfDay))
    );
    assert_eq!(
        (page.rows[1].made_in_console, page.rows[1].unit),
        (Some(false), None)
    );
    assert_eq!(page.odd[0].fields, ["leave_name"]);
}

#[tokio::test(start_paused = true)]
async fn balances_are_hundredths_of_days_or_hours() {
    let body = r#"{"errcode":0,"success":true,"result":{"has_more":true,"leave_quotas":[
        {"userid":"boss","leave_code":"a","quota_cycle":"2026","quota_num_per_day":1000,"used_num_per_day":"150"},
        {"userid":"boss","leave_code":"a","quota_cycle":2025,"quota_num_per_hour":800}]}}"#;
    let client = ScriptedTransport::with_answers(vec![ok_answer(body)]).build_client();
    let page = client
        .list_leave_quotas(&boss(), "a", &[boss()], 0)
        .await
        .unwrap();
    assert_eq!(page.next, Some(50));
    let row = &page.rows[0];
    assert_eq!(
        (row.given_hundredths, row.used_hundredths, row.in_hours),
        (Some(1000), Some(150), false)
    );
    let row = &page.rows[1];
    assert_eq!(
        (row.given_hundredths, row.used_hundredths, row.in_hours),
        (Some(800), None, true)
    );
}

#[tokio::test(start_paused = true)]
async fn records_tell_leave_from_changes_of_the_balance() {
    let body = r#"{"result":{"hasMore":false,"leaveRecords":[
        {"userId":"boss","recordId":"1","leaveRecordType":"leave","leaveStatus":"revoke","recordNumPerDay":100,"startTime":1,"endTime":2},
        {"userId":"boss","recordId":"2","leaveRecordType":"update","leaveStatus":"odd"}]}}"#;
    let client = ScriptedTransport::with_answers(vec![ok_answer(body)]).build_client();
    let page = client
        .list_leave_records(&boss(), "a", &[boss()], 0)
        .await
        .unwrap();
    assert_eq!(page.rows[0].state, Some(LeaveRecordState::Revoked));
    assert!(page.rows[0].taken && !page.rows[1].taken);
    assert_eq!(page.rows[1].state, None);
}
