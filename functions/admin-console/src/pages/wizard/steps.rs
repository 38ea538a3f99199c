//! The first steps: app, eHR, credentials, callback, permissions.

use maud::{Markup, html};

use super::{WizardPage, fact_value};
use crate::desk_port::ConsoleAction;
use crate::markup::{
    Frame, Mark, button, copy_field, foreign, hidden_field, outcome_mark, post_form,
};
use crate::wizard::{CredentialFacts, CredentialField, PermissionFact, ProofState, WizardStep};
use crate::words::{Words, grouped};

/// What the app is called and what it is for, as it is typed at DingTalk: names ≥ 2, descriptions ≥ 4 characters.
const APP_NAME: &str = "绑钉";
const APP_DESCRIPTION: &str = "钉钉与人事系统的组织和人员同步";

/// Permissions to be applied for, and the ids of the texts that say what each is for. Writing is only needed if the eHR
/// decides.
const PERMISSIONS: [(&str, &str); 5] = [
    ("qyapi_get_department_list", "wizard-permission-departments"),
    ("qyapi_get_department_member", "wizard-permission-members"),
    ("qyapi_get_member", "wizard-permission-member"),
    ("fieldMobile", "wizard-permission-mobile"),
    ("qyapi_manage_addresslist", "wizard-permission-write"),
];

pub(super) fn proof_mark(words: Words, proof: ProofState) -> Markup {
    let (mark, id) = match proof {
        ProofState::Untried => (Mark::Open, "wizard-proof-untried"),
        ProofState::Proven => (Mark::Good, "wizard-proof-proven"),
        ProofState::Refused => (Mark::Stop, "wizard-proof-refused"),
        ProofState::Unreachable => (Mark::Care, "wizard-proof-unreachable"),
    };
    outcome_mark(words, mark, id)
}

/// A form of a step, for those who may bind.
pub(super) fn step_form(frame: &Frame<'_>, path: &str, content: &Markup) -> Markup {
    if frame.may(ConsoleAction::Bind) {
        post_form(frame, path, content)
    } else {
        html! {}
    }
}

pub(super) fn make_app(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let copy =
        |id: &str, label: &str, value: &str| copy_field(words, id, &words.text(label), value);
    let published = html! {
        fieldset {
            legend { (words.text("wizard-make-app-published")) }
            (choice("published", "yes", &words.text("wizard-make-app-published-yes"), page.state.is_app_published == Some(true)))
            (choice("published", "waits", &words.text("wizard-make-app-published-waits"), page.state.is_app_published == Some(false)))
        }
        (button(&words.text("wizard-save")))
    };
    html! {
        ol.numbered {
            li {
                p { (words.text("wizard-make-app-create")) }
                p { a href="https://open-dev.dingtalk.com" rel="noreferrer" target="_blank" { (words.text("wizard-open-console")) } }
                p.trail { (words.text("wizard-make-app-trail-create")) }
                (copy("app-name", "wizard-make-app-name", APP_NAME))
                (copy("app-description", "wizard-make-app-description", APP_DESCRIPTION))
            }
            li {
                p { (words.text("wizard-make-app-permissions")) }
                p.trail { (words.text("wizard-make-app-trail-permissions")) }
                ul.plain { @for (scope, purpose) in PERMISSIONS { li { (copy(&format!("scope-{scope}"), purpose, scope)) } } }
            }
            @if let Some(url) = &page.redirect_url {
                li {
                    p { (words.text("wizard-make-app-redirect")) }
                    p.trail { (words.text("wizard-make-app-trail-security")) }
                    (copy("redirect-url", "wizard-make-app-redirect-url", url))
                }
            }
            li {
                p { (words.text("wizard-make-app-publish")) }
                p.trail { (words.text("wizard-make-app-trail-publish")) }
                p.quiet { (words.text("wizard-make-app-publish-note")) }
                (step_form(frame, "/bind/make-app", &published))
                @if page.state.is_app_published == Some(false) {
                    div.notice.care { p { (words.text("wizard-make-app-waits")) } }
                }
            }
        }
    }
}

/// One choice of several.
pub(super) fn choice(name: &str, value: &str, label: &str, is_chosen: bool) -> Markup {
    html! {
        label.choice {
            input type="radio" name=(name) value=(value) checked[is_chosen] required;
            span { (label) }
        }
    }
}

pub(super) fn choose_ehr(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let content = html! {
        fieldset {
            legend { (words.text("wizard-choose-ehr-legend")) }
            @for ehr in &page.state.ehr_offered {
                @let label = if ehr == "ledger" { words.text("wizard-ehr-ledger") } else { crate::markup::foreign_text(ehr) };
                (choice("ehr", ehr, &label, page.state.ehr.as_ref() == Some(ehr)))
            }
        }
        (button(&words.text("wizard-save")))
    };
    step_form(frame, "/bind/choose-ehr", &content)
}

pub(super) fn credentials(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let (typed, facts) = (page.typed.as_ref(), page.state.credentials.as_ref());
    let value = |typed: Option<&String>, known: Option<&String>| {
        typed.or(known).cloned().unwrap_or_default()
    };
    let corp_id = value(typed.map(|t| &t.corp_id), facts.map(|f| &f.corp_id));
    let agent_id = value(typed.map(|t| &t.agent_id), facts.map(|f| &f.agent_id));
    let app_key = value(typed.map(|t| &t.app_key), facts.map(|f| &f.app_key));
    let content = html! {
        (input(page, words, CredentialField::CorpId, "corp_id", &corp_id))
        (input(page, words, CredentialField::AgentId, "agent_id", &agent_id))
        (input(page, words, CredentialField::AppKey, "app_key", &app_key))
        (input(page, words, CredentialField::AppSecret, "app_secret", ""))
        p.quiet { (words.text("wizard-credentials-secret-note")) }
        (button(&words.text("wizard-credentials-prove")))
    };
    html! {
        p.trail { (words.text("wizard-credentials-trail")) }
        (step_form(frame, "/bind/credentials", &content))
        @if let Some(facts) = facts { (proofs(words, facts)) }
    }
}

fn input(
    page: &WizardPage,
    words: Words,
    field: CredentialField,
    name: &str,
    value: &str,
) -> Markup {
    let fault = page
        .faults
        .iter()
        .find(|(wrong, _)| *wrong == field)
        .map(|(_, fault)| words.text(fault.text_id()));
    let is_secret = field == CredentialField::AppSecret;
    let fault_id = format!("{name}-fault");
    html! {
        div.field.wrong[fault.is_some()] {
            label for=(name) { (words.text(&format!("wizard-credential-{}", name.replace('_', "-")))) }
            input id=(name) name=(name) type=(if is_secret { "password" } else { "text" }) value=(value) maxlength="200"
                autocomplete="off" spellcheck="false" required
                aria-invalid=[fault.as_ref().map(|_| "true")] aria-describedby=[fault.as_ref().map(|_| fault_id.as_str())];
            @if let Some(fault) = &fault { p.fault id=(fault_id) { span aria-hidden="true" { "■ " } (fault) } }
        }
    }
}

/// Each proof with its own result; what a green one proves stands beside it.
fn proofs(words: Words, facts: &CredentialFacts) -> Markup {
    let rows = [
        (facts.secret, "wizard-prove-secret"),
        (facts.company, "wizard-prove-company"),
        (facts.agent, "wizard-prove-agent"),
    ];
    html! {
        ul.proofs {
            @for (proof, id) in rows {
                li {
                    (proof_mark(words, proof)) " " (words.text(id))
                    @if proof == ProofState::Refused {
                        p.remedy { span.arrow aria-hidden="true" { "→" } " " (words.text(&format!("{id}-remedy"))) }
                    }
                }
            }
        }
    }
}

pub(super) fn callback(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let facts = &page.state.callback;
    let Some(url) = &facts.url else {
        return html! {
            p { (words.text("wizard-callback-no-address")) }
            (skip_form(frame))
        };
    };
    let probe = button(&words.text("wizard-callback-keys"));
    html! {
        p.trail { (words.text("wizard-callback-trail")) }
        (copy_field(words, "callback-url", &words.text("wizard-callback-url"), url))
        @match (&facts.token, &facts.aes_key) {
            (Some(token), Some(aes_key)) => {
                (copy_field(words, "callback-token", &words.text("wizard-callback-token"), token))
                (copy_field(words, "callback-aes-key", &words.text("wizard-callback-aes-key"), aes_key))
                p.quiet { (words.text("wizard-callback-keys-once")) }
                a.button.quiet href="/bind/callback" { (words.text("wizard-callback-pasted")) }
            }
            _ => (step_form(frame, "/bind/callback/probe", &probe)),
        }
        p role="status" {
            @if facts.is_verified { (outcome_mark(words, Mark::Good, "wizard-callback-verified")) }
            @else if facts.is_skipped { (outcome_mark(words, Mark::Care, "wizard-callback-skipped")) }
            @else { (outcome_mark(words, Mark::Open, "wizard-callback-waits")) }
        }
        @if !facts.is_verified && !facts.is_skipped {
            details {
                summary { (words.text("wizard-callback-help")) }
                ul { @for id in ["wizard-callback-help-address", "wizard-callback-help-keys", "wizard-callback-help-save"] { li { (words.text(id)) } } }
            }
            (skip_form(frame))
        }
    }
}

fn skip_form(frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let content = html! {
        (hidden_field("skip", "yes"))
        p.quiet { (words.text("wizard-callback-skip-note")) }
        button.button.quiet type="submit" { (words.text("wizard-callback-skip")) }
    };
    step_form(frame, "/bind/callback", &content)
}

pub(super) fn permissions(page: &WizardPage, frame: &Frame<'_>) -> Markup {
    let words = frame.words;
    let check = button(&words.text("wizard-check-again"));
    html! {
        @if !page.state.permissions.is_empty() {
            ul.proofs { @for fact in &page.state.permissions { li { (permission(words, fact)) } } }
        }
        h2 { (words.text("wizard-ranges")) }
        @match page.state.ranges {
            Some(ranges) => {
                p { (words.count("wizard-range-departments", ranges.departments_seen)) " · " (words.count("wizard-range-people", ranges.people_seen)) }
                @match ranges.people_in_all {
                    Some(all) if all > ranges.people_seen => div.notice.care {
                        p { (words.count("wizard-range-left-out", all - ranges.people_seen)) }
                        p.remedy { (words.text("wizard-range-remedy")) }
                    },
                    Some(all) => p.quiet { (words.about("wizard-range-whole", &grouped(all))) },
                    None => p.quiet { (words.text("wizard-range-unknown")) },
                }
            }
            None => p.quiet { (words.text("wizard-range-untried")) },
        }
        p.quiet { (words.text("wizard-range-two")) }
        (step_form(frame, &format!("/bind/{}/probe", WizardStep::Permissions.key()), &check))
    }
}

fn permission(words: Words, fact: &PermissionFact) -> Markup {
    let purpose = PERMISSIONS.iter().find(|(scope, _)| *scope == fact.scope);
    html! {
        (proof_mark(words, fact.state)) " " (fact_value(&fact.scope)) " "
        @match purpose { Some((_, id)) => (words.text(id)), None => (foreign(&fact.scope)) }
        @if fact.state == ProofState::Refused {
            @if fact.is_needed {
                p.remedy { span.arrow aria-hidden="true" { "→" } " " (words.text("wizard-permission-remedy")) }
            } @else {
                p.quiet { (words.text("wizard-permission-not-needed")) }
            }
        }
    }
}
