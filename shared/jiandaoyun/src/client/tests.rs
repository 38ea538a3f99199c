//! The client against a script of answers, under a clock that nobody waits for.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use outbound::TransportError;
use serde_json::Value;

use super::*;
use crate::error::ErrorKind;
use crate::wire::RowId;

type Answer = Result<(u16, &'static str), TransportError>;

struct Script {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<(String, Value)>>,
    now: AtomicI64,
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let key = request.headers()["authorization"].to_str().unwrap();
        assert_eq!(key, "Bearer the-key");
        let body = serde_json::from_slice(request.body()).unwrap();
        self.asked
            .lock()
            .unwrap()
            .push((request.uri().path().to_owned(), body));
        let answer = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("asked too often");
        answer.map(|(status, body)| {
            Response::builder()
                .status(status)
                .body(Bytes::from(body))
                .unwrap()
        })
    }
}

#[async_trait]
impl Clock for Script {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap();
        self.now.fetch_add(millis, Ordering::SeqCst);
    }
}

fn client(answers: Vec<Answer>) -> (Client, Arc<Script>) {
    let script = Arc::new(Script {
        answers: Mutex::new(answers.into()),
        asked: Mutex::default(),
        now: AtomicI64::new(1_763_800_000_000),
    });
    let config = ClientConfig::new("https://jdy.test/api/", SecretString::from("the-key"));
    let client = Client::new(script.clone(), script.clone(), Arc::new(|| 0), config);
    (client, script)
}

fn row_id() -> RowId {
    RowId::new("5a3765a091646d77aef8e054").unwrap()
}

async fn get_row_error(answers: Vec<Answer>) -> (ErrorKind, usize) {
    let (client, script) = client(answers);
    let err = client.get_row("a", "e", &row_id()).await.unwrap_err();
    let asked = script.asked.lock().unwrap().len();
    (err.kind, asked)
}

#[tokio::test]
async fn a_code_says_what_is_to_be_done() {
    for (body, kind) in [
        (
            r#"{"code":17018,"msg":"x"}"#,
            ErrorKind::CredentialsRefused { code: 17018 },
        ),
        (
            r#"{"code":8302,"msg":"x"}"#,
            ErrorKind::PermissionMissing { code: 8302 },
        ),
        (
            r#"{"code":17052,"msg":"x"}"#,
            ErrorKind::AddressNotAllowed { code: 17052 },
        ),
        (
            r#"{"code":7212,"msg":"x"}"#,
            ErrorKind::QuotaUsedUp { code: 7212 },
        ),
        (
            r#"{"code":"3000","msg":"x"}"#,
            ErrorKind::FormMissing { code: 3000 },
        ),
        (
            r#"{"code":123456,"msg":"x"}"#,
            ErrorKind::Unrecognised { code: 123_456 },
        ),
    ] {
        assert_eq!(
            get_row_error(vec![Ok((400, body))]).await,
            (kind, 1),
            "{body}"
        );
    }
    // The text of a refusal may repeat what was sent.
    let (client, _) = client(vec![Ok((
        400,
        r#"{"code":17018,"msg":"张三 is not allowed"}"#,
    ))]);
    let err = client.get_row("a", "e", &row_id()).await.unwrap_err();
    assert!(!format!("{err} {err:?}").contains("张三"));
}

#[tokio::test]
async fn a_row_that_is_not_there_is_no_error() {
    let (client, _) = client(vec![
        Ok((400, r#"{"code":4001,"msg":"x"}"#)),
        Ok((200, r#"{"data":null}"#)),
    ]);
    assert!(client.get_row("a", "e", &row_id()).await.unwrap().is_none());
    assert!(client.get_row("a", "e", &row_id()).await.unwrap().is_none());
}

#[tokio::test]
async fn slower_please_waits_a_second_and_gives_up_after_five() {
    let slow = || Ok((400, r#"{"code":8303,"msg":"x"}"#));
    let found = Ok((200, r#"{"data":{"_id":"5a3765a091646d77aef8e054"}}"#));
    let (client, script) = client(vec![slow(), Ok((429, "")), found]);
    let began = script.now();
    assert!(client.get_row("a", "e", &row_id()).await.unwrap().is_some());
    assert_eq!(script.now().millis() - began.millis(), 2000);
    let answers = (0..5).map(|_| slow()).collect();
    assert_eq!(
        get_row_error(answers).await,
        (ErrorKind::Throttled { code: 8303 }, 5)
    );
}

#[tokio::test]
async fn a_failure_inside_http_200_is_a_failure() {
    let failure = r#"{"status":"failure","code":1010,"message":"x"}"#;
    let (client, _) = client(vec![Ok((200, failure))]);
    let err = client.delete_row("a", "e", &row_id()).await.unwrap_err();
    assert_eq!(err.kind, ErrorKind::NotFound { code: 1010 });
}

#[tokio::test]
async fn a_write_without_an_answer_is_not_made_twice() {
    for lost in [
        Err(TransportError::TimedOut),
        Err(TransportError::Lost { source: None }),
        Ok((502, "<html>bad gateway</html>")),
        Ok((200, "{\"data\":")),
    ] {
        let (client, script) = client(vec![lost]);
        let err = client
            .update_row("a", "e", &row_id(), &WrittenRow::new())
            .await
            .unwrap_err();
        assert_eq!(err.kind, ErrorKind::UnknownOutcome);
        assert_eq!(script.asked.lock().unwrap().len(), 1);
    }
    // Nothing was sent: again.
    let nothing = || Err(TransportError::NotConnected { source: None });
    let (client, script) = client(vec![nothing(), Ok((200, r#"{"data":{"_id":"r"}}"#))]);
    assert!(
        client
            .update_row("a", "e", &row_id(), &WrittenRow::new())
            .await
            .is_ok()
    );
    assert_eq!(script.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_create_is_repeated_with_its_own_transaction() {
    let transaction = TransactionId::of_link(directory::LinkId([0xff; 16]));
    let created = Ok((
        200,
        r#"{"status":"success","success_count":1,"success_ids":["r1"]}"#,
    ));
    let (client, script) = client(vec![Err(TransportError::TimedOut), created]);
    let id = client
        .create_row_once("a", "e", &WrittenRow::new(), &transaction)
        .await
        .unwrap();
    assert_eq!(id, RowId::new("r1"));
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[0], asked[1]);
    assert_eq!(
        asked[0].1["transaction_id"],
        "ffffffff-ffff-8fff-bfff-ffffffffffff"
    );
}

#[tokio::test]
async fn a_page_ends_when_it_is_not_full_and_an_odd_row_is_its_own_trouble() {
    let (client, _) = client(vec![
        Ok((
            200,
            r#"{"data":[{"_id":"r1"},{"_id":7},5,{"_id":"r2","x":1e999}]}"#,
        )),
        Ok((200, r#"{"rows":[]}"#)),
    ]);
    let page = client.list_rows("a", "e", None, None).await.unwrap();
    let ids: Vec<&str> = page.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(
        (ids, page.unreadable, page.next),
        (vec!["r1", "r2"], 2, None)
    );
    let err = client.list_rows("a", "e", None, None).await.unwrap_err();
    assert!(matches!(err.kind, ErrorKind::Malformed { .. }));
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_stays_unknown_if_its_repetition_is_refused() {
    let transaction = TransactionId::of_link(directory::LinkId([1; 16]));
    let refused = Ok((400, r#"{"code":8301,"msg":"x"}"#));
    let (client, _) = client(vec![Err(TransportError::TimedOut), refused]);
    let created = client
        .create_row_once("a", "e", &WrittenRow::new(), &transaction)
        .await;
    assert_eq!(created.unwrap_err().kind, ErrorKind::UnknownOutcome);
}
