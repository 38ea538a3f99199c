//! What people do in 简道云's own pages. Edits of one row are pushed, imports and edits of many rows are not.

use serde_json::{Map, Value, json};

use super::World;
use super::form::{Form, Widget};

impl World {
    /// Adds an app with a form.
    pub fn add_form(&mut self, app: &str, entry: &str, name: &str, widgets: Vec<Widget>) {
        let form = Form {
            app_id: app.to_owned(),
            entry_id: entry.to_owned(),
            name: name.to_owned(),
            widgets,
            rows: std::collections::BTreeMap::new(),
            data_modified: 0,
        };
        let app = self.apps.entry(app.to_owned()).or_default();
        "人事".clone_into(&mut app.name);
        app.forms.insert(entry.to_owned(), form);
    }

    /// Adds a department and returns its number.
    pub fn add_department(&mut self, name: &str, parent: i64) -> i64 {
        let number = self.next_department;
        self.next_department += 1;
        let department = super::form::Department {
            number,
            name: name.to_owned(),
            parent,
            order: number,
        };
        self.departments.insert(number, department);
        number
    }

    /// Somebody fills the form in: a new row. Values are bare, as a read shows them.
    pub fn add_row(&mut self, now: i64, form: (&str, &str), values: &Value) -> String {
        let id = self.put_row(now, form, None, values);
        self.tell_row(now, "data_create", form, &id);
        id
    }

    /// Somebody edits one row.
    pub fn edit_row(&mut self, now: i64, form: (&str, &str), id: &str, values: &Value) {
        self.put_row(now, form, Some(id), values);
        self.tell_row(now, "data_update", form, id);
    }

    /// An import from a sheet: nothing is pushed.
    pub fn import_row(&mut self, now: i64, form: (&str, &str), values: &Value) -> String {
        self.put_row(now, form, None, values)
    }

    /// An edit of many rows at once: nothing is pushed.
    pub fn edit_rows(&mut self, now: i64, form: (&str, &str), ids: &[&str], values: &Value) {
        for id in ids {
            self.put_row(now, form, Some(id), values);
        }
    }

    /// Somebody deletes a row.
    pub fn remove_row(&mut self, now: i64, form: (&str, &str), id: &str) {
        if let Ok(found) = self.form_mut(form.0, form.1) {
            found.rows.remove(id);
            found.data_modified = now.max(found.data_modified + 1);
        }
        let gone = json!({ "_id": id, "appId": form.0, "entryId": form.1 });
        self.tell(now, "data_remove", &gone);
    }

    /// Somebody changes the form's fields.
    pub fn edit_form(&mut self, now: i64, form: (&str, &str), edit: impl FnOnce(&mut Vec<Widget>)) {
        let Ok(found) = self.form_mut(form.0, form.1) else {
            return;
        };
        edit(&mut found.widgets);
        let changed = json!({ "appId": form.0, "entryId": form.1, "name": found.name });
        self.tell(now, "form_update", &changed);
    }

    fn put_row(
        &mut self,
        now: i64,
        form: (&str, &str),
        id: Option<&str>,
        values: &Value,
    ) -> String {
        let id = match id {
            Some(id) => id.to_owned(),
            None => self
                .write_row(now, form, None, &json!({}))
                .unwrap_or_default(),
        };
        let Ok(found) = self.form_mut(form.0, form.1) else {
            return id;
        };
        let empty = Map::new();
        let mut stored = Vec::new();
        for (name, value) in values.as_object().unwrap_or(&empty) {
            if let Some(widget) = found.widget(name) {
                stored.push((widget.widget_name.clone(), value.clone()));
            }
        }
        if let Some(row) = found.rows.get_mut(&id) {
            row.values.extend(stored);
            row.updated = now.max(row.updated + 1);
        }
        found.data_modified = now.max(found.data_modified + 1);
        id
    }

    fn tell_row(&mut self, now: i64, operation: &str, form: (&str, &str), id: &str) {
        let Ok(found) = self.form(form.0, form.1) else {
            return;
        };
        if let Some(row) = found.rows.get(id) {
            let shown = found.shown_row(row, &self.settings);
            self.tell(now, operation, &shown);
        }
    }
}
