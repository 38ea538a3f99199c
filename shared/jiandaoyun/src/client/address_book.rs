//! The address book: departments.

use serde_json::{Map, Value, json};

use super::Client;
use super::interface::{
    DEPARTMENT_CREATE, DEPARTMENT_DELETE, DEPARTMENT_LIST, DEPARTMENT_UPDATE, Interface,
};
use super::send::malformed;
use crate::error::JiandaoyunError;
use crate::wire::AddressBookDepartment;
use crate::wire::department::{DepartmentBody, DepartmentsBody};

/// The number of the root, which its own list does not contain.
pub(crate) const ROOT: i64 = 1;

/// What a write of a department sets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenDepartment {
    /// Its name; needed for a new one.
    pub name: Option<String>,
    /// The department above it.
    pub parent_no: Option<i64>,
    /// Sort order.
    pub seq: Option<i64>,
}

impl WrittenDepartment {
    fn to_json(&self) -> Map<String, Value> {
        let mut body = Map::new();
        let fields = [
            ("name", self.name.as_ref().map(|name| json!(name))),
            ("parent_no", self.parent_no.map(|number| json!(number))),
            ("seq", self.seq.map(|number| json!(number))),
        ];
        body.extend(
            fields
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
        body
    }
}

/// The departments, and how many entries of the list could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DepartmentList {
    /// Those that could be read.
    pub departments: Vec<AddressBookDepartment>,
    /// How many could not.
    pub unreadable: usize,
}

impl Client {
    /// Every department but the root, in one call: the interface has no pages.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn list_departments(&self) -> Result<DepartmentList, JiandaoyunError> {
        let body = json!({ "dept_no": ROOT, "has_child": true });
        let answer: DepartmentsBody = self.call(DEPARTMENT_LIST, &body).await?;
        let rows = &answer.departments;
        let departments: Vec<_> = rows
            .iter()
            .filter_map(|raw| AddressBookDepartment::parse(raw))
            .collect();
        Ok(DepartmentList {
            unreadable: rows.len() - departments.len(),
            departments,
        })
    }

    /// Makes a department. A repetition makes another one, or is refused because of the name.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn create_department(
        &self,
        written: &WrittenDepartment,
    ) -> Result<AddressBookDepartment, JiandaoyunError> {
        self.write_department(DEPARTMENT_CREATE, written.to_json())
            .await
    }

    /// Changes a department.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn update_department(
        &self,
        dept_no: i64,
        written: &WrittenDepartment,
    ) -> Result<AddressBookDepartment, JiandaoyunError> {
        let mut body = written.to_json();
        body.insert("dept_no".to_owned(), json!(dept_no));
        self.write_department(DEPARTMENT_UPDATE, body).await
    }

    /// Deletes a department, which has to be empty.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn delete_department(&self, dept_no: i64) -> Result<(), JiandaoyunError> {
        let body = json!({ "dept_no": dept_no });
        self.call_raw(DEPARTMENT_DELETE, &body).await.map(|_| ())
    }

    async fn write_department(
        &self,
        interface: Interface,
        body: Map<String, Value>,
    ) -> Result<AddressBookDepartment, JiandaoyunError> {
        let answer: DepartmentBody = self.call(interface, &Value::Object(body)).await?;
        AddressBookDepartment::parse(&answer.department)
            .ok_or_else(|| malformed(interface, "a department without a number"))
    }
}
