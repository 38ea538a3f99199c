//! A policy that names employment types. People outside of it stay exactly as they are on both
//! sides. If the roster cannot be read, no person is included.

use std::path::Path;

use directory::{Field, Kind};
use sandbox::company::Person;
use sandbox::world::{Act, PersonChanges};
use serde_json::{Value, json};
use stories::polling::wait_until;
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::{TempDir, tempdir};

use crate::asks::{SOON, run_command};

const ROSTER: &str = "/v1.0/hrm/rosters/lists/query";
const FULL_TIME: u8 = 1;
const INTERN: u8 = 3;

/// Binds a company of thirty, syncs it, and sets this policy.
async fn bind_company(seed: u64, policy: &str) -> (SandboxCompany, TempDir) {
    let dingtalk = SandboxCompany::start(30, 6, seed).await;
    dingtalk
        .change_settings(json!({"grant": ["qyapi_manage_addresslist"]}))
        .await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        roster_calls(&dingtalk).await,
        0,
        "a policy that names no kind asks for none"
    );
    apply_policy(home.path(), policy).await;
    (dingtalk, home)
}

async fn apply_policy(data: &Path, policy: &str) {
    let file = data.join("policy.json");
    std::fs::write(&file, policy).unwrap();
    run_command(data, &["policy", "set", file.to_str().expect("UTF-8")], 3).await;
    run_command(data, &["plan"], 0).await;
    run_command(data, &["approve", "latest"], 0).await;
    run_command(data, &["apply", "latest"], 0).await;
}

async fn roster_calls(dingtalk: &SandboxCompany) -> usize {
    dingtalk
        .log()
        .await
        .iter()
        .filter(|call| call.interface == ROSTER)
        .count()
}

async fn run_sweep(dingtalk: &SandboxCompany, data: &Path, code: i32) -> Value {
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(code)
}

async fn hire_person(dingtalk: &SandboxCompany, name: &str, kind: u8) -> String {
    let fields = Box::new(PersonChanges {
        employee_type: Some(kind),
        ..PersonChanges::default()
    });
    let act = Act::Hire {
        name: name.to_owned(),
        departments: vec![],
        fields,
        userid: None,
    };
    dingtalk.act(act).await.userid.expect("a userid")
}

async fn change_employee_type(dingtalk: &SandboxCompany, userid: &str, employee_type: u8) {
    dingtalk
        .act(Act::SetEmployment {
            userid: userid.to_owned(),
            employee_type,
        })
        .await;
}

async fn rename_person(dingtalk: &SandboxCompany, userid: &str, name: &str) {
    dingtalk
        .act(Act::Rename {
            userid: userid.to_owned(),
            name: name.to_owned(),
        })
        .await;
}

async fn let_leave(dingtalk: &SandboxCompany, userid: &str) {
    dingtalk
        .act(Act::Leave {
            userid: userid.to_owned(),
        })
        .await;
}

/// Returns the name of an active person in the ledger.
async fn active_name_in_ledger(data: &Path, userid: &str) -> Option<String> {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    active
        .get(userid)
        .and_then(|stored| stored[0].record.values.text(Field::Name).map(str::to_owned))
}

async fn has_left(data: &Path, userid: &str) -> bool {
    LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding")
        .find_left(userid)
        .is_some()
}

/// Returns the title that DingTalk shows for a person.
async fn title_in_dingtalk(
    dingtalk: &SandboxCompany,
    is: impl Fn(&Person) -> bool,
) -> Option<String> {
    dingtalk
        .truth()
        .await
        .people
        .iter()
        .find(|one| is(one))
        .map(|one| one.title.clone())
}

/// Returns this many people without ties.
async fn bystanders<const N: usize>(dingtalk: &SandboxCompany) -> [Person; N] {
    let mut chosen: Vec<Person> = Vec::new();
    while chosen.len() < N {
        let not: Vec<&str> = chosen.iter().map(|person| person.userid.as_str()).collect();
        chosen.push(dingtalk.bystander(&not).await);
    }
    chosen.try_into().expect("so many")
}

const WITHOUT_INTERNS: &str = r#"{"version": 1, "preset": "dingtalk_is_master", "employment_types": {"exclude": ["intern"]}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn interns_are_left_out_when_dingtalk_decides() {
    let (dingtalk, home) = bind_company(120, WITHOUT_INTERNS).await;
    let data = home.path();
    dingtalk
        .change_settings(json!({"roster_keeps_leavers": true}))
        .await;
    let [bound_intern, other] = bystanders(&dingtalk).await;
    change_employee_type(&dingtalk, &bound_intern.userid, INTERN).await;
    let intern = hire_person(&dingtalk, "实习新人", INTERN).await;
    let full = hire_person(&dingtalk, "全职新人", FULL_TIME).await;
    let untyped = hire_person(&dingtalk, "无类型新人", 0).await;
    rename_person(&dingtalk, &bound_intern.userid, "实习改名").await;
    rename_person(&dingtalk, &other.userid, "照常改名").await;

    // A preview follows the policy, and says so.
    let plan = run_command(data, &["plan"], 3).await;
    assert_eq!(
        (
            &plan["plan"]["counts"]["created"],
            &plan["plan"]["counts"]["updated"]
        ),
        (&2.into(), &1.into()),
        "{plan}"
    );
    assert!(
        plan["plan"]["notes"]
            .to_string()
            .contains(&left_unchanged(2)),
        "{plan}"
    );
    // Applying leaves out a person who has left the policy since the preview.
    change_employee_type(&dingtalk, &full, INTERN).await;
    run_command(data, &["approve", "latest"], 0).await;
    let applied = run_command(data, &["apply", "latest"], 3).await;
    let place = &applied["plan"]["applied"]["place"];
    assert_eq!(
        (&place["outcomes"]["applied"], &place["outcomes"]["refused"]),
        (&2.into(), &1.into()),
        "{applied}"
    );
    assert!(
        place["not_applied"]
            .to_string()
            .contains("wait-policy-leaves-out"),
        "{applied}"
    );
    assert_eq!(active_name_in_ledger(data, &full).await, None);
    change_employee_type(&dingtalk, &full, FULL_TIME).await;
    dingtalk.clear_log().await;
    let swept = run_sweep(&dingtalk, data, 0).await;
    assert!(
        swept["notes"].to_string().contains(&left_unchanged(2)),
        "{swept}"
    );
    assert!(
        roster_calls(&dingtalk).await <= 3,
        "a call for a hundred: {}",
        roster_calls(&dingtalk).await
    );
    assert_eq!(
        active_name_in_ledger(data, &full).await.as_deref(),
        Some("全职新人")
    );
    assert_eq!(
        active_name_in_ledger(data, &untyped).await.as_deref(),
        Some("无类型新人"),
        "unknown is not left out"
    );
    assert_eq!(active_name_in_ledger(data, &intern).await, None);
    assert_eq!(
        active_name_in_ledger(data, &other.userid).await.as_deref(),
        Some("照常改名")
    );
    assert_eq!(
        active_name_in_ledger(data, &bound_intern.userid).await,
        Some(bound_intern.name),
        "untouched, and not removed"
    );

    // A person outside the policy is not followed when they leave, either.
    let_leave(&dingtalk, &bound_intern.userid).await;
    let_leave(&dingtalk, &other.userid).await;
    change_employee_type(&dingtalk, &intern, FULL_TIME).await;
    for _ in 0..2 {
        run_sweep(&dingtalk, data, 0).await;
    }
    assert_eq!(
        active_name_in_ledger(data, &intern).await.as_deref(),
        Some("实习新人"),
        "an intern no more"
    );
    assert!(has_left(data, &other.userid).await && !has_left(data, &bound_intern.userid).await);
}

const FULL_TIME_ONLY: &str = r#"{"version": 1, "preset": "dingtalk_is_master", "employment_types": {"include": ["full_time"]}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn only_full_time_people_are_included_when_dingtalk_decides() {
    let (dingtalk, home) = bind_company(121, FULL_TIME_ONLY).await;
    let data = home.path();
    let [leaver, part_time, in_ehr] = bystanders(&dingtalk).await;
    // The employment type of the eHR counts, whatever the roster shows.
    run_command(
        data,
        &[
            "ehr",
            "change",
            &in_ehr.job_number,
            "--employment",
            "part_time",
        ],
        0,
    )
    .await;
    change_employee_type(&dingtalk, &part_time.userid, 2).await;
    for (person, name) in [(&part_time, "兼职改名"), (&in_ehr, "名册兼职改名")] {
        rename_person(&dingtalk, &person.userid, name).await;
    }
    let untyped = hire_person(&dingtalk, "无类型新人", 0).await;
    let full = hire_person(&dingtalk, "全职新人", FULL_TIME).await;
    let_leave(&dingtalk, &leaver.userid).await;
    for _ in 0..2 {
        run_sweep(&dingtalk, data, 0).await;
    }
    assert_eq!(
        active_name_in_ledger(data, &untyped).await,
        None,
        "unknown is out where kinds are named as in"
    );
    assert_eq!(
        active_name_in_ledger(data, &full).await.as_deref(),
        Some("全职新人")
    );
    assert_eq!(
        active_name_in_ledger(data, &part_time.userid).await,
        Some(part_time.name)
    );
    assert_eq!(
        active_name_in_ledger(data, &in_ehr.userid).await,
        Some(in_ehr.name)
    );
    assert!(
        has_left(data, &leaver.userid).await,
        "whose kind nobody can tell any more was in when they were bound"
    );
    run_command(
        data,
        &["ehr", "change", &in_ehr.job_number, "--employment", "全职"],
        0,
    )
    .await;
    change_employee_type(&dingtalk, &untyped, FULL_TIME).await;
    run_sweep(&dingtalk, data, 0).await;
    assert_eq!(
        active_name_in_ledger(data, &untyped).await.as_deref(),
        Some("无类型新人")
    );
    assert_eq!(
        active_name_in_ledger(data, &in_ehr.userid).await.as_deref(),
        Some("名册兼职改名")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_roster_adds_no_person() {
    let (dingtalk, home) = bind_company(122, WITHOUT_INTERNS).await;
    let data = home.path();
    let [unknown, in_ehr, leaver] = bystanders(&dingtalk).await;
    run_command(
        data,
        &[
            "ehr",
            "change",
            &in_ehr.job_number,
            "--employment",
            "full_time",
        ],
        0,
    )
    .await;
    let untouched = async |newcomer: &str, because: &str| {
        assert_eq!(
            active_name_in_ledger(data, newcomer).await,
            None,
            "{because}"
        );
        assert_eq!(
            active_name_in_ledger(data, &unknown.userid)
                .await
                .as_deref(),
            Some(unknown.name.as_str()),
            "{because}"
        );
        assert!(!has_left(data, &leaver.userid).await, "{because}");
    };
    let newcomer = hire_person(&dingtalk, "新人", FULL_TIME).await;
    rename_person(&dingtalk, &unknown.userid, "花名册才知道").await;
    rename_person(&dingtalk, &in_ehr.userid, "名册里写明").await;
    let_leave(&dingtalk, &leaver.userid).await;
    for refused in [
        json!({"revoke": ["qyapi_hrm_read_user"]}),
        json!({"smart_hr_open": false}),
    ] {
        dingtalk
            .change_settings(json!({"grant": ["qyapi_hrm_read_user"]}))
            .await;
        dingtalk.change_settings(refused.clone()).await;
        dingtalk.clear_log().await;
        let swept = run_sweep(&dingtalk, data, 3).await;
        let notes = swept["notes"].to_string();
        let cause = if refused["revoke"].is_array() {
            "%23qyapi_hrm_read_user"
        } else {
            "dingtalk-smart-hr-closed"
        };
        assert_eq!(notes.matches("run-roster-unreadable").count(), 1, "{notes}");
        assert!(notes.contains(cause), "{notes}");
        assert_eq!(
            roster_calls(&dingtalk).await,
            1,
            "it is not asked again and again"
        );
        assert_eq!(
            active_name_in_ledger(data, &in_ehr.userid).await.as_deref(),
            Some("名册里写明"),
            "whose kind the eHR names"
        );
        untouched(&newcomer, &notes).await;
    }
    dingtalk
        .change_settings(json!({"smart_hr_open": true}))
        .await;
    run_sweep(&dingtalk, data, 0).await;
    assert_eq!(
        active_name_in_ledger(data, &newcomer).await.as_deref(),
        Some("新人")
    );
    assert_eq!(
        active_name_in_ledger(data, &unknown.userid)
            .await
            .as_deref(),
        Some("花名册才知道")
    );
    assert!(has_left(data, &leaver.userid).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_an_intern_adds_no_person() {
    let (dingtalk, home) = bind_company(123, WITHOUT_INTERNS).await;
    let data = home.path();
    let mut up = dingtalk
        .up_command(data)
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    let report = up.first_object().await;
    dingtalk.subscribe(&report["binding"]).await;
    let intern = hire_person(&dingtalk, "实习新人", INTERN).await;
    let full = hire_person(&dingtalk, "全职新人", FULL_TIME).await;
    wait_until(
        SOON,
        "who is in arrives",
        async || match active_name_in_ledger(data, &full).await {
            Some(_) => Ok(()),
            None => Err(up.stderr()),
        },
    )
    .await;
    assert_eq!(active_name_in_ledger(data, &intern).await, None);
    // The same event after the person is no intern any more.
    let fields = Box::new(PersonChanges {
        employee_type: Some(FULL_TIME),
        ..PersonChanges::default()
    });
    dingtalk
        .act(Act::Change {
            userid: intern.clone(),
            fields,
        })
        .await;
    wait_until(
        SOON,
        "who is no intern any more arrives",
        async || match active_name_in_ledger(data, &intern).await {
            Some(_) => Ok(()),
            None => Err(up.stderr()),
        },
    )
    .await;
    assert!(up.is_running());
    up.kill().await;
}

const EHR_WITHOUT_INTERNS: &str = r#"{"version": 1, "preset": "ehr_is_master", "grace_days": 0,
  "employment_types": {"exclude": ["intern"]}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn interns_are_left_out_when_the_ehr_decides() {
    let (dingtalk, home) = bind_company(124, EHR_WITHOUT_INTERNS).await;
    let data = home.path();
    let [by_ehr, by_roster, stays, goes] = bystanders(&dingtalk).await;
    let title = async |person: &Person| {
        title_in_dingtalk(&dingtalk, |one| one.userid == person.userid).await
    };
    let hired =
        async |number: &str| title_in_dingtalk(&dingtalk, |one| one.job_number == number).await;
    let ehr = async |args: &[&str]| run_command(data, &[&["ehr"], args].concat(), 0).await;
    let hire = async |name: &str, mobile: &str, number: &str, kind: &str| {
        let (name, mobile, number) = (
            ["--name", name],
            ["--mobile", mobile],
            ["--job-number", number],
        );
        ehr(&[
            &["hire"][..],
            &name,
            &mobile,
            &number,
            &["--department", "/", "--employment", kind],
        ]
        .concat())
        .await;
    };
    hire("实习甲", "13900000101", "X1", "intern").await;
    hire("全职乙", "13900000102", "X2", "full_time").await;
    ehr(&[
        "change",
        &by_ehr.job_number,
        "--title",
        "甲级",
        "--employment",
        "intern",
    ])
    .await;
    ehr(&["change", &by_roster.job_number, "--title", "乙级"]).await;
    ehr(&["change", &stays.job_number, "--title", "丙级"]).await;
    change_employee_type(&dingtalk, &by_roster.userid, INTERN).await;
    let swept = run_sweep(&dingtalk, data, 0).await;
    assert!(
        swept["notes"].to_string().contains(&left_unchanged(3)),
        "{swept}"
    );
    assert_eq!(
        (hired("X1").await, hired("X2").await.is_some()),
        (None, true)
    );
    assert_eq!(
        (title(&by_ehr).await, title(&by_roster).await),
        (Some(by_ehr.title.clone()), Some(by_roster.title.clone()))
    );
    assert_eq!(title(&stays).await.as_deref(), Some("丙级"));

    // A person is not removed from DingTalk because they are outside the policy, nor because they
    // left meanwhile.
    for person in [&by_ehr, &by_roster, &goes] {
        ehr(&["leave", &person.job_number]).await;
    }
    ehr(&["change", "X1", "--employment", "full_time"]).await;
    for _ in 0..2 {
        run_sweep(&dingtalk, data, 0).await;
    }
    assert!(hired("X1").await.is_some(), "an intern no more");
    assert!(title(&by_ehr).await.is_some() && title(&by_roster).await.is_some());
    assert_eq!(title(&goes).await, None, "whoever is in goes with the eHR");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_changes_no_person_when_the_ehr_decides() {
    let (dingtalk, home) = bind_company(125, EHR_WITHOUT_INTERNS).await;
    let data = home.path();
    let [unknown, known] = bystanders(&dingtalk).await;
    let title = async |person: &Person| {
        title_in_dingtalk(&dingtalk, |one| one.userid == person.userid).await
    };
    dingtalk
        .change_settings(json!({"revoke": ["qyapi_hrm_read_user"]}))
        .await;
    run_command(
        data,
        &["ehr", "change", &unknown.job_number, "--title", "甲级"],
        0,
    )
    .await;
    run_command(
        data,
        &[
            "ehr",
            "change",
            &known.job_number,
            "--title",
            "乙级",
            "--employment",
            "dispatched",
        ],
        0,
    )
    .await;
    let swept = run_sweep(&dingtalk, data, 3).await;
    assert!(
        swept["notes"]
            .to_string()
            .contains("%23qyapi_hrm_read_user"),
        "{swept}"
    );
    assert_eq!(
        (title(&unknown).await, title(&known).await.as_deref()),
        (Some(unknown.title.clone()), Some("乙级"))
    );
    run_command(data, &["ehr", "leave", &unknown.job_number], 0).await;
    for _ in 0..2 {
        run_sweep(&dingtalk, data, 3).await;
    }
    assert!(
        title(&unknown).await.is_some(),
        "nobody is removed for a permission that is missing"
    );
    dingtalk
        .change_settings(json!({"grant": ["qyapi_hrm_read_user"]}))
        .await;
    for _ in 0..2 {
        run_sweep(&dingtalk, data, 0).await;
    }
    assert_eq!(title(&unknown).await, None);
}

/// The note of a run that leaves so many people unchanged, as JSON.
fn left_unchanged(people: u64) -> String {
    format!(r#"{{"arguments":{{"people":{people}}},"code":"run-employment-left-out"}}"#)
}
