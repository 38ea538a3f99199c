//! Sessions and links in the store.

use directory::Timestamp;
use state::store::{ConsoleKind, PutCondition};

use super::SignInService;
use crate::desk_port::{ConsoleActor, SignInMethod};
use crate::sign_in::error::SignInError;
use crate::sign_in::member::Member;
use crate::sign_in::pending::OneTimeLink;
use crate::sign_in::session::{STEP_UP_MS, SignInSession};
use crate::token::{SecretToken, hash_text};

/// A valid session and whose it is.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// The session.
    pub session: SignInSession,
    /// The member.
    pub member: Member,
}

impl OpenedSession {
    /// Who orders.
    #[must_use]
    pub fn actor(&self) -> ConsoleActor {
        let session = &self.session;
        self.member
            .actor(&session.member, session.method, session.stepped_up_until)
    }
}

fn browser_id(user_agent: &str) -> String {
    hash_text("browser", user_agent)
}

impl SignInService {
    /// Whether a link would work now. Looking at it does not use it.
    ///
    /// # Errors
    /// [`SignInError::LinkInvalid`], [`SignInError::Unavailable`].
    pub async fn check_link(&self, token: &SecretToken, now: Timestamp) -> Result<(), SignInError> {
        let link = self
            .get::<OneTimeLink>(ConsoleKind::OneTimeLink, &token.stored_id())
            .await?;
        let is_valid = link.is_some_and(|link| link.body.is_valid(now));
        is_valid.then_some(()).ok_or(SignInError::LinkInvalid)
    }

    /// Uses a link up and begins a session. Of two at once, one is refused.
    ///
    /// # Errors
    /// [`SignInError::LinkInvalid`], [`SignInError::Unavailable`].
    pub async fn follow_link(
        &self,
        token: &SecretToken,
        user_agent: &str,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        let kind = ConsoleKind::OneTimeLink;
        let stored = self.get::<OneTimeLink>(kind, &token.stored_id()).await?;
        let stored = stored.filter(|link| link.body.is_valid(now));
        let stored = stored.ok_or(SignInError::LinkInvalid)?;
        let used = OneTimeLink {
            is_used: true,
            ..stored.body.clone()
        };
        if !self.put_if_unchanged(kind, &stored, &used).await? {
            return Err(SignInError::LinkInvalid);
        }
        let member = self.get_member(&used.member).await?;
        let member = member.ok_or(SignInError::LinkInvalid)?;
        let method = SignInMethod::OneTimeLink;
        self.begin_session(&used.member, &member, method, user_agent, now)
            .await
    }

    pub(super) async fn begin_session(
        &self,
        key: &str,
        member: &Member,
        method: SignInMethod,
        user_agent: &str,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        let session = SignInSession {
            member: key.to_owned(),
            method,
            binding: member.binding.clone(),
            began: now,
            seen: now,
            stepped_up_until: None,
            epoch: member.session_epoch,
            browser: browser_id(user_agent),
        };
        self.store_session(&session).await
    }

    async fn store_session(&self, session: &SignInSession) -> Result<SecretToken, SignInError> {
        let token = self.make_token()?;
        let id = token.stored_id();
        let put = self.store.put_console(
            ConsoleKind::Session,
            &id,
            session,
            PutCondition::New,
            Some(session.expires()),
        );
        put.await.map_err(|err| SignInError::unavailable(&err))?;
        Ok(token)
    }

    /// The session of a token, if it is valid now. The time of the request is stored, at most once a minute.
    ///
    /// # Errors
    /// [`SignInError::NotSignedIn`], [`SignInError::Unavailable`].
    pub async fn open_session(
        &self,
        token: &SecretToken,
        user_agent: &str,
        now: Timestamp,
    ) -> Result<OpenedSession, SignInError> {
        let kind = ConsoleKind::Session;
        let stored = self.get::<SignInSession>(kind, &token.stored_id()).await?;
        let stored = stored.ok_or(SignInError::NotSignedIn)?;
        let member = self.get_member(&stored.body.member).await?;
        let member = member.ok_or(SignInError::NotSignedIn)?;
        let browser = browser_id(user_agent);
        let ended = stored.body.ended(now, member.session_epoch, &browser);
        if ended.is_some() {
            self.end_session(token).await?;
            return Err(SignInError::NotSignedIn);
        }
        let mut session = stored.body.clone();
        // A role that was given to a new binding reaches open sessions, too.
        session.binding.clone_from(&member.binding);
        if session.is_seen_stale(now) {
            session.seen = now;
            // Another request of the same session may have stored its own time: that counts as well.
            self.put_if_unchanged(kind, &stored, &session).await?;
        }
        Ok(OpenedSession { session, member })
    }

    /// Begins a session anew after a second proof: the token changes, and the old one ends.
    pub(super) async fn step_up_session(
        &self,
        token: &SecretToken,
        opened: &OpenedSession,
        now: Timestamp,
    ) -> Result<SecretToken, SignInError> {
        let session = SignInSession {
            stepped_up_until: Some(now.plus_millis(STEP_UP_MS)),
            seen: now,
            ..opened.session.clone()
        };
        let fresh = self.store_session(&session).await?;
        self.end_session(token).await?;
        Ok(fresh)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`].
    pub async fn end_session(&self, token: &SecretToken) -> Result<(), SignInError> {
        let id = token.stored_id();
        let ended = self.store.delete_console(ConsoleKind::Session, &id);
        ended.await.map_err(|err| SignInError::unavailable(&err))
    }

    /// Ends every session of a member.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`].
    pub async fn end_all_sessions(&self, key: &str) -> Result<(), SignInError> {
        let outcome = self
            .change_member(key, |member| {
                let mut member = member.clone();
                member.session_epoch += 1;
                (Some(member), ())
            })
            .await?;
        outcome.ok_or(SignInError::NotSignedIn)
    }
}
