//! Bangding on one machine.

pub mod embedded;
