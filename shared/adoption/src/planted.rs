//! Mistakes in the matching that can be switched on, one at a time, with the feature `planted`; without it [`is`] is false
//! at compile time.

/// One mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// One mobile number is one person.
    MobileAlone,
    /// Of several candidates the first one is taken.
    FirstOfTwo,
    /// A class decision covers members that changed since.
    StaleMember,
    /// Who is perhaps there already is created.
    UncertainIsNew,
    /// A near name counts as an equal one.
    NearIsEqual,
}

impl Mistake {
    /// Every mistake.
    pub const ALL: [Self; 5] = [
        Self::MobileAlone,
        Self::FirstOfTwo,
        Self::StaleMember,
        Self::UncertainIsNew,
        Self::NearIsEqual,
    ];
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Mistake>> = const { std::cell::Cell::new(None) };
}

/// From now on this thread makes this mistake, and no other.
#[cfg(feature = "planted")]
pub fn plant(mistake: Option<Mistake>) {
    PLANTED.set(mistake);
}

/// Whether this thread makes this mistake.
#[must_use]
#[cfg(feature = "planted")]
pub fn is(mistake: Mistake) -> bool {
    PLANTED.get() == Some(mistake)
}

/// Whether this thread makes this mistake: never.
#[must_use]
#[cfg(not(feature = "planted"))]
pub const fn is(_: Mistake) -> bool {
    false
}
