//! The one JSON object of `up --once --json`.

use std::collections::BTreeMap;

use directory::reason::Reason;
use engine::bind::BindError;
use engine::report::RunReport;
use serde::Serialize;

use super::binding::BoundCompany;
use crate::language::Language;

/// What a program reads.
#[derive(Serialize)]
pub(crate) struct UpReport<'a> {
    binding: BindingPart<'a>,
    run: RunPart<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    console: Option<ConsolePart>,
}

/// The console of an `up` that stays.
#[derive(Serialize)]
pub(crate) struct ConsolePart {
    /// Its address.
    pub(crate) url: String,
    /// A link that signs in once, for 30 minutes.
    pub(crate) link: String,
}

#[derive(Serialize)]
struct BindingPart<'a> {
    id: &'a str,
    corp_id: &'a str,
    callback_url: &'a str,
    token: &'a str,
    aes_key: &'a str,
}

#[derive(Serialize)]
struct RunPart<'a> {
    id: &'a str,
    complete: bool,
    people: u64,
    departments: u64,
    created: u64,
    updated: u64,
    removed: u64,
    held: usize,
    writes: u64,
    calls: &'a BTreeMap<String, u64>,
    throttled: u64,
    seconds: f64,
    notes: &'a [Reason],
}

impl<'a> UpReport<'a> {
    pub(crate) fn new(
        bound: &'a BoundCompany,
        run: &'a RunReport,
        console: Option<ConsolePart>,
    ) -> Self {
        Self {
            binding: BindingPart {
                id: bound.binding.id.as_str(),
                corp_id: bound.binding.corp_id.as_str(),
                callback_url: &bound.callback_url,
                token: &bound.token,
                aes_key: &bound.aes_key,
            },
            run: RunPart {
                id: run.id.as_str(),
                complete: run.complete,
                people: run.people,
                departments: run.departments,
                created: run.counts.created,
                updated: run.counts.updated,
                removed: run.counts.removed,
                held: run.held.len(),
                writes: run.writes,
                calls: &run.calls,
                throttled: run.throttled,
                seconds: run.seconds(),
                notes: &run.notes,
            },
            console,
        }
    }
}

/// The object where it failed.
#[derive(Serialize)]
pub(crate) struct FailureReport<'a> {
    error: FailurePart<'a>,
}

/// The reason, and the same in English.
#[derive(Serialize)]
struct FailurePart<'a> {
    #[serde(flatten)]
    reason: &'a Reason,
    sentence: String,
    remedy: Option<String>,
}

impl<'a> FailureReport<'a> {
    pub(crate) fn new(refusal: &'a BindError) -> Self {
        let english = Language::En.catalogue();
        let reason = &refusal.reason;
        Self {
            error: FailurePart {
                reason,
                sentence: english.sentence(reason),
                remedy: english.remedy(reason),
            },
        }
    }
}
