//! How far both sides agree, per field, before an owner is chosen: "手机: same 940, different 45, only in HR 15".

use std::collections::BTreeMap;

use directory::{Field, FieldSet, FieldValue, Kind, Record};

/// Counts of one field over linked pairs. They add up to the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldAgreement {
    /// Both sides show the same value.
    pub same: usize,
    /// They show different values.
    pub different: usize,
    /// Only the eHR shows a value, and DingTalk shows that it has none.
    pub only_ehr: usize,
    /// Only DingTalk has a value.
    pub only_dingtalk: usize,
    /// Both show that there is none.
    pub both_empty: usize,
    /// At least one side does not show the field. Nothing is known about these.
    pub hidden: usize,
}

/// Counts agreement over pairs `(DingTalk's record, the eHR's record)`. References have to be resolved to link ids before:
/// raw ids of two sides are never equal.
#[must_use]
pub fn count_agreement<'a>(
    kind: Kind,
    pairs: impl IntoIterator<Item = (&'a Record, &'a Record)>,
) -> BTreeMap<Field, FieldAgreement> {
    let fields = FieldSet::of_kind(kind);
    let mut counts: BTreeMap<Field, FieldAgreement> = fields
        .iter()
        .map(|field| (field, FieldAgreement::default()))
        .collect();
    for (dingtalk, ehr) in pairs {
        for (field, count) in &mut counts {
            let shown = dingtalk.values.shown_fields().contains(*field)
                && ehr.values.shown_fields().contains(*field);
            let values = (dingtalk.values.get(*field), ehr.values.get(*field));
            *cell_of(count, shown, values) += 1;
        }
    }
    counts
}

fn cell_of<'c>(
    count: &'c mut FieldAgreement,
    shown: bool,
    values: (Option<&FieldValue>, Option<&FieldValue>),
) -> &'c mut usize {
    match values {
        _ if !shown => &mut count.hidden,
        (Some(one), Some(two)) if one == two => &mut count.same,
        (Some(_), Some(_)) => &mut count.different,
        (None, Some(_)) => &mut count.only_ehr,
        (Some(_), None) => &mut count.only_dingtalk,
        (None, None) => &mut count.both_empty,
    }
}
