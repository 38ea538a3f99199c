use super::*;
use crate::budget::{BudgetRequest, BudgetState, CompanySize, HeldChanges};
use crate::guard::GuardLimits;
use crate::ids::Timestamp;
use crate::index::tests::{link, values};
use crate::link::WriteIntent;
use crate::reason::ReasonCode;
use crate::record::FieldValue;
use crate::text::PersonalText;

fn item(n: u8, action: WriteAction, changes: &[(Field, Option<&str>)]) -> PlanItem {
    let link = link(n, &values("李娜", "工程师"));
    let text = |text: &str| FieldValue::Text(PersonalText::from(text));
    let mut item = PlanItem {
        before: Some(link.clone()),
        link,
        ehr_version: Some(1),
        unionid: None,
        parts: vec![ItemPart {
            to: Side::Ehr,
            action,
            values: FieldValues::new(),
            changes: Vec::new(),
        }],
        reason: Reason::new(ReasonCode::ChangeAdopted),
        needs_canary: false,
        carried: Vec::new(),
    };
    for (field, after) in changes {
        let after = after.map(text);
        item.parts[0].values.show(*field, after.clone());
        let base_before = item.link.base.hashes.insert(*field, [0xee; 12]);
        item.parts[0].changes.push(ValueChange {
            field: *field,
            before: Some(text("old")),
            after,
            base_before,
            overwrites_edit: false,
            conflict: false,
        });
    }
    item
}

fn approve(items: Vec<PlanItem>, people: u64) -> ApprovedPlan {
    approve_released(items, people, &BTreeSet::new())
}

fn approve_released(
    items: Vec<PlanItem>,
    people: u64,
    released: &BTreeSet<FieldHash>,
) -> ApprovedPlan {
    approve_today(items, &mut budget_of(people), released)
}

/// A day on which nothing was spent.
fn budget_of(people: u64) -> BudgetState {
    BudgetState {
        size: CompanySize {
            people,
            departments: 0,
        },
        ..BudgetState::default()
    }
}

fn approve_today(
    items: Vec<PlanItem>,
    budget: &mut BudgetState,
    released: &BTreeSet<FieldHash>,
) -> ApprovedPlan {
    let key = crate::index::tests::key();
    let plan = Plan {
        items,
        ..Plan::default()
    };
    let wanted = plan.budget_items(&key, released, &BTreeMap::new());
    let verdict = budget.reserve(&BudgetRequest {
        now: Timestamp(0),
        limits: &GuardLimits::default(),
        items: &wanted,
        open: &HeldChanges::new(),
    });
    let guard = Guard {
        key: &key,
        released,
        verdict: &verdict,
    };
    plan.approve(&guard, &wanted)
}

#[test]
fn too_many_removals_are_held_and_other_items_pass() {
    let mut items: Vec<_> = (0..6).map(|n| item(n, WriteAction::Remove, &[])).collect();
    items.push(item(
        9,
        WriteAction::Update,
        &[(Field::Title, Some("总监"))],
    ));
    let approved = approve(items, 200);
    assert_eq!(approved.items().len(), 1);
    assert_eq!(approved.held().len(), 6);
    assert_eq!(
        approved.held()[0].reason,
        Reason::new(ReasonCode::GuardTooManyRemovals)
            .number("removals", 6)
            .number("people", 200)
            .number("limit", 5)
    );
}

#[test]
fn an_emptied_field_is_held_and_other_changes_of_the_same_people_pass() {
    let both = [(Field::Mobile, None), (Field::Title, Some("总监"))];
    let items = (0..20)
        .map(|n| {
            item(
                n,
                WriteAction::Update,
                if n == 0 { &both } else { &both[..1] },
            )
        })
        .collect();
    let approved = approve(items, 100);
    assert_eq!(approved.held().len(), 20);
    assert_eq!(approved.items().len(), 1);
    let passed = &approved.items()[0];
    assert_eq!(passed.parts[0].changes.len(), 1);
    assert!(
        !passed.parts[0]
            .values
            .shown_fields()
            .contains(Field::Mobile)
    );
    assert_ne!(
        passed.link.base.hashes.get(&Field::Mobile),
        Some(&[0xee; 12])
    );
}

#[test]
fn an_adopted_person_is_linked_although_all_changes_are_held() {
    let mut items: Vec<_> = (0..20)
        .map(|n| item(n, WriteAction::Update, &[(Field::Mobile, None)]))
        .collect();
    items.iter_mut().for_each(|item| item.before = None);
    let approved = approve(items, 100);
    assert_eq!(
        (
            approved.items().len(),
            approved.held().len(),
            approved.settled().len()
        ),
        (0, 20, 20)
    );
    assert!(
        approved
            .settled()
            .iter()
            .all(|settled| settled.before.is_none() && settled.link.dingtalk.is_some())
    );
}

#[test]
fn base_keeps_the_old_value_of_a_held_membership() {
    let items = (0..20).map(|n| {
        let mut one = item(
            n,
            WriteAction::Update,
            &[(Field::Departments, None), (Field::Title, Some("总监"))],
        );
        one.link.base.departments.clear();
        one.parts[0].changes.truncate(if n == 0 { 2 } else { 1 });
        one
    });
    let approved = approve(items.collect(), 100);
    assert_eq!(approved.items().len(), 1);
    assert_eq!(approved.items()[0].link.base.departments.len(), 1);
}

#[test]
fn the_intent_of_a_held_field_is_kept() {
    let sent = |field| WriteIntent {
        side: Side::DingTalk,
        fields: [(field, [0x11; 12])].into(),
        action: WriteAction::Update,
        at: Timestamp(0),
    };
    let items = (0..20).map(|n| {
        let both = [(Field::Mobile, None), (Field::Title, Some("总监"))];
        let mut one = item(
            n,
            WriteAction::Update,
            if n == 0 { &both } else { &both[..1] },
        );
        one.before.as_mut().unwrap().intents = vec![sent(Field::Mobile), sent(Field::Title)];
        one
    });
    let approved = approve(items.collect(), 100);
    assert_eq!(approved.items()[0].link.intents, [sent(Field::Mobile)]);
}

#[test]
fn released_items_pass_and_are_not_counted() {
    let items: Vec<_> = (0..6).map(|n| item(n, WriteAction::Remove, &[])).collect();
    let held = approve(items.clone(), 200);
    let released = held
        .held()
        .iter()
        .filter_map(|held| held.fingerprint)
        .take(2)
        .collect();
    let approved = approve_released(items, 200, &released);
    assert_eq!(
        (approved.items().len(), approved.held().len()),
        (6, 0),
        "four are not too many"
    );
    let all: Vec<_> = (0..9).map(|n| item(n, WriteAction::Remove, &[])).collect();
    let approved = approve_released(all, 200, &released);
    assert_eq!((approved.items().len(), approved.held().len()), (2, 7));
}

#[test]
fn plans_of_one_day_are_counted_together() {
    let removal = |n: u8| vec![item(n, WriteAction::Remove, &[])];
    let nothing = BTreeSet::new();
    let mut budget = budget_of(200);
    for n in 0..5 {
        let approved = approve_today(removal(n), &mut budget, &nothing);
        assert_eq!(approved.held().len(), 0);
    }
    let sixth = approve_today(removal(5), &mut budget, &nothing);
    assert_eq!(sixth.held().len(), 1, "the sixth of two hundred");
    let blank = |n: u8| vec![item(n, WriteAction::Update, &[(Field::Mobile, None)])];
    let mut budget = budget_of(100);
    for n in 0..9 {
        let approved = approve_today(blank(n), &mut budget, &nothing);
        assert_eq!(approved.held().len(), usize::from(n >= 5), "{n}");
    }
}

#[test]
fn what_is_held_with_earlier_holds_becomes_one_hold() {
    let nothing = BTreeSet::new();
    let mut budget = budget_of(200);
    let first: Vec<_> = (0..6).map(|n| item(n, WriteAction::Remove, &[])).collect();
    assert_eq!(approve_today(first, &mut budget, &nothing).held().len(), 6);
    let more: Vec<_> = (0..8).map(|n| item(n, WriteAction::Remove, &[])).collect();
    let approved = approve_today(more, &mut budget, &nothing);
    assert_eq!((approved.items().len(), approved.held().len()), (2, 6));
    let reasons: BTreeSet<&Reason> = approved.held().iter().map(|held| &held.reason).collect();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
}

#[test]
fn a_release_does_not_pass_the_removal_of_another_generation() {
    let key = crate::index::tests::key();
    let first = item(1, WriteAction::Remove, &[]);
    let mut again = first.clone();
    again.link.generation += 1;
    assert_ne!(first.fingerprint(&key), again.fingerprint(&key));
    let released = BTreeSet::from([first.fingerprint(&key)]);
    let removed = |item| approve_released(vec![item], 4, &released).items().len();
    assert_eq!((removed(first), removed(again)), (1, 0));
}

#[test]
fn another_value_gives_another_fingerprint() {
    let key = crate::index::tests::key();
    let print =
        |title| item(1, WriteAction::Update, &[(Field::Title, Some(title))]).fingerprint(&key);
    assert_eq!(print("总监"), print("总监"));
    assert_ne!(print("总监"), print("经理"));
}

#[test]
fn creates_are_never_too_many() {
    let items = (0..200)
        .map(|n| item(n, WriteAction::Create, &[(Field::Name, Some("新人"))]))
        .collect();
    assert!(approve(items, 0).held().is_empty());
}
