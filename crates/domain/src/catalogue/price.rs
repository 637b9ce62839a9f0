//! Price models: what a quantity costs (DOMAIN section 5). Every sum is exact until its one rounding, half away from
//! zero, to the minor unit of the currency. Quantities may be fractional and are never negative; of nothing, nothing
//! is sold, so that quantity 0 costs 0 in every scheme.

use crate::money::rounding::{line_gross, mul_div, pow10, wide_div};
use crate::money::{Currency, Decimal, sub};
use crate::refusal::Refusal;
use ethnum::I256;

/// How a quantity is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PricingScheme {
    /// One price whatever the quantity.
    Flat,
    /// `quantity * price`.
    Unit,
    /// The whole quantity at the price of the bracket it falls into: `quantity * price + flat`.
    Volume,
    /// Graduated: each part of the quantity at the price of its bracket, `sum((min(q, up_to) - lower) * price + flat)`
    /// over the brackets that are entered.
    Tier,
    /// In packages of fixed sizes: `ceil(max(0, quantity - free) / size) * price` for one size. With several sizes as
    /// many of the largest as are filled, and the smallest that holds the rest.
    Package,
}

/// One bracket of a price list, above the bracket before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// The largest quantity that belongs to it (for packages: its size); `None` for all above the one before.
    pub up_to: Option<Decimal>,
    /// Per unit; of a flat price or a package the whole.
    pub price: Decimal,
    /// Charged once when the bracket is entered. Volume and tier only.
    pub flat: Decimal,
}

impl Bracket {
    pub const fn new(up_to: Option<Decimal>, price: Decimal) -> Bracket {
        Bracket { up_to, price, flat: Decimal::ZERO }
    }
}

/// Brackets as some vendors write them, in whole units from a start to an end that both belong to them. Each begins
/// right after the one before (the first at 1, or at 0, which is the same); only the last may have no end.
#[derive(Clone, Debug)]
pub struct WholeUnits {
    next_start: i64,
}

impl Default for WholeUnits {
    fn default() -> Self {
        Self { next_start: 1 }
    }
}

impl WholeUnits {
    /// Where the next bracket ends, as [`Bracket::up_to`]; `None` for no end. What leaves a hole or overlaps is refused
    /// as `Invalid` start or end quantity.
    pub fn next(&mut self, start: Option<i64>, end: Option<i64>) -> Result<Option<Decimal>, Refusal> {
        let is_next = |start: i64| start == self.next_start || (start == 0 && self.next_start == 1);
        if start.is_some_and(|start| !is_next(start)) {
            return Err(Refusal::Invalid { what: "start_quantity" });
        }
        let Some(end) = end else { return Ok(None) };
        let after = end.checked_add(1).filter(|_| end >= self.next_start);
        self.next_start = after.ok_or(Refusal::Invalid { what: "end_quantity" })?;
        Ok(Some(Decimal::from_whole(end)))
    }
}

/// `quantity * unit_price`, one summand of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub quantity: Decimal,
    pub unit_price: Decimal,
}

/// A scheme with its price list, checked once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceModel {
    scheme: PricingScheme,
    brackets: Vec<Bracket>,
    /// Units of a package price that cost nothing.
    free: Decimal,
}

/// Decimals of the product of a quantity and a price.
const SCALE: u32 = 24;

impl PriceModel {
    pub const MAX_BRACKETS: usize = 100;

    /// Refuses, in this order: no bracket or more than 100 (`Invalid`), a negative price, flat or free quantity
    /// (`Negative`), brackets that do not ascend, an open one that is not the last, a package without a size, several
    /// brackets of a flat or unit price, and a flat or free part where the scheme has none (`Invalid`).
    pub fn new(scheme: PricingScheme, brackets: Vec<Bracket>, free: Decimal) -> Result<PriceModel, Refusal> {
        let invalid = Refusal::Invalid { what: "price_brackets" };
        if brackets.is_empty() || brackets.len() > Self::MAX_BRACKETS {
            return Err(invalid);
        }
        if brackets.iter().any(|bracket| bracket.price.is_negative() || bracket.flat.is_negative()) {
            return Err(Refusal::Negative { what: "price" });
        }
        if free.is_negative() {
            return Err(Refusal::Negative { what: "free quantity" });
        }
        let mut lower = Decimal::ZERO;
        let last = brackets.len() - 1;
        for (at, bracket) in brackets.iter().enumerate() {
            match bracket.up_to {
                Some(up_to) if up_to > lower => lower = up_to,
                None if at == last && scheme != PricingScheme::Package => {}
                _ => return Err(invalid),
            }
        }
        let has_flat = brackets.iter().any(|bracket| !bracket.flat.is_zero());
        let fits = match scheme {
            PricingScheme::Flat | PricingScheme::Unit => {
                brackets.len() == 1 && brackets[0].up_to.is_none() && !has_flat && free.is_zero()
            }
            PricingScheme::Volume | PricingScheme::Tier => free.is_zero(),
            PricingScheme::Package => !has_flat,
        };
        if fits { Ok(PriceModel { scheme, brackets, free }) } else { Err(invalid) }
    }

    /// One price whatever the quantity.
    pub fn flat(price: Decimal) -> Result<PriceModel, Refusal> {
        Self::new(PricingScheme::Flat, vec![Bracket::new(None, price)], Decimal::ZERO)
    }

    /// A price for each unit.
    pub fn per_unit(price: Decimal) -> Result<PriceModel, Refusal> {
        Self::new(PricingScheme::Unit, vec![Bracket::new(None, price)], Decimal::ZERO)
    }

    pub fn scheme(&self) -> PricingScheme {
        self.scheme
    }

    pub fn brackets(&self) -> &[Bracket] {
        &self.brackets
    }

    /// The first whole unit of each bracket: right above the one before.
    pub fn first_units(&self) -> impl Iterator<Item = Decimal> {
        let befores = self.brackets.iter().map(|bracket| bracket.up_to.unwrap_or(Decimal::ZERO));
        std::iter::once(Decimal::ZERO).chain(befores).take(self.brackets.len()).map(|before| {
            let scale = 10_i64.pow(u32::from(before.scale()));
            Decimal::from_whole(before.mantissa() / scale).checked_add(Decimal::ONE).unwrap_or(before)
        })
    }

    pub fn free(&self) -> Decimal {
        self.free
    }

    /// The price of the first bracket: what a short list shows.
    pub fn list_price(&self) -> Decimal {
        self.brackets[0].price
    }

    /// What the quantity is made of: the exact price is the sum of `quantity * unit_price`. Empty for quantity 0.
    /// `Negative` below 0; `TooLarge` above the last bracket of a closed list, or beyond the numbers' range.
    pub fn parts(&self, quantity: Decimal) -> Result<Vec<Part>, Refusal> {
        if quantity.is_negative() {
            return Err(Refusal::Negative { what: "quantity" });
        }
        if quantity.is_zero() {
            return Ok(Vec::new());
        }
        match self.scheme {
            PricingScheme::Flat => Ok(vec![Part { quantity: Decimal::ONE, unit_price: self.list_price() }]),
            PricingScheme::Unit => Ok(vec![Part { quantity, unit_price: self.list_price() }]),
            PricingScheme::Volume => {
                let bracket = self.holding(quantity)?;
                let mut parts = vec![Part { quantity, unit_price: bracket.price }];
                push_flat(&mut parts, bracket);
                Ok(parts)
            }
            PricingScheme::Tier => self.graduated(quantity),
            PricingScheme::Package => self.packages(quantity),
        }
    }

    /// The price in minor units, rounded once.
    pub fn amount(&self, quantity: Decimal, currency: Currency) -> Result<i64, Refusal> {
        self.amount_prorated(quantity, (1, 1), currency)
    }

    /// The price of `num / den` of a period in minor units: pricing and proration are one rounding.
    /// `RateOutOfRange` when `den` is not positive or `num` is negative.
    pub fn amount_prorated(
        &self,
        quantity: Decimal,
        (num, den): (i64, i64),
        currency: Currency,
    ) -> Result<i64, Refusal> {
        let what = "price";
        if den <= 0 || num < 0 {
            return Err(Refusal::RateOutOfRange { what: "proration" });
        }
        let exact = self.exact(quantity)?;
        let exponent = u32::from(currency.exponent());
        let unit = pow10(SCALE - exponent).ok_or(Refusal::TooLarge { what })?;
        let n = exact.checked_mul(I256::from(num)).ok_or(Refusal::TooLarge { what })?;
        // 2^63 * 10^24 is within 256 bits.
        wide_div(n, I256::from(unit) * I256::from(den), what)
    }

    /// What going from one quantity to another costs within a period: `f(after) - f(before)`, negative when less.
    pub fn increment(&self, before: Decimal, after: Decimal, currency: Currency) -> Result<i64, Refusal> {
        sub(self.amount(after, currency)?, self.amount(before, currency)?, "price")
    }

    /// The price of one when the whole is shown as one line: `quantity * unit_price` rounds to [`Self::amount`]. The
    /// bracket's own price where one bracket prices the whole, else the average at up to 12 decimals.
    pub fn unit_price_for(&self, quantity: Decimal, currency: Currency) -> Result<Decimal, Refusal> {
        let parts = self.parts(quantity)?;
        match parts.as_slice() {
            [] => return Ok(self.list_price()),
            [only] if only.quantity == quantity => return Ok(only.unit_price),
            _ => {}
        }
        let amount = self.amount(quantity, currency)?;
        let exponent = u32::from(currency.exponent());
        let too_large = Refusal::TooLarge { what: "price" };
        // As many decimals as fit.
        for scale in (currency.exponent()..=Decimal::MAX_SCALE).rev() {
            let up = pow10(u32::from(scale) - exponent + u32::from(quantity.scale())).ok_or(too_large.clone())?;
            let Ok(mantissa) = mul_div(i128::from(amount), up, i128::from(quantity.mantissa()), "price") else {
                continue;
            };
            let average = Decimal::new(mantissa, scale)?;
            if line_gross(quantity, average, currency) == Ok(amount) {
                return Ok(average);
            }
        }
        Err(too_large)
    }

    /// The exact price in parts of 1e-24.
    fn exact(&self, quantity: Decimal) -> Result<I256, Refusal> {
        let mut sum = I256::from(0);
        for part in self.parts(quantity)? {
            let product = I256::from(part.quantity.mantissa()) * I256::from(part.unit_price.mantissa());
            let scale = u32::from(part.quantity.scale()) + u32::from(part.unit_price.scale());
            let up = pow10(SCALE - scale).expect("two decimals have at most 24 places");
            // At most 2^126 * 10^24 each, and few of them: far within 256 bits.
            sum += product * I256::from(up);
        }
        Ok(sum)
    }

    /// The bracket that the quantity falls into.
    fn holding(&self, quantity: Decimal) -> Result<&Bracket, Refusal> {
        let found = self.brackets.iter().find(|bracket| bracket.up_to.is_none_or(|up_to| quantity <= up_to));
        found.ok_or(Refusal::TooLarge { what: "quantity" })
    }

    fn graduated(&self, quantity: Decimal) -> Result<Vec<Part>, Refusal> {
        self.holding(quantity)?;
        let mut parts = Vec::new();
        let mut lower = Decimal::ZERO;
        for bracket in &self.brackets {
            if quantity <= lower {
                break;
            }
            let upper = bracket.up_to.map_or(quantity, |up_to| up_to.min(quantity));
            parts.push(Part { quantity: upper.checked_sub(lower)?, unit_price: bracket.price });
            push_flat(&mut parts, bracket);
            lower = upper;
        }
        Ok(parts)
    }

    fn packages(&self, quantity: Decimal) -> Result<Vec<Part>, Refusal> {
        if quantity <= self.free {
            return Ok(Vec::new());
        }
        let mut left = quantity.checked_sub(self.free)?;
        let largest = self.brackets.last().expect("a model has brackets");
        let size = largest.up_to.expect("a package has a size");
        let mut parts = Vec::new();
        let scale = left.scale().max(size.scale());
        let (wanted, each) = (left.at_scale(scale), size.at_scale(scale));
        if wanted >= each {
            let too_large = |_| Refusal::TooLarge { what: "quantity" };
            let count = i64::try_from(wanted / each).map_err(too_large)?;
            parts.push(Part { quantity: Decimal::from_whole(count), unit_price: largest.price });
            left = Decimal::new(i64::try_from(wanted % each).map_err(too_large)?, scale)?;
        }
        if left.is_positive() {
            let smallest = self.holding(left)?;
            parts.push(Part { quantity: Decimal::ONE, unit_price: smallest.price });
        }
        Ok(parts)
    }
}

fn push_flat(parts: &mut Vec<Part>, bracket: &Bracket) {
    if !bracket.flat.is_zero() {
        parts.push(Part { quantity: Decimal::ONE, unit_price: bracket.flat });
    }
}

#[cfg(test)]
mod tests;
