//! A vault that is a directory: one file per secret, for its owner's eyes only.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use state::{Cause, Vault, VaultError};

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
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|error| refused(&error))?;
        Ok(Self { directory: directory.to_owned(), puts: AtomicU64::new(0) })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.join(file_name(name))
    }

    fn write(&self, name: &str, value: &SecretString) -> std::io::Result<()> {
        let put = self.puts.fetch_add(1, Ordering::Relaxed);
        let fresh = self.directory.join(format!(".{}-{put}.new", std::process::id()));
        // A crash may have left one of the same process id.
        remove(&fresh)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(value.expose_secret().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, self.file(name))?;
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
        match std::fs::read_to_string(self.file(name)) {
            Ok(text) => Ok(text.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(VaultError::NotFound),
            Err(error) => Err(refused(&error)),
        }
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.write(name, &value).map_err(|error| refused(&error))
    }
}

/// The kind only: an operating system's message may hold a path.
fn refused(error: &std::io::Error) -> VaultError {
    VaultError::Refused(Cause::new(error.kind().to_string()))
}

/// Letters, digits, `-` and `_` as they are, every other byte as `%` and two digits: no name leaves the directory, and no
/// two names share a file.
fn file_name(name: &str) -> String {
    let mut safe = String::with_capacity(name.len() + 5);
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => safe.push(char::from(byte)),
            _ => safe.push_str(&format!("%{byte:02x}")),
        }
    }
    safe + ".json"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn a_secret_is_kept_replaced_and_found_after_reopening() {
        let home = tempfile::tempdir().unwrap();
        let vault = DirectoryVault::open(&home.path().join("vault")).unwrap();
        assert_eq!(vault.get("bangding/binding/b1").await.unwrap_err(), VaultError::NotFound);
        vault.put("bangding/binding/b1", "one".into()).await.unwrap();
        vault.put("bangding/binding/b1", "two".into()).await.unwrap();
        vault.put("bangding/binding/B1", "other".into()).await.unwrap();
        let again = DirectoryVault::open(&home.path().join("vault")).unwrap();
        assert_eq!(again.get("bangding/binding/b1").await.unwrap().expose_secret(), "two");
        assert_eq!(again.get("bangding/binding/B1").await.unwrap().expose_secret(), "other");
        assert_eq!(std::fs::read_dir(home.path().join("vault")).unwrap().count(), 2, "nothing is left over");
    }

    #[tokio::test]
    async fn only_the_owner_may_read() {
        let home = tempfile::tempdir().unwrap();
        let vault = DirectoryVault::open(&home.path().join("vault")).unwrap();
        vault.put("s", "secret".into()).await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home.path().join("vault")), 0o700);
        assert_eq!(mode(&vault.file("s")), 0o600);
    }

    #[test]
    fn no_name_leaves_the_directory() {
        assert_eq!(file_name("../../etc/passwd"), "%2e%2e%2f%2e%2e%2fetc%2fpasswd.json");
        assert_ne!(file_name("a/b"), file_name("a%2fb"));
        assert_ne!(file_name("A"), file_name("a"));
    }
}
