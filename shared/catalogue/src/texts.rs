//! Arguments of texts, and the ids of names.

use std::borrow::Cow;

use directory::reason::Reason;
use directory::{Field, Kind, Side};
use fluent_bundle::{FluentArgs, FluentValue};
use jiff::civil::Date;

use crate::Catalogue;
use crate::bundle::BETWEEN;

/// The greatest whole number that Fluent's numbers represent exactly.
const NUMBER_MAX: u64 = 1 << 53;

/// The value of an argument of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TextArgument<'a> {
    /// Text, inserted as it is; control characters become spaces.
    Text(&'a str),
    /// A whole number.
    Number(i64),
    /// A field, by its name within a sentence.
    Field(Field),
    /// A side, by its name within a sentence.
    Side(Side),
    /// A kind of record, by its name within a sentence.
    Kind(Kind),
    /// A day, as 2026-03-01.
    Date(Date),
    /// A reason, as a clause.
    Reason(&'a Reason),
}

macro_rules! argument_from {
    ($($type:ty => $variant:ident),*) => {
        $(impl From<$type> for TextArgument<'_> {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

argument_from!(i64 => Number, Field => Field, Side => Side, Kind => Kind, Date => Date);

impl<'a> From<&'a str> for TextArgument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for TextArgument<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Reason> for TextArgument<'a> {
    fn from(reason: &'a Reason) -> Self {
        Self::Reason(reason)
    }
}

impl From<u32> for TextArgument<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// A number that no `i64` holds becomes the greatest one.
impl From<u64> for TextArgument<'_> {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// A number that no `i64` holds becomes the greatest one.
impl From<usize> for TextArgument<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// The text that names a field of a record of this kind.
pub(crate) fn field_id(field: Field, kind: Kind) -> &'static str {
    match field {
        Field::Name if kind == Kind::Department => "field-department-name",
        Field::Name => "field-name",
        Field::Mobile => "field-mobile",
        Field::Email => "field-email",
        Field::OrgEmail => "field-org-email",
        Field::Telephone => "field-telephone",
        Field::JobNumber => "field-job-number",
        Field::Title => "field-title",
        Field::WorkPlace => "field-work-place",
        Field::Remark => "field-remark",
        Field::HiredOn => "field-hired-on",
        Field::Extension => "field-extension",
        Field::Departments => "field-departments",
        Field::MainDepartment => "field-main-department",
        Field::Leads => "field-leads",
        Field::Manager => "field-manager",
        Field::Parent => "field-parent",
        Field::Order => "field-order",
        Field::Heads => "field-heads",
        Field::SourceIdentifier => "field-source-identifier",
        Field::HideMobile => "field-hide-mobile",
        Field::Employment => "field-employment",
    }
}

pub(crate) fn side_id(side: Side) -> &'static str {
    match side {
        Side::DingTalk => "side-dingtalk",
        Side::Ehr => "side-ehr",
    }
}

pub(crate) fn kind_id(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "kind-person",
        Kind::Department => "kind-department",
    }
}

impl Catalogue {
    pub(crate) fn text_arguments(
        self,
        arguments: &[(&str, TextArgument<'_>)],
    ) -> FluentArgs<'static> {
        let kind = arguments.iter().find_map(|(_, value)| match value {
            TextArgument::Kind(kind) => Some(*kind),
            _ => None,
        });
        let mut all = FluentArgs::with_capacity(arguments.len());
        for (name, value) in arguments {
            self.set(&mut all, name, *value, kind.unwrap_or(Kind::Person));
        }
        all
    }

    /// Sets an argument; of a field, a side or a kind, also its key as `<name>-key`.
    fn set(self, all: &mut FluentArgs<'static>, name: &str, value: TextArgument<'_>, kind: Kind) {
        let named = |id, key: &'static str| (self.bundle().inside(id), Some(key));
        let (text, key) = match value {
            TextArgument::Number(number) if number.unsigned_abs() <= NUMBER_MAX => {
                all.set(name.to_owned(), FluentValue::from(number));
                return;
            }
            TextArgument::Number(number) => (number.to_string(), None),
            TextArgument::Text(text) => (without_control(text), None),
            TextArgument::Field(field) => named(field_id(field, kind), field.key()),
            TextArgument::Side(side) => named(side_id(side), side.key()),
            TextArgument::Kind(kind) => named(kind_id(kind), kind.key()),
            TextArgument::Date(date) => (date.to_string(), None),
            TextArgument::Reason(reason) => (self.clause(reason), None),
        };
        all.set(name.to_owned(), FluentValue::from(text));
        if let Some(key) = key {
            all.set(
                format!("{name}-key"),
                FluentValue::String(Cow::Borrowed(key)),
            );
        }
    }
}

/// Control characters, and marks that turn the direction of writing, become spaces: an argument changes neither a
/// terminal nor a line.
pub(crate) fn without_control(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars()
        .map(|c| {
            if c.is_control() || turns(c) || c == BETWEEN {
                ' '
            } else {
                c
            }
        })
        .collect()
}
