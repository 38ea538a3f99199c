//! What a person's days are counted from, and how something open is named.

use directory::UserId;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::calendar::WorkCalendar;
use crate::decision::{Decision, DecisionKey, DecisionKind, Ruling, Rulings};
use crate::evidence::EvidenceId;
use crate::fact_book::FactBook;
use crate::requests::EffectiveRequest;
use crate::rules::CountingRules;

/// Who is counted, and from when to when.
#[derive(Debug, Clone)]
pub struct PersonTerms {
    /// Who.
    pub user: UserId,
    /// The zone of the clock on the wall where the person works: for pauses, and for the days of overtime.
    pub zone: TimeZone,
    /// The first day of the employment, where it lies in or after the month.
    pub employed_from: Option<Date>,
    /// The last day, where it is known. Later days are not counted.
    pub employed_to: Option<Date>,
}

/// What a person's days are counted from.
pub(crate) struct CountContext<'a> {
    pub(crate) terms: &'a PersonTerms,
    pub(crate) book: &'a FactBook,
    pub(crate) rules: &'a CountingRules,
    pub(crate) calendar: &'a WorkCalendar,
    pub(crate) rulings: &'a Rulings,
    pub(crate) effective: Vec<EffectiveRequest<'a>>,
}

impl CountContext<'_> {
    pub(crate) fn decision(
        &self,
        date: Date,
        kind: DecisionKind,
        about: Option<EvidenceId>,
        minutes: i64,
        evidence: &[EvidenceId],
    ) -> Decision {
        let key = DecisionKey {
            user: self.terms.user.clone(),
            date,
            kind,
            about,
        };
        Decision {
            key,
            minutes,
            evidence: evidence.to_vec(),
        }
    }

    /// What was decided, where this kind takes such a ruling.
    pub(crate) fn ruling(&self, key: &DecisionKey) -> Option<Ruling> {
        let ruling = self.rulings.get(key).copied();
        ruling.filter(|ruling| key.kind.takes(*ruling))
    }
}
