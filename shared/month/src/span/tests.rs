use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn set(pairs: &[(i64, i64)]) -> SpanSet {
    SpanSet::of(
        pairs
            .iter()
            .filter_map(|&(from, to)| Span::new(MinuteMark(from), MinuteMark(to))),
    )
}

fn minutes(set: &SpanSet) -> BTreeSet<i64> {
    set.spans()
        .iter()
        .flat_map(|span| span.from.0..span.to.0)
        .collect()
}

fn any_set() -> impl Strategy<Value = SpanSet> {
    proptest::collection::vec((0_i64..60, 0_i64..20), 0..5).prop_map(|pairs| {
        set(&pairs
            .iter()
            .map(|&(at, n)| (at, at + n))
            .collect::<Vec<_>>())
    })
}

#[test]
fn seconds_are_cut_off_also_before_1970() {
    assert_eq!(MinuteMark::of(Timestamp(59_999)), MinuteMark(0));
    assert_eq!(MinuteMark::of(Timestamp(60_000)), MinuteMark(1));
    assert_eq!(MinuteMark::of(Timestamp(-1)), MinuteMark(-1));
}

proptest! {
    #[test]
    fn sets_of_spans_are_sets_of_minutes(one in any_set(), two in any_set(), mark in 0_i64..80) {
        let (a, b) = (minutes(&one), minutes(&two));
        prop_assert_eq!(minutes(&one.union(&two)), &a | &b);
        prop_assert_eq!(minutes(&one.within(&two)), &a & &b);
        prop_assert_eq!(minutes(&one.minus(&two)), &a - &b);
        prop_assert_eq!(one.minutes(), i64::try_from(a.len()).unwrap());
        let before: BTreeSet<i64> = a.iter().copied().filter(|m| *m < mark).collect();
        prop_assert_eq!(minutes(&one.before(MinuteMark(mark))), before.clone());
        prop_assert_eq!(minutes(&one.since(MinuteMark(mark))), &a - &before);
    }
}
