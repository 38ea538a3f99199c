//! One batch of a message: up to 100 people, its sealed content, and how far it has come. Pure: decides, does nothing.

use directory::{BindingId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::seal::Sealed;

/// People that one call reaches at most, and that a result can be asked for (`dingtalk-api.md` §6.1, §6.2).
pub const PEOPLE_MAX: usize = 100;
/// After this, DingTalk no longer says what became of a message (24 h; one line of its page says 7 days).
const RESULT_MS: i64 = 24 * 60 * 60 * 1_000;
/// A message that could not be sent for this long is out of date.
const SEND_MS: i64 = 24 * 60 * 60 * 1_000;
/// Somebody who began sending is done, or dead, after this: the function's timeout is a minute.
const SENDING_MS: i64 = 90 * 1_000;
/// Seconds between looks at the result; the last one repeats.
const LOOKS_S: &[u32] = &[5, 30, 300, 900];

/// A stored batch (control item of kind `message`, id `{message}.{number}`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The binding that sends.
    pub binding: BindingId,
    /// Who gets it.
    pub people: Vec<UserId>,
    /// What they get, sealed at this item's place.
    pub content: Sealed,
    /// When it was composed.
    pub created_at: Timestamp,
    /// How far it has come.
    pub phase: Phase,
}

/// How far a batch has come. Only `New` may be sent, and whoever sends it says so first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
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
        result: Outcome,
        /// When it was asked.
        at: Timestamp,
    },
    /// It may have been sent: the call was cut off. Never sent again.
    Unknown {
        /// When it was begun.
        since: Timestamp,
    },
    /// Not sent, and trying again would not help.
    Refused {
        /// One word.
        code: String,
        /// What to do about it.
        advice: String,
        /// When.
        at: Timestamp,
    },
    /// Sent, but DingTalk never said whom it reached.
    NoResult {
        /// DingTalk's id of it.
        task: i64,
    },
}

/// Whom a batch did not reach. Everybody else got it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
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
pub enum Step {
    /// Send it.
    Send,
    /// Ask what became of it.
    Look {
        /// DingTalk's id.
        task: i64,
    },
    /// Store this and do no more.
    Close(Phase),
    /// Somebody else is at it: look again after this many seconds.
    Wait(u32),
    /// Nothing is left to do.
    Nothing,
}

impl Batch {
    /// What to do with it now.
    #[must_use]
    pub fn step(&self, now: Timestamp) -> Step {
        let past = |since: Timestamp, millis: i64| now.millis().saturating_sub(since.millis()) >= millis;
        match &self.phase {
            Phase::New if past(self.created_at, SEND_MS) => Step::Close(Phase::Refused {
                code: "out_of_date".to_owned(),
                advice: "DingTalk could not be reached for a day; compose the message again".to_owned(),
                at: now,
            }),
            Phase::New => Step::Send,
            Phase::Sending { since } if past(*since, SENDING_MS) => Step::Close(Phase::Unknown { since: *since }),
            Phase::Sending { .. } => Step::Wait(90),
            Phase::Sent { task, at, .. } if past(*at, RESULT_MS) => Step::Close(Phase::NoResult { task: *task }),
            Phase::Sent { task, .. } => Step::Look { task: *task },
            Phase::Done { .. } | Phase::Unknown { .. } | Phase::Refused { .. } | Phase::NoResult { .. } => {
                Step::Nothing
            }
        }
    }
}

/// Seconds until the next look, after so many.
#[must_use]
pub fn pause_s(looks: u32) -> u32 {
    let at = usize::try_from(looks).unwrap_or(usize::MAX).min(LOOKS_S.len() - 1);
    LOOKS_S.get(at).copied().unwrap_or(900)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_763_800_000_000);

    fn step(phase: Phase, after_ms: i64) -> Step {
        let sealed = serde_json::from_str("\"c2VhbGVk\"").unwrap();
        let binding = BindingId::new("b1").unwrap();
        Batch { binding, people: Vec::new(), content: sealed, created_at: START, phase }
            .step(START.plus_millis(after_ms))
    }

    #[test]
    fn only_a_new_batch_is_ever_sent() {
        let at = START;
        let task = 7;
        for (phase, sends) in [
            (Phase::New, true),
            (Phase::Sending { since: at }, false),
            (Phase::Sent { task, at, looks: 0 }, false),
            (Phase::Done { result: Outcome::default(), at }, false),
            (Phase::Unknown { since: at }, false),
            (Phase::Refused { code: "c".into(), advice: "a".into(), at }, false),
            (Phase::NoResult { task }, false),
        ] {
            for after in [0, 1, SENDING_MS, RESULT_MS - 1] {
                assert_eq!(step(phase.clone(), after) == Step::Send, sends, "{phase:?} after {after} ms");
            }
        }
    }

    #[test]
    fn what_was_begun_and_never_finished_is_unknown() {
        let sending = Phase::Sending { since: START };
        assert_eq!(step(sending.clone(), SENDING_MS - 1), Step::Wait(90));
        assert_eq!(step(sending, SENDING_MS), Step::Close(Phase::Unknown { since: START }));
    }

    #[test]
    fn nothing_is_asked_or_sent_for_ever() {
        let sent = Phase::Sent { task: 7, at: START, looks: 3 };
        assert_eq!(step(sent.clone(), RESULT_MS - 1), Step::Look { task: 7 });
        assert_eq!(step(sent, RESULT_MS), Step::Close(Phase::NoResult { task: 7 }));
        assert!(matches!(step(Phase::New, SEND_MS), Step::Close(Phase::Refused { .. })));
    }

    #[test]
    fn looks_grow_apart() {
        assert_eq!([0, 1, 2, 3, 4, u32::MAX].map(pause_s), [5, 30, 300, 900, 900, 900]);
    }

    #[test]
    fn phases_survive_their_json() {
        let phase = Phase::Sent { task: 256_271_667_526, at: START, looks: 2 };
        let text = serde_json::to_string(&phase).unwrap();
        assert_eq!(text, r#"{"sent":{"task":256271667526,"at":1763800000000,"looks":2}}"#);
        assert_eq!(serde_json::from_str::<Phase>(&text).unwrap(), phase);
    }
}
