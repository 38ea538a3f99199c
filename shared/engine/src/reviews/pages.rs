//! One page of what waits for a person per call, in the order of the ids; and single records by the beginning of their id.

use state::StoreError;
use state::store::{ControlKind, StoredItem};

use super::hold::{RECORDS_PER_PART, part_id};
use super::{Conflict, Hold, HoldRecord, QuarantinedRecord, ReviewStore};

impl ReviewStore {
    /// At most `limit` conflicts behind an id, closed ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflicts_page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredItem<Conflict>>, StoreError> {
        let kind = ControlKind::Conflict;
        self.store
            .control_page(&self.corp, kind, after, limit)
            .await
    }

    /// At most `limit` holds behind an id, closed ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn holds_page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredItem<Hold>>, StoreError> {
        let kind = ControlKind::Hold;
        self.store
            .control_page(&self.corp, kind, after, limit)
            .await
    }

    /// At most `limit` quarantined records behind an id, those whose cause is gone too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn quarantined_page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredItem<QuarantinedRecord>>, StoreError> {
        let kind = ControlKind::QuarantinedRecord;
        self.store
            .control_page(&self.corp, kind, after, limit)
            .await
    }

    /// At most `limit` conflicts whose ids begin so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflicts_named(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<StoredItem<Conflict>>, StoreError> {
        let kind = ControlKind::Conflict;
        let named = self
            .store
            .control_items_named(&self.corp, kind, prefix, limit);
        named.await
    }

    /// At most `limit` holds whose ids begin so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn holds_named(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<StoredItem<Hold>>, StoreError> {
        let kind = ControlKind::Hold;
        let named = self
            .store
            .control_items_named(&self.corp, kind, prefix, limit);
        named.await
    }

    /// At most `limit` quarantined records whose ids begin so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn quarantined_named(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<StoredItem<QuarantinedRecord>>, StoreError> {
        let kind = ControlKind::QuarantinedRecord;
        let named = self
            .store
            .control_items_named(&self.corp, kind, prefix, limit);
        named.await
    }

    /// At most `limit` records of a hold, from the one at `from` on, counted from 0. Reads one stored part, so that a page
    /// ends where a part ends.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn held_records_page(
        &self,
        hold: &StoredItem<Hold>,
        from: usize,
        limit: usize,
    ) -> Result<Vec<HoldRecord>, StoreError> {
        let part = u32::try_from(from / RECORDS_PER_PART).unwrap_or(u32::MAX);
        let id = part_id(&hold.id, part);
        let stored = self
            .get::<Vec<HoldRecord>>(ControlKind::HoldRecords, &id)
            .await?;
        let records = stored.map(|stored| stored.body).unwrap_or_default();
        Ok(records
            .into_iter()
            .skip(from % RECORDS_PER_PART)
            .take(limit)
            .collect())
    }
}
