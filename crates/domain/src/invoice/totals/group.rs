//! Tax per group, in the four modes: exclusive or inclusive prices, rounded per group or per line.

use crate::invoice::{LineTax, TaxTotal};
use crate::money::rounding::mul_div;
use crate::money::{Rate, split, sub, sum};
use crate::refusal::Refusal;
use crate::tax::{EffectiveRate, PriceMode, TaxRounding};

/// One line or charge within a group. Amounts contain tax in inclusive mode and not in exclusive.
pub(crate) struct Part {
    /// Index of the line; charges continue behind the lines.
    pub owner: usize,
    /// After its own discounts, before document allowances.
    pub before: i64,
    /// Its share of the document's allowances, none for charges and negative lines.
    pub off: i64,
}

/// All parts of one tax treatment.
pub(crate) struct Group<'a> {
    pub key: &'a LineTax,
    pub rate: EffectiveRate,
    pub parts: Vec<Part>,
}

/// One part's amounts without tax, and its displayed tax.
pub(crate) struct TaxedPart {
    pub net: i64,
    pub allowance: i64,
    pub taxable: i64,
    pub tax: i64,
}

pub(crate) struct Taxed {
    pub parts: Vec<TaxedPart>,
    pub base: i64,
    pub amount: i64,
}

impl LineTax {
    /// Out of scope, no rates: the treatment of what names none.
    pub fn untaxed() -> LineTax {
        LineTax {
            group_id: None,
            group_name: String::new(),
            category: crate::tax::TaxCategory::OutOfScope,
            components: Vec::new(),
            exemption: None,
        }
    }

    /// Whether both belong to one tax total: same category, exemption code and ordered chain of rates.
    pub fn is_same_group(&self, other: &LineTax) -> bool {
        self.category == other.category
            && self.components.len() == other.components.len()
            && self
                .components
                .iter()
                .zip(&other.components)
                .all(|(a, b)| (a.rate_id, a.rate, a.is_compound) == (b.rate_id, b.rate, b.is_compound))
            && self.exemption_code() == other.exemption_code()
    }

    fn exemption_code(&self) -> Option<&str> {
        self.exemption.as_ref().map(|exemption| exemption.code.as_str())
    }
}

/// Puts a part into its group, making the group when it is the first.
pub(crate) fn add<'a>(groups: &mut Vec<Group<'a>>, tax: &'a LineTax, part: Part) -> Result<(), Refusal> {
    if let Some(group) = groups.iter_mut().find(|group| group.key.is_same_group(tax)) {
        group.parts.push(part);
        return Ok(());
    }
    let rate = EffectiveRate::of(&tax.components)?;
    groups.push(Group { key: tax, rate, parts: vec![part] });
    Ok(())
}

/// `round(base * rate)`: tax on an amount without it.
pub(crate) fn tax_on(base: i64, rate: Rate) -> Result<i64, Refusal> {
    mul_div(i128::from(base), i128::from(rate.parts()), i128::from(Rate::ONE.parts()), "tax")
}

/// `round(gross * r / (1 + r))`: tax within an amount that contains it.
pub(crate) fn tax_within(gross: i64, rate: Rate) -> Result<i64, Refusal> {
    let rate = i128::from(rate.parts());
    mul_div(i128::from(gross), rate, i128::from(Rate::ONE.parts()) + rate, "tax")
}

impl Group<'_> {
    pub fn tax(&self, price_mode: PriceMode, rounding: TaxRounding) -> Result<Taxed, Refusal> {
        match (price_mode, rounding) {
            (PriceMode::Exclusive, rounding) => self.exclusive(rounding),
            (PriceMode::Inclusive, TaxRounding::PerGroup) => self.inclusive_per_group(),
            (PriceMode::Inclusive, TaxRounding::PerLine) => self.inclusive_per_line(),
        }
    }

    pub fn total(&self, base: i64, amount: i64) -> TaxTotal {
        TaxTotal { tax: self.key.clone(), base, amount, components: self.rate.split(amount) }
    }

    /// base = sum of taxables; tax = round(base * rate), or the sum of the lines' rounded taxes.
    fn exclusive(&self, rounding: TaxRounding) -> Result<Taxed, Refusal> {
        let rate = self.rate.rate;
        let taxables: Vec<i64> = self.parts.iter().map(|part| part.before - part.off).collect();
        let base = sum(taxables.iter().copied(), "tax base")?;
        let (amount, taxes) = match rounding {
            TaxRounding::PerGroup => {
                let amount = tax_on(base, rate)?;
                (amount, display_exclusive(amount, &taxables, rate))
            }
            TaxRounding::PerLine => {
                let taxes = taxables.iter().map(|&taxable| tax_on(taxable, rate)).collect::<Result<Vec<_>, _>>()?;
                (sum(taxes.iter().copied(), "tax")?, taxes)
            }
        };
        let parts = self
            .parts
            .iter()
            .zip(taxables)
            .zip(taxes)
            .map(|((part, taxable), tax)| TaxedPart { net: part.before, allowance: part.off, taxable, tax })
            .collect();
        Ok(Taxed { parts, base, amount })
    }

    /// With PG the group before and G after document allowances: N = PG - round(PG*r/(1+r)),
    /// tax = round(G*r/(1+r)), base = G - tax, allowance = N - base.
    ///
    /// Displayed taxes add to tax, nets add to N, and on every line `taxable + tax` is exactly what is left
    /// of its gross: a line's taxable is its gross less its displayed tax, and where nothing was taken off
    /// on the document, net is taxable. So ties among nets fall the other way round than ties among taxes.
    fn inclusive_per_group(&self) -> Result<Taxed, Refusal> {
        let rate = self.rate.rate;
        let before = sum(self.parts.iter().map(|part| part.before), "gross")?;
        let after = sum(self.parts.iter().map(|part| part.before - part.off), "gross")?;
        let amount = tax_within(after, rate)?;
        let base = sub(after, amount, "tax base")?;
        let afters: Vec<i64> = self.parts.iter().map(|part| part.before - part.off).collect();
        let taxes = display_inclusive(amount, &afters, rate);
        // Tax that the gross before allowances contains: on each line its displayed tax and at most what was taken
        // off it beside, so that a line's allowance lies between nothing and that. There is room: neither
        // round(x*r/(1+r)) nor x less that ever falls as x grows.
        let (numerators, divisor) = shares_within(self.parts.iter().map(|part| part.before), rate);
        let bounds: Vec<(i64, i64)> = self.parts.iter().zip(&taxes).map(|(part, &tax)| (tax, tax + part.off)).collect();
        let taxes_before = split::bounded(tax_within(before, rate)?, &numerators, divisor, &bounds);
        let parts = self
            .parts
            .iter()
            .zip(taxes)
            .zip(taxes_before)
            .map(|((part, tax), tax_before)| inclusive_part(part, tax, tax_before))
            .collect();
        Ok(Taxed { parts, base, amount })
    }

    fn inclusive_per_line(&self) -> Result<Taxed, Refusal> {
        let rate = self.rate.rate;
        let mut parts = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let tax = tax_within(part.before - part.off, rate)?;
            parts.push(inclusive_part(part, tax, tax_within(part.before, rate)?));
        }
        let base = sum(parts.iter().map(|part| part.taxable), "tax base")?;
        let amount = sum(parts.iter().map(|part| part.tax), "tax")?;
        Ok(Taxed { parts, base, amount })
    }
}

fn inclusive_part(part: &Part, tax: i64, tax_before: i64) -> TaxedPart {
    let net = part.before - tax_before;
    let taxable = part.before - part.off - tax;
    TaxedPart { net, allowance: net - taxable, taxable, tax }
}

/// Displayed taxes of lines: the floor of each exact tax, the remaining units of the group's `amount` to the
/// largest remainders.
pub(crate) fn display_exclusive(amount: i64, taxables: &[i64], rate: Rate) -> Vec<i64> {
    let numerators: Vec<i128> =
        taxables.iter().map(|&taxable| i128::from(taxable) * i128::from(rate.parts())).collect();
    split::by_largest_remainder(amount, &numerators, i128::from(Rate::ONE.parts()))
}

/// [`display_exclusive`] for amounts that contain their tax.
pub(crate) fn display_inclusive(amount: i64, grosses: &[i64], rate: Rate) -> Vec<i64> {
    let (numerators, divisor) = shares_within(grosses.iter().copied(), rate);
    split::by_largest_remainder(amount, &numerators, divisor)
}

/// [`display_inclusive`] where `amount` may be off the exact taxes by a unit or two (a credit note closes its
/// group): no line's tax is below zero or above its gross.
pub(crate) fn display_within(amount: i64, grosses: &[i64], rate: Rate) -> Vec<i64> {
    let (numerators, divisor) = shares_within(grosses.iter().copied(), rate);
    let bounds: Vec<(i64, i64)> = grosses.iter().map(|&gross| (0, gross)).collect();
    split::bounded(amount, &numerators, divisor, &bounds)
}

/// Exact taxes within gross amounts as numerators over one divisor.
fn shares_within(grosses: impl Iterator<Item = i64>, rate: Rate) -> (Vec<i128>, i128) {
    let rate = i128::from(rate.parts());
    (grosses.map(|gross| i128::from(gross) * rate).collect(), i128::from(Rate::ONE.parts()) + rate)
}
