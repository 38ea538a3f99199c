//! The command lines of plans, shadow mode and the pause.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use directory::BindingId;

use crate::language::Language;

/// What every command that gives orders takes.
#[derive(Debug, Clone, ClapArgs)]
pub struct ContextArgs {
    /// Where the state is kept
    #[arg(long, default_value = ".bangding", global = true)]
    pub data: PathBuf,
    /// For programs: one JSON object on stdout and nothing else there
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of what is printed
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        default_value = "zh-CN",
        global = true
    )]
    pub lang: Language,
    /// Who orders, for the journal; the user of this machine unless given
    #[arg(long, value_name = "NAME", global = true)]
    pub by: Option<String>,
    /// Which binding; needed only where there are several
    #[arg(long, value_name = "ID", global = true)]
    pub binding: Option<BindingId>,
}

/// `bangding plan`.
#[derive(Debug, Clone, ClapArgs)]
#[command(subcommand_negates_reqs = true)]
pub struct PlanArgs {
    /// A new plan is made unless given
    #[command(subcommand)]
    pub action: Option<PlanAction>,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// What to do with plans.
#[derive(Debug, Clone, Subcommand)]
pub enum PlanAction {
    /// Read both sides, write nothing, and keep what would be written as a plan
    Make,
    /// The newest plans and where they stand
    List,
    /// One plan, record by record: before → after and why
    Show {
        /// The plan, or `latest`
        id: String,
    },
}

/// `bangding approve`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ApproveArgs {
    /// The plan, or `latest`
    pub id: String,
    /// Where and how
    #[command(flatten)]
    pub age: PlanAgeArgs,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// `bangding apply`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ApplyArgs {
    /// The plan, or `latest`
    pub id: String,
    /// How old it may be
    #[command(flatten)]
    pub age: PlanAgeArgs,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// How old a plan may be.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct PlanAgeArgs {
    /// Hours after which a plan has to be made anew
    #[arg(long, value_name = "HOURS", default_value_t = desk::AGE_MAX_HOURS, value_parser = clap::value_parser!(u32).range(1..=8760))]
    pub max_age: u32,
}

/// `bangding shadow`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ShadowArgs {
    /// `on`: plan daily and write nothing; `off`: go live
    #[arg(value_enum)]
    pub to: OnOff,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// Plans are made, nothing is written
    On,
    /// Live
    Off,
}

/// `bangding pause`.
#[derive(Debug, Clone, ClapArgs)]
pub struct PauseArgs {
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// `bangding resume`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ResumeArgs {
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}
