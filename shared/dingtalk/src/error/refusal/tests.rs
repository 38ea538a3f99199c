use super::*;

fn kind_of_json(json: &str, status: u16) -> DingTalkErrorKind {
    let Value::Object(fields) = serde_json::from_str(json).unwrap() else {
        panic!("not an object: {json}")
    };
    RefusalBody::new(fields, status).to_kind("dingApp")
}

#[test]
fn codes_of_both_hosts_map_to_error_kinds() {
    for (json, status, key) in [
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
    ] {
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
    assert_eq!(trouble.to_string(), "DingTalk refused with 138b");
}
