//! The roster of 智能人事, in both generations.

use std::collections::BTreeSet;

use directory::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::params::CallParams;
use super::reply::ApiError;
use super::settings::RosterIds;
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
        now: Timestamp,
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
        Ok(json!({"result": self.roster_rows(now, &people, &fields, &NEW_SPELLING)}))
    }

    /// `POST /topapi/smartwork/hrm/employee/v2/list`.
    pub(super) fn query_legacy_roster(
        &mut self,
        now: Timestamp,
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
        Ok(
            json!({"success": true, "result": self.roster_rows(now, &people, &fields, &OLD_SPELLING)}),
        )
    }

    fn check_roster_call(&self, agent: i64, people: &[String], fields: &[String]) -> Option<()> {
        let fits = (1..=PER_CALL_MAX).contains(&people.len()) && fields.len() <= PER_CALL_MAX;
        (fits && agent == self.company.credentials.agent_id).then_some(())
    }

    /// Returns the rows of the requested people that the roster knows. It returns all fields if the
    /// request names none.
    fn roster_rows(
        &self,
        now: Timestamp,
        people: &[String],
        wanted: &[String],
        spelling: &RosterSpelling,
    ) -> Vec<Value> {
        let people: BTreeSet<&String> = people.iter().collect();
        let known = people
            .into_iter()
            .filter_map(|userid| self.roster_person(now, userid));
        let row = |person: &Person| {
            let fields = self.roster_fields(person).into_iter();
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

    fn roster_person(&self, now: Timestamp, userid: &str) -> Option<&Person> {
        if self.settings.roster_missing.contains(userid) {
            return None;
        }
        if let Some(before) = self.lagging_roster_person(now, userid) {
            return before;
        }
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

    /// `POST /topapi/smartwork/hrm/roster/meta/get`.
    pub(super) fn roster_layout(
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
        if params.need_int("agentid")? != self.company.credentials.agent_id {
            return Err(ApiError::from_code(40035));
        }
        let fields = PLAIN_FIELDS.iter().chain(if self.settings.roster_deep {
            DEEP_FIELDS.iter()
        } else {
            [].iter()
        });
        let groups: Vec<Value> = ["sys00", "sys01"]
            .iter()
            .map(|group| {
                let fields = fields.clone().filter(|(code, _)| code.starts_with(group));
                let fields: Vec<Value> = fields
                    .map(|(code, name)| json!({"field_code": code, "field_name": name, "derived": false}))
                    .collect();
                json!({"group_id": group, "group_name": group, "detail": false, "field_meta_info_list": fields})
            })
            .collect();
        Ok(json!({"success": true, "result": groups}))
    }

    /// Returns code, name, value and label of the fields that the sandbox stores. Of a field that is empty there is no row.
    fn roster_fields(&self, person: &Person) -> Vec<(&'static str, &'static str, String, String)> {
        let mut fields = plain_fields(person).to_vec();
        if self.settings.roster_deep {
            fields.extend(self.deep_fields(person));
        }
        fields
    }

    fn deep_fields(&self, person: &Person) -> Vec<(&'static str, &'static str, String, String)> {
        let lie = self.settings.roster_lies.get(&person.userid);
        let manager = lie.or(person.manager_userid.as_ref());
        let name_of = |userid: &String| {
            self.company
                .people
                .get(userid)
                .map(|person| person.name.clone())
        };
        let department = |id: i64| self.company.departments.get(&id).map(|it| it.name.clone());
        let ids: Vec<String> = person
            .departments
            .iter()
            .map(|it| it.dept_id.to_string())
            .collect();
        let [manager_id, manager_name, main, all] = DEEP_FIELDS;
        let mut fields = Vec::new();
        if let Some(manager) = manager {
            let name = name_of(manager).unwrap_or_default();
            let (value, label) = self.id_parts(manager.clone(), name.clone());
            fields.push((manager_id.0, manager_id.1, value, label));
            fields.push((manager_name.0, manager_name.1, name.clone(), name));
        }
        if let Some(id) = person.main_department {
            let (value, label) = self.id_parts(id.to_string(), department(id).unwrap_or_default());
            fields.push((main.0, main.1, value, label));
        }
        let names = person
            .departments
            .iter()
            .filter_map(|it| department(it.dept_id));
        let (value, label) = self.id_parts(ids.join("|"), names.collect::<Vec<_>>().join("|"));
        fields.push((all.0, all.1, value, label));
        fields
    }

    fn id_parts(&self, id: String, name: String) -> (String, String) {
        match self.settings.roster_ids {
            RosterIds::Value => (id, name),
            RosterIds::Label => (name, id),
            RosterIds::Both => (id.clone(), id),
        }
    }
}

/// Code and name of what DingTalk documents.
const PLAIN_FIELDS: [(&str, &str); 3] = [
    ("sys00-name", "姓名"),
    ("sys01-employeeType", "员工类型"),
    ("sys01-employeeStatus", "员工状态"),
];

/// Code and name of what public integrations read besides: direct manager's id and name, main department, departments.
const DEEP_FIELDS: [(&str, &str); 4] = [
    ("sys00-reportManagerId", "直属主管id"),
    ("sys00-reportManager", "直属主管"),
    ("sys00-mainDeptId", "主部门id"),
    ("sys00-deptIds", "部门id列表"),
];

fn plain_fields(person: &Person) -> [(&'static str, &'static str, String, String); 3] {
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
