//! Decisions about entries of queues.

use axum::extract::{Path, State};
use directory::Side;
use serde::Deserialize;

use super::super::give_order;
use crate::console::Console;
use crate::desk_port::{ConsoleRequest, DecisionTarget};
use crate::http::{PageAnswer, ReadForm, SignedIn, redirect};

/// What is decided about a hold.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::pages) enum HoldDecision {
    Release,
    TakeBack,
}

#[derive(Deserialize)]
pub(in crate::pages) struct HoldForm {
    decision: HoldDecision,
}

/// Releases a hold, or takes that back. Needs a second proof.
#[utoipa::path(post, path = "/queues/holds/{id}", tag = "queues", params(("id" = String, Path,)), responses((status = 303, description = "Decided")))]
pub(in crate::pages) async fn decide_hold(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    ReadForm(form): ReadForm<HoldForm>,
) -> PageAnswer {
    let target = match form.decision {
        HoldDecision::Release => DecisionTarget::ReleaseHold(id),
        HoldDecision::TakeBack => DecisionTarget::TakeBackRelease(id),
    };
    give_order(&console, &signed_in, ConsoleRequest::Decide(target)).await?;
    Ok(redirect("/queues?queue=holds"))
}

/// What is decided about a conflict.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::pages) enum ConflictDecision {
    Dingtalk,
    Ehr,
    Reopen,
}

#[derive(Deserialize)]
pub(in crate::pages) struct ConflictForm {
    decision: ConflictDecision,
}

/// Lets one side's value stand, or takes that back.
#[utoipa::path(post, path = "/queues/conflicts/{id}", tag = "queues", params(("id" = String, Path,)), responses((status = 303, description = "Decided")))]
pub(in crate::pages) async fn decide_conflict(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    ReadForm(form): ReadForm<ConflictForm>,
) -> PageAnswer {
    let target = match form.decision {
        ConflictDecision::Dingtalk => DecisionTarget::ResolveConflict(id, Side::DingTalk),
        ConflictDecision::Ehr => DecisionTarget::ResolveConflict(id, Side::Ehr),
        ConflictDecision::Reopen => DecisionTarget::ReopenConflict(id),
    };
    give_order(&console, &signed_in, ConsoleRequest::Decide(target)).await?;
    Ok(redirect("/queues?queue=conflicts"))
}

/// Tries a quarantined record now.
#[utoipa::path(post, path = "/queues/quarantine/{id}/retry", tag = "queues", params(("id" = String, Path,)), responses((status = 303, description = "Tried")))]
pub(in crate::pages) async fn retry_record(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> PageAnswer {
    let request = ConsoleRequest::Decide(DecisionTarget::RetryRecord(id));
    give_order(&console, &signed_in, request).await?;
    Ok(redirect("/queues?queue=quarantine"))
}

#[derive(Deserialize)]
pub(in crate::pages) struct MatchForm {
    same: bool,
}

/// Decides whether two records are one person.
#[utoipa::path(post, path = "/queues/matches/{id}", tag = "queues", params(("id" = String, Path,)), responses((status = 303, description = "Decided")))]
pub(in crate::pages) async fn decide_match(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    ReadForm(form): ReadForm<MatchForm>,
) -> PageAnswer {
    let is_same = form.same;
    let target = DecisionTarget::DecideMatch { id, is_same };
    give_order(&console, &signed_in, ConsoleRequest::Decide(target)).await?;
    Ok(redirect("/queues?queue=matches"))
}
