//! Who somebody is: links that work once, codes of an authenticator, DingTalk's own page, and sessions.
//!
//! Decisions are pure and take the time as an argument; `service` reads and writes the store around them.

mod authenticator;
mod cookies;
mod error;
mod exchange;
mod guess_counter;
mod member;
mod pending;
mod service;
mod session;

pub use authenticator::{Enrolment, RECOVERY_CODES, hash_recovery_code};
pub use cookies::{CookieJar, CookieNames, read_cookie};
pub use error::SignInError;
pub use exchange::{ExchangeError, ExchangedIdentity, LoginPage, SignInExchange};
pub use guess_counter::{GUESSES_MAX, GuessCounter, LOCK_MS};
pub use member::{CodeVerdict, Member, MemberProof};
pub use pending::{LINK_LIFE_MS, OneTimeLink, PENDING_LIFE_MS, PendingSignIn};
pub use service::{OpenedSession, RandomSource, SignInService};
pub use session::{IDLE_MS, LIFE_MS, SEEN_STEP_MS, STEP_UP_MS, SessionEnd, SignInSession};
