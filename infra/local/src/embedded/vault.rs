//! A vault that is a directory: one file per secret, for its owner's eyes only.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use state::{Cause, SecretStage, StagedVault, Vault, VaultError};

/// Secrets as files of mode 0600 in a directory of mode 0700. A put is atomic and durable: a new file is written, synced
/// and renamed over the old one.
pub struct DirectoryVault {
    directory: PathBuf,
    puts: AtomicU64,
}

impl DirectoryVault {
    /// Opens the directory, or makes it.
    ///
    /// # Errors
    /// [`VaultError::Refused`] when it cannot be made.
    pub fn open(directory: &Path) -> Result<Self, VaultError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|error| refused(&error))?;
        Ok(Self {
            directory: directory.to_owned(),
            puts: AtomicU64::new(0),
        })
    }

    fn file(&self, name: &str, stage: SecretStage) -> PathBuf {
        self.directory.join(file_name(name, stage))
    }

    fn read(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        match std::fs::read_to_string(self.file(name, stage)) {
            Ok(text) => Ok(text.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(VaultError::NotFound),
            Err(error) => Err(refused(&error)),
        }
    }

    /// What counts now is kept as what counted before, unless it is what will count: a repeat must not lose the former.
    fn keep_previous(&self, name: &str, next: &SecretString) -> Result<(), VaultError> {
        match self.read(name, SecretStage::Current) {
            Ok(current) if current.expose_secret() != next.expose_secret() => self
                .write(name, SecretStage::Previous, &current)
                .map_err(|error| refused(&error)),
            Ok(_) | Err(VaultError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn write(&self, name: &str, stage: SecretStage, value: &SecretString) -> std::io::Result<()> {
        let fresh = self.write_fresh(value)?;
        std::fs::rename(&fresh, self.file(name, stage))?;
        self.sync()
    }

    /// A file with the value that has no secret's name yet.
    fn write_fresh(&self, value: &SecretString) -> std::io::Result<PathBuf> {
        let put = self.puts.fetch_add(1, Ordering::Relaxed);
        let fresh = self
            .directory
            .join(format!(".{}-{put}.new", std::process::id()));
        // A crash may have left one of the same process id.
        remove(&fresh)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(value.expose_secret().as_bytes())?;
        file.sync_all()?;
        Ok(fresh)
    }

    fn sync(&self) -> std::io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }
}

fn remove(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[async_trait]
impl Vault for DirectoryVault {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.read(name, SecretStage::Current)
    }

    async fn get_stage(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        self.read(name, stage)
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.keep_previous(name, &value)?;
        self.write(name, SecretStage::Current, &value)
            .map_err(|error| refused(&error))
    }
}

#[async_trait]
impl StagedVault for DirectoryVault {
    /// A link fails where the name is taken, so that of two writers at once one makes the secret.
    async fn create(&self, name: &str, value: SecretString) -> Result<bool, VaultError> {
        let fresh = self.write_fresh(&value).map_err(|error| refused(&error))?;
        let linked = std::fs::hard_link(&fresh, self.file(name, SecretStage::Current));
        let synced = remove(&fresh).and_then(|()| self.sync());
        match linked {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(refused(&error)),
            Ok(()) => synced.map(|()| true).map_err(|error| refused(&error)),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.read(name, SecretStage::Current)?;
        let stages = [
            SecretStage::Pending,
            SecretStage::Previous,
            SecretStage::Current,
        ];
        let removed = stages
            .into_iter()
            .try_for_each(|stage| remove(&self.file(name, stage)))
            .and_then(|()| self.sync());
        removed.map_err(|error| refused(&error))
    }

    async fn propose(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.read(name, SecretStage::Current)?;
        self.write(name, SecretStage::Pending, &value)
            .map_err(|error| refused(&error))
    }

    async fn promote(&self, name: &str) -> Result<(), VaultError> {
        let next = self.read(name, SecretStage::Pending)?;
        self.keep_previous(name, &next)?;
        let renamed = std::fs::rename(
            self.file(name, SecretStage::Pending),
            self.file(name, SecretStage::Current),
        );
        let synced = renamed.and_then(|()| self.sync());
        synced.map_err(|error| refused(&error))
    }

    async fn withdraw(&self, name: &str) -> Result<(), VaultError> {
        self.read(name, SecretStage::Pending)?;
        let removed = remove(&self.file(name, SecretStage::Pending)).and_then(|()| self.sync());
        removed.map_err(|error| refused(&error))
    }
}

/// The kind only: an operating system's message may hold a path.
fn refused(error: &std::io::Error) -> VaultError {
    VaultError::Refused(Cause::new(error.kind().to_string()))
}

/// Letters, digits, `-` and `_` as they are, every other byte as `%` and two digits: no name leaves the directory, and no
/// two names share a file. No name has a dot, so that the stages of one secret have files of their own.
fn file_name(name: &str, stage: SecretStage) -> String {
    let mut safe = String::with_capacity(name.len() + 5);
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => safe.push(char::from(byte)),
            _ => safe.push_str(&format!("%{byte:02x}")),
        }
    }
    safe + match stage {
        SecretStage::Current => ".json",
        SecretStage::Pending => ".pending.json",
        SecretStage::Previous => ".previous.json",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn a_secret_is_kept_replaced_and_found_after_reopening() {
        let home = tempfile::tempdir().unwrap();
        let vault = DirectoryVault::open(&home.path().join("vault")).unwrap();
        assert_eq!(
            vault.get("bangding/keys/b1").await.unwrap_err(),
            VaultError::NotFound
        );
        vault.put("bangding/keys/b1", "one".into()).await.unwrap();
        vault.put("bangding/keys/b1", "two".into()).await.unwrap();
        vault.put("bangding/keys/b1", "two".into()).await.unwrap();
        vault.put("bangding/keys/B1", "other".into()).await.unwrap();
        let again = DirectoryVault::open(&home.path().join("vault")).unwrap();
        assert_eq!(
            again.get("bangding/keys/b1").await.unwrap().expose_secret(),
            "two"
        );
        assert_eq!(
            again.get("bangding/keys/B1").await.unwrap().expose_secret(),
            "other"
        );
        assert_eq!(
            std::fs::read_dir(home.path().join("vault"))
                .unwrap()
                .count(),
            3,
            "both, what counted before, and nothing else"
        );
    }

    #[tokio::test]
    async fn only_the_owner_may_read() {
        let home = tempfile::tempdir().unwrap();
        let vault = DirectoryVault::open(&home.path().join("vault")).unwrap();
        vault.put("s", "secret".into()).await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home.path().join("vault")), 0o700);
        assert_eq!(mode(&vault.file("s", SecretStage::Current)), 0o600);
    }

    #[test]
    fn no_name_leaves_the_directory() {
        assert_eq!(
            file_name("../../etc/passwd", SecretStage::Current),
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd.json"
        );
        assert_ne!(
            file_name("a/b", SecretStage::Current),
            file_name("a%2fb", SecretStage::Current)
        );
        assert_ne!(
            file_name("A", SecretStage::Current),
            file_name("a", SecretStage::Current)
        );
    }
}
