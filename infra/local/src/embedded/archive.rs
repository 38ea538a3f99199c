//! An archive that is a directory: one file per body, for its owner's eyes only.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use state::archive::{ArchivePage, ArchivedBody, PAGE_MAX, check_body};
use state::{Archive, ArchiveError, ArchiveKey, ArchivePrefix, Cause, PutIf};

/// Ends the name of a file: no part of a key holds `@`, so that the key `a` is not in the way of the key `a/b`.
const FILE_SUFFIX: &str = "@sealed";

/// Bodies on their way; no corp is spelled with a dot.
const UNFINISHED_FOLDER: &str = ".new";

/// Tells puts of this process apart, whichever archive they go to.
static PUTS: AtomicU64 = AtomicU64::new(0);

/// Sealed bodies as files of mode 0600 under directories of mode 0700. A put is atomic and durable: a new file is written,
/// synced, and renamed or linked to its place. What a killed process left under `.new` is in nobody's way.
pub struct DirectoryArchive {
    files: Arc<Files>,
}

struct Files {
    root: PathBuf,
}

impl DirectoryArchive {
    /// Opens the directory, or makes it.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] when it cannot be made.
    pub fn open(root: &Path) -> Result<Self, ArchiveError> {
        make(&root.join(UNFINISHED_FOLDER)).map_err(|error| refused(&error))?;
        Ok(Self {
            files: Arc::new(Files {
                root: root.to_owned(),
            }),
        })
    }

    /// Disk work leaves the threads that others wait on.
    async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Files) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let files = Arc::clone(&self.files);
        let worked = tokio::task::spawn_blocking(move || work(&files)).await;
        worked
            .map_err(|_| ArchiveError::Unavailable(Cause::new("the disk's thread ended")))?
            .map_err(|error| {
                if error.kind() == ErrorKind::AlreadyExists {
                    ArchiveError::Exists
                } else {
                    refused(&error)
                }
            })
    }
}

#[async_trait]
impl Archive for DirectoryArchive {
    async fn put(
        &self,
        key: &ArchiveKey,
        sealed: Vec<u8>,
        condition: PutIf,
    ) -> Result<(), ArchiveError> {
        check_body(&sealed)?;
        let key = key.clone();
        self.run_blocking(move |files| files.put(&key, &sealed, condition))
            .await
    }

    async fn get(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>, ArchiveError> {
        let key = key.clone();
        self.run_blocking(move |files| files.get(&key)).await
    }

    async fn list(
        &self,
        prefix: &ArchivePrefix,
        after: Option<&ArchiveKey>,
        limit: usize,
    ) -> Result<ArchivePage, ArchiveError> {
        let (prefix, after) = (prefix.clone(), after.cloned());
        let mut archived = self
            .run_blocking(move |files| files.list(&prefix, after.as_ref()))
            .await?;
        let limit = limit.clamp(1, PAGE_MAX);
        let has_more = archived.len() > limit;
        archived.truncate(limit);
        Ok(ArchivePage { archived, has_more })
    }

    async fn delete(&self, key: &ArchiveKey) -> Result<(), ArchiveError> {
        let key = key.clone();
        self.run_blocking(move |files| files.delete(&key)).await
    }
}

impl Files {
    fn file(&self, key: &ArchiveKey) -> PathBuf {
        self.root.join(format!("{}{FILE_SUFFIX}", key.as_str()))
    }

    fn put(&self, key: &ArchiveKey, sealed: &[u8], condition: PutIf) -> std::io::Result<()> {
        let file = self.file(key);
        let folder = file.parent().unwrap_or(&self.root);
        make(folder)?;
        let put = PUTS.fetch_add(1, Ordering::Relaxed);
        let fresh = self
            .root
            .join(UNFINISHED_FOLDER)
            .join(format!("{}-{put}", std::process::id()));
        // A crash may have left one of the same process id.
        remove(&fresh)?;
        let mut writing = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        writing.write_all(sealed)?;
        writing.sync_all()?;
        match condition {
            PutIf::Always => std::fs::rename(&fresh, &file)?,
            PutIf::New => {
                // A link, unlike a rename, is refused where something is.
                let linked = std::fs::hard_link(&fresh, &file);
                remove(&fresh)?;
                match linked {
                    Err(error)
                        if error.kind() == ErrorKind::AlreadyExists
                            && std::fs::read(&file)? == sealed => {}
                    linked => linked?,
                }
            }
        }
        self.sync(folder)
    }

    /// A file is found again after a crash only if every folder on the way to it was synced.
    fn sync(&self, folder: &Path) -> std::io::Result<()> {
        for folder in folder
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.root))
        {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn get(&self, key: &ArchiveKey) -> std::io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.file(key)) {
            Ok(body) => Ok(Some(body)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// In the order of the keys' bytes, as S3 lists.
    fn list(
        &self,
        prefix: &ArchivePrefix,
        after: Option<&ArchiveKey>,
    ) -> std::io::Result<Vec<ArchivedBody>> {
        let mut found = Vec::new();
        let mut folders = vec![(
            self.root.join(prefix.corp_folder()),
            prefix.corp_folder().to_owned(),
        )];
        while let Some((folder, stored)) = folders.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                entries => entries?,
            };
            for entry in entries {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                if entry.file_type()?.is_dir() {
                    folders.push((entry.path(), format!("{stored}{name}/")));
                } else if let Some(key) = name
                    .strip_suffix(FILE_SUFFIX)
                    .and_then(|name| prefix.parse_stored_key(&(stored.clone() + name)))
                {
                    found.push(ArchivedBody {
                        key,
                        bytes: entry.metadata()?.len(),
                    });
                }
            }
        }
        found.retain(|one| after.is_none_or(|after| one.key > *after));
        found.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        Ok(found)
    }

    fn delete(&self, key: &ArchiveKey) -> std::io::Result<()> {
        let file = self.file(key);
        remove(&file)?;
        match file.parent() {
            Some(folder) if folder.exists() => self.sync(folder),
            _ => Ok(()),
        }
    }
}

fn make(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn remove(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The kind only: an operating system's message may hold a path.
fn refused(error: &std::io::Error) -> ArchiveError {
    ArchiveError::Refused(Cause::new(error.kind().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::CorpId;
    use state::ArchiveKind;
    use std::os::unix::fs::PermissionsExt;

    fn key(name: &str) -> ArchiveKey {
        ArchiveKey::new(&CorpId::new("ding1").unwrap(), ArchiveKind::Plan, name).unwrap()
    }

    #[tokio::test]
    async fn only_the_owner_may_read_and_nothing_is_left_over() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("archive");
        let archive = DirectoryArchive::open(&root).unwrap();
        archive.put(&key("a"), vec![1], PutIf::New).await.unwrap();
        archive
            .put(&key("a"), vec![2], PutIf::New)
            .await
            .unwrap_err();
        archive
            .put(&key("a"), vec![3], PutIf::Always)
            .await
            .unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&root), mode(&root.join("ding1/plan"))),
            (0o700, 0o700)
        );
        assert_eq!(mode(&archive.files.file(&key("a"))), 0o600);
        assert_eq!(
            std::fs::read_dir(root.join(UNFINISHED_FOLDER))
                .unwrap()
                .count(),
            0
        );
        let again = DirectoryArchive::open(&root).unwrap();
        assert_eq!(again.get(&key("a")).await.unwrap(), Some(vec![3]));
    }

    #[tokio::test]
    async fn one_of_many_concurrent_new_puts_wins() {
        let home = tempfile::tempdir().unwrap();
        let archive = Arc::new(DirectoryArchive::open(home.path()).unwrap());
        let puts = (0..16_u8).map(|n| {
            let archive = Arc::clone(&archive);
            tokio::spawn(async move {
                archive
                    .put(&key("one"), vec![n + 1; 100_000], PutIf::New)
                    .await
            })
        });
        let mut won = 0;
        for put in puts.collect::<Vec<_>>() {
            match put.await.unwrap() {
                Ok(()) => won += 1,
                Err(error) => assert_eq!(error, ArchiveError::Exists),
            }
        }
        assert_eq!(won, 1);
        let body = archive.get(&key("one")).await.unwrap().unwrap();
        assert!(
            body.len() == 100_000 && body.iter().all(|byte| *byte == body[0]),
            "whole, of one writer"
        );
    }
}
