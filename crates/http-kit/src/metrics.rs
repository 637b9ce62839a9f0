//! Metric names, and the labels that keep them bounded: a route is its template, a method one of
//! nine words.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use http::Method;

/// Requests answered, by face, route, method and status. Status 499: the client went away first.
pub const HTTP_REQUESTS_TOTAL: &str = "http_requests_total";
/// Seconds from the head of a request to its answer, by face, route and method.
pub const HTTP_REQUEST_SECONDS: &str = "http_request_seconds";
/// Requests being answered, by face.
pub const HTTP_REQUESTS_IN_FLIGHT: &str = "http_requests_in_flight";
/// Open connections, by listener.
pub const HTTP_CONNECTIONS: &str = "http_connections";
/// Connections refused at a cap, by listener and cap: `all`, or `per_ip` for those of one address.
pub const HTTP_CONNECTIONS_REFUSED_TOTAL: &str = "http_connections_refused_total";
/// Connections cut by a timeout, by listener and reason.
pub const HTTP_CONNECTIONS_CUT_TOTAL: &str = "http_connections_cut_total";
/// TLS handshakes that failed or took too long, by listener.
pub const HTTP_TLS_HANDSHAKES_FAILED_TOTAL: &str = "http_tls_handshakes_failed_total";

/// Describes the metrics to the recorder in place. Call it once after installing one.
pub fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!(HTTP_REQUESTS_TOTAL, "requests answered");
    describe_histogram!(HTTP_REQUEST_SECONDS, Unit::Seconds, "time to answer");
    describe_gauge!(HTTP_REQUESTS_IN_FLIGHT, "requests being answered");
    describe_gauge!(HTTP_CONNECTIONS, "open connections");
    describe_counter!(HTTP_CONNECTIONS_REFUSED_TOTAL, "connections refused at a cap");
    describe_counter!(HTTP_CONNECTIONS_CUT_TOTAL, "connections cut by a timeout");
    describe_counter!(HTTP_TLS_HANDSHAKES_FAILED_TOTAL, "TLS handshakes that failed");
}

/// The method as a label; what clients invent is `OTHER`.
pub fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "OTHER",
    }
}

/// Where the router leaves the route it found, for the edge outside of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RouteSlot(Arc<OnceLock<MatchedPath>>);

impl RouteSlot {
    /// The route's template, or `unmatched`.
    pub(crate) fn label(&self) -> &str {
        self.0.get().map_or("unmatched", MatchedPath::as_str)
    }
}

/// Fills the request's [`RouteSlot`].
pub(crate) async fn note_route(request: Request) -> Request {
    let extensions = request.extensions();
    if let (Some(slot), Some(path)) = (extensions.get::<RouteSlot>(), extensions.get::<MatchedPath>()) {
        // A nested router may come by twice; the first is the whole template.
        let _ = slot.0.set(path.clone());
    }
    request
}

/// One request under observation. It is counted exactly once: when it is finished, or as 499
/// when it is dropped because the client went away.
pub(crate) struct Observed {
    face: &'static str,
    method: &'static str,
    route: RouteSlot,
    began: Instant,
    is_finished: bool,
}

impl Observed {
    pub(crate) fn begin(face: &'static str, method: &Method, route: RouteSlot) -> Self {
        metrics::gauge!(HTTP_REQUESTS_IN_FLIGHT, "face" => face).increment(1.0);
        let method = method_label(method);
        Self { face, method, route, began: Instant::now(), is_finished: false }
    }

    pub(crate) fn finish(mut self, status: u16) {
        self.record(status);
    }

    fn record(&mut self, status: u16) {
        if std::mem::replace(&mut self.is_finished, true) {
            return;
        }
        let (face, method, elapsed) = (self.face, self.method, self.began.elapsed());
        let route = self.route.label().to_owned();
        metrics::gauge!(HTTP_REQUESTS_IN_FLIGHT, "face" => face).decrement(1.0);
        metrics::histogram!(
            HTTP_REQUEST_SECONDS, "face" => face, "route" => route.clone(), "method" => method
        )
        .record(elapsed);
        tracing::info!(route, status, duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), "answered");
        metrics::counter!(
            HTTP_REQUESTS_TOTAL,
            "face" => face, "route" => route, "method" => method, "status" => status.to_string()
        )
        .increment(1);
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.record(499);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_bounded() {
        assert_eq!(method_label(&Method::PATCH), "PATCH");
        assert_eq!(method_label(&Method::from_bytes(b"BREW").expect("a method")), "OTHER");
    }

    #[test]
    fn routes_are_templates() {
        assert_eq!(RouteSlot::default().label(), "unmatched");
    }
}
