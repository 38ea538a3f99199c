//! Taking people in, changing and deleting them.

use std::collections::BTreeMap;

use directory::{DeptId, Field, FieldValue, FieldValues, Kind, Record, UnionId, UserId, canonical};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::LenientText;
use super::super::people::is_same_userid;
use super::mobile_number::{self, MobileForm};
use super::written_fields::{WriteMoment, WrittenFields};
use super::{CallOutcome, Deletion, IgnoredContent, custom_fields, limits, not_sent};
use crate::error::{CallFault, DingTalkError, ReplyFault};

const CREATE: &str = "user/create";
const UPDATE: &str = "user/update";
const DELETE: &str = "user/delete";
/// The person has to agree before they are in.
const INVITED: &str = "40103";

/// Somebody to take in.
#[derive(Debug, Clone)]
pub struct NewPerson<'a> {
    /// Derived from the eHR's own key, so that making it twice is noticed (60102). Immutable.
    pub userid: &'a UserId,
    /// `Name`, `Mobile` and `Departments` are needed; `Extension` holds custom fields that exist in the admin console.
    pub values: &'a FieldValues,
    /// Sort orders in single departments, see [`person_order`](super::person_order); absent is DingTalk's choice.
    pub orders: &'a BTreeMap<DeptId, i64>,
    /// How the company's registered address wants mainland numbers.
    pub mobile_form: MobileForm,
}

/// How somebody was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonEntry {
    /// At once.
    Joined {
        /// The same person within the developer organisation, where DingTalk says it.
        unionid: Option<UnionId>,
        /// What was sent.
        written: WrittenFields,
    },
    /// 40103: an invitation was sent, and nothing is there to be read (60121) until the person accepts; `user_add_org`
    /// tells. Asking again only invites again.
    Invited,
}

/// A change of somebody who is there.
#[derive(Debug, Clone)]
pub struct PersonChange<'a> {
    /// The person as just read with [`Client::read_person`]: custom fields and departments are completed from it.
    pub read: &'a Record,
    /// What to write. `Extension` holds changes, not the whole: see [`custom_changes`](super::custom_changes).
    pub values: &'a FieldValues,
    /// Sort orders in single departments; absent stays.
    pub orders: &'a BTreeMap<DeptId, i64>,
}

#[derive(Deserialize)]
struct CreatedPersonAnswer {
    errcode: LenientText,
    result: Option<CreatedPerson>,
}

#[derive(Deserialize)]
struct CreatedPerson {
    userid: LenientText,
    /// Every other interface spells it `unionid`.
    #[serde(rename = "unionId", alias = "unionid")]
    unionid: Option<LenientText>,
}

impl Client {
    /// Takes somebody in.
    ///
    /// Idempotent through the derived `userid`: a second time is [`Taken`](crate::DingTalkErrorKind::Taken) by it. Adopt the
    /// person then only if the intent and the job number agree.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for a value that is missing, too long or cannot
    /// be one; [`Taken`](crate::DingTalkErrorKind::Taken) for `userid`, mobile, e-mail or extension;
    /// [`FieldRefused`](crate::DingTalkErrorKind::FieldRefused) with the field; [`LimitReached`](crate::DingTalkErrorKind::LimitReached) for a
    /// company or department that is full; [`OutOfScope`](crate::DingTalkErrorKind::OutOfScope) for a department outside.
    pub async fn create_person(
        &self,
        person: &NewPerson<'_>,
    ) -> Result<CallOutcome<PersonEntry>, DingTalkError> {
        let refuse = |why| not_sent(CREATE, why);
        let written = WrittenFields::of(Kind::Person, WriteMoment::Creation, person.values);
        let mut body = shared_body(person.values, &written, person.orders, true).map_err(refuse)?;
        let mobile = person
            .values
            .text(Field::Mobile)
            .ok_or_else(|| refuse(required(Field::Mobile)))?;
        body.insert(
            "mobile".into(),
            json!(mobile_number::native_mobile(mobile, person.mobile_form).map_err(refuse)?),
        );
        for (name, field) in [("name", Field::Name), ("dept_id_list", Field::Departments)] {
            if !body.contains_key(name) {
                return Err(refuse(required(field)));
            }
        }
        if written.sent.contains(Field::Extension) {
            let fields = custom_fields::merge_changes(None, person.values.text(Field::Extension))
                .map_err(refuse)?;
            body.insert("extension".into(), json!(fields.text));
        }
        let departments =
            limits::listed_departments(person.values, Field::Departments).map_err(refuse)?;
        body.extend(position_list(person.values, &written, &departments).map_err(refuse)?);
        body.insert("userid".into(), json!(person.userid.as_str()));
        let call = ApiCall::post(CREATE, "/topapi/v2/user/create", Json::Object(body))
            .accepting_code(INVITED);
        Ok(match self.send_write::<CreatedPersonAnswer>(call).await? {
            CallOutcome::Done(CreatedPersonAnswer {
                result: Some(made), ..
            }) => self.person_entry(&made, person.userid, written),
            CallOutcome::Done(CreatedPersonAnswer {
                errcode,
                result: None,
            }) if errcode.0 != "0" => CallOutcome::Done(PersonEntry::Invited),
            // A success that names nobody.
            CallOutcome::Done(CreatedPersonAnswer { .. }) | CallOutcome::Unknown => {
                CallOutcome::Unknown
            }
        })
    }

    /// An answer about another `userid` than the one that was given says nothing about this one.
    fn person_entry(
        &self,
        made: &CreatedPerson,
        userid: &UserId,
        written: WrittenFields,
    ) -> CallOutcome<PersonEntry> {
        if !is_same_userid(&made.userid.0, userid.as_str()) {
            _ = self.malformed_answer(
                CREATE,
                ReplyFault::Contradiction("an answer about somebody else"),
            );
            return CallOutcome::Unknown;
        }
        let unionid = made
            .unionid
            .as_ref()
            .and_then(|id| UnionId::new(&id.0).ok());
        CallOutcome::Done(PersonEntry::Joined { unionid, written })
    }

    /// Changes a person: every field that the values show and that can be written. The mobile number is never sent:
    /// it is in [`WrittenFields::left`](super::WrittenFields::left) as [`ByTheEmployee`](super::UnwritableReason::ByTheEmployee), and whom somebody leads as
    /// [`ThroughTheDepartment`](super::UnwritableReason::ThroughTheDepartment).
    ///
    /// Idempotent, but unconditional: what somebody changed meanwhile is overwritten, and a write of unknown outcome may
    /// still land after a later one. Nothing is called where nothing is left to send. `Departments` are exactly the
    /// departments from then on; leadership ends where membership does.
    ///
    /// That `Title` and the like are emptied by an empty text, and that the main department can be written with
    /// `dept_position_list`, is not documented: read back.
    ///
    /// # Errors
    /// As [`create_person`](Self::create_person), and [`NotFound`](crate::DingTalkErrorKind::NotFound) (also while invited),
    /// [`OutOfScope`](crate::DingTalkErrorKind::OutOfScope), [`ManagedBySmartHr`](crate::DingTalkErrorKind::ManagedBySmartHr) for title and
    /// departments, [`NotSent`](crate::DingTalkErrorKind::NotSent) for custom fields where `read` does not show the present ones.
    pub async fn update_person(
        &self,
        change: &PersonChange<'_>,
    ) -> Result<CallOutcome<WrittenFields>, DingTalkError> {
        let refuse = |why| not_sent(UPDATE, why);
        let userid = change
            .read
            .id
            .to_user_id()
            .map_err(|_| refuse(CallFault::UserId))?;
        let written = WrittenFields::of(Kind::Person, WriteMoment::Update, change.values);
        let mut body =
            shared_body(change.values, &written, change.orders, false).map_err(refuse)?;
        let mut mode = 1;
        if written.sent.contains(Field::Extension) {
            let merged = merged_custom_fields(change).map_err(refuse)?;
            mode = merged.mode;
            body.insert("extension".into(), json!(merged.text));
        }
        let all = if written.sent.contains(Field::Departments) {
            change.values
        } else {
            &change.read.values
        };
        let departments = limits::listed_departments(all, Field::Departments).map_err(refuse)?;
        body.extend(position_list(change.values, &written, &departments).map_err(refuse)?);
        if body.is_empty() {
            return Ok(CallOutcome::Done(written));
        }
        // Even without custom fields: an update that replaced them would have none to replace them with.
        body.insert("ext_attrs_update_mode".into(), json!(mode));
        body.insert("userid".into(), json!(userid.as_str()));
        let call = ApiCall::post(UPDATE, "/topapi/v2/user/update", Json::Object(body));
        Ok(match self.send_write::<IgnoredContent>(call).await? {
            CallOutcome::Done(IgnoredContent {}) => CallOutcome::Done(written),
            CallOutcome::Unknown => CallOutcome::Unknown,
        })
    }

    /// Deletes somebody from the company, as just read: who is administrator or boss is refused before anything is
    /// sent. They leave their attendance groups and appear as 已离职 in Smart HR, without a reason. Idempotent. Whoever is
    /// taken in again within 24 hours may have to accept an invitation.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for administrators and bosses,
    /// [`OutOfScope`](crate::DingTalkErrorKind::OutOfScope).
    pub async fn delete_person(
        &self,
        read: &Record,
    ) -> Result<CallOutcome<Deletion>, DingTalkError> {
        if read.protected {
            return Err(not_sent(DELETE, CallFault::Administrator));
        }
        let userid = read
            .id
            .to_user_id()
            .map_err(|_| not_sent(DELETE, CallFault::UserId))?;
        let body = json!({ "userid": userid.as_str() });
        self.send_deletion(ApiCall::post(DELETE, "/topapi/v2/user/delete", body))
            .await
    }
}

fn required(field: Field) -> CallFault {
    let kind = Kind::Person;
    CallFault::Required { kind, field }
}

fn invalid(field: Field) -> CallFault {
    let kind = Kind::Person;
    CallFault::Invalid { kind, field }
}

/// What a creation and an update spell alike.
fn shared_body(
    values: &FieldValues,
    written: &WrittenFields,
    orders: &BTreeMap<DeptId, i64>,
    creates: bool,
) -> Result<Map<String, Json>, CallFault> {
    let mut body = Map::new();
    for (field, name, limit) in limits::TEXT_FIELDS
        .into_iter()
        .filter(|(field, ..)| written.sent.contains(*field))
    {
        let text = values.text(field).unwrap_or_default();
        if text.chars().count() > limit {
            return Err(CallFault::TooLong { field, limit });
        }
        body.insert(name.to_owned(), json!(text));
    }
    if let Some(FieldValue::Flag(hidden)) = values.get(Field::HideMobile) {
        body.insert("hide_mobile".into(), json!(hidden));
    }
    if let Some(FieldValue::Day(day)) = values.get(Field::HiredOn) {
        let midnight = canonical::start_of_day(*day).ok_or(invalid(Field::HiredOn))?;
        body.insert("hired_date".into(), json!(midnight.millis()));
    }
    if written.sent.contains(Field::Departments) {
        let departments = limits::listed_departments(values, Field::Departments)?;
        body.insert(
            "dept_id_list".into(),
            json!(limits::joined_departments(&departments, creates)?),
        );
    }
    if written.sent.contains(Field::Manager) {
        let (name, value) = match limits::joined_people(values, Field::Manager)? {
            none if none.is_empty() => ("force_update_fields", "manager_userid".to_owned()),
            several if several.contains(',') => return Err(invalid(Field::Manager)),
            manager => ("manager_userid", manager),
        };
        body.insert(name.to_owned(), json!(value));
    }
    if !orders.is_empty() {
        let orders = orders
            .iter()
            .map(|(dept, order)| json!({ "dept_id": dept.0, "order": order }));
        body.insert("dept_order_list".into(), orders.collect());
    }
    Ok(body)
}

/// `dept_position_list`, which says of every department whether it is the main one.
fn position_list(
    values: &FieldValues,
    written: &WrittenFields,
    departments: &[DeptId],
) -> Result<Option<(String, Json)>, CallFault> {
    let Some(main) = limits::single_department(values, Field::MainDepartment)? else {
        return Ok(None);
    };
    if !written.sent.contains(Field::MainDepartment) {
        return Ok(None);
    }
    if !departments.contains(&main) {
        return Err(invalid(Field::MainDepartment));
    }
    let positions = departments
        .iter()
        .map(|id| json!({ "dept_id": id.0, "is_main": *id == main }));
    Ok(Some(("dept_position_list".to_owned(), positions.collect())))
}

fn merged_custom_fields(
    change: &PersonChange<'_>,
) -> Result<custom_fields::MergedFields, CallFault> {
    if !change.read.values.shown_fields().contains(Field::Extension) {
        return Err(CallFault::CustomFieldsUnread);
    }
    custom_fields::merge_changes(
        change.read.values.text(Field::Extension),
        change.values.text(Field::Extension),
    )
}
