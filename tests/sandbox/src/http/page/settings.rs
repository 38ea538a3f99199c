//! 凭证与权限: what to bind with, and what the app may do.

use axum::extract::State;
use axum::response::Response;

use super::layout::{escape_html, render_page as shell};
use crate::http::server::ServerState;
use crate::world::PERMISSIONS;

pub(super) async fn page(State(face): State<ServerState>) -> Response {
    let world = face.world.lock().await;
    let keys = &world.company().credentials;
    let settings = world.settings();
    let rows = [
        ("接口地址", face.url.to_string()),
        ("CorpId", keys.corp_id.clone()),
        ("AgentId", keys.agent_id.to_string()),
        ("AppKey（Client ID）", keys.app_key.clone()),
        ("AppSecret（Client Secret）", keys.app_secret.clone()),
        ("另一家企业的 CorpId", keys.other_corp_id.clone()),
    ];
    let rows: String = rows
        .iter()
        .map(|(name, value)| {
            format!(
                "<dt>{name}</dt><dd><code>{}</code></dd>",
                escape_html(value)
            )
        })
        .collect();
    let boxes: String = PERMISSIONS
        .iter()
        .map(|code| {
            let on = if settings.permissions.contains(*code) { " checked" } else { "" };
            format!("<label class=\"line\"><input type=\"checkbox\" name=\"on\" value=\"{code}\"{on}><code>{code}</code></label>")
        })
        .collect();
    let body = format!(
        "<div class=\"panel\"><dl>{rows}</dl></div><h2>权限点</h2><div class=\"panel\">\
         <form method=\"post\" action=\"/__sandbox/page/permissions\">{boxes}<p></p><button class=\"main\">保存</button></form></div>\
         <p class=\"quiet\">每接口每秒 {} 次 · 延迟 {} 毫秒 · 令牌 {} 秒 · 授权部门 {:?} · 其余设置见 \
         <code>/__sandbox/settings</code></p>",
        settings.qps, settings.latency_ms, settings.token_life_s, settings.scope.depts
    );
    shell(
        "/__sandbox/page/settings",
        "用什么来绑定?",
        "点一下就能全选复制。这些凭证只对这个沙箱有效。",
        &body,
    )
}
