//! A blocking HTTP/1.1 client that hides nothing: no retries, no redirects, every byte of the answer.

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take. Longer than the server's own timeout of a request.
const PATIENCE: Duration = Duration::from_secs(60);

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// The first value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// A client with one connection, which is kept while the server keeps it.
pub struct Client {
    address: SocketAddr,
    headers: Vec<(String, String)>,
    connection: Option<Connection>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        Client { address, headers: Vec::new(), connection: None }
    }

    /// Sends this header with every request.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Client {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn bearer(self, token: &str) -> Client {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn get(&mut self, path: &str) -> Result<Reply> {
        self.send("GET", path, &[], None)
    }

    /// Posts JSON under an idempotency key.
    pub fn post(&mut self, path: &str, key: &str, body: &str) -> Result<Reply> {
        self.send("POST", path, &[("content-type", "application/json"), ("idempotency-key", key)], Some(body))
    }

    /// Sends one request and reads its answer. After an error nobody knows whether the request was carried out.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Result<Reply> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(headers.iter().copied()) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address, PATIENCE)?,
        };
        connection.stream.write_all(request.as_bytes())?;
        let (reply, is_kept) = connection.reply(method == "HEAD")?;
        if is_kept {
            self.connection = Some(connection);
        }
        Ok(reply)
    }
}

/// Sends bytes as they are on a connection of their own, and reads the answer. `ends`: say that nothing follows;
/// `is_head`: the answer has no body.
///
/// # Errors
/// When there is no answer, or none of HTTP.
pub fn send_bytes(
    address: SocketAddr,
    bytes: &[u8],
    (ends, is_head): (bool, bool),
    patience: Duration,
) -> Result<Reply> {
    let mut connection = Connection::open(address, patience)?;
    // The server may answer and close before it has read everything: then its answer counts, not our broken pipe.
    let mut sent = connection.stream.write_all(bytes);
    if ends && sent.is_ok() {
        sent = connection.stream.shutdown(Shutdown::Write);
    }
    match connection.reply(is_head) {
        Ok((reply, _)) => Ok(reply),
        Err(error) => Err(sent.err().unwrap_or(error)),
    }
}

struct Connection {
    stream: TcpStream,
    /// Read and not used yet.
    ahead: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr, patience: Duration) -> Result<Connection> {
        let stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, ahead: Vec::new() })
    }

    /// Reads more; false at the end.
    fn more(&mut self) -> Result<bool> {
        let mut bytes = [0_u8; 16 << 10];
        let count = self.stream.read(&mut bytes)?;
        self.ahead.extend_from_slice(&bytes[..count]);
        Ok(count > 0)
    }

    fn need(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.ahead.len() < length {
            if !self.more()? {
                return Err(cut_off("the answer ends early"));
            }
        }
        Ok(self.ahead.drain(..length).collect())
    }

    fn line(&mut self) -> Result<String> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|two| two == b"\r\n") {
                let line: Vec<u8> = self.ahead.drain(..end + 2).take(end).collect();
                return String::from_utf8(line).map_err(|_| bad("a line of the head is no text"));
            }
            if !self.more()? {
                return Err(cut_off("the answer's head ends early"));
            }
        }
    }

    /// The next final answer, and whether the connection may be used again.
    fn reply(&mut self, is_head: bool) -> Result<(Reply, bool)> {
        loop {
            let status = self.line()?;
            let status =
                status.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|code| code.parse().ok());
            let status: u16 = status.ok_or_else(|| bad("no status line"))?;
            let mut headers = Vec::new();
            loop {
                let line = self.line()?;
                if line.is_empty() {
                    break;
                }
                let (name, value) = line.split_once(':').ok_or_else(|| bad("a header without a colon"))?;
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            if (100..200).contains(&status) {
                continue;
            }
            let mut reply = Reply { status, headers, body: Vec::new() };
            let is_kept = self.body(&mut reply, is_head)?;
            return Ok((reply, is_kept));
        }
    }

    fn body(&mut self, reply: &mut Reply, is_head: bool) -> Result<bool> {
        let says = |name: &str, word: &str| reply.header(name).is_some_and(|value| value.eq_ignore_ascii_case(word));
        let is_kept = !says("connection", "close");
        if is_head || reply.status == 204 || reply.status == 304 {
            return Ok(is_kept);
        }
        if says("transfer-encoding", "chunked") {
            loop {
                let size = self.line()?;
                let size = usize::from_str_radix(size.trim(), 16).map_err(|_| bad("a chunk without a size"))?;
                let chunk = self.need(size)?;
                reply.body.extend_from_slice(&chunk);
                self.line()?;
                if size == 0 {
                    return Ok(is_kept);
                }
            }
        }
        match reply.header("content-length") {
            Some(length) => {
                let length = length.parse().map_err(|_| bad("a content-length that is no number"))?;
                reply.body = self.need(length)?;
                Ok(is_kept)
            }
            None => {
                while self.more()? {}
                reply.body = std::mem::take(&mut self.ahead);
                Ok(false)
            }
        }
    }
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

fn cut_off(what: &str) -> Error {
    Error::new(ErrorKind::UnexpectedEof, what)
}
