//! The plaintext buffer: `random(16) ‖ length(4, big-endian) ‖ message ‖ owner key ‖ padding`.

use super::rejection::{RejectionCause, RejectionError};

const RANDOM: usize = 16;
const LENGTH: usize = 4;
/// DingTalk pads to 32 bytes although the AES block has 16; replies padded to 16 are accepted by it, and by us.
const PADDING_BLOCK: usize = 32;

/// Lays out and pads; the result is a multiple of 32 bytes.
pub(super) fn seal(random: &[u8; RANDOM], message: &[u8], owner: &[u8]) -> Vec<u8> {
    let mut buffer =
        Vec::with_capacity(RANDOM + LENGTH + message.len() + owner.len() + PADDING_BLOCK);
    buffer.extend_from_slice(random);
    // A message of 4 GiB cannot be in memory twice; it would be refused on the other side.
    buffer.extend_from_slice(
        &u32::try_from(message.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    buffer.extend_from_slice(message);
    buffer.extend_from_slice(owner);
    let padding = PADDING_BLOCK - buffer.len() % PADDING_BLOCK;
    buffer.resize(
        buffer.len() + padding,
        u8::try_from(padding).unwrap_or_default(),
    );
    buffer
}

/// Message and owner key out of a decrypted buffer.
pub(super) fn open(buffer: &[u8]) -> Result<(&[u8], &[u8]), RejectionError> {
    let content = strip_padding(buffer).ok_or(RejectionError(RejectionCause::Padding))?;
    split_content(content).ok_or(RejectionError(RejectionCause::Length))
}

/// All padding bytes are looked at, whatever the first of them says.
fn strip_padding(buffer: &[u8]) -> Option<&[u8]> {
    let padding = *buffer.last()?;
    let count = usize::from(padding);
    let (content, tail) = buffer.split_at_checked(buffer.len().checked_sub(count)?)?;
    let wrong = tail.iter().fold(0, |wrong, byte| wrong | (byte ^ padding));
    ((1..=PADDING_BLOCK).contains(&count) && wrong == 0).then_some(content)
}

fn split_content(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_random, rest) = content.split_at_checked(RANDOM)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_padding_length_from_1_to_32_comes_back() {
        for length in 0..64 {
            let sealed = seal(b"0123456789abcdef", &vec![b'm'; length], b"owner");
            assert_eq!(sealed.len() % 32, 0);
            assert_eq!(
                open(&sealed).unwrap(),
                (vec![b'm'; length].as_slice(), b"owner".as_slice())
            );
        }
    }

    #[test]
    fn padding_is_checked_byte_by_byte() {
        let sealed = seal(b"0123456789abcdef", b"m", b"owner");
        let padding = usize::from(*sealed.last().unwrap());
        for at in sealed.len() - padding..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 0x40;
            assert_eq!(open(&changed).unwrap_err().cause(), RejectionCause::Padding);
        }
        for bad in [vec![0; 32], vec![33; 64], vec![32; 16], vec![]] {
            assert_eq!(open(&bad).unwrap_err().cause(), RejectionCause::Padding);
        }
    }

    #[test]
    fn a_length_beyond_the_message_is_refused() {
        let mut sealed = seal(b"0123456789abcdef", b"m", b"");
        sealed[RANDOM..RANDOM + LENGTH].copy_from_slice(&[0, 0, 0, 2]);
        assert_eq!(open(&sealed).unwrap_err().cause(), RejectionCause::Length);
        sealed[RANDOM..RANDOM + LENGTH].copy_from_slice(&[0xff; 4]);
        assert_eq!(open(&sealed).unwrap_err().cause(), RejectionCause::Length);
        assert_eq!(open(&[1]).unwrap_err().cause(), RejectionCause::Length);
    }
}
