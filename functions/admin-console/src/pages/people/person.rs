//! One person.

use directory::{Kind, Side};
use maud::{Markup, html};
use serde::Serialize;
use utoipa::ToSchema;

use super::presence;
use crate::desk_port::{ConsoleAction, FieldOwnership, FieldRow, PersonDetail, TimelineRow};
use crate::markup::{
    Frame, NavItem, PageView, foreign, foreign_text, masked_value, post_form, quiet_button,
    side_tag, unknown_value,
};
use crate::words::Words;

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(in crate::pages) struct PersonPage {
    pub(super) person: PersonDetail,
}

impl PageView for PersonPage {
    fn nav(&self) -> NavItem {
        NavItem::People
    }

    fn title(&self, words: Words) -> String {
        match &self.person.row.name {
            Some(name) => foreign_text(name),
            None => words.text("console-person-unnamed"),
        }
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        html! {
            div.person {
                (self.card(frame))
                section.panel.flush aria-label=(words.text("console-person-fields")) { (self.fields(words)) }
                section.panel aria-label=(words.text("console-person-timeline")) {
                    h2 { (words.text("console-person-timeline")) }
                    (self.timeline(frame))
                }
            }
        }
    }
}

impl PersonPage {
    fn card(&self, frame: &Frame<'_>) -> Markup {
        let (words, person) = (frame.words, &self.person);
        let row = &person.row;
        html! {
            section.panel.card {
                div.initials aria-hidden="true" { (initial(row.name.as_deref())) }
                p { (presence(words, row.is_here)) }
                p { (masked_value(words, row.title.as_deref())) }
                ul.paths { @for path in &row.departments { li { (foreign(path)) } } }
                dl.facts.compact {
                    dt { (words.field(Kind::Person, directory::Field::JobNumber)) } dd { (masked_value(words, row.job_number.as_deref())) }
                    dt { (words.text("console-person-dingtalk-id")) } dd { (id_value(words, person.dingtalk_id.as_deref())) }
                    dt { (words.text("console-person-ehr-id")) } dd { (id_value(words, person.ehr_id.as_deref())) }
                }
                @if person.is_revealed {
                    p.quiet { (words.text("console-person-revealed")) }
                } @else if frame.may(ConsoleAction::RevealValues) {
                    (post_form(frame, &format!("/people/{}/reveal", row.id), &quiet_button(&words.text("console-person-reveal"))))
                    p.quiet { (words.text("console-person-reveal-note")) }
                }
            }
        }
    }

    fn fields(&self, words: Words) -> Markup {
        html! {
            div.scroll tabindex="0" role="group" aria-label=(words.text("console-person-fields")) {
                table.compare {
                    thead { tr {
                        th scope="col" { (words.text("console-column-field")) }
                        th scope="col" { (side_tag(words, Side::DingTalk)) }
                        th scope="col" { (side_tag(words, Side::Ehr)) }
                        th scope="col" { (words.text("console-column-since")) }
                    } }
                    tbody { @for row in &self.person.fields { (field_row(words, row)) } }
                }
            }
        }
    }

    fn timeline(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        if self.person.timeline.is_empty() {
            return html! { p.quiet { (words.text("console-person-no-timeline")) } };
        }
        html! { ol.timeline { @for row in &self.person.timeline { li { (moment(frame, row)) } } } }
    }
}

fn initial(name: Option<&str>) -> String {
    let first = name.and_then(|name| name.chars().find(|c| c.is_alphanumeric()));
    first.map_or_else(|| "?".to_owned(), String::from)
}

fn id_value(words: Words, id: Option<&str>) -> Markup {
    match id {
        Some(id) => html! { code { (foreign(id)) } },
        None => html! { span.quiet { (words.text("console-person-not-there")) } },
    }
}

/// Whoever decides the field wears a crown; a field that DingTalk hides is called hidden, not empty.
fn field_row(words: Words, row: &FieldRow) -> Markup {
    let crown = |side| {
        let is_owner = match row.owner {
            FieldOwnership::Dingtalk => side == Side::DingTalk,
            FieldOwnership::Ehr => side == Side::Ehr,
            FieldOwnership::Shared => false,
        };
        html! { @if is_owner { p.crown { span aria-hidden="true" { "♛" } " " (words.text("console-owner")) } } }
    };
    let differs = !row.is_hidden && row.dingtalk != row.ehr;
    html! {
        tr.differs[differs] {
            th scope="row" {
                (words.field(Kind::Person, row.field))
                @if row.owner == FieldOwnership::Shared { p.crown { (words.text("console-owner-shared")) } }
            }
            td {
                @if row.is_hidden { span.unknown { (words.text("console-hidden-field")) } }
                @else { (masked_value(words, row.dingtalk.as_deref())) }
                (crown(Side::DingTalk))
            }
            td { (masked_value(words, row.ehr.as_deref())) (crown(Side::Ehr)) }
            td.quiet { @match row.since { Some(at) => (words.time(at)), None => (unknown_value(words)) } }
        }
    }
}

fn moment(frame: &Frame<'_>, row: &TimelineRow) -> Markup {
    let words = frame.words;
    html! {
        p.moment {
            time { (words.time(row.at)) } " "
            (side_tag(words, row.side)) " "
            @if let Some(field) = row.field { b { (words.field(Kind::Person, field)) } }
        }
        @if row.before.is_some() || row.after.is_some() {
            p { (masked_value(words, row.before.as_deref()))
                span.arrow aria-hidden="true" { " → " } span.sr { " " (words.text("console-becomes")) " " }
                (masked_value(words, row.after.as_deref())) }
        }
        p.quiet { (foreign_text(&words.sentence(&row.reason))) " " a href={ "/runs/" (row.run) } { (words.text("console-to-run")) } }
    }
}
