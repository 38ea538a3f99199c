//! The version before kept everything of a binding in one secret, `binding/{id}`, and DingTalk's address in `control`. Both
//! are split here, once.
//!
//! Whoever splits may read the former secret and make the new ones: on one machine every program that opens the state, on
//! AWS the person who deploys. No function on AWS may do it, so that none keeps a right for one upgrade.

use directory::{BindingId, CorpId};
use secrecy::SecretString;
use serde::Deserialize;

use super::callback::PreviousWire;
use super::keys::parse_key;
use super::{
    BindingKeys, CallbackSecret, DingTalkCredentials, PreviousCallbackKeys, SecretError,
    StagedSecretStore, StoredSecret, decode, found,
};
use crate::binding::DingTalkEndpoints;
use crate::vault::SecretStage;

/// What a split found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitOutcome {
    /// There is no former secret.
    Nothing,
    /// Something of the former secret had no place of its own yet, and has one now. The former secret is still there: what
    /// runs in the version before goes on.
    Split,
    /// Callback keys or an AppSecret wait in the former secret, for programs of the version before that are to go on: they have
    /// to be promoted there first. Nothing was done.
    RotationWaits,
    /// All of it had its place, and the former secret is still there.
    Kept,
    /// All of it had its place, and the former secret was removed.
    Removed,
}

/// What becomes of a former secret whose parts all have their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterSplit {
    /// It stays: programs of the version before may still run. A rotation that is under way there has to end first.
    KeepFormer,
    /// It is removed, by the call after the one that split at the earliest.
    RemoveFormer,
}

/// An address of DingTalk that nobody confirmed: it is in `control`, which more people may write than may read a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the binding names {api} and {oapi} as DingTalk's addresses, which are neither DingTalk's own nor on this machine"
)]
pub struct UnconfirmedEndpointsError {
    /// The newer API's.
    pub api: String,
    /// The older one's.
    pub oapi: String,
}

/// The address that goes into a binding's keys: the one that a person names now (`confirmed`); else the one that the version
/// before stored, if it is DingTalk's own (`None`), or on this machine and that is allowed.
///
/// # Errors
/// [`UnconfirmedEndpointsError`] for any other stored address.
pub fn confirm_endpoints(
    stored: Option<&DingTalkEndpoints>,
    confirmed: Option<&DingTalkEndpoints>,
    allow_loopback: bool,
) -> Result<Option<DingTalkEndpoints>, UnconfirmedEndpointsError> {
    let own = DingTalkEndpoints::default();
    match confirmed.or(stored).filter(|named| **named != own) {
        None => Ok(None),
        Some(named) if confirmed.is_some() || (allow_loopback && named.is_loopback()) => {
            Ok(Some(named.clone()))
        }
        Some(named) => Err(UnconfirmedEndpointsError {
            api: named.api.clone(),
            oapi: named.oapi.clone(),
        }),
    }
}

impl StagedSecretStore {
    /// Whether a binding still has the secret of the version before.
    ///
    /// # Errors
    /// [`SecretError`].
    pub async fn has_former(&self, id: &BindingId) -> Result<bool, SecretError> {
        let former = self.read_former(id, SecretStage::Current).await?;
        Ok(former.is_some())
    }

    /// Gives each part of a binding's former secret a place of its own, values that wait for their promotion among them, and
    /// removes the former one, if that is wanted, at the call after the one that split. Nothing that is there is replaced, so
    /// that it may be repeated and stopped anywhere.
    ///
    /// The AppSecret before the current one is not taken along: it only serves for a while after a change.
    ///
    /// # Errors
    /// [`SecretError`]; what was split so far stays.
    pub async fn split_former(
        &self,
        id: &BindingId,
        endpoints: Option<DingTalkEndpoints>,
        after: AfterSplit,
    ) -> Result<SplitOutcome, SecretError> {
        let Some(former) = self.read_former(id, SecretStage::Current).await? else {
            return Ok(SplitOutcome::Nothing);
        };
        let next = self.read_former(id, SecretStage::Pending).await?;
        if next.is_some() && after == AfterSplit::KeepFormer {
            return Ok(SplitOutcome::RotationWaits);
        }
        let keys = BindingKeys {
            endpoints,
            ..former.keys.clone()
        };
        let mut split = self.create(id, &keys).await?;
        split |= self.create(id, &former.credentials).await?;
        split |= self.create(id, &former.callback).await?;
        if let Some(next) = next {
            self.move_proposed(id, &former, &next).await?;
            split = true;
        }
        match (split, after) {
            (true, _) => return Ok(SplitOutcome::Split),
            (false, AfterSplit::KeepFormer) => return Ok(SplitOutcome::Kept),
            (false, AfterSplit::RemoveFormer) => {}
        }
        let name = self.secrets.name::<FormerSecret>(id);
        self.vault.remove(&name).await.map_err(SecretError::Vault)?;
        Ok(SplitOutcome::Removed)
    }

    /// Proposes what waits to follow the former secret, part by part, and takes it back there: what a person withdraws later
    /// stays withdrawn.
    async fn move_proposed(
        &self,
        id: &BindingId,
        former: &FormerSecret,
        next: &FormerSecret,
    ) -> Result<(), SecretError> {
        if next.credentials.fingerprint() != former.credentials.fingerprint() {
            self.propose(id, &next.credentials).await?;
        }
        if !next.callback.has_same_keys(&former.callback) {
            self.propose(id, &next.callback).await?;
        }
        self.withdraw::<FormerSecret>(id).await
    }

    async fn read_former(
        &self,
        id: &BindingId,
        stage: SecretStage,
    ) -> Result<Option<FormerSecret>, SecretError> {
        found(self.secrets.get_stage(id, stage).await)
    }
}

/// Everything of a binding in one, as the version before stored it.
struct FormerSecret {
    credentials: DingTalkCredentials,
    keys: BindingKeys,
    callback: CallbackSecret,
}

#[derive(Deserialize)]
struct FormerWire {
    corp_id: CorpId,
    app_key: String,
    app_secret: String,
    callback_token: String,
    callback_aes_key: String,
    hash_key: String,
    seal_key: String,
    #[serde(default)]
    previous_callback: Option<PreviousWire>,
    #[serde(default)]
    callback_seconds: bool,
}

impl StoredSecret for FormerSecret {
    const KIND: &'static str = "binding";

    /// This version writes none.
    fn to_text(&self) -> Result<SecretString, SecretError> {
        Err(SecretError::Malformed {
            why: "it is of the version before",
        })
    }

    fn from_text(text: &SecretString) -> Result<Self, SecretError> {
        let wire: FormerWire = decode(text)?;
        Ok(Self {
            credentials: DingTalkCredentials {
                app_key: wire.app_key.clone(),
                app_secret: wire.app_secret.into(),
            },
            keys: BindingKeys {
                hash_key: parse_key(&wire.hash_key)?,
                seal_key: parse_key(&wire.seal_key)?,
                endpoints: None,
            },
            callback: CallbackSecret {
                corp_id: wire.corp_id,
                app_key: wire.app_key,
                token: wire.callback_token.into(),
                aes_key: wire.callback_aes_key.into(),
                previous: wire.previous_callback.map(PreviousCallbackKeys::from),
                accepts_seconds: wire.callback_seconds,
            },
        })
    }
}
