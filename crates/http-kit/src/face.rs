//! What a face tells the kit about itself, and how faces are mounted.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};

use crate::edge::{Edge, EdgeService};
use crate::{Answer, BodyFault, BodyLimits};

/// A vendor's API (or our own) as far as everything outside its handlers is concerned: the
/// answers in its shape, each with the content type it uses.
pub trait Face: Clone + Send + Sync + 'static {
    /// A short constant name, for metrics and logs.
    fn name(&self) -> &'static str;

    /// No route has this path (404). `path` includes the prefix.
    fn not_found(&self, path: &str) -> Answer;

    /// The route has other methods (405). The kit adds the `Allow` header when it is missing.
    fn method_not_allowed(&self, allow: &str) -> Answer;

    /// The request's line or headers break a limit (431, 414).
    fn bad_head(&self, fault: &HeadFault) -> Answer;

    /// The body cannot be used (413, 408, 400). `BodyFault::Overloaded` does not come here but
    /// to [`Face::unavailable`].
    fn bad_body(&self, fault: &BodyFault) -> Answer;

    /// Something about the request that no handler saw is malformed, such as a percent-encoding
    /// in its path (400). `message` is a sentence that can be shown.
    fn bad_request(&self, message: &str) -> Answer;

    /// Too busy now (503). The kit adds `Retry-After` when it is missing.
    fn unavailable(&self, retry_after_seconds: u32) -> Answer;

    /// A failure of ours (500); the caller gets only the id.
    fn internal(&self, request_id: &str) -> Answer;

    /// The handler took too long. What it had begun may still come true, so this is a 503: a
    /// retry with the same idempotency key is safe.
    fn timed_out(&self, _request_id: &str) -> Answer {
        self.unavailable(1)
    }

    /// The request headers that CORS preflights allow, separated by commas.
    fn cors_headers(&self) -> &'static str {
        crate::cors::COMMON_REQUEST_HEADERS
    }

    /// The path to route by, when it differs from the one that was sent: vendors' clients send
    /// stray slashes and blanks. Both lie below the prefix, percent-encoded; None keeps it.
    fn route_path(&self, _path: &str) -> Option<String> {
        None
    }

    /// The body limits of one request, for routes that take more (attachments). `path` lies
    /// below the prefix.
    fn body_limits(&self, _method: &Method, _path: &str, usual: &BodyLimits) -> BodyLimits {
        usual.clone()
    }
}

/// Why a request's head is refused although it could be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadFault {
    /// All names and values together are too long (431).
    #[error("the headers are larger than {limit_bytes} bytes")]
    HeadersTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// Too many headers (431).
    #[error("there are more than {limit} headers")]
    TooManyHeaders {
        /// The limit.
        limit: usize,
    },
    /// Path and query together are too long (414).
    #[error("the URL is longer than {limit_bytes} bytes")]
    UrlTooLong {
        /// The limit.
        limit_bytes: usize,
    },
}

impl HeadFault {
    /// The status HTTP has for it.
    pub fn status(&self) -> u16 {
        match self {
            Self::HeadersTooLarge { .. } | Self::TooManyHeaders { .. } => 431,
            Self::UrlTooLong { .. } => 414,
        }
    }
}

/// Puts a face's routes under `prefix` (`/v2`; not `/`, which is the default face's). Everything
/// that goes wrong below it is answered by `face`.
///
/// Bodies of GET, HEAD, DELETE, OPTIONS and TRACE are ignored; all others are read before the
/// handler runs, which gets them by axum's `Bytes` extractor, never larger than the limit.
///
/// # Panics
/// When the prefix is empty, is `/`, or does not begin with a slash.
pub fn mount<F: Face>(face: F, prefix: &str, routes: Router, edge: &Edge) -> Router {
    Router::new().nest_service(prefix, EdgeService::new(face, inner(routes), edge.clone()))
}

/// The whole server: the mounted faces, and under every other path the default face with its
/// own routes.
pub fn assemble<F: Face>(default: F, routes: Router, mounted: impl IntoIterator<Item = Router>, edge: &Edge) -> Router {
    mounted.into_iter().fold(Router::new(), Router::merge).fallback_service(EdgeService::new(
        default,
        inner(routes),
        edge.clone(),
    ))
}

/// A face's routes with marks where no handler answered; the edge turns marks into answers.
fn inner(routes: Router) -> Router {
    routes
        .fallback(|| std::future::ready(Unanswered::mark(StatusCode::NOT_FOUND)))
        .method_not_allowed_fallback(|| std::future::ready(Unanswered::mark(StatusCode::METHOD_NOT_ALLOWED)))
        .layer(axum::middleware::map_request(crate::metrics::note_route))
        // The edge has its own limits.
        .layer(DefaultBodyLimit::disable())
}

/// The mark of a response that the router made and no handler saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unanswered;

impl Unanswered {
    fn mark(status: StatusCode) -> Response {
        let mut response = status.into_response();
        response.extensions_mut().insert(Self);
        response
    }
}
