//! The command line.

use std::path::PathBuf;

use catalogue::Catalogue;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use directory::BindingId;
use directory::reason::Reason;
use sandbox::SandboxArgs;

use crate::cloud::CloudArgs;
use crate::ehr::EhrArgs;
use crate::plan::args::{ApplyArgs, ApproveArgs, PauseArgs, PlanArgs, ResumeArgs, ShadowArgs};
use crate::policy::PolicyArgs;
use crate::records::args::{
    ConflictArgs, HoldArgs, JournalArgs, QuarantineArgs, WaitingArgs, WhyArgs,
};

/// 绑钉: bind DingTalk to an eHR, here on one machine.
#[derive(Debug, Parser)]
#[command(name = "bangding", version, about, long_about = None)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The main job: bind a company, sync it in full, then follow its changes
    Up(UpArgs),
    /// The simulated DingTalk alone
    Sandbox(SandboxArgs),
    /// The built-in eHR: hire, change, leave, re-organise, today or on a day ahead
    Ehr(EhrArgs),
    /// What the ledger holds, as .csv, .json or .xlsx
    Export(ExportArgs),
    /// What a sync would write: made as a plan, listed, shown
    Plan(PlanArgs),
    /// Approve a plan, as it was shown
    Approve(ApproveArgs),
    /// Apply an approved plan, or go on with one that was interrupted
    Apply(ApplyArgs),
    /// Plan daily and write nothing, or go live
    Shadow(ShadowArgs),
    /// Stop all writes to either side at once
    Pause(PauseArgs),
    /// Go on after a pause, plans too from where they stood
    Resume(ResumeArgs),
    /// Both sides changed a shared field: listed with both values, decided, taken back
    Conflict(ConflictArgs),
    /// What was too much at once: listed with its reason, let through, taken back
    Hold(HoldArgs),
    /// Records that cannot be decided, or that a side refuses: listed, tried again
    Quarantine(QuarantineArgs),
    /// What waits, and for what: its day, the employee, the next try
    Waiting(WaitingArgs),
    /// Who decided a field of a person, when, from what to what, and which value lost: one sentence
    Why(WhyArgs),
    /// The record of every change: of one person, or verified whole
    Journal(JournalArgs),
    /// A sync policy: checked, written out, its schema, its presets
    Policy(PolicyArgs),
    /// Other callback keys or another AppSecret, without a moment in which anything is refused
    Rotate(RotateArgs),
    /// Every check of the project, the same that CI runs
    Test(TestArgs),
    /// Figures, a line of JSON each: `sync`, `rows`, `callback`, `flood`, `simulation`, `planted`; `tell` a seed
    Bench(BenchArgs),
    /// The cloud: check what is deployed there
    Cloud(CloudArgs),
}

/// The language of what is printed for people. JSON is the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// 简体中文
    Zh,
    /// English
    En,
}

impl Language {
    /// The texts of the catalogue in this language.
    #[must_use]
    pub fn catalogue(self) -> Catalogue {
        Catalogue::new(match self {
            Self::Zh => catalogue::Language::ChineseSimplified,
            Self::En => catalogue::Language::English,
        })
    }

    /// A reason as a person reads it: the sentence, what to do about it, and the code.
    #[must_use]
    pub fn describe(self, reason: &Reason) -> String {
        self.catalogue().message(reason).to_string()
    }
}

/// `bangding up`.
#[derive(Debug, Clone, ClapArgs)]
pub struct UpArgs {
    /// Stop after the first sync, with a report
    #[arg(long)]
    pub once: bool,
    /// For programs: JSON on stdout and nothing else there
    #[arg(long)]
    pub json: bool,
    /// Where all state is kept, the sandbox's world included
    #[arg(long, default_value = ".bangding")]
    pub data: PathBuf,
    /// People in the sandbox company
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    pub people: u32,
    /// Departments of the sandbox company, the root among them
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub departments: u32,
    /// The same seed makes the same sandbox company
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How long every answer of the sandbox takes
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
    /// Calls a second per interface that DingTalk grants; the free edition grants 20
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub qps: u32,
    /// Another DingTalk: one address for both of its hosts. The real one when only credentials are given
    #[arg(long, requires = "corp_id")]
    pub dingtalk_url: Option<String>,
    /// The company's CorpId
    #[arg(long, requires_all = ["agent_id", "app_key"])]
    pub corp_id: Option<String>,
    /// The app's AgentId
    #[arg(long, requires = "corp_id")]
    pub agent_id: Option<i64>,
    /// The app's AppKey (Client ID). The AppSecret comes from BANGDING_APP_SECRET, or is asked for
    #[arg(long, requires = "corp_id")]
    pub app_key: Option<String>,
    /// Begin in shadow mode: plans are made and nothing is written, until `bangding shadow off`
    #[arg(long)]
    pub shadow: bool,
    /// Accept what the app may see now as the company's scope
    #[arg(long)]
    pub accept_scope: bool,
    /// Port of the callback address on 127.0.0.1; a free one unless given
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Minutes between two sweeps while it stays up
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub sweep_minutes: u32,
    /// Seconds between two looks at DingTalk's list of callbacks that it could not deliver
    #[arg(long, default_value_t = 900, hide = true, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub failed_callbacks_s: u32,
    /// Keep the tables in another DynamoDB on this machine (host:port) instead of a file
    #[arg(long, hide = true)]
    pub dynamodb: Option<std::net::SocketAddr>,
    /// 中文 or English
    #[arg(long, value_enum, default_value = "zh")]
    pub lang: Language,
}

/// `bangding export`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ExportArgs {
    /// Where to: .csv (UTF-8 with BOM), .json or .xlsx
    pub file: PathBuf,
    /// Where the state is kept
    #[arg(long, default_value = ".bangding")]
    pub data: PathBuf,
}

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
    /// 中文 or English
    #[arg(long, value_enum, default_value = "zh")]
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
}

/// `bangding test`.
#[derive(Debug, Clone, ClapArgs)]
pub struct TestArgs {
    /// Only checks whose name contains this
    pub filter: Option<String>,
}

/// `bangding bench`.
#[derive(Debug, Clone, ClapArgs)]
pub struct BenchArgs {
    /// Which; all of them unless given
    pub name: Option<String>,
    /// What the benchmark takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}
