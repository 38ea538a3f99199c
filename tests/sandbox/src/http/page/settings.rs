//! 凭证与权限: the credentials for a binding, and the permissions of the app.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::language::PageLanguage;
use super::layout::{escape_html, render_page};
use crate::http::server::ServerState;
use crate::world::PERMISSIONS;

pub(super) async fn page(
    State(face): State<ServerState>,
    Extension(language): Extension<PageLanguage>,
) -> Response {
    let world = face.world.lock().await;
    let keys = &world.company().credentials;
    let settings = world.settings();
    let rows = [
        (
            language.pick("接口地址", "Address of the APIs"),
            face.url.to_string(),
        ),
        ("CorpId", keys.corp_id.clone()),
        ("AgentId", keys.agent_id.to_string()),
        ("AppKey (Client ID)", keys.app_key.clone()),
        ("AppSecret (Client Secret)", keys.app_secret.clone()),
        (
            language.pick("另一家企业的 CorpId", "CorpId of another company"),
            keys.other_corp_id.clone(),
        ),
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
    let (qps, latency, life) = (settings.qps, settings.latency_ms, settings.token_life_s);
    let depts = &settings.scope.depts;
    let note = language.pick(
        format!("每接口每秒 {qps} 次 · 延迟 {latency} 毫秒 · 令牌 {life} 秒 · 授权部门 {depts:?} · 其余设置见"),
        format!(
            "{qps} calls per second and interface · latency {latency} ms · tokens live {life} s · \
             departments in scope {depts:?} · all settings:"
        ),
    );
    let body = format!(
        "<div class=\"panel\"><dl>{rows}</dl></div><h2>{}</h2><div class=\"panel\">\
         <form method=\"post\" action=\"/__sandbox/page/permissions\">{boxes}<p></p><button class=\"main\">{}</button></form></div>\
         <p class=\"quiet\">{note} <code>/__sandbox/settings</code></p>",
        language.pick("权限点", "Permissions"),
        language.pick("保存", "Save")
    );
    render_page(
        language,
        "/__sandbox/page/settings",
        language.pick("用什么来绑定?", "What do I bind with?"),
        language.pick(
            "点一下就能全选复制。这些凭证只对这个沙箱有效。",
            "One click selects a value. These credentials open only this sandbox.",
        ),
        &body,
    )
}
