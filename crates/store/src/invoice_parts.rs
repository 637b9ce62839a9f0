//! What belongs to one invoice: lines, tax totals, document allowances, superseded revisions.

use crate::columns::Columns;
use crate::snapshots::{
    discount_by, read_components, read_discounts, read_ints, read_tax, write_components, write_discounts, write_list,
    write_tax,
};
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{InvoiceId, ItemId, LineId, TaxGroupId};
use domain::invoice::view::ItemBrief;
use domain::invoice::{Allowance, Discount, DiscountBy, Line, LineAmounts, LineKind, LineTax, Period, TaxTotal};
use domain::item::ItemKind;
use domain::tax::TaxCategory;
use jiff::Timestamp;

#[macro_export]
#[doc(hidden)]
macro_rules! line_columns {
    () => {
        "l.id, l.position, l.kind, l.item_id, l.item_code, l.name, l.description, l.unit, l.quantity_mantissa, \
         l.quantity_scale, l.price_mantissa, l.price_scale, l.from_on, l.until_on, l.charge_number, \
         l.purchase_order, l.partner_sku, l.gl_code, l.tax_group_id, l.tax_group_name, l.tax_category, \
         l.tax_components, l.exemption_code, l.exemption_reason, l.discounts, l.gross, l.discount, l.net, \
         l.allowance, l.taxable, l.tax"
    };
}

insert! {
    INSERT_LINE = "invoice_lines" (tenant_id, invoice_id, position, id, kind, item_id, item_code, name,
        description, unit, quantity_mantissa, quantity_scale, price_mantissa, price_scale, from_on, until_on,
        charge_number, purchase_order, partner_sku, gl_code, tax_group_id, tax_group_name, tax_category,
        tax_components, exemption_code, exemption_reason, discounts, gross, discount, net, allowance, taxable, tax);
    INSERT_TAX = "invoice_taxes" (tenant_id, invoice_id, position, tax_group_id, tax_group_name, tax_category,
        tax_components, component_amounts, exemption_code, exemption_reason, base, amount);
    INSERT_ALLOWANCE = "invoice_allowances" (tenant_id, invoice_id, position, is_charge, name, code, percent, fixed,
        priority, tax, amount);
    INSERT_RETIRED = "retired_lines" (tenant_id, invoice_id, position, id, item_code, description, from_on, until_on,
        retired_at);
    INSERT_REVISION = "invoice_revisions" (tenant_id, invoice_id, revision, content, content_hash, reason,
        superseded_at);
}

sql! {
    pub LOAD_LINES = concat!("SELECT ", line_columns!(),
        " FROM invoice_lines l WHERE l.tenant_id = $1 AND l.invoice_id = $2 ORDER BY l.position");
    pub LOAD_LINES_AND_ITEMS = concat!("SELECT ", line_columns!(), ", t.id, t.name, t.kind, t.code, t.external_key, \
        t.accounting_sku, t.token, t.unit FROM invoice_lines l \
        LEFT JOIN items t ON t.tenant_id = l.tenant_id AND t.id = l.item_id \
        WHERE l.tenant_id = $1 AND l.invoice_id = $2 ORDER BY l.position");
    pub LOAD_TAXES = "SELECT tax_group_id, tax_group_name, tax_category, tax_components, exemption_code, \
        exemption_reason, base, amount, component_amounts FROM invoice_taxes \
        WHERE tenant_id = $1 AND invoice_id = $2 ORDER BY position";
    pub LOAD_ALLOWANCES = "SELECT is_charge, name, code, percent, fixed, priority, tax, amount \
        FROM invoice_allowances WHERE tenant_id = $1 AND invoice_id = $2 ORDER BY position";
    LOAD_LINES_OF = concat!("SELECT l.invoice_id, ", line_columns!(),
        " FROM invoice_lines l WHERE l.tenant_id = $1 AND l.invoice_id @in($2) ORDER BY l.invoice_id, l.position");
    DELETE_LINES = "DELETE FROM invoice_lines WHERE tenant_id = $1 AND invoice_id = $2";
    DELETE_TAXES = "DELETE FROM invoice_taxes WHERE tenant_id = $1 AND invoice_id = $2";
    DELETE_ALLOWANCES = "DELETE FROM invoice_allowances WHERE tenant_id = $1 AND invoice_id = $2";
    LIST_REVISIONS = "SELECT revision, content, content_hash, reason, superseded_at FROM invoice_revisions \
        WHERE tenant_id = $1 AND invoice_id = $2 ORDER BY revision";
}

/// The tax treatment's six columns, shared by lines, taxes and credit notes.
pub(crate) fn line_tax(c: &mut Columns<'_, '_>) -> Result<LineTax> {
    Ok(LineTax {
        group_id: c.opt_int()?.map(TaxGroupId),
        group_name: c.text()?,
        category: c.word(TaxCategory::from_word)?,
        components: read_components(&c.text()?)?,
        exemption: c.exemption()?,
    })
}

pub(crate) fn line(c: &mut Columns<'_, '_>) -> Result<Line> {
    Ok(Line {
        id: LineId(c.int()?),
        position: c.int()?,
        kind: c.word(LineKind::from_word)?,
        item_id: c.opt_int()?.map(ItemId),
        item_code: c.opt_text()?,
        name: c.text()?,
        description: c.text()?,
        unit: c.text()?,
        quantity: c.decimal()?,
        unit_price: c.decimal()?,
        period: {
            let (from, until) = (c.opt_date()?, c.opt_date()?);
            from.zip(until).map(|(from, until)| Period { from, until })
        },
        charge_number: c.opt_text()?,
        purchase_order: c.opt_text()?,
        partner_sku: c.opt_text()?,
        gl_code: c.opt_text()?,
        tax: line_tax(c)?,
        discounts: read_discounts(&c.text()?)?,
        amounts: LineAmounts {
            gross: c.int()?,
            discount: c.int()?,
            net: c.int()?,
            allowance: c.int()?,
            taxable: c.int()?,
            tax: c.int()?,
        },
    })
}

/// A row of [`LOAD_LINES`].
pub fn line_row(row: &Row<'_>) -> Result<Line> {
    line(&mut Columns::of(row))
}

/// A row of [`LOAD_LINES_AND_ITEMS`]: the line, and its item as it stands now.
pub fn line_and_item_row(row: &Row<'_>) -> Result<(Line, Option<ItemBrief>)> {
    let mut c = Columns::of(row);
    let line = line(&mut c)?;
    let Some(id) = c.opt_int()? else { return Ok((line, None)) };
    let item = ItemBrief {
        id: ItemId(id),
        name: c.text()?,
        kind: c.word(ItemKind::from_word)?,
        code: c.opt_text()?,
        external_key: c.opt_text()?,
        accounting_sku: c.opt_text()?,
        token: c.text()?,
        unit: c.text()?,
    };
    Ok((line, Some(item)))
}

/// A row of [`LOAD_TAXES`], or of a credit note's taxes.
pub fn tax_row(row: &Row<'_>) -> Result<TaxTotal> {
    tax_of(&mut Columns::of(row))
}

pub(crate) fn tax_of(c: &mut Columns<'_, '_>) -> Result<TaxTotal> {
    Ok(TaxTotal { tax: line_tax(c)?, base: c.int()?, amount: c.int()?, components: read_ints(&c.text()?)? })
}

/// A row of [`LOAD_ALLOWANCES`].
pub fn allowance_row(row: &Row<'_>) -> Result<Allowance> {
    allowance_of(&mut Columns::of(row))
}

pub(crate) fn allowance_of(c: &mut Columns<'_, '_>) -> Result<Allowance> {
    Ok(Allowance {
        is_charge: c.flag()?,
        discount: {
            let (name, code) = (c.text()?, c.opt_text()?);
            let by = discount_by(c.opt_int()?, c.opt_int()?)?;
            Discount { name, code, by, priority: c.int()? }
        },
        tax: c.opt_text()?.map(|text| read_tax(&text)).transpose()?,
        amount: c.int()?,
    })
}

/// The parts of one invoice, to be inserted together with many others.
#[derive(Clone, Copy, Debug)]
pub struct NewParts<'a> {
    pub invoice_id: InvoiceId,
    pub lines: &'a [Line],
    pub taxes: &'a [TaxTotal],
    pub allowances: &'a [Allowance],
}

pub async fn insert_many(tx: &mut Tx<'_>, parts: &[NewParts<'_>]) -> Result<()> {
    let tenant = tx.tenant();
    let mut lines = Batch::with_capacity(&INSERT_LINE, parts.iter().map(|part| part.lines.len()).sum());
    let mut taxes = Batch::with_capacity(&INSERT_TAX, parts.iter().map(|part| part.taxes.len()).sum());
    let mut allowances = Batch::with_capacity(&INSERT_ALLOWANCE, parts.iter().map(|part| part.allowances.len()).sum());
    for part in parts {
        for line in part.lines {
            lines.push([
                Value::from(tenant),
                Value::from(part.invoice_id),
                Value::from(line.position),
                Value::from(line.id),
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
                Value::from(line.tax.group_id),
                Value::from(line.tax.group_name.as_str()),
                Value::from(line.tax.category.word()),
                Value::from(write_components(&line.tax.components)),
                Value::from(line.tax.exemption.as_ref().map(|exemption| exemption.code.as_str())),
                Value::from(line.tax.exemption.as_ref().map(|exemption| exemption.reason.as_str())),
                Value::from(write_discounts(&line.discounts)),
                Value::from(line.amounts.gross),
                Value::from(line.amounts.discount),
                Value::from(line.amounts.net),
                Value::from(line.amounts.allowance),
                Value::from(line.amounts.taxable),
                Value::from(line.amounts.tax),
            ]);
        }
        for (position, tax) in (1_i64..).zip(part.taxes) {
            taxes.push(tax_values(tenant, part.invoice_id.0, position, tax));
        }
        for (position, allowance) in (1_i64..).zip(part.allowances) {
            let (percent, fixed) = match allowance.discount.by {
                DiscountBy::Percent(rate) => (Some(rate.0), None),
                DiscountBy::Fixed(minor) => (None, Some(minor)),
            };
            allowances.push([
                Value::from(tenant),
                Value::from(part.invoice_id),
                Value::from(position),
                Value::from(allowance.is_charge),
                Value::from(allowance.discount.name.as_str()),
                Value::from(allowance.discount.code.as_deref()),
                Value::from(percent),
                Value::from(fixed),
                Value::from(allowance.discount.priority),
                Value::from(allowance.tax.as_ref().map(write_tax)),
                Value::from(allowance.amount),
            ]);
        }
    }
    tx.insert_many(&INSERT_LINE, &lines).await?;
    tx.insert_many(&INSERT_TAX, &taxes).await?;
    tx.insert_many(&INSERT_ALLOWANCE, &allowances).await?;
    Ok(())
}

/// A tax total's row; `invoice_taxes` and `credit_note_taxes` have the same columns.
pub(crate) fn tax_values<'a>(
    tenant: domain::id::TenantId,
    document: i64,
    position: i64,
    tax: &'a TaxTotal,
) -> [Value<'a>; 12] {
    [
        Value::from(tenant),
        Value::from(document),
        Value::from(position),
        Value::from(tax.tax.group_id),
        Value::from(tax.tax.group_name.as_str()),
        Value::from(tax.tax.category.word()),
        Value::from(write_components(&tax.tax.components)),
        Value::from(write_list(&tax.components)),
        Value::from(tax.tax.exemption.as_ref().map(|exemption| exemption.code.as_str())),
        Value::from(tax.tax.exemption.as_ref().map(|exemption| exemption.reason.as_str())),
        Value::from(tax.base),
        Value::from(tax.amount),
    ]
}

/// Takes the parts of a draft, or of a revision that was put away, out.
pub async fn delete(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&DELETE_LINES, params![tenant, invoice]).await?;
    tx.exec(&DELETE_TAXES, params![tenant, invoice]).await?;
    tx.exec(&DELETE_ALLOWANCES, params![tenant, invoice]).await?;
    Ok(())
}

pub async fn lines(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<Line>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_LINES, params![tenant, invoice], line_row).await
}

/// Lines of several invoices at once, by invoice and position.
pub async fn lines_of(tx: &mut Tx<'_>, invoices: &[InvoiceId]) -> Result<Vec<(InvoiceId, Line)>> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = invoices.iter().map(|id| id.0).collect();
    tx.all(&LOAD_LINES_OF, params![tenant, ids.as_slice()], |row| {
        let mut c = Columns::of(row);
        Ok((InvoiceId(c.int()?), line(&mut c)?))
    })
    .await
}

pub async fn taxes(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<TaxTotal>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_TAXES, params![tenant, invoice], tax_row).await
}

pub async fn allowances(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<Allowance>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_ALLOWANCES, params![tenant, invoice], allowance_row).await
}

/// Keeps the places of lines that a correction drops.
pub async fn retire(tx: &mut Tx<'_>, invoice: InvoiceId, lines: &[&Line], at: Timestamp) -> Result<()> {
    let tenant = tx.tenant();
    let mut rows = Batch::with_capacity(&INSERT_RETIRED, lines.len());
    for line in lines {
        rows.push([
            Value::from(tenant),
            Value::from(invoice),
            Value::from(line.position),
            Value::from(line.id),
            Value::from(line.item_code.as_deref()),
            Value::from(line.description.as_str()),
            Value::from(line.period.map(|period| period.from)),
            Value::from(line.period.map(|period| period.until)),
            Value::from(at),
        ]);
    }
    tx.insert_many(&INSERT_RETIRED, &rows).await.map(drop)
}

/// A superseded revision: the whole document as canonical JSON text with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub revision: i64,
    pub content: String,
    pub content_hash: String,
    pub reason: String,
    pub superseded_at: Timestamp,
}

pub async fn insert_revision(tx: &mut Tx<'_>, invoice: InvoiceId, revision: &Revision) -> Result<()> {
    let row = params![
        tx.tenant(),
        invoice,
        revision.revision,
        revision.content.as_str(),
        revision.content_hash.as_str(),
        revision.reason.as_str(),
        revision.superseded_at,
    ];
    tx.insert(&INSERT_REVISION, row).await
}

pub async fn revisions(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<Revision>> {
    let tenant = tx.tenant();
    tx.all(&LIST_REVISIONS, params![tenant, invoice], |row| {
        let mut c = Columns::of(row);
        Ok(Revision {
            revision: c.int()?,
            content: c.text()?,
            content_hash: c.text()?,
            reason: c.text()?,
            superseded_at: c.instant()?,
        })
    })
    .await
}
