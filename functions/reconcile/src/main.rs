//! Wakes → the engine.

use reconcile::{Config, Deps, handle};
use runtime::batch::Batch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("reconcile");
    // A broken configuration fails the cold start, never a wake.
    let config = Config::from_vars(runtime::variable)?;
    let deps = Deps::connect(&config)?;
    let deps = &deps;
    runtime::serve(move |wakes: Batch, _| async move { handle(deps, &wakes).await }).await?;
    Ok(())
}
