//! Which bindings are due.

use directory::Timestamp;
use state::Binding;

/// The rule fires every 15 minutes, and a sweep may wait behind one of another corp.
const GRACE_MINUTES: i64 = 30;

/// Minutes of a day.
const DAY_MINUTES: u32 = 24 * 60;

/// Whether a binding's next sweep is due. While it is paused none is; where nothing is written but plans are made, one is due
/// daily.
///
/// Jittered by the binding's id, up to a tenth of the interval: on the full hour DingTalk throttles the whole platform.
/// A binding that was never swept waits for its first sweep, which a person begins.
#[must_use]
pub fn is_due(binding: &Binding, now: Timestamp) -> bool {
    let Some(swept) = binding.swept_at.filter(|_| binding.paused.is_none()) else {
        return false;
    };
    let interval = i64::from(interval_minutes(binding)) * 60_000;
    let spread = (interval / 10).max(1);
    let jitter = binding
        .id
        .as_str()
        .bytes()
        .fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000_003)
        % spread;
    now.millis() >= swept.millis().saturating_add(interval - jitter)
}

/// Minutes between two sweeps; a plan instead of one is made daily at most.
fn interval_minutes(binding: &Binding) -> u32 {
    let daily = if binding.write_block().is_some() {
        DAY_MINUTES
    } else {
        1
    };
    binding.sweep_minutes.max(daily)
}

/// Whether a binding's sweep did not come: twice the interval has passed, and two firings of the rule. A binding that was
/// never swept waits for a person.
#[must_use]
pub fn is_overdue(binding: &Binding, now: Timestamp) -> bool {
    let allowed = i64::from(interval_minutes(binding)) * 2 + GRACE_MINUTES;
    binding.paused.is_none()
        && binding
            .swept_at
            .is_some_and(|swept| now.millis() > swept.millis().saturating_add(allowed * 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::{BindingId, CorpId};

    fn binding(swept_at: Option<i64>) -> Binding {
        let id = BindingId::new("b-1").unwrap();
        let mut binding = Binding::new(id, CorpId::new("ding1").unwrap());
        binding.sweep_minutes = 60;
        binding.swept_at = swept_at.map(Timestamp);
        binding
    }

    #[test]
    fn a_sweep_is_due_after_its_interval_and_not_before() {
        let hour = 3_600_000;
        assert!(is_due(&binding(Some(0)), Timestamp(hour)));
        assert!(!is_due(&binding(Some(0)), Timestamp(hour * 8 / 10)));
        assert!(!is_due(&binding(None), Timestamp(hour)));
    }

    #[test]
    fn no_sweep_is_due_while_paused_and_a_shadow_plan_is_due_daily() {
        let hour = 3_600_000;
        let mut binding = binding(Some(0));
        binding.shadow = true;
        assert!(!is_due(&binding, Timestamp(20 * hour)));
        assert!(is_due(&binding, Timestamp(24 * hour)));
        binding.paused = Some(state::WritePause {
            since: Timestamp(0),
            by: "li".to_owned(),
        });
        assert!(!is_due(&binding, Timestamp(100 * hour)));
        assert!(!is_overdue(&binding, Timestamp(1000 * hour)));
    }

    #[test]
    fn a_sweep_is_overdue_after_two_intervals_and_half_an_hour() {
        let allowed = 150 * 60_000;
        assert!(!is_overdue(&binding(Some(0)), Timestamp(allowed)));
        assert!(is_overdue(&binding(Some(0)), Timestamp(allowed + 1)));
        assert!(!is_overdue(&binding(None), Timestamp(allowed + 1)));
    }
}
