//! Outbox queue → work notifications.

use message_push::{Config, Deps, handle};
use runtime::batch::Batch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("message-push");
    let config = Config::from_vars(runtime::variable)?;
    let deps = Deps::connect(&config)?;
    let deps = &deps;
    runtime::serve(move |items: Batch, _| async move { handle(deps, &items).await }).await?;
    Ok(())
}
