//! Keys of the archive: `{corp}/{kind}/{name}`.

use std::fmt;

use directory::CorpId;
use directory::reason::Reason;

use super::ARCHIVE;
use crate::error::{Cause, refused_reason};

/// Longest name, and longest corp as it is spelled in a key. S3 takes 1,024 bytes in all.
const NAME_MAX: usize = 200;

/// What is archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArchiveKind {
    /// The body of a plan.
    Plan,
    /// A binding's state before its first write.
    Backup,
    /// The company as of a day.
    Snapshot,
    /// Where a sweep stood at the end of a slice, by its run.
    Checkpoint,
    /// Copies of the journals' heads: what shows that somebody rewrote all of them.
    JournalHead,
}

impl ArchiveKind {
    /// The stored spelling.
    #[must_use]
    pub fn stored_name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Backup => "backup",
            Self::Snapshot => "snapshot",
            Self::Checkpoint => "checkpoint",
            Self::JournalHead => "journal-head",
        }
    }
}

/// A name that cannot be part of a key, and why. The name is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the archive has no such name: {0}")]
pub struct ArchiveKeyError(&'static str);

impl From<ArchiveKeyError> for Reason {
    fn from(err: ArchiveKeyError) -> Self {
        refused_reason(ARCHIVE, &Cause::new(err.0))
    }
}

/// Where one body is kept. No part of it can leave its corp: a name has parts of lower-case letters, digits, `-`, `_` and
/// `.` between single slashes, and none begins with a dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveKey(String);

impl ArchiveKey {
    /// A key.
    ///
    /// # Errors
    /// [`ArchiveKeyError`] for a name that is empty, over 200 bytes, or spelled otherwise.
    pub fn new(corp: &CorpId, kind: ArchiveKind, name: &str) -> Result<Self, ArchiveKeyError> {
        check_name(name)?;
        Ok(Self(kind_folder(corp, kind) + name))
    }

    /// The key as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind corp and kind.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.splitn(3, '/').nth(2).unwrap_or_default()
    }
}

impl fmt::Debug for ArchiveKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The beginning of keys: all of a kind, or those whose names begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePrefix {
    folder: String,
    start: String,
}

impl ArchivePrefix {
    /// Everything of a corp and kind whose name begins with `start`; the empty text takes all.
    ///
    /// # Errors
    /// [`ArchiveKeyError`] for a start that no name has.
    pub fn new(corp: &CorpId, kind: ArchiveKind, start: &str) -> Result<Self, ArchiveKeyError> {
        if !start.is_empty() {
            // What a name may still follow: `2026-11-22/` as well as `2026-`.
            check_name(&format!("{start}0"))?;
        }
        Ok(Self {
            folder: kind_folder(corp, kind),
            start: start.to_owned(),
        })
    }

    /// The prefix of the stored keys.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.folder, self.start)
    }

    /// Corp and kind as they are stored, with the slash behind them.
    #[must_use]
    pub fn corp_folder(&self) -> &str {
        &self.folder
    }

    /// A stored key that a listing of this prefix found; `None` where it is none of ours.
    #[must_use]
    pub fn parse_stored_key(&self, stored: &str) -> Option<ArchiveKey> {
        let name = stored.strip_prefix(&self.folder)?;
        (name.starts_with(&self.start) && check_name(name).is_ok())
            .then(|| ArchiveKey(stored.to_owned()))
    }
}

fn kind_folder(corp: &CorpId, kind: ArchiveKind) -> String {
    format!("{}/{}/", escape_corp(corp.as_str()), kind.stored_name())
}

/// A CorpId is whatever DingTalk says that it is: lower-case letters, digits, `-` and `_` as they are, every other byte as
/// `%` and two digits.
fn escape_corp(corp: &str) -> String {
    let mut safe = String::with_capacity(corp.len());
    for byte in corp.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => safe.push(char::from(byte)),
            _ => safe.push_str(&format!("%{byte:02x}")),
        }
    }
    safe
}

fn check_name(name: &str) -> Result<(), ArchiveKeyError> {
    if name.is_empty() || name.len() > NAME_MAX {
        return Err(ArchiveKeyError("it is empty or over 200 bytes"));
    }
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/');
    if !name.bytes().all(plain) {
        return Err(ArchiveKeyError(
            "it holds something else than lower-case letters, digits, '-', '_', '.' and '/'",
        ));
    }
    if name
        .split('/')
        .any(|part| part.is_empty() || part.starts_with('.'))
    {
        return Err(ArchiveKeyError(
            "a part of it is empty or begins with a dot",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corp(id: &str) -> CorpId {
        CorpId::new(id).unwrap()
    }

    #[test]
    fn a_key_starts_with_its_corp_and_cannot_escape_it() {
        let key = ArchiveKey::new(
            &corp("dingA/../b"),
            ArchiveKind::Snapshot,
            "2026-11-22/0001",
        )
        .unwrap();
        assert_eq!(
            key.as_str(),
            "ding%41%2f%2e%2e%2fb/snapshot/2026-11-22/0001"
        );
        assert_eq!(key.name(), "2026-11-22/0001");
        for name in [
            "",
            "/",
            "a//b",
            "../x",
            "a/../b",
            ".new",
            "a/",
            "A",
            "李",
            "a b",
            "a%2e",
            &"x".repeat(201),
        ] {
            assert!(
                ArchiveKey::new(&corp("ding1"), ArchiveKind::Plan, name).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_prefix_recognises_only_its_own_keys() {
        let prefix = ArchivePrefix::new(&corp("ding1"), ArchiveKind::Snapshot, "2026-").unwrap();
        assert_eq!(prefix.to_text(), "ding1/snapshot/2026-");
        assert!(
            prefix
                .parse_stored_key("ding1/snapshot/2026-11-22/0001")
                .is_some()
        );
        for stranger in [
            "ding1/snapshot/2025-01-01",
            "ding2/snapshot/2026-1",
            "ding1/snapshot/2026-/../x",
            "2026-",
        ] {
            assert!(prefix.parse_stored_key(stranger).is_none(), "{stranger}");
        }
        assert!(ArchivePrefix::new(&corp("ding1"), ArchiveKind::Plan, "").is_ok());
        assert!(ArchivePrefix::new(&corp("ding1"), ArchiveKind::Plan, "2026-11-22/").is_ok());
        assert!(ArchivePrefix::new(&corp("ding1"), ArchiveKind::Plan, "../").is_err());
    }
}
