//! Corrections of accounts that only people can make.

use std::collections::BTreeSet;

use directory::{Field, Kind, NativeId, Side};
use sandbox::world::Act;

use crate::contacts;
use crate::world::WorldState;

impl WorldState {
    /// Closes second accounts. A person restored an account by hand while the engine created a new
    /// one, as it does if the eHR decides. The account without a link is closed.
    pub(super) fn close_second_accounts(&mut self) {
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

    /// Closes second records. A person returned under another account before they were ever linked,
    /// and HR had changed name and job number since. The old record matches no account, and HR
    /// closes it.
    pub(super) fn close_second_records(&mut self) {
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

    /// Whether another record of the same person is linked, and this one no longer shows which
    /// person it is.
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

    /// Lets HR write down the DingTalk ids of people who are on both sides but not certainly
    /// linked.
    pub(super) fn record_known_ids(&mut self) {
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
                        state.ehr.keep_dingtalk_id(kind, &id, there.clone());
                    });
                }
                match kind {
                    Kind::Person if !linked => self.record_unionid(&id, &there),
                    Kind::Department if !linked => self.record_name(&id, &there),
                    _ => {}
                }
            }
        }
    }

    /// Returns the active records of the eHR with their ids in DingTalk.
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
        // A person whom HR let go before the first link still counts.
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

    pub(super) fn accept_invitations(&mut self) {
        for userid in std::mem::take(&mut self.invited) {
            let number =
                self.oracle
                    .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
            let there = self.side_snapshot(Side::DingTalk);
            // A person who has an account again does not accept an invitation to a second one.
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

    /// Notes that a person accepted with another DingTalk account than the eHR knows. A human has
    /// to decide who it is.
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
}
