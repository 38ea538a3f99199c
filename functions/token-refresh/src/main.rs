//! Schedule, or a refused token → access tokens.

use runtime::serve_invocations;
use token_refresh::{RefreshConfig, RefreshDeps, RefreshInput, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("token-refresh");
    let config = RefreshConfig::from_vars(runtime::read_variable)?;
    let deps = RefreshDeps::connect(&config)?;
    let deps = &deps;
    serve_invocations(move |input: RefreshInput, _| async move { handle(deps, &input).await })
        .await?;
    Ok(())
}
