//! 事件与回调: where events go, and what became of each.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::layout::{escape_html, render_page as shell, shanghai_time};
use super::people::render_refusal;
use crate::http::server::ServerState;
use crate::world::{Delivery, DeliveryState, EventSubject, PushOutcome, World};

const ROWS: usize = 60;

#[derive(Deserialize)]
pub(super) struct EventsQuery {
    refused: Option<String>,
}

pub(super) async fn page(
    State(face): State<ServerState>,
    Query(told): Query<EventsQuery>,
) -> Response {
    let world = face.world.lock().await;
    let rows: String = world
        .deliveries()
        .rev()
        .take(ROWS)
        .map(delivery_row)
        .collect();
    let list = if rows.is_empty() {
        "<div class=\"panel\">还没有事件。让一个人入职或改名，事件就会出现在这里。</div>".to_owned()
    } else {
        format!(
            "<div class=\"scroll\"><table><thead><tr><th>时间</th><th>事件</th><th>对象</th><th>结果</th></tr></thead>\
             <tbody>{rows}</tbody></table></div>"
        )
    };
    let (answer, url, token, key) = match world.subscription() {
        Some(s) => (
            format!("● 推送到 <code>{}</code>", escape_html(&s.url)),
            s.url.as_str(),
            s.token.as_str(),
            s.aes_key.as_str(),
        ),
        None => ("○ 还没有配置回调地址，事件不会推送".into(), "", "", ""),
    };
    let input = |label: &str, name: &str, value: &str| {
        format!(
            "<label>{label}<input name=\"{name}\" size=\"32\" required value=\"{}\"></label>",
            escape_html(value)
        )
    };
    let body = format!(
        "{}<div class=\"panel\"><form class=\"row\" method=\"post\" action=\"/__sandbox/page/subscription\">{}{}{}\
         <button class=\"main\">保存</button></form><p class=\"quiet\">保存时推送 check_url，收到加密的 success 才会保存。\
         推送失败后隔 {} 与 {} 秒各重试一次，再失败则进入失败列表。只推送到本机。</p></div>{list}",
        render_refusal(told.refused.as_deref()),
        input("请求网址", "url", url),
        input("签名 Token", "token", token),
        input("加密 aes_key（43 位）", "aes_key", key),
        pause_before(&world, 0),
        pause_before(&world, 1)
    );
    shell("/__sandbox/page/events", "事件送到了吗?", &answer, &body)
}

fn pause_before(world: &World, at: usize) -> String {
    let ms = world.settings().retry_ms[at];
    if ms % 1000 == 0 {
        (ms / 1000).to_string()
    } else {
        format!("{}.{:03}", ms / 1000, ms % 1000)
    }
}

fn delivery_row(delivery: &Delivery) -> String {
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
        DeliveryState::Waiting { .. } => ("quiet", "○ 等待推送".to_owned()),
        DeliveryState::InFlight => ("quiet", "○ 正在推送".to_owned()),
        DeliveryState::Delivered => ("good", "● 已送达".to_owned()),
        DeliveryState::Failed { .. } => ("danger", "■ 失败，可取回".to_owned()),
        DeliveryState::Collected => ("care", "▲ 失败，已取回".to_owned()),
        DeliveryState::Swallowed => ("care", "▲ 故障：不推送".to_owned()),
        DeliveryState::Unsubscribed => ("quiet", "○ 没有订阅".to_owned()),
    };
    let last = delivery
        .attempts
        .last()
        .map(|attempt| match &attempt.outcome {
            PushOutcome::Accepted => format!("第 {} 次", delivery.attempts.len()),
            PushOutcome::Refused { status, why } => {
                format!(
                    "第 {} 次：{status} {}",
                    delivery.attempts.len(),
                    escape_html(why)
                )
            }
            PushOutcome::Unreachable { why } => {
                format!("第 {} 次：{}", delivery.attempts.len(), escape_html(why))
            }
        });
    format!(
        "<tr><td class=\"t\">{}</td><td>{}{}</td><td><code>{about}</code></td>\
         <td><span class=\"state {class}\">{word}</span> <small>{}</small></td></tr>",
        shanghai_time(delivery.event.born),
        escape_html(&delivery.event.kind),
        if delivery.event.by_api {
            " <small>接口写入</small>"
        } else {
            ""
        },
        last.unwrap_or_default()
    )
}
