//! A roster that cannot be read, and one that changes with an event.

use std::path::Path;

use sandbox::world::{Act, PersonChanges};
use serde_json::{Value, json};
use stories::SandboxCompany;
use stories::polling::wait_until;

use super::{
    FULL_TIME, INTERN, WITHOUT_INTERNS, active_name_in_ledger, bind_company, bystanders, has_left,
    hire_person, let_leave, rename_person, roster_calls, run_sweep,
};
use crate::asks::{SOON, run_command};

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
    let newcomer = hire_person(&dingtalk, "新人", FULL_TIME).await;
    rename_person(&dingtalk, &unknown.userid, "花名册才知道").await;
    rename_person(&dingtalk, &in_ehr.userid, "名册里写明").await;
    let_leave(&dingtalk, &leaver.userid).await;
    for (refused, cause) in [
        (
            json!({"revoke": ["qyapi_hrm_read_user"]}),
            "%23qyapi_hrm_read_user",
        ),
        (json!({"smart_hr_open": false}), "dingtalk-smart-hr-closed"),
    ] {
        let notes = sweep_without_roster(&dingtalk, data, &refused, cause).await;
        for (userid, name) in [
            (&in_ehr.userid, Some("名册里写明")),
            (&newcomer, None),
            (&unknown.userid, Some(unknown.name.as_str())),
        ] {
            assert_eq!(
                active_name_in_ledger(data, userid).await.as_deref(),
                name,
                "{notes}"
            );
        }
        assert!(!has_left(data, &leaver.userid).await, "{notes}");
    }
    dingtalk
        .change_settings(json!({"smart_hr_open": true}))
        .await;
    run_sweep(&dingtalk, data, 0).await;
    for (userid, name) in [(&newcomer, "新人"), (&unknown.userid, "花名册才知道")] {
        assert_eq!(
            active_name_in_ledger(data, userid).await.as_deref(),
            Some(name)
        );
    }
    assert!(has_left(data, &leaver.userid).await);
}

/// Sweeps while the roster is refused for this cause; returns the run's notes.
async fn sweep_without_roster(
    dingtalk: &SandboxCompany,
    data: &Path,
    refused: &Value,
    cause: &str,
) -> String {
    dingtalk
        .change_settings(json!({"grant": ["qyapi_hrm_read_user"]}))
        .await;
    dingtalk.change_settings(refused.clone()).await;
    dingtalk.clear_log().await;
    let swept = run_sweep(dingtalk, data, 3).await;
    let notes = swept["notes"].to_string();
    assert_eq!(notes.matches("run-roster-unreadable").count(), 1, "{notes}");
    assert!(notes.contains(cause), "{notes}");
    assert_eq!(
        roster_calls(dingtalk).await,
        1,
        "it is not asked again and again"
    );
    notes
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
