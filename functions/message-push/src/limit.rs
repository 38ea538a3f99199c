//! How many people an app may reach per minute, counted where all instances see it.

use directory::{CorpId, Timestamp};
use runtime::metrics;
use serde::{Deserialize, Serialize};
use state::store::{Condition, ControlKind};
use state::{Store, StoreError, WriteError};

/// Receivers per minute and app (`dingtalk-api.md` §6.1). Over it, DingTalk answers "ok" and silently drops.
pub(crate) const RECEIVERS_MAX: u32 = 5_000;
/// Attempts at counting while others count too.
const TRIES: u32 = 8;

/// How much of the minute is taken, once this is; over 100 where it does not fit.
fn percent(receivers: u32) -> f64 {
    f64::from(receivers) * 100.0 / f64::from(RECEIVERS_MAX)
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Used {
    receivers: u32,
}

/// Takes room for `receivers` in this minute; `false` where there is none left. What was taken is never given back: a
/// message that was refused may count at DingTalk as well.
pub(crate) async fn take(store: &Store, corp: &CorpId, receivers: u32, now: Timestamp) -> Result<bool, StoreError> {
    let minute = now.millis() / 60_000;
    let id = format!("messages.{minute}");
    let expires = Some((minute + 60) * 60);
    for _ in 0..TRIES {
        let stored = store.get_control::<Used>(corp, ControlKind::Quota, &id).await?;
        let used = stored.as_ref().map_or(0, |stored| stored.body.receivers);
        let total = used.saturating_add(receivers);
        metrics::record(metrics::QUOTA_USED, percent(total));
        if total > RECEIVERS_MAX {
            return Ok(false);
        }
        let condition = stored.map_or(Condition::New, |stored| Condition::Version(stored.version));
        let used = Used { receivers: total };
        let put = store.put_control(corp, ControlKind::Quota, &id, &used, condition, expires);
        match put.await {
            Ok(_) => return Ok(true),
            Err(WriteError::Stale | WriteError::Exists { .. }) => {}
            Err(WriteError::Store(error)) => return Err(error),
            Err(WriteError::TooLarge { .. }) => return Ok(false),
        }
    }
    // So many others count at once that the minute is as good as full.
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_stands_at_four_fifths_of_the_minute() {
        assert!((percent(4_000) - 80.0).abs() < f64::EPSILON);
        assert!((percent(RECEIVERS_MAX) - 100.0).abs() < f64::EPSILON);
        assert!(percent(0).abs() < f64::EPSILON);
    }
}
