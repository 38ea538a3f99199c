//! 消息: work notifications, and who received them.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::layout::{escape_html, quoted_text, render_page as shell, shanghai_time};
use super::people::person_url;
use crate::http::server::ServerState;
use crate::world::{ReceiptState, WorkMessage, World};

const ROWS: usize = 60;
const NAMES: usize = 5;

pub(super) async fn page(State(face): State<ServerState>) -> Response {
    let world = face.world.lock().await;
    let rows: String = world
        .messages()
        .iter()
        .rev()
        .take(ROWS)
        .map(|message| message_row(&world, message))
        .collect();
    let body = if rows.is_empty() {
        "<div class=\"panel\">还没有工作通知。</div>".to_owned()
    } else {
        format!(
            "<div class=\"scroll\"><table><thead><tr><th>时间</th><th>内容</th><th>收到的人</th><th>没收到</th></tr></thead>\
             <tbody>{rows}</tbody></table></div>"
        )
    };
    let answer = format!("<b>{}</b> 次发送", world.messages().len());
    shell("/__sandbox/page/messages", "谁收到了什么?", &answer, &body)
}

/// Title and first lines of a message.
pub(super) fn message_preview(msg: &Value) -> String {
    let kind = msg["msgtype"].as_str().unwrap_or_default();
    let object = &msg[kind];
    let title = object["title"]
        .as_str()
        .or(object["body"]["title"].as_str());
    let text = ["content", "text", "markdown"]
        .iter()
        .find_map(|name| object[*name].as_str())
        .unwrap_or_default();
    let short: String = text.chars().take(120).collect();
    let title = title
        .map(|title| format!("<b>{}</b><br>", quoted_text(title)))
        .unwrap_or_default();
    format!(
        "{title}{} <small>{}</small>",
        quoted_text(&short),
        escape_html(kind)
    )
}

fn message_row(world: &World, message: &WorkMessage) -> String {
    let received: Vec<&str> = message
        .receipts
        .iter()
        .filter(|receipt| matches!(receipt.state, ReceiptState::Received { .. }))
        .map(|receipt| receipt.userid.as_str())
        .collect();
    let name = |userid: &&str| {
        let name = world
            .company()
            .people
            .get(*userid)
            .map_or(*userid, |person| person.name.as_str());
        format!(
            "<a href=\"{}\">{}</a>",
            person_url(userid),
            quoted_text(name)
        )
    };
    let mut names = received
        .iter()
        .take(NAMES)
        .map(name)
        .collect::<Vec<_>>()
        .join("、");
    if received.len() > NAMES {
        names.push_str(&format!(" 等 {} 人", received.len()));
    }
    let not: Vec<String> = message
        .receipts
        .iter()
        .filter_map(|receipt| match &receipt.state {
            ReceiptState::Forbidden { code } => Some(format!(
                "{} <small>{code}</small>",
                escape_html(&receipt.userid)
            )),
            ReceiptState::Invalid => Some(format!(
                "{} <small>无此人</small>",
                escape_html(&receipt.userid)
            )),
            ReceiptState::Received { .. } => None,
        })
        .take(NAMES)
        .collect();
    format!(
        "<tr><td class=\"t\">{}</td><td>{}{}</td><td>{names}</td><td>{}</td></tr>",
        shanghai_time(message.at),
        message_preview(&message.msg),
        if message.recalled {
            " <span class=\"care\">▲ 已撤回</span>"
        } else {
            ""
        },
        not.join("<br>")
    )
}
