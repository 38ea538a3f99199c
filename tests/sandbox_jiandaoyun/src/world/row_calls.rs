//! Calls about rows.

use serde_json::{Map, Value, json};

use super::calls::text;
use super::form::StoredRow;
use super::refusal::Refusal;
use super::stored_value::{Surroundings, store_value};
use super::{Transaction, World, filter};

/// How long a transaction is known.
const TRANSACTION_LIFE: i64 = 3_600_000;
const ROWS_MAX: usize = 100;

impl World {
    pub(crate) fn get_row(&self, body: &Value) -> Result<Value, Refusal> {
        let form = self.form(text(body, "app_id")?, text(body, "entry_id")?)?;
        let row = form.rows.get(text(body, "data_id")?).ok_or(Refusal(4001))?;
        Ok(json!({ "data": form.shown_row(row, &self.settings) }))
    }

    pub(crate) fn list_rows(&self, body: &Value) -> Result<Value, Refusal> {
        let form = self.form(text(body, "app_id")?, text(body, "entry_id")?)?;
        let limit = body
            .get("limit")
            .map_or(Some(10), Value::as_u64)
            .ok_or(Refusal::REQUEST)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if !(1..=ROWS_MAX).contains(&limit) {
            return Err(Refusal::REQUEST);
        }
        let after = body
            .get("data_id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut rows = Vec::new();
        for row in form.rows.values().filter(|row| row.id.as_str() > after) {
            let shown = form.shown_row(row, &self.settings);
            let passes = match body.get("filter") {
                None => true,
                Some(filter) => filter::passes(form, &shown, filter)?,
            };
            if passes {
                rows.push(shown);
            }
            if rows.len() == limit {
                break;
            }
        }
        Ok(json!({ "data": rows }))
    }

    pub(crate) fn create_row(&mut self, now: i64, body: &Value) -> Result<Value, Refusal> {
        let (app, entry) = (text(body, "app_id")?, text(body, "entry_id")?);
        let data = body.get("data").ok_or(Refusal::REQUEST)?;
        let id = self.write_row(now, (app, entry), None, data)?;
        self.shown(app, entry, &id)
    }

    pub(crate) fn batch_create(&mut self, now: i64, body: &Value) -> Result<Value, Refusal> {
        let (app, entry) = (text(body, "app_id")?, text(body, "entry_id")?);
        let list = body
            .get("data_list")
            .and_then(Value::as_array)
            .ok_or(Refusal::REQUEST)?;
        if list.len() > ROWS_MAX {
            return Err(Refusal(17023));
        }
        let transaction = body.get("transaction_id").and_then(Value::as_str);
        if transaction.is_some_and(|id| id.contains("${") || id.contains("$(")) {
            return Err(Refusal(17025));
        }
        let known = transaction
            .and_then(|id| self.transactions.get(id))
            .filter(|known| known.at + TRANSACTION_LIFE > now)
            .cloned();
        let mut ids = Vec::new();
        for (at, data) in list.iter().enumerate() {
            // The second run writes over the rows of the first.
            let first = known.as_ref().and_then(|known| known.ids.get(at));
            let first = first.filter(|id| {
                self.form(app, entry)
                    .is_ok_and(|form| form.rows.contains_key(*id))
            });
            ids.push(self.write_row(now, (app, entry), first.map(String::as_str), data)?);
        }
        if let Some(transaction) = transaction {
            let at = known.map_or(now, |known| known.at);
            let written = Transaction {
                at,
                ids: ids.clone(),
            };
            self.transactions.insert(transaction.to_owned(), written);
        }
        Ok(json!({ "status": "success", "success_count": ids.len(), "success_ids": ids }))
    }

    pub(crate) fn update_row(&mut self, now: i64, body: &Value) -> Result<Value, Refusal> {
        let (app, entry) = (text(body, "app_id")?, text(body, "entry_id")?);
        let id = text(body, "data_id")?;
        let data = body.get("data").ok_or(Refusal::REQUEST)?;
        if !self.form(app, entry)?.rows.contains_key(id) {
            return Err(Refusal(4001));
        }
        self.write_row(now, (app, entry), Some(id), data)?;
        self.shown(app, entry, id)
    }

    pub(crate) fn delete_row(&mut self, now: i64, body: &Value) -> Result<Value, Refusal> {
        let form = self.form_mut(text(body, "app_id")?, text(body, "entry_id")?)?;
        form.rows
            .remove(text(body, "data_id")?)
            .ok_or(Refusal(4001))?;
        form.data_modified = now;
        Ok(json!({ "status": "success" }))
    }

    fn shown(&self, app: &str, entry: &str, id: &str) -> Result<Value, Refusal> {
        let form = self.form(app, entry)?;
        let row = form.rows.get(id).ok_or(Refusal(4001))?;
        Ok(json!({ "data": form.shown_row(row, &self.settings) }))
    }

    /// Writes the fields of a row, a new one without an id. A field that is not written stays; one that the form does not
    /// have is ignored. All or nothing.
    pub(crate) fn write_row(
        &mut self,
        now: i64,
        (app, entry): (&str, &str),
        id: Option<&str>,
        data: &Value,
    ) -> Result<String, Refusal> {
        let data = data.as_object().ok_or(Refusal::REQUEST)?;
        let form = self.form(app, entry)?;
        let present = id.and_then(|id| form.rows.get(id));
        let mut values = present.map_or_else(Map::new, |row| row.values.clone());
        let around = Surroundings {
            world: self,
            settings: &self.settings,
        };
        for widget in &form.widgets {
            if let Some(wrapped) = data.get(&widget.name) {
                let before = values.get(&widget.widget_name).cloned();
                if let Some(value) = store_value(widget, wrapped, before.as_ref(), &around)? {
                    values.insert(widget.widget_name.clone(), value);
                }
            }
        }
        let created = present.map_or(now, |row| row.created);
        // Never the same stamp twice: a change is seen by it.
        let updated = present.map_or(now, |row| now.max(row.updated + 1));
        let id = id.map_or_else(|| self.new_row_id(), str::to_owned);
        let row = StoredRow {
            id: id.clone(),
            values,
            created,
            updated,
        };
        let form = self.form_mut(app, entry)?;
        form.rows.insert(id.clone(), row);
        form.data_modified = now.max(form.data_modified + 1);
        Ok(id)
    }

    fn new_row_id(&mut self) -> String {
        let id = format!("65f0{:020x}", self.next_row);
        self.next_row += 1;
        id
    }
}
