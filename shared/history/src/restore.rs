//! What a restore would change. It is a plan like any other: shown, approved, applied item by item; it removes nobody.

use std::collections::BTreeSet;

use directory::policy::Policy;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldSet, FieldValue, FieldValues, Kind, LinkId, Side};

use crate::snapshot_record::SnapshotRecord;

/// A record as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreTarget {
    /// The link.
    pub link: LinkId,
    /// What DingTalk shows; `None` if the account or department is gone there.
    pub dingtalk: Option<FieldValues>,
    /// What the eHR shows; `None` if it has no record.
    pub ehr: Option<FieldValues>,
    /// Whether it works here now.
    pub active: bool,
    /// Whether the policy marks it as untouchable.
    pub untouchable: bool,
}

impl RestoreTarget {
    fn values(&self, side: Side) -> Option<&FieldValues> {
        match side {
            Side::DingTalk => self.dingtalk.as_ref(),
            Side::Ehr => self.ehr.as_ref(),
        }
    }
}

/// A field that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreChange {
    /// The side that decides the field; the other one follows by the usual sync.
    pub side: Side,
    /// The field.
    pub field: Field,
    /// As it is now; `None` is *empty*, also where the record is created anew.
    pub before: Option<FieldValue>,
    /// As it was.
    pub after: Option<FieldValue>,
}

/// What a restore of one record would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestorePlan {
    /// The link.
    pub link: LinkId,
    /// Sides on which the record is created anew.
    pub creates: Vec<Side>,
    /// Whether a person who left is taken back.
    pub takes_back: bool,
    /// Fields that change.
    pub changes: Vec<RestoreChange>,
    /// What cannot come back, and why.
    pub cannot: Vec<Reason>,
    /// What to know about what does come back.
    pub notes: Vec<Reason>,
}

/// Plans the restore of one record to a day. `fields` limits it to some fields and creates nothing; `known` are the links that
/// there are now, or that the same restore brings back: a reference to any other is left out.
///
/// Not changed: fields that the day did not show, fields that only the employee can change, sides that the policy never
/// writes, and records that it marks as untouchable. Each is listed in `cannot`.
#[must_use]
pub fn plan_restore(
    was: &SnapshotRecord,
    now: &RestoreTarget,
    policy: &Policy,
    fields: Option<FieldSet>,
    known: &BTreeSet<LinkId>,
) -> RestorePlan {
    let mut planning = Planning {
        was,
        now,
        policy,
        known,
        plan: RestorePlan {
            link: was.link,
            creates: Vec::new(),
            takes_back: false,
            changes: Vec::new(),
            cannot: Vec::new(),
            notes: Vec::new(),
        },
    };
    if now.untouchable {
        planning.cannot(Reason::new(ReasonCode::RestoreUntouchable));
        return planning.plan;
    }
    if fields.is_none() {
        planning.plan_presence();
    }
    let wanted = fields.unwrap_or(FieldSet::of_kind(was.kind));
    for field in wanted.intersection(FieldSet::of_kind(was.kind)).iter() {
        planning.plan_field(field);
    }
    planning.plan
}

/// Why a record of now is not in a snapshot: nothing is planned for it, and it is not removed.
#[must_use]
pub fn missing_in_snapshot() -> Reason {
    Reason::new(ReasonCode::RestoreNotInSnapshot)
}

struct Planning<'a> {
    was: &'a SnapshotRecord,
    now: &'a RestoreTarget,
    policy: &'a Policy,
    known: &'a BTreeSet<LinkId>,
    plan: RestorePlan,
}

impl Planning<'_> {
    fn cannot(&mut self, reason: Reason) {
        self.plan.cannot.push(reason);
    }

    fn plan_presence(&mut self) {
        for side in [Side::DingTalk, Side::Ehr] {
            let gone = self.was.values(side).is_some() && self.now.values(side).is_none();
            if !gone || !self.was.active {
                continue;
            }
            if !self.policy.may_write(side) {
                let reason = Reason::new(ReasonCode::RestoreDirectionForbids);
                self.cannot(reason.side("side", side).field("field", Field::Name));
                continue;
            }
            self.plan.creates.push(side);
            if side == Side::DingTalk {
                let code = match self.was.kind {
                    Kind::Person => ReasonCode::RestoreAccountDeleted,
                    Kind::Department => ReasonCode::RestoreGroupChat,
                };
                self.plan.notes.push(Reason::new(code));
            }
        }
        self.plan.takes_back = self.was.active && !self.now.active;
    }

    fn plan_field(&mut self, field: Field) {
        let owner = self.policy.field_owner(self.was.kind, field);
        let side = owner.side_or(self.policy.lifecycle);
        let Some(then) = self.was.values(side) else {
            return;
        };
        if !then.shown_fields().contains(field) {
            // What the day never showed is said only where something is there now that could be meant.
            let shown = self
                .now
                .values(side)
                .is_some_and(|values| values.get(field).is_some());
            if shown {
                let reason = Reason::new(ReasonCode::RestoreFieldHidden);
                self.cannot(reason.field("field", field));
            }
            return;
        }
        let created = self.plan.creates.contains(&side);
        let before = self
            .now
            .values(side)
            .and_then(|values| values.get(field))
            .cloned();
        let hidden_now = self
            .now
            .values(side)
            .is_some_and(|values| !values.shown_fields().contains(field));
        let after = self.existing_references(field, then.get(field));
        // Where everything that it named is gone, nothing is emptied.
        let all_gone = after.is_none() && then.get(field).is_some();
        if all_gone
            || before == after
            || hidden_now
            || (self.now.values(side).is_none() && !created)
        {
            return;
        }
        if let Some(reason) = self.refusal(side, field, created) {
            self.cannot(reason);
            return;
        }
        if let Some(day) = self.was.read_on(side, field) {
            let note = Reason::new(ReasonCode::RestoreFieldOlder);
            self.plan
                .notes
                .push(note.field("field", field).date("date", day));
        }
        self.plan.changes.push(RestoreChange {
            side,
            field,
            before,
            after,
        });
    }

    fn refusal(&self, side: Side, field: Field, created: bool) -> Option<Reason> {
        if !self.policy.may_write(side) {
            let reason = Reason::new(ReasonCode::RestoreDirectionForbids);
            return Some(reason.side("side", side).field("field", field));
        }
        // An account that is created anew takes its mobile; DingTalk lets no one else change it afterwards.
        let employee_only = side == Side::DingTalk && field == Field::Mobile && !created;
        employee_only.then(|| Reason::new(ReasonCode::RestoreEmployeeOnly).field("field", field))
    }

    /// The value without references to records that are not there any more.
    fn existing_references(
        &mut self,
        field: Field,
        value: Option<&FieldValue>,
    ) -> Option<FieldValue> {
        let (Some(FieldValue::Refs(refs)), Some(_)) = (value, field.refers_to()) else {
            return value.cloned();
        };
        let exists = |reference: &&String| {
            reference
                .parse()
                .is_ok_and(|link: LinkId| self.known.contains(&link))
        };
        let kept: BTreeSet<String> = refs.iter().filter(exists).cloned().collect();
        if kept.len() < refs.len() {
            let reason = Reason::new(ReasonCode::RestoreReferenceGone);
            self.plan.cannot.push(reason.field("field", field));
        }
        (!kept.is_empty()).then_some(FieldValue::Refs(kept))
    }
}
