//! The accept loop: connections are accepted, timed, counted and, at the end, drained.
//!
//! What a client can do to a connection, and what it gets:
//!
//! | client | gets |
//! |---|---|
//! | connects and says nothing, or dribbles its headers | closed after `header_timeout`; 408 if it had said something |
//! | sends its body slowly | the face's 408 answer (see [`crate::body`]) |
//! | does not read its answer | closed after `write_timeout` without progress |
//! | stays idle between requests | closed after `idle_timeout` |
//! | is one too many, in all or from its address | 503 with `Retry-After` and no body, at once; over TLS it is closed |
//! | sends a request line or headers that are no HTTP | 400 without a body, from hyper |
//! | sends more than twice the head limits | 431 or 414 without a body, from hyper |
//! | is slow in the TLS handshake | closed after `handshake_timeout` |
//!
//! At the cap new connections are answered rather than left in the backlog: a client or balancer
//! that is told to come back does better than one that hangs.

mod accept;
mod activity;
mod config;
mod connection;
mod files;
mod per_ip;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

pub use activity::Peer;
pub use config::ServerConfig;
pub use per_ip::{Network, NoNetwork};

use accept::{Shared, Tally, accept_until_drained};

/// One address with what is served there.
pub struct Listener {
    name: &'static str,
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
}

impl Listener {
    /// Binds an address; port 0 takes a free one. `name` labels metrics: `main`, `metrics`.
    ///
    /// # Errors
    /// The address is in use, or not ours.
    pub async fn bind(name: &'static str, address: SocketAddr, router: Router) -> io::Result<Self> {
        Ok(Self { name, socket: TcpListener::bind(address).await?, tls: None, router })
    }

    /// Speaks TLS on this address.
    #[must_use]
    pub fn with_tls(mut self, acceptor: TlsAcceptor) -> Self {
        self.tls = Some(acceptor);
        self
    }

    /// The address bound.
    ///
    /// # Errors
    /// The operating system's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// What a server did in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeSummary {
    /// Connections that were served, handshakes included.
    pub connections: u64,
    /// Requests that reached a router.
    pub requests: u64,
    /// Connections refused at a cap.
    pub refused: u64,
    /// TLS handshakes that failed or took too long.
    pub failed_handshakes: u64,
    /// Connections cut by a timeout.
    pub cut: u64,
    /// Connections still busy at the end of the grace period, and cut then.
    pub cut_at_shutdown: u64,
    /// From the call to shut down to the last connection's end.
    pub drained_in: Duration,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// There is nothing to listen on.
    #[error("no address to listen on")]
    NoListener,
    /// A setting that would serve nobody.
    #[error("the server setting {0} must be above zero")]
    Zero(&'static str),
}

/// How far the server is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    /// No new connections; requests in flight finish.
    Draining,
    /// The grace period is over.
    Cutting,
}

/// Serves all listeners until `shutdown` completes and the requests in flight have finished, or
/// the grace period is over. The soft limit of open files is raised to the hard one first, and
/// the cap lowered when it still would not do.
///
/// # Errors
/// [`ServeError`] for settings under which nothing can be served.
pub async fn serve(
    listeners: Vec<Listener>,
    mut config: ServerConfig,
    shutdown: impl Future<Output = ()>,
) -> Result<ServeSummary, ServeError> {
    config.check()?;
    if listeners.is_empty() {
        return Err(ServeError::NoListener);
    }
    config.max_connections = files::affordable(config.max_connections, listeners.len());
    let grace = config.shutdown_grace;
    let (stage, stage_seen) = watch::channel(Stage::Running);
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    let tally = Arc::new(Tally::default());
    for listener in listeners {
        let shared = Arc::new(Shared::new(listener.name, config.clone(), tally.clone()));
        let (socket, tls, router) = (listener.socket, listener.tls, listener.router);
        let accepting = accept_until_drained(socket, tls, router, shared, stage_seen.clone(), alive.clone());
        tokio::spawn(accepting);
    }
    drop((alive, stage_seen));

    shutdown.await;
    let began = Instant::now();
    stage.send_replace(Stage::Draining);
    if tokio::time::timeout(grace, all_gone.recv()).await.is_err() {
        stage.send_replace(Stage::Cutting);
        // Cutting waits for nothing but the scheduler, unless a handler blocks its thread.
        let _ = tokio::time::timeout(Duration::from_secs(2), all_gone.recv()).await;
    }
    Ok(tally.summary(began.elapsed()))
}
