//! The client's pace over a way with jitter: a proxy that delays what goes to the sandbox.

use std::time::{Duration, Instant};

use dingtalk::client::CallRate;
use sandbox::{Server, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::client_harness::client_at;

const CALLS: usize = 260;

/// Delays each request by up to `jitter` ms and hands the answers back at once; returns its address.
async fn start_proxy(server: &str, jitter: u64) -> String {
    let server = server.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut dice = 7_u64;
        while let Ok((near, _)) = listener.accept().await {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let far = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(carry(near, far, jitter, dice));
        }
    });
    url
}

async fn carry(near: TcpStream, far: TcpStream, jitter: u64, mut dice: u64) {
    _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (mut from_near, mut to_near) = near.into_split();
    let (mut from_far, mut to_far) = far.into_split();
    tokio::spawn(async move { _ = tokio::io::copy(&mut from_far, &mut to_near).await });
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from_near.read(&mut buffer).await {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        tokio::time::sleep(Duration::from_millis((dice >> 33) % (jitter + 1))).await;
        if to_far.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// However DingTalk counts its second: no second of its log holds more than twenty calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jitter_on_the_way_throttles_nothing() {
    for (jitter, floor) in [(30, 0.95), (100, 0.90)] {
        let server = Server::start(ServerConfig::in_memory(5, 2, 1))
            .await
            .unwrap();
        let proxy = start_proxy(&server.url, jitter).await;
        let client = client_at(&server, &proxy, CallRate::default()).await;
        server.world.lock().await.clear_log();
        let began = Instant::now();
        let calls = (0..CALLS).map(|_| client.head_count());
        let counted = futures::future::join_all(calls).await;
        assert!(counted.iter().all(Result::is_ok));
        let share = (CALLS as f64 / 20.0) / began.elapsed().as_secs_f64();
        let world = server.world.lock().await;
        let at: Vec<i64> = world.log().map(|call| call.at).collect();
        let within = |from: &i64| {
            at.iter()
                .filter(|at| (*from..from + 1000).contains(*at))
                .count()
        };
        let busiest = at.iter().map(within).max().unwrap();
        assert!(
            busiest <= 20,
            "{busiest} calls in one second at {jitter} ms"
        );
        assert_eq!(client.read_tally().throttled, 0);
        assert!(share >= floor, "{jitter} ms: {share:.3} of the floor");
    }
}
