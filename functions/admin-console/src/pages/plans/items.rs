//! Items of a plan: before → after, DingTalk always left, the eHR always right.

use directory::Side;
use maud::{Markup, html};

use super::super::people::record_link;
use crate::desk_port::{PlanDetail, PlanItemRow, PlannedChange, PlannedVerb};
use crate::markup::{Frame, empty_state, masked_value, side_tag};
use crate::words::Words;

fn verb_text(verb: PlannedVerb) -> &'static str {
    match verb {
        PlannedVerb::Create => "console-verb-create",
        PlannedVerb::Update => "console-verb-update",
        PlannedVerb::Remove => "console-verb-remove",
        PlannedVerb::Link => "console-verb-link",
    }
}

pub(super) fn item_table(frame: &Frame<'_>, plan: &PlanDetail) -> Markup {
    let words = frame.words;
    if plan.items.is_empty() {
        return empty_state(
            &words.text("console-plan-empty"),
            &words.text("console-plan-empty-text"),
            &html! {},
        );
    }
    html! {
        h2 { (words.count("console-plan-items", plan.items_total)) }
        div.panel.flush {
            div.scroll tabindex="0" role="group" aria-label=(words.text("console-plan-title")) {
                table.changes {
                    thead { tr {
                        th scope="col" { (words.text("console-column-record")) }
                        th scope="col" { (words.text("console-column-action")) }
                        th scope="col" { (words.text("console-column-field")) }
                        th scope="col" { (side_tag(words, Side::DingTalk)) }
                        th scope="col" { (side_tag(words, Side::Ehr)) }
                        th scope="col" { (words.text("console-column-why")) }
                    } }
                    @for item in &plan.items { tbody { (item_rows(words, item)) } }
                }
            }
        }
    }
}

fn item_rows(words: Words, item: &PlanItemRow) -> Markup {
    let span = item.changes.len().max(1);
    let head = html! {
        th scope="rowgroup" rowspan=(span) { (record_link(words, &item.record)) }
        td rowspan=(span) { span.verb { (words.text(verb_text(item.verb))) } }
    };
    let why = html! { td.why rowspan=(span) { (words.sentence(&item.reason)) } };
    html! {
        @if item.changes.is_empty() {
            tr { (head) td colspan="3" { span.quiet { (words.text("console-plan-link-only")) } } (why) }
        }
        @for (place, change) in item.changes.iter().enumerate() {
            tr {
                @if place == 0 { (head) }
                td { (words.field(item.record.kind, change.field)) }
                (change_cells(words, change))
                @if place == 0 { (why) }
            }
        }
    }
}

/// The side that is written to shows before → after; the other one has the value that decides.
fn change_cells(words: Words, change: &PlannedChange) -> Markup {
    let written = html! {
        td.written {
            span.before { (masked_value(words, change.before.as_deref())) }
            span.arrow aria-hidden="true" { " → " }
            span.sr { " " (words.text("console-becomes")) " " }
            span.after { (masked_value(words, change.after.as_deref())) }
        }
    };
    let decides = html! { td.decides { (masked_value(words, change.after.as_deref())) } };
    match change.to {
        Side::DingTalk => html! { (written) (decides) },
        Side::Ehr => html! { (decides) (written) },
    }
}
