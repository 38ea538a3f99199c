#![doc = include_str!("../README.md")]

pub mod binding;
mod key_text;
pub mod rotation;
