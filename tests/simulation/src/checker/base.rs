//! Checks the links: they pair the right records, their base is what both sides agree on, and
//! nothing is pending.

use directory::{Field, FieldValues, Kind, Link, LinkLifecycle, Side, hash};

use super::{Findings, is_exempt, state_fields};
use crate::oracle::SideSnapshot;
use crate::world::{WorldState, corp_hash_key};

pub(super) fn check(state: &WorldState, pictures: &[SideSnapshot; 2]) -> Findings {
    let mut found = Findings::new();
    for link in state.links.all() {
        let number = |side: Side| {
            link.native_id(side)
                .and_then(|id| state.oracle.number_of(side, link.kind, id))
        };
        let (Some(dingtalk), Some(ehr)) = (number(Side::DingTalk), number(Side::Ehr)) else {
            continue;
        };
        let who = (link.kind, ehr);
        if is_exempt(state, who) || is_exempt(state, (link.kind, dingtalk)) {
            continue;
        }
        if dingtalk != ehr {
            found.push((
                "crossed",
                format!(
                    "{:?} {dingtalk} of DingTalk is linked with {ehr} of the eHR",
                    link.kind
                ),
            ));
            continue;
        }
        if !pictures.iter().all(|picture| picture.contains_key(&who)) {
            continue;
        }
        // A record that was deleted may have come back under another id, with another link.
        if link
            .ehr
            .as_ref()
            .is_none_or(|id| state.ehr.get(link.kind, id).is_none())
        {
            continue;
        }
        if link.lifecycle != LinkLifecycle::Active {
            found.push((
                "lifecycle",
                format!(
                    "{who:?} is on both sides and its link is {:?}",
                    link.lifecycle
                ),
            ));
        }
        if !link.intents.is_empty() {
            found.push((
                "intent",
                format!(
                    "{who:?} has intents that nobody explained: {:?}",
                    link.intents
                ),
            ));
        }
        found.extend(check_agreed_values(state, link));
    }
    found
}

/// If a side normalises a value, base holds the value that was meant.
fn check_agreed_values(state: &WorldState, link: &Link) -> Findings {
    let Some(record) = link
        .ehr
        .as_ref()
        .and_then(|id| state.ehr.get(link.kind, id))
    else {
        return Findings::new();
    };
    let mut found = Findings::new();
    for (field, _) in state_fields(state, link.kind) {
        let skipped = field.refers_to().is_some()
            || field == Field::HideMobile
            || state.habits.capitals.is_some_and(|(_, of)| of == field)
            || link.kind == Kind::Department
                && state
                    .oracle
                    .number_of(Side::Ehr, link.kind, &record.record.id)
                    == Some(1);
        let Some(base) = link.base.hashes.get(&field).filter(|_| !skipped) else {
            continue;
        };
        let mut values = FieldValues::new();
        values.show(field, record.record.values.get(field).cloned());
        if hash::hash_field(&corp_hash_key(), field, values.get(field)) != *base {
            let what = format!(
                "{} of {:?} {:?} is not what base says",
                field.key(),
                link.kind,
                link.ehr
            );
            found.push(("base", what));
        }
    }
    found
}
