//! What the journal says: of one field, of one record, of all orders, and whether it is what was written.

use directory::{Field, Kind, Link, LinkId, NativeId, Reason, Side};
use engine::reviews::FieldHistory;
use state::seal::SealKey;
use state::store::{JournalAudit, JournalEntry, OrderEntry, OrderNote, OrderStage, RecordedOrder};

use crate::desk::OrderContext;
use crate::error::{LedgerOrderError, OrderError, RecordOrderError};
use crate::masking::Masking;
use crate::order::JournalRequest;
use crate::order_journal::{open_actor, open_edit};
use crate::paging::{Cursor, PAGE_SIZE, Page};
use crate::record_reader::RecordReader;
use crate::reply::Reply;
use crate::views::{AuditView, ChangeView, JournalBreak, OrderView, RecordIdentity};

/// A record that was found by what was typed.
struct FoundRecord {
    kind: Kind,
    /// The link; of an entry of the ledger that is not linked, the entry's id.
    key: LinkId,
    link: Option<Link>,
    ehr: Option<NativeId>,
}

impl OrderContext<'_> {
    pub(crate) async fn journal(&self, request: &JournalRequest) -> Result<Reply, OrderError> {
        match request {
            JournalRequest::Why { who, field } => self.explain_field(who, *field).await,
            JournalRequest::History { who, field, cursor } => {
                self.show_history(who, *field, cursor.as_ref()).await
            }
            JournalRequest::Changes { who, cursor } => {
                self.list_record_changes(who, cursor.as_ref()).await
            }
            JournalRequest::Orders { cursor } => self.list_orders(cursor.as_ref()).await,
            JournalRequest::Verify => self.verify_journal().await,
        }
    }

    async fn explain_field(&self, who: &str, field: Field) -> Result<Reply, OrderError> {
        let reader = self.open_reader().await?;
        let found = self.find_record(&reader, who).await?;
        let (mut written, mut refused, mut before) = (None, None, None);
        while written.is_none() {
            let page = reader
                .records
                .record_history(found.key, Some(field), before.as_deref(), PAGE_SIZE)
                .await
                .map_err(|err| OrderError::unusable(&err))?;
            for change in page.changes {
                if change.refused.is_none() {
                    written = Some(change);
                    break;
                }
                // Only one that is newer than what was written.
                refused = refused.or(Some(change));
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        Ok(Reply::Why {
            record: Box::new(identity(&reader, &found).await?),
            field,
            changed: view_boxed(&reader, written).await?,
            refused: view_boxed(&reader, refused).await?,
        })
    }

    async fn show_history(
        &self,
        who: &str,
        field: Option<Field>,
        cursor: Option<&Cursor>,
    ) -> Result<Reply, OrderError> {
        let reader = self.open_reader().await?;
        let found = self.find_record(&reader, who).await?;
        let before = cursor.map(Cursor::as_str);
        let page = reader
            .records
            .record_history(found.key, field, before, PAGE_SIZE)
            .await
            .map_err(|err| OrderError::unusable(&err))?;
        let mut changes = Vec::with_capacity(page.changes.len());
        for change in page.changes {
            changes.push(view_change(&reader, change, Masking::Open).await?);
        }
        let mut entries = page.orders;
        if page.next.is_none() {
            entries.extend(self.orders_before_link(&found).await?);
        }
        let key = self.desk.seal_key(&self.binding.id).await?;
        let record = identity(&reader, &found).await?;
        let mut orders = Vec::with_capacity(entries.len());
        for entry in entries.into_iter().filter(|_| field.is_none()) {
            let begun = self.begin_of(&entry).await?;
            orders.push(self.view_order(&key, &entry.run.to_string(), &begun, Some(&entry.note)));
        }
        for order in &mut orders {
            order.record = Some(record.clone());
        }
        Ok(Reply::History {
            record: Box::new(record),
            changes,
            orders,
            next: page.next.map(Cursor),
        })
    }

    async fn list_record_changes(
        &self,
        who: &str,
        cursor: Option<&Cursor>,
    ) -> Result<Reply, OrderError> {
        let reader = self.open_reader().await?;
        let found = self.find_record(&reader, who).await?;
        let before = cursor.map(Cursor::as_str);
        let page = reader
            .records
            .record_history(found.key, None, before, PAGE_SIZE)
            .await
            .map_err(|err| OrderError::unusable(&err))?;
        let mut changes = Vec::with_capacity(page.changes.len());
        for change in page.changes {
            changes.push(view_change(&reader, change, Masking::Masked).await?);
        }
        Ok(Reply::History {
            record: Box::new(identity(&reader, &found).await?),
            changes,
            orders: Vec::new(),
            next: page.next.map(Cursor),
        })
    }

    /// Orders about an entry of the ledger before it was linked: its own id named it.
    async fn orders_before_link(&self, found: &FoundRecord) -> Result<Vec<OrderEntry>, OrderError> {
        let own = found.ehr.as_ref().and_then(|id| id.as_str().parse().ok());
        let Some(own) = own.filter(|own: &LinkId| *own != found.key) else {
            return Ok(Vec::new());
        };
        let (store, corp) = (&self.desk.corps.store, &self.binding.corp_id);
        let page = store.record_entries(corp, own, None, PAGE_SIZE).await;
        let page = page.map_err(|err| OrderError::unusable(&err))?;
        let order = |(entry, _)| match entry {
            JournalEntry::Order(order) => Some(order),
            JournalEntry::Change(_) => None,
        };
        Ok(page.entries.into_iter().filter_map(order).collect())
    }

    async fn begin_of(&self, ended: &OrderEntry) -> Result<OrderNote, OrderError> {
        let (store, corp) = (&self.desk.corps.store, &self.binding.corp_id);
        let begun = store.order_begin(corp, &ended.run).await;
        let begun = begun.map_err(|err| OrderError::unusable(&err))?;
        Ok(begun.unwrap_or_else(|| ended.note.clone()))
    }

    async fn list_orders(&self, cursor: Option<&Cursor>) -> Result<Reply, OrderError> {
        let (store, corp) = (&self.desk.corps.store, &self.binding.corp_id);
        let before = cursor.map(Cursor::as_str);
        let read = store.recorded_orders(corp, before, PAGE_SIZE).await;
        let read = read.map_err(|err| OrderError::unusable(&err))?;
        let key = self.desk.seal_key(&self.binding.id).await?;
        let reader = self.open_reader().await?;
        let mut rows = Vec::with_capacity(read.orders.len());
        for RecordedOrder { run, begun, ended } in &read.orders {
            let mut order = self.view_order(&key, run.as_str(), begun, ended.as_ref());
            let named = ended.as_ref().and_then(|note| note.kind.zip(note.record));
            if let Some((kind, record)) = named {
                order.record = Some(identity_of_key(&reader, kind, record).await?);
            }
            rows.push(order);
        }
        Ok(Reply::Orders(Page {
            rows,
            next: read.next.map(Cursor),
        }))
    }

    fn view_order(
        &self,
        key: &SealKey,
        run: &str,
        begun: &OrderNote,
        ended: Option<&OrderNote>,
    ) -> OrderView {
        let actor = open_actor(key, &self.binding, run, begun);
        let edit = open_edit(key, &self.binding, run, begun);
        let (name, signed_in, roles) = match actor {
            Some(actor) => (actor.name, actor.signed_in, actor.roles),
            None => Default::default(),
        };
        let fields = edit.into_iter().flat_map(|edit| edit.fields);
        OrderView {
            run: run.to_owned(),
            at: begun.at,
            actor: name,
            signed_in,
            roles,
            action: begun.action.clone(),
            outcome: ended.map_or(OrderStage::Begun, |note| note.stage),
            record: None,
            target: ended
                .and_then(|note| note.target.clone())
                .or_else(|| begun.target.clone()),
            fields: fields.map(|(field, _)| field).collect(),
            reason: ended.and_then(|note| note.reason.clone()),
        }
    }

    async fn verify_journal(&self) -> Result<Reply, OrderError> {
        let (store, corp) = (&self.desk.corps.store, &self.binding.corp_id);
        let audit = store.audit_journal(corp).await;
        let JournalAudit {
            closed,
            open,
            entries,
            mut broken,
        } = audit.map_err(|err| OrderError::unusable(&err))?;
        let mut copies = 0;
        if broken.is_none() {
            let compared = store
                .compare_journal_copies(corp, self.desk.archive.as_ref())
                .await;
            let compared = compared.map_err(|err| OrderError::unusable(&err))?;
            copies = compared.agree;
            broken = compared.broken.map(|broken| (None, broken));
        }
        let broken = broken.map(|(run, broken)| JournalBreak {
            run: run.map(|run| run.to_string()),
            entry: broken.seq,
            why: Reason::new(broken.why),
        });
        Ok(Reply::Verified(AuditView {
            closed,
            open,
            entries,
            copies,
            broken,
        }))
    }

    /// The record that is called so: by DingTalk's id or the eHR's, then as the ledger finds people and departments.
    async fn find_record(
        &self,
        reader: &RecordReader,
        who: &str,
    ) -> Result<FoundRecord, OrderError> {
        let found = find_by_native(reader, who.trim()).await?;
        let found = match found {
            Some(found) => found,
            None => find_in_ledger(reader, who).await?,
        };
        let entry = match &found.ehr {
            Some(ehr) => reader.company.entry(found.kind, ehr).await?,
            None => None,
        };
        self.scope
            .check(&reader.company.departments, entry.as_ref())?;
        self.subject.name_record(found.kind, found.key);
        Ok(found)
    }
}

async fn find_by_native(
    reader: &RecordReader,
    who: &str,
) -> Result<Option<FoundRecord>, OrderError> {
    let id = NativeId::new(who).map_err(|_| OrderError::Record(RecordOrderError::Nobody))?;
    for kind in [Kind::Person, Kind::Department] {
        for side in [Side::DingTalk, Side::Ehr] {
            if let Some(link) = reader.link_by_native(kind, side, &id).await? {
                return Ok(Some(FoundRecord {
                    kind,
                    key: link.id,
                    ehr: link.native_id(Side::Ehr).cloned(),
                    link: Some(link),
                }));
            }
        }
    }
    Ok(None)
}

async fn find_in_ledger(reader: &RecordReader, who: &str) -> Result<FoundRecord, OrderError> {
    for kind in [Kind::Person, Kind::Department] {
        let id = match reader.company.find(kind, who).await {
            Ok(id) => id,
            Err(OrderError::Ledger(LedgerOrderError::Ambiguous { count, .. })) => {
                return Err(OrderError::Record(RecordOrderError::Several { count }));
            }
            Err(OrderError::Ledger(LedgerOrderError::Unknown { .. })) => continue,
            Err(err) => return Err(err),
        };
        let link = reader.link_by_native(kind, Side::Ehr, &id).await?;
        let own: Option<LinkId> = id.as_str().parse().ok();
        if let Some(key) = link.as_ref().map(|link| link.id).or(own) {
            return Ok(FoundRecord {
                kind,
                key,
                link,
                ehr: Some(id),
            });
        }
    }
    Err(OrderError::Record(RecordOrderError::Nobody))
}

async fn identity(
    reader: &RecordReader,
    found: &FoundRecord,
) -> Result<RecordIdentity, OrderError> {
    let mut who = reader
        .identity_of(found.kind, found.key, found.link.as_ref())
        .await?;
    if let (None, Some(ehr)) = (&found.link, &found.ehr) {
        who.ehr = Some(ehr.to_string());
        who.name = reader.company.name(found.kind, ehr).await?;
    }
    Ok(who)
}

/// A record that an order named: a link, or an entry of the ledger by its own id.
async fn identity_of_key(
    reader: &RecordReader,
    kind: Kind,
    key: LinkId,
) -> Result<RecordIdentity, OrderError> {
    let link = reader.link(kind, key).await?;
    let ehr = NativeId::new(&key.to_string()).ok();
    let found = FoundRecord {
        kind,
        key,
        ehr: ehr.filter(|_| link.is_none()),
        link,
    };
    identity(reader, &found).await
}

async fn view_boxed(
    reader: &RecordReader,
    change: Option<FieldHistory>,
) -> Result<Option<Box<ChangeView>>, OrderError> {
    Ok(match change {
        Some(change) => Some(Box::new(view_change(reader, change, Masking::Open).await?)),
        None => None,
    })
}

async fn view_change(
    reader: &RecordReader,
    change: FieldHistory,
    masking: Masking,
) -> Result<ChangeView, OrderError> {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let before = reader.text(change.field, before, masking).await?;
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
        after: reader.text(change.field, after, masking).await?,
        conflict: change.conflict,
        reason: change.reason,
        refused: change.refused,
    })
}
