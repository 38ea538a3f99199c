//! Work notifications.

use directory::UserId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::ApiCall;
use super::config::Client;
use super::lenient::{LenientNumber, LenientText};
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind, ReplyFault};

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
    pub content: NoticeContent,
}

/// What a notice says; at most 2,048 bytes as JSON. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub enum NoticeContent {
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

impl std::fmt::Debug for NoticeContent {
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
pub struct NoticeProgress {
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
    pub forbidden: Vec<ForbiddenReceiver>,
    /// Not delivered for another reason.
    pub failed: Vec<UserId>,
    /// Read.
    pub read: Vec<UserId>,
    /// Delivered.
    pub unread: Vec<UserId>,
}

/// Somebody whom a limit kept from getting a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForbiddenReceiver {
    /// Who.
    pub userid: UserId,
    /// Why, where DingTalk says it: `143105` is the daily limit per person, `143106` duplicate content.
    pub code: Option<String>,
}

#[derive(Deserialize)]
struct SentAnswer {
    task_id: LenientNumber,
}

#[derive(Deserialize)]
struct ProgressAnswer {
    progress: WireProgress,
}

#[derive(Deserialize)]
struct WireProgress {
    progress_in_percent: LenientNumber,
    status: LenientNumber,
}

#[derive(Deserialize)]
struct ResultAnswer {
    send_result: WireResult,
}

#[derive(Deserialize)]
struct WireResult {
    #[serde(default)]
    invalid_user_id_list: Vec<LenientText>,
    #[serde(default)]
    forbidden_user_id_list: Vec<LenientText>,
    #[serde(default)]
    failed_user_id_list: Vec<LenientText>,
    #[serde(default)]
    read_user_id_list: Vec<LenientText>,
    #[serde(default)]
    unread_user_id_list: Vec<LenientText>,
    #[serde(default)]
    forbidden_list: Vec<WireForbidden>,
}

#[derive(Deserialize)]
struct WireForbidden {
    code: LenientText,
    userid: LenientText,
}

#[derive(Deserialize)]
struct EmptyAnswer {}

impl Client {
    /// Sends a notice. Success means accepted: ask for the [result](Self::read_notice_result) later.
    ///
    /// # Errors
    /// [`NotSent`](crate::DingTalkErrorKind::NotSent) for nobody or more than 100 people, a message over 2,048 bytes, a `userid` with a
    /// comma, or a binding without an AgentId; [`UnknownOutcome`](crate::DingTalkErrorKind::UnknownOutcome) when no usable answer came: it
    /// is never sent twice.
    pub async fn send_notice(&self, notice: &Notice) -> Result<TaskId, DingTalkError> {
        let refuse = |why| DingTalkError::new(SEND, DingTalkErrorKind::NotSent { why });
        let receivers = join_receivers(&notice.to).map_err(refuse)?;
        let message = message_json(&notice.content).map_err(refuse)?;
        let body =
            json!({ "agent_id": self.agent_id(SEND)?, "userid_list": receivers, "msg": message });
        let call = ApiCall::post(SEND, "/topapi/message/corpconversation/asyncsend_v2", body)
            .with_write_effect();
        let sent: SentAnswer = self.call_api(&call).await?;
        Ok(TaskId(sent.task_id.0))
    }

    /// How far a notice is; known for 24 hours.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn read_notice_progress(
        &self,
        task: TaskId,
    ) -> Result<NoticeProgress, DingTalkError> {
        let body = json!({ "agent_id": self.agent_id(PROGRESS)?, "task_id": task.0 });
        let call = ApiCall::post(
            PROGRESS,
            "/topapi/message/corpconversation/getsendprogress",
            body,
        );
        let ProgressAnswer { progress } = self.call_api(&call).await?;
        let status = match progress.status.0 {
            0 => SendStatus::NotStarted,
            1 => SendStatus::Running,
            2 => SendStatus::Done,
            _ => return Err(self.malformed_answer(PROGRESS, ReplyFault::WrongType)),
        };
        Ok(NoticeProgress {
            percent: progress.progress_in_percent.0,
            status,
        })
    }

    /// Who got a notice; known for 24 hours.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::DingTalkErrorKind::Malformed) for an id that cannot be one.
    pub async fn read_notice_result(&self, task: TaskId) -> Result<SendResult, DingTalkError> {
        let body = json!({ "agent_id": self.agent_id(RESULT)?, "task_id": task.0 });
        let call = ApiCall::post(
            RESULT,
            "/topapi/message/corpconversation/getsendresult",
            body,
        );
        let ResultAnswer { send_result } = self.call_api(&call).await?;
        send_result
            .into_result()
            .map_err(|what| self.malformed_answer(RESULT, what))
    }

    /// Takes a notice back; possible for 24 hours. Doing it twice changes nothing.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn recall_notice(&self, task: TaskId) -> Result<(), DingTalkError> {
        let body = json!({ "agent_id": self.agent_id(RECALL)?, "msg_task_id": task.0 });
        let call = ApiCall::post(RECALL, "/topapi/message/corpconversation/recall", body);
        self.call_api::<EmptyAnswer>(&call)
            .await
            .map(|EmptyAnswer {}| ())
    }

    pub(super) fn agent_id(&self, interface: &'static str) -> Result<i64, DingTalkError> {
        let missing = || {
            DingTalkError::new(
                interface,
                DingTalkErrorKind::NotSent {
                    why: CallFault::NoAgentId,
                },
            )
        };
        self.0.config.agent_id.ok_or_else(missing)
    }
}

impl WireResult {
    fn into_result(self) -> Result<SendResult, ReplyFault> {
        let users = |ids: &[LenientText]| {
            ids.iter()
                .map(parse_receiver)
                .collect::<Result<Vec<_>, _>>()
        };
        let mut forbidden = Vec::with_capacity(self.forbidden_user_id_list.len());
        for id in &self.forbidden_user_id_list {
            if !self.forbidden_list.iter().any(|entry| entry.userid == *id) {
                forbidden.push(ForbiddenReceiver {
                    userid: parse_receiver(id)?,
                    code: None,
                });
            }
        }
        for entry in self.forbidden_list {
            forbidden.push(ForbiddenReceiver {
                userid: parse_receiver(&entry.userid)?,
                code: Some(entry.code.0),
            });
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

fn parse_receiver(text: &LenientText) -> Result<UserId, ReplyFault> {
    UserId::new(&text.0).map_err(|_| ReplyFault::InvalidId("a userid that cannot be one"))
}

fn join_receivers(to: &[UserId]) -> Result<String, CallFault> {
    if to.is_empty() || to.len() > RECEIVERS_MAX {
        return Err(CallFault::PeopleCount);
    }
    if to.iter().any(|userid| userid.as_str().contains(',')) {
        return Err(CallFault::UserId);
    }
    Ok(to.iter().map(UserId::as_str).collect::<Vec<_>>().join(","))
}

fn message_json(content: &NoticeContent) -> Result<Value, CallFault> {
    let message = match content {
        NoticeContent::Text(text) => json!({ "msgtype": "text", "text": { "content": text } }),
        NoticeContent::Markdown { title, text } => {
            json!({ "msgtype": "markdown", "markdown": { "title": title, "text": text } })
        }
    };
    if message.to_string().len() > MESSAGE_MAX_BYTES {
        return Err(CallFault::MessageSize);
    }
    Ok(message)
}

#[cfg(test)]
mod tests;
