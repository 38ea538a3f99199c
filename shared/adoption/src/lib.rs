#![doc = include_str!("../README.md")]

pub mod agreement;
pub mod decision;
pub mod departments;
pub mod evidence;
#[cfg(feature = "generator")]
pub mod generated;
pub mod humans;
pub mod matching;
pub mod name_likeness;
pub mod person_row;
#[doc(hidden)]
pub mod planted;

pub use decision::{LinkPlan, MatchDecision, MatchVerdict, settle_matches};
pub use departments::{DepartmentMatches, DepartmentRow, match_departments};
pub use evidence::{Evidence, MatchKey};
pub use matching::{AdoptionReport, MatchClass, PersonMatch, match_people};
pub use person_row::PersonRow;
