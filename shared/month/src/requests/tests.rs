use directory::Timestamp;

use super::*;

fn request(id: &str, state: RequestState, action: RequestAction, at: i64) -> RequestFact {
    RequestFact {
        id: id.to_owned(),
        user: UserId::new("amy").unwrap(),
        state,
        action,
        finished_at: Some(Timestamp(at)),
        content: RequestContent::Leave {
            type_name: id.to_owned(),
            slices: Vec::new(),
        },
    }
}

/// The names of what counts, and the ids of what is open.
fn resolve(all: &[RequestFact]) -> (Vec<String>, Vec<String>) {
    let book = all
        .iter()
        .map(|one| (one.id.clone(), one.clone()))
        .collect();
    let (effective, open) = resolve_requests(&book, &UserId::new("amy").unwrap());
    let name = |one: &EffectiveRequest<'_>| match one.content {
        RequestContent::Leave { type_name, .. } => type_name.clone(),
        _ => String::new(),
    };
    let open = open.iter().map(|one| one.id.clone()).collect();
    (effective.iter().map(name).collect(), open)
}

use RequestAction::{Modifies, Original, Revokes};
use RequestState::{Passed, Refused, Running};

#[test]
fn a_passed_revocation_takes_its_request_away_and_a_refused_one_does_not() {
    let asked = request("a", Passed, Original, 1);
    let back = |state| request("b", state, Revokes("a".to_owned()), 2);
    assert_eq!(resolve(&[asked.clone(), back(Passed)]).0, [""; 0]);
    assert_eq!(resolve(&[asked.clone(), back(Refused)]).0, ["a"]);
    assert_eq!(
        resolve(&[asked, back(Running)]),
        (vec!["a".to_owned()], vec!["b".to_owned()])
    );
}

#[test]
fn the_last_passed_change_counts_whatever_the_order_of_ids() {
    let asked = request("z", Passed, Original, 5);
    let first = request("m", Passed, Modifies("z".to_owned()), 6);
    let second = request("a", Passed, Modifies("m".to_owned()), 7);
    assert_eq!(
        resolve(&[asked.clone(), first.clone(), second.clone()]).0,
        ["a"]
    );
    let back = request("b", Passed, Revokes("z".to_owned()), 8);
    assert_eq!(resolve(&[asked, first, second, back]).0, [""; 0]);
}

#[test]
fn a_change_of_what_was_never_read_counts_and_a_circle_ends() {
    let orphan = request("b", Passed, Modifies("gone".to_owned()), 2);
    assert_eq!(resolve(&[orphan]).0, ["b"]);
    let one = request("a", Passed, Modifies("b".to_owned()), 1);
    let two = request("b", Passed, Modifies("a".to_owned()), 2);
    assert_eq!(resolve(&[one, two]).0.len(), 2, "a circle is two requests");
}
