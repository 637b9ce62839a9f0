//! Leases: work that one server at a time may do (the sequencer, the sealer, a bill run).
//!
//! A lease is a row (owner, until). Time is passed in, so that servers agree with what they later compare; a server
//! whose clock is wrong by more than the lease is short of nothing but its turn, because what the lease guards is
//! safe under two workers too.

use jiff::Timestamp;

use crate::{Result, Tx, params, sql};

sql! {
    TAKE_LEASE = "INSERT INTO leases (tenant_id, name, owner, until_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, name) DO UPDATE SET owner = $3, until_at = $4
        WHERE leases.owner = $3 OR leases.until_at <= $5";
    RENEW_LEASE = "UPDATE leases SET until_at = $4
        WHERE tenant_id = $1 AND name = $2 AND owner = $3 AND until_at > $5";
    RELEASE_LEASE = "DELETE FROM leases WHERE tenant_id = $1 AND name = $2 AND owner = $3";
}

/// Takes the lease until `until_at` if it is free, expired at `now`, or already this owner's. False: another has it.
pub async fn acquire(tx: &mut Tx<'_>, name: &str, owner: &str, now: Timestamp, until_at: Timestamp) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&TAKE_LEASE, params![tenant, name, owner, until_at, now]).await? == 1)
}

/// Prolongs a lease that this owner still holds at `now`. False: it expired or another has it.
pub async fn renew(tx: &mut Tx<'_>, name: &str, owner: &str, now: Timestamp, until_at: Timestamp) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&RENEW_LEASE, params![tenant, name, owner, until_at, now]).await? == 1)
}

/// Gives the lease back. False: it was not this owner's.
pub async fn release(tx: &mut Tx<'_>, name: &str, owner: &str) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&RELEASE_LEASE, params![tenant, name, owner]).await? == 1)
}
