//! Peers: what a user would choose instead, installed below `target/` from the public registries.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::{CallbackEnvironment, CallbackError};

const NODE: [(&str, &str); 3] = [
    ("package.json", include_str!("peers/node/package.json")),
    ("index.js", include_str!("peers/node/index.js")),
    ("bootstrap.js", include_str!("peers/node/bootstrap.js")),
];
const PYTHON: [(&str, &str); 2] = [
    (
        "requirements.txt",
        include_str!("peers/python/requirements.txt"),
    ),
    ("handler.py", include_str!("peers/python/handler.py")),
];

/// The installed peers.
pub(super) struct Peers {
    node: PathBuf,
    node_program: PathBuf,
    python: PathBuf,
    python_roots: String,
}

/// Installs what is missing. `peers/` pins the versions.
pub(super) async fn install_peers() -> Result<Peers, CallbackError> {
    let target = target_folder()?;
    let node = write_changed(&target.join("callback-node"), &NODE)?;
    let python = write_changed(&target.join("callback-python"), &PYTHON)?;
    let bundle = node.join("dist/index.js");
    if !bundle.exists() {
        run_command(
            "Node",
            Command::new("npm").args(["install", "--no-audit", "--no-fund"]),
            &node,
        )
        .await?;
        let esbuild = [
            "esbuild",
            "bootstrap.js",
            "--bundle",
            "--minify",
            "--platform=node",
            "--target=node20",
        ];
        run_command(
            "Node",
            Command::new("npx")
                .args(esbuild)
                .arg("--outfile=dist/index.js"),
            &node,
        )
        .await?;
    }
    let venv = python.join("venv");
    if !venv.join("installed").exists() {
        run_command(
            "Python",
            Command::new("python3").args(["-m", "venv", "venv"]),
            &python,
        )
        .await?;
        let pip = ["install", "--quiet", "--requirement", "requirements.txt"];
        run_command("Python", Command::new("venv/bin/pip").args(pip), &python).await?;
        run_command(
            "Python",
            Command::new("venv/bin/python").args(["-m", "compileall", "-q", "."]),
            &python,
        )
        .await?;
        std::fs::write(venv.join("installed"), "").map_err(CallbackError::setup_error(
            "the marker file of the Python peer",
        ))?;
    }
    let roots = run_command(
        "Python",
        Command::new("venv/bin/python").args(["-m", "certifi"]),
        &python,
    )
    .await?;
    let python_roots = std::fs::read_to_string(roots.trim())
        .map_err(CallbackError::setup_error("Python's roots"))?;
    let node_program = run_command(
        "Node",
        Command::new("node").args(["-p", "process.execPath"]),
        &node,
    )
    .await?;
    Ok(Peers {
        node,
        node_program: PathBuf::from(node_program.trim()),
        python,
        python_roots,
    })
}

impl Peers {
    /// Returns the command for Node: one bundled file, as its users deploy it.
    pub(super) fn node_command(
        &self,
        stage: &CallbackEnvironment,
    ) -> Result<Command, CallbackError> {
        let mut command = Command::new(&self.node_program);
        command.arg(self.node.join("dist/index.js"));
        // Node contains its own root certificates.
        stage.peer_command(command, "node", "")
    }

    /// Returns the command for Python: AWS's own runtime client, compiled to bytecode before.
    pub(super) fn python_command(
        &self,
        stage: &CallbackEnvironment,
    ) -> Result<Command, CallbackError> {
        let mut command = Command::new(self.python.join("venv/bin/python"));
        command
            .args(["-m", "awslambdaric", "handler.handle"])
            .current_dir(&self.python);
        let mut command = stage.peer_command(command, "python", &self.python_roots)?;
        command.env("LAMBDA_TASK_ROOT", &self.python);
        Ok(command)
    }
}

/// Returns the target directory of the running program: `target/<profile>/bench`.
fn target_folder() -> Result<PathBuf, CallbackError> {
    let program =
        std::env::current_exe().map_err(CallbackError::setup_error("this program's path"))?;
    let target = program
        .ancestors()
        .find(|path| path.join("CACHEDIR.TAG").exists());
    target.map(Path::to_owned).ok_or_else(|| {
        CallbackError::setup_error("the target directory")("no parent folder has a CACHEDIR.TAG")
    })
}

/// Writes files that differ, and removes what was made from the former ones.
fn write_changed(folder: &Path, files: &[(&str, &str)]) -> Result<PathBuf, CallbackError> {
    let trouble = CallbackError::setup_error("a peer's folder");
    let same = |(name, text): &(&str, &str)| {
        std::fs::read_to_string(folder.join(name)).is_ok_and(|old| old == *text)
    };
    if !files.iter().all(same) {
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(&trouble)?;
        }
        std::fs::create_dir_all(folder).map_err(&trouble)?;
        for (name, text) in files {
            std::fs::write(folder.join(name), text).map_err(&trouble)?;
        }
    }
    Ok(folder.to_owned())
}

/// Runs a program until it ends; returns its output.
async fn run_command(
    peer: &'static str,
    command: &mut Command,
    folder: &Path,
) -> Result<String, CallbackError> {
    let output = command.current_dir(folder).output().await;
    let output = output.map_err(|err| CallbackError::Peer(peer, err.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(CallbackError::Peer(
        peer,
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}
