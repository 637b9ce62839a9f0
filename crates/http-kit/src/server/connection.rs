//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::time::Instant;
use tower::Service as _;

use super::accept::Shared;
use super::activity::{Activity, Cut, Watched};
use super::{Peer, ServerConfig, Stage};
use crate::metrics as names;

/// How a conversation ended.
enum Ending {
    /// hyper is done with it.
    Done(hyper::Result<()>),
    /// A timeout is over.
    Cut(Cut),
    /// The server drains and nothing was asked.
    Drained,
    /// The grace period is over.
    GraceOver,
}

/// Serves one connection until it ends or is ended.
pub(super) async fn drive<S>(
    stream: S,
    peer: Peer,
    router: Router,
    shared: &Arc<Shared>,
    mut stage: watch::Receiver<Stage>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new());
    let io = TokioIo::new(Watched::new(stream, activity.clone()));
    let peer = peer.watched(&activity);
    let requests = Requests { router, peer, activity: activity.clone(), shared: shared.clone() };
    let mut http = builder(&shared.config).serve_connection(io, requests);
    let mut watch_again = pin!(tokio::time::sleep(shared.config.watch_interval()));
    let mut is_draining = false;
    let ending = loop {
        // Stages are levels, not events: a connection accepted while draining sees its own.
        let now = *stage.borrow_and_update();
        if now == Stage::Cutting {
            break Ending::GraceOver;
        }
        if now == Stage::Draining && !is_draining {
            is_draining = true;
            if activity.is_quiet() {
                break Ending::Drained;
            }
            Pin::new(&mut http).graceful_shutdown();
        }
        tokio::select! {
            biased;
            done = poll_fn(|cx| http.poll_without_shutdown(cx)) => break Ending::Done(done),
            changed = stage.changed() => if changed.is_err() { break Ending::GraceOver },
            () = &mut watch_again => {
                if let Some(cut) = activity.overdue(&shared.config) {
                    break Ending::Cut(cut);
                }
                watch_again.as_mut().reset(Instant::now() + shared.config.watch_interval());
            }
        }
    };
    let stream = http.into_parts().io.into_inner().into_stream();
    close(stream, ending, &activity, shared, stage).await;
}

fn builder(config: &ServerConfig) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Its clock also runs between two requests, which have a longer timeout here: the
        // connection's own watch does both.
        .header_read_timeout(None)
        .max_headers(config.max_headers * 2)
        .max_buf_size((config.max_header_bytes * 2).max(8 * 1024));
    builder
}

async fn close<S>(
    mut stream: S,
    ending: Ending,
    activity: &Activity,
    shared: &Shared,
    mut stage: watch::Receiver<Stage>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut lingers = activity.lingers();
    match ending {
        Ending::Done(Ok(())) => {}
        // hyper has answered a request it could not parse; its client may still be sending.
        Ending::Done(Err(error)) if error.is_parse() => lingers = true,
        Ending::Done(Err(_)) | Ending::Drained => lingers = false,
        Ending::GraceOver => {
            shared.tally.cut_at_shutdown.fetch_add(1, Ordering::Relaxed);
            return;
        }
        Ending::Cut(cut) => {
            shared.tally.cut.fetch_add(1, Ordering::Relaxed);
            metrics::counter!(
                names::HTTP_CONNECTIONS_CUT_TOTAL, "listener" => shared.name, "reason" => cut.label()
            )
            .increment(1);
            if cut != Cut::SlowHeaders {
                return;
            }
            const TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\
                connection: close\r\n\r\n";
            let words = stream.write_all(TIMEOUT);
            if !matches!(tokio::time::timeout(shared.config.linger, words).await, Ok(Ok(()))) {
                return;
            }
        }
    }
    let parting = async {
        if stream.shutdown().await.is_err() || !lingers {
            return;
        }
        let mut sink = vec![0; 16 * 1024];
        while matches!(stream.read(&mut sink).await, Ok(1..)) {}
    };
    tokio::select! {
        _ = tokio::time::timeout(shared.config.linger, parting) => {}
        _ = stage.wait_for(|stage| *stage == Stage::Cutting) => {}
    }
}

/// The requests of one connection, on their way to the router.
struct Requests {
    router: Router,
    peer: Peer,
    activity: Arc<Activity>,
    shared: Arc<Shared>,
}

impl hyper::service::Service<Request<Incoming>> for Requests {
    type Response = Response<Tracked>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.activity.request_began();
        self.shared.tally.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer.clone());
        let answer = self.router.clone().call(request);
        let ended = Ended(self.activity.clone());
        Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(|body| Tracked { body, _ended: ended }))
        })
    }
}

/// Reports an answer's end when hyper drops its body, whether it was sent or not.
struct Ended(Arc<Activity>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.answer_ended();
    }
}

/// An answer's body that knows when it ends.
struct Tracked {
    body: Body,
    _ended: Ended,
}

impl http_body::Body for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
