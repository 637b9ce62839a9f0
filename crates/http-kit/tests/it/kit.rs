//! A server with two faces, and a client that speaks raw bytes.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bytes::Bytes;
use http_kit::body::BodyLimits;
use http_kit::edge::EdgeConfig;
use http_kit::json::{Style, object};
use http_kit::server::{Listener, ServeSummary, ServerConfig, serve};
use http_kit::url::ClientUrl;
use http_kit::{Answer, BodyFault, Edge, Face, HeadFault, assemble, mount};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a client waits before its test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A face that answers `{"face":..,"error":..}` with a content type of its own.
#[derive(Clone)]
pub struct TestFace(pub &'static str);

impl TestFace {
    fn say(&self, status: u16, error: &str) -> Answer {
        let body = object(Style::COMPACT, |o| {
            o.str("face", self.0).str("error", error);
        });
        Answer::with_body(status, "application/json;charset=UTF-8", body)
    }
}

impl Face for TestFace {
    fn name(&self) -> &'static str {
        self.0
    }
    fn not_found(&self, path: &str) -> Answer {
        self.say(404, &format!("no {path}"))
    }
    fn method_not_allowed(&self, allow: &str) -> Answer {
        self.say(405, &format!("only {allow}"))
    }
    fn bad_head(&self, fault: &HeadFault) -> Answer {
        self.say(fault.status(), &fault.to_string())
    }
    fn bad_body(&self, fault: &BodyFault) -> Answer {
        let status = match fault {
            BodyFault::TooLarge { .. } => 413,
            BodyFault::TooSlow => 408,
            _ => 400,
        };
        self.say(status, &fault.to_string())
    }
    fn bad_request(&self, message: &str) -> Answer {
        self.say(400, message)
    }
    fn unavailable(&self, _: u32) -> Answer {
        self.say(503, "busy")
    }
    fn internal(&self, request_id: &str) -> Answer {
        self.say(500, request_id)
    }
    fn cors_headers(&self) -> &'static str {
        "Authorization, X-Test"
    }
    fn route_path(&self, path: &str) -> Option<String> {
        path.strip_suffix("%20").map(str::to_owned)
    }
    fn body_limits(&self, _: &axum::http::Method, path: &str, usual: &BodyLimits) -> BodyLimits {
        let max_bytes = if path == "/large" { 100_000 } else { usual.max_bytes };
        BodyLimits { max_bytes, ..usual.clone() }
    }
}

fn routes() -> Router {
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        "slept"
    };
    Router::new()
        .route("/echo", post(|body: Bytes| async move { body }))
        .route("/large", post(|body: Bytes| async move { body.len().to_string() }))
        .route(
            "/hello",
            get(|| async { "hello" }).delete(|body: Bytes| async move {
                assert!(body.is_empty());
                "deleted"
            }),
        )
        .route("/number/{n}", get(|Path(n): Path<u32>| async move { n.to_string() }))
        .route("/url", get(|url: ClientUrl| async move { url.full() }))
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        )
        .route("/bare", get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "details") }))
        .route("/slow", get(slow))
        .route("/never", get(std::future::pending::<()>))
        .route("/big", get(|| async { vec![b'x'; 64 * 1024 * 1024] }))
}

/// The test server's settings.
pub struct Settings {
    pub server: ServerConfig,
    pub edge: EdgeConfig,
}

impl Default for Settings {
    fn default() -> Self {
        let body = BodyLimits { max_bytes: 1000, chunk_timeout: ms(300), total_timeout: ms(1500) };
        Self {
            server: ServerConfig { linger: ms(20_000), ..ServerConfig::default() },
            edge: EdgeConfig { body, ..EdgeConfig::default() },
        }
    }
}

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A running server: face `a` at /a and /alias, face `root` everywhere else.
pub struct Server {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<ServeSummary>,
}

pub fn app(edge: EdgeConfig) -> Router {
    let edge = Edge::new(edge);
    let mounted = [mount(TestFace("a"), "/a", routes(), &edge), mount(TestFace("a"), "/alias/v1", routes(), &edge)];
    assemble(TestFace("root"), routes(), mounted, &edge)
}

impl Server {
    pub async fn start(settings: Settings) -> Self {
        Self::start_with(settings, |listener| listener).await
    }

    pub async fn start_with(settings: Settings, prepare: fn(Listener) -> Listener) -> Self {
        let any = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind("main", any, app(settings.edge)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            serve(vec![prepare(listener)], settings.server, shutdown).await.unwrap()
        });
        Self { address, stop, running }
    }

    /// Asks the server to stop, without waiting.
    pub fn stop(self) -> JoinHandle<ServeSummary> {
        self.stop.send(()).unwrap();
        self.running
    }

    pub async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    /// One request on a connection of its own, read to the connection's end.
    pub async fn ask(&self, request: &str) -> Reply {
        let mut client = self.connect().await;
        client.send(request).await;
        client.reply().await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: test.example\r\n\r\n")).await
    }
}

pub struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    #[track_caller]
    pub fn expect(&self, status: u16, face: &str, error: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json;charset=UTF-8"), "{self:?}");
        let found: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(found["face"], face, "{self:?}");
        assert!(found["error"].as_str().unwrap().contains(error), "{self:?}");
    }
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await;
        Self { stream: stream.unwrap().unwrap(), unread: Vec::new() }
    }

    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Sends what can be sent: the server may have closed already.
    pub async fn try_send(&mut self, text: &str) -> bool {
        self.stream.write_all(text.as_bytes()).await.is_ok()
    }

    /// Reads one answer by its content-length.
    pub async fn reply(&mut self) -> Reply {
        self.try_reply(true).await.expect("an answer")
    }

    /// Reads the head of an answer to HEAD.
    pub async fn reply_to_head(&mut self) -> Reply {
        self.try_reply(false).await.expect("an answer")
    }

    /// None when the connection ends before an answer.
    pub async fn try_reply(&mut self, has_body: bool) -> Option<Reply> {
        let head_end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.read_more().await {
                assert!(self.unread.is_empty(), "{:?}", String::from_utf8_lossy(&self.unread));
                return None;
            }
        };
        let head = String::from_utf8(self.unread.drain(..head_end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut reply = Reply { status, head, body: String::new() };
        let length: usize = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        if has_body {
            while self.unread.len() < length {
                assert!(self.read_more().await, "the body is broken off");
            }
            reply.body = String::from_utf8(self.unread.drain(..length).collect()).unwrap();
        }
        Some(reply)
    }

    async fn read_more(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut buffer)).await;
        let count = read.expect("the server neither answers nor closes").unwrap_or(0);
        self.unread.extend_from_slice(&buffer[..count]);
        count > 0
    }

    /// Waits for the server to close the connection without another word.
    pub async fn expect_closed(&mut self) {
        assert!(!self.read_more().await, "{:?}", String::from_utf8_lossy(&self.unread));
    }
}
