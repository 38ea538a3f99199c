//! What the console keeps about who signs in: sessions, one-time links, members. Items of the `control` table.
//!
//! These partitions do not begin with a corp: a person signs in before it is known which corp they look at, and the first
//! link is followed before any corp is bound. Ids of sessions and links are hashes; the tokens themselves are not stored.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Store;
use super::item::{item_key, sdk_error};
use super::tally::Table;
use super::versioned::{ItemAddress, PutCondition, StoredItem, read_stored, to_json};
use crate::error::{StoreError, WriteError};

/// What kind of thing an item of the console is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsoleKind {
    /// A session, by the hash of its token.
    Session,
    /// A one-time link, by the hash of its token.
    OneTimeLink,
    /// A sign-in that was sent to DingTalk and has not come back, by the hash of its `state`.
    PendingSignIn,
    /// Somebody who may sign in, by their key.
    Member,
    /// Wrong codes of one address, by its hash.
    FailedGuesses,
}

impl ConsoleKind {
    /// The partition. No [`super::ControlKind`] has one of these names, so that a corp called `console` changes nothing.
    #[must_use]
    pub fn partition(self) -> &'static str {
        match self {
            Self::Session => "console#session",
            Self::OneTimeLink => "console#one-time-link",
            Self::PendingSignIn => "console#pending-sign-in",
            Self::Member => "console#member",
            Self::FailedGuesses => "console#failed-guesses",
        }
    }

    fn address(self, id: &str) -> ItemAddress<'_> {
        ItemAddress {
            table: Table::Control,
            pk: self.partition(),
            sk: id,
            what: "console item",
        }
    }
}

impl Store {
    /// Stores an item of the console; returns its new version. `expires` is in seconds since the epoch.
    ///
    /// # Errors
    /// As [`Store::put_control`].
    pub async fn put_console<T: Serialize + Sync>(
        &self,
        kind: ConsoleKind,
        id: &str,
        body: &T,
        condition: PutCondition,
        expires: Option<i64>,
    ) -> Result<u64, WriteError> {
        let body = to_json("console item", body)?;
        self.put_versioned(kind.address(id), body, condition, expires)
            .await
    }

    /// One item of the console, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`]; an item that cannot be read is named.
    pub async fn get_console<T: DeserializeOwned>(
        &self,
        kind: ConsoleKind,
        id: &str,
    ) -> Result<Option<StoredItem<T>>, StoreError> {
        let item = self.get_item(Table::Control, kind.partition(), id).await?;
        item.map(|item| read_stored("console item", &item))
            .transpose()
    }

    /// Removes an item of the console; where there is none, nothing happens.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_console(&self, kind: ConsoleKind, id: &str) -> Result<(), StoreError> {
        let request = self
            .client
            .delete_item()
            .table_name(self.table(Table::Control))
            .set_key(Some(item_key(kind.partition(), id)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = request.send().await;
        let answer = answer.map_err(|error| sdk_error("delete an item", &error))?;
        self.counters
            .count_item(Table::Control, answer.consumed_capacity());
        Ok(())
    }
}
