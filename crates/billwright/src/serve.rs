//! Runs the server: opens, listens, tells where, waits for a signal, finishes what was begun.

use std::net::SocketAddr;

use billing::housekeeping::run_housekeeping;
use billing::reconcile::run_reconciling;
use http_kit::server::{Listener, ServerConfig, serve};
use http_kit::tls::Certificate;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::app::{self, App};
use crate::config::{Config, is_default};
use crate::exit::{Exit, Failure, Result};
use crate::gateway::GatewayChoice;
use crate::{metrics, output};

/// A bound server that has not begun to answer.
pub struct Bound {
    listeners: Vec<Listener>,
    /// The scheme and address of the main listener: `http://127.0.0.1:8080`.
    pub base_url: String,
    config: ServerConfig,
    handle: PrometheusHandle,
}

/// `billwright serve`.
pub async fn run(config: &Config) -> Result<()> {
    let certificate = match &config.tls {
        Some((chain, key)) => Some(Certificate::load(chain, key).map_err(|error| Failure::usage(error.to_string()))?),
        None => None,
    };
    let app = App::own(config).await?;
    let bound = bind(&app, config, certificate.as_ref()).await?;
    warn_about(config);
    if app.billing.tenants().await?.is_empty() {
        tracing::info!("there is no tenant yet: billwright tenant create NAME");
    }
    // Whoever has read the address may send a signal at once.
    let stopped = stopped();
    output::print(&format!("listening on {}\n", bound.base_url))?;
    bound.until(&app, stopped).await?;
    app.close().await;
    Ok(())
}

/// Binds the listeners.
pub async fn bind(app: &App, config: &Config, certificate: Option<&Certificate>) -> Result<Bound> {
    let router = app::router(&app.billing, config);
    let mut main = Listener::bind("main", config.listen, router)
        .await
        .map_err(|error| cannot_listen("listen", config.listen, &error))?;
    if let Some(certificate) = certificate {
        let acceptor = certificate.acceptor().map_err(|error| Failure::usage(error.to_string()))?;
        main = main.with_tls(acceptor);
    }
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let base_url = format!("{scheme}://{}", address_of(&main)?);
    let handle = metrics::install()?;
    let mut listeners = vec![main];
    if let Some(listener) = metrics_listener(app, config, &handle).await? {
        tracing::info!("metrics on http://{}/metrics", address_of(&listener)?);
        listeners.push(listener);
    }
    let config = ServerConfig {
        max_connections: config.max_connections,
        max_connections_per_ip: config.max_connections_per_ip,
        uncapped_ips: config.uncapped_ips.clone(),
        shutdown_grace: config.shutdown_grace,
        ..ServerConfig::default()
    };
    Ok(Bound { listeners, base_url, config, handle })
}

/// An address that nobody chose must not keep a second server from starting.
async fn metrics_listener(app: &App, config: &Config, handle: &PrometheusHandle) -> Result<Option<Listener>> {
    let Some(mut address) = config.metrics_listen else { return Ok(None) };
    let is_chosen = !is_default(&config.values, "metrics_listen");
    if !is_chosen && config.listen.port() == 0 {
        address.set_port(0);
    }
    let router = metrics::router(handle.clone(), app.billing.db().clone());
    match Listener::bind("metrics", address, router.clone()).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if is_chosen => Err(cannot_listen("metrics_listen", address, &error)),
        Err(error) => {
            tracing::warn!("{address} is not free for metrics ({error}): taking another port");
            address.set_port(0);
            let bound = Listener::bind("metrics", address, router).await;
            bound.map(Some).map_err(|error| cannot_listen("metrics_listen", address, &error))
        }
    }
}

impl Bound {
    /// Answers until `shutdown`, then finishes what was begun.
    pub async fn until(self, app: &App, shutdown: impl Future<Output = ()>) -> Result<()> {
        let upkeep = tokio::spawn(metrics::upkeep(self.handle));
        let (stop_keeping, keeping_stopped) = oneshot::channel::<()>();
        let keeping = tokio::spawn(run_housekeeping(app.billing.clone(), async move {
            // A dropped sender stops it too.
            let _ = keeping_stopped.await;
        }));
        let (stop_reconciling, reconciling_stopped) = oneshot::channel::<()>();
        let reconciling = tokio::spawn(run_reconciling(app.billing.clone(), async move {
            let _ = reconciling_stopped.await;
        }));
        let served = serve(self.listeners, self.config, shutdown).await;
        drop((stop_keeping, stop_reconciling));
        if let Err(error) = reconciling.await {
            tracing::error!(%error, "reconciling ended before the server");
        }
        if let Err(error) = keeping.await {
            tracing::error!(%error, "housekeeping ended before the server");
        }
        upkeep.abort();
        let summary = served.map_err(|error| Failure::usage(error.to_string()))?;
        tracing::info!(
            connections = summary.connections,
            requests = summary.requests,
            cut_at_shutdown = summary.cut_at_shutdown,
            drained_in_ms = u64::try_from(summary.drained_in.as_millis()).unwrap_or(u64::MAX),
            "stopped"
        );
        Ok(())
    }
}

fn address_of(listener: &Listener) -> Result<SocketAddr> {
    listener.local_addr().map_err(|error| Failure::unavailable(format!("the listener has no address: {error}")))
}

fn cannot_listen(setting: &str, address: SocketAddr, error: &std::io::Error) -> Failure {
    let flag = setting.replace('_', "-");
    let exit = match error.kind() {
        std::io::ErrorKind::AddrInUse => Exit::Conflict,
        _ => Exit::Unavailable,
    };
    Failure::new(exit, format!("cannot listen on {address}: {error}"))
        .todo(format!("name another address with --{flag}; port 0 takes a free one"))
}

/// What whoever started this should know.
fn warn_about(config: &Config) {
    if let Some(GatewayChoice::Sandbox { .. }) = config.gateway {
        tracing::warn!("the sandbox gateway moves no money: what it charges counts as paid all the same");
    }
    if config.has_test_clock {
        tracing::warn!("--test-clock: anybody on this machine can move the business clock of every tenant");
    }
    if !config.listen.ip().is_loopback() && config.tls.is_none() {
        tracing::warn!("{} is reached by other machines without TLS: tokens travel in the clear", config.listen);
    }
    if let Some(listen) = config.metrics_listen.filter(|listen| !listen.ip().is_loopback()) {
        tracing::warn!("metrics on {listen} can be read by other machines without a credential");
    }
    if config.trusts_proxy && config.max_connections_per_ip.is_some() && is_default(&config.values, "uncapped_ips") {
        tracing::info!("a proxy on another machine needs --uncapped-ips: all connections come from its address");
    }
    if config.database_url.is_none()
        && crate::data_dir::foreign_rights(&config.data_dir).is_ok_and(|rights| rights != 0)
    {
        let directory = config.data_dir.display();
        tracing::warn!("{directory} can be read by other users of this machine: chmod 0700 {directory}");
    }
}

/// Completes at the first SIGTERM or SIGINT after this call, whenever it is awaited. At the second the process ends
/// without waiting.
pub fn stopped() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        let (mut terminate, mut interrupt) = match signals {
            (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "signals cannot be received: the server must be killed to stop");
                return std::future::pending().await;
            }
        };
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!("{name}: finishing what was begun");
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            // Nothing acknowledged is lost by this: an answer follows its commit.
            std::process::exit(Exit::Unavailable as i32);
        });
    }
}
