//! The journal, as the console shows it: who ordered what, and how it ended.

use admin_console::desk_port::{ConsoleReply, JournalRow, OrderOutcome, OrderRefusal, ReplyPage};
use desk::{Cursor, JournalRequest, OrderView, Reply};
use state::store::OrderStage;

use super::desk_visit::{DeskVisit, label_of, odd_reply};

impl DeskVisit<'_> {
    /// A page of orders. What is looked for is looked for in this page: the journal is sealed and has no index of words.
    pub(super) async fn list_orders(
        &self,
        query: &str,
        cursor: Option<String>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let cursor = cursor.map(Cursor);
        let Reply::Orders(page) = self.order(JournalRequest::Orders { cursor }).await? else {
            return Err(odd_reply());
        };
        let wanted = page.rows.iter().filter(|order| is_found(order, query));
        Ok(ConsoleReply::Journal(ReplyPage {
            rows: wanted.map(journal_row).collect(),
            next: page.next.map(|cursor| cursor.0),
            total: None,
        }))
    }

    /// The newest orders; none for those who may not read the journal.
    pub(super) async fn newest_orders(&self, count: usize) -> Vec<JournalRow> {
        match self.list_orders("", None).await {
            Ok(ConsoleReply::Journal(mut page)) => {
                page.rows.truncate(count);
                page.rows
            }
            _ => Vec::new(),
        }
    }
}

fn is_found(order: &OrderView, query: &str) -> bool {
    let name = order
        .record
        .as_ref()
        .and_then(|record| record.name.as_deref());
    let texts = [
        Some(order.actor.as_str()),
        Some(order.action.as_str()),
        Some(order.run.as_str()),
        order.target.as_deref(),
        name,
    ];
    texts.into_iter().flatten().any(|text| text.contains(query))
}

fn journal_row(order: &OrderView) -> JournalRow {
    let actor = if order.actor.is_empty() {
        // It does not open any more. Without a name the row would say that it was the sync.
        "?".to_owned()
    } else {
        order.actor.clone()
    };
    JournalRow {
        at: order.at,
        actor: Some(actor),
        action: order.action.clone(),
        record: order.record.as_ref().map(label_of),
        field: match order.fields.as_slice() {
            [field] => Some(*field),
            _ => None,
        },
        outcome: match order.outcome {
            OrderStage::Begun => OrderOutcome::Unknown,
            OrderStage::Done => OrderOutcome::Done,
            OrderStage::Refused => OrderOutcome::Refused,
            OrderStage::Failed => OrderOutcome::Failed,
        },
        reason: order.reason.clone(),
        run: order.run.clone(),
    }
}
