//! What the console works with.

use std::sync::Arc;

use directory::{BindingId, Timestamp};

use crate::desk_port::ConsoleDesk;
use crate::sign_in::{CookieNames, LoginPage, SignInService};

/// Where the console answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleSite {
    /// On loopback, over plain HTTP, on whatever port it was given.
    Loopback,
    /// At this origin, for example `https://console.example`.
    Public(String),
}

/// Signing in on DingTalk's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginSettings {
    /// Where people are sent.
    pub page: LoginPage,
    /// The binding that they sign in to.
    pub binding: BindingId,
}

/// The parts of a console.
pub struct ConsoleParts {
    /// Where it answers.
    pub site: ConsoleSite,
    /// Who somebody is.
    pub sign_in: SignInService,
    /// What carries out orders.
    pub desk: Arc<dyn ConsoleDesk>,
    /// The time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// DingTalk's page; `None` where signing in with DingTalk is not set up.
    pub login: Option<LoginSettings>,
}

/// A console. Clones share its parts.
#[derive(Clone)]
pub struct Console(Arc<ConsoleParts>);

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Console({:?})", self.0.site)
    }
}

impl std::ops::Deref for Console {
    type Target = ConsoleParts;

    fn deref(&self) -> &ConsoleParts {
        &self.0
    }
}

impl Console {
    /// A console of these parts.
    #[must_use]
    pub fn new(parts: ConsoleParts) -> Self {
        Self(Arc::new(parts))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn cookies(&self) -> CookieNames {
        CookieNames {
            is_loopback: self.site == ConsoleSite::Loopback,
        }
    }
}
