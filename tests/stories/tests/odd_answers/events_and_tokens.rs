//! Events that can be read in part, tokens of any life, credentials as people paste them.

use std::time::Duration;

use directory::Kind;
use sandbox::world::{Act, Fault};
use serde_json::{Value, json};
use stories::polling::wait_until;
use stories::{ProgramCommand, Relay, SandboxCompany, assert_same};

use super::{FOLLOWS, NO_SWEEPS, OddCompany, TOKEN, bind, leave, read_ledger, rename};

const DEPARTMENT: &str = "/topapi/v2/department/get";
const FAILED: &str = "/call_back/get_call_back_failed_result";

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_read_of_an_event_is_followed_and_the_rest_by_a_sweep() {
    let story = OddCompany::follow(705, &[], json!({})).await;
    let named = story.dingtalk.bystander(&[]).await.userid;
    let unnamed = story.dingtalk.bystander(&[&named]).await.userid;
    for (nth, ids) in [format!(r#"["{named}",null]"#), format!(r#"["{named}",""]"#)]
        .iter()
        .enumerate()
    {
        let (one, other) = (format!("甲{nth}"), format!("乙{nth}"));
        story.act_silently(rename(&named, &one)).await;
        story.act_silently(rename(&unnamed, &other)).await;
        story
            .push(&format!(
                r#"{{"EventType":"user_modify_org","UserId":{ids},"TimeStamp":"1"}}"#
            ))
            .await;
        story.wait_until_named(&named, &one).await;
        story.wait_until_named(&unnamed, &other).await;
    }
    story.act_silently(rename(&unnamed, "丙")).await;
    story
        .push(r#"{"EventType":"user_modify_org","UserId":["x""#)
        .await;
    story.wait_until_named(&unnamed, "丙").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_the_failed_list_that_cannot_be_read_asks_for_a_sweep() {
    let settings = json!({"retry_ms": [50, 50], "failed_after_ms": 300});
    let mut story = OddCompany::follow(711, &["--failed-callbacks-s", "1"], settings).await;
    let url = story.binding["callback_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    let path = url.find("/callback/").expect("a path");
    // DingTalk knows an address in front of ours; then nobody listens there any more.
    let front = Relay::start(&url[..path]).await;
    story.binding["callback_url"] = json!(format!("{}{}", front.url(), &url[path..]));
    story.dingtalk.subscribe(&story.binding).await;
    drop(front);
    let fault = Fault::odd_field("call_back_tag", Value::Null).at(FAILED);
    story.dingtalk.arm(fault.times(None)).await;
    let leaver = story.dingtalk.bystander(&[]).await.userid;
    let named = story.dingtalk.bystander(&[&leaver]).await.userid;
    story.dingtalk.act(rename(&named, "没送到")).await;
    story.dingtalk.act(leave(&leaver)).await;
    story.wait_until_named(&named, "没送到").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_userid_in_another_case_is_the_same_person() {
    let story = OddCompany::follow(706, &[], json!({"userids_any_case": true})).await;
    let fields = Act::Hire {
        name: "大小写".into(),
        departments: vec![],
        fields: Box::default(),
        userid: Some("CaseOfTheId".into()),
    };
    story.dingtalk.subscribe(&story.binding).await;
    story.dingtalk.act(fields).await;
    story.wait_until_named("CaseOfTheId", "大小写").await;
    story.act_silently(rename("CaseOfTheId", "改名")).await;
    story
        .push(r#"{"EventType":"user_modify_org","UserId":["CASEOFTHEID"],"TimeStamp":"1"}"#)
        .await;
    story.wait_until_named("CaseOfTheId", "改名").await;
    let ledger = read_ledger(story.home.path()).await;
    assert_same(&story.dingtalk.truth().await, &ledger);
    assert!(
        ledger
            .active_by_dingtalk_id(Kind::Person)
            .contains_key("CaseOfTheId")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_a_short_or_untold_life_serve() {
    for (nth, told) in [json!(5), json!(0), Value::Null].into_iter().enumerate() {
        let dingtalk = SandboxCompany::start(20, 4, 740 + u64::try_from(nth).unwrap()).await;
        dingtalk.change_settings(json!({"token_life_s": 5})).await;
        dingtalk
            .arm(
                Fault::odd_field("expireIn", told.clone())
                    .at(TOKEN)
                    .times(None),
            )
            .await;
        let home = tempfile::tempdir().unwrap();
        let mut up = dingtalk
            .up_command(home.path())
            .await
            .args(NO_SWEEPS)
            .start();
        let report = up.first_object().await;
        assert_eq!(report["run"]["complete"], true, "{told}: {report}");
        dingtalk.subscribe(&report["binding"]).await;
        dingtalk.clear_log().await;
        for round in 0..2 {
            tokio::time::sleep(Duration::from_secs(6)).await;
            let who = dingtalk.bystander(&[]).await.userid;
            dingtalk.act(leave(&who)).await;
            wait_until(
                FOLLOWS,
                "a leaver is followed",
                async || match read_ledger(home.path()).await.find_left(&who) {
                    Some(_) => Ok(()),
                    None => Err(format!("{told}, {round}: {}", up.stderr())),
                },
            )
            .await;
        }
        let log = dingtalk.log().await;
        let asked = log.iter().filter(|call| call.interface == TOKEN).count();
        assert!(
            (1..=12).contains(&asked),
            "{told}: asked for a token {asked} times"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pasted_credentials_are_cleaned_or_refused() {
    let dingtalk = SandboxCompany::start(12, 3, 707).await;
    let home = tempfile::tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    let mut pasted = keys.clone();
    pasted.corp_id = format!(" {}\u{200b}", keys.corp_id);
    pasted.app_key = format!("\u{feff}{}\n", keys.app_key);
    pasted.app_secret = format!("\t{}\u{3000}\r\n", keys.app_secret);
    let ran = ProgramCommand::new(home.path())
        .dingtalk(dingtalk.url(), &pasted)
        .run_once()
        .await;
    assert_eq!(ran.run_report(0)["people"], 12);
    let other = tempfile::tempdir().unwrap();
    pasted.app_secret = format!("AppSecret: {}", keys.app_secret);
    let ran = ProgramCommand::new(other.path())
        .dingtalk(dingtalk.url(), &pasted)
        .run_once()
        .await;
    let error = ran.single_object()["error"].clone();
    assert_eq!(error["code"], "binding-pasted-invalid", "{error}");
    assert_eq!(error["arguments"]["detail"], "blank", "{error}");
    assert!(
        !ran.stderr.contains(&keys.app_secret) && !error.to_string().contains(&keys.app_secret)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_with_seconds_are_heard_once_that_is_switched_on() {
    let settings = json!({"push_seconds": true, "retry_ms": [100, 100]});
    let story = OddCompany::follow(708, &["--callback-seconds", "true"], settings).await;
    story.dingtalk.subscribe(&story.binding).await;
    let leaver = story.dingtalk.bystander(&[]).await.userid;
    story.dingtalk.act(leave(&leaver)).await;
    story
        .wait_until_left(&leaver, "an event with seconds")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_reads_the_root_department() {
    let dingtalk = SandboxCompany::start(12, 3, 709).await;
    let home = tempfile::tempdir().unwrap();
    bind(&dingtalk, home.path()).await.run_report(0);
    let rename = |name: &str| Act::RenameCompany { name: name.into() };
    dingtalk.act(rename("改了名的公司")).await;
    dingtalk.clear_log().await;
    let run = bind(&dingtalk, home.path()).await.run_report(0);
    assert_eq!(run["complete"], true, "{run}");
    assert!(
        dingtalk
            .log()
            .await
            .iter()
            .any(|call| call.interface == DEPARTMENT)
    );
    assert_same(&dingtalk.truth().await, &read_ledger(home.path()).await);
    assert_eq!(
        bind(&dingtalk, home.path()).await.run_report(0)["writes"],
        0
    );
    let mut up = dingtalk
        .up_command(home.path())
        .await
        .args(NO_SWEEPS)
        .start();
    let report = up.first_object().await;
    dingtalk.subscribe(&report["binding"]).await;
    dingtalk.act(rename("又改了名")).await;
    wait_until(
        FOLLOWS,
        "org_change brings the company's name",
        async || {
            let ledger = read_ledger(home.path()).await;
            let found = stories::find_differences(&dingtalk.truth().await, &ledger);
            match found.is_empty() {
                true => Ok(()),
                false => Err(up.stderr()),
            }
        },
    )
    .await;
}
