//! What an eHR shows when it is tried: one step, one result, so that a green tick says what it proves.

use directory::Reason;

use crate::abilities::Abilities;

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    /// Each step with its result, in order. A step whose condition failed is not there: it was not tried.
    pub steps: Vec<ProbeStep>,
    /// What the connector can do, as far as the probe found out; `None` where it did not get so far.
    pub abilities: Option<Abilities>,
}

impl ProbeReport {
    /// Whether every step went well.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.abilities.is_some() && self.steps.iter().all(|step| step.result.is_ok())
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeStep {
    /// What was tried.
    pub subject: ProbeSubject,
    /// What came of it.
    pub result: Result<(), Reason>,
}

/// What a step tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeSubject {
    /// The form of people can be opened with this key.
    PeopleForm,
    /// The mapped fields of that form are there and of the kind that the mapping says.
    MappedFields,
    /// A page of people can be read.
    PeopleList,
    /// The departments can be read.
    Departments,
}
