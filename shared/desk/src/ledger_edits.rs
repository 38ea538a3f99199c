//! The ledger: edited, listed page by page, opened one by one.

use directory::effective_dates::Presence;
use directory::{Field, FieldValues, Kind, LinkId, NativeId, Reason, ReasonCode, Side, canonical};
use ehr::ledger::{EditAction, EditError, LedgerEdit};
use ehr::{ChangedRecord, Connector as _, StoredRecord};
use state::links::LinkStore as _;

use crate::authorize::Scope;
use crate::company_view::{CompanyView, of_ehr};
use crate::desk::OrderContext;
use crate::error::{LedgerOrderError, OrderError};
use crate::ledger_views::{EditRequest, EditVerb, LedgerChangeView};
use crate::masking::Masking;
use crate::order::LedgerRequest;
use crate::paging::{Cursor, PAGE_SIZE, Page};
use crate::reply::{ChangeFeedView, NamedPerson, Reply};

impl OrderContext<'_> {
    pub(crate) async fn ledger(&self, request: &LedgerRequest) -> Result<Reply, OrderError> {
        let company = self.open_company().await?;
        match request {
            LedgerRequest::Edit(edit) => self.edit(&company, edit).await,
            LedgerRequest::List { kind, all, cursor } => {
                self.list_entries(&company, *kind, *all, cursor.as_ref())
                    .await
            }
            LedgerRequest::Show { kind, who } => self.show_entry(&company, *kind, who).await,
            LedgerRequest::FindPerson { who, cursor } => {
                let found = self.find_people(&company, who, cursor.as_ref()).await?;
                Ok(Reply::Named(name_people(&found)))
            }
            LedgerRequest::SearchPeople { who, cursor } => {
                self.search_people(&company, who, cursor.as_ref()).await
            }
            LedgerRequest::Changes { after } => list_changes(&company, after.as_deref()).await,
        }
    }

    async fn edit(
        &self,
        company: &CompanyView,
        request: &EditRequest,
    ) -> Result<Reply, OrderError> {
        let id = match &request.who {
            Some(who) => company.find(request.kind, who).await?,
            None => self.fresh_id(company)?,
        };
        let before = company.entry(request.kind, &id).await?;
        self.name_subject(request.kind, &id).await?;
        if request.who.is_some() {
            self.scope.check(&company.departments, before.as_ref())?;
        }
        let values = company.resolve_values(&request.fields).await?;
        self.check_target(company, request.kind, &values)?;
        let what = match request.verb {
            EditVerb::Enter => EditAction::Enter(values),
            EditVerb::Change => EditAction::Change(values),
            EditVerb::Leave => EditAction::Leave,
            EditVerb::Return => EditAction::Return(values),
            EditVerb::Cancel => EditAction::Cancel,
        };
        let edit = LedgerEdit {
            kind: request.kind,
            id,
            what,
            on: request.on,
            // Names were resolved against what was just read: no one may have changed the entry since.
            expected: before.map(|stored| stored.version),
        };
        match company.ledger.edit_entry(&edit, self.now()).await {
            Ok(edited) => Ok(Reply::Edited(edited)),
            Err(EditError::Refused(refusal)) => {
                Err(OrderError::Ledger(LedgerOrderError::Refused(refusal)))
            }
            Err(err @ EditError::Ledger(_)) => Err(OrderError::unusable(&err)),
        }
    }

    fn fresh_id(&self, company: &CompanyView) -> Result<NativeId, OrderError> {
        let fresh = LinkId(self.desk.corps.randomness.bytes());
        company
            .ledger
            .id_for(fresh)
            .ok_or_else(|| OrderError::unusable(Reason::new(ReasonCode::LedgerEntryTooLarge)))
    }

    /// Names the entry in the journal: by its link, or by its own id while it has none.
    async fn name_subject(&self, kind: Kind, id: &NativeId) -> Result<(), OrderError> {
        let (store, corp) = (&self.desk.corps.store, &self.binding.corp_id);
        let link = store.get_link_by_native(corp, kind, Side::Ehr, id).await;
        let link = link.map_err(|err| OrderError::unusable(&err))?;
        let own = || id.as_str().parse().ok();
        if let Some(record) = link.map(|link| link.id).or_else(own) {
            self.subject.name_record(kind, record);
        }
        Ok(())
    }

    /// An actor who is limited to departments puts people and departments into these only.
    fn check_target(
        &self,
        company: &CompanyView,
        kind: Kind,
        values: &FieldValues,
    ) -> Result<(), OrderError> {
        if self.scope == Scope::Company {
            return Ok(());
        }
        let field = match kind {
            Kind::Person => Field::Departments,
            Kind::Department => Field::Parent,
        };
        for id in values.refs(field).filter_map(|id| NativeId::new(id).ok()) {
            let department = company.departments.departments.get(&id);
            self.scope.check(&company.departments, department)?;
        }
        Ok(())
    }

    async fn list_entries(
        &self,
        company: &CompanyView,
        kind: Kind,
        all: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Reply, OrderError> {
        let page = read_page(company, kind, cursor).await?;
        let is_wanted = |stored: &&StoredRecord| {
            let is_here = stored.presence != Presence::Left || !stored.upcoming.is_empty();
            (all || is_here) && self.scope.covers(&company.departments, stored)
        };
        let mut rows = Vec::new();
        for stored in page.rows.iter().filter(is_wanted) {
            rows.push(company.view_entry(stored, Masking::Masked).await?);
        }
        let next = page.next;
        Ok(Reply::Entries(Page { rows, next }))
    }

    async fn show_entry(
        &self,
        company: &CompanyView,
        kind: Kind,
        who: &str,
    ) -> Result<Reply, OrderError> {
        let id = company.find(kind, who).await?;
        let stored = company.entry(kind, &id).await?;
        self.scope.check(&company.departments, stored.as_ref())?;
        self.name_subject(kind, &id).await?;
        let unknown = || LedgerOrderError::Unknown {
            kind,
            who: who.to_owned(),
        };
        let stored = stored.ok_or_else(|| OrderError::Ledger(unknown()))?;
        let view = company.view_entry(&stored, Masking::Open).await?;
        Ok(Reply::Entry(Box::new(view)))
    }

    /// Whoever has the number or the id; otherwise those of one page of the ledger who are called so.
    async fn find_people(
        &self,
        company: &CompanyView,
        who: &str,
        cursor: Option<&Cursor>,
    ) -> Result<Page<StoredRecord>, OrderError> {
        let is_inside = |stored: &StoredRecord| self.scope.covers(&company.departments, stored);
        if cursor.is_none() {
            match company.find(Kind::Person, who).await {
                Ok(id) => {
                    let found = company.entry(Kind::Person, &id).await?;
                    let rows = found.into_iter().filter(is_inside).collect();
                    return Ok(Page { rows, next: None });
                }
                Err(OrderError::Ledger(LedgerOrderError::Unknown { .. })) => {}
                Err(err) => return Err(err),
            }
        }
        let mut page = read_page(company, Kind::Person, cursor).await?;
        let wanted = canonical::normalize_text(who);
        page.rows.retain(|stored| {
            let name = stored.record.values.text(Field::Name);
            name.is_some() && name == wanted.as_deref() && is_inside(stored)
        });
        Ok(page)
    }

    async fn search_people(
        &self,
        company: &CompanyView,
        who: &str,
        cursor: Option<&Cursor>,
    ) -> Result<Reply, OrderError> {
        let found = self.find_people(company, who, cursor).await?;
        let mut rows = Vec::with_capacity(found.rows.len());
        for stored in &found.rows {
            rows.push(company.view_entry(stored, Masking::Masked).await?);
        }
        let next = found.next;
        Ok(Reply::Entries(Page { rows, next }))
    }
}

fn name_people(found: &Page<StoredRecord>) -> Page<NamedPerson> {
    let named = found.rows.iter().map(|stored| NamedPerson {
        id: stored.record.id.clone(),
        is_here: stored.presence != Presence::Left,
    });
    Page {
        rows: named.collect(),
        next: found.next.clone(),
    }
}

/// One page of the ledger.
pub(crate) async fn read_page(
    company: &CompanyView,
    kind: Kind,
    cursor: Option<&Cursor>,
) -> Result<Page<StoredRecord>, OrderError> {
    let after = cursor.map(Cursor::as_str);
    let page = company.ledger.list_page(kind, after, PAGE_SIZE).await;
    let page = page.map_err(|err| of_ehr(&err))?;
    Ok(Page {
        rows: page.records,
        next: page.next.map(Cursor),
    })
}

async fn list_changes(company: &CompanyView, after: Option<&str>) -> Result<Reply, OrderError> {
    let page = company.ledger.list_changes(after).await;
    let page = page.map_err(|err| of_ehr(&err))?;
    let change = |one: ChangedRecord| LedgerChangeView {
        kind: one.kind,
        id: one.id.to_string(),
        because: one.because,
        at: one.at.millis(),
    };
    Ok(Reply::Changes(ChangeFeedView {
        changes: page.changed.into_iter().map(change).collect(),
        cursor: page.cursor,
        more: page.more,
        missed: page.missed,
    }))
}
