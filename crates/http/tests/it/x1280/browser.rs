//! A browser that waits: a real WebSocket client, over TCP or over a pipe in which time can be made to stand still.

use super::Stage;
use crate::site::Site;
use axum::Router;
use axum::serve::Listener;
use countersign_protocol::x1280::InitiateAnswer;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::future::pending;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// What one end of a connection has to be.
pub(super) trait Pipe: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Pipe for T {}

/// An open socket.
pub(super) struct Browser {
    pub(super) ws: WebSocketStream<Box<dyn Pipe>>,
}

/// What a browser meets.
#[derive(Debug, PartialEq)]
pub(super) enum Met {
    Event(Value),
    Ping,
    Closed(u16),
    /// The connection ended without a close frame.
    Lost,
}

impl Browser {
    /// Opens the socket of a session over TCP.
    pub(super) async fn open(stage: &Stage, session: &InitiateAnswer) -> Self {
        let path = path(&session.session_id, &session.ws_token);
        Self::at(&stage.site.router, &path, None).await.unwrap()
    }

    /// Opens a socket over TCP, perhaps from a web page.
    pub(super) async fn at(router: &Router, path: &str, origin: Option<&str>) -> Result<Self, Box<Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let router = router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self::over(Box::new(stream), path, origin).await
    }

    /// Opens the socket of a session over a pipe that holds so many bytes: nothing is in it but what both ends put in.
    pub(super) async fn piped(stage: &Stage, session: &InitiateAnswer, bytes: usize) -> Self {
        let (ours, theirs) = tokio::io::duplex(bytes);
        let router = stage.site.router.clone();
        tokio::spawn(async move { axum::serve(Once(Some(theirs)), router).await });
        let path = path(&session.session_id, &session.ws_token);
        Self::over(Box::new(ours), &path, None).await.unwrap()
    }

    async fn over(stream: Box<dyn Pipe>, path: &str, origin: Option<&str>) -> Result<Self, Box<Error>> {
        let request = handshake(path, origin);
        let (ws, _): (_, Response<_>) = client_async(request, stream).await.map_err(Box::new)?;
        Ok(Self { ws })
    }

    /// What comes next.
    pub(super) async fn next(&mut self) -> Met {
        let next = tokio::time::timeout(Duration::from_secs(120), self.ws.next()).await;
        match next.expect("something comes within two minutes") {
            Some(Ok(Message::Text(text))) => Met::Event(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Ping(_))) => Met::Ping,
            Some(Ok(Message::Close(Some(frame)))) => Met::Closed(frame.code.into()),
            // RFC 6455 §7.1.5: a close frame without a code.
            Some(Ok(Message::Close(None))) => Met::Closed(1005),
            Some(Ok(other)) => panic!("the server sends nothing like {other}"),
            Some(Err(_)) | None => Met::Lost,
        }
    }

    /// The next event.
    pub(super) async fn event(&mut self) -> Value {
        match self.next().await {
            Met::Event(event) => event,
            other => panic!("an event was expected, not {other:?}"),
        }
    }

    /// The event that is told at once.
    pub(super) async fn ready(&mut self) -> Value {
        let event = self.event().await;
        assert_eq!(event["type"], "otp_ready");
        event
    }

    /// The code with which the server closes, before any other event.
    pub(super) async fn closed(&mut self) -> u16 {
        match self.next().await {
            Met::Closed(code) => code,
            other => panic!("a close frame was expected, not {other:?}"),
        }
    }

    pub(super) async fn send(&mut self, message: Message) {
        self.ws.send(message).await.unwrap();
    }
}

/// The path of a socket.
pub(super) fn path(session_id: &str, token: &str) -> String {
    format!("/ws/session/{session_id}?token={token}")
}

fn handshake(path: &str, origin: Option<&str>) -> Request<()> {
    let mut request = format!("ws://idp.example{path}").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    request
}

/// The close code of a socket that is not to be opened.
pub(super) async fn refused(site: &Site, path: &str) -> u16 {
    Browser::at(&site.router, path, None)
        .await
        .unwrap()
        .closed()
        .await
}

pub(super) fn rejected(reason: &str) -> Value {
    json!({ "type": "rejected", "reason": reason })
}

/// A listener to which one connection comes.
struct Once(Option<DuplexStream>);

impl Listener for Once {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.take() {
            Some(stream) => (stream, ()),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}
