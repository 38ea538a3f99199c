//! The sandbox's own page: it marks changes of an app, escapes text, and has two languages.

use directory::Field;
use sandbox::http::PageLanguage;
use serde_json::json;

use crate::client_harness::{ClientHarness, values};

async fn get_page(harness: &ClientHarness, path: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client
        .get(format!("{}{path}", harness.server.url))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_pages_mark_app_writes_and_list_invited_people() {
    let harness = ClientHarness::open().await;
    let read = harness.ordinary_person().await;
    let rename = sandbox::world::Act::Rename {
        userid: read.id.as_str().to_owned(),
        name: "某人".into(),
    };
    harness.act(rename).await;
    assert!(
        !get_page(&harness, "/__sandbox/page/events")
            .await
            .contains("接口写入")
    );
    assert!(
        harness
            .update_person(&read, &values(&[(Field::Title, "顾问")]))
            .await
            .unwrap()
            .done()
            .is_some()
    );
    assert_eq!(
        get_page(&harness, "/__sandbox/page/events")
            .await
            .matches("接口写入")
            .count(),
        1
    );
    assert!(
        get_page(&harness, "/__sandbox/page/settings")
            .await
            .contains("qyapi_manage_addresslist")
    );
    harness.change_settings(json!({"joining": "agree"})).await;
    let new = values(&[
        (Field::Name, "待定"),
        (Field::Mobile, "+8619900000001"),
        (Field::Departments, "1"),
    ]);
    assert!(
        harness
            .create_person("ehr-77", &new)
            .await
            .unwrap()
            .done()
            .is_some()
    );
    assert!(get_page(&harness, "/").await.contains("accept_invitation"));
    let answer = submit_act(&harness, "act=accept_invitation&userid=ehr-77", None).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(
        harness.read("ehr-77").await.values.text(Field::Name),
        Some("待定")
    );
    assert!(!get_page(&harness, "/").await.contains("accept_invitation"));
}

/// Addresses of every page of the sandbox.
const PAGES: [&str; 7] = [
    "/",
    "/__sandbox/page/departments",
    "/__sandbox/page/events",
    "/__sandbox/page/calls",
    "/__sandbox/page/messages",
    "/__sandbox/page/faults",
    "/__sandbox/page/settings",
];

#[tokio::test]
async fn pages_escape_text_and_refuse_foreign_forms() {
    let harness = ClientHarness::open().await;
    let evil = "<script>alert(1)</script>\"'";
    let read = harness.ordinary_person().await;
    let userid = read.id.as_str().to_owned();
    harness
        .act(sandbox::world::Act::Rename {
            userid: userid.clone(),
            name: evil.into(),
        })
        .await;
    let person = format!("/__sandbox/page/person?userid={userid}");
    for path in PAGES.into_iter().chain([person.as_str(), "/?q=script"]) {
        let html = get_page(&harness, path).await;
        assert!(
            html.starts_with("<!DOCTYPE html>") && !html.contains("<script>"),
            "{path}"
        );
    }
    let found = get_page(&harness, "/?q=script").await;
    assert!(found.contains("&lt;script&gt;"));
    let leave = format!("act=leave&userid={userid}");
    let foreign = submit_act(&harness, &leave, Some("http://evil.example")).await;
    assert_eq!(foreign.status(), 403);
    assert!(works_here(&harness, &userid).await);
    assert_eq!(submit_act(&harness, &leave, None).await.status(), 303);
    assert!(!works_here(&harness, &userid).await);
}

#[tokio::test]
async fn pages_have_every_label_in_the_chosen_language() {
    let harness = ClientHarness::open().await;
    let read = harness.ordinary_person().await;
    let person = format!("/__sandbox/page/person?userid={}", read.id.as_str());
    let paths = || PAGES.into_iter().chain([person.as_str()]);
    for path in paths() {
        let html = get_page(&harness, path).await;
        assert!(html.contains("lang=\"zh-CN\""), "{path}");
        assert!(
            !html.contains(">Name<") && !html.contains(">People<"),
            "{path}"
        );
    }
    harness.server.set_page_language(PageLanguage::En);
    for path in paths() {
        let html = without_data(&harness, get_page(&harness, path).await).await;
        assert!(html.contains("<html lang=\"en\">"), "{path}");
        let chinese: String = html.chars().filter(|c| ('一'..='鿿').contains(c)).collect();
        assert_eq!(
            chinese, "中文",
            "{path}: only the link to the other language"
        );
    }
    let chosen = get_page(&harness, "/?lang=zh").await;
    assert!(chosen.contains("入职") && chosen.contains("<html lang=\"zh-CN\">"));
}

#[tokio::test]
async fn a_refused_form_is_explained_in_the_language_of_the_page() {
    let harness = ClientHarness::open().await;
    let read = harness.ordinary_person().await;
    let id = read.id.as_str();
    let form = format!("act=set_manager&userid={id}&manager={id}");
    for (language, text) in [
        (PageLanguage::Zh, "无效的主管id（60128）"),
        (
            PageLanguage::En,
            "this person cannot be the manager (60128)",
        ),
    ] {
        harness.server.set_page_language(language);
        let answer = submit_act(&harness, &form, None).await;
        let target = answer.headers()["location"].to_str().unwrap().to_owned();
        let page = get_page(&harness, &target).await;
        assert!(page.contains(text), "{target}");
    }
}

async fn submit_act(
    harness: &ClientHarness,
    form: &str,
    origin: Option<&str>,
) -> reqwest::Response {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut request = client.post(format!("{}/__sandbox/page/act", harness.server.url));
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.body(form.to_owned()).send().await.unwrap()
}

async fn works_here(harness: &ClientHarness, userid: &str) -> bool {
    let world = harness.server.world.lock().await;
    world.company().people.contains_key(userid)
}

/// Removes the company's own data, which stays Chinese in every language.
async fn without_data(harness: &ClientHarness, html: String) -> String {
    let truth = harness.server.world.lock().await.truth();
    let mut data: Vec<String> = truth
        .departments
        .iter()
        .map(|department| department.department.name.clone())
        .chain(truth.people.iter().flat_map(|person| {
            [
                person.name.clone(),
                person.title.clone(),
                person.work_place.clone().unwrap_or_default(),
                person.remark.clone().unwrap_or_default(),
                person.extension.clone().unwrap_or_default(),
            ]
        }))
        .chain([truth.name.clone()])
        .filter(|text| !text.is_empty())
        .collect();
    data.sort_by_key(|text| std::cmp::Reverse(text.len()));
    data.iter().fold(html, |html, text| {
        let escaped = text.replace('"', "&quot;");
        html.replace(&escaped, "").replace(text, "")
    })
}
