//! Work notifications as people receive them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::World;

/// One accepted call of `asyncsend_v2`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkMessage {
    /// Its task.
    pub task_id: i64,
    /// When it was accepted, milliseconds.
    pub at: i64,
    /// The `msg` object.
    pub msg: Value,
    /// Everybody it was for.
    pub receipts: Vec<Receipt>,
    /// Departments that do not exist or are out of sight.
    pub invalid_departments: Vec<i64>,
    /// To all: counted against three a day.
    pub to_all: bool,
    /// Taken back.
    pub recalled: bool,
}

/// What became of a message for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The person.
    pub userid: String,
    /// What became of it.
    #[serde(flatten)]
    pub state: ReceiptState,
}

/// What became of a message for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ReceiptState {
    /// Arrived.
    Received {
        /// Opened.
        read: bool,
    },
    /// Filtered silently: 143105 daily limit, 143106 the same content again, 143103 too many a minute.
    Forbidden {
        /// DingTalk's code.
        code: String,
    },
    /// No such person.
    Invalid,
}

/// What one person has received and nobody took back, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    /// The person.
    pub userid: String,
    /// Each as (task, when, `msg`, read).
    pub messages: Vec<(i64, i64, Value, bool)>,
}

impl World {
    /// All accepted messages, oldest first.
    #[must_use]
    pub fn messages(&self) -> &[WorkMessage] {
        &self.messages
    }

    /// What this person sees in the conversation of the app.
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

    /// The person opens the message.
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
