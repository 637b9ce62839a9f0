//! A small client of the native API, for `--server`. It speaks HTTP without TLS: it is meant for the server's own
//! machine, a private network, or the near end of a tunnel.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use http_kit::url::BaseUrl;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::config::Config;
use crate::exit::{Exit, Failure, Result};

const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_BODY_BYTES: usize = 64 << 20;

/// A server and how to present oneself to it.
pub struct Remote {
    base: BaseUrl,
    host: String,
    token: String,
}

impl Remote {
    /// None when the configuration names no server.
    pub fn of(config: &Config) -> Result<Option<Remote>> {
        let Some(base) = config.server.clone() else { return Ok(None) };
        let Some(host) = base.as_str().strip_prefix("http://").and_then(|rest| rest.split('/').next()) else {
            return Err(Failure::usage(format!("{base} needs TLS, which this client does not speak")).todo(
                "run the command on the server's own machine, ask through a tunnel (ssh -L), or use curl:\n\
                 billwright face curl native OPERATION",
            ));
        };
        let token = config.token.clone().ok_or_else(|| {
            Failure::new(Exit::Auth, format!("{base} asks for a credential"))
                .todo("--token TOKEN, BILLWRIGHT_TOKEN or BILLWRIGHT_TOKEN_FILE; made by\nbillwright credential create --face native")
        })?;
        Ok(Some(Remote { host: host.to_owned(), token, base }))
    }

    /// GET of a path of the native API, such as `/v1/invoices?limit=5`.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let exchange = tokio::time::timeout(TIMEOUT, self.exchange(path)).await;
        let (status, body) =
            exchange.map_err(|_| self.unreachable("no answer in time"))?.map_err(|error| self.unreachable(&error))?;
        let said: Option<Value> = serde_json::from_slice(&body).ok();
        if !status.is_success() {
            return Err(self.refused(status, said.as_ref()));
        }
        said.ok_or_else(|| self.unreachable("the answer is not JSON: is this a Billwright?"))
    }

    async fn exchange(&self, path: &str) -> std::result::Result<(StatusCode, Bytes), String> {
        let words = |error: &dyn std::error::Error| error.to_string();
        let uri: Uri = self.base.join(path).parse().map_err(|error: http::uri::InvalidUri| words(&error))?;
        let port = uri.port_u16().unwrap_or(80);
        let name = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((name, port)).await.map_err(|error| words(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| words(&error))?;
        let driving = tokio::spawn(connection);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let request = Request::get(target)
            .header(http::header::HOST, &self.host)
            .header(http::header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(http::header::ACCEPT, "application/json")
            .body(Empty::<Bytes>::new())
            .map_err(|error| words(&error))?;
        let response = sender.send_request(request).await.map_err(|error| words(&error))?;
        let status = response.status();
        let body =
            Limited::new(response.into_body(), MAX_BODY_BYTES).collect().await.map_err(|error| error.to_string())?;
        driving.abort();
        Ok((status, body.to_bytes()))
    }

    fn unreachable(&self, why: &str) -> Failure {
        Failure::unavailable(format!("{}: {why}", self.base))
            .todo("is the server running there? --server names another")
    }

    /// The problem document in our words, with the exit code of its status.
    fn refused(&self, status: StatusCode, problem: Option<&Value>) -> Failure {
        let text = |key: &str| problem.and_then(|problem| problem.get(key)).and_then(Value::as_str);
        let detail = text("detail").or_else(|| text("title")).unwrap_or("no reason was given");
        let exit = match status.as_u16() {
            401 | 403 => Exit::Auth,
            404 => Exit::NotFound,
            409 => Exit::Conflict,
            429 | 500.. => Exit::Unavailable,
            _ => Exit::Refused,
        };
        let failure = Failure::new(exit, format!("{} answered {}: {detail}", self.base, status.as_u16()));
        match exit {
            Exit::Auth => failure.todo("a native credential with the scope read is needed: --token"),
            Exit::Unavailable => failure.todo("run the same command again later"),
            _ => failure,
        }
    }
}
