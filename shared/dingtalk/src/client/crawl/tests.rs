use serde_json::json;

use super::calls::CALLS_UNDER_WAY;
use super::*;
use crate::client::script::{AskedRequest, ScriptedAnswer, ScriptedTransport, ok_answer};

/// A company as a table: department → (children, members).
type Company = BTreeMap<i64, (Vec<i64>, usize)>;

fn answer_from(company: &Company, asked: &AskedRequest) -> ScriptedAnswer {
    let id = asked.body["dept_id"].as_i64().unwrap();
    let Some((children, members)) = company.get(&id) else {
        return ok_answer(r#"{"errcode":60003,"errmsg":"部门不存在"}"#);
    };
    let result = match asked.path() {
        "/topapi/v2/department/get" => json!({ "dept_id": id, "name": "根", "parent_id": 1 }),
        "/topapi/v2/department/listsub" => children
            .iter()
            .map(|child| json!({ "dept_id": child, "name": "部", "parent_id": id }))
            .collect(),
        _ => members_page(
            id,
            *members,
            usize::try_from(asked.body["cursor"].as_u64().unwrap()).unwrap(),
        ),
    };
    ok_answer(&json!({ "errcode": 0, "result": result }).to_string())
}

fn members_page(id: i64, members: usize, cursor: usize) -> serde_json::Value {
    let end = members.min(cursor + 100);
    let list: Vec<_> = (cursor..end)
        .map(|at| json!({ "userid": format!("u{id}-{at}"), "name": "人" }))
        .collect();
    if end < members {
        json!({ "has_more": true, "next_cursor": end, "list": list })
    } else {
        json!({ "has_more": false, "list": list })
    }
}

#[derive(Default)]
struct SeenItems {
    departments: Vec<DeptId>,
    people: usize,
}

async fn crawl_script(
    script: &std::sync::Arc<ScriptedTransport>,
    roots: &[i64],
) -> (CrawlEnd, SeenItems) {
    let roots = roots.iter().copied().map(DeptId).collect();
    let mut seen = SeenItems::default();
    let mut each = |found: CrawlItem<'_>| match found {
        CrawlItem::Department(record) => seen.departments.push(record.id.to_dept_id().unwrap()),
        CrawlItem::Members { rows, .. } => seen.people += rows.len(),
    };
    let end = crawl_directory(
        &script.build_client(),
        CrawlState::below_roots(&roots),
        FieldSet::NONE,
        &|| true,
        &mut each,
    )
    .await;
    (end, seen)
}

fn scripted_company(company: Company) -> std::sync::Arc<ScriptedTransport> {
    ScriptedTransport::with_handler(150, move |asked| answer_from(&company, asked))
}

fn missing_reasons(end: &CrawlEnd) -> Vec<(i64, &'static str)> {
    end.missing
        .iter()
        .map(|(id, error)| (id.0, error.trouble.counter_key()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_page_of_every_department_arrives() {
    let company = Company::from([
        (1, (vec![2, 3], 250)),
        (2, (vec![4], 100)),
        (3, (vec![], 0)),
        (4, (vec![], 101)),
    ]);
    let (end, seen) = crawl_script(&scripted_company(company), &[1]).await;
    assert!(end.complete);
    assert_eq!((end.departments, seen.people), (4, 451));
    assert_eq!(seen.departments, [1, 2, 3, 4].map(DeptId));
}

#[tokio::test(start_paused = true)]
async fn roots_are_read_and_may_overlap() {
    let company = Company::from([(5, (vec![6], 1)), (6, (vec![7], 1)), (7, (vec![], 1))]);
    let (end, mut seen) = crawl_script(&scripted_company(company), &[5, 7]).await;
    assert!(end.complete, "{end:?}");
    seen.departments.sort_unstable();
    assert_eq!(
        (seen.departments, seen.people),
        (vec![DeptId(5), DeptId(6), DeptId(7)], 3)
    );
}

#[tokio::test(start_paused = true)]
async fn a_department_that_cannot_be_read_is_missing_and_the_others_go_on() {
    let company = Company::from([(1, (vec![2, 3], 1)), (3, (vec![], 5))]);
    let (end, seen) = crawl_script(&scripted_company(company), &[1]).await;
    assert!(!end.complete);
    assert_eq!(missing_reasons(&end), [(2, "not_found")]);
    assert_eq!(seen.people, 6);
}

#[tokio::test(start_paused = true)]
async fn a_department_in_a_cycle_or_with_two_parents_is_malformed() {
    let circle = Company::from([(1, (vec![2], 0)), (2, (vec![3], 0)), (3, (vec![2, 1], 0))]);
    let (end, _) = crawl_script(&scripted_company(circle), &[1]).await;
    assert_eq!(missing_reasons(&end), [(1, "malformed"), (2, "malformed")]);
    let roots_in_a_circle = Company::from([(5, (vec![7], 0)), (7, (vec![5], 0))]);
    let (end, _) = crawl_script(&scripted_company(roots_in_a_circle), &[5, 7]).await;
    assert!(!end.complete);
    let two_parents = Company::from([
        (1, (vec![2, 3], 0)),
        (2, (vec![4], 0)),
        (3, (vec![4], 0)),
        (4, (vec![], 2)),
    ]);
    let (end, seen) = crawl_script(&scripted_company(two_parents), &[1]).await;
    assert_eq!(
        (missing_reasons(&end), seen.people),
        (vec![(4, "malformed")], 2)
    );
}

/// A root of one department with these rows, page after page.
fn pages_of_rows(pages: Vec<serde_json::Value>) -> std::sync::Arc<ScriptedTransport> {
    ScriptedTransport::with_handler(1, move |asked| {
        let result = match (asked.path(), asked.body["cursor"].as_u64()) {
            ("/topapi/v2/department/get", _) => json!({ "dept_id": 1, "name": "公司" }),
            (_, None) => json!([]),
            (_, Some(cursor)) => {
                let at = usize::try_from(cursor).unwrap();
                json!({ "has_more": at + 1 < pages.len(), "next_cursor": at + 1, "list": pages[at] })
            }
        };
        ok_answer(&json!({ "errcode": 0, "result": result }).to_string())
    })
}

#[tokio::test(start_paused = true)]
async fn an_odd_row_is_named_and_the_others_are_followed() {
    let odd = json!([
        { "userid": "a" }, { "userid": "b", "title": {}, "hired_date": 0 }, { "userid": "c" }, { "userid": "a" }
    ]);
    let (end, seen) = crawl_script(
        &pages_of_rows(vec![odd, json!([{ "userid": "c" }, { "userid": "d" }])]),
        &[1],
    )
    .await;
    assert!(end.complete, "{end:?}");
    assert_eq!(seen.people, 4, "each once");
    let told: Vec<(&str, &[&str], &[&str])> = end
        .unreadable
        .iter()
        .map(|row| (row.id.as_str(), &row.fields[..], &row.implausible[..]))
        .collect();
    assert_eq!(
        told,
        [
            ("a", &["named twice"][..], &[][..]),
            ("b", &["title"][..], &["hired_date"][..]),
            ("c", &["named twice"][..], &[][..]),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_without_an_id_makes_its_department_incomplete_and_nobody_else_is_lost() {
    let odd = json!([{ "userid": "a" }, { "name": "李娜" }]);
    let (end, seen) =
        crawl_script(&pages_of_rows(vec![odd, json!([{ "userid": "b" }])]), &[1]).await;
    assert!(!end.complete);
    assert_eq!(
        (missing_reasons(&end), seen.people),
        (vec![(1, "malformed")], 2)
    );
}

#[tokio::test(start_paused = true)]
async fn the_root_department_is_read_too() {
    let (end, seen) = crawl_script(&pages_of_rows(vec![json!([])]), &[1]).await;
    assert!(end.complete);
    assert_eq!(seen.departments, [DeptId::ROOT]);
}

#[tokio::test(start_paused = true)]
async fn pages_that_repeat_and_pages_without_end_are_malformed() {
    let same = json!([{ "userid": "same" }]);
    let (end, _) = crawl_script(&pages_of_rows(vec![same.clone(), same]), &[1]).await;
    assert_eq!(missing_reasons(&end), [(1, "malformed")]);
    let endless = |asked: &AskedRequest| {
        let result = match (asked.path(), asked.body["cursor"].as_u64()) {
            ("/topapi/v2/department/get", _) => json!({ "dept_id": 1, "name": "公司" }),
            (_, None) => json!([]),
            (_, Some(cursor)) => json!({ "has_more": true, "next_cursor": cursor + 1, "list": [] }),
        };
        ok_answer(&json!({ "errcode": 0, "result": result }).to_string())
    };
    let script = ScriptedTransport::with_handler(1, endless);
    let (end, _) = crawl_script(&script, &[1]).await;
    assert_eq!(missing_reasons(&end), [(1, "malformed")]);
    assert_eq!(script.asked_requests().len(), 1003);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_people_are_read_at_the_allowed_rate() {
    // 400 departments of 25: 401 + 400 calls on two interfaces side by side.
    let mut company = Company::from([(1, ((2..=401).collect(), 0))]);
    company.extend((2..=401).map(|id| (id, (vec![], 25))));
    let script = scripted_company(company);
    let (end, seen) = crawl_script(&script, &[1]).await;
    assert!(end.complete);
    assert_eq!(seen.people, 10_000);
    let asked = script.asked_requests();
    let lists = asked
        .iter()
        .filter(|asked| asked.path().ends_with("user/list"))
        .count();
    let took = asked.last().unwrap().at.millis() - asked[0].at.millis();
    let floor = i64::try_from(lists).unwrap() * 1000 / 20;
    assert!(
        took * 95 <= floor * 100,
        "took {took} ms; the floor is {floor} ms"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_that_every_call_would_meet_stops_the_crawl() {
    let troubles = [
        (
            r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"xxx"}"#,
            "banned",
        ),
        (
            r#"{"errcode":60011,"errmsg":"no permission"}"#,
            "permission_missing",
        ),
    ];
    for (body, key) in troubles {
        let mut company = Company::from([(1, ((2..=400).collect(), 1))]);
        company.extend((2..=400).map(|id| (id, (vec![], 1))));
        let script = ScriptedTransport::with_handler(150, move |asked| match asked.body["dept_id"]
            .as_i64()
        {
            Some(1) => answer_from(&company, asked),
            _ => ok_answer(body),
        });
        let (end, _) = crawl_script(&script, &[1]).await;
        assert!(!end.complete);
        assert_eq!(end.missing.len(), 399, "all that was not read is missing");
        assert!(
            end.missing
                .iter()
                .all(|(_, error)| error.trouble.counter_key() == key),
            "{:?}",
            missing_reasons(&end)
        );
        let asked = script.asked_requests().len();
        assert!(asked <= 3 + 2 * CALLS_UNDER_WAY, "{asked} calls for {key}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_crawl_resumes_and_repeats_no_call() {
    let company = Company::from([
        (1, (vec![2, 3, 5], 250)),
        (2, (vec![4], 100)),
        (3, (vec![], 0)),
        (4, (vec![], 101)),
        (5, (vec![], 7)),
    ]);
    let whole = scripted_company(company.clone());
    let (end, at_once) = crawl_script(&whole, &[1]).await;
    assert!(end.complete);
    let script = scripted_company(company);
    let mut seen = SeenItems::default();
    let mut unread = Some(CrawlState::below_roots(&[DeptId(1)].into()));
    let mut slices = 0;
    while let Some(from) = unread.take() {
        slices += 1;
        let go_on = std::sync::atomic::AtomicBool::new(true);
        // One round of calls per slice; what is left is stored as JSON in between.
        let once = || go_on.swap(false, std::sync::atomic::Ordering::Relaxed);
        let mut each = |found: CrawlItem<'_>| match found {
            CrawlItem::Department(record) => seen.departments.push(record.id.to_dept_id().unwrap()),
            CrawlItem::Members { rows, .. } => seen.people += rows.len(),
        };
        let end = crawl_directory(
            &script.build_client(),
            from,
            FieldSet::NONE,
            &once,
            &mut each,
        )
        .await;
        assert_eq!(end.complete, end.unread.is_none());
        unread = end
            .unread
            .map(|left| serde_json::from_slice(&serde_json::to_vec(&left).unwrap()).unwrap());
    }
    assert!(slices > 2);
    assert_eq!(
        (seen.departments.len(), seen.people),
        (at_once.departments.len(), at_once.people)
    );
    assert_eq!(script.asked_requests().len(), whole.asked_requests().len());
}
