//! A service's web page: it asks for a person, shows the code, and waits on the socket (X.1280 profile §1, §2).

use super::programs::PATIENCE;
use super::wire::{Answer, client, text};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A page that waits.
pub(crate) struct Page {
    /// The answer to its request.
    pub(crate) session: Value,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Page {
    /// Sends a request for a person.
    pub(crate) async fn try_ask(host: &str, request: &Value) -> Answer {
        Answer::to(client().post(format!("{host}/auth/initiate")).json(request)).await
    }

    /// Asks for a person and begins to wait; the first event masks the code that the answer gave.
    pub(crate) async fn ask(host: &str, request: &Value) -> Self {
        let session = Self::try_ask(host, request).await.succeeds(200);
        let (id, token) = (text(&session, "sessionId"), text(&session, "wsToken"));
        let address = host.replacen("http", "ws", 1);
        let address = format!("{address}/ws/session/{id}?token={token}");
        let (socket, _) = connect_async(address).await.unwrap();
        let mut page = Self { session, socket };
        let ready = page.next().await;
        assert_eq!(ready["type"], "otp_ready");
        let masked = format!("{}**", &page.code()[..4]);
        assert_eq!(ready["autoPassword"], masked);
        page
    }

    /// The code that it shows.
    pub(crate) fn code(&self) -> String {
        text(&self.session, "autoPassword")
    }

    /// The next thing that it is told.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("the socket says {other:?}"),
            }
        }
    }

    /// The last thing that it is told, after which the session is closed as resolved.
    pub(crate) async fn ends(mut self) -> Value {
        let told = self.next().await;
        let closed = self.frame().await;
        let Message::Close(Some(frame)) = closed else {
            panic!("the socket goes on: {closed:?}");
        };
        assert_eq!(u16::from(frame.code), 1000);
        told
    }

    async fn frame(&mut self) -> Message {
        let frame = timeout(PATIENCE, self.socket.next()).await.unwrap();
        frame.unwrap().unwrap()
    }
}
