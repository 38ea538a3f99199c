//! The three-way merge of one field: total, small, without I/O.

use crate::hash::FieldHash;
use crate::ids::Side;
use crate::planted::{self, Bug};
use crate::policy::Ownership;

/// What a read said about one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldObservation {
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

impl FieldObservation {
    /// What was being sent to the other side counts as an edit here.
    pub(crate) fn sent_as_edit(self) -> Self {
        match self {
            Self::Sent(hash) => Self::Is(hash),
            seen => seen,
        }
    }

    fn value_hash(self) -> Option<FieldHash> {
        match self {
            Self::Hidden => None,
            Self::Is(hash) | Self::Ours(hash) | Self::Sent(hash) => Some(hash),
        }
    }
}

/// What is to happen with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeOutcome {
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
/// write, and with one owner none is needed. A shared field follows whichever side changed
/// it; where both did, `tie` wins and the other value is a conflict. What was decided before the write of it was cut off
/// gives way to what came later, and is a conflict too: nobody knows whether the later author had seen it.
#[must_use]
pub fn merge_field(
    base: Option<FieldHash>,
    dingtalk: FieldObservation,
    ehr: FieldObservation,
    owner: Ownership,
    tie: Side,
) -> MergeOutcome {
    let (Some(in_dingtalk), Some(in_ehr)) = (dingtalk.value_hash(), ehr.value_hash()) else {
        return MergeOutcome::Undecided;
    };
    if in_dingtalk == in_ehr {
        return if base == Some(in_dingtalk) {
            MergeOutcome::Unchanged
        } else {
            MergeOutcome::Agreed(in_dingtalk)
        };
    }
    let edited = |seen: FieldObservation| matches!(seen, FieldObservation::Is(hash) | FieldObservation::Sent(hash) if base != Some(hash));
    let sent = |seen: FieldObservation| matches!(seen, FieldObservation::Sent(_));
    let owner = if planted::is(Bug::OwnerIgnored) {
        Ownership::Shared
    } else {
        owner
    };
    let (winner, conflict) = match owner {
        Ownership::Owned(side) => (side, false),
        Ownership::Shared => match (edited(dingtalk), edited(ehr)) {
            (true, false) => (Side::DingTalk, false),
            (false, true) => (Side::Ehr, false),
            (true, true) if sent(ehr) && !sent(dingtalk) => (Side::DingTalk, base.is_some()),
            (true, true) if sent(dingtalk) && !sent(ehr) => (Side::Ehr, base.is_some()),
            (true, true) => (tie, base.is_some()),
            // Neither: one of them holds a late write of ours, and the other one what it was meant to replace.
            (false, false) if matches!(dingtalk, FieldObservation::Ours(_)) => (Side::Ehr, false),
            (false, false) => (Side::DingTalk, false),
        },
    };
    let (value, other) = match winner {
        Side::DingTalk => (in_dingtalk, ehr),
        Side::Ehr => (in_ehr, dingtalk),
    };
    MergeOutcome::Write {
        to: winner.other(),
        value,
        overwrites_edit: edited(other),
        conflict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: FieldHash = [1; 12];
    const B: FieldHash = [2; 12];
    const C: FieldHash = [3; 12];

    fn merge(base: Option<FieldHash>, dingtalk: FieldHash, ehr: FieldHash) -> MergeOutcome {
        merge_field(
            base,
            FieldObservation::Is(dingtalk),
            FieldObservation::Is(ehr),
            Ownership::Owned(Side::DingTalk),
            Side::DingTalk,
        )
    }

    fn shared(
        base: Option<FieldHash>,
        dingtalk: FieldObservation,
        ehr: FieldObservation,
    ) -> MergeOutcome {
        merge_field(base, dingtalk, ehr, Ownership::Shared, Side::Ehr)
    }

    fn write(to: Side, value: FieldHash, overwrites_edit: bool, conflict: bool) -> MergeOutcome {
        MergeOutcome::Write {
            to,
            value,
            overwrites_edit,
            conflict,
        }
    }

    /// Three values have exactly five equality patterns; a missing base adds two.
    #[test]
    fn every_equality_pattern_has_an_outcome() {
        let write = |value, overwrites_edit| write(Side::Ehr, value, overwrites_edit, false);
        assert_eq!(merge(Some(A), A, A), MergeOutcome::Unchanged);
        assert_eq!(merge(Some(A), B, A), write(B, false));
        assert_eq!(merge(Some(A), A, B), write(A, true));
        assert_eq!(merge(Some(A), B, B), MergeOutcome::Agreed(B));
        assert_eq!(merge(Some(A), B, C), write(B, true));
        assert_eq!(merge(None, A, A), MergeOutcome::Agreed(A));
        assert_eq!(merge(None, A, B), write(A, true));
    }

    #[test]
    fn the_owner_decides_the_direction() {
        let merged = merge_field(
            Some(A),
            FieldObservation::Is(A),
            FieldObservation::Is(B),
            Ownership::Owned(Side::Ehr),
            Side::DingTalk,
        );
        assert_eq!(merged, write(Side::DingTalk, B, false, false));
    }

    #[test]
    fn a_shared_field_follows_the_side_that_changed_it() {
        assert_eq!(
            shared(Some(A), FieldObservation::Is(B), FieldObservation::Is(A)),
            write(Side::Ehr, B, false, false)
        );
        assert_eq!(
            shared(Some(A), FieldObservation::Is(A), FieldObservation::Is(B)),
            write(Side::DingTalk, B, false, false)
        );
    }

    #[test]
    fn two_edits_of_a_shared_field_are_a_conflict_and_the_tie_breaks_it() {
        assert_eq!(
            shared(Some(A), FieldObservation::Is(B), FieldObservation::Is(C)),
            write(Side::DingTalk, C, true, true)
        );
        assert_eq!(
            shared(None, FieldObservation::Is(B), FieldObservation::Is(C)),
            write(Side::DingTalk, C, true, false),
            "the first binding"
        );
    }

    #[test]
    fn our_own_late_write_is_not_an_edit() {
        assert_eq!(
            shared(Some(A), FieldObservation::Ours(B), FieldObservation::Is(A)),
            write(Side::DingTalk, A, false, false)
        );
        assert_eq!(
            shared(Some(A), FieldObservation::Ours(B), FieldObservation::Is(C)),
            write(Side::DingTalk, C, false, false)
        );
        assert_eq!(
            shared(Some(A), FieldObservation::Is(A), FieldObservation::Ours(B)),
            write(Side::Ehr, A, false, false)
        );
        assert_eq!(
            shared(Some(A), FieldObservation::Ours(B), FieldObservation::Is(B)),
            MergeOutcome::Agreed(B)
        );
    }

    #[test]
    fn an_interrupted_value_yields_to_a_later_one() {
        assert_eq!(
            shared(Some(A), FieldObservation::Is(B), FieldObservation::Sent(C)),
            write(Side::Ehr, B, true, true),
            "not the tie"
        );
        assert_eq!(
            shared(Some(A), FieldObservation::Sent(B), FieldObservation::Is(C)),
            write(Side::DingTalk, C, true, true)
        );
        assert_eq!(
            shared(Some(A), FieldObservation::Is(A), FieldObservation::Sent(C)),
            write(Side::DingTalk, C, false, false),
            "it never came"
        );
        assert_eq!(
            shared(
                Some(A),
                FieldObservation::Ours(B),
                FieldObservation::Sent(C)
            ),
            write(Side::DingTalk, C, false, false)
        );
        let owned = merge_field(
            Some(A),
            FieldObservation::Is(B),
            FieldObservation::Sent(C),
            Ownership::Owned(Side::Ehr),
            Side::Ehr,
        );
        assert_eq!(
            owned,
            write(Side::DingTalk, C, true, false),
            "an owner decides whatever was sent"
        );
    }

    #[test]
    fn a_hidden_field_never_merges() {
        for base in [None, Some(A)] {
            for owner in [
                Ownership::Owned(Side::DingTalk),
                Ownership::Owned(Side::Ehr),
                Ownership::Shared,
            ] {
                assert_eq!(
                    merge_field(
                        base,
                        FieldObservation::Hidden,
                        FieldObservation::Is(B),
                        owner,
                        Side::Ehr
                    ),
                    MergeOutcome::Undecided
                );
                assert_eq!(
                    merge_field(
                        base,
                        FieldObservation::Is(B),
                        FieldObservation::Hidden,
                        owner,
                        Side::Ehr
                    ),
                    MergeOutcome::Undecided
                );
            }
        }
    }
}
