//! 消息: work notifications, and who received them.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::people::link;
use super::shell::{escaped, moment, page as shell, said};
use crate::http::server::Face;
use crate::world::{Message, ReceiptState, World};

const ROWS: usize = 60;
const NAMES: usize = 5;

pub(super) async fn page(State(face): State<Face>) -> Response {
    let world = face.world.lock().await;
    let rows: String = world.messages().iter().rev().take(ROWS).map(|message| row(&world, message)).collect();
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
pub(super) fn preview(msg: &Value) -> String {
    let kind = msg["msgtype"].as_str().unwrap_or_default();
    let object = &msg[kind];
    let title = object["title"].as_str().or(object["body"]["title"].as_str());
    let text = ["content", "text", "markdown"].iter().find_map(|name| object[*name].as_str()).unwrap_or_default();
    let short: String = text.chars().take(120).collect();
    let title = title.map(|title| format!("<b>{}</b><br>", said(title))).unwrap_or_default();
    format!("{title}{} <small>{}</small>", said(&short), escaped(kind))
}

fn row(world: &World, message: &Message) -> String {
    let received: Vec<&str> = message
        .receipts
        .iter()
        .filter(|receipt| matches!(receipt.state, ReceiptState::Received { .. }))
        .map(|receipt| receipt.userid.as_str())
        .collect();
    let name = |userid: &&str| {
        let name = world.company().people.get(*userid).map_or(*userid, |person| person.name.as_str());
        format!("<a href=\"{}\">{}</a>", link(userid), said(name))
    };
    let mut names = received.iter().take(NAMES).map(name).collect::<Vec<_>>().join("、");
    if received.len() > NAMES {
        names.push_str(&format!(" 等 {} 人", received.len()));
    }
    let not: Vec<String> = message
        .receipts
        .iter()
        .filter_map(|receipt| match &receipt.state {
            ReceiptState::Forbidden { code } => Some(format!("{} <small>{code}</small>", escaped(&receipt.userid))),
            ReceiptState::Invalid => Some(format!("{} <small>无此人</small>", escaped(&receipt.userid))),
            ReceiptState::Received { .. } => None,
        })
        .take(NAMES)
        .collect();
    format!(
        "<tr><td class=\"t\">{}</td><td>{}{}</td><td>{names}</td><td>{}</td></tr>",
        moment(message.at),
        preview(&message.msg),
        if message.recalled { " <span class=\"care\">▲ 已撤回</span>" } else { "" },
        not.join("<br>")
    )
}
