//! The `bangding` command.

use std::process::ExitCode;

use clap::Parser as _;
use local::args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(local::run(args)),
        Err(err) => local::print_error(&err),
    }
}
