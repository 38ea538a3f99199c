//! What the journal says: of one field, of one record, and whether it is what was written.

use directory::{CorpId, Field, Kind, Link, NativeId, Side};
use engine::records::FieldHistory;
use state::Binding;
use state::links::Links as _;
use state::store::Audit;

use super::order::{Answer, BrokenAt, Changed, Stopped, Verified};
use super::reader::Reader;
use crate::ehr::naming;
use crate::ehr::order::Trouble as NotFound;
use crate::plan::desk::{PlanDesk, unusable};
use crate::plan::order::Trouble;

pub(super) async fn why(reader: &Reader, who: &str, field: Field) -> Result<Answer, Trouble> {
    let link = link_of(reader, who).await?;
    let history = changes(reader, &link, Some(field)).await?;
    let written = history.iter().position(|change| change.refused.is_none());
    let refused = history.first().filter(|change| change.refused.is_some()).cloned().map(Box::new);
    Ok(Answer::Why {
        record: Box::new(reader.who_is(link.kind, link.id, Some(&link))),
        field,
        changed: written.and_then(|at| history.into_iter().nth(at)).map(Box::new),
        refused,
    })
}

pub(super) async fn history(reader: &Reader, who: &str, field: Option<Field>) -> Result<Answer, Trouble> {
    let link = link_of(reader, who).await?;
    let changes = changes(reader, &link, field).await?;
    Ok(Answer::History { record: Box::new(reader.who_is(link.kind, link.id, Some(&link))), changes })
}

pub(super) async fn verify(desk: &PlanDesk, binding: &Binding) -> Result<Answer, Trouble> {
    let (store, corp) = (&desk.deps.corps.store, &binding.corp_id);
    let Audit { closed, open, entries, mut broken } = store.audit_journal(corp).await.map_err(|err| unusable(&err))?;
    let mut copies = 0;
    if broken.is_none() {
        let compared = store.compare_journal_copies(corp, desk.deps.archive.as_ref()).await;
        let compared = compared.map_err(|err| unusable(&err))?;
        copies = compared.agree;
        broken = compared.broken.map(|broken| (None, broken));
    }
    let broken = broken.map(|(run, broken)| BrokenAt {
        run: run.map(|run| run.to_string()),
        entry: broken.seq,
        why: broken.why.to_owned(),
    });
    Ok(Answer::Verified(Verified { closed, open, entries, copies, broken }))
}

async fn changes(reader: &Reader, link: &Link, field: Option<Field>) -> Result<Vec<Changed>, Trouble> {
    let history = reader.records.history(link.id, field).await.map_err(|err| unusable(&err))?;
    let mut changes = Vec::with_capacity(history.len());
    for change in history {
        changes.push(told(reader, change).await?);
    }
    Ok(changes)
}

async fn told(reader: &Reader, change: FieldHistory) -> Result<Changed, Trouble> {
    let before = reader.text(change.field, change.before.as_ref()).await?;
    Ok(Changed {
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
async fn link_of(reader: &Reader, who: &str) -> Result<Link, Trouble> {
    let (links, corp): (_, &CorpId) = (&reader.records.store, &reader.records.corp);
    for kind in [Kind::Person, Kind::Department] {
        for side in [Side::DingTalk, Side::Ehr] {
            let Ok(id) = NativeId::new(who.trim()) else { return Err(Trouble::Record(Stopped::Nobody)) };
            let link = links.link_by_native(corp, kind, side, &id).await.map_err(|err| unusable(&err))?;
            if let Some(link) = link {
                return Ok(link);
            }
        }
    }
    for kind in [Kind::Person, Kind::Department] {
        let id = match naming::find(&reader.company, kind, who) {
            Ok(id) => id,
            Err(NotFound::Ambiguous { count, .. }) => return Err(Trouble::Record(Stopped::Several { count })),
            Err(_) => continue,
        };
        let link = links.link_by_native(corp, kind, Side::Ehr, &id).await.map_err(|err| unusable(&err))?;
        if let Some(link) = link {
            return Ok(link);
        }
    }
    Err(Trouble::Record(Stopped::Nobody))
}
