//! What a document comes to. The order of computation, once and for all modes: quantity, line gross, line
//! discounts, document allowances, tax per group, total. Pure: the same input gives the same result for ever.

mod discount;
pub(crate) mod group;

use super::{Allowance, AppliedDiscount, Discount, Line, LineAmounts, LineKind, LineTax, Period, TaxTotal, Totals};
use crate::id::{ItemId, LineId};
use crate::money::rounding::line_gross_prorated;
use crate::money::{Currency, Decimal, split, sub, sum};
use crate::refusal::Refusal;
use crate::tax::{PriceMode, TaxRounding};
use group::{Group, Part};

/// More lines than this on one document are refused.
pub const MAX_LINES: usize = 10_000;

/// A line as asked for: everything of a [`Line`] but its id, position and amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftLine {
    pub kind: LineKind,
    pub item_id: Option<ItemId>,
    pub item_code: Option<String>,
    pub name: String,
    pub description: String,
    pub unit: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub period: Option<Period>,
    pub charge_number: Option<String>,
    pub purchase_order: Option<String>,
    pub partner_sku: Option<String>,
    pub gl_code: Option<String>,
    pub tax: LineTax,
    pub discounts: Vec<Discount>,
    /// The share of the price that is billed, (days, days of the full period); `None` bills all of it.
    pub prorate: Option<(i64, i64)>,
    /// What the line comes to before its discounts where that was decided before: a stored line that goes on as it
    /// is, prorated or not. Minor units; `None` prices it.
    pub gross_minor: Option<i64>,
}

impl DraftLine {
    /// One of something at a price, with nothing else.
    pub fn new(name: &str, quantity: Decimal, unit_price: Decimal, tax: LineTax) -> DraftLine {
        DraftLine {
            kind: LineKind::OneTime,
            item_id: None,
            item_code: None,
            name: name.to_owned(),
            description: String::new(),
            unit: String::new(),
            quantity,
            unit_price,
            period: None,
            charge_number: None,
            purchase_order: None,
            partner_sku: None,
            gl_code: None,
            tax,
            discounts: Vec::new(),
            prorate: None,
            gross_minor: None,
        }
    }
}

impl From<&Line> for DraftLine {
    /// The line as it could be asked for again (a correction starts from here). A prorated line keeps no
    /// share: its caller computes it again.
    fn from(line: &Line) -> DraftLine {
        DraftLine {
            kind: line.kind,
            item_id: line.item_id,
            item_code: line.item_code.clone(),
            name: line.name.clone(),
            description: line.description.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            period: line.period,
            charge_number: line.charge_number.clone(),
            purchase_order: line.purchase_order.clone(),
            partner_sku: line.partner_sku.clone(),
            gl_code: line.gl_code.clone(),
            tax: line.tax.clone(),
            discounts: line.discounts.iter().map(|applied| applied.discount.clone()).collect(),
            prorate: None,
            gross_minor: None,
        }
    }
}

impl Line {
    /// The stored line of a draft and what [`compute`] made of it. A one-time line below zero is stored as
    /// an adjustment: only adjustments may be negative.
    pub fn from_draft(
        id: LineId,
        position: i64,
        draft: DraftLine,
        (discounts, amounts): (Vec<AppliedDiscount>, LineAmounts),
    ) -> Line {
        let kind = match draft.kind {
            LineKind::OneTime if amounts.gross < 0 => LineKind::Adjustment,
            kind => kind,
        };
        Line {
            id,
            position,
            kind,
            item_id: draft.item_id,
            item_code: draft.item_code,
            name: draft.name,
            description: draft.description,
            unit: draft.unit,
            quantity: draft.quantity,
            unit_price: draft.unit_price,
            period: draft.period,
            charge_number: draft.charge_number,
            purchase_order: draft.purchase_order,
            partner_sku: draft.partner_sku,
            gl_code: draft.gl_code,
            tax: draft.tax,
            discounts,
            amounts,
        }
    }
}

/// An allowance (`false`) or charge (`true`) on the document, and a charge's own tax treatment; without one
/// a charge is untaxed.
pub type AskedAllowance = (bool, Discount, Option<LineTax>);

/// What [`compute`] works from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftInput {
    pub currency: Currency,
    pub price_mode: PriceMode,
    pub tax_rounding: TaxRounding,
    pub lines: Vec<DraftLine>,
    pub allowances: Vec<AskedAllowance>,
}

/// What a document comes to; `lines` and `allowances` in the order of the input, `taxes` in the order in
/// which their groups first appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    pub totals: Totals,
    pub lines: Vec<(Vec<AppliedDiscount>, LineAmounts)>,
    pub taxes: Vec<TaxTotal>,
    pub allowances: Vec<Allowance>,
}

/// Computes a document. Refuses in this order: `TooManyLines`; per line `PeriodReversed`, `RateOutOfRange`
/// and `Negative` discounts, `TooLarge`, `DiscountTooLarge` (a discount on a negative line); then the
/// document's allowances and charges likewise; the taxes' `TaxRateTooPrecise`; `NegativeTotal`.
pub fn compute(input: &DraftInput) -> Result<Computed, Refusal> {
    if input.lines.len() > MAX_LINES {
        return Err(Refusal::TooManyLines { limit: MAX_LINES });
    }
    let mut lines = Vec::with_capacity(input.lines.len());
    for (index, line) in input.lines.iter().enumerate() {
        lines.push(price_line(index, line, input.currency)?);
    }
    // What is left of each line after its own discounts: without tax in exclusive mode, with it in inclusive.
    let before: Vec<i64> = lines.iter().map(|(_, amounts)| amounts.gross - amounts.discount).collect();
    let (asked_off, asked_on) = discount::on_document(&input.allowances, &before)?;
    let off = allocate_allowances(sum(asked_off.iter().flatten().copied(), "allowances")?, &before);

    let untaxed = LineTax::untaxed();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (index, line) in input.lines.iter().enumerate() {
        group::add(&mut groups, &line.tax, Part { owner: index, before: before[index], off: off[index] })?;
    }
    for (index, amount) in asked_on.iter().enumerate() {
        if let &Some(before) = amount {
            let tax = input.allowances[index].2.as_ref().unwrap_or(&untaxed);
            // Charges stand behind the lines: their owner numbers continue.
            group::add(&mut groups, tax, Part { owner: lines.len() + index, before, off: 0 })?;
        }
    }

    let mut charged = vec![0_i64; input.allowances.len()];
    let mut taxes = Vec::with_capacity(groups.len());
    let mut allowances_total = Vec::with_capacity(groups.len());
    for group in &groups {
        let taxed = group.tax(input.price_mode, input.tax_rounding)?;
        for (part, result) in group.parts.iter().zip(&taxed.parts) {
            match lines.get_mut(part.owner) {
                Some((_, amounts)) => {
                    amounts.net = result.net;
                    amounts.allowance = result.allowance;
                    amounts.taxable = result.taxable;
                    amounts.tax = result.tax;
                }
                None => charged[part.owner - input.lines.len()] = result.net,
            }
            allowances_total.push(result.allowance);
        }
        taxes.push(group.total(taxed.base, taxed.amount));
    }

    let net = sum(lines.iter().map(|(_, amounts)| amounts.net), "net")?;
    let allowance_total = sum(allowances_total, "allowances")?;
    let charges = sum(charged.iter().copied(), "charges")?;
    let ex_tax = sum([net, -allowance_total, charges], "total")?;
    let tax = sum(taxes.iter().map(|total| total.amount), "tax")?;
    let total = sum([ex_tax, tax], "total")?;
    if total < 0 {
        return Err(Refusal::NegativeTotal);
    }
    let totals = Totals { net, allowances: allowance_total, charges, ex_tax, tax, total, rounding: 0 };
    let allowances = name_allowances(&input.allowances, &asked_off, &charged, allowance_total);
    Ok(Computed { totals, lines, taxes, allowances })
}

/// Gross and discounts of one line; net, allowance, taxable and tax wait for the document.
fn price_line(
    index: usize,
    line: &DraftLine,
    currency: Currency,
) -> Result<(Vec<AppliedDiscount>, LineAmounts), Refusal> {
    if line.period.is_some_and(|period| period.until <= period.from) {
        return Err(Refusal::PeriodReversed { line: index });
    }
    discount::check(&line.discounts)?;
    let gross = match line.gross_minor {
        Some(decided) => decided,
        None => line_gross_prorated(line.quantity, line.unit_price, line.prorate.unwrap_or((1, 1)), currency)?,
    };
    let discounts = discount::on_line(&line.discounts, gross)?;
    let discount = sum(discounts.iter().map(|applied| applied.amount), "discount")?;
    Ok((discounts, LineAmounts { gross, discount, ..LineAmounts::default() }))
}

/// Document allowances over the positive lines by largest remainder, none above what its line has.
fn allocate_allowances(total: i64, before: &[i64]) -> Vec<i64> {
    if total == 0 {
        return vec![0; before.len()];
    }
    let weights: Vec<i64> = before.iter().map(|&amount| amount.max(0)).collect();
    split::in_proportion(total, &weights)
}

/// The allowances and charges with the amounts they came to, without tax in every mode. In inclusive mode the
/// asked amounts contain tax; the document's allowance without tax is shared in their proportion.
fn name_allowances(
    asked: &[AskedAllowance],
    asked_off: &[Option<i64>],
    charged: &[i64],
    allowance_total: i64,
) -> Vec<Allowance> {
    let weights: Vec<i64> = asked_off.iter().map(|amount| amount.unwrap_or(0)).collect();
    let shares =
        if allowance_total == 0 { vec![0; weights.len()] } else { split::in_proportion(allowance_total, &weights) };
    asked
        .iter()
        .enumerate()
        .map(|(index, (is_charge, discount, tax))| Allowance {
            is_charge: *is_charge,
            discount: discount.clone(),
            tax: if *is_charge { Some(tax.clone().unwrap_or_else(LineTax::untaxed)) } else { None },
            amount: if *is_charge { charged[index] } else { shares[index] },
        })
        .collect()
}

impl Totals {
    /// A document of nothing.
    pub const ZERO: Totals = Totals { net: 0, allowances: 0, charges: 0, ex_tax: 0, tax: 0, total: 0, rounding: 0 };

    /// What the customer pays: the total with its cash rounding (BT-115 before any settlement).
    pub fn payable(&self) -> Result<i64, Refusal> {
        sum([self.total, self.rounding], "total")
    }

    /// The total rounded to whole steps of cash (5 for Swiss rappen): the amount of BT-114, never in lines or
    /// taxes. `step` in minor units, positive.
    pub fn cash_rounding(&self, step: i64) -> Result<i64, Refusal> {
        if step <= 0 {
            return Err(Refusal::NotPositive { what: "cash step" });
        }
        let steps = crate::money::rounding::div_round_half_away(i128::from(self.total), i128::from(step));
        let rounded = crate::money::within_wide(steps * i128::from(step), "total")?;
        sub(rounded, self.total, "total")
    }
}

#[cfg(test)]
mod tests;
