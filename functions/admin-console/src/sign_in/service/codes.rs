//! Codes: signing in with one, setting an authenticator up, and the second proof.

use directory::Timestamp;
use state::store::{ConsoleKind, PutCondition};

use super::sessions::OpenedSession;
use super::{SignInService, WRITE_ATTEMPTS};
use crate::desk_port::SignInMethod;
use crate::sign_in::authenticator::{Enrolment, RECOVERY_CODES};
use crate::sign_in::error::SignInError;
use crate::sign_in::guess_counter::GuessCounter;
use crate::sign_in::member::{CodeVerdict, Member, MemberProof};
use crate::token::{SecretToken, hash_text};

/// Counters of addresses are dropped after two days.
const COUNTER_LIFE_S: i64 = 2 * 24 * 60 * 60;

impl SignInService {
    /// Signs in with a code of the authenticator or a recovery code. `address` is where the request came from. Five wrong
    /// codes lock the member and the address. An account that does not exist is refused like a wrong code.
    ///
    /// # Errors
    /// [`SignInError::CodeWrong`], [`SignInError::Locked`], [`SignInError::Unavailable`].
    pub async fn sign_in_with_code(
        &self,
        key: &str,
        code: &str,
        address: &str,
        user_agent: &str,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        self.check_address(address, now).await?;
        let judged = self
            .judge(key, now, |member| {
                member.judge_code(key, code, &self.seal, now)
            })
            .await;
        let (proof, member) = match judged {
            Err(SignInError::CodeWrong) => {
                self.count_wrong(address, now).await?;
                return Err(SignInError::CodeWrong);
            }
            other => other?,
        };
        let method = match proof {
            MemberProof::Authenticator => SignInMethod::AuthenticatorCode,
            MemberProof::Recovery => SignInMethod::RecoveryCode,
        };
        self.begin_session(key, &member, method, user_agent, now)
            .await
    }

    /// The second proof of a session. Returns the session's new token.
    ///
    /// # Errors
    /// As [`SignInService::sign_in_with_code`].
    pub async fn step_up(
        &self,
        token: &SecretToken,
        opened: &OpenedSession,
        code: &str,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        let key = &opened.session.member;
        self.judge(key, now, |member| {
            member.judge_code(key, code, &self.seal, now)
        })
        .await?;
        self.step_up_session(token, opened, now).await
    }

    /// Begins to set an authenticator up. What is returned is shown once.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`].
    pub async fn begin_enrolment(&self, key: &str) -> Result<Enrolment, SignInError> {
        let mut codes = [[0; 32]; RECOVERY_CODES];
        for code in &mut codes {
            *code = self.random_bytes()?;
        }
        let enrolment = Enrolment::new(self.random_bytes()?, &codes);
        let random = self.random_bytes()?;
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&random[..12]);
        let begun = self
            .change_member(key, |member| {
                match member.begin_enrolment(key, &enrolment, &self.seal, nonce) {
                    Ok(member) => (Some(member), Ok(())),
                    Err(err) => (None, Err(err)),
                }
            })
            .await?;
        begun.ok_or(SignInError::NotSignedIn)??;
        Ok(enrolment)
    }

    /// Confirms the authenticator by its first code, which is a second proof as well. Returns the session's new token.
    ///
    /// # Errors
    /// As [`SignInService::sign_in_with_code`].
    pub async fn confirm_enrolment(
        &self,
        token: &SecretToken,
        opened: &OpenedSession,
        code: &str,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        let key = &opened.session.member;
        self.judge(key, now, |member| {
            member.confirm_enrolment(key, code, &self.seal, now)
        })
        .await?;
        self.step_up_session(token, opened, now).await
    }

    /// Judges a code and stores the member before anything is answered: of two equal codes at once, one is refused.
    async fn judge(
        &self,
        key: &str,
        now: Timestamp,
        judge: impl Fn(&Member) -> CodeVerdict + Send + Sync,
    ) -> Result<(MemberProof, Member), SignInError> {
        let judged = self
            .change_member(key, |member| match judge(member) {
                CodeVerdict::Right(proof, member) => {
                    (Some((*member).clone()), Ok((proof, *member)))
                }
                CodeVerdict::Wrong(member) => (Some(*member), Err(SignInError::CodeWrong)),
                CodeVerdict::Locked(until) => (None, Err(SignInError::Locked { until })),
            })
            .await?;
        tracing::debug!(at = now.millis(), "a code was judged");
        judged.unwrap_or(Err(SignInError::CodeWrong))
    }

    /// Changes a member as it is stored now; `None` where there is none.
    pub(super) async fn change_member<T>(
        &self,
        key: &str,
        change: impl Fn(&Member) -> (Option<Member>, T) + Send + Sync,
    ) -> Result<Option<T>, SignInError> {
        for _ in 0..WRITE_ATTEMPTS {
            let Some(stored) = self.get::<Member>(ConsoleKind::Member, key).await? else {
                return Ok(None);
            };
            let (changed, outcome) = change(&stored.body);
            let Some(changed) = changed else {
                return Ok(Some(outcome));
            };
            if self
                .put_if_unchanged(ConsoleKind::Member, &stored, &changed)
                .await?
            {
                return Ok(Some(outcome));
            }
        }
        Err(SignInError::Unavailable {
            why: "a member kept being changed by others".to_owned(),
        })
    }

    async fn check_address(&self, address: &str, now: Timestamp) -> Result<(), SignInError> {
        let id = hash_text("address", address);
        let stored = self
            .get::<GuessCounter>(ConsoleKind::FailedGuesses, &id)
            .await?;
        match stored.and_then(|stored| stored.body.locked_until(now)) {
            Some(until) => Err(SignInError::Locked { until }),
            None => Ok(()),
        }
    }

    async fn count_wrong(&self, address: &str, now: Timestamp) -> Result<(), SignInError> {
        let id = hash_text("address", address);
        for _ in 0..WRITE_ATTEMPTS {
            let stored = self
                .get::<GuessCounter>(ConsoleKind::FailedGuesses, &id)
                .await?;
            let (counter, condition) = match &stored {
                Some(stored) => (stored.body.clone(), PutCondition::Version(stored.version)),
                None => (GuessCounter::default(), PutCondition::New),
            };
            let counter = counter.with_wrong(now);
            let expires = Some(now.millis() / 1000 + COUNTER_LIFE_S);
            let put = self.store.put_console(
                ConsoleKind::FailedGuesses,
                &id,
                &counter,
                condition,
                expires,
            );
            match put.await {
                Ok(_) => return Ok(()),
                Err(state::WriteError::Stale | state::WriteError::Exists { .. }) => {}
                Err(err) => return Err(SignInError::unavailable(&err)),
            }
        }
        Err(SignInError::Unavailable {
            why: "a counter kept being changed by others".to_owned(),
        })
    }
}
