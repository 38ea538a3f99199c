//! What waits, and for what: read from every link and from the ledger's schedules.

use directory::effective::{Coming, Upcoming};
use directory::{Kind, Lifecycle, Link, LinkId, Timestamp};
use state::Binding;
use state::links::Links as _;

use super::order::{Answer, Waiting, WaitsFor, Who};
use super::reader::Reader;
use crate::plan::desk::{PlanDesk, unusable};
use crate::plan::order::Trouble;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) async fn all(desk: &PlanDesk, binding: &Binding, reader: &Reader) -> Result<Answer, Trouble> {
    let store = &desk.deps.corps.store;
    let policy = engine::policies::policy(store, &binding.corp_id, binding.policy).await;
    let grace = i64::from(policy.map_err(|err| unusable(&err))?.grace_days).saturating_mul(DAY_MS);
    let mut waiting = Vec::new();
    for kind in [Kind::Person, Kind::Department] {
        let mut links: Vec<Link> = Vec::new();
        let each = &mut |link: Link| {
            if !link.waits.is_empty() || !matches!(link.lifecycle, Lifecycle::Active | Lifecycle::Left { .. }) {
                links.push(link);
            }
        };
        let listed = store.each_link(&binding.corp_id, kind, each).await.map_err(|err| unusable(&err))?;
        waiting.extend(links.iter().flat_map(|link| of_link(reader, link, grace)));
        // Each is in trouble by itself, and hides nobody else.
        waiting.extend(listed.unreadable.into_iter().map(|(id, err)| Waiting {
            reason: Some(err.to_string()),
            ..about(reader.who_is(kind, id, None), WaitsFor::Person)
        }));
        for stored in reader.company.of(kind).values() {
            let native = &stored.record.id;
            let link = store.link_by_native(&binding.corp_id, kind, directory::Side::Ehr, native).await;
            let link = if stored.upcoming.is_empty() { None } else { link.map_err(|err| unusable(&err))? };
            let id = link.as_ref().map_or(LinkId([0; 16]), |link| link.id);
            let mut who = reader.who_is(kind, id, link.as_ref());
            who.ehr = Some(native.to_string());
            who.name = reader.name(kind, native);
            waiting.extend(stored.upcoming.iter().map(|upcoming| ahead(&who, upcoming)));
        }
    }
    waiting.sort_by_key(|one| (one.waits_for, one.on, one.next));
    Ok(Answer::Waiting(waiting))
}

fn about(record: Who, waits_for: WaitsFor) -> Waiting {
    Waiting {
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

fn ahead(who: &Who, upcoming: &Upcoming) -> Waiting {
    let (what, fields) = match upcoming.what {
        Coming::Entry => ("entry", Vec::new()),
        Coming::Change(fields) => ("change", fields.iter().collect()),
        Coming::Leaving => ("leaving", Vec::new()),
    };
    Waiting { what: Some(what.to_owned()), fields, on: Some(upcoming.on), ..about(who.clone(), WaitsFor::Day) }
}

fn of_link(reader: &Reader, link: &Link, grace: i64) -> Vec<Waiting> {
    let who = reader.who_is(link.kind, link.id, Some(link));
    let mut waiting: Vec<Waiting> = link
        .waits
        .iter()
        .map(|wait| {
            let employee = wait.field.is_some() && wait.reason.starts_with("DingTalk lets only the employee");
            let waits_for = if employee { WaitsFor::Employee } else { WaitsFor::Retry };
            // An employee is waited for without end.
            let next = Some(wait.next).filter(|_| !employee);
            let (reason, since) = (Some(wait.reason.clone()), Some(wait.since));
            Waiting { field: wait.field, reason, since, next, ..about(who.clone(), waits_for) }
        })
        .collect();
    match &link.lifecycle {
        Lifecycle::Quarantined { reason, since } => {
            waiting.push(Waiting { reason: Some(reason.clone()), since: Some(*since), ..about(who, WaitsFor::Person) })
        }
        Lifecycle::Absent { since, .. } => {
            waiting.push(Waiting { since: Some(*since), ..about(who, WaitsFor::Sweep) });
        }
        Lifecycle::Leaving { since } => {
            let next = Some(Timestamp(since.millis().saturating_add(grace)));
            waiting.push(Waiting { since: Some(*since), next, ..about(who, WaitsFor::Grace) });
        }
        Lifecycle::Creating | Lifecycle::Active | Lifecycle::Left { .. } => {}
    }
    waiting
}
