//! The router behind a real socket, as the server crate serves it.

use crate::site::Site;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Sends bytes, and reads the answer until the server closes.
async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A server that has refused a body may reset the connection under the rest of it; what it said came before.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

pub(crate) async fn served(site: &Site) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = site
        .router
        .clone()
        .into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

#[tokio::test]
async fn a_registration_over_tcp_knows_the_address_of_its_peer() {
    let site = Site::new().await;
    let address = served(&site).await;
    let party = countersign_testkit::Party::new("", countersign_jose::KeyType::P256);
    let body = serde_json::to_string(&countersign_testkit::World::registration_of(
        &party, "t", "server",
    ))
    .unwrap();
    let head = "POST /devices/registration HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n";
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let answer = exchange(address, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    let list = countersign_core::device::list::list(&site.world.provider, None)
        .await
        .unwrap();
    assert_eq!(list[0].address.as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn a_chunked_body_is_cut_off_at_64_kib() {
    let site = Site::new().await;
    let address = served(&site).await;
    let head = "POST /oidc/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    let chunk = format!("1000\r\n{}\r\n", "a".repeat(0x1000));
    let answer = exchange(address, format!("{head}{}0\r\n\r\n", chunk.repeat(17)).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"error\":\"payload_too_large\""), "{answer}");
}
