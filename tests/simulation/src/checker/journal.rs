//! Checks the journal: it holds every change, and every value that a person wrote, the engine read
//! and the engine replaced.

use std::collections::BTreeMap;

use directory::policy::Ownership;
use directory::{Field, LinkId, Side, WriteAction};
use engine::ports::JournalEntry;

use super::Findings;
use crate::oracle::format_value;
use crate::oracle::replaced_values::{EngineEffect, ReplacedValue, is_empty};
use crate::world::WorldState;

type EntriesByRecord<'a> = BTreeMap<(LinkId, Side), Vec<&'a JournalEntry>>;

/// Returns what is missing, and how many values of shared fields were replaced unread.
pub(super) fn check(state: &WorldState) -> (Findings, u64) {
    let mut entries = EntriesByRecord::new();
    for (_, entry) in &state.journal {
        entries
            .entry((entry.link, entry.side))
            .or_default()
            .push(entry);
    }
    let mut found = Findings::new();
    for effect in &state.oracle.effects {
        if !is_told(&entries, effect) {
            let what = format!(
                "{:?} of {:?} in {:?} is in no entry",
                effect.action, effect.link, effect.side
            );
            found.push(("journal", what));
        }
        for field in effect
            .emptied
            .iter()
            .filter(|field| !is_meant(&entries, effect, **field))
        {
            let what = format!(
                "{} of {:?} in {:?} was emptied, and a value was meant",
                field.key(),
                effect.link,
                effect.side
            );
            found.push(("emptied", what));
        }
    }
    let mut unseen = 0;
    for replaced in &state.oracle.replaced {
        found.extend(check_replaced(state, &entries, replaced));
        unseen += u64::from(!replaced.read && replaced.shared);
    }
    found.extend(find_false_blame(state));
    found.extend(find_unmerged(state));
    (found, unseen)
}

/// Checks that the journal and the conflicts tell of a value that people wrote and the engine
/// replaced.
fn check_replaced(
    state: &WorldState,
    entries: &EntriesByRecord<'_>,
    replaced: &ReplacedValue,
) -> Findings {
    let ReplacedValue {
        who, field, side, ..
    } = replaced;
    let value = format!(
        "{} of {who:?} in {side:?} was {}",
        field.key(),
        format_value(&replaced.value)
    );
    let mut found = Findings::new();
    if replaced.read && !is_kept(entries, replaced) {
        let what = format!("{value}, was read, was replaced and is in no entry");
        found.push(("forgotten", what));
    }
    if replaced.read
        && replaced.shared
        && replaced.unseen_by_the_other
        && !is_conflict(entries, replaced)
    {
        let what = format!(
            "{value}, and whoever wrote what replaced it had not seen it: no conflict says so"
        );
        found.push(("unreported", what));
    }
    if replaced.read
        && replaced.shared
        && replaced.reverted
        && !state.oracle.restored
        // A normalised value looks like an edit at first. The journal then names both values.
        && !state.habits.capitals.is_some_and(|(_, of)| of == *field && is_conflict(entries, replaced))
        && was_agreed(entries, replaced)
    {
        let what = format!("{value}, and gave way to what its author had seen and changed");
        found.push(("reverted", what));
    }
    found
}

/// Finds entries that report a replaced edit although no person wrote the replaced value: it was
/// the engine's own write. After a restore the engine cannot know its own writes. A side that
/// stores capitals or hides a column for a while also makes own writes look like edits.
fn find_false_blame(state: &WorldState) -> Findings {
    let capitals = |field: Field| state.habits.capitals.is_some_and(|(_, of)| of == field);
    let unclear = |field: Field| capitals(field) || state.oracle.blanked.contains(field);
    let entries = state
        .journal
        .iter()
        .map(|(_, entry)| entry)
        .filter(|_| !state.oracle.restored);
    let changes = entries.flat_map(|entry| entry.changes.iter().map(move |change| (entry, change)));
    let edits = changes.filter(|(_, change)| {
        (change.overwrites_edit || change.conflict) && change.base_before.is_some()
    });
    // A create that is begun twice for a deleted record finds the result of its first try.
    let deleted = |entry: &JournalEntry| {
        let link = state.links.get(entry.kind, entry.link);
        let number = link.and_then(|link| {
            state
                .oracle
                .number_of(Side::DingTalk, link.kind, link.dingtalk.as_ref()?)
        });
        number.is_some_and(|number| state.oracle.deleted.contains(&(entry.kind, number)))
    };
    let nobodys = edits.filter(|(entry, change)| {
        !unclear(change.field)
            && !deleted(entry)
            && !state
                .oracle
                .was_written_by_hand(entry.side, change.field, &change.before)
    });
    let findings = nobodys.map(|(entry, change)| {
        let (field, value) = (change.field.key(), format_value(&change.before));
        (
            "blamed",
            format!(
                "{field} of {:?} in {:?} was {value}: an edit, by the journal, and nobody's",
                entry.link, entry.side
            ),
        )
    });
    findings.collect()
}

/// Finds membership changes that were not merged. In a shared membership field no edit loses: a
/// department added on one side and another removed on the other both take effect.
fn find_unmerged(state: &WorldState) -> Findings {
    let shared = |entry: &JournalEntry| {
        state.policy.field_owner(entry.kind, Field::Departments) == Ownership::Shared
    };
    let entries = state
        .journal
        .iter()
        .map(|(_, entry)| entry)
        .filter(|entry| shared(entry));
    let changes = entries.flat_map(|entry| entry.changes.iter().map(move |change| (entry, change)));
    let lost = changes.filter(|(_, change)| {
        change.field == Field::Departments && change.conflict && change.base_before.is_some()
    });
    let findings = |(entry, _): (&JournalEntry, _)| {
        (
            "unmerged",
            format!(
                "departments of {:?} are those of one side, and people wrote both",
                entry.link
            ),
        )
    };
    lost.map(findings).collect()
}

fn is_told(entries: &EntriesByRecord<'_>, effect: &EngineEffect) -> bool {
    let of_record = entries
        .get(&(effect.link, effect.side))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let has = |entry: &&JournalEntry, field: &Field| {
        entry.changes.iter().any(|change| change.field == *field)
    };
    let cut_off = of_record
        .iter()
        .any(|entry| entry.changes.is_empty() && entry.action != WriteAction::Remove);
    match effect.action {
        WriteAction::Remove => of_record
            .iter()
            .any(|entry| entry.action == WriteAction::Remove),
        _ => {
            cut_off
                || effect
                    .fields
                    .iter()
                    .all(|field| of_record.iter().any(|entry| has(entry, field)))
        }
    }
}

/// Whether the journal says that the field was to be emptied. A write that was cut off has no
/// entry.
fn is_meant(entries: &EntriesByRecord<'_>, effect: &EngineEffect, field: Field) -> bool {
    let of_record = entries
        .get(&(effect.link, effect.side))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let after: Vec<_> = of_record
        .iter()
        .flat_map(|entry| &entry.changes)
        .filter(|change| change.field == field)
        .collect();
    after.is_empty() || after.iter().any(|change| is_empty(change.after.as_ref()))
}

/// Whether both sides had new values in a shared field and one of them lost: a conflict must be
/// recorded. Before the first binding nothing was agreed, so nothing conflicts.
fn is_conflict(entries: &EntriesByRecord<'_>, replaced: &ReplacedValue) -> bool {
    let of_record = entries
        .get(&(replaced.link, replaced.side))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut changes = of_record.iter().flat_map(|entry| &entry.changes);
    changes.any(|change| {
        let this = change.field == replaced.field && change.before == replaced.value;
        this && (change.conflict || change.base_before.is_none())
    })
}

/// Whether both sides had agreed on the field before this value was replaced.
fn was_agreed(entries: &EntriesByRecord<'_>, replaced: &ReplacedValue) -> bool {
    let of_record = entries
        .get(&(replaced.link, replaced.side))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut changes = of_record.iter().flat_map(|entry| &entry.changes);
    changes.any(|change| {
        let this = change.field == replaced.field
            && change.before == replaced.value
            && change.after == replaced.by;
        this && change.base_before.is_some()
    })
}

fn is_kept(entries: &EntriesByRecord<'_>, replaced: &ReplacedValue) -> bool {
    let of_record = entries
        .get(&(replaced.link, replaced.side))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let changes = of_record.iter().flat_map(|entry| &entry.changes);
    let mut of_field = changes.filter(|change| change.field == replaced.field);
    // The journal names references by link.
    of_field.any(|change| replaced.field.refers_to().is_some() || change.before == replaced.value)
}
