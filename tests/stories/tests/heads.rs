//! The eHR decides who heads a department: they lead it on both sides, until they leave it or the company.

use std::path::Path;

use directory::{Field, Kind};
use stories::patience::until;
use stories::{DingTalk, Ledger};

use crate::asks::{SOON, bound, run};

/// Whether DingTalk shows somebody as the leader of a department.
async fn leads_in_dingtalk(dingtalk: &DingTalk, userid: &str, wanted: bool) {
    until(SOON, "DingTalk knows who leads", async || {
        let truth = dingtalk.truth().await;
        let person = truth.people.iter().find(|one| one.userid == userid).ok_or("nobody is called so")?;
        match person.departments.iter().any(|place| place.leader) {
            leads if leads == wanted => Ok(()),
            leads => Err(format!("leads: {leads}")),
        }
    })
    .await;
}

/// The number of departments that somebody leads, and of departments that have them as a head, as the ledger has it.
async fn in_ledger(data: &Path, userid: &str) -> (usize, usize) {
    let ledger = Ledger::read(data).await.expect("a binding");
    let mut people = ledger.people.iter();
    let person = people.find(|one| one.dingtalk.as_ref().is_some_and(|id| id.as_str() == userid)).expect("an entry");
    let id = person.record.id.as_str();
    let heads = ledger.departments.iter().filter(|one| one.record.values.refs(Field::Heads).any(|head| head == id));
    (person.record.values.refs(Field::Leads).count(), heads.count())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_made_head_in_the_ledger_leads_on_both_sides_until_they_leave() {
    let (dingtalk, home) = bound(113).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    let (userid, number) = (person.userid.as_str(), person.job_number.as_str());
    let department = person.departments[0].dept_id.to_string();
    let mut up = dingtalk.up(data).await.args(["--sweep-minutes", "1440"]).start();
    let report = up.report().await;
    dingtalk.subscribe(&report["binding"]).await;

    run(data, &["ehr", "department", "heads", &department, number], 0).await;
    leads_in_dingtalk(&dingtalk, userid, true).await;
    assert_eq!(in_ledger(data, userid).await, (1, 1));
    let active = Ledger::read(data).await.expect("a binding");
    assert!(active.active(Kind::Person).contains_key(userid));

    run(data, &["ehr", "leave", number], 0).await;
    assert_eq!(in_ledger(data, userid).await, (0, 0));
    leads_in_dingtalk(&dingtalk, userid, false).await;
    assert!(up.is_running(), "{}", up.stderr());
    up.kill().await;
}
