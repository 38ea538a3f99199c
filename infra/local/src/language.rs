//! The language of what people read.

use catalogue::Catalogue;
use clap::ValueEnum;
use directory::reason::Reason;

/// A text of the catalogue: `text!(language, "plan-held", count = n, reason = &reason)`.
///
/// Every argument of the text has to be named; the crate's tests compare each call with the texts.
macro_rules! text {
    ($language:expr, $id:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $language.catalogue().text(
            $id,
            &[$((stringify!($name), ::catalogue::TextArgument::from($value))),*],
        )
    };
}

pub(crate) use text;

/// The language of what is printed for people. JSON is the same in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// 简体中文
    #[value(name = "zh-CN", alias = "zh")]
    ZhCn,
    /// 正體中文
    #[value(name = "zh-TW")]
    ZhTw,
    /// English
    #[value(name = "en")]
    En,
}

impl Language {
    /// The texts of the catalogue in this language.
    #[must_use]
    pub fn catalogue(self) -> Catalogue {
        Catalogue::new(match self {
            Self::ZhCn => catalogue::Language::ChineseSimplified,
            Self::ZhTw => catalogue::Language::ChineseTraditional,
            Self::En => catalogue::Language::English,
        })
    }

    /// A reason as a person reads it: the sentence, what to do about it, and the code.
    #[must_use]
    pub fn describe(self, reason: &Reason) -> String {
        self.catalogue().message(reason).to_string()
    }

    /// Texts one after the other, with the language's separator between them.
    #[must_use]
    pub fn join(self, texts: &[String]) -> String {
        texts.join(&text!(self, "list-separator"))
    }
}
