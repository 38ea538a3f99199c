//! Random bytes from the operating system.

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomnessError(#[source] getrandom::Error);

/// `N` bytes that nobody can guess.
///
/// # Errors
/// [`RandomnessError`] when the operating system's source fails; there is no weaker fallback.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], RandomnessError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(RandomnessError)?;
    Ok(bytes)
}

/// Sixteen bytes that nobody can guess, for row versions, link ids and nonces.
///
/// Without randomness the process ends: a guessable nonce would open what it seals.
#[must_use]
pub fn random_bytes_or_abort() -> [u8; 16] {
    random_bytes().unwrap_or_else(|_| std::process::abort())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(random_bytes::<32>().unwrap(), random_bytes::<32>().unwrap());
    }
}
