//! The largest company of the stories, in a program of its own: it would slow down whoever ran beside it.

use stories::company_of::{binds, size};

#[tokio::test(flavor = "multi_thread")]
async fn a_company_of_twenty_thousand() {
    let run = binds(size(20_000, 500, 82)).await;
    println!("20,000 people: {} s", run["seconds"]);
}
