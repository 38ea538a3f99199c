//! Refusals: HTTP 400 with a code.

/// A refusal by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) i64);

impl Refusal {
    /// A request of a wrong shape.
    pub(crate) const REQUEST: Self = Self(17017);
    /// A field cannot take this value.
    pub(crate) const VALUE: Self = Self(17034);

    /// The text of a refusal. The real ones may repeat what was sent, so this one does.
    pub(crate) fn text(self, sent: &str) -> String {
        let sent: String = sent.chars().take(80).collect();
        format!("refused {}: {sent}", self.0)
    }
}
