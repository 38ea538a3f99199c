//! Trying everything that the sync will need, without writing.

use directory::Reason;
use ehr::EhrError;
use ehr::probe::{ProbeReport, ProbeStep, ProbeSubject};

use super::Jiandaoyun;
use super::abilities::abilities_of;
use super::failure::ehr_error;
use super::mapping::AddressBook;
use crate::client::DepartmentList;

impl Jiandaoyun {
    /// Opens the form, compares the mapping with it, reads a page of people and the departments. An address book with a
    /// department that carries an outside id is a copy, whatever the mapping says.
    pub(super) async fn try_everything(&self) -> ProbeReport {
        let mut report = ProbeReport {
            steps: Vec::new(),
            abilities: None,
        };
        let layout = match self.layout().await {
            Ok(layout) => layout,
            Err(err) => {
                report
                    .steps
                    .push(step(ProbeSubject::PeopleForm, Err(Reason::from(&err))));
                return report;
            }
        };
        report.steps.push(step(ProbeSubject::PeopleForm, Ok(())));
        let problems = Reason::all(self.mapping.find_problems(layout));
        report.steps.push(step(
            ProbeSubject::MappedFields,
            problems.map_or(Ok(()), Err),
        ));
        let people = self.list_people(None).await;
        report
            .steps
            .push(step(ProbeSubject::PeopleList, reason_of(people)));
        let departments = self.client.list_departments().await.map_err(ehr_error);
        let address_book = departments
            .as_ref()
            .map_or(self.mapping.address_book, find_address_book);
        report
            .steps
            .push(step(ProbeSubject::Departments, reason_of(departments)));
        report.abilities = Some(abilities_of(&self.mapping, address_book));
        report
    }
}

/// Whose an address book is, by what its departments carry.
fn find_address_book(list: &DepartmentList) -> AddressBook {
    if list.departments.iter().any(|department| department.is_copy) {
        AddressBook::CopyOfDingTalk
    } else {
        AddressBook::Own
    }
}

fn step(subject: ProbeSubject, result: Result<(), Reason>) -> ProbeStep {
    ProbeStep { subject, result }
}

fn reason_of<T>(result: Result<T, EhrError>) -> Result<(), Reason> {
    result.map(|_| ()).map_err(|err| Reason::from(&err))
}
