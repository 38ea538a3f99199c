//! 事件与回调: the subscription, and the outcome of every event.

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::language::PageLanguage;
use super::layout::{escape_html, render_page, shanghai_time};
use super::people::render_refusal;
use crate::http::server::ServerState;
use crate::world::{Delivery, DeliveryState, EventSubject, World};

const ROWS: usize = 60;

#[derive(Deserialize)]
pub(super) struct EventsQuery {
    refused: Option<String>,
}

pub(super) async fn page(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
    Query(query): Query<EventsQuery>,
) -> Response {
    let world = face.world.lock().await;
    let rows: String = world
        .deliveries()
        .rev()
        .take(ROWS)
        .map(|delivery| delivery_row(language, delivery))
        .collect();
    let body = format!(
        "{}{}{}",
        render_refusal(language, query.refused.as_deref()),
        render_subscription(language, &world),
        render_deliveries(language, &rows)
    );
    let answer = match world.subscription() {
        Some(subscription) => {
            let url = escape_html(&subscription.url);
            language.pick(
                format!("● 推送到 <code>{url}</code>"),
                format!("● pushed to <code>{url}</code>"),
            )
        }
        None => language
            .pick(
                "○ 还没有配置回调地址，事件不会推送",
                "○ no callback address yet, so events are not pushed",
            )
            .to_owned(),
    };
    let question = language.pick("事件送到了吗?", "Did the events arrive?");
    render_page(language, "/__sandbox/page/events", question, &answer, &body)
}

fn render_deliveries(language: PageLanguage, rows: &str) -> String {
    if rows.is_empty() {
        let none = language.pick(
            "还没有事件。让一个人入职或改名，事件就会出现在这里。",
            "No events yet. Hire or rename a person, and the event appears here.",
        );
        return format!("<div class=\"panel\">{none}</div>");
    }
    let [time, event, about, outcome] = language.pick(
        ["时间", "事件", "对象", "结果"],
        ["Time", "Event", "About", "Outcome"],
    );
    format!(
        "<div class=\"scroll\"><table><thead><tr><th>{time}</th><th>{event}</th><th>{about}</th><th>{outcome}</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

fn render_subscription(language: PageLanguage, world: &World) -> String {
    let (url, token, key) = world.subscription().map_or(("", "", ""), |saved| {
        (
            saved.url.as_str(),
            saved.token.as_str(),
            saved.aes_key.as_str(),
        )
    });
    let input = |label: &str, name: &str, value: &str| {
        format!(
            "<label>{label}<input name=\"{name}\" size=\"32\" required value=\"{}\"></label>",
            escape_html(value)
        )
    };
    let (first, second) = (pause_before(world, 0), pause_before(world, 1));
    let note = language.pick(
        format!(
            "保存时推送 check_url，收到加密的 success 才会保存。\
             推送失败后隔 {first} 与 {second} 秒各重试一次，再失败则进入失败列表。只推送到本机。"
        ),
        format!(
            "Saving pushes check_url; the address is saved only after an encrypted success. \
             A failed push is repeated after {first} and {second} seconds, then the event goes on the failed list. \
             Pushes go to this machine only."
        ),
    );
    format!(
        "<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/subscription\">{}{}{}\
         <button class=\"main\">{}</button></form><p class=\"quiet\">{note}</p></div>",
        input(language.pick("请求网址", "URL"), "url", url),
        input(
            language.pick("签名 Token", "Token for signatures"),
            "token",
            token
        ),
        input(
            language.pick(
                "加密 aes_key（43 位）",
                "aes_key for encryption (43 characters)"
            ),
            "aes_key",
            key
        ),
        language.pick("保存", "Save")
    )
}

fn pause_before(world: &World, at: usize) -> String {
    let ms = world.settings().retry_ms[at];
    if ms % 1000 == 0 {
        (ms / 1000).to_string()
    } else {
        format!("{}.{:03}", ms / 1000, ms % 1000)
    }
}

fn delivery_row(language: PageLanguage, delivery: &Delivery) -> String {
    let about = match &delivery.event.about {
        EventSubject::Users(ids) => ids
            .iter()
            .take(3)
            .map(|id| escape_html(id))
            .collect::<Vec<_>>()
            .join("<br>"),
        EventSubject::Departments(ids) => ids
            .iter()
            .take(3)
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("<br>"),
        EventSubject::Nothing => String::new(),
    };
    let (class, word) = match delivery.state {
        DeliveryState::Waiting { .. } => ("quiet", language.pick("○ 等待推送", "○ waits")),
        DeliveryState::InFlight => ("quiet", language.pick("○ 正在推送", "○ being pushed")),
        DeliveryState::Delivered => ("good", language.pick("● 已送达", "● delivered")),
        DeliveryState::Failed { .. } => (
            "danger",
            language.pick("■ 失败，可取回", "■ failed, can be fetched"),
        ),
        DeliveryState::Collected => (
            "care",
            language.pick("▲ 失败，已取回", "▲ failed, was fetched"),
        ),
        DeliveryState::Swallowed => (
            "care",
            language.pick("▲ 故障：不推送", "▲ fault: not pushed"),
        ),
        DeliveryState::Unsubscribed => ("quiet", language.pick("○ 没有订阅", "○ no subscription")),
    };
    let last = delivery.attempts.last().map(|attempt| {
        let number = delivery.attempts.len();
        let attempt_text = language.pick(format!("第 {number} 次"), format!("attempt {number}"));
        match escape_html(&language.push_failure(&attempt.outcome)) {
            why if why.is_empty() => attempt_text,
            why => format!("{attempt_text}{}{why}", language.pick("：", ": ")),
        }
    });
    format!(
        "<tr><td class=\"t\">{}</td><td>{}{}</td><td><code>{about}</code></td>\
         <td><span class=\"state {class}\">{word}</span> <small>{}</small></td></tr>",
        shanghai_time(delivery.event.born),
        escape_html(&delivery.event.kind),
        if delivery.event.by_api {
            language.pick(" <small>接口写入</small>", " <small>by an app</small>")
        } else {
            ""
        },
        last.unwrap_or_default()
    )
}
