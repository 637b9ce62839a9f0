//! The audit trail with its seals, and the event feed.

use super::Auditor;
use super::chunks::BEFORE_ALL;
use crate::change::audit_hash;
use crate::seal::{NO_ROOT, Tree, root};
use domain::id::{AuditId, EventId};
use std::collections::BTreeMap;
use store::Tx;
use store::trail::Seal;

/// Rows of the trail read at once.
const ROWS: i64 = 2_000;
/// Seals read at once; their rows stream by.
const SEALS: i64 = 200;
/// The noun of a seal; its id is its place in the chain.
const SEAL: &str = "audit_seal";
/// The noun of the feed; its id is a place in it.
const FEED: &str = "event_feed";

pub(super) async fn check(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    rows(tx, auditor).await?;
    seals(tx, auditor).await?;
    feed(tx, auditor).await?;
    let (tail, oldest) = store::audit::trail::unsealed(tx).await?;
    auditor.report.unsealed_tail = u64::try_from(tail).unwrap_or(0);
    auditor.report.oldest_unsealed_at = oldest.map(|at| at.to_string());
    let waiting = store::audit::trail::unsequenced(tx).await?;
    auditor.report.unsequenced_events = u64::try_from(waiting).unwrap_or(0);
    Ok(())
}

async fn rows(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut after = BEFORE_ALL;
    loop {
        let found = store::audit::trail::entries(tx, after, ROWS).await?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        after = *last;
        auditor.counts("audit_entries", found.len());
        for row in found {
            let id = row.0;
            let Some(entry) = auditor.readable(AuditId::WORD, row) else { continue };
            if audit_hash(&entry) != entry.content_hash {
                auditor.violates("trail", AuditId::WORD, id, "the row does not have the stored hash");
            }
        }
    }
}

/// What the rows of one seal come to.
#[derive(Default)]
struct Covered {
    tree: Tree,
    first_id: i64,
    last_id: i64,
}

async fn seals(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let (mut after, mut previous) = (0, NO_ROOT.to_owned());
    loop {
        let found = store::audit::trail::seals(tx, after, SEALS).await?;
        // After the last seal one more stretch finds rows that name a seal which is not there.
        let through = found.last().map_or(i64::MAX, |seal| seal.seq);
        let mut covered: BTreeMap<i64, Covered> = BTreeMap::new();
        store::audit::trail::sealed_rows(tx, after, through, |seq, id, content_hash| {
            let rows = covered.entry(seq).or_default();
            if rows.tree.count() == 0 {
                rows.first_id = id;
            }
            rows.last_id = id;
            rows.tree.add(content_hash);
        })
        .await?;
        auditor.counts("audit_seals", found.len());
        for seal in &found {
            let rows = covered.remove(&seal.seq).unwrap_or_default();
            check_seal(auditor, seal, rows, (after + 1, &previous));
            after = seal.seq;
            previous.clone_from(&seal.merkle_root);
        }
        for seq in covered.into_keys() {
            auditor.violates("seals", SEAL, seq, "there are rows under a seal that is not there");
        }
        if found.is_empty() {
            return Ok(());
        }
    }
}

fn check_seal(auditor: &mut Auditor, seal: &Seal, rows: Covered, (expected, previous): (i64, &str)) {
    let mut faults = Vec::new();
    if seal.seq != expected {
        faults.push(format!("seal {expected} is missing before it"));
    }
    if seal.previous_root != previous {
        faults.push("it is not chained to the seal before".to_owned());
    }
    if seal.entry_count != rows.tree.count() {
        faults.push(format!("it covers {} rows, {} are there", seal.entry_count, rows.tree.count()));
    }
    if (seal.first_id, seal.last_id) != (rows.first_id, rows.last_id) {
        faults.push(format!("it covers rows {} to {}", seal.first_id, seal.last_id));
    }
    let computed = root(auditor.tenant, seal.seq, seal.sealed_at, &seal.previous_root, rows.tree);
    if computed != seal.merkle_root {
        faults.push("its root is not that of its rows".to_owned());
    }
    if !faults.is_empty() {
        auditor.violates("seals", SEAL, seal.seq, faults.join("; "));
    }
}

async fn feed(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut last = 0;
    let mut count = 0;
    store::audit::trail::feed(tx, |id, place| {
        count += 1;
        if place <= last {
            auditor.violates("I11", EventId::WORD, id, format!("place {place} of the feed was given twice"));
        } else if place != last + 1 {
            auditor.violates("I11", FEED, last + 1, format!("no event has places {} to {}", last + 1, place - 1));
        }
        last = last.max(place);
    })
    .await?;
    auditor.counts("events", count);
    let head = store::audit::trail::feed_head(tx).await?;
    if head != last {
        auditor.violates("I11", FEED, head, format!("the feed's head is at {head}, its last event at {last}"));
    }
    Ok(())
}
