//! People, as the console shows them: found with masked values, opened one by one.

use std::collections::BTreeMap;

use admin_console::desk_port::{
    ConsoleReply, FieldOwnership, FieldRow, OrderRefusal, PersonDetail, PersonRow, ReplyPage,
    TimelineRow,
};
use desk::{ChangeView, Cursor, JournalRequest, LedgerEntryView, LedgerRequest, Reply};
use directory::policy::{Ownership, Policy};
use directory::{Field, Kind, LinkId, Reason, ReasonCode, Side, Timestamp};
use state::links::LinkStore as _;

use super::desk_visit::{DeskVisit, odd_reply, unavailable};

impl DeskVisit<'_> {
    pub(super) async fn find_people(
        &self,
        query: String,
        cursor: Option<String>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let (who, cursor) = (query, cursor.map(Cursor));
        let found = self.order(LedgerRequest::SearchPeople { who, cursor });
        let Reply::Entries(page) = found.await? else {
            return Err(odd_reply());
        };
        Ok(ConsoleReply::People(ReplyPage {
            rows: page.rows.iter().map(person_row).collect(),
            next: page.next.map(|cursor| cursor.0),
            total: None,
        }))
    }

    pub(super) async fn show_person(&self, id: &str) -> Result<ConsoleReply, OrderRefusal> {
        let who = self.ledger_id(id).await?;
        let found = self.order(LedgerRequest::SearchPeople {
            who: who.clone(),
            cursor: None,
        });
        let Reply::Entries(page) = found.await? else {
            return Err(odd_reply());
        };
        let is_this = |entry: &&LedgerEntryView| entry.id == who;
        let entry = page.rows.iter().find(is_this).ok_or_else(nobody)?;
        let changes = self.order(JournalRequest::Changes { who, cursor: None });
        self.reply_person(entry, changes.await?, false).await
    }

    pub(super) async fn reveal_person(&self, id: &str) -> Result<ConsoleReply, OrderRefusal> {
        let who = self.ledger_id(id).await?;
        let shown = self.order(LedgerRequest::Show {
            kind: Kind::Person,
            who: who.clone(),
        });
        let Reply::Entry(entry) = shown.await? else {
            return Err(odd_reply());
        };
        let changes = self.order(JournalRequest::History {
            who,
            field: None,
            cursor: None,
        });
        self.reply_person(&entry, changes.await?, true).await
    }

    async fn reply_person(
        &self,
        entry: &LedgerEntryView,
        changes: Reply,
        is_revealed: bool,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let Reply::History { changes, .. } = changes else {
            return Err(odd_reply());
        };
        let binding = self.binding().await?;
        let store = &self.desk.corps.store;
        let policy = engine::policy_versions::load_policy(store, &binding.corp_id, binding.policy);
        let policy = policy.await.map_err(|err| unavailable(&err))?;
        Ok(ConsoleReply::Person(Box::new(PersonDetail {
            row: person_row(entry),
            dingtalk_id: entry.dingtalk.clone(),
            ehr_id: Some(entry.id.clone()),
            fields: field_rows(&policy, entry, &changes),
            timeline: changes.iter().map(timeline_row).collect(),
            is_revealed,
        })))
    }

    /// Pages name a person by the link's id, or, where there may be no link, by the ledger's.
    async fn ledger_id(&self, id: &str) -> Result<String, OrderRefusal> {
        let Ok(link) = id.parse::<LinkId>() else {
            return Ok(id.to_owned());
        };
        let corp = self.binding().await?.corp_id;
        let link = self.desk.corps.store.get_link(&corp, Kind::Person, link);
        let link = link.await.map_err(|err| unavailable(&err))?;
        let ehr = link.as_ref().and_then(|link| link.native_id(Side::Ehr));
        Ok(ehr.map_or_else(|| id.to_owned(), ToString::to_string))
    }
}

fn nobody() -> OrderRefusal {
    OrderRefusal::Unknown(Reason::new(ReasonCode::RecordPersonUnknown))
}

fn texts(entry: &LedgerEntryView, field: Field) -> Option<&Vec<String>> {
    let found = entry.fields.iter().find(|(one, _)| *one == field);
    found.map(|(_, texts)| texts)
}

fn text(entry: &LedgerEntryView, field: Field) -> Option<String> {
    texts(entry, field).map(|texts| texts.join(", "))
}

fn person_row(entry: &LedgerEntryView) -> PersonRow {
    PersonRow {
        id: entry.id.clone(),
        name: text(entry, Field::Name),
        job_number: text(entry, Field::JobNumber),
        mobile: text(entry, Field::Mobile),
        departments: texts(entry, Field::Departments)
            .cloned()
            .unwrap_or_default(),
        title: text(entry, Field::Title),
        is_here: entry.status != "left",
    }
}

/// Every field that is kept in step. DingTalk's values are not stored, only hashes of what was agreed.
fn field_rows(policy: &Policy, entry: &LedgerEntryView, changes: &[ChangeView]) -> Vec<FieldRow> {
    let mut since: BTreeMap<Field, Timestamp> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.refused.is_none()) {
        since.entry(change.field).or_insert(change.at);
    }
    let row = |field| FieldRow {
        field,
        dingtalk: None,
        is_hidden: false,
        is_unread: true,
        ehr: text(entry, field),
        owner: match policy.field_owner(Kind::Person, field) {
            Ownership::Owned(Side::DingTalk) => FieldOwnership::Dingtalk,
            Ownership::Owned(Side::Ehr) => FieldOwnership::Ehr,
            Ownership::Shared => FieldOwnership::Shared,
        },
        since: since.get(&field).copied(),
    };
    policy.synced_fields(Kind::Person).iter().map(row).collect()
}

fn timeline_row(change: &ChangeView) -> TimelineRow {
    TimelineRow {
        at: change.at,
        field: Some(change.field),
        side: change.side,
        before: change.before.clone(),
        after: change.after.clone(),
        reason: change.refused.as_ref().unwrap_or(&change.reason).clone(),
        run: change.run.clone(),
    }
}
