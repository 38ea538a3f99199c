//! The active policy: shown, set, rolled back.

use engine::policy_versions::{self, ActivationError, PolicyActivation};

use crate::desk::OrderContext;
use crate::error::OrderError;
use crate::order::PolicyRequest;
use crate::reply::{PolicyView, Reply};

impl OrderContext<'_> {
    pub(crate) async fn policy(&self, request: &PolicyRequest) -> Result<Reply, OrderError> {
        let (store, binding) = (&self.desk.corps.store, &self.binding);
        let activated = match request {
            PolicyRequest::Active => return self.show_policy(binding.policy, false).await,
            PolicyRequest::Set { text } => {
                policy_versions::set_policy(store, binding, text, self.by, self.now()).await
            }
            PolicyRequest::RollBack { to } => {
                policy_versions::roll_back_policy(store, binding, *to).await
            }
        };
        self.reply_to_activation(activated.map_err(not_activated)?)
            .await
    }

    async fn reply_to_activation(&self, activated: PolicyActivation) -> Result<Reply, OrderError> {
        let (version, same) = match activated {
            PolicyActivation::Same(version) => (version, true),
            PolicyActivation::Back(version) | PolicyActivation::Pending(version) => {
                (version, false)
            }
        };
        self.subject.name_target(version.to_string());
        if matches!(activated, PolicyActivation::Back(_)) {
            self.queue_sweep("policy").await?;
        }
        self.show_policy(version, same).await
    }

    async fn show_policy(&self, version: u64, same: bool) -> Result<Reply, OrderError> {
        let store = &self.desk.corps.store;
        let policy = policy_versions::load_policy(store, &self.binding.corp_id, version).await;
        let document = policy
            .map_err(|err| OrderError::unusable(&err))?
            .pretty_text();
        Ok(Reply::Policy(PolicyView {
            version,
            pending: version != self.binding.policy_applied,
            same,
            document,
        }))
    }
}

fn not_activated(err: ActivationError) -> OrderError {
    match err {
        ActivationError::Refused(document) => OrderError::PolicyRefused {
            problems: document.problems.len(),
        },
        ActivationError::NoVersion(version) => OrderError::NoVersion(version),
        ActivationError::NoBinding => OrderError::Unbound,
        err => OrderError::unusable(&err),
    }
}
