//! The probes: one pure function each.

use directory::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::evidence::{AnswerEvidence, DoctorEvidence, PermissionEvidence};
use super::finding::{FindingCause, FindingState, ProbeFinding};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The AppSecret should be changed after this many days.
const SECRET_AGE_MAX_DAYS: u32 = 90;

/// DingTalk refuses signatures whose time is off by more; its own tolerance is not documented.
const CLOCK_OFFSET_MAX_MS: i64 = 60 * 1000;

/// Shares, in percent, from which the quota is a concern, and spent.
const QUOTA_CARE_PERCENT: u64 = 80;

macro_rules! define_probes {
    ($($(#[$doc:meta])* $probe:ident = $key:literal, $judge:path;)*) => {
        /// What is looked at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Probe {
            $($(#[$doc])* $probe,)*
        }

        impl Probe {
            /// Every probe, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$probe),*];

            /// The id of its name in the catalogue. What its green mark proves has the same id with `-proves`.
            #[must_use]
            pub const fn text_id(self) -> &'static str {
                match self {
                    $(Self::$probe => concat!("probe-", $key),)*
                }
            }

            fn judge(self, evidence: &DoctorEvidence, now: Timestamp) -> Verdict {
                match self {
                    $(Self::$probe => $judge(evidence, now),)*
                }
            }
        }
    };
}

define_probes! {
    /// AppKey and AppSecret.
    Token = "token", judge_token;
    /// The app's company.
    Company = "company", judge_company;
    /// Reading people and departments.
    ReadContacts = "read-contacts", judge_read_contacts;
    /// Writing people and departments.
    WriteContacts = "write-contacts", judge_write_contacts;
    /// What the app may see.
    Scope = "scope", judge_scope;
    /// Fields that DingTalk hides.
    HiddenFields = "hidden-fields", judge_hidden_fields;
    /// The callback address.
    Callback = "callback", judge_callback;
    /// Events that arrive.
    Events = "events", judge_events;
    /// Complete sweeps.
    Sweeps = "sweeps", judge_sweeps;
    /// Metered calls.
    Quota = "quota", judge_quota;
    /// The clock.
    Clock = "clock", judge_clock;
    /// The eHR.
    Ehr = "ehr", judge_ehr;
    /// Messages.
    Messages = "messages", judge_messages;
    /// The journal.
    Journal = "journal", judge_journal;
    /// The age of the AppSecret.
    SecretAge = "secret-age", judge_secret_age;
    /// Decisions that wait for long.
    Waiting = "waiting", judge_waiting;
}

/// What a probe says: fine, or a state with its cause.
type Verdict = Option<Result<(), (FindingState, FindingCause)>>;

fn proven() -> Verdict {
    Some(Ok(()))
}

fn care(cause: FindingCause) -> Verdict {
    Some(Err((FindingState::Care, cause)))
}

fn stopped(cause: FindingCause) -> Verdict {
    Some(Err((FindingState::Stopped, cause)))
}

/// Runs every probe; what is wrong stands first.
#[must_use]
pub fn examine_binding(evidence: &DoctorEvidence, now: Timestamp) -> Vec<ProbeFinding> {
    let mut findings: Vec<ProbeFinding> = Probe::ALL
        .iter()
        .map(|probe| {
            let (state, cause) = match probe.judge(evidence, now) {
                Some(Ok(())) => (FindingState::Proven, None),
                Some(Err((state, cause))) => (state, Some(cause)),
                None => (
                    FindingState::Unknown,
                    Some(FindingCause::new("probe-no-evidence")),
                ),
            };
            ProbeFinding {
                probe: *probe,
                state,
                cause,
            }
        })
        .collect();
    findings.sort_by_key(|finding| finding.state);
    findings
}

fn judge_token(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    match evidence.token? {
        AnswerEvidence::Accepted => proven(),
        AnswerEvidence::CredentialsRefused => stopped(FindingCause::new("probe-token-refused")),
        AnswerEvidence::Unreachable => care(FindingCause::new("probe-token-unreachable")),
    }
}

fn judge_company(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    if evidence.is_own_company? {
        proven()
    } else {
        stopped(FindingCause::new("probe-company-other"))
    }
}

fn judge_read_contacts(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    match evidence.read_contacts? {
        PermissionEvidence::Granted => proven(),
        PermissionEvidence::MissingOrUnpublished => {
            stopped(FindingCause::new("probe-read-contacts-missing"))
        }
    }
}

fn judge_write_contacts(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    match evidence.write_contacts? {
        PermissionEvidence::Granted => proven(),
        PermissionEvidence::MissingOrUnpublished => {
            stopped(FindingCause::new("probe-write-contacts-missing"))
        }
    }
}

fn judge_scope(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    let scope = evidence.scope?;
    if !scope.is_accepted {
        return stopped(FindingCause::new("probe-scope-changed"));
    }
    match scope.left_out {
        Some(0) => proven(),
        None if scope.is_whole_company => proven(),
        Some(people) => care(FindingCause::new("probe-scope-left-out").number("people", people)),
        None => care(FindingCause::new("probe-scope-partial")),
    }
}

fn judge_hidden_fields(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    let hidden = evidence.hidden_fields.as_ref()?;
    if hidden.is_empty() {
        return proven();
    }
    care(FindingCause::new("probe-hidden-fields-found").fields(hidden))
}

fn judge_callback(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    if !evidence.has_callback_address? {
        return care(FindingCause::new("probe-callback-none"));
    }
    match evidence.callback_verified {
        Some(_) => proven(),
        None => stopped(FindingCause::new("probe-callback-unverified")),
    }
}

fn judge_events(evidence: &DoctorEvidence, now: Timestamp) -> Verdict {
    if !evidence.has_callback_address? {
        return care(FindingCause::new("probe-events-off"));
    }
    let missed = evidence.missed_by_events?;
    if missed > 0 {
        return care(FindingCause::new("probe-events-missed").number("changes", missed));
    }
    let last = evidence.last_event?;
    let silent_days = (now.millis() - last.millis()) / DAY_MS;
    if silent_days >= 7 {
        return care(FindingCause::new("probe-events-silent").number("days", silent_days));
    }
    proven()
}

fn judge_sweeps(evidence: &DoctorEvidence, now: Timestamp) -> Verdict {
    let every_ms = i64::from(evidence.sweep_minutes?) * 60 * 1000;
    let age_ms = now.millis() - evidence.swept_at?.millis();
    if age_ms > every_ms.saturating_mul(3).max(HOUR_MS) {
        return stopped(FindingCause::new("probe-sweeps-old").number("hours", age_ms / HOUR_MS));
    }
    proven()
}

fn judge_quota(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    let quota = evidence.quota?;
    let share = quota.used.saturating_mul(100) / quota.granted.max(1);
    let cause = |id| {
        FindingCause::new(id)
            .number("used", quota.used)
            .number("granted", quota.granted)
    };
    if share >= 100 {
        return stopped(cause("probe-quota-spent"));
    }
    let passed = u64::from(evidence.month_passed_per_mille?);
    let runs_out = quota.used.saturating_mul(1000) > quota.granted.saturating_mul(passed);
    if share >= QUOTA_CARE_PERCENT && runs_out {
        return care(cause("probe-quota-runs-out"));
    }
    proven()
}

fn judge_clock(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    let offset_ms = evidence.clock_offset_ms?;
    if offset_ms.abs() <= CLOCK_OFFSET_MAX_MS {
        return proven();
    }
    stopped(FindingCause::new("probe-clock-off").number("seconds", offset_ms / 1000))
}

fn judge_ehr(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    match evidence.ehr? {
        AnswerEvidence::Accepted => proven(),
        AnswerEvidence::CredentialsRefused => stopped(FindingCause::new("probe-ehr-refused")),
        AnswerEvidence::Unreachable => care(FindingCause::new("probe-ehr-unreachable")),
    }
}

fn judge_messages(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    let messages = evidence.messages?;
    if messages.refused == 0 {
        // Nothing was sent: nothing is proven.
        return (messages.sent > 0).then_some(Ok(()));
    }
    let cause = FindingCause::new("probe-messages-refused");
    let cause = cause
        .number("refused", messages.refused)
        .number("sent", messages.sent);
    if messages.refused >= messages.sent {
        stopped(cause)
    } else {
        care(cause)
    }
}

fn judge_journal(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    if evidence.journal?.is_broken {
        return stopped(FindingCause::new("probe-journal-broken"));
    }
    proven()
}

fn judge_secret_age(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    let days = evidence.secret_age_days?;
    if days < SECRET_AGE_MAX_DAYS {
        return proven();
    }
    care(FindingCause::new("probe-secret-age-due").number("days", days))
}

fn judge_waiting(evidence: &DoctorEvidence, _: Timestamp) -> Verdict {
    match evidence.waiting_long? {
        0 => proven(),
        count => care(FindingCause::new("probe-waiting-long").number("count", count)),
    }
}

#[cfg(test)]
mod tests;
