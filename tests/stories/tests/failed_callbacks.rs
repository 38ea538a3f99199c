//! Callbacks fail for a while and no sweep runs. DingTalk's list of failed callbacks brings the
//! changes in.

use std::time::Duration;

use sandbox::world::{Act, DeliveryState, PersonChanges};
use serde_json::json;
use stories::compare::{find_differences, format_differences};
use stories::polling::wait_until;
use stories::{LedgerSnapshot, Relay, SandboxCompany};

/// Time for three pushes, the list and the looks. It is many times what they need, for a busy
/// machine.
const FOLLOWS: Duration = Duration::from_secs(60);

/// Returns the states of the deliveries so far.
async fn delivery_states(dingtalk: &SandboxCompany) -> Vec<DeliveryState> {
    dingtalk
        .world()
        .lock()
        .await
        .deliveries()
        .map(|delivery| delivery.state)
        .collect()
}

async fn count_list_calls(dingtalk: &SandboxCompany) -> usize {
    let failed = |call: &&sandbox::world::CallRecord| {
        call.interface.ends_with("get_call_back_failed_result")
    };
    dingtalk.log().await.iter().filter(failed).count()
}

/// Subscribes an address in front of ours; then that address stops answering.
async fn subscribe_to_silent_address(dingtalk: &SandboxCompany, mut binding: serde_json::Value) {
    let url = binding["callback_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    let path = url.find("/callback/").expect("a path");
    let front = Relay::start(&url[..path]).await;
    binding["callback_url"] = json!(format!("{}{}", front.url(), &url[path..]));
    dingtalk.subscribe(&binding).await;
    drop(front);
}

/// Renames a person, lets one leave and hires one; returns the leaver.
async fn change_people(dingtalk: &SandboxCompany) -> String {
    let renamed = dingtalk.bystander(&[]).await.userid;
    let left = dingtalk.bystander(&[&renamed]).await.userid;
    let fields = Box::new(PersonChanges {
        email: Some("new@mail.example".into()),
        ..PersonChanges::default()
    });
    dingtalk
        .act(Act::Rename {
            userid: renamed.clone(),
            name: "改名人".into(),
        })
        .await;
    dingtalk
        .act(Act::Leave {
            userid: left.clone(),
        })
        .await;
    dingtalk
        .act(Act::Hire {
            name: "新来的".into(),
            departments: vec![],
            fields,
            userid: None,
        })
        .await;
    left
}

/// Waits until the list is read again. If reading removes nothing from it, each look still ends.
async fn wait_for_another_look(dingtalk: &SandboxCompany) {
    let asked = count_list_calls(dingtalk).await;
    wait_until(FOLLOWS, "the list is read again", async || {
        let now = count_list_calls(dingtalk).await;
        if now > asked + 1 {
            Ok(())
        } else {
            Err(format!("{now} times"))
        }
    })
    .await;
}

async fn check_failed_list(seed: u64, consumes: bool) {
    let dingtalk = SandboxCompany::start(30, 6, seed).await;
    dingtalk
        .change_settings(
            json!({"retry_ms": [50, 50], "failed_after_ms": 300, "failed_consumes": consumes}),
        )
        .await;
    let home = tempfile::tempdir().unwrap();
    let up = dingtalk.up_command(home.path()).await.args([
        "--sweep-minutes",
        "1440",
        "--failed-callbacks-s",
        "1",
    ]);
    let mut up = up.start();
    let binding = up.first_object().await["binding"].clone();
    subscribe_to_silent_address(&dingtalk, binding).await;

    let left = change_people(&dingtalk).await;
    wait_until(
        FOLLOWS,
        "what could not be pushed is in the ledger",
        async || {
            let found = find_differences(
                &dingtalk.truth().await,
                &LedgerSnapshot::read_directory(home.path())
                    .await
                    .expect("a binding"),
            );
            if found.is_empty() {
                Ok(())
            } else {
                Err(format_differences(&found))
            }
        },
    )
    .await;
    assert!(
        LedgerSnapshot::read_directory(home.path())
            .await
            .expect("a binding")
            .find_left(&left)
            .is_some(),
        "who left is kept"
    );
    let states = delivery_states(&dingtalk).await;
    assert!(
        states
            .iter()
            .all(|state| *state != DeliveryState::Delivered),
        "no push arrived: {states:?}"
    );
    let fetched = |state: &DeliveryState| matches!(state, DeliveryState::Collected) == consumes;
    assert!(
        states.len() >= 3 && states.iter().all(fetched),
        "{states:?}"
    );
    let sweeps = up
        .objects()
        .into_iter()
        .skip(1)
        .filter(|object| object["calls"].is_object())
        .count();
    assert_eq!(sweeps, 0, "no sweep ran");
    wait_for_another_look(&dingtalk).await;
    assert!(up.is_running(), "{}", up.stderr());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failed_list_recovers_events_that_were_not_pushed() {
    check_failed_list(61, true).await;
}

/// It is unconfirmed whether reading empties the list. Both must work.
#[tokio::test(flavor = "multi_thread")]
async fn the_failed_list_recovers_events_even_if_reading_does_not_empty_it() {
    check_failed_list(62, false).await;
}
