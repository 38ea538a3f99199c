//! Written histories in which something happens at every single await of an invocation: what a seed once showed, at all of its
//! moments.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may")]

use directory::policy::{Policy, Preset};
use directory::{Field, Kind, NativeId, Side, Value};
use sandbox::world::{Act, Changes};
use simulation::company::{Size, mobile, name};
use simulation::contacts::native;
use simulation::fault::Fault;
use simulation::history::Outcome;
use simulation::scripted::Scripted;
use simulation::world::State;

const SIZE: Size = Size { people: 5, departments: 3 };

/// More polls than any of the looks here takes.
const MOMENTS: usize = 60;

/// Nobody waits for the end of a grace period.
fn policy(preset: Preset) -> Policy {
    Policy { grace_days: 0, ..Policy::preset(preset) }
}

fn good(outcome: &Outcome, moment: usize) {
    assert!(outcome.violations.is_empty(), "at {moment}: {:#?}\n{}", outcome.violations, outcome.story.join("\n"));
}

/// The record of the eHR with a number.
fn in_ehr(state: &State, kind: Kind, number: u32) -> NativeId {
    let of_kind = state.ehr.all().filter(|stored| stored.record.kind == kind && stored.record.active);
    let mut ids = of_kind.map(|stored| stored.record.id.clone());
    ids.find(|id| state.oracle.number(Side::Ehr, kind, id) == Some(number)).expect("it is there")
}

fn make_department(state: &mut State, parent: u32) -> NativeId {
    let parent = in_ehr(state, Kind::Department, parent);
    let number = state.number();
    let mut values = directory::Values::new();
    values.show_text(Field::Name, Some(name(Kind::Department, number, 0)));
    values.show_refs(Field::Parent, [parent.to_string()]);
    state.hr("makes a department", |state| {
        let id = state.ehr.make(Kind::Department, values);
        state.oracle.name(Side::Ehr, Kind::Department, &id, number);
        id
    })
}

/// Bug 2 of `reliability.md` §2.2, for departments: the create is killed, lands late, and the eHR closed it meanwhile.
#[test]
fn a_department_that_lands_after_it_was_closed_does_not_stay() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(1, policy(Preset::EhrIsMaster), SIZE, &[Fault::KilledInFlight]);
        let id = history.people(|state| make_department(state, 1));
        history.look(Side::Ehr, Kind::Department, id.clone());
        let ended = history.polls(moment);
        history.kill();
        history
            .people(|state| state.hr("closes it", |state| state.ehr.edit(Kind::Department, &id, |r| r.active = false)));
        history.look(Side::Ehr, Kind::Department, id);
        history.finish();
        history.wait(10 * 60_000);
        good(&history.end(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

/// The create is killed, lands late, and the eHR moved the department under another one meanwhile: it is found where it was
/// sent, and not made a second time.
#[test]
fn a_department_that_was_moved_while_it_was_made_is_made_once() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(1, policy(Preset::EhrIsMaster), SIZE, &[Fault::KilledInFlight]);
        let id = history.people(|state| make_department(state, 1));
        history.look(Side::Ehr, Kind::Department, id.clone());
        let ended = history.polls(moment);
        history.kill();
        history.wait(7 * 60_000);
        history.people(|state| {
            let parent = in_ehr(state, Kind::Department, 2);
            state.hr("moves it", |state| {
                state
                    .ehr
                    .edit(Kind::Department, &id, |record| record.values.show_refs(Field::Parent, [parent.to_string()]));
            });
        });
        history.look(Side::Ehr, Kind::Department, id);
        history.finish();
        good(&history.end(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

/// Two looks at one newcomer: the second one reads both sides before the first one stores the link, and reads the link after.
/// It must not take the account that the first one made for one that somebody deleted.
#[test]
fn a_link_that_is_stored_between_the_reads_is_no_second_life() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(1, policy(Preset::EhrIsMaster), SIZE, &[]);
        let (number, id) = history.people(|state| {
            let number = state.number();
            let at = in_ehr(state, Kind::Department, 1);
            (number, state.hr("hires", |state| state.hire_in_ehr(number, 0, Some(&at), number)))
        });
        history.look(Side::Ehr, Kind::Person, id.clone());
        let ended = history.polls(moment);
        history.beside(|history| {
            history.look(Side::Ehr, Kind::Person, id.clone());
            history.finish();
        });
        history.finish();
        let accounts = history.people(|state| {
            let people = state.dingtalk.company().people.keys();
            people.filter(|id| state.oracle.number(Side::DingTalk, Kind::Person, &native(id)) == Some(number)).count()
        });
        assert_eq!(accounts, 1, "at {moment}");
        good(&history.end(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

/// A `userid` is given to somebody else while a write to it is on its way: the engine does not learn the new `unionid` as the
/// old person's, and writes nothing of theirs once it can know.
#[test]
fn a_userid_that_changes_hands_in_the_middle_of_a_write_is_quarantined() {
    for moment in 0..MOMENTS {
        let mut history = Scripted::new(1, policy(Preset::EhrIsMaster), SIZE, &[]);
        let id = history.people(|state| {
            let id = in_ehr(state, Kind::Person, 3);
            state.hr("promotes", |state| {
                state.ehr.edit(Kind::Person, &id, |r| r.values.show(Field::Title, Some(Value::Text("t3·99".into()))));
            });
            id
        });
        history.look(Side::Ehr, Kind::Person, id.clone());
        let ended = history.polls(moment);
        history.people(|state| give_to_somebody_else(state, 3));
        history.finish();
        history.people(|state| {
            state.hr("promotes again", |state| {
                state.ehr.edit(Kind::Person, &id, |r| r.values.show(Field::Title, Some(Value::Text("t3·100".into()))));
            });
        });
        history.look(Side::Ehr, Kind::Person, id);
        history.finish();
        good(&history.end(), moment);
        if ended {
            return;
        }
    }
    panic!("the look takes more than {MOMENTS} polls");
}

fn give_to_somebody_else(state: &mut State, old: u32) {
    let number = state.number();
    let people = &state.dingtalk.company().people;
    let has = |id: &&String| state.oracle.number(Side::DingTalk, Kind::Person, &native(id)) == Some(old);
    let userid = people.keys().find(has).expect("they are in DingTalk").clone();
    state.oracle.confused.extend([old, number]);
    state.oracle.reused_at.insert(number, state.now);
    state.dingtalks_people(Act::Leave { userid: userid.clone() }, None).expect("they leave");
    let fields = Changes { mobile: Some(mobile(number, 7)), ..Changes::default() };
    let name = name(Kind::Person, number, 7);
    let act = Act::Hire { name, departments: vec![1], fields: Box::new(fields), userid: Some(userid) };
    state.dingtalks_people(act, Some((Kind::Person, number))).expect("they come");
}

/// An invocation may be killed at any await, with its write landing late: nothing is lost, doubled or left behind.
#[test]
fn a_sweep_may_die_at_every_await() {
    for (preset, lands) in [(Preset::EhrIsMaster, true), (Preset::EhrIsMaster, false), (Preset::DingTalkIsMaster, true)]
    {
        for moment in (0..700).step_by(7) {
            let faults: &[Fault] = if lands { &[Fault::KilledInFlight] } else { &[] };
            let mut history = Scripted::new(2, policy(preset), SIZE, faults);
            history.people(|state| (0..12).for_each(|_| state.edit()));
            history.sweep();
            let ended = history.polls(moment);
            history.kill();
            good(&history.end(), moment);
            if ended {
                break;
            }
        }
    }
}
