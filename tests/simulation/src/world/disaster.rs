//! Disasters: faults that affect all reads of DingTalk for a while.

use directory::{Field, FieldSet};
use sandbox::world::Scope;

use crate::contacts::WITH_EMAIL;
use crate::fault::Fault;

use super::WorldState;

/// A fault that lasts until its time is over.
#[derive(Debug, Clone)]
pub struct Disaster {
    /// The fault.
    pub fault: Fault,
    /// When it ends, in milliseconds.
    pub until: i64,
    /// Fields that are left out meanwhile.
    pub silent: FieldSet,
}

/// Greatest duration of a disaster in minutes: several invocations, and some that see it begin or
/// end.
const MINUTES_MAX: i64 = 400;

/// Another company's data does not return sooner than this, in milliseconds. Reading "not found", a
/// canary and "not found" again takes a second, and a shorter change could not be noticed.
const PEACE_MS: i64 = 60_000;

/// Disasters that can begin.
const ALL: [Fault; 6] = [
    Fault::ScopeShrinks,
    Fault::EmptyList,
    Fault::HalfList,
    Fault::WrongCorp,
    Fault::BlankColumn,
    Fault::PermissionWithdrawn,
];

impl WorldState {
    /// Perhaps begins a disaster, and ends one that is over. Another company's data does not appear
    /// in the middle of a sweep's lists.
    pub fn maybe_begin_disaster(&mut self, sweeping: bool) {
        if self
            .disaster
            .as_ref()
            .is_some_and(|disaster| self.now >= disaster.until)
        {
            self.end_disaster();
        }
        if self.disaster.is_none()
            && let Some(fault) = ALL.into_iter().find(|fault| self.fault_strikes(*fault))
            && (fault != Fault::WrongCorp
                || !sweeping && self.has_vouching_link() && self.now - self.calm_since > PEACE_MS)
        {
            let minutes = self.dice.between(1, MINUTES_MAX);
            self.begin_disaster(fault, minutes * 60_000);
        }
    }

    /// Whether a linked person can prove that the data is ours. In histories with plans a sweep
    /// must have seen that person, too.
    fn has_vouching_link(&self) -> bool {
        self.links.has_active_person() && (!self.makes_plans || self.kept.canary.is_some())
    }

    /// Begins a disaster.
    pub fn begin_disaster(&mut self, fault: Fault, lasts_ms: i64) {
        let silent = match fault {
            Fault::PermissionWithdrawn => {
                let groups = [FieldSet::of_fields(&[Field::Mobile]), WITH_EMAIL];
                self.dice.pick(&groups).unwrap_or_default()
            }
            Fault::BlankColumn => {
                let mut columns = vec![
                    Field::Title,
                    Field::Telephone,
                    Field::Remark,
                    Field::Manager,
                ];
                // A person who is not linked yet may have no other key.
                if self.habits.bound_in_peace {
                    columns.push(Field::JobNumber);
                }
                self.dice.pick(&columns).into_iter().collect()
            }
            _ => FieldSet::NONE,
        };
        if fault == Fault::ScopeShrinks {
            self.shrink_scope();
        }
        self.oracle.blanked = self.oracle.blanked.union(silent);
        self.story
            .record_event(self.now, "disaster", &[fault as u64], || {
                fault.key().to_owned()
            });
        self.disaster = Some(Disaster {
            fault,
            until: self.now + lasts_ms,
            silent,
        });
    }

    fn shrink_scope(&mut self) {
        let departments: Vec<i64> = self
            .dingtalk
            .company()
            .departments
            .keys()
            .copied()
            .filter(|id| *id != 1)
            .collect();
        let one = self.dice.pick(&departments);
        // Single people may be in the scope besides departments.
        let people = self.dingtalk_userids();
        let alone = self.dice.pick(&people).filter(|_| self.dice.chance(500));
        let mut scope = Scope::departments(one);
        scope.users.extend(alone);
        self.dingtalk
            .edit_settings(|settings| settings.scope = scope);
    }

    /// Ends the disaster.
    pub fn end_disaster(&mut self) {
        self.dingtalk
            .edit_settings(|settings| settings.scope = Scope::whole());
        if let Some(disaster) = self.disaster.take() {
            self.calm_since = self.now;
            self.story
                .record_event(self.now, "calm", &[], || disaster.fault.key().to_owned());
        }
    }

    /// Whether this disaster is happening now.
    #[must_use]
    pub fn disaster_is(&self, fault: Fault) -> bool {
        self.disaster
            .as_ref()
            .is_some_and(|disaster| disaster.fault == fault)
    }

    /// Returns the company that reads show.
    #[must_use]
    pub fn shown_company(&self) -> &sandbox::World {
        if self.disaster_is(Fault::WrongCorp) {
            &self.stranger
        } else {
            &self.dingtalk
        }
    }

    /// Returns the person fields that answers leave out now.
    #[must_use]
    pub fn omitted_fields(&self) -> FieldSet {
        self.disaster
            .as_ref()
            .map(|disaster| disaster.silent)
            .unwrap_or_default()
    }

    /// Returns the person fields for which the app has permission.
    #[must_use]
    pub fn permitted_fields(&self) -> FieldSet {
        if self.disaster_is(Fault::PermissionWithdrawn) {
            FieldSet::PERSON.without(self.omitted_fields())
        } else {
            FieldSet::PERSON
        }
    }
}
