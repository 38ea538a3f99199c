//! Ids of runs.

use directory::ids::InvalidId;
use directory::{RunId, Timestamp};

/// A run's id: sorts by its begin (milliseconds, 13 digits until the year 2286), and a random part tells two runs of one
/// millisecond apart.
///
/// # Errors
/// None for any time a clock shows; the type says so because an id is checked wherever it is made.
pub fn run_id(begun: Timestamp, random: u32) -> Result<RunId, InvalidId> {
    RunId::new(&format!("{:013}-{random:08x}", begun.millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_later_run_sorts_later() {
        let earlier = run_id(Timestamp(999_999_999_999), u32::MAX).unwrap();
        let later = run_id(Timestamp(1_780_000_000_000), 0).unwrap();
        assert!(earlier.as_str() < later.as_str());
        assert_eq!(later.as_str(), "1780000000000-00000000");
    }
}
