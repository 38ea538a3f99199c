//! Rows of a form. Every row and every field is read by itself, so that an odd one spoils no other.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The id of a row, as 简道云 gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RowId(String);

impl RowId {
    /// An id; `None` if it is empty, longer than 64 bytes, or has other characters than letters, digits, `_` and `-`: no
    /// id of a row has, and one with others could pretend to be something else in a stored key.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let fits = !text.is_empty() && text.len() <= 64 && text.bytes().all(plain);
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One row: its id and its fields, each as the JSON text that came. `Debug` shows no values.
#[derive(Clone)]
pub struct Row {
    /// Its id.
    pub id: RowId,
    fields: BTreeMap<String, Box<RawValue>>,
}

impl Row {
    /// Reads one row; `None` if it is no object, or has no id that can be read.
    #[must_use]
    pub fn parse(raw: &RawValue) -> Option<Self> {
        let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(raw.get()).ok()?;
        let id: String = serde_json::from_str(fields.get("_id")?.get()).ok()?;
        Some(Self {
            id: RowId::new(&id)?,
            fields,
        })
    }

    /// A field as it came; `None` where the row does not have it.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&RawValue> {
        self.fields.get(name).map(AsRef::as_ref)
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("id", &self.id)
            .field("fields", &self.fields.len())
            .finish()
    }
}

/// One page of a form's rows, in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct RowPage {
    /// The rows that could be read.
    pub rows: Vec<Row>,
    /// How many could not.
    pub unreadable: usize,
    /// The row after which the next page begins; `None` after the last page.
    pub next: Option<RowId>,
}

impl RowPage {
    /// Reads an answer to a page of `limit` rows. `None` unless it has a list, or if the page is full and no row of it can be
    /// read: nobody could say where the next one begins.
    ///
    /// Where the last row of a full page cannot be read, the next page begins after the last one that can, and shows the odd
    /// row again.
    pub(crate) fn parse(answer: &RawValue, limit: usize) -> Option<Self> {
        let body: RowsBody = serde_json::from_str(answer.get()).ok()?;
        let rows: Vec<Row> = body.data.iter().filter_map(|raw| Row::parse(raw)).collect();
        let next = if body.data.len() < limit {
            None
        } else {
            Some(rows.last()?.id.clone())
        };
        Some(Self {
            unreadable: body.data.len() - rows.len(),
            rows,
            next,
        })
    }
}

#[derive(Deserialize)]
struct RowsBody {
    data: Vec<Box<RawValue>>,
}
