//! The edge of a face: everything that happens to a request before and after its handler.

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Uri};
use tower::ServiceExt as _;
use tracing::Instrument as _;

use crate::body::{self, BodyBudget};
use crate::cors::Cors;
use crate::face::Unanswered;
use crate::metrics::{Observed, RouteSlot, method_label};
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::server::Peer;
use crate::url::{ClientUrl, PublicUrl, path_and_query};
use crate::{Answer, BodyFault, BodyLimits, Face, HeadFault};

/// Limits of a request's head within which a face answers itself. The server's own limits are
/// twice as wide; beyond those the connection gets a bare 431 or 414.
#[derive(Debug, Clone)]
pub struct HeadLimits {
    /// Bytes of all header names and values.
    pub max_header_bytes: usize,
    /// Headers.
    pub max_headers: usize,
    /// Bytes of path and query.
    pub max_url_bytes: usize,
}

impl Default for HeadLimits {
    fn default() -> Self {
        Self { max_header_bytes: 64 * 1024, max_headers: 100, max_url_bytes: 32 * 1024 }
    }
}

impl HeadLimits {
    fn check(&self, parts: &Parts) -> Result<(), HeadFault> {
        let url_bytes = path_and_query(parts).as_str().len();
        if url_bytes > self.max_url_bytes {
            return Err(HeadFault::UrlTooLong { limit_bytes: self.max_url_bytes });
        }
        if parts.headers.len() > self.max_headers {
            return Err(HeadFault::TooManyHeaders { limit: self.max_headers });
        }
        let bytes: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        if bytes > self.max_header_bytes {
            return Err(HeadFault::HeadersTooLarge { limit_bytes: self.max_header_bytes });
        }
        Ok(())
    }
}

/// What all faces of one server share. Clones share it.
#[derive(Clone, Default)]
pub struct Edge {
    config: Arc<EdgeConfig>,
}

/// The settings of an [`Edge`].
pub struct EdgeConfig {
    /// Origins whose scripts may call.
    pub cors: Cors,
    /// Limits of the request's head.
    pub head: HeadLimits,
    /// Limits of one body.
    pub body: BodyLimits,
    /// Bytes of all bodies in memory.
    pub body_budget: BodyBudget,
    /// The longest a handler may take until its answer begins.
    pub request_timeout: Duration,
    /// How the server is called from outside.
    pub public_url: PublicUrl,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        Self {
            cors: Cors::default(),
            head: HeadLimits::default(),
            body: BodyLimits::default(),
            body_budget: BodyBudget::default(),
            request_timeout: Duration::from_secs(30),
            public_url: PublicUrl::default(),
        }
    }
}

impl Edge {
    /// An edge with these settings.
    pub fn new(config: EdgeConfig) -> Self {
        Self { config: Arc::new(config) }
    }

    /// The settings.
    pub fn config(&self) -> &EdgeConfig {
        &self.config
    }
}

/// A face's routes inside their edge.
#[derive(Clone)]
pub(crate) struct EdgeService<F> {
    face: F,
    routes: Router,
    edge: Edge,
}

impl<F: Face> EdgeService<F> {
    pub(crate) fn new(face: F, routes: Router, edge: Edge) -> Self {
        Self { face, routes, edge }
    }

    async fn serve(self, mut request: Request) -> Response {
        let id = RequestId::of(request.headers());
        let method = request.method().clone();
        let route = RouteSlot::default();
        let span = tracing::info_span!(
            "request", face = self.face.name(), method = method_label(&method), request_id = %id
        );
        request.extensions_mut().insert(id.clone());
        request.extensions_mut().insert(route.clone());
        async move {
            let observed = Observed::begin(self.face.name(), &method, route);
            let cors_view = cors_view(request.headers());
            let mut response = self.answer(request, &id).await;
            response.headers_mut().insert(X_REQUEST_ID, id.header_value());
            if response.extensions().get::<Preflight>().is_none() {
                self.edge.config.cors.decorate(&cors_view, response.headers_mut());
            }
            observed.finish(response.status().as_u16());
            response
        }
        .instrument(span)
        .await
    }

    async fn answer(&self, request: Request, id: &RequestId) -> Response {
        let config = self.edge.config();
        let (mut parts, body) = request.into_parts();
        let face_headers = self.face.cors_headers();
        if let Some(mut answer) = config.cors.preflight(&parts.method, &parts.headers, face_headers) {
            answer.extensions_mut().insert(Preflight);
            return answer;
        }
        let peer = parts.extensions.get::<Peer>().cloned();
        if let Err(fault) = config.head.check(&parts) {
            forget_body(peer.as_ref(), &body);
            return self.face.bad_head(&fault).into_response();
        }
        let body = match self.body(&parts, body, peer.as_ref()).await {
            Ok(body) => body,
            Err(BodyFault::Overloaded) => return self.unavailable(),
            Err(fault) => return self.face.bad_body(&fault).into_response(),
        };
        let target = path_and_query(&parts);
        let path = target.path().to_owned();
        let base = config.public_url.base(&parts.headers, peer.as_ref());
        parts.extensions.insert(ClientUrl::new(base, target));
        if let Some(path) = self.face.route_path(parts.uri.path()) {
            parts.uri = with_path(&parts.uri, &path);
        }
        let call = self.routes.clone().oneshot(Request::from_parts(parts, body));
        let guarded = AssertUnwindSafe(tokio::time::timeout(config.request_timeout, call));
        match guarded.catch_unwind().await {
            Ok(Ok(Ok(response))) => self.reshape(response, &path, id),
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(_)) => {
                id.log_words_once("the handler took too long");
                let seconds = 1;
                with_retry_after(self.face.timed_out(id.as_str()), seconds).into_response()
            }
            Err(panic) => {
                id.log_words_once(&format!("panic: {}", panic_words(&*panic)));
                self.face.internal(id.as_str()).into_response()
            }
        }
    }

    /// Reads the body of a method that has one; drops that of a method that has none.
    async fn body(&self, parts: &Parts, body: Body, peer: Option<&Peer>) -> Result<Body, BodyFault> {
        let config = self.edge.config();
        let ignores_body = matches!(
            parts.method,
            Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS | Method::TRACE | Method::CONNECT
        );
        if ignores_body {
            const POLITE_BYTES: usize = 64 * 1024;
            if !body::discard(body, POLITE_BYTES, config.body.chunk_timeout).await
                && let Some(peer) = peer
            {
                peer.linger_on_close();
            }
            return Ok(Body::empty());
        }
        let limits = self.face.body_limits(&parts.method, parts.uri.path(), &config.body);
        match body::read(body, &limits, &config.body_budget).await {
            Ok(bytes) => Ok(Body::from(bytes)),
            Err(fault) => {
                if let Some(peer) = peer {
                    peer.linger_on_close();
                }
                Err(fault)
            }
        }
    }

    /// Turns what the router or axum's own extractors said into the face's words. Faces never
    /// answer errors as text/plain themselves.
    fn reshape(&self, mut response: Response, path: &str, id: &RequestId) -> Response {
        let status = response.status();
        let is_unanswered = response.extensions().get::<Unanswered>().is_some();
        let is_error = status.is_client_error() || status.is_server_error();
        let is_plain = || {
            let kind = response.headers().get(CONTENT_TYPE);
            kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
        };
        if !(is_unanswered || is_error && is_plain()) {
            return response;
        }
        match status.as_u16() {
            404 => self.face.not_found(path).into_response(),
            405 => {
                let allow = response.headers_mut().remove(ALLOW);
                let allow = allow.unwrap_or(HeaderValue::from_static("GET, HEAD"));
                let words = allow.to_str().unwrap_or_default();
                let mut answer = self.face.method_not_allowed(words).into_response();
                answer.headers_mut().entry(ALLOW).or_insert(allow);
                answer
            }
            500.. => {
                id.log_words_once("a handler failed without an answer");
                self.face.internal(id.as_str()).into_response()
            }
            _ => self.face.bad_request("The request is malformed.").into_response(),
        }
    }

    fn unavailable(&self) -> Response {
        let seconds = 1;
        with_retry_after(self.face.unavailable(seconds), seconds).into_response()
    }
}

/// `uri` with another path; unchanged when that would be none.
fn with_path(uri: &Uri, path: &str) -> Uri {
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    match PathAndQuery::try_from(target) {
        Ok(target) if path.starts_with('/') => parts.path_and_query = Some(target),
        _ => return uri.clone(),
    }
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

fn with_retry_after(answer: Answer, seconds: u32) -> Answer {
    if answer.get(RETRY_AFTER.as_str()).is_some() {
        return answer;
    }
    answer.header("retry-after", seconds.to_string())
}

/// The mark of an answered preflight, which carries its CORS headers already.
#[derive(Clone, Copy)]
struct Preflight;

/// The request headers that CORS looks at after the request is gone.
fn cors_view(headers: &HeaderMap) -> HeaderMap {
    let mut view = HeaderMap::new();
    if let Some(origin) = headers.get(http::header::ORIGIN) {
        view.insert(http::header::ORIGIN, origin.clone());
    }
    view
}

/// An unread body is on its way: the connection must not be reset before the client has read
/// our answer.
fn forget_body(peer: Option<&Peer>, body: &Body) {
    if let Some(peer) = peer
        && !http_body::Body::is_end_stream(body)
    {
        peer.linger_on_close();
    }
}

fn panic_words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

impl<F: Face> tower::Service<Request> for EdgeService<F> {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router is always ready; overload is answered, not queued.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        Box::pin(self.clone().serve(request).map(Ok))
    }
}
