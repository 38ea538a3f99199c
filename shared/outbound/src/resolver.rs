//! A resolver that hands out public addresses only.

use std::error::Error as StdError;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_public;

/// Checks every address that a name resolves to. One private address refuses the name: a public answer beside it may be
/// bait for a later connection.
#[derive(Debug)]
pub(crate) struct CheckedResolver {
    pub(crate) allow_loopback: bool,
}

/// The name resolves to an address that may not be called.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves to an address that may not be called")]
pub(crate) struct Denied;

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_loopback = self.allow_loopback;
        Box::pin(async move {
            // Port 0: the connector puts in its own.
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(checked(found, allow_loopback)?.into_iter()) as Addrs)
        })
    }
}

pub(crate) fn checked(
    found: Vec<SocketAddr>,
    allow_loopback: bool,
) -> Result<Vec<SocketAddr>, Denied> {
    let allowed = |address: &SocketAddr| {
        is_public(address.ip()) || (allow_loopback && address.ip().to_canonical().is_loopback())
    };
    if found.iter().all(allowed) {
        Ok(found)
    } else {
        Err(Denied)
    }
}

/// Whether our own refusal is somewhere below an error.
pub(crate) fn was_denied(error: &(dyn StdError + 'static)) -> bool {
    let mut below = Some(error);
    while let Some(error) = below {
        if error.is::<Denied>() {
            return true;
        }
        below = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_private_answer_refuses_the_name() {
        let public = SocketAddr::from(([47, 246, 136, 1], 0));
        let private = SocketAddr::from(([169, 254, 169, 254], 0));
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        assert!(checked(vec![public], false).is_ok());
        assert!(checked(vec![public, private], true).is_err());
        assert!(checked(vec![loopback], false).is_err());
        assert!(checked(vec![loopback], true).is_ok());
    }
}
