//! A record that DingTalk refuses is quarantined, tried again, and reported with whatever else waits.

use std::path::Path;

use sandbox::company::Person;
use serde_json::Value;
use stories::SandboxCompany;

use super::{bind_company, choose_bystanders, run_command, run_sweep};

const EHR_MAIL: &str = r#"{"version": 1, "preset": "custom", "direction": "both", "lifecycle": "dingtalk",
  "owners": {"default": "dingtalk", "person": {"email": "ehr", "mobile": "ehr"}}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_record_is_quarantined_retried_and_reported() {
    let (dingtalk, home) = bind_company(94, 30, EHR_MAIL).await;
    let data = home.path();
    let all = choose_bystanders(&dingtalk, 6).await;
    let taken = all
        .iter()
        .find(|person| !person.email.is_empty())
        .expect("somebody has a mail address");
    let mut others = all.iter().filter(|person| person.userid != taken.userid);
    let (person, moving) = (
        others.next().expect("one more"),
        others.next().expect("and one"),
    );
    // The eHR gives a person an address that belongs to another person in DingTalk.
    change_in_ehr(data, person, &["--email", &taken.email]).await;
    change_in_ehr(data, moving, &["--mobile", "13900000099"]).await;
    change_in_ehr(data, moving, &["--title", "以后", "--on", "2099-01-01"]).await;
    let id = assert_quarantined(&dingtalk, data, person).await;
    assert_everything_waits(data, person, moving).await;

    let tried = run_command(data, &["quarantine", "retry", &id[..10]], 3).await;
    assert_eq!(tried["quarantined_one"]["tries"], 2, "{tried}");
    // The address becomes free. The engine does not retry by itself before tomorrow.
    change_in_ehr(data, taken, &["--email", "another@mail.example"]).await;
    run_sweep(&dingtalk, data, 3).await;
    assert_ne!(mail_in_dingtalk(&dingtalk, person).await, taken.email);
    let tried = run_command(data, &["quarantine", "retry", &id], 0).await;
    assert!(
        tried["quarantined_one"]["state"]["gone"].is_object(),
        "{tried}"
    );
    assert_eq!(mail_in_dingtalk(&dingtalk, person).await, taken.email);
    assert_eq!(
        run_command(data, &["quarantine", "list"], 0).await["quarantined"],
        Value::Array(vec![])
    );
    run_command(data, &["quarantine", "retry", &id], 1).await;
}

async fn change_in_ehr(data: &Path, person: &Person, what: &[&str]) {
    let args = [&["ehr", "change", &person.job_number], what].concat();
    run_command(data, &args, 0).await;
}

async fn mail_in_dingtalk(dingtalk: &SandboxCompany, person: &Person) -> String {
    let truth = dingtalk.truth().await;
    truth
        .people
        .iter()
        .find(|one| one.userid == person.userid)
        .expect("still there")
        .email
        .clone()
}

/// Asserts that two sweeps leave the person quarantined once; returns the quarantine's id.
async fn assert_quarantined(dingtalk: &SandboxCompany, data: &Path, person: &Person) -> String {
    run_sweep(dingtalk, data, 1).await;
    let one = single_quarantined(data).await;
    assert_eq!(
        (&one["record"]["name"], &one["cause"]),
        (&person.name.as_str().into(), &"refused".into()),
        "{one}"
    );
    assert_eq!(one["tries"], 1, "{one}");
    run_sweep(dingtalk, data, 3).await;
    assert_eq!(
        single_quarantined(data).await,
        one,
        "it waits for its day, and is the same one"
    );
    one["id"].as_str().expect("an id").to_owned()
}

/// A dated change, a mobile that only the employee can change, and the quarantined record.
async fn assert_everything_waits(data: &Path, person: &Person, moving: &Person) {
    let waiting = run_command(data, &["waiting"], 0).await;
    let waiting = waiting["waiting"].as_array().expect("a list");
    let about = |what: &str| {
        waiting
            .iter()
            .find(|one| one["waits_for"] == what)
            .unwrap_or_else(|| panic!("no {what}"))
    };
    assert_eq!(
        (&about("day")["on"], &about("day")["what"]),
        (&"2099-01-01".into(), &"change".into())
    );
    assert_eq!(
        (
            &about("employee")["field"],
            &about("employee")["record"]["name"]
        ),
        (&"mobile".into(), &moving.name.as_str().into())
    );
    assert_eq!(about("retry")["record"]["name"], person.name, "{waiting:?}");
}

async fn single_quarantined(data: &Path) -> Value {
    let listed = run_command(data, &["quarantine", "list"], 0).await;
    let [one] = &listed["quarantined"].as_array().expect("a list")[..] else {
        panic!("not one record: {listed}")
    };
    one.clone()
}
