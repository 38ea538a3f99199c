use directory::{Timestamp, UserId};

use super::*;
use crate::client::script::{ScriptedTransport, ok_answer};
use crate::error::DingTalkErrorKind;

const INSTANCE: &str = r#"{"success":"true","result":{"title":"t","createTime":"2022-08-31T11:52Z","finishTime":"2022-08-31T12:00Z",
    "originatorUserId":"amy","originatorDeptId":"-1","status":"COMPLETED","result":"agree","bizAction":"REVOKE","mainProcessInstanceId":"first",
    "attachedProcessInstanceIds":["x"],"formComponentValues":[{"id":"DDHolidayField-J2B","name":"[\"开始时间\",\"结束时间\"]","value":"[1]","extValue":"{}","componentType":"DDHolidayField"}],
    "tasks":[{"taskId":72062030325,"userId":"boss","status":"COMPLETED","result":"AGREE"}]}}"#;

fn query(people: &[UserId], to: i64) -> InstanceQuery<'_> {
    InstanceQuery {
        process_code: "PROC-1",
        from: Timestamp(0),
        to: Timestamp(to),
        people,
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_read_whole_and_asked_for_in_the_query() {
    let transport = ScriptedTransport::with_answers(vec![ok_answer(INSTANCE)]);
    let read = transport.build_client().read_instance("a b").await.unwrap();
    assert_eq!(
        (read.status, read.agreed),
        (ApprovalStatus::Completed, Some(true))
    );
    assert_eq!(read.created_at, Some(Timestamp(1_661_946_720_000)));
    assert_eq!(read.action, ApprovalAction::Revoke);
    assert_eq!(read.main_instance.as_deref(), Some("first"));
    assert_eq!(read.attached, ["x"]);
    assert_eq!(read.values[0].ext_value.as_deref(), Some("{}"));
    assert_eq!(read.tasks[0].task_id, "72062030325");
    assert!(
        transport.asked_requests()[0]
            .uri
            .ends_with("/v1.0/workflow/processInstances?processInstanceId=a%20b")
    );
    let shown = format!("{read:?} {:?}", read.values);
    assert!(
        !shown.contains("开始时间") && !shown.contains("amy"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_instance_with_values_that_cannot_be_read_is_malformed() {
    let broken = INSTANCE.replace(
        r#""formComponentValues":[{"#,
        r#""formComponentValues":[7,{"#,
    );
    let nobody = INSTANCE.replace(r#""originatorUserId":"amy","#, "");
    for body in [broken, nobody] {
        let client = ScriptedTransport::with_answers(vec![ok_answer(&body)]).build_client();
        let error = client.read_instance("a").await.unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::Malformed { .. }),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn ids_come_in_pages_within_120_days() {
    let page = r#"{"result":{"list":["a","b"],"nextToken":"10"},"success":true}"#;
    let client =
        ScriptedTransport::with_answers(vec![ok_answer(page), ok_answer(page)]).build_client();
    let day = 86_400_000;
    let first = client
        .list_instance_ids(&query(&[], 120 * day), 0)
        .await
        .unwrap();
    assert_eq!((first.ids.len(), first.next), (2, Some(10)));
    let error = client
        .list_instance_ids(&query(&[], day), 10)
        .await
        .unwrap_err();
    assert!(
        matches!(error.trouble, DingTalkErrorKind::Malformed { .. }),
        "{error}"
    );
    let crowd = vec![UserId::new("a").unwrap(); 11];
    for broken in [query(&[], 121 * day), query(&[], -1), query(&crowd, day)] {
        let error = client.list_instance_ids(&broken, 0).await.unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::NotSent { .. }),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn templates_are_listed_for_everybody_and_for_an_administrator() {
    let visible = r#"{"result":{"processList":[{"name":"请假","processCode":"PROC-1"},{"name":"出差"}],"nextToken":100}}"#;
    let managed = r#"{"result":[{"flowTitle":"请假","processCode":"PROC-1","attendanceType":"2"}],"success":true}"#;
    let client = ScriptedTransport::with_answers(vec![ok_answer(visible), ok_answer(managed)])
        .build_client();
    let page = client.list_templates(0).await.unwrap();
    assert_eq!(
        (page.rows.len(), page.odd.len(), page.next),
        (1, 1, Some(100))
    );
    let boss = UserId::new("boss").unwrap();
    let managed = client.list_managed_templates(&boss).await.unwrap();
    assert_eq!(managed.rows[0].attendance_type, Some(2));
}
