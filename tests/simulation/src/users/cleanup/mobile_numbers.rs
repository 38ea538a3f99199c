//! Corrections of mobile numbers that only people can make.

use std::collections::BTreeSet;

use directory::policy::Ownership;
use directory::{Field, Kind, Side};
use sandbox::world::{Act, PersonChanges};

use crate::company::numbered_mobile;
use crate::contacts;
use crate::world::WorldState;

impl WorldState {
    /// Lets employees change their own mobile number to the one in the eHR, if HR decides it.
    pub(super) fn change_numbers(&mut self) {
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

    /// Lets people that only DingTalk knows give up a mobile number that belongs to another person
    /// in the eHR.
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
