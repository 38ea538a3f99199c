//! Corrections of the DingTalk ids that HR keeps, and of first days.

use directory::{Kind, NativeId, Side};

use crate::world::WorldState;

impl WorldState {
    /// Records whose account it is: an id alone is no proof.
    pub(super) fn record_unionid(&mut self, id: &NativeId, account: &NativeId) {
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

    /// Lets the first day come of the people whom HR had put off.
    pub(super) fn bring_in_expected_people(&mut self) {
        for id in self.ehr.expected_records() {
            self.edit_ehr_records("begins", &[(Kind::Person, id.clone())], |state| {
                state
                    .ehr
                    .edit(Kind::Person, &id, |record| record.active = true)
            });
        }
    }

    /// Strikes out kept ids that are the account of another person.
    pub(super) fn correct_kept_ids(&mut self) {
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
}
