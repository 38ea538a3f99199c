//! What people do on the two sides: every value is new, every person and department recognisable.

mod dingtalk;
mod ehr;
mod tidy;

use std::collections::{BTreeMap, BTreeSet};

use directory::{Field, FieldSet, Kind, NativeId, Side, Value};
use sandbox::world::{Act, Acted, Refusal};

use crate::contacts;
use crate::oracle::Fact;
use crate::story::word;
use crate::world::State;

impl State {
    /// Somebody does something somewhere.
    pub fn edit(&mut self) {
        if self.dice.chance(500) { self.edit_dingtalk() } else { self.edit_ehr() }
    }

    /// Somebody does something in DingTalk, and whoever is new there gets this number.
    pub(crate) fn act(&mut self, act: Act, newcomer: Option<(Kind, u32)>) -> Result<Acted, Refusal> {
        let before = self.picture(Side::DingTalk);
        if let Act::MoveDepartment { dept_id, .. }
        | Act::RenameDepartment { dept_id, .. }
        | Act::SetSource { dept_id, .. } = &act
        {
            self.note_early_move(*dept_id);
        }
        if let Act::MergeDepartments { from, .. } = &act {
            let below: Vec<i64> = self.dept_ids();
            let below = below
                .into_iter()
                .filter(|id| self.dingtalk.company().departments.get(id).is_some_and(|d| d.parent_id == Some(*from)));
            below.collect::<Vec<_>>().into_iter().for_each(|id| self.note_early_move(id));
        }
        let closed = match &act {
            Act::DeleteDepartment { dept_id } | Act::MergeDepartments { from: dept_id, .. } => {
                self.oracle.number(Side::DingTalk, Kind::Department, &directory::DeptId(*dept_id).into())
            }
            _ => None,
        };
        let line = if self.story_is_told() { format!("{act:?}") } else { String::new() };
        // Of two accounts of one person a picture shows one, and people may change the other.
        let changed = match &act {
            Act::Change { userid, .. } | Act::Rename { userid, .. } => Some((userid.clone(), self.facts_of(userid))),
            _ => None,
        };
        let acted = self.dingtalk.act(self.time(), act);
        if let Some((userid, was)) = changed {
            let mut is = self.facts_of(&userid);
            is.retain(|field, fact| was.get(field) != Some(fact));
            self.oracle.people_wrote(Side::DingTalk, &is);
        }
        if let (Ok(acted), Some((kind, number))) = (&acted, newcomer) {
            let id = match kind {
                Kind::Person => acted.userid.as_deref().map(contacts::native),
                Kind::Department => acted.dept_id.map(|id| directory::DeptId(id).into()),
            };
            if let Some(id) = id {
                self.oracle.name(Side::DingTalk, kind, &id, number);
            }
        }
        // What somebody said in a department goes with it, also where it was there twice.
        if let Some(number) = closed.filter(|_| acted.is_ok()) {
            self.oracle.forget(Side::DingTalk, (Kind::Department, number));
        }
        let after = self.picture(Side::DingTalk);
        self.oracle.people_did(Side::DingTalk, &before, &after, self.now);
        self.story.tell(self.now, "DingTalk's people", &[u64::from(acted.is_ok())], || {
            format!("{line} {}", acted.as_ref().err().map(ToString::to_string).unwrap_or_default())
        });
        self.hear();
        acted
    }

    fn facts_of(&self, userid: &str) -> BTreeMap<Field, Fact> {
        let Some(person) = self.dingtalk.company().people.get(userid) else { return BTreeMap::new() };
        let record = contacts::person(person, contacts::Depth::Read, FieldSet::PERSON, FieldSet::NONE);
        self.facts(Side::DingTalk, &record)
    }

    fn note_early_move(&mut self, dept_id: i64) {
        let id = directory::DeptId(dept_id).into();
        if self.links.by_native(Kind::Department, Side::DingTalk, &id).is_none() {
            self.oracle.moved_early.extend(self.oracle.number(Side::DingTalk, Kind::Department, &id));
        }
    }

    /// A list leaves out departments that are there: one that we made and do not know yet is not found again by it.
    pub(crate) fn note_hidden_children(&mut self, parent: i64, rows: &[directory::Record]) {
        let there = self.dingtalk.company().departments.values().filter(|one| one.parent_id == Some(parent));
        let ids: Vec<NativeId> = there.map(|one| directory::DeptId(one.dept_id).into()).collect();
        for id in ids.iter().filter(|id| rows.iter().all(|row| row.id != **id)) {
            if let Some(id) = id.to_dept_id() {
                self.note_early_move(id.0);
            }
        }
    }

    /// HR does something, and the eHR tells of these records.
    pub(crate) fn in_ehr<T>(
        &mut self,
        what: &str,
        touched: &[(Kind, NativeId)],
        edit: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.picture(Side::Ehr);
        let done = edit(self);
        let after = self.picture(Side::Ehr);
        self.oracle.people_did(Side::Ehr, &before, &after, self.now);
        // A story that is told says the value too.
        let what_alone = what.split(" = ").next().unwrap_or(what);
        self.story.tell(self.now, "HR", &[word(what_alone)], || format!("{what} {touched:?}"));
        touched.iter().for_each(|(kind, id)| self.feed(*kind, id));
        done
    }

    /// HR writes one field.
    pub(crate) fn set_in_ehr(&mut self, kind: Kind, id: &NativeId, field: Field, value: Option<Value>) {
        let what = if self.story_is_told() {
            format!("{} = {}", field.key(), crate::oracle::shown(&value))
        } else {
            field.key().to_owned()
        };
        self.in_ehr(&what, &[(kind, id.clone())], |state| {
            state.ehr.edit(kind, id, |record| record.values.show(field, value));
        });
    }

    /// HR does something that is written down in a test; nobody is told of it.
    pub fn hr<T>(&mut self, what: &str, edit: impl FnOnce(&mut Self) -> T) -> T {
        self.in_ehr(what, &[], edit)
    }

    /// DingTalk's people do something that is written down in a test.
    ///
    /// # Errors
    /// As DingTalk.
    pub fn dingtalks_people(&mut self, act: Act, newcomer: Option<(Kind, u32)>) -> Result<Acted, Refusal> {
        self.act(act, newcomer)
    }

    pub(crate) fn story_is_told(&self) -> bool {
        self.told_in_words
    }

    /// People of DingTalk, by `userid`.
    pub(crate) fn userids(&self) -> Vec<String> {
        self.dingtalk.company().people.keys().cloned().collect()
    }

    /// Departments of DingTalk's.
    pub(crate) fn dept_ids(&self) -> Vec<i64> {
        self.dingtalk.company().departments.keys().copied().collect()
    }

    /// Active records of the eHR.
    pub(crate) fn in_the_ehr(&self, kind: Kind) -> Vec<NativeId> {
        let active = self.ehr.all().filter(|stored| stored.record.kind == kind && stored.record.active);
        active.map(|stored| stored.record.id.clone()).collect()
    }
}

/// A text, or nothing.
pub(crate) fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::Text(text.into()))
}

/// References.
pub(crate) fn refs<'a>(ids: impl IntoIterator<Item = &'a NativeId>) -> Option<Value> {
    let ids: BTreeSet<String> = ids.into_iter().map(ToString::to_string).collect();
    (!ids.is_empty()).then_some(Value::Refs(ids))
}
