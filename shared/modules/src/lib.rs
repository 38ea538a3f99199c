#![doc = include_str!("../README.md")]

mod probe;
mod pull;
mod quota;
mod switch;

pub use probe::{ModuleProbe, ProbeOutcome, probe_module};
pub use pull::{
    FormReader, OddFact, PullCursor, PullError, PullScope, PullStep, RequestMeaning, read_request,
    step_pull, suggest_meaning,
};
pub use quota::{
    CompanyLoad, DomainForecast, EditionQuota, PullMode, QuotaDomain, QuotaLedger, QuotaPlan,
    QuotaVerdict, plan_quota,
};
pub use switch::{
    ActingRight, Granted, Module, ModuleNeeds, ModuleState, ModuleSwitches, SwitchTrouble,
};
