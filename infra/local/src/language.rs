//! The language of what people read.

use catalogue::Catalogue;
use clap::ValueEnum;
use directory::reason::Reason;

/// The language of what is printed for people. JSON is the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// 简体中文
    Zh,
    /// English
    En,
}

impl Language {
    /// The texts of the catalogue in this language.
    #[must_use]
    pub fn catalogue(self) -> Catalogue {
        Catalogue::new(match self {
            Self::Zh => catalogue::Language::ChineseSimplified,
            Self::En => catalogue::Language::English,
        })
    }

    /// A reason as a person reads it: the sentence, what to do about it, and the code.
    #[must_use]
    pub fn describe(self, reason: &Reason) -> String {
        self.catalogue().message(reason).to_string()
    }
}
