//! What the version before stored of bindings, brought into its places: three secrets instead of one, and DingTalk's address
//! among the keys instead of in `control`.

use directory::BindingId;
use state::vault::{
    AfterSplit, SecretError, SplitOutcome, StagedSecretStore, UnconfirmedEndpointsError,
    confirm_endpoints,
};
use state::{DingTalkEndpoints, Store, StoreError, VaultError};

/// Why a binding was not brought into its places.
#[derive(Debug, thiserror::Error)]
pub enum FormerSecretError {
    /// The bindings could not be read.
    #[error("the bindings could not be read")]
    State(#[from] StoreError),
    /// A secret could not be read or stored.
    #[error("a secret of the binding {binding} could not be read or stored")]
    Secret {
        /// Which binding's.
        binding: String,
        /// Why.
        #[source]
        source: SecretError,
    },
    /// Nobody confirmed the address that the binding names.
    #[error(
        "{0}; name the address with --dingtalk-url if it is right, and nothing is sent there otherwise"
    )]
    Endpoints(#[from] UnconfirmedEndpointsError),
}

/// Where the version before kept its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormerHome {
    /// In the vault of this machine: nothing of the version before runs beside this program, and DingTalk may be here.
    Machine,
    /// In a stack on AWS whose functions may still be of the version before.
    Stack,
    /// In a stack on AWS whose functions are of this version.
    UpgradedStack,
}

impl FormerHome {
    fn after_split(self) -> AfterSplit {
        match self {
            Self::Stack => AfterSplit::KeepFormer,
            Self::Machine | Self::UpgradedStack => AfterSplit::RemoveFormer,
        }
    }
}

/// Splits the former secret of every binding that still has one, and says what became of each. It may be repeated, also
/// beside a running `up`.
///
/// # Errors
/// [`FormerSecretError`] of the first binding that is not split; those before it are.
pub async fn split_bindings(
    store: &Store,
    secrets: &StagedSecretStore,
    confirmed: Option<&DingTalkEndpoints>,
    home: FormerHome,
) -> Result<Vec<(BindingId, SplitOutcome)>, FormerSecretError> {
    let mut found = Vec::new();
    for binding in store.list_bindings().await? {
        let binding = binding.body;
        let failed = |source| FormerSecretError::Secret {
            binding: binding.id.to_string(),
            source,
        };
        if !secrets.has_former(&binding.id).await.map_err(failed)? {
            continue;
        }
        let endpoints = match secrets.secrets.get_keys(&binding.id).await {
            Ok(keys) => keys.endpoints,
            Err(SecretError::Vault(VaultError::NotFound)) => {
                let stored = binding.former_endpoints.as_ref();
                confirm_endpoints(stored, confirmed, home == FormerHome::Machine)?
            }
            Err(source) => return Err(failed(source)),
        };
        let outcome = secrets
            .split_former(&binding.id, endpoints, home.after_split())
            .await;
        let outcome = outcome.map_err(failed)?;
        found.push((binding.id.clone(), outcome));
        tracing::info!(binding = %binding.id, ?outcome, "the secret of the version before");
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use state::store::PutCondition;
    use state::{Binding, TableNames, Vault as _};

    use super::*;
    use crate::embedded::{Database, DirectoryVault};

    const FORMER: &str = r#"{"v":1,"corp_id":"ding1","agent_id":7,"app_key":"k","app_secret":"s","callback_token":"t",
        "callback_aes_key":"a","hash_key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
        "seal_key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}"#;

    #[tokio::test]
    async fn an_address_that_nobody_confirmed_is_held_and_nothing_is_split() {
        let home = tempfile::tempdir().unwrap();
        let database = Database::open(&home.path().join("state.db")).await.unwrap();
        let (client, tables) = (database.client(), TableNames::with_prefix("bangding-"));
        state::store::create_tables(&client, &tables).await.unwrap();
        let store = Store::new(client, tables, 1);
        let vault = Arc::new(DirectoryVault::open(&home.path().join("vault")).unwrap());
        let secrets = StagedSecretStore::new(Arc::clone(&vault) as Arc<dyn state::StagedVault>, "");
        let mut binding = Binding::new("b-1".parse().unwrap(), "ding1".parse().unwrap());
        let elsewhere = DingTalkEndpoints::at("https://dingtalk.example.com");
        binding.former_endpoints = Some(elsewhere.clone());
        store
            .put_binding(&binding, PutCondition::New)
            .await
            .unwrap();
        vault.put("binding/b-1", FORMER.into()).await.unwrap();

        let held = split_bindings(&store, &secrets, None, FormerHome::Machine).await;
        let held = held.unwrap_err().to_string();
        assert!(held.contains("https://dingtalk.example.com"), "{held}");
        assert!(secrets.secrets.get_keys(&binding.id).await.is_err());

        let confirmed =
            split_bindings(&store, &secrets, Some(&elsewhere), FormerHome::Machine).await;
        assert_eq!(
            confirmed.unwrap(),
            [(binding.id.clone(), SplitOutcome::Split)]
        );
        let keys = secrets.secrets.get_keys(&binding.id).await.unwrap();
        assert_eq!(keys.endpoints, Some(elsewhere));
        let again = split_bindings(&store, &secrets, None, FormerHome::Machine)
            .await
            .unwrap();
        assert_eq!(again, [(binding.id, SplitOutcome::Removed)]);
        database.stop().await.unwrap();
    }
}
