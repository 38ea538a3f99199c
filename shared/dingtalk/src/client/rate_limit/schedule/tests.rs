use super::*;

mod way;

use way::{Counting, Way};

const START: i64 = 1_763_800_000_000;

/// Departure times in milliseconds of `count` calls that are always ready and answered after 80 ms, with a timer of
/// 1 ms granularity that wakes `late` ms late.
fn departure_times(schedule: &mut Schedule, mut now: i64, count: usize, late: i64) -> Vec<i64> {
    let mut out = Vec::new();
    let mut open = VecDeque::new();
    while out.len() < count {
        while let Some((slot, at)) = open.front().copied()
            && at <= now
        {
            schedule.note_answer(slot, at * 1000);
            open.pop_front();
        }
        match schedule.take_slot(now * 1000) {
            Ok(slot) => {
                out.push(now);
                open.push_back((slot, now + 80));
            }
            Err(wait) => now += i64::try_from(wait.as_micros().div_ceil(1000)).unwrap() + late,
        }
    }
    out
}

fn busiest_second(times: &[i64]) -> usize {
    let within = |from: &i64| {
        times
            .iter()
            .filter(|at| (*from..from + 1000).contains(*at))
            .count()
    };
    times.iter().map(within).max().unwrap()
}

#[test]
fn two_calls_leave_at_once_and_then_one_per_interval() {
    let mut schedule = Schedule::new(CallRate::default());
    let times = departure_times(&mut schedule, 5_000, 4, 0);
    assert_eq!((times[0], times[1]), (5_000, 5_000));
    assert!((50..=53).contains(&(times[2] - times[1])), "{times:?}");
}

#[test]
fn no_second_holds_more_than_allowed_and_the_rate_is_reached() {
    for (calls_per_second, late) in [(20, 0), (20, 3), (60, 0), (60, 3), (1, 0), (7, 4)] {
        let mut schedule = Schedule::new(CallRate {
            calls_per_second,
            burst: 2,
        });
        let count = usize::try_from(calls_per_second).unwrap() * 100;
        let times = departure_times(&mut schedule, START, count, late);
        assert!(busiest_second(&times) <= usize::try_from(calls_per_second).unwrap());
        let took = times.last().unwrap() - times[0];
        assert!(
            took <= 101_600,
            "{calls_per_second}/s, {late} ms late: {took} ms for 100 s of calls"
        );
    }
}

#[test]
fn one_throttled_call_slows_nobody_else_and_three_slow_the_lane() {
    let rate_after = |throttles: usize| {
        let mut schedule = Schedule::new(CallRate::default());
        departure_times(&mut schedule, START, 10, 0);
        let now = START + 500;
        for _ in 0..throttles {
            schedule.note_throttle(now * 1000, true);
        }
        let times = departure_times(&mut schedule, now, 400, 0);
        let within = |from: i64, to: i64| {
            let span = now + from..now + to;
            times.iter().filter(|at| span.contains(*at)).count()
        };
        (times[0] - now, within(1000, 10_000), within(10_000, 20_000))
    };
    let (pause, first, then) = rate_after(1);
    assert!(
        pause <= 50 && first >= 175 && then >= 195,
        "{pause} {first} {then}"
    );
    let (pause, first, then) = rate_after(3);
    assert_eq!(pause, 1000);
    assert!(
        (80..=90).contains(&first) && (190..=200).contains(&then),
        "{first} {then}"
    );
}

#[test]
fn what_throttles_taught_is_bounded_kept_and_forgotten_in_calm() {
    let mut schedule = Schedule::new(CallRate::default());
    schedule.note_throttle(0, false);
    assert_eq!(
        schedule.lesson().extra,
        0,
        "the whole platform's limit is not our pace"
    );
    for second in 0..100 {
        schedule.note_throttle(second * 5 * SECOND, true);
        schedule.note_throttle(second * 5 * SECOND + 1000, true);
    }
    assert_eq!(schedule.lesson().extra, EXTRA_MAX);
    let mut next = Schedule::new(CallRate::default());
    next.recall_lesson(0, schedule.lesson());
    assert_eq!(next.lesson(), schedule.lesson());
    _ = next.take_slot(CALM);
    assert_eq!(next.lesson().extra, EXTRA_MAX - EXTRA_STEP);
    let absurd = LaneLesson {
        fastest: -5,
        extra: i64::MAX,
    };
    next.recall_lesson(0, absurd);
    assert_eq!(next.lesson().extra, EXTRA_MAX);
}

/// The floor is 20 calls a second; measured after the first minute.
#[test]
fn jitter_throttles_nothing_and_costs_no_more_than_itself() {
    for (jitter, floor) in [(0, 0.99), (30, 0.95), (100, 0.90)] {
        for counting in [Counting::Sliding, Counting::PerSecond, Counting::Bucket] {
            for both_ways in [false, true] {
                let mut way = Way::new(jitter, both_ways, counting);
                let (throttled, share) = way.run(&mut Schedule::new(CallRate::default()), 5);
                let case = format!("{jitter} ms, both ways: {both_ways}, {counting:?}");
                assert_eq!(throttled, 0, "{case}");
                assert!(share >= floor, "{case}: {share:.3} of the floor");
            }
        }
    }
}

/// The same with a way that is worse than what is believed without a throttled answer.
#[test]
fn a_way_that_is_worse_than_assumed_is_learned_from_throttled_calls() {
    let mut schedule = Schedule::new(CallRate::default());
    let mut way = Way::new(200, false, Counting::Sliding);
    let (before, _) = way.run(&mut schedule, 30);
    assert!(
        before > 0 && schedule.lesson().extra > 0,
        "nothing was learned"
    );
    let (throttled, share) = way.run(&mut schedule, 5);
    assert!(
        throttled <= 3 && share >= 0.8,
        "{throttled} throttled, {share:.3}"
    );
}

/// Pacing by departures alone, 20 in 1.02 s as before: the model must see what it is there to see.
#[test]
fn the_model_throttles_whoever_ignores_the_way() {
    let mut way = Way::new(30, false, Counting::Sliding);
    let throttled = (0..6000)
        .filter(|call| !way.arrive_after(call * 51))
        .count();
    assert!(throttled > 0);
}
