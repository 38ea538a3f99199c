//! The language of what people read.

use clap::ValueEnum;

/// The language of what is printed for people. JSON is the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// 简体中文
    Zh,
    /// English
    En,
}
