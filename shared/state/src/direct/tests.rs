//! The client against a listener that misbehaves as networks and services do.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicUsize};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::crypto::ring;

use super::*;
use crate::queue::DirectQueue;
use crate::vault::{DirectVault, SecretStage, StagedVault as _, Vault as _};
use crate::{Queue as _, QueueError, QueueMessage, VaultError};

const NOW: i64 = 1_763_800_000_000;
const SENT_BODY: &str = r#"{"MessageId":"m1"}"#;

/// What happens with a request.
#[derive(Clone)]
enum ServerAction {
    /// Status, further headers, body.
    Says(u16, &'static str, &'static str),
    /// The connection is closed instead.
    HangsUp,
    /// Nothing, for ever.
    Stalls,
}

/// A service that acts as it is told, then says `SENT`.
struct FakeService {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

async fn start_service(acts: impl IntoIterator<Item = ServerAction>) -> FakeService {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let acts = Arc::new(Mutex::new(acts.into_iter().collect::<VecDeque<_>>()));
    let connections = Arc::new(AtomicUsize::new(0));
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (count, seen) = (Arc::clone(&connections), Arc::clone(&requests));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let (acts, seen) = (Arc::clone(&acts), Arc::clone(&seen));
            tokio::spawn(async move {
                while let Some(request) = read_request(&mut stream).await {
                    seen.lock().unwrap().push(request);
                    let act = acts
                        .lock()
                        .unwrap()
                        .pop_front()
                        .unwrap_or(ServerAction::Says(200, "", SENT_BODY));
                    match act {
                        ServerAction::Says(status, headers, body) => {
                            let length = body.len();
                            let text = format!(
                                "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}"
                            );
                            stream.write_all(text.as_bytes()).await.unwrap();
                        }
                        ServerAction::HangsUp => return,
                        ServerAction::Stalls => std::future::pending().await,
                    }
                }
            });
        }
    });
    FakeService {
        url,
        connections,
        requests,
    }
}

/// One whole request, or `None` when the client has gone.
async fn read_request(stream: &mut tokio::net::TcpStream) -> Option<String> {
    let mut text = String::new();
    loop {
        let mut bytes = [0; 4_096];
        let read = stream
            .read(&mut bytes)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap();
        if body.len() >= length.parse().unwrap() {
            return Some(text);
        }
    }
}

fn caller(service: AwsService, url: &str, clock: &Arc<AtomicI64>) -> AwsClient {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let tls = tls
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty());
    let clock = Arc::clone(clock);
    let access = CallerSettings {
        identity: CallerIdentity::new("eu-central-1", "AKIDEXAMPLE", &"a-secret".into(), None),
        tls: Arc::new(tls.with_no_client_auth()),
        clock: Arc::new(move || Timestamp(clock.load(Ordering::SeqCst))),
        bounds: CallTimeouts {
            kept: Duration::from_millis(300),
            fresh: Duration::from_millis(450),
            call: Duration::from_millis(900),
        },
    };
    AwsClient::new(service, access, Some(url)).unwrap()
}

fn queue(service: &FakeService) -> DirectQueue {
    let caller = caller(SQS, &service.url, &Arc::new(AtomicI64::new(NOW)));
    DirectQueue::new(
        caller,
        "https://sqs.eu-central-1.amazonaws.com/1/wakes.fifo",
    )
}

fn message() -> QueueMessage {
    QueueMessage {
        body: "{}".into(),
        group: Some("g".into()),
        deduplication: Some("d".into()),
        delay_s: 0,
    }
}

fn count(counter: &AtomicUsize) -> usize {
    counter.load(Ordering::SeqCst)
}

#[tokio::test]
async fn calls_are_signed_and_reuse_one_connection() {
    let service = start_service([]).await;
    let queue = queue(&service);
    queue.warm().await;
    for _ in 0..3 {
        queue.send(message()).await.unwrap();
    }
    assert_eq!(count(&service.connections), 1);
    let requests = service.requests.lock().unwrap();
    let scope = "Credential=AKIDEXAMPLE/20251122/eu-central-1/sqs/aws4_request";
    assert!(requests[0].contains(scope), "{}", requests[0]);
    assert!(requests[0].contains("x-amz-target: AmazonSQS.SendMessage"));
    assert!(requests[0].contains(r#""MessageGroupId":"g","MessageDeduplicationId":"d""#));
}

#[tokio::test]
async fn a_dead_idle_connection_is_replaced_without_an_error() {
    for death in [ServerAction::HangsUp, ServerAction::Stalls] {
        let service = start_service([ServerAction::Says(200, "", SENT_BODY), death]).await;
        let queue = queue(&service);
        queue.send(message()).await.unwrap();
        queue.send(message()).await.unwrap();
        assert_eq!(count(&service.connections), 2);
    }
}

#[tokio::test]
async fn one_failure_is_retried_and_two_are_an_error() {
    let busy = ServerAction::Says(503, "", "");
    let service = start_service([
        busy.clone(),
        ServerAction::Says(200, "", SENT_BODY),
        busy.clone(),
        busy,
    ])
    .await;
    let queue = queue(&service);
    queue.send(message()).await.unwrap();
    assert!(matches!(
        queue.send(message()).await,
        Err(QueueError::Unavailable(_))
    ));
    queue.send(message()).await.unwrap();
}

#[tokio::test]
async fn a_refusal_is_not_retried() {
    let gone = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}"#;
    let service = start_service([ServerAction::Says(400, "", gone)]).await;
    assert!(matches!(
        queue(&service).send(message()).await,
        Err(QueueError::Refused(_))
    ));
    assert_eq!(service.requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_response_without_a_message_id_is_an_error() {
    for body in ["", "{}", "<html>welcome</html>", r#"{"MessageId":""}"#] {
        let answer = ServerAction::Says(200, "", body);
        let service = start_service([answer]).await;
        assert!(
            matches!(
                queue(&service).send(message()).await,
                Err(QueueError::Unavailable(_))
            ),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_service_that_never_answers_is_an_error_within_the_timeout() {
    let service = start_service(vec![ServerAction::Stalls; 9]).await;
    let queue = queue(&service);
    let (sent, limit) = (queue.send(message()), Duration::from_secs(5));
    assert!(matches!(
        tokio::time::timeout(limit, sent).await.unwrap(),
        Err(QueueError::Unavailable(_))
    ));
    assert!(count(&service.connections) <= 3);
}

#[tokio::test]
async fn an_unreachable_address_is_an_error() {
    let nobody = FakeService {
        url: "http://127.0.0.1:1".into(),
        ..start_service([]).await
    };
    assert!(matches!(
        queue(&nobody).send(message()).await,
        Err(QueueError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_clock_ten_minutes_off_is_corrected() {
    for off in [-600_000, 600_000] {
        let date = "date: Sat, 22 Nov 2025 08:26:40 GMT\r\n";
        let skewed = r#"{"__type":"InvalidSignatureException"}"#;
        let service = start_service([
            ServerAction::Says(403, date, skewed),
            ServerAction::Says(200, date, SENT_BODY),
        ])
        .await;
        let clock = Arc::new(AtomicI64::new(NOW + off));
        DirectQueue::new(caller(SQS, &service.url, &clock), "q.fifo")
            .send(message())
            .await
            .unwrap();
        let requests = service.requests.lock().unwrap();
        assert!(!requests[0].contains("x-amz-date: 20251122T082640Z"));
        assert!(
            requests[1].contains("x-amz-date: 20251122T082640Z"),
            "{}",
            requests[1]
        );
    }
    let refused = ServerAction::Says(
        403,
        "date: Sat, 22 Nov 2025 08:26:40 GMT\r\n",
        r#"{"__type":"AccessDeniedException"}"#,
    );
    let service = start_service([refused]).await;
    assert!(queue(&service).send(message()).await.is_err());
    assert_eq!(
        service.requests.lock().unwrap().len(),
        1,
        "a right clock is no reason to ask twice"
    );
}

#[tokio::test]
async fn secrets_are_read_by_stage() {
    let missing = r#"{"__type":"ResourceNotFoundException","message":"m"}"#;
    let acts = [
        ServerAction::Says(200, "", r#"{"SecretString":"{\"v\":1}","Name":"n"}"#),
        ServerAction::Says(400, "", missing),
        ServerAction::Says(400, "", r#"{"__type":"AccessDeniedException"}"#),
        ServerAction::Says(200, "", r#"{"SecretBinary":"AAAA"}"#),
        ServerAction::Says(200, "", "<html>"),
    ];
    let service = start_service(acts).await;
    let vault = DirectVault::new(caller(
        SECRETS_MANAGER,
        &service.url,
        &Arc::new(AtomicI64::new(NOW)),
    ));
    use secrecy::ExposeSecret as _;
    assert_eq!(vault.get("n").await.unwrap().expose_secret(), r#"{"v":1}"#);
    assert_eq!(
        vault
            .get_stage("n", SecretStage::Pending)
            .await
            .unwrap_err(),
        VaultError::NotFound
    );
    assert!(matches!(
        vault.get("n").await.unwrap_err(),
        VaultError::Refused(_)
    ));
    assert!(matches!(
        vault.get("n").await.unwrap_err(),
        VaultError::Refused(_)
    ));
    assert!(matches!(
        vault.get("n").await.unwrap_err(),
        VaultError::Unavailable(_)
    ));
    let requests = service.requests.lock().unwrap();
    assert!(
        requests[0].ends_with(r#"{"SecretId":"n","VersionStage":"AWSCURRENT"}"#),
        "{}",
        requests[0]
    );
    assert!(requests[1].ends_with(r#"{"SecretId":"n","VersionStage":"AWSPENDING"}"#));
    assert_eq!(requests.len(), 5);
}

#[tokio::test]
async fn a_proposed_secret_is_promoted_and_a_partial_promotion_is_completed() {
    let versions = r#"{"VersionIdsToStages":{"v1":["AWSCURRENT"],"v2":["AWSPENDING"]}}"#;
    let half = r#"{"VersionIdsToStages":{"v1":["AWSPREVIOUS"],"v2":["AWSCURRENT","AWSPENDING"]}}"#;
    let none = r#"{"VersionIdsToStages":{"v2":["AWSCURRENT"]}}"#;
    let done = ServerAction::Says(200, "", "{}");
    let says = |body| ServerAction::Says(200, "", body);
    let acts = [
        done.clone(),
        says(versions),
        says(versions),
        done.clone(),
        done.clone(),
    ];
    let acts = acts
        .into_iter()
        .chain([says(half), says(half), done, says(none)]);
    let service = start_service(acts).await;
    let vault = DirectVault::new(caller(
        SECRETS_MANAGER,
        &service.url,
        &Arc::new(AtomicI64::new(NOW)),
    ));
    vault.propose("n", "v".into()).await.unwrap();
    vault.promote("n").await.unwrap();
    vault.promote("n").await.unwrap();
    assert_eq!(vault.promote("n").await.unwrap_err(), VaultError::NotFound);
    let requests = service.requests.lock().unwrap();
    assert!(
        requests[0].contains(r#""VersionStages":["AWSPENDING"]"#),
        "{}",
        requests[0]
    );
    assert!(
        requests[3].contains(r#""MoveToVersionId":"v2","RemoveFromVersionId":"v1""#),
        "{}",
        requests[3]
    );
    assert!(
        requests[4]
            .contains(r#""RemoveFromVersionId":"v2","SecretId":"n","VersionStage":"AWSPENDING""#)
    );
    assert!(
        requests[7].contains("AWSPENDING"),
        "only the label was left"
    );
    assert_eq!(requests.len(), 9);
}
