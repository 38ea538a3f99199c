//! Rows of a form.

use directory::LinkId;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::interface::{
    Interface, ROW_BATCH_CREATE, ROW_CREATE, ROW_DELETE, ROW_GET, ROW_LIST, ROW_UPDATE,
};
use super::send::malformed;
use super::{Client, PAGE_ROWS_MAX};
use crate::error::{ErrorKind, JiandaoyunError};
use crate::wire::{Filter, Row, RowId, RowPage};

/// The fields that a write sets, each wrapped as `{"value": …}`. Fields that are not in it stay as they are; a sub-form that
/// is in it is replaced as a whole.
pub type WrittenRow = Map<String, Value>;

/// Names one write, so that a repetition within an hour is the same write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionId(String);

impl TransactionId {
    /// The transaction of the create for a link: always the same. A UUID of version 8 (RFC 9562).
    #[must_use]
    pub fn of_link(link: LinkId) -> Self {
        let mut bytes = link.0;
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = LinkId(bytes).to_string();
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        Self(format!(
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        ))
    }
}

#[derive(Deserialize)]
struct RowBody {
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct CreatedBody {
    #[serde(default)]
    success_ids: Vec<String>,
}

impl Client {
    /// One page of rows, in the order of their ids, after the row `after`; at most [`PAGE_ROWS_MAX`].
    ///
    /// Rows that are made meanwhile stand at the end, rows that are deleted vanish without a word.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn list_rows(
        &self,
        app_id: &str,
        entry_id: &str,
        after: Option<&RowId>,
        filter: Option<&Filter>,
    ) -> Result<RowPage, JiandaoyunError> {
        let mut body = json!({ "app_id": app_id, "entry_id": entry_id, "limit": PAGE_ROWS_MAX });
        if let Some(after) = after {
            body["data_id"] = json!(after);
        }
        if let Some(filter) = filter {
            body["filter"] = filter.to_json();
        }
        let answer = self.call_raw(ROW_LIST, &body).await?;
        let page = RowPage::parse(&answer, PAGE_ROWS_MAX)
            .ok_or_else(|| malformed(ROW_LIST, "no list of rows that goes on"))?;
        if page.next.is_some() && page.next.as_ref() == after {
            return Err(malformed(ROW_LIST, "the list does not go on"));
        }
        Ok(page)
    }

    /// One row; `None` if there is none.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn get_row(
        &self,
        app_id: &str,
        entry_id: &str,
        id: &RowId,
    ) -> Result<Option<Row>, JiandaoyunError> {
        let body = json!({ "app_id": app_id, "entry_id": entry_id, "data_id": id });
        match self.call::<RowBody>(ROW_GET, &body).await {
            Ok(body) => match body.data.filter(|data| data.get() != "null") {
                None => Ok(None),
                Some(data) => read_row(ROW_GET, &data).map(Some),
            },
            Err(err) if matches!(err.kind, ErrorKind::NotFound { .. }) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Makes a row; a repetition makes another one. For whoever has no transaction: see [`Client::create_row_once`].
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn create_row(
        &self,
        app_id: &str,
        entry_id: &str,
        fields: &WrittenRow,
    ) -> Result<Row, JiandaoyunError> {
        let body = json!({ "app_id": app_id, "entry_id": entry_id, "data": fields });
        let answer: RowBody = self.call(ROW_CREATE, &body).await?;
        let row = answer.data.ok_or_else(|| malformed(ROW_CREATE, "no row"))?;
        read_row(ROW_CREATE, &row)
    }

    /// Makes a row so that a repetition within an hour finds the first one, whose fields it writes again. `None` where the
    /// answer does not name the row.
    ///
    /// It is a batch of one: the documentation promises this for batches only.
    ///
    /// # Errors
    /// [`JiandaoyunError`]; a lost answer is repeated before that.
    pub async fn create_row_once(
        &self,
        app_id: &str,
        entry_id: &str,
        fields: &WrittenRow,
        transaction: &TransactionId,
    ) -> Result<Option<RowId>, JiandaoyunError> {
        let body = json!({
            "app_id": app_id,
            "entry_id": entry_id,
            "data_list": [fields],
            "transaction_id": transaction.0,
        });
        let created: CreatedBody = self.call(ROW_BATCH_CREATE, &body).await?;
        Ok(match created.success_ids.as_slice() {
            [id] => RowId::new(id),
            _ => None,
        })
    }

    /// Changes a row's fields. The answer is the row as it is afterwards.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn update_row(
        &self,
        app_id: &str,
        entry_id: &str,
        id: &RowId,
        fields: &WrittenRow,
    ) -> Result<Row, JiandaoyunError> {
        let body = json!({ "app_id": app_id, "entry_id": entry_id, "data_id": id, "data": fields });
        let answer: RowBody = self.call(ROW_UPDATE, &body).await?;
        let row = answer.data.ok_or_else(|| malformed(ROW_UPDATE, "no row"))?;
        read_row(ROW_UPDATE, &row)
    }

    /// Deletes a row for good. The connector never does: a leaving is a status.
    ///
    /// # Errors
    /// [`JiandaoyunError`].
    pub async fn delete_row(
        &self,
        app_id: &str,
        entry_id: &str,
        id: &RowId,
    ) -> Result<(), JiandaoyunError> {
        let body = json!({ "app_id": app_id, "entry_id": entry_id, "data_id": id });
        self.call_raw(ROW_DELETE, &body).await.map(|_| ())
    }
}

fn read_row(interface: Interface, data: &RawValue) -> Result<Row, JiandaoyunError> {
    Row::parse(data).ok_or_else(|| malformed(interface, "a row without an id"))
}
