use super::*;

fn kind_of_json(json: &str, status: u16) -> DingTalkErrorKind {
    let Value::Object(fields) = serde_json::from_str(json).unwrap() else {
        panic!("not an object: {json}")
    };
    RefusalBody::new(fields, status).to_kind("dingApp")
}

/// Answers of both hosts, their status, and the kind of error that they are.
const REFUSAL_KINDS: &[(&str, u16, &str)] = &[
    (
        r#"{"errcode":40096,"errmsg":"不合法的appKey或appSecret"}"#,
        200,
        "credentials_refused",
    ),
    (
        r#"{"requestid":"01A0","code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}"#,
        400,
        "credentials_refused",
    ),
    (
        r#"{"code":"unauthorized.client","message":"x"}"#,
        401,
        "company_refused",
    ),
    (
        r#"{"requestid":"…","code":"unknownError","message":"未知错误"}"#,
        500,
        "busy",
    ),
    (
        r#"{"code":"InvalidAuthentication","requestid":"01A","message":"不合法的access_token"}"#,
        400,
        "token_refused",
    ),
    (
        r#"{"errcode":88,"sub_code":"40014","errmsg":"x"}"#,
        200,
        "token_refused",
    ),
    (
        r#"{"errcode":"88","sub_code":60020,"errmsg":"x"}"#,
        200,
        "address_not_allowed",
    ),
    (
        r#"{"code":"Forbidden.AccessDenied.IpNotInWhiteList","message":"x"}"#,
        403,
        "address_not_allowed",
    ),
    (
        r#"{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","requestid":"…","message":"x"}"#,
        403,
        "throttled",
    ),
    (
        r#"{"code":"Forbidden.AccessDenied.QpmLimitForAppkeyAndApi","message":"x"}"#,
        403,
        "throttled",
    ),
    (
        r#"{"code":"Forbidden.AccessDenied.QpsLimitForApi","message":"x"}"#,
        403,
        "throttled",
    ),
    (r#"{"errcode":90018,"errmsg":"x"}"#, 200, "throttled"),
    (r#"{"code":"systemBusy","message":"x"}"#, 429, "busy"),
    (
        r#"{"code":"something.else","message":"x"}"#,
        429,
        "throttled",
    ),
    (r#"{"errcode":90020,"errmsg":"x"}"#, 200, "quota_used_up"),
    (
        r#"{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"x"}"#,
        403,
        "quota_used_up",
    ),
    (
        r#"{"errcode":60011,"errmsg":"没有调用该接口的权限"}"#,
        200,
        "permission_missing",
    ),
    (
        r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#,
        200,
        "unknown_interface",
    ),
    (
        r#"{"errcode":22,"sub_msg":"不合法ApiName，ApiName = x","errmsg":"Invalid method","request_id":"r"}"#,
        200,
        "unknown_interface",
    ),
    (
        r#"{"code":"invalidParameter.user.notFound","message":"x"}"#,
        404,
        "not_found",
    ),
    (r#"{"errcode":33012,"errmsg":"x"}"#, 200, "not_found"),
    (r#"{"errcode":60003,"errmsg":"x"}"#, 200, "not_found"),
    (r#"{"errcode":50004,"errmsg":"x"}"#, 200, "out_of_scope"),
    (r#"{"errcode":70003,"errmsg":"x"}"#, 200, "agent_refused"),
    (r#"{"errcode":50005,"errmsg":"x"}"#, 200, "disabled"),
    (
        r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"xxx"}"#,
        200,
        "banned",
    ),
    (r#"{"errcode":400002,"errmsg":"x"}"#, 200, "refused"),
    ("{}", 200, "malformed"),
    ("{}", 302, "malformed"),
    ("{}", 500, "busy"),
];

#[test]
fn codes_of_both_hosts_map_to_error_kinds() {
    for &(json, status, key) in REFUSAL_KINDS {
        let trouble = kind_of_json(json, status);
        assert_eq!(trouble.counter_key(), key, "{json}");
        assert!(!trouble.advice().is_empty());
    }
}

#[track_caller]
fn check_permission(json: &str, status: u16, expected: Option<&str>, link: &str) {
    let DingTalkErrorKind::PermissionMissing { scope, apply_link } = kind_of_json(json, status)
    else {
        panic!("{json}")
    };
    assert_eq!(scope.as_deref(), expected);
    assert_eq!(apply_link, link);
}

#[test]
fn a_missing_permission_is_named_with_the_link_to_apply_for_it() {
    let old = r#"{"errcode":88,"sub_code":"60011","sub_msg":"应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=ding33bpfsmhnrdt0clu%23qyapi_get_department_list","errmsg":"ding talk error[subcode=60011,submsg=应用尚未开通所需的权限：[qyapi_get_department_list]，…, {requiredScopes=[qyapi_get_department_list]}]","request_id":"5imjny7u9xwa"}"#;
    let link = "https://open-dev.dingtalk.com/appscope/apply?content=ding33bpfsmhnrdt0clu%23qyapi_get_department_list";
    check_permission(old, 200, Some("qyapi_get_department_list"), link);
    let only_errmsg = r#"{"errcode":88,"sub_code":"60011","errmsg":"ding talk error[subcode=60011,submsg=权限：[qyapi_get_member]，x]"}"#;
    let made = "https://open-dev.dingtalk.com/appscope/apply?content=dingApp%23qyapi_get_member";
    check_permission(only_errmsg, 200, Some("qyapi_get_member"), made);
    for key in ["accessdenieddetail", "AccessDeniedDetail"] {
        let new = format!(
            r#"{{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"x","{key}":{{"RequiredScopes":["Contact.Org.Read"]}}}}"#
        );
        let made =
            "https://open-dev.dingtalk.com/appscope/apply?content=dingApp%23Contact.Org.Read";
        check_permission(&new, 403, Some("Contact.Org.Read"), made);
    }
    let silent = r#"{"errcode":60011,"errmsg":"没有调用该接口的权限"}"#;
    check_permission(
        silent,
        200,
        None,
        "https://open-dev.dingtalk.com/appscope/apply?content=dingApp",
    );
}

#[test]
fn an_apply_link_to_another_site_is_ignored() {
    let json = r#"{"errcode":60011,"errmsg":"[a] https://evil.test/appscope/apply?content=x"}"#;
    check_permission(
        json,
        200,
        Some("a"),
        "https://open-dev.dingtalk.com/appscope/apply?content=dingApp%23a",
    );
}

#[test]
fn our_ip_address_is_taken_from_the_message() {
    let json =
        r#"{"errcode":60020,"errmsg":"访问ip不在白名单之中,request ip=1.2.3.4 appKey(ding)"}"#;
    let DingTalkErrorKind::AddressNotAllowed { address } = kind_of_json(json, 200) else {
        panic!()
    };
    assert_eq!(address.unwrap().to_string(), "1.2.3.4");
    assert!(kind_of_json(json, 200).advice().contains("1.2.3.4"));
}

#[test]
fn an_error_never_repeats_personal_data_from_a_code() {
    let trouble = kind_of_json(r#"{"errcode":"张三 138\n<b>","errmsg":"x"}"#, 200);
    assert_eq!(
        trouble.to_string(),
        "DingTalk answered with a code that is not known (138b)"
    );
}

#[test]
fn time_outs_of_the_gateway_are_busy_and_a_sub_code_keeps_its_meaning() {
    for (json, key) in [
        (
            r#"{"errcode":15,"sub_code":"isp.top-remote-connection-timeout","errmsg":"Remote service error"}"#,
            "busy",
        ),
        (
            r#"{"errcode":"15","sub_code":"ISP.remote-service-error"}"#,
            "busy",
        ),
        (
            r#"{"errcode":15,"sub_code":"top-remote-connection-timeout"}"#,
            "busy",
        ),
        (r#"{"errcode":15}"#, "busy"),
        (r#"{"errcode":88}"#, "busy"),
        (r#"{"errcode":88,"sub_code":""}"#, "busy"),
        (
            r#"{"errcode":88,"sub_code":null,"errmsg":"ding talk error[subcode=,submsg=]"}"#,
            "busy",
        ),
        (r#"{"errcode":88,"sub_code":" "}"#, "busy"),
        (r#"{"errcode":88,"sub_code":"isp.service-timeout"}"#, "busy"),
        (r#"{"errcode":-1}"#, "busy"),
        (r#"{"errcode":"-1"}"#, "busy"),
        (r#"{"errcode":88,"sub_code":"60011"}"#, "permission_missing"),
        (
            r#"{"errcode":88,"errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]"}"#,
            "token_refused",
        ),
        (r#"{"errcode":88,"sub_code":"60121"}"#, "not_found"),
        (
            r#"{"errcode":15,"sub_code":"isv.something"}"#,
            "unrecognised",
        ),
    ] {
        assert_eq!(kind_of_json(json, 200).counter_key(), key, "{json}");
    }
}

#[test]
fn a_code_in_no_list_is_not_known_on_either_host() {
    for (json, status) in [
        (r#"{"errcode":123456}"#, 200),
        (r#"{"errcode":88,"sub_code":"77777"}"#, 200),
        (r#"{"errcode":"surprise"}"#, 200),
        (r#"{"code":"surprise","message":"x"}"#, 400),
        (r#"{"code":"surprise","message":"x"}"#, 403),
        (r#"{"message":"Forbidden"}"#, 403),
    ] {
        let kind = kind_of_json(json, status);
        assert_eq!(kind.counter_key(), "unrecognised", "{json}");
        assert!(kind.is_transient() && kind.for_every_caller().is_none());
    }
    for (json, status) in [
        (r#"{"code":"surprise","message":"x"}"#, 502),
        (r#"{"code":"surprise","message":"x"}"#, 504),
        (r#"{"code":"gateway.timeout","message":"x"}"#, 400),
        (r#"{"message":"Endpoint request timed out"}"#, 504),
    ] {
        assert_eq!(kind_of_json(json, status).counter_key(), "busy", "{json}");
    }
}

#[test]
fn a_page_of_html_says_nothing_about_the_call_whatever_its_status() {
    let page = b"<html><head><title>403 Forbidden</title></head>";
    for status in [
        200, 301, 400, 401, 403, 404, 405, 418, 429, 500, 501, 502, 503, 504,
    ] {
        let kind = html_kind(page, status);
        assert!(kind.is_transient(), "{status}: {kind}");
    }
    assert_eq!(html_kind(b"<p>punish: deny", 403).counter_key(), "banned");
}
