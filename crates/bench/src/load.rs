//! A small load generator: keep-alive connections that send the same kind of request again and again.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Requests per second that `connections` clients get answered with 200 during `time`, and the bytes of one answer.
pub async fn requests_per_second(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    requests: Arc<Vec<Vec<u8>>>,
) -> Result<(u64, usize)> {
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut clients = Vec::new();
    for client in 0..connections {
        let (done, requests) = (done.clone(), requests.clone());
        clients.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut buffer = Vec::with_capacity(64 * 1024);
            let mut size = 0;
            let mut next = client * 7919;
            while began.elapsed() < time {
                stream.write_all(&requests[next % requests.len()]).await?;
                next += 1;
                size = answer(&mut stream, &mut buffer).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(size)
        }));
    }
    let mut size = 0;
    for client in clients {
        size = client.await??;
    }
    let per_second = u128::from(done.load(Ordering::Relaxed)) * 1_000_000 / began.elapsed().as_micros().max(1);
    Ok((u64::try_from(per_second)?, size))
}

/// Reads one answer; its body's length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&buffer[..end]).context("an ASCII head")?;
        if !head.starts_with("HTTP/1.1 200") {
            bail!("not 200: {}", head.lines().next().unwrap_or_default());
        }
        let length: usize = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
            .context("a content length")?;
        while buffer.len() < end + 4 + length {
            if stream.read_buf(buffer).await? == 0 {
                bail!("the server closed the connection");
            }
        }
        return Ok(length);
    }
}
