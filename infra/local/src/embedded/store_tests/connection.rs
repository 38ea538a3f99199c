//! The file under the store, and a database that nobody reaches.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::*;

#[tokio::test]
async fn everything_is_there_when_the_file_is_opened_again() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("state.db");
    let database = Database::open(&file).await.unwrap();
    let store = open_store(&database).await;
    store.create_link(&corp(), &link(1, 10)).await.unwrap();
    drop(store);
    database.stop().await.unwrap();
    let database = Database::open(&file).await.unwrap();
    let store = open_store(&database).await;
    assert_eq!(stored(&store, 1).await, Some(link(1, 10)));
    assert_eq!(
        store.write_tally().directory.items,
        0,
        "opening writes nothing"
    );
}

/// A connector behind which nobody answers.
#[derive(Debug)]
struct Unreachable;

impl HttpConnector for Unreachable {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(async { Err(ConnectorError::io("nobody answers".into())) })
    }
}

#[tokio::test]
async fn an_unreachable_database_is_reported_without_values() {
    let database = Database::memory().await.unwrap();
    let connector = SharedHttpConnector::new(Unreachable);
    let client = database
        .dynamodb()
        .client_through(http_client_fn(move |_, _| connector.clone()));
    let store = Store::new(client, TableNames::with_prefix("bangding-"), 7);
    let error = store.create_link(&corp(), &link(1, 10)).await.unwrap_err();
    assert!(error.is_transient());
    let words = format!("{error} {error:?}");
    assert!(!words.contains("dt1") && !words.contains("ehr1"), "{words}");
}
