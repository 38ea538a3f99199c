//! A link as items: one of at most 1 KiB (a write unit), and an overflow item for what would not fit.

use aws_sdk_dynamodb::types::AttributeValue;
use directory::{CorpId, Kind, Link, LinkId, NativeId, RowVersion};

use super::item::{
    AttributeReader, ITEM_MAX, Item, binary_value, item_key, item_size, number_value, text_value,
};
use super::pack::{UnpackedLink, lifecycle_word, pack_link, unpack_link};
use crate::error::{StoreError, WriteError};

/// Schema version of a link item. A new [`directory::Field`] needs a new one: an old reader would drop its hash.
pub(super) const VERSION: u32 = 1;

/// One write unit.
const WRITE_UNIT_BYTES: usize = 1024;

pub(super) const SHARDS: u8 = 8;

const WHAT: &str = "link";

/// Which of a corp's partitions a link is in.
pub(super) fn shard_of(id: LinkId) -> u8 {
    id.0.first().map_or(0, |byte| byte % SHARDS)
}

pub(super) fn link_partition(corp: &CorpId, kind: Kind, shard: u8) -> String {
    format!("{corp}#{}#{shard}", kind.key())
}

pub(super) fn link_key(corp: &CorpId, kind: Kind, id: LinkId) -> (String, String) {
    (link_partition(corp, kind, shard_of(id)), id.to_string())
}

/// Sorts right after its link, so that a page shows both.
pub(super) fn overflow_sk(id: LinkId) -> String {
    format!("{id}+")
}

/// A link's items.
pub(super) struct EncodedLink {
    pub(super) main: Item,
    pub(super) overflow: Option<Item>,
}

pub(super) fn encode_link(corp: &CorpId, link: &Link) -> Result<EncodedLink, WriteError> {
    let (pk, sk) = link_key(corp, link.kind, link.id);
    let mut main = item_key(&pk, &sk);
    let mut set = |name: &str, value| _ = main.insert(name.to_owned(), value);
    set("v", number_value(u64::from(VERSION)));
    set("r", binary_value(link.version.0.to_be_bytes()));
    set("g", number_value(u64::from(link.generation)));
    set("l", text_value(lifecycle_word(&link.lifecycle)));
    for (name, id) in [("d", &link.dingtalk), ("e", &link.ehr)] {
        if let Some(id) = id {
            set(name, text_value(id.as_str()));
        }
    }
    if link.protected {
        set("a", AttributeValue::Bool(true));
    }
    if let Some(unionid) = link.unionid {
        set("u", binary_value(unionid));
    }
    // Rare: most links wait for nothing.
    if !link.waits.is_empty() {
        set(
            "w",
            text_value(serde_json::to_string(&link.waits).unwrap_or_default()),
        );
    }
    let packed = pack_link(link).ok_or(WriteError::TooLarge {
        bytes: usize::MAX,
        limit: ITEM_MAX,
    })?;
    // One byte for the attribute's name, and four for the overflow's own attribute.
    let room = WRITE_UNIT_BYTES.saturating_sub(item_size(&main) + 1 + 4);
    let Some((here, there)) = packed
        .split_at_checked(room)
        .filter(|(_, there)| !there.is_empty())
    else {
        main.insert("p".to_owned(), binary_value(packed));
        return Ok(EncodedLink {
            main,
            overflow: None,
        });
    };
    if there.len() + WRITE_UNIT_BYTES > ITEM_MAX {
        return Err(WriteError::TooLarge {
            bytes: packed.len(),
            limit: ITEM_MAX,
        });
    }
    main.insert("p".to_owned(), binary_value(here));
    main.insert("o".to_owned(), number_value(1));
    let mut overflow = item_key(&pk, &overflow_sk(link.id));
    overflow.insert("v".to_owned(), number_value(u64::from(VERSION)));
    overflow.insert("r".to_owned(), binary_value(link.version.0.to_be_bytes()));
    overflow.insert("p".to_owned(), binary_value(there));
    Ok(EncodedLink {
        main,
        overflow: Some(overflow),
    })
}

/// Whether the rest of this link is in an overflow item.
pub(super) fn has_overflow(main: &Item) -> bool {
    main.contains_key("o")
}

/// The version of a stored link item.
pub(super) fn version_of(main: &Item) -> Result<RowVersion, StoreError> {
    AttributeReader {
        what: WHAT,
        item: main,
    }
    .array("r")
    .map(u128::from_be_bytes)
    .map(RowVersion)
}

/// The link id in an item's sort key; `None` for an overflow item.
pub(super) fn id_of(item: &Item) -> Result<Option<LinkId>, StoreError> {
    let attributes = AttributeReader { what: WHAT, item };
    let sk = attributes.text("sk")?;
    if sk.ends_with('+') {
        return Ok(None);
    }
    sk.parse()
        .map(Some)
        .map_err(|_| attributes.malformed("its sort key is not a link id"))
}

pub(super) fn decode_link(
    kind: Kind,
    main: &Item,
    overflow: Option<&Item>,
) -> Result<Link, StoreError> {
    let attributes = AttributeReader {
        what: WHAT,
        item: main,
    };
    attributes.check_version(VERSION)?;
    let id = id_of(main)?.ok_or_else(|| attributes.malformed("it is an overflow item"))?;
    let version = version_of(main)?;
    let packed = packed_bytes(attributes, version, overflow)?;
    let UnpackedLink {
        base,
        intents,
        lifecycle,
    } = unpack_link(attributes.text("l")?, &packed)
        .map_err(|unreadable| attributes.malformed(unreadable.0))?;
    let generation = u32::try_from(attributes.number("g")?)
        .map_err(|_| attributes.malformed("its generation"))?;
    let unionid = main
        .contains_key("u")
        .then(|| attributes.array("u"))
        .transpose()?;
    let (dingtalk, ehr) = (
        parse_native_id(attributes, "d")?,
        parse_native_id(attributes, "e")?,
    );
    let protected = main.get("a").is_some_and(|a| a.as_bool().is_ok_and(|a| *a));
    let waits = attributes
        .optional_text("w")?
        .map(serde_json::from_str)
        .transpose();
    let waits = waits
        .map_err(|_| attributes.malformed("what it waits for"))?
        .unwrap_or_default();
    Ok(Link {
        id,
        kind,
        generation,
        version,
        dingtalk,
        ehr,
        unionid,
        protected,
        base,
        intents,
        lifecycle,
        waits,
    })
}

fn parse_native_id(
    attributes: AttributeReader<'_>,
    name: &str,
) -> Result<Option<NativeId>, StoreError> {
    let parse =
        |id: &str| NativeId::new(id).map_err(|_| attributes.malformed("a side's id is not valid"));
    attributes.optional_text(name)?.map(parse).transpose()
}

fn packed_bytes(
    attributes: AttributeReader<'_>,
    version: RowVersion,
    overflow: Option<&Item>,
) -> Result<Vec<u8>, StoreError> {
    let mut packed = attributes.bytes("p")?.to_vec();
    if has_overflow(attributes.item) {
        let overflow =
            overflow.ok_or_else(|| attributes.malformed("its overflow item is missing"))?;
        if version_of(overflow)? != version {
            return Err(attributes.malformed("its overflow item is of another version"));
        }
        packed.extend(
            AttributeReader {
                what: WHAT,
                item: overflow,
            }
            .bytes("p")?,
        );
    }
    Ok(packed)
}

#[cfg(test)]
mod tests;
