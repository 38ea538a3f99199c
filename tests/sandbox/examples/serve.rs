//! Runs the sandbox alone, without the `bangding` command. For example: `cargo run -p sandbox
//! --example serve -- --port 18088`.

use clap::Parser;

#[derive(Parser)]
struct ServeCommand {
    #[command(flatten)]
    sandbox: sandbox::SandboxArgs,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(sandbox::run(ServeCommand::parse().sandbox).await?)
}
