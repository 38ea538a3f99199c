//! The link of what was observed: the stored one, or a new one.

use directory::decide::FreshRead;
use directory::hash;
use directory::reason::{Reason, ReasonCode};
use directory::{Base, Field, Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, Side};

use super::{LookError, ObservedRecord, RecordKey};
use crate::Run;

/// People who may have had one native id after each other, in a company's life.
const HOLDERS_MAX: u32 = 64;

impl Run<'_> {
    /// The stored link, or a new one for somebody whom no link knows; `None` where nobody can be made of it.
    pub(super) async fn link_for(
        &self,
        observed: &ObservedRecord,
    ) -> Result<Option<(Link, Option<RowVersion>)>, LookError> {
        if let Some(link) = &observed.link {
            return Ok(Some((link.clone(), Some(link.version))));
        }
        let both = matches!(observed.dingtalk, FreshRead::Here(_)) && observed.ehr.is_some();
        if both && observed.evidence.is_none() {
            return Ok(None);
        }
        let (side, record) = match (&observed.dingtalk, &observed.ehr) {
            (FreshRead::Here(record), ehr)
                if ehr.is_none() || self.engine.policy.lifecycle == Side::DingTalk =>
            {
                (Side::DingTalk, record)
            }
            (_, Some(stored)) => (Side::Ehr, &stored.record),
            (FreshRead::Here(record), None) => (Side::DingTalk, record),
            (FreshRead::NotFound | FreshRead::Unseen, None) => return Ok(None),
        };
        if side == Side::DingTalk && !record.values.shown_fields().contains(Field::Name) {
            self.tally(|tally| {
                let reason = Reason::new(ReasonCode::IdentityNameHidden);
                tally.add_unfinished(record.kind, None, reason);
            });
            return Ok(None);
        }
        self.new_link(record.kind, side, &record.id).await
    }

    /// A link for somebody whom no link knows. Its id is derived; a native id that was freed and given to somebody else
    /// gets the next one. `None` where another run has stored it since the sides were read: what they said may be older than
    /// the link, so that it is looked at once more.
    async fn new_link(
        &self,
        kind: Kind,
        side: Side,
        native: &NativeId,
    ) -> Result<Option<(Link, Option<RowVersion>)>, LookError> {
        let engine = self.engine;
        for nth in 0..HOLDERS_MAX {
            let id = hash::derive_link_id(&engine.key, side, kind, native, nth);
            match engine.links.get_link(&engine.corp, kind, id).await? {
                None => return Ok(Some((self.fresh_link(kind, side, id), None))),
                Some(link) if link.native_id(side) == Some(native) => {
                    self.note_look_again(RecordKey::new(kind, side, native.clone()));
                    return Ok(None);
                }
                Some(_) => {}
            }
        }
        Err(LookError::not_yet(ReasonCode::IdentityTooManyHolders))
    }

    fn fresh_link(&self, kind: Kind, side: Side, id: LinkId) -> Link {
        Link {
            id,
            kind,
            generation: 1,
            version: self.new_version(),
            dingtalk: None,
            ehr: self
                .engine
                .ehr
                .id_for(id)
                .filter(|_| side == Side::DingTalk),
            unionid: None,
            protected: false,
            base: Base::default(),
            intents: Vec::new(),
            lifecycle: LinkLifecycle::Creating,
            waits: Vec::new(),
        }
    }
}
