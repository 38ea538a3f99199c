//! What the sandbox's own page shows of an app's doing.

use directory::Field;
use serde_json::json;

use crate::client_harness::{ClientHarness, values};

async fn get_page(counter: &ClientHarness, path: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client
        .get(format!("{}{path}", counter.server.url))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_pages_mark_app_writes_and_list_invited_people() {
    let counter = ClientHarness::open().await;
    let read = counter.ordinary_person().await;
    let rename = sandbox::world::Act::Rename {
        userid: read.id.as_str().to_owned(),
        name: "某人".into(),
    };
    counter.act(rename).await;
    assert!(
        !get_page(&counter, "/__sandbox/page/events")
            .await
            .contains("接口写入")
    );
    assert!(
        counter
            .update_person(&read, &values(&[(Field::Title, "顾问")]))
            .await
            .unwrap()
            .done()
            .is_some()
    );
    assert_eq!(
        get_page(&counter, "/__sandbox/page/events")
            .await
            .matches("接口写入")
            .count(),
        1
    );
    assert!(
        get_page(&counter, "/__sandbox/page/settings")
            .await
            .contains("qyapi_manage_addresslist")
    );
    counter.change_settings(json!({"joining": "agree"})).await;
    let new = values(&[
        (Field::Name, "待定"),
        (Field::Mobile, "+8619900000001"),
        (Field::Departments, "1"),
    ]);
    assert!(
        counter
            .create_person("ehr-77", &new)
            .await
            .unwrap()
            .done()
            .is_some()
    );
    assert!(get_page(&counter, "/").await.contains("accept_invitation"));
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let form = client.post(format!("{}/__sandbox/page/act", counter.server.url));
    let answer = form
        .body("act=accept_invitation&userid=ehr-77")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(
        counter.read("ehr-77").await.values.text(Field::Name),
        Some("待定")
    );
    assert!(!get_page(&counter, "/").await.contains("accept_invitation"));
}
