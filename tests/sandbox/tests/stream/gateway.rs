//! The gateway's own rules.

use bytes::Bytes;
use outbound::{HttpTransport, NetworkDialer, SocketDialer as _, Transport as _};
use sandbox::http::machine_time;
use sandbox::world::TicketRefusal;
use serde_json::{Value, json};

use crate::stream_harness::StreamHarness;

async fn send(url: String, body: Option<Value>, origin: Option<&str>) -> (u16, Value) {
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut request = http::Request::builder().method(method).uri(url);
    request = request.header("content-type", "application/json");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    let body = body
        .map(|body| Bytes::from(body.to_string()))
        .unwrap_or_default();
    let transport = HttpTransport::new(true).unwrap();
    let answer = transport.send(request.body(body).unwrap()).await.unwrap();
    let said = serde_json::from_slice(answer.body()).unwrap_or_default();
    (answer.status().as_u16(), said)
}

async fn open(harness: &StreamHarness, change: Value) -> (u16, Value) {
    let keys = harness
        .server
        .world
        .lock()
        .await
        .company()
        .credentials
        .clone();
    let mut body = json!({
        "clientId": keys.app_key, "clientSecret": keys.app_secret,
        "subscriptions": [{"type": "EVENT", "topic": "*"}],
    });
    body.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    send(
        format!("{}/v1.0/gateway/connections/open", harness.server.url),
        Some(body),
        None,
    )
    .await
}

fn address(opened: &Value) -> String {
    let ticket = opened["ticket"].as_str().unwrap();
    let encoded: String = ticket.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{}?ticket={encoded}", opened["endpoint"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_opens_one_connection_and_expires() {
    let harness = StreamHarness::serve().await;
    let dialer = NetworkDialer::new(true).unwrap();
    let (status, opened) = open(&harness, json!({})).await;
    assert_eq!(status, 200);
    let url = address(&opened);
    let socket = dialer.dial(&url).await.unwrap();
    assert!(dialer.dial(&url).await.is_err(), "a ticket is used once");
    let endpoint = opened["endpoint"].as_str().unwrap();
    assert!(
        dialer.dial(endpoint).await.is_err(),
        "no ticket, no connection"
    );
    assert_eq!(harness.connections().await, 1);
    drop(socket);
    harness
        .wait_until("its end", async || harness.connections().await == 0)
        .await;

    let (_, opened) = open(&harness, json!({})).await;
    let ticket = opened["ticket"].as_str().unwrap();
    let mut world = harness.server.world.lock().await;
    let late = machine_time().plus_millis(90_100);
    assert_eq!(
        world.connect_stream(late, ticket),
        Err(TicketRefusal::Expired)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_secrets_and_subscriptions_are_refused() {
    let harness = StreamHarness::serve().await;
    let refused = open(&harness, json!({"clientSecret": "wrong"})).await;
    assert_eq!(
        (refused.0, &refused.1["code"]),
        (400, &json!("invalidClientIdOrSecret"))
    );
    for topics in [
        json!([]),
        json!([{"type": "EVENT"}]),
        json!([{"type": "X", "topic": "*"}]),
    ] {
        let refused = open(&harness, json!({"subscriptions": topics})).await;
        assert_eq!(
            (refused.0, &refused.1["code"]),
            (400, &json!("invalidParameter"))
        );
    }
    assert_eq!(
        harness.post("stream").await,
        400,
        "Stream is chosen with a connection only"
    );
}

/// A page of another site, in a browser of this machine, knows a ticket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_page_opens_no_websocket() {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
    let harness = StreamHarness::serve().await;
    let (_, opened) = open(&harness, json!({})).await;
    let host = harness.server.url.trim_start_matches("http://").to_owned();
    let connect = async |origin: Option<&str>| {
        let mut request = address(&opened).into_client_request().unwrap();
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert("origin", origin.parse().unwrap());
        }
        let stream = tokio::net::TcpStream::connect(&host).await.unwrap();
        tokio_tungstenite::client_async(request, stream)
            .await
            .map(|(socket, _)| socket)
    };
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let refused = connect(Some(origin)).await.unwrap_err().to_string();
        assert!(refused.contains("403"), "{origin}: {refused}");
    }
    let open_with = send(
        format!("{}/v1.0/gateway/connections/open", harness.server.url),
        Some(json!({})),
        Some("https://evil.example"),
    );
    assert_eq!(open_with.await.0, 403);
    let socket = connect(None).await;
    assert!(
        socket.is_ok(),
        "none of them used the ticket up: {:?}",
        socket.err()
    );
}
