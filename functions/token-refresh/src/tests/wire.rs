//! What starts the function: a schedule, or a batch of its queue.

use super::*;

#[test]
fn a_schedule_and_a_queue_batch_are_told_apart() {
    let read = |wire| serde_json::from_str::<RefreshInput>(wire).unwrap();
    assert_eq!(read(r#"{"trigger":"schedule"}"#), RefreshInput::Schedule);
    assert_eq!(
        read(r#"{"version":"0","detail-type":"Scheduled Event","source":"aws.events"}"#),
        RefreshInput::Schedule
    );
    let RefreshInput::Refused(batch) =
        read(r#"{"Records":[{"messageId":"m1","body":"{}","attributes":{"MessageGroupId":"a"}}]}"#)
    else {
        panic!("a queue's event was taken for a schedule")
    };
    assert_eq!(
        (batch.items[0].id.as_str(), batch.items[0].group.as_deref()),
        ("m1", Some("a"))
    );
}

#[test]
fn an_unreadable_batch_is_an_error_and_not_a_schedule() {
    for wire in [
        r#"{"Records":[{"body":"{}"}]}"#,
        r#"{"Records":{}}"#,
        r#"{"Records":null}"#,
    ] {
        assert!(
            serde_json::from_str::<RefreshInput>(wire).is_err(),
            "{wire}: answering it would delete its messages"
        );
    }
}
