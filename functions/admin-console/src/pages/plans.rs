//! Plans: what would be written, before it is.

mod items;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::runs::tile;
use super::{give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{
    ConsoleAction, ConsoleReply, ConsoleRequest, PlanDetail, PlanPhase, PlanRow, ReplyPage,
};
use crate::http::{PageAnswer, SignedIn, redirect, render};
use crate::markup::{
    Frame, Mark, NavItem, PageView, button, empty_state, foreign, outcome_mark, pager, post_form,
    reason_block, share_meter,
};
use crate::words::{Words, grouped, number};

pub(super) fn phase_mark(words: Words, phase: PlanPhase) -> Markup {
    let (mark, id) = match phase {
        PlanPhase::Making => (Mark::Open, "console-plan-making"),
        PlanPhase::Open => (Mark::Care, "console-plan-open"),
        PlanPhase::Approved => (Mark::Good, "console-plan-approved"),
        PlanPhase::Applying => (Mark::Open, "console-plan-applying"),
        PlanPhase::Applied => (Mark::Good, "console-plan-applied"),
        PlanPhase::Superseded => (Mark::Open, "console-plan-superseded"),
        PlanPhase::Failed => (Mark::Stop, "console-plan-failed"),
    };
    outcome_mark(words, mark, id)
}

/// Plans, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct PlansPage {
    plans: ReplyPage<PlanRow>,
}

impl PageView for PlansPage {
    fn nav(&self) -> NavItem {
        NavItem::Plans
    }

    fn title(&self, words: Words) -> String {
        words.text("console-plans-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let make = if frame.may(ConsoleAction::MakePlans) {
            post_form(frame, "/plans", &button(&words.text("console-plan-make")))
        } else {
            html! {}
        };
        html! {
            p.answer { (words.text("console-plans-about")) }
            @if self.plans.rows.is_empty() {
                (empty_state(&words.text("console-plans-empty"), &words.text("console-plans-empty-text"), &make))
            } @else {
                div.row { (make) }
                div.panel.flush { (self.table(words)) }
            }
        }
    }
}

impl PlansPage {
    fn table(&self, words: Words) -> Markup {
        html! {
            div.scroll tabindex="0" role="group" aria-label=(words.text("console-nav-plans")) {
                table {
                    thead { tr {
                        th scope="col" { (words.text("console-column-made")) }
                        th scope="col" { (words.text("console-column-state")) }
                        th.number scope="col" { (words.text("console-column-created")) }
                        th.number scope="col" { (words.text("console-column-updated")) }
                        th.number scope="col" { (words.text("console-column-removed")) }
                        th.number scope="col" { (words.text("console-column-held")) }
                        th scope="col" { (words.text("console-column-approved-by")) }
                    } }
                    tbody { @for row in &self.plans.rows { tr {
                        th.when scope="row" { a href={ "/plans/" (row.id) } { (words.time(row.made)) } }
                        td { (phase_mark(words, row.phase)) }
                        td.number { (grouped(row.counts.created)) }
                        td.number { (grouped(row.counts.updated)) }
                        td.number { (grouped(row.counts.removed)) }
                        td.number { (grouped(row.held)) }
                        td { @match &row.approved_by { Some(by) => (foreign(by)), None => "—" } }
                    } } }
                }
            }
        }
    }
}

/// Plans, newest first.
#[utoipa::path(get, path = "/plans", tag = "plans", responses((status = 200, body = PlansPage)))]
pub(super) async fn list_plans(State(console): State<Console>, signed_in: SignedIn) -> PageAnswer {
    let reply = give_order(&console, &signed_in, ConsoleRequest::Plans).await?;
    let ConsoleReply::Plans(plans) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    Ok(render(
        &console,
        &signed_in.0,
        StatusCode::OK,
        &PlansPage { plans },
    ))
}

/// Makes a plan. Nothing is written to either side.
#[utoipa::path(post, path = "/plans", tag = "plans", responses((status = 303, description = "To the plan")))]
pub(super) async fn make_plan(State(console): State<Console>, signed_in: SignedIn) -> PageAnswer {
    let reply = give_order(&console, &signed_in, ConsoleRequest::MakePlan).await?;
    let ConsoleReply::PlanQueued(id) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    Ok(redirect(&format!("/plans/{id}")))
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct PlanPage {
    plan: PlanDetail,
}

impl PageView for PlanPage {
    fn nav(&self) -> NavItem {
        NavItem::Plans
    }

    fn title(&self, words: Words) -> String {
        words.text("console-plan-title")
    }

    fn refresh_seconds(&self) -> Option<u32> {
        matches!(self.plan.row.phase, PlanPhase::Making | PlanPhase::Applying).then_some(1)
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let (words, plan) = (frame.words, &self.plan);
        html! {
            p.answer { (phase_mark(words, plan.row.phase)) " · " (words.time(plan.row.made)) }
            @if plan.row.phase == PlanPhase::Making {
                p.quiet { (words.text("console-plan-making-text")) }
            } @else {
                @if !plan.is_complete {
                    div.notice.care { p { (words.text("console-plan-incomplete")) } }
                }
                (self.figures(words))
                (self.progress(words))
                (self.actions(frame))
                @if !plan.held.is_empty() {
                    h2 { (words.text("console-plan-held")) }
                    div.panel { @for reason in &plan.held { (reason_block(words, reason)) } }
                }
                (items::item_table(frame, plan))
                (pager(words, self.next_page().as_deref()))
            }
            p.code { code { (plan.row.id) } }
        }
    }
}

impl PlanPage {
    fn next_page(&self) -> Option<String> {
        let end = self.plan.from + self.plan.items.len();
        let has_more = !self.plan.items.is_empty() && (end as u64) < self.plan.items_total;
        has_more.then(|| format!("/plans/{}?from={end}", self.plan.row.id))
    }

    fn figures(&self, words: Words) -> Markup {
        let plan = &self.plan;
        let cost = [
            ("calls", number(plan.calls)),
            ("metered", number(plan.metered)),
            ("seconds", number(plan.seconds)),
        ];
        html! {
            div.tiles {
                (tile(words, "console-column-created", plan.row.counts.created))
                (tile(words, "console-column-updated", plan.row.counts.updated))
                (tile(words, "console-column-removed", plan.row.counts.removed))
                (tile(words, "console-column-held", plan.row.held))
            }
            p.quiet { (words.with("console-plan-cost", &cost)) }
        }
    }

    fn progress(&self, words: Words) -> Markup {
        let Some(done) = self.plan.applied else {
            return html! {};
        };
        let arguments = [
            ("done", number(done)),
            ("total", number(self.plan.items_total)),
        ];
        let label = words.with("console-plan-progress", &arguments);
        html! { div.panel aria-live="polite" { p { (label) } (share_meter(done, self.plan.items_total, &label)) } }
    }

    /// What can be done now, and what it takes to take it back.
    fn actions(&self, frame: &Frame<'_>) -> Markup {
        let (words, id) = (frame.words, &self.plan.row.id);
        match self.plan.row.phase {
            PlanPhase::Open if frame.may(ConsoleAction::MakePlans) => html! {
                div.panel.action {
                    p { (words.text("console-plan-approve-note")) }
                    (post_form(frame, &format!("/plans/{id}/approve"), &button(&words.text("console-plan-approve"))))
                }
            },
            PlanPhase::Approved if frame.may(ConsoleAction::ApplyPlans) => html! {
                div.panel.action {
                    p { (words.text("console-plan-apply-note")) }
                    (post_form(frame, &format!("/plans/{id}/apply"), &button(&words.text("console-plan-apply"))))
                }
            },
            _ => html! {},
        }
    }
}

/// Where a page of items begins.
#[derive(Debug, Deserialize)]
pub(super) struct ItemsQuery {
    from: Option<usize>,
}

/// One plan and a page of its items: before → after.
#[utoipa::path(get, path = "/plans/{id}", tag = "plans", params(("id" = String, Path,), ("from" = Option<usize>, Query,)), responses((status = 200, body = PlanPage)))]
pub(super) async fn show_plan(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    query: Result<Query<ItemsQuery>, axum::extract::rejection::QueryRejection>,
) -> PageAnswer {
    let Ok(Query(query)) = query else {
        let status = StatusCode::BAD_REQUEST;
        return Err(super::error_answer(
            &signed_in.0,
            status,
            "console-error-form",
        ));
    };
    let from = query.from.unwrap_or(0);
    let reply = give_order(&console, &signed_in, ConsoleRequest::Plan { id, from }).await?;
    let ConsoleReply::Plan(plan) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    Ok(render(
        &console,
        &signed_in.0,
        StatusCode::OK,
        &PlanPage { plan: *plan },
    ))
}

/// Approves a plan.
#[utoipa::path(post, path = "/plans/{id}/approve", tag = "plans", params(("id" = String, Path,)), responses((status = 303, description = "Approved")))]
pub(super) async fn approve_plan(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> PageAnswer {
    let back = format!("/plans/{}", path_part(&id));
    give_order(&console, &signed_in, ConsoleRequest::ApprovePlan(id)).await?;
    Ok(redirect(&back))
}

/// Applies an approved plan. Needs a second proof.
#[utoipa::path(post, path = "/plans/{id}/apply", tag = "plans", params(("id" = String, Path,)), responses((status = 303, description = "Applying")))]
pub(super) async fn apply_plan(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> PageAnswer {
    let back = format!("/plans/{}", path_part(&id));
    give_order(&console, &signed_in, ConsoleRequest::ApplyPlan(id)).await?;
    Ok(redirect(&back))
}

/// An id as part of one of our paths; what no id has is left out.
pub(super) fn path_part(id: &str) -> String {
    id.chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect()
}
