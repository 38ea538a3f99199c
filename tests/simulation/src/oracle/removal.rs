//! Judges removals: people must have removed the record first, and the grace period must be over.

use directory::policy::Policy;
use directory::{Kind, Side};

use super::{Oracle, RecordNumber};

/// Allowed difference of clocks, in milliseconds.
const TOLERANCE_MS: i64 = 10 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Oracle {
    /// Judges that the engine removes `who` from `side` at `at`, in an invocation that began at
    /// `began`.
    pub fn judge_removal(
        &mut self,
        policy: &Policy,
        side: Side,
        who: RecordNumber,
        (began, at): (i64, i64),
    ) {
        let decides = policy.lifecycle;
        if side == decides {
            self.report_violation(
                "removal",
                format!("{who:?} is removed from {side:?}, which decides who is there"),
            );
            return;
        }
        let grace = if side == Side::DingTalk {
            i64::from(policy.grace_days) * DAY_MS
        } else {
            0
        };
        let absences = self
            .absences
            .get(&(decides, who))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let since = absences
            .iter()
            .filter(|(_, to)| *to >= began)
            .map(|(from, _)| *from)
            .min();
        // A return that the engine could not store does not count: the grace period goes on.
        let seen = self
            .sightings
            .get(&(decides, who))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let unseen = |from: &i64| !seen.iter().any(|at| at >= from);
        let since = since.map(|since| {
            absences
                .iter()
                .map(|(from, _)| *from)
                .find(unseen)
                .unwrap_or(since)
                .min(since)
        });
        match since {
            None if self.has_been(decides, who) => {
                self.report_violation(
                    "removal",
                    format!("{who:?} is removed from {side:?} and was in {decides:?} all the time"),
                );
            }
            None => self.report_violation(
                "untouched",
                format!("{who:?} is removed from {side:?} and was never in {decides:?}"),
            ),
            Some(from) if at + TOLERANCE_MS < from + grace => {
                self.report_violation(
                    "grace",
                    format!(
                        "{who:?} is removed from {side:?} {} ms too early",
                        from + grace - at
                    ),
                );
            }
            Some(_) => {}
        }
    }

    /// Judges that the engine removes an administrator.
    pub fn judge_admin_removal(&mut self, number: u32) {
        self.report_violation(
            "administrator",
            format!(
                "{:?} is an administrator and is removed",
                (Kind::Person, number)
            ),
        );
    }
}
