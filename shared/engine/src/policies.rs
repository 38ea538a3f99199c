//! The versions of a binding's policy: set, taken back, read. A changed policy writes nothing before its preview was
//! approved and applied (`design.md` §4.4).

use directory::policy::Policy;
use directory::policy::document::{self, Checked, Refused};
use directory::{BindingId, CorpId, Timestamp};
use serde::{Deserialize, Serialize};
use state::store::{Condition, ControlKind};
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
pub enum Activated {
    /// The active policy says the same: nothing changed.
    Same(u64),
    /// This version, whose preview was applied before: what follows it goes on at once.
    Back(u64),
    /// This version, which writes nothing before its preview was applied.
    Pending(u64),
}

/// Why no policy became active. The former one stays.
#[derive(Debug, thiserror::Error)]
pub enum NotActivated {
    /// The document is wrong.
    #[error("the document is not a policy: {} problems", .0.problems.len())]
    Refused(Refused),
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

fn key(version: u64) -> String {
    format!("{version:010}")
}

/// A stored version; `None` where there is none. Version 0 is not stored.
///
/// # Errors
/// [`StoreError`].
pub async fn version(store: &Store, corp: &CorpId, version: u64) -> Result<Option<PolicyVersion>, StoreError> {
    let stored = store.get_control(corp, ControlKind::Policy, &key(version)).await?;
    Ok(stored.map(|stored| stored.body))
}

/// The policy of a version.
///
/// # Errors
/// [`NotActivated::NoVersion`], `Read`, `Unreadable`.
pub async fn policy(store: &Store, corp: &CorpId, number: u64) -> Result<Policy, NotActivated> {
    if number == 0 {
        return Ok(Policy::dingtalk_is_master());
    }
    let stored = version(store, corp, number).await?.ok_or(NotActivated::NoVersion(number))?;
    let Checked { policy, .. } = document::read(&stored.document).map_err(|_| NotActivated::Unreadable(number))?;
    Ok(policy)
}

/// Checks a document, stores it as a new version and makes it the active one.
///
/// # Errors
/// [`NotActivated`]; the former policy stays active.
pub async fn set(
    store: &Store,
    binding: &Binding,
    text: &str,
    by: &str,
    now: Timestamp,
) -> Result<Activated, NotActivated> {
    let Checked { policy: new, .. } = document::read(text).map_err(NotActivated::Refused)?;
    for known in [binding.policy, binding.policy_applied] {
        if policy(store, &binding.corp_id, known).await?.hash() == new.hash() {
            return point_at(store, &binding.id, known).await;
        }
    }
    let number = store_version(store, &binding.corp_id, new.canonical(), by, now).await?;
    point_at(store, &binding.id, number).await
}

/// Makes a former version active again: the one that was last applied, or the one before the active one, or `to`.
///
/// # Errors
/// [`NotActivated`]; the active policy stays.
pub async fn rollback(store: &Store, binding: &Binding, to: Option<u64>) -> Result<Activated, NotActivated> {
    let pending = binding.policy != binding.policy_applied;
    let before = if pending { Some(binding.policy_applied) } else { binding.policy.checked_sub(1) };
    let number = to.or(before).ok_or(NotActivated::NoVersion(0))?;
    policy(store, &binding.corp_id, number).await?;
    point_at(store, &binding.id, number).await
}

async fn store_version(
    store: &Store,
    corp: &CorpId,
    document: String,
    by: &str,
    at: Timestamp,
) -> Result<u64, NotActivated> {
    for _ in 0..TRIES {
        let newest = store.newest_first::<PolicyVersion>(corp, ControlKind::Policy, 1).await?;
        let number = newest.first().map_or(0, |stored| stored.body.version) + 1;
        let version = PolicyVersion { version: number, document: document.clone(), by: by.to_owned(), at };
        let put = store.put_control(corp, ControlKind::Policy, &key(number), &version, Condition::New, None).await;
        match put {
            Ok(_) => return Ok(number),
            Err(WriteError::Exists { .. }) => {}
            Err(err) => return Err(err.into()),
        }
    }
    Err(WriteError::Stale.into())
}

async fn point_at(store: &Store, id: &BindingId, number: u64) -> Result<Activated, NotActivated> {
    let former = std::sync::atomic::AtomicU64::new(0);
    let changed = store
        .change_binding(id, |binding| {
            former.store(binding.policy, std::sync::atomic::Ordering::Relaxed);
            binding.policy = number;
        })
        .await?;
    let binding = changed.ok_or(NotActivated::NoBinding)?;
    Ok(if former.into_inner() == number {
        Activated::Same(number)
    } else if binding.policy_applied == number {
        Activated::Back(number)
    } else {
        Activated::Pending(number)
    })
}
