//! The accept loop's settings.

use std::time::Duration;

use super::{Network, ServeError};

/// How connections are treated. Bodies, heads and handlers have their limits in
/// [`crate::edge::EdgeConfig`].
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// From a connection's begin, or the first byte of a further request, to the end of its
    /// headers.
    pub header_timeout: Duration,
    /// Between two requests of one connection.
    pub idle_timeout: Duration,
    /// The longest time in which a client takes no byte of its answer.
    pub write_timeout: Duration,
    /// The TLS handshake.
    pub handshake_timeout: Duration,
    /// How long a connection whose request was refused unread is still read from, so that the
    /// client can finish sending and read the refusal.
    pub linger: Duration,
    /// Connections per listener. Lowered to what the limit of open files allows.
    pub max_connections: usize,
    /// Connections per listener from one address (on IPv6: one /64); `None` for no cap.
    pub max_connections_per_ip: Option<usize>,
    /// Where the cap per address does not count: a proxy brings everybody's connections.
    pub uncapped_ips: Vec<Network>,
    /// Bytes of a request's head; hyper is given twice as many (see [`crate::edge::HeadLimits`]).
    pub max_header_bytes: usize,
    /// Headers of a request; hyper is given twice as many.
    pub max_headers: usize,
    /// How long requests in flight may take after the call to shut down.
    pub shutdown_grace: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(5),
            linger: Duration::from_secs(3),
            max_connections: 10_000,
            max_connections_per_ip: Some(256),
            uncapped_ips: Network::loopback().to_vec(),
            max_header_bytes: 64 * 1024,
            max_headers: 100,
            shutdown_grace: Duration::from_secs(30),
        }
    }
}

impl ServerConfig {
    pub(super) fn check(&self) -> Result<(), ServeError> {
        let times = [
            ("header_timeout", self.header_timeout),
            ("idle_timeout", self.idle_timeout),
            ("write_timeout", self.write_timeout),
            ("handshake_timeout", self.handshake_timeout),
        ];
        let counts = [
            ("max_connections", self.max_connections),
            ("max_connections_per_ip", self.max_connections_per_ip.unwrap_or(usize::MAX)),
            ("max_header_bytes", self.max_header_bytes),
            ("max_headers", self.max_headers),
        ];
        let zero_time = times.iter().find(|(_, time)| time.is_zero()).map(|(name, _)| *name);
        let zero_count = counts.iter().find(|(_, count)| *count == 0).map(|(name, _)| *name);
        match zero_time.or(zero_count) {
            Some(name) => Err(ServeError::Zero(name)),
            None => Ok(()),
        }
    }

    /// The shortest of the timeouts that a connection's watch looks after: looking again after
    /// this time is always soon enough.
    pub(super) fn watch_interval(&self) -> Duration {
        self.header_timeout.min(self.idle_timeout).min(self.write_timeout)
    }
}
