//! How often a code may be guessed.

use directory::Timestamp;
use serde::{Deserialize, Serialize};

/// Wrong codes before a lock.
pub const GUESSES_MAX: u32 = 5;

/// The first lock, in milliseconds: a quarter of an hour. Each later one is twice as long, up to a day.
pub const LOCK_MS: i64 = 15 * 60 * 1000;

/// The longest lock: a day.
const LOCK_MS_MAX: i64 = 24 * 60 * 60 * 1000;

/// Wrong codes of one member or one address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuessCounter {
    wrong: u32,
    locks: u32,
    locked_until: Option<Timestamp>,
}

impl GuessCounter {
    /// Until when nothing is looked at; `None`: a guess is free.
    #[must_use]
    pub fn locked_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// After one more wrong code.
    #[must_use]
    pub fn with_wrong(&self, now: Timestamp) -> Self {
        let wrong = self.wrong + 1;
        if wrong < GUESSES_MAX {
            return Self {
                wrong,
                ..self.clone()
            };
        }
        let factor = 1_i64 << self.locks.min(16);
        let lock_ms = LOCK_MS.saturating_mul(factor).min(LOCK_MS_MAX);
        Self {
            wrong: 0,
            locks: self.locks + 1,
            locked_until: Some(now.plus_millis(lock_ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_times(counter: GuessCounter, times: u32, now: Timestamp) -> GuessCounter {
        (0..times).fold(counter, |counter, _| counter.with_wrong(now))
    }

    #[test]
    fn the_fifth_wrong_code_locks_for_a_quarter_of_an_hour() {
        let now = Timestamp(1_000);
        let four = wrong_times(GuessCounter::default(), 4, now);
        assert_eq!(four.locked_until(now), None);
        let five = four.with_wrong(now);
        assert_eq!(five.locked_until(now), Some(now.plus_millis(LOCK_MS)));
        assert_eq!(five.locked_until(now.plus_millis(LOCK_MS)), None);
    }

    #[test]
    fn each_lock_is_twice_as_long_up_to_a_day() {
        let mut now = Timestamp(0);
        let mut counter = GuessCounter::default();
        let mut lengths = Vec::new();
        for _ in 0..9 {
            counter = wrong_times(counter, GUESSES_MAX, now);
            let until = counter.locked_until(now).map_or(0, Timestamp::millis);
            lengths.push((until - now.millis()) / LOCK_MS);
            now = Timestamp(until);
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 64, 96, 96]);
    }
}
