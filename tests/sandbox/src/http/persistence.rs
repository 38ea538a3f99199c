//! Stores the world on disk as one JSON file, which is replaced whole.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::world::World;

/// Name of the file in the data directory.
pub const FILE_NAME: &str = "sandbox.json";

/// Version of the stored form. A reader refuses a version that it does not know.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct StoredWorldRef<'a> {
    schema: u32,
    world: &'a World,
}

#[derive(Deserialize)]
struct StoredWorld {
    schema: u32,
    world: World,
}

/// Stores the world, if a directory was given.
#[derive(Debug)]
pub(super) struct WorldKeeper {
    directory: Option<PathBuf>,
    saved: AtomicU64,
    writing: Mutex<()>,
}

/// Loads the stored world of this directory; `None` if there is none yet.
pub(super) fn load_world(directory: &Path) -> io::Result<Option<World>> {
    let bytes = match fs::read(directory.join(FILE_NAME)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let stored: StoredWorld = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
    if stored.schema != SCHEMA_VERSION {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the stored sandbox is of another version",
        ));
    }
    let mut world = stored.world;
    world.restore_transient();
    Ok(Some(world))
}

impl WorldKeeper {
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory,
            saved: AtomicU64::new(u64::MAX),
            writing: Mutex::new(()),
        }
    }

    /// Writes the world to disk if it has changed since the last write.
    pub(super) async fn save_world(&self, world: &Mutex<World>) -> io::Result<()> {
        let Some(directory) = self.directory.clone() else {
            return Ok(());
        };
        let _one_at_a_time = self.writing.lock().await;
        let (revision, bytes) = {
            let world = world.lock().await;
            if self.saved.load(Ordering::Acquire) == world.revision() {
                return Ok(());
            }
            let bytes = serde_json::to_vec(&StoredWorldRef {
                schema: SCHEMA_VERSION,
                world: &world,
            })
            .map_err(io::Error::other)?;
            (world.revision(), bytes)
        };
        tokio::task::spawn_blocking(move || replace_file(&directory, &bytes))
            .await
            .map_err(io::Error::other)??;
        self.saved.store(revision, Ordering::Release);
        Ok(())
    }
}

fn replace_file(directory: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let partial = directory.join(format!("{FILE_NAME}.partial"));
    let mut file = fs::File::create(&partial)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(partial, directory.join(FILE_NAME))
}
