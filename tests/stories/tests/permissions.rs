//! A field permission is withdrawn after the binding. Fields that DingTalk stopped showing are
//! hidden, never empty.

use std::time::Duration;

use sandbox::world::{Act, Fault, FaultKind};
use serde_json::json;
use stories::compare::{find_differences, format_differences};
use stories::polling::wait_until;
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::tempdir;

/// Asserts that no value was lost: the ledger is empty in no field that differs.
async fn assert_no_value_lost(dingtalk: &SandboxCompany, data: &std::path::Path, what: &str) {
    let found = find_differences(
        &dingtalk.truth().await,
        &LedgerSnapshot::read_directory(data)
            .await
            .expect("a binding"),
    );
    assert!(found.is_empty(), "{what}:\n{}", format_differences(&found));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_keeps_values_of_hidden_fields() {
    let dingtalk = SandboxCompany::start(40, 6, 91).await;
    let home = tempdir().unwrap();
    let mut up = dingtalk
        .up_command(home.path())
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    dingtalk
        .subscribe(&up.first_object().await["binding"])
        .await;
    dingtalk
        .change_settings(json!({"revoke": ["fieldMobile", "fieldEmail"]}))
        .await;
    let truth = dingtalk.truth().await;
    let full = truth
        .people
        .iter()
        .filter(|person| person.org_email.is_some() && person.work_place.is_some());
    let people: Vec<String> = full.map(|person| person.userid.clone()).take(3).collect();
    assert_eq!(people.len(), 3);
    for userid in people {
        dingtalk
            .act(Act::Rename {
                userid: userid.clone(),
                name: "新名字".into(),
            })
            .await;
        let data = home.path();
        wait_until(Duration::from_secs(5), "the name follows", async || {
            let ledger = LedgerSnapshot::read_directory(data)
                .await
                .expect("a binding");
            let active = ledger.active_by_dingtalk_id(directory::Kind::Person);
            match active[userid.as_str()][0]
                .record
                .values
                .text(directory::Field::Name)
            {
                Some("新名字") => Ok(()),
                name => Err(format!("{name:?}\n{}", up.stderr())),
            }
        })
        .await;
    }
    assert_no_value_lost(
        &dingtalk,
        home.path(),
        "events after the permission was withdrawn",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_keeps_values_of_fields_hidden_while_it_runs() {
    // These are few enough to pass the guard.
    for (seed, after) in [(92, 1), (93, 3)] {
        let dingtalk = SandboxCompany::start(30, 5, seed).await;
        let home = tempdir().unwrap();
        dingtalk
            .up_command(home.path())
            .await
            .run_once()
            .await
            .run_report(0);
        let hide = |interface: &str, after| {
            Fault::new(FaultKind::HideMobile)
                .at(interface)
                .after(after)
                .times(None)
        };
        dingtalk.arm(hide("/topapi/v2/user/get", after)).await;
        dingtalk.arm(hide("/auth/scopes", 1)).await;
        let ran = dingtalk.up_command(home.path()).await.run_once().await;
        dingtalk.disarm().await;
        assert_no_value_lost(
            &dingtalk,
            home.path(),
            &format!("{}", ran.single_object()["run"]),
        )
        .await;
    }
}

/// A permission is missing when the sweep begins. The field is hidden for all people, nothing is
/// held, and values return with the permission.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_without_a_field_permission_changes_nothing_and_reports_it() {
    let dingtalk = SandboxCompany::start(30, 5, 94).await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    dingtalk
        .change_settings(json!({"revoke": ["fieldMobile", "fieldEmail"]}))
        .await;
    let run = dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        (&run["updated"], &run["removed"], &run["held"]),
        (&0.into(), &0.into(), &0.into()),
        "{run}"
    );
    assert!(
        run["notes"].to_string().contains("snapshot-scope-changed"),
        "{run}"
    );
    assert_no_value_lost(&dingtalk, home.path(), "a sweep without the permission").await;
    dingtalk
        .change_settings(json!({"grant": ["fieldMobile", "fieldEmail"]}))
        .await;
    let run = dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(run["writes"], 0, "{run}");
}
