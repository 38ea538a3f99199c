//! Signing in and out, with the store around the decisions.

mod codes;
mod dingtalk;
mod sessions;

use std::sync::Arc;

use directory::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use state::Store;
use state::error::WriteError;
use state::seal::SealKey;
use state::store::{ConsoleKind, PutCondition, StoredItem};

use super::error::SignInError;
use super::exchange::SignInExchange;
use super::member::Member;
use super::pending::{LINK_LIFE_MS, OneTimeLink};
use crate::token::SecretToken;

pub use sessions::OpenedSession;

/// How often a write is tried again because somebody else wrote in between.
const WRITE_ATTEMPTS: usize = 8;

/// Randomness: 32 bytes that nobody can guess.
pub type RandomSource = Arc<dyn Fn() -> Result<[u8; 32], runtime::RandomnessError> + Send + Sync>;

/// Signing in and out.
#[derive(Clone)]
pub struct SignInService {
    store: Store,
    seal: SealKey,
    random: RandomSource,
    exchange: Option<Arc<dyn SignInExchange>>,
}

impl std::fmt::Debug for SignInService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInService(..)")
    }
}

impl SignInService {
    /// A service on this store. `seal` protects the secrets of authenticators. Without `exchange`, signing in with DingTalk
    /// is refused.
    #[must_use]
    pub fn new(
        store: Store,
        seal: SealKey,
        random: RandomSource,
        exchange: Option<Arc<dyn SignInExchange>>,
    ) -> Self {
        Self {
            store,
            seal,
            random,
            exchange,
        }
    }

    /// Makes a new secret token.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`] without randomness.
    pub fn make_token(&self) -> Result<SecretToken, SignInError> {
        self.random_bytes().map(SecretToken::new)
    }

    fn random_bytes(&self) -> Result<[u8; 32], SignInError> {
        (self.random)().map_err(|err| SignInError::unavailable(&err))
    }

    /// Stores a member, whatever is there. For whoever deploys, and for roles.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`].
    pub async fn put_member(&self, key: &str, member: &Member) -> Result<(), SignInError> {
        let put = self
            .store
            .put_console(ConsoleKind::Member, key, member, PutCondition::Any, None);
        put.await
            .map(drop)
            .map_err(|err| SignInError::unavailable(&err))
    }

    /// A member.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`].
    pub async fn get_member(&self, key: &str) -> Result<Option<Member>, SignInError> {
        let stored = self.get::<Member>(ConsoleKind::Member, key).await?;
        Ok(stored.map(|stored| stored.body))
    }

    /// Makes a link that signs a member in once. Returns its token, which is not stored.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`].
    pub async fn issue_link(
        &self,
        member: &str,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        let token = self.make_token()?;
        let link = OneTimeLink {
            member: member.to_owned(),
            valid_until: now.plus_millis(LINK_LIFE_MS),
            is_used: false,
        };
        let id = token.stored_id();
        let expires = Some(link.valid_until.millis() / 1000);
        let put = self.store.put_console(
            ConsoleKind::OneTimeLink,
            &id,
            &link,
            PutCondition::New,
            expires,
        );
        put.await.map_err(|err| SignInError::unavailable(&err))?;
        Ok(token)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        kind: ConsoleKind,
        id: &str,
    ) -> Result<Option<StoredItem<T>>, SignInError> {
        let stored = self.store.get_console(kind, id).await;
        stored.map_err(|err| SignInError::unavailable(&err))
    }

    /// Stores what was changed if nobody else wrote since it was read; otherwise `false`.
    async fn put_if_unchanged<T: Serialize + Sync>(
        &self,
        kind: ConsoleKind,
        stored: &StoredItem<T>,
        body: &T,
    ) -> Result<bool, SignInError> {
        let condition = PutCondition::Version(stored.version);
        let put = self
            .store
            .put_console(kind, &stored.id, body, condition, stored.expires);
        match put.await {
            Ok(_) => Ok(true),
            Err(WriteError::Stale) => Ok(false),
            Err(err) => Err(SignInError::unavailable(&err)),
        }
    }
}
