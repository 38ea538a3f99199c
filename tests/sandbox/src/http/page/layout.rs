//! The layout that every page shares: head, navigation, style, escaping.

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};

use super::language::PageLanguage;

const STYLE: &str = include_str!("style.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Address of each page, and its name in Chinese and in English.
const TABS: [(&str, &str, &str); 7] = [
    ("/", "人员", "People"),
    ("/__sandbox/page/departments", "部门", "Departments"),
    (
        "/__sandbox/page/events",
        "事件与回调",
        "Events and callback",
    ),
    ("/__sandbox/page/messages", "消息", "Messages"),
    ("/__sandbox/page/calls", "调用", "Calls"),
    ("/__sandbox/page/faults", "故障", "Faults"),
    (
        "/__sandbox/page/settings",
        "凭证与权限",
        "Credentials and permissions",
    ),
];

/// Escapes text for HTML, between tags or in a quoted attribute. It does not isolate direction
/// marks: [`quoted_text`] does.
pub(super) fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Escapes text that a person typed, and isolates it from the writing direction of the text around
/// it.
pub(super) fn quoted_text(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape_html(text))
}

/// Renders a page. `tab` is its address in the navigation, `question` its title, `answer` the line
/// beneath the title (HTML).
pub(super) fn render_page(
    language: PageLanguage,
    tab: &str,
    question: &str,
    answer: &str,
    body: &str,
) -> Response {
    let tabs: String = TABS
        .iter()
        .map(|(address, chinese, english)| {
            let name = language.pick(chinese, english);
            let here = if *address == tab {
                " aria-current=\"page\""
            } else {
                ""
            };
            format!("<a href=\"{address}\"{here}>{name}</a>")
        })
        .collect();
    let title = language.pick("沙箱钉钉", "Sandbox DingTalk");
    let other = language.pick(
        "<a lang=\"en\" href=\"/?lang=en\">English</a>",
        "<a lang=\"zh-CN\" href=\"/?lang=zh\">中文</a>",
    );
    let html = format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{question} · {title}</title>\
         <style>{STYLE}</style></head><body><header><strong>{title}</strong><nav>{tabs}</nav>{other}</header>\
         <main><h1>{question}</h1><p class=\"answer\">{answer}</p>{body}</main></body></html>",
        language.tag()
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(html)).into_response()
}

/// Formats a moment as a clock in Shanghai shows it.
pub(super) fn shanghai_time(ms: i64) -> String {
    let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_millisecond(ms)
        .map(|at| at.to_zoned(shanghai).strftime("%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// Renders a form that has one button: hidden fields, and the button's label.
pub(super) fn button_form(
    action: &str,
    fields: &[(&str, &str)],
    word: &str,
    class: &str,
) -> String {
    let hidden: String = fields
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                escape_html(value)
            )
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"{action}\">{hidden}<button class=\"{class}\">{word}</button></form>"
    )
}
