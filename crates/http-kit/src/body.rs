//! Reading a request's body: capped, timed, and within a budget of memory for all bodies
//! together.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout_at};

use crate::json::JsonFault;

/// How much body, and how slowly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyLimits {
    /// Bytes of one body.
    pub max_bytes: usize,
    /// The longest wait for the next piece.
    pub chunk_timeout: Duration,
    /// The longest wait for the whole body.
    pub total_timeout: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { max_bytes: 1024 * 1024, chunk_timeout: Duration::from_secs(10), total_timeout: Duration::from_secs(30) }
    }
}

/// Why a body cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// More bytes than allowed.
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// Not complete in time.
    #[error("the body came too slowly")]
    TooSlow,
    /// The client went away, or its chunks are malformed.
    #[error("the body is broken off")]
    Broken,
    /// The server holds as many bytes of bodies as it may; a retry may pass.
    #[error("the server is reading too many bodies")]
    Overloaded,
    /// Complete, but not the JSON that was expected.
    #[error("the body is not valid: {0}")]
    Json(#[from] JsonFault),
}

/// Bytes that all bodies in memory may have together, so that thousands of large uploads cannot
/// exhaust the machine. Clones share one budget.
#[derive(Debug, Clone)]
pub struct BodyBudget {
    used_bytes: Arc<AtomicUsize>,
    max_bytes: usize,
}

impl Default for BodyBudget {
    /// 256 MiB.
    fn default() -> Self {
        Self::new(256 * 1024 * 1024)
    }
}

impl BodyBudget {
    /// A budget of `max_bytes`.
    pub fn new(max_bytes: usize) -> Self {
        Self { used_bytes: Arc::default(), max_bytes }
    }

    /// Bytes in use now.
    pub fn used_bytes(&self) -> usize {
        self.used_bytes.load(Ordering::Relaxed)
    }

    fn lease(&self) -> Lease {
        Lease { budget: self.clone(), bytes: 0 }
    }
}

struct Lease {
    budget: BodyBudget,
    bytes: usize,
}

impl Lease {
    fn grow(&mut self, bytes: usize) -> Result<(), BodyFault> {
        let before = self.budget.used_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if before + bytes > self.budget.max_bytes { Err(BodyFault::Overloaded) } else { Ok(()) }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.budget.used_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A body that gives its bytes back to the budget when the last clone of it is dropped.
struct Leased {
    bytes: Vec<u8>,
    _lease: Lease,
}

impl AsRef<[u8]> for Leased {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a whole body. Its bytes count against `budget` for as long as the answer lives.
///
/// # Errors
/// Every [`BodyFault`] but `Json`. A body that announces too many bytes is refused unread.
pub async fn read<B>(body: B, limits: &BodyLimits, budget: &BodyBudget) -> Result<Bytes, BodyFault>
where
    B: Body<Data = Bytes>,
{
    let too_large = BodyFault::TooLarge { limit_bytes: limits.max_bytes };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limits.max_bytes {
        return Err(too_large);
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let mut body = pin!(body);
    let mut lease = budget.lease();
    let mut bytes = Vec::new();
    let end = Instant::now() + limits.total_timeout;
    loop {
        let deadline = end.min(Instant::now() + limits.chunk_timeout);
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(BodyFault::TooSlow),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(BodyFault::Broken),
            Ok(Some(Ok(frame))) => frame,
        };
        // Trailers are of no use here.
        let Ok(chunk) = frame.into_data() else {
            continue;
        };
        if chunk.len() > limits.max_bytes - bytes.len() {
            return Err(too_large);
        }
        lease.grow(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(Bytes::from_owner(Leased { bytes, _lease: lease }))
}

/// Reads and drops a body nobody asked for (a GET with a body), so that the connection can be
/// used again. True when it was read to its end within `max_bytes` and `time`.
pub async fn discard<B>(body: B, max_bytes: usize, time: Duration) -> bool
where
    B: Body<Data = Bytes>,
{
    if body.is_end_stream() {
        return true;
    }
    if usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX) > max_bytes {
        return false;
    }
    let mut body = pin!(body);
    let deadline = Instant::now() + time;
    let mut seen_bytes = 0;
    while let Ok(frame) = timeout_at(deadline, body.frame()).await {
        match frame {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(frame)) => {
                seen_bytes += frame.data_ref().map_or(0, Bytes::len);
                if seen_bytes > max_bytes {
                    return false;
                }
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};

    fn limits(max_bytes: usize) -> BodyLimits {
        let time = Duration::from_millis(50);
        BodyLimits { max_bytes, chunk_timeout: time, total_timeout: time * 4 }
    }

    fn chunks(parts: &[&'static str]) -> StreamBody<impl stream::Stream<Item = Result<Frame<Bytes>, std::io::Error>>> {
        let frames: Vec<_> = parts.iter().map(|part| Ok(Frame::data(Bytes::from_static(part.as_bytes())))).collect();
        StreamBody::new(stream::iter(frames))
    }

    #[tokio::test]
    async fn reads_up_to_the_cap() {
        let budget = BodyBudget::new(1000);
        let read_at = |max, parts: &'static [&'static str]| {
            let budget = budget.clone();
            async move { read(chunks(parts), &limits(max), &budget).await }
        };
        assert_eq!(read_at(6, &["abc", "def"]).await.expect("fits"), "abcdef");
        assert_eq!(read_at(5, &["abc", "def"]).await, Err(BodyFault::TooLarge { limit_bytes: 5 }));
        assert_eq!(read_at(0, &[]).await.expect("empty"), "");
        let full = read(Full::new(Bytes::from_static(b"abcdef")), &limits(5), &budget).await;
        assert_eq!(full, Err(BodyFault::TooLarge { limit_bytes: 5 }));
    }

    #[tokio::test]
    async fn the_budget_is_given_back() {
        let budget = BodyBudget::new(10);
        let first = read(chunks(&["abcdefgh"]), &limits(100), &budget).await.expect("fits");
        assert_eq!(budget.used_bytes(), 8);
        let second = read(chunks(&["ab", "c"]), &limits(100), &budget).await;
        assert_eq!(second, Err(BodyFault::Overloaded));
        let copy = first.clone();
        drop(first);
        assert_eq!(budget.used_bytes(), 8);
        drop(copy);
        assert_eq!(budget.used_bytes(), 0);
        assert!(read(chunks(&["abc"]), &limits(100), &budget).await.is_ok());
    }

    #[tokio::test]
    async fn slow_and_broken_bodies() {
        let budget = BodyBudget::default();
        let never = StreamBody::new(stream::pending::<Result<Frame<Bytes>, std::io::Error>>());
        assert_eq!(read(never, &limits(9), &budget).await, Err(BodyFault::TooSlow));
        let broken = StreamBody::new(stream::iter([Err(std::io::Error::other("gone"))]));
        let broken = read(broken, &limits(9), &budget).await;
        assert_eq!(broken, Err(BodyFault::Broken));
    }

    #[tokio::test]
    async fn a_trickle_is_cut_by_the_total() {
        let drip = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(b"x"))), ()))
        });
        let drip = StreamBody::new(drip);
        let budget = BodyBudget::default();
        assert_eq!(read(drip, &limits(100_000), &budget).await, Err(BodyFault::TooSlow));
    }

    #[tokio::test]
    async fn discards() {
        let time = Duration::from_millis(50);
        assert!(discard(chunks(&["abc"]), 3, time).await);
        assert!(!discard(chunks(&["abcd"]), 3, time).await);
        assert!(!discard(Full::new(Bytes::from_static(b"abcd")), 3, time).await);
        let never = StreamBody::new(stream::pending::<Result<Frame<Bytes>, std::io::Error>>());
        assert!(!discard(never, 3, time).await);
    }
}
