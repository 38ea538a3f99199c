//! Schedule, command or continuation → the engine, everything.

use full_sync::{Config, Deps, Input, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("full-sync");
    // A broken configuration fails the cold start, never a sweep.
    let config = Config::from_vars(runtime::variable)?;
    let deps = Deps::connect(&config)?;
    let deps = &deps;
    runtime::serve(move |input: Input, invocation| async move { handle(deps, input, Some(invocation.deadline)).await })
        .await?;
    Ok(())
}
