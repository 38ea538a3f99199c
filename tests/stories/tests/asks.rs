//! The eHR decides mobile numbers, and only the employee can change one in DingTalk. The employee
//! is asked once, and the field waits.

use std::path::Path;
use std::time::Duration;

use directory::{Field, Kind};
use sandbox::world::{Act, PersonChanges};
use serde_json::{Value, json};
use stories::polling::wait_until;
use stories::program::{FinishedProgram, ProgramCommand, RunningProgram};
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::{TempDir, tempdir};

/// Everything here should happen within this time.
pub(crate) const SOON: Duration = Duration::from_secs(30);

const EHR_IS_MASTER: &str = r#"{"version": 1, "preset": "ehr_is_master"}"#;

pub(crate) async fn run_command(data: &Path, args: &[&str], code: i32) -> Value {
    let up = ProgramCommand::without_arguments()
        .args(args.iter().copied())
        .args(["--json", "--data", data.to_str().expect("UTF-8")]);
    let ran: FinishedProgram = up.run_to_end().await;
    assert_eq!(
        ran.code,
        Some(code),
        "{args:?}: {:?}\n{}",
        ran.stdout,
        ran.stderr
    );
    ran.single_object()
}

/// Binds a company and syncs it; the eHR decides from then on.
pub(crate) async fn bind_company(seed: u64) -> (SandboxCompany, TempDir) {
    let dingtalk = SandboxCompany::start(30, 6, seed).await;
    dingtalk
        .change_settings(json!({"grant": ["qyapi_manage_addresslist"]}))
        .await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let file = data.join("policy.json");
    std::fs::write(&file, EHR_IS_MASTER).unwrap();
    run_command(data, &["policy", "set", file.to_str().expect("UTF-8")], 3).await;
    run_command(data, &["plan"], 0).await;
    run_command(data, &["approve", "latest"], 0).await;
    run_command(data, &["apply", "latest"], 0).await;
    (dingtalk, home)
}

/// Runs a sweep. It first handles messages that the killed `up` left in its queues, and reports
/// them on separate lines.
async fn run_sweep(dingtalk: &SandboxCompany, data: &Path, code: i32) -> Value {
    let ran = dingtalk.up_command(data).await.run_once().await;
    assert_eq!(ran.code, Some(code), "{:?}\n{}", ran.stdout, ran.stderr);
    let last = ran.stdout.last().expect("a report");
    serde_json::from_str::<Value>(last).expect("JSON")["run"].clone()
}

/// Returns the messages that a person has read, oldest first.
async fn messages_read_by(dingtalk: &SandboxCompany, userid: &str) -> Vec<String> {
    let inbox = dingtalk.world().lock().await.inbox(userid);
    inbox
        .messages
        .iter()
        .map(|message| {
            message.2["text"]["content"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

async fn wait_until_asked(dingtalk: &SandboxCompany, userid: &str, times: usize) {
    wait_until(SOON, "they are asked", async || {
        match messages_read_by(dingtalk, userid).await.len() {
            read if read == times => Ok(()),
            read => Err(format!("{read} messages instead of {times}")),
        }
    })
    .await;
}

/// Returns the fields that wait for an employee.
async fn waiting_fields(data: &Path) -> Vec<String> {
    let all = run_command(data, &["waiting"], 0).await;
    let all = all["waiting"].as_array().expect("a list").clone();
    all.iter()
        .filter(|one| one["waits_for"] == "employee")
        .map(|one| one["field"].to_string())
        .collect()
}

fn change_mobile(userid: &str, number: &str) -> Act {
    let fields = Box::new(PersonChanges {
        mobile: Some(number.into()),
        ..PersonChanges::default()
    });
    Act::Change {
        userid: userid.to_owned(),
        fields,
    }
}

async fn wait_for_title(dingtalk: &SandboxCompany, userid: &str, wanted: &str) {
    wait_until(SOON, "the title arrives", async || {
        let truth = dingtalk.truth().await;
        let title = truth
            .people
            .iter()
            .find(|one| one.userid == userid)
            .map(|one| one.title.clone());
        if title.as_deref() == Some(wanted) {
            Ok(())
        } else {
            Err(format!("{title:?}"))
        }
    })
    .await;
}

async fn wait_until_no_field_waits(data: &Path) {
    wait_until(
        SOON,
        "the field waits no longer",
        async || match waiting_fields(data).await {
            waiting if waiting.is_empty() => Ok(()),
            waiting => Err(format!("{waiting:?}")),
        },
    )
    .await;
}

async fn mobile_in_ledger(data: &Path, userid: &str) -> Option<String> {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    ledger.active_by_dingtalk_id(Kind::Person)[userid][0]
        .record
        .values
        .text(Field::Mobile)
        .map(str::to_owned)
}

/// Starts `up` with one sweep a day, and subscribes it to events.
async fn follow_without_sweeps(dingtalk: &SandboxCompany, data: &Path) -> RunningProgram {
    let mut up = dingtalk
        .up_command(data)
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    let report = up.first_object().await;
    dingtalk.subscribe(&report["binding"]).await;
    up
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employee_is_asked_once_for_the_number_that_only_they_can_change() {
    let (dingtalk, home) = bind_company(111).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    let (userid, number) = (person.userid.as_str(), person.job_number.as_str());
    let up = follow_without_sweeps(&dingtalk, data).await;
    assert_eq!(
        messages_read_by(&dingtalk, userid).await,
        [""; 0],
        "nobody is asked for what agrees"
    );

    run_command(
        data,
        &["ehr", "change", number, "--mobile", "13900000042"],
        0,
    )
    .await;
    wait_until_asked(&dingtalk, userid, 1).await;
    let words = messages_read_by(&dingtalk, userid).await.remove(0);
    assert!(
        words.contains("手机号") && words.contains("mobile number"),
        "{words}"
    );
    assert!(
        !words.contains("13900000042") && !words.contains(&person.mobile),
        "a message holds no number: {words}"
    );
    assert_eq!(waiting_fields(data).await, ["\"mobile\""]);
    assert_eq!(words, messages_read_by(&dingtalk, userid).await[0]);
    // A look for another reason and two sweeps do not ask again.
    run_command(data, &["ehr", "change", number, "--title", "顾问"], 0).await;
    wait_for_title(&dingtalk, userid, "顾问").await;
    up.kill().await;
    let swept = run_sweep(&dingtalk, data, 3).await;
    assert_eq!(
        (&swept["held"], &swept["writes"]),
        (&1.into(), &0.into()),
        "{swept}"
    );
    let mut up = follow_without_sweeps(&dingtalk, data).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    wait_until_asked(&dingtalk, userid, 1).await;

    // Another number is a new question.
    run_command(
        data,
        &["ehr", "change", number, "--mobile", "13900000043"],
        0,
    )
    .await;
    wait_until_asked(&dingtalk, userid, 2).await;
    let messages = dingtalk.world().lock().await.messages().len();

    // The employee changes the number. Nothing waits any more, and nothing is sent.
    dingtalk.act(change_mobile(userid, "13900000043")).await;
    wait_until_no_field_waits(data).await;
    assert_eq!(
        mobile_in_ledger(data, userid).await.as_deref(),
        Some("+8613900000043"),
        "the eHR still decides"
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        dingtalk.world().lock().await.messages().len(),
        messages,
        "nothing more is sent"
    );
    assert!(up.is_running(), "{}", up.stderr());
    up.kill().await;
    let quiet = run_sweep(&dingtalk, data, 0).await;
    assert_eq!(quiet["writes"], 0, "{quiet}");
}

/// The event was lost, so the sweep asks.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_asks_when_the_event_was_lost() {
    let (dingtalk, home) = bind_company(112).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    run_command(
        data,
        &[
            "ehr",
            "change",
            &person.job_number,
            "--mobile",
            "13900000044",
        ],
        0,
    )
    .await;
    let mut up = dingtalk
        .up_command(data)
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    up.first_object().await;
    wait_until_asked(&dingtalk, &person.userid, 1).await;
    up.kill().await;
}
