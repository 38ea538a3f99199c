//! Time in whole minutes of UTC: marks, spans, and sets of spans.

use directory::Timestamp;
use serde::{Deserialize, Serialize};

const MINUTE_MILLIS: i64 = 60_000;

/// A minute since 1970, UTC. The seconds of a punch are cut off, as on DingTalk's own screens.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MinuteMark(pub i64);

impl MinuteMark {
    /// The minute in which this moment lies.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.millis().div_euclid(MINUTE_MILLIS))
    }

    /// This many minutes later.
    #[must_use]
    pub fn plus(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes))
    }
}

/// From one minute to another, the last one not included. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first minute.
    pub from: MinuteMark,
    /// The minute after the last.
    pub to: MinuteMark,
}

impl Span {
    /// `None` where it would be empty or turned round.
    #[must_use]
    pub fn new(from: MinuteMark, to: MinuteMark) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Its length.
    #[must_use]
    pub fn minutes(self) -> i64 {
        self.to.0 - self.from.0
    }
}

/// Spans in order, none touching another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpanSet(Vec<Span>);

impl SpanSet {
    /// No minute at all.
    pub const EMPTY: Self = Self(Vec::new());

    /// All minutes of these spans, each once.
    #[must_use]
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut spans: Vec<Span> = spans.into_iter().collect();
        spans.sort_unstable();
        let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
                _ => joined.push(span),
            }
        }
        Self(joined)
    }

    /// The spans.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// How many minutes it holds.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.0.iter().map(|span| span.minutes()).sum()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The minutes of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied())
    }

    /// The minutes of both.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        let cut = |one: &Span, two: &Span| Span::new(one.from.max(two.from), one.to.min(two.to));
        let pairs = self
            .0
            .iter()
            .flat_map(|one| other.0.iter().filter_map(move |two| cut(one, two)));
        Self::of(pairs)
    }

    /// These minutes without the other's.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for hole in &other.0 {
            left = left
                .into_iter()
                .flat_map(|span| {
                    let before = Span::new(span.from, span.to.min(hole.from));
                    let after = Span::new(span.from.max(hole.to), span.to);
                    [before, after]
                })
                .flatten()
                .collect();
        }
        Self(left)
    }

    /// Its minutes before this mark.
    #[must_use]
    pub fn before(&self, mark: MinuteMark) -> Self {
        let cut = self
            .0
            .iter()
            .filter_map(|s| Span::new(s.from, s.to.min(mark)));
        Self(cut.collect())
    }

    /// Its minutes from this mark on.
    #[must_use]
    pub fn since(&self, mark: MinuteMark) -> Self {
        let cut = self
            .0
            .iter()
            .filter_map(|s| Span::new(s.from.max(mark), s.to));
        Self(cut.collect())
    }
}

#[cfg(test)]
mod tests;
