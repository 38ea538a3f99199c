//! Corrections of the DingTalk ids that HR keeps, and of first days.

use directory::{Field, Kind, NativeId, Side};

use crate::users::text_value;
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
                        .edit(Kind::Person, id, |record| record.unionid = unionid);
                },
            );
        }
    }

    /// Gives a department the name that it has in DingTalk, as a second key beside the kept id: a
    /// person was told that both are perhaps one, and says so.
    pub(super) fn record_name(&mut self, id: &NativeId, there: &NativeId) {
        let there = there.to_dept_id().map(|there| there.0);
        let department = there.and_then(|there| self.dingtalk.company().departments.get(&there));
        let name = department.map(|department| department.name.clone());
        let stored = self.ehr.get(Kind::Department, id);
        let known = stored.and_then(|stored| stored.record.values.text(Field::Name));
        if let Some(name) = name.filter(|name| known != Some(name)) {
            self.set_in_ehr(Kind::Department, id, Field::Name, text_value(&name));
        }
    }

    /// Lets the first day come of the people whom HR had put off.
    pub(super) fn bring_in_expected_people(&mut self) {
        for id in self.ehr.expected_records() {
            self.edit_ehr_records("begins", &[(Kind::Person, id.clone())], |state| {
                state
                    .ehr
                    .edit(Kind::Person, &id, |record| record.active = true);
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
