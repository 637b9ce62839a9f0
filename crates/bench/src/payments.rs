//! Durable payments from 32 clients, against the same verb with a batch of one and against `synchronous=OFF`.

use crate::Size;
use crate::disk::fsync_latency;
use crate::read::ratio;
use crate::world::{World, filled};
use anyhow::Result;
use billing::payments::Share;
use billing::payments::record::RecordPayment;
use billing::query::{Direction, InvoiceQuery, Order, Paging};
use domain::id::{CustomerId, InvoiceId};
use domain::money::Amount;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::invoice_list::{Filter, Status};
use store::{Config, Synchronous};

pub async fn run(size: Size) -> Result<()> {
    let Size { invoices, time } = size;
    let folder = tempfile::tempdir()?;
    let latency = fsync_latency(folder.path(), 100)?;
    let make = |name: &str| Config::sqlite(folder.path().join(name));
    let grouped = rate(&make("grouped.db"), invoices, time).await?;
    let single = rate(&Config { batch_max: 1, ..make("single.db") }, invoices, time).await?;
    let unsafe_ = rate(&Config { synchronous: Synchronous::Off, ..make("off.db") }, invoices, time).await?;
    println!(
        "durable payments, 32 clients, SQLite, fsync {} us: {} tx/s ({} jobs per commit, {} busy); \
         batch of one {} tx/s, ratio {}; synchronous=OFF {} tx/s, ratio {}",
        latency.as_micros(),
        grouped.per_second,
        grouped.jobs_per_batch,
        grouped.busy,
        single.per_second,
        ratio(grouped.per_second, single.per_second),
        unsafe_.per_second,
        ratio(grouped.per_second, unsafe_.per_second),
    );
    Ok(())
}

struct Rate {
    per_second: u64,
    jobs_per_batch: u64,
    busy: u64,
}

async fn rate(config: &Config, invoices: usize, time: Duration) -> Result<Rate> {
    let world = Arc::new(filled(config, invoices / 20, invoices).await?);
    let targets = Arc::new(owing(&world).await?);
    let before = world.billing.db().stats();
    let (next, done, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let began = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..32 {
        let (world, targets) = (world.clone(), targets.clone());
        let (next, done, refused) = (next.clone(), done.clone(), refused.clone());
        clients.push(tokio::spawn(async move {
            let cent = Amount::from_parts(1, 0);
            while began.elapsed() < time {
                let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(0) % targets.len();
                let (customer, invoice) = targets[at];
                let share = Share { invoice, amount: cent };
                let verb = RecordPayment::from(customer, cent, vec![share]);
                match world.billing.perform(&world.caller, verb).await {
                    Ok(_) => done.fetch_add(1, Ordering::Relaxed),
                    Err(billing::Error::Refused(_)) => refused.fetch_add(1, Ordering::Relaxed),
                    Err(error) => return Err(anyhow::Error::new(error)),
                };
            }
            Ok(())
        }));
    }
    for client in clients {
        client.await??;
    }
    let micros = began.elapsed().as_micros().max(1);
    let stats = world.billing.db().stats();
    let (jobs, batches) = (stats.jobs - before.jobs, stats.batches - before.batches);
    Ok(Rate {
        per_second: u64::try_from(u128::from(done.load(Ordering::Relaxed)) * 1_000_000 / micros)?,
        jobs_per_batch: jobs / batches.max(1),
        busy: stats.busy - before.busy,
    })
}

/// Invoices that owe something, with their customers.
async fn owing(world: &World) -> Result<Vec<(CustomerId, InvoiceId)>> {
    let mut found = Vec::new();
    for page in 0..20 {
        let query = InvoiceQuery {
            filters: vec![Filter::Status(vec![Status::Owing])],
            order: vec![(Order::Id, Direction::Ascending)],
            paging: Paging::Offset { offset: page * 500, limit: 500 },
            with_withdrawn: false,
        };
        let rows = world.billing.invoices(&world.caller, query).await?.value.rows;
        if rows.is_empty() {
            break;
        }
        found.extend(rows.into_iter().map(|row| (row.customer_id, row.id)));
    }
    anyhow::ensure!(!found.is_empty(), "no invoice owes anything");
    Ok(found)
}
