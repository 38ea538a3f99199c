//! Answers that say nothing about the credentials, and tokens of any life.

use super::*;

#[tokio::test]
async fn an_answer_that_says_nothing_goes_back_to_its_queue_and_quarantines_nothing() {
    for (status, body) in [
        (
            200,
            r#"{"errcode":15,"sub_code":"isp.top-remote-connection-timeout"}"#,
        ),
        (200, r#"{"errcode":88,"errmsg":"x"}"#),
        (200, r#"{"errcode":987654,"errmsg":"in no list"}"#),
        (400, r#"{"code":"surprise","message":"in no list"}"#),
        (403, "<html>Forbidden</html>"),
        (200, "<html>"),
        (504, ""),
    ] {
        let (world, deps) = world(&["a"]).await;
        for _ in 0..3 {
            world.queue_answer(status, body);
        }
        let item = refused_item("m1", "a", "any");
        assert_eq!(report_refused(&deps, vec![item]).await, ["m1"], "{body}");
        assert_eq!(world.count_calls(), 3, "{body}");
        assert!(stored_failure(&deps, "a").await.is_none(), "{body}");
        handle(&deps, &RefreshInput::Schedule).await;
        assert!(stored_token(&deps, "a").await.is_some(), "{body}");
    }
}

#[tokio::test]
async fn a_life_that_is_short_or_not_told_is_stored_with_its_floor() {
    for (body, life_s) in [
        (r#"{"accessToken":"t","expireIn":5}"#, 5),
        (r#"{"accessToken":"t","expireIn":0}"#, 60),
        (r#"{"accessToken":"t"}"#, 60),
    ] {
        let (world, deps) = world(&["a"]).await;
        world.queue_answer(200, body);
        handle(&deps, &RefreshInput::Schedule).await;
        let id = BindingId::new("a").unwrap();
        let stored = deps.secrets.get_token(&id).await.unwrap();
        let life = stored.expires_at.millis() - stored.issued_at.millis();
        assert_eq!(life, life_s * 1_000, "{body}");
    }
}
