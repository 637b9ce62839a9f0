//! What a connection is doing, seen from its bytes: the basis of all its timeouts.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::ServerConfig;

/// Who is at the other end. The server puts it into each request's extensions.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The client's address, or its proxy's.
    pub remote: SocketAddr,
    /// Our address that it connected to.
    pub local: SocketAddr,
    /// Whether the connection is encrypted.
    pub is_tls: bool,
    activity: Option<Arc<Activity>>,
}

impl Peer {
    /// A peer without a connection to look after.
    pub fn new(remote: SocketAddr, local: SocketAddr, is_tls: bool) -> Self {
        Self { remote, local, is_tls, activity: None }
    }

    pub(super) fn watched(mut self, activity: &Arc<Activity>) -> Self {
        self.activity = Some(activity.clone());
        self
    }

    /// Notes that a body was left unread: when the connection closes, it first reads on for a
    /// while, or the client would lose our answer to a reset.
    pub(crate) fn linger_on_close(&self) {
        if let Some(activity) = &self.activity {
            activity.lingers.store(true, Ordering::Relaxed);
        }
    }
}

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Its first byte.
    New = 0,
    /// The rest of a request's head.
    Head = 1,
    /// Us.
    Handling = 2,
    /// The next request.
    Idle = 3,
}

/// Why a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// It never said anything.
    Silent,
    /// Its headers took too long.
    SlowHeaders,
    /// No further request came.
    Idle,
    /// It does not read.
    SlowReader,
}

impl Cut {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::SlowHeaders => "slow_headers",
            Self::Idle => "idle",
            Self::SlowReader => "slow_reader",
        }
    }
}

/// A connection's state. Only its own task writes it; instants are milliseconds since its begin.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    phase: AtomicU8,
    phase_since_ms: AtomicU64,
    written_at_ms: AtomicU64,
    /// 0: writing is not blocked.
    blocked_since_ms: AtomicU64,
    lingers: AtomicBool,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            phase: AtomicU8::new(Phase::New as u8),
            phase_since_ms: AtomicU64::new(0),
            written_at_ms: AtomicU64::new(0),
            blocked_since_ms: AtomicU64::new(0),
            lingers: AtomicBool::new(false),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::New,
            1 => Phase::Head,
            2 => Phase::Handling,
            _ => Phase::Idle,
        }
    }

    fn enter(&self, phase: Phase) {
        self.phase_since_ms.store(self.now_ms(), Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// A request's head is complete.
    pub(super) fn request_began(&self) {
        self.enter(Phase::Handling);
    }

    /// The last piece of an answer was handed over.
    pub(super) fn answer_ended(&self) {
        self.enter(Phase::Idle);
    }

    fn bytes_read(&self) {
        match self.phase() {
            // The header timeout runs from the connection's begin.
            Phase::New => self.phase.store(Phase::Head as u8, Ordering::Relaxed),
            Phase::Idle => self.enter(Phase::Head),
            Phase::Head | Phase::Handling => {}
        }
    }

    fn bytes_written(&self) {
        self.blocked_since_ms.store(0, Ordering::Relaxed);
        self.written_at_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    fn write_blocked(&self) {
        if self.blocked_since_ms.load(Ordering::Relaxed) == 0 {
            self.blocked_since_ms.store(self.now_ms().max(1), Ordering::Relaxed);
        }
    }

    /// Nothing has been received that would need an answer.
    pub(super) fn is_quiet(&self) -> bool {
        matches!(self.phase(), Phase::New | Phase::Idle) && self.blocked_since_ms.load(Ordering::Relaxed) == 0
    }

    pub(super) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }

    /// The timeout that is over, if one is.
    pub(super) fn overdue(&self, config: &ServerConfig) -> Option<Cut> {
        let now_ms = self.now_ms();
        let is_over = |since_ms: u64, limit: Duration| u128::from(now_ms.saturating_sub(since_ms)) >= limit.as_millis();
        let blocked_since_ms = self.blocked_since_ms.load(Ordering::Relaxed);
        if blocked_since_ms > 0 {
            return is_over(blocked_since_ms, config.write_timeout).then_some(Cut::SlowReader);
        }
        let since_ms = self.phase_since_ms.load(Ordering::Relaxed);
        match self.phase() {
            Phase::Handling => None,
            Phase::New => is_over(since_ms, config.header_timeout).then_some(Cut::Silent),
            Phase::Head => is_over(since_ms, config.header_timeout).then_some(Cut::SlowHeaders),
            Phase::Idle => {
                // A long answer may still have been on its way when it was handed over.
                let since_ms = since_ms.max(self.written_at_ms.load(Ordering::Relaxed));
                is_over(since_ms, config.idle_timeout).then_some(Cut::Idle)
            }
        }
    }
}

/// A stream whose bytes are reported to its connection's [`Activity`].
pub(super) struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    fn note_write<T>(&self, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match &polled {
            Poll::Pending => self.activity.write_blocked(),
            Poll::Ready(Ok(_)) => self.activity.bytes_written(),
            Poll::Ready(Err(_)) => {}
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.activity.bytes_read();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note_write(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS writes its records here; a plain socket has nothing to flush. A flush that is
        // ready is no progress of its own.
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        match &polled {
            Poll::Pending => self.activity.write_blocked(),
            Poll::Ready(_) => self.activity.blocked_since_ms.store(0, Ordering::Relaxed),
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note_write(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> ServerConfig {
        ServerConfig {
            header_timeout: Duration::from_millis(100),
            idle_timeout: Duration::from_millis(700),
            write_timeout: Duration::from_millis(300),
            ..ServerConfig::default()
        }
    }

    /// A connection that began so long ago, without sleeping for it.
    fn aged(ms: u64) -> Activity {
        let mut activity = Activity::new();
        activity.began = Instant::now().checked_sub(Duration::from_millis(ms)).expect("in range");
        activity
    }

    #[test]
    fn each_phase_has_its_timeout() {
        let activity = aged(10_000);
        assert_eq!(activity.overdue(&config()), Some(Cut::Silent));
        activity.bytes_read();
        assert_eq!(activity.overdue(&config()), Some(Cut::SlowHeaders), "from the begin");
        activity.request_began();
        assert_eq!(activity.overdue(&config()), None);
        activity.phase_since_ms.store(0, Ordering::Relaxed);
        assert_eq!(activity.overdue(&config()), None, "a handler has its own timeout");
        activity.answer_ended();
        assert_eq!(activity.overdue(&config()), None);
        activity.phase_since_ms.store(9_000, Ordering::Relaxed);
        assert_eq!(activity.overdue(&config()), Some(Cut::Idle));
        activity.bytes_written();
        assert_eq!(activity.overdue(&config()), None, "the answer was still going out");
        activity.bytes_read();
        assert_eq!(activity.overdue(&config()), None, "a new head has its own time");
    }

    #[test]
    fn a_blocked_write_counts_from_its_begin() {
        let activity = aged(10_000);
        activity.request_began();
        activity.blocked_since_ms.store(9_900, Ordering::Relaxed);
        activity.write_blocked();
        assert_eq!(activity.overdue(&config()), None);
        assert!(!activity.is_quiet());
        activity.blocked_since_ms.store(9_000, Ordering::Relaxed);
        activity.write_blocked();
        assert_eq!(activity.overdue(&config()), Some(Cut::SlowReader));
        activity.bytes_written();
        assert_eq!(activity.overdue(&config()), None);
    }
}
