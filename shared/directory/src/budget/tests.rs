use super::*;
use proptest::prelude::*;

const NOON: Timestamp = Timestamp(1_780_286_400_000);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn link(n: u16) -> LinkId {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&n.to_be_bytes());
    LinkId(id)
}

fn removal(n: u16) -> BudgetItem {
    wants(
        n,
        BudgetCounts {
            removals: 1,
            ..BudgetCounts::default()
        },
    )
}

fn deletion(n: u16) -> BudgetItem {
    wants(
        n,
        BudgetCounts {
            deletions: 1,
            ..BudgetCounts::default()
        },
    )
}

fn department(n: u16, below: u64) -> BudgetItem {
    wants(
        n,
        BudgetCounts {
            departments: below + 1,
            ..BudgetCounts::default()
        },
    )
}

fn change(n: u16, field: Field, emptied: bool) -> BudgetItem {
    let mut counts = BudgetCounts::default();
    counts.fields.count_change(field, emptied);
    BudgetItem {
        touched: FieldSet::of_fields(&[field]),
        ..wants(n, counts)
    }
}

fn wants(n: u16, counts: BudgetCounts) -> BudgetItem {
    BudgetItem {
        link: link(n),
        kind: Kind::Person,
        counts,
        touched: FieldSet::NONE,
    }
}

fn company(people: u64, departments: u64) -> BudgetState {
    BudgetState {
        size: CompanySize {
            people,
            departments,
        },
        ..BudgetState::default()
    }
}

fn ask(state: &mut BudgetState, now: Timestamp, items: &[BudgetItem]) -> BudgetVerdict {
    ask_with(state, now, items, &HeldChanges::new())
}

fn ask_with(
    state: &mut BudgetState,
    now: Timestamp,
    items: &[BudgetItem],
    open: &HeldChanges,
) -> BudgetVerdict {
    state.reserve(&BudgetRequest {
        now,
        limits: &GuardLimits::default(),
        items,
        open,
    })
}

fn many(of: impl Fn(u16) -> BudgetItem, count: u16) -> Vec<BudgetItem> {
    (0..count).map(of).collect()
}

/// What is asked for in one company, one request after the other, and whether each passes.
#[test]
fn requests_of_one_day_pass_up_to_the_limit_of_their_class() {
    type Requests = Vec<(&'static str, Vec<BudgetItem>, bool)>;
    let table: [(u64, u64, Requests); 5] = [
        (
            200,
            20,
            vec![
                ("five of two hundred", many(removal, 5), true),
                ("a sixth", vec![removal(9)], false),
                ("deletions apart", many(|n| deletion(20 + n), 5), true),
                ("departments apart", vec![department(40, 4)], true),
                ("one more department", vec![department(41, 0)], false),
            ],
        ),
        (
            1000,
            0,
            vec![
                ("more than are left: none", many(removal, 21), false),
                ("what fits, of others", many(|n| removal(100 + n), 20), true),
            ],
        ),
        (4, 0, vec![("one of four", vec![removal(1)], false)]),
        (
            0,
            0,
            vec![
                ("nobody has measured", vec![removal(1)], false),
                (
                    "five titles",
                    many(|n| change(n, Field::Title, false), 5),
                    true,
                ),
                ("a sixth", vec![change(6, Field::Title, false)], false),
                ("another field", vec![change(6, Field::Email, false)], true),
            ],
        ),
        (
            200,
            0,
            vec![
                (
                    "ten blanked",
                    many(|n| change(n, Field::Title, true), 10),
                    true,
                ),
                ("an eleventh", vec![change(11, Field::Title, true)], false),
                (
                    "ten changed",
                    many(|n| change(20 + n, Field::Title, false), 10),
                    true,
                ),
                ("one more", vec![change(31, Field::Title, false)], false),
            ],
        ),
    ];
    for (people, departments, requests) in table {
        let mut state = company(people, departments);
        for (what, items, passes) in requests {
            let verdict = ask(&mut state, NOON, &items);
            let refused = items
                .iter()
                .any(|item| verdict.refused_removal(&item.counts).is_some())
                || !verdict.fields.is_empty();
            assert_eq!(!refused, passes, "{what}, of {people}: {verdict:?}");
        }
    }
}

#[test]
fn what_was_refused_stays_refused_on_another_day() {
    let mut state = company(60, 0);
    assert!(ask(&mut state, NOON, &many(removal, 5)).removals.is_none());
    let sixth = ask(&mut state, NOON, &[removal(6)]);
    assert!(sixth.removals.is_some() && sixth.first);
    let tomorrow = NOON.plus_millis(DAY_MS);
    let verdict = ask(&mut state, tomorrow, &[removal(6), removal(7)]);
    assert!(verdict.held.contains_key(&link(6)));
    assert!(verdict.removals.is_none() && !verdict.held.contains_key(&link(7)));
    assert_eq!(state.spent.removals, 1, "the refused one is not counted");
    state.end_sweep(tomorrow.plus_millis(1), true, &[]);
    let verdict = ask(&mut state, tomorrow, &[removal(6)]);
    assert!(verdict.held.is_empty() && verdict.removals.is_none());
}

#[test]
fn an_open_hold_is_asked_by_link_and_field() {
    let mut state = company(60, 0);
    let held = HeldChange {
        removal: true,
        fields: FieldSet::of_fields(&[Field::Title]),
        ..HeldChange::default()
    };
    let open = HeldChanges::from([(link(1), held)]);
    let asked = |state: &mut BudgetState, item| ask_with(state, NOON, &[item], &open).held.len();
    assert_eq!(asked(&mut state, removal(1)), 1);
    assert_eq!(asked(&mut state, change(1, Field::Title, false)), 1);
    assert_eq!(asked(&mut state, change(1, Field::Email, false)), 0);
    assert_eq!(asked(&mut state, removal(2)), 0);
    assert_eq!(
        (
            state.spent.removals,
            state.spent.fields.of_field(Field::Email)
        ),
        (1, [0, 1])
    );
}

#[test]
fn more_refusals_than_are_kept_close_their_class() {
    let mut state = company(10_000, 0);
    let too_many = u16::try_from(REFUSED_MAX).unwrap() + 1;
    assert!(
        ask(&mut state, NOON, &many(removal, too_many))
            .removals
            .is_some()
    );
    let tomorrow = NOON.plus_millis(DAY_MS);
    let verdict = ask(&mut state, tomorrow, &[removal(9_999)]);
    assert!(verdict.removals.is_some(), "it may be one of them");
    assert!(
        ask(&mut state, tomorrow, &[deletion(9_998)])
            .deletions
            .is_some()
    );
    state.end_sweep(tomorrow.plus_millis(1), true, &[]);
    assert!(
        ask(&mut state, tomorrow, &[removal(9_997)])
            .removals
            .is_none()
    );
}

#[test]
fn what_is_given_back_on_its_day_can_be_spent_again() {
    let mut state = company(200, 0);
    assert!(ask(&mut state, NOON, &many(removal, 5)).removals.is_none());
    state.give_back(NOON, &removal(0).counts);
    assert!(ask(&mut state, NOON, &[removal(7)]).removals.is_none());
    let tomorrow = NOON.plus_millis(DAY_MS);
    state.give_back(tomorrow, &removal(0).counts);
    assert_eq!(state.spent.removals, 5, "another day's is gone with it");
}

#[test]
fn a_clock_that_is_behind_takes_no_day_back() {
    let mut state = company(200, 0);
    assert!(ask(&mut state, NOON, &many(removal, 5)).removals.is_none());
    let yesterday = NOON.plus_millis(-DAY_MS);
    assert!(ask(&mut state, yesterday, &[removal(8)]).removals.is_some());
    assert!(ask(&mut state, NOON, &[removal(9)]).removals.is_some());
}

#[test]
fn the_stored_form_is_read_back() {
    let mut state = company(60, 3);
    ask(&mut state, NOON, &many(removal, 5));
    ask(
        &mut state,
        NOON,
        &[removal(6), change(7, Field::Title, true)],
    );
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<BudgetState>(&text).unwrap(), state);
    let empty: BudgetState = serde_json::from_str("{}").unwrap();
    assert_eq!(empty, BudgetState::default());
}

fn any_item() -> impl Strategy<Value = BudgetItem> {
    (0_u16..40, 0_u8..5, 0_u64..20).prop_map(|(n, what, below)| match what {
        0 => removal(n),
        1 => deletion(n),
        2 => department(n, below),
        3 => change(n, Field::Title, true),
        _ => change(n, Field::Title, false),
    })
}

proptest! {
    /// Whatever is asked for, by however many writers, no day's spending is above a limit, and a removal that was refused does
    /// not pass before a complete sweep has ended.
    #[test]
    fn no_day_spends_more_than_its_limits(
        people in 0_u64..2000,
        departments in 0_u64..100,
        requests in proptest::collection::vec(
            (proptest::collection::vec(any_item(), 1..12), 0_i64..3),
            1..30,
        ),
    ) {
        let mut state = company(people, departments);
        let limits = GuardLimits::default();
        let removals_max = guard::removal_limit(&limits, people);
        let departments_max = guard::removal_limit(&limits, people + departments);
        let [_, changed_max] = guard::field_limits(&limits, people);
        let mut refused = std::collections::BTreeSet::new();
        let mut now = NOON;
        for (items, hours) in requests {
            now = now.plus_millis(hours * 8 * 3_600_000);
            let verdict = ask(&mut state, now, &items);
            let before = refused.clone();
            for item in items.iter().filter(|item| item.counts.removes()) {
                let held = verdict.held.get(&item.link).is_some_and(|held| held.removal);
                let stopped = held || verdict.refused_removal(&item.counts).is_some();
                prop_assert!(stopped || !before.contains(&item.link));
                if stopped {
                    refused.insert(item.link);
                }
            }
            prop_assert!(state.spent.removals <= removals_max);
            prop_assert!(state.spent.deletions <= removals_max);
            prop_assert!(state.spent.departments <= departments_max);
            prop_assert!(state.spent.fields.of_field(Field::Title)[1] <= changed_max);
        }
    }
}
