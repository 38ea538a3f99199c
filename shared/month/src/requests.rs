//! Which requests count: passed ones, with what later ones took back or changed.

use std::collections::BTreeMap;

use directory::UserId;

use crate::evidence::EvidenceId;
use crate::facts::{RequestAction, RequestContent, RequestFact, RequestState};

/// A chain of changes longer than this is taken for a circle.
const CHAIN_MAX: usize = 16;

/// A request that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveRequest<'a> {
    /// What counts: the last passed change of it.
    pub content: &'a RequestContent,
    /// The request and the one that changed it.
    pub evidence: Vec<EvidenceId>,
}

/// One person's requests: those that count, and those that are not decided yet. A passed revocation takes its request away, a
/// passed modification stands for it, the later one wins; what is refused or withdrawn does nothing. A modification whose
/// original was never read counts as it is.
#[must_use]
pub fn resolve_requests<'a>(
    requests: &'a BTreeMap<String, RequestFact>,
    user: &UserId,
) -> (Vec<EffectiveRequest<'a>>, Vec<&'a RequestFact>) {
    let mine = || requests.values().filter(|one| one.user == *user);
    let mut chains: BTreeMap<&str, Vec<&RequestFact>> = BTreeMap::new();
    for request in mine().filter(|one| one.state == RequestState::Passed) {
        chains
            .entry(root_of(requests, request))
            .or_default()
            .push(request);
    }
    let open =
        |one: &&RequestFact| matches!(one.state, RequestState::Running | RequestState::NotKnown);
    let effective = chains.values_mut().filter_map(|chain| last_word(chain));
    (effective.collect(), mine().filter(open).collect())
}

fn last_word<'a>(chain: &mut [&'a RequestFact]) -> Option<EffectiveRequest<'a>> {
    chain.sort_by_key(|one| (one.action != RequestAction::Original, one.finished_at));
    let (first, last) = (chain.first()?, chain.last()?);
    if matches!(last.action, RequestAction::Revokes(_)) {
        return None;
    }
    let mut evidence = vec![EvidenceId::of_request(&first.id)];
    if last.id != first.id {
        evidence.push(EvidenceId::of_request(&last.id));
    }
    Some(EffectiveRequest {
        content: &last.content,
        evidence,
    })
}

/// The id of the request that a chain of changes began with.
fn root_of<'a>(requests: &'a BTreeMap<String, RequestFact>, request: &'a RequestFact) -> &'a str {
    let mut at = request;
    for _ in 0..CHAIN_MAX {
        let (RequestAction::Revokes(target) | RequestAction::Modifies(target)) = &at.action else {
            break;
        };
        match requests.get(target) {
            Some(next) => at = next,
            None => return target,
        }
    }
    &at.id
}

#[cfg(test)]
mod tests;
