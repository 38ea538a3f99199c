//! While `up` runs, the ledger follows what people do in DingTalk.

use std::path::Path;
use std::time::Duration;

use directory::Kind;
use sandbox::company::Person;
use sandbox::world::{Act, Fault, FaultKind, PersonChanges, WorldTruth};
use stories::compare::{find_differences, format_differences};
use stories::polling::wait_until;
use stories::{LedgerSnapshot, RunningProgram, SandboxCompany};
use tempfile::TempDir;

/// An event has to have its effect within this.
const FOLLOWS: Duration = Duration::from_secs(5);
/// Minutes between sweeps. Stories of events need a day without one.
const NO_SWEEPS: &str = "1440";

/// A company that is bound and followed.
struct FollowedCompany {
    dingtalk: SandboxCompany,
    home: TempDir,
    up: RunningProgram,
}

impl FollowedCompany {
    async fn begin(seed: u64, sweep_minutes: &str) -> Self {
        let dingtalk = SandboxCompany::start(45, 8, seed).await;
        let home = tempfile::tempdir().unwrap();
        let up = dingtalk
            .up_command(home.path())
            .await
            .args(["--sweep-minutes", sweep_minutes]);
        let mut up = up.start();
        let report = up.first_object().await;
        assert_eq!(report["run"]["complete"], true, "{report}");
        dingtalk.subscribe(&report["binding"]).await;
        Self { dingtalk, home, up }
    }

    fn data(&self) -> &Path {
        self.home.path()
    }

    /// Waits until the ledger equals the truth again.
    async fn wait_in_step(&mut self, within: Duration, what: &str) -> Duration {
        let (dingtalk, data) = (&self.dingtalk, self.home.path());
        let took = wait_until(within, what, async || {
            let found = find_differences(
                &dingtalk.truth().await,
                &LedgerSnapshot::read_directory(data)
                    .await
                    .expect("a binding"),
            );
            if found.is_empty() {
                Ok(())
            } else {
                Err(format_differences(&found))
            }
        })
        .await;
        assert!(
            self.up.is_running(),
            "{what}: it ended\n{}",
            self.up.stderr()
        );
        took
    }

    /// Asserts that every person exists once, whatever `userid` they returned with.
    async fn assert_no_duplicates(&self) {
        let ledger = LedgerSnapshot::read_directory(self.data())
            .await
            .expect("a binding");
        let mut unionids: Vec<_> = ledger
            .people
            .iter()
            .filter_map(|one| one.record.unionid.as_ref())
            .collect();
        let entries = unionids.len();
        unionids.sort_unstable();
        unionids.dedup();
        assert_eq!(
            (unionids.len(), entries),
            (entries, ledger.people.len()),
            "one entry per person, ever"
        );
    }
}

/// The people of the story; each has one role.
struct StoryCast {
    renamed: Person,
    moved: Person,
    promoted: Person,
    back: Person,
    back_as_another: Person,
    places: Vec<i64>,
}

impl StoryCast {
    async fn choose_cast(dingtalk: &SandboxCompany) -> Self {
        let mut chosen: Vec<Person> = Vec::new();
        for _ in 0..5 {
            let not: Vec<&str> = chosen.iter().map(|person| person.userid.as_str()).collect();
            chosen.push(dingtalk.bystander(&not).await);
        }
        let places = dingtalk
            .truth()
            .await
            .departments
            .iter()
            .map(|one| one.department.dept_id)
            .collect();
        let [renamed, moved, promoted, back, back_as_another] = chosen.try_into().expect("five");
        Self {
            renamed,
            moved,
            promoted,
            back,
            back_as_another,
            places,
        }
    }

    fn other_departments(&self, person: &Person, count: usize) -> Vec<i64> {
        self.places
            .iter()
            .copied()
            .filter(|id| *id != 1 && !person.is_in(*id))
            .take(count)
            .collect()
    }

    /// Returns the acts in order.
    fn acts_in_order(&self) -> Vec<Act> {
        let leave = |person: &Person| Act::Leave {
            userid: person.userid.clone(),
        };
        let rehire = |person: &Person, same_userid| {
            let departments = self.other_departments(person, 1);
            Act::Rehire {
                userid: person.userid.clone(),
                same_userid,
                departments,
            }
        };
        vec![
            Act::Hire {
                name: "𠮷田新来 😀".into(),
                departments: self.other_departments(&self.renamed, 2),
                fields: Box::new(PersonChanges {
                    email: Some("New.Comer@Mail.Example".into()),
                    ..PersonChanges::default()
                }),
                userid: Some("newcomer-1".into()),
            },
            Act::Rename {
                userid: self.renamed.userid.clone(),
                name: "  改名e\u{301}  ".into(),
            },
            Act::Move {
                userid: self.moved.userid.clone(),
                departments: self.other_departments(&self.moved, 2),
            },
            Act::Promote {
                userid: self.promoted.userid.clone(),
                title: "总监".into(),
                dept_id: None,
            },
            leave(&self.back),
            rehire(&self.back, true),
            leave(&self.back_as_another),
            rehire(&self.back_as_another, false),
        ]
    }
}

/// Performs each act alone, with its event delivered as `fault` says; `late` is the time that this
/// adds.
async fn follow_each_act(seed: u64, fault: Option<FaultKind>, late: Duration) {
    let mut story = FollowedCompany::begin(seed, NO_SWEEPS).await;
    let cast = StoryCast::choose_cast(&story.dingtalk).await;
    if let Some(kind) = fault {
        story.dingtalk.arm(Fault::new(kind).times(None)).await;
    }
    for act in cast.acts_in_order() {
        let what = format!("{fault:?} {act:?}");
        if let Act::Leave { userid } = &act {
            story.dingtalk.act(act.clone()).await;
            story.wait_in_step(FOLLOWS + late, &what).await;
            let ledger = LedgerSnapshot::read_directory(story.data())
                .await
                .expect("a binding");
            assert!(ledger.find_left(userid).is_some(), "{what}: kept as left");
            continue;
        }
        story.dingtalk.act(act).await;
        let took = story.wait_in_step(FOLLOWS + late, &what).await;
        println!("{what}: {took:?}");
    }
    story.assert_no_duplicates().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_is_followed_within_five_seconds() {
    follow_each_act(21, None, Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_is_followed_when_its_event_is_duplicated() {
    follow_each_act(22, Some(FaultKind::EventTwice), Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_is_followed_within_five_seconds_of_a_late_event() {
    follow_each_act(23, Some(FaultKind::EventLate), Duration::from_secs(2)).await;
}

/// Performs all acts at once, so that events overtake each other.
#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_acts_are_followed_despite_disordered_events() {
    for (seed, kinds) in [
        (24, vec![FaultKind::EventOutOfOrder]),
        (
            25,
            vec![
                FaultKind::EventOutOfOrder,
                FaultKind::EventTwice,
                FaultKind::EventLate,
            ],
        ),
    ] {
        let mut story = FollowedCompany::begin(seed, NO_SWEEPS).await;
        let cast = StoryCast::choose_cast(&story.dingtalk).await;
        for kind in &kinds {
            let probability = if kinds.len() == 1 { 1.0 } else { 0.5 };
            story
                .dingtalk
                .arm(Fault {
                    probability,
                    ..Fault::new(*kind).times(None)
                })
                .await;
        }
        for act in cast.acts_in_order() {
            story.dingtalk.act(act).await;
        }
        let late = Duration::from_secs(5 + 2);
        story
            .wait_in_step(FOLLOWS + late, &format!("{kinds:?}"))
            .await;
        story.assert_no_duplicates().await;
    }
}

/// Somebody who leads a department and manages at most five people: their manager is emptied, and for more than five in a day
/// a person has to release that.
fn pick_leader(truth: &WorldTruth) -> String {
    let leads = |person: &&Person| {
        person.sys_level == 0 && !person.boss && person.departments.iter().any(|m| m.leader)
    };
    let manages = |person: &&Person| {
        let is_theirs = |other: &&Person| other.manager_userid.as_ref() == Some(&person.userid);
        (1..=5).contains(&truth.people.iter().filter(is_theirs).count())
    };
    let found = truth.people.iter().filter(leads).find(manages);
    found.expect("somebody leads and manages").userid.clone()
}

/// The smallest of these departments that has somebody: more than five people who change their department in a day are held.
fn pick_small_department(truth: &WorldTruth, departments: &[i64]) -> i64 {
    let members = |id: &i64| {
        let is_in = |person: &&Person| person.departments.iter().any(|at| at.dept_id == *id);
        truth.people.iter().filter(is_in).count()
    };
    let mergeable = departments
        .iter()
        .filter(|id| (1..=5).contains(&members(id)));
    *mergeable
        .min_by_key(|id| members(id))
        .expect("a small department")
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_departments_and_leaving_leaders_are_followed() {
    let mut story = FollowedCompany::begin(26, NO_SWEEPS).await;
    let truth = story.dingtalk.truth().await;
    let leader = pick_leader(&truth);
    story.dingtalk.act(Act::Leave { userid: leader }).await;
    story
        .wait_in_step(FOLLOWS, "a leader and manager leaves")
        .await;
    let made = story
        .dingtalk
        .act(Act::CreateDepartment {
            name: "新部门 e\u{301}".into(),
            parent_id: 1,
        })
        .await;
    let dept_id = made.dept_id.expect("its id");
    story.wait_in_step(FOLLOWS, "a department is made").await;
    let below: Vec<i64> = truth
        .departments
        .iter()
        .map(|one| one.department.dept_id)
        .filter(|id| *id != 1)
        .collect();
    let smallest = pick_small_department(&truth, &below[1..]);
    for act in [
        Act::RenameDepartment {
            dept_id,
            name: "改名部".into(),
        },
        Act::SetSource {
            dept_id,
            source_identifier: Some("HR-7".into()),
        },
        Act::MoveDepartment {
            dept_id,
            parent_id: below[0],
        },
        Act::MergeDepartments {
            from: smallest,
            into: below[0],
        },
        Act::DeleteDepartment { dept_id },
    ] {
        let what = format!("{act:?}");
        story.dingtalk.act(act).await;
        story.wait_in_step(FOLLOWS, &what).await;
    }
    let ledger = LedgerSnapshot::read_directory(story.data())
        .await
        .expect("a binding");
    assert!(
        ledger.departments.len() > ledger.active_by_dingtalk_id(Kind::Department).len(),
        "closed departments are kept"
    );
}

/// No event arrives. Two sweeps, a minute apart, bring everything that lists can show.
#[tokio::test(flavor = "multi_thread")]
async fn two_sweeps_find_changes_without_events() {
    let mut story = FollowedCompany::begin(27, "1").await;
    let cast = StoryCast::choose_cast(&story.dingtalk).await;
    story
        .dingtalk
        .arm(Fault::new(FaultKind::EventNever).times(None))
        .await;
    // Chosen before anybody comes back under a new userid, which the ledger does not know yet.
    let in_cast = [
        &cast.renamed,
        &cast.moved,
        &cast.promoted,
        &cast.back,
        &cast.back_as_another,
    ];
    let leaver = story
        .dingtalk
        .bystander(&in_cast.map(|person| person.userid.as_str()))
        .await
        .userid;
    for act in cast.acts_in_order() {
        story.dingtalk.act(act).await;
    }
    story
        .dingtalk
        .act(Act::Leave {
            userid: leaver.clone(),
        })
        .await;
    let took = story
        .wait_in_step(Duration::from_secs(150), "two sweeps")
        .await;
    println!("two sweeps: {took:?}");
    assert!(
        LedgerSnapshot::read_directory(story.data())
            .await
            .expect("a binding")
            .find_left(&leaver)
            .is_some()
    );
    let sweeps: Vec<_> = story
        .up
        .objects()
        .into_iter()
        .skip(1)
        .filter(|object| object["calls"].is_object())
        .collect();
    assert!(sweeps.len() <= 2, "it took {} sweeps", sweeps.len());
    story.assert_no_duplicates().await;
}
