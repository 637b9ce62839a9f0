//! Numbers, vendors' ids, and the tree of customers.

use crate::columns::Columns;
use crate::{Result, Tx, params, sql};

sql! {
    AUDIT_SERIES = "SELECT id, kind, reset, enforces_date_order FROM number_series WHERE tenant_id = $1 ORDER BY id";
    AUDIT_COUNTERS = "SELECT series_id, year, last_value, last_dated_on FROM series_counters \
        WHERE tenant_id = $1 ORDER BY series_id, year";
    AUDIT_INVOICE_NUMBERS = "SELECT id, series_year, series_value, number, dated_on FROM invoices \
        WHERE tenant_id = $1 AND series_id = $2 ORDER BY series_year, series_value, id";
    AUDIT_NOTE_NUMBERS = "SELECT id, series_year, series_value, number, dated_on FROM credit_notes \
        WHERE tenant_id = $1 AND series_id = $2 ORDER BY series_year, series_value, id";
    AUDIT_INVOICE_TEXTS = "SELECT id, entity_id, number FROM invoices \
        WHERE tenant_id = $1 AND number IS NOT NULL ORDER BY number, entity_id, id";
    AUDIT_NOTE_TEXTS = "SELECT id, entity_id, number FROM credit_notes \
        WHERE tenant_id = $1 AND number IS NOT NULL ORDER BY number, entity_id, id";
    AUDIT_UNCLAIMED_NUMBERS = "SELECT 'invoice', i.id, i.number FROM invoices i \
        LEFT JOIN external_numbers e ON e.tenant_id = i.tenant_id AND e.kind = 'invoice' AND e.number = i.number \
        WHERE i.tenant_id = $1 AND i.number_origin = 'external' AND (e.object_id IS NULL OR e.object_id <> i.id) \
        UNION ALL SELECT 'credit_note', n.id, n.number FROM credit_notes n \
        LEFT JOIN external_numbers e ON e.tenant_id = n.tenant_id AND e.kind = 'credit_note' AND e.number = n.number \
        WHERE n.tenant_id = $1 AND n.number_origin = 'external' AND (e.object_id IS NULL OR e.object_id <> n.id)";
    AUDIT_IDLE_NUMBERS = "SELECT e.kind, e.object_id, e.number FROM external_numbers e \
        LEFT JOIN invoices i ON e.kind = 'invoice' AND i.tenant_id = e.tenant_id AND i.id = e.object_id \
            AND i.number = e.number AND i.number_origin = 'external' \
        LEFT JOIN credit_notes n ON e.kind = 'credit_note' AND n.tenant_id = e.tenant_id AND n.id = e.object_id \
            AND n.number = e.number AND n.number_origin = 'external' \
        WHERE e.tenant_id = $1 AND i.id IS NULL AND n.id IS NULL";
    AUDIT_FOREIGN_IDS = "SELECT f.kind, f.id, f.face, f.foreign_id, f.collides_with, \
        CASE WHEN f.kind <> 'tenant' AND (f.id < 1 OR f.id >= (SELECT b.next_value FROM id_blocks b \
            WHERE b.tenant_id = f.tenant_id)) THEN 1 ELSE 0 END \
        FROM foreign_ids f WHERE f.tenant_id = $1 ORDER BY f.face, f.kind, f.foreign_id";
    AUDIT_COLLISIONS = "SELECT f.kind, f.id, f.face, f.foreign_id, f.collides_with FROM foreign_ids f \
        WHERE f.tenant_id = $1 AND f.collides_with IS NOT NULL AND f.collides_with <> f.id AND ( \
        (f.kind = 'invoice' AND EXISTS (SELECT 1 FROM invoices x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'customer' AND EXISTS (SELECT 1 FROM customers x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'line' AND EXISTS (SELECT 1 FROM invoice_lines x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'item' AND EXISTS (SELECT 1 FROM items x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'product' AND EXISTS (SELECT 1 FROM products x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'plan' AND EXISTS (SELECT 1 FROM plans x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'addon' AND EXISTS (SELECT 1 FROM addons x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'coupon' AND EXISTS (SELECT 1 FROM coupons x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'payment' AND EXISTS (SELECT 1 FROM payments x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'credit_note' AND EXISTS (SELECT 1 FROM credit_notes x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)) \
        OR (f.kind = 'contact' AND EXISTS (SELECT 1 FROM contacts x \
            WHERE x.tenant_id = f.tenant_id AND x.id = f.collides_with)))";
    AUDIT_TREE = "WITH RECURSIVE reached (id) AS ( \
        SELECT id FROM customers WHERE tenant_id = $1 AND parent_id IS NULL \
        UNION ALL SELECT c.id FROM customers c JOIN reached r ON c.parent_id = r.id WHERE c.tenant_id = $1) \
        SELECT c.id FROM customers c LEFT JOIN reached r ON r.id = c.id \
        WHERE c.tenant_id = $1 AND r.id IS NULL ORDER BY c.id";
}

/// A numbering series as far as the audit needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub id: i64,
    /// `invoice` or `credit_note`.
    pub kind: String,
    pub is_yearly: bool,
    pub enforces_date_order: bool,
}

pub async fn series(tx: &mut Tx<'_>) -> Result<Vec<Series>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_SERIES, params![tenant], |row| {
        let mut c = Columns::of(row);
        Ok(Series { id: c.int()?, kind: c.text()?, is_yearly: c.text()? == "yearly", enforces_date_order: c.flag()? })
    })
    .await
}

/// Where a series stands in one year; year 0 when it never resets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    pub series_id: i64,
    pub year: i64,
    pub last_value: i64,
    /// A civil day as ISO text.
    pub last_dated_on: String,
}

/// Every counter, by series and year.
pub async fn counters(tx: &mut Tx<'_>) -> Result<Vec<Counter>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_COUNTERS, params![tenant], |row| {
        let mut c = Columns::of(row);
        Ok(Counter { series_id: c.int()?, year: c.int()?, last_value: c.int()?, last_dated_on: c.text()? })
    })
    .await
}

/// One number of a series, as its document has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered<'r> {
    pub id: i64,
    pub year: i64,
    pub value: i64,
    pub number: Option<&'r str>,
    /// A civil day as ISO text.
    pub dated_on: &'r str,
}

/// Calls `each` with every number of a series, in the order of years and values.
pub async fn numbers(tx: &mut Tx<'_>, series: &Series, mut each: impl FnMut(Numbered<'_>) + Send) -> Result<()> {
    let tenant = tx.tenant();
    let sql = if series.kind == "invoice" { &AUDIT_INVOICE_NUMBERS } else { &AUDIT_NOTE_NUMBERS };
    let each = |row: &crate::Row<'_>| {
        // A missing year or value is no place in the series at all.
        let (year, value) = (row.opt_int(1)?.unwrap_or(0), row.opt_int(2)?.unwrap_or(0));
        each(Numbered { id: row.int(0)?, year, value, number: row.opt_text_ref(3)?, dated_on: row.text_ref(4)? });
        Ok(())
    };
    tx.all(sql, params![tenant, series.id], each).await.map(drop)
}

/// Calls `each` with every document's id, legal entity and number, ordered so that equals are neighbours.
pub async fn number_texts(
    tx: &mut Tx<'_>,
    kind: &'static str,
    mut each: impl FnMut(i64, i64, &str) + Send,
) -> Result<()> {
    let tenant = tx.tenant();
    let sql = if kind == "invoice" { &AUDIT_INVOICE_TEXTS } else { &AUDIT_NOTE_TEXTS };
    let each = |row: &crate::Row<'_>| {
        each(row.int(0)?, row.int(1)?, row.text_ref(2)?);
        Ok(())
    };
    tx.all(sql, params![tenant], each).await.map(drop)
}

/// Documents (kind, id, number) whose external number is not theirs in the list of external numbers; and entries of
/// that list whose document is not there or has another number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalFaults {
    pub unclaimed: Vec<(String, i64, Option<String>)>,
    pub idle: Vec<(String, i64, Option<String>)>,
}

pub async fn external_faults(tx: &mut Tx<'_>) -> Result<ExternalFaults> {
    let tenant = tx.tenant();
    let read = |row: &crate::Row<'_>| Ok((row.text(0)?, row.int(1)?, row.opt_text(2)?));
    Ok(ExternalFaults {
        unclaimed: tx.all(&AUDIT_UNCLAIMED_NUMBERS, params![tenant], read).await?,
        idle: tx.all(&AUDIT_IDLE_NUMBERS, params![tenant], read).await?,
    })
}

/// A vendor's id of one of our objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    pub kind: String,
    pub id: i64,
    pub face: String,
    pub foreign_id: String,
    pub collides_with: Option<i64>,
}

fn foreign(c: &mut Columns<'_, '_>) -> Result<Foreign> {
    Ok(Foreign { kind: c.text()?, id: c.int()?, face: c.text()?, foreign_id: c.text()?, collides_with: c.opt_int()? })
}

/// Calls `each` with every vendor's id, and whether it names an id that was never given out.
pub async fn foreign_ids(tx: &mut Tx<'_>, mut each: impl FnMut(Foreign, bool) + Send) -> Result<()> {
    let tenant = tx.tenant();
    let each = |row: &crate::Row<'_>| {
        let mut c = Columns::of(row);
        each(foreign(&mut c)?, c.flag()?);
        Ok(())
    };
    tx.all(&AUDIT_FOREIGN_IDS, params![tenant], each).await.map(drop)
}

/// Vendors' ids that another live object is spelled by.
pub async fn collisions(tx: &mut Tx<'_>) -> Result<Vec<Foreign>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_COLLISIONS, params![tenant], |row| foreign(&mut Columns::of(row))).await
}

/// Customers that no root of the tree reaches.
pub async fn out_of_tree(tx: &mut Tx<'_>) -> Result<Vec<i64>> {
    let tenant = tx.tenant();
    tx.all(&AUDIT_TREE, params![tenant], |row| row.int(0)).await
}
