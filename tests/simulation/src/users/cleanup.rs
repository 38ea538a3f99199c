//! Does what only people can do once the faults are over: HR corrects records that DingTalk cannot
//! take, employees accept invitations and change their own numbers, and administrators lose their
//! rights before they leave.

mod accounts;
mod kept_ids;
mod mobile_numbers;
mod tree;

use std::collections::BTreeSet;

use directory::policy::Ownership;
use directory::{Field, Kind, NativeId, Side};
use sandbox::world::Act;

use super::{refs_value, text_value};
use crate::company::numbered_mobile;
use crate::contacts;
use crate::world::WorldState;

impl WorldState {
    /// Lets people correct what waits for them. Returns whether there was anything.
    pub fn clean_up(&mut self) -> bool {
        let before = self.story.hash();
        self.clean_up_tree();
        self.clean_up_people();
        self.close_second_accounts();
        self.close_second_records();
        self.bring_in_expected_people();
        self.correct_kept_ids();
        self.record_known_ids();
        self.accept_invitations();
        self.relieve_administrators();
        self.let_administrators_go();
        self.change_numbers();
        self.free_unreachable_people();
        self.close_second_departments();
        self.empty_departments();
        self.story.hash() != before
    }

    /// Removes references to people who are gone, gives every person a department, and makes mobile
    /// numbers unique.
    fn clean_up_people(&mut self) {
        let there = self.side_snapshot(Side::DingTalk);
        // A person out of reach is not brought back to DingTalk, and is no manager there.
        let gone = |id: &&NativeId| {
            let number = self.oracle.number_of(Side::Ehr, Kind::Person, id);
            let who = number.map(|number| (Kind::Person, number));
            who.is_some_and(|who| self.is_left_alone(who) && !there.contains_key(&who))
        };
        let people = self.active_ehr_records(Kind::Person);
        let people: BTreeSet<String> = people
            .iter()
            .filter(|id| !gone(id))
            .map(ToString::to_string)
            .collect();
        let departments = self.assignable_departments();
        let root = self
            .active_ehr_records(Kind::Department)
            .into_iter()
            .find(|id| self.is_ehr_root(id));
        let mut mobiles = BTreeSet::new();
        let mut people_in_order = self.active_ehr_records(Kind::Person);
        // A person that DingTalk knows keeps the number.
        people_in_order.sort_by_key(|id| {
            let number = self.oracle.number_of(Side::Ehr, Kind::Person, id);
            !number.is_some_and(|number| there.contains_key(&(Kind::Person, number)))
        });
        for id in people_in_order {
            self.keep_refs(Kind::Person, &id, Field::Manager, &people, None);
            self.keep_refs(
                Kind::Person,
                &id,
                Field::Departments,
                &departments,
                root.as_ref(),
            );
            let number = self
                .oracle
                .number_of(Side::Ehr, Kind::Person, &id)
                .unwrap_or(0);
            let now = self
                .ehr
                .get(Kind::Person, &id)
                .and_then(|s| s.record.values.text(Field::Mobile).map(str::to_owned));
            let wanted = now.is_some() || self.policy.lifecycle == Side::Ehr;
            let wanted = wanted && !self.oracle.confused.contains(&number);
            // A person who is not in DingTalk yet must not bring the number of a person who is.
            let taken = now.as_ref().is_some_and(|mobile| {
                let others = there.iter().filter(|((kind, of), _)| *kind == Kind::Person && *of != number);
                let taken = |facts: &std::collections::BTreeMap<Field, crate::oracle::NumberedValue>| {
                    matches!(facts.get(&Field::Mobile), Some(Some(directory::FieldValue::Text(text))) if text.expose() == mobile)
                };
                !there.contains_key(&(Kind::Person, number)) && others.map(|(_, facts)| facts).any(taken)
            });
            if wanted && (taken || !now.is_some_and(|mobile| mobiles.insert(mobile))) {
                let fresh = format!("+86{}", numbered_mobile(number, self.next_token()));
                mobiles.insert(fresh.clone());
                self.set_in_ehr(Kind::Person, &id, Field::Mobile, text_value(&fresh));
            }
        }
        for id in self.active_ehr_records(Kind::Department) {
            let members = self.members_on_both_sides(&id);
            self.keep_refs(Kind::Department, &id, Field::Heads, &members, None);
        }
    }

    fn keep_refs(
        &mut self,
        kind: Kind,
        id: &NativeId,
        field: Field,
        allowed: &BTreeSet<String>,
        otherwise: Option<&NativeId>,
    ) {
        let number = self.oracle.number_of(Side::Ehr, kind, id).unwrap_or(0);
        let in_dingtalk = self
            .side_snapshot(Side::DingTalk)
            .contains_key(&(kind, number));
        let kept = kind == Kind::Department || self.policy.scope.syncs_people();
        let kept = kept && !self.is_out_of_reach((kind, number));
        let Some(stored) = self.ehr.get(kind, id) else {
            return;
        };
        let now: Vec<NativeId> = stored
            .record
            .values
            .refs(field)
            .filter_map(|id| NativeId::new(id).ok())
            .collect();
        // HR corrects references to a record that was deleted.
        let exists = |id: &NativeId| {
            field
                .refers_to()
                .is_none_or(|kind| self.ehr.get(kind, id).is_some())
        };
        let kept = kept && now.iter().all(exists);
        if kept
            && in_dingtalk
            && self.policy.field_owner(kind, field) == Ownership::Owned(Side::DingTalk)
        {
            return;
        }
        let kept: Vec<NativeId> = now
            .iter()
            .filter(|id| allowed.contains(id.as_str()))
            .cloned()
            .collect();
        let kept = if kept.is_empty() {
            otherwise.cloned().into_iter().collect()
        } else {
            kept
        };
        if kept != now {
            self.set_in_ehr(kind, id, field, refs_value(&kept));
        }
    }

    /// Returns the people who may head a department of the eHR: its members there who are also its
    /// members in DingTalk, if DingTalk has the department.
    fn members_on_both_sides(&self, id: &NativeId) -> BTreeSet<String> {
        let number = self.oracle.number_of(Side::Ehr, Kind::Department, id);
        let there = self.dingtalk.company().people.values().filter(|person| {
            let mut ids = person
                .departments
                .iter()
                .map(|m| directory::DeptId(m.dept_id).into());
            ids.any(|id| self.oracle.number_of(Side::DingTalk, Kind::Department, &id) == number)
        });
        let there: BTreeSet<u32> = there
            .filter_map(|person| {
                self.oracle.number_of(
                    Side::DingTalk,
                    Kind::Person,
                    &contacts::native_id(&person.userid),
                )
            })
            .collect();
        let departments_in_ehr = self.policy.field_owner(Kind::Person, Field::Departments)
            == Ownership::Owned(Side::Ehr);
        let members = self
            .ehr
            .all()
            .filter(|stored| stored.record.kind == Kind::Person && stored.record.active);
        let members = members.filter(|stored| {
            if departments_in_ehr {
                return stored
                    .record
                    .values
                    .refs(Field::Departments)
                    .any(|at| at == id.as_str());
            }
            let number = self
                .oracle
                .number_of(Side::Ehr, Kind::Person, &stored.record.id);
            number.is_some_and(|number| there.contains(&number))
        });
        let known = |stored: &&ehr::StoredRecord| {
            let number = self
                .oracle
                .number_of(Side::Ehr, Kind::Person, &stored.record.id);
            number.is_none_or(|number| {
                !self.oracle.confused.contains(&number)
                    && !self.is_out_of_reach((Kind::Person, number))
            })
        };
        members
            .filter(known)
            .map(|stored| stored.record.id.to_string())
            .collect()
    }

    /// Corrects managers of people out of reach. Such a person keeps their manager, and that
    /// manager may be assigned them as manager in the eHR. A person ends this circle in DingTalk.
    fn free_unreachable_people(&mut self) {
        for userid in self.dingtalk_userids() {
            let number =
                self.oracle
                    .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
            let out = number.is_some_and(|number| self.is_left_alone((Kind::Person, number)));
            let person = self.dingtalk.company().people.get(&userid).filter(|_| out);
            if person.is_some_and(|person| person.manager_userid.is_some()) {
                _ = self.act_in_dingtalk(
                    Act::SetManager {
                        userid,
                        manager: None,
                    },
                    None,
                );
            }
        }
    }

    /// Removes the rights of an administrator whom HR let go, so that DingTalk lets them go too.
    fn relieve_administrators(&mut self) {
        if self.policy.lifecycle != Side::Ehr {
            return;
        }
        let there = self.side_snapshot(Side::Ehr);
        let people = self
            .dingtalk
            .company()
            .people
            .values()
            .filter(|person| person.sys_level == 2);
        let admins: Vec<String> = people.map(|person| person.userid.clone()).collect();
        for userid in admins {
            let number =
                self.oracle
                    .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
            let gone = |number: u32| self.oracle.has_been(Side::Ehr, (Kind::Person, number));
            if number
                .is_some_and(|number| gone(number) && !there.contains_key(&(Kind::Person, number)))
            {
                _ = self.act_in_dingtalk(
                    Act::SetAdmin {
                        userid,
                        sys_level: 0,
                    },
                    None,
                );
            }
        }
    }

    /// Marks administrators as left who are gone from DingTalk. The engine does not remove them; HR
    /// receives a report, checks, and marks them.
    fn let_administrators_go(&mut self) {
        for id in self.unremoved.clone() {
            let Some(link) = self.links.all().find(|link| link.id == id) else {
                continue;
            };
            let Some((there, here)) = link.dingtalk.clone().zip(link.ehr.clone()) else {
                continue;
            };
            let is_here = self
                .ehr
                .get(Kind::Person, &here)
                .is_some_and(|stored| stored.record.active);
            let has_gone = !self
                .dingtalk_userids()
                .iter()
                .any(|userid| contacts::native_id(userid) == there);
            if self.policy.lifecycle == Side::DingTalk && has_gone && is_here {
                self.edit_ehr_records(
                    "marks an administrator as left",
                    &[(Kind::Person, here.clone())],
                    |state| {
                        state
                            .ehr
                            .edit(Kind::Person, &here, |record| record.active = false);
                    },
                );
            }
        }
    }
}
