//! What a client says of an invoice that is there already: what is `None` stays as it is. Clients of the vendors
//! send an invoice back with a few fields changed, and leave out what they do not know.

use super::{AllowanceSpec, DiscountSpec, LineSpec, TaxChoice};
use crate::custom_fields::FieldValue;
use domain::id::{CustomerId, ItemId, LineId, SalespersonId};
use domain::invoice::LineKind;
use domain::invoice::view::LineTag;
use domain::money::Decimal;
use domain::party::{Address, Exemption, Terms};
use domain::tax::PriceMode;
use jiff::civil::Date;

/// A line as it shall be. What is `None` stays as it is on a line that goes on, and comes from the item on a
/// fresh one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineEdit {
    /// The line that goes on in this one; a fresh one when `None`.
    pub line: Option<LineId>,
    pub item: Option<ItemId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub unit: Option<String>,
    /// One when `None` on a fresh line.
    pub quantity: Option<Decimal>,
    pub unit_price: Option<Decimal>,
    pub tax: Option<TaxChoice>,
    /// No tax is charged, for this reason, whatever group the line names.
    pub exemption: Option<Exemption>,
    pub discount: Option<DiscountEdit>,
    /// All values of the line's custom fields.
    pub custom_fields: Option<Vec<FieldValue>>,
    pub tags: Option<Vec<LineTag>>,
    /// A JSON object of fields that only the caller's face has; fields that it does not name stay.
    pub side_car: Option<String>,
}

impl LineEdit {
    /// The line as a fresh one.
    pub(super) fn to_spec(&self) -> LineSpec {
        LineSpec {
            kind: LineKind::OneTime,
            item: self.item,
            name: self.name.clone(),
            description: self.description.clone(),
            unit: self.unit.clone(),
            quantity: self.quantity.unwrap_or(Decimal::ONE),
            unit_price: self.unit_price,
            period: None,
            charge_number: None,
            purchase_order: None,
            partner_sku: None,
            gl_code: None,
            tax: self.tax.unwrap_or_default(),
            discounts: self.discount.iter().filter(|edit| !edit.is_gone).map(|edit| edit.asked.clone()).collect(),
            prorate: None,
        }
    }
}

/// A discount that takes the place of the one of its name and code, if any; others stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountEdit {
    pub asked: DiscountSpec,
    /// There shall be none.
    pub is_gone: bool,
}

/// What becomes of an invoice's lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LinesEdit {
    #[default]
    Keep,
    /// These and no others, in this order.
    Replace(Vec<LineEdit>),
    /// These behind those that are there.
    Add(Vec<LineEdit>),
    /// All but this one.
    Remove(LineId),
}

/// Who sold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seller {
    Nobody,
    Known(SalespersonId),
    /// By name, whatever its case; one whom nobody knows yet is added.
    Named(String),
}

/// Parts of an address; `None` leaves a part as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressEdit {
    pub attention: Option<String>,
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub line3: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postcode: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
    pub fax: Option<String>,
}

impl AddressEdit {
    /// The address with these parts.
    pub fn on(&self, address: &Address) -> Address {
        let mut after = address.clone();
        macro_rules! take {
            ($($part:ident),*) => {$(
                if let Some(text) = &self.$part {
                    after.$part.clone_from(text);
                }
            )*};
        }
        take!(attention, line1, line2, line3, city, state, postcode, country, phone, fax);
        after
    }
}

/// An allowance or charge that takes the place of the one before it, if any: they are told apart by `is_charge` and
/// their code, and those without a code by their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowanceEdit {
    pub asked: AllowanceSpec,
    /// There shall be none.
    pub is_gone: bool,
}

/// The header as it shall be.
#[derive(Clone, Debug, Default)]
pub struct HeaderEdit {
    pub customer: Option<CustomerId>,
    /// A number of the client's own, on drafts only.
    pub number: Option<String>,
    pub dated_on: Option<Date>,
    /// When `None` it follows a new date or new terms, else it stays.
    pub due_on: Option<Date>,
    pub terms: Option<Terms>,
    /// Base units per one unit of the invoice's currency, and who says so.
    pub exchange_rate: Option<(Decimal, &'static str)>,
    pub price_mode: Option<PriceMode>,
    pub payment_expected_on: Option<Option<Date>>,
    pub reference: Option<String>,
    pub memo: Option<String>,
    pub terms_text: Option<String>,
    pub seller: Option<Seller>,
    pub bill_to: Option<AddressEdit>,
    pub ship_to: Option<AddressEdit>,
    pub allowances: Vec<AllowanceEdit>,
    /// Values that change; others stay.
    pub custom_fields: Vec<FieldValue>,
    /// A JSON object of fields that only the caller's face has; fields that it does not name stay.
    pub side_car: Option<String>,
}
