//! Cases for a queue and its consumer. On AWS Lambda consumes; here the cases receive messages
//! directly.

use async_trait::async_trait;
use state::queue::BODY_MAX;
use state::{DeadLetters, Queue, QueueError, QueueMessage};

/// A delivered message.
#[derive(Debug, Clone)]
pub struct DeliveredMessage {
    /// Id of the message, the same in every delivery.
    pub id: String,
    /// Body as it was sent.
    pub body: String,
    /// Group of the message.
    pub group: Option<String>,
    /// Number of deliveries, including this one.
    pub receives: u32,
    /// Receipt of this delivery, in the form of the side.
    pub receipt: String,
}

/// A queue with its dead-letter queue (after five deliveries) and a consumer. A delivered message
/// is invisible for [`VISIBILITY_S`] unless [`QueueLine::hide`] changes that.
#[async_trait]
pub trait QueueLine: Send + Sync {
    /// Returns the port for sending.
    fn queue(&self) -> &dyn Queue;
    /// Returns the port for dead letters.
    fn dead_letters(&self) -> &dyn DeadLetters;
    /// Receives up to ten visible messages.
    async fn receive_messages(&self, max: usize) -> Vec<DeliveredMessage>;
    /// Deletes the message; returns whether the receipt was still valid.
    async fn finish_message(&self, taken: &DeliveredMessage) -> bool;
    /// Makes the message invisible for this many seconds from now; 0 makes it visible at once.
    async fn hide(&self, taken: &DeliveredMessage, seconds: i32);
    /// Lets this many seconds pass: on its own clock, or in real time.
    async fn advance_time(&self, seconds: u32);
}

/// Seconds of invisibility. It is longer than any case takes, on any machine.
pub const VISIBILITY_S: u32 = 3600;

/// Two queues of one side that no other case uses.
pub struct QueueLines {
    /// A queue with order within a group.
    pub fifo: Box<dyn QueueLine>,
    /// A queue without order.
    pub standard: Box<dyn QueueLine>,
}

fn message(body: &str, group: &str) -> QueueMessage {
    QueueMessage {
        body: body.into(),
        group: Some(group.into()),
        deduplication: Some(body.into()),
        delay_s: 0,
    }
}

fn plain_message(body: &str, delay_s: u32) -> QueueMessage {
    QueueMessage {
        body: body.into(),
        group: None,
        deduplication: None,
        delay_s,
    }
}

async fn send(line: &dyn QueueLine, messages: &[(&str, &str)]) {
    for (body, group) in messages {
        line.queue().send(message(body, group)).await.unwrap();
    }
}

fn bodies(taken: &[DeliveredMessage]) -> Vec<&str> {
    taken.iter().map(|one| one.body.as_str()).collect()
}

/// Receives the only visible message and lets it fail until it becomes a dead letter.
async fn fail_five_times(line: &dyn QueueLine, body: &str) {
    for receives in 1..=5 {
        let taken = line.receive_messages(1).await.remove(0);
        assert_eq!((taken.body.as_str(), taken.receives), (body, receives));
        line.hide(&taken, 0).await;
    }
}

/// A group is delivered in order. While one of its messages is in flight the others wait, and other
/// groups do not.
pub async fn a_group_is_delivered_in_order_and_does_not_delay_other_groups(lines: &QueueLines) {
    let line = lines.fifo.as_ref();
    send(line, &[("a1", "a"), ("b1", "b"), ("a2", "a"), ("a3", "a")]).await;
    let first = line.receive_messages(1).await;
    assert_eq!(
        (bodies(&first), first[0].group.as_deref()),
        (vec!["a1"], Some("a"))
    );
    assert_eq!(
        bodies(&line.receive_messages(10).await),
        ["b1"],
        "a2 should wait for a1"
    );
    assert!(line.finish_message(&first[0]).await);
    assert_eq!(bodies(&line.receive_messages(10).await), ["a2", "a3"]);
}

/// A failed message comes again before the later ones of its group. Other groups do not wait.
pub async fn a_group_waits_for_its_failed_message(lines: &QueueLines) {
    let line = lines.fifo.as_ref();
    send(line, &[("a1", "a"), ("a2", "a"), ("b1", "b")]).await;
    let mut first = line.receive_messages(1).await.remove(0);
    for receives in 2..=4 {
        line.hide(&first, 0).await;
        first = line.receive_messages(1).await.remove(0);
        assert_eq!((first.body.as_str(), first.receives), ("a1", receives));
    }
    assert_eq!(bodies(&line.receive_messages(10).await), ["b1"]);
    assert!(line.finish_message(&first).await);
    assert_eq!(bodies(&line.receive_messages(10).await), ["a2"]);
}

/// A message in flight is invisible until its timeout ends, and the timeout can be extended.
pub async fn a_visibility_timeout_ends_and_can_be_extended(lines: &QueueLines) {
    for (line, message) in [
        (&lines.fifo, message("m", "g")),
        (&lines.standard, plain_message("m", 0)),
    ] {
        line.queue().send(message).await.unwrap();
        let taken = line.receive_messages(1).await.remove(0);
        assert!(line.receive_messages(1).await.is_empty(), "out of sight");
        line.hide(&taken, 1).await;
        line.hide(&taken, 600).await;
        line.advance_time(2).await;
        assert!(line.receive_messages(1).await.is_empty(), "extended");
        line.hide(&taken, 1).await;
        line.advance_time(2).await;
        let again = line.receive_messages(1).await.remove(0);
        assert_eq!((again.receives, &again.id), (2, &taken.id));
    }
}

/// After a redelivery the earlier receipt deletes nothing. The current one deletes once.
pub async fn an_old_receipt_removes_nothing(lines: &QueueLines) {
    let line = lines.fifo.as_ref();
    send(line, &[("m", "g")]).await;
    let first = line.receive_messages(1).await.remove(0);
    line.hide(&first, 0).await;
    let second = line.receive_messages(1).await.remove(0);
    line.finish_message(&first).await;
    line.hide(&second, 0).await;
    let third = line.receive_messages(1).await.remove(0);
    assert_eq!(third.receives, 3, "the old receipt should remove nothing");
    assert!(line.finish_message(&third).await);
    line.advance_time(1).await;
    assert!(line.receive_messages(1).await.is_empty());
}

/// After five deliveries a message becomes a dead letter, with its count. Its group continues, and
/// other groups are not affected.
pub async fn a_message_becomes_a_dead_letter_after_five_deliveries(lines: &QueueLines) {
    let line = lines.fifo.as_ref();
    send(line, &[("poison", "g"), ("next", "g")]).await;
    fail_five_times(line, "poison").await;
    assert_eq!(bodies(&line.receive_messages(10).await), ["next"]);
    assert_eq!(line.dead_letters().count().await.unwrap(), 1);
    let letters = line.dead_letters().list(10).await.unwrap();
    assert_eq!(
        (letters[0].body.as_str(), letters[0].group.as_deref()),
        ("poison", Some("g"))
    );
    assert!(letters[0].receives >= 5 && letters[0].sent_at.is_some());
    assert_eq!(
        line.dead_letters().list(10).await.unwrap().len(),
        1,
        "listing should remove nothing"
    );
}

/// Dead letters return to their queue, one by its id or all, in order, with a new count. A repeat
/// finds none.
pub async fn dead_letters_are_redriven(lines: &QueueLines) {
    let line = lines.fifo.as_ref();
    for body in ["one", "two", "three"] {
        send(line, &[(body, "g")]).await;
        fail_five_times(line, body).await;
        assert!(line.receive_messages(1).await.is_empty());
    }
    let letters = line.dead_letters().list(10).await.unwrap();
    assert_eq!(
        letters
            .iter()
            .map(|one| one.body.as_str())
            .collect::<Vec<_>>(),
        ["one", "two", "three"]
    );
    assert_eq!(
        line.dead_letters()
            .redrive(Some("no-such-id"))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        line.dead_letters()
            .redrive(Some(&letters[1].id))
            .await
            .unwrap(),
        1
    );
    let back = line.receive_messages(10).await;
    assert_eq!((bodies(&back), back[0].receives), (vec!["two"], 1));
    assert!(line.finish_message(&back[0]).await);
    assert_eq!(line.dead_letters().redrive(None).await.unwrap(), 2);
    let back = line.receive_messages(10).await;
    assert_eq!(bodies(&back), ["one", "three"]);
    assert!(
        back.iter()
            .all(|one| one.receives == 1 && one.group.as_deref() == Some("g"))
    );
    assert_eq!(line.dead_letters().redrive(None).await.unwrap(), 0);
    assert_eq!(line.dead_letters().count().await.unwrap(), 0);
}

/// The same for a queue without order, with more than one page of dead letters.
pub async fn dead_letters_of_a_standard_queue_are_redriven(lines: &QueueLines) {
    let line = lines.standard.as_ref();
    for n in 0..12 {
        line.queue()
            .send(plain_message(&format!("m{n}"), 0))
            .await
            .unwrap();
    }
    for _ in 0..5 {
        let mut taken = line.receive_messages(10).await;
        taken.extend(line.receive_messages(10).await);
        assert_eq!(taken.len(), 12);
        for one in &taken {
            line.hide(one, 0).await;
        }
    }
    assert!(line.receive_messages(10).await.is_empty());
    assert_eq!(line.dead_letters().list(100).await.unwrap().len(), 12);
    assert_eq!(line.dead_letters().list(4).await.unwrap().len(), 4);
    assert_eq!(line.dead_letters().redrive(None).await.unwrap(), 12);
    let back = [
        line.receive_messages(10).await,
        line.receive_messages(10).await,
    ]
    .concat();
    let back: std::collections::BTreeSet<&str> = bodies(&back).into_iter().collect();
    assert_eq!(back.len(), 12, "each once");
}

/// A second message with the same id is dropped within its group, also after the first is done.
/// Another id is another message.
pub async fn a_repeated_message_is_dropped(lines: &QueueLines) {
    let line = lines.fifo.as_ref();
    send(line, &[("m", "g"), ("m", "g")]).await;
    let taken = line.receive_messages(10).await;
    assert_eq!(bodies(&taken), ["m"]);
    assert!(line.finish_message(&taken[0]).await);
    send(line, &[("m", "g"), ("m", "other")]).await;
    line.queue()
        .send(QueueMessage {
            deduplication: Some("2".into()),
            ..message("m", "g")
        })
        .await
        .unwrap();
    let taken = line.receive_messages(10).await;
    let groups: Vec<_> = taken.iter().map(|one| one.group.clone().unwrap()).collect();
    assert_eq!(groups, ["other", "g"]);
}

/// A delayed message is invisible until its delay ends.
pub async fn a_delayed_message_waits(lines: &QueueLines) {
    let line = lines.standard.as_ref();
    line.queue()
        .send(plain_message("later", 900))
        .await
        .unwrap();
    line.queue().send(plain_message("soon", 2)).await.unwrap();
    line.queue().send(plain_message("now", 0)).await.unwrap();
    let taken = line.receive_messages(10).await;
    assert!(
        bodies(&taken).contains(&"now") && !bodies(&taken).contains(&"later"),
        "{taken:?}"
    );
    line.advance_time(3).await;
    let soon = bodies(&taken).contains(&"soon")
        || bodies(&line.receive_messages(10).await).contains(&"soon");
    assert!(soon, "the delay should have ended");
}

/// The largest body that every queue accepts is delivered byte for byte. A larger one is refused,
/// and so is a message that breaks a rule.
pub async fn too_large_bodies_are_refused(lines: &QueueLines) {
    let line = lines.fifo.as_ref();
    let body: String = "钉a".chars().cycle().take(BODY_MAX / 2).collect();
    assert_eq!(body.len(), BODY_MAX);
    let large = QueueMessage {
        deduplication: Some("large".into()),
        ..message(&body, "g")
    };
    line.queue().send(large.clone()).await.unwrap();
    assert!(
        line.receive_messages(1).await[0].body == body,
        "byte for byte"
    );
    let larger = QueueMessage {
        body: body + "x",
        ..large
    };
    assert!(matches!(
        line.queue().send(larger).await,
        Err(QueueError::Refused(_))
    ));
    let delayed = QueueMessage {
        delay_s: 1,
        ..message("m", "g")
    };
    assert!(matches!(
        line.queue().send(delayed).await,
        Err(QueueError::Refused(_))
    ));
    assert!(matches!(
        line.queue().send(plain_message("m", 0)).await,
        Err(QueueError::Refused(_))
    ));
}
