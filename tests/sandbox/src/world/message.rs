//! Work notifications as people receive them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::World;

/// One accepted call of `asyncsend_v2`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkMessage {
    /// Id of the task.
    pub task_id: i64,
    /// When it was accepted, in milliseconds since 1970.
    pub at: i64,
    /// The `msg` object.
    pub msg: Value,
    /// One receipt per receiver.
    pub receipts: Vec<Receipt>,
    /// Departments that do not exist or are outside the scope.
    pub invalid_departments: Vec<i64>,
    /// Whether it went to the whole company. At most three of these a day are allowed.
    pub to_all: bool,
    /// Whether it was recalled.
    pub recalled: bool,
}

/// The receipt of a message for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The person.
    pub userid: String,
    /// State of the message for this person.
    #[serde(flatten)]
    pub state: ReceiptState,
}

/// State of a message for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ReceiptState {
    /// The message arrived.
    Received {
        /// Whether the person opened it.
        read: bool,
    },
    /// Dropped silently: 143105 daily limit, 143106 same content again, 143103 too many per minute.
    Forbidden {
        /// DingTalk's code.
        code: String,
    },
    /// There is no such person.
    Invalid,
}

/// The messages that one person has received and that were not recalled, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    /// The person.
    pub userid: String,
    /// Each message as (task, time, `msg`, read).
    pub messages: Vec<(i64, i64, Value, bool)>,
}

impl World {
    /// Returns all accepted messages, oldest first.
    #[must_use]
    pub fn messages(&self) -> &[WorkMessage] {
        &self.messages
    }

    /// Returns the messages that this person sees in the conversation of the app.
    #[must_use]
    pub fn inbox(&self, userid: &str) -> Inbox {
        let received = |message: &WorkMessage| {
            message
                .receipts
                .iter()
                .find(|receipt| receipt.userid == userid)
                .and_then(|receipt| match receipt.state {
                    ReceiptState::Received { read } => Some(read),
                    _ => None,
                })
        };
        let messages = self.messages.iter().filter(|message| !message.recalled);
        Inbox {
            userid: userid.to_owned(),
            messages: messages
                .filter_map(|m| received(m).map(|read| (m.task_id, m.at, m.msg.clone(), read)))
                .collect(),
        }
    }

    /// Marks the message as read by this person.
    pub fn read_message(&mut self, task_id: i64, userid: &str) {
        let receipts = self
            .messages
            .iter_mut()
            .filter(|m| m.task_id == task_id)
            .flat_map(|m| &mut m.receipts);
        for receipt in receipts.filter(|receipt| receipt.userid == userid) {
            if let ReceiptState::Received { read } = &mut receipt.state {
                *read = true;
            }
        }
        self.mark_changed();
    }
}
