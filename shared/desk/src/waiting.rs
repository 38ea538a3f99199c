//! What waits, and for what: read page by page from the links and from the ledger's schedules.

use directory::effective_dates::{UpcomingEvent, UpcomingKind};
use directory::reason::{Reason, ReasonArgument, ReasonCode};
use directory::{Kind, Link, LinkId, LinkLifecycle, Side, Timestamp};
use ehr::StoredRecord;
use state::store::ShardPosition;

use crate::company_view::of_ehr;
use crate::desk::OrderContext;
use crate::error::OrderError;
use crate::paging::{Cursor, PAGE_SIZE, Page};
use crate::record_reader::RecordReader;
use crate::reply::Reply;
use crate::views::{RecordIdentity, WaitingItem, WaitsFor};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A part of the listing; the parts follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Links(Kind),
    Entries(Kind),
}

const PARTS: [Part; 4] = [
    Part::Links(Kind::Person),
    Part::Links(Kind::Department),
    Part::Entries(Kind::Person),
    Part::Entries(Kind::Department),
];

/// Where a page begins: in which part, and behind which position there.
struct Place {
    part: usize,
    after: Option<String>,
}

impl Place {
    /// `{part}` or `{part}/{position}`.
    fn of_cursor(cursor: Option<&Cursor>) -> Result<Self, OrderError> {
        let Some(cursor) = cursor else {
            return Ok(Self {
                part: 0,
                after: None,
            });
        };
        let (part, after) = match cursor.as_str().split_once('/') {
            Some((part, after)) => (part, Some(after.to_owned())),
            None => (cursor.as_str(), None),
        };
        let part = part.parse().map_err(|_| OrderError::NoCursor)?;
        Ok(Self { part, after })
    }

    /// The place of the next page, if this one ended at `next` in its part.
    fn cursor_behind(&self, next: Option<String>) -> Option<Cursor> {
        match next {
            Some(position) => Some(Cursor(format!("{}/{position}", self.part))),
            None => {
                let part = self.part + 1;
                (part < PARTS.len()).then(|| Cursor(part.to_string()))
            }
        }
    }
}

impl OrderContext<'_> {
    pub(crate) async fn list_waiting(
        &self,
        reader: &RecordReader,
        cursor: Option<&Cursor>,
    ) -> Result<Reply, OrderError> {
        let place = Place::of_cursor(cursor)?;
        let part = PARTS.get(place.part).ok_or(OrderError::NoCursor)?;
        let (rows, next) = match part {
            Part::Links(kind) => self.waiting_links(reader, *kind, &place).await?,
            Part::Entries(kind) => self.waiting_entries(reader, *kind, &place).await?,
        };
        Ok(Reply::Waiting(Page {
            rows,
            next: place.cursor_behind(next),
        }))
    }

    async fn waiting_links(
        &self,
        reader: &RecordReader,
        kind: Kind,
        place: &Place,
    ) -> Result<(Vec<WaitingItem>, Option<String>), OrderError> {
        let grace_ms = self.grace_ms().await?;
        let after: Option<ShardPosition> = place
            .after
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|_| OrderError::NoCursor)?;
        let (store, corp) = (&self.desk.corps.store, &self.binding.corp_id);
        let page = store
            .links_page(corp, kind, after.as_ref(), PAGE_SIZE)
            .await
            .map_err(|err| OrderError::unusable(&err))?;
        let mut rows = Vec::new();
        for link in page.links.iter().filter(|link| waits(link)) {
            if self.covers_link(reader, kind, link.id).await? {
                let who = reader.identity_of(kind, link.id, Some(link)).await?;
                rows.extend(items_of_link(&who, link, grace_ms));
            }
        }
        for (id, err) in page.unreadable {
            if self.covers_link(reader, kind, id).await.unwrap_or_default() {
                let who = reader.identity_of(kind, id, None).await?;
                rows.push(WaitingItem {
                    reason: Some(Reason::from(&err)),
                    ..waiting_item(who, WaitsFor::Person)
                });
            }
        }
        Ok((rows, page.next.map(|position| position.to_string())))
    }

    async fn waiting_entries(
        &self,
        reader: &RecordReader,
        kind: Kind,
        place: &Place,
    ) -> Result<(Vec<WaitingItem>, Option<String>), OrderError> {
        let company = &reader.company;
        let page = company
            .ledger
            .list_page(kind, place.after.as_deref(), PAGE_SIZE)
            .await
            .map_err(|err| of_ehr(&err))?;
        let mut rows = Vec::new();
        let dated = page.records.iter().filter(|one| !one.upcoming.is_empty());
        for stored in dated.filter(|one| self.scope.covers(&company.departments, one)) {
            let who = identity_of_entry(reader, kind, stored).await?;
            rows.extend(stored.upcoming.iter().map(|event| dated_item(&who, event)));
        }
        Ok((rows, page.next))
    }

    async fn grace_ms(&self) -> Result<i64, OrderError> {
        let store = &self.desk.corps.store;
        let (corp, version) = (&self.binding.corp_id, self.binding.policy);
        let policy = engine::policy_versions::load_policy(store, corp, version).await;
        let days = policy.map_err(|err| OrderError::unusable(&err))?.grace_days;
        Ok(i64::from(days).saturating_mul(DAY_MS))
    }
}

fn waits(link: &Link) -> bool {
    let is_settled = matches!(
        link.lifecycle,
        LinkLifecycle::Active | LinkLifecycle::Left { .. }
    );
    !link.waits.is_empty() || !is_settled
}

async fn identity_of_entry(
    reader: &RecordReader,
    kind: Kind,
    stored: &StoredRecord,
) -> Result<RecordIdentity, OrderError> {
    let native = &stored.record.id;
    let link = reader.link_by_native(kind, Side::Ehr, native).await?;
    let id = link.as_ref().map_or(LinkId([0; 16]), |link| link.id);
    let mut who = reader.identity_of(kind, id, link.as_ref()).await?;
    who.ehr = Some(native.to_string());
    who.name = reader.company.name(kind, native).await?;
    Ok(who)
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

fn items_of_link(who: &RecordIdentity, link: &Link, grace_ms: i64) -> Vec<WaitingItem> {
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
            WaitingItem {
                field: wait.field,
                reason: Some(wait.reason.clone()),
                since: Some(wait.since),
                // An employee is waited for without end.
                next: Some(wait.next).filter(|_| !employee),
                ..waiting_item(who.clone(), waits_for)
            }
        })
        .collect();
    let whole = |waits_for, since: Timestamp| WaitingItem {
        since: Some(since),
        ..waiting_item(who.clone(), waits_for)
    };
    waiting.extend(match &link.lifecycle {
        LinkLifecycle::Quarantined { reason, since } => Some(WaitingItem {
            reason: Some(reason.clone()),
            ..whole(WaitsFor::Person, *since)
        }),
        LinkLifecycle::Absent { since, .. } => Some(whole(WaitsFor::Sweep, *since)),
        LinkLifecycle::Leaving { since } => Some(WaitingItem {
            next: Some(Timestamp(since.millis().saturating_add(grace_ms))),
            ..whole(WaitsFor::Grace, *since)
        }),
        LinkLifecycle::Creating | LinkLifecycle::Active | LinkLifecycle::Left { .. } => None,
    });
    waiting
}
