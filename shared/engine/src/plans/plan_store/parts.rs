//! A plan's body in parts.

use super::*;

/// The body's bytes, part by part; a plan without items has one part as well.
pub(super) fn encode_parts(
    plan: &str,
    items: Vec<PlannedItem>,
    held: Vec<HeldItem>,
    labels: BTreeMap<LinkId, String>,
) -> Result<Vec<Vec<u8>>, PlanError> {
    let mut parts = Vec::new();
    let mut items = items.into_iter().peekable();
    let (mut held, mut labels) = (Some(held), Some(labels));
    while parts.is_empty() || items.peek().is_some() {
        let part = BodyPart {
            v: VERSION,
            plan: plan.to_owned(),
            items: items.by_ref().take(ITEMS_PER_PART).collect(),
            held: held.take().unwrap_or_default(),
            labels: labels.take().unwrap_or_default(),
        };
        parts.push(serde_json::to_vec(&part).map_err(|_| PlanError::NotTheBody)?);
    }
    Ok(parts)
}

pub(super) fn read_part(head: &PlanHead, bytes: &[u8]) -> Result<BodyPart, PlanError> {
    let part: BodyPart = serde_json::from_slice(bytes).map_err(|_| PlanError::NotTheBody)?;
    if part.v == VERSION && part.plan == head.id.as_str() {
        Ok(part)
    } else {
        Err(PlanError::NotTheBody)
    }
}
