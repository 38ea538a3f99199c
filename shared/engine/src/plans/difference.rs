//! Whether what would be done now is still what was shown, and what is not. Pure.

use directory::hash::{self, HashKey};
use directory::plan::PlanItem;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldSet, Link, LinkLifecycle, Side, WriteAction};
use serde::{Deserialize, Serialize};

use super::body::{PlannedItem, PlannedPart};

/// What is no longer as the plan showed it. Names fields and sides, never values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum PlanDifference {
    /// A field of the plan has another value on that side.
    Changed {
        /// Which.
        field: Field,
        /// Where.
        side: Side,
    },
    /// A field that was not in the plan changed on that side.
    AlsoChanged {
        /// Which.
        field: Field,
        /// Where.
        side: Side,
    },
    /// The record is gone on that side.
    Gone {
        /// Where.
        side: Side,
    },
    /// The record was to be removed and is there again.
    ThereAgain,
    /// Something else would be done now.
    Another {
        /// As planned.
        planned: WriteAction,
        /// Now.
        now: WriteAction,
    },
    /// The ids that belong together are others than in the plan.
    Identity,
    /// A person or a day has to come first.
    Waits {
        /// What it waits for.
        reason: Reason,
    },
}

impl From<&PlanDifference> for Reason {
    fn from(difference: &PlanDifference) -> Self {
        let about = |code, field: Field, side: Side| {
            Self::new(code).field("field", field).side("side", side)
        };
        match difference {
            PlanDifference::Changed { field, side } => {
                about(ReasonCode::PlanFieldMoved, *field, *side)
            }
            PlanDifference::AlsoChanged { field, side } => {
                about(ReasonCode::PlanFieldAlsoMoved, *field, *side)
            }
            PlanDifference::Gone { side } => {
                Self::new(ReasonCode::PlanRecordGone).side("side", *side)
            }
            PlanDifference::ThereAgain => Self::new(ReasonCode::PlanRecordBack),
            PlanDifference::Another { planned, now } => Self::new(ReasonCode::PlanActionChanged)
                .text("planned", planned.key())
                .text("now", now.key()),
            PlanDifference::Identity => Self::new(ReasonCode::PlanIdentityChanged),
            PlanDifference::Waits { reason } => reason.clone(),
        }
    }
}

/// What a fresh look found, for the comparison.
pub(super) struct FreshLook<'a> {
    /// What would be done now.
    pub(super) item: Option<&'a PlanItem>,
    /// The link as it is, or would be, once nothing is left to be written.
    pub(super) link: Option<&'a Link>,
    /// Why it waits.
    pub(super) waits: Option<&'a Reason>,
    /// The side that decides has it no more.
    pub(super) gone: Option<Side>,
}

/// What to do with a planned item now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Write it, but for these fields, which the guard held when it was planned.
    Apply(FieldSet),
    /// Both sides show already what was planned.
    Already,
    /// Not what was shown.
    Refuse(Vec<PlanDifference>),
}

/// Compares a planned item with what would be done now.
pub(super) fn judge(planned: &PlannedItem, now: &FreshLook<'_>, key: &HashKey) -> Verdict {
    let Some(item) = now.item else {
        return judge_without_change(planned, now, key);
    };
    if item.link.id != planned.link {
        return Verdict::Refuse(vec![PlanDifference::Identity]);
    }
    let print = item.fingerprint(key);
    if print == planned.fingerprint {
        return Verdict::Apply(FieldSet::NONE);
    }
    if planned.whole == Some(print) && planned.action() == Some(item.main_action()) {
        let fields = |changes: &mut dyn Iterator<Item = Field>| changes.collect::<FieldSet>();
        let shown = fields(
            &mut planned
                .parts
                .iter()
                .flat_map(|part| &part.changes)
                .map(|change| change.field),
        );
        return Verdict::Apply(
            fields(&mut item.changes().map(|change| change.field)).without(shown),
        );
    }
    if is_remainder(planned, item, key) {
        return Verdict::Apply(FieldSet::NONE);
    }
    Verdict::Refuse(differences(planned, item, key))
}

fn judge_without_change(planned: &PlannedItem, now: &FreshLook<'_>, key: &HashKey) -> Verdict {
    let removes = planned.action() == Some(WriteAction::Remove);
    if let Some(side) = now.gone {
        return Verdict::Refuse(vec![PlanDifference::Gone { side }]);
    }
    if let Some(reason) = now.waits {
        return Verdict::Refuse(vec![PlanDifference::Waits {
            reason: reason.clone(),
        }]);
    }
    let left = now
        .link
        .is_some_and(|link| matches!(link.lifecycle, LinkLifecycle::Left { .. }));
    match (removes, left, now.link) {
        (true, true, _) => Verdict::Already,
        (true, false, _) => Verdict::Refuse(vec![PlanDifference::ThereAgain]),
        (false, false, Some(link)) => {
            let others: Vec<_> = agreed_otherwise(planned, link, key).collect();
            if others.is_empty() {
                Verdict::Already
            } else {
                Verdict::Refuse(others)
            }
        }
        (false, ..) => Verdict::Refuse(vec![PlanDifference::Gone { side: planned.side }]),
    }
}

/// Fields on which both sides agree by now, and not on what was planned: the side that decides changed its mind.
fn agreed_otherwise(
    planned: &PlannedItem,
    link: &Link,
    key: &HashKey,
) -> impl Iterator<Item = PlanDifference> {
    let changes = planned
        .parts
        .iter()
        .flat_map(|part| part.changes.iter().map(|change| (part.to, change)));
    changes.filter_map(move |(to, change)| {
        let agreed = link.base.hashes.get(&change.field)
            == Some(&hash::hash_field(key, change.field, change.after.as_ref()));
        (!agreed).then(|| PlanDifference::Changed {
            field: change.field,
            side: to.other(),
        })
    })
}

/// An interrupted write did a part of it, or somebody did: what is left is a part of what was shown, from the same values
/// to the same values, and what is missing is done.
fn is_remainder(planned: &PlannedItem, item: &PlanItem, key: &HashKey) -> bool {
    let within = |part: &directory::plan::ItemPart| {
        planned
            .part(part.to)
            .is_some_and(|shown| part.changes.iter().all(|change| is_shown(shown, change)))
    };
    item.main_action() == WriteAction::Update
        && planned.action() != Some(WriteAction::Remove)
        && item.parts.iter().all(within)
        && missing_changes(planned, item).all(|(field, after)| {
            item.link.base.hashes.get(&field) == Some(&hash::hash_field(key, field, after))
        })
}

fn is_shown(shown: &PlannedPart, change: &directory::decide::ValueChange) -> bool {
    shown.changes.iter().any(|one| {
        (one.field, &one.before, &one.after) == (change.field, &change.before, &change.after)
    })
}

/// Planned changes that would not be made now.
fn missing_changes<'a>(
    planned: &'a PlannedItem,
    item: &'a PlanItem,
) -> impl Iterator<Item = (Field, Option<&'a directory::FieldValue>)> + 'a {
    planned.parts.iter().flat_map(move |shown| {
        let now = item.part_for(shown.to);
        let is_now = move |field| {
            now.is_some_and(|part| part.changes.iter().any(|change| change.field == field))
        };
        let missing = shown
            .changes
            .iter()
            .filter(move |change| !is_now(change.field));
        missing.map(|change| (change.field, change.after.as_ref()))
    })
}

fn differences(planned: &PlannedItem, item: &PlanItem, key: &HashKey) -> Vec<PlanDifference> {
    let mut moved = Vec::new();
    if let Some(action) = planned.action()
        && action != item.main_action()
    {
        moved.push(PlanDifference::Another {
            planned: action,
            now: item.main_action(),
        });
    }
    for part in &item.parts {
        for change in &part.changes {
            let shown = planned
                .part(part.to)
                .and_then(|shown| shown.changes.iter().find(|one| one.field == change.field));
            match shown {
                None => {
                    let side = if change.overwrites_edit {
                        part.to
                    } else {
                        part.to.other()
                    };
                    moved.push(PlanDifference::AlsoChanged {
                        field: change.field,
                        side,
                    });
                }
                Some(shown) => {
                    let before = (shown.before != change.before).then_some(part.to);
                    let after = (shown.after != change.after).then_some(part.to.other());
                    let sides = [before, after].into_iter().flatten();
                    moved.extend(sides.map(|side| PlanDifference::Changed {
                        field: change.field,
                        side,
                    }));
                }
            }
        }
    }
    let undone = missing_changes(planned, item).filter(|(field, after)| {
        item.link.base.hashes.get(field) != Some(&hash::hash_field(key, *field, *after))
    });
    moved.extend(undone.map(|(field, _)| PlanDifference::Changed {
        field,
        side: planned.side,
    }));
    if moved.is_empty() {
        moved.push(PlanDifference::Identity);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::decide::ValueChange;
    use directory::plan::ItemPart;
    use directory::text::PersonalText;
    use directory::{Base, FieldValue, FieldValues, Kind, LinkId, NativeId, RowVersion};

    fn key() -> HashKey {
        HashKey::new([7; 32])
    }

    fn text(text: &str) -> FieldValue {
        FieldValue::Text(PersonalText::from(text))
    }

    fn link() -> Link {
        Link {
            id: LinkId([1; 16]),
            kind: Kind::Person,
            generation: 1,
            version: RowVersion(1),
            dingtalk: NativeId::new("u1").ok(),
            ehr: NativeId::new("e1").ok(),
            unionid: None,
            protected: false,
            base: Base::default(),
            intents: Vec::new(),
            lifecycle: LinkLifecycle::Active,
            waits: Vec::new(),
        }
    }

    fn item(action: WriteAction, changes: &[(Field, &str, &str)]) -> PlanItem {
        let mut link = link();
        let change = |(field, before, after): &(Field, &str, &str)| ValueChange {
            field: *field,
            before: Some(text(before)),
            after: Some(text(after)),
            base_before: None,
            overwrites_edit: false,
            conflict: false,
        };
        for (field, _, after) in changes {
            link.base
                .hashes
                .insert(*field, hash::hash_field(&key(), *field, Some(&text(after))));
        }
        let changes = changes.iter().map(change).collect();
        let parts = vec![ItemPart {
            to: Side::Ehr,
            action,
            values: FieldValues::new(),
            changes,
        }];
        let reason = Reason::new(ReasonCode::ChangeDecided).side("side", Side::DingTalk);
        PlanItem {
            before: Some(link.clone()),
            link,
            ehr_version: Some(1),
            unionid: None,
            parts,
            reason,
            needs_canary: false,
            carried: Vec::new(),
        }
    }

    fn planned(item: &PlanItem) -> PlannedItem {
        let part = |part: &ItemPart| PlannedPart {
            to: part.to,
            action: part.action,
            changes: part.changes.clone(),
        };
        PlannedItem {
            link: item.link.id,
            kind: item.link.kind,
            stage: 1,
            side: Side::DingTalk,
            id: NativeId::new("u1").unwrap(),
            dingtalk: item.link.dingtalk.clone(),
            ehr: item.link.ehr.clone(),
            is_new: false,
            name: None,
            reason: item.reason.clone(),
            parts: item.parts.iter().map(part).collect(),
            fingerprint: item.fingerprint(&key()),
            whole: None,
            ehr_version: item.ehr_version,
            needs_canary: false,
        }
    }

    fn now<'a>(item: Option<&'a PlanItem>, link: &'a Link) -> FreshLook<'a> {
        FreshLook {
            item,
            link: Some(link),
            waits: None,
            gone: None,
        }
    }

    #[track_caller]
    fn refusal(verdict: Verdict) -> Vec<Reason> {
        match verdict {
            Verdict::Refuse(moved) => moved.iter().map(Reason::from).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn moved(code: ReasonCode, field: Field, side: Side) -> Vec<Reason> {
        vec![Reason::new(code).field("field", field).side("side", side)]
    }

    const TITLE: (Field, &str, &str) = (Field::Title, "工程师", "总监");
    const NAME: (Field, &str, &str) = (Field::Name, "李娜", "李娜娜");

    #[test]
    fn an_item_as_shown_is_applied_and_a_finished_one_counts_as_already_done() {
        let item = item(WriteAction::Update, &[TITLE, NAME]);
        let plan = planned(&item);
        assert_eq!(
            judge(&plan, &now(Some(&item), &item.link), &key()),
            Verdict::Apply(FieldSet::NONE)
        );
        assert_eq!(
            judge(&plan, &now(None, &item.link), &key()),
            Verdict::Already
        );
    }

    #[test]
    fn a_refusal_names_the_field_and_the_side_that_changed() {
        let plan = planned(&item(WriteAction::Update, &[TITLE]));
        let say = |now_item: &PlanItem| {
            refusal(judge(&plan, &now(Some(now_item), &now_item.link), &key()))
        };
        let other_after = item(WriteAction::Update, &[(Field::Title, "工程师", "经理")]);
        assert_eq!(
            say(&other_after),
            moved(ReasonCode::PlanFieldMoved, Field::Title, Side::DingTalk)
        );
        let other_before = item(WriteAction::Update, &[(Field::Title, "顾问", "总监")]);
        assert_eq!(
            say(&other_before),
            moved(ReasonCode::PlanFieldMoved, Field::Title, Side::Ehr)
        );
        let more = item(WriteAction::Update, &[TITLE, NAME]);
        assert_eq!(
            say(&more),
            moved(ReasonCode::PlanFieldAlsoMoved, Field::Name, Side::DingTalk)
        );
        let another = item(WriteAction::Restore, &[TITLE]);
        let expected = Reason::new(ReasonCode::PlanActionChanged)
            .text("planned", "update")
            .text("now", "restore");
        assert_eq!(say(&another), [expected]);
    }

    #[test]
    fn a_reverted_value_is_refused_and_does_not_count_as_done() {
        let plan = planned(&item(WriteAction::Update, &[TITLE]));
        let agreed = item(WriteAction::Update, &[(Field::Title, "总监", "工程师")]).link;
        let verdict = judge(&plan, &now(None, &agreed), &key());
        assert_eq!(
            refusal(verdict),
            moved(ReasonCode::PlanFieldMoved, Field::Title, Side::DingTalk)
        );
    }

    #[test]
    fn the_rest_of_an_interrupted_item_is_applied() {
        let plan = planned(&item(WriteAction::Update, &[TITLE, NAME]));
        let mut rest = item(WriteAction::Update, &[TITLE]);
        rest.link.base = item(WriteAction::Update, &[TITLE, NAME]).link.base;
        assert_eq!(
            judge(&plan, &now(Some(&rest), &rest.link), &key()),
            Verdict::Apply(FieldSet::NONE)
        );
        // The other field is not done: it was taken back.
        rest.link.base.hashes.insert(
            Field::Name,
            hash::hash_field(&key(), Field::Name, Some(&text("别人"))),
        );
        let verdict = judge(&plan, &now(Some(&rest), &rest.link), &key());
        assert_eq!(
            refusal(verdict),
            moved(ReasonCode::PlanFieldMoved, Field::Name, Side::DingTalk)
        );
    }

    #[test]
    fn a_field_held_by_the_guard_stays_held() {
        let whole = item(WriteAction::Update, &[TITLE, NAME]);
        let mut plan = planned(&item(WriteAction::Update, &[TITLE]));
        plan.whole = Some(whole.fingerprint(&key()));
        let held = FieldSet::of_fields(&[Field::Name]);
        assert_eq!(
            judge(&plan, &now(Some(&whole), &whole.link), &key()),
            Verdict::Apply(held)
        );
    }

    #[test]
    fn a_removal_that_was_not_planned_is_refused_whatever_was_held() {
        let removal = item(WriteAction::Remove, &[]);
        let mut plan = planned(&item(WriteAction::Update, &[TITLE]));
        plan.whole = Some(removal.fingerprint(&key()));
        assert!(matches!(
            judge(&plan, &now(Some(&removal), &removal.link), &key()),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn a_removal_is_refused_when_the_record_is_there_again() {
        let plan = planned(&item(WriteAction::Remove, &[]));
        assert_eq!(
            refusal(judge(&plan, &now(None, &link()), &key())),
            [Reason::from(&PlanDifference::ThereAgain)]
        );
        let left = Link {
            lifecycle: LinkLifecycle::Left {
                at: directory::Timestamp(1),
            },
            ..link()
        };
        assert_eq!(judge(&plan, &now(None, &left), &key()), Verdict::Already);
        let update = planned(&item(WriteAction::Update, &[TITLE]));
        let gone = FreshLook {
            item: None,
            link: Some(&left),
            waits: None,
            gone: Some(Side::DingTalk),
        };
        assert_eq!(
            refusal(judge(&update, &gone, &key())),
            [Reason::new(ReasonCode::PlanRecordGone).side("side", Side::DingTalk)]
        );
    }
}
