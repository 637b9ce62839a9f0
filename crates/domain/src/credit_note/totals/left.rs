//! What is left to credit of an invoice: per line, per tax group, and of the whole.

use super::{ComputedNote, ComputedNoteLine, CreditBy, CreditWish, price_of, printed_price};
use crate::credit_note::NoteDocument;
use crate::id::LineId;
use crate::invoice::totals::group::{display_within, tax_on, tax_within};
use crate::invoice::{Document, Line, LineTax, State, TaxTotal};
use crate::money::rounding::mul_div;
use crate::money::{Decimal, Rate, add, split, sub, sum};
use crate::refusal::Refusal;
use crate::tax::{EffectiveRate, PriceMode, TaxRounding};

pub(super) struct Basis<'a> {
    pub document: &'a Document,
    pub lines: Vec<LineLeft<'a>>,
    pub groups: Vec<GroupLeft<'a>>,
    /// The invoice's total less its issued notes.
    total_left: i64,
}

pub(super) struct LineLeft<'a> {
    pub line: &'a Line,
    /// Index into the groups.
    pub group: usize,
    /// In the mode's unit: without tax (exclusive) or with it (inclusive).
    whole: i64,
    pub left: i64,
    pub base_left: i64,
    pub tax_left: i64,
    /// As printed on the notes: a credit by amount prints one at its amount.
    credited_quantity: Decimal,
}

pub(super) struct GroupLeft<'a> {
    key: &'a LineTax,
    pub rate: EffectiveRate,
    pub base_left: i64,
    pub tax_left: i64,
    /// In the mode's unit, less what this note's wishes took.
    left: i64,
}

/// One wish, checked: so much of the mode's unit of a line.
pub(super) struct Credit {
    /// Index into the basis' lines.
    pub line: usize,
    pub amount: i64,
    quantity: Decimal,
    unit_price: Decimal,
}

impl<'a> Basis<'a> {
    /// `NotIssued`, `AlreadyVoid`.
    pub fn new(document: &'a Document, earlier: &[NoteDocument]) -> Result<Basis<'a>, Refusal> {
        let invoice = &document.invoice;
        invoice.require_issued()?;
        let mut basis = Basis { document, lines: Vec::new(), groups: Vec::new(), total_left: invoice.totals.total };
        for total in &document.taxes {
            basis.group_of(&total.tax)?;
        }
        for (group, total) in basis.groups.iter_mut().zip(&document.taxes) {
            (group.base_left, group.tax_left) = (total.base, total.amount);
        }
        for line in &document.lines {
            let group = basis.group_of(&line.tax)?;
            let amounts = line.amounts;
            let whole = match invoice.price_mode {
                PriceMode::Exclusive => amounts.taxable,
                PriceMode::Inclusive => add(amounts.taxable, amounts.tax, "gross")?,
            };
            basis.lines.push(LineLeft {
                line,
                group,
                whole,
                left: whole,
                base_left: amounts.taxable,
                tax_left: amounts.tax,
                credited_quantity: Decimal::ZERO,
            });
        }
        let is_counted =
            |note: &&NoteDocument| note.note.state == State::Issued && note.note.invoice_id == Some(invoice.id);
        for note in earlier.iter().filter(is_counted) {
            basis.subtract(note)?;
        }
        for group in &mut basis.groups {
            group.left = match invoice.price_mode {
                PriceMode::Exclusive => group.base_left,
                PriceMode::Inclusive => add(group.base_left, group.tax_left, "gross")?,
            };
        }
        Ok(basis)
    }

    fn group_of(&mut self, tax: &'a LineTax) -> Result<usize, Refusal> {
        if let Some(index) = self.groups.iter().position(|group| group.key.is_same_group(tax)) {
            return Ok(index);
        }
        let rate = EffectiveRate::of(&tax.components)?;
        self.groups.push(GroupLeft { key: tax, rate, base_left: 0, tax_left: 0, left: 0 });
        Ok(self.groups.len() - 1)
    }

    fn subtract(&mut self, note: &NoteDocument) -> Result<(), Refusal> {
        self.total_left = sub(self.total_left, note.note.total, "credit")?;
        for credited in &note.lines {
            let Some(line) = self.lines.iter_mut().find(|line| Some(line.line.id) == credited.invoice_line_id) else {
                continue;
            };
            line.left = sub(line.left, credited.gross, "credit")?;
            line.base_left = sub(line.base_left, credited.taxable, "credit")?;
            line.tax_left = sub(line.tax_left, credited.tax, "tax")?;
            line.credited_quantity = line.credited_quantity.checked_add(credited.quantity)?;
        }
        for total in &note.taxes {
            if let Some(group) = self.groups.iter_mut().find(|group| group.key.is_same_group(&total.tax)) {
                group.base_left = sub(group.base_left, total.base, "credit")?;
                group.tax_left = sub(group.tax_left, total.amount, "tax")?;
            }
        }
        Ok(())
    }

    pub fn exceeds(&self, line: LineId, left: i64, asked: i64) -> Refusal {
        let money = |minor| self.document.invoice.money(minor);
        Refusal::ExceedsCreditable { line, left: money(left.max(0)), asked: money(asked) }
    }

    /// Checks a wish and takes it from its line and group.
    pub fn wish(&mut self, wish: &CreditWish) -> Result<Credit, Refusal> {
        let currency = self.document.invoice.currency;
        let index = self
            .lines
            .iter()
            .position(|line| line.line.id == wish.line)
            .ok_or(Refusal::UnknownLine { line: wish.line })?;
        let line = &self.lines[index];
        let left = line.left.min(self.groups[line.group].left).max(0);
        let is_untouched = line.left == line.whole;
        let (amount, quantity) = match wish.by {
            CreditBy::Amount(amount) if amount <= 0 => return Err(Refusal::NotPositive { what: "credit" }),
            CreditBy::Amount(amount) => (amount, None),
            CreditBy::Rest if left == 0 => return Err(self.exceeds(wish.line, 0, line.left.max(0))),
            CreditBy::Rest => (left, is_untouched.then_some(line.line.quantity)),
            CreditBy::Quantity(quantity) => (self.by_quantity(line, left, quantity)?, Some(quantity)),
        };
        if amount <= 0 {
            return Err(Refusal::NotPositive { what: "credit" });
        }
        if amount > left {
            return Err(self.exceeds(wish.line, left, amount));
        }
        let (quantity, unit_price) = match quantity {
            Some(quantity) if quantity.is_positive() => {
                (quantity, printed_price(line.line, quantity, amount, currency))
            }
            _ => (Decimal::ONE, price_of(amount, currency)),
        };
        let line = &mut self.lines[index];
        line.left -= amount;
        line.credited_quantity = line.credited_quantity.checked_add(quantity)?;
        self.groups[line.group].left -= amount;
        Ok(Credit { line: index, amount, quantity, unit_price })
    }

    /// `C(before + quantity) - C(before)` with `C(x) = round(whole * x / line quantity)`, where the credits
    /// before were by quantity: their amount is what their quantity comes to. After credits by amount, `C` of
    /// the quantity alone.
    fn by_quantity(&self, line: &LineLeft<'_>, left: i64, quantity: Decimal) -> Result<i64, Refusal> {
        if !quantity.is_positive() {
            return Err(Refusal::NotPositive { what: "quantity" });
        }
        let of = line.line.quantity;
        if !of.is_positive() {
            return Err(self.exceeds(line.line.id, 0, 0));
        }
        let scale = Decimal::MAX_SCALE;
        let at = |x: Decimal| mul_div(i128::from(line.whole), x.at_scale(scale), of.at_scale(scale), "credit");
        let credited = sub(line.whole, line.left, "credit")?;
        let is_by_quantity = at(line.credited_quantity)? == credited;
        let before = if is_by_quantity { line.credited_quantity } else { Decimal::ZERO };
        let until = before.checked_add(quantity)?;
        let amount = sub(at(until)?, at(before)?, "credit")?;
        if until > of {
            return Err(self.exceeds(line.line.id, left, amount));
        }
        // A unit of rounding that credits by amount left short is not the caller's concern.
        Ok(if amount - left == 1 { left } else { amount })
    }

    /// What each group can still give back, tax included.
    pub fn capacities(&self) -> Result<Vec<i64>, Refusal> {
        let mut capacities = Vec::with_capacity(self.groups.len());
        for (index, group) in self.groups.iter().enumerate() {
            let open = || self.lines.iter().filter(|line| line.group == index && line.left > 0);
            let gross_left = add(group.base_left, group.tax_left, "gross")?.max(0);
            let lines = match (self.document.invoice.price_mode, self.document.invoice.tax_rounding) {
                (PriceMode::Inclusive, _) => sum(open().map(|line| line.left), "gross")?,
                (PriceMode::Exclusive, TaxRounding::PerLine) => {
                    sum(open().flat_map(|line| [line.base_left, line.tax_left.max(0)]), "gross")?
                }
                (PriceMode::Exclusive, TaxRounding::PerGroup) => {
                    let base = sum(open().map(|line| line.left), "gross")?;
                    // Without charges and negative lines the lines are the group; else their part of it.
                    if base >= group.base_left {
                        gross_left
                    } else {
                        add(base, tax_on(base, group.rate.rate)?, "gross")?
                    }
                }
            };
            capacities.push(lines.min(gross_left));
        }
        Ok(capacities)
    }

    /// Takes `gross` (with tax) from a group and shares it over its lines.
    pub fn take_total(
        &mut self,
        group: usize,
        gross: i64,
        credits: &mut Vec<Credit>,
        parts: &mut Vec<(i64, i64)>,
    ) -> Result<(i64, i64), Refusal> {
        let currency = self.document.invoice.currency;
        let mode = self.document.invoice.price_mode;
        let rate = self.groups[group].rate.rate;
        let take = match mode {
            PriceMode::Exclusive => take_total_of_base,
            PriceMode::Inclusive => take_by_gross,
        };
        let open: Vec<usize> =
            (0..self.lines.len()).filter(|&i| self.lines[i].group == group && self.lines[i].left > 0).collect();
        let mut push = |line: usize, amount: i64, part: (i64, i64)| {
            credits.push(Credit { line, amount, quantity: Decimal::ONE, unit_price: price_of(amount, currency) });
            parts.push(part);
        };
        if self.document.invoice.tax_rounding == TaxRounding::PerLine {
            let weights: Vec<i64> =
                open.iter().map(|&i| self.lines[i].base_left + self.lines[i].tax_left.max(0)).collect();
            let mut whole = (0, 0);
            for (&i, share) in open.iter().zip(split::in_proportion(gross, &weights)) {
                if share == 0 {
                    continue;
                }
                let line = &self.lines[i];
                let (base, tax) = take(line.base_left, line.tax_left, rate, share)?;
                whole = (add(whole.0, base, "credit")?, add(whole.1, tax, "tax")?);
                push(i, if mode == PriceMode::Exclusive { base } else { share }, (base, tax));
            }
            return Ok(whole);
        }
        let held = &self.groups[group];
        let (base, tax) = take(held.base_left, held.tax_left, rate, gross)?;
        let weights: Vec<i64> = open.iter().map(|&i| self.lines[i].left).collect();
        let in_unit = if mode == PriceMode::Exclusive { base } else { gross };
        let available = sum(weights.iter().copied(), "credit")?;
        if in_unit > available {
            let line = open.first().map_or(self.document.lines[0].id, |&i| self.lines[i].line.id);
            return Err(self.exceeds(line, available, in_unit));
        }
        let amounts = split::in_proportion(in_unit, &weights);
        for ((&i, &amount), part) in open.iter().zip(&amounts).zip(display(mode, rate, &amounts, tax)) {
            if amount != 0 || part.1 != 0 {
                push(i, amount, part);
            }
        }
        Ok((base, tax))
    }

    /// The note, after the check against the invoice's total.
    pub fn finish(
        self,
        credits: Vec<Credit>,
        parts: Vec<(i64, i64)>,
        taken: Vec<(usize, (i64, i64))>,
    ) -> Result<ComputedNote, Refusal> {
        let taxes: Vec<TaxTotal> = taken
            .into_iter()
            .map(|(group, (base, amount))| {
                let group = &self.groups[group];
                TaxTotal { tax: group.key.clone(), base, amount, components: group.rate.split(amount) }
            })
            .collect();
        let ex_tax = sum(taxes.iter().map(|total| total.base), "credit")?;
        let tax = sum(taxes.iter().map(|total| total.amount), "tax")?;
        let total = add(ex_tax, tax, "credit")?;
        if let Some(last) = credits.last()
            && total > self.total_left
        {
            return Err(self.exceeds(self.lines[last.line].line.id, self.total_left, total));
        }
        let lines = credits
            .into_iter()
            .zip(parts)
            .map(|(credit, (taxable, tax))| ComputedNoteLine {
                invoice_line_id: Some(self.lines[credit.line].line.id),
                quantity: credit.quantity,
                unit_price: credit.unit_price,
                gross: credit.amount,
                taxable,
                tax,
            })
            .collect();
        Ok(ComputedNote { lines, taxes, ex_tax, tax, total })
    }
}

/// `tax_left - round(base_left_after * rate)`, on an amount without tax: (base, tax).
pub(super) fn take_by_base(base_left: i64, tax_left: i64, rate: Rate, base: i64) -> Result<(i64, i64), Refusal> {
    let after = tax_on(sub(base_left, base, "credit")?.max(0), rate)?;
    Ok((base, sub(tax_left, after, "tax")?.clamp(0, tax_left.max(0))))
}

/// `tax_left - round(gross_left_after * r / (1 + r))`, on an amount with tax: (base, tax). Neither goes beyond
/// what is left of it.
pub(super) fn take_by_gross(base_left: i64, tax_left: i64, rate: Rate, gross: i64) -> Result<(i64, i64), Refusal> {
    let gross_left = add(base_left, tax_left, "gross")?;
    let gross_after = sub(gross_left, gross, "credit")?.max(0);
    let after = tax_within(gross_after, rate)?;
    take_leaving(base_left, tax_left, after, gross)
}

/// [`take_by_gross`] where what stays is credited by base later: as long as any gross stays, so does a unit of
/// base, or tax would stay behind that no base can close.
pub(super) fn take_total_of_base(base_left: i64, tax_left: i64, rate: Rate, gross: i64) -> Result<(i64, i64), Refusal> {
    let gross_left = add(base_left, tax_left, "gross")?;
    let gross_after = sub(gross_left, gross, "credit")?.max(0);
    let after = tax_within(gross_after, rate)?.min((gross_after - 1).max(0));
    take_leaving(base_left, tax_left, after, gross)
}

fn take_leaving(base_left: i64, tax_left: i64, tax_after: i64, gross: i64) -> Result<(i64, i64), Refusal> {
    let least = sub(gross, base_left, "credit")?.max(0);
    let most = tax_left.max(0).min(gross).max(least);
    let tax = sub(tax_left, tax_after, "tax")?.clamp(least, most);
    Ok((gross - tax, tax))
}

/// Each line's (taxable, displayed tax) of a group's credit; `amounts` in the mode's unit.
pub(super) fn display(mode: PriceMode, rate: Rate, amounts: &[i64], tax: i64) -> Vec<(i64, i64)> {
    match mode {
        PriceMode::Exclusive => {
            let numerators: Vec<i128> =
                amounts.iter().map(|&amount| i128::from(amount) * i128::from(rate.parts())).collect();
            let bounds = vec![(0, i64::MAX); amounts.len()];
            let taxes = split::bounded(tax, &numerators, i128::from(Rate::ONE.parts()), &bounds);
            amounts.iter().copied().zip(taxes).collect()
        }
        PriceMode::Inclusive => {
            let taxes = display_within(tax, amounts, rate);
            amounts.iter().zip(taxes).map(|(amount, tax)| (amount - tax, tax)).collect()
        }
    }
}
