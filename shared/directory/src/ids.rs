//! Identities: every id is its own type, and each alphabet is spelled once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::reason::{Reason, ReasonCode};

/// Milliseconds since the Unix epoch, UTC. Handed in by whoever asks the machine; nothing here reads a clock.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Milliseconds since the epoch.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// This moment and `millis` milliseconds more; saturates.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

/// Which of the two directories. DingTalk is always left, the eHR right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 钉钉.
    DingTalk,
    /// The company's eHR.
    Ehr,
}

impl Side {
    /// The short form used in stored keys: `dt` or `ehr`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::DingTalk => "dt",
            Self::Ehr => "ehr",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::DingTalk => Self::Ehr,
            Self::Ehr => Self::DingTalk,
        }
    }
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person.
    Person,
    /// A department.
    Department,
}

impl Kind {
    /// The short form used in stored keys: `person` or `department`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Department => "department",
        }
    }
}

/// An id that was refused, and why. The value itself is not repeated: it may have come from a stranger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {what} id is not valid ({})", why.key())]
pub struct InvalidId {
    what: &'static str,
    why: InvalidIdCause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InvalidIdCause {
    Empty,
    TooLong,
    /// A control character, or '#', which separates the parts of a stored key; a link id has other characters than
    /// 32 hexadecimal digits.
    Characters,
}

impl InvalidIdCause {
    fn key(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "long",
            Self::Characters => "characters",
        }
    }
}

impl From<&InvalidId> for Reason {
    fn from(err: &InvalidId) -> Self {
        Self::new(ReasonCode::StateIdInvalid)
            .text("what", err.what)
            .text("why", err.why.key())
    }
}

fn check(what: &'static str, text: &str, max: usize) -> Result<(), InvalidId> {
    let refuse = |why| Err(InvalidId { what, why });
    if text.is_empty() {
        return refuse(InvalidIdCause::Empty);
    }
    if text.len() > max {
        return refuse(InvalidIdCause::TooLong);
    }
    if text.chars().any(|c| c.is_control() || c == '#') {
        return refuse(InvalidIdCause::Characters);
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Refuses the empty string, more than the documented number of bytes, control characters and `#`.
            ///
            /// # Errors
            /// [`InvalidId`] with the reason; the refused text is not repeated in it.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                check($what, text, $max).map(|()| Self(text.to_owned()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                check($what, &text, $max).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

text_id!(
    /// One DingTalk organisation, the tenant. Length is not fixed, so it is not checked strictly.
    CorpId, "corp", 128
);
text_id!(
    /// A corp's configuration: the `{binding}` of the callback path.
    BindingId, "binding", 64
);
text_id!(
    /// DingTalk `userid`: unique and immutable within one corp, 1 to 64 characters (up to 256 bytes).
    UserId, "userid", 256
);
text_id!(
    /// DingTalk `unionid`: the same person within one developer organisation, across corps.
    UnionId, "unionid", 256
);
text_id!(
    /// A record's id on one side: a `userid`, a department id in decimal, or the eHR's own id.
    NativeId, "record", 512
);
text_id!(
    /// One execution of a sweep or plan.
    RunId, "run", 64
);

impl From<UserId> for NativeId {
    fn from(id: UserId) -> Self {
        Self(id.0)
    }
}

impl From<&UserId> for NativeId {
    fn from(id: &UserId) -> Self {
        Self(id.0.clone())
    }
}

impl From<DeptId> for NativeId {
    fn from(id: DeptId) -> Self {
        Self(id.0.to_string())
    }
}

impl NativeId {
    /// This id as a `userid`. The bound is the same alphabet, shorter: refused where it is too long.
    ///
    /// # Errors
    /// [`InvalidId`] when it is longer than a `userid` can be.
    pub fn to_user_id(&self) -> Result<UserId, InvalidId> {
        UserId::new(&self.0)
    }

    /// This id as a DingTalk department id; `None` unless it is a decimal integer.
    #[must_use]
    pub fn to_dept_id(&self) -> Option<DeptId> {
        self.0.parse().ok().map(DeptId)
    }
}

/// DingTalk department id. The root is 1; special address books have negative ids (家校通讯录 is −7), which the
/// contact API refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeptId(pub i64);

impl DeptId {
    /// The whole company.
    pub const ROOT: Self = Self(1);

    /// Whether the contact API accepts it at all.
    #[must_use]
    pub fn is_ordinary(self) -> bool {
        self.0 >= 1
    }
}

impl fmt::Display for DeptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The pair of identities that is one person or department: 128 bits that say nothing to a stranger, 32 lower-case hex
/// digits as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkId(pub [u8; 16]);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hex_digits()).map_err(|_| fmt::Error)?)
    }
}

impl LinkId {
    /// The text, in ASCII.
    fn hex_digits(self) -> [u8; 32] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]);
        }
        text
    }
}

impl fmt::Debug for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkId({self})")
    }
}

impl FromStr for LinkId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let refused = InvalidId {
            what: "link",
            why: InvalidIdCause::Characters,
        };
        if text.len() != 32 || !text.is_ascii() {
            return Err(refused);
        }
        let mut bytes = [0; 16];
        for (byte, at) in bytes.iter_mut().zip((0..32).step_by(2)) {
            let digits = text.get(at..at + 2).ok_or_else(|| refused.clone())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| refused.clone())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for LinkId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<LinkId> for String {
    fn from(id: LinkId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_id_is_parsed_back_from_its_text() {
        let id = LinkId([0xa5; 16]);
        assert_eq!(id.to_string().parse::<LinkId>().unwrap(), id);
        let id = LinkId(std::array::from_fn(|at| {
            u8::try_from(at * 16 + 15 - at).unwrap()
        }));
        assert_eq!(id.to_string(), "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
        assert!("xyz".parse::<LinkId>().is_err());
        assert!("é".repeat(16).parse::<LinkId>().is_err());
    }

    #[test]
    fn ids_that_would_break_a_stored_key_are_refused() {
        assert!(UserId::new("").is_err());
        assert!(UserId::new("a#b").is_err());
        assert!(UserId::new("a\u{0}").is_err());
        assert!(UserId::new(&"x".repeat(257)).is_err());
        assert_eq!(UserId::new("manager4220").unwrap().as_str(), "manager4220");
    }

    #[test]
    fn the_refusal_does_not_repeat_the_value() {
        assert!(
            !UserId::new("sec#ret")
                .unwrap_err()
                .to_string()
                .contains("sec")
        );
    }
}
