//! DingTalk's error bodies, of both API generations.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{DingTalkErrorKind, ReplyFault, WriteSubject};

/// `10,000 calls in 20 seconds` block an address for five minutes.
const BAN_DURATION: Duration = Duration::from_secs(5 * 60);
const APPLY_LINK: &str = "https://open-dev.dingtalk.com/appscope/apply?content=";
const CODE_MAX: usize = 64;

/// An answer that is not a success, with what is needed to name it.
#[derive(Debug)]
pub(crate) struct RefusalBody {
    /// Keys in lower case: DingTalk spells the same key in several ways.
    fields: BTreeMap<String, Value>,
    status: u16,
}

impl RefusalBody {
    /// From a JSON object and the HTTP status it came with.
    pub(crate) fn new(fields: Map<String, Value>, status: u16) -> Self {
        Self {
            fields: fields
                .into_iter()
                .map(|(key, value)| (key.to_ascii_lowercase(), value))
                .collect(),
            status,
        }
    }

    /// As [`meaning`](Self::meaning), for a write about this subject.
    pub(crate) fn to_kind_for(
        &self,
        subject: Option<WriteSubject>,
        app_key: &str,
    ) -> DingTalkErrorKind {
        let code = || self.old_code()?.parse().ok();
        subject
            .and_then(|subject| subject.write_error_kind(code()?))
            .unwrap_or_else(|| self.to_kind(app_key))
    }

    /// Its meaning for the app with this AppKey.
    pub(crate) fn to_kind(&self, app_key: &str) -> DingTalkErrorKind {
        if self.is_ban() {
            return self.ban_kind();
        }
        if let Some(code) = self.old_code() {
            return self.old_host_kind(&code, app_key);
        }
        match self.text("code") {
            Some(code) => self.new_host_kind(&code, app_key),
            None => status_kind(self.status),
        }
    }

    /// The code of the old host: `errcode`, or `sub_code` where the gateway says 88.
    fn old_code(&self) -> Option<String> {
        let errcode = self.errcode()?;
        Some(
            self.sub_code()
                .filter(|_| errcode == "88")
                .unwrap_or(errcode),
        )
    }

    fn errcode(&self) -> Option<String> {
        self.text("errcode").map(|code| code.trim().to_owned())
    }

    /// The gateway's `sub_code`, from `errmsg` where it has no field of its own; `None` where it is empty.
    fn sub_code(&self) -> Option<String> {
        let field = ["sub_code", "subcode"]
            .iter()
            .find_map(|key| self.text(key));
        let told = || {
            let (_, rest) = self
                .fields
                .get("errmsg")?
                .as_str()?
                .split_once("subcode=")?;
            Some(rest.split([',', ']']).next()?.to_owned())
        };
        field
            .filter(|code| !code.trim().is_empty())
            .or_else(told)
            .map(|code| code.trim().to_owned())
            .filter(|code| !code.is_empty())
    }

    /// The gateway's own time-out: a `sub_code` of `isp.…` (a fault of the service provider) or one that names a time-out,
    /// and 10, 15 or 88 without any. It says nothing about the call.
    fn gateway_time_out(&self) -> Option<DingTalkErrorKind> {
        let errcode = self.errcode().filter(|code| code != "0")?;
        let sub_code = self.sub_code().unwrap_or_default().to_ascii_lowercase();
        let provider = sub_code.starts_with("isp.") || names_time_out(&sub_code);
        let silent = sub_code.is_empty() && matches!(errcode.as_str(), "10" | "15" | "88");
        let code = match sub_code.as_str() {
            "" => sanitize_code(&errcode),
            sub_code => sanitize_code(&format!("{errcode},{sub_code}")),
        };
        (provider || silent).then_some(DingTalkErrorKind::Busy { code })
    }

    fn old_host_kind(&self, code: &str, app_key: &str) -> DingTalkErrorKind {
        if let Some(time_out) = self.gateway_time_out() {
            return time_out;
        }
        let number = code.parse::<i64>().unwrap_or_default();
        let code = sanitize_code(code);
        match number {
            // "0" is a success; what came with it is not one.
            0 if code == "0" => status_kind(self.status),
            // 60019: DingTalk could not read its own list of the department.
            -1 | 60019 => DingTalkErrorKind::Busy { code },
            22 | 404 => DingTalkErrorKind::UnknownInterface,
            33001 | 40001 | 40014 | 41001 | 42001 => DingTalkErrorKind::TokenRefused { code },
            40088 | 40089 | 40096 => DingTalkErrorKind::CredentialsRefused { code },
            40079 | 41030 => DingTalkErrorKind::CompanyRefused { code },
            40056 | 70003 | 70004 => DingTalkErrorKind::AgentRefused { code },
            48002 | 50003 | 50005 => DingTalkErrorKind::Disabled { code },
            50002 | 50004 => DingTalkErrorKind::OutOfScope,
            33012 | 60003 | 60111 | 60121 => DingTalkErrorKind::NotFound,
            43007 | 48004 | 60011 => self.permission_kind(app_key),
            60020 => self.address_kind(),
            90020 => DingTalkErrorKind::QuotaUsedUp,
            7 | 45009 | 90001..=90018 => DingTalkErrorKind::Throttled { code },
            number if is_documented_refusal(number) => DingTalkErrorKind::Refused { code },
            _ => DingTalkErrorKind::Unrecognised { code },
        }
    }

    fn new_host_kind(&self, code: &str, app_key: &str) -> DingTalkErrorKind {
        let lower = code.to_ascii_lowercase();
        let code = sanitize_code(code);
        match lower.as_str() {
            "invalidauthentication" | "accesstoken.expired" => {
                DingTalkErrorKind::TokenRefused { code }
            }
            "invalidclientidorsecret" | "invalid.client" => {
                DingTalkErrorKind::CredentialsRefused { code }
            }
            "unauthorized.client" | "invalidauthinfo" => DingTalkErrorKind::CompanyRefused { code },
            "forbidden.accessdenied.accesstokenpermissiondenied" => self.permission_kind(app_key),
            "forbidden.accessdenied.ipnotinwhitelist" => self.address_kind(),
            "forbidden.accessdenied.apicountlimitfororg" => DingTalkErrorKind::QuotaUsedUp,
            "systembusy" | "system.busy" | "server.error" | "unknownerror"
            | "serviceunavailable" => DingTalkErrorKind::Busy { code },
            "invalidaction.notfound" => DingTalkErrorKind::UnknownInterface,
            "corpnotopenhrm" | "suitecallinvalid" => DingTalkErrorKind::SmartHrClosed { code },
            _ if is_rate_limit(&lower) || self.status == 429 => {
                DingTalkErrorKind::Throttled { code }
            }
            _ if self.status == 404 => DingTalkErrorKind::NotFound,
            lower if self.status >= 500 || self.status == 408 || names_time_out(lower) => {
                DingTalkErrorKind::Busy { code }
            }
            lower if is_refusal_name(lower) => DingTalkErrorKind::Refused { code },
            _ => DingTalkErrorKind::Unrecognised { code },
        }
    }

    fn permission_kind(&self, app_key: &str) -> DingTalkErrorKind {
        let scope = self
            .required_scopes()
            .or_else(|| self.messages().find_map(scope_in_brackets))
            .map(|scope| sanitize_code(&scope));
        let apply_link = self
            .messages()
            .find_map(apply_link)
            .unwrap_or_else(|| match &scope {
                Some(scope) => apply_for(app_key, scope),
                None => format!("{APPLY_LINK}{app_key}"),
            });
        DingTalkErrorKind::PermissionMissing { scope, apply_link }
    }

    /// `accessdenieddetail.requiredScopes`, whatever the case of either key.
    fn required_scopes(&self) -> Option<String> {
        let detail = self.fields.get("accessdenieddetail")?.as_object()?;
        let (_, scopes) = detail
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case("requiredScopes"))?;
        let names: Vec<&str> = scopes
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    fn address_kind(&self) -> DingTalkErrorKind {
        let seen = self.messages().find_map(|text| {
            let rest = text.split_once("request ip=")?.1;
            let end = rest
                .find(|c: char| !c.is_ascii_hexdigit() && c != '.' && c != ':')
                .unwrap_or(rest.len());
            rest.get(..end)?.parse::<IpAddr>().ok()
        });
        DingTalkErrorKind::AddressNotAllowed { address: seen }
    }

    fn is_ban(&self) -> bool {
        self.text("status").as_deref() == Some("1111") || self.fields.contains_key("punish")
    }

    fn ban_kind(&self) -> DingTalkErrorKind {
        // `wait` is taken for minutes: the documented block lasts five and the documented value is 5.
        let minutes = self
            .text("wait")
            .and_then(|wait| wait.parse::<u64>().ok())
            .filter(|wait| (1..=60).contains(wait));
        DingTalkErrorKind::Banned {
            retry_after: minutes.map_or(BAN_DURATION, |minutes| Duration::from_secs(60 * minutes)),
        }
    }

    fn messages(&self) -> impl Iterator<Item = &str> {
        ["sub_msg", "message", "errmsg"]
            .into_iter()
            .filter_map(|key| self.fields.get(key)?.as_str())
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
pub(crate) fn html_kind(page: &[u8], status: u16) -> DingTalkErrorKind {
    let page = String::from_utf8_lossy(page).to_ascii_lowercase();
    if ["punish", "x5sec", "_____tmd_____"]
        .iter()
        .any(|mark| page.contains(mark))
    {
        return DingTalkErrorKind::Banned {
            retry_after: BAN_DURATION,
        };
    }
    match status {
        429 | 500 | 502..=504 => status_kind(status),
        // Whatever its status: a page is a gateway's or another server's, and says nothing about the call.
        _ => DingTalkErrorKind::Malformed {
            what: ReplyFault::Html,
        },
    }
}

/// The meaning of a status whose body says nothing.
pub(crate) fn status_kind(status: u16) -> DingTalkErrorKind {
    match status {
        404 => DingTalkErrorKind::UnknownInterface,
        429 => DingTalkErrorKind::Throttled {
            code: "429".to_owned(),
        },
        408 | 425 | 499 | 500..=599 => DingTalkErrorKind::Busy {
            code: status.to_string(),
        },
        300..=399 => DingTalkErrorKind::Malformed {
            what: ReplyFault::Redirect,
        },
        400..=499 => DingTalkErrorKind::Unrecognised {
            code: status.to_string(),
        },
        _ => DingTalkErrorKind::Malformed {
            what: ReplyFault::NoErrorCode,
        },
    }
}

/// Whether a code, in lower case, says that something took too long.
fn names_time_out(lower: &str) -> bool {
    ["timeout", "time-out", "timed-out", "time.out"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Codes of the old host that are documented as a refusal of what was asked and mean nothing else
/// above. Any other code is not known, and never taken for final.
fn is_documented_refusal(code: i64) -> bool {
    matches!(
        code,
        12150
            | 34000..=34999
            | 40000
            | 40003
            | 40009..=40011
            | 40019..=40024
            | 40029
            | 40031
            | 40032
            | 40035
            | 40063..=40069
            | 40078
            | 40080..=40090
            | 40100..=40104
            | 41002..=41049
            | 41054
            | 41100..=41102
            | 42003
            | 42007
            | 42008
            | 43001..=43009
            | 47001
            | 52010..=52026
            | 60001..=60022
            | 60067
            | 60068
            | 60102..=60112
            | 60118..=60128
            | 600109
            | 71006..=71013
            | 400002
            | 400040
            | 400041
            | 400050..=400054
            | 810_000..=829_999
            | 830_001
            | 850_000..=859_999
            | 900_001..=900_010
    )
}

/// Codes of the v1.0 host, in lower case, that refuse what was asked by their very name. They are words, of which no list
/// is complete: any other is not known.
fn is_refusal_name(lower: &str) -> bool {
    [
        "invalidparameter",
        "param",
        "missing",
        "authenticationfailed",
        "unsupported.grant.type",
        "nopermission",
        "forbidden.accessdenied",
    ]
    .iter()
    .any(|name| lower.starts_with(name))
}

fn is_rate_limit(lower: &str) -> bool {
    lower
        .strip_prefix("forbidden.accessdenied.")
        .is_some_and(|rest| rest.starts_with("qps") || rest.starts_with("qpm"))
}

/// A code as it may appear in a log: what is not a letter, digit or `._-,` was not a code.
fn sanitize_code(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._-,".contains(*c))
        .take(CODE_MAX)
        .collect()
}

/// The first `[scope]` in a message, `[A-Za-z0-9_.,]+`.
fn scope_in_brackets(message: &str) -> Option<String> {
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
    let end = content
        .find(|c: char| !c.is_ascii_alphanumeric() && !"%_.-".contains(c))
        .unwrap_or(content.len());
    (1..=256)
        .contains(&end)
        .then(|| format!("{APPLY_LINK}{}", content.get(..end).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
