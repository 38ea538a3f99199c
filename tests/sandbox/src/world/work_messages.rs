//! Sending work notifications: what is accepted, and what is filtered without a word.

use std::collections::{BTreeMap, BTreeSet};

use directory::Timestamp;
use serde_json::{Map, Value, json};

use super::World;
use super::message::{Receipt, ReceiptState, WorkMessage};
use super::params::CallParams;
use super::reply::ApiError;

const DAY_MS: i64 = 86_400_000;
const PER_CALL_MAX: usize = 5000;
const PER_PERSON_AND_DAY_MAX: usize = 500;
const PER_MINUTE_MAX: usize = 5000;
const TO_ALL_PER_DAY_MAX: usize = 3;

/// The receivers of a call.
struct MessageReceivers {
    people: Vec<String>,
    unknown: Vec<String>,
    departments: Vec<i64>,
    to_all: bool,
}

impl World {
    pub(super) fn send_work_message(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_agent(params)?;
        let msg = checked_message(params)?;
        let receivers = self.message_receivers(params)?;
        let today: Vec<&WorkMessage> = self
            .messages
            .iter()
            .filter(|m| same_day(m.at, now.millis()))
            .collect();
        if receivers.to_all && today.iter().filter(|m| m.to_all).count() >= TO_ALL_PER_DAY_MAX {
            return Err(ApiError::from_code(41045));
        }
        let receipts = self.make_receipts(now, &msg, &receivers);
        let task_id = 256_271_667_000 + i64::try_from(self.messages.len()).unwrap_or(0) * 7 + 526;
        self.messages.push(WorkMessage {
            task_id,
            at: now.millis(),
            msg,
            receipts,
            invalid_departments: receivers.departments,
            to_all: receivers.to_all,
            recalled: false,
        });
        self.mark_changed();
        Ok(json!({"task_id": task_id}))
    }

    fn check_agent(&self, params: &CallParams) -> Result<(), ApiError> {
        let agent = params.need_int("agent_id")?;
        if agent == self.company.credentials.agent_id {
            Ok(())
        } else {
            Err(ApiError::from_code(40056))
        }
    }

    fn message_receivers(&self, params: &CallParams) -> Result<MessageReceivers, ApiError> {
        let users = params.list("userid_list");
        let departments = params.list("dept_id_list");
        let to_all = params.bool("to_all_user")?.unwrap_or(false);
        if users.is_empty() && departments.is_empty() && !to_all {
            return Err(ApiError::missing("userid_list"));
        }
        if users.len() > 100 || departments.len() > 20 {
            return Err(ApiError::from_code(41044));
        }
        let mut found = MessageReceivers {
            people: Vec::new(),
            unknown: Vec::new(),
            departments: Vec::new(),
            to_all,
        };
        let mut seen = BTreeSet::new();
        for user in users {
            if !seen.insert(user.clone()) {
                continue;
            }
            let known = self
                .company
                .people
                .get(&user)
                .is_some_and(|person| self.sees_person(person));
            if known {
                found.people.push(user);
            } else {
                found.unknown.push(user);
            }
        }
        for text in departments {
            let id: i64 = text
                .parse()
                .map_err(|_| ApiError::unreadable("dept_id_list"))?;
            if self.visible_department(id).is_err() {
                found.departments.push(id);
                continue;
            }
            let below = self.index.subtree_of(id);
            let members = below
                .iter()
                .flat_map(|id| self.index.members(*id))
                .map(str::to_owned);
            found
                .people
                .extend(members.filter(|user| seen.insert(user.clone())));
        }
        if to_all {
            let everybody = self
                .company
                .people
                .values()
                .filter(|person| self.sees_person(person));
            found.people.extend(
                everybody
                    .map(|p| p.userid.clone())
                    .filter(|user| seen.insert(user.clone())),
            );
        }
        Ok(found)
    }

    fn make_receipts(
        &self,
        now: Timestamp,
        msg: &Value,
        receivers: &MessageReceivers,
    ) -> Vec<Receipt> {
        let mut today: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
        let mut this_minute = 0;
        for message in &self.messages {
            let same = message.msg == *msg;
            let counted = message
                .receipts
                .iter()
                .filter(|r| matches!(r.state, ReceiptState::Received { .. }));
            for receipt in counted {
                this_minute += usize::from(now.millis() - message.at < 60_000);
                if same_day(message.at, now.millis()) {
                    let entry = today.entry(&receipt.userid).or_default();
                    entry.0 += 1;
                    entry.1 |= same;
                }
            }
        }
        let mut reached = 0;
        let mut state = |user: &str| {
            let (count, duplicate) = today.get(user).copied().unwrap_or_default();
            let code = if duplicate {
                "143106"
            } else if count >= PER_PERSON_AND_DAY_MAX {
                "143105"
            } else if reached >= PER_CALL_MAX || this_minute + reached >= PER_MINUTE_MAX {
                "143103"
            } else {
                reached += 1;
                return ReceiptState::Received { read: false };
            };
            ReceiptState::Forbidden { code: code.into() }
        };
        let known = receivers.people.iter().map(|user| Receipt {
            userid: user.clone(),
            state: state(user),
        });
        let known: Vec<Receipt> = known.collect();
        let unknown = receivers.unknown.iter().map(|u| Receipt {
            userid: u.clone(),
            state: ReceiptState::Invalid,
        });
        known.into_iter().chain(unknown).collect()
    }

    fn find_message(
        &mut self,
        now: Timestamp,
        params: &CallParams,
        name: &str,
    ) -> Result<&mut WorkMessage, ApiError> {
        self.check_agent(params)?;
        let task_id = params.need_int(name)?;
        let task = self
            .messages
            .iter_mut()
            .find(|m| m.task_id == task_id && now.millis() - m.at <= DAY_MS);
        task.ok_or_else(|| ApiError::from_code(if name == "task_id" { 40035 } else { 400_002 }))
    }

    pub(super) fn send_progress(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let takes = self.settings.message_ms;
        let message = self.find_message(now, params, "task_id")?;
        let passed = now.millis() - message.at;
        let (percent, status) = match passed {
            passed if passed >= takes => (100, 2),
            passed if passed > 0 => (passed * 100 / takes.max(1), 1),
            _ => (0, 0),
        };
        Ok(json!({"progress": {"progress_in_percent": percent, "status": status}}))
    }

    pub(super) fn send_result(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let message = self.find_message(now, params, "task_id")?;
        if message.receipts.len() > 100 {
            return Err(ApiError::from_code(41052));
        }
        let ids = |wanted: &dyn Fn(&ReceiptState) -> bool| -> Vec<&str> {
            message
                .receipts
                .iter()
                .filter(|r| wanted(&r.state))
                .map(|r| r.userid.as_str())
                .collect()
        };
        let forbidden: Vec<Value> = message
            .receipts
            .iter()
            .filter_map(|receipt| match &receipt.state {
                ReceiptState::Forbidden { code } => {
                    Some(json!({"code": code, "count": 1, "userid": receipt.userid}))
                }
                _ => None,
            })
            .collect();
        Ok(json!({"send_result": {
            "invalid_user_id_list": ids(&|s| *s == ReceiptState::Invalid),
            "forbidden_user_id_list": ids(&|s| matches!(s, ReceiptState::Forbidden { .. })),
            "failed_user_id_list": [],
            "read_user_id_list": ids(&|s| *s == ReceiptState::Received { read: true }),
            "unread_user_id_list": ids(&|s| *s == ReceiptState::Received { read: false }),
            "invalid_dept_id_list": message.invalid_departments,
            "forbidden_list": forbidden,
        }}))
    }

    pub(super) fn recall(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.find_message(now, params, "msg_task_id")?.recalled = true;
        self.mark_changed();
        Ok(json!({}))
    }
}

/// Returns the `msg` object: a known type with its object, at most 2,048 bytes.
fn checked_message(params: &CallParams) -> Result<Value, ApiError> {
    let msg: Map<String, Value> = params
        .object("msg")
        .ok_or_else(|| ApiError::missing("msg"))?;
    let kind = msg
        .get("msgtype")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let needed: &[&str] = match kind {
        "text" => &["content"],
        "image" | "file" | "voice" => &["media_id"],
        "link" => &["messageUrl", "title", "text"],
        "oa" => &["message_url", "body"],
        "markdown" => &["title", "text"],
        "action_card" => &["title", "markdown"],
        _ => return Err(ApiError::from_code(34004)),
    };
    let Some(object) = msg.get(kind).and_then(Value::as_object) else {
        return Err(ApiError::missing(kind));
    };
    if let Some(missing) = needed.iter().find(|name| !object.contains_key(**name)) {
        return Err(ApiError::missing(missing));
    }
    let msg = Value::Object(msg);
    if msg.to_string().len() > 2048 {
        Err(ApiError::from_code(34016))
    } else {
        Ok(msg)
    }
}

/// Whether two moments fall on the same day in Shanghai. Shanghai has been eight hours ahead all
/// year since 1992.
fn same_day(a: i64, b: i64) -> bool {
    let day = |ms: i64| (ms + 28_800_000).div_euclid(DAY_MS);
    day(a) == day(b)
}
