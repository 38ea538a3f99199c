//! The later steps: an administrator, who decides, plan, approval, progress, report.

use maud::{Markup, html};

use super::super::plans::phase_mark;
use super::super::runs::tile;
use super::WizardPage;
use super::steps::{choice, step_form};
use crate::desk_port::{ConsoleAction, PlanPhase};
use crate::markup::{Frame, Mark, button, foreign, outcome_mark, post_form, share_meter};
use crate::wizard::{SyncDirection, WizardPlan};
use crate::words::number;

pub(super) fn authorise(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let check = button(&words.text("wizard-check-again"));
    html! {
        @match &page.state.authorised {
            Some(by) => {
                p { (words.text("wizard-authorise-by")) " " code { (foreign(&by.user_id)) } }
                p { @if by.is_own_company { (outcome_mark(words, Mark::Good, "wizard-authorise-company")) }
                    @else { (outcome_mark(words, Mark::Stop, "wizard-authorise-other-company")) } }
                p { @if by.covers_everyone { (outcome_mark(words, Mark::Good, "wizard-authorise-everyone")) }
                    @else { (outcome_mark(words, Mark::Stop, "wizard-authorise-some")) } }
            }
            None => p { (outcome_mark(words, Mark::Open, "wizard-authorise-none")) },
        }
        @if page.redirect_url.is_some() {
            a.button.primary href="/sign-in/dingtalk" { (words.text("wizard-authorise-go")) }
        } @else {
            p.quiet { (words.text("wizard-authorise-no-address")) }
        }
        (step_form(frame, "/bind/authorise/probe", &check))
    }
}

pub(super) fn direction(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let is = |direction| page.state.direction == Some(direction);
    let content = html! {
        fieldset {
            legend { (words.text("wizard-direction-legend")) }
            (choice("direction", "dingtalk", &words.text("wizard-direction-dingtalk"), is(SyncDirection::DingtalkIsMaster)))
            (choice("direction", "ehr", &words.text("wizard-direction-ehr"), is(SyncDirection::EhrIsMaster)))
        }
        p.quiet { (words.text("wizard-direction-note")) }
        (button(&words.text("wizard-save")))
    };
    step_form(frame, "/bind/direction", &content)
}

pub(super) fn plan(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let make = button(&words.text("wizard-plan-make"));
    html! {
        @match &page.state.plan {
            Some(plan) => (plan_figures(frame, plan)),
            None => p.quiet { (words.text("wizard-plan-none")) },
        }
        @if page.state.plan.as_ref().is_none_or(|plan| !plan.is_current()) {
            (step_form(frame, "/bind/plan/probe", &make))
        }
    }
}

fn plan_figures(frame: &Frame<'_>, plan: &WizardPlan) -> Markup {
    let words = frame.words;
    html! {
        p { (phase_mark(words, plan.phase)) }
        @if plan.phase != PlanPhase::Making {
            div.tiles {
                (tile(words, "console-column-created", plan.counts.created))
                (tile(words, "console-column-updated", plan.counts.updated))
                (tile(words, "console-column-removed", plan.counts.removed))
                (tile(words, "console-column-held", plan.held))
            }
            p { a.button.quiet href={ "/plans/" (plan.id) } { (words.text("wizard-plan-look")) } }
        }
    }
}

pub(super) fn approve(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let Some(plan) = &page.state.plan else {
        return html! { p.quiet { (words.text("wizard-plan-none")) } };
    };
    let approve = button(&words.text("console-plan-approve"));
    html! {
        (plan_figures(frame, plan))
        p.quiet { (words.text("wizard-approve-backup")) }
        @if plan.phase == PlanPhase::Open && frame.may(ConsoleAction::MakePlans) {
            (post_form(frame, &format!("/plans/{}/approve", plan.id), &approve))
        }
    }
}

pub(super) fn progress(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let Some(plan) = &page.state.plan else {
        return html! { p.quiet { (words.text("wizard-plan-none")) } };
    };
    let arguments = [
        ("done", number(plan.applied.done)),
        ("total", number(plan.applied.total)),
    ];
    let label = words.with("console-plan-progress", &arguments);
    let apply = button(&words.text("console-plan-apply"));
    html! {
        p { (phase_mark(words, plan.phase)) }
        @if plan.phase == PlanPhase::Approved && frame.may(ConsoleAction::ApplyPlans) {
            (post_form(frame, &format!("/plans/{}/apply", plan.id), &apply))
        } @else {
            div aria-live="polite" {
                p { (label) @if let Some(rate) = plan.applied.per_second { " · " (words.count("console-per-second", u64::from(rate))) } }
                (share_meter(plan.applied.done, plan.applied.total, &label))
            }
        }
    }
}

pub(super) fn report(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let read = button(&words.text("wizard-report-read"));
    html! {
        @if let Some(plan) = &page.state.plan { (plan_figures(frame, plan)) }
        @if page.state.callback.is_skipped { p.quiet { (words.text("wizard-callback-skipped")) } }
        @if page.state.is_report_read {
            a.button.primary href="/" { (words.text("wizard-report-go")) }
        } @else {
            (step_form(frame, "/bind/report", &read))
        }
    }
}
