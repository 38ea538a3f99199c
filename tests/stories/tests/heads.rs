//! The eHR decides the heads of a department. They are heads on both sides until they leave the
//! department or the company.

use std::path::Path;

use directory::{Field, Kind};
use stories::polling::wait_until;
use stories::{LedgerSnapshot, SandboxCompany};

use crate::asks::{SOON, bind_company, run_command};

/// Waits until DingTalk shows a person as head of a department, or no longer does.
async fn wait_for_lead_in_dingtalk(dingtalk: &SandboxCompany, userid: &str, wanted: bool) {
    wait_until(SOON, "DingTalk knows who leads", async || {
        let truth = dingtalk.truth().await;
        let person = truth
            .people
            .iter()
            .find(|one| one.userid == userid)
            .ok_or("nobody is called so")?;
        match person
            .departments
            .iter()
            .any(|membership| membership.leader)
        {
            leads if leads == wanted => Ok(()),
            leads => Err(format!("leads: {leads}")),
        }
    })
    .await;
}

/// Returns the number of departments that a person heads, and of departments that list them as
/// head, in the ledger.
async fn count_leads_in_ledger(data: &Path, userid: &str) -> (usize, usize) {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    let mut people = ledger.people.iter();
    let person = people
        .find(|one| {
            one.dingtalk
                .as_ref()
                .is_some_and(|id| id.as_str() == userid)
        })
        .expect("an entry");
    let id = person.record.id.as_str();
    let heads = ledger
        .departments
        .iter()
        .filter(|one| one.record.values.refs(Field::Heads).any(|head| head == id));
    (
        person.record.values.refs(Field::Leads).count(),
        heads.count(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_set_in_the_ledger_leads_on_both_sides_until_leaving() {
    let (dingtalk, home) = bind_company(113).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    let (userid, number) = (person.userid.as_str(), person.job_number.as_str());
    let department = person.departments[0].dept_id.to_string();
    let mut up = dingtalk
        .up_command(data)
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    let report = up.first_object().await;
    dingtalk.subscribe(&report["binding"]).await;

    run_command(
        data,
        &["ehr", "department", "heads", &department, number],
        0,
    )
    .await;
    wait_for_lead_in_dingtalk(&dingtalk, userid, true).await;
    assert_eq!(count_leads_in_ledger(data, userid).await, (1, 1));
    let active = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    assert!(
        active
            .active_by_dingtalk_id(Kind::Person)
            .contains_key(userid)
    );

    run_command(data, &["ehr", "leave", number], 0).await;
    assert_eq!(count_leads_in_ledger(data, userid).await, (0, 0));
    wait_for_lead_in_dingtalk(&dingtalk, userid, false).await;
    assert!(up.is_running(), "{}", up.stderr());
    up.kill().await;
}
