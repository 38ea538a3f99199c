//! The command lines of what waits for a person.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use directory::Side;

use crate::plan::args::Here;

/// `bangding conflict`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ConflictArgs {
    /// What to do
    #[command(subcommand)]
    pub action: ConflictAction,
    /// Where and how
    #[command(flatten)]
    pub here: Here,
}

/// What to do with conflicts.
#[derive(Debug, Clone, Subcommand)]
pub enum ConflictAction {
    /// Conflicts that wait for a person, with both values
    List {
        /// Decided ones too, and those that time has decided
        #[arg(long)]
        all: bool,
    },
    /// One conflict
    Show {
        /// Its id; the beginning of one is enough
        id: String,
    },
    /// Say whose value is right: it is written to both sides at once
    Resolve {
        /// Its id; the beginning of one is enough
        id: String,
        /// Whose value stands
        #[arg(long, value_enum, required_unless_present = "undo", conflicts_with = "undo")]
        keep: Option<SideWord>,
        /// Take the decision back: what stood before stands again
        #[arg(long)]
        undo: bool,
        /// Who decides; the user of this machine unless given
        #[arg(long)]
        by: Option<String>,
    },
}

/// A side, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SideWord {
    /// 钉钉
    Dingtalk,
    /// The eHR
    Ehr,
}

impl From<SideWord> for Side {
    fn from(word: SideWord) -> Self {
        match word {
            SideWord::Dingtalk => Self::DingTalk,
            SideWord::Ehr => Self::Ehr,
        }
    }
}

/// `bangding hold`.
#[derive(Debug, Clone, ClapArgs)]
pub struct HoldArgs {
    /// What to do
    #[command(subcommand)]
    pub action: HoldAction,
    /// Where and how
    #[command(flatten)]
    pub here: Here,
}

/// What to do with holds.
#[derive(Debug, Clone, Subcommand)]
pub enum HoldAction {
    /// What the guard held, each with its reason
    List {
        /// Applied ones too, and those that nobody wants any more
        #[arg(long)]
        all: bool,
    },
    /// One hold, record by record
    Show {
        /// Its id; the beginning of one is enough
        id: String,
    },
    /// Let exactly these changes pass at the next sweep
    Release {
        /// Its id; the beginning of one is enough
        id: String,
        /// Take the release back, as long as no sweep has applied it
        #[arg(long)]
        undo: bool,
        /// Who releases; the user of this machine unless given
        #[arg(long)]
        by: Option<String>,
    },
}

/// `bangding quarantine`.
#[derive(Debug, Clone, ClapArgs)]
pub struct QuarantineArgs {
    /// What to do
    #[command(subcommand)]
    pub action: QuarantineAction,
    /// Where and how
    #[command(flatten)]
    pub here: Here,
}

/// What to do with quarantined records.
#[derive(Debug, Clone, Subcommand)]
pub enum QuarantineAction {
    /// Records that cannot be decided, or that a side refuses
    List {
        /// Those too whose cause is gone
        #[arg(long)]
        all: bool,
    },
    /// One record
    Show {
        /// Its id; the beginning of one is enough
        id: String,
    },
    /// Try one record now: both sides are read afresh
    Retry {
        /// Its id; the beginning of one is enough
        id: String,
    },
}

/// `bangding waiting`.
#[derive(Debug, Clone, ClapArgs)]
pub struct WaitingArgs {
    /// Where and how
    #[command(flatten)]
    pub here: Here,
}
