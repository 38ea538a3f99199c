//! Typed transforms: how one side's spelling of a value becomes the canonical one, and back.
//!
//! A transform *reads* from the native spelling to the canonical one and *writes* the other way. What it cannot read or
//! write is an error with a code; it never guesses. Errors carry no value.

mod case;
mod choice;
mod day;
mod phone;
mod template;
mod trim;

use directory::reason::{Reason, ReasonCode};

pub use case::LetterCase;
pub use choice::{ChoiceTable, UnknownChoice};
pub use day::{DayForm, DayOrder, DayStyle, OpenEnd};
pub use phone::{PhoneForm, PhoneStyle};
pub use template::{JoinTemplate, TemplateError, WrapTemplate};
pub use trim::TrimSpaces;

/// One step between a native and a canonical value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transform {
    /// Removes white space and invisible characters.
    Trim(TrimSpaces),
    /// Changes the case of letters.
    Case(LetterCase),
    /// A civil date. Canonical form `2026-03-01`.
    Day(DayForm),
    /// A phone number. Canonical form E.164, `+8613800000000`.
    Phone(PhoneForm),
    /// One of a list of values.
    Choose(ChoiceTable),
    /// The native value has text around the canonical one. Reversible.
    Wrap(WrapTemplate),
    /// The canonical value is put together from several native ones. One-way.
    Join(JoinTemplate),
    /// Always this value, whatever the side shows. One-way.
    Constant(String),
    /// This value where the side shows none.
    Default(String),
}

impl Transform {
    /// The word in the document.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Trim(_) => "trim",
            Self::Case(_) => "case",
            Self::Day(_) => "date",
            Self::Phone(_) => "phone",
            Self::Choose(_) => "choose",
            Self::Wrap(_) | Self::Join(_) => "template",
            Self::Constant(_) => "constant",
            Self::Default(_) => "default",
        }
    }

    /// Whether a canonical value can be written back through it. A field with a transform that cannot is never written
    /// on that side.
    #[must_use]
    pub fn is_reversible(&self) -> bool {
        match self {
            Self::Join(_) | Self::Constant(_) => false,
            Self::Choose(table) => table.is_reversible(),
            _ => true,
        }
    }

    /// Native to canonical; `None` is *empty* on both ends. [`Transform::Join`] reads other keys too and is worked by
    /// [`crate::SideRoute::read`]; here it returns its input.
    ///
    /// # Errors
    /// A `value-…` code where the value does not have the form that the transform expects.
    pub fn read(&self, native: Option<String>) -> Result<Option<String>, Reason> {
        if let Self::Constant(value) = self {
            return Ok(Some(value.clone()));
        }
        let Some(native) = native else {
            return Ok(match self {
                Self::Default(value) => Some(value.clone()),
                _ => None,
            });
        };
        match self {
            Self::Trim(spaces) => Ok(spaces.trim(&native)),
            Self::Case(case) => Ok(Some(case.fold(&native))),
            Self::Day(form) => form.read(&native),
            Self::Phone(form) => form.read(&native),
            Self::Choose(table) => table.read(&native).map(Some),
            Self::Wrap(template) => template.read(&native),
            Self::Join(_) | Self::Constant(_) | Self::Default(_) => Ok(Some(native)),
        }
    }

    /// Canonical to native; `None` is *empty* on both ends.
    ///
    /// # Errors
    /// `value-one-way` where it cannot be reversed, another `value-…` code where the value is not of the canonical form.
    pub fn write(&self, canonical: Option<String>) -> Result<Option<String>, Reason> {
        if !self.is_reversible() {
            return Err(Reason::new(ReasonCode::ValueOneWay));
        }
        let Some(canonical) = canonical else {
            return Ok(None);
        };
        match self {
            Self::Day(form) => form.write(&canonical).map(Some),
            Self::Phone(form) => form.write(&canonical).map(Some),
            Self::Choose(table) => table.write(&canonical).map(Some),
            Self::Wrap(template) => Ok(Some(template.write(&canonical))),
            _ => Ok(Some(canonical)),
        }
    }
}

/// Removes what is not shown: zero-width spaces, byte order marks, directional marks, soft hyphens. Joiners inside emoji
/// stay.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{ad}')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}
