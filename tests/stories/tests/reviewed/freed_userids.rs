//! A userid that a leaver freed belongs to a stranger later.

use std::path::Path;

use directory::Kind;
use sandbox::company::Person;
use sandbox::world::Act;
use stories::{SandboxCompany, assert_same};

use super::{bind_company, let_leave, read_ledger, rehire_under_new_userid, run_sweeps};

/// Gives the freed `userid` to a stranger who manages a newcomer. Lists show no manager, so the
/// engine reads the stranger only for the newcomer. Returns the newcomer.
async fn give_userid_to_stranger(dingtalk: &SandboxCompany, userid: &str) -> String {
    let hire = |name: &str, userid: Option<&str>| {
        let (name, userid) = (name.to_owned(), userid.map(str::to_owned));
        Act::Hire {
            name,
            departments: vec![],
            fields: Box::default(),
            userid,
        }
    };
    dingtalk.act(hire("另一人", Some(userid))).await;
    let subordinate = dingtalk
        .act(hire("新下属", None))
        .await
        .userid
        .expect("a userid");
    let manager = Some(userid.to_owned());
    dingtalk
        .act(Act::SetManager {
            userid: subordinate.clone(),
            manager,
        })
        .await;
    subordinate
}

/// Asserts that these are two people, that the first has the new `userid`, and that the stranger
/// manages the newcomer.
async fn assert_two_people(
    dingtalk: &SandboxCompany,
    data: &Path,
    first: &Person,
    new: &str,
    subordinate: &str,
) {
    let (truth, ledger) = (dingtalk.truth().await, read_ledger(data).await);
    assert_same(&truth, &ledger);
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    let (back, stranger) = (active[new][0], active[first.userid.as_str()][0]);
    assert_eq!(
        back.record.unionid.as_ref().map(directory::UnionId::as_str),
        Some(first.unionid.as_str())
    );
    assert_ne!(stranger.record.unionid, back.record.unionid);
    assert_ne!(
        stranger.record.id, back.record.id,
        "one record for two people"
    );
    let managers: Vec<&str> = active[subordinate][0]
        .record
        .values
        .refs(directory::Field::Manager)
        .collect();
    assert_eq!(
        managers,
        [stranger.record.id.as_str()],
        "the manager is the stranger"
    );
    assert_eq!(
        ledger.people.len(),
        truth.people.len(),
        "nobody is there twice"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freed_userid_is_reused_with_a_sweep_after_each_change() {
    let (dingtalk, home) = bind_company(30, 6, 301).await;
    let first = dingtalk.bystander(&[]).await;
    let_leave(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 2).await;
    assert!(
        read_ledger(home.path())
            .await
            .find_left(&first.userid)
            .is_some()
    );
    let new = rehire_under_new_userid(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 1).await;
    let subordinate = give_userid_to_stranger(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 1).await;
    assert_two_people(&dingtalk, home.path(), &first, &new, &subordinate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freed_userid_is_reused_before_the_leave_is_seen() {
    let (dingtalk, home) = bind_company(30, 6, 302).await;
    let first = dingtalk.bystander(&[]).await;
    let_leave(&dingtalk, &first.userid).await;
    let new = rehire_under_new_userid(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 1).await;
    let subordinate = give_userid_to_stranger(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 2).await;
    assert_two_people(&dingtalk, home.path(), &first, &new, &subordinate).await;
}
