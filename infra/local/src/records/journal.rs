//! What the journal says: of one field, of one record, and whether it is what was written.

use directory::reason::Reason;
use directory::{CorpId, Field, Kind, Link, NativeId, Side};
use engine::reviews::FieldHistory;
use state::Binding;
use state::links::LinkStore as _;
use state::store::JournalAudit;

use super::order::{AuditView, ChangeView, JournalBreak, RecordOrderError, RecordReply};
use super::record_reader::RecordReader;
use crate::ehr::entry_names;
use crate::ehr::order::LedgerOrderError as NotFound;
use crate::plan::desk::{PlanOrderHandler, unusable_state};
use crate::plan::order::PlanOrderError;

pub(super) async fn explain_field(
    reader: &RecordReader,
    who: &str,
    field: Field,
) -> Result<RecordReply, PlanOrderError> {
    let link = link_of(reader, who).await?;
    let history = changes(reader, &link, Some(field)).await?;
    let written = history.iter().position(|change| change.refused.is_none());
    let refused = history
        .first()
        .filter(|change| change.refused.is_some())
        .cloned()
        .map(Box::new);
    Ok(RecordReply::Why {
        record: Box::new(reader.identity_of(link.kind, link.id, Some(&link))),
        field,
        changed: written
            .and_then(|at| history.into_iter().nth(at))
            .map(Box::new),
        refused,
    })
}

pub(super) async fn history(
    reader: &RecordReader,
    who: &str,
    field: Option<Field>,
) -> Result<RecordReply, PlanOrderError> {
    let link = link_of(reader, who).await?;
    let changes = changes(reader, &link, field).await?;
    Ok(RecordReply::History {
        record: Box::new(reader.identity_of(link.kind, link.id, Some(&link))),
        changes,
    })
}

pub(super) async fn verify(
    desk: &PlanOrderHandler,
    binding: &Binding,
) -> Result<RecordReply, PlanOrderError> {
    let (store, corp) = (&desk.deps.corps.store, &binding.corp_id);
    let JournalAudit {
        closed,
        open,
        entries,
        mut broken,
    } = store
        .audit_journal(corp)
        .await
        .map_err(|err| unusable_state(&err))?;
    let mut copies = 0;
    if broken.is_none() {
        let compared = store
            .compare_journal_copies(corp, desk.deps.archive.as_ref())
            .await;
        let compared = compared.map_err(|err| unusable_state(&err))?;
        copies = compared.agree;
        broken = compared.broken.map(|broken| (None, broken));
    }
    let broken = broken.map(|(run, broken)| JournalBreak {
        run: run.map(|run| run.to_string()),
        entry: broken.seq,
        why: Reason::new(broken.why),
    });
    Ok(RecordReply::Verified(AuditView {
        closed,
        open,
        entries,
        copies,
        broken,
    }))
}

async fn changes(
    reader: &RecordReader,
    link: &Link,
    field: Option<Field>,
) -> Result<Vec<ChangeView>, PlanOrderError> {
    let history = reader
        .records
        .record_history(link.id, field)
        .await
        .map_err(|err| unusable_state(&err))?;
    let mut changes = Vec::with_capacity(history.len());
    for change in history {
        changes.push(view_change(reader, change).await?);
    }
    Ok(changes)
}

async fn view_change(
    reader: &RecordReader,
    change: FieldHistory,
) -> Result<ChangeView, PlanOrderError> {
    let before = reader.text(change.field, change.before.as_ref()).await?;
    Ok(ChangeView {
        field: change.field,
        at: change.at,
        run: change.run.to_string(),
        entry: change.seq,
        side: change.side,
        action: change.action,
        owner: change.owner,
        lost: before.clone().filter(|_| change.lost),
        before,
        after: reader.text(change.field, change.after.as_ref()).await?,
        conflict: change.conflict,
        reason: change.reason,
        refused: change.refused,
    })
}

/// The link of whoever is called so: by DingTalk's id or the eHR's, then as the ledger finds people and departments.
async fn link_of(reader: &RecordReader, who: &str) -> Result<Link, PlanOrderError> {
    let (links, corp): (_, &CorpId) = (&reader.records.store, &reader.records.corp);
    for kind in [Kind::Person, Kind::Department] {
        for side in [Side::DingTalk, Side::Ehr] {
            let Ok(id) = NativeId::new(who.trim()) else {
                return Err(PlanOrderError::Record(RecordOrderError::Nobody));
            };
            let link = links
                .get_link_by_native(corp, kind, side, &id)
                .await
                .map_err(|err| unusable_state(&err))?;
            if let Some(link) = link {
                return Ok(link);
            }
        }
    }
    for kind in [Kind::Person, Kind::Department] {
        let id = match entry_names::find(&reader.company, kind, who) {
            Ok(id) => id,
            Err(NotFound::Ambiguous { count, .. }) => {
                return Err(PlanOrderError::Record(RecordOrderError::Several { count }));
            }
            Err(_) => continue,
        };
        let link = links
            .get_link_by_native(corp, kind, Side::Ehr, &id)
            .await
            .map_err(|err| unusable_state(&err))?;
        if let Some(link) = link {
            return Ok(link);
        }
    }
    Err(PlanOrderError::Record(RecordOrderError::Nobody))
}
