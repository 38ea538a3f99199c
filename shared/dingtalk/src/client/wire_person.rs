//! A person as the contact API shows one, and the canonical record of it (`dingtalk-api.md` §3.3).

use directory::text::PersonalText;
use directory::{
    DeptId, Field, FieldSet, FieldValue, Kind, Record, Timestamp, UnionId, UserId, canonical,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::lenient_json::{LenientFlag, LenientNumber, LenientText};
use crate::error::ReplyFault;

/// Everybody has these: their absence is silence, never *empty*. (A 企业账号 may come without a mobile, and then it is not
/// known whether it has one.) Reading "in no department" out of it would take a person out of everything.
const NEVER_EMPTY: FieldSet = FieldSet::of_fields(&[
    Field::Name,
    Field::Mobile,
    Field::Departments,
    Field::HideMobile,
]);
/// Only `user/get` shows these.
const DEEP_FIELDS: FieldSet =
    FieldSet::of_fields(&[Field::MainDepartment, Field::Leads, Field::Manager]);

/// Which of the two interfaces a person was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadDepth {
    /// `user/list`.
    Listed,
    /// `user/get`.
    Read,
}

#[derive(Deserialize)]
pub(super) struct WirePerson {
    pub(super) userid: LenientText,
    unionid: Option<LenientText>,
    name: Option<LenientText>,
    state_code: Option<LenientText>,
    mobile: Option<LenientText>,
    hide_mobile: Option<LenientFlag>,
    telephone: Option<LenientText>,
    job_number: Option<LenientText>,
    title: Option<LenientText>,
    email: Option<LenientText>,
    org_email: Option<LenientText>,
    work_place: Option<LenientText>,
    remark: Option<LenientText>,
    extension: Option<LenientText>,
    hired_date: Option<LenientNumber>,
    dept_id_list: Option<Vec<LenientNumber>>,
    manager_userid: Option<LenientText>,
    leader_in_dept: Option<Vec<WireLead>>,
    dept_position_list: Option<Vec<WirePosition>>,
    pub(super) leader: Option<LenientFlag>,
    admin: Option<LenientFlag>,
    boss: Option<LenientFlag>,
}

#[derive(Deserialize)]
struct WireLead {
    dept_id: LenientNumber,
    leader: LenientFlag,
}

#[derive(Deserialize)]
struct WirePosition {
    dept_id: LenientNumber,
    is_main: Option<LenientFlag>,
}

impl WirePerson {
    /// The canonical record. A field that is absent is empty where `visible` has it, else hidden.
    pub(super) fn into_record(
        mut self,
        depth: ReadDepth,
        visible: FieldSet,
    ) -> Result<Record, ReplyFault> {
        let userid = std::mem::take(&mut self.userid.0);
        let userid = UserId::try_from(userid)
            .map_err(|_| ReplyFault::InvalidId("a userid that cannot be one"))?;
        let unionid = self
            .unionid
            .take()
            .filter(|id| !id.0.is_empty())
            .map(|id| UnionId::try_from(id.0))
            .transpose();
        let mut record = Record::new(Kind::Person, userid.into());
        record.unionid =
            unionid.map_err(|_| ReplyFault::InvalidId("a unionid that cannot be one"))?;
        record.protected = is_set(self.admin) || is_set(self.boss);
        for field in FieldSet::PERSON
            .iter()
            .filter(|field| depth == ReadDepth::Read || !DEEP_FIELDS.contains(*field))
        {
            let value = self.take_value(field);
            let may_be_empty =
                visible.contains(field) && !NEVER_EMPTY.contains(field) && !self.is_silent(field);
            if value.is_some() || may_be_empty {
                record.values.show(field, value);
            }
        }
        Ok(record)
    }

    /// The value of a field, which is taken out where it is a text.
    fn take_value(&mut self, field: Field) -> Option<FieldValue> {
        let text = match field {
            Field::Name => canonical::normalize_text(self.name.take()?.0),
            Field::Mobile => canonical::normalize_mobile(
                &self.mobile.take()?.0,
                self.state_code.as_ref().map(|code| code.0.as_str()),
            ),
            Field::Email => canonical::normalize_email(self.email.take()?.0),
            Field::OrgEmail => canonical::normalize_email(self.org_email.take()?.0),
            Field::Telephone => canonical::normalize_text(self.telephone.take()?.0),
            Field::JobNumber => canonical::normalize_text(self.job_number.take()?.0),
            Field::Title => canonical::normalize_text(self.title.take()?.0),
            Field::WorkPlace => canonical::normalize_text(self.work_place.take()?.0),
            Field::Remark => canonical::normalize_text(self.remark.take()?.0),
            Field::Extension => sorted_extension(self.extension.take()?.0),
            _ => return self.plain_value(field),
        };
        text.map(|text| FieldValue::Text(PersonalText::new(text)))
    }

    fn plain_value(&self, field: Field) -> Option<FieldValue> {
        match field {
            Field::HideMobile => self.hide_mobile.map(|flag| FieldValue::Flag(flag.0)),
            Field::HiredOn => {
                canonical::shanghai_day(Timestamp(self.hired_date?.0)).map(FieldValue::Day)
            }
            Field::Departments => departments_value(self.dept_id_list.iter().flatten().copied()),
            Field::Leads => departments_value(self.led_departments()),
            Field::MainDepartment => departments_value(self.main_department().into_iter()),
            Field::Manager => {
                let manager = canonical::normalize_text(&self.manager_userid.as_ref()?.0)?;
                Some(FieldValue::Refs([manager].into()))
            }
            _ => None,
        }
    }

    /// Whether the answer said nothing about the field, although it may be shown in principle.
    fn is_silent(&self, field: Field) -> bool {
        field == Field::MainDepartment && self.main_department().is_none()
    }

    fn led_departments(&self) -> impl Iterator<Item = LenientNumber> {
        self.leader_in_dept
            .iter()
            .flatten()
            .filter(|entry| entry.leader.0)
            .map(|entry| entry.dept_id)
    }

    fn main_department(&self) -> Option<LenientNumber> {
        let mut positions = self.dept_position_list.iter().flatten();
        positions
            .find(|position| is_set(position.is_main))
            .map(|position| position.dept_id)
    }
}

pub(super) fn is_set(flag: Option<LenientFlag>) -> bool {
    flag.is_some_and(|flag| flag.0)
}

/// Ids that the contact API refuses (school contacts) are left out.
fn departments_value(ids: impl Iterator<Item = LenientNumber>) -> Option<FieldValue> {
    let ids = ids
        .map(|id| DeptId(id.0))
        .filter(|id| id.is_ordinary())
        .map(|id| id.to_string())
        .collect();
    Some(FieldValue::Refs(ids))
        .filter(|value| !matches!(value, FieldValue::Refs(ids) if ids.is_empty()))
}

/// Custom fields: a JSON object with sorted keys; text that is none stays as it is; `{}` is nothing.
fn sorted_extension(raw: String) -> Option<String> {
    let Ok(json @ Json::Object(_)) = serde_json::from_str(&raw) else {
        return canonical::normalize_text(raw);
    };
    let mut sorted = String::with_capacity(raw.len());
    write_sorted(&json, &mut sorted);
    if sorted == "{}" {
        return None;
    }
    let text = canonical::normalize_text(sorted.as_str())?;
    // A key may stand elsewhere once it is composed; what is composed stays so, wherever it stands.
    if text == sorted {
        Some(text)
    } else {
        sorted_extension(text)
    }
}

/// JSON text with the keys of every object in order, whatever the map type is built with.
fn write_sorted(json: &Json, out: &mut String) {
    match json {
        Json::Object(fields) => {
            let mut entries: Vec<_> = fields.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_scalar(key, out);
                out.push(':');
                write_sorted(value, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_sorted(item, out);
            }
            out.push(']');
        }
        scalar => write_scalar(scalar, out),
    }
}

/// A text, a number, yes or no, or nothing: each has a JSON form.
fn write_scalar<T: Serialize + ?Sized>(scalar: &T, out: &mut String) {
    out.push_str(&serde_json::to_string(scalar).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = r#"{"userid":"zhangsan","unionid":"z21HjQliSzpw0YWCNxmii6u2Os62cZ62iSZ","name":"张三","avatar":"","state_code":"86","mobile":"18513027676","hide_mobile":false,"telephone":"010-86123456-2345","job_number":"4","title":"技术总监","email":"test@xxx.com","org_email":"test@corp.com","work_place":"未来park","remark":"备注","dept_id_list":[2,3,4],"dept_order":1,"extension":"{\"爱好\":\"旅游\",\"年龄\":\"24\"}","hired_date":1597573616828,"active":true,"admin":false,"boss":false,"leader":true,"exclusive_account":false}"#;
    const READ: &str = r#"{"userid":"zhangsan","unionid":"z21HjQliSzpw0YWxxxxx","name":"张三","state_code":"86","mobile":"18513027676","hide_mobile":false,"telephone":"","job_number":"4","title":"技术总监","email":"test@xxx.com","org_email":"test@corp.com","work_place":"未来park","remark":"","exclusive_account":false,"manager_userid":"manager240","dept_id_list":[2,3],"dept_order_list":[{"dept_id":2,"order":1},{"dept_id":3,"order":9}],"leader_in_dept":[{"dept_id":2,"leader":true},{"dept_id":3,"leader":false}],"role_list":[{"id":100,"name":"总监","group_name":"职务"}],"extension":"{\"爱好\":\"旅游\"}","hired_date":1597573616828,"active":true,"real_authed":true,"senior":false,"admin":true,"boss":false}"#;

    fn parse_record(json: &str, depth: ReadDepth, visible: FieldSet) -> Record {
        serde_json::from_str::<WirePerson>(json)
            .unwrap()
            .into_record(depth, visible)
            .unwrap()
    }

    #[test]
    fn a_list_row_shows_all_but_the_deep_fields() {
        let record = parse_record(LISTED, ReadDepth::Listed, FieldSet::PERSON);
        assert_eq!(
            record.values.shown_fields(),
            FieldSet::PERSON.without(DEEP_FIELDS)
        );
        assert_eq!(record.values.text(Field::Mobile), Some("+8618513027676"));
        assert_eq!(
            record.values.text(Field::Extension),
            Some(r#"{"年龄":"24","爱好":"旅游"}"#)
        );
        assert_eq!(
            record.values.refs(Field::Departments).collect::<Vec<_>>(),
            ["2", "3", "4"]
        );
        assert!(
            matches!(record.values.get(Field::HiredOn), Some(FieldValue::Day(day)) if day.to_string() == "2020-08-16")
        );
        assert!(!record.protected);
    }

    #[test]
    fn a_read_shows_leads_and_manager_and_hides_the_main_department_it_does_not_know() {
        let record = parse_record(READ, ReadDepth::Read, FieldSet::PERSON);
        assert_eq!(
            record.values.shown_fields(),
            FieldSet::PERSON.without(FieldSet::of_fields(&[Field::MainDepartment]))
        );
        assert_eq!(record.values.refs(Field::Leads).collect::<Vec<_>>(), ["2"]);
        assert_eq!(
            record.values.refs(Field::Manager).collect::<Vec<_>>(),
            ["manager240"]
        );
        assert_eq!(record.values.get(Field::Remark), None);
        assert!(record.values.shown_fields().contains(Field::Remark));
        assert!(record.protected);
    }

    #[test]
    fn the_main_department_is_where_a_position_says_so() {
        let json = r#"{"userid":"u","dept_position_list":[{"dept_id":2,"is_main":false},{"dept_id":"3","is_main":"true"}]}"#;
        let record = parse_record(json, ReadDepth::Read, FieldSet::PERSON);
        assert_eq!(
            record
                .values
                .refs(Field::MainDepartment)
                .collect::<Vec<_>>(),
            ["3"]
        );
    }

    #[test]
    fn an_absent_field_is_empty_if_its_permission_is_proven_and_hidden_otherwise() {
        let visible = FieldSet::of_fields(&[
            Field::Title,
            Field::Name,
            Field::Departments,
            Field::HideMobile,
            Field::Manager,
        ]);
        let record = parse_record(r#"{"userid":"u"}"#, ReadDepth::Listed, visible);
        assert_eq!(
            record.values.shown_fields(),
            FieldSet::of_fields(&[Field::Title])
        );
        assert_eq!(record.values.get(Field::Title), None);
    }

    #[test]
    fn a_field_that_came_is_shown_even_without_proven_permission() {
        let record = parse_record(
            r#"{"userid":"u","mobile":"13800000001","email":""}"#,
            ReadDepth::Listed,
            FieldSet::NONE,
        );
        assert_eq!(
            record.values.shown_fields(),
            FieldSet::of_fields(&[Field::Mobile])
        );
    }

    #[test]
    fn ids_that_cannot_be_one_are_refused_and_school_departments_left_out() {
        let person: WirePerson = serde_json::from_str(r#"{"userid":"a#b"}"#).unwrap();
        assert_eq!(
            person.into_record(ReadDepth::Listed, FieldSet::NONE),
            Err(ReplyFault::InvalidId("a userid that cannot be one"))
        );
        let record = parse_record(
            r#"{"userid":"u","dept_id_list":[-7,"5"]}"#,
            ReadDepth::Listed,
            FieldSet::NONE,
        );
        assert_eq!(
            record.values.refs(Field::Departments).collect::<Vec<_>>(),
            ["5"]
        );
    }

    #[test]
    fn custom_fields_are_sorted_on_every_level() {
        assert_eq!(
            sorted_extension(r#"{"b":{"d":1,"c":[{"f":2,"e":null}]},"a":"x"}"#.to_owned()).unwrap(),
            r#"{"a":"x","b":{"c":[{"e":null,"f":2}],"d":1}}"#
        );
        assert_eq!(sorted_extension("{}".to_owned()), None);
        assert_eq!(
            sorted_extension("{\"e\u{301}\":1,\"f\":2}".to_owned()).as_deref(),
            Some("{\"f\":2,\"\u{e9}\":1}"),
            "sorted as it is composed"
        );
        assert_eq!(
            sorted_extension(" free text ".to_owned()).as_deref(),
            Some("free text")
        );
    }
}
