//! What lines of invoices and of credit notes share: discounts and the tax treatment that was frozen on them.

use crate::schema::answer;
use crate::shapes::Exemption;
use crate::tax_groups::TaxComponent;
use crate::wire::{AmountOut, DecimalOut, Id, Word};
use domain::id::TaxGroupId;
use domain::invoice::{self, DiscountBy, LineTax, TaxTotal};
use domain::money::{Currency, Money};
use domain::tax::TaxCategory;

answer! {
    /// A discount with what it came to.
    Discount {
        /// As documents print it.
        name: String,
        /// Its code.
        code: Option<String>,
        /// 12.5 means 12.5 %; null for a fixed amount.
        percent: Option<DecimalOut>,
        /// What it came to.
        amount: AmountOut,
    }
}

impl Discount {
    pub(crate) fn to_wire(discount: &invoice::Discount, minor: i64, currency: Currency) -> Self {
        Self {
            name: discount.name.clone(),
            code: discount.code.clone(),
            percent: match discount.by {
                DiscountBy::Percent(rate) => Some(rate.into()),
                DiscountBy::Fixed(_) => None,
            },
            amount: AmountOut(Money { minor, currency }),
        }
    }
}

answer! {
    /// How something is taxed, as it was when it was made.
    TaxTreatment {
        /// The group it was made from; null when it is untaxed.
        tax_group_id: Option<Id<TaxGroupId>>,
        /// The group's name.
        name: String,
        /// The category of EN 16931 in words.
        category: Word<TaxCategory>,
        /// The rates in order.
        rates: Vec<TaxComponent>,
        /// Why no tax is charged.
        exemption: Option<Exemption>,
    }
}

impl TaxTreatment {
    pub(crate) fn to_wire(tax: &LineTax) -> Self {
        Self {
            tax_group_id: tax.group_id.map(Id),
            name: tax.group_name.clone(),
            category: Word(tax.category),
            rates: tax.components.iter().map(TaxComponent::to_wire).collect(),
            exemption: tax.exemption.as_ref().map(Exemption::to_wire),
        }
    }
}

answer! {
    /// The tax of one treatment on a whole document.
    DocumentTax {
        /// How it is taxed.
        tax: TaxTreatment,
        /// What the tax is taken on.
        base: AmountOut,
        /// The tax.
        amount: AmountOut,
        /// The tax of each rate, in the order of the treatment's rates; they add up to the amount.
        rate_amounts: Vec<AmountOut>,
    }
}

impl DocumentTax {
    pub(crate) fn to_wire(total: &TaxTotal, currency: Currency) -> Self {
        let money = |minor| AmountOut(Money { minor, currency });
        Self {
            tax: TaxTreatment::to_wire(&total.tax),
            base: money(total.base),
            amount: money(total.amount),
            rate_amounts: total.components.iter().copied().map(money).collect(),
        }
    }
}
