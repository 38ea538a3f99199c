//! People with all values, page by page: what a file of the ledger is made of.

use directory::hash::{HashKey, hash_bytes};
use directory::{Field, FieldValue, Kind, NativeId};
use ehr::StoredRecord;

use crate::company_view::CompanyView;
use crate::desk::OrderContext;
use crate::error::OrderError;
use crate::ledger_edits::read_page;
use crate::paging::{Cursor, Page};
use crate::reply::Reply;
use crate::views::ExportRow;

impl OrderContext<'_> {
    /// The first page is in the journal; the cursor to a later one is sealed with the binding's key and the actor's name, so
    /// that no page can be read without the first.
    pub(crate) async fn export(&self, cursor: Option<&Cursor>) -> Result<Reply, OrderError> {
        let key = self.desk.hash_key(&self.binding.id).await?;
        let position = cursor
            .map(|cursor| self.open_cursor(&key, cursor))
            .transpose()?;
        let company = self.open_company().await?;
        let page = read_page(&company, Kind::Person, position.as_ref()).await?;
        let mut rows = Vec::new();
        for person in &page.rows {
            if self.scope.covers(&company.departments, person) {
                rows.push(export_row(&company, person).await?);
            }
        }
        let next = page.next.map(|position| self.seal_cursor(&key, &position));
        Ok(Reply::Export(Page { rows, next }))
    }

    fn seal_cursor(&self, key: &HashKey, position: &Cursor) -> Cursor {
        let position = position.as_str();
        Cursor(format!("{}.{position}", self.cursor_mark(key, position)))
    }

    fn open_cursor(&self, key: &HashKey, cursor: &Cursor) -> Result<Cursor, OrderError> {
        let (mark, position) = cursor
            .as_str()
            .split_once('.')
            .ok_or(OrderError::NoCursor)?;
        if mark == self.cursor_mark(key, position) {
            Ok(Cursor(position.to_owned()))
        } else {
            Err(OrderError::NoCursor)
        }
    }

    fn cursor_mark(&self, key: &HashKey, position: &str) -> String {
        let content = format!("{}\n{}\n{position}", self.binding.id, self.by);
        hash_bytes(key, "export cursor", content.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

async fn export_row(company: &CompanyView, person: &StoredRecord) -> Result<ExportRow, OrderError> {
    let values = &person.record.values;
    let text = |field| values.text(field).unwrap_or_default().to_owned();
    let manager = values
        .refs(Field::Manager)
        .next()
        .and_then(|id| NativeId::new(id).ok());
    let manager = match manager {
        Some(id) => company.entry(Kind::Person, &id).await?,
        None => None,
    };
    let departments = values.refs(Field::Departments);
    let mut paths: Vec<String> = departments
        .filter_map(|id| NativeId::new(id).ok())
        .map(|id| company.departments.department_path(&id))
        .collect();
    paths.sort();
    Ok(ExportRow {
        userid: userid(person),
        name: text(Field::Name),
        job_number: text(Field::JobNumber),
        mobile: text(Field::Mobile),
        email: text(Field::Email),
        title: text(Field::Title),
        departments: paths,
        manager: manager.as_ref().map(userid).unwrap_or_default(),
        hired_on: match values.get(Field::HiredOn) {
            Some(FieldValue::Day(day)) => day.to_string(),
            _ => String::new(),
        },
        status: if person.record.active {
            "active"
        } else {
            "left"
        }
        .to_owned(),
    })
}

fn userid(stored: &StoredRecord) -> String {
    let id = stored.dingtalk.as_ref();
    id.map(ToString::to_string).unwrap_or_default()
}
