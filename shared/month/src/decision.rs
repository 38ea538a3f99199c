//! What a person must decide before a month is closed, and what was decided.

use std::collections::BTreeMap;

use directory::UserId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::evidence::EvidenceId;

/// Something that the facts leave open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What it is about.
    pub key: DecisionKey,
    /// How many minutes depend on it; 0 where that is not known.
    pub minutes: i64,
    /// What it rests on.
    pub evidence: Vec<EvidenceId>,
}

/// Whose, which day, what. Stays the same when the month is counted again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DecisionKey {
    /// Whose.
    pub user: UserId,
    /// Of which day.
    pub date: Date,
    /// What.
    pub kind: DecisionKind,
    /// The planned punch or request, where there can be several in a day.
    pub about: Option<EvidenceId>,
}

/// What can be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// One of a section's punches is missing.
    MissingPunch,
    /// Nobody punched in a whole section, and no request says why.
    Absence,
    /// DingTalk has not said what came of a planned punch, or it was not understood.
    ResultNotKnown,
    /// The day's schedule was never read.
    PlanNotRead,
    /// A working day of somebody without any schedule: in no attendance group.
    NoPlan,
    /// The company's calendar does not say what the day is.
    DayKindNotKnown,
    /// A leave of a kind that no type, or more than one, has the name of.
    LeaveTypeNotKnown,
    /// A leave takes off another number of minutes than the schedule has there.
    LeaveDisagrees,
    /// An approved overtime without punches around it.
    OvertimeWithoutPunch,
    /// A request is not decided yet.
    RequestOpen,
    /// A passed request with values that are not understood.
    RequestUnreadable,
}

/// What somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// It counts as planned: of a missing punch or an absence.
    AsPlanned,
    /// It counts as absence: of a missing punch (the whole section) or an absence.
    AsAbsence,
    /// It counts with this many minutes: of an overtime without punches.
    Minutes(i64),
    /// As it stands; nothing is added for it.
    AsItStands,
}

/// What was decided in a month.
pub type Rulings = BTreeMap<DecisionKey, Ruling>;

impl DecisionKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::MissingPunch,
        Self::Absence,
        Self::ResultNotKnown,
        Self::PlanNotRead,
        Self::NoPlan,
        Self::DayKindNotKnown,
        Self::LeaveTypeNotKnown,
        Self::LeaveDisagrees,
        Self::OvertimeWithoutPunch,
        Self::RequestOpen,
        Self::RequestUnreadable,
    ];

    /// Its code, as it is stored and printed.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingPunch => "missing_punch",
            Self::Absence => "absence",
            Self::ResultNotKnown => "result_not_known",
            Self::PlanNotRead => "plan_not_read",
            Self::NoPlan => "no_plan",
            Self::DayKindNotKnown => "day_kind_not_known",
            Self::LeaveTypeNotKnown => "leave_type_not_known",
            Self::LeaveDisagrees => "leave_disagrees",
            Self::OvertimeWithoutPunch => "overtime_without_punch",
            Self::RequestOpen => "request_open",
            Self::RequestUnreadable => "request_unreadable",
        }
    }

    /// The id of its sentence in the catalogue, which takes the `date`; what to do about it is the remedy.
    #[must_use]
    pub fn text_id(self) -> String {
        format!("decision-{}", self.code().replace('_', "-"))
    }

    /// Whether somebody may decide it this way. Facts that were not read are read again, not decided.
    #[must_use]
    pub fn takes(self, ruling: Ruling) -> bool {
        match self {
            Self::MissingPunch | Self::Absence => {
                matches!(ruling, Ruling::AsPlanned | Ruling::AsAbsence)
            }
            Self::OvertimeWithoutPunch => {
                matches!(ruling, Ruling::Minutes(0..=1440) | Ruling::AsItStands)
            }
            Self::PlanNotRead | Self::ResultNotKnown | Self::DayKindNotKnown => false,
            Self::NoPlan
            | Self::LeaveTypeNotKnown
            | Self::LeaveDisagrees
            | Self::RequestOpen
            | Self::RequestUnreadable => ruling == Ruling::AsItStands,
        }
    }
}
