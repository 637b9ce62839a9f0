//! Ids made by the application, from blocks that are taken in their own committed transaction.
//!
//! A block is a range of one tenant's row in `id_blocks`, less the values that are foreign ids spelled the same way
//! in that tenant. Gaps are fine: what a failed body took, or a stopped server still had, is never given out again.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::{MAX_SAFE_INTEGER, TenantId};

use crate::{Error, Result, Tx, Work, params, sql};

/// The first id of every tenant.
pub const FIRST_ID: i64 = 100_001;
/// The smallest block.
const BLOCK: usize = 1_000;

sql! {
    TAKE_BLOCK = "INSERT INTO id_blocks (tenant_id, next_value) VALUES ($1, CAST($3 AS BIGINT) + CAST($2 AS BIGINT))
        ON CONFLICT (tenant_id) DO UPDATE SET next_value = id_blocks.next_value + CAST($2 AS BIGINT)
        RETURNING next_value";
    COLLIDING_IDS = "SELECT DISTINCT collides_with FROM foreign_ids
        WHERE tenant_id = $1 AND collides_with >= $2 AND collides_with < $3 ORDER BY collides_with";
}

/// Ids that may be given out, in ascending ranges.
#[derive(Debug, Default)]
pub(crate) struct Block {
    ranges: VecDeque<Range<i64>>,
}

impl Block {
    /// The values of a range except some of them, which come in ascending order.
    fn without(range: Range<i64>, taken: &[i64]) -> Block {
        let mut ranges = VecDeque::with_capacity(taken.len() + 1);
        let mut from = range.start;
        for &value in taken {
            if from < value {
                ranges.push_back(from..value);
            }
            from = value + 1;
        }
        if from < range.end {
            ranges.push_back(from..range.end);
        }
        Block { ranges }
    }

    fn len(&self) -> usize {
        self.ranges.iter().map(|range| usize::try_from(range.end - range.start).unwrap_or(usize::MAX)).sum()
    }

    fn next(&mut self) -> Option<i64> {
        loop {
            let range = self.ranges.front_mut()?;
            match range.next() {
                Some(value) => return Some(value),
                None => self.ranges.pop_front(),
            };
        }
    }

    fn append(&mut self, other: &mut Block) {
        self.ranges.extend(other.ranges.drain(..).filter(|range| !range.is_empty()));
    }
}

/// The blocks of all tenants that one `Db` holds in memory.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    blocks: Mutex<HashMap<i64, Block>>,
}

impl Pool {
    fn with<T>(&self, tenant: TenantId, use_block: impl FnOnce(&mut Block) -> T) -> T {
        // A panic cannot leave a block half changed, so a poisoned lock is as good as another.
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        use_block(blocks.entry(tenant.0).or_default())
    }
}

/// The ids of one running body: first its own reserve, then the tenant's shared block.
#[derive(Debug)]
pub(crate) struct Ids {
    pool: Arc<Pool>,
    tenant: TenantId,
    /// Taken for this body alone, so that running it again cannot starve beside others.
    reserve: Block,
    taken: usize,
}

impl Ids {
    pub(crate) fn new(pool: Arc<Pool>, tenant: TenantId, reserve: Block) -> Ids {
        Ids { pool, tenant, reserve, taken: 0 }
    }

    /// The same source for another run of the body.
    pub(crate) fn rewind(&mut self) {
        self.taken = 0;
    }

    /// Gives `count` ids, or the number of ids that this body is known to want.
    pub(crate) fn take(&mut self, count: usize, give: &mut impl FnMut(i64)) -> Result<(), usize> {
        let own = self.reserve.len().min(count);
        let rest = count - own;
        let shared: Option<Vec<i64>> = (rest > 0).then(|| {
            self.pool.with(self.tenant, |block| {
                if block.len() < rest { Vec::new() } else { (0..rest).map_while(|_| block.next()).collect() }
            })
        });
        if shared.as_ref().is_some_and(|ids| ids.len() < rest) {
            return Err(self.taken + count);
        }
        (0..own).map_while(|_| self.reserve.next()).for_each(&mut *give);
        shared.into_iter().flatten().for_each(&mut *give);
        self.taken += count;
        Ok(())
    }
}

impl Drop for Ids {
    fn drop(&mut self) {
        let reserve = &mut self.reserve;
        if !reserve.ranges.is_empty() {
            self.pool.with(self.tenant, |block| block.append(reserve));
        }
    }
}

/// Takes a new block for a body that is known to want `wanted` ids.
pub(crate) struct TakeBlock {
    pub(crate) wanted: usize,
}

impl Work for TakeBlock {
    type Out = Block;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Block> {
        let tenant = tx.tenant();
        // Twice what was asked, because a body that asks one by one is known only up to where it stopped.
        let mut size = self.wanted.saturating_mul(2).max(BLOCK);
        let mut block = Block::default();
        while block.len() < self.wanted.max(1) {
            let count = i64::try_from(size).unwrap_or(i64::MAX).min(MAX_SAFE_INTEGER);
            let end = tx.one(&TAKE_BLOCK, params![tenant, count, FIRST_ID], |row| row.int(0)).await?;
            if end > MAX_SAFE_INTEGER {
                return Err(Error::Broken(format!("tenant {} has no ids left below 2^53", tenant.0)));
            }
            let range = end - count..end;
            let colliding = tx.all(&COLLIDING_IDS, params![tenant, range.start, range.end], |row| row.int(0)).await?;
            block.append(&mut Block::without(range, &colliding));
            size = BLOCK;
        }
        Ok(block)
    }
}
