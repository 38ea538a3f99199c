//! The hashes of the chains: SHA-256, every part with its length where parts meet.

use directory::{CorpId, RunId};
use sha2::{Digest, Sha256};

use crate::vault::lower_hex;

pub(super) type ChainHash = [u8; 32];

/// What a run's chain begins with: bound to the corp and the run, so that no chain can stand in for another.
pub(super) fn initial_hash(corp: &CorpId, run: &RunId) -> ChainHash {
    let mut hasher = Sha256::new();
    for part in ["journal", corp.as_str(), run.as_str()] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// The hash after an entry: over the one before and the entry's stored bytes.
pub(super) fn entry_hash(before: &ChainHash, body: &[u8]) -> ChainHash {
    Sha256::new()
        .chain_update(before)
        .chain_update(body)
        .finalize()
        .into()
}

/// A closed run's head: its last hash, its length and its name.
pub(super) fn run_hash(run: &RunId, entries: u64, hash: &ChainHash) -> ChainHash {
    let hasher = Sha256::new()
        .chain_update(hash)
        .chain_update(entries.to_be_bytes());
    hasher
        .chain_update(run.as_str().as_bytes())
        .finalize()
        .into()
}

/// The corp's head after a run was closed.
pub(super) fn head_hash(before: &str, run: &ChainHash) -> String {
    lower_hex(
        &Sha256::new()
            .chain_update(before.as_bytes())
            .chain_update(run)
            .finalize(),
    )
}
