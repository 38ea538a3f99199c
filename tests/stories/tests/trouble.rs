//! DingTalk fails in the middle of a sweep. Other records are unharmed, the run reports what
//! happened, and two clean sweeps bring the changes.

use directory::{Field, Kind};
use sandbox::company::Person;
use sandbox::world::{Act, Fault, FaultKind, WorldTruth};
use serde_json::{Value, json};
use stories::compare::{Difference, find_differences, format_differences};
use stories::{LedgerSnapshot, SandboxCompany, assert_same};
use tempfile::TempDir;

pub(crate) const DEPARTMENTS: &str = "/topapi/v2/department/listsub";
pub(crate) const MEMBERS: &str = "/topapi/v2/user/list";
pub(crate) const SCOPES: &str = "/auth/scopes";

/// Calls that DingTalk was too busy for, in a run's notes.
const BUSY: &str = r#""trouble":"busy""#;
/// Calls whose reply could not be read, in a run's notes.
const MALFORMED: &str = r#""trouble":"malformed""#;

/// What a sweep under faults must report: one of these words, or that it is complete.
pub(crate) struct FaultCase {
    pub(crate) name: &'static str,
    pub(crate) faults: Vec<Fault>,
    pub(crate) says: &'static [&'static str],
    /// Whether a retry may succeed, so that the run is complete.
    pub(crate) curable: bool,
}

/// A company with a hire, a rename and a leaver without events.
pub(crate) struct MissedChanges {
    pub(crate) dingtalk: SandboxCompany,
    pub(crate) home: TempDir,
    pub(crate) hired: String,
    pub(crate) renamed: String,
    pub(crate) left: String,
}

impl MissedChanges {
    pub(crate) async fn begin(seed: u64) -> Self {
        let dingtalk = SandboxCompany::start(44, 9, seed).await;
        let home = tempfile::tempdir().unwrap();
        dingtalk
            .up_command(home.path())
            .await
            .run_once()
            .await
            .run_report(0);
        let renamed = dingtalk.bystander(&[]).await.userid;
        let left = dingtalk.bystander(&[&renamed]).await.userid;
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
        let hire = Act::Hire {
            name: "新来的".into(),
            departments: vec![],
            fields: Box::default(),
            userid: None,
        };
        let hired = dingtalk.act(hire).await.userid.expect("a userid");
        Self {
            dingtalk,
            home,
            hired,
            renamed,
            left,
        }
    }

    /// Returns the differences, except those of the three changes that have not arrived yet.
    pub(crate) async fn harmful_differences(&self) -> Vec<Difference> {
        let ledger = LedgerSnapshot::read_directory(self.home.path())
            .await
            .expect("a binding");
        let mut found = find_differences(&self.dingtalk.truth().await, &ledger);
        found.retain(|one| {
            let still_to_come = one.kind == Kind::Person
                && match &one.id {
                    id if *id == self.hired => {
                        one.field.is_none() && one.what.starts_with("in DingTalk")
                    }
                    id if *id == self.renamed => one.field == Some(Field::Name),
                    id if *id == self.left => {
                        one.field.is_none() && one.what.starts_with("active in the ledger")
                    }
                    _ => false,
                };
            !still_to_come
        });
        found
    }

    pub(crate) async fn run_sweep(&self) -> stories::FinishedProgram {
        self.dingtalk
            .up_command(self.home.path())
            .await
            .run_once()
            .await
    }
}

pub(crate) async fn check_case(seed: u64, case: FaultCase) {
    let FaultCase {
        name,
        faults,
        says,
        curable,
    } = case;
    let story = MissedChanges::begin(seed).await;
    for fault in faults {
        story.dingtalk.arm(fault).await;
    }
    let ran = story.run_sweep().await;
    let fired = story.dingtalk.disarm().await;
    assert!(
        fired.iter().all(|times| *times > 0),
        "{name}: a fault did not strike: {fired:?}"
    );
    let harm = story.harmful_differences().await;
    assert!(
        harm.is_empty(),
        "{name}: somebody else was harmed:\n{}\n{}",
        format_differences(&harm),
        ran.stderr
    );
    let run = &ran.single_object()["run"];
    assert!(run.is_object(), "{name}: {:?}\n{}", ran.stdout, ran.stderr);
    let notes = run["notes"].as_array().expect("reasons").iter();
    let notes: Vec<String> = notes.map(Value::to_string).collect();
    let named = notes
        .iter()
        .any(|note| says.iter().any(|word| note.contains(word)));
    println!(
        "{name}: complete {}, code {:?}, {notes:?}",
        run["complete"], ran.code
    );
    assert!(named, "{name}: no reason names it ({says:?}): {notes:?}");
    assert!(
        curable || run["complete"] == false,
        "{name}: it cannot have been complete"
    );
    let expected = if run["complete"] == true { 0 } else { 1 };
    let waits = run["held"].as_u64() > Some(0) || ran.code == Some(3);
    assert!(
        ran.code == Some(expected) || waits,
        "{name}: exit code {:?} of {run}",
        ran.code
    );
    assert_recovers(&story, name).await;
}

/// After the fault is gone, two clean sweeps bring all three changes.
pub(crate) async fn assert_recovers(story: &MissedChanges, name: &str) {
    story
        .dingtalk
        .change_settings(json!({"ban_for_ms": 0}))
        .await;
    for sweep in 1..=2 {
        let ran = story.run_sweep().await;
        assert_eq!(
            ran.code,
            Some(0),
            "{name}, clean sweep {sweep}: {:?}\n{}",
            ran.stdout,
            ran.stderr
        );
    }
    let ledger = LedgerSnapshot::read_directory(story.home.path())
        .await
        .expect("a binding");
    let truth: WorldTruth = story.dingtalk.truth().await;
    assert_same(&truth, &ledger);
    assert!(
        ledger.find_left(&story.left).is_some(),
        "{name}: who left is kept"
    );
    let hired = |person: &Person| person.userid == story.hired;
    assert!(truth.people.iter().any(hired));
}

/// Checks a fault once in the middle of each of the two lists, and from there on without an end.
async fn check_fault_in_lists(
    seed: u64,
    kind: FaultKind,
    says: &'static [&'static str],
    curable_once: bool,
) {
    for (n, interface) in (0..).zip([DEPARTMENTS, MEMBERS]) {
        let fault = Fault::new(kind).at(interface).after(3);
        let once = FaultCase {
            name: "once",
            faults: vec![fault.clone()],
            says,
            curable: curable_once,
        };
        check_case(seed + n, once).await;
        let lasting = FaultCase {
            name: "lasting",
            faults: vec![fault.times(40)],
            says,
            curable: false,
        };
        check_case(seed + n + 50, lasting).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_page_harms_no_person() {
    for (seed, interface) in [(101, DEPARTMENTS), (102, MEMBERS)] {
        let fault = Fault::new(FaultKind::Throttle).at(interface).after(3);
        check_case(
            seed,
            FaultCase {
                name: "throttled",
                faults: vec![fault],
                says: &["run-throttled"],
                curable: true,
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_500_harms_no_person() {
    check_fault_in_lists(110, FaultKind::Error500, &[BUSY], true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_200_harms_no_person() {
    check_fault_in_lists(
        120,
        FaultKind::Empty200,
        &[MALFORMED, "run-department-unread"],
        true,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn html_with_status_200_harms_no_person() {
    check_fault_in_lists(
        130,
        FaultKind::Html200,
        &[BUSY, MALFORMED, "run-department-unread"],
        true,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_harms_no_person() {
    check_fault_in_lists(
        140,
        FaultKind::LostConnection,
        &[r#""trouble":"unreachable""#],
        true,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_json_harms_no_person() {
    check_fault_in_lists(150, FaultKind::TruncatedJson, &[MALFORMED], true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_cursor_harms_no_person() {
    for (seed, times) in [(160, 1), (161, 40)] {
        let fault = Fault::new(FaultKind::RepeatCursor)
            .at(MEMBERS)
            .after(3)
            .times(times);
        let says = &[MALFORMED, "run-department-unread"];
        check_case(
            seed,
            FaultCase {
                name: "a repeated cursor",
                faults: vec![fault],
                says,
                curable: true,
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_page_harms_no_person() {
    for (seed, interface, times) in [(170, MEMBERS, 1), (171, MEMBERS, 40), (172, DEPARTMENTS, 1)] {
        let fault = Fault::new(FaultKind::LosePage)
            .at(interface)
            .after(u64::from(interface == MEMBERS))
            .times(times);
        let says = &[
            "snapshot-counts-differ",
            "contradiction",
            "run-missing-record-found",
        ];
        check_case(
            seed,
            FaultCase {
                name: "a lost page",
                faults: vec![fault],
                says,
                curable: false,
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ban_page_harms_no_person() {
    for (seed, interface, html) in [
        (180, DEPARTMENTS, false),
        (181, MEMBERS, true),
        (182, MEMBERS, false),
    ] {
        let fault = Fault {
            html,
            ms: Some(60_000),
            ..Fault::new(FaultKind::BanPage).at(interface).after(3)
        };
        check_case(
            seed,
            FaultCase {
                name: "a ban",
                faults: vec![fault],
                says: &["banned"],
                curable: false,
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_during_a_sweep_harms_no_person() {
    for (seed, interface) in [(190, DEPARTMENTS), (191, MEMBERS)] {
        let fault = Fault::new(FaultKind::ExpireToken).at(interface).after(3);
        check_case(
            seed,
            FaultCase {
                name: "a token",
                faults: vec![fault],
                says: &["run-token-renewed"],
                curable: true,
            },
        )
        .await;
    }
}
