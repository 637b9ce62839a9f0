//! A server on a free port of this machine, and a client that shows the whole answer.

use axum::Router;
use http_kit::server::{Listener, ServeSummary, ServerConfig, serve};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long an answer may take before its test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves a router with the product's own accept loop until it is dropped.
pub struct TestServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<ServeSummary>>,
}

impl TestServer {
    /// Starts to serve.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(router: Router) -> TestServer {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind("main", any_port, router).await.expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            // Dropping the sender stops the server too.
            let _ = stopped.await;
        };
        let config = ServerConfig { shutdown_grace: Duration::from_millis(200), ..ServerConfig::default() };
        let serving =
            tokio::spawn(async move { serve(vec![listener], config, shutdown).await.expect("the settings are sound") });
        TestServer { address, stop: Some(stop), serving: Some(serving) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The absolute URL of a path that begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Begins a request. `path` is sent as it is, query and all.
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request {
            address: self.address,
            line: format!("{method} {path} HTTP/1.1"),
            headers: vec![("host".to_owned(), self.address.to_string())],
            body: None,
        }
    }

    /// A GET without credentials: `server.get("/x").bearer("token").send().await`.
    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// A POST with a JSON body.
    pub fn post(&self, path: &str, body: &str) -> Request {
        self.request("POST", path).header("content-type", "application/json").body(body)
    }

    /// Stops when the requests in flight have ended.
    pub async fn stop(mut self) -> ServeSummary {
        self.stop = None;
        let serving = self.serving.take().expect("a server is stopped once");
        serving.await.expect("the server does not panic")
    }
}

/// A request being written.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    address: SocketAddr,
    line: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Request {
    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Presents a bearer token.
    pub fn bearer(self, token: &str) -> Request {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends a body with its length.
    pub fn body(mut self, text: &str) -> Request {
        self.body = Some(text.to_owned());
        self
    }

    /// Sends it on a connection of its own.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(self) -> Reply {
        match tokio::time::timeout(PATIENCE, self.exchange()).await {
            Ok(Ok(bytes)) => Reply::parse(&bytes),
            Ok(Err(error)) => panic!("no answer: {error}"),
            Err(_) => panic!("no answer within {PATIENCE:?}"),
        }
    }

    async fn exchange(self) -> std::io::Result<Vec<u8>> {
        let mut text = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("connection: close\r\n");
        if let Some(body) = &self.body {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(self.body.as_deref().unwrap_or_default());
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(text.as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        Ok(bytes)
    }
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    #[track_caller]
    fn parse(bytes: &[u8]) -> Reply {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head with an end");
        let head = std::str::from_utf8(&bytes[..end]).expect("a head of text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').expect("a header has a colon"))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut reply = Reply { status: status.parse().expect("a status is a number"), headers, body: String::new() };
        let body = &bytes[end + 4..];
        let body = match reply.header("transfer-encoding") {
            Some("chunked") => joined(body),
            _ => body.to_vec(),
        };
        reply.body = String::from_utf8(body).expect("a body of text");
        reply
    }

    /// The first value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Checks the status and gives the body.
    ///
    /// # Panics
    /// When the status is another.
    #[track_caller]
    pub fn expect(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.body);
        &self.body
    }

    /// The body as JSON, see [`crate::wire::Json`].
    #[track_caller]
    pub fn json(&self) -> crate::wire::Json {
        crate::wire::Json::parse(&self.body)
    }
}

/// The pieces of a chunked body in one.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").expect("a chunk has a size");
        let size = std::str::from_utf8(&rest[..end]).expect("a size is text");
        let size = usize::from_str_radix(size, 16).expect("a size is hexadecimal");
        if size == 0 {
            return whole;
        }
        let from = end + 2;
        whole.extend_from_slice(&rest[from..from + size]);
        rest = &rest[from + size + 2..];
    }
}
