//! The table of links: conditional writes, pointers, and restores.

use std::collections::BTreeMap;

use directory::{Kind, Link, LinkId, LinkLifecycle, NativeId, RowVersion, Side};
use state::WriteError;
use state::error::ExistingItem;
use state::links::PointerChanges;

type LinkPointer = (Kind, Side, NativeId);

/// Greatest lag of a listing, in milliseconds.
const LIST_LAG_MAX_MS: i64 = 3000;

/// Every link and every pointer.
#[derive(Debug, Clone, Default)]
pub struct LinkTable {
    links: BTreeMap<(Kind, LinkId), Link>,
    pointers: BTreeMap<LinkPointer, LinkId>,
    /// The state of a link before its last write, with the time of that write, for listings that
    /// lag.
    before: BTreeMap<(Kind, LinkId), (i64, Option<Link>)>,
    /// The time, in milliseconds.
    pub now: i64,
}

impl LinkTable {
    /// Returns every link.
    pub fn all(&self) -> impl Iterator<Item = &Link> {
        self.links.values()
    }

    /// Whether any person is linked.
    #[must_use]
    pub fn has_active_person(&self) -> bool {
        self.all()
            .any(|link| link.kind == Kind::Person && link.lifecycle == LinkLifecycle::Active)
    }

    /// Returns one link.
    #[must_use]
    pub fn get(&self, kind: Kind, id: LinkId) -> Option<&Link> {
        self.links.get(&(kind, id))
    }

    /// Returns the link that an id points to and that points back.
    #[must_use]
    pub fn by_native(&self, kind: Kind, side: Side, native: &NativeId) -> Option<&Link> {
        let id = self.pointers.get(&(kind, side, native.clone()))?;
        self.get(kind, *id)
            .filter(|link| link.native_id(side) == Some(native))
    }

    /// Returns the links of a kind, each in the state before its last write if `behind` returns
    /// `true`.
    pub fn list(&self, kind: Kind, mut behind: impl FnMut() -> bool) -> Vec<Link> {
        let of_kind = self.links.iter().filter(|((of, _), _)| *of == kind);
        let shown = of_kind.filter_map(|(key, link)| match self.before.get(key) {
            Some((at, before)) if self.now - at < LIST_LAG_MAX_MS && behind() => before.clone(),
            _ => Some(link.clone()),
        });
        shown.collect()
    }

    /// Stores a new link and its pointers.
    ///
    /// # Errors
    /// `Exists`. A repeat that finds its own version succeeds.
    pub fn create(&mut self, link: &Link) -> Result<(), WriteError> {
        if let Some(stored) = self.get(link.kind, link.id) {
            let own = stored.version == link.version;
            return if own {
                Ok(())
            } else {
                Err(WriteError::Exists {
                    which: ExistingItem::Item,
                })
            };
        }
        let added = PointerChanges::between_states(None, link).added;
        self.add_pointers(link, &added)?;
        self.keep_link(link);
        Ok(())
    }

    /// Stores a link under a condition.
    ///
    /// # Errors
    /// `Stale` or `Exists`. A repeat that finds its own version succeeds.
    pub fn put(
        &mut self,
        link: &Link,
        expected: RowVersion,
        pointers: &PointerChanges,
    ) -> Result<(), WriteError> {
        match self.get(link.kind, link.id).map(|stored| stored.version) {
            Some(version) if version == link.version => return Ok(()),
            Some(version) if version == expected => {}
            _ => return Err(WriteError::Stale),
        }
        self.add_pointers(link, &pointers.added)?;
        for (side, native) in &pointers.removed {
            let pointer = (link.kind, *side, native.clone());
            if self.pointers.get(&pointer) == Some(&link.id) {
                self.pointers.remove(&pointer);
            }
        }
        self.keep_link(link);
        Ok(())
    }

    fn add_pointers(&mut self, link: &Link, added: &[(Side, NativeId)]) -> Result<(), WriteError> {
        let pointer = |side: Side, native: &NativeId| (link.kind, side, native.clone());
        let others = |(side, native): &&(Side, NativeId)| {
            self.pointers
                .get(&pointer(*side, native))
                .is_some_and(|id| *id != link.id)
        };
        if let Some((side, _)) = added.iter().find(others) {
            return Err(WriteError::Exists {
                which: ExistingItem::Native(*side),
            });
        }
        for (side, native) in added {
            self.pointers.insert(pointer(*side, native), link.id);
        }
        Ok(())
    }

    fn keep_link(&mut self, link: &Link) {
        let key = (link.kind, link.id);
        let before = self.links.insert(key, link.clone());
        self.before.insert(key, (self.now, before));
    }
}

impl LinkTable {
    /// Whether any person is in a grace period.
    #[must_use]
    pub fn is_somebody_leaving(&self) -> bool {
        self.links
            .values()
            .any(|link| matches!(link.lifecycle, LinkLifecycle::Leaving { .. }))
    }

    /// Whether both tables hold the same links with the same versions, so that nothing was written
    /// between them. A refusal that repeats every hour stores the same as before.
    #[must_use]
    pub fn has_same_links(&self, other: &Self) -> bool {
        let mut pairs = self.links.values().zip(other.links.values());
        self.links.len() == other.links.len() && pairs.all(|(one, other)| is_same_link(one, other))
    }
}

fn is_same_link(one: &Link, other: &Link) -> bool {
    let refused = |link: &Link| link.waits.iter().any(|wait| wait.field.is_none());
    let bare = |link: &Link| {
        let waits = link
            .waits
            .iter()
            .filter(|wait| wait.field.is_some())
            .cloned()
            .collect();
        Link {
            version: RowVersion(0),
            intents: Vec::new(),
            waits,
            ..link.clone()
        }
    };
    one.id == other.id && one.version == other.version
        || refused(one) && refused(other) && bare(one) == bare(other)
}
