//! Edits by HR in the eHR.

mod mistakes;

use directory::{Field, FieldValue, Kind, NativeId, Side};

use super::{refs_value, text_value};
use crate::company::{numbered_mobile, numbered_name};
use crate::fault::Fault;
use crate::world::WorldState;

impl WorldState {
    /// Makes one edit in the eHR.
    pub(crate) fn edit_ehr(&mut self) {
        match self.dice.below(26) {
            0..=8 => self.hr_changes(),
            9 | 10 => self.hr_moves(),
            11 => self.hr_sets_manager(),
            12 | 13 => self.hr_hires(),
            14 => self.hr_lets_go(),
            15 => self.hr_takes_back(),
            16 => self.hr_makes_department(),
            17 => self.hr_renames_department(),
            18 => self.hr_moves_department(),
            19 => self.hr_sets_heads(),
            20 => self.hr_closes_department(),
            21 => self.hr_deletes(),
            22 => self.hr_lets_half_go(),
            23 => self.hr_mistypes_id(),
            24 => self.hr_puts_off(),
            _ => self.hr_makes_circle(),
        }
    }

    fn pick_hr_person(&mut self) -> Option<(NativeId, u32)> {
        let ids = self.active_ehr_records(Kind::Person);
        let id = self.dice.pick(&ids)?;
        let number = self.oracle.number_of(Side::Ehr, Kind::Person, &id)?;
        Some((id, number))
    }

    fn pick_hr_department(&mut self, but_root: bool) -> Option<NativeId> {
        let ids: Vec<NativeId> = self.active_ehr_records(Kind::Department);
        let ids: Vec<NativeId> = ids
            .into_iter()
            .filter(|id| !but_root || !self.is_ehr_root(id))
            .collect();
        self.dice.pick(&ids)
    }

    /// Whether this is the company's root department, if the eHR keeps one.
    pub(crate) fn is_ehr_root(&self, id: &NativeId) -> bool {
        self.oracle.number_of(Side::Ehr, Kind::Department, id) == Some(1)
    }

    fn hr_changes(&mut self) {
        let Some((id, number)) = self.pick_hr_person() else {
            return;
        };
        let token = self.next_token();
        let value = |letter: char| text_value(&format!("{letter}{number}·{token}"));
        let (field, value) = match self.dice.below(12) {
            0..=2 => (Field::Title, value('t')),
            3 => (Field::Remark, value('r').filter(|_| self.dice.chance(800))),
            4 => (Field::Telephone, value('p')),
            5 => (
                Field::WorkPlace,
                value('w').filter(|_| self.dice.chance(800)),
            ),
            6 => (
                Field::Email,
                text_value(&format!("m{number}x{token}@mail.example")),
            ),
            7 => (
                Field::Extension,
                text_value(&format!("{{\"牌\":\"x{number}·{token}\"}}")),
            ),
            8 => {
                let day = directory::canonical::shanghai_day(directory::Timestamp(
                    86_400_000 * i64::from(20_000 + token),
                ));
                (Field::HiredOn, day.map(FieldValue::Day))
            }
            9 => (
                Field::Name,
                text_value(&numbered_name(Kind::Person, number, token)),
            ),
            10 if self.dice.chance(600) => (
                Field::Mobile,
                text_value(&format!("+86{}", numbered_mobile(number, token))),
            ),
            10 => (
                Field::HideMobile,
                Some(FieldValue::Flag(self.dice.chance(500))),
            ),
            _ => {
                self.faults.count_fault(Fault::JobNumberChanges);
                (Field::JobNumber, value('j'))
            }
        };
        self.set_in_ehr(Kind::Person, &id, field, value);
    }

    fn hr_moves(&mut self) {
        let Some((id, _)) = self.pick_hr_person() else {
            return;
        };
        let count = 1 + self.dice.below(3);
        let departments: Vec<NativeId> = (0..count)
            .filter_map(|_| self.pick_hr_department(false))
            .collect();
        if !departments.is_empty() {
            self.faults.count_fault(Fault::Memberships);
            self.set_in_ehr(
                Kind::Person,
                &id,
                Field::Departments,
                refs_value(&departments),
            );
        }
    }

    fn hr_sets_manager(&mut self) {
        let (Some((id, _)), Some((manager, _))) = (self.pick_hr_person(), self.pick_hr_person())
        else {
            return;
        };
        let manager = Some(manager).filter(|manager| self.dice.chance(800) && *manager != id);
        self.set_in_ehr(Kind::Person, &id, Field::Manager, refs_value(&manager));
    }

    fn hr_hires(&mut self) {
        let (number, token) = (self.next_number(), self.next_token());
        let at = self.pick_hr_department(false);
        let twin = if self.fault_strikes(Fault::MobileTwice) {
            self.pick_hr_person()
        } else {
            None
        };
        let twin = twin.and_then(|(id, _)| {
            self.ehr
                .get(Kind::Person, &id)
                .and_then(|stored| stored.record.values.get(Field::Mobile).cloned())
        });
        let before = self.side_snapshot(Side::Ehr);
        let id = self.hire_in_ehr(number, token, at.as_ref(), token);
        if let Some(mobile) = twin {
            self.ehr.edit(Kind::Person, &id, |record| {
                record.values.show(Field::Mobile, Some(mobile));
            });
        }
        let after = self.side_snapshot(Side::Ehr);
        self.oracle
            .note_people_edits(Side::Ehr, &before, &after, self.now);
        self.story
            .record_event(self.now, "HR", &[u64::from(number)], || {
                format!("hires {number} as {id}")
            });
        self.queue_ehr_change(Kind::Person, &id);
    }

    fn hr_lets_go(&mut self) {
        let Some((id, number)) = self.pick_hr_person() else {
            return;
        };
        if self.is_admin(number) {
            if number == 1 {
                return;
            }
            self.faults.count_fault(Fault::AdminLeaves);
        }
        self.edit_ehr_records("leaves", &[(Kind::Person, id.clone())], |state| {
            state
                .ehr
                .edit(Kind::Person, &id, |record| record.active = false);
        });
    }

    fn hr_takes_back(&mut self) {
        let gone = self
            .ehr
            .all()
            .filter(|stored| stored.record.kind == Kind::Person && !stored.record.active);
        let gone: Vec<NativeId> = gone.map(|stored| stored.record.id.clone()).collect();
        let Some(id) = self.dice.pick(&gone) else {
            return;
        };
        self.faults.count_fault(Fault::Rehired);
        self.edit_ehr_records("comes back", &[(Kind::Person, id.clone())], |state| {
            state
                .ehr
                .edit(Kind::Person, &id, |record| record.active = true);
        });
    }

    fn hr_makes_department(&mut self) {
        let parent = self.pick_hr_department(false);
        let (number, token) = (self.next_number(), self.next_token());
        let before = self.side_snapshot(Side::Ehr);
        let mut values = directory::FieldValues::new();
        values.show_text(
            Field::Name,
            Some(numbered_name(Kind::Department, number, token)),
        );
        values.show_refs(Field::Parent, parent.iter().map(ToString::to_string));
        values.show(Field::Order, Some(FieldValue::Number(i64::from(token))));
        if parent.is_none() {
            return;
        }
        let id = self.ehr.create_by_hr(Kind::Department, values);
        self.oracle
            .assign_number(Side::Ehr, Kind::Department, &id, number);
        let after = self.side_snapshot(Side::Ehr);
        self.oracle
            .note_people_edits(Side::Ehr, &before, &after, self.now);
        self.story
            .record_event(self.now, "HR", &[u64::from(number)], || {
                format!("makes department {number} as {id}")
            });
        self.queue_ehr_change(Kind::Department, &id);
    }

    fn hr_renames_department(&mut self) {
        let Some(id) = self.pick_hr_department(true) else {
            return;
        };
        let Some(number) = self.oracle.number_of(Side::Ehr, Kind::Department, &id) else {
            return;
        };
        let token = self.next_token();
        let (field, value) = match self.dice.below(3) {
            0 => (Field::Order, Some(FieldValue::Number(i64::from(token)))),
            _ => (
                Field::Name,
                text_value(&numbered_name(Kind::Department, number, token)),
            ),
        };
        self.set_in_ehr(Kind::Department, &id, field, value);
    }

    fn hr_moves_department(&mut self) {
        let (Some(id), Some(parent)) = (
            self.pick_hr_department(true),
            self.pick_hr_department(false),
        ) else {
            return;
        };
        if !self.is_below(&parent, &id) {
            self.set_in_ehr(Kind::Department, &id, Field::Parent, refs_value([&parent]));
        }
    }

    /// Whether a department of the eHR is another one, or below it.
    pub(crate) fn is_below(&self, id: &NativeId, top: &NativeId) -> bool {
        let mut at = Some(id.clone());
        for _ in 0..100 {
            let Some(here) = at else { return false };
            if here == *top {
                return true;
            }
            let stored = self.ehr.get(Kind::Department, &here);
            at = stored.and_then(|stored| {
                NativeId::new(stored.record.values.refs(Field::Parent).next()?).ok()
            });
        }
        true
    }

    fn hr_sets_heads(&mut self) {
        let Some(id) = self.pick_hr_department(false) else {
            return;
        };
        let members: Vec<NativeId> = self
            .ehr
            .all()
            .filter(|stored| stored.record.kind == Kind::Person && stored.record.active)
            .filter(|stored| {
                stored
                    .record
                    .values
                    .refs(Field::Departments)
                    .any(|at| at == id.as_str())
            })
            .map(|stored| stored.record.id.clone())
            .collect();
        let heads: Vec<NativeId> = (0..self.dice.below(3))
            .filter_map(|_| self.dice.pick(&members))
            .collect();
        self.set_in_ehr(Kind::Department, &id, Field::Heads, refs_value(&heads));
    }

    fn hr_closes_department(&mut self) {
        let Some(id) = self.pick_hr_department(true) else {
            return;
        };
        self.faults.count_fault(Fault::OccupiedDepartment);
        self.edit_ehr_records("closed", &[(Kind::Department, id.clone())], |state| {
            state
                .ehr
                .edit(Kind::Department, &id, |record| record.active = false);
        });
    }

    /// Deletes a record without a trace.
    fn hr_deletes(&mut self) {
        if !self.fault_strikes(Fault::RecordDeleted) {
            return self.hr_changes();
        }
        let person = self.dice.chance(600);
        let (kind, id) = if person {
            let Some((id, number)) = self.pick_hr_person() else {
                return;
            };
            // An empty list proves nothing, so one person always stays.
            if self.is_admin(number) || self.active_ehr_records(Kind::Person).len() < 2 {
                return;
            }
            (Kind::Person, id)
        } else {
            let Some(id) = self.pick_hr_department(true) else {
                return;
            };
            (Kind::Department, id)
        };
        self.edit_ehr_records("deleted", &[(kind, id.clone())], |state| {
            state.ehr.delete(kind, &id);
        });
        if let Some(number) = self.oracle.number_of(Side::Ehr, kind, &id) {
            self.oracle.forget(Side::Ehr, (kind, number));
            self.oracle.deleted.insert((kind, number));
        }
    }
}
