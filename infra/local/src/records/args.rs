//! The command lines of what waits for a person.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use directory::{Field, FieldSet, Kind, Side};

use crate::plan::args::ContextArgs;

/// `bangding conflict`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ConflictArgs {
    /// What to do
    #[command(subcommand)]
    pub action: ConflictAction,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
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
        #[arg(
            long,
            value_enum,
            required_unless_present = "undo",
            conflicts_with = "undo"
        )]
        keep: Option<SideArg>,
        /// Take the decision back: what stood before stands again
        #[arg(long)]
        undo: bool,
    },
}

/// A side, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SideArg {
    /// 钉钉
    Dingtalk,
    /// The eHR
    Ehr,
}

impl From<SideArg> for Side {
    fn from(word: SideArg) -> Self {
        match word {
            SideArg::Dingtalk => Self::DingTalk,
            SideArg::Ehr => Self::Ehr,
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
    pub here: ContextArgs,
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
    pub here: ContextArgs,
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

/// `bangding why`.
#[derive(Debug, Clone, ClapArgs)]
pub struct WhyArgs {
    /// A DingTalk userid, a job number, a mobile number, an id of the eHR, or a name that only one has
    pub person: String,
    /// Which field, as policies call it: title, departments, manager, …
    #[arg(value_parser = parse_field)]
    pub field: Field,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// `bangding journal`.
#[derive(Debug, Clone, ClapArgs)]
pub struct JournalArgs {
    /// What to do
    #[command(subcommand)]
    pub action: JournalAction,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// What to do with the journal.
#[derive(Debug, Clone, Subcommand)]
pub enum JournalAction {
    /// Every change of one person and every order about them, newest first; without a person, the newest orders
    Show {
        /// As for `why`
        person: Option<String>,
        /// One field of the person only
        #[arg(long, value_parser = parse_field, requires = "person")]
        field: Option<Field>,
        /// All orders, not only the newest 50
        #[arg(long, conflicts_with = "person")]
        all: bool,
    },
    /// Recompute every chain, and name the first entry that is not what was written; exit 1 if there is one
    Verify,
}

/// A field by its stored name.
fn parse_field(text: &str) -> Result<Field, String> {
    let all = FieldSet::of_kind(Kind::Person).union(FieldSet::of_kind(Kind::Department));
    let named = all.iter().find(|field| field.key() == text);
    let names = || all.iter().map(Field::key).collect::<Vec<_>>().join(", ");
    named.ok_or_else(|| format!("no field is called so; there are {}", names()))
}

/// `bangding waiting`.
#[derive(Debug, Clone, ClapArgs)]
pub struct WaitingArgs {
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}
