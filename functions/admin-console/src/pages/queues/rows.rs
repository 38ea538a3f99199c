//! One entry of each queue.

use directory::{Kind, Side};
use maud::{Markup, html};

use super::super::people::record_link;
use crate::desk_port::{ConflictRow, ConsoleAction, HoldRow, MatchRow, QuarantineRow};
use crate::markup::{
    Frame, Mark, danger_button, foreign, hidden_field, masked_value, outcome_mark, post_form,
    quiet_button, reason_block, side_tag, unknown_value,
};

pub(super) fn hold(frame: &Frame<'_>, row: &HoldRow) -> Markup {
    let words = frame.words;
    let more = row.count.saturating_sub(row.records.len() as u64);
    html! {
        article.panel.entry {
            h2 { (words.count("console-hold-count", row.count)) }
            (reason_block(words, &row.reason))
            div.chips {
                @for record in &row.records { (record_link(words, record)) }
                @if more > 0 { span.quiet { (words.count("console-and-more", more)) } }
            }
            p.quiet { (words.about("console-since", &words.ago(frame.now, row.since))) }
            @if frame.may(ConsoleAction::ReleaseHolds) { (hold_actions(frame, row)) }
        }
    }
}

fn hold_actions(frame: &Frame<'_>, row: &HoldRow) -> Markup {
    let words = frame.words;
    let path = format!("/queues/holds/{}", row.id);
    if row.is_released {
        let content = html! { (hidden_field("decision", "take_back")) (quiet_button(&words.text("console-hold-take-back"))) };
        return html! {
            p { (outcome_mark(words, Mark::Care, "console-hold-released")) }
            (post_form(frame, &path, &content))
        };
    }
    let content = html! {
        (hidden_field("decision", "release"))
        p { (words.count("console-hold-release-note", row.count)) }
        (danger_button(&words.text("console-hold-release")))
    };
    html! {
        details.confirm {
            summary.button.quiet { (words.text("console-hold-release-ask")) }
            div { (post_form(frame, &path, &content)) }
        }
    }
}

pub(super) fn conflict(frame: &Frame<'_>, row: &ConflictRow) -> Markup {
    let words = frame.words;
    let value = |side, value: Option<&str>| {
        html! {
            div.value.stands[row.stands == side] {
                (side_tag(words, side))
                p.value-text { (masked_value(words, value)) }
                @if row.stands == side { p.quiet.crown { (words.text("console-stands-now")) } }
                @if frame.may(ConsoleAction::DecideRecords) && !row.is_resolved { (keep_button(frame, row, side)) }
            }
        }
    };
    html! {
        article.panel.entry {
            h2 { (record_link(words, &row.record)) " · " (words.field(row.record.kind, row.field)) }
            div.two-sides {
                (value(Side::DingTalk, row.dingtalk.as_deref()))
                (value(Side::Ehr, row.ehr.as_deref()))
            }
            p.quiet { (words.about("console-since", &words.ago(frame.now, row.since))) }
            @if row.is_resolved {
                p { (outcome_mark(words, Mark::Good, "console-conflict-resolved")) }
                @if frame.may(ConsoleAction::DecideRecords) {
                    (post_form(frame, &format!("/queues/conflicts/{}", row.id), &html! {
                        (hidden_field("decision", "reopen")) (quiet_button(&words.text("console-undo")))
                    }))
                }
            }
        }
    }
}

fn keep_button(frame: &Frame<'_>, row: &ConflictRow, side: Side) -> Markup {
    let decision = match side {
        Side::DingTalk => "dingtalk",
        Side::Ehr => "ehr",
    };
    let content = html! { (hidden_field("decision", decision)) (quiet_button(&frame.words.text("console-conflict-keep"))) };
    post_form(frame, &format!("/queues/conflicts/{}", row.id), &content)
}

pub(super) fn quarantined(frame: &Frame<'_>, row: &QuarantineRow) -> Markup {
    let words = frame.words;
    html! {
        article.panel.entry {
            h2 { (record_link(words, &row.record)) }
            (reason_block(words, &row.reason))
            p.quiet {
                (words.about("console-since", &words.ago(frame.now, row.since))) " · "
                (words.count("console-tries-count", u64::from(row.tries))) " · "
                @match row.next {
                    Some(next) => (words.about("console-tried-again", &words.time(next))),
                    None => (words.text("console-tried-never")),
                }
            }
            @if frame.may(ConsoleAction::DecideRecords) {
                (post_form(frame, &format!("/queues/quarantine/{}/retry", row.id), &quiet_button(&words.text("console-retry"))))
            }
        }
    }
}

pub(super) fn proposed_match(frame: &Frame<'_>, row: &MatchRow) -> Markup {
    let words = frame.words;
    let path = format!("/queues/matches/{}", row.id);
    let answer = |same: &str, id: &str| {
        post_form(
            frame,
            &path,
            &html! { (hidden_field("same", same)) (quiet_button(&words.text(id))) },
        )
    };
    html! {
        article.panel.entry {
            h2 { (words.text("console-match-question")) }
            @if frame.may(ConsoleAction::DecideRecords) {
                div.row { (answer("true", "console-match-same")) (answer("false", "console-match-different")) }
            }
            (match_table(frame, row))
            (reason_block(words, &row.reason))
        }
    }
}

/// A column per candidate; what is the same is marked with a shape and a word.
fn match_table(frame: &Frame<'_>, row: &MatchRow) -> Markup {
    let words = frame.words;
    let name = |name: Option<&str>| match name {
        Some(name) => foreign(name),
        None => unknown_value(words),
    };
    html! {
        div.scroll tabindex="0" role="group" aria-label=(words.text("console-match-question")) {
            table.compare {
                thead { tr {
                    th scope="col" { (words.text("console-column-field")) }
                    th scope="col" { (side_tag(words, Side::DingTalk)) }
                    th scope="col" { (side_tag(words, Side::Ehr)) }
                    th scope="col" { (words.text("console-column-same")) }
                } }
                tbody {
                    tr {
                        th scope="row" { (words.field(Kind::Person, directory::Field::Name)) }
                        td { (name(row.dingtalk.name.as_deref())) }
                        td { (name(row.ehr.name.as_deref())) }
                        td { (sameness(frame, row.dingtalk.name == row.ehr.name && row.ehr.name.is_some())) }
                    }
                    @for field in &row.dingtalk.fields {
                        @let other = row.ehr.fields.iter().find(|other| other.field == field.field).and_then(|other| other.value.as_deref());
                        tr {
                            th scope="row" { (words.field(Kind::Person, field.field)) }
                            td { (masked_value(words, field.value.as_deref())) }
                            td { (masked_value(words, other)) }
                            td { (sameness(frame, field.value.as_deref() == other && other.is_some())) }
                        }
                    }
                }
            }
        }
    }
}

fn sameness(frame: &Frame<'_>, is_same: bool) -> Markup {
    let (mark, id) = if is_same {
        (Mark::Good, "console-same")
    } else {
        (Mark::Care, "console-different")
    };
    outcome_mark(frame.words, mark, id)
}
