//! Cases for a vault, alone and with typed secrets in it.

use std::sync::Arc;

use directory::{BindingId, Timestamp};
use secrecy::ExposeSecret as _;
use state::vault::{BindingKeys, SecretError, SecretStore, TokenSecret};
use state::{SecretStage, StagedVault, VaultError};

/// A vault for one case, and the prefix of the names that it may use.
pub struct VaultFixture {
    /// The vault.
    pub vault: Arc<dyn StagedVault>,
    /// First part of every name, because cases share a side.
    pub prefix: String,
    /// Data that must live as long as the vault.
    pub kept: Option<tempfile::TempDir>,
}

impl VaultFixture {
    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    async fn read_stage(&self, name: &str, stage: SecretStage) -> Result<String, VaultError> {
        let value = self.vault.get_stage(&self.name(name), stage).await?;
        Ok(value.expose_secret().to_owned())
    }
}

/// An absent secret is `NotFound`. The first put creates the secret, the next ones replace its
/// value.
pub async fn a_secret_is_created_and_replaced(fixture: &VaultFixture) {
    let name = fixture.name("binding/b1");
    assert_eq!(
        fixture.vault.get(&name).await.unwrap_err(),
        VaultError::NotFound
    );
    for value in ["one", "two", "三"] {
        fixture.vault.put(&name, value.into()).await.unwrap();
        assert_eq!(
            fixture.vault.get(&name).await.unwrap().expose_secret(),
            value
        );
    }
    assert_eq!(
        fixture
            .vault
            .get(&fixture.name("binding/b2"))
            .await
            .unwrap_err(),
        VaultError::NotFound
    );
}

/// The previous value stays readable, so that data sealed with it can still be opened.
pub async fn the_previous_value_stays_readable(fixture: &VaultFixture) {
    let name = fixture.name("s");
    fixture.vault.put(&name, "one".into()).await.unwrap();
    assert_eq!(
        fixture.read_stage("s", SecretStage::Previous).await,
        Err(VaultError::NotFound)
    );
    fixture.vault.put(&name, "two".into()).await.unwrap();
    fixture.vault.put(&name, "three".into()).await.unwrap();
    assert_eq!(
        fixture
            .read_stage("s", SecretStage::Previous)
            .await
            .as_deref(),
        Ok("two")
    );
    assert_eq!(
        fixture
            .read_stage("s", SecretStage::Current)
            .await
            .as_deref(),
        Ok("three")
    );
}

/// A proposed value counts only after it is promoted, and only once. This case does not check that
/// a second proposal replaces the first: ministack 1.5.33 leaves the label on both, while Secrets
/// Manager documents that it moves.
pub async fn a_proposed_value_becomes_current_when_promoted(fixture: &VaultFixture) {
    let name = fixture.name("s");
    assert_eq!(
        fixture.vault.propose(&name, "next".into()).await,
        Err(VaultError::NotFound)
    );
    assert_eq!(
        fixture.vault.promote(&name).await,
        Err(VaultError::NotFound)
    );
    fixture.vault.put(&name, "one".into()).await.unwrap();
    assert_eq!(
        fixture.vault.promote(&name).await,
        Err(VaultError::NotFound)
    );
    fixture.vault.propose(&name, "two".into()).await.unwrap();
    assert_eq!(
        fixture
            .read_stage("s", SecretStage::Current)
            .await
            .as_deref(),
        Ok("one")
    );
    assert_eq!(
        fixture
            .read_stage("s", SecretStage::Pending)
            .await
            .as_deref(),
        Ok("two")
    );
    fixture.vault.promote(&name).await.unwrap();
    assert_eq!(
        fixture
            .read_stage("s", SecretStage::Current)
            .await
            .as_deref(),
        Ok("two")
    );
    assert_eq!(
        fixture
            .read_stage("s", SecretStage::Previous)
            .await
            .as_deref(),
        Ok("one")
    );
    assert_eq!(
        fixture.read_stage("s", SecretStage::Pending).await,
        Err(VaultError::NotFound)
    );
    assert_eq!(
        fixture.vault.promote(&name).await,
        Err(VaultError::NotFound),
        "not twice"
    );
}

/// A value of 60 KB is read back whole. Secrets Manager accepts 64 KB at most.
pub async fn a_large_value_is_read_back_unchanged(fixture: &VaultFixture) {
    let value = "密".repeat(20_000);
    fixture
        .vault
        .put(&fixture.name("s"), value.as_str().into())
        .await
        .unwrap();
    assert_eq!(
        fixture
            .vault
            .get(&fixture.name("s"))
            .await
            .unwrap()
            .expose_secret(),
        value
    );
}

/// A secret is made once: another one of its name leaves it as it is. One that was removed is gone in every stage.
pub async fn a_secret_is_created_only_where_there_is_none(fixture: &VaultFixture) {
    let name = fixture.name("s");
    assert_eq!(fixture.vault.create(&name, "one".into()).await, Ok(true));
    assert_eq!(fixture.vault.create(&name, "two".into()).await, Ok(false));
    assert_eq!(
        fixture.read_stage("s", SecretStage::Current).await,
        Ok("one".to_owned())
    );
    fixture.vault.propose(&name, "three".into()).await.unwrap();
    fixture.vault.remove(&name).await.unwrap();
    for stage in [SecretStage::Current, SecretStage::Pending] {
        assert_eq!(
            fixture.read_stage("s", stage).await,
            Err(VaultError::NotFound),
            "{stage:?}"
        );
    }
}

/// What waits can be taken back once; what counts stays.
pub async fn a_pending_value_is_withdrawn(fixture: &VaultFixture) {
    let name = fixture.name("s");
    fixture.vault.put(&name, "one".into()).await.unwrap();
    assert_eq!(
        fixture.vault.withdraw(&name).await,
        Err(VaultError::NotFound)
    );
    fixture.vault.propose(&name, "two".into()).await.unwrap();
    fixture.vault.withdraw(&name).await.unwrap();
    assert_eq!(
        fixture.read_stage("s", SecretStage::Pending).await,
        Err(VaultError::NotFound)
    );
    assert_eq!(
        fixture.vault.promote(&name).await,
        Err(VaultError::NotFound)
    );
    assert_eq!(
        fixture.read_stage("s", SecretStage::Current).await,
        Ok("one".to_owned())
    );
}

fn keys() -> BindingKeys {
    BindingKeys {
        hash_key: [1; 32],
        seal_key: [2; 32],
        endpoints: None,
    }
}

/// Typed secrets are stored and read back. A broken one and one of another version are separate
/// errors, and no error shows the content.
pub async fn malformed_typed_secrets_are_reported(fixture: &VaultFixture) {
    let secrets = SecretStore::new(
        Arc::clone(&fixture.vault) as Arc<dyn state::Vault>,
        fixture.prefix.clone(),
    );
    let id = BindingId::new("b1").unwrap();
    assert!(matches!(
        secrets.get_keys(&id).await,
        Err(SecretError::Vault(VaultError::NotFound))
    ));
    secrets.put_keys(&id, &keys()).await.unwrap();
    let read = secrets.get_keys(&id).await.unwrap();
    assert_eq!((read.hash_key, read.seal_key), ([1; 32], [2; 32]));
    let token = TokenSecret {
        token: "tok".into(),
        issued_at: Timestamp(1),
        expires_at: Timestamp(2),
    };
    secrets.put_token(&id, &token).await.unwrap();
    assert_eq!(secrets.get_token(&id).await.unwrap().hash(), token.hash());
    for (text, unknown) in [
        ("not json: canary", false),
        (r#"{"v":1,"app":"canary"}"#, false),
        (r#"{"v":9}"#, true),
    ] {
        fixture
            .vault
            .put(&fixture.name("keys/b1"), text.into())
            .await
            .unwrap();
        let error = secrets.get_keys(&id).await.unwrap_err();
        assert_eq!(
            matches!(error, SecretError::UnknownVersion { found: 9 }),
            unknown,
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
