//! Requests and answers: who may ask, how much, and with which headers.

mod answer;
mod context;
mod form_check;
mod gate;
mod headers;
mod limits;
mod router;

pub(crate) use answer::{PageAnswer, ReadForm, redirect, redirect_with, render};
pub use context::ClientAddress;
pub(crate) use context::{LANGUAGE_COOKIE, RequestContext, SignedIn, THEME_COOKIE, Theme};
pub(crate) use form_check::TOKEN_FIELD;
pub use limits::BODY_MAX;
pub use router::{build_router, describe_api};
