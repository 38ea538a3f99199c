//! Old reads: a sweep that reads many people writes none of them as they were minutes ago.

use directory::policy::PolicyPreset;
use directory::{Field, Kind, NativeId};
use simulation::scripted::Scripted;
use simulation::world::WorldState;

use crate::company::*;

/// More polls than this sweep takes.
const MOMENTS: usize = 400;

/// An edit between the second read of a record and its write is seen by nobody: this is the part of
/// a sweep's polls, one in so many, in which that batch stores its intents and writes.
const UNSEEN_PART: usize = 4;

/// Sweeps after HR made an edit, and lets HR take it back at each moment of the sweep, a minute
/// after the reads. Returns how often it was written all the same, of how many moments.
fn count_written(
    edit: impl Fn(&mut WorldState, &NativeId),
    take_back: impl Fn(&mut WorldState, &NativeId),
    is_written: impl Fn(&WorldState, &NativeId) -> bool,
) -> (usize, usize) {
    let mut written = 0;
    for moment in 0..MOMENTS {
        let policy = policy_with_free_fields(PolicyPreset::EhrIsMaster);
        let mut history = bound_company(policy, SMALL);
        let (id, account) = history.edit_world(|state| {
            for (number, id) in ehr_records(state, Kind::Person) {
                set_title(state, &id, &format!("new {number}"));
            }
            let id = in_ehr(state, Kind::Person, 6);
            let link = state
                .links
                .by_native(Kind::Person, directory::Side::Ehr, &id);
            let account = link.and_then(|link| link.dingtalk.clone());
            edit(state, &id);
            (id, account.expect("they are linked"))
        });
        history.begin_sweep();
        if history.poll_times(moment) {
            return (written, moment);
        }
        let already = history.edit_world(|state| {
            let already = is_written(state, &account);
            take_back(state, &id);
            already
        });
        history.advance_time(60_000);
        history.run_to_end();
        written += usize::from(!already && ends_written(&mut history, &account, &is_written));
    }
    panic!("the sweep takes more than {MOMENTS} polls");
}

fn ends_written(
    history: &mut Scripted,
    account: &NativeId,
    is_written: &impl Fn(&WorldState, &NativeId) -> bool,
) -> bool {
    history.edit_world(|state| is_written(state, account))
}

fn set_title(state: &mut WorldState, id: &NativeId, title: &str) {
    state.hr_scripted("title", |state| {
        state.ehr.edit(Kind::Person, id, |record| {
            record
                .values
                .show_text(Field::Title, Some(title.to_owned()));
        });
    });
}

fn set_active(state: &mut WorldState, id: &NativeId, active: bool) {
    state.hr_scripted("leaves or comes back", |state| {
        state
            .ehr
            .edit(Kind::Person, id, |record| record.active = active);
    });
}

/// A leaving and a title that HR took back while the sweep read others.
#[test]
pub(crate) fn what_was_taken_back_while_others_were_read_is_not_written() {
    let (removed, moments) = count_written(
        |state, id| set_active(state, id, false),
        |state, id| set_active(state, id, true),
        |state, account| {
            !state
                .dingtalk
                .company()
                .people
                .contains_key(account.as_str())
        },
    );
    assert!(
        removed * UNSEEN_PART <= moments,
        "an account was deleted in {removed} of {moments} moments"
    );
    let (written, moments) = count_written(
        |state, id| set_title(state, id, "a mistake"),
        |state, id| set_title(state, id, "mended"),
        |state, account| {
            let person = state.dingtalk.company().people.get(account.as_str());
            person.is_some_and(|person| person.title == "a mistake")
        },
    );
    assert!(
        written * UNSEEN_PART <= moments,
        "a title was written in {written} of {moments} moments"
    );
}
