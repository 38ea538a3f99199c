//! DingTalk shows less in the middle of a sweep: the scope shrinks, or values are hidden.

use sandbox::world::{Fault, FaultKind, Scope, WorldTruth};
use stories::SandboxCompany;
use stories::compare::{Difference, format_differences};

use crate::trouble::{
    DEPARTMENTS, FaultCase, MEMBERS, MissedChanges, SCOPES, assert_recovers, check_case,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_shrinks_harms_no_person() {
    let scope = |story: &WorldTruth| {
        let one = story
            .departments
            .iter()
            .find(|one| one.department.parent_id == Some(1))
            .expect("a department");
        Some(Scope::departments([one.department.dept_id]))
    };
    for (seed, interface, after) in [
        (200, MEMBERS, 3),
        (201, DEPARTMENTS, 3),
        (202, SCOPES, 1),
        (203, SCOPES, 0),
    ] {
        let truth = SandboxCompany::start(44, 9, seed).await.truth().await;
        for left in [None, scope(&truth)] {
            let shrunk = Fault {
                scope: left,
                ..Fault::new(FaultKind::ShrinkScope).after(after).times(None)
            };
            // From this call on every call sees less, on every interface.
            let others = [
                DEPARTMENTS,
                MEMBERS,
                "/topapi/v2/user/get",
                "/topapi/v2/department/get",
                SCOPES,
            ];
            let rest = others
                .iter()
                .filter(|other| **other != interface && interface != SCOPES);
            let mut faults = vec![shrunk.clone().at(interface)];
            faults.extend(
                rest.filter(|other| **other == SCOPES)
                    .map(|other| shrunk.clone().at(other).after(1)),
            );
            let says = &["snapshot-scope-changed"];
            check_case(
                seed,
                FaultCase {
                    name: "a scope",
                    faults,
                    says,
                    curable: false,
                },
            )
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_mobile_harms_no_person() {
    let hide = |interface: &str, after| {
        Fault::new(FaultKind::HideMobile)
            .at(interface)
            .after(after)
            .times(None)
    };
    let once = vec![Fault::new(FaultKind::HideMobile).at(MEMBERS).after(3)];
    check_hidden_values(210, "one page without mobiles", once).await;
    let all = [
        hide(MEMBERS, 3),
        hide("/topapi/v2/user/get", 0),
        hide(SCOPES, 1),
    ];
    check_hidden_values(211, "no mobiles from the middle on", all.to_vec()).await;
    let late = [
        hide(MEMBERS, 8),
        hide("/topapi/v2/user/get", 0),
        hide(SCOPES, 1),
    ];
    check_hidden_values(
        212,
        "no mobiles on the last page and in reads",
        late.to_vec(),
    )
    .await;
    let from_the_start = [
        hide(MEMBERS, 0),
        hide("/topapi/v2/user/get", 0),
        hide(SCOPES, 0),
    ];
    check_hidden_values(213, "no mobiles at all", from_the_start.to_vec()).await;
}

/// Values disappear without an error. If a fresh read restores them the run reports nothing; in any
/// case nothing is lost.
async fn check_hidden_values(seed: u64, name: &str, faults: Vec<Fault>) {
    let story = MissedChanges::begin(seed).await;
    for fault in faults {
        story.dingtalk.arm(fault).await;
    }
    let ran = story.run_sweep().await;
    story.dingtalk.disarm().await;
    let harm = story.harmful_differences().await;
    // A person who was hired meanwhile came without a number. The clean sweeps bring it.
    let harm: Vec<Difference> = harm
        .into_iter()
        .filter(|one| one.id != story.hired)
        .collect();
    assert!(
        harm.is_empty(),
        "{name}: somebody else was harmed:\n{}\n{}",
        format_differences(&harm),
        ran.stderr
    );
    println!("{name}: {}", ran.single_object()["run"]);
    assert_recovers(&story, name).await;
}
