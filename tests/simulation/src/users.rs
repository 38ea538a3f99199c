//! Edits by people on the two sides. Every value is new, and every person and department can be
//! recognised.

mod cleanup;
mod dingtalk;
mod ehr;

use std::collections::{BTreeMap, BTreeSet};

use directory::{Field, FieldSet, FieldValue, Kind, NativeId, Side};
use sandbox::world::{Act, ActOutcome, Refusal};

use crate::contacts;
use crate::oracle::NumberedValue;
use crate::trace::text_word;
use crate::world::WorldState;

impl WorldState {
    /// Makes one edit on one of the sides.
    pub fn edit_any_side(&mut self) {
        if self.dice.chance(500) {
            self.edit_dingtalk();
        } else {
            self.edit_ehr();
        }
    }

    /// Notes the departments that an act renames or moves before the engine knows them.
    fn note_early_moves(&mut self, act: &Act) {
        if let Act::MoveDepartment { dept_id, .. }
        | Act::RenameDepartment { dept_id, .. }
        | Act::SetSource { dept_id, .. } = act
        {
            self.note_early_move(*dept_id);
        }
        if let Act::MergeDepartments { from, .. } = act {
            let below: Vec<i64> = self.dingtalk_dept_ids();
            let below = below.into_iter().filter(|id| {
                self.dingtalk
                    .company()
                    .departments
                    .get(id)
                    .is_some_and(|d| d.parent_id == Some(*from))
            });
            below
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|id| self.note_early_move(id));
        }
    }

    /// Acts in DingTalk. A new person or department gets this number.
    pub(crate) fn act_in_dingtalk(
        &mut self,
        act: Act,
        newcomer: Option<(Kind, u32)>,
    ) -> Result<ActOutcome, Refusal> {
        let before = self.side_snapshot(Side::DingTalk);
        self.note_early_moves(&act);
        let closed = match &act {
            Act::DeleteDepartment { dept_id } | Act::MergeDepartments { from: dept_id, .. } => {
                self.oracle.number_of(
                    Side::DingTalk,
                    Kind::Department,
                    &directory::DeptId(*dept_id).into(),
                )
            }
            _ => None,
        };
        let line = if self.keeps_trace_lines() {
            format!("{act:?}")
        } else {
            String::new()
        };
        // If a person or a department is there twice, a snapshot shows one, and people may change
        // the other.
        let changed = match &act {
            Act::Change { userid, .. } | Act::Rename { userid, .. } => {
                Some((userid.clone(), self.facts_of(userid)))
            }
            _ => None,
        };
        let renamed = match &act {
            Act::RenameDepartment { name, .. } => Some(name.clone()),
            _ => None,
        };
        let acted = self.dingtalk.act(self.current_time(), act);
        if let Some(name) = renamed.filter(|_| acted.is_ok()) {
            let is = BTreeMap::from([(Field::Name, text_value(&name))]);
            self.oracle.note_people_values(Side::DingTalk, &is);
        }
        if let Some((userid, was)) = changed {
            let mut is = self.facts_of(&userid);
            is.retain(|field, fact| was.get(field) != Some(fact));
            self.oracle.note_people_values(Side::DingTalk, &is);
        }
        if let (Ok(acted), Some((kind, number))) = (&acted, newcomer) {
            let id = match kind {
                Kind::Person => acted.userid.as_deref().map(contacts::native_id),
                Kind::Department => acted.dept_id.map(|id| directory::DeptId(id).into()),
            };
            if let Some(id) = id {
                self.oracle.assign_number(Side::DingTalk, kind, &id, number);
            }
        }
        // The values of a department end with it, also if it existed twice.
        if let Some(number) = closed.filter(|_| acted.is_ok()) {
            self.oracle
                .forget(Side::DingTalk, (Kind::Department, number));
        }
        let after = self.side_snapshot(Side::DingTalk);
        self.oracle
            .note_people_edits(Side::DingTalk, &before, &after, self.now);
        self.story.record_event(
            self.now,
            "DingTalk's people",
            &[u64::from(acted.is_ok())],
            || {
                format!(
                    "{line} {}",
                    acted
                        .as_ref()
                        .err()
                        .map(ToString::to_string)
                        .unwrap_or_default()
                )
            },
        );
        self.queue_dingtalk_events();
        acted
    }

    fn facts_of(&self, userid: &str) -> BTreeMap<Field, NumberedValue> {
        let Some(person) = self.dingtalk.company().people.get(userid) else {
            return BTreeMap::new();
        };
        let record = contacts::person_record(
            person,
            contacts::ReadDepth::Read,
            FieldSet::PERSON,
            FieldSet::NONE,
        );
        self.numbered_values(Side::DingTalk, &record)
    }

    fn note_early_move(&mut self, dept_id: i64) {
        let id = directory::DeptId(dept_id).into();
        if self
            .links
            .by_native(Kind::Department, Side::DingTalk, &id)
            .is_none()
        {
            self.oracle.moved_early.extend(self.oracle.number_of(
                Side::DingTalk,
                Kind::Department,
                &id,
            ));
        }
    }

    /// Notes departments that a list left out. The engine created them, does not know their ids
    /// yet, and cannot find them by this list.
    pub(crate) fn note_hidden_children(&mut self, parent: i64, rows: &[directory::Record]) {
        let there = self
            .dingtalk
            .company()
            .departments
            .values()
            .filter(|one| one.parent_id == Some(parent));
        let ids: Vec<NativeId> = there
            .map(|one| directory::DeptId(one.dept_id).into())
            .collect();
        for id in ids
            .iter()
            .filter(|id| rows.iter().all(|row| row.id != **id))
        {
            if let Some(id) = id.to_dept_id() {
                self.note_early_move(id.0);
            }
        }
    }

    /// Lets HR edit records; the eHR sends wakes for them.
    pub(crate) fn edit_ehr_records<T>(
        &mut self,
        what: &str,
        touched: &[(Kind, NativeId)],
        edit: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.side_snapshot(Side::Ehr);
        let done = edit(self);
        let after = self.side_snapshot(Side::Ehr);
        self.oracle
            .note_people_edits(Side::Ehr, &before, &after, self.now);
        // A kept story names the value too.
        let what_alone = what.split(" = ").next().unwrap_or(what);
        self.story
            .record_event(self.now, "HR", &[text_word(what_alone)], || {
                format!("{what} {touched:?}")
            });
        touched
            .iter()
            .for_each(|(kind, id)| self.queue_ehr_change(*kind, id));
        done
    }

    /// Lets HR write one field.
    pub(crate) fn set_in_ehr(
        &mut self,
        kind: Kind,
        id: &NativeId,
        field: Field,
        value: Option<FieldValue>,
    ) {
        let what = if self.keeps_trace_lines() {
            format!("{} = {}", field.key(), crate::oracle::format_value(&value))
        } else {
            field.key().to_owned()
        };
        self.edit_ehr_records(&what, &[(kind, id.clone())], |state| {
            state
                .ehr
                .edit(kind, id, |record| record.values.show(field, value));
        });
    }

    /// Lets HR make an edit that a test describes. The eHR sends no wake for it.
    pub fn hr_scripted<T>(&mut self, what: &str, edit: impl FnOnce(&mut Self) -> T) -> T {
        self.edit_ehr_records(what, &[], edit)
    }

    /// Lets a person in DingTalk make an edit that a test describes.
    ///
    /// # Errors
    /// As DingTalk.
    pub fn dingtalk_scripted(
        &mut self,
        act: Act,
        newcomer: Option<(Kind, u32)>,
    ) -> Result<ActOutcome, Refusal> {
        self.act_in_dingtalk(act, newcomer)
    }

    pub(crate) fn keeps_trace_lines(&self) -> bool {
        self.keeps_story
    }

    /// Returns the `userid`s in DingTalk.
    pub(crate) fn dingtalk_userids(&self) -> Vec<String> {
        self.dingtalk.company().people.keys().cloned().collect()
    }

    /// Returns the department ids in DingTalk.
    pub(crate) fn dingtalk_dept_ids(&self) -> Vec<i64> {
        self.dingtalk
            .company()
            .departments
            .keys()
            .copied()
            .collect()
    }

    /// Returns the active records of the eHR.
    pub(crate) fn active_ehr_records(&self, kind: Kind) -> Vec<NativeId> {
        let active = self
            .ehr
            .all()
            .filter(|stored| stored.record.kind == kind && stored.record.active);
        active.map(|stored| stored.record.id.clone()).collect()
    }
}

/// Returns a text value, or nothing for an empty text.
pub(crate) fn text_value(text: &str) -> Option<FieldValue> {
    (!text.is_empty()).then(|| FieldValue::Text(text.into()))
}

/// Returns a value of references.
pub(crate) fn refs_value<'a>(ids: impl IntoIterator<Item = &'a NativeId>) -> Option<FieldValue> {
    let ids: BTreeSet<String> = ids.into_iter().map(ToString::to_string).collect();
    (!ids.is_empty()).then_some(FieldValue::Refs(ids))
}
