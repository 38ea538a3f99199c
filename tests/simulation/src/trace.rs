//! What happened, as a hash that tells two histories apart, and as lines for people where somebody wants to read them.

/// A history's trace.
#[derive(Debug, Clone)]
pub struct HistoryTrace {
    hash: u64,
    /// Lines so far; `None` where nobody reads them.
    lines: Option<Vec<String>>,
}

impl HistoryTrace {
    /// An empty story; `told` keeps its lines.
    #[must_use]
    pub fn new(told: bool) -> Self {
        Self {
            hash: 0xcbf2_9ce4_8422_2325,
            lines: told.then(Vec::new),
        }
    }

    /// Something happened at `at`: `what` and whose words enter the hash, `line` is made only where somebody reads it.
    pub fn record_event(
        &mut self,
        at: i64,
        what: &str,
        words: &[u64],
        line: impl FnOnce() -> String,
    ) {
        self.mix(at.cast_unsigned());
        self.mix(text_word(what));
        words.iter().for_each(|word| self.mix(*word));
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{at:>11} {what} {}", line()));
        }
    }

    /// Something that is of use to a reader only: it does not enter the hash.
    pub fn add_note(&mut self, at: i64, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{at:>11}   {}", line()));
        }
    }

    /// The hash of everything so far.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }

    fn mix(&mut self, word: u64) {
        self.hash = (self.hash ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(23);
    }
}

/// Text as a number, for [`Story::tell`].
#[must_use]
pub fn text_word(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}
