//! Name resolution that gives public addresses only.
//!
//! The addresses that are checked are those that are connected to: a name that answers with a public address first and
//! with a private one a moment later (DNS rebinding) gains nothing.

use super::address::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

/// The system's resolver without what is not public.
pub(super) struct PublicOnly;

/// The name leads into a network that is nobody's business.
#[derive(Debug, thiserror::Error)]
#[error("the name of the push service leads to no public address")]
struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::PublicOnly;
    use reqwest::dns::Resolve as _;

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_resolved() {
        let resolved = PublicOnly.resolve("localhost".parse().unwrap()).await;
        let error = resolved.err().expect("no address");
        assert!(error.to_string().contains("no public address"), "{error}");
    }
}
