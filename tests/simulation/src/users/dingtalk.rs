//! Edits by people in DingTalk.

use directory::{Kind, Side};
use sandbox::world::{Act, PersonChanges};

use crate::company::{numbered_mobile, numbered_name};
use crate::contacts;
use crate::fault::Fault;
use crate::world::WorldState;

impl WorldState {
    /// Makes one edit in DingTalk.
    pub(crate) fn edit_dingtalk(&mut self) {
        match self.dice.below(26) {
            0..=8 => self.change_person(),
            9 => self.rename_person(),
            10 | 11 => self.move_person(),
            12 => self.set_manager(),
            13 => self.hire_person(),
            14 => self.dismiss_person(),
            15 => self.rehire_person(),
            16 => self.set_heads(),
            17 => self.set_admin(),
            18 => self.reuse_userid(),
            19 => self.make_department(),
            20 => self.rename_department(),
            21 => self.move_department(),
            22 => self.dismiss_half(),
            _ => self.remove_department(),
        }
    }

    fn pick_person(&mut self) -> Option<(String, u32)> {
        let userids = self.dingtalk_userids();
        let userid = self.dice.pick(&userids)?;
        let number =
            self.oracle
                .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid))?;
        Some((userid, number))
    }

    fn pick_department(&mut self, but_root: bool) -> Option<i64> {
        let ids: Vec<i64> = self
            .dingtalk_dept_ids()
            .into_iter()
            .filter(|id| !but_root || *id != 1)
            .collect();
        self.dice.pick(&ids)
    }

    fn change_person(&mut self) {
        let Some((userid, number)) = self.pick_person() else {
            return;
        };
        let token = self.next_token();
        let value = |letter: char| format!("{letter}{number}·{token}");
        let mut fields = PersonChanges::default();
        match self.dice.below(11) {
            0..=2 => fields.title = Some(value('t')),
            3 => fields.remark = Some(self.dice.chance(800).then(|| value('r'))),
            4 => fields.telephone = Some(value('p')),
            5 => fields.work_place = Some(self.dice.chance(800).then(|| value('w'))),
            6 => fields.email = Some(format!("m{number}x{token}@mail.example")),
            7 => fields.extension = Some(Some(format!("{{\"牌\":\"x{number}·{token}\"}}"))),
            8 => fields.hired_date = Some(Some(86_400_000 * i64::from(20_000 + token))),
            9 => fields.hide_mobile = Some(self.dice.chance(500)),
            _ if self.dice.chance(500) => fields.mobile = Some(numbered_mobile(number, token)),
            _ => {
                self.faults.count_fault(Fault::JobNumberChanges);
                fields.job_number = Some(value('j'));
            }
        }
        _ = self.act_in_dingtalk(
            Act::Change {
                userid,
                fields: Box::new(fields),
            },
            None,
        );
    }

    fn rename_person(&mut self) {
        let Some((userid, number)) = self.pick_person() else {
            return;
        };
        let name = numbered_name(Kind::Person, number, self.next_token());
        _ = self.act_in_dingtalk(Act::Rename { userid, name }, None);
    }

    fn move_person(&mut self) {
        let Some((userid, _)) = self.pick_person() else {
            return;
        };
        let count = 1 + self.dice.below(3);
        let departments = (0..count)
            .filter_map(|_| self.pick_department(false))
            .collect();
        _ = self.act_in_dingtalk(
            Act::Move {
                userid,
                departments,
            },
            None,
        );
    }

    fn set_manager(&mut self) {
        let (Some((userid, _)), Some((manager, _))) = (self.pick_person(), self.pick_person())
        else {
            return;
        };
        let manager = Some(manager).filter(|_| self.dice.chance(800));
        _ = self.act_in_dingtalk(Act::SetManager { userid, manager }, None);
    }

    fn hire_person(&mut self) {
        let (number, token) = (self.next_number(), self.next_token());
        let departments = self.pick_department(false).into_iter().collect();
        let fields = PersonChanges {
            mobile: Some(numbered_mobile(number, token)),
            job_number: Some(format!("j{number}·{token}")),
            title: Some(format!("t{number}·{token}")),
            ..PersonChanges::default()
        };
        let name = numbered_name(Kind::Person, number, token);
        let act = Act::Hire {
            name,
            departments,
            fields: Box::new(fields),
            userid: None,
        };
        _ = self.act_in_dingtalk(act, Some((Kind::Person, number)));
    }

    fn dismiss_person(&mut self) {
        let Some((userid, number)) = self.pick_person() else {
            return;
        };
        self.let_leave(&userid, number);
    }

    /// Lets a person leave in DingTalk.
    pub(crate) fn let_leave(&mut self, userid: &str, number: u32) -> bool {
        let admin = self.is_admin(number);
        let done = self
            .act_in_dingtalk(
                Act::Leave {
                    userid: userid.to_owned(),
                },
                None,
            )
            .is_ok();
        if done && self.policy.lifecycle == Side::Ehr {
            self.faults.count_fault(Fault::CopyDeleted);
        }
        if done && admin {
            self.faults.count_fault(Fault::AdminLeaves);
            self.oracle.admins_left.insert(number);
        }
        done
    }

    /// Half of the company, one after the other.
    fn dismiss_half(&mut self) {
        if !self.fault_strikes(Fault::MassLeaving) {
            return self.change_person();
        }
        let userids = self.dingtalk_userids();
        for userid in userids.iter().skip(1).step_by(2) {
            let id = contacts::native_id(userid);
            let number = self.oracle.number_of(Side::DingTalk, Kind::Person, &id);
            if number.is_some_and(|number| !self.is_admin(number)) {
                let leave = Act::Leave {
                    userid: userid.clone(),
                };
                _ = self.act_in_dingtalk(leave, None);
            }
        }
    }

    fn rehire_person(&mut self) {
        let company = self.dingtalk.company();
        let gone: Vec<String> = company
            .left
            .iter()
            .filter(|(_, leaver)| leaver.rehired_as.is_none())
            .map(|(userid, _)| userid.clone())
            .collect();
        let Some(userid) = self.dice.pick(&gone) else {
            return;
        };
        let number =
            self.oracle
                .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
        let Some(number) = number.filter(|number| !self.oracle.confused.contains(number)) else {
            return;
        };
        if self
            .side_snapshot(Side::DingTalk)
            .contains_key(&(Kind::Person, number))
        {
            return;
        }
        // If the eHR decides, people do not create second accounts by hand.
        let wants_old = self.dice.chance(500) || self.policy.lifecycle == Side::Ehr;
        let same_userid = wants_old && !self.dingtalk.company().people.contains_key(&userid);
        self.oracle.taken_back.insert(contacts::native_id(&userid));
        let act = Act::Rehire {
            userid,
            same_userid,
            departments: Vec::new(),
        };
        if self
            .act_in_dingtalk(act, Some((Kind::Person, number)))
            .is_ok()
        {
            self.faults.count_fault(Fault::Rehired);
        }
    }

    fn set_heads(&mut self) {
        let Some(dept_id) = self.pick_department(false) else {
            return;
        };
        let people = self.dingtalk.company().people.values();
        let members: Vec<String> = people
            .filter(|person| person.is_in(dept_id))
            .map(|person| person.userid.clone())
            .collect();
        let userids: Vec<String> = (0..self.dice.below(3))
            .filter_map(|_| self.dice.pick(&members))
            .collect();
        _ = self.act_in_dingtalk(Act::SetHeads { dept_id, userids }, None);
    }

    fn set_admin(&mut self) {
        let Some((userid, _)) = self.pick_person() else {
            return;
        };
        let sys_level = if self.dice.chance(500) { 2 } else { 0 };
        let number =
            self.oracle
                .number_of(Side::DingTalk, Kind::Person, &contacts::native_id(&userid));
        self.oracle
            .admin_since
            .extend(number.map(|number| (number, self.now)));
        _ = self.act_in_dingtalk(Act::SetAdmin { userid, sys_level }, None);
    }

    /// Frees a `userid` and gives it to another person.
    fn reuse_userid(&mut self) {
        if !self.fault_strikes(Fault::ReusedUserid) {
            return self.change_person();
        }
        let Some((userid, old)) = self.pick_person() else {
            return;
        };
        // Before any person is linked, the two cannot be told apart.
        if self.is_admin(old)
            || !self.oracle.linked.contains(&(Kind::Person, old))
            || !self.let_leave(&userid, old)
        {
            return;
        }
        let (number, token) = (self.next_number(), self.next_token());
        self.oracle.confused.extend([old, number]);
        self.oracle.reused_at.insert(number, self.now);
        let fields = PersonChanges {
            mobile: Some(numbered_mobile(number, token)),
            ..PersonChanges::default()
        };
        let name = numbered_name(Kind::Person, number, token);
        let act = Act::Hire {
            name,
            departments: vec![1],
            fields: Box::new(fields),
            userid: Some(userid),
        };
        _ = self.act_in_dingtalk(act, Some((Kind::Person, number)));
    }

    fn make_department(&mut self) {
        let Some(parent_id) = self.pick_department(false) else {
            return;
        };
        let number = self.next_number();
        let name = numbered_name(Kind::Department, number, self.next_token());
        _ = self.act_in_dingtalk(
            Act::CreateDepartment { name, parent_id },
            Some((Kind::Department, number)),
        );
    }

    fn rename_department(&mut self) {
        let Some(dept_id) = self.pick_department(true) else {
            return;
        };
        let id = directory::DeptId(dept_id).into();
        let Some(number) = self.oracle.number_of(Side::DingTalk, Kind::Department, &id) else {
            return;
        };
        let token = self.next_token();
        if self.dice.chance(250) {
            let source_identifier = Some(format!("s{number}·{token}"));
            _ = self.act_in_dingtalk(
                Act::SetSource {
                    dept_id,
                    source_identifier,
                },
                None,
            );
            return;
        }
        _ = self.act_in_dingtalk(
            Act::RenameDepartment {
                dept_id,
                name: numbered_name(Kind::Department, number, token),
            },
            None,
        );
    }

    fn move_department(&mut self) {
        let (Some(dept_id), Some(parent_id)) =
            (self.pick_department(true), self.pick_department(false))
        else {
            return;
        };
        _ = self.act_in_dingtalk(Act::MoveDepartment { dept_id, parent_id }, None);
    }

    fn remove_department(&mut self) {
        let (Some(from), Some(into)) = (self.pick_department(true), self.pick_department(false))
        else {
            return;
        };
        if self
            .act_in_dingtalk(Act::DeleteDepartment { dept_id: from }, None)
            .is_err()
            && from != into
        {
            self.faults.count_fault(Fault::OccupiedDepartment);
            _ = self.act_in_dingtalk(Act::MergeDepartments { from, into }, None);
        }
    }
}
