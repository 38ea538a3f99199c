//! One field of one record brought to the value that a person chose, on both sides.

use directory::decide::{Change, View};
use directory::plan::{Item, Part, Plan};
use directory::policy::Ownership;
use directory::{Action, Field, Kind, LinkId, Record, RunId, Side, Value, Values, hash};

use crate::names::Unknown;
use crate::observe::{Looked, Observed};
use crate::{Engine, LookError, Run, Sight};

/// What a person chose.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Whose record.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Which field.
    pub field: Field,
    /// The value that each side must still have, unless it has the chosen one already; references are link ids.
    pub expected: Option<Value>,
    /// The value that both are to have.
    pub value: Option<Value>,
    /// The sentence for the journal, without personal data.
    pub reason: &'static str,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granted {
    /// Both sides have the value.
    Done,
    /// This side has another value by now: nothing was written.
    Moved(Side),
    /// This side does not show the record or the field: nothing was written.
    Unseen(Side),
    /// The policy of today lets one side decide the field: whatever were written would not stay.
    Owned(Side),
    /// Only the employee can change it in DingTalk: nothing was written.
    Employee,
    /// A side refused it, for the reason.
    Refused(String),
}

impl Engine {
    /// Brings one field of one record to a value on both sides, as a person chose. Both are read afresh, and only what is
    /// still as expected is written: intent, journal, sides, base, as with every other change.
    ///
    /// # Errors
    /// [`LookError`]: nothing is known to be written, and asking again is safe.
    pub async fn grant(&self, run: RunId, wish: &Wish, sight: Sight) -> Result<Granted, LookError> {
        let run = Run::new(self, run, sight);
        let granted = run.grant(wish).await;
        self.journal.close(&run.id).await?;
        granted
    }
}

impl Run<'_> {
    async fn grant(&self, wish: &Wish) -> Result<Granted, LookError> {
        if let Ownership::Owned(side) = self.engine.policy.owner(wish.kind, wish.field) {
            return Ok(Granted::Owned(side));
        }
        let link = self.engine.links.link(&self.engine.corp, wish.kind, wish.link).await?;
        let Some(link) = link else { return Ok(Granted::Unseen(Side::DingTalk)) };
        let observed = self.observe_linked(link).await?;
        let item = match self.item(wish, &observed).await? {
            Ok(Some(item)) => item,
            Ok(None) => return Ok(Granted::Done),
            Err(granted) => return Ok(granted),
        };
        let plan = Plan { items: vec![item], ..Plan::default() };
        let moved = self.apply(self.approve(plan, u64::MAX), &|_| {}).await?;
        if moved > 0 {
            return Err(LookError::NotYet("somebody else wrote the same record a moment ago"));
        }
        let (mut refused, mut unfinished) = (None, 0);
        self.tally(|tally| {
            refused = tally.troubles.first().map(|trouble| trouble.reason.clone());
            unfinished = tally.unfinished;
        });
        match refused {
            Some(reason) if unfinished == 0 => Ok(Granted::Refused(reason)),
            _ if unfinished > 0 => Err(LookError::NotYet("a write was not finished")),
            _ => Ok(Granted::Done),
        }
    }

    /// What is to be written; `None` where both sides have the value already.
    async fn item(&self, wish: &Wish, observed: &Observed) -> Result<Result<Option<Item>, Granted>, LookError> {
        let (View::Here(dingtalk), Some(stored)) = (&observed.dingtalk, &observed.ehr) else {
            let unseen = if observed.ehr.is_none() { Side::Ehr } else { Side::DingTalk };
            return Ok(Err(Granted::Unseen(unseen)));
        };
        let Some(link) = &observed.link else { return Ok(Err(Granted::Unseen(Side::DingTalk))) };
        let mut parts = Vec::new();
        for (side, record) in [(Side::DingTalk, dingtalk), (Side::Ehr, &stored.record)] {
            let record = self.resolve(side, record, Unknown::HideField, &mut Looked::default()).await?;
            match self.part(wish, side, &record) {
                Ok(part) => parts.extend(part),
                Err(granted) => return Ok(Err(granted)),
            }
        }
        if parts.is_empty() {
            return Ok(Ok(None));
        }
        let mut after = link.clone();
        let value = hash::field(&self.engine.key, wish.field, wish.value.as_ref());
        let base_before = after.base.hashes.insert(wish.field, value);
        parts.iter_mut().flat_map(|part| &mut part.changes).for_each(|change| change.base_before = base_before);
        Ok(Ok(Some(Item {
            link: after,
            before: Some(link.clone()),
            ehr_version: Some(stored.version),
            unionid: dingtalk.unionid.clone(),
            parts,
            reason: wish.reason.to_owned(),
            needs_canary: false,
        })))
    }

    /// The write to one side; `None` where it has the value already.
    fn part(&self, wish: &Wish, side: Side, record: &Record) -> Result<Option<Part>, Granted> {
        let Wish { field, expected, value, .. } = wish;
        let hash = |value: Option<&Value>| hash::field(&self.engine.key, *field, value);
        if !record.values.shown().contains(*field) {
            return Err(Granted::Unseen(side));
        }
        let now = record.values.get(*field);
        if hash(now) == hash(value.as_ref()) {
            return Ok(None);
        }
        if hash(now) != hash(expected.as_ref()) {
            return Err(Granted::Moved(side));
        }
        if side == Side::DingTalk && !self.context(wish.kind).writable.update.contains(*field) {
            return Err(Granted::Employee);
        }
        let mut values = Values::new();
        values.show(*field, value.clone());
        let (before, after) = (now.cloned(), value.clone());
        let change =
            Change { field: *field, before, after, base_before: None, overwrites_edit: false, conflict: false };
        Ok(Some(Part { to: side, action: Action::Update, values, changes: vec![change] }))
    }
}
