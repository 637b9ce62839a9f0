//! What a credit note gives back.
//!
//! Against an invoice it is computed in the invoice's frozen mode: the tax of a note is what its group (or, in
//! per-line mode, its line) has left less the rounded tax on what stays. So partial notes, in any number and
//! order, close at exactly the invoice's tax when everything is credited. A note of its own computes tax like
//! an invoice; an amount-only note carries none.

mod left;

use super::{CreditNoteLine, NoteDocument};
use crate::id::{CreditNoteLineId, LineId};
use crate::invoice::totals::{DraftInput, DraftLine, compute};
use crate::invoice::{Document, Line, TaxTotal};
use crate::money::rounding::{line_gross, mul_div};
use crate::money::{Currency, Decimal, Money, add, split, sum};
use crate::refusal::Refusal;
use crate::tax::{PriceMode, TaxRounding};
use left::{Basis, Credit, take_by_base, take_by_gross};

/// How much of an invoice line to give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditBy {
    /// Minor units, without tax in exclusive mode and with it in inclusive.
    Amount(i64),
    /// So many units; credits by quantity telescope over the line's quantity.
    Quantity(Decimal),
    /// All that is left of it.
    Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditWish {
    pub line: LineId,
    pub by: CreditBy,
}

/// One row of a computed note; amounts as in [`CreditNoteLine`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputedNoteLine {
    pub invoice_line_id: Option<LineId>,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub gross: i64,
    pub taxable: i64,
    pub tax: i64,
}

/// What a note comes to, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputedNote {
    pub lines: Vec<ComputedNoteLine>,
    pub taxes: Vec<TaxTotal>,
    pub ex_tax: i64,
    pub tax: i64,
    pub total: i64,
}

/// Credits lines of an issued invoice. `earlier` are its notes: issued ones count, others are ignored. A line
/// named twice is credited twice, never beyond what it has. Refuses in this order: `NotIssued`, `AlreadyVoid`;
/// `NoLines` without wishes; per wish `UnknownLine`, `NotPositive`, `ExceedsCreditable` (more than the line or
/// its tax group has left, negative lines have nothing); at last `ExceedsCreditable` for more than the
/// invoice's total.
pub fn credit_lines(
    document: &Document,
    earlier: &[NoteDocument],
    wishes: &[CreditWish],
) -> Result<ComputedNote, Refusal> {
    let mut basis = Basis::new(document, earlier)?;
    if wishes.is_empty() {
        return Err(Refusal::NoLines { invoice: document.invoice.id });
    }
    let mut credits = Vec::with_capacity(wishes.len());
    for wish in wishes {
        credits.push(basis.wish(wish)?);
    }
    let mut parts = vec![(0, 0); credits.len()];
    let mut taken = Vec::new();
    for group in 0..basis.groups.len() {
        let members: Vec<usize> = (0..credits.len()).filter(|&i| basis.lines[credits[i].line].group == group).collect();
        if members.is_empty() {
            continue;
        }
        taken.push((group, take_wishes(&mut basis, group, &members, &credits, &mut parts)?));
    }
    basis.finish(credits, parts, taken)
}

/// Everything that is left of an invoice's lines. `ExceedsCreditable` when nothing is.
pub fn credit_everything(document: &Document, earlier: &[NoteDocument]) -> Result<ComputedNote, Refusal> {
    let basis = Basis::new(document, earlier)?;
    let wishes: Vec<CreditWish> = basis
        .lines
        .iter()
        .filter(|line| line.left > 0)
        .map(|line| CreditWish { line: line.line.id, by: CreditBy::Rest })
        .collect();
    match document.lines.first() {
        Some(first) if wishes.is_empty() => Err(basis.exceeds(first.id, 0, 1)),
        _ => credit_lines(document, earlier, &wishes),
    }
}

/// A note of exactly `total`, tax included, over all lines in proportion to what each has left (a refund by
/// credit note). Refuses in this order: `NotIssued`, `AlreadyVoid`, `NoLines`, `NotPositive`,
/// `ExceedsCreditable`.
pub fn credit_total(document: &Document, earlier: &[NoteDocument], total: i64) -> Result<ComputedNote, Refusal> {
    let mut basis = Basis::new(document, earlier)?;
    let Some(first) = document.lines.first() else {
        return Err(Refusal::NoLines { invoice: document.invoice.id });
    };
    if total <= 0 {
        return Err(Refusal::NotPositive { what: "credit" });
    }
    let capacities = basis.capacities()?;
    let capacity = sum(capacities.iter().copied(), "credit")?;
    if total > capacity {
        return Err(basis.exceeds(first.id, capacity, total));
    }
    let (mut credits, mut parts, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for (group, gross) in split::in_proportion(total, &capacities).into_iter().enumerate() {
        if gross == 0 {
            continue;
        }
        taken.push((group, basis.take_total(group, gross, &mut credits, &mut parts)?));
    }
    basis.finish(credits, parts, taken)
}

/// Base and tax of one group's wishes; fills each member's (taxable, tax).
fn take_wishes(
    basis: &mut Basis<'_>,
    group: usize,
    members: &[usize],
    credits: &[Credit],
    parts: &mut [(i64, i64)],
) -> Result<(i64, i64), Refusal> {
    let mode = basis.document.invoice.price_mode;
    let rate = basis.groups[group].rate.rate;
    let take = match mode {
        PriceMode::Exclusive => take_by_base,
        PriceMode::Inclusive => take_by_gross,
    };
    match basis.document.invoice.tax_rounding {
        TaxRounding::PerGroup => {
            let amounts: Vec<i64> = members.iter().map(|&i| credits[i].amount).collect();
            let held = &basis.groups[group];
            let (base, tax) = take(held.base_left, held.tax_left, rate, sum(amounts.iter().copied(), "credit")?)?;
            for (&i, part) in members.iter().zip(left::display(mode, rate, &amounts, tax)) {
                parts[i] = part;
            }
            Ok((base, tax))
        }
        TaxRounding::PerLine => {
            let mut whole = (0, 0);
            for &i in members {
                let line = &mut basis.lines[credits[i].line];
                let (base, tax) = take(line.base_left, line.tax_left, rate, credits[i].amount)?;
                line.base_left -= base;
                line.tax_left -= tax;
                whole = (add(whole.0, base, "credit")?, add(whole.1, tax, "tax")?);
                parts[i] = (base, tax);
            }
            Ok(whole)
        }
    }
}

/// A note of its own: priced and taxed like an invoice. Refuses what [`compute`] refuses, then `NotPositive` for
/// a line that gives nothing back.
pub fn standalone(input: &DraftInput) -> Result<ComputedNote, Refusal> {
    let computed = compute(input)?;
    let mut lines = Vec::with_capacity(input.lines.len());
    for (draft, (_, amounts)) in input.lines.iter().zip(&computed.lines) {
        if amounts.gross <= 0 {
            return Err(Refusal::NotPositive { what: "credit" });
        }
        let gross = match input.price_mode {
            PriceMode::Exclusive => amounts.taxable,
            PriceMode::Inclusive => amounts.taxable + amounts.tax,
        };
        lines.push(ComputedNoteLine {
            invoice_line_id: None,
            quantity: draft.quantity,
            unit_price: draft.unit_price,
            gross,
            taxable: amounts.taxable,
            tax: amounts.tax,
        });
    }
    let totals = computed.totals;
    Ok(ComputedNote { lines, taxes: computed.taxes, ex_tax: totals.ex_tax, tax: totals.tax, total: totals.total })
}

/// A pure amount without lines or tax. `NotPositive`.
pub fn amount_only(amount: Money) -> Result<ComputedNote, Refusal> {
    if !amount.is_positive() {
        return Err(Refusal::NotPositive { what: "credit" });
    }
    let total = amount.minor;
    Ok(ComputedNote { lines: Vec::new(), taxes: Vec::new(), ex_tax: total, tax: 0, total })
}

impl CreditNoteLine {
    /// The row that gives back a part of an invoice line.
    pub fn of_invoice_line(id: CreditNoteLineId, position: i64, line: &Line, computed: &ComputedNoteLine) -> Self {
        CreditNoteLine {
            id,
            position,
            invoice_line_id: Some(line.id),
            item_id: line.item_id,
            item_code: line.item_code.clone(),
            name: line.name.clone(),
            description: line.description.clone(),
            quantity: computed.quantity,
            unit_price: computed.unit_price,
            tax_treatment: line.tax.clone(),
            gross: computed.gross,
            taxable: computed.taxable,
            tax: computed.tax,
        }
    }

    /// The row of a note of its own.
    pub fn of_draft(id: CreditNoteLineId, position: i64, draft: &DraftLine, computed: &ComputedNoteLine) -> Self {
        CreditNoteLine {
            id,
            position,
            invoice_line_id: None,
            item_id: draft.item_id,
            item_code: draft.item_code.clone(),
            name: draft.name.clone(),
            description: draft.description.clone(),
            quantity: computed.quantity,
            unit_price: computed.unit_price,
            tax_treatment: draft.tax.clone(),
            gross: computed.gross,
            taxable: computed.taxable,
            tax: computed.tax,
        }
    }
}

/// The unit price that a note prints: the line's own when quantity and price make the amount, else the amount
/// per unit, as exact as it fits.
fn printed_price(line: &Line, quantity: Decimal, gross: i64, currency: Currency) -> Decimal {
    if line_gross(quantity, line.unit_price, currency) == Ok(gross) {
        return line.unit_price;
    }
    let exponent = u32::from(currency.exponent());
    for scale in [Decimal::MAX_SCALE, 6, currency.exponent()] {
        let up = 10_i128.pow(u32::from(scale) + u32::from(quantity.scale()));
        let down = 10_i128.pow(exponent) * i128::from(quantity.mantissa());
        if let Ok(mantissa) = mul_div(i128::from(gross), up, down, "unit price")
            && let Some(price) = Decimal::from_parts(mantissa, scale)
        {
            return price;
        }
    }
    line.unit_price
}

/// An amount as the price of one.
fn price_of(gross: i64, currency: Currency) -> Decimal {
    Decimal::from_parts(gross, currency.exponent()).expect("a currency has at most four decimals")
}

#[cfg(test)]
mod tests;
