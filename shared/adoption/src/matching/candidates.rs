//! Pairs that are worth a comparison: people who share a key, looked up instead of comparing everybody with everybody.

use std::collections::{BTreeMap, BTreeSet};

use directory::NativeId;

use crate::departments::DepartmentMatches;
use crate::evidence::{Evidence, MatchKey, weigh_evidence};
use crate::humans::HumanRecords;
use crate::name_likeness::{fold_name, spell_name};
use crate::person_row::PersonRow;

/// The people of both sides, and everything that was found in common.
pub(super) struct Candidates<'a> {
    pub(super) dingtalk: &'a [PersonRow],
    pub(super) ehr: &'a [PersonRow],
    pub(super) humans: Vec<HumanRecords>,
    /// Account and human, with the keys of the human's records together.
    pub(super) pairs: BTreeMap<(usize, usize), Evidence>,
    /// Accounts of each human that has pairs, and humans of each account.
    pub(super) accounts: BTreeMap<usize, BTreeSet<usize>>,
    pub(super) humans_of: BTreeMap<usize, BTreeSet<usize>>,
    /// How often a key is there on each side: accounts, humans.
    uses: BTreeMap<String, (usize, usize)>,
}

impl<'a> Candidates<'a> {
    pub(super) fn find(
        dingtalk: &'a [PersonRow],
        ehr: &'a [PersonRow],
        humans: Vec<HumanRecords>,
        departments: &DepartmentMatches,
    ) -> Self {
        let mut found = Self {
            dingtalk,
            ehr,
            humans,
            pairs: BTreeMap::new(),
            accounts: BTreeMap::new(),
            humans_of: BTreeMap::new(),
            uses: BTreeMap::new(),
        };
        let mut by_key: BTreeMap<String, (BTreeSet<usize>, BTreeSet<usize>)> = BTreeMap::new();
        for (place, row) in dingtalk.iter().enumerate() {
            let shared = row
                .departments
                .iter()
                .filter_map(|id| departments.ehr_id(id));
            let near = near_keys(row, shared);
            for key in lookup_keys(row, true).into_iter().chain(near) {
                by_key.entry(key).or_default().0.insert(place);
            }
        }
        for (human, records) in found.humans.iter().enumerate() {
            for row in records.places.iter().map(|place| &ehr[*place]) {
                let near = near_keys(row, row.departments.iter());
                for key in lookup_keys(row, false).into_iter().chain(near) {
                    by_key.entry(key).or_default().1.insert(human);
                }
            }
        }
        for (key, (accounts, humans)) in by_key {
            found.compare(&accounts, &humans, departments);
            found.uses.insert(key, (accounts.len(), humans.len()));
        }
        found
    }

    fn compare(
        &mut self,
        accounts: &BTreeSet<usize>,
        humans: &BTreeSet<usize>,
        departments: &DepartmentMatches,
    ) {
        for account in accounts {
            for human in humans {
                if self.pairs.contains_key(&(*account, *human)) {
                    continue;
                }
                let evidence = self.weigh(*account, *human, departments);
                if is_worth_keeping(evidence) {
                    self.pairs.insert((*account, *human), evidence);
                    self.accounts.entry(*human).or_default().insert(*account);
                    self.humans_of.entry(*account).or_default().insert(*human);
                }
            }
        }
    }

    /// The evidence of the record of the human that speaks loudest.
    fn weigh(&self, account: usize, human: usize, departments: &DepartmentMatches) -> Evidence {
        let places = self.humans[human].places.iter();
        let weighed = places.map(|place| {
            let row = &self.ehr[*place];
            (
                weigh_evidence(&self.dingtalk[account], row, departments),
                row.active,
            )
        });
        let best = weighed.max_by_key(|(evidence, active)| (evidence.weight(), *active));
        best.map(|(evidence, _)| evidence).unwrap_or_default()
    }

    /// Whether a key of an account is there once on each side.
    pub(super) fn is_unique(&self, key: &str) -> bool {
        self.uses.get(key) == Some(&(1, 1))
    }

    /// How many accounts and humans have a key.
    pub(super) fn count(&self, key: &str) -> (usize, usize) {
        self.uses.get(key).copied().unwrap_or_default()
    }
}

/// A department and a day of entry alone are shared by many.
fn is_worth_keeping(evidence: Evidence) -> bool {
    let near = evidence.has(MatchKey::NearName)
        && (evidence.has(MatchKey::Department) || evidence.has(MatchKey::HiredOn));
    near || evidence.shares_a_key()
}

/// The keys by which a person is looked up. Those of names and mobiles are also counted.
fn lookup_keys(row: &PersonRow, dingtalk: bool) -> Vec<String> {
    let text = |prefix: &str, text: &Option<_>| {
        text.as_ref()
            .map(|text: &directory::text::PersonalText| format!("{prefix}#{}", text.expose()))
    };
    let kept = row
        .kept
        .as_ref()
        .map(|id| format!("{}#{}", if dingtalk { "ke" } else { "kd" }, id.as_str()));
    let own = format!("{}#{}", if dingtalk { "kd" } else { "ke" }, row.id.as_str());
    let union = row.unionid.as_ref().map(|id| format!("u#{}", id.as_str()));
    let keys = [
        kept,
        Some(own),
        union,
        name_key(row),
        text("m", &row.mobile),
        text("j", &row.job_number),
        text("e", &row.email),
        pair_key(row),
    ];
    keys.into_iter().flatten().collect()
}

/// Keys that two nearly equal names share, each within a department of the eHR or a day of entry: the sound, and the name
/// without one character. Two names of which one character differs share one of the latter.
fn near_keys<'a>(row: &PersonRow, departments: impl Iterator<Item = &'a NativeId>) -> Vec<String> {
    let Some(name) = &row.name else {
        return Vec::new();
    };
    let folded = fold_name(name.expose());
    let letters: Vec<char> = folded.chars().collect();
    let shortened = (0..letters.len()).map(|gap| {
        let kept = letters.iter().enumerate().filter(|(at, _)| *at != gap);
        format!("x#{}", kept.map(|(_, c)| c).collect::<String>())
    });
    let mut shapes: BTreeSet<String> = shortened.collect();
    shapes.insert(format!("x#{folded}"));
    shapes.insert(format!("s#{}", spell_name(&folded)));
    let day = row.hired_on.map(|day| format!("h#{day}"));
    let within = departments
        .map(|id| format!("d#{}", id.as_str()))
        .chain(day);
    within
        .flat_map(|place| {
            shapes
                .iter()
                .map(move |shape| format!("{shape}#{place}"))
                .collect::<Vec<_>>()
        })
        .collect()
}

pub(super) fn name_key(row: &PersonRow) -> Option<String> {
    let folded = fold_name(row.name.as_ref()?.expose());
    (!folded.is_empty()).then(|| format!("n#{folded}"))
}

pub(super) fn mobile_key(row: &PersonRow) -> Option<String> {
    Some(format!("m#{}", row.mobile.as_ref()?.expose()))
}

pub(super) fn job_number_key(row: &PersonRow) -> Option<String> {
    Some(format!("j#{}", row.job_number.as_ref()?.expose()))
}

/// Name and mobile together.
pub(super) fn pair_key(row: &PersonRow) -> Option<String> {
    Some(format!("{}#{}", name_key(row)?, mobile_key(row)?))
}
