//! Small parts that many pages use.

use catalogue::TextArgument;
use directory::{Reason, Side};
use maud::{Markup, html};

use super::foreign::{foreign, foreign_text};
use super::layout::Frame;
use crate::http::TOKEN_FIELD;
use crate::words::Words;

/// A state: a shape and a word, never a colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Care,
    Stop,
    Open,
    Unknown,
}

impl Mark {
    fn shape(self) -> &'static str {
        match self {
            Self::Good => "●",
            Self::Care => "▲",
            Self::Stop => "■",
            Self::Open => "○",
            Self::Unknown => "?",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Good => "mark good",
            Self::Care => "mark care",
            Self::Stop => "mark stop",
            Self::Open | Self::Unknown => "mark quiet",
        }
    }
}

pub(crate) fn state_mark(mark: Mark, word: &str) -> Markup {
    html! { span class=(mark.class()) { span aria-hidden="true" { (mark.shape()) } " " (word) } }
}

/// A mark whose word is a text of the catalogue.
pub(crate) fn outcome_mark(words: Words, mark: Mark, id: &str) -> Markup {
    state_mark(mark, &words.text(id))
}

/// What stands where a value is not known.
pub(crate) fn unknown_value(words: Words) -> Markup {
    html! { span.unknown { (words.text("console-unknown")) } }
}

/// A value of a person; nothing is shown as a dash, with a word for those who listen.
pub(crate) fn masked_value(words: Words, value: Option<&str>) -> Markup {
    match value {
        Some(value) if !value.is_empty() => foreign(value),
        _ => html! { span.none title=(words.text("console-empty-value")) { "—" } },
    }
}

pub(crate) fn side_tag(words: Words, side: Side) -> Markup {
    let class = match side {
        Side::DingTalk => "side dingtalk",
        Side::Ehr => "side ehr",
    };
    html! { span class=(class) { (words.side(side)) } }
}

/// What happened, why, what to do; the code small beneath.
pub(crate) fn reason_block(words: Words, reason: &Reason) -> Markup {
    html! {
        div.reason {
            p { (foreign_text(&words.sentence(reason))) }
            @if let Some(remedy) = words.remedy(reason) {
                p.remedy { span.arrow aria-hidden="true" { "→" } " " (foreign_text(&remedy)) }
            }
            p.code { code { (reason.code_text()) } }
        }
    }
}

/// A form that changes something.
pub(crate) fn post_form(frame: &Frame<'_>, action: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            (hidden_field(TOKEN_FIELD, frame.form_token))
            (content)
        }
    }
}

pub(crate) fn hidden_field(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

pub(crate) fn button(label: &str) -> Markup {
    html! { button.button type="submit" { (label) } }
}

/// A button that is not the one thing to do on its page.
pub(crate) fn quiet_button(label: &str) -> Markup {
    html! { button.button.quiet type="submit" { (label) } }
}

pub(crate) fn danger_button(label: &str) -> Markup {
    html! { button.button.danger type="submit" { (label) } }
}

/// Nothing is there: what that means, and what one can do.
pub(crate) fn empty_state(title: &str, text: &str, action: &Markup) -> Markup {
    html! {
        div.empty {
            p.lead { (title) }
            p { (text) }
            (action)
        }
    }
}

/// A value to be pasted elsewhere. Without script it can be selected by hand.
pub(crate) fn copy_field(words: Words, id: &str, label: &str, value: &str) -> Markup {
    html! {
        div.copy {
            label for=(id) { (label) }
            div.copy-row {
                input #(id) type="text" value=(value) readonly;
                button.button.quiet type="button" data-copy=(id) data-done=(words.text("console-copied"))
                    aria-label=(words.with("console-copy-of", &[("text", TextArgument::Text(label))])) {
                    (words.text("console-copy"))
                }
            }
        }
    }
}

/// The way to the next page.
pub(crate) fn pager(words: Words, next: Option<&str>) -> Markup {
    html! {
        @if let Some(next) = next {
            nav.pager aria-label=(words.text("console-pages")) {
                a.button.quiet href=(next) rel="next" { (words.text("console-next-page")) }
            }
        }
    }
}
