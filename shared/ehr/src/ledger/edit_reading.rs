//! What an edit is decided against: the departments, and of people those whom it touches.

use std::collections::BTreeSet;

use directory::effective_dates::DatedChange;
use directory::{Field, FieldValues, Kind, NativeId, Record};

use super::edit::{EditAction, LedgerEdit};
use super::entry_body::EntryBody;
use super::leadership::LedgerEntries;
use super::reading::FOUND_MAX;
use super::values::check_values;
use super::{Ledger, store_unavailable};
use crate::connector::{EhrError, StoredRecord};

/// People per page while those in a department that is to be closed are looked for.
const MEMBERS_PAGE: usize = 200;

impl Ledger {
    /// What an edit is decided against: every department, the entry itself, the people whom it names, the heads whose
    /// leads change with it, and the people who have the same numbers. Only closing a department reads all people, page by
    /// page, and keeps those who are in it.
    pub(super) async fn read_entries_for(
        &self,
        edit: &LedgerEdit,
    ) -> Result<LedgerEntries, EhrError> {
        let mut entries = self.department_entries().await?;
        let key = (edit.kind, edit.id.clone());
        self.reread_entry(&mut entries, &key).await?;
        let named = people_of_edit(&entries, edit);
        for id in &named {
            self.reread_entry(&mut entries, &(Kind::Person, id.clone()))
                .await?;
        }
        if edit.kind == Kind::Person {
            self.read_number_holders(&mut entries, edit).await?;
        } else if edit.what == EditAction::Leave {
            self.read_members(&mut entries, &edit.id).await?;
        }
        Ok(entries)
    }

    /// People who have a job number or a mobile that the edited person has or gets.
    async fn read_number_holders(
        &self,
        entries: &mut LedgerEntries,
        edit: &LedgerEdit,
    ) -> Result<(), EhrError> {
        let mut body = entries
            .body(&(Kind::Person, edit.id.clone()))
            .cloned()
            .unwrap_or_else(|| EntryBody::new(Record::new(Kind::Person, edit.id.clone())));
        // What the ledger would refuse has no holder to be compared with.
        let edited = edit
            .values()
            .map(|values| check_values(Kind::Person, values));
        if let Some(Ok(values)) = edited {
            let on = self.today;
            body.schedule.changes.push(DatedChange { on, values });
        }
        for key in self.lookup_keys(&body) {
            let ids = self
                .store
                .find_entries(&self.corp, Kind::Person, &key, FOUND_MAX)
                .await
                .map_err(store_unavailable)?;
            for id in ids.iter().filter_map(|id| NativeId::new(id).ok()) {
                self.reread_entry(entries, &(Kind::Person, id)).await?;
            }
        }
        Ok(())
    }

    async fn read_members(
        &self,
        entries: &mut LedgerEntries,
        department: &NativeId,
    ) -> Result<(), EhrError> {
        let mut after = None;
        loop {
            let page = self
                .list_page(Kind::Person, after.as_deref(), MEMBERS_PAGE)
                .await?;
            let is_in = |stored: &&StoredRecord| {
                let mut departments = stored.record.values.refs(Field::Departments);
                departments.any(|id| id == department.as_str())
            };
            let members: Vec<NativeId> = page
                .records
                .iter()
                .filter(is_in)
                .map(|stored| stored.record.id.clone())
                .collect();
            for id in members {
                self.reread_entry(entries, &(Kind::Person, id)).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// The people whom an edit or the edited entry names, and the heads of departments whose heads change on a day.
fn people_of_edit(entries: &LedgerEntries, edit: &LedgerEdit) -> BTreeSet<NativeId> {
    let is_touched = |kind: Kind, id: &NativeId, body: &EntryBody| {
        let is_edited = (kind, id) == (edit.kind, &edit.id);
        let changes_ahead = kind == Kind::Department && !body.schedule.changes.is_empty();
        is_edited || changes_ahead
    };
    let touched = entries
        .0
        .iter()
        .filter(|((kind, id), (_, body))| is_touched(*kind, id, body))
        .flat_map(|(_, (_, body))| all_values(body));
    edit.values()
        .into_iter()
        .chain(touched)
        .flat_map(people_named)
        .filter_map(|id| NativeId::new(id).ok())
        .collect()
}

/// What an entry says, and what is dated ahead for it.
fn all_values(body: &EntryBody) -> impl Iterator<Item = &FieldValues> {
    let ahead = body.schedule.changes.iter().map(|change| &change.values);
    ahead.chain([&body.record.values])
}

fn people_named(values: &FieldValues) -> impl Iterator<Item = &str> {
    values.refs(Field::Manager).chain(values.refs(Field::Heads))
}
