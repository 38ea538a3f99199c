//! What a mapping says: which field of one side is which field of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use directory::{Field, Side};

use crate::route::SideRoute;
use crate::sensitive::SensitiveClass;

/// The number of a custom field, from 1 to [`Slot::MAX`]. Links store hashes under it, so it is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u8);

impl Slot {
    /// The highest number. A set of fields has 128 bits: 32 for canonical fields, 96 for slots.
    pub const MAX: u8 = 96;

    /// A slot; `None` for 0 and for numbers above [`Slot::MAX`].
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (1..=Self::MAX).contains(&number).then_some(Self(number))
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What kind of value a custom field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Text.
    Text,
    /// A civil date.
    Day,
    /// A number, as text.
    Number,
    /// One of a list.
    Choice,
    /// Yes or no.
    Flag,
}

impl ValueType {
    /// Every type, with its word in the document.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("text", Self::Text),
        ("date", Self::Day),
        ("number", Self::Number),
        ("choice", Self::Choice),
        ("flag", Self::Flag),
    ];
}

/// Which side decides a custom field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotOwner {
    /// One side.
    Owned(Side),
    /// Both write it; see the policy's shared fields for what that costs.
    Shared,
}

impl SlotOwner {
    /// Every owner, with its word in the document.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("dingtalk", Self::Owned(Side::DingTalk)),
        ("ehr", Self::Owned(Side::Ehr)),
        ("shared", Self::Shared),
    ];

    /// Whether this side may be written because the other one decides.
    #[must_use]
    pub fn writes_to(self, side: Side) -> bool {
        self != Self::Owned(side)
    }
}

/// A field that the company added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    /// Its number.
    pub slot: Slot,
    /// What people call it.
    pub label: String,
    /// Its kind of value. It never changes: another kind takes another slot.
    pub value_type: ValueType,
    /// Who decides it.
    pub owner: SlotOwner,
}

/// Which field an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappedTarget {
    /// A field of a person that every binding has. The policy names its owner.
    Canonical(Field),
    /// A field of this company.
    Custom(CustomField),
}

impl MappedTarget {
    /// Its number, of a custom field.
    #[must_use]
    pub fn slot(&self) -> Option<Slot> {
        match self {
            Self::Canonical(_) => None,
            Self::Custom(custom) => Some(custom.slot),
        }
    }

    /// `mobile`, or `slot 3`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Canonical(field) => field.key().to_owned(),
            Self::Custom(custom) => format!("slot {}", custom.slot),
        }
    }
}

/// A field with its two routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedField {
    /// Which field.
    pub target: MappedTarget,
    /// Whether it is kept in step. A field that is off keeps its slot and its routes.
    pub on: bool,
    /// DingTalk's side. `None`: as built in, for a canonical field.
    pub dingtalk: Option<SideRoute>,
    /// The eHR's side. `None` as for DingTalk.
    pub ehr: Option<SideRoute>,
}

impl MappedField {
    /// The route of a side.
    #[must_use]
    pub fn route(&self, side: Side) -> Option<&SideRoute> {
        match side {
            Side::DingTalk => self.dingtalk.as_ref(),
            Side::Ehr => self.ehr.as_ref(),
        }
    }
}

/// The mapping of a binding, for people. Departments are not mapped: their keys are fixed in the connectors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// The fields: canonical ones in stored order, then slots.
    pub fields: Vec<MappedField>,
    /// Slots that were given up. They are never used again.
    pub retired: BTreeSet<Slot>,
    /// The highest slot that was ever given; 0 if none was.
    pub slots_given: u8,
    /// What sensitive values are used for, in words; a class without a purpose stays off.
    pub purposes: BTreeMap<SensitiveClass, String>,
}

impl Mapping {
    /// The entry of a canonical field.
    #[must_use]
    pub fn canonical(&self, field: Field) -> Option<&MappedField> {
        self.fields
            .iter()
            .find(|mapped| mapped.target == MappedTarget::Canonical(field))
    }

    /// The entry of a slot.
    #[must_use]
    pub fn custom(&self, slot: Slot) -> Option<&MappedField> {
        self.fields
            .iter()
            .find(|mapped| mapped.target.slot() == Some(slot))
    }

    /// The next slot to give; `None` after [`Slot::MAX`] of them.
    #[must_use]
    pub fn next_slot(&self) -> Option<Slot> {
        Slot::new(self.slots_given.checked_add(1)?)
    }
}
