//! What every page shares: head, navigation, style, escaping.

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};

const STYLE: &str = include_str!("style.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const TABS: [(&str, &str); 7] = [
    ("/", "人员"),
    ("/__sandbox/page/departments", "部门"),
    ("/__sandbox/page/events", "事件与回调"),
    ("/__sandbox/page/messages", "消息"),
    ("/__sandbox/page/calls", "调用"),
    ("/__sandbox/page/faults", "故障"),
    ("/__sandbox/page/settings", "凭证与权限"),
];

/// Text for HTML, between tags or in a quoted attribute. Direction marks inside cannot reach what follows: see `bdi`.
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

/// Somebody's own words: escaped, and isolated from the direction of the text around it.
pub(super) fn quoted_text(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape_html(text))
}

/// A page: `tab` is its address in the navigation, `question` its title, `answer` the line beneath it (HTML).
pub(super) fn render_page(tab: &str, question: &str, answer: &str, body: &str) -> Response {
    let tabs: String = TABS
        .iter()
        .map(|(address, name)| {
            let here = if *address == tab {
                " aria-current=\"page\""
            } else {
                ""
            };
            format!("<a href=\"{address}\"{here}>{name}</a>")
        })
        .collect();
    let html = format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{question} · 沙箱钉钉</title>\
         <style>{STYLE}</style></head><body><header><strong>沙箱钉钉</strong><nav>{tabs}</nav></header>\
         <main><h1>{question}</h1><p class=\"answer\">{answer}</p>{body}</main></body></html>"
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(html)).into_response()
}

/// A moment, as a clock in Shanghai shows it.
pub(super) fn shanghai_time(ms: i64) -> String {
    let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_millisecond(ms)
        .map(|at| at.to_zoned(shanghai).strftime("%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// A form of one button: hidden fields, and the word on it.
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
