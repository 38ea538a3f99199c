//! The store when answers get lost: the write happened, the caller never heard (`reliability.md` F34). Between store and
//! database stands a relay that carries out every request and swallows every second answer to a write. One writer alone
//! must then never be told that somebody else was faster.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use directory::{Action, Side, Timestamp};
use directory::{Base, CorpId, Kind, Lifecycle, Link, LinkId, NativeId, RunId, Version};
use state::store::{Condition, ControlKind, Find, NewEntry, Verdict, create_tables};
use state::{Links, Pointers, Store, Tables};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Database;
use super::database::client_at;

/// One HTTP message with a `Content-Length`; `None` at the end of the connection.
async fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let words = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
            let length = words.lines().find_map(|line| line.strip_prefix("content-length:"));
            let whole = head + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
            if bytes.len() >= whole {
                return Some(bytes);
            }
        }
        let mut chunk = vec![0; 16 * 1024];
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => bytes.extend(&chunk[..read]),
            _ => return None,
        }
    }
}

fn is_write(request: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&request[..request.len().min(2000)]).to_lowercase();
    ["putitem", "updateitem", "transactwriteitems"].iter().any(|word| head.contains(&format!("20120810.{word}")))
}

/// Relays to the database; how many answers were swallowed so far.
async fn relay(database: SocketAddr) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (writes, swallowed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&swallowed);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (writes, swallowed) = (Arc::clone(&writes), Arc::clone(&swallowed));
            tokio::spawn(async move {
                while let Some(request) = message(&mut client).await {
                    let mut upstream = TcpStream::connect(database).await.unwrap();
                    upstream.write_all(&request).await.unwrap();
                    let answer = message(&mut upstream).await.unwrap();
                    if is_write(&request) && writes.fetch_add(1, Ordering::SeqCst) % 2 == 0 {
                        swallowed.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    client.write_all(&answer).await.unwrap();
                }
            });
        }
    });
    (address, counted)
}

async fn deaf() -> (Store, Arc<AtomicU64>, Database) {
    let database = Database::memory().await.unwrap();
    let tables = Tables::with_prefix("bangding-");
    create_tables(&database.client(), &tables).await.unwrap();
    let (address, swallowed) = relay(database.address()).await;
    (Store::new(client_at(address), tables, 7), swallowed, database)
}

fn corp() -> CorpId {
    CorpId::new("ding1").unwrap()
}

fn link(generation: u32, userid: u32) -> Link {
    Link {
        id: LinkId([1; 16]),
        kind: Kind::Person,
        generation,
        version: Version(1000 + u128::from(generation)),
        dingtalk: Some(NativeId::new(&format!("dt{userid}")).unwrap()),
        ehr: None,
        unionid: None,
        protected: false,
        base: Base::default(),
        intents: vec![],
        lifecycle: Lifecycle::Active,
        waits: vec![],
    }
}

#[tokio::test]
async fn a_link_is_written_once_and_nobody_else_won() {
    let (store, swallowed, _database) = deaf().await;
    store.create_link(&corp(), &link(0, 0)).await.unwrap();
    let mut before = link(0, 0);
    for round in 1..=12 {
        let after = link(round, round / 2);
        let pointers = Pointers::between(Some(&before), &after);
        store.put_link(&corp(), &after, before.version, &pointers).await.unwrap();
        before = after;
    }
    assert_eq!(store.link(&corp(), Kind::Person, LinkId([1; 16])).await.unwrap(), Some(before));
    assert!(swallowed.load(Ordering::SeqCst) >= 12);
}

#[tokio::test]
async fn control_items_and_ledger_entries_count_each_write_once() {
    let (store, swallowed, _database) = deaf().await;
    for version in 0..8_u64 {
        let condition = if version == 0 { Condition::New } else { Condition::Version(version) };
        let put = store.put_control(&corp(), ControlKind::Quota, "q", &version, condition, None).await;
        assert_eq!(put, Ok(version + 1));
        let find = Find { what: "job-number", hash: [u8::try_from(version).unwrap(); 12] };
        let put = store.put_entry(&corp(), Kind::Person, "p", "{}", condition, &[find]).await;
        assert_eq!(put, Ok(version + 1));
    }
    assert!(swallowed.load(Ordering::SeqCst) >= 16);
}

#[tokio::test]
async fn a_journal_has_each_entry_once_and_is_closed_once() {
    let (store, swallowed, _database) = deaf().await;
    let run = RunId::new("run1").unwrap();
    let mut journal = store.journal(&corp(), &run).await.unwrap();
    let change = |n: u8| NewEntry {
        at: Timestamp(i64::from(n)),
        side: Side::Ehr,
        record: LinkId([n; 16]),
        kind: Kind::Person,
        action: Action::Update,
        fields: vec![],
        reason: "the owner changed it".into(),
        owner: Side::DingTalk,
    };
    for n in 0..6 {
        journal.append(&[change(n), change(n)]).await.unwrap();
    }
    assert_eq!(journal.close().await.unwrap().closed, 1);
    let intact = |entries| Verdict::Intact { entries, closed: true };
    assert_eq!(store.verify_run(&corp(), &run).await.unwrap(), intact(12));
    assert_eq!(store.verify_heads(&corp()).await.unwrap(), intact(1));
    assert!(swallowed.load(Ordering::SeqCst) >= 6);
}
