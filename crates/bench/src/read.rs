//! GET one invoice through the Zoho face, authenticated, against an in-memory handler that answers the same bytes.

use crate::Size;
use crate::load::requests_per_second;
use crate::world::{World, filled, zoho_token};
use anyhow::{Context, Result};
use axum::Router;
use axum::routing::get;
use billing::query::{Direction, InvoiceQuery, Order, Paging};
use http_kit::Edge;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Config;
use testkit::databases::{Kind, TestDb};
use testkit::server::TestServer;

/// On both databases, or on `only` one of them.
pub async fn run(size: Size, only: Option<&str>) -> Result<()> {
    let Size { invoices, time } = size;
    if only.is_none_or(|only| only == "sqlite") {
        let folder = tempfile::tempdir()?;
        let world = filled(&Config::sqlite(folder.path().join("bench.db")), invoices / 20, invoices).await?;
        one("SQLite", &world, invoices, time).await?;
    }
    if only.is_some_and(|only| only != "postgres") {
        return Ok(());
    }
    let postgres = TestDb::migrated(Kind::Postgres).await;
    let world = filled(&postgres.config(), invoices / 20, invoices).await?;
    postgres.settle().await;
    one("PostgreSQL", &world, invoices, time).await?;
    drop(world);
    postgres.remove().await;
    Ok(())
}

async fn one(name: &str, world: &World, invoices: usize, time: Duration) -> Result<()> {
    let token = zoho_token(world).await?;
    let requests = Arc::new(requests(world, &token).await?);
    let edge = Edge::new(http_kit::edge::EdgeConfig::default());
    let mut app = Router::new();
    for mount in face_zoho::mounts(&world.billing, &edge) {
        app = app.merge(mount);
    }
    let server = TestServer::start(app).await;
    let sample =
        server.get(&path(&requests[0])?).header("Authorization", &format!("Zoho-oauthtoken {token}")).send().await;
    let body = sample.expect(200).to_owned();
    let reference = TestServer::start(memory_only(body)).await;

    let warm = Duration::from_millis(300);
    requests_per_second(server.address(), 32, warm, requests.clone()).await?;
    let (memory, _) = measure(reference.address(), time, &requests).await?;
    let (ours, size) = measure(server.address(), time, &requests).await?;
    println!(
        "read one invoice through Zoho, {name}, {invoices} invoices, 32 connections, {size} bytes: \
         {ours} requests/s; memory-only handler {memory} requests/s; ratio {}",
        ratio(ours, memory)
    );
    server.stop().await;
    reference.stop().await;
    Ok(())
}

async fn measure(address: SocketAddr, time: Duration, requests: &Arc<Vec<Vec<u8>>>) -> Result<(u64, usize)> {
    requests_per_second(address, 32, time, requests.clone()).await
}

/// The same bytes from memory, through the same server.
fn memory_only(body: String) -> Router {
    let answer = move || {
        let body = body.clone();
        async move { ([("content-type", "application/json;charset=UTF-8")], body) }
    };
    Router::new().fallback(get(answer))
}

/// Requests for a few hundred invoices spread over the table.
async fn requests(world: &World, token: &str) -> Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let total = world
        .billing
        .count_invoices(
            &world.caller,
            InvoiceQuery {
                filters: Vec::new(),
                order: Vec::new(),
                paging: Paging::Offset { offset: 0, limit: 1 },
                with_withdrawn: true,
            },
        )
        .await?;
    let step = u64::try_from(total / 4)?.max(1);
    for page in 0..4 {
        let query = InvoiceQuery {
            filters: Vec::new(),
            order: vec![(Order::Id, Direction::Ascending)],
            paging: Paging::Offset { offset: page * step, limit: 100 },
            with_withdrawn: true,
        };
        let rows = world.billing.invoices(&world.caller, query).await?.value.rows;
        found.extend(rows.into_iter().map(|row| row.id));
    }
    Ok(found
        .into_iter()
        .map(|id| {
            format!(
                "GET /subscriptions/v1/invoices/{} HTTP/1.1\r\nHost: localhost\r\n\
                 Authorization: Zoho-oauthtoken {token}\r\n\r\n",
                face_zoho::wire::spell(id.0)
            )
            .into_bytes()
        })
        .collect())
}

fn path(request: &[u8]) -> Result<String> {
    let text = std::str::from_utf8(request)?;
    Ok(text.split(' ').nth(1).context("a path")?.to_owned())
}

/// `a / b` with two decimals, without a float.
pub fn ratio(a: u64, b: u64) -> String {
    let hundredths = a * 100 / b.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
