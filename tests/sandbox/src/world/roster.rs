//! The roster of 智能人事, in both generations.

use std::collections::BTreeSet;

use directory::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::params::CallParams;
use super::reply::ApiError;
use crate::company::Person;

/// Largest number of people, and of fields, in one call.
const PER_CALL_MAX: usize = 100;

/// 员工类型 by number.
const EMPLOYEE_TYPES: [&str; 7] = [
    "无类型",
    "全职",
    "兼职",
    "实习",
    "劳务派遣",
    "退休返聘",
    "劳务外包",
];

/// Names of a row's keys in one generation: the person and its fields; a field's code, name, group
/// and values; a value's index.
struct RosterSpelling {
    corp: &'static str,
    user: &'static str,
    fields: &'static str,
    field: [&'static str; 4],
    index: &'static str,
}

const NEW_SPELLING: RosterSpelling = RosterSpelling {
    corp: "corpId",
    user: "userId",
    fields: "fieldDataList",
    field: ["fieldCode", "fieldName", "groupId", "fieldValueList"],
    index: "itemIndex",
};

const OLD_SPELLING: RosterSpelling = RosterSpelling {
    corp: "corp_id",
    user: "userid",
    fields: "field_data_list",
    field: ["field_code", "field_name", "group_id", "field_value_list"],
    index: "item_index",
};

impl World {
    /// `POST /v1.0/hrm/rosters/lists/query`.
    pub(super) fn query_roster(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let refused = || ApiError::new(400, "invalidParameter", "参数错误");
        if !self.settings.smart_hr_open {
            return Err(ApiError::new(400, "corpNotOpenHrm", "企业未开通智能人事"));
        }
        let agent = params.need_int("appAgentId").map_err(|_| refused())?;
        let (people, fields) = (params.list("userIdList"), params.list("fieldFilterList"));
        self.check_roster_call(agent, &people, &fields)
            .ok_or_else(refused)?;
        Ok(json!({"result": self.roster_rows(&people, &fields, &NEW_SPELLING)}))
    }

    /// `POST /topapi/smartwork/hrm/employee/v2/list`.
    pub(super) fn query_legacy_roster(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        if !self.settings.smart_hr_open {
            return Err(ApiError::gateway_error(
                "corpNotOpenHrm",
                "企业未开通智能人事",
            ));
        }
        let (people, fields) = (params.list("userid_list"), params.list("field_filter_list"));
        self.check_roster_call(params.need_int("agentid")?, &people, &fields)
            .ok_or_else(|| ApiError::from_code(40035))?;
        Ok(json!({"success": true, "result": self.roster_rows(&people, &fields, &OLD_SPELLING)}))
    }

    fn check_roster_call(&self, agent: i64, people: &[String], fields: &[String]) -> Option<()> {
        let fits = (1..=PER_CALL_MAX).contains(&people.len()) && fields.len() <= PER_CALL_MAX;
        (fits && agent == self.company.credentials.agent_id).then_some(())
    }

    /// Returns the rows of the requested people that the roster knows. It returns all fields if the
    /// request names none.
    fn roster_rows(
        &self,
        people: &[String],
        wanted: &[String],
        spelling: &RosterSpelling,
    ) -> Vec<Value> {
        let people: BTreeSet<&String> = people.iter().collect();
        let known = people
            .into_iter()
            .filter_map(|userid| self.roster_person(userid));
        let row = |person: &Person| {
            let fields = roster_fields(person).into_iter();
            let fields = fields.filter(|(code, ..)| {
                wanted.is_empty() || wanted.iter().any(|wanted| wanted == code)
            });
            let fields: Vec<Value> = fields
                .map(|(code, name, value, label)| {
                    let [field_code, field_name, group, values] = spelling.field;
                    let group_id = code.split('-').next();
                    json!({field_code: code, field_name: name, group: group_id,
                        values: [{spelling.index: 0, "value": value, "label": label}]})
                })
                .collect();
            json!({spelling.corp: self.company.credentials.corp_id, spelling.user: person.userid, spelling.fields: fields})
        };
        known.map(row).collect()
    }

    fn roster_person(&self, userid: &str) -> Option<&Person> {
        let left = || {
            self.company
                .left
                .get(userid)
                .filter(|_| self.settings.roster_keeps_leavers)
        };
        self.company
            .people
            .get(userid)
            .or_else(|| left().map(|leaver| &leaver.person))
    }
}

/// Returns code, name, value and label of the fields that the sandbox stores.
fn roster_fields(person: &Person) -> [(&'static str, &'static str, String, String); 3] {
    let label = EMPLOYEE_TYPES
        .get(usize::from(person.employee_type))
        .copied()
        .unwrap_or("自定义");
    let status = match person.status {
        2 => "试用",
        3 => "正式",
        5 => "待离职",
        _ => "无状态",
    };
    [
        (
            "sys00-name",
            "姓名",
            person.name.clone(),
            person.name.clone(),
        ),
        (
            "sys01-employeeType",
            "员工类型",
            person.employee_type.to_string(),
            label.to_owned(),
        ),
        (
            "sys01-employeeStatus",
            "员工状态",
            person.status.to_string(),
            status.to_owned(),
        ),
    ]
}
