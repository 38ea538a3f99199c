//! Writes DingTalk: writes that take effect, writes that are lost, and writes that land late.

use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::reason::{Reason, ReasonCode};
use directory::{DeptId, Field, Kind, NativeId, Side, UnionId, WriteAction};
use engine::ports::{DingTalkWrite, WriteOutcome};
use sandbox::world::{AppWrite, AppWriteOutcome as Wrote, Refusal};

use super::dingtalk::{DingTalkPort, id_text, refusal_error};
use crate::contacts;
use crate::fault::Fault;
use crate::oracle::replaced_values::EngineWrite;
use crate::oracle::{SideSnapshot, format_values, number_in};
use crate::trace::text_word;
use crate::world::{SharedWorld, WorldState};

/// Greatest delay of a late write, in milliseconds. It is less than the engine waits for, whatever
/// the clocks show.
pub(crate) const LATE_MAX_MS: i64 = 6 * 60 * 1000;

/// A write in flight. If its invocation is dropped, it may still land.
struct DingTalkWriteInFlight<'a> {
    shared: &'a SharedWorld,
    invocation: u32,
    write: Option<DingTalkWrite>,
}

impl Drop for DingTalkWriteInFlight<'_> {
    fn drop(&mut self) {
        let Some(write) = self.write.take() else {
            return;
        };
        let state = &mut *self.shared.lock_world();
        if state.fault_strikes(Fault::KilledInFlight) {
            state.land_late(self.invocation, write);
        }
    }
}

impl DingTalkPort {
    pub(super) async fn write_through(
        &self,
        write: &DingTalkWrite,
    ) -> Result<WriteOutcome, DingTalkError> {
        let mut on_its_way = DingTalkWriteInFlight {
            shared: &self.shared,
            invocation: self.invocation,
            write: Some(write.clone()),
        };
        self.shared.yield_polls().await;
        on_its_way.write = None;
        let answer = {
            let state = &mut *self.shared.lock_world();
            if state.fault_strikes(Fault::Throttled) {
                Err(DingTalkErrorKind::Throttled {
                    code: "simulated".to_owned(),
                })
            } else if state.fault_strikes(Fault::LostBefore) {
                if state.fault_strikes(Fault::LateWrite) {
                    state.land_late(self.invocation, write.clone());
                }
                Ok(WriteOutcome::Unknown)
            } else {
                let written = state.write_dingtalk(self.invocation, write);
                let lost = state.fault_strikes(Fault::LostAfter);
                if lost {
                    Ok(WriteOutcome::Unknown)
                } else {
                    written
                }
            }
        };
        self.shared.yield_polls().await;
        answer.map_err(|trouble| DingTalkError::new("write", trouble))
    }
}

/// A write that was sent and has not arrived.
#[derive(Debug, Clone)]
pub(crate) struct LateDingTalkWrite {
    pub(crate) due: i64,
    invocation: u32,
    began: i64,
    write: DingTalkWrite,
}

impl WorldState {
    fn land_late(&mut self, invocation: u32, write: DingTalkWrite) {
        self.faults.count_fault(Fault::LateWrite);
        let due = self.now + self.dice.between(1, LATE_MAX_MS);
        let began = self.began.get(&invocation).copied().unwrap_or(self.now);
        self.late.push(LateDingTalkWrite {
            due,
            invocation,
            began,
            write,
        });
    }

    /// Lands the writes that are due.
    pub(crate) fn land_due_dingtalk_writes(&mut self) {
        while let Some(at) = self.late.iter().position(|late| late.due <= self.now) {
            let LateDingTalkWrite {
                invocation,
                began,
                write,
                ..
            } = self.late.remove(at);
            self.story
                .record_event(self.now, "late", &[u64::from(invocation)], || {
                    format!("a write of invocation {invocation} arrives")
                });
            let present = self.began.insert(invocation, began);
            _ = self.write_dingtalk(invocation, &write);
            if present.is_none() {
                self.began.remove(&invocation);
            }
        }
    }

    /// Carries out the write, or refuses it.
    fn write_dingtalk(
        &mut self,
        invocation: u32,
        order: &DingTalkWrite,
    ) -> Result<WriteOutcome, DingTalkErrorKind> {
        self.check_shown(invocation, Side::DingTalk, order.link, &order.values);
        let write = match contacts::to_app_write(order) {
            Ok(Some(write)) => write,
            Ok(None) => {
                return order
                    .id
                    .clone()
                    .map_or(Ok(WriteOutcome::Unknown), |id| Ok(WriteOutcome::Done(id)));
            }
            Err(why) => return Ok(WriteOutcome::Refused(Reason::stored_text(why))),
        };
        if let AppWrite::DeletePerson { userid } = &write
            && self
                .dingtalk
                .company()
                .people
                .get(userid)
                .is_some_and(|person| person.is_admin() || person.boss)
        {
            self.judge_admin_removal(invocation, order);
            let refused = Reason::new(ReasonCode::DingTalkAdministratorKept);
            return Ok(WriteOutcome::Refused(refused));
        }
        let before = self.side_snapshot(Side::DingTalk);
        self.check_removal(invocation, order);
        let written = self.dingtalk.apply_write(self.current_time(), write);
        let ids = [
            u64::from(invocation),
            order.action as u64,
            text_word(&id_text(order.id.as_ref())),
        ];
        let (now, line) = (self.now, || {
            let (id, values) = (id_text(order.id.as_ref()), format_values(&order.values));
            format!(
                "#{invocation} {:?} {:?} {id} {values} -> {written:?}",
                order.action, order.kind
            )
        });
        self.story.record_event(now, "dingtalk", &ids, line);
        match written {
            Ok(wrote) if wrote.invited => {
                self.faults.count_fault(Fault::Invited);
                self.invited.extend(wrote.userid.clone());
                self.note_created(order, &wrote);
                Ok(WriteOutcome::Pending)
            }
            Ok(wrote) => {
                self.note_created(order, &wrote);
                self.note_dingtalk_effect(invocation, order, &wrote, &before);
                let id = order
                    .id
                    .clone()
                    .or_else(|| wrote.dept_id.map(|id| DeptId(id).into()));
                let unionid = wrote
                    .unionid
                    .as_deref()
                    .and_then(|id| UnionId::new(id).ok());
                let joined = (order.kind, order.action) == (Kind::Person, WriteAction::Create);
                Ok(id.map_or(WriteOutcome::Unknown, |id| match joined {
                    true => WriteOutcome::Joined { id, unionid },
                    false => WriteOutcome::Done(id),
                }))
            }
            Err(no) => self.map_refusal(order, &no),
        }
    }

    /// Reports the removal of an administrator, if the invocation could know that they are one.
    fn judge_admin_removal(&mut self, invocation: u32, order: &DingTalkWrite) {
        let began = self.began.get(&invocation).copied().unwrap_or(self.now);
        let number = order
            .id
            .as_ref()
            .and_then(|id| self.oracle.number_of(Side::DingTalk, Kind::Person, id));
        let known = |number: &u32| {
            self.oracle
                .admin_since
                .get(number)
                .is_none_or(|since| *since < began)
        };
        if let Some(number) = number.filter(known) {
            self.oracle.judge_admin_removal(number);
        }
    }

    fn map_refusal(
        &mut self,
        order: &DingTalkWrite,
        no: &Refusal,
    ) -> Result<WriteOutcome, DingTalkErrorKind> {
        let trouble = refusal_error(no);
        match (&trouble, order.action) {
            (DingTalkErrorKind::NotFound, WriteAction::Remove) => Ok(order
                .id
                .clone()
                .map_or(WriteOutcome::Unknown, WriteOutcome::Done)),
            _ => {
                self.faults.count_fault(Fault::Refused);
                Ok(WriteOutcome::Refused(Reason::from(&trouble)))
            }
        }
    }

    fn note_created(&mut self, order: &DingTalkWrite, wrote: &Wrote) {
        if order.action != WriteAction::Create {
            return;
        }
        let id: Option<NativeId> = match order.kind {
            Kind::Person => wrote.userid.as_deref().map(contacts::native_id),
            Kind::Department => wrote.dept_id.map(|id| DeptId(id).into()),
        };
        let number = order.values.text(Field::Name).and_then(number_in);
        if let (Some(id), Some(number)) = (id, number) {
            self.oracle
                .assign_number(Side::DingTalk, order.kind, &id, number);
            let known = wrote
                .unionid
                .as_deref()
                .and_then(|id| id.strip_prefix("union")?.strip_suffix("iE")?.parse().ok());
            if let Some(whose) = known.filter(|whose| *whose != number) {
                self.oracle.borrowed.extend([whose, number]);
            }
        }
    }

    fn check_removal(&mut self, invocation: u32, order: &DingTalkWrite) {
        if order.action != WriteAction::Remove {
            return;
        }
        let Some(number) = order
            .id
            .as_ref()
            .and_then(|id| self.oracle.number_of(Side::DingTalk, order.kind, id))
        else {
            return;
        };
        let began = self.began.get(&invocation).copied().unwrap_or(self.now);
        let there = match order.kind {
            Kind::Person => self
                .dingtalk
                .company()
                .people
                .contains_key(&id_text(order.id.as_ref())),
            Kind::Department => {
                let id = order
                    .id
                    .as_ref()
                    .and_then(NativeId::to_dept_id)
                    .map(|id| id.0)
                    .unwrap_or_default();
                self.dingtalk.company().departments.contains_key(&id) && self.is_empty(id)
            }
        };
        let expected = self
            .ehr
            .expected_records()
            .iter()
            .any(|id| self.oracle.number_of(Side::Ehr, order.kind, id) == Some(number));
        if there && expected {
            let what = format!("{number} is deleted in DingTalk, and is only expected later");
            self.oracle.report_violation("removal", what);
        }
        if there {
            self.check_quarantine(order.kind, order.link);
            let (policy, now) = (self.policy.clone(), self.now);
            self.oracle
                .judge_removal(&policy, Side::DingTalk, (order.kind, number), (began, now));
        }
    }

    /// Whether a department has no members and no departments below it.
    pub(crate) fn is_empty(&self, dept_id: i64) -> bool {
        let company = self.dingtalk.company();
        !company.people.values().any(|person| person.is_in(dept_id))
            && !company
                .departments
                .values()
                .any(|department| department.parent_id == Some(dept_id))
    }

    fn note_dingtalk_effect(
        &mut self,
        invocation: u32,
        order: &DingTalkWrite,
        wrote: &Wrote,
        before: &SideSnapshot,
    ) {
        self.writes += 1;
        if let Some((Side::DingTalk, field)) = self.habits.capitals
            && order.values.shown_fields().contains(field)
            && let Some(userid) = &wrote.userid
        {
            self.capitalize_value(&userid.clone(), field);
        }
        let id = order
            .id
            .clone()
            .or_else(|| wrote.dept_id.map(|id| DeptId(id).into()));
        if let Some(id) = &id {
            self.check_mark(Side::DingTalk, order.kind, id);
        }
        let who = id
            .as_ref()
            .and_then(|id| self.oracle.number_of(Side::DingTalk, order.kind, id));
        let after = self.side_snapshot(Side::DingTalk);
        let read = id.and_then(|id| {
            self.decided
                .get(&(invocation, Side::DingTalk, order.kind, id))
                .cloned()
        });
        let other = who.and_then(|number| {
            self.decided_by(invocation, Side::Ehr, (order.kind, number), order.link)
        });
        let write = EngineWrite {
            side: Side::DingTalk,
            who: who.map(|number| (order.kind, number)),
            link: order.link,
            kind: order.kind,
            action: order.action,
            values: &order.values,
            invocation,
            sweeps: self.sweeping.contains(&invocation) && !self.faults.healed,
            paused: self.closed.is_some()
                && self
                    .began
                    .get(&invocation)
                    .is_some_and(|began| self.closed_since < *began),
            people: self
                .links
                .all()
                .filter(|link| link.kind == Kind::Person)
                .count() as u64,
            everything: self.links.all().count() as u64,
            unasked_on: self.unasked_on(invocation),
            owner_read: other.as_ref(),
            began: self.began.get(&invocation).copied().unwrap_or(self.now),
            read: read.as_ref(),
        };
        let (policy, at) = (self.policy.clone(), (self.now, self.faults.healed));
        self.oracle
            .note_engine_write(&policy, &write, (before, &after), at);
        self.queue_dingtalk_events();
    }

    fn capitalize_value(&mut self, userid: &str, field: Field) {
        let Some(person) = self.dingtalk.company().people.get(userid) else {
            return;
        };
        let title = person.title.to_uppercase();
        if field == Field::Title && title != person.title {
            self.faults.count_fault(Fault::Normalised);
            let fields = sandbox::world::PersonFields {
                title: Some(title),
                ..Default::default()
            };
            let write = AppWrite::UpdatePerson {
                userid: userid.to_owned(),
                fields: Box::new(fields),
            };
            _ = self.dingtalk.apply_write(self.current_time(), write);
        }
    }
}
