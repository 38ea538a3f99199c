//! Lambda glue: configuration lookup, logging, clock, randomness, batch results, lean AWS clients.
//!
//! Invariant: this is the only crate that asks the process or the machine for anything (environment, time,
//! randomness). Everything above takes them as arguments, so that a test hands them in.

pub mod batch;
mod clock;
#[cfg(feature = "heard")]
mod heard;
mod logging;
pub mod metrics;
mod random;
pub mod variables;
#[cfg(feature = "verified")]
mod verified;

#[cfg(any(feature = "aws", feature = "direct"))]
pub mod aws;
#[cfg(feature = "dingtalk")]
mod clients;
#[cfg(feature = "lambda")]
mod serve;
#[cfg(feature = "dingtalk")]
mod tokens;
#[cfg(feature = "worker")]
pub mod worker;

#[cfg(feature = "dingtalk")]
pub use clients::{Clients, endpoints, jitter};
pub use clock::SystemClock;
#[cfg(feature = "heard")]
pub use heard::Heard;
pub use logging::init_logging;
pub use random::{NoRandomness, random, unpredictable};
#[cfg(feature = "lambda")]
pub use serve::{Invocation, ServeError, serve};
#[cfg(feature = "dingtalk")]
pub use tokens::VaultTokens;
pub use variables::{Missing, variable};
#[cfg(feature = "verified")]
pub use verified::{CallbackVerified, FromCallback};

#[cfg(test)]
mod template;
