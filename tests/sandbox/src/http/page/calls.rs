//! 调用: the tail of the log, and counts per interface.

use axum::extract::State;
use axum::response::Response;

use super::layout::{escape_html, render_page as shell, shanghai_time};
use crate::http::server::ServerState;
use crate::world::CallRecord;

const ROWS: usize = 100;

pub(super) async fn page(State(face): State<ServerState>) -> Response {
    let world = face.world.lock().await;
    let counts = world.call_counts();
    let throttled: u64 = counts.values().map(|(_, throttled)| throttled).sum();
    let total: u64 = counts.values().map(|(total, _)| total).sum();
    let answer = format!("<b>{total}</b> 次调用，{throttled} 次被限流");
    if total == 0 {
        let body = "<div class=\"panel\">还没有调用。用「凭证与权限」里的凭证换一个 access_token 试试。</div>";
        return shell("/__sandbox/page/calls", "谁调用了什么?", &answer, body);
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
    let rows: String = world.log().rev().take(ROWS).map(call_row).collect();
    let body = format!(
        "<div class=\"scroll\"><table><thead><tr><th>接口</th><th class=\"n\">次数</th><th class=\"n\">限流</th></tr></thead>\
         <tbody>{sums}</tbody></table></div><h2>最近 {ROWS} 次</h2>\
         <div class=\"scroll\"><table><thead><tr><th>时间</th><th>接口</th><th>结果</th></tr></thead><tbody>{rows}</tbody></table></div>"
    );
    shell("/__sandbox/page/calls", "谁调用了什么?", &answer, &body)
}

fn call_row(record: &CallRecord) -> String {
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
            "成功"
        } else {
            &record.outcome
        })
    )
}
