//! What holds for every pair of lists, however odd: nobody is lost, nobody is linked twice, accepting everything is safe.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

use std::collections::BTreeSet;

use adoption::{
    DepartmentMatches, LinkPlan, MatchDecision, MatchVerdict, PersonRow, match_people,
    settle_matches,
};
use directory::hash::HashKey;
use directory::reason::ReasonCode;
use directory::text::PersonalText;
use directory::{NativeId, Timestamp, UnionId};
use fastrand::Rng;
use jiff::civil::date;

fn id(text: &str) -> NativeId {
    NativeId::new(text).unwrap()
}

/// People out of so few values that everything collides with everything.
fn odd_rows(random: &mut Rng, prefix: &str, other: &str, department: &str) -> Vec<PersonRow> {
    let names = ["李雯", "李文", "王伟", "王玮", "", "😀", "李"];
    let count = random.usize(0..7);
    let mut rows = Vec::new();
    for nth in 0..count {
        let mut row = PersonRow::new(id(&format!("{prefix}{nth}")));
        let some = |random: &mut Rng, text: String| {
            (random.u32(0..4) > 0).then(|| PersonalText::new(text))
        };
        let name = names[random.usize(0..names.len())].to_owned();
        row.name = some(random, name);
        let mobile = format!("+86{}", random.u32(0..4));
        row.mobile = some(random, mobile);
        let number = format!("{}", random.u32(0..4));
        row.job_number = some(random, number);
        if random.u32(0..4) == 0 {
            row.kept = Some(id(&format!("{other}{}", random.u32(0..7))));
        }
        if random.u32(0..5) == 0 {
            row.unionid = UnionId::new(&format!("x{}", random.u32(0..3))).ok();
        }
        if random.bool() {
            row.hired_on = Some(date(2020, 1, 1 + random.i8(0..2)));
        }
        row.departments = [id(&format!("{department}{}", random.u32(0..2)))].into();
        row.active = random.u32(0..5) > 0;
        rows.push(row);
    }
    rows
}

fn check_links(plan: &LinkPlan, seed: u64) {
    let mut ids = BTreeSet::new();
    for link in &plan.links {
        assert!(
            ids.insert(&link.dingtalk),
            "seed {seed}: an account is linked twice"
        );
        for record in std::iter::once(&link.ehr).chain(&link.further) {
            assert!(ids.insert(record), "seed {seed}: a record is linked twice");
        }
    }
    for create in plan.create_in_dingtalk.iter().chain(&plan.create_in_ehr) {
        assert!(!ids.contains(&create.id), "seed {seed}: linked and created");
    }
}

#[test]
fn nobody_is_lost_and_nobody_is_linked_twice() {
    let code = ReasonCode::MatchDepartmentPath;
    let matched = [0, 1].map(|nth| (id(&format!("d{nth}")), (id(&format!("e{nth}")), code)));
    let departments = DepartmentMatches {
        matched: matched.into(),
        ..DepartmentMatches::default()
    };
    for seed in 0..3000 {
        let mut random = Rng::with_seed(seed);
        let dingtalk = odd_rows(&mut random, "u", "p", "d");
        let ehr = odd_rows(&mut random, "p", "u", "e");
        let report = match_people(&HashKey::new([1; 32]), &dingtalk, &ehr, &departments);
        let mut seen = BTreeSet::new();
        let sure = report.exact.iter().chain(report.likely.values().flatten());
        for matched in sure.chain(report.queue.iter().flat_map(|queued| &queued.candidates)) {
            seen.extend(
                [&matched.dingtalk, &matched.ehr]
                    .into_iter()
                    .chain(&matched.further),
            );
        }
        for one in report.only_ehr.iter().chain(&report.only_dingtalk) {
            seen.extend(std::iter::once(&one.id).chain(&one.further));
        }
        for row in dingtalk.iter().chain(ehr.iter().filter(|row| row.active)) {
            assert!(
                seen.contains(&row.id),
                "seed {seed}: {} is lost",
                row.id.as_str()
            );
        }
        check_links(&settle_matches(&report, &[]), seed);
        let all = report
            .likely
            .values()
            .flatten()
            .chain(report.queue.iter().flat_map(|queued| &queued.candidates));
        let yes = MatchDecision::about(
            "1",
            MatchVerdict::SamePerson,
            None,
            all.clone(),
            ("hr", Timestamp(1)),
        );
        check_links(&settle_matches(&report, &[yes]), seed);
        let no = MatchDecision::about(
            "2",
            MatchVerdict::DifferentPeople,
            None,
            all,
            ("hr", Timestamp(1)),
        );
        check_links(&settle_matches(&report, &[no]), seed);
    }
}
