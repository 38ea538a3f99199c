//! The checks that a call must pass first: ban, token, address, frequency, quota, permission.

use std::collections::BTreeMap;

use directory::Timestamp;
use serde::{Deserialize, Serialize};

use super::World;
use super::params::percent_encode;
use super::reply::{ApiError, Host};
use super::routes::ApiRoute;

/// Call counters per address, interface and month.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct CallMeters {
    #[serde(skip)]
    buckets: BTreeMap<&'static str, TokenBucket>,
    month: String,
    metered: u64,
    #[serde(skip)]
    window: (i64, u32),
    banned_until: i64,
}

/// A token bucket. It counts in thousandths, so that one millisecond at 20 calls per second is a
/// whole number.
#[derive(Debug, Clone, Copy)]
struct TokenBucket {
    thousandths: i64,
    at: i64,
}

impl CallMeters {
    pub(super) fn ban_all(&mut self, until: i64) {
        self.banned_until = until;
    }

    pub(super) fn metered_calls(&self) -> u64 {
        self.metered
    }

    /// Whether the address is banned: 10,000 calls in 20 s ban it for five minutes.
    pub(super) fn check_ban(&mut self, now: Timestamp, limit: Option<u32>, ban_ms: i64) -> bool {
        let window = now.millis().div_euclid(20_000);
        if self.window.0 != window {
            self.window = (window, 0);
        }
        self.window.1 += 1;
        if limit.is_some_and(|limit| self.window.1 > limit) && self.banned_until <= now.millis() {
            self.banned_until = now.millis() + ban_ms;
            self.window.1 = 0;
        }
        self.banned_until > now.millis()
    }

    /// Takes a token from the interface's bucket; returns `false` if the bucket is empty.
    fn take(&mut self, interface: &'static str, qps: u32, now: Timestamp) -> bool {
        if qps == 0 {
            return true;
        }
        let full = i64::from(qps) * 1000;
        let bucket = self.buckets.entry(interface).or_insert(TokenBucket {
            thousandths: full,
            at: now.millis(),
        });
        let passed = (now.millis() - bucket.at).max(0);
        bucket.at = bucket.at.max(now.millis());
        bucket.thousandths = bucket
            .thousandths
            .saturating_add(passed.saturating_mul(i64::from(qps)))
            .min(full);
        if bucket.thousandths < 1000 {
            return false;
        }
        bucket.thousandths -= 1000;
        true
    }

    /// Counts a metered call; returns `false` if the month's quota is used up.
    fn count_call(&mut self, now: Timestamp, quota: Option<u64>) -> bool {
        let day = directory::canonical::shanghai_day(now)
            .map(|day| day.strftime("%Y-%m").to_string())
            .unwrap_or_default();
        if self.month != day {
            self.month = day;
            self.metered = 0;
        }
        if quota.is_some_and(|quota| self.metered >= quota) {
            return false;
        }
        self.metered += 1;
        true
    }
}

impl World {
    /// Makes every check that DingTalk makes before it reads the parameters.
    pub(super) fn check_admission(
        &mut self,
        now: Timestamp,
        route: &ApiRoute,
        token: Option<&str>,
        ip: &str,
    ) -> Result<(), ApiError> {
        if route.needs_token {
            self.check_token(now, route.host, token)?;
        }
        self.check_address(route.host, ip)?;
        if !self.meters.take(route.path, self.settings.qps, now) {
            return Err(self.throttled_error(route, now, "90018"));
        }
        let metered =
            route.metered || (route.path == "/auth/scopes" && self.settings.scopes_metered);
        self.check_permission(route)?;
        if metered && !self.meters.count_call(now, self.settings.monthly_quota) {
            return Err(match route.host {
                Host::New => ApiError::new(
                    403,
                    "Forbidden.AccessDenied.ApiCountLimitForOrg",
                    "当前企业调用OpenAPI的次数已超过本月限额",
                ),
                _ => ApiError::gateway_error("90020", "当前企业调用OpenAPI的次数已超过本月限额"),
            });
        }
        Ok(())
    }

    fn check_token(&self, now: Timestamp, host: Host, token: Option<&str>) -> Result<(), ApiError> {
        match (host, token) {
            (Host::New, None) => Err(ApiError::new(
                400,
                "AuthenticationFailed.MissingParameter",
                "缺少参数：x-acs-dingtalk-access-token",
            )),
            (Host::Gateway, None) => Err(ApiError::gateway_error("40000", "access_token is blank")),
            (Host::Plain, None) => Err(ApiError::from_code(41001)),
            (_, Some(token)) if self.tokens.is_valid(token, now) => Ok(()),
            (Host::New, _) => Err(ApiError::new(
                400,
                "InvalidAuthentication",
                "不合法的access_token",
            )),
            (Host::Gateway, _) => Err(ApiError::gateway_error("40014", "不合法的access_token")),
            (Host::Plain, _) => Err(ApiError::from_code(40014)),
        }
    }

    fn check_address(&self, host: Host, ip: &str) -> Result<(), ApiError> {
        if self.settings.ip_allow.is_empty()
            || self.settings.ip_allow.iter().any(|allowed| allowed == ip)
        {
            return Ok(());
        }
        let app_key = &self.company.credentials.app_key;
        let message = format!("访问ip不在白名单之中,request ip={ip} appKey({app_key})");
        Err(match host {
            Host::New => ApiError::new(403, "Forbidden.AccessDenied.IpNotInWhiteList", message),
            Host::Gateway => ApiError::gateway_error("60020", message),
            Host::Plain => ApiError::Plain {
                code: 60020,
                message,
            },
        })
    }

    /// Returns the error for too many calls: 90018 for this app, 90002 for the whole platform
    ///.
    pub(super) fn throttled_error(&self, route: &ApiRoute, now: Timestamp, code: &str) -> ApiError {
        if route.host == Host::New {
            let code = if code == "90002" {
                "Forbidden.AccessDenied.QpsLimitForApi"
            } else {
                "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
            };
            return ApiError::new(
                403,
                code,
                "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了",
            );
        }
        let (who, limit) = if code == "90002" {
            ("所有钉钉应用", 1200)
        } else {
            ("您的应用", self.settings.qps)
        };
        let (from, until) = (format_moment(now), format_moment(now.plus_millis(1000)));
        let api = method_of(route.path);
        ApiError::gateway_error(
            code,
            format!(
                "当前{who}调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, \
                 apiPath({api}), 从 {from} 到 {from} 请求总次数超过 {limit} 次, 限制将在 {until} 结束."
            ),
        )
    }

    fn check_permission(&self, route: &ApiRoute) -> Result<(), ApiError> {
        let Some(needed) = route
            .permission
            .filter(|needed| !self.settings.permissions.contains(*needed))
        else {
            return Ok(());
        };
        let content = percent_encode(&format!("{}#{needed}", self.company.credentials.app_key));
        let link = format!("https://open-dev.dingtalk.com/appscope/apply?content={content}");
        let message = format!("应用尚未开通所需的权限：[{needed}]，点击链接申请并开通即可：{link}");
        Err(match route.host {
            Host::New => ApiError::New {
                status: 403,
                code: "Forbidden.AccessDenied.AccessTokenPermissionDenied",
                message,
                scopes: Some(vec![needed.to_owned()]),
            },
            Host::Gateway => ApiError::Gateway {
                sub_code: "60011".into(),
                sub_message: message,
                tail: format!(", {{requiredScopes=[{needed}]}}"),
            },
            Host::Plain => ApiError::Plain {
                code: 60011,
                message,
            },
        })
    }
}

/// `/topapi/v2/user/get` → `dingtalk.oapi.v2.user.get`.
pub(super) fn method_of(path: &str) -> String {
    let path = path.trim_start_matches('/').trim_start_matches("topapi/");
    format!("dingtalk.oapi.{}", path.replace('/', "."))
}

fn format_moment(at: Timestamp) -> String {
    let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_millisecond(at.millis())
        .map(|at| {
            at.to_zoned(shanghai)
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        })
        .unwrap_or_default()
}
