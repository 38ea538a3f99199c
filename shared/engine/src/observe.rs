//! Reading one record from both sides and deciding about it.

use std::sync::PoisonError;

use directory::decide::{self, Counterpart, Decision, Pair};
use directory::hash;
use directory::plan::{Held, Item, Plan};
use directory::text::with_causes;
use directory::{Action, Base, Field, FieldSet, Kind, Lifecycle, Link, LinkId, NativeId, Record, Side, Version};
use ehr::{Key, Stored};
use state::StoreError;

use crate::Run;
use crate::names::Unknown;
use crate::trouble::Reach as _;

/// Person fields that a field permission governs (`dingtalk-api.md` §3.0): an absent one is not proven to be empty.
const GOVERNED: FieldSet =
    FieldSet::of(&[Field::Mobile, Field::Email, Field::OrgEmail, Field::WorkPlace, Field::Remark, Field::Extension]);

/// People who may have had one `userid` after each other, in a company's life.
const HOLDERS_MAX: u32 = 64;

/// Why a record could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// DingTalk.
    #[error("DingTalk could not be read")]
    DingTalk(#[from] dingtalk::Error),
    /// The eHR.
    #[error("the eHR could not be read or written")]
    Ehr(#[from] ehr::Error),
    /// The state.
    #[error("the state could not be read or written")]
    State(#[from] StoreError),
    /// The journal: without it nothing is changed.
    #[error("the journal could not be written")]
    Journal(#[from] state::store::JournalError),
    /// Something else has to happen first; looking again later helps.
    #[error("not yet: {0}")]
    NotYet(&'static str),
}

impl LookError {
    /// Whether looking again later can help without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::DingTalk(err) => err.is_transient(),
            Self::Ehr(err) => err.is_transient(),
            Self::State(_) | Self::Journal(_) | Self::NotYet(_) => true,
        }
    }

    /// Whether the trouble is the corp's and not this record's: nobody else would fare better.
    #[must_use]
    pub(crate) fn concerns_everybody(&self) -> bool {
        match self {
            Self::DingTalk(err) => err.concerns_everybody(),
            // A stored item that cannot be read is that record's trouble; a store that does not answer is everybody's.
            Self::State(err) => err.is_transient(),
            Self::Journal(_) | Self::Ehr(ehr::Error::Unavailable(_)) => true,
            Self::Ehr(_) | Self::NotYet(_) => false,
        }
    }

    /// The sentence for the run, with its cause.
    #[must_use]
    pub fn sentence(&self) -> String {
        with_causes(self)
    }
}

impl Run<'_> {
    /// Decides about a record that DingTalk shows, reading the link and the eHR afresh, and adds it to the plan.
    ///
    /// Returns the references that no link knows yet, so that the caller can come back for them.
    pub(crate) async fn consider(
        &self,
        dingtalk: &Record,
        rule: Unknown,
        plan: &mut Plan,
    ) -> Result<Vec<(Field, NativeId)>, LookError> {
        let kind = dingtalk.kind;
        let resolved = self.names.resolve(Side::DingTalk, dingtalk, rule).await?;
        let (link, ehr) = self.find(kind, dingtalk).await?;
        if link.is_none() && !dingtalk.values.shown().contains(Field::Name) {
            self.tally(|tally| {
                tally.unfinished(kind, None, "DingTalk shows no name for it, and nobody is created without one");
            });
            return Ok(resolved.unknown);
        }
        let (link, stored) = match link {
            Some(link) => (link.clone(), Some(link.version)),
            None => self.new_link(kind, &dingtalk.id).await?,
        };
        let (version, keeps) = ehr.as_ref().map(|ehr| (ehr.version, ehr.dingtalk.clone())).unwrap_or_default();
        let record = match &ehr {
            Some(ehr) => Some(self.names.resolve(Side::Ehr, &ehr.record, Unknown::LeaveOut).await?.record),
            None => None,
        };
        let ehr = record.as_ref().map(|record| Counterpart { record, version, dingtalk: keeps.as_ref() });
        let pair = Pair { link: &link, stored, dingtalk: &resolved.record, ehr };
        match decide::present(pair, self.context(kind)) {
            Decision::Nothing => {}
            Decision::Settle(settled) => plan.settled.push(*settled),
            Decision::Write(item) => {
                let hidden = self.withdrawn(&item).await?;
                if !hidden.is_empty() {
                    let mut shown = dingtalk.clone();
                    hidden.iter().for_each(|field| shown.values.hide(field));
                    return Box::pin(self.consider(&shown, rule, plan)).await;
                }
                plan.items.push(*item);
            }
            Decision::Quarantine(settled) => {
                let reason = "the userid now belongs to another unionid: a person must say who this is".to_owned();
                plan.held.push(Held { link: settled.link.id, kind, action: Action::Update, reason });
                if settled.before.as_ref() != Some(&settled.link) {
                    plan.settled.push(*settled);
                }
            }
        }
        Ok(resolved.unknown)
    }

    /// Fields that this write would empty although the app may merely not be shown them any more: a permission that is
    /// withdrawn makes values vanish without an error. Asked only where something would be lost, after it was read.
    async fn withdrawn(&self, item: &Item) -> Result<FieldSet, LookError> {
        let emptied = item.changes.iter().filter(|change| change.before.is_some() && change.after.is_none());
        let emptied = emptied.map(|change| change.field).collect::<FieldSet>().intersection(GOVERNED);
        let known = *self.withdrawn.lock().unwrap_or_else(PoisonError::into_inner);
        if emptied.without(known).is_empty() {
            return Ok(emptied);
        }
        let hidden = emptied.without(self.engine.dingtalk.scope().await?.fields);
        if !hidden.is_empty() {
            let mut known = self.withdrawn.lock().unwrap_or_else(PoisonError::into_inner);
            *known = known.union(hidden);
            for field in hidden.iter() {
                let sentence =
                    format!("DingTalk no longer shows the field {}: its values are left as they were", field.key());
                self.tally(|tally| tally.note(sentence));
            }
        }
        Ok(hidden)
    }

    /// The stored link of a record and the eHR's side of it. A record that no link knows is looked for in the eHR: a
    /// re-hire comes with a new `userid` and the old `unionid`.
    async fn find(&self, kind: Kind, dingtalk: &Record) -> Result<(Option<Link>, Option<Stored>), LookError> {
        let engine = self.engine;
        let link = engine.links.link_by_native(&engine.corp, kind, Side::DingTalk, &dingtalk.id).await?;
        if let Some(link) = link {
            let ehr = match &link.ehr {
                Some(id) => engine.ehr.get(kind, id).await?,
                // The create was begun and its outcome is unknown: the eHR keeps our DingTalk id.
                None => engine.ehr.find_by_key(kind, &Key::DingTalk(dingtalk.id.clone())).await?,
            };
            return Ok((Some(link), ehr));
        }
        let keys = dingtalk.unionid.iter().map(|id| Key::Union(id.clone()));
        for key in keys.chain([Key::DingTalk(dingtalk.id.clone())]) {
            if let Some(stored) = engine.ehr.find_by_key(kind, &key).await? {
                let link = engine.links.link_by_native(&engine.corp, kind, Side::Ehr, &stored.record.id).await?;
                return Ok((link, Some(stored)));
            }
        }
        Ok((None, None))
    }

    /// A link for somebody whom no link knows. Its id is derived; a native id that was freed and given to somebody else
    /// gets the next one. Where another run has just stored it, that one is the link.
    async fn new_link(&self, kind: Kind, dingtalk: &NativeId) -> Result<(Link, Option<Version>), LookError> {
        let engine = self.engine;
        for nth in 0..HOLDERS_MAX {
            let id = hash::link_id(&engine.key, Side::DingTalk, kind, dingtalk, nth);
            match engine.links.link(&engine.corp, kind, id).await? {
                None => return Ok((self.fresh_link(kind, id), None)),
                Some(link) if link.dingtalk.as_ref() == Some(dingtalk) => {
                    let version = link.version;
                    return Ok((link, Some(version)));
                }
                Some(_) => {}
            }
        }
        Err(LookError::NotYet("this userid had more holders than can be kept apart"))
    }

    fn fresh_link(&self, kind: Kind, id: LinkId) -> Link {
        Link {
            id,
            kind,
            generation: 1,
            version: self.version(),
            dingtalk: None,
            ehr: self.engine.ehr.id_for(id),
            unionid: None,
            protected: false,
            base: Base::default(),
            intents: Vec::new(),
            lifecycle: Lifecycle::Creating,
        }
    }
}
