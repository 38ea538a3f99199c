//! Callbacks fail for a while, and no sweep runs: DingTalk's list of failed callbacks brings the changes in.

use std::time::Duration;

use sandbox::world::{Act, Changes, DeliveryState};
use serde_json::json;
use stories::compare::{differences, list};
use stories::patience::until;
use stories::{DingTalk, Ledger, Relay};

/// Three pushes, the list, and the looks; many times that on a busy machine.
const FOLLOWS: Duration = Duration::from_secs(60);

/// What became of the events so far.
async fn states(dingtalk: &DingTalk) -> Vec<DeliveryState> {
    dingtalk.world().lock().await.deliveries().map(|delivery| delivery.state).collect()
}

async fn lists_asked_for(dingtalk: &DingTalk) -> usize {
    let failed = |call: &&sandbox::world::CallRecord| call.interface.ends_with("get_call_back_failed_result");
    dingtalk.log().await.iter().filter(failed).count()
}

async fn tell(seed: u64, consumes: bool) {
    let dingtalk = DingTalk::of(30, 6, seed).await;
    dingtalk.settings(json!({"retry_ms": [50, 50], "failed_after_ms": 300, "failed_consumes": consumes})).await;
    let home = tempfile::tempdir().unwrap();
    let up = dingtalk.up(home.path()).await.args(["--sweep-minutes", "1440", "--failed-callbacks-s", "1"]);
    let mut up = up.start();
    let mut binding = up.report().await["binding"].clone();
    // DingTalk knows an address in front of ours; then nobody listens there any more.
    let url = binding["callback_url"].as_str().expect("an address").to_owned();
    let path = url.find("/callback/").expect("a path");
    let front = Relay::start(&url[..path]).await;
    binding["callback_url"] = json!(format!("{}{}", front.url(), &url[path..]));
    dingtalk.subscribe(&binding).await;
    drop(front);

    let renamed = dingtalk.bystander(&[]).await.userid;
    let left = dingtalk.bystander(&[&renamed]).await.userid;
    let fields = Box::new(Changes { email: Some("new@mail.example".into()), ..Changes::default() });
    dingtalk.act(Act::Rename { userid: renamed.clone(), name: "改名人".into() }).await;
    dingtalk.act(Act::Leave { userid: left.clone() }).await;
    dingtalk.act(Act::Hire { name: "新来的".into(), departments: vec![], fields, userid: None }).await;
    until(FOLLOWS, "what could not be pushed is in the ledger", async || {
        let found = differences(&dingtalk.truth().await, &Ledger::read(home.path()).await.expect("a binding"));
        if found.is_empty() { Ok(()) } else { Err(list(&found)) }
    })
    .await;
    assert!(Ledger::read(home.path()).await.expect("a binding").left(&left).is_some(), "who left is kept");
    let states = states(&dingtalk).await;
    assert!(states.iter().all(|state| *state != DeliveryState::Delivered), "no push arrived: {states:?}");
    let fetched = |state: &DeliveryState| matches!(state, DeliveryState::Collected) == consumes;
    assert!(states.len() >= 3 && states.iter().all(fetched), "{states:?}");
    let sweeps = up.objects().into_iter().skip(1).filter(|object| object["calls"].is_object()).count();
    assert_eq!(sweeps, 0, "no sweep ran");
    // Where reading takes nothing off the list, each look ends all the same.
    let asked = lists_asked_for(&dingtalk).await;
    until(FOLLOWS, "the list is read again", async || {
        let now = lists_asked_for(&dingtalk).await;
        if now > asked + 1 { Ok(()) } else { Err(format!("{now} times")) }
    })
    .await;
    assert!(up.is_running(), "{}", up.stderr());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failed_list_brings_in_what_could_not_be_pushed() {
    tell(61, true).await;
}

/// Whether reading empties the list is unconfirmed: it must not matter.
#[tokio::test(flavor = "multi_thread")]
async fn so_does_a_list_that_reading_does_not_empty() {
    tell(62, false).await;
}
