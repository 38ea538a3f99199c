//! What applying a plan will cost: calls to DingTalk, metered quota, time at the pace.

use std::collections::BTreeMap;

use directory::{Field, Kind, Side, WriteAction};
use serde::{Deserialize, Serialize};

use super::body::{PlannedItem, PlannedPart};

/// Records that are looked at together: an administrator's list and a canary are asked for once in as many.
const RECORDS_TOGETHER: u64 = super::plan_run::CHUNK_ITEMS as u64;

/// Predicted cost of applying a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Forecast {
    /// Calls to DingTalk by interface.
    pub calls: BTreeMap<String, u64>,
    /// Calls of them that count against the month's quota: none, contacts are not metered.
    pub metered: u64,
    /// Seconds at the pace: interfaces are paced apart, the fullest one decides.
    pub seconds: u64,
}

impl Forecast {
    /// Of these items, at so many calls a second and interface.
    #[must_use]
    pub fn of(items: &[PlannedItem], calls_per_second: u32) -> Self {
        let mut calls: BTreeMap<String, u64> = BTreeMap::new();
        let mut count = |interface: &str, n: u64| {
            if n > 0 {
                *calls.entry(interface.to_owned()).or_default() += n;
            }
        };
        count("auth/scopes", u64::from(!items.is_empty()));
        for item in items {
            count(read_interface(item.kind), u64::from(is_read(item)));
            item.part(Side::DingTalk)
                .into_iter()
                .flat_map(|part| write_interfaces(item.kind, part))
                .for_each(|name| count(name, 1));
        }
        let canaries = items.iter().filter(|item| item.needs_canary).count() as u64;
        count("user/listadmin", canaries.div_ceil(RECORDS_TOGETHER) * 2);
        // The canary, and a second look at whom "not found" is about.
        count("user/get", canaries.div_ceil(RECORDS_TOGETHER));
        count(
            "user/get",
            items
                .iter()
                .filter(|item| item.needs_canary && item.kind == Kind::Person)
                .count() as u64,
        );
        let fullest = calls.values().copied().max().unwrap_or_default();
        Self {
            seconds: fullest.div_ceil(u64::from(calls_per_second.max(1))),
            metered: 0,
            calls,
        }
    }

    /// All calls.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.calls.values().sum()
    }
}

fn read_interface(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "user/get",
        Kind::Department => "department/get",
    }
}

/// Whether DingTalk has something to be read before it is written.
fn is_read(item: &PlannedItem) -> bool {
    let creates = item
        .part(Side::DingTalk)
        .is_some_and(|part| part.action == WriteAction::Create);
    let special = item.kind == Kind::Department
        && item
            .dingtalk
            .as_ref()
            .and_then(directory::NativeId::to_dept_id)
            .is_some_and(|id| !id.is_ordinary());
    item.dingtalk.is_some() && !creates && !special
}

/// The calls of one write, the read back among them.
fn write_interfaces(kind: Kind, part: &PlannedPart) -> Vec<&'static str> {
    let has_mobile = part
        .changes
        .iter()
        .any(|change| change.field == Field::Mobile);
    match (kind, part.action) {
        (Kind::Person, WriteAction::Create) if has_mobile => {
            vec!["user/getbymobile", "user/create", "user/get"]
        }
        (Kind::Person, WriteAction::Create) => vec!["user/create", "user/get"],
        (Kind::Person, WriteAction::Update | WriteAction::Restore) => {
            vec!["user/update", "user/get"]
        }
        (Kind::Person, WriteAction::Remove) => vec!["user/delete"],
        (Kind::Department, WriteAction::Create) => {
            vec!["department/listsub", "department/create", "department/get"]
        }
        (Kind::Department, WriteAction::Update | WriteAction::Restore) => {
            vec!["department/update", "department/get"]
        }
        (Kind::Department, WriteAction::Remove) => vec!["department/delete"],
    }
}
