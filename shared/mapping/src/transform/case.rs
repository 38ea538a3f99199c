//! The case of letters.

/// Which case. Letters without case, such as 张, stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LetterCase {
    /// `ab-12` becomes `AB-12`.
    Upper,
    /// `AB-12` becomes `ab-12`.
    Lower,
}

impl LetterCase {
    /// Every case, with its word in the document.
    pub const WORDS: [(&'static str, Self); 2] = [("upper", Self::Upper), ("lower", Self::Lower)];

    /// The text in this case.
    #[must_use]
    pub fn fold(self, text: &str) -> String {
        match self {
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
        }
    }
}
