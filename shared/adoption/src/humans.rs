//! Several eHR records of one human: 换签, 实习转正, a return, a second job. They keep one account.

use std::collections::{BTreeMap, BTreeSet};

use directory::NativeId;
use directory::reason::{Reason, ReasonCode};
use directory::text::PersonalText;

use crate::departments::DepartmentMatches;
use crate::name_likeness::fold_name;
use crate::person_row::PersonRow;

/// The eHR records of one human, as places in the list; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HumanRecords {
    /// Places in the list of eHR rows, in order of their ids.
    pub places: Vec<usize>,
}

/// Which record leads, and why. `Err` if nothing says so.
pub type RecordLead = Result<(usize, Option<Reason>), Reason>;

/// Groups records that are one human for sure: the same `unionid`, or the same name together with the same mobile. A record
/// without a name or a mobile stays alone.
#[must_use]
pub fn group_humans(rows: &[PersonRow]) -> Vec<HumanRecords> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut ordered: Vec<(usize, &PersonRow)> = rows.iter().enumerate().collect();
    // By id, so that a list in another order gives the same humans and the same fingerprints.
    ordered.sort_by_key(|(_, row)| &row.id);
    for (place, row) in ordered {
        let keys = human_keys(row);
        let known = keys.iter().find_map(|key| group_of.get(key).copied());
        let group = known.unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(place);
        for key in keys {
            group_of.entry(key).or_insert(group);
        }
    }
    groups
        .into_iter()
        .map(|places| HumanRecords { places })
        .collect()
}

fn human_keys(row: &PersonRow) -> Vec<String> {
    let union = row
        .unionid
        .as_ref()
        .map(|unionid| format!("u#{}", unionid.as_str()));
    let name = row.name.as_ref().map(|name| fold_name(name.expose()));
    let mobile = row.mobile.as_ref().map(PersonalText::expose);
    let named = match (name, mobile) {
        (Some(name), Some(mobile)) if !name.is_empty() => Some(format!("n#{name}#{mobile}")),
        _ => None,
    };
    union.into_iter().chain(named).collect()
}

impl HumanRecords {
    /// The record that leads for an account in these departments of DingTalk: the only active one, else the active one in
    /// a department of the account, else, where none is active, the one that began last.
    ///
    /// # Errors
    /// `match-lead-unclear` if several are active and none or several of them are in a department of the account.
    pub fn find_lead(
        &self,
        rows: &[PersonRow],
        account: &BTreeSet<NativeId>,
        departments: &DepartmentMatches,
    ) -> RecordLead {
        let several = |code| Some(Reason::new(code)).filter(|_| self.places.len() > 1);
        let active: Vec<usize> = self
            .places
            .iter()
            .copied()
            .filter(|place| rows[*place].active)
            .collect();
        match active.as_slice() {
            [one] => Ok((*one, several(ReasonCode::MatchLeadActive))),
            [] => {
                let latest = self
                    .places
                    .iter()
                    .copied()
                    .max_by_key(|place| rows[*place].hired_on);
                let latest = latest.ok_or_else(|| Reason::new(ReasonCode::MatchLeadUnclear))?;
                Ok((latest, several(ReasonCode::MatchLeadLater)))
            }
            _ => {
                let here: BTreeSet<&NativeId> = account
                    .iter()
                    .filter_map(|id| departments.ehr_id(id))
                    .collect();
                let shares =
                    |place: &&usize| rows[**place].departments.iter().any(|id| here.contains(id));
                let sharing: Vec<&usize> = active.iter().filter(shares).collect();
                match sharing.as_slice() {
                    [one] => Ok((**one, several(ReasonCode::MatchLeadDepartment))),
                    _ => Err(Reason::new(ReasonCode::MatchLeadUnclear)),
                }
            }
        }
    }
}
