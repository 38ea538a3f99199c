use super::*;
use crate::client::script::{ScriptedAnswer, ScriptedTransport, ok_answer};

fn secret() -> SecretString {
    SecretString::from("s&cret")
}

async fn prove_with(said: Vec<ScriptedAnswer>) -> Result<CompanyProof, DingTalkError> {
    ScriptedTransport::with_answers(said)
        .build_token_api()
        .prove_company(&CorpId::new("ding1").unwrap(), "dingApp", &secret())
        .await
}

#[tokio::test(start_paused = true)]
async fn a_token_comes_from_the_new_host() {
    let script = ScriptedTransport::with_answers(vec![ok_answer(
        r#"{"accessToken":"fw8ef8we8f76e6f7s8dxxxx","expireIn":7200}"#,
    )]);
    let issued = script
        .build_token_api()
        .issue_token("dingApp", &secret())
        .await
        .unwrap();
    assert_eq!(
        (issued.token.expose(), issued.expires_in_s),
        ("fw8ef8we8f76e6f7s8dxxxx", 7200)
    );
    assert_eq!(
        script.asked_requests()[0].body,
        json!({ "appKey": "dingApp", "appSecret": "s&cret" })
    );
    assert!(!format!("{issued:?}").contains("fw8ef8we8f76e6f7s8dxxxx"));
}

#[tokio::test(start_paused = true)]
async fn a_token_comes_from_the_old_host_if_the_new_path_is_missing() {
    for missing in [
        ok_answer(r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#),
        Ok((404, String::new())),
    ] {
        let old = r#"{"errcode":0,"access_token":"96fc7a7a9f2b3d0aa1c8c0fd4d6b1d59","errmsg":"ok","expires_in":7200}"#;
        let script = ScriptedTransport::with_answers(vec![missing, ok_answer(old)]);
        assert_eq!(
            script
                .build_token_api()
                .issue_token("dingApp", &secret())
                .await
                .unwrap()
                .expires_in_s,
            7200
        );
        assert_eq!(
            script.asked_requests()[1].uri,
            "http://dingtalk.test/gettoken?appkey=dingApp&appsecret=s%26cret"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_said_once_and_busy_servers_asked_again() {
    let refused = r#"{"requestid":"01A08FE7","code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}"#;
    let script = ScriptedTransport::with_answers(vec![Ok((400, refused.to_owned()))]);
    let error = script
        .build_token_api()
        .issue_token("dingApp", &secret())
        .await
        .unwrap_err();
    assert!(matches!(
        error.trouble,
        DingTalkErrorKind::CredentialsRefused { .. }
    ));
    assert_eq!(script.asked_requests().len(), 1);
    let script = ScriptedTransport::with_answers(vec![
        Ok((503, String::new())),
        ok_answer(r#"{"accessToken":"t","expireIn":"7200"}"#),
    ]);
    assert!(
        script
            .build_token_api()
            .issue_token("dingApp", &secret())
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_one_is_malformed() {
    for body in [
        r#"{"accessToken":"","expireIn":7200}"#,
        r#"{"expireIn":7200}"#,
    ] {
        let error = ScriptedTransport::with_answers(vec![ok_answer(body)])
            .build_token_api()
            .issue_token("dingApp", &secret())
            .await
            .unwrap_err();
        assert!(
            matches!(error.trouble, DingTalkErrorKind::Malformed { .. }),
            "{body}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_company_is_proven_refused_or_left_unproven() {
    assert_eq!(
        prove_with(vec![ok_answer(
            r#"{"access_token":"2bf","expires_in":7200}"#
        )])
        .await
        .unwrap(),
        CompanyProof::Proven
    );
    assert_eq!(
        prove_with(vec![Ok((404, "{}".to_owned()))]).await.unwrap(),
        CompanyProof::Unprovable
    );
    for (status, code) in [
        (401, "unauthorized.client"),
        (400, "invalid.corp"),
        (500, "unknownError"),
    ] {
        let body = format!(r#"{{"requestid":"r","code":"{code}","message":"x"}}"#);
        let error = prove_with(vec![Ok((status, body))]).await.unwrap_err();
        assert!(
            matches!(&error.trouble, DingTalkErrorKind::CompanyRefused { code: said } if said == code),
            "{error}"
        );
    }
    let error = prove_with(vec![Ok((
        400,
        r#"{"code":"invalid.client","message":"x"}"#.to_owned(),
    ))])
    .await
    .unwrap_err();
    assert!(matches!(
        error.trouble,
        DingTalkErrorKind::CredentialsRefused { .. }
    ));
    let error = prove_with(vec![Ok((503, String::new()))])
        .await
        .unwrap_err();
    assert!(matches!(error.trouble, DingTalkErrorKind::Busy { .. }));
    // Once is not lasting.
    let once = Ok((500, r#"{"code":"unknownError","message":"x"}"#.to_owned()));
    assert!(
        prove_with(vec![
            once,
            ok_answer(r#"{"access_token":"2bf","expires_in":7200}"#)
        ])
        .await
        .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn a_life_that_is_short_or_not_told_is_no_trouble() {
    for (told, life) in [
        (r#","expireIn":7200"#, 7200),
        (r#","expireIn":"7200""#, 7200),
        (r#","expireIn":5"#, 5),
        (r#","expireIn":1"#, 5),
        (r#","expireIn":0"#, 60),
        (r#","expireIn":-1"#, 60),
        (r#","expireIn":null"#, 60),
        (r#","expireIn":{}"#, 60),
        (r#","expireIn":99999999"#, 86_400),
        ("", 60),
    ] {
        let body = format!(r#"{{"accessToken":"t"{told}}}"#);
        let issued = ScriptedTransport::with_answers(vec![ok_answer(&body)])
            .build_token_api()
            .issue_token("dingApp", &secret())
            .await
            .unwrap();
        assert_eq!(issued.expires_in_s, life, "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn time_outs_and_pages_are_asked_again_and_a_lasting_404_page_means_no_such_path() {
    let good = r#"{"accessToken":"t","expireIn":7200}"#;
    for again in [
        Ok((
            200,
            r#"{"errcode":15,"sub_code":"isp.top-remote-connection-timeout"}"#.to_owned(),
        )),
        Ok((200, r#"{"errcode":88}"#.to_owned())),
        Ok((200, r#"{"errcode":4711}"#.to_owned())),
        Ok((400, r#"{"code":"surprise"}"#.to_owned())),
        Ok((403, "<html>".to_owned())),
        Ok((404, "<html>".to_owned())),
        Ok((200, "<html>".to_owned())),
    ] {
        let script = ScriptedTransport::with_answers(vec![again, ok_answer(good)]);
        let issued = script
            .build_token_api()
            .issue_token("dingApp", &secret())
            .await;
        assert!(issued.is_ok());
        assert_eq!(script.asked_requests().len(), 2);
    }
    let page = || Ok((404, "<html>".to_owned()));
    let old = r#"{"errcode":0,"access_token":"t","expires_in":7200}"#;
    let script = ScriptedTransport::with_answers(vec![page(), page(), page(), ok_answer(old)]);
    assert!(
        script
            .build_token_api()
            .issue_token("dingApp", &secret())
            .await
            .is_ok()
    );
    let error = prove_with(vec![Ok((400, r#"{"code":"surprise"}"#.to_owned()))])
        .await
        .unwrap_err();
    assert_eq!(
        error.trouble.counter_key(),
        "unrecognised",
        "it says nothing about the company"
    );
}
