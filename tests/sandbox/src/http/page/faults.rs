//! 故障: switches.

use axum::extract::State;
use axum::response::Response;

use super::layout::{button_form, escape_html, render_page as shell};
use crate::http::server::ServerState;
use crate::world::{ArmedFault, FaultKind};

/// Each kind, its name in JSON, and what it does in the reader's words.
pub(super) const KINDS: [(FaultKind, &str, &str); 25] = [
    (FaultKind::Throttle, "throttle", "限流 90018"),
    (FaultKind::Error500, "error500", "HTTP 500"),
    (FaultKind::Empty200, "empty200", "200，空内容"),
    (FaultKind::Html200, "html200", "200，网页"),
    (FaultKind::HtmlPage, "html_page", "网关的网页"),
    (FaultKind::ErrorCode, "error_code", "系统繁忙 -1"),
    (FaultKind::OddField, "odd_field", "某行某字段的值很怪"),
    (FaultKind::RepeatRow, "repeat_row", "同一行出现两次"),
    (FaultKind::LosePage, "lose_page", "丢半页，并说是最后一页"),
    (FaultKind::EmptyList, "empty_list", "名单是空的"),
    (FaultKind::RepeatCursor, "repeat_cursor", "游标重复"),
    (FaultKind::SlowBody, "slow_body", "后半截迟到 30 秒"),
    (FaultKind::BanPage, "ban_page", "封禁页（5 分钟）"),
    (FaultKind::LostConnection, "lost_connection", "断线，不回答"),
    (FaultKind::LostRequest, "lost_request", "请求丢失，不执行"),
    (
        FaultKind::LateEffect,
        "late_effect",
        "断线，写入 5 秒后生效",
    ),
    (FaultKind::TruncatedJson, "truncated_json", "JSON 截断"),
    (FaultKind::ExpireToken, "expire_token", "令牌失效"),
    (FaultKind::ShrinkScope, "shrink_scope", "授权范围变空"),
    (FaultKind::HideMobile, "hide_mobile", "隐藏手机号"),
    (FaultKind::Hold, "hold", "挂起，直到放行"),
    (FaultKind::EventTwice, "event_twice", "事件推两次"),
    (FaultKind::EventLate, "event_late", "事件晚到 2 秒"),
    (FaultKind::EventOutOfOrder, "event_out_of_order", "事件乱序"),
    (FaultKind::EventNever, "event_never", "事件丢失"),
];

pub(super) async fn page(State(face): State<ServerState>) -> Response {
    let world = face.world.lock().await;
    let armed: String = world.faults().iter().rev().map(fault_row).collect();
    let live = world.faults().iter().filter(|armed| is_live(armed)).count();
    let options: String = KINDS
        .iter()
        .map(|(_, key, words)| format!("<option value=\"{key}\">{words}</option>"))
        .collect();
    let list = if armed.is_empty() {
        "<div class=\"panel\">没有故障。</div>".to_owned()
    } else {
        format!(
            "<div class=\"scroll\"><table><thead><tr><th>故障</th><th>接口</th><th class=\"n\">已发生</th><th></th></tr></thead>\
             <tbody>{armed}</tbody></table></div>"
        )
    };
    let body = format!(
        "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/fault\">\
         <label>故障<select name=\"kind\">{options}</select></label>\
         <label>接口或事件，空为任意<input name=\"interface\" size=\"28\"></label>\
         <label>先放过几次<input name=\"after\" type=\"number\" min=\"0\" value=\"0\"></label>\
         <label>发生几次，空为一直<input name=\"times\" type=\"number\" min=\"1\" value=\"1\"></label>\
         <button class=\"main\">安排</button></form></div>{list}<div class=\"row\">{}{}</div>",
        button_form(
            "/__sandbox/page/fault",
            &[("clear", "1")],
            "全部取消",
            "danger"
        ),
        button_form(
            "/__sandbox/page/fault",
            &[("release", "1")],
            "放行挂起的调用",
            ""
        )
    );
    let answer = if live == 0 {
        "● 一切正常".to_owned()
    } else {
        format!("▲ <b>{live}</b> 个故障在等着发生")
    };
    shell("/__sandbox/page/faults", "哪里会出错?", &answer, &body)
}

fn is_live(armed: &ArmedFault) -> bool {
    armed.fault.times.is_none_or(|times| armed.fired < times)
}

fn fault_row(armed: &ArmedFault) -> String {
    let words = KINDS
        .iter()
        .find(|(kind, ..)| *kind == armed.fault.kind)
        .map_or("", |(_, _, words)| words);
    let id = armed.id.to_string();
    format!(
        "<tr><td>{words}</td><td><code>{}</code></td><td class=\"n\">{} / {}</td><td>{}</td></tr>",
        escape_html(armed.fault.interface.as_deref().unwrap_or("任意")),
        armed.fired,
        armed
            .fault
            .times
            .map_or_else(|| "∞".into(), |times| times.to_string()),
        button_form(
            "/__sandbox/page/fault",
            &[("clear", "1"), ("id", &id)],
            "取消",
            "danger"
        )
    )
}
