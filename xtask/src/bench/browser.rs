//! A browser that waits for a person's answer on a WebSocket (X.1280 profile §2).

use countersign_protocol::x1280::{InitiateAnswer, SocketEvent};
use futures_util::StreamExt as _;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::load::now;

/// Read at once, in bytes: the library's default of 128 KiB, times ten thousand, would fill the generator's memory.
const READ_BUFFER: usize = 1024;

/// One waiting browser.
pub(crate) struct Browser {
    socket: WebSocketStream<TcpStream>,
}

impl Browser {
    /// Connects, and reads that the session waits for the phone.
    ///
    /// # Errors
    /// The handshake fails, or the server says something else.
    pub(crate) async fn open(address: SocketAddr, session: &InitiateAnswer) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("a browser cannot connect: {error}");
        let stream = TcpStream::connect(address)
            .await
            .map_err(|error| failed(&error))?;
        stream.set_nodelay(true).map_err(|error| failed(&error))?;
        let url = format!(
            "ws://{address}/ws/session/{}?token={}",
            session.session_id, session.ws_token
        );
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let (socket, _) = client_async_with_config(url, stream, Some(config))
            .await
            .map_err(|error| failed(&error))?;
        let mut browser = Self { socket };
        match event(&browser.told().await?)? {
            SocketEvent::OtpReady { .. } => Ok(browser),
            _ => Err("a browser was not told first that its session waits".to_owned()),
        }
    }

    /// Waits for the approval; gives the moment at which it was read.
    ///
    /// # Errors
    /// The server says something else.
    pub(crate) async fn approved(&mut self) -> Result<Instant, String> {
        let told = self.told().await?;
        let moment = now();
        match event(&told)? {
            SocketEvent::Approved { .. } => Ok(moment),
            _ => Err("a browser was told something else than the approval".to_owned()),
        }
    }

    /// Waits while the server has nothing to tell, and answers its pings.
    ///
    /// # Errors
    /// Always, at the end of this peace.
    pub(crate) async fn wait(mut self) -> Result<std::convert::Infallible, String> {
        let told = self.told().await?;
        Err(format!("a browser that should only wait was told {told}"))
    }

    /// Reads to the end of a socket that the server closes.
    ///
    /// # Errors
    /// The server has more to tell.
    pub(crate) async fn leave(mut self) -> Result<(), String> {
        while let Some(Ok(message)) = self.socket.next().await {
            if let Message::Text(text) = message {
                return Err(format!("a browser was told more than the end: {text}"));
            }
        }
        Ok(())
    }

    /// The next text; the library answers pings by itself.
    async fn told(&mut self) -> Result<String, String> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Ping(_))) => {}
                Some(Ok(other)) => return Err(format!("a socket said {other}")),
                Some(Err(error)) => return Err(format!("a socket broke: {error}")),
                None => return Err("the server closed a socket".to_owned()),
            }
        }
    }
}

fn event(text: &str) -> Result<SocketEvent, String> {
    serde_json::from_str(text).map_err(|error| format!("a socket told no event: {error}: {text}"))
}
