//! `cloud deploy`: zips, emulator, stack, company, stories, and nothing is left.

use std::path::Path;
use std::time::{Duration, Instant};

use local::cloud::emulator::{Emulator, EmulatorTrouble, Iam, target_directory};
use local::cloud::tool;

use crate::args::DeployArgs;
use crate::aws::Aws;
use crate::screen::{done, remark};
use crate::stack::{Stack, megabytes};
use crate::template::{self, Packaged};
use crate::witness::Witness;
use crate::world::World;
use crate::zips::{self, Places, Programs};
use crate::{stack, stories};

/// The name of the stack.
const STACK: &str = "bangding-local";

/// Deploys, tells the stories, tears down.
///
/// # Errors
/// What failed, for people.
pub async fn run(args: &DeployArgs) -> Result<(), String> {
    let began = Instant::now();
    let world = deployed(args.programs(), args.people as usize, Endpoint::Emulator).await?;
    let told = stories::tell(&world, &stories::ALL).await;
    if args.keep {
        stay(&world).await;
    }
    let torn_down = tear_down(world).await;
    let stories = told?;
    torn_down?;
    done("complete", &format!("{stories} stories"), began.elapsed());
    Ok(())
}

/// Where the functions find AWS.
pub enum Endpoint<'a> {
    /// At the emulator itself.
    Emulator,
    /// Behind a witness.
    Witness(&'a Witness),
}

impl Endpoint<'_> {
    fn start(&self, target: &Path) -> Result<Emulator, EmulatorTrouble> {
        match self {
            Self::Emulator => Emulator::start(target, Iam::Enforced),
            Self::Witness(witness) => {
                let emulator = Emulator::start_behind(target, Iam::Enforced, &witness.url())?;
                witness.lead_to(emulator.url());
                Ok(emulator)
            }
        }
    }
}

impl DeployArgs {
    fn programs(&self) -> Programs {
        if self.built { Programs::Built } else { Programs::CargoLambda }
    }
}

/// A stack with IAM enforced, and a company that is bound to it.
///
/// # Errors
/// What failed, for people.
pub async fn deployed(programs: Programs, people: usize, endpoint: Endpoint<'_>) -> Result<World, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = target_directory().map_err(|err| err.to_string())?;
    let step = Instant::now();
    let python = tool::emulator(&target)?;
    let places = Places { root, target, python };
    let packaged = packaged(&places)?;
    let zips = zips::make(&places, &packaged.functions, programs).await?;
    let sizes: Vec<String> = packaged
        .functions
        .iter()
        .zip(&zips)
        .map(|(function, zip)| format!("{} {:.1} MB", function.binary, megabytes(zip)))
        .collect();
    done("zips", &sizes.join(", "), step.elapsed());
    let step = Instant::now();
    let emulator = endpoint.start(&places.target).map_err(|err| directory::text::with_causes(&err))?;
    let aws = Aws::of_emulator(&places.python.join("python"), emulator.url()).map_err(|err| err.to_string())?;
    done("emulator", &format!("{} with IAM enforced", emulator.url()), step.elapsed());
    let step = Instant::now();
    for line in &packaged.changed {
        remark(line.trim());
    }
    let stack = Stack::deploy(&aws, STACK, &packaged, &zips).await;
    let stack = stack.map_err(|err| format!("{}\n{}", directory::text::with_causes(&err), emulator.log()))?;
    done("stack", &format!("{STACK}, {} resources", stack.resources.len()), step.elapsed());
    let step = Instant::now();
    let world = World::bind(emulator, aws, stack, people).await;
    done("company", &format!("{people} people at {}", world.dingtalk.url()), step.elapsed());
    Ok(world)
}

fn packaged(places: &Places) -> Result<Packaged, String> {
    let path = places.root.join("infra/template.yaml");
    let text = std::fs::read_to_string(&path).map_err(|err| format!("{} cannot be read: {err}", path.display()))?;
    template::package(&text, stack::BUCKET)
}

async fn stay(world: &World) {
    remark(&format!("AWS {} (keys test/test), stack {}", world.emulator().url(), world.stack.name));
    remark(&format!("callback {}", world.subscription["callback_url"].as_str().unwrap_or_default()));
    remark(&format!("DingTalk {}; Ctrl+C tears everything down", world.dingtalk.url()));
    // Without a signal to wait for there is nothing to stay for.
    _ = tokio::signal::ctrl_c().await;
}

/// Deletes the stack and stops everything.
///
/// # Errors
/// What is left, for people.
pub async fn tear_down(world: World) -> Result<(), String> {
    let step = Instant::now();
    world.stack.delete(&world.aws).await.map_err(|err| directory::text::with_causes(&err))?;
    let url = world.emulator().url().to_owned();
    // Stops the functions too, and waits for their end.
    tokio::task::spawn_blocking(move || drop(world)).await.map_err(|err| err.to_string())?;
    if is_answering(&url).await {
        return Err(format!("{url} still answers"));
    }
    done("torn down", "nothing is left", step.elapsed());
    Ok(())
}

async fn is_answering(url: &str) -> bool {
    let address = url.trim_start_matches("http://").to_owned();
    let connect = tokio::net::TcpStream::connect(address);
    tokio::time::timeout(Duration::from_secs(1), connect).await.is_ok_and(|connected| connected.is_ok())
}
