//! Somebody who may sign in.

use std::collections::BTreeSet;

use directory::{BindingId, CorpId, NativeId, Timestamp};
use serde::{Deserialize, Serialize};
use state::seal::{SealContext, SealKey, SealedValue, open_value, seal_value};
use subtle::ConstantTimeEq as _;

use super::authenticator::{Enrolment, hash_recovery_code, matching_step};
use super::error::SignInError;
use super::guess_counter::GuessCounter;
use crate::desk_port::{ConsoleActor, ConsoleRole, SignInMethod};
use secrecy::ExposeSecret as _;

/// What values of members are sealed for, in place of a corp: a member is one before any corp is bound.
const SEALED_FOR: &str = "console";

/// Somebody who may sign in, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What they are called on screen.
    pub name: String,
    /// Their roles.
    pub roles: BTreeSet<ConsoleRole>,
    /// The binding that they see; `None` before one exists.
    #[serde(default)]
    pub binding: Option<BindingId>,
    /// The departments that HR acts for; `None` is the whole company.
    #[serde(default)]
    pub departments: Option<BTreeSet<NativeId>>,
    /// The authenticator's secret, sealed.
    #[serde(default)]
    authenticator: Option<SealedValue>,
    /// One that is being set up and has not been confirmed by a code.
    #[serde(default)]
    pending: Option<SealedValue>,
    /// Hashes of recovery codes that were not used.
    #[serde(default)]
    recovery: Vec<String>,
    /// The same for the one that is being set up.
    #[serde(default)]
    pending_recovery: Vec<String>,
    /// The step of the last code that was accepted: none is accepted twice.
    #[serde(default)]
    last_step: u64,
    /// Wrong codes.
    #[serde(default)]
    guesses: GuessCounter,
    /// Sessions of another number have ended: signing out everywhere counts it up.
    #[serde(default)]
    pub session_epoch: u64,
}

/// How a code was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberProof {
    /// The authenticator's.
    Authenticator,
    /// A recovery code; it is used up.
    Recovery,
}

/// What a typed code led to. The changed member has to be stored, whatever the verdict, before anything is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeVerdict {
    /// It is right.
    Right(MemberProof, Box<Member>),
    /// It is wrong.
    Wrong(Box<Member>),
    /// Nothing was looked at.
    Locked(Timestamp),
}

impl Member {
    /// Somebody without an authenticator.
    #[must_use]
    pub fn new(name: impl Into<String>, roles: impl IntoIterator<Item = ConsoleRole>) -> Self {
        Self {
            name: name.into(),
            roles: roles.into_iter().collect(),
            binding: None,
            departments: None,
            authenticator: None,
            pending: None,
            recovery: Vec::new(),
            pending_recovery: Vec::new(),
            last_step: 0,
            guesses: GuessCounter::default(),
            session_epoch: 0,
        }
    }

    /// Whether an authenticator is set up.
    #[must_use]
    pub fn has_authenticator(&self) -> bool {
        self.authenticator.is_some()
    }

    /// Recovery codes that are left.
    #[must_use]
    pub fn recovery_left(&self) -> usize {
        self.recovery.len()
    }

    /// Who orders, in a session.
    #[must_use]
    pub fn actor(
        &self,
        key: &str,
        signed_in: SignInMethod,
        stepped_up_until: Option<Timestamp>,
    ) -> ConsoleActor {
        ConsoleActor {
            member: key.to_owned(),
            name: self.name.clone(),
            signed_in,
            roles: self.roles.clone(),
            departments: self.departments.clone(),
            stepped_up_until,
        }
    }

    /// With an authenticator that waits for its first code. The one before stays valid until then.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`] if it cannot be sealed.
    pub fn begin_enrolment(
        &self,
        key: &str,
        enrolment: &Enrolment,
        seal: &SealKey,
        nonce: [u8; 12],
    ) -> Result<Self, SignInError> {
        let corp = sealing_corp()?;
        let secret = enrolment.secret.expose_secret();
        let sealed = seal_value(seal, place(&corp, key), nonce, secret);
        Ok(Self {
            pending: Some(sealed.map_err(|err| SignInError::unavailable(&err))?),
            pending_recovery: enrolment
                .recovery_codes
                .iter()
                .map(|code| hash_recovery_code(code))
                .collect(),
            ..self.clone()
        })
    }

    /// Confirms the authenticator that is being set up by its first code. Wrong codes count as guesses.
    #[must_use]
    pub fn confirm_enrolment(
        &self,
        key: &str,
        code: &str,
        seal: &SealKey,
        now: Timestamp,
    ) -> CodeVerdict {
        if let Some(until) = self.guesses.locked_until(now) {
            return CodeVerdict::Locked(until);
        }
        let step = open_secret(self.pending.as_ref(), key, seal)
            .and_then(|secret| matching_step(&secret, code, now, 0));
        let Some(step) = step else {
            return self.wrong(now);
        };
        let confirmed = Self {
            authenticator: self.pending.clone(),
            recovery: self.pending_recovery.clone(),
            pending: None,
            pending_recovery: Vec::new(),
            last_step: step,
            guesses: GuessCounter::default(),
            ..self.clone()
        };
        CodeVerdict::Right(MemberProof::Authenticator, Box::new(confirmed))
    }

    /// Judges a code: six digits of the authenticator, or a recovery code.
    #[must_use]
    pub fn judge_code(&self, key: &str, code: &str, seal: &SealKey, now: Timestamp) -> CodeVerdict {
        if let Some(until) = self.guesses.locked_until(now) {
            return CodeVerdict::Locked(until);
        }
        let step = open_secret(self.authenticator.as_ref(), key, seal)
            .and_then(|secret| matching_step(&secret, code, now, self.last_step));
        if let Some(step) = step {
            let mut member = self.clone();
            member.last_step = step;
            member.guesses = GuessCounter::default();
            return CodeVerdict::Right(MemberProof::Authenticator, Box::new(member));
        }
        match self.without_recovery_code(code) {
            Some(member) => CodeVerdict::Right(MemberProof::Recovery, Box::new(member)),
            None => self.wrong(now),
        }
    }

    fn without_recovery_code(&self, code: &str) -> Option<Self> {
        let hash = hash_recovery_code(code);
        let is_this = |stored: &String| bool::from(stored.as_bytes().ct_eq(hash.as_bytes()));
        let place = self.recovery.iter().position(is_this)?;
        let mut member = self.clone();
        member.recovery.remove(place);
        member.guesses = GuessCounter::default();
        Some(member)
    }

    fn wrong(&self, now: Timestamp) -> CodeVerdict {
        let mut member = self.clone();
        member.guesses = self.guesses.with_wrong(now);
        CodeVerdict::Wrong(Box::new(member))
    }
}

fn sealing_corp() -> Result<CorpId, SignInError> {
    CorpId::new(SEALED_FOR).map_err(|err| SignInError::unavailable(&err))
}

fn place<'a>(corp: &'a CorpId, key: &'a str) -> SealContext<'a> {
    SealContext {
        corp,
        record: key,
        field: "authenticator",
    }
}

fn open_secret(sealed: Option<&SealedValue>, key: &str, seal: &SealKey) -> Option<Vec<u8>> {
    let corp = sealing_corp().ok()?;
    open_value(seal, place(&corp, key), sealed?).ok()
}
