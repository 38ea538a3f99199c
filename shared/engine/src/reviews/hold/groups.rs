//! What is held for the same reason becomes one hold.

use std::collections::BTreeMap;

use directory::hash;
use directory::plan::HeldItem;
use directory::reason::Reason;
use directory::{Kind, WriteAction};

use super::HoldRecord;
use crate::Engine;

/// What is held for the same reason.
pub(super) struct HoldGroup<'a> {
    pub(super) first: &'a HeldItem,
    pub(super) records: Vec<HoldRecord>,
}

pub(super) fn group_by_reason(held: &[HeldItem]) -> Vec<HoldGroup<'_>> {
    let mut groups: BTreeMap<(Kind, WriteAction, &Reason), HoldGroup<'_>> = BTreeMap::new();
    for one in held {
        let Some(print) = one.fingerprint else {
            continue;
        };
        let group = groups.entry((one.kind, one.action, &one.reason));
        group
            .or_insert_with(|| HoldGroup {
                first: one,
                records: Vec::new(),
            })
            .records
            .push(HoldRecord {
                link: one.link,
                print,
            });
    }
    groups.into_values().collect()
}

impl HoldGroup<'_> {
    /// The fingerprint of all of it, as text.
    pub(super) fn id(&mut self, engine: &Engine) -> String {
        self.records
            .sort_by_key(|record| (record.print, record.link));
        self.records.dedup();
        let all: Vec<u8> = self
            .records
            .iter()
            .flat_map(|record| record.print)
            .collect();
        hash::hash_bytes(&engine.key, "hold", &all)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
