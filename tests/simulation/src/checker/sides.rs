//! Checks that both sides show the same people and departments, the same values, and the last value
//! that each owner wrote.

use std::collections::BTreeSet;

use directory::policy::Ownership;
use directory::{Field, Kind, LinkLifecycle, Side};

use super::{Findings, comparable_value, is_confused, is_exempt, picture_of, state_fields};
use crate::oracle::{NumberedValue, RecordNumber, SideSnapshot, format_value};
use crate::world::WorldState;

pub(super) fn check(state: &WorldState, pictures: &[SideSnapshot; 2]) -> Findings {
    let mut found = find_duplicates(state);
    found.extend(check_presence(state, pictures));
    found.extend(check_values(state, pictures));
    found.extend(check_owner_values(state, pictures));
    found
}

/// Finds departments that exist twice. After a restore, a department that was created and then
/// renamed is created again, because its link is lost.
pub(super) fn find_doubled(state: &mut WorldState) {
    let ids = state
        .dingtalk
        .company()
        .departments
        .keys()
        .map(|id| directory::DeptId(*id).into());
    let mut numbers: Vec<u32> = ids
        .filter_map(|id| {
            state
                .oracle
                .number_of(Side::DingTalk, Kind::Department, &id)
        })
        .collect();
    numbers.sort_unstable();
    let twice = numbers
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| (Kind::Department, pair[0]));
    let excused = |(_, number): &RecordNumber| {
        state.oracle.restored || state.oracle.moved_early.contains(number)
    };
    state.oracle.doubled = twice.filter(excused).collect();
}

/// Finds records that are on a side twice.
fn find_duplicates(state: &WorldState) -> Findings {
    let mut found = Findings::new();
    let mut seen = BTreeSet::new();
    let mut once = |side: Side, kind: Kind, id: &directory::NativeId| {
        let number = state.oracle.number_of(side, kind, id);
        match number {
            None => found.push(("stray", format!("{id} in {side:?} is nobody's"))),
            Some(number)
                if !seen.insert((side, kind, number)) && !is_confused(state, (kind, number)) =>
            {
                found.push(("twin", format!("{kind:?} {number} is in {side:?} twice")));
            }
            Some(_) => {}
        }
    };
    for stored in state.ehr.all().filter(|stored| stored.record.active) {
        once(Side::Ehr, stored.record.kind, &stored.record.id);
    }
    for userid in state.dingtalk.company().people.keys() {
        once(
            Side::DingTalk,
            Kind::Person,
            &crate::contacts::native_id(userid),
        );
    }
    for id in state.dingtalk.company().departments.keys() {
        once(
            Side::DingTalk,
            Kind::Department,
            &directory::DeptId(*id).into(),
        );
    }
    found
}

fn check_presence(state: &WorldState, pictures: &[SideSnapshot; 2]) -> Findings {
    let decides = state.policy.lifecycle;
    let kept = |who: &RecordNumber| who.0 == Kind::Department || state.policy.scope.syncs_people();
    let (leads, follows) = (
        picture_of(pictures, decides),
        picture_of(pictures, decides.other()),
    );
    let mut found = Findings::new();
    for who in leads
        .keys()
        .filter(|who| kept(who) && !follows.contains_key(who) && !is_exempt(state, **who))
    {
        found.push((
            "missing",
            format!("{who:?} is in {decides:?} and not in the other side"),
        ));
    }
    for (who, facts) in follows
        .iter()
        .filter(|(who, _)| kept(who) && !leads.contains_key(who))
    {
        if is_exempt(state, *who) || is_held(state, *who) {
            continue;
        }
        if state.oracle.deleted.contains(who)
            && (state.oracle.restored || is_said_to_have_left(state, *who))
        {
            continue;
        }
        if state.oracle.linked.contains(who) {
            found.push((
                "remains",
                format!("{who:?} is gone in {decides:?} and still in the other side"),
            ));
        } else if !state.oracle.has_been(decides, *who)
            && let Some(field) = find_changed_field(state, decides.other(), *who, facts)
        {
            found.push((
                "untouched",
                format!(
                    "{} of {who:?}, who was never linked, was changed",
                    field.key()
                ),
            ));
        }
    }
    found
}

/// Whether the link says that the person left. A person without a record in the eHR who is in
/// DingTalk again is left unchanged there, and the run reports it.
fn is_said_to_have_left(state: &WorldState, who: RecordNumber) -> bool {
    let mut left = state
        .links
        .all()
        .filter(|link| link.kind == who.0 && matches!(link.lifecycle, LinkLifecycle::Left { .. }));
    let number = |link: &directory::Link, side| {
        state
            .oracle
            .number_of(side, link.kind, link.native_id(side)?)
    };
    left.any(|link| {
        [Side::DingTalk, Side::Ehr]
            .into_iter()
            .any(|side| number(link, side) == Some(who.1))
    })
}

/// Whether the person stays by rule: an administrator who left on the deciding side, and DingTalk's
/// primary administrator.
fn is_held(state: &WorldState, who: RecordNumber) -> bool {
    who.0 == Kind::Person && (state.oracle.admins_left.contains(&who.1) || state.is_admin(who.1))
}

fn find_changed_field(
    state: &WorldState,
    side: Side,
    who: RecordNumber,
    facts: &std::collections::BTreeMap<Field, NumberedValue>,
) -> Option<Field> {
    let mut said = state
        .oracle
        .values_said(side)
        .filter(|(of, field, _)| *of == who && field.refers_to().is_none());
    said.find(|(_, field, fact)| facts.get(field) != Some(*fact))
        .map(|(_, field, _)| field)
}

fn check_values(state: &WorldState, pictures: &[SideSnapshot; 2]) -> Findings {
    let mut found = Findings::new();
    let all = [Kind::Person, Kind::Department].map(|kind| (kind, state_fields(state, kind)));
    for (who, dingtalk) in &pictures[0] {
        let Some(ehr) = pictures[1].get(who).filter(|_| !is_exempt(state, *who)) else {
            continue;
        };
        // The root department belongs to DingTalk and cannot be written there.
        let root = *who == (Kind::Department, 1);
        let fields = all
            .iter()
            .filter(|(kind, _)| *kind == who.0)
            .flat_map(|(_, fields)| fields);
        for (field, owner) in
            fields.filter(|(_, owner)| !root || *owner == Ownership::Owned(Side::DingTalk))
        {
            let (Some(in_dingtalk), Some(in_ehr)) = (dingtalk.get(field), ehr.get(field)) else {
                continue;
            };
            let [one, other] =
                [in_dingtalk, in_ehr].map(|fact| comparable_value(state, pictures, *field, fact));
            let strange =
                refers_to_strangers(*field, *owner, [(in_dingtalk, &one), (in_ehr, &other)]);
            if one != other && !strange && !cannot_be_emptied(*field, *owner, &other) {
                let what = format!(
                    "{} of {who:?} ({owner:?}): DingTalk {}, eHR {}",
                    field.key(),
                    format_value(&one),
                    format_value(&other)
                );
                found.push(("diverged", what));
            }
        }
    }
    found
}

/// Whether the deciding side refers only to records that the other side lacks. This does not mean
/// "empty": the other side keeps its value until the referenced record is linked.
fn refers_to_strangers(
    field: Field,
    owner: Ownership,
    [dingtalk, ehr]: [(&NumberedValue, &NumberedValue); 2],
) -> bool {
    let strange = |(raw, known): (&NumberedValue, &NumberedValue)| raw.is_some() && known.is_none();
    let by_owner = match owner {
        Ownership::Owned(Side::DingTalk) => strange(dingtalk),
        Ownership::Owned(Side::Ehr) => strange(ehr),
        Ownership::Shared => strange(dingtalk) || strange(ehr),
    };
    // Heads that the other side lacks are left out one by one, even if that leaves none.
    field.refers_to().is_some() && field != Field::Heads && by_owner
}

/// Whether the owner emptied a field that DingTalk can change but not empty.
fn cannot_be_emptied(field: Field, owner: Ownership, in_ehr: &NumberedValue) -> bool {
    let never_emptied = [
        Field::HideMobile,
        Field::HiredOn,
        Field::OrgEmail,
        Field::Order,
        Field::Mobile,
    ];
    in_ehr.is_none() && owner != Ownership::Owned(Side::DingTalk) && never_emptied.contains(&field)
}

/// Checks that each side shows the last value that a field's owner wrote.
fn check_owner_values(state: &WorldState, pictures: &[SideSnapshot; 2]) -> Findings {
    let mut found = Findings::new();
    for side in [Side::DingTalk, Side::Ehr] {
        for (who, field, fact) in state.oracle.values_said(side) {
            if state.policy.field_owner(who.0, field) != Ownership::Owned(side)
                || is_exempt(state, who)
            {
                continue;
            }
            let Some(now) = picture_of(pictures, side)
                .get(&who)
                .and_then(|facts| facts.get(&field))
            else {
                continue;
            };
            let [now, fact] =
                [now, fact].map(|fact| comparable_value(state, pictures, field, fact));
            if now != fact {
                let what = format!(
                    "{} of {who:?}: {side:?} said {} and shows {}",
                    field.key(),
                    format_value(&fact),
                    format_value(&now)
                );
                found.push(("lost", what));
            }
        }
    }
    found
}
