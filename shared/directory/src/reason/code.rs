//! The codes of reasons. They stand in four files by subject; each macro hands the codes so far to the next one, and
//! `define_codes` makes one enum of all of them.

macro_rules! define_codes {
    ($($(#[$doc:meta])* $code:ident = $text:literal,)*) => {
        /// What a reason means. The spelling in [`ReasonCode::as_str`] is stored: add codes, never rename one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            $($(#[$doc])* $code,)*
        }

        impl ReasonCode {
            /// Every code, grouped by subject.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// The stored spelling, for example `guard-too-many-removals`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)*
                }
            }

            /// The code with this spelling; `None` if this version does not know it.
            #[must_use]
            pub fn of(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$code),)*
                    _ => None,
                }
            }
        }
    };
}

#[macro_use]
mod fields;
#[macro_use]
mod desk;
#[macro_use]
mod sides;
#[macro_use]
mod sync;

sync_codes! {}

impl ReasonCode {
    /// The subject: the part of the spelling before the first dash, for example `guard`.
    #[must_use]
    pub fn group(self) -> &'static str {
        let text = self.as_str();
        text.split_once('-').map_or(text, |(group, _)| group)
    }
}

impl std::fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
