//! 调用: the last calls of the log, and counts per interface.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::language::PageLanguage;
use super::layout::{escape_html, render_page, shanghai_time};
use crate::http::server::ServerState;
use crate::world::CallRecord;

const ROWS: usize = 100;

pub(super) async fn page(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
) -> Response {
    let world = face.world.lock().await;
    let counts = world.call_counts();
    let throttled: u64 = counts.values().map(|(_, throttled)| throttled).sum();
    let total: u64 = counts.values().map(|(total, _)| total).sum();
    let question = language.pick("谁调用了什么?", "Which calls were made?");
    let answer = language.pick(
        format!("<b>{total}</b> 次调用，{throttled} 次被限流"),
        format!("<b>{total}</b> calls, {throttled} of them throttled"),
    );
    if total == 0 {
        let body = language.pick(
            "<div class=\"panel\">还没有调用。用「凭证与权限」里的凭证换一个 access_token 试试。</div>",
            "<div class=\"panel\">No calls yet. Try to get an access_token with the credentials of the page \
             “Credentials and permissions”.</div>",
        );
        return render_page(language, "/__sandbox/page/calls", question, &answer, body);
    }
    let sums: String = counts
        .iter()
        .map(|(interface, (total, throttled))| {
            format!(
                "<tr><td><code>{}</code></td><td class=\"n\">{total}</td><td class=\"n\">{throttled}</td></tr>",
                escape_html(interface)
            )
        })
        .collect();
    let rows: String = world
        .log()
        .rev()
        .take(ROWS)
        .map(|record| call_row(language, record))
        .collect();
    let [interface, count, throttled, last, time, outcome] = language.pick(
        ["接口", "次数", "限流", "最近的调用", "时间", "结果"],
        [
            "Interface",
            "Calls",
            "Throttled",
            "Last calls",
            "Time",
            "Outcome",
        ],
    );
    let body = format!(
        "<div class=\"scroll\"><table><thead><tr><th>{interface}</th><th class=\"n\">{count}</th><th class=\"n\">{throttled}</th></tr></thead>\
         <tbody>{sums}</tbody></table></div><h2>{last}</h2>\
         <div class=\"scroll\"><table><thead><tr><th>{time}</th><th>{interface}</th><th>{outcome}</th></tr></thead><tbody>{rows}</tbody></table></div>"
    );
    render_page(language, "/__sandbox/page/calls", question, &answer, &body)
}

fn call_row(language: PageLanguage, record: &CallRecord) -> String {
    let (class, shape) = match record.outcome.as_str() {
        "0" => ("good", "●"),
        _ if record.throttled => ("care", "▲"),
        _ => ("danger", "■"),
    };
    format!(
        "<tr><td class=\"t\">{}<small>.{:03}</small></td><td><code>{}</code><br><small>{}</small></td>\
         <td class=\"{class}\">{shape} {}</td></tr>",
        shanghai_time(record.at),
        record.at.rem_euclid(1000),
        escape_html(&record.interface),
        escape_html(record.subject.as_deref().unwrap_or_default()),
        escape_html(if record.outcome == "0" {
            language.pick("成功", "done")
        } else {
            &record.outcome
        })
    )
}
