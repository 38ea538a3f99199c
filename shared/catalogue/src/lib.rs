#![doc = include_str!("../README.md")]

mod bundle;
mod codes_page;
mod language;
mod reasons;
mod texts;

use directory::{Field, Kind, Side};

pub use codes_page::codes_page;
pub use language::{Language, UnknownLanguage};
pub use reasons::Message;
pub use texts::TextArgument;

use bundle::Bundle;
use fluent_bundle::FluentArgs;

/// The texts of one language. Copying it costs nothing: the texts are parsed once per process and language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Catalogue {
    language: Language,
}

impl Catalogue {
    /// The texts of a language.
    #[must_use]
    pub const fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language.
    #[must_use]
    pub const fn language(self) -> Language {
        self.language
    }

    /// A field as people call it, for a heading or a label: 手机号, Mobile number. [`Field::Name`] is a person's name.
    #[must_use]
    pub fn field_name(self, field: Field) -> String {
        self.bundle().value(texts::field_id(field, Kind::Person))
    }

    /// The same of a record of this kind: the name of a department is 部门名称, of a person 姓名.
    #[must_use]
    pub fn field_name_of(self, kind: Kind, field: Field) -> String {
        self.bundle().value(texts::field_id(field, kind))
    }

    /// A side, for a heading or a label: 钉钉 or eHR.
    #[must_use]
    pub fn side_name(self, side: Side) -> String {
        self.bundle().value(texts::side_id(side))
    }

    /// A kind of record, for a heading or a label: 人员 or 部门.
    #[must_use]
    pub fn kind_name(self, kind: Kind) -> String {
        self.bundle().value(texts::kind_id(kind))
    }

    /// The text with this id, for screens and the terminal.
    ///
    /// An id that no text has, or an argument that is missing, is a mistake of the caller: a debug build panics. A release
    /// build returns the id in brackets, `[id]`, or shows the missing argument as `{$name}`.
    #[must_use]
    pub fn text(self, id: &str, arguments: &[(&str, TextArgument<'_>)]) -> String {
        let arguments = self.text_arguments(arguments);
        let text = self.bundle().format_whole(id, &arguments);
        debug_assert!(text.is_some(), "the catalogue has no text `{id}`");
        text.unwrap_or_else(|| format!("[{id}]"))
    }

    /// An action of an order in words, by the key that the journal has: `approve-plan` is 批准计划. The key itself, if this
    /// version does not know it.
    #[must_use]
    pub fn action_name(self, key: &str) -> String {
        let id = format!("action-{key}");
        self.bundle()
            .format(&id, None, &FluentArgs::new())
            .unwrap_or_else(|| texts::without_control(key))
    }

    fn bundle(self) -> &'static Bundle {
        bundle::of(self.language)
    }
}
