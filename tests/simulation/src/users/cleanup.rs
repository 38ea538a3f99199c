//! What only people can do, once the trouble is over: HR puts records right that no DingTalk can take, employees accept
//! invitations and change their own numbers, administrators are relieved before they leave.

mod tree;

use std::collections::BTreeSet;

use directory::policy::Ownership;
use directory::{Field, Kind, NativeId, Side};
use sandbox::world::{Act, PersonChanges};

use super::{refs_value, text_value};
use crate::company::numbered_mobile;
use crate::contacts;
use crate::world::WorldState;

impl WorldState {
    /// People put right what waits for them. Whether there was anything.
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

    /// References to who is gone go; everybody is somewhere; every mobile number is one person's.
    fn clean_up_people(&mut self) {
        let there = self.side_snapshot(Side::DingTalk);
        // Whom nothing may touch is not brought back to DingTalk, and is nobody's manager there.
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
        // Whoever DingTalk knows keeps the number.
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
            // Whoever is not in DingTalk yet must not come with the number of somebody who is.
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
        // Whatever refers to a record that was deleted is HR's to put right.
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

    /// Who may head a department of the eHR: its members there whom DingTalk has in it too, where it has it.
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

    /// Somebody took an account back by hand while the engine made a new one, as it does where the eHR decides: one of them,
    /// which no link knows, is closed.
    fn close_second_accounts(&mut self) {
        let native = |userid: &String| contacts::native_id(userid);
        let number = |state: &Self, userid: &String| {
            state
                .oracle
                .number_of(Side::DingTalk, Kind::Person, &native(userid))
        };
        for userid in self.dingtalk_userids() {
            let all: Vec<String> = self
                .dingtalk_userids()
                .into_iter()
                .filter(|other| number(self, other) == number(self, &userid))
                .collect();
            let by_hand = all
                .iter()
                .any(|userid| self.oracle.taken_back.contains(&native(userid)));
            let linked = self
                .links
                .by_native(Kind::Person, Side::DingTalk, &native(&userid))
                .is_some();
            if all.len() > 1 && by_hand && !linked && self.policy.lifecycle == Side::Ehr {
                _ = self.act_in_dingtalk(Act::Leave { userid }, None);
            }
        }
    }

    /// Somebody came back under another account before they were ever linked, and HR had changed name and job number since: the
    /// record of old is nobody's, and HR closes it.
    fn close_second_records(&mut self) {
        if self.policy.lifecycle != Side::DingTalk {
            return;
        }
        for id in self.active_ehr_records(Kind::Person) {
            let unknown = self.links.by_native(Kind::Person, Side::Ehr, &id).is_none();
            if unknown && self.another_is_linked(&id) {
                self.edit_ehr_records(
                    "closes a record of old",
                    &[(Kind::Person, id.clone())],
                    |state| {
                        state
                            .ehr
                            .edit(Kind::Person, &id, |record| record.active = false);
                    },
                );
            }
        }
    }

    /// Whether another record of the same person is linked, and nothing in this one says any more who it is about.
    fn another_is_linked(&self, id: &NativeId) -> bool {
        let number = self.oracle.number_of(Side::Ehr, Kind::Person, id);
        let Some(this) = self.ehr.get(Kind::Person, id).map(|stored| &stored.record) else {
            return false;
        };
        let linked = self
            .links
            .all()
            .filter(|link| link.kind == Kind::Person && link.dingtalk.is_some());
        let mut others = linked.filter_map(|link| self.ehr.get(Kind::Person, link.ehr.as_ref()?));
        others.any(|other| {
            let other = &other.record;
            let differs = |field| this.values.get(field) != other.values.get(field);
            let same = self.oracle.number_of(Side::Ehr, Kind::Person, &other.id) == number;
            same && this.unionid.is_none() && differs(Field::Name) && differs(Field::JobNumber)
        })
    }

    /// Whom both sides have and nothing links for certain: HR writes down the id that they have in DingTalk.
    fn record_known_ids(&mut self) {
        for kind in [Kind::Person, Kind::Department] {
            for (id, there) in self.same_records(kind) {
                let linked = self.links.by_native(kind, Side::DingTalk, &there).is_some()
                    || self
                        .links
                        .by_native(kind, Side::Ehr, &id)
                        .is_some_and(|link| link.dingtalk.as_ref() == Some(&there));
                let known = self
                    .ehr
                    .get(kind, &id)
                    .is_some_and(|stored| stored.dingtalk.as_ref() == Some(&there));
                if !linked && !known {
                    self.edit_ehr_records("is the same", &[(kind, id.clone())], |state| {
                        state.ehr.keep_dingtalk_id(kind, &id, there.clone())
                    });
                }
                if !linked && kind == Kind::Person {
                    self.record_unionid(&id, &there);
                }
            }
        }
    }

    /// An id alone is no proof: HR writes down whose account it is.
    fn record_unionid(&mut self, id: &NativeId, account: &NativeId) {
        let person = self.dingtalk.company().people.get(account.as_str());
        let unionid = person.and_then(|person| directory::UnionId::new(&person.unionid).ok());
        let stored = self.ehr.get(Kind::Person, id);
        if unionid.is_some() && stored.is_some_and(|stored| stored.record.unionid != unionid) {
            self.edit_ehr_records(
                "knows whose it is",
                &[(Kind::Person, id.clone())],
                |state| {
                    state
                        .ehr
                        .edit(Kind::Person, id, |record| record.unionid = unionid)
                },
            );
        }
    }

    /// The day of those who were put off has come.
    fn bring_in_expected_people(&mut self) {
        for id in self.ehr.expected_records() {
            self.edit_ehr_records("begins", &[(Kind::Person, id.clone())], |state| {
                state
                    .ehr
                    .edit(Kind::Person, &id, |record| record.active = true)
            });
        }
    }

    /// Where an account of somebody else is written down, HR strikes it out.
    fn correct_kept_ids(&mut self) {
        for (id, kept) in self.ehr.kept_ids(Kind::Person) {
            let whose = self.oracle.number_of(Side::DingTalk, Kind::Person, &kept);
            let number = self.oracle.number_of(Side::Ehr, Kind::Person, &id);
            let clear =
                |number: Option<u32>| number.is_some_and(|number| !self.oracle.is_confused(number));
            if whose != number && clear(whose) && clear(number) {
                self.edit_ehr_records(
                    "strikes an id out",
                    &[(Kind::Person, id.clone())],
                    |state| state.ehr.strike_out_id(Kind::Person, &id),
                );
            }
        }
    }

    /// Active records of the eHR with the id that they have in DingTalk.
    fn same_records(&self, kind: Kind) -> Vec<(NativeId, NativeId)> {
        let ids: Vec<NativeId> = match kind {
            Kind::Person => self
                .dingtalk_userids()
                .iter()
                .map(|id| contacts::native_id(id))
                .collect(),
            Kind::Department => self
                .dingtalk_dept_ids()
                .iter()
                .map(|id| directory::DeptId(*id).into())
                .collect(),
        };
        let numbers: std::collections::BTreeMap<u32, NativeId> = ids
            .into_iter()
            .filter_map(|id| {
                self.oracle
                    .number_of(Side::DingTalk, kind, &id)
                    .map(|number| (number, id))
            })
            .filter(|(number, _)| kind != Kind::Person || !self.oracle.confused.contains(number))
            .collect();
        // Whoever HR let go before anybody was linked is somebody all the same.
        let active = self.active_ehr_records(kind);
        let number_of = |id: &NativeId| self.oracle.number_of(Side::Ehr, kind, id);
        let taken: BTreeSet<Option<u32>> = active.iter().map(number_of).collect();
        let gone = self
            .ehr
            .all()
            .filter(|stored| stored.record.kind == kind && !stored.record.active);
        let gone = gone
            .map(|stored| stored.record.id.clone())
            .filter(|id| !taken.contains(&number_of(id)));
        let here: Vec<NativeId> = active.iter().cloned().chain(gone).collect();
        here.into_iter()
            .filter_map(|id| {
                let number = self.oracle.number_of(Side::Ehr, kind, &id)?;
                Some((id, numbers.get(&number)?.clone()))
            })
            .collect()
    }

    fn accept_invitations(&mut self) {
        for userid in std::mem::take(&mut self.invited) {
            let number =
                self.oracle
                    .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
            let there = self.side_snapshot(Side::DingTalk);
            // Whoever has an account again accepts no invitation to a second one.
            if number.is_some_and(|number| there.contains_key(&(Kind::Person, number))) {
                continue;
            }
            if self
                .act_in_dingtalk(
                    Act::AcceptInvitation {
                        userid: userid.clone(),
                    },
                    None,
                )
                .is_ok()
            {
                self.note_another_account(&userid, number);
            }
        }
    }

    /// Somebody accepted with another DingTalk account than the one that the eHR knows as theirs: a person has to say who it is.
    fn note_another_account(&mut self, userid: &str, number: Option<u32>) {
        let account = self
            .dingtalk
            .company()
            .people
            .get(userid)
            .map(|person| person.unionid.clone());
        let known = self.ehr.all().filter(|stored| {
            number.is_some()
                && self
                    .oracle
                    .number_of(Side::Ehr, Kind::Person, &stored.record.id)
                    == number
        });
        let mut known = known.filter_map(|stored| stored.record.unionid.as_ref());
        if known.any(|known| {
            account
                .as_deref()
                .is_some_and(|account| account != known.as_str())
        }) {
            self.oracle.confused.extend(number);
        }
    }

    /// Whoever is out of reach keeps their manager, who may be told to have them for a manager: somebody ends it in DingTalk.
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

    /// An administrator whom HR let go is relieved, so that DingTalk lets go of them too.
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

    /// Who was an administrator when last seen and is gone from DingTalk, is not removed by the engine: HR is told, looks, and marks
    /// them as left.
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

    /// Employees change their own mobile number to what HR has, where HR decides it.
    fn change_numbers(&mut self) {
        if self.policy.field_owner(Kind::Person, Field::Mobile) != Ownership::Owned(Side::Ehr) {
            return;
        }
        let ehr = self.side_snapshot(Side::Ehr);
        self.give_numbers_back(&ehr);
        for userid in self.dingtalk_userids() {
            let number =
                self.oracle
                    .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
            let Some(number) = number.filter(|number| !self.oracle.confused.contains(number))
            else {
                continue;
            };
            let wanted = ehr
                .get(&(Kind::Person, number))
                .and_then(|facts| facts.get(&Field::Mobile))
                .cloned()
                .flatten();
            let Some(directory::FieldValue::Text(wanted)) = wanted else {
                continue;
            };
            let wanted = wanted.expose().trim_start_matches("+86").to_owned();
            let now = self
                .dingtalk
                .company()
                .people
                .get(&userid)
                .map(|person| person.mobile.clone());
            if now.is_some_and(|now| now != wanted) {
                let fields = Box::new(PersonChanges {
                    mobile: Some(wanted),
                    ..PersonChanges::default()
                });
                _ = self.act_in_dingtalk(Act::Change { userid, fields }, None);
            }
        }
    }

    /// Whoever only DingTalk knows gives up a mobile number that is somebody else's in the eHR.
    fn give_numbers_back(&mut self, ehr: &crate::oracle::SideSnapshot) {
        let mobiles: BTreeSet<String> = ehr
            .values()
            .filter_map(|facts| match facts.get(&Field::Mobile) {
                Some(Some(directory::FieldValue::Text(text))) => {
                    Some(text.expose().trim_start_matches("+86").to_owned())
                }
                _ => None,
            })
            .collect();
        for userid in self.dingtalk_userids() {
            let number =
                self.oracle
                    .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
            let Some(number) = number.filter(|number| !ehr.contains_key(&(Kind::Person, *number)))
            else {
                continue;
            };
            let now = self
                .dingtalk
                .company()
                .people
                .get(&userid)
                .map(|person| person.mobile.clone());
            if now.is_some_and(|now| mobiles.contains(&now)) {
                let fresh = Some(numbered_mobile(number, self.next_token()));
                let fields = Box::new(PersonChanges {
                    mobile: fresh,
                    ..PersonChanges::default()
                });
                _ = self.act_in_dingtalk(Act::Change { userid, fields }, None);
            }
        }
    }
}
