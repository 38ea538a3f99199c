//! The desk: does what is asked, on a store that somebody has open.

use directory::text::with_causes;
use directory::{Kind, LinkId, Timestamp};
use ehr::ledger::{Company, Edit, EditError, What};
use ehr::{Connector as _, Ledger};
use state::Store;
use state::vault::Secrets;

use super::naming;
use super::order::{Answer, Change, Order, Request, Trouble, Verb};

/// State and secrets of the bound company.
#[derive(Clone)]
pub struct Desk {
    /// State.
    pub store: Store,
    /// Secrets: the key of the ledger's finds.
    pub secrets: Secrets,
}

impl Desk {
    /// Does what is asked. `fresh` is random: the id of whoever is new.
    ///
    /// # Errors
    /// [`Trouble`]; nothing was written then.
    pub async fn serve(&self, order: &Order, now: Timestamp, fresh: [u8; 16]) -> Result<Answer, Trouble> {
        let ledger = self.ledger(now).await?;
        match order {
            Order::Edit(request) => self.edit(&ledger, request, now, fresh).await,
            Order::List { kind, all } => {
                let company = company(&ledger).await?;
                let wanted = company.of(*kind).values().filter(|stored| {
                    *all || stored.presence != directory::effective::Presence::Left || !stored.upcoming.is_empty()
                });
                let mut entries: Vec<_> = wanted.map(|stored| naming::entry(&company, stored)).collect();
                entries.sort_by_cached_key(naming::order);
                Ok(Answer::Entries(entries))
            }
            Order::Show { kind, who } => {
                let company = company(&ledger).await?;
                let id = naming::find(&company, *kind, who)?;
                let stored = company.of(*kind).get(&id);
                Ok(Answer::Entries(stored.map(|stored| naming::entry(&company, stored)).into_iter().collect()))
            }
            Order::Changes { after } => changes(&ledger, after.as_deref()).await,
        }
    }

    async fn ledger(&self, now: Timestamp) -> Result<Ledger, Trouble> {
        let bindings = self.store.bindings().await.map_err(|err| unusable(&err))?;
        let binding = bindings.into_iter().next().ok_or(Trouble::Unbound)?.body;
        let secret = self.secrets.binding(&binding.id).await.map_err(|err| unusable(&err))?;
        Ok(Ledger::new(self.store.clone(), binding.corp_id, secret.hash_key(), now))
    }

    async fn edit(
        &self,
        ledger: &Ledger,
        request: &Request,
        now: Timestamp,
        fresh: [u8; 16],
    ) -> Result<Answer, Trouble> {
        let company = company(ledger).await?;
        let id = match &request.who {
            Some(who) => naming::find(&company, request.kind, who)?,
            None => ledger.id_for(LinkId(fresh)).ok_or(Trouble::Unusable { why: "no id could be made".to_owned() })?,
        };
        let values = naming::values(&company, &request.fields)?;
        let what = match request.verb {
            Verb::Enter => What::Enter(values),
            Verb::Change => What::Change(values),
            Verb::Leave => What::Leave,
            Verb::Return => What::Return(values),
            Verb::Cancel => What::Cancel,
        };
        // Names were resolved against what was just read: nobody may have changed the entry since.
        let expected = company.of(request.kind).get(&id).map(|stored| stored.version);
        let edit = Edit { kind: request.kind, id, what, on: request.on, expected };
        match ledger.edit(&edit, now).await {
            Ok(edited) => Ok(Answer::Edited(edited)),
            Err(EditError::Refused(refusal)) => Err(Trouble::Refused(refusal)),
            Err(err @ EditError::Ledger(_)) => Err(unusable(&err)),
        }
    }
}

async fn company(ledger: &Ledger) -> Result<Company, Trouble> {
    ledger.company().await.map_err(|err| unusable(&err))
}

async fn changes(ledger: &Ledger, after: Option<&str>) -> Result<Answer, Trouble> {
    let page = ledger.changes(after).await.map_err(|err| unusable(&err))?;
    let change = |one: ehr::Changed| Change {
        kind: one.kind,
        id: one.id.to_string(),
        because: one.because,
        at: one.at.millis(),
    };
    Ok(Answer::Changes {
        changes: page.changed.into_iter().map(change).collect(),
        cursor: page.cursor,
        more: page.more,
        missed: page.missed,
    })
}

pub(super) fn unusable(err: &dyn std::error::Error) -> Trouble {
    Trouble::Unusable { why: with_causes(err) }
}

/// What a list is sorted by: departments by path, people by name.
pub(super) fn sort(entries: &mut [super::order::Entry]) {
    let text = |entry: &super::order::Entry, wanted| {
        let field = entry.fields.iter().find(|(field, _)| *field == wanted);
        field.map(|(_, texts)| texts.join(";")).unwrap_or_default()
    };
    entries.sort_by_cached_key(|entry| match entry.kind {
        Kind::Person => (text(entry, directory::Field::Departments), text(entry, directory::Field::Name)),
        Kind::Department => (text(entry, directory::Field::Parent), text(entry, directory::Field::Name)),
    });
}
