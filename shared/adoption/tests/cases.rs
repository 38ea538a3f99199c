//! Single cases, as HR meets them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

use adoption::agreement::{FieldAgreement, count_agreement};
use adoption::decision::{MatchDecision, MatchVerdict};
use adoption::planted::{self, Mistake};
use adoption::{
    AdoptionReport, DepartmentMatches, DepartmentRow, MatchClass, PersonRow, match_departments,
    match_people, settle_matches,
};
use directory::hash::HashKey;
use directory::reason::ReasonCode;
use directory::text::PersonalText;
use directory::{Field, Kind, NativeId, Record, Timestamp, UnionId};
use jiff::civil::date;

fn id(text: &str) -> NativeId {
    NativeId::new(text).unwrap()
}

/// `id name mobile job`, with `-` for none.
fn person(text: &str) -> PersonRow {
    let parts: Vec<&str> = text.split(' ').collect();
    let value = |at: usize| {
        let part = parts.get(at).filter(|part| **part != "-");
        part.map(|part| PersonalText::from(*part))
    };
    let mut row = PersonRow::new(id(parts[0]));
    (row.name, row.mobile, row.job_number) = (value(1), value(2), value(3));
    row
}

fn report(dingtalk: &[PersonRow], ehr: &[PersonRow]) -> AdoptionReport {
    let departments = DepartmentMatches {
        matched: [(id("d1"), (id("e1"), ReasonCode::MatchDepartmentPath))].into(),
        ..DepartmentMatches::default()
    };
    match_people(&HashKey::new([1; 32]), dingtalk, ehr, &departments)
}

fn people(texts: &[&str]) -> Vec<PersonRow> {
    texts.iter().map(|text| person(text)).collect()
}

fn queue_code(report: &AdoptionReport) -> Option<ReasonCode> {
    report.queue.first().and_then(|queued| queued.reason.code())
}

#[test]
fn a_second_key_has_to_agree_with_a_kept_id() {
    let mut ehr = person("p1 李娜 +862 -");
    ehr.kept = Some(id("u1"));
    let linked = report(&people(&["u1 李娜 +861 -"]), &[ehr.clone()]);
    assert_eq!(linked.exact[0].reason.code(), Some(ReasonCode::MatchKeptId));
    let reused = report(&people(&["u1 王芳 +861 -"]), &[ehr]);
    assert_eq!(reused.exact, []);
    assert_eq!(queue_code(&reused), Some(ReasonCode::MatchUseridReused));
}

#[test]
fn a_reused_userid_belongs_to_its_holder_of_now() {
    let mut ehr = people(&["p1 李娜 +861 -", "p2 王芳 +862 -"]);
    ehr[0].kept = Some(id("u1"));
    ehr[0].active = false;
    let found = report(&people(&["u1 王芳 +862 -"]), &ehr);
    assert_eq!(found.likely[&MatchClass::NameAndMobile][0].ehr, id("p2"));
    assert_eq!(found.queue, [], "who left is not asked about");
    ehr[0].active = true;
    let found = report(&people(&["u1 王芳 +862 -"]), &ehr);
    assert_eq!(queue_code(&found), Some(ReasonCode::MatchUseridReused));
}

#[test]
fn two_unionids_that_differ_are_never_one_person() {
    let (mut dingtalk, mut ehr) = (person("u1 李娜 +861 7"), person("p1 李娜 +861 7"));
    dingtalk.unionid = UnionId::new("a").ok();
    ehr.unionid = UnionId::new("b").ok();
    let found = report(&[dingtalk.clone()], &[ehr.clone()]);
    assert!(found.exact.is_empty() && found.likely.is_empty());
    assert_eq!(queue_code(&found), Some(ReasonCode::MatchContradicted));
    ehr.unionid = UnionId::new("a").ok();
    assert_eq!(report(&[dingtalk], &[ehr]).exact.len(), 1);
}

#[test]
fn one_key_alone_is_a_doubt() {
    for (dingtalk, ehr, code) in [
        (
            "u1 李娜 +861 7",
            "p1 王芳 +862 7",
            ReasonCode::MatchJobNumberOnly,
        ),
        (
            "u1 李娜 +861 -",
            "p1 王芳 +861 -",
            ReasonCode::MatchMobileOnly,
        ),
        (
            "u1 李娜 +861 -",
            "p1 李娜 +862 -",
            ReasonCode::MatchNameOnly,
        ),
    ] {
        let found = report(&people(&[dingtalk]), &people(&[ehr]));
        assert!(
            found.exact.is_empty() && found.likely.is_empty() && found.only_ehr.is_empty(),
            "{ehr}"
        );
        assert_eq!(queue_code(&found), Some(code));
    }
}

#[test]
fn a_near_name_is_never_exact() {
    let (mut dingtalk, mut ehr) = (person("u1 李雯 +861 7"), person("p1 李文 +861 7"));
    let found = report(&[dingtalk.clone()], &[ehr.clone()]);
    assert_eq!(found.exact, []);
    assert_eq!(found.likely[&MatchClass::NearName].len(), 1);
    planted::plant(Some(Mistake::NearIsEqual));
    let mistaken = report(&[dingtalk.clone()], &[ehr.clone()]);
    planted::plant(None);
    assert_eq!(mistaken.exact.len(), 1, "the mistake shows here");
    (dingtalk.job_number, ehr.job_number) = (None, None);
    let found = report(&[dingtalk.clone()], &[ehr.clone()]);
    assert_eq!(found.likely.len(), 0, "one key more has to agree");
    (dingtalk.hired_on, ehr.hired_on) = (Some(date(2020, 2, 29)), Some(date(2020, 2, 29)));
    assert_eq!(
        report(&[dingtalk], &[ehr]).likely[&MatchClass::NearName].len(),
        1
    );
}

#[test]
fn a_couple_with_one_mobile_is_told_apart_by_the_names() {
    let found = report(
        &people(&["u1 李娜 +861 -", "u2 王伟 +861 -"]),
        &people(&["p1 王伟 +861 -", "p2 李娜 +861 -"]),
    );
    let pairs: Vec<_> = found.likely[&MatchClass::NameAndMobile]
        .iter()
        .map(adoption::PersonMatch::pair)
        .collect();
    assert_eq!(pairs, [(id("u1"), id("p2")), (id("u2"), id("p1"))]);
    let alone = report(&people(&["u1 李娜 +861 -"]), &people(&["p1 王伟 +861 -"]));
    assert!(alone.likely.is_empty() && alone.only_ehr.is_empty());
}

#[test]
fn namesakes_in_one_department_wait_together() {
    let mut dingtalk = people(&["u1 王伟 +861 -", "u2 王伟 +862 -"]);
    let mut ehr = people(&["p1 王伟 +863 -"]);
    dingtalk
        .iter_mut()
        .for_each(|row| row.departments = [id("d1")].into());
    ehr[0].departments = [id("e1")].into();
    let found = report(&dingtalk, &ehr);
    assert_eq!(queue_code(&found), Some(ReasonCode::MatchHomonyms));
    assert_eq!(found.queue[0].candidates.len(), 2);
    assert_eq!(found.only_dingtalk, []);
}

#[test]
fn one_human_with_two_records_keeps_one_account() {
    let mut ehr = people(&["p1 李娜 +861 7", "p2 李娜 +861 7b"]);
    ehr[0].active = false;
    let found = report(&people(&["u1 李娜 +861 -"]), &ehr);
    let matched = &found.likely[&MatchClass::NameAndMobile][0];
    assert_eq!((matched.ehr.as_str(), matched.further.len()), ("p2", 1));
    assert_eq!(
        matched.lead.as_ref().and_then(directory::Reason::code),
        Some(ReasonCode::MatchLeadActive)
    );
    ehr[0].active = true;
    let unclear = report(&people(&["u1 李娜 +861 -"]), &ehr);
    assert_eq!(queue_code(&unclear), Some(ReasonCode::MatchLeadUnclear));
    assert!(unclear.only_ehr.is_empty(), "nobody is created twice");
    ehr[1].departments = [id("e1")].into();
    let mut account = person("u1 李娜 +861 -");
    account.departments = [id("d1")].into();
    let led = report(&[account], &ehr);
    let matched = &led.likely[&MatchClass::NameAndMobile][0];
    assert_eq!(matched.ehr.as_str(), "p2");
    assert_eq!(
        matched.lead.as_ref().and_then(directory::Reason::code),
        Some(ReasonCode::MatchLeadDepartment)
    );
}

#[test]
fn a_create_names_its_nearest_candidate() {
    let found = report(
        &people(&["u1 李娜 +861 -"]),
        &people(&["p1 李娜 +861 -", "p2 王芳 +862 -"]),
    );
    assert_eq!(found.only_ehr[0].id, id("p2"));
    assert_eq!(
        found.only_ehr[0].reason.code(),
        Some(ReasonCode::MatchNoCandidate)
    );
    let plan = settle_matches(&found, &[]);
    assert_eq!(plan.links, []);
    assert_eq!(plan.create_in_dingtalk.len(), 1);
    let mut leaver = person("p3 赵敏 +863 -");
    leaver.active = false;
    assert_eq!(
        report(&[], &[leaver]).only_ehr,
        [],
        "nobody is created for a leaver"
    );
}

#[test]
fn whoever_is_not_the_candidate_may_be_created() {
    let found = report(&people(&["u1 李娜 +861 -"]), &people(&["p1 李娜 +862 -"]));
    let no = MatchDecision::about(
        "1",
        MatchVerdict::DifferentPeople,
        None,
        &found.queue[0].candidates,
        ("hr", Timestamp(1)),
    );
    let plan = settle_matches(&found, std::slice::from_ref(&no));
    assert_eq!(plan.create_in_dingtalk[0].id, id("p1"));
    assert_eq!(
        plan.create_in_dingtalk[0].nearest.as_ref().unwrap().0,
        id("u1")
    );
    let yes = MatchDecision::about(
        "2",
        MatchVerdict::SamePerson,
        None,
        &found.queue[0].candidates,
        ("hr", Timestamp(2)),
    );
    let decisions = [no, yes];
    assert_eq!(
        settle_matches(&found, &decisions).links.len(),
        1,
        "the later one counts"
    );
    let stored = serde_json::to_string(&decisions).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<MatchDecision>>(&stored).unwrap(),
        decisions
    );
    assert!(!stored.contains("李娜") && !stored.contains("+861"));
}

#[test]
fn one_account_is_never_linked_twice() {
    let found = report(
        &people(&["u1 李娜 +861 -"]),
        &people(&["p1 李娜 +862 -", "p2 李娜 +863 -"]),
    );
    let all = found.queue.iter().flat_map(|queued| &queued.candidates);
    let both = MatchDecision::about(
        "1",
        MatchVerdict::SamePerson,
        None,
        all,
        ("hr", Timestamp(1)),
    );
    assert_eq!(both.members.len(), 2);
    let plan = settle_matches(&found, &[both]);
    assert_eq!(plan.links.len(), 1);
    assert_eq!(plan.waiting[0].1.code(), Some(ReasonCode::MatchTaken));
}

#[test]
fn a_row_that_arrived_twice_is_one_person() {
    let row = "u1 李娜 +861 -";
    let found = report(&people(&[row, row]), &people(&["p1 李娜 +861 -"]));
    assert_eq!(found.likely[&MatchClass::NameAndMobile].len(), 1);
}

fn department(text: &str) -> DepartmentRow {
    let parts: Vec<&str> = text.split(' ').collect();
    DepartmentRow {
        id: id(parts[0]),
        parent: (parts[1] != "-").then(|| id(parts[1])),
        name: parts[2].to_owned(),
        kept: parts.get(3).map(|kept| id(kept)),
    }
}

#[test]
fn departments_match_by_stored_id_then_path_then_parent() {
    let rows = |texts: &[&str]| -> Vec<DepartmentRow> {
        texts.iter().map(|text| department(text)).collect()
    };
    let dingtalk = rows(&[
        "1 - 公司",
        "2 1 研发部 e9",
        "3 2 后端",
        "4 1 销售部",
        "5 1 行政",
        "6 5 前台",
        "7 1 法务",
        "8 7 合同",
    ]);
    let ehr = rows(&[
        "e1 - 总公司",
        "e9 e1 产品研发",
        "e3 e9 后端",
        "e4 e1 销售部",
        "e5 e1 行政",
        "e6 e1 行政",
        "e7 e1 财务",
    ]);
    let found = match_departments(&dingtalk, &ehr);
    let code = |one: &str, two: &str| {
        found
            .matched
            .get(&id(one))
            .filter(|(ehr, _)| *ehr == id(two))
            .map(|(_, code)| *code)
    };
    assert_eq!(code("1", "e1"), Some(ReasonCode::MatchDepartmentPath));
    assert_eq!(code("2", "e9"), Some(ReasonCode::MatchDepartmentStored));
    assert_eq!(code("3", "e3"), Some(ReasonCode::MatchDepartmentParent));
    assert_eq!(code("4", "e4"), Some(ReasonCode::MatchDepartmentPath));
    assert_eq!(found.ambiguous[&id("5")], [id("e5"), id("e6")].into());
    assert!(found.doubt(&id("5")).is_some() && found.doubt(&id("4")).is_none());
    assert_eq!(found.only_dingtalk, [id("6"), id("7"), id("8")].into());
    assert_eq!(found.only_ehr, [id("e7")].into());
}

#[test]
fn a_circle_of_departments_is_no_path() {
    let rows = ["1 2 甲", "2 1 乙"].map(department);
    let found = match_departments(&rows, &rows);
    assert!(found.matched.is_empty());
}

#[test]
fn agreement_counts_add_up() {
    let record = |mobile: Option<Option<&str>>| {
        let mut record = Record::new(Kind::Person, id("x"));
        if let Some(mobile) = mobile {
            record
                .values
                .show_text(Field::Mobile, mobile.map(str::to_owned));
        }
        record
    };
    let cases = [
        (Some(Some("1")), Some(Some("1"))),
        (Some(Some("1")), Some(Some("2"))),
        (Some(None), Some(Some("2"))),
        (Some(Some("1")), Some(None)),
        (Some(None), Some(None)),
        (None, Some(Some("1"))),
        (Some(Some("1")), None),
    ];
    let pairs = cases.map(|(one, two)| (record(one), record(two)));
    let counts = count_agreement(Kind::Person, pairs.iter().map(|(one, two)| (one, two)));
    let expected = FieldAgreement {
        same: 1,
        different: 1,
        only_ehr: 1,
        only_dingtalk: 1,
        both_empty: 1,
        hidden: 2,
    };
    assert_eq!(counts[&Field::Mobile], expected);
    assert_eq!(counts[&Field::Name].hidden, 7);
}
