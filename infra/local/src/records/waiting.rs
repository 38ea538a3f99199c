//! What waits, and for what: read from every link and from the ledger's schedules.

use directory::effective_dates::{UpcomingEvent, UpcomingKind};
use directory::reason::{Reason, ReasonArgument, ReasonCode};
use directory::{Kind, Link, LinkId, LinkLifecycle, Timestamp};
use state::Binding;
use state::links::LinkStore as _;

use super::order::{RecordIdentity, RecordReply, WaitingItem, WaitsFor};
use super::record_reader::RecordReader;
use crate::plan::desk::{PlanOrderHandler, unusable_state};
use crate::plan::order::PlanOrderError;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) async fn list_waiting(
    desk: &PlanOrderHandler,
    binding: &Binding,
    reader: &RecordReader,
) -> Result<RecordReply, PlanOrderError> {
    let store = &desk.deps.corps.store;
    let policy =
        engine::policy_versions::load_policy(store, &binding.corp_id, binding.policy).await;
    let grace =
        i64::from(policy.map_err(|err| unusable_state(&err))?.grace_days).saturating_mul(DAY_MS);
    let mut waiting = Vec::new();
    for kind in [Kind::Person, Kind::Department] {
        let mut links: Vec<Link> = Vec::new();
        let each = &mut |link: Link| {
            if !link.waits.is_empty()
                || !matches!(
                    link.lifecycle,
                    LinkLifecycle::Active | LinkLifecycle::Left { .. }
                )
            {
                links.push(link);
            }
        };
        let listed = store
            .each_link(&binding.corp_id, kind, each)
            .await
            .map_err(|err| unusable_state(&err))?;
        waiting.extend(
            links
                .iter()
                .flat_map(|link| items_of_link(reader, link, grace)),
        );
        // Each is in trouble by itself, and hides nobody else.
        waiting.extend(listed.unreadable.into_iter().map(|(id, err)| WaitingItem {
            reason: Some(Reason::from(&err)),
            ..waiting_item(reader.identity_of(kind, id, None), WaitsFor::Person)
        }));
        for stored in reader.company.entries_of(kind).values() {
            let native = &stored.record.id;
            let link = store
                .get_link_by_native(&binding.corp_id, kind, directory::Side::Ehr, native)
                .await;
            let link = if stored.upcoming.is_empty() {
                None
            } else {
                link.map_err(|err| unusable_state(&err))?
            };
            let id = link.as_ref().map_or(LinkId([0; 16]), |link| link.id);
            let mut who = reader.identity_of(kind, id, link.as_ref());
            who.ehr = Some(native.to_string());
            who.name = reader.name(kind, native);
            waiting.extend(
                stored
                    .upcoming
                    .iter()
                    .map(|upcoming| dated_item(&who, upcoming)),
            );
        }
    }
    waiting.sort_by_key(|one| (one.waits_for, one.on, one.next));
    Ok(RecordReply::Waiting(waiting))
}

fn waiting_item(record: RecordIdentity, waits_for: WaitsFor) -> WaitingItem {
    WaitingItem {
        record,
        waits_for,
        field: None,
        what: None,
        fields: Vec::new(),
        reason: None,
        since: None,
        next: None,
        on: None,
    }
}

fn dated_item(who: &RecordIdentity, upcoming: &UpcomingEvent) -> WaitingItem {
    let (what, fields) = match upcoming.what {
        UpcomingKind::Entry => ("entry", Vec::new()),
        UpcomingKind::Change(fields) => ("change", fields.iter().collect()),
        UpcomingKind::Leaving => ("leaving", Vec::new()),
    };
    WaitingItem {
        what: Some(what.to_owned()),
        fields,
        on: Some(upcoming.on),
        ..waiting_item(who.clone(), WaitsFor::Day)
    }
}

/// Whether only the employee can end the wait; an earlier version stored that as a sentence.
fn waits_for_employee(reason: &Reason) -> bool {
    match (reason.code(), reason.argument("text")) {
        (Some(ReasonCode::WaitEmployee), _) => true,
        (Some(ReasonCode::StoredText), Some(ReasonArgument::Text(text))) => {
            text.starts_with("DingTalk lets only the employee")
        }
        _ => false,
    }
}

fn items_of_link(reader: &RecordReader, link: &Link, grace: i64) -> Vec<WaitingItem> {
    let who = reader.identity_of(link.kind, link.id, Some(link));
    let mut waiting: Vec<WaitingItem> = link
        .waits
        .iter()
        .map(|wait| {
            let employee = wait.field.is_some() && waits_for_employee(&wait.reason);
            let waits_for = if employee {
                WaitsFor::Employee
            } else {
                WaitsFor::Retry
            };
            // An employee is waited for without end.
            let next = Some(wait.next).filter(|_| !employee);
            let (reason, since) = (Some(wait.reason.clone()), Some(wait.since));
            WaitingItem {
                field: wait.field,
                reason,
                since,
                next,
                ..waiting_item(who.clone(), waits_for)
            }
        })
        .collect();
    match &link.lifecycle {
        LinkLifecycle::Quarantined { reason, since } => {
            waiting.push(WaitingItem {
                reason: Some(reason.clone()),
                since: Some(*since),
                ..waiting_item(who, WaitsFor::Person)
            });
        }
        LinkLifecycle::Absent { since, .. } => {
            waiting.push(WaitingItem {
                since: Some(*since),
                ..waiting_item(who, WaitsFor::Sweep)
            });
        }
        LinkLifecycle::Leaving { since } => {
            let next = Some(Timestamp(since.millis().saturating_add(grace)));
            waiting.push(WaitingItem {
                since: Some(*since),
                next,
                ..waiting_item(who, WaitsFor::Grace)
            });
        }
        LinkLifecycle::Creating | LinkLifecycle::Active | LinkLifecycle::Left { .. } => {}
    }
    waiting
}
