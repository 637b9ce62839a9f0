//! Unbilled charges with their lines.

use crate::columns::{Columns, bind_fx};
use crate::snapshots::{read_discounts, read_tax, write_discounts, write_tax};
use crate::{Batch, Error, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{CustomerId, EntityId, InvoiceId, ItemId, UnbilledChargeId, UnbilledChargeLineId};
use domain::invoice::totals::DraftLine;
use domain::invoice::{LineAmounts, LineKind, Period};
use domain::unbilled_charge::{ChargeDocument, ChargeStatus, UnbilledCharge, UnbilledChargeLine};
use jiff::Timestamp;

macro_rules! charge_columns {
    () => {
        "u.id, u.entity_id, u.customer_id, u.number, u.currency, u.fx_mantissa, u.fx_scale, u.fx_source, u.fx_on, \
         u.dated_on, u.reference, u.ex_tax, u.tax, u.total, u.invoice_id, u.version, u.created_at, u.updated_at"
    };
}
pub(crate) use charge_columns;

insert! {
    INSERT_CHARGE = "unbilled_charges" (tenant_id, id, entity_id, customer_id, number, currency, fx_mantissa, fx_scale,
        fx_source, fx_on, dated_on, reference, ex_tax, tax, total, invoice_id, version, created_at, updated_at);
    INSERT_CHARGE_LINE = "unbilled_charge_lines" (tenant_id, charge_id, position, id, kind, item_id, item_code, name,
        description, unit, quantity_mantissa, quantity_scale, price_mantissa, price_scale, from_on, until_on,
        charge_number, purchase_order, partner_sku, gl_code, billed_days, full_days, tax_treatment, discounts, gross,
        discount, net, taxable, tax);
}

sql! {
    LOAD_CHARGES = concat!("SELECT ", charge_columns!(),
        " FROM unbilled_charges u WHERE u.tenant_id = $1 AND u.id @in($2) ORDER BY u.id");
    LIST_CHARGES = concat!("SELECT ", charge_columns!(), " FROM unbilled_charges u WHERE u.tenant_id = $1 \
        AND (CAST($2 AS BIGINT) IS NULL OR u.customer_id = $2) \
        AND (CAST($3 AS BIGINT) IS NULL OR ($3 = 1 AND u.invoice_id IS NOT NULL) OR ($3 = 0 AND u.invoice_id IS NULL)) \
        AND u.id > $4 ORDER BY u.id LIMIT $5");
    LOAD_CHARGE_LINES = "SELECT charge_id, id, position, kind, item_id, item_code, name, description, unit, \
        quantity_mantissa, quantity_scale, price_mantissa, price_scale, from_on, until_on, charge_number, \
        purchase_order, partner_sku, gl_code, billed_days, full_days, tax_treatment, discounts, gross, discount, net, \
        taxable, tax FROM unbilled_charge_lines WHERE tenant_id = $1 AND charge_id @in($2) ORDER BY charge_id, position";
    MARK_INVOICED = "UPDATE unbilled_charges SET invoice_id = $3, updated_at = $4, version = version + 1 \
        WHERE tenant_id = $1 AND id @in($2) AND invoice_id IS NULL";
    DELETE_CHARGE_LINES = "DELETE FROM unbilled_charge_lines WHERE tenant_id = $1 AND charge_id = $2";
    DELETE_CHARGE = "DELETE FROM unbilled_charges WHERE tenant_id = $1 AND id = $2 AND invoice_id IS NULL";
    TAKE_CHARGE_NUMBER = "INSERT INTO unbilled_charge_counters (tenant_id, last_value) VALUES ($1, 1) \
        ON CONFLICT (tenant_id) DO UPDATE SET last_value = unbilled_charge_counters.last_value + 1 \
        RETURNING last_value";
}

sql! {
    locks LOCK_CHARGES = concat!("SELECT ", charge_columns!(),
        " FROM unbilled_charges u WHERE u.tenant_id = $1 AND u.id @in($2) ORDER BY u.id");
}

fn charge(row: &Row<'_>) -> Result<UnbilledCharge> {
    charge_of(&mut Columns::of(row))
}

pub(crate) fn charge_of(c: &mut Columns<'_, '_>) -> Result<UnbilledCharge> {
    Ok(UnbilledCharge {
        id: UnbilledChargeId(c.int()?),
        entity_id: EntityId(c.int()?),
        customer_id: CustomerId(c.int()?),
        number: c.text()?,
        currency: c.currency()?,
        fx: c.fx()?,
        dated_on: c.date()?,
        reference: c.text()?,
        ex_tax: c.int()?,
        tax: c.int()?,
        total: c.int()?,
        invoice_id: c.opt_int()?.map(InvoiceId),
        version: c.int()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

fn charge_line(row: &Row<'_>) -> Result<(UnbilledChargeId, UnbilledChargeLine)> {
    let mut c = Columns::of(row);
    let of = UnbilledChargeId(c.int()?);
    let (id, position) = (UnbilledChargeLineId(c.int()?), c.int()?);
    let kind = c.word(LineKind::from_word)?;
    let (item_id, item_code) = (c.opt_int()?.map(ItemId), c.opt_text()?);
    let (name, description, unit) = (c.text()?, c.text()?, c.text()?);
    let (quantity, unit_price) = (c.decimal()?, c.decimal()?);
    let period = c.opt_date()?.zip(c.opt_date()?).map(|(from, until)| Period { from, until });
    let (charge_number, purchase_order) = (c.opt_text()?, c.opt_text()?);
    let (partner_sku, gl_code) = (c.opt_text()?, c.opt_text()?);
    let prorate = c.opt_int()?.zip(c.opt_int()?);
    let tax = read_tax(&c.text()?)?;
    let discounts = read_discounts(&c.text()?)?;
    let amounts = LineAmounts {
        gross: c.int()?,
        discount: c.int()?,
        net: c.int()?,
        allowance: 0,
        taxable: c.int()?,
        tax: c.int()?,
    };
    let line = DraftLine {
        kind,
        item_id,
        item_code,
        name,
        description,
        unit,
        quantity,
        unit_price,
        period,
        charge_number,
        purchase_order,
        partner_sku,
        gl_code,
        tax,
        discounts: discounts.iter().map(|applied| applied.discount.clone()).collect(),
        prorate,
        gross_minor: None,
    };
    Ok((of, UnbilledChargeLine { id, position, line, discounts, amounts }))
}

pub async fn insert(tx: &mut Tx<'_>, document: &ChargeDocument) -> Result<()> {
    let tenant = tx.tenant();
    let charge = &document.charge;
    let mut row = vec![
        Value::from(tenant),
        Value::from(charge.id),
        Value::from(charge.entity_id),
        Value::from(charge.customer_id),
        Value::from(charge.number.as_str()),
        Value::from(charge.currency.code()),
    ];
    bind_fx(&mut row, charge.fx.as_ref());
    row.extend([
        Value::from(charge.dated_on),
        Value::from(charge.reference.as_str()),
        Value::from(charge.ex_tax),
        Value::from(charge.tax),
        Value::from(charge.total),
        Value::from(charge.invoice_id),
        Value::from(charge.version),
        Value::from(charge.created_at),
        Value::from(charge.updated_at),
    ]);
    tx.insert(&INSERT_CHARGE, &row).await?;
    let rows = document.lines.iter().map(|row| {
        let (line, amounts) = (&row.line, &row.amounts);
        [
            Value::from(tenant),
            Value::from(charge.id),
            Value::from(row.position),
            Value::from(row.id),
            Value::from(line.kind.word()),
            Value::from(line.item_id),
            Value::from(line.item_code.as_deref()),
            Value::from(line.name.as_str()),
            Value::from(line.description.as_str()),
            Value::from(line.unit.as_str()),
            Value::from(line.quantity.mantissa()),
            Value::from(i64::from(line.quantity.scale())),
            Value::from(line.unit_price.mantissa()),
            Value::from(i64::from(line.unit_price.scale())),
            Value::from(line.period.map(|period| period.from)),
            Value::from(line.period.map(|period| period.until)),
            Value::from(line.charge_number.as_deref()),
            Value::from(line.purchase_order.as_deref()),
            Value::from(line.partner_sku.as_deref()),
            Value::from(line.gl_code.as_deref()),
            Value::from(line.prorate.map(|(billed, _)| billed)),
            Value::from(line.prorate.map(|(_, full)| full)),
            Value::from(write_tax(&line.tax)),
            Value::from(write_discounts(&row.discounts)),
            Value::from(amounts.gross),
            Value::from(amounts.discount),
            Value::from(amounts.net),
            Value::from(amounts.taxable),
            Value::from(amounts.tax),
        ]
    });
    let rows = Batch::of(&INSERT_CHARGE_LINE, rows);
    tx.insert_many(&INSERT_CHARGE_LINE, &rows).await.map(drop)
}

pub async fn load_many(tx: &mut Tx<'_>, ids: &[UnbilledChargeId]) -> Result<Vec<UnbilledCharge>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(&LOAD_CHARGES, params![tenant, ids.as_slice()], charge).await
}

/// Loads and locks several, ids ascending.
pub async fn lock_many(tx: &mut Tx<'_>, ids: &[UnbilledChargeId]) -> Result<Vec<UnbilledCharge>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(&LOCK_CHARGES, params![tenant, ids.as_slice()], charge).await
}

/// The charges' documents, in the order of `charges`; one query whatever their number.
pub async fn with_lines(tx: &mut Tx<'_>, charges: Vec<UnbilledCharge>) -> Result<Vec<ChargeDocument>> {
    if charges.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let ids: Vec<i64> = charges.iter().map(|charge| charge.id.0).collect();
    let mut lines = tx.all(&LOAD_CHARGE_LINES, params![tenant, ids.as_slice()], charge_line).await?;
    Ok(charges
        .into_iter()
        .map(|charge| ChargeDocument {
            lines: lines.extract_if(.., |(of, _)| *of == charge.id).map(|(_, line)| line).collect(),
            charge,
        })
        .collect())
}

/// Charges in id order after `after` (0 for the first page); of one customer or of all, in one status or in any.
pub async fn list(
    tx: &mut Tx<'_>,
    customer: Option<CustomerId>,
    status: Option<ChargeStatus>,
    after: i64,
    limit: i64,
) -> Result<Vec<UnbilledCharge>> {
    let tenant = tx.tenant();
    let is_invoiced = status.map(|status| i64::from(status == ChargeStatus::Invoiced));
    tx.all(&LIST_CHARGES, params![tenant, customer, is_invoiced, after, limit], charge).await
}

/// Puts charges on their invoice. [`Error::NotFound`] when one of them is on another, or is not there.
pub async fn mark_invoiced(tx: &mut Tx<'_>, ids: &[UnbilledChargeId], invoice: InvoiceId, at: Timestamp) -> Result<()> {
    let tenant = tx.tenant();
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let marked = tx.exec(&MARK_INVOICED, params![tenant, numbers.as_slice(), invoice, at]).await?;
    if usize::try_from(marked) == Ok(ids.len()) { Ok(()) } else { Err(Error::NotFound("MARK_INVOICED")) }
}

/// Deletes a charge that no invoice has; whether it was there.
pub async fn delete(tx: &mut Tx<'_>, id: UnbilledChargeId) -> Result<bool> {
    let tenant = tx.tenant();
    tx.exec(&DELETE_CHARGE_LINES, params![tenant, id]).await?;
    Ok(tx.exec(&DELETE_CHARGE, params![tenant, id]).await? == 1)
}

/// The next number of the tenant's charges, from 1; its row stays locked until the transaction ends.
pub async fn take_number(tx: &mut Tx<'_>) -> Result<i64> {
    let tenant = tx.tenant();
    tx.one(&TAKE_CHARGE_NUMBER, params![tenant], |row| row.int(0)).await
}
