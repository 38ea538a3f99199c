//! The command line of `bangding rotate`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use directory::BindingId;

use crate::language::Language;

/// `bangding rotate`.
#[derive(Debug, Clone, ClapArgs)]
pub struct RotateArgs {
    /// What to do
    #[arg(value_enum)]
    pub step: RotateStep,
    /// Where the state of this machine is kept
    #[arg(long, default_value = ".bangding")]
    pub data: PathBuf,
    /// A stack on AWS instead; region and credentials come from the environment
    #[arg(long, requires = "binding")]
    pub stack: Option<String>,
    /// Which binding; on this machine the only one unless given
    #[arg(long)]
    pub binding: Option<BindingId>,
    /// Where DingTalk pushes to; known on this machine
    #[arg(long)]
    pub callback_url: Option<String>,
    /// Another DingTalk than the binding's
    #[arg(long)]
    pub dingtalk_url: Option<String>,
    /// For programs: JSON on stdout and nothing else there
    #[arg(long)]
    pub json: bool,
    /// The language of what is printed
    #[arg(long, value_enum, ignore_case = true, default_value = "zh-CN")]
    pub lang: Language,
}

/// Steps of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RotateStep {
    /// New callback keys: made, stored beside the current ones, proven, printed to be pasted into the console
    Callback,
    /// The AppSecret of BANGDING_APP_SECRET, or asked for: stored, proven by DingTalk, made to count
    AppSecret,
    /// What waits is proven once more, and counts
    Promote,
    /// What waits is taken back; what counts stays
    Undo,
}
