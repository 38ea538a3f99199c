//! The desk: does what is asked, on a store that somebody has open.

use directory::reason::{Reason, ReasonCode};
use directory::{Kind, LinkId, Timestamp};
use ehr::ledger::{CompanyOnDay, EditAction, EditError, LedgerEdit};
use ehr::{Connector as _, Ledger};
use state::Store;
use state::vault::SecretStore;

use super::entry_names;
use super::order::{
    EditRequest, EditVerb, LedgerChangeView, LedgerOrder, LedgerOrderError, LedgerReply,
};

/// State and secrets of the bound company.
#[derive(Clone)]
pub struct LedgerOrderHandler {
    /// State.
    pub store: Store,
    /// Secrets: the key of the ledger's finds.
    pub secrets: SecretStore,
}

impl LedgerOrderHandler {
    /// Does what is asked. `fresh` is random: the id of whoever is new.
    ///
    /// # Errors
    /// [`LedgerOrderError`]; nothing was written then.
    pub async fn handle_order(
        &self,
        order: &LedgerOrder,
        now: Timestamp,
        fresh: [u8; 16],
    ) -> Result<LedgerReply, LedgerOrderError> {
        let ledger = self.open_ledger(now).await?;
        match order {
            LedgerOrder::Edit(request) => self.edit(&ledger, request, now, fresh).await,
            LedgerOrder::List { kind, all } => {
                let company = company(&ledger).await?;
                let wanted = company.entries_of(*kind).values().filter(|stored| {
                    *all || stored.presence != directory::effective_dates::Presence::Left
                        || !stored.upcoming.is_empty()
                });
                let mut entries: Vec<_> = wanted
                    .map(|stored| entry_names::view_entry(&company, stored))
                    .collect();
                entries.sort_by_cached_key(entry_names::sort_key);
                Ok(LedgerReply::Entries(entries))
            }
            LedgerOrder::Show { kind, who } => {
                let company = company(&ledger).await?;
                let id = entry_names::find(&company, *kind, who)?;
                let stored = company.entries_of(*kind).get(&id);
                Ok(LedgerReply::Entries(
                    stored
                        .map(|stored| entry_names::view_entry(&company, stored))
                        .into_iter()
                        .collect(),
                ))
            }
            LedgerOrder::Changes { after } => changes(&ledger, after.as_deref()).await,
        }
    }

    async fn open_ledger(&self, now: Timestamp) -> Result<Ledger, LedgerOrderError> {
        let bindings = self
            .store
            .list_bindings()
            .await
            .map_err(|err| unusable_ledger(&err))?;
        let binding = bindings
            .into_iter()
            .next()
            .ok_or(LedgerOrderError::Unbound)?
            .body;
        let keys = self
            .secrets
            .get_keys(&binding.id)
            .await
            .map_err(|err| unusable_ledger(&err))?;
        Ok(Ledger::new(
            self.store.clone(),
            binding.corp_id,
            keys.hash_key(),
            now,
        ))
    }

    async fn edit(
        &self,
        ledger: &Ledger,
        request: &EditRequest,
        now: Timestamp,
        fresh: [u8; 16],
    ) -> Result<LedgerReply, LedgerOrderError> {
        let company = company(ledger).await?;
        let id = match &request.who {
            Some(who) => entry_names::find(&company, request.kind, who)?,
            None => ledger
                .id_for(LinkId(fresh))
                .ok_or(LedgerOrderError::Unusable {
                    why: Reason::new(ReasonCode::LedgerEntryTooLarge),
                })?,
        };
        let values = entry_names::resolve_values(&company, &request.fields)?;
        let what = match request.verb {
            EditVerb::Enter => EditAction::Enter(values),
            EditVerb::Change => EditAction::Change(values),
            EditVerb::Leave => EditAction::Leave,
            EditVerb::Return => EditAction::Return(values),
            EditVerb::Cancel => EditAction::Cancel,
        };
        // Names were resolved against what was just read: nobody may have changed the entry since.
        let expected = company
            .entries_of(request.kind)
            .get(&id)
            .map(|stored| stored.version);
        let edit = LedgerEdit {
            kind: request.kind,
            id,
            what,
            on: request.on,
            expected,
        };
        match ledger.edit_entry(&edit, now).await {
            Ok(edited) => Ok(LedgerReply::Edited(edited)),
            Err(EditError::Refused(refusal)) => Err(LedgerOrderError::Refused(refusal)),
            Err(err @ EditError::Ledger(_)) => Err(unusable_ledger(&err)),
        }
    }
}

async fn company(ledger: &Ledger) -> Result<CompanyOnDay, LedgerOrderError> {
    ledger
        .read_company()
        .await
        .map_err(|err| unusable_ledger(&err))
}

async fn changes(ledger: &Ledger, after: Option<&str>) -> Result<LedgerReply, LedgerOrderError> {
    let page = ledger
        .list_changes(after)
        .await
        .map_err(|err| unusable_ledger(&err))?;
    let change = |one: ehr::ChangedRecord| LedgerChangeView {
        kind: one.kind,
        id: one.id.to_string(),
        because: one.because,
        at: one.at.millis(),
    };
    Ok(LedgerReply::Changes {
        changes: page.changed.into_iter().map(change).collect(),
        cursor: page.cursor,
        more: page.more,
        missed: page.missed,
    })
}

pub(super) fn unusable_ledger(cause: impl Into<Reason>) -> LedgerOrderError {
    LedgerOrderError::Unusable { why: cause.into() }
}

/// What a list is sorted by: departments by path, people by name.
pub(super) fn sort(entries: &mut [super::order::LedgerEntryView]) {
    let text = |entry: &super::order::LedgerEntryView, wanted| {
        let field = entry.fields.iter().find(|(field, _)| *field == wanted);
        field.map(|(_, texts)| texts.join(";")).unwrap_or_default()
    };
    entries.sort_by_cached_key(|entry| match entry.kind {
        Kind::Person => (
            text(entry, directory::Field::Departments),
            text(entry, directory::Field::Name),
        ),
        Kind::Department => (
            text(entry, directory::Field::Parent),
            text(entry, directory::Field::Name),
        ),
    });
}
