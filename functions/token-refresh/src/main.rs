//! Schedule, or a refused token → access tokens.

use runtime::serve;
use token_refresh::{Config, Deps, Input, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("token-refresh");
    let config = Config::from_vars(runtime::variable)?;
    let deps = Deps::connect(&config)?;
    let deps = &deps;
    serve(move |input: Input, _| async move { handle(deps, &input).await }).await?;
    Ok(())
}
