//! The eHR decides, and the policy leaves people out.

use sandbox::company::Person;
use serde_json::json;
use stories::SandboxCompany;

use super::{INTERN, bind_company, bystanders, change_employee_type, left_unchanged, run_sweep};
use crate::asks::run_command;

const EHR_WITHOUT_INTERNS: &str = r#"{"version": 1, "preset": "ehr_is_master", "grace_days": 0,
  "employment_types": {"exclude": ["intern"]}}"#;

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
