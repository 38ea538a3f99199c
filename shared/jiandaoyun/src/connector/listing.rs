//! People: pages, one row, and lookups by a key.

use directory::{Field, FieldValue, NativeId, Reason, ReasonCode};
use ehr::{AlternateKey, EhrError, OddRow, PageToken, RecordPage, StoredRecord};

use super::cells::read_field;
use super::failure::ehr_error;
use super::person::{kept_id, read_person_row};
use super::{Jiandaoyun, refused};
use crate::wire::{Filter, Reading, Row, RowId, WidgetKind};

/// The country code that a phone field does not show.
const CHINA: &str = "+86";

impl Jiandaoyun {
    /// One page of people. Rows whose id cannot be read are odd and have none.
    pub(super) async fn list_people(
        &self,
        token: Option<&PageToken>,
    ) -> Result<RecordPage, EhrError> {
        let after = match token {
            None => None,
            Some(token) => {
                Some(RowId::new(token.as_str()).ok_or(EhrError::Malformed("page token"))?)
            }
        };
        let rows = self
            .client
            .list_rows(
                &self.mapping.app_id,
                &self.mapping.entry_id,
                after.as_ref(),
                None,
            )
            .await
            .map_err(ehr_error)?;
        let unreadable = OddRow {
            id: None,
            reason: Reason::new(ReasonCode::EhrRowUnreadable),
        };
        let mut page = RecordPage {
            odd: vec![unreadable; rows.unreadable],
            next: rows.next.map(|id| PageToken::new(id.as_str())),
            ..RecordPage::default()
        };
        for row in &rows.rows {
            match read_person_row(row, &self.mapping, self.today) {
                Ok(person) => page.records.push(person),
                Err(odd) => page.odd.push(odd),
            }
        }
        Ok(page)
    }

    pub(super) async fn read_person(
        &self,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, EhrError> {
        let row = self.read_row(id).await?;
        row.map(|row| self.person_of(&row)).transpose()
    }

    /// The row as it is now. An id that no row can have has none.
    pub(super) async fn read_row(&self, id: &NativeId) -> Result<Option<Row>, EhrError> {
        let Some(id) = RowId::new(id.as_str()) else {
            return Ok(None);
        };
        self.client
            .get_row(&self.mapping.app_id, &self.mapping.entry_id, &id)
            .await
            .map_err(ehr_error)
    }

    pub(super) fn person_of(&self, row: &Row) -> Result<StoredRecord, EhrError> {
        read_person_row(row, &self.mapping, self.today).map_err(|odd| refused(odd.reason))
    }

    /// Everybody with a key, each one compared once more: a filter may find too much. Nobody where the key has no field.
    pub(super) async fn find_people(
        &self,
        key: &AlternateKey,
    ) -> Result<Vec<StoredRecord>, EhrError> {
        let Some(filter) = self.key_filter(key) else {
            return Ok(Vec::new());
        };
        let rows = self.find_rows(&filter).await?;
        // One that has the key and cannot be read is not left out: it is the answer, and nobody can take it.
        let matching = rows.iter().filter(|row| self.has_key(row, key));
        matching.map(|row| self.person_of(row)).collect()
    }

    fn has_key(&self, row: &Row, key: &AlternateKey) -> bool {
        let has_text = |field: Field, text: &str| {
            let mapped = self.mapping.fields.get(&field);
            let reading = mapped.map(|mapped| read_field(field, mapped, row));
            matches!(reading, Some(Reading::Read(FieldValue::Text(found))) if found.expose() == text)
        };
        let keeps =
            |name: &Option<String>, id: &str| kept_id(row, name.as_deref()).as_deref() == Some(id);
        match key {
            AlternateKey::DingTalk(id) => keeps(&self.mapping.dingtalk_id, id.as_str()),
            AlternateKey::Union(id) => keeps(&self.mapping.union_id, id.as_str()),
            AlternateKey::JobNumber(number) => has_text(Field::JobNumber, number),
            AlternateKey::Mobile(number) => has_text(Field::Mobile, number),
        }
    }

    /// The rows whose field that keeps an id has this one.
    pub(super) async fn find_rows_by_kept_id(
        &self,
        name: &str,
        id: &str,
    ) -> Result<Vec<Row>, EhrError> {
        let Some(filter) = Filter::equals(name, &WidgetKind::Text, id) else {
            return Ok(Vec::new());
        };
        let mut rows = self.find_rows(&filter).await?;
        rows.retain(|row| kept_id(row, Some(name)).as_deref() == Some(id));
        Ok(rows)
    }

    async fn find_rows(&self, filter: &Filter) -> Result<Vec<Row>, EhrError> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .client
                .list_rows(
                    &self.mapping.app_id,
                    &self.mapping.entry_id,
                    after.as_ref(),
                    Some(filter),
                )
                .await
                .map_err(ehr_error)?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return Ok(rows);
            }
        }
    }

    fn key_filter(&self, key: &AlternateKey) -> Option<Filter> {
        let by_field = |field: Field, text: &str| {
            let mapped = self.mapping.fields.get(&field)?;
            Filter::equals(&mapped.name, &mapped.kind, text)
        };
        let by_name = |name: &Option<String>, text: &str| {
            Filter::equals(name.as_deref()?, &WidgetKind::Text, text)
        };
        match key {
            AlternateKey::DingTalk(id) => by_name(&self.mapping.dingtalk_id, id.as_str()),
            AlternateKey::Union(id) => by_name(&self.mapping.union_id, id.as_str()),
            AlternateKey::JobNumber(number) => by_field(Field::JobNumber, number),
            AlternateKey::Mobile(number) => by_field(Field::Mobile, national_number(number)),
        }
    }
}

/// A number as phone fields have it: without the country code of China.
pub(super) fn national_number(number: &str) -> &str {
    number.strip_prefix(CHINA).unwrap_or(number)
}
