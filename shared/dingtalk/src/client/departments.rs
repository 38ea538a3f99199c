//! Reading departments.

use std::collections::BTreeSet;

use directory::text::PersonalText;
use directory::{DeptId, Field, FieldValue, Kind, Record, canonical};
use serde_json::json;
use serde_json::value::RawValue;

use super::call::ApiCall;
use super::config::Client;
use super::lenient::{RawObject, RawRows, Reading, Row, read_number, read_text};
use super::wire_person::UnreadableRow;
use crate::error::{DingTalkError, DingTalkErrorKind, ReplyFault};

const LISTSUB: &str = "department/listsub";
const GET_DEPARTMENT: &str = "department/get";

/// The direct children of a department.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubDepartments {
    /// Each once; name and parent are shown, unless they could not be read.
    pub rows: Vec<Record>,
    /// What could not be read of them, of which.
    pub unreadable: Vec<UnreadableRow>,
    /// Rows of nobody knows which department: no id could be read in them. The list is not all of them, then.
    pub nameless: usize,
    /// Children that say that they belong to another department: where they are is not known.
    pub misplaced: Vec<DeptId>,
}

impl Client {
    /// The direct children of a department; their name and parent are shown. Children with an id that the contact API
    /// refuses (negative ones) are left out and counted in the tally. A row with a field that cannot be read spoils no other.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn list_sub_departments(
        &self,
        department: DeptId,
    ) -> Result<SubDepartments, DingTalkError> {
        let call = ApiCall::post(
            LISTSUB,
            "/topapi/v2/department/listsub",
            json!({ "dept_id": department.0 }),
        );
        let answer: RawRows = self.call_for_result(&call).await?;
        let (mut children, mut seen) = (SubDepartments::default(), BTreeSet::new());
        for raw in &answer.0 {
            let Some(child) = DepartmentRow::parse(raw) else {
                children.nameless += 1;
                continue;
            };
            if !child.id.is_ordinary() {
                self.0.log.count_dropped_department();
            } else if seen.insert(child.id) {
                children.add(child, department);
            } else {
                children.add_twice(child.id);
            }
        }
        Ok(children)
    }

    /// One department: name, parent (empty for the root), order, heads and `source_identifier`.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotFound`](crate::DingTalkErrorKind::NotFound), [`OutOfScope`](crate::DingTalkErrorKind::OutOfScope),
    /// and [`Malformed`](crate::DingTalkErrorKind::Malformed) when the answer is about another department.
    pub async fn read_department(&self, department: DeptId) -> Result<Record, DingTalkError> {
        let call = ApiCall::post(
            GET_DEPARTMENT,
            "/topapi/v2/department/get",
            json!({ "dept_id": department.0 }),
        );
        let answer: RawObject = self.call_for_result(&call).await?;
        let row = DepartmentRow::parse(answer.as_raw())
            .ok_or(ReplyFault::InvalidId("a department without an id"))
            .map_err(|what| self.malformed_answer(GET_DEPARTMENT, what))?;
        if row.id != department {
            return Err(self.malformed_answer(
                GET_DEPARTMENT,
                ReplyFault::Contradiction("an answer about another department"),
            ));
        }
        let (record, odd) = row
            .into_full_record()
            .map_err(|what| self.malformed_answer(GET_DEPARTMENT, what))?;
        self.0.log.count_odd_row(odd.as_ref());
        Ok(record)
    }
}

impl SubDepartments {
    /// The children, where the list is all of them.
    ///
    /// # Errors
    /// [`Malformed`](DingTalkErrorKind::Malformed) where a row's id could not be read.
    pub fn into_all_rows(self) -> Result<Vec<Record>, DingTalkError> {
        if self.nameless > 0 {
            let what = ReplyFault::InvalidId("a department without an id");
            return Err(DingTalkError::new(
                LISTSUB,
                DingTalkErrorKind::Malformed { what },
            ));
        }
        Ok(self.rows)
    }

    fn add(&mut self, child: DepartmentRow<'_>, parent: DeptId) {
        let id = child.id;
        let (record, odd, elsewhere) = child.into_listed_record(parent);
        if elsewhere {
            self.misplaced.push(id);
        }
        self.unreadable.extend(odd);
        self.rows.push(record);
    }

    /// The second row of one department: the first one counts, and it is said.
    fn add_twice(&mut self, id: DeptId) {
        let twice = vec!["named twice"];
        self.unreadable.extend(UnreadableRow::of(
            Kind::Department,
            &id.into(),
            twice,
            Vec::new(),
        ));
    }
}

/// A department as one answer shows it.
struct DepartmentRow<'a> {
    id: DeptId,
    row: Row<'a>,
}

impl<'a> DepartmentRow<'a> {
    /// `None` where it is no object or has no id.
    fn parse(raw: &'a RawValue) -> Option<Self> {
        let mut row = Row::parse(raw)?;
        let id = row
            .read(&["dept_id", "deptId", "id"], read_number)
            .into_option()?;
        Some(Self {
            id: DeptId(id),
            row,
        })
    }

    /// As a child in the list of this parent; the flag says whether it names another one. Which parent was asked for is
    /// known, whatever the row says.
    fn into_listed_record(mut self, asked: DeptId) -> (Record, Option<UnreadableRow>, bool) {
        let mut record = self.named_record();
        let elsewhere = match self.row.number("parent_id") {
            Reading::Read(parent) => parent != asked.0,
            Reading::Absent | Reading::Unreadable => false,
        };
        if elsewhere {
            self.row.mark_unreadable("parent_id");
        } else {
            record.values.show_refs(Field::Parent, [asked.to_string()]);
        }
        let odd = self.into_odd();
        (record, odd, elsewhere)
    }

    fn into_full_record(mut self) -> Result<(Record, Option<UnreadableRow>), ReplyFault> {
        let mut record = self.named_record();
        match self.row.number("parent_id") {
            Reading::Read(parent) => record.values.show_refs(Field::Parent, [parent.to_string()]),
            Reading::Absent if self.id == DeptId::ROOT => {
                record.values.show_refs(Field::Parent, []);
            }
            Reading::Absent => return Err(ReplyFault::WrongType),
            Reading::Unreadable => {}
        }
        let order = self.row.number("order");
        show_reading(&mut record, Field::Order, order, |order| {
            Some(FieldValue::Number(order))
        });
        let heads = self.row.list("dept_manager_userid_list", read_text);
        show_reading(&mut record, Field::Heads, heads, |heads| {
            let heads = heads.into_iter().filter_map(canonical::normalize_text);
            Some(FieldValue::Refs(heads.collect()))
        });
        let key = self.row.text("source_identifier");
        show_reading(&mut record, Field::SourceIdentifier, key, |key| {
            canonical::normalize_text(key).map(|key| FieldValue::Text(PersonalText::new(key)))
        });
        Ok((record, self.into_odd()))
    }

    /// A department always has a name; where none came, it is hidden.
    fn named_record(&mut self) -> Record {
        let mut record = Record::new(Kind::Department, self.id.into());
        let name = self.row.text("name").into_option();
        if let Some(name) = name.and_then(canonical::normalize_text) {
            record.values.show_text(Field::Name, Some(name));
        }
        record
    }

    fn into_odd(self) -> Option<UnreadableRow> {
        let fields = self.row.into_unreadable();
        UnreadableRow::of(Kind::Department, &self.id.into(), fields, Vec::new())
    }
}

/// Shows a field: absent is empty, unreadable hidden.
fn show_reading<T>(
    record: &mut Record,
    field: Field,
    reading: Reading<T>,
    value: impl FnOnce(T) -> Option<FieldValue>,
) {
    match reading {
        Reading::Read(read) => record.values.show(field, value(read)),
        Reading::Absent => record.values.show(field, None),
        Reading::Unreadable => {}
    }
}
