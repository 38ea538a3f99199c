//! Corrections of departments that only people can make.

use std::collections::BTreeSet;

use directory::policy::Ownership;
use directory::{Field, Kind, NativeId, Side};
use sandbox::world::Act;

use crate::contacts;
use crate::oracle::SideSnapshot;
use crate::users::refs_value;
use crate::world::WorldState;

impl WorldState {
    /// Cuts cycles, and moves what was below a closed department to the root.
    pub(super) fn clean_up_tree(&mut self) {
        if self.policy.lifecycle != Side::Ehr {
            return self.leave_gone_departments();
        }
        let root = self
            .active_ehr_records(Kind::Department)
            .into_iter()
            .find(|id| self.is_ehr_root(id));
        let Some(root) = root else { return };
        for id in self.active_ehr_records(Kind::Department) {
            if id == root {
                continue;
            }
            let stored = self.ehr.get(Kind::Department, &id);
            let parent = stored.and_then(|stored| {
                NativeId::new(stored.record.values.refs(Field::Parent).next()?).ok()
            });
            let lost = parent.as_ref().is_none_or(|parent| {
                let parent = self.ehr.get(Kind::Department, parent);
                parent.is_none_or(|stored| !stored.record.active)
            });
            if lost || !self.is_below(&id, &root) || self.is_in_a_circle(&id) {
                self.set_in_ehr(Kind::Department, &id, Field::Parent, refs_value([&root]));
            }
        }
    }

    /// Lets HR remove people from departments that are gone in DingTalk.
    fn leave_gone_departments(&mut self) {
        let there = self.side_snapshot(Side::DingTalk);
        let stay = self.assignable_departments();
        let root = self
            .active_ehr_records(Kind::Department)
            .into_iter()
            .find(|id| self.is_ehr_root(id));
        for id in self.active_ehr_records(Kind::Department) {
            let number = self
                .oracle
                .number_of(Side::Ehr, Kind::Department, &id)
                .unwrap_or(0);
            let stored = self.ehr.get(Kind::Department, &id);
            let parent = stored.and_then(|stored| {
                stored
                    .record
                    .values
                    .refs(Field::Parent)
                    .next()
                    .map(str::to_owned)
            });
            let who = (Kind::Department, number);
            let own = !there.contains_key(&who) || self.is_out_of_reach(who);
            if own && parent.is_some_and(|parent| !stay.contains(&parent)) {
                self.set_in_ehr(Kind::Department, &id, Field::Parent, refs_value(&root));
            }
        }
    }

    fn is_in_a_circle(&self, id: &NativeId) -> bool {
        let stored = self.ehr.get(Kind::Department, id);
        let parent = stored.and_then(|stored| {
            NativeId::new(stored.record.values.refs(Field::Parent).next()?).ok()
        });
        parent.is_some_and(|parent| self.is_below(&parent, id))
    }

    /// Returns the departments of the eHR that a person can be assigned to. If DingTalk decides,
    /// these are the ones that exist there.
    pub(super) fn assignable_departments(&self) -> BTreeSet<String> {
        let there = self.side_snapshot(Side::DingTalk);
        let goes = |id: &NativeId| {
            let who = self
                .oracle
                .number_of(Side::Ehr, Kind::Department, id)
                .map(|number| (Kind::Department, number));
            let gone = who.is_some_and(|who| !there.contains_key(&who));
            self.policy.lifecycle == Side::DingTalk && gone
        };
        self.active_ehr_records(Kind::Department)
            .iter()
            .filter(|id| !goes(id))
            .map(ToString::to_string)
            .collect()
    }

    /// Closes departments that the engine created twice, because an answer was late or a mark was
    /// overwritten. The copy has no link. It carries the mark of a link, or is known to have been
    /// moved early.
    pub(super) fn close_second_departments(&mut self) {
        if self.policy.lifecycle != Side::Ehr {
            return;
        }
        for dept_id in self.dingtalk_dept_ids() {
            let id = directory::DeptId(dept_id).into();
            let number = self.oracle.number_of(Side::DingTalk, Kind::Department, &id);
            let marked = self
                .dingtalk
                .company()
                .departments
                .get(&dept_id)
                .and_then(|d| d.source_identifier.clone());
            let marked =
                marked.and_then(|mark| self.links.get(Kind::Department, mark.parse().ok()?));
            let second =
                marked.is_some_and(|link| link.dingtalk.as_ref().is_some_and(|other| *other != id));
            let early = number.is_some_and(|number| {
                let who = (Kind::Department, number);
                self.oracle.moved_early.contains(&number) && self.oracle.linked.contains(&who)
            });
            let unknown = self
                .links
                .by_native(Kind::Department, Side::DingTalk, &id)
                .is_none();
            if unknown && (second || early) && dept_id != 1 {
                _ = self.act_in_dingtalk(
                    Act::MergeDepartments {
                        from: dept_id,
                        into: 1,
                    },
                    None,
                );
            }
        }
    }

    /// Moves people that only DingTalk knows out of departments that the eHR closed.
    pub(super) fn empty_departments(&mut self) {
        if self.policy.lifecycle != Side::Ehr {
            return;
        }
        let ehr = self.side_snapshot(Side::Ehr);
        for dept_id in self.dingtalk_dept_ids() {
            let id = directory::DeptId(dept_id).into();
            let number = self.oracle.number_of(Side::DingTalk, Kind::Department, &id);
            let closed = number.is_some_and(|number| {
                let who = (Kind::Department, number);
                self.oracle.has_been(Side::Ehr, who) && !ehr.contains_key(&who)
            });
            if !closed || dept_id == 1 {
                continue;
            }
            let company = self.dingtalk.company();
            let inside = company
                .people
                .values()
                .filter(|person| person.is_in(dept_id));
            let inside: Vec<String> = inside.map(|person| person.userid.clone()).collect();
            let below = company
                .departments
                .values()
                .filter(|d| d.parent_id == Some(dept_id));
            let below: Vec<i64> = below.map(|d| d.dept_id).collect();
            self.move_people_to_root(inside, &ehr);
            self.move_departments_to_root(below);
        }
    }

    fn move_people_to_root(&mut self, inside: Vec<String>, ehr: &SideSnapshot) {
        for userid in inside {
            let number =
                self.oracle
                    .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
            let follows = number.is_some_and(|number| ehr.contains_key(&(Kind::Person, number)));
            let out = number.is_some_and(|number| self.is_out_of_reach((Kind::Person, number)));
            let follows = follows && self.policy.scope.syncs_people() && !out;
            let follows = follows && !number.is_some_and(|number| self.oracle.is_confused(number));
            if !follows
                || self.policy.field_owner(Kind::Person, Field::Departments)
                    != Ownership::Owned(Side::Ehr)
            {
                _ = self.act_in_dingtalk(
                    Act::Move {
                        userid,
                        departments: vec![1],
                    },
                    None,
                );
            }
        }
    }

    fn move_departments_to_root(&mut self, below: Vec<i64>) {
        for dept_id in below {
            // This includes a second copy: it has no link, and it has the number of a
            // department that is linked.
            let id = directory::DeptId(dept_id).into();
            let number = self.oracle.number_of(Side::DingTalk, Kind::Department, &id);
            let out = number.is_some_and(|number| self.is_out_of_reach((Kind::Department, number)));
            if out
                || self
                    .links
                    .by_native(Kind::Department, Side::DingTalk, &id)
                    .is_none()
            {
                _ = self.act_in_dingtalk(
                    Act::MoveDepartment {
                        dept_id,
                        parent_id: 1,
                    },
                    None,
                );
            }
        }
    }
}
