//! Seals: committed rows of the audit trail closed under a Merkle root, chained to the seal before.
//!
//! With `|` for concatenation, numbers as 8 bytes big-endian and hashes as 32 raw bytes:
//!
//! - leaf: `SHA-256(0x00 | content hash of a row)`, the rows in the order of their ids;
//! - node: `SHA-256(0x01 | left | right)`, the tree of RFC 6962 (section 2.1);
//! - root: `SHA-256(0x02 | tenant | seq | rows | sealed_at in microseconds | previous root | tree)`, the previous root
//!   of the first seal being 32 zero bytes.
//!
//! The prefixes keep a leaf from being read as a node or a root. A seal covers a set of rows, not a stretch of ids: a
//! row whose transaction committed late falls under a later seal. Whoever keeps one root elsewhere can prove every row
//! before it; what no seal covers yet is the unsealed tail that an audit counts.

use crate::{Billing, Error};
use domain::id::TenantId;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::Tx;
use store::trail::Seal;

/// The root before the first seal.
pub(crate) const NO_ROOT: &str = "";

/// The most rows under one seal.
pub(crate) const ROWS: i64 = 4_096;

type Hash = [u8; 32];

/// A Merkle tree over content hashes, built in the memory of its depth.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    count: i64,
    /// Complete subtrees, largest first, each with its height.
    stack: Vec<(u32, Hash)>,
}

impl Tree {
    /// Adds the next row by its content hash in hex. A text that is no hash is hashed as it is: it cannot be what a
    /// row was sealed with.
    pub(crate) fn add(&mut self, content_hash: &str) {
        let raw = hex::decode(content_hash).unwrap_or_else(|_| content_hash.as_bytes().to_vec());
        let mut top = (0, hash(&[&[0], &raw]));
        while let Some((height, left)) = self.stack.pop_if(|(height, _)| *height == top.0) {
            top = (height + 1, hash(&[&[1], &left, &top.1]));
        }
        self.stack.push(top);
        self.count += 1;
    }

    pub(crate) fn count(&self) -> i64 {
        self.count
    }

    /// The tree's hash; of nothing it is the hash of nothing.
    fn finish(self) -> Hash {
        let mut subtrees = self.stack.into_iter().rev().map(|(_, subtree)| subtree);
        let Some(last) = subtrees.next() else { return hash(&[]) };
        subtrees.fold(last, |right, left| hash(&[&[1], &left, &right]))
    }
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// The root of a seal, in hex.
pub(crate) fn root(tenant: TenantId, seq: i64, sealed_at: Timestamp, previous_root: &str, tree: Tree) -> String {
    let previous = match previous_root {
        NO_ROOT => vec![0; 32],
        // As with rows: what is no hash cannot be what the seal was made with.
        root => hex::decode(root).unwrap_or_else(|_| root.as_bytes().to_vec()),
    };
    let count = tree.count();
    hex::encode(hash(&[
        &[2],
        &tenant.0.to_be_bytes(),
        &seq.to_be_bytes(),
        &count.to_be_bytes(),
        &sealed_at.as_microsecond().to_be_bytes(),
        &previous,
        &tree.finish(),
    ]))
}

/// Seals what is committed and unsealed, oldest ids first, at most [`ROWS`] rows; `None` when there is nothing. Two
/// sealers at once are kept apart by the seal's own key: the second is refused as a conflict and changes nothing.
pub(crate) async fn seal_tail(tx: &mut Tx<'_>, now: Timestamp) -> store::Result<Option<Seal>> {
    // The chain's end before the tail: whoever sealed in between has then taken the next place, and ours is refused.
    let (before, previous_root) = store::trail::last_seal(tx).await?;
    let entries = store::trail::unsealed(tx, ROWS).await?;
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(None);
    };
    let mut tree = Tree::default();
    for entry in &entries {
        tree.add(&entry.content_hash);
    }
    let seq = before + 1;
    let seal = Seal {
        seq,
        first_id: first.id.0,
        last_id: last.id.0,
        entry_count: tree.count(),
        merkle_root: root(tx.tenant(), seq, now, &previous_root, tree),
        previous_root,
        sealed_at: now,
    };
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id.0).collect();
    store::trail::insert_seal(tx, &seal, &ids).await?;
    Ok(Some(seal))
}

struct SealOnce {
    now: Timestamp,
}

impl store::Work for SealOnce {
    type Out = Option<Seal>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Option<Seal>> {
        seal_tail(tx, self.now).await
    }
}

impl Billing {
    /// Seals the tenant's unsealed tail now, at most 4,096 rows of it. `None` when there is none, or when another
    /// server was sealing it at the same moment.
    pub async fn seal_once(&self, tenant: TenantId, now: Timestamp) -> Result<Option<Seal>, Error> {
        match self.db().write(tenant, SealOnce { now }).await {
            Err(store::Error::Conflict { .. }) => Ok(None),
            sealed => sealed.map_err(|error| Error::from(error).settle()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(rows: &[&str]) -> Hash {
        let mut tree = Tree::default();
        rows.iter().for_each(|row| tree.add(&hex::encode(row)));
        assert_eq!(tree.count(), i64::try_from(rows.len()).expect("few"));
        tree.finish()
    }

    fn leaf(row: &str) -> Hash {
        hash(&[&[0], row.as_bytes()])
    }

    fn node(left: Hash, right: Hash) -> Hash {
        hash(&[&[1], &left, &right])
    }

    #[test]
    fn the_tree_is_that_of_rfc_6962() {
        let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(leaf);
        assert_eq!(tree(&[]), hash(&[]));
        assert_eq!(tree(&["a"]), a);
        assert_eq!(tree(&["a", "b"]), node(a, b));
        assert_eq!(tree(&["a", "b", "c"]), node(node(a, b), c));
        assert_eq!(tree(&["a", "b", "c", "d", "e"]), node(node(node(a, b), node(c, d)), e));
        let seven = node(node(node(a, b), node(c, d)), node(node(e, a), b));
        assert_eq!(tree(&["a", "b", "c", "d", "e", "a", "b"]), seven);
    }

    #[test]
    fn every_part_of_a_seal_changes_its_root() {
        let rows = |rows: &[&str]| {
            let mut tree = Tree::default();
            rows.iter().for_each(|row| tree.add(&hex::encode(row)));
            tree
        };
        let at = Timestamp::UNIX_EPOCH;
        let zero = "00".repeat(32);
        let made = [
            root(TenantId(1), 1, at, NO_ROOT, rows(&["a", "b"])),
            root(TenantId(2), 1, at, NO_ROOT, rows(&["a", "b"])),
            root(TenantId(1), 2, at, NO_ROOT, rows(&["a", "b"])),
            root(TenantId(1), 1, Timestamp::MAX, NO_ROOT, rows(&["a", "b"])),
            root(TenantId(1), 1, at, &"01".repeat(32), rows(&["a", "b"])),
            root(TenantId(1), 1, at, NO_ROOT, rows(&["b", "a"])),
            root(TenantId(1), 1, at, NO_ROOT, rows(&["a"])),
        ];
        let different: std::collections::BTreeSet<&String> = made.iter().collect();
        assert_eq!(different.len(), made.len());
        assert_eq!(made[0], root(TenantId(1), 1, at, &zero, rows(&["a", "b"])));
    }
}
