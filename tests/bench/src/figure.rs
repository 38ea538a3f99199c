//! A measured figure with its target and the result.

use std::io::Write as _;

use serde::Serialize;

/// Target of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FigureTarget {
    /// This value or more.
    AtLeast(f64),
    /// This value or less.
    AtMost(f64),
    /// Exactly this value, for counts.
    Exactly(f64),
    /// Within this distance of this value.
    Near(f64, f64),
    /// Reported only.
    None,
}

impl FigureTarget {
    fn value(self) -> Option<f64> {
        match self {
            Self::AtLeast(target)
            | Self::AtMost(target)
            | Self::Exactly(target)
            | Self::Near(target, _) => Some(target),
            Self::None => None,
        }
    }

    /// Returns whether a value meets the target; `None` without a target. NaN meets no target.
    #[must_use]
    pub fn is_met(self, value: f64) -> Option<bool> {
        match self {
            Self::AtLeast(target) => Some(value >= target),
            Self::AtMost(target) => Some(value <= target),
            Self::Exactly(target) => Some((value - target).abs() < 1e-9),
            Self::Near(target, within) => Some((value - target).abs() <= within),
            Self::None => None,
        }
    }
}

/// The line of JSON for a figure.
#[derive(Debug, Serialize)]
struct FigureLine<'a> {
    bench: &'a str,
    figure: &'a str,
    value: f64,
    unit: &'a str,
    target: Option<f64>,
    holds: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<&'a str>,
}

/// Prints figures as they are measured, and remembers whether all of ours hold.
#[derive(Debug)]
pub struct Figures {
    bench: &'static str,
    /// Whether all figures of ours met their targets so far.
    pub hold: bool,
}

impl Figures {
    /// Creates the figures of a benchmark.
    #[must_use]
    pub fn of(bench: &'static str) -> Self {
        Self { bench, hold: true }
    }

    /// Prints a figure of ours.
    pub fn ours(&mut self, figure: &str, value: f64, unit: &str, target: FigureTarget) {
        self.hold &= self.print_figure(figure, value, unit, target, None) != Some(false);
    }

    /// Prints a figure of a peer, which may miss the target.
    pub fn peer(&mut self, peer: &str, figure: &str, value: f64, unit: &str, target: FigureTarget) {
        self.print_figure(figure, value, unit, target, Some(peer));
    }

    fn print_figure(
        &self,
        figure: &str,
        value: f64,
        unit: &str,
        target: FigureTarget,
        peer: Option<&str>,
    ) -> Option<bool> {
        let holds = target.is_met(value);
        let value = (value * 1e4).round() / 1e4;
        let line = FigureLine {
            bench: self.bench,
            figure,
            value,
            unit,
            target: target.value(),
            holds,
            peer,
        };
        if let Ok(text) = serde_json::to_string(&line) {
            // A closed pipe changes no result.
            _ = writeln!(std::io::stdout(), "{text}");
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_or_missed() {
        assert_eq!(FigureTarget::AtLeast(0.9).is_met(0.9), Some(true));
        assert_eq!(FigureTarget::AtLeast(0.9).is_met(0.8999), Some(false));
        assert_eq!(FigureTarget::AtMost(1.02).is_met(1.03), Some(false));
        assert_eq!(FigureTarget::Exactly(0.0).is_met(1.0), Some(false));
        assert_eq!(FigureTarget::Near(0.143, 0.01).is_met(0.2), Some(false));
        assert_eq!(FigureTarget::Near(0.143, 0.01).is_met(0.15), Some(true));
        assert_eq!(FigureTarget::None.is_met(7.0), None);
        assert_eq!(FigureTarget::AtLeast(0.9).is_met(f64::NAN), Some(false));
    }

    #[test]
    fn only_misses_of_our_own_figures_count() {
        let mut figures = Figures::of("test");
        figures.peer("wasteful", "calls", 9.0, "ratio", FigureTarget::AtMost(1.0));
        figures.ours("seconds", 9.0, "s", FigureTarget::None);
        assert!(figures.hold);
        figures.ours("calls", 9.0, "ratio", FigureTarget::AtMost(1.0));
        assert!(!figures.hold);
    }
}
