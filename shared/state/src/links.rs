//! The port through which the engine reads and writes links. [`crate::store::Store`] implements it on DynamoDB; the
//! simulation brings its own.

use async_trait::async_trait;
use directory::{CorpId, Kind, Link, LinkId, NativeId, RowVersion, Side};

use crate::error::{StoreError, WriteError};

/// Pointer items that appear and disappear with a write of a link. The usual put changes none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PointerChanges {
    /// Ids that now lead to the link; refused where they lead to another one.
    pub added: Vec<(Side, NativeId)>,
    /// Ids that no longer do; left alone where they lead to another link already.
    pub removed: Vec<(Side, NativeId)>,
}

impl PointerChanges {
    /// No pointer changes.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// What changes between two states of one link; `None` before its creation.
    #[must_use]
    pub fn between_states(before: Option<&Link>, after: &Link) -> Self {
        let mut pointers = Self::none();
        for side in [Side::DingTalk, Side::Ehr] {
            let old = before.and_then(|link| link.native_id(side));
            let new = after.native_id(side);
            if old == new {
                continue;
            }
            pointers.added.extend(new.map(|id| (side, id.clone())));
            pointers.removed.extend(old.map(|id| (side, id.clone())));
        }
        pointers
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// What a listing of links went through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "unreadable links are records in trouble, not records that are gone"]
pub struct ListingReport {
    /// Links handed out.
    pub links: u64,
    /// Links that are stored but cannot be read, with the reason: each is that record's trouble and stops nobody else.
    pub unreadable: Vec<(LinkId, StoreError)>,
}

/// Links of a corp: conditional writes, strongly consistent single reads.
///
/// Every write carries the link's *new* version, chosen at random by the caller, so that a retry recognises its own win:
/// a write that finds its own version already stored reports success.
#[async_trait]
pub trait LinkStore: Send + Sync {
    /// One link, strongly consistent.
    async fn get_link(
        &self,
        corp: &CorpId,
        kind: Kind,
        id: LinkId,
    ) -> Result<Option<Link>, StoreError>;

    /// The link that a side's id leads to, strongly consistent, through its pointer item (never through an index).
    async fn get_link_by_native(
        &self,
        corp: &CorpId,
        kind: Kind,
        side: Side,
        native: &NativeId,
    ) -> Result<Option<Link>, StoreError>;

    /// Hands out every link of one kind, in no order, page by page and all shards at once; memory stays bounded by a page
    /// per shard. Eventually consistent: lists nominate, a fresh read decides.
    async fn each_link(
        &self,
        corp: &CorpId,
        kind: Kind,
        each: &mut (dyn FnMut(Link) + Send),
    ) -> Result<ListingReport, StoreError>;

    /// Stores a new link and its pointers, all or nothing.
    ///
    /// # Errors
    /// [`WriteError::Exists`] names what is there already; a repeat that finds its own version is a success.
    async fn create_link(&self, corp: &CorpId, link: &Link) -> Result<(), WriteError>;

    /// Stores a link, `link.version` being its new version, if the stored one still is `expected`. One write unit where no
    /// pointer changes; with pointers, a transaction.
    ///
    /// # Errors
    /// [`WriteError::Stale`] when somebody else wrote since; [`WriteError::Exists`] when an added id belongs to another link.
    async fn put_link(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: RowVersion,
        pointers: &PointerChanges,
    ) -> Result<(), WriteError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::{Base, LinkLifecycle};

    fn link_with_dingtalk_id(dingtalk: Option<&str>) -> Link {
        Link {
            id: LinkId([1; 16]),
            kind: Kind::Person,
            generation: 0,
            version: RowVersion(1),
            dingtalk: dingtalk.map(|id| NativeId::new(id).unwrap()),
            ehr: Some(NativeId::new("e1").unwrap()),
            unionid: None,
            protected: false,
            base: Base::default(),
            intents: vec![],
            lifecycle: LinkLifecycle::Active,
            waits: vec![],
        }
    }

    #[test]
    fn only_changed_pointers_are_written() {
        assert!(
            PointerChanges::between_states(
                Some(&link_with_dingtalk_id(Some("a"))),
                &link_with_dingtalk_id(Some("a"))
            )
            .is_empty()
        );
        let moved = PointerChanges::between_states(
            Some(&link_with_dingtalk_id(Some("a"))),
            &link_with_dingtalk_id(Some("b")),
        );
        assert_eq!(moved.added, [(Side::DingTalk, NativeId::new("b").unwrap())]);
        assert_eq!(
            moved.removed,
            [(Side::DingTalk, NativeId::new("a").unwrap())]
        );
        assert_eq!(
            PointerChanges::between_states(None, &link_with_dingtalk_id(Some("a")))
                .added
                .len(),
            2
        );
    }
}
