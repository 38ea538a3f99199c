//! Records what happened: as a hash that differs between two histories, and as lines of text if a
//! reader wants them.

/// The trace of a history.
#[derive(Debug, Clone)]
pub struct HistoryTrace {
    hash: u64,
    /// Lines so far; `None` if they are not kept.
    lines: Option<Vec<String>>,
}

impl HistoryTrace {
    /// Creates an empty trace; `keeps_lines` decides whether it keeps its lines.
    #[must_use]
    pub fn new(keeps_lines: bool) -> Self {
        Self {
            hash: 0xcbf2_9ce4_8422_2325,
            lines: keeps_lines.then(Vec::new),
        }
    }

    /// Records an event at `at`. `what` and the words enter the hash; `line` is made only if lines
    /// are kept.
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

    /// Adds a line for readers. It does not enter the hash.
    pub fn add_note(&mut self, at: i64, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{at:>11}   {}", line()));
        }
    }

    /// Returns the hash of everything so far.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Returns the lines.
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

/// Converts text to a number for [`HistoryTrace::record_event`].
#[must_use]
pub fn text_word(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}
