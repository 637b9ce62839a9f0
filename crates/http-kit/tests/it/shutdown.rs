//! The end of a server.

use axum::Router;
use http_kit::server::{Listener, ServeError, ServerConfig, serve};
use tokio::net::TcpStream;

use crate::kit::{PATIENCE, Server, Settings, ms};

#[tokio::test]
async fn requests_in_flight_finish_and_new_ones_are_refused() {
    let server = Server::start(Settings::default()).await;
    let address = server.address;
    let mut idle = server.connect().await;
    idle.send("GET /a/hello HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(idle.reply().await.body, "hello");
    let mut unused = server.connect().await;
    let mut busy = server.connect().await;
    busy.send("GET /a/slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(ms(200)).await;

    let running = server.stop();
    idle.expect_closed().await;
    unused.expect_closed().await;
    let reply = busy.reply().await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "slept"));
    assert_eq!(reply.header("connection"), Some("close"));
    busy.expect_closed().await;
    let summary = tokio::time::timeout(PATIENCE, running).await.unwrap().unwrap();
    assert_eq!((summary.connections, summary.requests), (3, 2), "{summary:?}");
    assert_eq!(summary.cut_at_shutdown, 0, "{summary:?}");
    TcpStream::connect(address).await.expect_err("nobody listens");
}

#[tokio::test]
async fn the_grace_period_ends() {
    let mut settings = Settings::default();
    settings.server.shutdown_grace = ms(300);
    let server = Server::start(settings).await;
    let mut busy = server.connect().await;
    busy.send("GET /a/never HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(ms(200)).await;
    let summary = tokio::time::timeout(PATIENCE, server.stop()).await.unwrap().unwrap();
    assert_eq!(summary.cut_at_shutdown, 1, "{summary:?}");
    busy.expect_closed().await;
}

#[tokio::test]
async fn a_half_sent_request_may_still_finish() {
    let server = Server::start(Settings::default()).await;
    let mut client = server.connect().await;
    client.send("GET /a/hello HTTP/1.1\r\nho").await;
    tokio::time::sleep(ms(200)).await;
    let running = server.stop();
    tokio::time::sleep(ms(100)).await;
    client.send("st: x\r\n\r\n").await;
    assert_eq!(client.reply().await.body, "hello");
    client.expect_closed().await;
    tokio::time::timeout(PATIENCE, running).await.unwrap().unwrap();
}

#[tokio::test]
async fn senseless_settings_do_not_start() {
    let nothing = serve(Vec::new(), ServerConfig::default(), std::future::pending()).await;
    assert!(matches!(nothing, Err(ServeError::NoListener)));
    let any = "127.0.0.1:0".parse().unwrap();
    for (config, name) in [
        (ServerConfig { max_connections: 0, ..ServerConfig::default() }, "max_connections"),
        (ServerConfig { max_connections_per_ip: Some(0), ..ServerConfig::default() }, "max_connections_per_ip"),
    ] {
        let listener = Listener::bind("main", any, Router::new()).await.unwrap();
        let zero = serve(vec![listener], config, std::future::pending()).await;
        assert!(matches!(zero, Err(ServeError::Zero(found)) if found == name), "{name}: {zero:?}");
    }
}

#[tokio::test]
async fn several_addresses() {
    use axum::routing::get;
    let any = "127.0.0.1:0".parse().unwrap();
    let router = |word: &'static str| Router::new().route("/", get(move || async move { word }));
    let main = Listener::bind("main", any, router("main")).await.unwrap();
    let metrics = Listener::bind("metrics", any, router("metrics")).await.unwrap();
    let addresses = [(main.local_addr().unwrap(), "main"), (metrics.local_addr().unwrap(), "metrics")];
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(serve(vec![main, metrics], ServerConfig::default(), async {
        let _ = stopped.await;
    }));
    for (address, word) in addresses {
        let mut client = crate::kit::Client::connect(address).await;
        client.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert_eq!(client.reply().await.body, word);
    }
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, running).await.unwrap().unwrap().unwrap();
}
