//! Reading, from the bodies of the documentation, and rows that no documentation has.

use directory::UserId;
use jiff::civil::date;

use super::*;
use crate::client::script::{ScriptedTransport, ok_answer};
use crate::error::DingTalkErrorKind;

const RESULT: &str = r#"{"id":100068640553,"recordId":42833709096,"planId":145583519353,"groupId":685935028,"userId":"manager4220","workDate":1599321600000,"checkType":"OnDuty","baseCheckTime":1599372300000,"userCheckTime":1599372300000,"timeResult":"Normal","locationResult":"Normal","sourceType":"APPROVE","approveId":2376620852,"procInstId":"59f77e82"}"#;

fn people() -> Vec<UserId> {
    vec![UserId::new("manager4220").unwrap()]
}

fn query(people: &[UserId]) -> AttendanceQuery<'_> {
    AttendanceQuery {
        people,
        from: date(2020, 9, 6),
        to: date(2020, 9, 12),
        abroad: false,
    }
}

fn list_answer(more: &str, rows: &str) -> String {
    format!(r#"{{"errcode":0,"errmsg":"ok","hasMore":{more},"recordresult":[{rows}]}}"#)
}

#[tokio::test(start_paused = true)]
async fn a_page_of_results_is_read() {
    let transport = ScriptedTransport::with_answers(vec![ok_answer(&list_answer("true", RESULT))]);
    let client = transport.build_client();
    let people = people();
    let page = client
        .read_attendance_page(&query(&people), 50)
        .await
        .unwrap();
    assert_eq!((page.next, page.odd.len()), (Some(100), 0));
    let row = &page.rows[0];
    assert_eq!(
        (row.plan_id, row.side),
        (145_583_519_353, CheckSide::OnDuty)
    );
    assert_eq!(row.result, TimeResult::Normal);
    assert_eq!(row.instance_id.as_deref(), Some("59f77e82"));
    let asked = &transport.asked_requests()[0].body;
    assert_eq!(asked["workDateTo"], "2020-09-12 00:00:00");
    assert_eq!(
        (&asked["offset"], &asked["limit"]),
        (&50.into(), &50.into())
    );
}

#[tokio::test(start_paused = true)]
async fn an_odd_row_is_its_own_trouble_and_says_whose() {
    let rows = [
        RESULT.to_owned(),
        RESULT.replace(r#""planId":145583519353"#, r#""planId":"x""#),
        RESULT.replace(r#""baseCheckTime":1599372300000,"#, ""),
        RESULT.replace(
            r#""userCheckTime":1599372300000"#,
            r#""userCheckTime":"soon""#,
        ),
        RESULT.replace("manager4220", "stranger"),
        RESULT.replace("Normal", "Marvellous"),
        RESULT.replace(r#""userCheckTime":1599372300000,"#, ""),
        "7".to_owned(),
    ];
    let body = list_answer("false", &rows.join(","));
    let client = ScriptedTransport::with_answers(vec![ok_answer(&body)]).build_client();
    let people = people();
    let page = client
        .read_attendance_page(&query(&people), 0)
        .await
        .unwrap();
    let odd: Vec<_> = page
        .odd
        .iter()
        .map(|odd| (odd.user.as_ref().map(UserId::as_str), odd.fields.clone()))
        .collect();
    let amy = Some("manager4220");
    assert_eq!(
        odd,
        [
            (amy, vec!["planId"]),
            (amy, vec!["baseCheckTime"]),
            (amy, vec!["userCheckTime"]),
            (Some("stranger"), vec!["userId"]),
            (None, vec![]),
        ]
    );
    assert_eq!(page.rows.len(), 3);
    assert_eq!(
        page.rows[1].result,
        TimeResult::Other("Marvellous".to_owned())
    );
    assert_eq!(page.rows[2].punched_at, None);
}

#[tokio::test(start_paused = true)]
async fn what_breaks_a_limit_is_not_sent_and_an_endless_list_is_malformed() {
    let body = list_answer("true", "");
    let client = ScriptedTransport::with_answers(vec![ok_answer(&body)]).build_client();
    let crowd = vec![UserId::new("a").unwrap(); 51];
    let people = people();
    let long = AttendanceQuery {
        to: date(2020, 9, 13),
        ..query(&people)
    };
    for broken in [query(&[]), query(&crowd), long] {
        let error = client.read_attendance_page(&broken, 0).await.unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
            "{error}"
        );
        let error = client.list_punches(&broken).await.unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
            "{error}"
        );
    }
    let error = client
        .read_attendance_page(&query(&people), 0)
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::Malformed { .. }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_shift_over_midnight_has_its_pauses() {
    let body = r#"{"errcode":0,"result":{"id":"7","name":"夜班","sections":[{"id":1,
        "punches":[{"check_type":"OnDuty","check_time":"1970-01-01 22:00:00","across":0,"permit_minutes":-1},
                   {"check_type":"OffDuty","check_time":"1970-01-01 06:00:00","across":1}],
        "rests":[{"check_type":"OnDuty","check_time":"1970-01-01 02:00:00","across":1},
                 {"check_type":"OffDuty","check_time":"1970-01-01 02:30:00","across":"1"}]}],
        "shift_setting":{"work_time_minutes":"-1"}}}"#;
    let half = body.replace(
        r#""check_type":"OffDuty","check_time":"1970-01-01 02:30:00""#,
        r#""check_time":"x""#,
    );
    let client =
        ScriptedTransport::with_answers(vec![ok_answer(body), ok_answer(&half)]).build_client();
    let admin = UserId::new("boss").unwrap();
    let shift = client.read_shift(&admin, 7).await.unwrap();
    let minutes: Vec<i64> = shift.punches.iter().map(|punch| punch.minute).collect();
    assert_eq!(minutes, [1320, 1800]);
    assert_eq!(
        shift.rests,
        [ShiftRest {
            from_minute: 1560,
            to_minute: 1590
        }]
    );
    assert_eq!(
        (shift.work_minutes, shift.punches[0].permit_minutes),
        (None, None)
    );
    let error = client.read_shift(&admin, 7).await.unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::Malformed { .. }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_day_of_rest_has_no_punch() {
    let body = r#"{"errcode":0,"result":[
        {"id":1,"userid":"manager4220","work_date":1599321600000,"shift_id":0,"is_rest":"Y"},
        {"id":2,"userid":"manager4220","work_date":1599321600000,"shift_id":9,"is_rest":"N","check_type":"OnDuty","plan_check_time":1599372300000},
        {"id":3,"userid":"manager4220","work_date":1599321600000,"shift_id":9,"is_rest":"N","check_type":"OnDuty"}]}"#;
    let client = ScriptedTransport::with_answers(vec![ok_answer(body)]).build_client();
    let people = people();
    let page = client
        .list_schedules(&people[0], &query(&people))
        .await
        .unwrap();
    assert_eq!(page.rows[0].punch, None);
    assert_eq!(page.rows[1].punch.unwrap().shift_id, 9);
    assert_eq!(page.odd[0].fields, ["plan_check_time"]);
}

#[tokio::test(start_paused = true)]
async fn special_days_are_read_and_an_unknown_kind_is_odd() {
    let body = r#"{"result":[{"userId":"manager4220","holidays":[
        {"workDate":1601481600000,"holidayName":"国庆","holidayType":"festival"},
        {"workDate":1602259200000,"holidayName":"国庆","holidayType":"overtime","realWorkDate":1601481600000}]}]}"#;
    let odd = body.replace("festival", "party");
    let client =
        ScriptedTransport::with_answers(vec![ok_answer(body), ok_answer(&odd)]).build_client();
    let people = people();
    let page = client.list_holidays(&query(&people)).await.unwrap();
    let kinds: Vec<HolidayKind> = page.rows.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [HolidayKind::Festival, HolidayKind::Overtime]);
    let page = client.list_holidays(&query(&people)).await.unwrap();
    assert_eq!(
        (page.rows.len(), page.odd[0].fields.clone()),
        (0, vec!["holidays"])
    );
}
