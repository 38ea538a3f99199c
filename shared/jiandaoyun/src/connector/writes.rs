//! Changes of people: which fields of the row are set, and the guard before.

use std::collections::BTreeSet;

use directory::{Field, FieldValue, NativeId, Reason, ReasonCode, WriteAction};
use ehr::{AlternateKey, EhrError, RecordWrite, StoredRecord};
use serde_json::{Map, Value, json};

use super::failure::ehr_error;
use super::mapping::{MappedColumn, MappedField};
use super::person::row_version;
use super::written_cells::written_cell;
use super::{Jiandaoyun, refused};
use crate::client::WrittenRow;
use crate::wire::carry::carry_row;
use crate::wire::value::{is_empty, read_department_number, read_value};
use crate::wire::written_value::wrap;
use crate::wire::{CellValue, FormLayout, Reading, Row, WidgetKind};

impl Jiandaoyun {
    /// Changes a row after a look at it. The row's own version is compared first: an edit that comes between this look and
    /// the write is lost, which nobody can help, as there is no conditional write.
    pub(super) async fn change_person(
        &self,
        id: &NativeId,
        write: &RecordWrite,
    ) -> Result<StoredRecord, EhrError> {
        let row = self.read_row(id).await?.ok_or(EhrError::NotFound)?;
        if write
            .expected
            .is_some_and(|expected| expected != row_version(&row))
        {
            return Err(EhrError::Stale);
        }
        // A row that is odd is held as it is: afterwards nobody could tell a refusal from a write that was made.
        self.person_of(&row)?;
        self.refuse_taken_number(write, Some(id)).await?;
        let fields = self.written_row(write, Some(&row)).await?;
        let written = self
            .client
            .update_row(
                &self.mapping.app_id,
                &self.mapping.entry_id,
                &row.id,
                &fields,
            )
            .await
            .map_err(ehr_error)?;
        self.person_of(&written)
    }

    /// 简道云 does not check what the interface writes, so a job number that somebody else has is refused here.
    pub(super) async fn refuse_taken_number(
        &self,
        write: &RecordWrite,
        own: Option<&NativeId>,
    ) -> Result<(), EhrError> {
        let Some(number) = write.values.text(Field::JobNumber) else {
            return Ok(());
        };
        let found = self
            .find_people(&AlternateKey::JobNumber(number.to_owned()))
            .await?;
        if found.iter().any(|other| Some(&other.record.id) != own) {
            return Err(refused(Reason::new(ReasonCode::EhrValueTaken)));
        }
        Ok(())
    }

    /// The fields that a write sets. `row` is the row as it is; a new one has none.
    pub(super) async fn written_row(
        &self,
        write: &RecordWrite,
        row: Option<&Row>,
    ) -> Result<WrittenRow, EhrError> {
        let layout = self.layout().await?;
        let mut fields = WrittenRow::new();
        for (field, value) in write.values.iter() {
            // A new row is empty by itself.
            if value.is_none() && write.action == WriteAction::Create {
                continue;
            }
            let Some(mapped) = self.mapping.fields.get(&field) else {
                let unmapped = Reason::new(ReasonCode::EhrFieldUnmapped).field("field", field);
                return Err(refused(unmapped));
            };
            let cell = match &mapped.column {
                Some(column) => written_table(mapped, column, value, row, layout),
                None => written_cell(field, mapped, value, layout),
            };
            fields.insert(mapped.name.clone(), wrap(cell.map_err(refused)?));
        }
        self.write_status(write.action, &mut fields)?;
        self.write_kept_ids(write, &mut fields);
        Ok(fields)
    }

    fn write_status(&self, action: WriteAction, fields: &mut WrittenRow) -> Result<(), EhrError> {
        let status = self.mapping.status.as_ref();
        let word = match action {
            WriteAction::Update => return Ok(()),
            WriteAction::Create | WriteAction::Restore => {
                // Without a status field everybody is here.
                let Some(status) = status else { return Ok(()) };
                status.active_word.as_ref()
            }
            WriteAction::Remove => status.and_then(|status| status.left_word.as_ref()),
        };
        match (status, word) {
            (Some(status), Some(word)) => {
                fields.insert(status.name.clone(), wrap(json!(word)));
                Ok(())
            }
            _ => Err(refused(Reason::new(ReasonCode::EhrStatusUnmapped))),
        }
    }

    fn write_kept_ids(&self, write: &RecordWrite, fields: &mut WrittenRow) {
        let link = (write.action == WriteAction::Create).then(|| write.link.to_string());
        let ids = [
            (
                &self.mapping.dingtalk_id,
                write.dingtalk.as_ref().map(ToString::to_string),
            ),
            (
                &self.mapping.union_id,
                write.unionid.as_ref().map(ToString::to_string),
            ),
            (&self.mapping.link_id, link),
        ];
        for (name, id) in ids {
            if let (Some(name), Some(id)) = (name, id) {
                fields.insert(name.clone(), wrap(json!(id)));
            }
        }
    }
}

/// The rows of a sub-form whose column is a set of departments, with the set changed.
///
/// Every row is written back whole. A department that is added gets a row of its own. A row whose department is no longer
/// wanted goes only if it holds nothing else; a row that cannot be written back refuses the write.
fn written_table(
    mapped: &MappedField,
    column: &MappedColumn,
    value: Option<&FieldValue>,
    row: Option<&Row>,
    layout: &FormLayout,
) -> Result<Value, Reason> {
    let key = |code| Reason::new(code).text("key", mapped.name.as_str());
    let mut wanted: BTreeSet<String> = match value {
        None => BTreeSet::new(),
        Some(FieldValue::Refs(refs)) => refs.clone(),
        Some(_) => return Err(key(ReasonCode::EhrValueInvalid)),
    };
    let columns = layout
        .widget(&mapped.name)
        .map_or(&[][..], |widget| &widget.columns);
    let mut rows = Vec::new();
    for present in table_rows(mapped, row).ok_or_else(|| key(ReasonCode::EhrValueUnreadable))? {
        let cell = present.get(&column.name).filter(|cell| !is_empty(cell));
        let number = cell.map(|cell| read_department_number(cell).map(|number| number.to_string()));
        let keep = match &number {
            // A row without a department is none of ours.
            None => true,
            Some(None) => return Err(key(ReasonCode::EhrValueUnreadable)),
            Some(Some(number)) => wanted.remove(number),
        };
        if keep {
            let carried = carry_row(columns, &present);
            rows.push(carried.map_err(|_| key(ReasonCode::EhrTableRowKept))?);
        } else if holds_more(&present, &column.name) {
            return Err(key(ReasonCode::EhrTableRowKept));
        }
    }
    for number in wanted {
        let number: i64 = number
            .parse()
            .map_err(|_| key(ReasonCode::EhrValueInvalid))?;
        rows.push(Map::from_iter([(column.name.clone(), wrap(json!(number)))]));
    }
    Ok(json!(rows))
}

/// `None` where the rows cannot be read.
fn table_rows(mapped: &MappedField, row: Option<&Row>) -> Option<Vec<Map<String, Value>>> {
    let Some(row) = row else {
        return Some(Vec::new());
    };
    match read_value(&WidgetKind::Subform, row.raw(&mapped.name)) {
        Reading::Read(CellValue::Rows(rows)) => Some(rows),
        Reading::Empty => Some(Vec::new()),
        // A row that does not show its sub-form may have one all the same.
        _ => None,
    }
}

fn holds_more(row: &Map<String, Value>, column: &str) -> bool {
    row.iter()
        .any(|(name, value)| name != "_id" && name != column && !is_empty(value))
}
