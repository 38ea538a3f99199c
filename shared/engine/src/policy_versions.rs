//! The versions of a binding's policy: set, taken back, read. A changed policy writes nothing before its preview was
//! approved and applied.

use directory::policy::Policy;
use directory::policy::document::{self, CheckedPolicy, PolicyDocumentError};
use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, CorpId, Timestamp};
use serde::{Deserialize, Serialize};
use state::store::{ControlKind, PutCondition};
use state::{Binding, Store, StoreError, WriteError};

/// Writers of versions who may be at it at the same time.
const TRIES: usize = 8;

/// A version of the policy, as it is stored; never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// Its number, from 1.
    pub version: u64,
    /// The canonical document.
    pub document: String,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What became active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyActivation {
    /// The active policy says the same: nothing changed.
    Same(u64),
    /// This version, whose preview was applied before: what follows it goes on at once.
    Back(u64),
    /// This version, which writes nothing before its preview was applied.
    Pending(u64),
}

/// Why no policy became active. The former one stays.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// The document is wrong.
    #[error("the document is not a policy: {} problems", .0.problems.len())]
    Refused(PolicyDocumentError),
    /// There is no such version.
    #[error("there is no policy version {0}")]
    NoVersion(u64),
    /// The state could not be read.
    #[error("the policy could not be read")]
    Read(#[from] StoreError),
    /// The state could not be written.
    #[error("the policy could not be stored")]
    Write(#[from] WriteError),
    /// A stored version cannot be read by this version of the program.
    #[error("policy version {0} cannot be read by this version of the program")]
    Unreadable(u64),
    /// The binding is gone.
    #[error("there is no such binding")]
    NoBinding,
}

impl From<&ActivationError> for Reason {
    fn from(err: &ActivationError) -> Self {
        let not_stored = |cause| Self::new(ReasonCode::PolicyNotStored).cause(cause);
        match err {
            ActivationError::Refused(refused) => {
                Self::new(ReasonCode::PolicyRefused).number("problems", refused.problems.len())
            }
            ActivationError::NoVersion(version) => {
                Self::new(ReasonCode::PolicyVersionMissing).number("version", *version)
            }
            ActivationError::Read(err) => not_stored(Self::from(err)),
            ActivationError::Write(err) => not_stored(Self::from(err)),
            ActivationError::Unreadable(version) => {
                Self::new(ReasonCode::PolicyVersionUnreadable).number("version", *version)
            }
            ActivationError::NoBinding => Self::new(ReasonCode::BindingUnknown),
        }
    }
}

fn key(version: u64) -> String {
    format!("{version:010}")
}

/// A stored version; `None` where there is none. Version 0 is not stored.
///
/// # Errors
/// [`StoreError`].
pub async fn load_version(
    store: &Store,
    corp: &CorpId,
    version: u64,
) -> Result<Option<PolicyVersion>, StoreError> {
    let stored = store
        .get_control(corp, ControlKind::Policy, &key(version))
        .await?;
    Ok(stored.map(|stored| stored.body))
}

/// The policy of a version.
///
/// # Errors
/// [`ActivationError::NoVersion`], `Read`, `Unreadable`.
pub async fn load_policy(
    store: &Store,
    corp: &CorpId,
    number: u64,
) -> Result<Policy, ActivationError> {
    if number == 0 {
        return Ok(Policy::dingtalk_is_master());
    }
    let stored = load_version(store, corp, number)
        .await?
        .ok_or(ActivationError::NoVersion(number))?;
    let CheckedPolicy { policy, .. } = document::read_document(&stored.document)
        .map_err(|_| ActivationError::Unreadable(number))?;
    Ok(policy)
}

/// Checks a document, stores it as a new version and makes it the active one.
///
/// # Errors
/// [`ActivationError`]; the former policy stays active.
pub async fn set_policy(
    store: &Store,
    binding: &Binding,
    text: &str,
    by: &str,
    now: Timestamp,
) -> Result<PolicyActivation, ActivationError> {
    let CheckedPolicy { policy: new, .. } =
        document::read_document(text).map_err(ActivationError::Refused)?;
    for known in [binding.policy, binding.policy_applied] {
        if load_policy(store, &binding.corp_id, known)
            .await?
            .policy_hash()
            == new.policy_hash()
        {
            return activate_version(store, &binding.id, known).await;
        }
    }
    let number = store_version(store, &binding.corp_id, new.canonical_text(), by, now).await?;
    activate_version(store, &binding.id, number).await
}

/// Makes a former version active again: the one that was last applied, or the one before the active one, or `to`.
///
/// # Errors
/// [`ActivationError`]; the active policy stays.
pub async fn roll_back_policy(
    store: &Store,
    binding: &Binding,
    to: Option<u64>,
) -> Result<PolicyActivation, ActivationError> {
    let pending = binding.policy != binding.policy_applied;
    let before = if pending {
        Some(binding.policy_applied)
    } else {
        binding.policy.checked_sub(1)
    };
    let number = to.or(before).ok_or(ActivationError::NoVersion(0))?;
    load_policy(store, &binding.corp_id, number).await?;
    activate_version(store, &binding.id, number).await
}

async fn store_version(
    store: &Store,
    corp: &CorpId,
    document: String,
    by: &str,
    at: Timestamp,
) -> Result<u64, ActivationError> {
    for _ in 0..TRIES {
        let newest = store
            .list_newest::<PolicyVersion>(corp, ControlKind::Policy, 1)
            .await?;
        let number = newest.first().map_or(0, |stored| stored.body.version) + 1;
        let version = PolicyVersion {
            version: number,
            document: document.clone(),
            by: by.to_owned(),
            at,
        };
        let put = store
            .put_control(
                corp,
                ControlKind::Policy,
                &key(number),
                &version,
                PutCondition::New,
                None,
            )
            .await;
        match put {
            Ok(_) => return Ok(number),
            Err(WriteError::Exists { .. }) => {}
            Err(err) => return Err(err.into()),
        }
    }
    Err(WriteError::Stale.into())
}

async fn activate_version(
    store: &Store,
    id: &BindingId,
    number: u64,
) -> Result<PolicyActivation, ActivationError> {
    let former = std::sync::atomic::AtomicU64::new(0);
    let changed = store
        .change_binding(id, |binding| {
            former.store(binding.policy, std::sync::atomic::Ordering::Relaxed);
            binding.policy = number;
        })
        .await?;
    let binding = changed.ok_or(ActivationError::NoBinding)?;
    Ok(if former.into_inner() == number {
        PolicyActivation::Same(number)
    } else if binding.policy_applied == number {
        PolicyActivation::Back(number)
    } else {
        PolicyActivation::Pending(number)
    })
}
