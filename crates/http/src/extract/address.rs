//! The address of the client, through the proxies that the operator trusts and through no other.

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The peer of the connection, inserted into each request by a listener of its own (TLS). A listener that serves with
/// `into_make_service_with_connect_info::<SocketAddr>()` need not insert it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

/// The networks of the proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// The client's address: the peer, or, when the peer is a trusted proxy, the rightmost entry of `X-Forwarded-For`
    /// that is none. Entries to the left of it are the client's own words and are never believed.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|line| line.to_str().ok())
            .collect();
        for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            if !self.trusts(client) {
                break;
            }
            // An entry that is no address ends the chain: the last proxy that we know stands in for the client.
            let Some(hop) = address(entry.trim()) else { break };
            client = hop;
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An entry is an address, and with some proxies an address with a port.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let address = entry
        .parse::<SocketAddr>()
        .map(|with_port| with_port.ip())
        .or_else(|_| bare.parse());
    address.ok().map(|address| address.to_canonical())
}

/// The peer of the connection, whichever way the listener told it.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let inserted = extensions.get::<PeerAddr>().map(|peer| peer.0);
    let connected = || extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    inserted.or_else(connected).map(|peer| peer.ip())
}
