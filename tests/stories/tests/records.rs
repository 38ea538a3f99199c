//! What waits for a person: a conflict is decided either way and taken back, a hold is released, a
//! quarantined record is tried again, and each shows its reason.

use std::path::Path;
use std::time::Duration;

use directory::{Field, Kind};
use sandbox::company::Person;
use sandbox::world::{Act, PersonChanges};
use serde_json::{Value, json};
use stories::polling::wait_until;
use stories::program::{FinishedProgram, ProgramCommand};
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::{TempDir, tempdir};

/// Runs `bangding …` with the state in `data`; returns its only JSON object.
async fn run_command(data: &Path, args: &[&str], code: i32) -> Value {
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

/// Returns the ledger's value.
async fn field_in_ehr(data: &Path, userid: &str, field: Field) -> Option<String> {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    active
        .get(userid)
        .and_then(|stored| stored[0].record.values.text(field).map(str::to_owned))
}

/// Returns the title that DingTalk shows.
async fn title_in_dingtalk(dingtalk: &SandboxCompany, userid: &str) -> String {
    let truth = dingtalk.truth().await;
    truth
        .people
        .iter()
        .find(|person| person.userid == userid)
        .expect("still there")
        .title
        .clone()
}

fn set_title(userid: &str, title: &str) -> Act {
    let fields = Box::new(PersonChanges {
        title: Some(title.into()),
        ..PersonChanges::default()
    });
    Act::Change {
        userid: userid.to_owned(),
        fields,
    }
}

/// Binds a company and syncs it under a policy with an approved and applied preview.
async fn bind_company(seed: u64, people: usize, policy: &str) -> (SandboxCompany, TempDir) {
    let dingtalk = SandboxCompany::start(people, 6, seed).await;
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
    std::fs::write(&file, policy).unwrap();
    run_command(data, &["policy", "set", file.to_str().expect("UTF-8")], 3).await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    run_command(data, &["approve", "latest"], 0).await;
    run_command(data, &["apply", "latest"], 0).await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    (dingtalk, home)
}

const SHARED_TITLE: &str = r#"{"version": 1, "preset": "custom", "direction": "both", "lifecycle": "dingtalk",
  "owners": {"default": "dingtalk"}, "shared": {"person": ["title"]}}"#;

/// Changes one title on both sides before any look; returns the conflict as listed.
async fn create_conflict(
    dingtalk: &SandboxCompany,
    data: &Path,
    person: &Person,
    said: [&str; 2],
) -> Value {
    dingtalk.act(set_title(&person.userid, said[0])).await;
    run_command(
        data,
        &["ehr", "change", &person.job_number, "--title", said[1]],
        0,
    )
    .await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let listed = run_command(data, &["conflict", "list"], 0).await;
    let [one] = &listed["conflicts"].as_array().expect("a list")[..] else {
        panic!("not one conflict: {listed}")
    };
    one.clone()
}

async fn assert_both_have_title(
    dingtalk: &SandboxCompany,
    data: &Path,
    person: &Person,
    wanted: &str,
) {
    assert_eq!(
        title_in_dingtalk(dingtalk, &person.userid).await,
        wanted,
        "DingTalk"
    );
    assert_eq!(
        field_in_ehr(data, &person.userid, Field::Title)
            .await
            .as_deref(),
        Some(wanted),
        "the eHR"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_decided_for_either_side_and_undone() {
    let (dingtalk, home) = bind_company(91, 30, SHARED_TITLE).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    let one = create_conflict(&dingtalk, data, &person, ["架构师", "顾问"]).await;
    assert_eq!(
        (&one["dingtalk"], &one["ehr"]),
        (&"架构师".into(), &"顾问".into()),
        "{one}"
    );
    assert_eq!(
        (&one["won"], &one["stands"]),
        (&"ding_talk".into(), &"ding_talk".into()),
        "{one}"
    );
    assert_eq!(one["record"]["name"], person.name, "{one}");
    assert_both_have_title(&dingtalk, data, &person, "架构师").await;
    let told = explain_title(data, &person.userid).await;
    assert_eq!(
        (&told["lost"], &told["after"], &told["side"]),
        (&"顾问".into(), &"架构师".into(), &"ehr".into()),
        "{told}"
    );
    assert_eq!(
        (&told["owner"], &told["conflict"]),
        (&"shared".into(), &true.into()),
        "{told}"
    );
    assert_eq!(
        explain_title(data, &person.job_number).await,
        told,
        "by job number"
    );
    assert_eq!(
        explain_title(data, one["record"]["ehr"].as_str().expect("an id")).await,
        told,
        "by the eHR's id"
    );
    // A second sweep finds the same conflict.
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let again = run_command(data, &["conflict", "list"], 0).await;
    assert_eq!(
        again["conflicts"],
        Value::Array(vec![one.clone()]),
        "{again}"
    );

    let id = one["id"].as_str().expect("an id");
    let short = format!("{}-title", &id[..8]);
    let unclear = run_command(
        data,
        &["conflict", "resolve", "nothing", "--keep", "ehr"],
        1,
    )
    .await;
    assert!(
        unclear["error"]["why"]
            .as_str()
            .is_some_and(|why| why.contains("conflict list")),
        "{unclear}"
    );
    run_command(data, &["conflict", "resolve", id, "--undo"], 1).await;
    let resolved = run_command(
        data,
        &[
            "conflict", "resolve", &short, "--keep", "ehr", "--by", "小李",
        ],
        0,
    )
    .await;
    assert_eq!(
        resolved["conflict"]["state"]["resolved"]["by"], "小李",
        "{resolved}"
    );
    assert_both_have_title(&dingtalk, data, &person, "顾问").await;
    let told = explain_title(data, &person.userid).await;
    assert_eq!(
        (&told["before"], &told["after"]),
        (&"架构师".into(), &"顾问".into()),
        "{told}"
    );
    assert_eq!(told["reason"]["code"], "change-conflict-resolved", "{told}");
    assert_eq!(
        run_command(data, &["conflict", "list"], 0).await["conflicts"],
        Value::Array(vec![])
    );
    let quiet = dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        quiet["writes"], 0,
        "a decision is agreed on both sides: {quiet}"
    );
    assert_both_have_title(&dingtalk, data, &person, "顾问").await;
    run_command(data, &["conflict", "resolve", id, "--keep", "dingtalk"], 1).await;

    let reopened = run_command(data, &["conflict", "resolve", id, "--undo"], 0).await;
    assert_eq!(reopened["conflict"]["state"], "open", "{reopened}");
    assert_both_have_title(&dingtalk, data, &person, "架构师").await;
    let kept = run_command(data, &["conflict", "resolve", id, "--keep", "dingtalk"], 0).await;
    assert_eq!(
        kept["conflict"]["state"]["resolved"]["keep"], "ding_talk",
        "{kept}"
    );
    assert_both_have_title(&dingtalk, data, &person, "架构师").await;
}

/// Returns the last change of a person's title.
async fn explain_title(data: &Path, who: &str) -> Value {
    run_command(data, &["why", who, "title"], 0).await["why"]["changed"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn why_explains_lost_values_refusals_and_unknown_names() {
    let dingtalk = SandboxCompany::start(30, 6, 95).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let person = dingtalk.bystander(&[]).await;
    // DingTalk decides: an edit in the eHR loses and is kept in the journal.
    run_command(
        data,
        &["ehr", "change", &person.job_number, "--title", "手改"],
        0,
    )
    .await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let told = explain_title(data, &person.userid).await;
    assert_eq!(
        (&told["lost"], &told["owner"]),
        (&"手改".into(), &"ding_talk".into()),
        "{told}"
    );
    assert_eq!(
        (&told["after"], &told["conflict"]),
        (&person.title.as_str().into(), &false.into()),
        "{told}"
    );
    let up = ProgramCommand::without_arguments().args([
        "why",
        &person.userid,
        "title",
        "--data",
        data.to_str().expect("UTF-8"),
    ]);
    let ran = up.run_to_end().await;
    let [sentence] = &ran.stdout[..] else {
        panic!("not one sentence: {:?}", ran.stdout)
    };
    for word in [
        "手改",
        &person.title,
        &person.name,
        "钉钉",
        told["run"].as_str().expect("a run"),
    ] {
        assert!(sentence.contains(word), "{word} is not in {sentence}");
    }
    let shown = run_command(data, &["journal", "show", &person.userid], 0).await;
    let changes = shown["history"]["changes"].as_array().expect("a list");
    assert_eq!(changes[0], told, "newest first");
    assert!(
        changes
            .iter()
            .any(|one| one["action"] == "create" && one["field"] == "name"),
        "{shown}"
    );
    let nobody = run_command(data, &["why", "nobody-at-all", "title"], 1).await;
    assert_eq!(nobody["error"]["code"]["record"], "nobody", "{nobody}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_does_not_overwrite_a_newer_change() {
    let (dingtalk, home) = bind_company(92, 30, SHARED_TITLE).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    let one = create_conflict(&dingtalk, data, &person, ["架构师", "顾问"]).await;
    let id = one["id"].as_str().expect("an id");
    dingtalk.act(set_title(&person.userid, "院长")).await;
    let refused = run_command(data, &["conflict", "resolve", id, "--keep", "ehr"], 1).await;
    assert!(
        refused["error"]["code"]["record"]["moved"] == "ding_talk",
        "{refused}"
    );
    assert_eq!(title_in_dingtalk(&dingtalk, &person.userid).await, "院长");
    // The sweep brings the last value, and nothing is left to decide.
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    assert_both_have_title(&dingtalk, data, &person, "院长").await;
    assert_eq!(
        run_command(data, &["conflict", "list"], 0).await["conflicts"],
        Value::Array(vec![])
    );
    let all = run_command(data, &["conflict", "list", "--all"], 0).await;
    assert!(all["conflicts"][0]["state"]["moot"].is_object(), "{all}");
}

/// Returns this many people without ties.
async fn choose_bystanders(dingtalk: &SandboxCompany, count: usize) -> Vec<Person> {
    let mut chosen: Vec<Person> = Vec::new();
    for _ in 0..count {
        let not: Vec<&str> = chosen.iter().map(|person| person.userid.as_str()).collect();
        chosen.push(dingtalk.bystander(&not).await);
    }
    chosen
}

async fn count_titled(data: &Path, people: &[Person], wanted: &str) -> usize {
    let mut have = 0;
    for person in people {
        have += usize::from(
            field_in_ehr(data, &person.userid, Field::Title)
                .await
                .as_deref()
                == Some(wanted),
        );
    }
    have
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_hold_applies_exactly_its_changes() {
    let dingtalk = SandboxCompany::start(60, 6, 93).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let people = choose_bystanders(&dingtalk, 19).await;
    let (first, second) = people.split_at(10);
    for person in first {
        dingtalk.act(set_title(&person.userid, "同名职务")).await;
    }
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        count_titled(data, first, "同名职务").await,
        0,
        "ten of sixty are too many"
    );
    let listed = run_command(data, &["hold", "list"], 0).await;
    let [hold] = &listed["holds"].as_array().expect("a list")[..] else {
        panic!("not one hold: {listed}")
    };
    assert_eq!(
        (&hold["count"], &hold["action"], &hold["state"]),
        (&10.into(), &"update".into(), &"held".into())
    );
    let reason = &hold["reason"];
    assert_eq!(
        (
            &reason["code"],
            &reason["arguments"]["field"]["field"],
            &reason["arguments"]["records"],
            &reason["arguments"]["people"]
        ),
        (
            &"guard-field-changed".into(),
            &"title".into(),
            &10.into(),
            &60.into()
        ),
        "{hold}"
    );
    let id = hold["id"].as_str().expect("an id").to_owned();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        run_command(data, &["hold", "list"], 0).await,
        listed,
        "a second sweep finds the same hold"
    );
    let shown = run_command(data, &["hold", "show", &id[..6]], 0).await;
    assert_eq!(
        shown["hold"]["records"].as_array().map(Vec::len),
        Some(10),
        "{shown}"
    );

    run_command(data, &["hold", "release", &id, "--undo"], 1).await;
    run_command(data, &["hold", "release", &id, "--by", "小李"], 0).await;
    run_command(data, &["hold", "release", &id, "--undo"], 0).await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        count_titled(data, first, "同名职务").await,
        0,
        "the release was taken back"
    );
    run_command(data, &["hold", "release", &id], 0).await;
    // Changes after the release were not released.
    for person in second {
        dingtalk.act(set_title(&person.userid, "同名职务")).await;
    }
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        (
            count_titled(data, first, "同名职务").await,
            count_titled(data, second, "同名职务").await
        ),
        (10, 0)
    );
    let open = run_command(data, &["hold", "list"], 0).await;
    assert_eq!(
        (
            &open["holds"][0]["count"],
            open["holds"].as_array().map(Vec::len)
        ),
        (&9.into(), Some(1)),
        "{open}"
    );
    let applied = run_command(data, &["hold", "show", &id], 0).await;
    assert!(
        applied["hold"]["hold"]["state"]["applied"].is_object(),
        "{applied}"
    );
    run_command(data, &["hold", "release", &id, "--undo"], 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_leavers_are_held_and_released() {
    let dingtalk = SandboxCompany::start(60, 6, 97).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let leavers = choose_bystanders(&dingtalk, 8).await;
    for person in &leavers {
        dingtalk
            .act(Act::Leave {
                userid: person.userid.clone(),
            })
            .await;
    }
    let left = async || {
        let ledger = LedgerSnapshot::read_directory(data)
            .await
            .expect("a binding");
        leavers
            .iter()
            .filter(|person| ledger.find_left(&person.userid).is_some())
            .count()
    };
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let waiting = run_command(data, &["waiting"], 0).await;
    let missing = waiting["waiting"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["waits_for"] == "sweep");
    assert_eq!(missing.count(), 8, "{waiting}");
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    let held = run_command(data, &["hold", "list"], 0).await;
    let hold = &held["holds"][0];
    assert_eq!(
        (&hold["count"], &hold["action"]),
        (&8.into(), &"remove".into()),
        "{held}"
    );
    assert_eq!(hold["too_much"][0]["Removals"]["limit"], 5, "{held}");
    assert_eq!(left().await, 0);
    run_command(
        data,
        &["hold", "release", hold["id"].as_str().expect("an id")],
        0,
    )
    .await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(left().await, 8);
    assert_eq!(
        run_command(data, &["hold", "list"], 0).await["holds"],
        Value::Array(vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_from_an_event_is_decided_while_up_runs() {
    let (dingtalk, home) = bind_company(98, 30, SHARED_TITLE).await;
    let data = home.path();
    let mut up = dingtalk
        .up_command(data)
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    let report = up.first_object().await;
    dingtalk.subscribe(&report["binding"]).await;
    let person = dingtalk.bystander(&[]).await;
    run_command(data, &["pause"], 0).await;
    dingtalk.act(set_title(&person.userid, "架构师")).await;
    run_command(
        data,
        &["ehr", "change", &person.job_number, "--title", "顾问"],
        0,
    )
    .await;
    run_command(data, &["resume"], 0).await;
    wait_until(
        Duration::from_secs(60),
        "the conflict is found",
        async || {
            let listed = run_command(data, &["conflict", "list"], 0).await;
            let found = listed["conflicts"]
                .as_array()
                .is_some_and(|all| all.len() == 1);
            let written = field_in_ehr(data, &person.userid, Field::Title)
                .await
                .as_deref()
                == Some("架构师");
            if found && written {
                Ok(())
            } else {
                Err(listed.to_string())
            }
        },
    )
    .await;
    let listed = run_command(data, &["conflict", "list"], 0).await;
    let id = listed["conflicts"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    run_command(data, &["conflict", "resolve", &id, "--keep", "ehr"], 0).await;
    assert_both_have_title(&dingtalk, data, &person, "顾问").await;
    let verified = run_command(data, &["journal", "verify"], 0).await;
    assert_eq!(verified["verified"]["broken"], Value::Null, "{verified}");
    // The event of our own write changes nothing.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_both_have_title(&dingtalk, data, &person, "顾问").await;
    assert!(up.is_running(), "{}", up.stderr());
    up.kill().await;
}

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
    let mail = async || {
        let truth = dingtalk.truth().await;
        truth
            .people
            .iter()
            .find(|one| one.userid == person.userid)
            .expect("still there")
            .email
            .clone()
    };
    // The eHR gives a person an address that belongs to another person in DingTalk.
    run_command(
        data,
        &["ehr", "change", &person.job_number, "--email", &taken.email],
        0,
    )
    .await;
    run_command(
        data,
        &[
            "ehr",
            "change",
            &moving.job_number,
            "--mobile",
            "13900000099",
        ],
        0,
    )
    .await;
    run_command(
        data,
        &[
            "ehr",
            "change",
            &moving.job_number,
            "--title",
            "以后",
            "--on",
            "2099-01-01",
        ],
        0,
    )
    .await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(1);
    let one = single_quarantined(data).await;
    assert_eq!(
        (&one["record"]["name"], &one["cause"]),
        (&person.name.as_str().into(), &"refused".into()),
        "{one}"
    );
    assert_eq!(one["tries"], 1, "{one}");
    let id = one["id"].as_str().expect("an id");
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        single_quarantined(data).await,
        one,
        "it waits for its day, and is the same one"
    );

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

    let tried = run_command(data, &["quarantine", "retry", &id[..10]], 3).await;
    assert_eq!(tried["quarantined_one"]["tries"], 2, "{tried}");
    // The address becomes free. The engine does not retry by itself before tomorrow.
    run_command(
        data,
        &[
            "ehr",
            "change",
            &taken.job_number,
            "--email",
            "another@mail.example",
        ],
        0,
    )
    .await;
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
    assert_ne!(mail().await, taken.email);
    let tried = run_command(data, &["quarantine", "retry", id], 0).await;
    assert!(
        tried["quarantined_one"]["state"]["gone"].is_object(),
        "{tried}"
    );
    assert_eq!(mail().await, taken.email);
    assert_eq!(
        run_command(data, &["quarantine", "list"], 0).await["quarantined"],
        Value::Array(vec![])
    );
    run_command(data, &["quarantine", "retry", id], 1).await;
}

async fn single_quarantined(data: &Path) -> Value {
    let listed = run_command(data, &["quarantine", "list"], 0).await;
    let [one] = &listed["quarantined"].as_array().expect("a list")[..] else {
        panic!("not one record: {listed}")
    };
    one.clone()
}
