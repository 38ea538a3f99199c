//! The `control` table: bindings, runs, checkpoints, holds and whatever else steers a corp.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use directory::{BindingId, CorpId};
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Store;
use super::item::{item_key, sdk_error};
use super::query::PageReading;
use super::tally::Table;
use super::versioned::{ItemAddress, PutCondition, StoredItem, read_stored, to_json};
use crate::binding::Binding;
use crate::error::{StoreError, WriteError};

/// What kind of thing a control item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ControlKind {
    /// A run, by [`crate::run_id`].
    Run,
    /// Where a run stood at the end of a slice.
    Checkpoint,
    /// What the guard held for one reason, by the fingerprint of all of it.
    Hold,
    /// A part of what a hold is about, by the hold's id and its place.
    HoldRecords,
    /// A plan's head; bodies of large plans are in the archive.
    Plan,
    /// Both sides changed a shared field; by link and field.
    Conflict,
    /// A message to people, its content sealed.
    Message,
    /// Metered calls used in a period.
    Quota,
    /// The guard's budget: what is spent today, and what was refused.
    Budget,
    /// A corp in trouble: reason, since, next attempt.
    Quarantine,
    /// A record that cannot be decided, or that a side refuses; by its link.
    QuarantinedRecord,
    /// A version of the policy, by its number.
    Policy,
    /// A wake that came while nothing was written: looked at when writing begins again.
    Wake,
    /// How far the making of the corp's binding is.
    BindingProgress,
    /// The head of the corp's chain of journals. Written by [`crate::store::Journal::close`] alone.
    JournalHead,
}

impl ControlKind {
    /// The stored spelling.
    #[must_use]
    pub fn stored_name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Checkpoint => "checkpoint",
            Self::Hold => "hold",
            Self::HoldRecords => "hold-records",
            Self::Plan => "plan",
            Self::Conflict => "conflict",
            Self::Message => "message",
            Self::Quota => "quota",
            Self::Budget => "budget",
            Self::Quarantine => "quarantine",
            Self::BindingProgress => "binding-progress",
            Self::QuarantinedRecord => "quarantined-record",
            Self::Policy => "policy",
            Self::Wake => "wake",
            Self::JournalHead => "journal-head",
        }
    }
}

/// How often the binding is written while something else writes it too.
const WRITE_ATTEMPTS: usize = 8;

/// The partition of all bindings: the one key that does not begin with a corp, because a callback knows only the binding.
const BINDINGS_PARTITION: &str = "bindings";

pub(super) fn control_partition(corp: &CorpId, kind: ControlKind) -> String {
    format!("{corp}#{}", kind.stored_name())
}

fn control_address<'a>(pk: &'a str, sk: &'a str) -> ItemAddress<'a> {
    ItemAddress {
        table: Table::Control,
        pk,
        sk,
        what: "control item",
    }
}

fn binding_address(id: &str) -> ItemAddress<'_> {
    ItemAddress {
        table: Table::Control,
        pk: BINDINGS_PARTITION,
        sk: id,
        what: "binding",
    }
}

impl Store {
    /// Stores a control item; answers with its new version. `expires` is in seconds since the epoch.
    ///
    /// # Errors
    /// [`WriteError::Exists`] for `New`, [`WriteError::Stale`] for `Version`, when it is not so; `TooLarge` above 396 KiB.
    pub async fn put_control<T: Serialize + Sync>(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        id: &str,
        body: &T,
        condition: PutCondition,
        expires: Option<i64>,
    ) -> Result<u64, WriteError> {
        let pk = control_partition(corp, kind);
        let body = to_json("control item", body)?;
        self.put_versioned(control_address(&pk, id), body, condition, expires)
            .await
    }

    /// One control item, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`]; one that cannot be read is named.
    pub async fn get_control<T: DeserializeOwned>(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        id: &str,
    ) -> Result<Option<StoredItem<T>>, StoreError> {
        let item = self
            .get_item(Table::Control, &control_partition(corp, kind), id)
            .await?;
        item.map(|item| read_stored("control item", &item))
            .transpose()
    }

    /// The last items of a kind by id, greatest first, strongly consistent: the newest runs.
    ///
    /// # Errors
    /// [`StoreError`]; one that cannot be read is named.
    pub async fn list_newest<T: DeserializeOwned>(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        limit: usize,
    ) -> Result<Vec<StoredItem<T>>, StoreError> {
        let items = self
            .last_items(Table::Control, &control_partition(corp, kind), limit)
            .await?;
        items
            .iter()
            .map(|item| read_stored("control item", item))
            .collect()
    }

    /// Removes a control item; nothing happens where there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_control(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        id: &str,
    ) -> Result<(), StoreError> {
        let request = self
            .client
            .delete_item()
            .table_name(self.table(Table::Control));
        let request = request.set_key(Some(item_key(&control_partition(corp, kind), id)));
        let answer = request
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let answer = answer.map_err(|error| sdk_error("delete an item", &error))?;
        self.counters
            .count_item(Table::Control, answer.consumed_capacity());
        Ok(())
    }

    /// A binding by its id, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get_binding(
        &self,
        id: &BindingId,
    ) -> Result<Option<StoredItem<Binding>>, StoreError> {
        let item = self
            .get_item(Table::Control, BINDINGS_PARTITION, id.as_str())
            .await?;
        item.map(|item| read_stored("binding", &item)).transpose()
    }

    /// Stores a binding; answers with its new version.
    ///
    /// # Errors
    /// As [`Store::put_control`].
    pub async fn put_binding(
        &self,
        binding: &Binding,
        condition: PutCondition,
    ) -> Result<u64, WriteError> {
        let body = to_json("binding", binding)?;
        self.put_versioned(binding_address(binding.id.as_str()), body, condition, None)
            .await
    }

    /// Changes a binding as it is stored now, whoever else writes it; `None` where there is none.
    ///
    /// # Errors
    /// As [`Store::put_control`]; `Stale` when others kept writing it.
    pub async fn change_binding(
        &self,
        id: &BindingId,
        change: impl Fn(&mut Binding) + Send + Sync,
    ) -> Result<Option<Binding>, WriteError> {
        for _ in 0..WRITE_ATTEMPTS {
            let Some(stored) = self.get_binding(id).await.map_err(WriteError::Store)? else {
                return Ok(None);
            };
            let mut binding = stored.body;
            change(&mut binding);
            match self
                .put_binding(&binding, PutCondition::Version(stored.version))
                .await
            {
                Ok(_) => return Ok(Some(binding)),
                Err(WriteError::Stale) => {}
                Err(err) => return Err(err),
            }
        }
        Err(WriteError::Stale)
    }

    /// Every binding, by id.
    ///
    /// # Errors
    /// [`StoreError`]; one that cannot be read is named.
    pub async fn list_bindings(&self) -> Result<Vec<StoredItem<Binding>>, StoreError> {
        let pages = self
            .pages(
                Table::Control,
                BINDINGS_PARTITION.to_owned(),
                PageReading::Strong(100),
            )
            .boxed();
        let pages: Vec<_> = pages.try_collect().await?;
        pages
            .iter()
            .flatten()
            .map(|item| read_stored("binding", item))
            .collect()
    }
}
