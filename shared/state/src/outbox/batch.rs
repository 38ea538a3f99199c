//! One batch of a message: up to 100 people, its sealed content, and how far it has come. Pure: decides, does nothing.

use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::seal::SealedValue;

/// People that one call reaches at most, and that a result can be asked for.
pub const PEOPLE_MAX: usize = 100;
/// After this, DingTalk no longer says what became of a message (24 h; one line of its page says 7 days).
const RESULT_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// A message that could not be sent for this long is out of date.
const SEND_DEADLINE_MS: i64 = 24 * 60 * 60 * 1_000;
/// Somebody who began sending is done, or dead, after this: the function's timeout is a minute.
const SENDING_MAX_MS: i64 = 90 * 1_000;
/// Seconds between looks at the result; the last one repeats.
const RESULT_POLL_DELAYS_S: &[u32] = &[5, 30, 300, 900];

/// A stored batch (control item of kind `message`, id `{message}.{number}`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxBatch {
    /// The binding that sends.
    pub binding: BindingId,
    /// Who gets it.
    pub people: Vec<UserId>,
    /// What they get, sealed at this item's place.
    pub content: SealedValue,
    /// When it was composed.
    pub created_at: Timestamp,
    /// How far it has come.
    pub phase: OutboxPhase,
}

/// How far a batch has come. Only `New` may be sent, and whoever sends it says so first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxPhase {
    /// Nobody has begun.
    New,
    /// Somebody began. If nothing follows, nobody will ever know whether DingTalk took it: never sent again.
    Sending {
        /// When.
        since: Timestamp,
    },
    /// DingTalk took it; whom it reached is not known yet.
    Sent {
        /// DingTalk's id of it.
        task: i64,
        /// When.
        at: Timestamp,
        /// Looks at the result so far.
        looks: u32,
    },
    /// The result is known.
    Done {
        /// What DingTalk says.
        result: DeliveryOutcome,
        /// When it was asked.
        at: Timestamp,
    },
    /// It may have been sent: the call was cut off. Never sent again.
    Unknown {
        /// When it was begun.
        since: Timestamp,
    },
    /// Not sent, and trying again would not help.
    Refused(RefusedDelivery),
    /// Sent, but DingTalk never said whom it reached.
    NoResult {
        /// DingTalk's id of it.
        task: i64,
    },
}

/// Why a batch is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredRefusal")]
pub struct RefusedDelivery {
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

/// What this version stores, and the word and the advice that the version before stored.
#[derive(Deserialize)]
struct StoredRefusal {
    reason: Option<Reason>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    advice: String,
    at: Timestamp,
}

impl From<StoredRefusal> for RefusedDelivery {
    fn from(stored: StoredRefusal) -> Self {
        let before = || Reason::from_key_and_text(&stored.code, &stored.advice);
        Self {
            at: stored.at,
            reason: stored.reason.clone().unwrap_or_else(before),
        }
    }
}

/// Whom a batch did not reach. Everybody else got it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryOutcome {
    /// There is no such person any more.
    pub invalid: Vec<UserId>,
    /// DingTalk withheld it, with its code: 143105 too many today, 143106 the same content again today.
    pub forbidden: Vec<(UserId, String)>,
    /// It failed.
    pub failed: Vec<UserId>,
    /// People whom it reached.
    pub reached: usize,
}

/// What to do with a batch now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxStep {
    /// Send it.
    Send,
    /// Ask what became of it.
    Look {
        /// DingTalk's id.
        task: i64,
    },
    /// Store this and do no more.
    Close(OutboxPhase),
    /// Somebody else is at it: look again after this many seconds.
    Wait(u32),
    /// Nothing is left to do.
    Nothing,
}

impl OutboxBatch {
    /// What to do with it now.
    #[must_use]
    pub fn next_step(&self, now: Timestamp) -> OutboxStep {
        let past =
            |since: Timestamp, millis: i64| now.millis().saturating_sub(since.millis()) >= millis;
        match &self.phase {
            OutboxPhase::New if past(self.created_at, SEND_DEADLINE_MS) => {
                OutboxStep::Close(OutboxPhase::Refused(RefusedDelivery {
                    reason: Reason::new(ReasonCode::MessageOutOfDate),
                    at: now,
                }))
            }
            OutboxPhase::New => OutboxStep::Send,
            OutboxPhase::Sending { since } if past(*since, SENDING_MAX_MS) => {
                OutboxStep::Close(OutboxPhase::Unknown { since: *since })
            }
            OutboxPhase::Sending { .. } => OutboxStep::Wait(90),
            OutboxPhase::Sent { task, at, .. } if past(*at, RESULT_KEPT_MS) => {
                OutboxStep::Close(OutboxPhase::NoResult { task: *task })
            }
            OutboxPhase::Sent { task, .. } => OutboxStep::Look { task: *task },
            OutboxPhase::Done { .. }
            | OutboxPhase::Unknown { .. }
            | OutboxPhase::Refused(_)
            | OutboxPhase::NoResult { .. } => OutboxStep::Nothing,
        }
    }
}

/// Seconds until the next look, after so many.
#[must_use]
pub fn next_poll_delay_s(looks: u32) -> u32 {
    let at = usize::try_from(looks)
        .unwrap_or(usize::MAX)
        .min(RESULT_POLL_DELAYS_S.len() - 1);
    RESULT_POLL_DELAYS_S.get(at).copied().unwrap_or(900)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_763_800_000_000);

    fn step_after(phase: OutboxPhase, after_ms: i64) -> OutboxStep {
        let sealed = serde_json::from_str("\"c2VhbGVk\"").unwrap();
        let binding = BindingId::new("b1").unwrap();
        OutboxBatch {
            binding,
            people: Vec::new(),
            content: sealed,
            created_at: START,
            phase,
        }
        .next_step(START.plus_millis(after_ms))
    }

    #[test]
    fn only_a_new_batch_is_ever_sent() {
        let at = START;
        let task = 7;
        for (phase, sends) in [
            (OutboxPhase::New, true),
            (OutboxPhase::Sending { since: at }, false),
            (OutboxPhase::Sent { task, at, looks: 0 }, false),
            (
                OutboxPhase::Done {
                    result: DeliveryOutcome::default(),
                    at,
                },
                false,
            ),
            (OutboxPhase::Unknown { since: at }, false),
            (
                OutboxPhase::Refused(RefusedDelivery {
                    reason: Reason::new(ReasonCode::MessageEmpty),
                    at,
                }),
                false,
            ),
            (OutboxPhase::NoResult { task }, false),
        ] {
            for after in [0, 1, SENDING_MAX_MS, RESULT_KEPT_MS - 1] {
                assert_eq!(
                    step_after(phase.clone(), after) == OutboxStep::Send,
                    sends,
                    "{phase:?} after {after} ms"
                );
            }
        }
    }

    #[test]
    fn a_send_that_never_finished_has_an_unknown_outcome() {
        let sending = OutboxPhase::Sending { since: START };
        assert_eq!(
            step_after(sending.clone(), SENDING_MAX_MS - 1),
            OutboxStep::Wait(90)
        );
        assert_eq!(
            step_after(sending, SENDING_MAX_MS),
            OutboxStep::Close(OutboxPhase::Unknown { since: START })
        );
    }

    #[test]
    fn sending_and_polling_end_after_their_deadlines() {
        let sent = OutboxPhase::Sent {
            task: 7,
            at: START,
            looks: 3,
        };
        assert_eq!(
            step_after(sent.clone(), RESULT_KEPT_MS - 1),
            OutboxStep::Look { task: 7 }
        );
        assert_eq!(
            step_after(sent, RESULT_KEPT_MS),
            OutboxStep::Close(OutboxPhase::NoResult { task: 7 })
        );
        assert!(matches!(
            step_after(OutboxPhase::New, SEND_DEADLINE_MS),
            OutboxStep::Close(OutboxPhase::Refused(_))
        ));
    }

    #[test]
    fn the_delay_between_polls_grows() {
        assert_eq!(
            [0, 1, 2, 3, 4, u32::MAX].map(next_poll_delay_s),
            [5, 30, 300, 900, 900, 900]
        );
    }

    #[test]
    fn a_refusal_of_an_earlier_version_is_read() {
        let read = |code: &str| {
            let stored = serde_json::json!({"refused": {"code": code, "advice": "do it", "at": 5}});
            match serde_json::from_value::<OutboxPhase>(stored) {
                Ok(OutboxPhase::Refused(refused)) => refused.reason,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            read("agent_refused").code(),
            Some(ReasonCode::DingTalkAgentRefused)
        );
        assert_eq!(read("out_of_date"), Reason::stored_text("do it"));
        let phase = OutboxPhase::Refused(RefusedDelivery {
            reason: Reason::new(ReasonCode::MessageOutOfDate),
            at: START,
        });
        let text = serde_json::to_string(&phase).unwrap();
        assert_eq!(
            text,
            r#"{"refused":{"reason":{"code":"message-out-of-date"},"at":1763800000000}}"#
        );
        assert_eq!(serde_json::from_str::<OutboxPhase>(&text).unwrap(), phase);
    }

    #[test]
    fn phases_are_read_back_from_their_json() {
        let phase = OutboxPhase::Sent {
            task: 256_271_667_526,
            at: START,
            looks: 2,
        };
        let text = serde_json::to_string(&phase).unwrap();
        assert_eq!(
            text,
            r#"{"sent":{"task":256271667526,"at":1763800000000,"looks":2}}"#
        );
        assert_eq!(serde_json::from_str::<OutboxPhase>(&text).unwrap(), phase);
    }
}
