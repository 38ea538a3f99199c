//! The frame around every page.

use directory::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::parts::{hidden_field, post_form};
use crate::desk_port::ConsoleAction;
use crate::http::RequestContext;
use crate::words::Words;
use catalogue::Language;

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NavItem {
    Dashboard,
    Queues,
    Plans,
    People,
    Runs,
    Journal,
    Doctor,
    Wizard,
    Account,
    /// A page without an entry.
    None,
}

impl NavItem {
    const MENU: [Self; 8] = [
        Self::Dashboard,
        Self::Queues,
        Self::Plans,
        Self::People,
        Self::Runs,
        Self::Journal,
        Self::Doctor,
        Self::Wizard,
    ];

    fn place(self) -> (&'static str, &'static str, ConsoleAction) {
        match self {
            Self::Dashboard => ("/", "console-nav-dashboard", ConsoleAction::ReadDashboard),
            Self::Queues => ("/queues", "console-nav-queues", ConsoleAction::ReadQueues),
            Self::Plans => ("/plans", "console-nav-plans", ConsoleAction::ReadPlans),
            Self::People => ("/people", "console-nav-people", ConsoleAction::ReadPeople),
            Self::Runs => ("/runs", "console-nav-runs", ConsoleAction::ReadRuns),
            Self::Journal => (
                "/journal",
                "console-nav-journal",
                ConsoleAction::ReadJournal,
            ),
            Self::Doctor => ("/doctor", "console-nav-doctor", ConsoleAction::UseDoctor),
            Self::Wizard | Self::Account | Self::None => {
                ("/bind", "console-nav-wizard", ConsoleAction::ReadWizard)
            }
        }
    }
}

/// What the parts of a page need to know.
pub(crate) struct Frame<'a> {
    pub words: Words,
    pub now: Timestamp,
    pub form_token: &'a str,
    context: &'a RequestContext,
    may: &'a dyn Fn(ConsoleAction) -> bool,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(context: &'a RequestContext, may: &'a dyn Fn(ConsoleAction) -> bool) -> Self {
        Self {
            words: context.words,
            now: context.now,
            form_token: &context.form_token,
            context,
            may,
        }
    }

    /// Whether the reader may do this: what they may not do is not offered.
    pub(crate) fn may(&self, action: ConsoleAction) -> bool {
        (self.may)(action)
    }

    fn is_signed_in(&self) -> bool {
        self.context.session.is_some()
    }
}

/// A page: its model, and how it reads.
pub(crate) trait PageView {
    /// Its entry in the menu.
    fn nav(&self) -> NavItem {
        NavItem::None
    }

    /// The question that it answers.
    fn title(&self, words: Words) -> String;

    /// Its script refreshes it every so many seconds, while something is under way.
    fn refresh_seconds(&self) -> Option<u32> {
        None
    }

    /// The answer, and the evidence.
    fn body(&self, frame: &Frame<'_>) -> Markup;
}

/// The whole page as HTML.
pub(crate) fn layout_page(frame: &Frame<'_>, view: &dyn PageView) -> Markup {
    let words = frame.words;
    let title = view.title(words);
    html! {
        (DOCTYPE)
        html lang=(words.language().tag()) data-theme=(frame.context.theme.key()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (words.text("console-product")) }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/console.css";
                script src="/assets/console.js" defer {}
            }
            body.plain[!frame.is_signed_in()] data-refresh=[view.refresh_seconds()] {
                a.skip href="#main" { (words.text("console-skip")) }
                @if frame.is_signed_in() { (side_bar(frame, view.nav())) }
                div.page {
                    @if !frame.is_signed_in() { (plain_head(frame)) }
                    main #main tabindex="-1" {
                        h1 { (title) }
                        (view.body(frame))
                    }
                    (foot(frame))
                }
            }
        }
    }
}

fn brand(words: Words) -> Markup {
    html! {
        a.brand href="/" {
            svg viewBox="0 0 24 24" aria-hidden="true" {
                path d="M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8" {}
                path d="M20 16.5h-7.5a4.5 4.5 0 0 1 0-9H16" {}
            }
            span { (words.text("console-product")) }
        }
    }
}

fn plain_head(frame: &Frame<'_>) -> Markup {
    html! { header.plain-head { (brand(frame.words)) } }
}

fn side_bar(frame: &Frame<'_>, current: NavItem) -> Markup {
    let words = frame.words;
    html! {
        header.bar {
            (brand(words))
            details.menu {
                summary { (words.text("console-menu")) }
                (menu(frame, current))
            }
            div.menu-wide { (menu(frame, current)) }
        }
    }
}

fn menu(frame: &Frame<'_>, current: NavItem) -> Markup {
    let words = frame.words;
    html! {
        nav aria-label=(words.text("console-menu")) {
            ul {
                @for item in NavItem::MENU {
                    @let (path, text, action) = item.place();
                    @if frame.may(action) {
                        li {
                            a href=(path) aria-current=[(item == current).then_some("page")] { (words.text(text)) }
                        }
                    }
                }
                li.apart {
                    a href="/account" aria-current=[(current == NavItem::Account).then_some("page")] {
                        (words.text("console-nav-account"))
                    }
                }
            }
        }
    }
}

/// Language and brightness: both are kept by a form, so that they work without script.
fn foot(frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let back = hidden_field("back", &frame.context.path);
    let languages = html! {
        (back)
        @for language in Language::ALL {
            button.link type="submit" name="language" value=(language.tag()) lang=(language.tag())
                aria-pressed=(if language == words.language() { "true" } else { "false" }) {
                (match language {
                    Language::ChineseSimplified => "简体中文",
                    Language::ChineseTraditional => "正體中文",
                    Language::English => "English",
                })
            }
        }
    };
    let themes = html! {
        (back)
        @for (key, text) in [("system", "console-theme-system"), ("light", "console-theme-light"), ("dark", "console-theme-dark")] {
            button.link type="submit" name="theme" value=(key)
                aria-pressed=(if key == frame.context.theme.key() { "true" } else { "false" }) {
                (words.text(text))
            }
        }
    };
    html! {
        footer {
            div role="group" aria-label=(words.text("console-language")) { (post_form(frame, "/preferences", &languages)) }
            div role="group" aria-label=(words.text("console-theme")) { (post_form(frame, "/preferences", &themes)) }
        }
    }
}
