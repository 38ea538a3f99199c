//! DingTalk decides, and the policy leaves people out or takes only some in.

use std::path::Path;

use serde_json::json;
use stories::SandboxCompany;

use super::{
    FULL_TIME, INTERN, WITHOUT_INTERNS, active_name_in_ledger, bind_company, bystanders,
    change_employee_type, has_left, hire_person, left_unchanged, let_leave, rename_person,
    roster_calls, run_sweep,
};
use crate::asks::run_command;

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

    assert_preview_leaves_out_interns(data).await;
    // Applying leaves out a person who has left the policy since the preview.
    change_employee_type(&dingtalk, &full, INTERN).await;
    assert_apply_leaves_out_one(data).await;
    assert_eq!(active_name_in_ledger(data, &full).await, None);
    change_employee_type(&dingtalk, &full, FULL_TIME).await;
    assert_sweep_leaves_out_interns(&dingtalk, data).await;
    for (userid, name, because) in [
        (&full, Some("全职新人"), "full time"),
        (&untyped, Some("无类型新人"), "unknown is not left out"),
        (&intern, None, "an intern"),
        (&other.userid, Some("照常改名"), "in as before"),
        (
            &bound_intern.userid,
            Some(bound_intern.name.as_str()),
            "untouched, and not removed",
        ),
    ] {
        assert_eq!(
            active_name_in_ledger(data, userid).await.as_deref(),
            name,
            "{because}"
        );
    }

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

/// A preview follows the policy, and says so.
async fn assert_preview_leaves_out_interns(data: &Path) {
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
}

async fn assert_apply_leaves_out_one(data: &Path) {
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
}

async fn assert_sweep_leaves_out_interns(dingtalk: &SandboxCompany, data: &Path) {
    dingtalk.clear_log().await;
    let swept = run_sweep(dingtalk, data, 0).await;
    assert!(
        swept["notes"].to_string().contains(&left_unchanged(2)),
        "{swept}"
    );
    assert!(
        roster_calls(dingtalk).await <= 3,
        "a call for a hundred: {}",
        roster_calls(dingtalk).await
    );
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
