//! DingTalk's error bodies, of both API generations (`dingtalk-api.md` §1.7, §9).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Subject, Trouble};

/// `10,000 calls in 20 seconds` block an address for five minutes (`dingtalk-api.md` §9.2).
const BAN: Duration = Duration::from_secs(5 * 60);
const APPLY_LINK: &str = "https://open-dev.dingtalk.com/appscope/apply?content=";
const CODE_MAX: usize = 64;

/// An answer that is not a success, with what is needed to name it.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Keys in lower case: DingTalk spells the same key in several ways.
    fields: BTreeMap<String, Value>,
    status: u16,
}

impl Refusal {
    /// From a JSON object and the HTTP status it came with.
    pub(crate) fn new(fields: Map<String, Value>, status: u16) -> Self {
        Self { fields: fields.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect(), status }
    }

    /// As [`meaning`](Self::meaning), for a write about this subject.
    pub(crate) fn meaning_for(&self, subject: Option<Subject>, app_key: &str) -> Trouble {
        let code = || self.old_code()?.parse().ok();
        subject.and_then(|subject| subject.meaning(code()?)).unwrap_or_else(|| self.meaning(app_key))
    }

    /// Its meaning for the app with this AppKey.
    pub(crate) fn meaning(&self, app_key: &str) -> Trouble {
        if self.is_ban() {
            return self.ban();
        }
        if let Some(code) = self.old_code() {
            return self.old(&code, app_key);
        }
        match self.text("code") {
            Some(code) => self.new_host(&code, app_key),
            None => without_body(self.status),
        }
    }

    /// The code of the old host: `errcode`, or `sub_code` where the gateway says 88.
    fn old_code(&self) -> Option<String> {
        let errcode = self.text("errcode")?;
        Some(self.text("sub_code").filter(|sub| errcode == "88" && !sub.is_empty()).unwrap_or(errcode))
    }

    fn old(&self, code: &str, app_key: &str) -> Trouble {
        let number = code.parse::<i64>().unwrap_or_default();
        let code = spoken(code);
        match number {
            -1 => Trouble::Busy { code },
            22 | 404 => Trouble::UnknownInterface,
            33001 | 40001 | 40014 | 41001 | 42001 => Trouble::TokenRefused { code },
            40088 | 40089 | 40096 => Trouble::CredentialsRefused { code },
            40079 | 41030 => Trouble::CompanyRefused { code },
            40056 | 70003 | 70004 => Trouble::AgentRefused { code },
            48002 | 50003 | 50005 => Trouble::Disabled { code },
            50002 | 50004 => Trouble::OutOfScope,
            33012 | 60003 | 60111 | 60121 => Trouble::NotFound,
            43007 | 48004 | 60011 => self.permission(app_key),
            60020 => self.address(),
            90020 => Trouble::QuotaUsedUp,
            45009 | 90001..=90018 => Trouble::Throttled { code },
            _ => Trouble::Refused { code },
        }
    }

    fn new_host(&self, code: &str, app_key: &str) -> Trouble {
        let lower = code.to_ascii_lowercase();
        let code = spoken(code);
        match lower.as_str() {
            "invalidauthentication" | "accesstoken.expired" => Trouble::TokenRefused { code },
            "invalidclientidorsecret" | "invalid.client" => Trouble::CredentialsRefused { code },
            "unauthorized.client" | "invalidauthinfo" => Trouble::CompanyRefused { code },
            "forbidden.accessdenied.accesstokenpermissiondenied" => self.permission(app_key),
            "forbidden.accessdenied.ipnotinwhitelist" => self.address(),
            "forbidden.accessdenied.apicountlimitfororg" => Trouble::QuotaUsedUp,
            "systembusy" | "system.busy" | "server.error" | "unknownerror" | "serviceunavailable" => {
                Trouble::Busy { code }
            }
            "invalidaction.notfound" => Trouble::UnknownInterface,
            "corpnotopenhrm" | "suitecallinvalid" => Trouble::SmartHrClosed { code },
            _ if is_rate_limit(&lower) || self.status == 429 => Trouble::Throttled { code },
            _ if self.status == 404 => Trouble::NotFound,
            _ if self.status >= 500 => Trouble::Busy { code },
            _ => Trouble::Refused { code },
        }
    }

    fn permission(&self, app_key: &str) -> Trouble {
        let scope = self.scopes().or_else(|| self.messages().find_map(bracketed)).map(|scope| spoken(&scope));
        let apply_link = self.messages().find_map(apply_link).unwrap_or_else(|| match &scope {
            Some(scope) => apply_for(app_key, scope),
            None => format!("{APPLY_LINK}{app_key}"),
        });
        Trouble::PermissionMissing { scope, apply_link }
    }

    /// `accessdenieddetail.requiredScopes`, whatever the case of either key.
    fn scopes(&self) -> Option<String> {
        let detail = self.fields.get("accessdenieddetail")?.as_object()?;
        let (_, scopes) = detail.iter().find(|(key, _)| key.eq_ignore_ascii_case("requiredScopes"))?;
        let names: Vec<&str> = scopes.as_array()?.iter().filter_map(Value::as_str).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    fn address(&self) -> Trouble {
        let seen = self.messages().find_map(|text| {
            let rest = text.split_once("request ip=")?.1;
            let end = rest.find(|c: char| !c.is_ascii_hexdigit() && c != '.' && c != ':').unwrap_or(rest.len());
            rest.get(..end)?.parse::<IpAddr>().ok()
        });
        Trouble::AddressNotAllowed { address: seen }
    }

    fn is_ban(&self) -> bool {
        self.text("status").as_deref() == Some("1111") || self.fields.contains_key("punish")
    }

    fn ban(&self) -> Trouble {
        // `wait` is taken for minutes: the documented block lasts five and the documented value is 5.
        let minutes =
            self.text("wait").and_then(|wait| wait.parse::<u64>().ok()).filter(|wait| (1..=60).contains(wait));
        Trouble::Banned { retry_after: minutes.map_or(BAN, |minutes| Duration::from_secs(60 * minutes)) }
    }

    fn messages(&self) -> impl Iterator<Item = &str> {
        ["sub_msg", "message", "errmsg"].into_iter().filter_map(|key| self.fields.get(key)?.as_str())
    }

    /// A text or a number, as text.
    fn text(&self, key: &str) -> Option<String> {
        match self.fields.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// Where an app applies for a permission with one click.
pub(crate) fn apply_for(app_key: &str, permission: &str) -> String {
    format!("{APPLY_LINK}{app_key}%23{permission}")
}

/// The meaning of an HTML page: the ban page of DingTalk's gateway, or nothing that DingTalk documents.
pub(crate) fn html(page: &[u8], status: u16) -> Trouble {
    let page = String::from_utf8_lossy(page).to_ascii_lowercase();
    if ["punish", "x5sec", "_____tmd_____"].iter().any(|mark| page.contains(mark)) {
        return Trouble::Banned { retry_after: BAN };
    }
    match status {
        200..=299 => Trouble::Malformed { what: "HTML instead of JSON" },
        status => without_body(status),
    }
}

/// The meaning of a status whose body says nothing.
pub(crate) fn without_body(status: u16) -> Trouble {
    match status {
        404 => Trouble::UnknownInterface,
        429 => Trouble::Throttled { code: "429".to_owned() },
        500..=599 => Trouble::Busy { code: status.to_string() },
        300..=399 => Trouble::Malformed { what: "a redirect" },
        400..=499 => Trouble::Refused { code: status.to_string() },
        _ => Trouble::Malformed { what: "no error code" },
    }
}

fn is_rate_limit(lower: &str) -> bool {
    lower.strip_prefix("forbidden.accessdenied.").is_some_and(|rest| rest.starts_with("qps") || rest.starts_with("qpm"))
}

/// A code as it may appear in a log: what is not a letter, digit or `._-,` was not a code.
fn spoken(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || "._-,".contains(*c)).take(CODE_MAX).collect()
}

/// The first `[scope]` in a message, `[A-Za-z0-9_.,]+`.
fn bracketed(message: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.,".contains(c);
    message.split('[').skip(1).find_map(|rest| {
        let (inside, _) = rest.split_once(']')?;
        (!inside.is_empty() && inside.chars().all(allowed)).then(|| inside.to_owned())
    })
}

/// Only a link to DingTalk's own page is taken over; it goes on a screen.
fn apply_link(message: &str) -> Option<String> {
    let start = message.find(APPLY_LINK)?;
    let link = message.get(start..)?;
    let content = link.get(APPLY_LINK.len()..)?;
    let end = content.find(|c: char| !c.is_ascii_alphanumeric() && !"%_.-".contains(c)).unwrap_or(content.len());
    (1..=256).contains(&end).then(|| format!("{APPLY_LINK}{}", content.get(..end).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
