//! The binding's own counting rules: a short versioned form beside DingTalk's rules, which are only read.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How a month is counted. A form with an unknown field is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountingRules {
    /// Grows with every change. A month says by which version it was counted.
    pub version: u32,
    /// The first day that these rules count.
    pub valid_from: Date,
    /// Coming this much too late is nothing, in minutes.
    pub late_grace_minutes: i64,
    /// Going this much too early is nothing, in minutes.
    pub early_grace_minutes: i64,
    /// What is counted of a lateness above the grace.
    pub grace_mode: GraceMode,
    /// Lateness of a section from this many minutes on is absence instead; `None`: never.
    pub absent_after_late_minutes: Option<i64>,
    /// What a missing punch counts as.
    pub missing_punch: MissingPunchRule,
    /// How overtime is counted.
    pub overtime: OvertimeRules,
    /// The codes of the kinds of leave that are paid.
    pub paid_leave: BTreeSet<String>,
}

/// What is counted of a lateness above the grace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraceMode {
    /// All of it, from the planned minute on.
    Whole,
    /// What is above the grace.
    Beyond,
}

/// What a missing punch counts as. It stays a missing punch in every case, and is counted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPunchRule {
    /// A person decides. Until then the section's time is not known.
    Decide,
    /// As if it had been made as planned.
    AsPlanned,
    /// This many minutes of absence, at most the section; the rest counts as worked.
    Absence(i64),
}

/// How overtime is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OvertimeRules {
    /// From what.
    pub basis: OvertimeBasis,
    /// To which day it counts where it goes over midnight.
    pub day: OvertimeDay,
    /// How each piece is rounded.
    pub rounding: Rounding,
    /// A piece below this many minutes after rounding is nothing.
    pub least_minutes: i64,
    /// What is paid for it.
    pub factors: OvertimeFactors,
    /// Whether a shift that is planned on a public holiday counts as overtime of that day as well.
    pub holiday_shift_is_overtime: bool,
}

/// What overtime is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OvertimeBasis {
    /// The approved form alone.
    Form,
    /// As much of the approved form as lies between the day's first and last punch.
    FormWithinPunches,
}

/// To which day overtime over midnight counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OvertimeDay {
    /// The day it began.
    StartDay,
    /// Each piece to its own day.
    SplitAtMidnight,
}

/// What is paid for overtime, in per cent of an hour's pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OvertimeFactors {
    /// 工作日; the law says 150.
    pub workday_percent: i64,
    /// 休息日; the law says 200.
    pub rest_day_percent: i64,
    /// 法定节假日; the law says 300.
    pub public_holiday_percent: i64,
}

/// To whole steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The step in minutes; 1 does not round.
    pub step_minutes: i64,
    /// Which way.
    pub direction: RoundingDirection,
}

/// Which way is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingDirection {
    /// To the step below.
    Down,
    /// To the step above.
    Up,
    /// To the nearer step, half a step up.
    Nearest,
}

/// What is wrong with a form of rules. The field's name is the form's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` must lie between {least} and {most}")]
pub struct RuleFault {
    /// Which field.
    pub field: &'static str,
    /// The smallest value that is taken.
    pub least: i64,
    /// The largest value that is taken.
    pub most: i64,
}

/// All versions of a binding's rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleBook(Vec<CountingRules>);

impl Rounding {
    /// Rounds; anything below zero is zero. A step of 0 or less counts as 1.
    #[must_use]
    pub fn apply(self, minutes: i64) -> i64 {
        let (minutes, step) = (minutes.max(0), self.step_minutes.max(1));
        let added = match self.direction {
            RoundingDirection::Down => 0,
            RoundingDirection::Up => step - 1,
            RoundingDirection::Nearest => step / 2,
        };
        (minutes + added) / step * step
    }
}

impl CountingRules {
    /// What is wrong with these rules; empty where they may be used. Refused: a grace above 4 hours, a step outside 1 to 240
    /// minutes, a factor outside 100 to 1,000 per cent, an absence for a missing punch outside 0 to 24 hours.
    #[must_use]
    pub fn find_faults(&self) -> Vec<RuleFault> {
        let overtime = &self.overtime;
        let missing = match self.missing_punch {
            MissingPunchRule::Absence(minutes) => minutes,
            MissingPunchRule::Decide | MissingPunchRule::AsPlanned => 0,
        };
        let fields = [
            ("late_grace_minutes", self.late_grace_minutes, 0, 240),
            ("early_grace_minutes", self.early_grace_minutes, 0, 240),
            (
                "absent_after_late_minutes",
                self.absent_after_late_minutes.unwrap_or(1),
                1,
                1440,
            ),
            ("missing_punch.absence", missing, 0, 1440),
            ("step_minutes", overtime.rounding.step_minutes, 1, 240),
            ("least_minutes", overtime.least_minutes, 0, 1440),
            (
                "workday_percent",
                overtime.factors.workday_percent,
                100,
                1000,
            ),
            (
                "rest_day_percent",
                overtime.factors.rest_day_percent,
                100,
                1000,
            ),
            (
                "public_holiday_percent",
                overtime.factors.public_holiday_percent,
                100,
                1000,
            ),
        ];
        let outside = |(field, value, least, most): (&'static str, i64, i64, i64)| {
            (!(least..=most).contains(&value)).then_some(RuleFault { field, least, most })
        };
        fields.into_iter().filter_map(outside).collect()
    }
}

impl RuleBook {
    /// Adds a version. Its number and its first day must be later than those before it.
    ///
    /// # Errors
    /// The faults of the form, or of its place among the others. Nothing is added then.
    pub fn add(&mut self, rules: CountingRules) -> Result<(), Vec<RuleFault>> {
        let mut faults = rules.find_faults();
        let last = self.0.last();
        if last.is_some_and(|last| {
            rules.version <= last.version || rules.valid_from <= last.valid_from
        }) {
            faults.push(RuleFault {
                field: "version",
                least: last.map_or(1, |last| i64::from(last.version) + 1),
                most: i64::from(u32::MAX),
            });
        }
        if faults.is_empty() {
            self.0.push(rules);
            return Ok(());
        }
        Err(faults)
    }

    /// The rules of this day; `None` before the first ones.
    #[must_use]
    pub fn rules_on(&self, day: Date) -> Option<&CountingRules> {
        self.0.iter().rev().find(|rules| rules.valid_from <= day)
    }
}

#[cfg(test)]
mod tests;
