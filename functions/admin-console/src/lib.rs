#![doc = include_str!("../README.md")]
#![allow(
    clippy::result_large_err,
    reason = "the error of a page is the answer that explains it, made once per request"
)]

mod console;
pub mod desk_port;
pub mod doctor;
mod http;
#[cfg(feature = "lambda")]
mod lambda;
mod markup;
mod pages;
pub mod sign_in;
mod token;
pub mod wizard;
mod words;

pub use console::{Console, ConsoleParts, ConsoleSite, LoginSettings};
pub use http::{BODY_MAX, ClientAddress, build_router, describe_api};
#[cfg(feature = "lambda")]
pub use lambda::serve_lambda;
pub use pages::sign_in_link_path;
pub use token::{SecretToken, hash_text};
