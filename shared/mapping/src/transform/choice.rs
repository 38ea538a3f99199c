//! Enumerations: one of a list of values, spelled differently on each side.

use directory::reason::{Reason, ReasonCode};

/// What happens to a native value that the table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownChoice {
    /// It is refused with `value-choice-unknown`.
    Refuse,
    /// It is taken as it is.
    Keep,
    /// It becomes this value. What it was is lost, so the field is one-way.
    Becomes(String),
}

/// Native values with the canonical value of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceTable {
    /// Native, canonical. Of several native values for one canonical value the first one is written.
    pub pairs: Vec<(String, String)>,
    /// What happens to any other native value.
    pub otherwise: UnknownChoice,
}

impl ChoiceTable {
    /// Whether a canonical value can be written back.
    #[must_use]
    pub fn is_reversible(&self) -> bool {
        !matches!(self.otherwise, UnknownChoice::Becomes(_))
    }

    /// Looks a native value up; blanks at its ends do not count.
    pub(super) fn read(&self, native: &str) -> Result<String, Reason> {
        let native = native.trim_matches(super::is_blank);
        match self.pairs.iter().find(|(known, _)| known == native) {
            Some((_, canonical)) => Ok(canonical.clone()),
            None => match &self.otherwise {
                UnknownChoice::Refuse => Err(Reason::new(ReasonCode::ValueChoiceUnknown)),
                UnknownChoice::Keep => Ok(native.to_owned()),
                UnknownChoice::Becomes(value) => Ok(value.clone()),
            },
        }
    }

    pub(super) fn write(&self, canonical: &str) -> Result<String, Reason> {
        match self.pairs.iter().find(|(_, known)| known == canonical) {
            Some((native, _)) => Ok(native.clone()),
            None if self.otherwise == UnknownChoice::Keep => Ok(canonical.to_owned()),
            None => Err(Reason::new(ReasonCode::ValueChoiceUnknown)),
        }
    }
}
