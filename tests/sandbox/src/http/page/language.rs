//! The language of the page: chosen by a link on it, otherwise as the server was started.

use std::sync::atomic::Ordering;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::http::server::ServerState;
use crate::world::{PushOutcome, Refusal, error_message, query_pairs};

/// Cookie that keeps the choice of a reader.
const COOKIE: &str = "sandbox_lang";

/// The language of the sandbox's page and of what the `sandbox` command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PageLanguage {
    /// 简体中文
    Zh,
    /// English
    En,
}

impl PageLanguage {
    /// Returns the text of this language.
    pub(crate) fn pick<T>(self, chinese: T, english: T) -> T {
        match self {
            Self::Zh => chinese,
            Self::En => english,
        }
    }

    /// Returns the tag of the language for HTML.
    pub(super) fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    fn from_code(code: &str) -> Option<Self> {
        match code {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    fn code(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// Returns DingTalk's refusal with its code: in Chinese DingTalk's own message, in English ours.
    pub(super) fn refusal(self, refusal: &Refusal) -> String {
        let code = refusal.code;
        match self {
            Self::Zh => format!("{}（{code}）", error_message(code)),
            Self::En => format!("{} ({code})", refusal.why),
        }
    }

    /// Returns the reason of a push that failed; empty for one that was accepted.
    pub(super) fn push_failure(self, outcome: &PushOutcome) -> String {
        match outcome {
            PushOutcome::Accepted => String::new(),
            PushOutcome::Refused { status, why } => {
                let colon = self.pick("：", ": ");
                format!("HTTP {status}{colon}{}", self.push_reason(why))
            }
            PushOutcome::Unreachable { why } => self.push_reason(why).to_owned(),
        }
    }

    fn push_reason(self, why: &str) -> &str {
        let known = PUSH_REASONS.iter().find(|(english, _)| *english == why);
        self.pick(known.map_or(why, |(_, chinese)| chinese), why)
    }
}

/// The reasons that the pusher gives, in English as they are stored, and in Chinese.
const PUSH_REASONS: [(&str, &str); 9] = [
    ("it did not answer in time", "对方没有按时应答"),
    (
        "token or aes_key is malformed",
        "Token 或 aes_key 的格式不正确",
    ),
    (
        "the address is not a URL of this machine",
        "请求网址不在本机",
    ),
    ("nothing listens there", "该端口没有程序在监听"),
    ("the connection broke", "连接中断"),
    ("the status is not 200", "状态码不是 200"),
    ("the reply is too long", "应答过长"),
    (
        "the reply does not decrypt to success",
        "应答解密后不是 success",
    ),
    ("the reply cannot be decrypted", "应答无法解密"),
];

/// Hands the language to the page. `?lang=zh` or `?lang=en` chooses it and stores the choice in a
/// cookie.
pub(super) async fn choose_language(
    State(face): State<ServerState>,
    mut request: Request,
    next: Next,
) -> Response {
    let chosen = query_pairs(request.uri().query().unwrap_or_default())
        .iter()
        .find(|(name, _)| name == "lang")
        .and_then(|(_, code)| PageLanguage::from_code(code));
    let language = chosen
        .or_else(|| cookie_language(request.headers()))
        .unwrap_or_else(|| match face.page_in_english.load(Ordering::Relaxed) {
            true => PageLanguage::En,
            false => PageLanguage::Zh,
        });
    request.extensions_mut().insert(language);
    let mut response = next.run(request).await;
    if let Some(language) = chosen
        && let Ok(cookie) = HeaderValue::from_str(&format!(
            "{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax",
            language.code()
        ))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie_language(headers: &HeaderMap) -> Option<PageLanguage> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, code)| PageLanguage::from_code(code))
}
