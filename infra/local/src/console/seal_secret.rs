//! The key that seals the secrets of authenticators: made once, kept in the vault, and known to nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use state::StagedVault;
use state::seal::SealKey;

use super::ConsoleStartError;

/// Its name in the vault.
const NAME: &str = "local/console-seal";

/// The key; of two who make it at once, one does.
pub(super) async fn load_or_make(vault: &dyn StagedVault) -> Result<SealKey, ConsoleStartError> {
    let fresh: [u8; 32] = runtime::random_bytes()?;
    vault
        .create(NAME, SecretString::from(STANDARD.encode(fresh)))
        .await?;
    let stored = vault.get(NAME).await?;
    let bytes = STANDARD.decode(stored.expose_secret());
    let key = bytes.ok().and_then(|bytes| bytes.try_into().ok());
    key.map(SealKey::new).ok_or(ConsoleStartError::SealSecret)
}

#[cfg(test)]
mod tests {
    use state::Vault as _;

    use super::*;
    use crate::embedded::DirectoryVault;

    #[tokio::test]
    async fn the_key_is_made_once_and_a_damaged_one_is_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let vault = DirectoryVault::open(home.path()).unwrap();
        load_or_make(&vault).await.unwrap();
        let first = vault.get(NAME).await.unwrap();
        load_or_make(&vault).await.unwrap();
        let second = vault.get(NAME).await.unwrap();
        assert_eq!(first.expose_secret(), second.expose_secret());
        vault.put(NAME, "damaged".into()).await.unwrap();
        assert!(matches!(
            load_or_make(&vault).await,
            Err(ConsoleStartError::SealSecret)
        ));
        assert_eq!(vault.get(NAME).await.unwrap().expose_secret(), "damaged");
    }
}
