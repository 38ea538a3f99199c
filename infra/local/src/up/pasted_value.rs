//! Credentials as people paste them: with blanks, signs that nobody sees, and full-width letters.

use directory::reason::{Reason, ReasonCode};
use engine::bind::BindError;

/// Why a pasted value cannot be one. The value is not repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PastedFault {
    /// Nothing but blanks.
    #[error("it is empty")]
    Empty,
    /// More than the value was copied.
    #[error("it has a blank or a line break inside: more than the value was copied")]
    BlankInside,
    /// No such letter stands in a credential.
    #[error("it has a character that is neither a letter, a digit nor a sign of ASCII")]
    ForeignLetter,
}

impl PastedFault {
    /// The word that the catalogue selects by.
    fn key(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::BlankInside => "blank",
            Self::ForeignLetter => "letter",
        }
    }
}

/// The value itself: signs without a width are dropped, full-width letters and digits folded, blanks around it cut off.
///
/// # Errors
/// What is wrong with it, where more than that is. The value is not repeated: it may be a secret.
pub(crate) fn clean_pasted(pasted: &str) -> Result<String, PastedFault> {
    let folded: String = pasted
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(fold_width)
        .collect();
    let value = folded.trim();
    if value.is_empty() {
        return Err(PastedFault::Empty);
    }
    if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(PastedFault::BlankInside);
    }
    if !value.is_ascii() {
        return Err(PastedFault::ForeignLetter);
    }
    Ok(value.to_owned())
}

/// The same, refused with the credential's `name`.
///
/// # Errors
/// [`BindError`] with what is wrong.
pub(crate) fn clean_credential(pasted: &str, name: &str) -> Result<String, BindError> {
    clean_pasted(pasted).map_err(|fault| {
        let reason = Reason::new(ReasonCode::BindingPastedInvalid);
        BindError::from(reason.text("name", name).text("detail", fault.key()))
    })
}

/// The AgentId on the command line.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse_agent_id(pasted: &str) -> Result<i64, String> {
    let value = clean_pasted(pasted).map_err(|fault| fault.to_string())?;
    value
        .parse()
        .map_err(|_| "the AgentId is a number, as the developer console shows it".to_owned())
}

/// Zero-width signs, marks of direction, the soft hyphen and the byte-order mark.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// Full-width forms of ASCII, and the ideographic blank.
fn fold_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xff01 + u32::from('!')).unwrap_or(c)
        }
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copying_adds_is_taken_off() {
        for pasted in [
            "dingAbc-1_2",
            " dingAbc-1_2 ",
            "dingAbc-1_2\r\n",
            "\t\u{3000}dingAbc-1_2\u{a0}",
            "\u{feff}ding\u{200b}Abc-1\u{2060}_2\u{200e}",
            "ｄｉｎｇＡｂｃ－１＿２",
        ] {
            assert_eq!(
                clean_pasted(pasted).as_deref(),
                Ok("dingAbc-1_2"),
                "{pasted:?}"
            );
        }
    }

    #[test]
    fn what_is_more_than_that_is_refused_with_what_is_wrong() {
        for (pasted, why) in [
            ("", "empty"),
            (" \u{200b}\u{feff} ", "empty"),
            ("ding abc", "blank"),
            ("ding\nabc", "line break"),
            ("ding\u{a0}abc", "blank"),
            ("ding\u{0}abc", "blank"),
            ("密钥ding", "character"),
            ("ding’abc", "character"),
        ] {
            let refused = clean_pasted(pasted).unwrap_err().to_string();
            assert!(refused.contains(why), "{pasted:?}: {refused}");
        }
        let refused = clean_credential("my secret", "AppSecret").unwrap_err();
        assert!(!format!("{refused:?}").contains("my secret"));
    }

    #[test]
    fn an_agent_id_is_a_number_in_any_width() {
        assert_eq!(parse_agent_id(" １２34\u{200b}"), Ok(1234));
        assert!(parse_agent_id("12 34").is_err() && parse_agent_id("dingapp").is_err());
    }
}
