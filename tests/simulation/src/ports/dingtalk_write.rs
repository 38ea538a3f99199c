//! DingTalk, written: what took effect, what is lost, what lands late.

use dingtalk::{Error, Trouble};
use directory::{Action, DeptId, Field, Kind, NativeId, Side, UnionId};
use engine::ports::{ToDingTalk, Written};
use sandbox::world::{Refusal, Write, Written as Wrote};

use super::dingtalk::{DingTalkPort, refusal, text};
use crate::contacts;
use crate::fault::Fault;
use crate::oracle::replaced::EngineWrite;
use crate::oracle::{Picture, all_shown, number_in};
use crate::story::word;
use crate::world::{Shared, State};

/// A write that lands late does so within this time: less than what the engine waits for, whatever the clocks say.
pub(crate) const LATE_MAX_MS: i64 = 6 * 60 * 1000;

/// A write on its way. Dropped with its invocation, it may land all the same.
struct OnItsWay<'a> {
    shared: &'a Shared,
    invocation: u32,
    write: Option<ToDingTalk>,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        let Some(write) = self.write.take() else { return };
        let state = &mut *self.shared.lock();
        if state.strikes(Fault::KilledInFlight) {
            state.land_late(self.invocation, write);
        }
    }
}

impl DingTalkPort {
    pub(super) async fn write_through(&self, write: &ToDingTalk) -> Result<Written, Error> {
        let mut on_its_way = OnItsWay { shared: &self.shared, invocation: self.invocation, write: Some(write.clone()) };
        self.shared.pause().await;
        on_its_way.write = None;
        let answer = {
            let state = &mut *self.shared.lock();
            if state.strikes(Fault::Throttled) {
                Err(Trouble::Throttled { code: "simulated".to_owned() })
            } else if state.strikes(Fault::LostBefore) {
                if state.strikes(Fault::LateWrite) {
                    state.land_late(self.invocation, write.clone());
                }
                Ok(Written::Unknown)
            } else {
                let written = state.write_dingtalk(self.invocation, write);
                let lost = state.strikes(Fault::LostAfter);
                if lost { Ok(Written::Unknown) } else { written }
            }
        };
        self.shared.pause().await;
        answer.map_err(|trouble| Error::new("write", trouble))
    }
}

/// A write that was sent and has not arrived.
#[derive(Debug, Clone)]
pub(crate) struct Late {
    pub(crate) due: i64,
    invocation: u32,
    began: i64,
    write: ToDingTalk,
}

impl State {
    fn land_late(&mut self, invocation: u32, write: ToDingTalk) {
        self.faults.reached(Fault::LateWrite);
        let due = self.now + self.dice.between(1, LATE_MAX_MS);
        let began = self.began.get(&invocation).copied().unwrap_or(self.now);
        self.late.push(Late { due, invocation, began, write });
    }

    /// What is due arrives.
    pub(crate) fn arrive(&mut self) {
        while let Some(at) = self.late.iter().position(|late| late.due <= self.now) {
            let Late { invocation, began, write, .. } = self.late.remove(at);
            self.story.tell(self.now, "late", &[u64::from(invocation)], || {
                format!("a write of invocation {invocation} arrives")
            });
            let present = self.began.insert(invocation, began);
            _ = self.write_dingtalk(invocation, &write);
            if present.is_none() {
                self.began.remove(&invocation);
            }
        }
    }

    /// The write takes effect, or is refused.
    fn write_dingtalk(&mut self, invocation: u32, order: &ToDingTalk) -> Result<Written, Trouble> {
        self.check_shown(invocation, Side::DingTalk, order.link, &order.values);
        let write = match contacts::write(order) {
            Ok(Some(write)) => write,
            Ok(None) => return order.id.clone().map_or(Ok(Written::Unknown), |id| Ok(Written::Done(id))),
            Err(why) => return Ok(Written::Refused(why.to_owned())),
        };
        if let Write::DeletePerson { userid } = &write
            && self.dingtalk.company().people.get(userid).is_some_and(|person| person.is_admin() || person.boss)
        {
            let began = self.began.get(&invocation).copied().unwrap_or(self.now);
            let number = order.id.as_ref().and_then(|id| self.oracle.number(Side::DingTalk, Kind::Person, id));
            let known = |number: &u32| self.oracle.admin_since.get(number).is_none_or(|since| *since < began);
            if let Some(number) = number.filter(known) {
                self.oracle.engine_removes_admin(number);
            }
            return Ok(Written::Refused("administrators and bosses are never deleted".to_owned()));
        }
        let before = self.picture(Side::DingTalk);
        self.check_removal(invocation, order);
        let written = self.dingtalk.write(self.time(), write);
        let ids = [u64::from(invocation), order.action as u64, word(&text(order.id.as_ref()))];
        let (now, line) = (self.now, || {
            let (id, values) = (text(order.id.as_ref()), all_shown(&order.values));
            format!("#{invocation} {:?} {:?} {id} {values} -> {written:?}", order.action, order.kind)
        });
        self.story.tell(now, "dingtalk", &ids, line);
        match written {
            Ok(wrote) if wrote.invited => {
                self.faults.reached(Fault::Invited);
                self.invited.extend(wrote.userid.clone());
                self.note_created(order, &wrote);
                Ok(Written::Pending)
            }
            Ok(wrote) => {
                self.note_created(order, &wrote);
                self.took_effect(invocation, order, &wrote, &before);
                let id = order.id.clone().or_else(|| wrote.dept_id.map(|id| DeptId(id).into()));
                let unionid = wrote.unionid.as_deref().and_then(|id| UnionId::new(id).ok());
                let joined = (order.kind, order.action) == (Kind::Person, Action::Create);
                Ok(id.map_or(Written::Unknown, |id| match joined {
                    true => Written::Joined { id, unionid },
                    false => Written::Done(id),
                }))
            }
            Err(no) => self.refused(order, &no),
        }
    }

    fn refused(&mut self, order: &ToDingTalk, no: &Refusal) -> Result<Written, Trouble> {
        let trouble = refusal(no);
        match (&trouble, order.action) {
            (Trouble::NotFound, Action::Remove) => Ok(order.id.clone().map_or(Written::Unknown, Written::Done)),
            _ => {
                self.faults.reached(Fault::Refused);
                Ok(Written::Refused(no.to_string()))
            }
        }
    }

    fn note_created(&mut self, order: &ToDingTalk, wrote: &Wrote) {
        if order.action != Action::Create {
            return;
        }
        let id: Option<NativeId> = match order.kind {
            Kind::Person => wrote.userid.as_deref().map(contacts::native),
            Kind::Department => wrote.dept_id.map(|id| DeptId(id).into()),
        };
        let number = order.values.text(Field::Name).and_then(number_in);
        if let (Some(id), Some(number)) = (id, number) {
            self.oracle.name(Side::DingTalk, order.kind, &id, number);
            let known =
                wrote.unionid.as_deref().and_then(|id| id.strip_prefix("union")?.strip_suffix("iE")?.parse().ok());
            if let Some(whose) = known.filter(|whose| *whose != number) {
                self.oracle.borrowed.extend([whose, number]);
            }
        }
    }

    fn check_removal(&mut self, invocation: u32, order: &ToDingTalk) {
        if order.action != Action::Remove {
            return;
        }
        let Some(number) = order.id.as_ref().and_then(|id| self.oracle.number(Side::DingTalk, order.kind, id)) else {
            return;
        };
        let began = self.began.get(&invocation).copied().unwrap_or(self.now);
        let there = match order.kind {
            Kind::Person => self.dingtalk.company().people.contains_key(&text(order.id.as_ref())),
            Kind::Department => {
                let id = order.id.as_ref().and_then(NativeId::to_dept_id).map(|id| id.0).unwrap_or_default();
                self.dingtalk.company().departments.contains_key(&id) && self.is_empty(id)
            }
        };
        if there {
            let (policy, now) = (self.policy.clone(), self.now);
            self.oracle.engine_removes(&policy, Side::DingTalk, (order.kind, number), (began, now));
        }
    }

    /// Whether nobody and nothing is in a department.
    pub(crate) fn is_empty(&self, dept_id: i64) -> bool {
        let company = self.dingtalk.company();
        !company.people.values().any(|person| person.is_in(dept_id))
            && !company.departments.values().any(|department| department.parent_id == Some(dept_id))
    }

    fn took_effect(&mut self, invocation: u32, order: &ToDingTalk, wrote: &Wrote, before: &Picture) {
        self.writes += 1;
        if let Some((Side::DingTalk, field)) = self.habits.capitals
            && order.values.shown().contains(field)
            && let Some(userid) = &wrote.userid
        {
            self.capitalise(&userid.clone(), field);
        }
        let id = order.id.clone().or_else(|| wrote.dept_id.map(|id| DeptId(id).into()));
        if let Some(id) = &id {
            self.check_mark(Side::DingTalk, order.kind, id);
        }
        let who = id.as_ref().and_then(|id| self.oracle.number(Side::DingTalk, order.kind, id));
        let after = self.picture(Side::DingTalk);
        let read = id.and_then(|id| self.decided.get(&(invocation, Side::DingTalk, order.kind, id)).cloned());
        let other = who.and_then(|number| self.decided_by(invocation, Side::Ehr, (order.kind, number), order.link));
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
                && self.began.get(&invocation).is_some_and(|began| self.closed_since < *began),
            people: self.links.all().filter(|link| link.kind == Kind::Person).count() as u64,
            owner_read: other.as_ref(),
            began: self.began.get(&invocation).copied().unwrap_or(self.now),
            read: read.as_ref(),
        };
        let (policy, at) = (self.policy.clone(), (self.now, self.faults.healed));
        self.oracle.engine_did(&policy, &write, (before, &after), at);
        self.hear();
    }

    fn capitalise(&mut self, userid: &str, field: Field) {
        let Some(person) = self.dingtalk.company().people.get(userid) else { return };
        let title = person.title.to_uppercase();
        if field == Field::Title && title != person.title {
            self.faults.reached(Fault::Normalised);
            let fields = sandbox::world::PersonFields { title: Some(title), ..Default::default() };
            let write = Write::UpdatePerson { userid: userid.to_owned(), fields: Box::new(fields) };
            _ = self.dingtalk.write(self.time(), write);
        }
    }
}
