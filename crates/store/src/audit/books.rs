//! The journal, and what customers owe and have left over by each account of it.

use super::{Part, Window, limb_sums, limbs, part};
use crate::columns::Columns;
use crate::{Result, Tx, params, sql};
use domain::id::CustomerId;
use domain::journal::{Account, Posting};

sql! {
    AUDIT_ENTRIES = "SELECT id, kind, object_kind FROM journal_entries \
        WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    AUDIT_POSTINGS = "SELECT entry_id, account, customer_id, amount, base_amount FROM postings \
        WHERE tenant_id = $1 AND entry_id > $2 AND entry_id <= $3 ORDER BY entry_id, position";
    AUDIT_POSTED = "SELECT j.object_id, j.entity_id, j.currency, p.account, p.customer_id, p.amount, p.base_amount \
        FROM journal_entries j JOIN postings p ON p.tenant_id = j.tenant_id AND p.entry_id = j.id \
        WHERE j.tenant_id = $1 AND j.object_kind = $4 AND j.object_id > $2 AND j.object_id <= $3";
    AUDIT_POSTED_OF = "SELECT j.object_id, j.entity_id, j.currency, p.account, p.customer_id, p.amount, p.base_amount \
        FROM journal_entries j JOIN postings p ON p.tenant_id = j.tenant_id AND p.entry_id = j.id \
        WHERE j.tenant_id = $1 AND j.object_kind = $2 AND j.object_id @in($3)";
    AUDIT_ORPHANED_ENTRIES = "SELECT j.id, j.object_kind, j.object_id FROM journal_entries j WHERE j.tenant_id = $1 \
        AND NOT (j.object_kind = 'invoice' AND EXISTS (SELECT 1 FROM invoices x \
            WHERE x.tenant_id = j.tenant_id AND x.id = j.object_id)) \
        AND NOT (j.object_kind = 'payment' AND EXISTS (SELECT 1 FROM payments x \
            WHERE x.tenant_id = j.tenant_id AND x.id = j.object_id)) \
        AND NOT (j.object_kind = 'credit_note' AND EXISTS (SELECT 1 FROM credit_notes x \
            WHERE x.tenant_id = j.tenant_id AND x.id = j.object_id)) \
        AND NOT (j.object_kind = 'application' AND EXISTS (SELECT 1 FROM applications x \
            WHERE x.tenant_id = j.tenant_id AND x.id = j.object_id)) \
        AND NOT (j.object_kind = 'write_off' AND EXISTS (SELECT 1 FROM write_offs x \
            WHERE x.tenant_id = j.tenant_id AND x.id = j.object_id)) \
        AND NOT (j.object_kind = 'refund' AND EXISTS (SELECT 1 FROM refunds x \
            WHERE x.tenant_id = j.tenant_id AND x.id = j.object_id)) \
        ORDER BY j.id";
    AUDIT_TRIAL = concat!("SELECT j.entity_id, j.currency, ", limb_sums!("p.amount"), ", ",
        limb_sums!("p.base_amount"), " FROM postings p \
        JOIN journal_entries j ON j.tenant_id = p.tenant_id AND j.id = p.entry_id \
        WHERE p.tenant_id = $1 GROUP BY j.entity_id, j.currency ORDER BY j.entity_id, j.currency");
    AUDIT_BALANCES = concat!("SELECT customer_id, entity_id, currency, ", limb_sums!("receivable"), ", ",
        limb_sums!("open"), ", ", limb_sums!("outstanding"), ", ", limb_sums!("liability"), ", ",
        limb_sums!("unused"), ", ", limb_sums!("projected"), " FROM ( \
        SELECT p.customer_id, j.entity_id, j.currency, p.amount AS receivable, 0 AS open, 0 AS outstanding, \
            0 AS liability, 0 AS unused, 0 AS projected \
        FROM postings p JOIN journal_entries j ON j.tenant_id = p.tenant_id AND j.id = p.entry_id \
        WHERE p.tenant_id = $1 AND p.account = 'receivable' \
        UNION ALL SELECT p.customer_id, j.entity_id, j.currency, 0, 0, 0, -p.amount, 0, 0 \
        FROM postings p JOIN journal_entries j ON j.tenant_id = p.tenant_id AND j.id = p.entry_id \
        WHERE p.tenant_id = $1 AND p.account IN ('unapplied', 'credit_note_liability') \
        UNION ALL SELECT customer_id, entity_id, currency, 0, balance, 0, 0, 0, 0 FROM invoices \
        WHERE tenant_id = $1 AND state = 'issued' \
        UNION ALL SELECT customer_id, entity_id, currency, 0, 0, 0, 0, unapplied, 0 FROM payments \
        WHERE tenant_id = $1 \
        UNION ALL SELECT customer_id, entity_id, currency, 0, 0, 0, 0, remaining, 0 FROM credit_notes \
        WHERE tenant_id = $1 AND state = 'issued' \
        UNION ALL SELECT customer_id, entity_id, currency, 0, 0, outstanding, 0, 0, unused_credit \
        FROM customer_balances WHERE tenant_id = $1) AS parts \
        GROUP BY customer_id, entity_id, currency ORDER BY customer_id, entity_id, currency");
}

/// The head of an entry: its kind and the kind of object it is about.
pub type EntryHead = (String, String);

/// Entries in id order after `after`.
pub async fn entries(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Part<EntryHead>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_ENTRIES, params![tenant, after, limit], |row| part(row, |c| Ok((c.text()?, c.text()?)))).await
}

fn posting(c: &mut Columns<'_, '_>) -> Result<Posting> {
    Ok(Posting {
        account: c.word(Account::from_word)?,
        customer_id: c.opt_int()?.map(CustomerId),
        amount: c.int()?,
        base_amount: c.int()?,
    })
}

/// Postings of a window of entries, each with its entry's id; also those whose entry is not there.
pub async fn postings(tx: &mut Tx<'_>, window: Window) -> Result<Vec<Part<Posting>>> {
    let range = params![tx.tenant(), window.after, window.through];
    tx.all(&AUDIT_POSTINGS, range, |row| part(row, posting)).await
}

/// One posting about an object.
#[derive(Clone, Debug)]
pub struct Posted {
    pub entity_id: i64,
    pub currency: String,
    pub posting: Posting,
}

fn posted(c: &mut Columns<'_, '_>) -> Result<Posted> {
    Ok(Posted { entity_id: c.int()?, currency: c.text()?, posting: posting(c)? })
}

/// All that was posted about the objects of one kind in a window, each with its object's id.
pub async fn posted_about(tx: &mut Tx<'_>, kind: &'static str, window: Window) -> Result<Vec<Part<Posted>>> {
    let range = params![tx.tenant(), window.after, window.through, kind];
    tx.all(&AUDIT_POSTED, range, |row| part(row, posted)).await
}

/// The same for objects that lie in no window.
pub async fn posted_about_these(tx: &mut Tx<'_>, kind: &'static str, ids: &[i64]) -> Result<Vec<Part<Posted>>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_POSTED_OF, params![tenant, kind, ids], |row| part(row, posted)).await
}

/// Calls `each` with every entry (id, kind and id of its object) whose object is not there.
pub async fn orphaned_entries(tx: &mut Tx<'_>, mut each: impl FnMut(i64, String, i64) + Send) -> Result<()> {
    let tenant = tx.tenant();
    let each = |row: &crate::Row<'_>| {
        each(row.int(0)?, row.text(1)?, row.int(2)?);
        Ok(())
    };
    tx.all(&AUDIT_ORPHANED_ENTRIES, params![tenant], each).await.map(drop)
}

/// What all postings of a legal entity in one currency come to: 0 and 0 in sound books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    pub entity_id: i64,
    pub currency: String,
    pub amount: i128,
    pub base_amount: i128,
}

pub async fn trial(tx: &mut Tx<'_>) -> Result<Vec<Trial>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_TRIAL, params![tenant], |row| {
        let mut c = Columns::of(row);
        Ok(Trial { entity_id: c.int()?, currency: c.text()?, amount: limbs(&mut c)?, base_amount: limbs(&mut c)? })
    })
    .await
}

/// What one customer owes and has left over at one legal entity in one currency, by everything that says so. Minor
/// units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// None: a posting on a customer's account that names no customer.
    pub customer_id: Option<i64>,
    pub entity_id: i64,
    pub currency: String,
    /// Receivables in the journal.
    pub receivable: i128,
    /// Balances of issued invoices.
    pub open: i128,
    /// The projection of what is owed.
    pub outstanding: i128,
    /// Unapplied money and note liability in the journal.
    pub liability: i128,
    /// What payments have unapplied and issued notes have remaining.
    pub unused: i128,
    /// The projection of what is left over.
    pub projected: i128,
}

/// Calls `each` with every standing. The database groups them, so that memory does not grow with the customers.
pub async fn standings(tx: &mut Tx<'_>, mut each: impl FnMut(Standing) + Send) -> Result<()> {
    let tenant = tx.tenant();
    let each = |row: &crate::Row<'_>| {
        let mut c = Columns::of(row);
        each(Standing {
            customer_id: c.opt_int()?,
            entity_id: c.int()?,
            currency: c.text()?,
            receivable: limbs(&mut c)?,
            open: limbs(&mut c)?,
            outstanding: limbs(&mut c)?,
            liability: limbs(&mut c)?,
            unused: limbs(&mut c)?,
            projected: limbs(&mut c)?,
        });
        Ok(())
    };
    tx.all(&AUDIT_BALANCES, params![tenant], each).await.map(drop)
}
