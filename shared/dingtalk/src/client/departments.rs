//! Reading departments (`dingtalk-api.md` §3.2).

use std::collections::BTreeSet;

use directory::{DeptId, Field, FieldValue, Kind, Record, canonical};
use serde::Deserialize;
use serde_json::json;

use super::call::ApiCall;
use super::config::Client;
use super::lenient_json::{LenientNumber, LenientText};
use crate::error::{DingTalkError, ReplyFault};

const LISTSUB: &str = "department/listsub";
const GET_DEPARTMENT: &str = "department/get";

#[derive(Deserialize)]
struct DepartmentAnswer<T> {
    result: T,
}

#[derive(Deserialize)]
struct WireDepartment {
    dept_id: LenientNumber,
    name: Option<LenientText>,
    parent_id: Option<LenientNumber>,
    order: Option<LenientNumber>,
    dept_manager_userid_list: Option<Vec<LenientText>>,
    source_identifier: Option<LenientText>,
}

impl Client {
    /// The direct children of a department; their name and parent are shown. Children with an id that the contact API
    /// refuses (negative ones) are left out and counted in the tally.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::Trouble::Malformed) for a child of another department, or
    /// the same child twice.
    pub async fn list_sub_departments(
        &self,
        department: DeptId,
    ) -> Result<Vec<Record>, DingTalkError> {
        let call = ApiCall::post(
            LISTSUB,
            "/topapi/v2/department/listsub",
            json!({ "dept_id": department.0 }),
        );
        let answer: DepartmentAnswer<Vec<WireDepartment>> = self.call_api(&call).await?;
        let (mut children, mut seen) = (Vec::with_capacity(answer.result.len()), BTreeSet::new());
        for child in answer.result {
            let id = DeptId(child.dept_id.0);
            if !id.is_ordinary() {
                self.0.log.count_dropped_department();
                continue;
            }
            if !seen.insert(id) {
                return Err(
                    self.malformed_answer(LISTSUB, ReplyFault::Contradiction("a department twice"))
                );
            }
            if child
                .parent_id
                .is_some_and(|parent| parent.0 != department.0)
            {
                return Err(self.malformed_answer(
                    LISTSUB,
                    ReplyFault::Contradiction("a child of another department"),
                ));
            }
            children.push(child.listed_record(department));
        }
        Ok(children)
    }

    /// One department: name, parent (empty for the root), order, heads and `source_identifier`.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotFound`](crate::Trouble::NotFound), [`OutOfScope`](crate::Trouble::OutOfScope),
    /// and [`Malformed`](crate::Trouble::Malformed) when the answer is about another department.
    pub async fn read_department(&self, department: DeptId) -> Result<Record, DingTalkError> {
        let call = ApiCall::post(
            GET_DEPARTMENT,
            "/topapi/v2/department/get",
            json!({ "dept_id": department.0 }),
        );
        let answer: DepartmentAnswer<WireDepartment> = self.call_api(&call).await?;
        if answer.result.dept_id.0 != department.0 {
            return Err(self.malformed_answer(
                GET_DEPARTMENT,
                ReplyFault::Contradiction("an answer about another department"),
            ));
        }
        if department != DeptId::ROOT && answer.result.parent_id.is_none() {
            return Err(self.malformed_answer(
                GET_DEPARTMENT,
                ReplyFault::Contradiction("a department without a parent"),
            ));
        }
        Ok(answer.result.full_record())
    }
}

impl WireDepartment {
    fn listed_record(&self, parent: DeptId) -> Record {
        let mut record = self.named_record();
        record.values.show_refs(Field::Parent, [parent.to_string()]);
        record
    }

    fn full_record(&self) -> Record {
        let mut record = self.named_record();
        record.values.show_refs(
            Field::Parent,
            self.parent_id.map(|parent| parent.0.to_string()),
        );
        record.values.show(
            Field::Order,
            self.order.map(|order| FieldValue::Number(order.0)),
        );
        let heads = self
            .dept_manager_userid_list
            .iter()
            .flatten()
            .filter_map(|head| canonical::normalize_text(&head.0));
        record.values.show_refs(Field::Heads, heads);
        let key = self
            .source_identifier
            .as_ref()
            .and_then(|key| canonical::normalize_text(&key.0));
        record.values.show_text(Field::SourceIdentifier, key);
        record
    }

    /// A department always has a name; where none came, it is hidden.
    fn named_record(&self) -> Record {
        let mut record = Record::new(Kind::Department, DeptId(self.dept_id.0).into());
        if let Some(name) = self
            .name
            .as_ref()
            .and_then(|name| canonical::normalize_text(&name.0))
        {
            record.values.show_text(Field::Name, Some(name));
        }
        record
    }
}
