//! The three-way merge of one field: total, small, without I/O.

use crate::hash::FieldHash;
use crate::ids::Side;
use crate::planted::{self, Bug};
use crate::policy::Ownership;

/// What a read said about one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: not shown by this read, or its permission is not proven. Hidden never merges.
    Hidden,
    /// A value (or *empty*, which has a hash of its own).
    Is(FieldHash),
    /// A value that a write of our own, whose outcome was unknown, put there late. It is nobody's edit.
    Ours(FieldHash),
    /// A value that we were sending to the other side when the write was cut off: it was decided then, and whatever the other
    /// side has instead came later.
    Sent(FieldHash),
}

impl Seen {
    fn hash(self) -> Option<FieldHash> {
        match self {
            Self::Hidden => None,
            Self::Is(hash) | Self::Ours(hash) | Self::Sent(hash) => Some(hash),
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
    /// One side's value goes to the other.
    Write {
        /// The side that is written to.
        to: Side,
        /// The value.
        value: FieldHash,
        /// The written side had changed it since base: what is overwritten must be in the journal.
        overwrites_edit: bool,
        /// Both sides changed a shared field: a person is told, with both values.
        conflict: bool,
    },
}

/// Merges one field.
///
/// With one owner there is nothing to resolve: where both sides are seen and differ, the owner's value is written to
/// the other side, also when the owner has not changed it (somebody edited the copy). DingTalk has no conditional
/// write, and with one owner none is needed (`reliability.md` §2.2, D1). A shared field follows whichever side changed
/// it; where both did, `tie` wins and the other value is a conflict. What was decided before the write of it was cut off
/// gives way to what came later, and is a conflict too: nobody knows whether the later author had seen it.
#[must_use]
pub fn field(base: Option<FieldHash>, dingtalk: Seen, ehr: Seen, owner: Ownership, tie: Side) -> Merged {
    let (Some(in_dingtalk), Some(in_ehr)) = (dingtalk.hash(), ehr.hash()) else {
        return Merged::Undecided;
    };
    if in_dingtalk == in_ehr {
        return if base == Some(in_dingtalk) { Merged::Unchanged } else { Merged::Agreed(in_dingtalk) };
    }
    let edited = |seen: Seen| matches!(seen, Seen::Is(hash) | Seen::Sent(hash) if base != Some(hash));
    let sent = |seen: Seen| matches!(seen, Seen::Sent(_));
    let owner = if planted::is(Bug::OwnerIgnored) { Ownership::Shared } else { owner };
    let (winner, conflict) = match owner {
        Ownership::Owned(side) => (side, false),
        Ownership::Shared => match (edited(dingtalk), edited(ehr)) {
            (true, false) => (Side::DingTalk, false),
            (false, true) => (Side::Ehr, false),
            (true, true) if sent(ehr) && !sent(dingtalk) => (Side::DingTalk, base.is_some()),
            (true, true) if sent(dingtalk) && !sent(ehr) => (Side::Ehr, base.is_some()),
            (true, true) => (tie, base.is_some()),
            // Neither: one of them holds a late write of ours, and the other one what it was meant to replace.
            (false, false) if matches!(dingtalk, Seen::Ours(_)) => (Side::Ehr, false),
            (false, false) => (Side::DingTalk, false),
        },
    };
    let (value, other) = match winner {
        Side::DingTalk => (in_dingtalk, ehr),
        Side::Ehr => (in_ehr, dingtalk),
    };
    Merged::Write { to: winner.other(), value, overwrites_edit: edited(other), conflict }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: FieldHash = [1; 12];
    const B: FieldHash = [2; 12];
    const C: FieldHash = [3; 12];

    fn merge(base: Option<FieldHash>, dingtalk: FieldHash, ehr: FieldHash) -> Merged {
        field(base, Seen::Is(dingtalk), Seen::Is(ehr), Ownership::Owned(Side::DingTalk), Side::DingTalk)
    }

    fn shared(base: Option<FieldHash>, dingtalk: Seen, ehr: Seen) -> Merged {
        field(base, dingtalk, ehr, Ownership::Shared, Side::Ehr)
    }

    fn write(to: Side, value: FieldHash, overwrites_edit: bool, conflict: bool) -> Merged {
        Merged::Write { to, value, overwrites_edit, conflict }
    }

    /// Three values have exactly five equality patterns; a missing base adds two.
    #[test]
    fn every_pattern_is_decided() {
        let write = |value, overwrites_edit| write(Side::Ehr, value, overwrites_edit, false);
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
        let merged = field(Some(A), Seen::Is(A), Seen::Is(B), Ownership::Owned(Side::Ehr), Side::DingTalk);
        assert_eq!(merged, write(Side::DingTalk, B, false, false));
    }

    #[test]
    fn a_shared_field_follows_whoever_changed_it() {
        assert_eq!(shared(Some(A), Seen::Is(B), Seen::Is(A)), write(Side::Ehr, B, false, false));
        assert_eq!(shared(Some(A), Seen::Is(A), Seen::Is(B)), write(Side::DingTalk, B, false, false));
    }

    #[test]
    fn two_edits_of_a_shared_field_are_a_conflict_and_the_tie_breaks_it() {
        assert_eq!(shared(Some(A), Seen::Is(B), Seen::Is(C)), write(Side::DingTalk, C, true, true));
        assert_eq!(shared(None, Seen::Is(B), Seen::Is(C)), write(Side::DingTalk, C, true, false), "the first binding");
    }

    #[test]
    fn our_own_late_write_is_nobodys_edit() {
        assert_eq!(shared(Some(A), Seen::Ours(B), Seen::Is(A)), write(Side::DingTalk, A, false, false));
        assert_eq!(shared(Some(A), Seen::Ours(B), Seen::Is(C)), write(Side::DingTalk, C, false, false));
        assert_eq!(shared(Some(A), Seen::Is(A), Seen::Ours(B)), write(Side::Ehr, A, false, false));
        assert_eq!(shared(Some(A), Seen::Ours(B), Seen::Is(B)), Merged::Agreed(B));
    }

    #[test]
    fn what_was_being_sent_gives_way_to_what_came_later() {
        assert_eq!(shared(Some(A), Seen::Is(B), Seen::Sent(C)), write(Side::Ehr, B, true, true), "not the tie");
        assert_eq!(shared(Some(A), Seen::Sent(B), Seen::Is(C)), write(Side::DingTalk, C, true, true));
        assert_eq!(
            shared(Some(A), Seen::Is(A), Seen::Sent(C)),
            write(Side::DingTalk, C, false, false),
            "it never came"
        );
        assert_eq!(shared(Some(A), Seen::Ours(B), Seen::Sent(C)), write(Side::DingTalk, C, false, false));
        let owned = field(Some(A), Seen::Is(B), Seen::Sent(C), Ownership::Owned(Side::Ehr), Side::Ehr);
        assert_eq!(owned, write(Side::DingTalk, C, true, false), "an owner decides whatever was sent");
    }

    #[test]
    fn hidden_never_merges() {
        for base in [None, Some(A)] {
            for owner in [Ownership::Owned(Side::DingTalk), Ownership::Owned(Side::Ehr), Ownership::Shared] {
                assert_eq!(field(base, Seen::Hidden, Seen::Is(B), owner, Side::Ehr), Merged::Undecided);
                assert_eq!(field(base, Seen::Is(B), Seen::Hidden, owner, Side::Ehr), Merged::Undecided);
            }
        }
    }
}
