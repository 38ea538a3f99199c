//! What a binding's callbacks are opened with.

use dingtalk::crypto::{CallbackCipher, Cause, InvalidKey, Opened, Rejected, SignedQuery};
use directory::{CorpId, Timestamp};
use secrecy::ExposeSecret;
use state::vault::{BindingSecret, Stage};

/// The current keys, the ones that are to follow, and the ones before (`reliability.md` §3.2).
pub(crate) struct Keys {
    pub(crate) corp: CorpId,
    current: CallbackCipher,
    pending: Option<CallbackCipher>,
    previous: Option<(CallbackCipher, Timestamp)>,
}

impl Keys {
    /// From a binding's secret, and from the one that waits to follow it.
    pub(crate) fn new(secret: &BindingSecret, pending: Option<&BindingSecret>) -> Result<Self, InvalidKey> {
        let previous = secret.previous_callback.as_ref().map(|old| {
            let cipher = cipher(secret, old.token.expose_secret(), old.aes_key.expose_secret());
            cipher.map(|cipher| (cipher, old.until))
        });
        // Pending keys that cannot work are said so by whoever stages them; they stop nobody here.
        let pending = pending.and_then(|pending| current(pending).ok());
        Ok(Self { corp: secret.corp_id.clone(), current: current(secret)?, pending, previous: previous.transpose()? })
    }

    pub(crate) fn has_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Opens with whichever keys fit, and says which. All of them are always tried, so that time does not tell.
    pub(crate) fn open(&self, query: &SignedQuery, body: &[u8], now: Timestamp) -> Result<(Opened, Stage), Rejected> {
        let pending = self.pending.as_ref().map(|cipher| cipher.open(query, body, now));
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        let previous = previous.map(|(cipher, _)| cipher.open(query, body, now));
        let mut why = match self.current.open(query, body, now) {
            Ok(opened) => return Ok((opened, Stage::Current)),
            Err(why) => why,
        };
        for (tried, stage) in [(pending, Stage::Pending), (previous, Stage::Previous)] {
            match tried {
                Some(Ok(opened)) => return Ok((opened, stage)),
                // Whose signature fits knows better what is wrong.
                Some(Err(other)) if other.cause() != Cause::Signature => why = other,
                _ => {}
            }
        }
        Err(why)
    }

    /// What an answer to a callback is encrypted with: the keys that it came under.
    pub(crate) fn cipher(&self, stage: Stage) -> &CallbackCipher {
        let other = match stage {
            Stage::Current => None,
            Stage::Pending => self.pending.as_ref(),
            Stage::Previous => self.previous.as_ref().map(|(cipher, _)| cipher),
        };
        other.unwrap_or(&self.current)
    }
}

fn current(secret: &BindingSecret) -> Result<CallbackCipher, InvalidKey> {
    cipher(secret, secret.callback_token.expose_secret(), secret.callback_aes_key.expose_secret())
}

/// Either owner key is accepted: which one DingTalk uses depends on where the address was registered
/// (`dingtalk-api.md` §5.3).
fn cipher(secret: &BindingSecret, token: &str, aes_key: &str) -> Result<CallbackCipher, InvalidKey> {
    CallbackCipher::new(token, aes_key, &[secret.app_key.clone(), secret.corp_id.as_str().to_owned()])
}
