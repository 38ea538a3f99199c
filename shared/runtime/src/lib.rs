#![doc = include_str!("../README.md")]

pub mod batch;
mod clock;
mod logging;
#[cfg(feature = "heard")]
mod metric_recorder;
pub mod metrics;
mod random;
pub mod variables;

#[cfg(any(feature = "aws", feature = "direct"))]
pub mod aws;
#[cfg(feature = "dingtalk")]
mod client_pool;
#[cfg(feature = "lambda")]
mod serve;
#[cfg(feature = "dingtalk")]
mod tokens;
#[cfg(feature = "worker")]
pub mod worker;

#[cfg(feature = "dingtalk")]
pub use client_pool::{ClientPool, client_endpoints, random_jitter};
pub use clock::SystemClock;
pub use logging::init_logging;
#[cfg(feature = "heard")]
pub use metric_recorder::MetricRecorder;
pub use random::{RandomnessError, random_bytes, random_bytes_or_abort};
#[cfg(feature = "lambda")]
pub use serve::{Invocation, ServeError, serve_invocations};
#[cfg(feature = "dingtalk")]
pub use tokens::VaultTokens;
pub use variables::{MissingVariableError, read_variable};
