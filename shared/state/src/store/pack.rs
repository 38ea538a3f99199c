//! A link's packed attribute: hashes, memberships, intents and lifecycle details as bytes. Total on malformed input.
//!
//! ```text
//! u8  count of hashes       then per hash:       u8 field, 12 B hash
//! u16 count of memberships  then per membership: 16 B link id, u8 bits (1 = member, 2 = leads)
//! u16 count of intents      then per intent:     u8 side, u8 action, i64 at, u8 count, per field: u8 field, 12 B hash
//! rest: details of the lifecycle — absent: u32 runs, i64 since; leaving: i64 since; left: i64 at; quarantined: i64 since, the reason in JSON (UTF-8), or as text of an earlier version
//! ```
//! Integers are big-endian.

use std::collections::{BTreeMap, BTreeSet};

use directory::hash::FieldHash;
use directory::reason::Reason;
use directory::{
    Base, Field, Link, LinkId, LinkLifecycle, Side, Timestamp, WriteAction, WriteIntent,
};

/// What is wrong with a packed attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnpackError(pub(super) &'static str);

const MEMBER_FLAG: u8 = 1;
const LEADER_FLAG: u8 = 2;

pub(super) struct UnpackedLink {
    pub(super) base: Base,
    pub(super) intents: Vec<WriteIntent>,
    pub(super) lifecycle: LinkLifecycle,
}

/// The lifecycle's word, stored beside the packed bytes.
pub(super) fn lifecycle_word(lifecycle: &LinkLifecycle) -> &'static str {
    match lifecycle {
        LinkLifecycle::Creating => "creating",
        LinkLifecycle::Active => "active",
        LinkLifecycle::Absent { .. } => "absent",
        LinkLifecycle::Leaving { .. } => "leaving",
        LinkLifecycle::Left { .. } => "left",
        LinkLifecycle::Quarantined { .. } => "quarantined",
    }
}

/// `None` where there are more memberships or intents than an item could hold anyway.
pub(super) fn pack_link(link: &Link) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(256);
    pack_hashes(&mut out, &link.base.hashes);
    let members: BTreeSet<&LinkId> = link.base.departments.union(&link.base.leads).collect();
    out.extend(u16::try_from(members.len()).ok()?.to_be_bytes());
    for id in members {
        let bit = |set: &BTreeSet<LinkId>, bit| if set.contains(id) { bit } else { 0 };
        out.extend(id.0);
        out.push(bit(&link.base.departments, MEMBER_FLAG) | bit(&link.base.leads, LEADER_FLAG));
    }
    out.extend(u16::try_from(link.intents.len()).ok()?.to_be_bytes());
    for intent in &link.intents {
        out.extend([intent.side as u8, intent.action as u8]);
        out.extend(intent.at.millis().to_be_bytes());
        pack_hashes(&mut out, &intent.fields);
    }
    match &link.lifecycle {
        LinkLifecycle::Creating | LinkLifecycle::Active => {}
        LinkLifecycle::Absent { runs, since } => {
            out.extend(runs.to_be_bytes());
            out.extend(since.millis().to_be_bytes());
        }
        LinkLifecycle::Left { at } | LinkLifecycle::Leaving { since: at } => {
            out.extend(at.millis().to_be_bytes());
        }
        LinkLifecycle::Quarantined { reason, since } => {
            out.extend(since.millis().to_be_bytes());
            out.extend(reason.to_stored().into_bytes());
        }
    }
    Some(out)
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "there are far fewer than 256 fields"
)]
fn pack_hashes(out: &mut Vec<u8>, hashes: &BTreeMap<Field, FieldHash>) {
    out.push(hashes.len() as u8);
    for (field, hash) in hashes {
        out.push(*field as u8);
        out.extend(hash);
    }
}

pub(super) fn unpack_link(word: &str, bytes: &[u8]) -> Result<UnpackedLink, UnpackError> {
    let mut rest = ByteReader(bytes);
    let hashes = rest.hashes()?;
    let (departments, leads) = rest.memberships()?;
    let intents = (0..rest.u16()?)
        .map(|_| rest.intent())
        .collect::<Result<_, _>>()?;
    let lifecycle = rest.lifecycle(word)?;
    if !rest.0.is_empty() {
        return Err(UnpackError("bytes are left over"));
    }
    Ok(UnpackedLink {
        base: Base {
            hashes,
            departments,
            leads,
        },
        intents,
        lifecycle,
    })
}

/// What is still to be read.
struct ByteReader<'a>(&'a [u8]);

impl ByteReader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], UnpackError> {
        let (head, rest) = self
            .0
            .split_first_chunk()
            .ok_or(UnpackError("the packed bytes end early"))?;
        self.0 = rest;
        Ok(*head)
    }

    fn u8(&mut self) -> Result<u8, UnpackError> {
        self.take().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16, UnpackError> {
        self.take().map(u16::from_be_bytes)
    }

    fn timestamp(&mut self) -> Result<Timestamp, UnpackError> {
        self.take().map(i64::from_be_bytes).map(Timestamp)
    }

    fn hashes(&mut self) -> Result<BTreeMap<Field, FieldHash>, UnpackError> {
        (0..self.u8()?)
            .map(|_| Ok((self.field()?, self.take()?)))
            .collect()
    }

    fn field(&mut self) -> Result<Field, UnpackError> {
        let position = usize::from(self.u8()?);
        Field::ALL
            .get(position)
            .copied()
            .ok_or(UnpackError("it has a field that this reader does not know"))
    }

    fn memberships(&mut self) -> Result<(BTreeSet<LinkId>, BTreeSet<LinkId>), UnpackError> {
        let (mut departments, mut leads) = (BTreeSet::new(), BTreeSet::new());
        for _ in 0..self.u16()? {
            let (id, bits) = (LinkId(self.take()?), self.u8()?);
            if bits & MEMBER_FLAG != 0 {
                departments.insert(id);
            }
            if bits & LEADER_FLAG != 0 {
                leads.insert(id);
            }
        }
        Ok((departments, leads))
    }

    fn intent(&mut self) -> Result<WriteIntent, UnpackError> {
        let side = match self.u8()? {
            0 => Side::DingTalk,
            1 => Side::Ehr,
            _ => return Err(UnpackError("an intent has an unknown side")),
        };
        let action = match self.u8()? {
            0 => WriteAction::Create,
            1 => WriteAction::Update,
            2 => WriteAction::Remove,
            3 => WriteAction::Restore,
            _ => return Err(UnpackError("an intent has an unknown action")),
        };
        Ok(WriteIntent {
            side,
            action,
            at: self.timestamp()?,
            fields: self.hashes()?,
        })
    }

    fn lifecycle(&mut self, word: &str) -> Result<LinkLifecycle, UnpackError> {
        Ok(match word {
            "creating" => LinkLifecycle::Creating,
            "active" => LinkLifecycle::Active,
            "absent" => LinkLifecycle::Absent {
                runs: self.take().map(u32::from_be_bytes)?,
                since: self.timestamp()?,
            },
            "leaving" => LinkLifecycle::Leaving {
                since: self.timestamp()?,
            },
            "left" => LinkLifecycle::Left {
                at: self.timestamp()?,
            },
            "quarantined" => {
                let since = self.timestamp()?;
                let reason = std::str::from_utf8(self.0)
                    .map_err(|_| UnpackError("a reason is not text"))
                    .map(Reason::from_stored)?;
                self.0 = &[];
                LinkLifecycle::Quarantined { reason, since }
            }
            _ => return Err(UnpackError("it has an unknown lifecycle")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Stored numbers: `side as u8` and `action as u8` must never be renumbered.
    #[test]
    fn stored_numbers_never_change() {
        assert_eq!([Side::DingTalk as u8, Side::Ehr as u8], [0, 1]);
        assert_eq!(
            [
                WriteAction::Create,
                WriteAction::Update,
                WriteAction::Remove,
                WriteAction::Restore
            ]
            .map(|a| a as u8),
            [0, 1, 2, 3]
        );
    }

    #[test]
    fn a_reason_that_an_earlier_version_stored_is_read() {
        let mut packed = vec![0; 5];
        packed.extend(7_i64.to_be_bytes());
        packed.extend(b"the userid now belongs to another unionid");
        let Ok(unpacked) = unpack_link("quarantined", &packed) else {
            panic!("refused")
        };
        assert_eq!(
            unpacked.lifecycle,
            LinkLifecycle::Quarantined {
                reason: Reason::stored_text("the userid now belongs to another unionid"),
                since: Timestamp(7),
            }
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            word in "creating|active|absent|left|quarantined|else",
        ) {
            _ = unpack_link(&word, &bytes);
        }
    }
}
