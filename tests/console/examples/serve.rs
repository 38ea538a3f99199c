//! Serves the console of a company in memory on loopback, and prints one line of JSON: its address and links that sign in.
//!
//! `cargo run -p console --example serve [--unbound|--empty]`

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for people who look, and for tests"
)]

use admin_console::desk_port::ConsoleRole;
use console::{ConsoleWorld, WorldOptions, key_of};
use serde_json::{Map, json};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let options = WorldOptions {
        is_bound: wanted != "--unbound",
        is_real_time: true,
    };
    let world = ConsoleWorld::start(options).await;
    if wanted == "--empty" {
        world.desk.empty_out();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut links = Map::new();
    for role in ConsoleRole::ALL {
        let path = world.link(key_of(role)).await;
        links.insert(key_of(role).to_owned(), json!(format!("{address}{path}")));
    }
    println!("{}", json!({"address": address, "links": links}));
    axum::serve(listener, world.router).await.unwrap();
}
