//! 消息: work notifications and their receivers.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::language::PageLanguage;
use super::layout::{escape_html, quoted_text, render_page, shanghai_time};
use super::people::person_url;
use crate::http::server::ServerState;
use crate::world::{ReceiptState, WorkMessage, World};

const ROWS: usize = 60;
const NAMES: usize = 5;

pub(super) async fn page(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
) -> Response {
    let world = face.world.lock().await;
    let rows: String = world
        .messages()
        .iter()
        .rev()
        .take(ROWS)
        .map(|message| message_row(language, &world, message))
        .collect();
    let body = if rows.is_empty() {
        let none = language.pick("还没有工作通知。", "No work notifications yet.");
        format!("<div class=\"panel\">{none}</div>")
    } else {
        let [time, content, received, missed] = language.pick(
            ["时间", "内容", "收到的人", "没收到"],
            ["Time", "Content", "Received by", "Not received by"],
        );
        format!(
            "<div class=\"scroll\"><table><thead><tr><th>{time}</th><th>{content}</th><th>{received}</th><th>{missed}</th></tr></thead>\
             <tbody>{rows}</tbody></table></div>"
        )
    };
    let sent = world.messages().len();
    let answer = language.pick(
        format!("<b>{sent}</b> 次发送"),
        format!("<b>{sent}</b> sent"),
    );
    let question = language.pick("谁收到了什么?", "Who received what?");
    render_page(
        language,
        "/__sandbox/page/messages",
        question,
        &answer,
        &body,
    )
}

/// Returns the title and the first lines of a message.
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

fn message_row(language: PageLanguage, world: &World, message: &WorkMessage) -> String {
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
        .join(language.pick("、", ", "));
    if received.len() > NAMES {
        let all = received.len();
        names.push_str(&language.pick(
            format!(" 等 {all} 人"),
            format!(" and others, {all} in all"),
        ));
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
                "{} <small>{}</small>",
                escape_html(&receipt.userid),
                language.pick("无此人", "no such person")
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
            language.pick(
                " <span class=\"care\">▲ 已撤回</span>",
                " <span class=\"care\">▲ recalled</span>",
            )
        } else {
            ""
        },
        not.join("<br>")
    )
}
