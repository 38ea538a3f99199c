//! DingTalk shows less than there is, or another company's data. On the first sweep and on the next
//! ones nothing is removed or emptied, the run reports why it held back, and a real hire, rename
//! and leaver still arrive.

use directory::{Field, Kind};
use sandbox::World;
use sandbox::company::{CompanySize, generate_sized};
use sandbox::world::{Act, Fault, FaultKind, PersonChanges};
use serde_json::{Value, json};
use stories::company::post_json;
use stories::{FinishedProgram, LedgerSnapshot, ProgramCommand, assert_same};

use crate::trouble::{MEMBERS, MissedChanges, assert_recovers};

/// Sweeps while the data is wrong: one more than a removal needs.
const SWEEPS: usize = 3;

/// Runs a sweep that must change nothing and must report each of these codes; returns the run.
async fn sweep_without_harm(
    story: &MissedChanges,
    name: &str,
    code: i32,
    says: &[String],
) -> Value {
    let ran: FinishedProgram = story.run_sweep().await;
    let harm = story.harmful_differences().await;
    assert!(
        harm.is_empty(),
        "{name}: somebody else was harmed: {harm:?}\n{}",
        ran.stderr
    );
    let run = ran.run_report(code);
    assert_eq!(run["removed"], 0, "{name}: {run}");
    let notes = run["notes"].to_string();
    for reason in says {
        assert!(
            notes.contains(reason.as_str()),
            "{name}: {reason:?} is not said: {notes}"
        );
    }
    run
}

/// The note that nothing is removed, for this reason.
fn nothing_removed(cause: &str) -> String {
    format!(r#"{{"arguments":{{"cause":{{"reason":{cause}}}}},"code":"run-nothing-removed"}}"#)
}

async fn name_in_ledger(story: &MissedChanges, userid: &str) -> Option<String> {
    let ledger = LedgerSnapshot::read_directory(story.home.path())
        .await
        .expect("a binding");
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    active
        .get(userid)
        .and_then(|stored| stored[0].record.values.text(Field::Name).map(str::to_owned))
}

/// Returns the people that the app may still see. Only their changes can arrive meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_of_one_department_removes_no_person() {
    let story = MissedChanges::begin(401).await;
    let truth = story.dingtalk.truth().await;
    let below = |id: &i64| *id != 1;
    let place = truth
        .people
        .iter()
        .find(|person| person.userid == story.renamed)
        .expect("who was renamed");
    let one = place
        .departments
        .iter()
        .map(|place| place.dept_id)
        .find(below)
        .expect("a department below the root");
    let hire = Act::Hire {
        name: "范围内".into(),
        departments: vec![one],
        fields: Box::default(),
        userid: None,
    };
    let hired = story.dingtalk.act(hire).await.userid.expect("a userid");
    let settings = format!("{}/__sandbox/settings", story.dingtalk.url());
    let whole = story.dingtalk.world().lock().await.settings().scope.clone();
    let scope = sandbox::world::Scope::departments([one]);
    assert_eq!(
        post_json(&settings, &json!({ "scope": scope })).await.0,
        200
    );
    let says = [nothing_removed(r#"{"code":"snapshot-scope-changed"}"#)];
    for sweep in 1..=SWEEPS {
        let run =
            sweep_without_harm(&story, &format!("one department, sweep {sweep}"), 3, &says).await;
        assert_eq!(run["complete"], false, "{run}");
        assert_eq!(
            name_in_ledger(&story, &story.renamed).await.as_deref(),
            Some("改名人"),
            "a real change in scope arrives"
        );
        assert_eq!(
            name_in_ledger(&story, &hired).await.as_deref(),
            Some("范围内"),
            "a real hire in scope arrives"
        );
        assert!(
            name_in_ledger(&story, &story.left).await.is_some(),
            "who is not shown has not left"
        );
    }
    assert_eq!(
        post_json(&settings, &json!({ "scope": whole })).await.0,
        200
    );
    assert_recovers(&story, "one department").await;
}

/// All lists are empty, though DingTalk's count includes all people.
#[tokio::test(flavor = "multi_thread")]
async fn empty_lists_remove_no_person() {
    let story = MissedChanges::begin(402).await;
    let people = story.dingtalk.truth().await.people.len();
    story
        .dingtalk
        .arm(Fault::new(FaultKind::EmptyList).at(MEMBERS).times(None))
        .await;
    let says = [
        nothing_removed(r#"{"code":"snapshot-empty"}"#),
        format!(r#""after":{people},"before":{people},"seen":0"#),
    ];
    for sweep in 1..=SWEEPS {
        let run =
            sweep_without_harm(&story, &format!("an empty list, sweep {sweep}"), 1, &says).await;
        assert_eq!(run["complete"], false, "{run}");
    }
    assert!(
        story.dingtalk.disarm().await[0] > 0,
        "the lists were asked for"
    );
    assert_recovers(&story, "an empty list").await;
}

/// Every list ends in the middle and claims to be the last page.
#[tokio::test(flavor = "multi_thread")]
async fn truncated_lists_remove_no_person() {
    let story = MissedChanges::begin(403).await;
    let people = story.dingtalk.truth().await.people.len();
    story
        .dingtalk
        .arm(Fault::new(FaultKind::LosePage).at(MEMBERS).times(None))
        .await;
    let says = [format!(r#""after":{people},"before":{people},"seen":"#)];
    for sweep in 1..=SWEEPS {
        let run =
            sweep_without_harm(&story, &format!("half a list, sweep {sweep}"), 1, &says).await;
        assert_eq!(run["complete"], false, "{run}");
    }
    assert_eq!(
        name_in_ledger(&story, &story.renamed).await.as_deref(),
        Some("改名人"),
        "nominated by its absence, and read"
    );
    story.dingtalk.disarm().await;
    assert_recovers(&story, "half a list").await;
}

/// Another company answers at the same address with the same credentials.
#[tokio::test(flavor = "multi_thread")]
async fn data_of_another_corp_changes_nothing() {
    let story = MissedChanges::begin(404).await;
    let size = CompanySize {
        people: 44,
        departments: 9,
        seed: 9404,
        big_department: None,
    };
    let mut other = generate_sized(size);
    other.credentials = story.dingtalk.credentials().await;
    let ours = {
        let mut world = story.dingtalk.world().lock().await;
        let other = World::new(other, world.settings().clone());
        std::mem::replace(&mut *world, other)
    };
    let before = LedgerSnapshot::read_directory(story.home.path())
        .await
        .expect("a binding")
        .people
        .len();
    for sweep in 1..=SWEEPS {
        let ran = story.run_sweep().await;
        let run = ran.run_report(1);
        let notes = run["notes"].to_string();
        assert!(notes.contains("run-strangers"), "sweep {sweep}: {notes}");
        let counts = (
            &run["created"],
            &run["updated"],
            &run["removed"],
            &run["writes"],
        );
        assert_eq!(
            counts,
            (&0.into(), &0.into(), &0.into(), &0.into()),
            "sweep {sweep}: {run}"
        );
        assert_eq!(
            LedgerSnapshot::read_directory(story.home.path())
                .await
                .expect("a binding")
                .people
                .len(),
            before
        );
    }
    *story.dingtalk.world().lock().await = ours;
    assert!(story.harmful_differences().await.is_empty(), "as it was");
    assert_recovers(&story, "a wrong corp").await;
}

/// A title that disappears for all people at once is held. The hire, the rename and the leaver are
/// not.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_empty_for_everyone_is_held() {
    let story = MissedChanges::begin(405).await;
    let truth = story.dingtalk.truth().await;
    let titled: Vec<_> = truth
        .people
        .iter()
        .filter(|person| !person.title.is_empty())
        .collect();
    let titles = titles_in_ledger(&story).await;
    for person in &titled {
        empty_title(&story, &person.userid).await;
    }
    let blanked = titled
        .iter()
        .filter(|person| person.userid != story.hired)
        .count();
    for sweep in 1..=SWEEPS {
        let ran = story.run_sweep().await;
        let run = ran.run_report(3);
        assert_eq!(run["held"], blanked, "sweep {sweep}: {run}");
        assert_eq!(
            titles_in_ledger(&story).await,
            titles,
            "sweep {sweep}: a title was blanked"
        );
        assert_held_for_emptied_title(&story, blanked, sweep).await;
        assert_eq!(
            name_in_ledger(&story, &story.renamed).await.as_deref(),
            Some("改名人"),
            "sweep {sweep}"
        );
        assert_eq!(
            name_in_ledger(&story, &story.hired).await.as_deref(),
            Some("新来的"),
            "sweep {sweep}"
        );
    }
    let ledger = LedgerSnapshot::read_directory(story.home.path())
        .await
        .expect("a binding");
    assert!(ledger.find_left(&story.left).is_some(), "the leaver left");
    // A person checks it and confirms that it is intended.
    let id = single_hold(&story).await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    run_command(&story, &["hold", "release", &id]).await;
    assert_eq!(story.run_sweep().await.code, Some(0));
    assert_same(
        &story.dingtalk.truth().await,
        &LedgerSnapshot::read_directory(story.home.path())
            .await
            .expect("a binding"),
    );
}

async fn empty_title(story: &MissedChanges, userid: &str) {
    let fields = Box::new(PersonChanges {
        title: Some(String::new()),
        ..PersonChanges::default()
    });
    story
        .dingtalk
        .act(Act::Change {
            userid: userid.to_owned(),
            fields,
        })
        .await;
}

/// Asserts that there is one hold, of a title that so many people have lost at once.
async fn assert_held_for_emptied_title(story: &MissedChanges, people: usize, sweep: usize) {
    let hold = single_hold(story).await;
    let (code, arguments) = (&hold["reason"]["code"], &hold["reason"]["arguments"]);
    assert_eq!(
        (code, &arguments["field"]["field"]),
        (&"guard-field-emptied".into(), &"title".into()),
        "sweep {sweep}: {hold}"
    );
    assert_eq!(
        (&arguments["records"], &arguments["limit"]),
        (&people.into(), &5.into()),
        "sweep {sweep}: {hold}"
    );
}

/// Returns the titles of the people who were there from the beginning and still are.
async fn titles_in_ledger(story: &MissedChanges) -> Vec<(String, Option<String>)> {
    let ledger = LedgerSnapshot::read_directory(story.home.path())
        .await
        .expect("a binding");
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    let there = active
        .iter()
        .filter(|(id, _)| **id != story.hired && **id != story.left);
    let title = |stored: &directory::Record| stored.values.text(Field::Title).map(str::to_owned);
    there
        .map(|(id, stored)| ((*id).to_owned(), title(&stored[0].record)))
        .collect()
}

async fn run_command(story: &MissedChanges, args: &[&str]) -> Value {
    let data = story.home.path().to_str().expect("UTF-8");
    let ran = ProgramCommand::without_arguments()
        .args(args.iter().copied())
        .args(["--json", "--data", data])
        .run_to_end()
        .await;
    assert_eq!(
        ran.code,
        Some(0),
        "{args:?}: {:?}\n{}",
        ran.stdout,
        ran.stderr
    );
    ran.single_object()
}

/// Returns the only hold.
async fn single_hold(story: &MissedChanges) -> Value {
    let listed = run_command(story, &["hold", "list"]).await;
    let [hold] = &listed["holds"].as_array().expect("a list")[..] else {
        panic!("not one hold: {listed}")
    };
    hold.clone()
}
