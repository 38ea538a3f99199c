//! The tables, as the embedded database is given them. `infra/template.yaml` says the same; access patterns stand in this
//! crate's `README.md`.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableStatus, TimeToLiveSpecification,
};

use super::TableNames;
use super::item::sdk_error;
use crate::error::{Cause, StoreError};

/// The journal's index by record: `record` = `{corp}#{link id}`, `at` = time and place in the chain.
pub(super) const BY_RECORD: &str = "by_record";

const CALL: &str = "create a table";

/// Creates what is missing and waits until it can be used. What is there already is left as it is.
///
/// # Errors
/// [`StoreError`].
pub async fn create_tables(client: &Client, tables: &TableNames) -> Result<(), StoreError> {
    for name in [&tables.directory, &tables.control, &tables.ledger] {
        create_with_index(client, name, false).await?;
    }
    create_with_index(client, &tables.journal, true).await?;
    for name in [
        &tables.directory,
        &tables.control,
        &tables.ledger,
        &tables.journal,
    ] {
        wait_until_active(client, name).await?;
    }
    for name in [&tables.control, &tables.ledger] {
        enable_expiry(client, name, "x").await?;
    }
    Ok(())
}

/// Creates one more table with `pk` and `sk`, for a port that keeps its items beside the store's, and waits for it.
///
/// # Errors
/// [`StoreError`].
pub async fn create_table(client: &Client, name: &str) -> Result<(), StoreError> {
    create_with_index(client, name, false).await?;
    wait_until_active(client, name).await
}

fn schema_build_error(_: BuildError) -> StoreError {
    StoreError::Refused {
        call: CALL,
        source: Cause::new("the request could not be built"),
    }
}

fn key_schema(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    Ok(vec![
        key(hash, KeyType::Hash).map_err(schema_build_error)?,
        key(range, KeyType::Range).map_err(schema_build_error)?,
    ])
}

async fn create_with_index(client: &Client, name: &str, by_record: bool) -> Result<(), StoreError> {
    let indexed: &[&str] = if by_record {
        &["pk", "sk", "record", "at"]
    } else {
        &["pk", "sk"]
    };
    let attributes = indexed
        .iter()
        .map(|name| {
            AttributeDefinition::builder()
                .attribute_name(*name)
                .attribute_type(ScalarAttributeType::S)
                .build()
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(schema_build_error)?;
    let mut request = client
        .create_table()
        .table_name(name)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(key_schema("pk", "sk")?))
        .billing_mode(BillingMode::PayPerRequest);
    if by_record {
        let index = GlobalSecondaryIndex::builder()
            .index_name(BY_RECORD)
            .set_key_schema(Some(key_schema("record", "at")?))
            .projection(
                Projection::builder()
                    .projection_type(ProjectionType::All)
                    .build(),
            )
            .build()
            .map_err(schema_build_error)?;
        request = request.global_secondary_indexes(index);
    }
    match request.send().await {
        Err(error) if error.code() != Some("ResourceInUseException") => {
            Err(sdk_error(CALL, &error))
        }
        _ => Ok(()),
    }
}

/// Looks up to 100 times, 100 ms apart.
async fn wait_until_active(client: &Client, name: &str) -> Result<(), StoreError> {
    for _ in 0..100 {
        let answer = client.describe_table().table_name(name).send().await;
        let answer = answer.map_err(|error| sdk_error("describe a table", &error))?;
        if answer.table().and_then(|table| table.table_status()) == Some(&TableStatus::Active) {
            return Ok(());
        }
        if let Some(sleep) = client.config().sleep_impl() {
            sleep.sleep(Duration::from_millis(100)).await;
        }
    }
    Err(StoreError::Unavailable {
        call: CALL,
        source: Cause::new("the table is still being created"),
    })
}

async fn enable_expiry(client: &Client, name: &str, attribute: &str) -> Result<(), StoreError> {
    let answer = client.describe_time_to_live().table_name(name).send().await;
    let answer = answer.map_err(|error| sdk_error("describe a table", &error))?;
    let named = answer
        .time_to_live_description()
        .and_then(|ttl| ttl.attribute_name());
    if named == Some(attribute) {
        return Ok(());
    }
    let ttl = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(attribute)
        .build()
        .map_err(schema_build_error)?;
    let update = client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(ttl)
        .send()
        .await;
    update
        .map(|_| ())
        .map_err(|error| sdk_error("set a table's expiry", &error))
}
