//! DingTalk answers oddly: its own time-outs, pages of a gateway, rows with values of a wrong type, events that can be read
//! in part. What can be read is followed, what cannot is said, and nobody is harmed.

use std::path::Path;
use std::time::Duration;

use directory::{Field, FieldValue, Kind};
use runtime::SystemClock;
use sandbox::company::Person;
use sandbox::world::{Act, Fault, FaultKind};
use serde_json::{Value, json};
use stories::company::http_client;
use stories::polling::wait_until;
use stories::{FinishedProgram, LedgerSnapshot, RunningProgram, SandboxCompany, assert_same};
use tempfile::TempDir;

use crate::trouble::{MEMBERS, MissedChanges};

mod events_and_tokens;

const PERSON: &str = "/topapi/v2/user/get";
const CHILDREN: &str = "/topapi/v2/department/listsub";
const SCOPES: &str = "/auth/scopes";
const TOKEN: &str = "/v1.0/oauth2/accessToken";
/// Looks that failed come back after seconds.
const FOLLOWS: Duration = Duration::from_secs(90);
const NO_SWEEPS: [&str; 2] = ["--sweep-minutes", "1440"];

/// Every answer that says nothing about the call.
fn empty_words() -> Vec<Fault> {
    vec![
        Fault::new(FaultKind::ErrorCode).code("15", "isp.top-remote-connection-timeout"),
        Fault::new(FaultKind::ErrorCode).code("88", ""),
        Fault::new(FaultKind::ErrorCode).code("-1", ""),
        Fault::new(FaultKind::ErrorCode).code("987654", ""),
        Fault::new(FaultKind::HtmlPage).status(403),
        Fault::new(FaultKind::HtmlPage).status(404),
        Fault {
            content_type: Some("application/json".into()),
            ..Fault::new(FaultKind::HtmlPage)
        },
    ]
}

/// A company that is bound, and that events alone keep in step.
struct OddCompany {
    dingtalk: SandboxCompany,
    home: TempDir,
    up: RunningProgram,
    binding: Value,
}

impl OddCompany {
    async fn follow(seed: u64, more: &[&str], settings: Value) -> Self {
        let dingtalk = SandboxCompany::start(30, 5, seed).await;
        dingtalk.change_settings(settings).await;
        let home = tempfile::tempdir().unwrap();
        let up = dingtalk.up_command(home.path()).await;
        let mut up = up.args(NO_SWEEPS).args(more.iter().copied()).start();
        let report = up.first_object().await;
        assert_eq!(report["run"]["complete"], true, "{report}");
        Self {
            dingtalk,
            home,
            up,
            binding: report["binding"].clone(),
        }
    }

    async fn wait_until_left(&self, userid: &str, what: &str) {
        wait_until(FOLLOWS, what, async || {
            let ledger = read_ledger(self.home.path()).await;
            match ledger.find_left(userid) {
                Some(_) => Ok(()),
                None => Err(self.up.stderr()),
            }
        })
        .await;
    }

    async fn wait_until_named(&self, userid: &str, name: &str) {
        wait_until(FOLLOWS, "the name is followed", async || {
            match name_of(&read_ledger(self.home.path()).await, userid) {
                now if now == name => Ok(()),
                now => Err(format!("{now}\n{}", self.up.stderr())),
            }
        })
        .await;
    }

    /// A push of these words, signed as DingTalk signs.
    async fn push(&self, event: &str) {
        let text = |name: &str| self.binding[name].as_str().expect("text");
        let owner = self.dingtalk.credentials().await.app_key;
        let cipher = dingtalk::crypto::CallbackCipher::new(
            text("token"),
            text("aes_key"),
            std::slice::from_ref(&owner),
        );
        let cipher = cipher.expect("the keys that were printed");
        let random = runtime::random_bytes().expect("randomness");
        let (query, body) = cipher.seal_push(event, &owner, SystemClock.now(), random);
        let pairs = query
            .to_pairs()
            .map(|(name, value)| format!("{name}={value}"));
        let url = format!("{}?{}", text("callback_url"), pairs.join("&"));
        let answer = http_client().post(url).body(body).send().await;
        assert_eq!(answer.expect("an answer").status(), 200, "{event}");
    }

    /// Nobody at DingTalk tells of this.
    async fn act_silently(&self, act: Act) {
        self.dingtalk
            .arm(Fault::new(FaultKind::EventNever).times(None))
            .await;
        self.dingtalk.act(act).await;
        self.dingtalk.disarm().await;
    }
}

async fn read_ledger(data: &Path) -> LedgerSnapshot {
    LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding")
}

fn name_of(ledger: &LedgerSnapshot, userid: &str) -> String {
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    let stored = active.get(userid).and_then(|all| all.first());
    let name = stored.and_then(|stored| stored.record.values.text(Field::Name));
    name.unwrap_or_default().to_owned()
}

fn value_of(ledger: &LedgerSnapshot, userid: &str, field: Field) -> Option<FieldValue> {
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    let stored = active.get(userid).and_then(|all| all.first())?;
    stored.record.values.get(field).cloned()
}

fn rename(userid: &str, name: &str) -> Act {
    Act::Rename {
        userid: userid.to_owned(),
        name: name.to_owned(),
    }
}

fn leave(userid: &str) -> Act {
    Act::Leave {
        userid: userid.to_owned(),
    }
}

async fn bind(dingtalk: &SandboxCompany, data: &Path) -> FinishedProgram {
    dingtalk.up_command(data).await.run_once().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_asks_again_where_dingtalk_timed_out() {
    let story = MissedChanges::begin(701).await;
    // One a sweep: where several calls run at once, three in a row might meet the same one, and that is too many.
    for fault in empty_words() {
        for interface in [MEMBERS, CHILDREN, SCOPES, PERSON] {
            story.dingtalk.arm(fault.clone().at(interface)).await;
        }
        let sweep = story.run_sweep().await.run_report(0);
        assert_eq!(sweep["complete"], true, "{fault:?}: {sweep}");
        story.dingtalk.disarm().await;
    }
    assert_same(
        &story.dingtalk.truth().await,
        &read_ledger(story.home.path()).await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_waits_for_a_token_instead_of_ending() {
    for (nth, fault) in empty_words().into_iter().enumerate() {
        let dingtalk = SandboxCompany::start(12, 3, 710 + u64::try_from(nth).unwrap()).await;
        let home = tempfile::tempdir().unwrap();
        // A 404 each time is a server without this path: the older one is asked instead.
        let other_path = fault.status == Some(404);
        // Each attempt of `up` is three calls.
        dingtalk.arm(fault.at(TOKEN).times(4)).await;
        let ran = bind(&dingtalk, home.path()).await;
        let run = ran.run_report(0);
        let people = (&run["complete"], &run["people"]);
        assert_eq!(people, (&true.into(), &12.into()), "{run}");
        let waited = ran.stderr.contains("秒后再问");
        assert_eq!(waited, !other_path, "{}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_not_dropped_where_dingtalk_timed_out() {
    let story = OddCompany::follow(702, &[], json!({})).await;
    story.dingtalk.subscribe(&story.binding).await;
    for (nth, fault) in empty_words().into_iter().take(5).enumerate() {
        let leaver = story.dingtalk.bystander(&[]).await.userid;
        // Longer than the client's own patience: the wake has to come back.
        story.dingtalk.arm(fault.at(PERSON).times(4)).await;
        story.dingtalk.act(leave(&leaver)).await;
        story
            .wait_until_left(&leaver, &format!("leaver {nth} is followed"))
            .await;
        assert_eq!(story.dingtalk.disarm().await, [4], "the fault struck");
    }
}

/// One odd value in the row and in the record of one person; what else happens there is followed.
async fn check_odd_person(seed: u64, field: &str, value: Value, canonical: Field) {
    let story = MissedChanges::begin(seed).await;
    let odd = story
        .dingtalk
        .bystander(&[&story.renamed, &story.left, &story.hired])
        .await;
    let before = value_of(
        &read_ledger(story.home.path()).await,
        &odd.userid,
        canonical,
    );
    for interface in [MEMBERS, PERSON] {
        let fault = Fault::odd_field(field, value.clone()).of_row(&odd.userid);
        story.dingtalk.arm(fault.at(interface).times(None)).await;
    }
    for sweep in 1..=2 {
        let ran = story.run_sweep().await;
        let run = &ran.single_object()["run"];
        assert_eq!(run["complete"], true, "{field}, sweep {sweep}: {run}");
        let said = run.to_string() + &ran.stderr;
        assert!(said.contains(field), "{field}: nobody was told: {said}");
    }
    story.dingtalk.disarm().await;
    let ledger = read_ledger(story.home.path()).await;
    assert_eq!(
        value_of(&ledger, &odd.userid, canonical),
        before,
        "{field} was not left as it was"
    );
    assert!(
        ledger.find_left(&story.left).is_some(),
        "{field}: the leaver stays"
    );
    assert_same(&story.dingtalk.truth().await, &ledger);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_field_of_one_person_stops_nobody_else() {
    check_odd_person(720, "hired_date", json!("soon"), Field::HiredOn).await;
    check_odd_person(721, "hide_mobile", json!("maybe"), Field::HideMobile).await;
    check_odd_person(722, "title", json!({"x": 1}), Field::Title).await;
    check_odd_person(723, "job_number", json!(1.5), Field::JobNumber).await;
    check_odd_person(724, "dept_id_list", json!([null]), Field::Departments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_named_twice_stops_nobody_else() {
    let story = MissedChanges::begin(703).await;
    for interface in [MEMBERS, CHILDREN] {
        story
            .dingtalk
            .arm(Fault::new(FaultKind::RepeatRow).at(interface).times(None))
            .await;
    }
    for _ in 0..2 {
        let run = story.run_sweep().await.single_object()["run"].clone();
        assert_eq!(run["complete"], true, "{run}");
    }
    assert_same(
        &story.dingtalk.truth().await,
        &read_ledger(story.home.path()).await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_an_id_removes_nobody_and_the_others_are_followed() {
    let story = MissedChanges::begin(704).await;
    let nameless = story
        .dingtalk
        .bystander(&[&story.renamed, &story.left, &story.hired])
        .await;
    let fault = Fault::odd_field("userid", Value::Null).of_row(&nameless.userid);
    story.dingtalk.arm(fault.at(MEMBERS).times(None)).await;
    for _ in 0..2 {
        let run = story.run_sweep().await.single_object()["run"].clone();
        assert_eq!(run["complete"], false, "{run}");
    }
    let ledger = read_ledger(story.home.path()).await;
    assert_eq!(
        name_of(&ledger, &story.renamed),
        "改名人",
        "the others are followed"
    );
    assert!(
        !name_of(&ledger, &nameless.userid).is_empty(),
        "who was not named stays"
    );
    assert!(
        ledger.find_left(&story.left).is_none(),
        "nobody is removed by such a list"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_entry_that_stands_for_none_does_not_blank_a_known_one() {
    for (nth, none) in [
        json!(0),
        json!(-1),
        json!(253_402_185_600_000_i64),
        json!("1890-01-01"),
    ]
    .into_iter()
    .enumerate()
    {
        let story = MissedChanges::begin(730 + u64::try_from(nth).unwrap()).await;
        let before = read_ledger(story.home.path()).await;
        let has_day =
            |person: &&Person| value_of(&before, &person.userid, Field::HiredOn).is_some();
        let truth = story.dingtalk.truth().await;
        let known = truth
            .people
            .iter()
            .filter(|person| ![&story.left, &story.hired, &story.renamed].contains(&&person.userid))
            .find(has_day)
            .expect("somebody has a day of entry");
        for interface in [MEMBERS, PERSON] {
            let fault = Fault::odd_field("hired_date", none.clone()).of_row(&known.userid);
            story.dingtalk.arm(fault.at(interface).times(None)).await;
        }
        let ran = story.run_sweep().await;
        let run = ran.run_report(0);
        assert_eq!(run["complete"], true, "{run}");
        assert!(
            run["notes"]
                .to_string()
                .contains("run-entry-days-implausible"),
            "{none}: {run}"
        );
        let ledger = read_ledger(story.home.path()).await;
        assert_eq!(
            value_of(&ledger, &known.userid, Field::HiredOn),
            value_of(&before, &known.userid, Field::HiredOn),
            "{none}"
        );
    }
}
