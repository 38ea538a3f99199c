//! The remote writes of one item.

use dingtalk::client::custom_changes;
use directory::custom_fields;
use directory::decide::{self, FreshRead};
use directory::hash::FieldHash;
use directory::plan::{ItemPart, PlanItem};
use directory::planted::{self, Bug};
use directory::reason::{Reason, ReasonCode};
use directory::{
    Field, FieldValue, FieldValues, Kind, Link, LinkLifecycle, NativeId, Side, WriteAction,
};
use ehr::{RecordWrite, StoredRecord};

use super::{BeginOutcome, ItemOutcome, WrittenItem};
use crate::Run;
use crate::observe::LookError;
use crate::ports::{DingTalkWrite, WriteOutcome};
use crate::removal::{CanaryRule, UNASKED};

/// What a side made of one part.
enum PartOutcome {
    Ehr(Box<StoredRecord>),
    /// The record's id, and the hash of the `unionid` of somebody who was created.
    DingTalk(NativeId, Option<FieldHash>),
    Refused(Reason),
}

impl Run<'_> {
    /// Stores the intent. Where the item stands on a "not found", a canary is found first.
    pub(super) async fn begin_item(&self, item: PlanItem) -> BeginOutcome {
        let failed = |item, err| BeginOutcome::Failed {
            item: Box::new(item),
            err,
        };
        if item.needs_canary && !planted::is(Bug::NoCanary) {
            let of = item.before.as_ref().and_then(|link| link.dingtalk.clone());
            // At the very first nobody is linked.
            let first = item
                .before
                .as_ref()
                .is_none_or(|link| link.lifecycle == LinkLifecycle::Creating);
            let who = if first {
                CanaryRule::Anybody
            } else {
                CanaryRule::Linked
            };
            match self.still_not_found(&item, of.as_ref(), who).await {
                Ok(true) => {}
                Ok(false) => return BeginOutcome::Moved(Box::new(item.link)),
                Err(err) => return failed(item, err),
            }
        }
        let asks_again = !UNASKED.into_iter().any(planted::is) && !planted::is(Bug::OldReadsWrite);
        if item.main_action() == WriteAction::Remove && asks_again {
            match self.is_still_removable(&item).await {
                Ok(true) => {}
                Ok(false) => return BeginOutcome::Moved(Box::new(item.link)),
                Err(err) => return failed(item, err),
            }
        }
        if item.main_action() != WriteAction::Remove {
            match self.is_still_wanted(&item).await {
                Ok(true) => {}
                Ok(false) => return BeginOutcome::Moved(Box::new(item.link)),
                Err(err) => return failed(item, err),
            }
        }
        if item.before.is_none() && planted::is(Bug::NoWriteAhead) {
            let under = item.link.clone();
            return BeginOutcome::Ready(Box::new(WrittenItem {
                item,
                under,
                ehr: None,
                dingtalk: None,
                incomplete: false,
            }));
        }
        match self.store_intent(&item).await {
            Ok(Some(under)) => BeginOutcome::Ready(Box::new(WrittenItem {
                item,
                under,
                ehr: None,
                dingtalk: None,
                incomplete: false,
            })),
            Ok(None) => BeginOutcome::Moved(Box::new(item.link)),
            Err(err) => failed(item, err.into()),
        }
    }

    /// A canary is found, and then the record is still not: whatever made DingTalk say "not found" may have ended in between.
    async fn still_not_found(
        &self,
        item: &PlanItem,
        of: Option<&NativeId>,
        who: CanaryRule,
    ) -> Result<bool, LookError> {
        if item.link.kind != Kind::Department || !self.find_department_canary(of).await? {
            self.find_canary(of, who).await?;
        }
        match of {
            Some(id) => Ok(matches!(
                self.view_record(item.link.kind, id).await?,
                FreshRead::NotFound
            )),
            None => Ok(true),
        }
    }

    /// Writes the sides, DingTalk first. The gate is asked before each write.
    pub(super) async fn write_sides(&self, mut done: WrittenItem) -> ItemOutcome {
        let item = done.item.clone();
        let failed = |err| ItemOutcome::Failed {
            item: Box::new(item.clone()),
            err,
        };
        for (at, part) in item.parts.iter().enumerate() {
            match self.engine.gate.closed_reason().await {
                Ok(_) if planted::is(Bug::PauseIgnored) => {}
                Ok(None) => {}
                Ok(Some(reason)) => return failed(LookError::Closed(reason)),
                Err(err) => return failed(err.into()),
            }
            match self.write_part(part, &mut done).await {
                Ok(PartOutcome::Ehr(stored)) => done.ehr = Some(*stored),
                Ok(PartOutcome::DingTalk(id, unionid)) => {
                    done.dingtalk = Some(id);
                    done.item.link.unionid = unionid.or(done.item.link.unionid);
                }
                Ok(PartOutcome::Refused(reason)) if at == 0 => {
                    return match self.store_refusal(&item, &done.under, &reason).await {
                        Ok(()) => ItemOutcome::Refused {
                            item: Box::new(item),
                            reason,
                        },
                        Err(err) => failed(err.into()),
                    };
                }
                // One side took its part: the next look finds what is left, and meets the refusal on its own.
                Ok(PartOutcome::Refused(reason)) => {
                    self.tally(|tally| {
                        tally.add_trouble(item.link.kind, Some(item.link.id), reason);
                    });
                    return failed(LookError::not_yet(ReasonCode::LookOneSideRefused));
                }
                Err(err) => return failed(err),
            }
        }
        ItemOutcome::Written(Box::new(done))
    }

    async fn write_part(
        &self,
        part: &ItemPart,
        done: &mut WrittenItem,
    ) -> Result<PartOutcome, LookError> {
        let (mut values, incomplete) = self.names.to_natives(part.to, &part.values).await?;
        carry_memberships(&mut values, part.to, &done.item);
        done.incomplete |= incomplete;
        match part.to {
            Side::Ehr => self.write_ehr(part, done, values).await,
            Side::DingTalk => self.write_dingtalk(part, &done.item.link, values).await,
        }
    }

    async fn write_ehr(
        &self,
        part: &ItemPart,
        done: &WrittenItem,
        values: FieldValues,
    ) -> Result<PartOutcome, LookError> {
        let item = &done.item;
        let values = self.with_other_custom_fields(item, values).await?;
        let write = RecordWrite {
            kind: item.link.kind,
            action: part.action,
            id: item.link.ehr.clone(),
            link: item.link.id,
            dingtalk: item.link.dingtalk.clone(),
            unionid: item.unionid.clone(),
            values,
            expected: item.ehr_version.filter(|_| !planted::is(Bug::NoEhrVersion)),
        };
        match self.engine.ehr.write_record(&write).await {
            Ok(stored) => Ok(PartOutcome::Ehr(Box::new(stored))),
            Err(err) if err.is_transient() => Err(err.into()),
            Err(err) => Ok(PartOutcome::Refused(Reason::from(&err))),
        }
    }

    async fn write_dingtalk(
        &self,
        part: &ItemPart,
        link: &Link,
        values: FieldValues,
    ) -> Result<PartOutcome, LookError> {
        let create = part.action == WriteAction::Create;
        let values = if create {
            values
        } else {
            custom_field_changes(part, values)
        };
        let id = link
            .dingtalk
            .clone()
            .filter(|_| !(create && link.kind == Kind::Department));
        let write = DingTalkWrite {
            kind: link.kind,
            action: part.action,
            id,
            link: link.id,
            values,
        };
        Ok(match self.engine.dingtalk.write(&write).await? {
            WriteOutcome::Done(id) => PartOutcome::DingTalk(id, None),
            WriteOutcome::Joined { id, unionid } => PartOutcome::DingTalk(
                id,
                unionid.map(|id| decide::unionid_hash(&id, &self.engine.key)),
            ),
            WriteOutcome::Pending => PartOutcome::Refused(Reason::new(ReasonCode::WaitInvitation)),
            WriteOutcome::Refused(reason) => PartOutcome::Refused(reason),
            WriteOutcome::Unknown if planted::is(Bug::UnknownIsDone) && write.id.is_some() => {
                PartOutcome::DingTalk(write.id.ok_or_else(outcome_unknown)?, None)
            }
            WriteOutcome::Unknown => {
                return Err(outcome_unknown());
            }
        })
    }

    /// A write to the eHR replaces the custom fields as a whole: those that the policy does not take stay as they are.
    async fn with_other_custom_fields(
        &self,
        item: &PlanItem,
        mut values: FieldValues,
    ) -> Result<FieldValues, LookError> {
        let scope = &self.engine.policy.scope;
        if values.shown_fields().contains(Field::Extension)
            && !scope.syncs_custom_field(directory::policy::ALL_CUSTOM_FIELDS)
            && let Some(id) = &item.link.ehr
            && let Some(stored) = self.engine.ehr.read_record(item.link.kind, id).await?
        {
            custom_fields::keep_unsynced_fields(&mut values, &stored.record.values, scope);
        }
        Ok(values)
    }
}

/// Adds to each set that is written whole what of it no link knows, or what is out of reach.
fn carry_memberships(values: &mut FieldValues, to: Side, item: &PlanItem) {
    for field in values.shown_fields().iter() {
        let carried = item
            .carried
            .iter()
            .filter(|(side, of, _)| (*side, *of) == (to, field));
        let carried: Vec<String> = carried.map(|(.., id)| id.to_string()).collect();
        if !carried.is_empty() {
            let all: Vec<String> = values
                .refs(field)
                .map(str::to_owned)
                .chain(carried)
                .collect();
            values.show_refs(field, all);
        }
    }
}

/// It is not known whether DingTalk carried out the write.
fn outcome_unknown() -> LookError {
    LookError::NotYet(Reason::new(ReasonCode::LookOutcomeUnknown).side("side", Side::DingTalk))
}

/// DingTalk is told which custom fields change, so that it keeps the others.
fn custom_field_changes(part: &ItemPart, mut values: FieldValues) -> FieldValues {
    let change = part
        .changes
        .iter()
        .find(|change| change.field == Field::Extension);
    let text = |value: &Option<FieldValue>| match value {
        Some(FieldValue::Text(text)) => Some(text.expose().to_owned()),
        _ => None,
    };
    if let Some(change) = change
        && let Ok(changes) = custom_changes(
            text(&change.before).as_deref(),
            text(&change.after).as_deref(),
        )
    {
        values.show_text(Field::Extension, Some(changes));
    }
    values
}
