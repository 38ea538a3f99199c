//! 故障: the switches for faults.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::language::PageLanguage;
use super::layout::{button_form, escape_html, render_page};
use crate::http::server::ServerState;
use crate::world::{ArmedFault, FaultKind};

/// Each kind of fault, its name in JSON, and a description in Chinese and in English.
pub(super) const KINDS: [(FaultKind, &str, &str, &str); 25] = [
    (
        FaultKind::Throttle,
        "throttle",
        "限流 90018",
        "throttled, 90018",
    ),
    (FaultKind::Error500, "error500", "HTTP 500", "HTTP 500"),
    (
        FaultKind::Empty200,
        "empty200",
        "200，空内容",
        "200, no body",
    ),
    (
        FaultKind::Html200,
        "html200",
        "200，网页",
        "200, an HTML page",
    ),
    (
        FaultKind::HtmlPage,
        "html_page",
        "网关的网页",
        "a gateway's page",
    ),
    (
        FaultKind::ErrorCode,
        "error_code",
        "系统繁忙 -1",
        "system busy, -1",
    ),
    (
        FaultKind::OddField,
        "odd_field",
        "某行某字段的值很怪",
        "an odd value in a field of a row",
    ),
    (
        FaultKind::RepeatRow,
        "repeat_row",
        "同一行出现两次",
        "a row comes twice",
    ),
    (
        FaultKind::LosePage,
        "lose_page",
        "丢半页，并说是最后一页",
        "half of a page is missing, claims to be the last",
    ),
    (
        FaultKind::EmptyList,
        "empty_list",
        "名单是空的",
        "the list is empty",
    ),
    (
        FaultKind::RepeatCursor,
        "repeat_cursor",
        "游标重复",
        "the cursor repeats",
    ),
    (
        FaultKind::SlowBody,
        "slow_body",
        "后半截迟到 30 秒",
        "second half 30 seconds late",
    ),
    (
        FaultKind::BanPage,
        "ban_page",
        "封禁页（5 分钟）",
        "ban page (5 minutes)",
    ),
    (
        FaultKind::LostConnection,
        "lost_connection",
        "断线，不回答",
        "carried out, no answer",
    ),
    (
        FaultKind::LostRequest,
        "lost_request",
        "请求丢失，不执行",
        "not carried out, no answer",
    ),
    (
        FaultKind::LateEffect,
        "late_effect",
        "断线，写入 5 秒后生效",
        "no answer, written 5 seconds later",
    ),
    (
        FaultKind::TruncatedJson,
        "truncated_json",
        "JSON 截断",
        "JSON cut off",
    ),
    (
        FaultKind::ExpireToken,
        "expire_token",
        "令牌失效",
        "token becomes invalid",
    ),
    (
        FaultKind::ShrinkScope,
        "shrink_scope",
        "授权范围变空",
        "scope becomes empty",
    ),
    (
        FaultKind::HideMobile,
        "hide_mobile",
        "隐藏手机号",
        "mobile numbers hidden",
    ),
    (
        FaultKind::Hold,
        "hold",
        "挂起，直到放行",
        "held until released",
    ),
    (
        FaultKind::EventTwice,
        "event_twice",
        "事件推两次",
        "event pushed twice",
    ),
    (
        FaultKind::EventLate,
        "event_late",
        "事件晚到 2 秒",
        "event 2 seconds late",
    ),
    (
        FaultKind::EventOutOfOrder,
        "event_out_of_order",
        "事件乱序",
        "events out of order",
    ),
    (
        FaultKind::EventNever,
        "event_never",
        "事件丢失",
        "event lost",
    ),
];

pub(super) async fn page(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
) -> Response {
    let world = face.world.lock().await;
    let armed: String = world
        .faults()
        .iter()
        .rev()
        .map(|armed| fault_row(language, armed))
        .collect();
    let live = world.faults().iter().filter(|armed| is_live(armed)).count();
    let body = format!(
        "{}{}<div class=\"row\">{}{}</div>",
        render_fault_form(language),
        render_planned(language, &armed),
        button_form(
            "/__sandbox/page/fault",
            &[("clear", "1")],
            language.pick("全部取消", "Cancel all"),
            "danger"
        ),
        button_form(
            "/__sandbox/page/fault",
            &[("release", "1")],
            language.pick("放行挂起的调用", "Release held calls"),
            ""
        )
    );
    let answer = if live == 0 {
        language
            .pick("● 一切正常", "● nothing is planned")
            .to_owned()
    } else {
        language.pick(
            format!("▲ <b>{live}</b> 个故障在等着发生"),
            format!("▲ <b>{live}</b> planned faults"),
        )
    };
    let question = language.pick("哪里会出错?", "What goes wrong?");
    render_page(language, "/__sandbox/page/faults", question, &answer, &body)
}

fn render_planned(language: PageLanguage, armed: &str) -> String {
    if armed.is_empty() {
        let none = language.pick("没有故障。", "No faults.");
        return format!("<div class=\"panel\">{none}</div>");
    }
    let [fault, interface, hits] = language.pick(
        ["故障", "接口", "已发生"],
        ["Fault", "Interface", "Occurred"],
    );
    format!(
        "<div class=\"scroll\"><table><thead><tr><th>{fault}</th><th>{interface}</th><th class=\"n\">{hits}</th><th></th></tr></thead>\
         <tbody>{armed}</tbody></table></div>"
    )
}

fn render_fault_form(language: PageLanguage) -> String {
    let options: String = KINDS
        .iter()
        .map(|(_, key, chinese, english)| {
            let text = language.pick(chinese, english);
            format!("<option value=\"{key}\">{text}</option>")
        })
        .collect();
    let [fault, interface, after, times, plan] = language.pick(
        [
            "故障",
            "接口或事件，空为任意",
            "先放过几次",
            "发生几次，空为一直",
            "安排",
        ],
        [
            "Fault",
            "Interface or event; empty for any",
            "Calls that pass first",
            "How often; empty for always",
            "Plan",
        ],
    );
    format!(
        "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/fault\">\
         <label>{fault}<select name=\"kind\">{options}</select></label>\
         <label>{interface}<input name=\"interface\" size=\"28\"></label>\
         <label>{after}<input name=\"after\" type=\"number\" min=\"0\" value=\"0\"></label>\
         <label>{times}<input name=\"times\" type=\"number\" min=\"1\" value=\"1\"></label>\
         <button class=\"main\">{plan}</button></form></div>"
    )
}

fn is_live(armed: &ArmedFault) -> bool {
    armed.fault.times.is_none_or(|times| armed.fired < times)
}

fn fault_row(language: PageLanguage, armed: &ArmedFault) -> String {
    let text = KINDS
        .iter()
        .find(|(kind, ..)| *kind == armed.fault.kind)
        .map_or("", |(_, _, chinese, english)| {
            language.pick(chinese, english)
        });
    let any = language.pick("任意", "any");
    let id = armed.id.to_string();
    format!(
        "<tr><td>{text}</td><td><code>{}</code></td><td class=\"n\">{} / {}</td><td>{}</td></tr>",
        escape_html(armed.fault.interface.as_deref().unwrap_or(any)),
        armed.fired,
        armed
            .fault
            .times
            .map_or_else(|| "∞".into(), |times| times.to_string()),
        button_form(
            "/__sandbox/page/fault",
            &[("clear", "1"), ("id", &id)],
            language.pick("取消", "Cancel"),
            "danger"
        )
    )
}
