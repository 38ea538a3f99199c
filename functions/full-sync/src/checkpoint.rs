//! Where a sweep stood when its slice ended: one sealed body per run in the archive, replaced slice by slice, gone with the
//! run.
//!
//! The continuation's message names the run and nothing else, so that a message that comes twice goes on from wherever the
//! run stands by then, and one that comes after its end does nothing.

use directory::reason::{Reason, ReasonCode};
use directory::{RunId, Timestamp};
use engine::EngineError;
use engine::checkpoint::SweepCheckpoint;
use engine::report::RunReport;
use serde::{Deserialize, Serialize};
use state::archive::{ArchiveKeyError, PAGE_MAX};
use state::seal::{self, SealContext, SealError, SealKey};
use state::store::ControlKind;
use state::vault::SecretError;
use state::{ArchiveError, ArchiveKey, ArchiveKind, ArchivePrefix, Binding, PutIf};

use crate::{SweepDeps, SweepError};

/// What the lists showed longer ago than this is not gone on from: a sweep from the beginning is due by then, and costs less
/// than explaining what was seen yesterday.
pub const HOURS_MAX: i64 = 24;

/// A run that began longer ago than this, and whose continuation nobody will bring back, leaves nothing behind.
const KEPT_DAYS: i64 = 7;

const HOUR_MS: i64 = 3_600_000;

/// The schema of the line before the engine's bytes.
const VERSION: u32 = 1;

/// The line before the engine's bytes.
#[derive(Serialize, Deserialize)]
struct CheckpointHead {
    v: u32,
    /// When the slice ended.
    at: Timestamp,
    /// The policy under which it ran.
    policy: u64,
}

/// Why a sweep begins anew although an earlier slice stood somewhere. Each is a note of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartReason {
    /// Nothing was stored.
    Missing,
    /// Changed, sealed with another key, or refused by the archive.
    Closed,
    /// Written by another version of this program.
    Version,
    /// The policy changed.
    Policy,
    /// Too long ago.
    Old,
}

impl From<RestartReason> for Reason {
    fn from(restart: RestartReason) -> Self {
        let why = match restart {
            RestartReason::Missing => "missing",
            RestartReason::Closed => "unreadable",
            RestartReason::Version => "version",
            RestartReason::Policy => "policy",
            RestartReason::Old => "old",
        };
        Self::new(ReasonCode::RunRestarted)
            .text("why", why)
            .number("hours", HOURS_MAX)
    }
}

/// Why a slice did not leave behind where it stood. The continuation goes on from the slice before, or begins anew.
#[derive(Debug, thiserror::Error)]
enum CheckpointSaveError {
    #[error("the secret could not be read")]
    Secret(#[from] SecretError),
    #[error("its run has no place in the archive")]
    Name(#[from] ArchiveKeyError),
    #[error("it could not be sealed")]
    Sealed(#[from] SealError),
    #[error("the archive did not take it")]
    Archive(#[from] ArchiveError),
}

impl From<&CheckpointSaveError> for Reason {
    fn from(err: &CheckpointSaveError) -> Self {
        let cause = match err {
            CheckpointSaveError::Secret(err) => Self::from(err),
            CheckpointSaveError::Name(err) => Self::from(*err),
            CheckpointSaveError::Sealed(err) => Self::from(*err),
            CheckpointSaveError::Archive(err) => Self::from(err),
        };
        Self::new(ReasonCode::RunPositionNotStored).cause(cause)
    }
}

/// The checkpoint of one run.
pub(crate) struct CheckpointStore<'a> {
    deps: &'a SweepDeps,
    binding: &'a Binding,
    run: &'a RunId,
}

impl<'a> CheckpointStore<'a> {
    pub(crate) fn for_run(deps: &'a SweepDeps, binding: &'a Binding, run: &'a RunId) -> Self {
        Self { deps, binding, run }
    }

    pub(crate) fn binding(&self) -> &'a Binding {
        self.binding
    }

    /// The report of a run that has ended: nothing is left to go on with.
    pub(crate) async fn ended_report(&self) -> Result<Option<RunReport>, SweepError> {
        Ok(self
            .previous_report()
            .await?
            .filter(|report| !report.continues))
    }

    /// What the slices before this one came to; `None` before the first.
    pub(crate) async fn previous_report(&self) -> Result<Option<RunReport>, SweepError> {
        let (store, corp) = (&self.deps.corps.store, &self.binding.corp_id);
        let stored = store
            .get_control::<RunReport>(corp, ControlKind::Run, self.run.as_str())
            .await?;
        Ok(stored.map(|stored| stored.body))
    }

    /// Where the run stands, or why it begins anew.
    ///
    /// # Errors
    /// [`SweepError`] where the archive or the secret cannot be read now: the message comes again.
    pub(crate) async fn load_checkpoint(
        &self,
    ) -> Result<Result<SweepCheckpoint, RestartReason>, SweepError> {
        let Ok(key) = self.archive_key() else {
            return Ok(Err(RestartReason::Missing));
        };
        let sealed = match self.deps.archive.get(&key).await {
            Ok(Some(sealed)) => sealed,
            Ok(None) => return Ok(Err(RestartReason::Missing)),
            Err(err) if err.is_transient() => return Err(err.into()),
            Err(_) => return Ok(Err(RestartReason::Closed)),
        };
        let seal_key = self.seal_key().await.map_err(EngineError::Secret)?;
        let Ok(body) = seal::open_body(&seal_key, self.seal_place(), sealed) else {
            return Ok(Err(RestartReason::Closed));
        };
        Ok(decode_checkpoint(
            &body,
            self.binding.policy,
            self.deps.corps.clock.now(),
        ))
    }

    /// Stores where the run stands. What goes wrong is a note: what the slice wrote is written.
    pub(crate) async fn save_checkpoint(&self, checkpoint: &SweepCheckpoint) -> Option<Reason> {
        let kept = async {
            let seal_key = self.seal_key().await?;
            self.put_sealed(&seal_key, checkpoint).await
        };
        kept.await.err().as_ref().map(Reason::from)
    }

    async fn put_sealed(
        &self,
        seal_key: &SealKey,
        checkpoint: &SweepCheckpoint,
    ) -> Result<(), CheckpointSaveError> {
        let head = CheckpointHead {
            v: VERSION,
            at: self.deps.corps.clock.now(),
            policy: self.binding.policy,
        };
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = self.deps.corps.randomness.bytes();
        let body = encode_checkpoint(&head, checkpoint);
        let sealed = seal::seal_body(
            seal_key,
            self.seal_place(),
            [a, b, c, d, e, f, g, h, i, j, k, l],
            body,
        )?;
        Ok(self
            .deps
            .archive
            .put(&self.archive_key()?, sealed, PutIf::Always)
            .await?)
    }

    /// The run has ended: its checkpoint goes, and those of runs that ended nowhere.
    pub(crate) async fn delete_checkpoint(&self) {
        if let Err(err) = self.delete_ended().await {
            tracing::warn!(run = self.run.as_str(), reason = %err, "a checkpoint could not be removed; a later run does it");
        }
    }

    async fn delete_ended(&self) -> Result<(), CheckpointSaveError> {
        let archive = &self.deps.archive;
        let all = ArchivePrefix::new(&self.binding.corp_id, ArchiveKind::Checkpoint, "")?;
        let long_ago = self
            .deps
            .corps
            .clock
            .now()
            .plus_millis(-KEPT_DAYS * 24 * HOUR_MS);
        for archived in archive.list(&all, None, PAGE_MAX).await?.archived {
            let name = archived.key.name();
            if name == self.run.as_str() || run_began_at(name).is_some_and(|began| began < long_ago)
            {
                archive.delete(&archived.key).await?;
            }
        }
        Ok(())
    }

    fn archive_key(&self) -> Result<ArchiveKey, ArchiveKeyError> {
        ArchiveKey::new(
            &self.binding.corp_id,
            ArchiveKind::Checkpoint,
            self.run.as_str(),
        )
    }

    fn seal_place(&self) -> SealContext<'a> {
        SealContext {
            corp: &self.binding.corp_id,
            record: self.run.as_str(),
            field: "checkpoint",
        }
    }

    async fn seal_key(&self) -> Result<SealKey, SecretError> {
        let secrets = &self.deps.corps.secrets;
        let keys = secrets.get_keys(&self.binding.id).await;
        Ok(keys?.seal_key())
    }
}

/// When the run of this id began (`state::run_id`).
fn run_began_at(run: &str) -> Option<Timestamp> {
    run.split_once('-')?.0.parse().ok().map(Timestamp)
}

/// A line of JSON, then the engine's bytes.
fn encode_checkpoint(head: &CheckpointHead, checkpoint: &SweepCheckpoint) -> Vec<u8> {
    let mut body = serde_json::to_vec(head).unwrap_or_default();
    body.push(b'\n');
    checkpoint.write(&mut body);
    body
}

fn decode_checkpoint(
    body: &[u8],
    policy: u64,
    now: Timestamp,
) -> Result<SweepCheckpoint, RestartReason> {
    let line = body
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or(RestartReason::Version)?;
    let (head, rest) = body.split_at_checked(line).ok_or(RestartReason::Version)?;
    let head: CheckpointHead = serde_json::from_slice(head).map_err(|_| RestartReason::Version)?;
    let checkpoint = rest
        .get(1..)
        .and_then(SweepCheckpoint::read)
        .filter(|_| head.v == VERSION)
        .ok_or(RestartReason::Version)?;
    if head.policy != policy {
        return Err(RestartReason::Policy);
    }
    if now.millis().saturating_sub(head.at.millis()) > HOURS_MAX * HOUR_MS {
        return Err(RestartReason::Old);
    }
    Ok(checkpoint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::snapshot::AppScope;
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_780_000_000_000);

    /// The engine's bytes of a sweep that has seen nothing yet.
    fn empty_checkpoint() -> SweepCheckpoint {
        let (departments, people) = Default::default();
        let scope = AppScope {
            departments,
            people,
            fields: directory::FieldSet::PERSON,
            whole_company: true,
        };
        let json = json!({
            "v": 1, "scope": scope, "head_counts": [null, null], "unread": null, "deep": [[], []], "marked": [0, 0],
            "parents": {}, "leaders": {}, "nominated": [], "newcomers": [], "differing": [], "missing": [],
            "somebody": null, "candidates": [], "again": [], "unfinished": 0,
        });
        let json = json.to_string();
        let bytes = [
            (json.len() as u64).to_be_bytes().as_slice(),
            json.as_bytes(),
        ]
        .concat();
        SweepCheckpoint::read(&bytes).unwrap()
    }

    fn encoded_body(v: u32, at: Timestamp, policy: u64) -> Vec<u8> {
        encode_checkpoint(&CheckpointHead { v, at, policy }, &empty_checkpoint())
    }

    #[test]
    fn a_checkpoint_resumes_for_a_day_under_the_same_policy() {
        assert_eq!(
            decode_checkpoint(&encoded_body(VERSION, NOW, 7), 7, NOW),
            Ok(empty_checkpoint())
        );
        let day = HOURS_MAX * HOUR_MS;
        assert!(decode_checkpoint(&encoded_body(VERSION, NOW, 7), 7, NOW.plus_millis(day)).is_ok());
        assert_eq!(
            decode_checkpoint(&encoded_body(VERSION, NOW, 7), 7, NOW.plus_millis(day + 1)),
            Err(RestartReason::Old)
        );
        assert_eq!(
            decode_checkpoint(&encoded_body(VERSION, NOW, 7), 8, NOW),
            Err(RestartReason::Policy)
        );
    }

    #[test]
    fn a_checkpoint_of_another_version_is_not_resumed() {
        assert_eq!(
            decode_checkpoint(&encoded_body(VERSION + 1, NOW, 7), 7, NOW),
            Err(RestartReason::Version)
        );
        let whole = encoded_body(VERSION, NOW, 7);
        for cut in 0..whole.len() {
            assert_eq!(
                decode_checkpoint(&whole[..cut], 7, NOW),
                Err(RestartReason::Version),
                "{cut} of {} bytes",
                whole.len()
            );
        }
    }

    #[test]
    fn a_run_id_tells_when_the_run_began() {
        let run = state::run_id(NOW, 7).unwrap();
        assert_eq!(run_began_at(run.as_str()), Some(NOW));
        assert_eq!(run_began_at("x"), None);
    }
}
