//! Work notifications (`dingtalk-api.md` §6.1, §6.2).

use directory::UserId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Call;
use super::config::Client;
use super::lenient::{Number, Text};
use crate::error::{Error, Trouble};

const SEND: &str = "corpconversation/asyncsend_v2";
const PROGRESS: &str = "corpconversation/getsendprogress";
const RESULT: &str = "corpconversation/getsendresult";
const RECALL: &str = "corpconversation/recall";
const RECEIVERS_MAX: usize = 100;
const MESSAGE_MAX_BYTES: usize = 2048;

/// A work notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// 1 to 100 people.
    pub to: Vec<UserId>,
    /// What to say. The same content reaches the same person once per day: put something unique in it.
    pub content: Content,
}

/// What a notice says; at most 2,048 bytes as JSON. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Plain text; DingTalk advises at most 500 characters.
    Text(String),
    /// Markdown, with the title that the list of messages shows.
    Markdown {
        /// The title.
        title: String,
        /// The text.
        text: String,
    },
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::Markdown { .. } => "Markdown(..)",
        })
    }
}

/// What follows a sent notice for 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TaskId(pub i64);

/// How far DingTalk is with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// 0 to 100.
    pub percent: i64,
    /// In words.
    pub status: SendStatus,
}

/// The state of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendStatus {
    /// Accepted.
    NotStarted,
    /// Being sent.
    Running,
    /// Everybody was tried.
    Done,
}

/// Who got a notice, and who did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SendResult {
    /// No such people.
    pub invalid: Vec<UserId>,
    /// Filtered by a limit.
    pub forbidden: Vec<Forbidden>,
    /// Not delivered for another reason.
    pub failed: Vec<UserId>,
    /// Read.
    pub read: Vec<UserId>,
    /// Delivered.
    pub unread: Vec<UserId>,
}

/// Somebody whom a limit kept from getting a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forbidden {
    /// Who.
    pub userid: UserId,
    /// Why, where DingTalk says it: `143105` is the daily limit per person, `143106` duplicate content.
    pub code: Option<String>,
}

#[derive(Deserialize)]
struct Sent {
    task_id: Number,
}

#[derive(Deserialize)]
struct ProgressAnswer {
    progress: WireProgress,
}

#[derive(Deserialize)]
struct WireProgress {
    progress_in_percent: Number,
    status: Number,
}

#[derive(Deserialize)]
struct ResultAnswer {
    send_result: WireResult,
}

#[derive(Deserialize)]
struct WireResult {
    #[serde(default)]
    invalid_user_id_list: Vec<Text>,
    #[serde(default)]
    forbidden_user_id_list: Vec<Text>,
    #[serde(default)]
    failed_user_id_list: Vec<Text>,
    #[serde(default)]
    read_user_id_list: Vec<Text>,
    #[serde(default)]
    unread_user_id_list: Vec<Text>,
    #[serde(default)]
    forbidden_list: Vec<WireForbidden>,
}

#[derive(Deserialize)]
struct WireForbidden {
    code: Text,
    userid: Text,
}

#[derive(Deserialize)]
struct Nothing {}

impl Client {
    /// Sends a notice. Success means accepted: ask for the [result](Self::notice_result) later.
    ///
    /// # Errors
    /// [`NotSent`](Trouble::NotSent) for nobody or more than 100 people, a message over 2,048 bytes, a `userid` with a
    /// comma, or a binding without an AgentId; [`UnknownOutcome`](Trouble::UnknownOutcome) when no usable answer came: it
    /// is never sent twice.
    pub async fn notify(&self, notice: &Notice) -> Result<TaskId, Error> {
        let refuse = |why| Error::new(SEND, Trouble::NotSent { why });
        let receivers = receivers(&notice.to).map_err(refuse)?;
        let message = message(&notice.content).map_err(refuse)?;
        let body = json!({ "agent_id": self.agent(SEND)?, "userid_list": receivers, "msg": message });
        let call = Call::post(SEND, "/topapi/message/corpconversation/asyncsend_v2", body).write();
        let sent: Sent = self.ask(&call).await?;
        Ok(TaskId(sent.task_id.0))
    }

    /// How far a notice is; known for 24 hours.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn notice_progress(&self, task: TaskId) -> Result<Progress, Error> {
        let body = json!({ "agent_id": self.agent(PROGRESS)?, "task_id": task.0 });
        let call = Call::post(PROGRESS, "/topapi/message/corpconversation/getsendprogress", body);
        let ProgressAnswer { progress } = self.ask(&call).await?;
        let status = match progress.status.0 {
            0 => SendStatus::NotStarted,
            1 => SendStatus::Running,
            2 => SendStatus::Done,
            _ => return Err(self.malformed(PROGRESS, "an unknown send status")),
        };
        Ok(Progress { percent: progress.progress_in_percent.0, status })
    }

    /// Who got a notice; known for 24 hours.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](Trouble::Malformed) for an id that cannot be one.
    pub async fn notice_result(&self, task: TaskId) -> Result<SendResult, Error> {
        let body = json!({ "agent_id": self.agent(RESULT)?, "task_id": task.0 });
        let call = Call::post(RESULT, "/topapi/message/corpconversation/getsendresult", body);
        let ResultAnswer { send_result } = self.ask(&call).await?;
        send_result.read().map_err(|what| self.malformed(RESULT, what))
    }

    /// Takes a notice back; possible for 24 hours. Doing it twice changes nothing.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn recall_notice(&self, task: TaskId) -> Result<(), Error> {
        let body = json!({ "agent_id": self.agent(RECALL)?, "msg_task_id": task.0 });
        let call = Call::post(RECALL, "/topapi/message/corpconversation/recall", body);
        self.ask::<Nothing>(&call).await.map(|Nothing {}| ())
    }

    pub(super) fn agent(&self, interface: &'static str) -> Result<i64, Error> {
        let missing = || Error::new(interface, Trouble::NotSent { why: "the binding has no AgentId" });
        self.0.config.agent_id.ok_or_else(missing)
    }
}

impl WireResult {
    fn read(self) -> Result<SendResult, &'static str> {
        let users = |ids: &[Text]| ids.iter().map(userid).collect::<Result<Vec<_>, _>>();
        let mut forbidden = Vec::with_capacity(self.forbidden_user_id_list.len());
        for id in &self.forbidden_user_id_list {
            if !self.forbidden_list.iter().any(|entry| entry.userid == *id) {
                forbidden.push(Forbidden { userid: userid(id)?, code: None });
            }
        }
        for entry in self.forbidden_list {
            forbidden.push(Forbidden { userid: userid(&entry.userid)?, code: Some(entry.code.0) });
        }
        Ok(SendResult {
            invalid: users(&self.invalid_user_id_list)?,
            forbidden,
            failed: users(&self.failed_user_id_list)?,
            read: users(&self.read_user_id_list)?,
            unread: users(&self.unread_user_id_list)?,
        })
    }
}

fn userid(text: &Text) -> Result<UserId, &'static str> {
    UserId::new(&text.0).map_err(|_| "a userid that cannot be one")
}

fn receivers(to: &[UserId]) -> Result<String, &'static str> {
    if to.is_empty() || to.len() > RECEIVERS_MAX {
        return Err("a notice goes to 1 to 100 people");
    }
    if to.iter().any(|userid| userid.as_str().contains(',')) {
        return Err("a userid with a comma would name two people");
    }
    Ok(to.iter().map(UserId::as_str).collect::<Vec<_>>().join(","))
}

fn message(content: &Content) -> Result<Value, &'static str> {
    let message = match content {
        Content::Text(text) => json!({ "msgtype": "text", "text": { "content": text } }),
        Content::Markdown { title, text } => {
            json!({ "msgtype": "markdown", "markdown": { "title": title, "text": text } })
        }
    };
    if message.to_string().len() > MESSAGE_MAX_BYTES {
        return Err("a notice has at most 2,048 bytes");
    }
    Ok(message)
}

#[cfg(test)]
mod tests;
