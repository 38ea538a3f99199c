//! What a binding's callbacks are opened with.

use dingtalk::crypto::{
    CallbackCipher, CallbackKeyError, OpenedCallback, RejectionCause, RejectionError, SignedQuery,
    TimestampWindow,
};
use directory::{CorpId, Timestamp};
use secrecy::ExposeSecret;
use state::vault::{CallbackSecret, SecretStage};

/// The current keys, the ones that are to follow, and the ones before.
pub(crate) struct CallbackKeys {
    pub(crate) corp: CorpId,
    current: CallbackCipher,
    pending: Option<CallbackCipher>,
    previous: Option<(CallbackCipher, Timestamp)>,
}

impl CallbackKeys {
    /// From the callback's secret, and from the one that waits to follow it.
    pub(crate) fn new(
        secret: &CallbackSecret,
        pending: Option<&CallbackSecret>,
    ) -> Result<Self, CallbackKeyError> {
        let previous = secret.previous.as_ref().map(|old| {
            let cipher = build_cipher(
                secret,
                old.token.expose_secret(),
                old.aes_key.expose_secret(),
            );
            cipher.map(|cipher| (cipher, old.until))
        });
        // Pending keys that cannot work are said so by whoever stages them; they stop nobody here.
        let pending = pending.and_then(|pending| current_cipher(pending).ok());
        Ok(Self {
            corp: secret.corp_id.clone(),
            current: current_cipher(secret)?,
            pending,
            previous: previous.transpose()?,
        })
    }

    pub(crate) fn has_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Opens with whichever keys fit, and says which. All of them are always tried, so that time does not tell.
    pub(crate) fn open_callback(
        &self,
        query: &SignedQuery,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(OpenedCallback, SecretStage), RejectionError> {
        let pending = self
            .pending
            .as_ref()
            .map(|cipher| cipher.open_callback(query, body, now));
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        let previous = previous.map(|(cipher, _)| cipher.open_callback(query, body, now));
        let mut why = match self.current.open_callback(query, body, now) {
            Ok(opened) => return Ok((opened, SecretStage::Current)),
            Err(why) => why,
        };
        for (tried, stage) in [
            (pending, SecretStage::Pending),
            (previous, SecretStage::Previous),
        ] {
            match tried {
                Some(Ok(opened)) => return Ok((opened, stage)),
                // Whose signature fits knows better what is wrong.
                Some(Err(other)) if other.cause() != RejectionCause::Signature => why = other,
                _ => {}
            }
        }
        Err(why)
    }

    /// What an answer to a callback is encrypted with: the keys that it came under.
    pub(crate) fn cipher_at(&self, stage: SecretStage) -> &CallbackCipher {
        let other = match stage {
            SecretStage::Current => None,
            SecretStage::Pending => self.pending.as_ref(),
            SecretStage::Previous => self.previous.as_ref().map(|(cipher, _)| cipher),
        };
        other.unwrap_or(&self.current)
    }
}

fn current_cipher(secret: &CallbackSecret) -> Result<CallbackCipher, CallbackKeyError> {
    build_cipher(
        secret,
        secret.token.expose_secret(),
        secret.aes_key.expose_secret(),
    )
}

/// Either owner key is accepted: which one DingTalk uses depends on where the address was registered.
fn build_cipher(
    secret: &CallbackSecret,
    token: &str,
    aes_key: &str,
) -> Result<CallbackCipher, CallbackKeyError> {
    let owners = [secret.app_key.clone(), secret.corp_id.as_str().to_owned()];
    let window = TimestampWindow {
        seconds_too: secret.accepts_seconds,
        ..TimestampWindow::default()
    };
    CallbackCipher::new(token, aes_key, &owners).map(|cipher| cipher.with_window(window))
}
