//! Deploys the template on an emulated AWS: `cargo bangding cloud deploy --local`.

use std::process::ExitCode;

use clap::Parser as _;
use cloud::args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(cloud::run(args)),
        Err(err) => {
            cloud::screen::print_failure(&format!("no runtime: {err}"));
            ExitCode::FAILURE
        }
    }
}
