//! The command line.

use clap::{Parser, Subcommand};
use sandbox::SandboxArgs;

use crate::cloud::CloudArgs;
use crate::developer_command::PassedArgs;
use crate::ehr::EhrArgs;
use crate::export::ExportArgs;
use crate::plan::args::{ApplyArgs, ApproveArgs, PauseArgs, PlanArgs, ResumeArgs, ShadowArgs};
use crate::policy::PolicyArgs;
use crate::records::args::{
    ConflictArgs, HoldArgs, JournalArgs, QuarantineArgs, WaitingArgs, WhyArgs,
};
use crate::rotate::args::RotateArgs;
use crate::status::StatusArgs;
use crate::up::args::UpArgs;

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
    Ehr(Box<EhrArgs>),
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
    /// Whether it writes, how the last sweep ended, today's budget, and what waits for a person
    Status(StatusArgs),
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
    /// The record of every change and every order: of one person, the newest orders, or verified whole
    Journal(JournalArgs),
    /// A sync policy: checked, written out, its schema, its presets
    Policy(PolicyArgs),
    /// Other callback keys or another AppSecret, without a moment in which anything is refused
    Rotate(RotateArgs),
    /// Every check of the project, the same that CI runs
    #[command(disable_help_flag = true)]
    Test(PassedArgs),
    /// Figures, a line of JSON each: `sync`, `rows`, `callback`, `flood`, `simulation`, `planted`; `tell` a seed
    #[command(disable_help_flag = true)]
    Bench(PassedArgs),
    /// The cloud: check what is deployed there, deploy it, look at what could not be delivered
    Cloud(CloudArgs),
}
