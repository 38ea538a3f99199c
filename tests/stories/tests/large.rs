//! The largest company of the stories. It has its own test program, because it would slow down
//! other stories.

use stories::company_sizes::{assert_binds_twice, company_size};

#[tokio::test(flavor = "multi_thread")]
async fn a_company_of_twenty_thousand_people_binds() {
    let run = assert_binds_twice(company_size(20_000, 500, 82)).await;
    println!("20,000 people: {} s", run["seconds"]);
}
