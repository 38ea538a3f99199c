//! Refusals in Chinese: the sentence and the remedy by code, the cause as it came.

use engine::bind::BindError;

/// What happened, why, what to do, in that order; the code and the cause's own words stand small beneath.
pub(super) fn in_chinese(refusal: &BindError) -> String {
    let (what, remedy) = by_code(&refusal.code);
    let remedy = remedy.unwrap_or(&refusal.remedy);
    format!(
        "■ {what}\n  → {remedy}\n  （{}：{}；{}。{}）",
        refusal.code, refusal.what, refusal.why, refusal.remedy
    )
}

fn by_code(code: &str) -> (&'static str, Option<&'static str>) {
    match code {
        "credentials_refused" => (
            "钉钉不认这对 AppKey 和 AppSecret。",
            Some("在开放平台「凭证与基础信息」重新复制 Client ID 和 Client Secret"),
        ),
        "company_refused" => (
            "这个应用不属于该企业。",
            Some("核对 CorpId：应用必须建在这家企业里"),
        ),
        "permission_missing" => ("应用缺少接口权限。", None),
        "field_hidden" => ("钉钉没有把必需的字段给这个应用。", None),
        "scope_empty" => (
            "应用的通讯录授权范围是空的。",
            Some("在「权限管理」里把范围设为全公司或所需部门"),
        ),
        "unreachable" => ("连不上钉钉。", Some("检查地址和网络；没有写入任何数据")),
        "address_not_allowed" => ("本机出口 IP 不在应用的白名单里。", None),
        "quota_used_up" => ("本月调用额度已用完。", Some("等到下月，或购买增购包")),
        "banned" => ("钉钉暂时封禁了本机地址。", None),
        "throttled" => ("钉钉要求放慢。", Some("过一会儿再试")),
        "malformed" => ("钉钉的答复读不懂。", Some("核对地址是否真的是钉钉接口")),
        "secret_missing" => (
            "没有 AppSecret。",
            Some("设置环境变量 BANGDING_APP_SECRET，或在终端里运行后输入"),
        ),
        "data_of_another_company" => (
            "这个数据目录属于另一家企业。",
            Some("用 --data 给这家企业单独的目录"),
        ),
        "data_in_use" => (
            "另一个 bangding 正在使用这个数据目录。",
            Some("先停掉它，或用 --data 换一个目录"),
        ),
        "bad_address" => ("--dingtalk-url 不是可用的地址。", None),
        "bad_app_key" => ("AppKey 的格式不对。", Some("从开放平台重新复制")),
        "bad_app_secret" => ("AppSecret 的格式不对。", Some("从开放平台重新复制")),
        "unrecognised" => ("钉钉答了一个未知的代码。", Some("过一会儿再试")),
        "busy" => ("钉钉忙，没有答复。", Some("过一会儿再试")),
        "bad_corp_id" => ("CorpId 的格式不对。", Some("从开放平台重新复制")),
        "port_taken" => ("端口被占用。", Some("用 --port 换一个")),
        _ => ("没有成功。", None),
    }
}
