//! The life of one socket (X.1280 profile §2).
//!
//! The bus is a hint, the row is the truth: the session is read again after each wake of the person, on a slow tick, and
//! at its end. What the browser sends is never a reason to read: it has nothing to say here but pongs.

use super::close::End;
use super::sockets::Seat;
use crate::app::AppState;
use crate::extract::Place;
use crate::layer::observe::RequestId;
use crate::reply::chain;
use axum::extract::ws::{Message, WebSocket};
use countersign_core::bus::Waiter;
use countersign_core::x1280::session::{Watch, events};
use countersign_core::{Failure, Fault};
use countersign_protocol::x1280::{CloseCode, SocketEvent};
use futures_util::stream::FusedStream as _;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep, timeout};

/// Another process may decide without waking our bus. Slower than that of a phone's stream: sockets are many.
const TICK: Duration = Duration::from_secs(5);

/// How often the browser is asked whether it is still there (X.1280 profile §2).
const PING: Duration = Duration::from_secs(15);

/// How long a browser may take to read what it is told. Nothing else is made for it meanwhile, so nothing piles up.
const SEND_PATIENCE: Duration = Duration::from_secs(5);

/// How long a browser may take to close its end.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// Frames that a browser may send: some pongs for each minute, and room for pages that mean well.
const MAX_FRAMES: u32 = 256;

/// A browser that waits.
pub(super) struct Socket {
    ws: WebSocket,
    app: AppState,
    watch: Watch,
    waiter: Box<dyn Waiter>,
    seat: Seat,
    pings: Interval,
    /// Whether the browser was heard since the last ping.
    heard: bool,
    frames: u32,
    request_id: RequestId,
    _place: Place,
}

impl Socket {
    /// Takes the session's place and begins to listen: no wake from now on is missed.
    pub(super) fn new(
        ws: WebSocket,
        app: AppState,
        watch: Watch,
        request_id: RequestId,
        place: Place,
    ) -> Self {
        let mut pings = interval_at(Instant::now() + PING, PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            waiter: app.provider.bus.listen(watch.user),
            seat: app.sockets.sit(&watch.session),
            ws,
            app,
            watch,
            pings,
            heard: true,
            frames: 0,
            request_id,
            _place: place,
        }
    }

    /// Tells the browser what becomes of the session, until its end.
    pub(super) async fn attend(mut self) {
        let Err(end) = self.tell().await;
        tracing::debug!(request_id = self.request_id.0, ?end, "a socket ends");
        close(&mut self.ws, end).await;
    }

    async fn tell(&mut self) -> Result<Infallible, End> {
        let ready = self.watch.ready.clone();
        self.say(&ready).await?;
        loop {
            let news = events(&self.app.provider, &mut self.watch).await;
            for (event, is_last) in news.map_err(|failure| self.broken(&failure))? {
                self.say(&event).await?;
                if is_last {
                    return Err(End::Session(CloseCode::Resolved));
                }
            }
            self.wait().await?;
        }
    }

    /// Waits until it is time to look again.
    async fn wait(&mut self) -> Result<(), End> {
        let left = self.watch.expires_at.since(self.app.provider.clock.now());
        let tick = sleep(left.min(TICK));
        tokio::pin!(tick);
        loop {
            tokio::select! {
                biased;
                () = self.app.settings.shutdown.cancelled() => return Err(End::Stopping),
                () = self.seat.replaced() => return Err(End::Session(CloseCode::Replaced)),
                () = self.waiter.woken() => return Ok(()),
                () = &mut tick => return Ok(()),
                _ = self.pings.tick() => self.ping().await?,
                frame = self.ws.recv() => self.hear(frame)?,
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if !self.heard {
            return Err(End::Silent);
        }
        self.heard = false;
        send(&mut self.ws, Message::Ping(bytes::Bytes::new())).await
    }

    /// Pings are answered by the library, which keeps one answer at most. Everything else is passed over.
    fn hear(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        match frame {
            None | Some(Ok(Message::Close(_))) => Err(End::Gone),
            Some(Err(error)) => Err(End::of(&error)),
            Some(Ok(_)) if self.frames == MAX_FRAMES => Err(End::TooMuch),
            Some(Ok(_)) => {
                self.frames += 1;
                self.heard = true;
                Ok(())
            }
        }
    }

    async fn say(&mut self, event: &SocketEvent) -> Result<(), End> {
        let text = serde_json::to_string(event)
            .map_err(|error| self.broken(&Fault::new("writing an event").with_source(error).into()))?;
        send(&mut self.ws, Message::Text(text.into())).await
    }

    fn broken(&self, failure: &Failure) -> End {
        if let Failure::Fault(fault) = failure {
            tracing::error!(request_id = self.request_id.0, fault = %chain(fault), "a socket met a fault");
        }
        End::Broken
    }
}

/// Sends one message to the last byte. A browser that does not read is gone.
async fn send(ws: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SEND_PATIENCE, ws.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

/// Says why the socket ends, and waits for the browser to close its end: a connection that is dropped with unread bytes in
/// it is reset, and a reset can overtake the close frame.
pub(super) async fn close(ws: &mut WebSocket, end: End) {
    if let Some(frame) = end.frame()
        && send(ws, Message::Close(Some(frame))).await.is_err()
    {
        return;
    }
    if ws.is_terminated() {
        // Nothing can be read any more after a frame that was refused half way.
        sleep(CLOSE_PATIENCE).await;
        return;
    }
    let closing = async { while let Some(Ok(_)) = ws.recv().await {} };
    let _late = timeout(CLOSE_PATIENCE, closing).await;
}
