//! The top of the document, its fields and their routes.

use std::collections::{BTreeMap, BTreeSet};

use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldSet};
use jsonc_parser::ast::Value;
use jsonc_parser::common::{Range, Ranged as _};

use crate::mapped_field::{
    CustomField, MappedField, MappedTarget, Mapping, Slot, SlotOwner, ValueType,
};
use crate::route::SideRoute;
use crate::sensitive::SensitiveClass;

use super::SCHEMA_VERSION;
use super::reader::{DocumentReader, Members, Node};
use super::steps::read_step;

pub(super) const TOP_MEMBERS: [&str; 6] = [
    "$schema",
    "version",
    "slots_given",
    "retired",
    "purposes",
    "fields",
];
pub(super) const FIELD_MEMBERS: [&str; 8] = [
    "field", "slot", "label", "type", "owner", "on", "dingtalk", "ehr",
];
pub(super) const ROUTE_MEMBERS: [&str; 2] = ["key", "read"];

/// Characters of a text in the document at most.
pub(super) const TEXT_MAX: usize = 200;
/// Characters of a purpose: fewer than the least do not say anything.
const PURPOSE_MIN: usize = 8;
/// Transforms of one route at most.
const STEPS_MAX: usize = 8;

/// A field and where it stands.
pub(super) struct FoundField {
    pub(super) field: MappedField,
    pub(super) range: Range,
    pub(super) path: String,
}

/// What the document says, before its parts are compared with each other.
pub(super) struct FoundMapping {
    pub(super) fields: Vec<FoundField>,
    pub(super) retired: BTreeSet<Slot>,
    pub(super) slots_given: u8,
    pub(super) purposes: BTreeMap<SensitiveClass, String>,
    pub(super) range: Range,
}

impl FoundMapping {
    pub(super) fn into_mapping(self) -> Mapping {
        let mut fields: Vec<MappedField> =
            self.fields.into_iter().map(|found| found.field).collect();
        fields.sort_by_key(|mapped| match &mapped.target {
            MappedTarget::Canonical(field) => (0, *field as u8),
            MappedTarget::Custom(custom) => (1, custom.slot.number()),
        });
        Mapping {
            fields,
            retired: self.retired,
            slots_given: self.slots_given,
            purposes: self.purposes,
        }
    }
}

/// Reads everything that can be read; `None` if the top is no object.
pub(super) fn read_mapping(
    reader: &mut DocumentReader<'_>,
    tree: &Value<'_>,
) -> Option<FoundMapping> {
    let top = Node {
        value: tree,
        path: String::new(),
    };
    let members = reader.members(&top, &TOP_MEMBERS)?;
    check_version(reader, &members);
    let slots_given = match members.get("slots_given") {
        Some(node) => reader.whole(node, 0, Slot::MAX).unwrap_or(Slot::MAX),
        None => 0,
    };
    let retired = read_list(reader, members.get("retired"), |reader, node| {
        reader.whole(node, 1, Slot::MAX).and_then(Slot::new)
    });
    let purposes = members
        .get("purposes")
        .map(|node| read_purposes(reader, node))
        .unwrap_or_default();
    let fields = read_list(reader, members.get("fields"), read_field);
    Some(FoundMapping {
        fields,
        retired: retired.into_iter().collect(),
        slots_given,
        purposes,
        range: tree.range(),
    })
}

fn read_list<T>(
    reader: &mut DocumentReader<'_>,
    node: Option<&Node<'_>>,
    read: impl Fn(&mut DocumentReader<'_>, &Node<'_>) -> Option<T>,
) -> Vec<T> {
    let items = node.and_then(|node| reader.items(node)).unwrap_or_default();
    items.iter().filter_map(|item| read(reader, item)).collect()
}

fn check_version(reader: &mut DocumentReader<'_>, members: &Members<'_>) {
    let Some(node) = reader.required(members, "version") else {
        return;
    };
    let known = SCHEMA_VERSION.to_string();
    match node.value {
        Value::NumberLit(number) if number.value == known => {}
        Value::NumberLit(number) => {
            let found: String = number.value.chars().take(20).collect();
            let reason = Reason::new(ReasonCode::PolicySchemaUnknown)
                .text("found", found)
                .number("known", SCHEMA_VERSION);
            reader.fault(node.range(), &node.path, reason);
        }
        _ => _ = reader.whole(&node, 1, 1),
    }
}

fn read_purposes(
    reader: &mut DocumentReader<'_>,
    node: &Node<'_>,
) -> BTreeMap<SensitiveClass, String> {
    let words = SensitiveClass::WORDS.map(|(word, _)| word);
    let Some(members) = reader.members(node, &words) else {
        return BTreeMap::new();
    };
    let mut purposes = BTreeMap::new();
    for (word, class) in SensitiveClass::WORDS {
        let Some(node) = members.get(word) else {
            continue;
        };
        let Some(text) = reader.text(node, TEXT_MAX) else {
            continue;
        };
        if text.trim().chars().count() < PURPOSE_MIN {
            let reason = Reason::new(ReasonCode::MappingPurposeShort).number("limit", PURPOSE_MIN);
            reader.fault(node.range(), &node.path, reason);
        }
        purposes.insert(class, text.trim().to_owned());
    }
    purposes
}

fn read_field(reader: &mut DocumentReader<'_>, node: &Node<'_>) -> Option<FoundField> {
    let members = reader.members(node, &FIELD_MEMBERS)?;
    let target = read_target(reader, &members);
    let on = match members.get("on") {
        Some(node) => reader.flag(node),
        None => Some(true),
    };
    let mut route = |key| match members.get(key) {
        Some(node) => read_route(reader, node).map(Some),
        None => Some(None),
    };
    let (dingtalk, ehr) = (route("dingtalk"), route("ehr"));
    Some(FoundField {
        field: MappedField {
            target: target?,
            on: on?,
            dingtalk: dingtalk?,
            ehr: ehr?,
        },
        range: node.range(),
        path: node.path.clone(),
    })
}

fn read_target(reader: &mut DocumentReader<'_>, members: &Members<'_>) -> Option<MappedTarget> {
    match (members.get("field"), members.get("slot")) {
        (Some(node), None) => {
            let words: Vec<(&str, Field)> = FieldSet::PERSON
                .iter()
                .map(|field| (field.key(), field))
                .collect();
            let field = reader.word(node, &words)?;
            for key in ["label", "type", "owner"] {
                if let Some(node) = members.get(key) {
                    let reason = Reason::new(ReasonCode::MappingSlotOnly).text("key", key);
                    reader.fault(node.range(), &node.path, reason);
                }
            }
            Some(MappedTarget::Canonical(field))
        }
        (None, Some(node)) => {
            let slot = reader.whole(node, 1, Slot::MAX).and_then(Slot::new);
            read_custom(reader, members, slot)
        }
        _ => {
            let reason = Reason::new(ReasonCode::MappingTargetUnclear);
            reader.fault(members.range, &members.path, reason);
            None
        }
    }
}

fn read_custom(
    reader: &mut DocumentReader<'_>,
    members: &Members<'_>,
    slot: Option<Slot>,
) -> Option<MappedTarget> {
    let label = reader.required(members, "label");
    let label = label.and_then(|node| reader.text(&node, 60));
    let value_type = match members.get("type") {
        Some(node) => reader.word(node, &ValueType::WORDS),
        None => Some(ValueType::Text),
    };
    let owner = reader.required(members, "owner");
    let owner = owner.and_then(|node| reader.word(&node, &SlotOwner::WORDS));
    Some(MappedTarget::Custom(CustomField {
        slot: slot?,
        label: label?,
        value_type: value_type?,
        owner: owner?,
    }))
}

fn read_route(reader: &mut DocumentReader<'_>, node: &Node<'_>) -> Option<SideRoute> {
    let members = reader.members(node, &ROUTE_MEMBERS)?;
    let key = reader.required(&members, "key");
    let key = key.and_then(|node| reader.text(&node, TEXT_MAX));
    let faults_before = reader.problems.len();
    let transforms = read_list(reader, members.get("read"), read_step);
    if transforms.len() > STEPS_MAX {
        let reason = Reason::new(ReasonCode::PolicyNumberOutOfRange);
        let reason = reason.number("min", 0).number("max", STEPS_MAX);
        reader.fault(node.range(), &node.path, reason);
    }
    let sound = reader.problems.len() == faults_before;
    Some(SideRoute {
        key: key?,
        transforms: sound.then_some(transforms)?,
    })
}
