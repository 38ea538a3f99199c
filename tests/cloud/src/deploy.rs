//! `cloud deploy`: zips, emulator, stack, company, stories, and a tear-down that leaves nothing.

use std::path::Path;
use std::time::{Duration, Instant};

use checks::emulator::{Emulator, EmulatorError, IamMode, target_directory};
use checks::pypi_tools;

use crate::args::DeployArgs;
use crate::aws::BotoClient;
use crate::denial_proxy::DenialProxy;
use crate::screen::{print_done, print_remark};
use crate::stack::{DeployedStack, file_megabytes};
use crate::template::{self, PackagedTemplate};
use crate::world::CloudWorld;
use crate::zips::{self, BootstrapPrograms, BuildPaths};
use crate::{stack, stories};

/// Name of the stack.
const STACK_NAME: &str = "bangding-local";

/// Deploys, runs the stories, tears down.
///
/// # Errors
/// A description of what failed, for people.
pub async fn run(args: &DeployArgs) -> Result<(), String> {
    let began = Instant::now();
    let world =
        deploy_company(args.programs(), args.people as usize, AwsEndpoint::Emulator).await?;
    let outcome = stories::run_stories(&world, &stories::ALL_STORIES).await;
    if args.keep {
        wait_for_interrupt(&world).await;
    }
    let torn_down = tear_down(world).await;
    let stories = outcome?;
    torn_down?;
    print_done("complete", &format!("{stories} stories"), began.elapsed());
    Ok(())
}

/// Where the functions find AWS.
pub enum AwsEndpoint<'a> {
    /// At the emulator itself.
    Emulator,
    /// Behind a proxy that records denials.
    Witness(&'a DenialProxy),
}

impl AwsEndpoint<'_> {
    fn start(&self, target: &Path) -> Result<Emulator, EmulatorError> {
        match self {
            Self::Emulator => Emulator::start(target, IamMode::Enforced),
            Self::Witness(witness) => {
                let emulator = Emulator::start_behind(target, IamMode::Enforced, &witness.url())?;
                witness.forward_to(emulator.url());
                Ok(emulator)
            }
        }
    }
}

impl DeployArgs {
    fn programs(&self) -> BootstrapPrograms {
        if self.built {
            BootstrapPrograms::Built
        } else {
            BootstrapPrograms::CargoLambda
        }
    }
}

/// Deploys a stack with IAM enforced, and binds a company to it.
///
/// # Errors
/// A description of what failed, for people.
pub async fn deploy_company(
    programs: BootstrapPrograms,
    people: usize,
    endpoint: AwsEndpoint<'_>,
) -> Result<CloudWorld, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = target_directory().map_err(|err| err.to_string())?;
    let step = Instant::now();
    let python = pypi_tools::install_emulator(&target)?;
    let places = BuildPaths {
        root,
        target,
        python,
    };
    let packaged = read_and_package(&places)?;
    let zips = zips::make(&places, &packaged.functions, programs).await?;
    let sizes: Vec<String> = packaged
        .functions
        .iter()
        .zip(&zips)
        .map(|(function, zip)| format!("{} {:.1} MB", function.binary, file_megabytes(zip)))
        .collect();
    print_done("zips", &sizes.join(", "), step.elapsed());
    let step = Instant::now();
    let emulator = endpoint
        .start(&places.target)
        .map_err(|err| directory::text::describe_error(&err))?;
    let aws = BotoClient::start_for_emulator(&places.python.join("python"), emulator.url())
        .map_err(|err| err.to_string())?;
    print_done(
        "emulator",
        &format!("{} with IAM enforced", emulator.url()),
        step.elapsed(),
    );
    let step = Instant::now();
    for line in &packaged.changed {
        print_remark(line.trim());
    }
    let stack = DeployedStack::deploy(&aws, STACK_NAME, &packaged, &zips).await;
    let stack = stack.map_err(|err| {
        format!(
            "{}\n{}",
            directory::text::describe_error(&err),
            emulator.log()
        )
    })?;
    print_done(
        "stack",
        &format!("{STACK_NAME}, {} resources", stack.resources.len()),
        step.elapsed(),
    );
    let step = Instant::now();
    let world = CloudWorld::bind(emulator, aws, stack, people).await;
    print_done(
        "company",
        &format!("{people} people at {}", world.dingtalk.url()),
        step.elapsed(),
    );
    Ok(world)
}

fn read_and_package(places: &BuildPaths) -> Result<PackagedTemplate, String> {
    let path = places.root.join("infra/template.yaml");
    let text = std::fs::read_to_string(&path)
        .map_err(|err| format!("{} cannot be read: {err}", path.display()))?;
    template::package(&text, stack::BUCKET)
}

async fn wait_for_interrupt(world: &CloudWorld) {
    print_remark(&format!(
        "AWS {} (keys test/test), stack {}",
        world.emulator().url(),
        world.stack.name
    ));
    print_remark(&format!(
        "callback {}",
        world.subscription["callback_url"]
            .as_str()
            .unwrap_or_default()
    ));
    print_remark(&format!(
        "DingTalk {}; Ctrl+C tears everything down",
        world.dingtalk.url()
    ));
    // If the program cannot listen for Ctrl+C, it ends at once.
    _ = tokio::signal::ctrl_c().await;
}

/// Deletes the stack and stops everything.
///
/// # Errors
/// A description of what is left, for people.
pub async fn tear_down(world: CloudWorld) -> Result<(), String> {
    let step = Instant::now();
    world
        .stack
        .delete(&world.aws)
        .await
        .map_err(|err| directory::text::describe_error(&err))?;
    let url = world.emulator().url().to_owned();
    // This stops the functions too, and waits until they end.
    tokio::task::spawn_blocking(move || drop(world))
        .await
        .map_err(|err| err.to_string())?;
    if is_answering(&url).await {
        return Err(format!("{url} still answers"));
    }
    print_done("torn down", "nothing is left", step.elapsed());
    Ok(())
}

async fn is_answering(url: &str) -> bool {
    let address = url.trim_start_matches("http://").to_owned();
    let connect = tokio::net::TcpStream::connect(address);
    tokio::time::timeout(Duration::from_secs(1), connect)
        .await
        .is_ok_and(|connected| connected.is_ok())
}
