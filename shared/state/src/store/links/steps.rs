//! The steps of a transaction that writes a link, its pointers and its overflow.

use directory::{CorpId, Kind, Link, NativeId, RowVersion, Side};

use super::conditions::{
    VERSION_UNCHANGED, VERSION_UNCHANGED_WITHOUT_OVERFLOW, pointer_condition, version_condition,
};
use crate::error::WriteError;
use crate::links::PointerChanges;
use crate::store::Store;
use crate::store::item::{Item, binary_value, item_key, number_value};
use crate::store::link_item::{EncodedLink, VERSION, encode_link, link_key, overflow_sk};
use crate::store::tally::Table;
use crate::store::transaction::{TransactionStep, WriteCondition};

pub(super) const POINTER_SK: &str = "-";

pub(super) fn pointer_pk(corp: &CorpId, kind: Kind, side: Side, native: &NativeId) -> String {
    format!("{corp}#{}#{}#{native}", side.key(), kind.key())
}

impl Store {
    /// The link first, then added pointers, removed pointers, overflow: [`Store::put_with_pointers`] reads the answer so.
    pub(super) fn link_steps(
        &self,
        corp: &CorpId,
        link: &Link,
        expected: RowVersion,
        pointers: &PointerChanges,
        clears_overflow: bool,
    ) -> Result<Vec<TransactionStep>, WriteError> {
        let EncodedLink { main, overflow } = encode_link(corp, link)?;
        let whole = overflow.is_some() || clears_overflow;
        let condition = if whole {
            VERSION_UNCHANGED
        } else {
            VERSION_UNCHANGED_WITHOUT_OVERFLOW
        };
        let mut steps = vec![self.put_step(main, Some(version_condition(condition, expected)))?];
        for (side, native) in &pointers.added {
            steps.push(self.pointer_step(corp, link, *side, native)?);
        }
        for (side, native) in &pointers.removed {
            let pk = pointer_pk(corp, link.kind, *side, native);
            let step = TransactionStep::delete(
                self,
                Table::Directory,
                (&pk, POINTER_SK),
                Some(pointer_condition(link)),
            );
            steps.push(step.map_err(WriteError::Store)?);
        }
        if let Some(overflow) = overflow {
            steps.push(self.put_step(overflow, None)?);
        } else if clears_overflow {
            let (pk, _) = link_key(corp, link.kind, link.id);
            let step =
                TransactionStep::delete(self, Table::Directory, (&pk, &overflow_sk(link.id)), None);
            steps.push(step.map_err(WriteError::Store)?);
        }
        Ok(steps)
    }

    pub(super) fn put_step(
        &self,
        item: Item,
        when: Option<WriteCondition>,
    ) -> Result<TransactionStep, WriteError> {
        TransactionStep::put(self, Table::Directory, item, when).map_err(WriteError::Store)
    }

    pub(super) fn pointer_step(
        &self,
        corp: &CorpId,
        link: &Link,
        side: Side,
        native: &NativeId,
    ) -> Result<TransactionStep, WriteError> {
        let mut pointer = item_key(&pointer_pk(corp, link.kind, side, native), POINTER_SK);
        pointer.insert("v".to_owned(), number_value(u64::from(VERSION)));
        pointer.insert("i".to_owned(), binary_value(link.id.0));
        self.put_step(pointer, Some(pointer_condition(link)))
    }
}
