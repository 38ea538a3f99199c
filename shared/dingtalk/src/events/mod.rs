//! What a callback says, in its three dialects: PascalCase keys as captured in the wild, the
//! mixture in the documentation, and the lower camel case of stream data. Keys are compared without case.
//!
//! An event only says whom to look at again; it never carries data into a directory.

mod payload;

use directory::ids::Side;
use directory::wake::{Wake, WakeTarget};
use directory::{CorpId, Timestamp};
use serde_json::Value;

use payload::{NamedIds, Payload};

/// A verified event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackEvent {
    /// What kind.
    pub kind: EventKind,
    /// The company it names; often missing, so never what decides whose event it is.
    pub corp: Option<CorpId>,
    /// DingTalk's own id, for deduplication; often missing.
    pub event_id: Option<String>,
    /// When it happened, where it says so.
    pub born_at: Option<Timestamp>,
    /// What to look at again; empty unless it is [`EventKind::Changed`].
    pub wakes: Vec<Wake>,
}

/// What kind of event it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// `check_url`: the developer console wants `success`.
    UrlCheck,
    /// `check_create_suite_url` or `check_update_suite_url`: wants its own `Random` back.
    UrlCheckSuite {
        /// What to encrypt into the answer.
        random: String,
    },
    /// Something in the directory changed: the event's type.
    Changed(String),
    /// Authentic, and nothing to us: the event's type. Answer with success.
    Ignored(String),
}

/// A verified event that cannot be read. Its text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event cannot be read: {0}")]
pub struct EventParseError(&'static str);

/// Longest event type that is kept.
const NAME_MAX: usize = 64;

/// Reads the plaintext of a callback.
///
/// # Errors
/// [`EventParseError`] unless it is a JSON object with a type. An unknown type is not an error. An event about people or
/// departments whose ids cannot all be read is none either: the ids that can be read wake those records, and
/// [`WakeTarget::Everything`] stands for the rest.
pub fn parse(plaintext: &[u8]) -> Result<CallbackEvent, EventParseError> {
    read_event(None, &Payload::parse(plaintext)?)
}

/// Reads an entry of the list of undelivered callbacks: `{"call_back_tag", "event_time", "<tag>": {…}}`.
///
/// # Errors
/// As [`parse`].
pub fn parse_undelivered(entry: &Value) -> Result<CallbackEvent, EventParseError> {
    let entry = Payload::from_value(entry)?;
    let tag = entry
        .text("call_back_tag")
        .ok_or(EventParseError("it has no call_back_tag"))?;
    let mut content = match entry.object(&tag) {
        Some(content) => Payload::from_value(content)?,
        None => Payload::default(),
    };
    content.inherit_field(&entry, "event_time");
    read_event(Some(tag), &content)
}

/// Reads an event of the stream: its type, id, corp and time are in the headers, what it is about in the data, a JSON text.
/// Data that cannot be read names nobody, so that an event about people or departments asks for everything.
///
/// # Errors
/// [`EventParseError`] unless headers or data tell the type.
pub fn parse_streamed(headers: &Value, data: &str) -> Result<CallbackEvent, EventParseError> {
    let headers = Payload::from_value(headers)?;
    let mut content = Payload::parse(data.as_bytes()).unwrap_or_default();
    for key in ["eventtype", "eventid", "eventcorpid", "eventborntime"] {
        content.inherit_field(&headers, key);
    }
    read_event(headers.text("eventtype"), &content)
}

fn read_event(tag: Option<String>, payload: &Payload) -> Result<CallbackEvent, EventParseError> {
    let name = tag
        .or_else(|| payload.text("eventtype"))
        .ok_or(EventParseError("it has no type"))?;
    let name: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c))
        .take(NAME_MAX)
        .collect();
    if name.is_empty() {
        return Err(EventParseError("its type has no letter"));
    }
    let wakes = wakes_of_event(&name, payload);
    let kind = match name.as_str() {
        "check_url" => EventKind::UrlCheck,
        "check_create_suite_url" | "check_update_suite_url" => EventKind::UrlCheckSuite {
            random: payload
                .text("random")
                .ok_or(EventParseError("a URL check without its random text"))?,
        },
        _ if wakes.is_empty() => EventKind::Ignored(name),
        _ => EventKind::Changed(name),
    };
    Ok(CallbackEvent {
        kind,
        corp: payload
            .text("corpid")
            .or_else(|| payload.text("eventcorpid"))
            .and_then(|corp| CorpId::new(&corp).ok()),
        event_id: payload
            .text("eventid")
            .filter(|id| !id.is_empty() && id.len() <= 128),
        born_at: ["eventborntime", "eventtime", "event_time", "timestamp"]
            .iter()
            .find_map(|key| payload.text(key)?.parse().ok())
            .filter(|millis| *millis > 0)
            .map(Timestamp),
        wakes,
    })
}

/// Whom an event of this type says to look at. `org_remove`, the end of a company, is no reason to remove anything
/// either: look again.
fn wakes_of_event(name: &str, payload: &Payload) -> Vec<Wake> {
    let targets = match name.to_ascii_lowercase().as_str() {
        "user_add_org" | "user_modify_org" | "user_leave_org" | "user_active_org"
        | "org_admin_add" | "org_admin_remove" | "label_user_change" => people_targets(payload),
        "org_dept_create" | "org_dept_modify" | "org_dept_remove" => department_targets(payload),
        "org_change" | "org_remove" => vec![WakeTarget::Everything],
        _ => Vec::new(),
    };
    let wake = |target| Wake {
        side: Side::DingTalk,
        target,
        because: name.to_owned(),
    };
    targets.into_iter().map(wake).collect()
}

fn people_targets(payload: &Payload) -> Vec<WakeTarget> {
    let person = |id: &str| directory::UserId::new(id).ok().map(Into::into);
    targets_of(
        &payload.ids(&["userid", "useridlist", "userids", "staffid", "staffids"]),
        person,
        WakeTarget::Person,
    )
}

/// Departments that the contact API refuses (school contacts) wake nobody.
fn department_targets(payload: &Payload) -> Vec<WakeTarget> {
    let mut named = payload.ids(&["deptid", "deptidlist", "deptids", "departmentid"]);
    let special = |id: &String| parse_dept_id(id).is_some_and(|id| !id.is_ordinary());
    named.ids.retain(|id| !special(id));
    targets_of(
        &named,
        |id| parse_dept_id(id).map(Into::into),
        WakeTarget::Department,
    )
}

/// A whole number, also written as a float.
fn parse_dept_id(id: &str) -> Option<directory::DeptId> {
    let whole = match id.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => id,
    };
    whole.parse().ok().map(directory::DeptId)
}

/// Each id that is one, and everything where there is more than these.
fn targets_of(
    named: &NamedIds,
    parse: impl Fn(&str) -> Option<directory::NativeId>,
    target: fn(directory::NativeId) -> WakeTarget,
) -> Vec<WakeTarget> {
    let mut more = named.more;
    let mut targets = Vec::with_capacity(named.ids.len() + 1);
    for id in &named.ids {
        match parse(id) {
            Some(id) => targets.push(target(id)),
            None => more = true,
        }
    }
    targets.extend(more.then_some(WakeTarget::Everything));
    targets
}

#[cfg(test)]
mod tests;
