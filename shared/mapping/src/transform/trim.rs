//! White space and invisible characters.

use super::{is_blank, is_invisible};

/// Where white space is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrimSpaces {
    /// At both ends.
    Ends,
    /// At both ends; several in a row inside become one space.
    Inner,
    /// Everywhere: `张 三` becomes `张三`.
    All,
}

impl TrimSpaces {
    /// Every way, with its word in the document.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("ends", Self::Ends),
        ("inner", Self::Inner),
        ("all", Self::All),
    ];

    /// The text without it; `None` if nothing is left.
    #[must_use]
    pub fn trim(self, text: &str) -> Option<String> {
        let trimmed = match self {
            Self::Ends => text.trim_matches(is_blank).to_owned(),
            Self::Inner => {
                let shown: String = text.chars().filter(|c| !is_invisible(*c)).collect();
                shown.split_whitespace().collect::<Vec<_>>().join(" ")
            }
            Self::All => text.chars().filter(|c| !is_blank(*c)).collect(),
        };
        (!trimmed.is_empty()).then_some(trimmed)
    }
}
