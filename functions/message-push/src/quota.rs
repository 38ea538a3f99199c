//! What DingTalk counts and we spend: people whom an app reaches per minute, calls of a month. Counted where all instances
//! see it.

use directory::canonical::shanghai_day;
use directory::{CorpId, Timestamp};
use runtime::metrics;
use serde::{Deserialize, Serialize};
use state::store::{ControlKind, PutCondition};
use state::{Binding, Store, StoreError, WriteError};

/// Receivers per minute and app. Over it, DingTalk answers "ok" and silently drops.
pub(crate) const RECEIVERS_MAX: u32 = 5_000;
/// Attempts at counting while others count too.
const TRIES: u32 = 8;
/// How long a month's count is kept: until nobody asks about the month before any more.
const MONTH_KEPT_S: i64 = 62 * 24 * 60 * 60;

/// How much of a limit is taken; over 100 where it does not fit.
fn percent_of(count: u32, max: u32) -> f64 {
    f64::from(count) * 100.0 / f64::from(max.max(1))
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct QuotaUse {
    /// By the name that the version before reads.
    #[serde(rename = "receivers")]
    count: u32,
}

/// Takes room for `receivers` in this minute; `false` where there is none left. What was taken is never given back: a
/// message that was refused may count at DingTalk as well.
pub(crate) async fn take_minute_quota(
    store: &Store,
    corp: &CorpId,
    receivers: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let minute = now.millis() / 60_000;
    let counter = QuotaCounter {
        id: format!("messages.{minute}"),
        max: RECEIVERS_MAX,
        expires: (minute + 60) * 60,
    };
    let (total, taken) = counter.try_add(store, corp, receivers).await?;
    metrics::record(metrics::QUOTA_USED, percent_of(total, RECEIVERS_MAX));
    Ok(taken)
}

/// Counts one metered call in its calendar month, in Asia/Shanghai. It only warns: DingTalk alone knows what the company's
/// other apps spend, and refuses by itself, so that a count that fails stops no message.
pub(crate) async fn count_call(store: &Store, binding: &Binding, now: Timestamp) {
    let Some(day) = shanghai_day(now) else { return };
    let id = format!("calls.{:04}-{:02}", day.year(), day.month());
    let counter = QuotaCounter {
        id,
        max: u32::MAX,
        expires: now.millis() / 1_000 + MONTH_KEPT_S,
    };
    match counter.try_add(store, &binding.corp_id, 1).await {
        Ok((total, _)) => metrics::record(
            metrics::QUOTA_USED,
            percent_of(total, binding.calls_per_month),
        ),
        Err(err) => {
            tracing::warn!(reason = %err, "a call was not counted towards the month's quota");
        }
    }
}

/// One item of kind `quota`.
struct QuotaCounter {
    id: String,
    max: u32,
    /// Seconds since 1970.
    expires: i64,
}

impl QuotaCounter {
    /// What it comes to with so many more, and whether they were added: not above `max`, nor while too many others count.
    async fn try_add(
        &self,
        store: &Store,
        corp: &CorpId,
        more: u32,
    ) -> Result<(u32, bool), StoreError> {
        let mut total = more;
        for _ in 0..TRIES {
            let stored = store
                .get_control::<QuotaUse>(corp, ControlKind::Quota, &self.id)
                .await?;
            total = stored
                .as_ref()
                .map_or(0, |stored| stored.body.count)
                .saturating_add(more);
            if total > self.max {
                break;
            }
            let condition = stored.map_or(PutCondition::New, |stored| {
                PutCondition::Version(stored.version)
            });
            let (used, expires) = (QuotaUse { count: total }, Some(self.expires));
            let put = store.put_control(
                corp,
                ControlKind::Quota,
                &self.id,
                &used,
                condition,
                expires,
            );
            match put.await {
                Ok(_) => return Ok((total, true)),
                Err(WriteError::Stale | WriteError::Exists { .. }) => {}
                Err(WriteError::Store(error)) => return Err(error),
                Err(WriteError::TooLarge { .. }) => break,
            }
        }
        Ok((total, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_metric_reaches_80_at_four_fifths_of_the_minute() {
        assert!((percent_of(4_000, RECEIVERS_MAX) - 80.0).abs() < f64::EPSILON);
        assert!((percent_of(RECEIVERS_MAX, RECEIVERS_MAX) - 100.0).abs() < f64::EPSILON);
        assert!(percent_of(0, RECEIVERS_MAX).abs() < f64::EPSILON);
        assert!(
            percent_of(1, 0) >= 100.0,
            "a company without a quota has used it up"
        );
    }

    #[test]
    fn a_count_is_readable_by_the_previous_version() {
        assert_eq!(
            serde_json::to_string(&QuotaUse { count: 7 }).unwrap(),
            r#"{"receivers":7}"#
        );
    }
}
