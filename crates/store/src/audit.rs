//! Raw rows for the audit: everything of one tenant, in windows of ids, joined in bulk. The statements of the audit
//! are its own, so that it does not see the books through the eyes of the code that wrote them.
//!
//! A row that cannot be read does not end an audit: its owner comes back with the reason, and the audit names it.

pub mod books;
pub mod charges;
pub mod documents;
pub mod names;
pub mod settlement;
pub mod trail;

use crate::columns::Columns;
use crate::{Result, Row};

/// Ids above `after`, up to and with `through`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub after: i64,
    pub through: i64,
}

/// Something read of the object with this id, or why it could not be.
pub type Part<T> = (i64, Result<T, String>);

/// Reads a row whose first column is the id of its owner.
fn part<T>(row: &Row<'_>, read: impl FnOnce(&mut Columns<'_, '_>) -> Result<T>) -> Result<Part<T>> {
    let mut c = Columns::of(row);
    let owner = c.int()?;
    Ok((owner, read(&mut c).map_err(|error| error.to_string())))
}

/// A sum that may exceed 64 bits comes as the sums of two limbs of 32 bits (SUM of BIGINT fails in SQLite, and as a
/// BIGINT in PostgreSQL, where it does not fit).
fn limbs(c: &mut Columns<'_, '_>) -> Result<i128> {
    let (high, low) = (i128::from(c.int()?), i128::from(c.int()?));
    Ok((high << 32) + low)
}

/// The two sums that [`limbs`] reads.
macro_rules! limb_sums {
    ($amount:literal) => {
        concat!(
            "CAST(COALESCE(SUM(",
            $amount,
            " / 4294967296), 0) AS BIGINT), CAST(COALESCE(SUM(",
            $amount,
            " % 4294967296), 0) AS BIGINT)"
        )
    };
}
use limb_sums;
