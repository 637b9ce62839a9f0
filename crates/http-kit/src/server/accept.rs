//! Accepting connections, up to the cap.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;

use super::connection::drive;
use super::per_ip::{PerIp, origin};
use super::{Peer, ServeSummary, ServerConfig, Stage};
use crate::metrics as names;

/// Counts over all listeners.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) connections: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) failed_handshakes: AtomicU64,
    pub(super) cut: AtomicU64,
    pub(super) cut_at_shutdown: AtomicU64,
}

impl Tally {
    pub(super) fn summary(&self, drained_in: Duration) -> ServeSummary {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ServeSummary {
            connections: of(&self.connections),
            requests: of(&self.requests),
            refused: of(&self.refused),
            failed_handshakes: of(&self.failed_handshakes),
            cut: of(&self.cut),
            cut_at_shutdown: of(&self.cut_at_shutdown),
            drained_in,
        }
    }
}

/// What the connections of one listener share.
pub(super) struct Shared {
    pub(super) name: &'static str,
    pub(super) config: ServerConfig,
    pub(super) tally: Arc<Tally>,
    open: AtomicUsize,
    per_ip: PerIp,
    refusing: AtomicUsize,
}

impl Shared {
    pub(super) fn new(name: &'static str, config: ServerConfig, tally: Arc<Tally>) -> Self {
        let (open, refusing) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { name, config, tally, open, per_ip: PerIp::default(), refusing }
    }
}

/// Which cap a connection met, as metrics name it.
#[derive(Clone, Copy)]
enum Cap {
    All,
    PerIp,
}

impl Cap {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::PerIp => "per_ip",
        }
    }
}

/// A place among the connections; given back on drop.
struct Place {
    shared: Arc<Shared>,
    /// Where it is counted, unless it is not.
    origin: Option<IpAddr>,
}

impl Place {
    fn take(shared: &Arc<Shared>, remote: IpAddr) -> Result<Self, Cap> {
        // Only the listener's one accept loop adds, so the count cannot overshoot.
        if shared.open.load(Ordering::Relaxed) >= shared.config.max_connections {
            return Err(Cap::All);
        }
        let is_exempt = || shared.config.uncapped_ips.iter().any(|network| network.contains(remote));
        let origin = match shared.config.max_connections_per_ip.filter(|_| !is_exempt()) {
            None => None,
            Some(most) if shared.per_ip.take(origin(remote), most) => Some(origin(remote)),
            Some(_) => return Err(Cap::PerIp),
        };
        shared.open.fetch_add(1, Ordering::Relaxed);
        metrics::gauge!(names::HTTP_CONNECTIONS, "listener" => shared.name).increment(1.0);
        Ok(Self { shared: shared.clone(), origin })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(origin) = self.origin {
            self.shared.per_ip.give_back(origin);
        }
        self.shared.open.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!(names::HTTP_CONNECTIONS, "listener" => self.shared.name).decrement(1.0);
    }
}

/// Accepts until the server drains. Each connection keeps a clone of `alive` until it is gone.
pub(super) async fn accept_until_drained(
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    shared: Arc<Shared>,
    mut stage: watch::Receiver<Stage>,
    alive: mpsc::Sender<()>,
) {
    loop {
        let accepted = tokio::select! {
            biased;
            // An error means that `serve` itself was dropped.
            _ = stage.wait_for(|stage| *stage != Stage::Running) => return,
            accepted = socket.accept() => accepted,
        };
        let (stream, remote) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        let place = match Place::take(&shared, remote.ip()) {
            Ok(place) => place,
            Err(cap) => {
                refuse(stream, tls.is_some(), &shared, cap);
                continue;
            }
        };
        shared.tally.connections.fetch_add(1, Ordering::Relaxed);
        let (tls, router, shared) = (tls.clone(), router.clone(), shared.clone());
        let (stage, alive) = (stage.clone(), alive.clone());
        tokio::spawn(async move {
            let _held = (place, alive);
            converse(stream, remote, tls, router, &shared, stage).await;
        });
    }
}

async fn converse(
    stream: TcpStream,
    remote: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    shared: &Arc<Shared>,
    mut stage: watch::Receiver<Stage>,
) {
    // Answers are written whole: waiting for more bytes would only delay them.
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else {
        return;
    };
    let peer = Peer::new(remote, local, tls.is_some());
    let Some(acceptor) = tls else {
        return drive(stream, peer, router, shared, stage).await;
    };
    let handshake = tokio::select! {
        biased;
        _ = stage.wait_for(|stage| *stage != Stage::Running) => return,
        handshake = tokio::time::timeout(shared.config.handshake_timeout, acceptor.accept(stream)) => handshake,
    };
    match handshake {
        Ok(Ok(stream)) => drive(stream, peer, router, shared, stage).await,
        Ok(Err(error)) => {
            failed_handshake(shared);
            tracing::debug!(%error, "TLS handshake failed");
        }
        Err(_) => {
            failed_handshake(shared);
            tracing::debug!("TLS handshake took too long");
        }
    }
}

fn failed_handshake(shared: &Shared) {
    shared.tally.failed_handshakes.fetch_add(1, Ordering::Relaxed);
    metrics::counter!(names::HTTP_TLS_HANDSHAKES_FAILED_TOTAL, "listener" => shared.name).increment(1);
}

/// Connections that are told to come back at the same time; more are just closed.
const MAX_REFUSING: usize = 256;

const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n\
    content-length: 0\r\nconnection: close\r\n\r\n";

/// Tells a client at a cap to come back. Over TLS a word would cost a handshake: it is closed.
fn refuse(mut stream: TcpStream, is_tls: bool, shared: &Arc<Shared>, cap: Cap) {
    shared.tally.refused.fetch_add(1, Ordering::Relaxed);
    let counter = names::HTTP_CONNECTIONS_REFUSED_TOTAL;
    metrics::counter!(counter, "listener" => shared.name, "cap" => cap.word()).increment(1);
    if is_tls || shared.refusing.load(Ordering::Relaxed) >= MAX_REFUSING {
        return;
    }
    shared.refusing.fetch_add(1, Ordering::Relaxed);
    let shared = shared.clone();
    tokio::spawn(async move {
        let words = async {
            stream.write_all(REFUSAL).await?;
            stream.shutdown().await?;
            // Read what the client had sent: closing on unread bytes would reset our answer.
            let mut sink = [0; 1024];
            while stream.read(&mut sink).await? > 0 {}
            Ok::<_, io::Error>(())
        };
        let _ = tokio::time::timeout(Duration::from_secs(1), words).await;
        shared.refusing.fetch_sub(1, Ordering::Relaxed);
    });
}

/// A connection that died in the queue is its own affair. Anything else (no files, no memory)
/// passes only when something else ends, so wait a little instead of spinning.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted) {
        return;
    }
    tracing::error!(%error, "cannot accept connections");
    tokio::time::sleep(Duration::from_millis(100)).await;
}
