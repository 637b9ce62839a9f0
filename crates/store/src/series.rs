//! Numbering series, and their counters: one for each series and year, locked by whoever takes a number until its
//! transaction ends.

use crate::columns::Columns;
use crate::{Result, Row, Tx, insert, params, sql};
use domain::id::{EntityId, InvoiceId, SeriesId};
use domain::numbering::{Neighbours, Series, SeriesKind, SeriesReset};
use jiff::civil::Date;

/// A series with its latest counter.
macro_rules! select_series {
    () => {
        "SELECT s.id, s.entity_id, s.kind, s.prefix, s.width, s.reset, COALESCE(c.last_value, 0), COALESCE(c.year, 0), \
         s.enforces_date_order FROM number_series s LEFT JOIN series_counters c ON c.tenant_id = s.tenant_id \
         AND c.series_id = s.id AND c.year = (SELECT MAX(m.year) FROM series_counters m \
         WHERE m.tenant_id = s.tenant_id AND m.series_id = s.id) WHERE s.tenant_id = $1"
    };
}

insert! {
    INSERT_SERIES = "number_series" (tenant_id, id, entity_id, kind, prefix, width, reset, enforces_date_order);
}

sql! {
    LIST_SERIES = concat!(select_series!(), " AND s.entity_id @in($2) ORDER BY s.id");
    FIND_SERIES = concat!(select_series!(), " AND s.entity_id = $2 AND s.kind = $3");
    TAKE_NUMBERS = "INSERT INTO series_counters AS c (tenant_id, series_id, year, last_value, last_dated_on) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, series_id, year) DO UPDATE SET \
        last_value = c.last_value + excluded.last_value, \
        last_dated_on = @greatest(c.last_dated_on, excluded.last_dated_on) \
        WHERE CAST($6 AS BIGINT) = 0 OR c.last_dated_on <= $7 RETURNING last_value";
    LAST_DAY = "SELECT last_dated_on FROM series_counters WHERE tenant_id = $1 AND series_id = $2 AND year = $3";
    NEIGHBOURS = "SELECT \
        (SELECT b.dated_on FROM invoices b WHERE b.tenant_id = i.tenant_id AND b.series_id = i.series_id \
            AND b.series_year = i.series_year AND b.series_value = i.series_value - 1), \
        (SELECT a.dated_on FROM invoices a WHERE a.tenant_id = i.tenant_id AND a.series_id = i.series_id \
            AND a.series_year = i.series_year AND a.series_value = i.series_value + 1) \
        FROM invoices i WHERE i.tenant_id = $1 AND i.id = $2";
    REDATE_LAST = "UPDATE series_counters SET last_dated_on = $3 WHERE tenant_id = $1 AND EXISTS ( \
        SELECT 1 FROM invoices i WHERE i.tenant_id = $1 AND i.id = $2 AND i.series_id = series_counters.series_id \
        AND i.series_year = series_counters.year AND i.series_value = series_counters.last_value)";
}

sql! {
    locks LOCK_COUNTER = "SELECT last_value FROM series_counters \
        WHERE tenant_id = $1 AND series_id = $2 AND year = $3";
}

fn read(row: &Row<'_>) -> Result<Series> {
    let mut c = Columns::of(row);
    Ok(Series {
        id: SeriesId(c.int()?),
        entity_id: EntityId(c.int()?),
        kind: c.word(SeriesKind::from_word)?,
        prefix: c.text()?,
        width: c.int()?,
        reset: c.word(SeriesReset::from_word)?,
        last: c.int()?,
        year: c.int()?,
        enforces_date_order: c.flag()?,
    })
}

/// A new series, which has given no number.
pub async fn insert(tx: &mut Tx<'_>, series: &Series) -> Result<()> {
    let row = params![
        tx.tenant(),
        series.id,
        series.entity_id,
        series.kind.word(),
        series.prefix.as_str(),
        series.width,
        series.reset.word(),
        series.enforces_date_order,
    ];
    tx.insert(&INSERT_SERIES, row).await
}

/// All series of these legal entities.
pub async fn of_entities(tx: &mut Tx<'_>, entities: &[EntityId]) -> Result<Vec<Series>> {
    let tenant = tx.tenant();
    tx.all(&LIST_SERIES, params![tenant, entities], read).await
}

/// The series by which a legal entity numbers its documents of one kind.
pub async fn find(tx: &mut Tx<'_>, entity: EntityId, kind: SeriesKind) -> Result<Option<Series>> {
    let tenant = tx.tenant();
    tx.opt(&FIND_SERIES, params![tenant, entity, kind.word()], read).await
}

/// Takes the next `count` numbers of a series for documents of one of its years, dated from `first` to `last`, and
/// gives the last of them. The last thing a transaction does, because the counter stays locked until it commits.
/// `None` when the series enforces date order and `first` is before the last document of that year.
pub async fn take(tx: &mut Tx<'_>, series: &Series, (first, last): (Date, Date), count: i64) -> Result<Option<i64>> {
    let year = series.period_of(last);
    let row = params![tx.tenant(), series.id, year, count, last, series.enforces_date_order, first];
    tx.opt(&TAKE_NUMBERS, row, |row| row.int(0)).await
}

/// The latest day of a document numbered in this year of the series.
pub async fn last_dated_on(tx: &mut Tx<'_>, series: &Series, year: i64) -> Result<Option<Date>> {
    let tenant = tx.tenant();
    tx.opt(&LAST_DAY, params![tenant, series.id, year], |row| row.date(0)).await
}

/// Locks the counter of a year, so that nobody takes a number of it or moves a date in it until this transaction
/// ends, and gives the days of the invoice's neighbours in it.
pub async fn lock_neighbours(tx: &mut Tx<'_>, series: &Series, year: i64, invoice: InvoiceId) -> Result<Neighbours> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_COUNTER, params![tenant, series.id, year], |row| row.int(0)).await?;
    let days = |row: &Row<'_>| Ok(Neighbours { before: row.opt_date(0)?, after: row.opt_date(1)? });
    Ok(tx.opt(&NEIGHBOURS, params![tenant, invoice], days).await?.unwrap_or_default())
}

/// The invoice got another date: where it has the last number of its counter, the next may not be dated before it.
pub async fn redate_last(tx: &mut Tx<'_>, invoice: InvoiceId, dated_on: Date) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&REDATE_LAST, params![tenant, invoice, dated_on]).await.map(drop)
}
