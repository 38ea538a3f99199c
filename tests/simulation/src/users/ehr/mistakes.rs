//! What people in HR do by mistake, or all at once.

use super::*;

impl WorldState {
    /// Half of the company leaves, or is deleted, one after the other.
    pub(super) fn hr_lets_half_go(&mut self) {
        if !self.fault_strikes(Fault::MassLeaving) {
            return self.hr_changes();
        }
        let deletes = self.dice.chance(400);
        let people = self.active_ehr_records(Kind::Person);
        for id in people.iter().skip(1).step_by(2) {
            let number = self.oracle.number_of(Side::Ehr, Kind::Person, id);
            let Some(number) = number.filter(|number| !self.is_admin(*number)) else {
                continue;
            };
            let touched = [(Kind::Person, id.clone())];
            if deletes {
                self.edit_ehr_records("deleted", &touched, |state| {
                    state.ehr.delete(Kind::Person, id);
                });
                self.oracle.forget(Side::Ehr, (Kind::Person, number));
                self.oracle.deleted.insert((Kind::Person, number));
            } else {
                self.edit_ehr_records("leaves", &touched, |state| {
                    state
                        .ehr
                        .edit(Kind::Person, id, |record| record.active = false);
                });
            }
        }
    }

    /// Somebody else's account is written down in a record.
    pub(super) fn hr_mistypes_id(&mut self) {
        if !self.fault_strikes(Fault::WrongKeptId) {
            return self.hr_changes();
        }
        let userids = self.dingtalk_userids();
        let (Some((id, number)), Some(userid)) = (self.pick_hr_person(), self.dice.pick(&userids))
        else {
            return;
        };
        let account = crate::contacts::native_id(&userid);
        let whose = self
            .oracle
            .number_of(Side::DingTalk, Kind::Person, &account);
        if whose.is_some_and(|whose| whose != number) {
            self.edit_ehr_records("mistypes an id", &[(Kind::Person, id.clone())], |state| {
                state.ehr.keep_dingtalk_id(Kind::Person, &id, account);
            });
        }
    }

    /// Somebody who is there begins later after all.
    pub(super) fn hr_puts_off(&mut self) {
        if !self.fault_strikes(Fault::PutOff) {
            return self.hr_changes();
        }
        let Some((id, number)) = self.pick_hr_person() else {
            return;
        };
        if !self.is_admin(number) {
            self.edit_ehr_records("puts off", &[(Kind::Person, id.clone())], |state| {
                state.ehr.expect_later(Kind::Person, &id);
            });
        }
    }

    pub(super) fn hr_makes_circle(&mut self) {
        if !self.fault_strikes(Fault::Cycle) {
            return self.hr_changes();
        }
        let (Some(one), Some(other)) =
            (self.pick_hr_department(true), self.pick_hr_department(true))
        else {
            return;
        };
        if one != other {
            self.set_in_ehr(Kind::Department, &one, Field::Parent, refs_value([&other]));
            self.set_in_ehr(Kind::Department, &other, Field::Parent, refs_value([&one]));
        }
    }
}
