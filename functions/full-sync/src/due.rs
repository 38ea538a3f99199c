//! Which bindings are due.

use directory::Timestamp;
use state::Binding;

/// Whether a binding's next sweep is due.
///
/// Jittered by the binding's id, up to a tenth of the interval: on the full hour DingTalk throttles the whole platform
/// (`dingtalk-api.md` §9.2). A binding that was never swept waits for its first sweep, which a person begins.
#[must_use]
pub fn is_due(binding: &Binding, now: Timestamp) -> bool {
    let Some(swept) = binding.swept_at else { return false };
    let interval = i64::from(binding.sweep_minutes.max(1)) * 60_000;
    let spread = (interval / 10).max(1);
    let jitter = binding.id.as_str().bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000_003) % spread;
    now.millis() >= swept.millis().saturating_add(interval - jitter)
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
    fn due_after_the_interval_and_not_before() {
        let hour = 3_600_000;
        assert!(is_due(&binding(Some(0)), Timestamp(hour)));
        assert!(!is_due(&binding(Some(0)), Timestamp(hour * 8 / 10)));
        assert!(!is_due(&binding(None), Timestamp(hour)));
    }
}
