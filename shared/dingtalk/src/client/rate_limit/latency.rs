//! What recent calls took: the quickest way there and back, and how far the others were from it.

/// How long a reading counts, at least; at most twice as long. A route that became longer is believed after that.
const WINDOW: i64 = 30 * 1_000_000;

/// Round trips of the last half minute to a minute, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LatencyWindow {
    began: i64,
    current: Option<Extremes>,
    previous: Option<Extremes>,
}

#[derive(Debug, Clone, Copy)]
struct Extremes {
    fastest: i64,
    slowest: i64,
}

impl LatencyWindow {
    /// Starts from a round trip that an earlier process saw.
    pub(super) fn recall(&mut self, now: i64, fastest: i64) {
        let seen = Extremes {
            fastest,
            slowest: fastest,
        };
        (self.began, self.previous) = (now, Some(seen));
    }

    /// Takes a round trip into account.
    pub(super) fn note(&mut self, now: i64, took: i64) {
        if now - self.began >= WINDOW {
            (self.previous, self.current, self.began) = (self.current, None, now);
        }
        let seen = Extremes {
            fastest: took,
            slowest: took,
        };
        self.current = Some(self.current.map_or(seen, |so_far| so_far.with(seen)));
    }

    /// The quickest round trip; `None` before the first.
    pub(super) fn fastest(&self) -> Option<i64> {
        self.both().map(|both| both.fastest)
    }

    /// Between the quickest and the slowest; `None` before the first.
    pub(super) fn spread(&self) -> Option<i64> {
        self.both().map(|both| both.slowest - both.fastest)
    }

    fn both(&self) -> Option<Extremes> {
        match (self.current, self.previous) {
            (Some(current), Some(previous)) => Some(current.with(previous)),
            (one, other) => one.or(other),
        }
    }
}

impl Extremes {
    fn with(self, other: Self) -> Self {
        Self {
            fastest: self.fastest.min(other.fastest),
            slowest: self.slowest.max(other.slowest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_forgotten_after_a_minute_at_the_latest() {
        let mut seen = LatencyWindow::default();
        assert_eq!((seen.fastest(), seen.spread()), (None, None));
        seen.note(0, 40_000);
        seen.note(1, 70_000);
        assert_eq!(
            (seen.fastest(), seen.spread()),
            (Some(40_000), Some(30_000))
        );
        seen.note(WINDOW, 90_000);
        assert_eq!(
            seen.fastest(),
            Some(40_000),
            "the half minute before counts"
        );
        seen.note(2 * WINDOW, 95_000);
        assert_eq!((seen.fastest(), seen.spread()), (Some(90_000), Some(5_000)));
    }
}
