//! New people: once, whatever gets lost.

use directory::{Reason, ReasonCode};
use ehr::{EhrError, RecordWrite, StoredRecord};

use super::failure::ehr_error;
use super::{Jiandaoyun, ambiguous, refused};
use crate::client::TransactionId;
use crate::error::ErrorKind;
use crate::wire::Row;

impl Jiandaoyun {
    /// Makes a row, or returns the one that this very create made before.
    ///
    /// Refused: a DingTalk id or a job number that another row has.
    pub(super) async fn create_person(
        &self,
        write: &RecordWrite,
    ) -> Result<StoredRecord, EhrError> {
        if let Some(first) = self.find_first_self(write).await? {
            return self.person_of(&first);
        }
        self.refuse_taken_number(write, None).await?;
        let fields = self.written_row(write, None).await?;
        let transaction = TransactionId::of_link(write.link);
        let (app, form) = (&self.mapping.app_id, &self.mapping.entry_id);
        let created = self
            .client
            .create_row_once(app, form, &fields, &transaction)
            .await;
        let id = match created {
            Ok(id) => id,
            // The first one was made, and did not get as far as telling its id.
            Err(err) if matches!(err.kind, ErrorKind::TransactionUsed { .. }) => None,
            Err(err) => return Err(ehr_error(err)),
        };
        let row = match id {
            Some(id) => self
                .client
                .get_row(app, form, &id)
                .await
                .map_err(ehr_error)?,
            None => self.find_first_self(write).await?,
        };
        row.map_or(Err(EhrError::UnknownOutcome), |row| self.person_of(&row))
    }

    /// The row that keeps this link, or, where links are not kept, this DingTalk id.
    async fn find_first_self(&self, write: &RecordWrite) -> Result<Option<Row>, EhrError> {
        if let Some(name) = &self.mapping.link_id {
            let mut rows = self
                .find_rows_by_kept_id(name, &write.link.to_string())
                .await?;
            match rows.len() {
                0 => {}
                1 => return Ok(rows.pop()),
                count => return Err(ambiguous(count)),
            }
        }
        let (Some(name), Some(id)) = (&self.mapping.dingtalk_id, &write.dingtalk) else {
            return Ok(None);
        };
        let mut rows = self.find_rows_by_kept_id(name, id.as_str()).await?;
        match (rows.len(), &self.mapping.link_id) {
            (0, _) => Ok(None),
            (1, None) => Ok(rows.pop()),
            (1, Some(_)) => Err(refused(Reason::new(ReasonCode::EhrValueTaken))),
            (count, _) => Err(ambiguous(count)),
        }
    }
}
