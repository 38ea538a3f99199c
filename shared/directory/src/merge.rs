//! The three-way merge of one field: total, small, without I/O.

use serde::{Deserialize, Serialize};

use crate::hash::FieldHash;
use crate::ids::Side;

/// What a read said about one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: not shown by this read, or its permission is not proven. Hidden never merges.
    Hidden,
    /// A value (or *empty*, which has a hash of its own).
    Is(FieldHash),
}

/// Who decides a field. Each field has one owner; sharing is an explicit choice of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// DingTalk decides.
    DingTalk,
    /// The eHR decides.
    Ehr,
}

impl Owner {
    /// The side that decides.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::DingTalk => Side::DingTalk,
            Self::Ehr => Side::Ehr,
        }
    }
}

/// What is to happen with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// One of the sides said nothing: nothing is decided.
    Undecided,
    /// Both sides and base agree.
    Unchanged,
    /// Both sides agree and base does not know it yet.
    Agreed(FieldHash),
    /// The owner's value goes to the other side.
    Write {
        /// The side that is written to: never the owner's.
        to: Side,
        /// The owner's value.
        value: FieldHash,
        /// The other side had changed it since base: what is overwritten must be in the journal.
        overwrites_edit: bool,
    },
}

/// Merges one field.
///
/// With one owner there is nothing to resolve: where both sides are seen and differ, the owner's value is written to
/// the other side, also when the owner has not changed it (somebody edited the copy). DingTalk has no conditional
/// write, and with one owner none is needed (`reliability.md` §2.2, D1).
#[must_use]
pub fn field(base: Option<FieldHash>, dingtalk: Seen, ehr: Seen, owner: Owner) -> Merged {
    let (Seen::Is(dingtalk), Seen::Is(ehr)) = (dingtalk, ehr) else {
        return Merged::Undecided;
    };
    if dingtalk == ehr {
        return if base == Some(dingtalk) { Merged::Unchanged } else { Merged::Agreed(dingtalk) };
    }
    let (value, other) = match owner {
        Owner::DingTalk => (dingtalk, ehr),
        Owner::Ehr => (ehr, dingtalk),
    };
    Merged::Write { to: owner.side().other(), value, overwrites_edit: base != Some(other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: FieldHash = [1; 12];
    const B: FieldHash = [2; 12];
    const C: FieldHash = [3; 12];

    fn merge(base: Option<FieldHash>, dingtalk: FieldHash, ehr: FieldHash) -> Merged {
        field(base, Seen::Is(dingtalk), Seen::Is(ehr), Owner::DingTalk)
    }

    /// Three values have exactly five equality patterns; a missing base adds two.
    #[test]
    fn every_pattern_is_decided() {
        let write = |value, overwrites_edit| Merged::Write { to: Side::Ehr, value, overwrites_edit };
        assert_eq!(merge(Some(A), A, A), Merged::Unchanged);
        assert_eq!(merge(Some(A), B, A), write(B, false));
        assert_eq!(merge(Some(A), A, B), write(A, true));
        assert_eq!(merge(Some(A), B, B), Merged::Agreed(B));
        assert_eq!(merge(Some(A), B, C), write(B, true));
        assert_eq!(merge(None, A, A), Merged::Agreed(A));
        assert_eq!(merge(None, A, B), write(A, true));
    }

    #[test]
    fn the_owner_decides_the_direction() {
        let merged = field(Some(A), Seen::Is(A), Seen::Is(B), Owner::Ehr);
        assert_eq!(merged, Merged::Write { to: Side::DingTalk, value: B, overwrites_edit: false });
    }

    #[test]
    fn hidden_never_merges() {
        for base in [None, Some(A)] {
            for owner in [Owner::DingTalk, Owner::Ehr] {
                assert_eq!(field(base, Seen::Hidden, Seen::Is(B), owner), Merged::Undecided);
                assert_eq!(field(base, Seen::Is(B), Seen::Hidden, owner), Merged::Undecided);
            }
        }
    }
}
