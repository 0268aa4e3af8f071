//! The client's address, through trusted proxies and no others.

use axum::http::HeaderMap;
use countersign_http::TrustedProxies;
use std::net::IpAddr;

fn seen(proxies: &[&str], peer: &str, lines: &[&str]) -> String {
    let proxies = TrustedProxies(proxies.iter().map(|network| network.parse().unwrap()).collect());
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append("x-forwarded-for", line.parse().unwrap());
    }
    proxies
        .client(peer.parse::<IpAddr>().unwrap(), &headers)
        .to_string()
}

#[test]
fn a_stranger_may_write_what_it_likes() {
    assert_eq!(seen(&[], "198.51.100.9", &["10.0.0.1"]), "198.51.100.9");
    assert_eq!(
        seen(&["10.0.0.0/8"], "198.51.100.9", &["10.0.0.1, 10.0.0.2"]),
        "198.51.100.9"
    );
}

#[test]
fn behind_a_trusted_proxy_the_rightmost_untrusted_entry_counts() {
    let proxies = ["10.0.0.0/8", "2001:db8::/32"];
    assert_eq!(seen(&proxies, "10.0.0.1", &["203.0.113.5"]), "203.0.113.5");
    assert_eq!(
        seen(&proxies, "10.0.0.1", &["1.1.1.1, 203.0.113.5"]),
        "203.0.113.5"
    );
    assert_eq!(
        seen(&proxies, "10.0.0.1", &["1.1.1.1, 203.0.113.5, 10.2.2.2"]),
        "203.0.113.5"
    );
    assert_eq!(
        seen(&proxies, "10.0.0.1", &["1.1.1.1", "203.0.113.5,10.2.2.2"]),
        "203.0.113.5"
    );
    assert_eq!(
        seen(&proxies, "2001:db8::1", &["203.0.113.5:4711"]),
        "203.0.113.5"
    );
    assert_eq!(
        seen(&proxies, "2001:db8::1", &["[2001:4860::1]:443"]),
        "2001:4860::1"
    );
}

#[test]
fn an_ipv4_peer_on_an_ipv6_socket_is_an_ipv4_peer() {
    assert_eq!(
        seen(&["127.0.0.0/8"], "::ffff:127.0.0.1", &["::ffff:203.0.113.5"]),
        "203.0.113.5"
    );
}

#[test]
fn a_chain_that_cannot_be_read_ends_at_the_last_known_proxy() {
    assert_eq!(
        seen(&["10.0.0.0/8"], "10.0.0.1", &["203.0.113.5, unknown, 10.2.2.2"]),
        "10.2.2.2"
    );
    assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", &[""]), "10.0.0.1");
    assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
}
