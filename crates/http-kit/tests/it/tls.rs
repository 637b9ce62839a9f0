//! TLS with the self-signed certificate.

use std::sync::{Arc, OnceLock};

use http_kit::tls::Certificate;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::kit::{PATIENCE, Server, Settings, ms};

/// One certificate for all tests of this file.
fn certificate() -> &'static Certificate {
    static MADE: OnceLock<Certificate> = OnceLock::new();
    MADE.get_or_init(|| Certificate::self_signed().unwrap())
}

async fn server() -> Server {
    let mut settings = Settings::default();
    settings.server.handshake_timeout = ms(400);
    Server::start_with(settings, |listener| listener.with_tls(certificate().acceptor().unwrap())).await
}

fn connector(is_trusting: bool) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    if is_trusting {
        roots.add(certificate().der().clone()).unwrap();
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn requests_over_tls() {
    let server = server().await;
    for name in ["localhost", "127.0.0.1", "::1"] {
        let tcp = TcpStream::connect(server.address).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        let mut tls = connector(true).connect(name, tcp).await.unwrap();
        let request = "GET /a/url?x=1 HTTP/1.1\r\nhost: pay.example\r\nconnection: close\r\n\r\n";
        tls.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        let read = tokio::time::timeout(PATIENCE, tls.read_to_string(&mut reply)).await;
        read.unwrap().expect("closed with close_notify");
        assert!(reply.ends_with("https://pay.example/a/url?x=1"), "{reply}");
    }
}

#[tokio::test]
async fn a_large_answer_over_tls() {
    let server = server().await;
    let tcp = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut tls = connector(true).connect(name, tcp).await.unwrap();
    let request = "GET /a/big HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    tls.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    tokio::time::timeout(PATIENCE, tls.read_to_end(&mut reply)).await.unwrap().unwrap();
    assert!(reply.len() > 64 * 1024 * 1024, "{}", reply.len());
}

#[tokio::test]
async fn failed_handshakes_hurt_nobody() {
    let server = server().await;
    let mut silent = server.connect().await;
    let mut plain = server.connect().await;
    plain.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let tcp = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    connector(false).connect(name.clone(), tcp).await.expect_err("nobody signed it");
    silent.expect_closed().await;
    let tcp = TcpStream::connect(server.address).await.unwrap();
    connector(true).connect(name, tcp).await.expect("others are served");
    let summary = tokio::time::timeout(PATIENCE, server.stop()).await.unwrap().unwrap();
    assert_eq!(summary.failed_handshakes, 3, "{summary:?}");
}
