//! An invoice as it is asked for: what is left out comes from the customer, its legal entity, the item, or today.

use crate::errors::Fault;
use crate::schema::{request, texts};
use crate::shapes::{AddressInput, CustomFieldInput, ExchangeRateInput, TermsInput, custom_fields};
use crate::wire::{AmountIn, CurrencyCode, Day, DecimalIn, Id, Word};
use billing::invoices::{AllowanceSpec, DiscountAmount, DiscountSpec, InvoiceSpec, LineSpec, TaxChoice};
use domain::id::{CustomerId, EntityId, ItemId, LineId, SalespersonId, TaxGroupId};
use domain::invoice::{InvoiceKind, LineKind, Period};
use domain::money::Decimal;
use domain::tax::PriceMode;

request! {
    /// An invoice.
    NewInvoice {
        /// Who owes.
        customer_id: Id<CustomerId>,
        /// What for.
        lines: Vec<NewLine>,
    } optional {
        /// Who issues it; the customer's unless given.
        legal_entity_id: Id<EntityId>,
        /// `invoice` unless given.
        kind: Word<InvoiceKind>,
        /// The customer's unless given. All amounts and prices of the invoice are in it.
        currency: CurrencyCode,
        /// Needed before issue when the currency is not that of the books.
        exchange_rate: ExchangeRateInput,
        /// Whether unit prices contain their tax; the legal entity's unless given.
        price_mode: Word<PriceMode>,
        /// Today unless given.
        dated_on: Day,
        /// By the terms unless given.
        due_on: Day,
        /// The customer's, else the legal entity's, unless given.
        terms: TermsInput,
        /// The day up to which it bills.
        target_on: Day,
        /// When payment is expected.
        payment_expected_on: Day,
        /// The customer's own reference.
        reference: String as texts::line_or_empty,
        /// Your own id of it; unique.
        external_key: String as texts::line,
        /// A number of your own; unique. One from the legal entity's series unless given.
        number: String as texts::short,
        /// Discounts and charges on the whole document.
        allowances: Vec<NewAllowance>,
        /// The customer's unless given.
        bill_to: AddressInput,
        /// The customer's unless given.
        ship_to: AddressInput,
        /// Printed on it.
        memo: String as texts::long_or_empty,
        /// Printed on it.
        terms_text: String as texts::long_or_empty,
        /// Why it was made, such as `renewal`.
        transaction_type: String as texts::short_or_empty,
        /// Who sold it.
        salesperson_id: Id<SalespersonId>,
        /// Whether the customer sees it while it is a draft.
        is_shared: bool,
        /// Labels, at most 50.
        tags: Vec<String> as texts::tags,
        /// Values of custom fields.
        custom_fields: Vec<CustomFieldInput>,
    }
}

request! {
    /// One line of an invoice. A name, or an item that has one, is needed, and so is a price.
    NewLine {
    } optional {
        /// In a correction: the line of the old revision that goes on in this one.
        line_id: Id<LineId>,
        /// `one_time` unless given.
        kind: Word<LineKind>,
        /// What is sold.
        item_id: Id<ItemId>,
        /// The item's unless given.
        name: String as texts::line,
        /// The item's unless given.
        description: String as texts::long_or_empty,
        /// What one is called; the item's unless given.
        unit: String as texts::short_or_empty,
        /// How many; 1 unless given.
        quantity: DecimalIn,
        /// The price of one; the item's unless given.
        unit_price: DecimalIn,
        /// The time it is for.
        period: PeriodInput,
        /// Bill only so much of the price.
        proration: ProrationInput,
        /// Which charge it bills.
        charge_number: String as texts::short,
        /// The customer's purchase order.
        purchase_order: String as texts::short,
        /// A partner's code.
        partner_sku: String as texts::short,
        /// The account of your ledger.
        gl_code: String as texts::short,
        /// How it is taxed; as the item unless given.
        tax_group_id: Id<TaxGroupId>,
        /// Charge no tax, whatever the item says.
        is_untaxed: bool,
        /// Discounts on this line.
        discounts: Vec<NewDiscount>,
    }
}

request! {
    /// A stretch of days.
    PeriodInput {
        /// The first day.
        from_on: Day,
        /// The day after the last.
        until_on: Day,
    } optional {
    }
}

request! {
    /// A share of a full period.
    ProrationInput {
        /// Days that are billed.
        billed_days: i64,
        /// Days of the full period.
        full_days: i64,
    } optional {
    }
}

request! {
    /// A discount: either a percentage or an amount.
    NewDiscount {
    } optional {
        /// As documents print it.
        name: String as texts::line_or_empty,
        /// Its code.
        code: String as texts::short,
        /// 12.5 means 12.5 %.
        percent: AmountIn,
        /// In the invoice's currency.
        amount: AmountIn,
        /// Lower goes first among discounts of the same kind; 0 unless given.
        priority: i64,
    }
}

request! {
    /// A discount or a charge on the whole document: either a percentage or an amount.
    NewAllowance {
    } optional {
        /// Whether it is added instead of taken off.
        is_charge: bool,
        /// As documents print it.
        name: String as texts::line_or_empty,
        /// Its code.
        code: String as texts::short,
        /// 12.5 means 12.5 %.
        percent: AmountIn,
        /// In the invoice's currency.
        amount: AmountIn,
        /// Lower goes first among allowances of the same kind; 0 unless given.
        priority: i64,
        /// How a charge is taxed; it is untaxed unless given.
        tax_group_id: Id<TaxGroupId>,
    }
}

impl NewInvoice {
    /// The lines of the old revision that go on in the lines of this one.
    pub(super) fn kept_lines(&self) -> Vec<Option<LineId>> {
        self.lines.iter().map(|line| line.line_id.map(|id| id.0)).collect()
    }

    /// A new invoice has no lines of an older one.
    pub(super) fn refuse_kept_lines(&self, pointer: &str) -> Result<(), Fault> {
        match self.lines.iter().position(|line| line.line_id.is_some()) {
            None => Ok(()),
            Some(at) => {
                let pointer = format!("{pointer}/lines/{at}/line_id");
                Err(Fault::field(&pointer, "field_not_allowed", "only a correction goes on with lines of before"))
            }
        }
    }

    /// `pointer` is where the invoice stands in the body.
    pub(super) fn from_wire(self, pointer: &str) -> Result<InvoiceSpec, Fault> {
        let lines = lines(self.lines, pointer)?;
        let allowances = self.allowances.unwrap_or_default();
        let allowances = allowances
            .into_iter()
            .enumerate()
            .map(|(at, allowance)| allowance.from_wire(&format!("{pointer}/allowances/{at}")))
            .collect::<Result<_, _>>()?;
        Ok(InvoiceSpec {
            entity: self.legal_entity_id.map(|id| id.0),
            kind: self.kind.map_or(InvoiceKind::Invoice, |word| word.0),
            currency: self.currency.map(|code| code.0),
            fx: self.exchange_rate.map(ExchangeRateInput::from_wire),
            price_mode: self.price_mode.map(|word| word.0),
            dated_on: self.dated_on.map(|day| day.0),
            due_on: self.due_on.map(|day| day.0),
            terms: self.terms.map(TermsInput::from_wire),
            target_on: self.target_on.map(|day| day.0),
            payment_expected_on: self.payment_expected_on.map(|day| day.0),
            reference: self.reference.unwrap_or_default(),
            external_key: self.external_key,
            number: self.number,
            allowances,
            bill_to: self.bill_to.map(AddressInput::from_wire),
            ship_to: self.ship_to.map(AddressInput::from_wire),
            memo: self.memo.unwrap_or_default(),
            terms_text: self.terms_text.unwrap_or_default(),
            transaction_type: self.transaction_type.unwrap_or_default(),
            salesperson: self.salesperson_id.map(|id| id.0),
            is_shared: self.is_shared.unwrap_or_default(),
            tags: self.tags.unwrap_or_default(),
            custom_fields: custom_fields(self.custom_fields),
            ..InvoiceSpec::to(self.customer_id.0, lines)
        })
    }
}

/// `pointer` is where the object that holds the lines stands in the body.
pub(crate) fn lines(lines: Vec<NewLine>, pointer: &str) -> Result<Vec<LineSpec>, Fault> {
    let read = |(at, line): (usize, NewLine)| line.from_wire(&format!("{pointer}/lines/{at}"));
    lines.into_iter().enumerate().map(read).collect()
}

impl NewLine {
    fn from_wire(self, pointer: &str) -> Result<LineSpec, Fault> {
        let is_untaxed = self.is_untaxed.unwrap_or_default();
        let tax = match self.tax_group_id {
            Some(_) if is_untaxed => {
                let detail = "a line that is untaxed has no tax group";
                return Err(Fault::field(&format!("{pointer}/tax_group_id"), "field_not_allowed", detail));
            }
            Some(group) => TaxChoice::Group(group.0),
            None if is_untaxed => TaxChoice::None,
            None => TaxChoice::FromItem,
        };
        if self.proration.as_ref().is_some_and(|share| !share.is_sound()) {
            let detail = format!("billed_days is 0 to full_days, and full_days 1 to {MAX_PERIOD_DAYS}");
            return Err(Fault::field(&format!("{pointer}/proration"), "out_of_range", detail));
        }
        let discounts = self.discounts.unwrap_or_default();
        let discounts = discounts
            .into_iter()
            .enumerate()
            .map(|(at, discount)| discount.from_wire(&format!("{pointer}/discounts/{at}")))
            .collect::<Result<_, _>>()?;
        Ok(LineSpec {
            kind: self.kind.map_or(LineKind::OneTime, |word| word.0),
            item: self.item_id.map(|id| id.0),
            name: self.name,
            description: self.description,
            unit: self.unit,
            quantity: self.quantity.map_or(Decimal::ONE, |quantity| quantity.0),
            unit_price: self.unit_price.map(|price| price.0),
            period: self.period.map(|period| Period { from: period.from_on.0, until: period.until_on.0 }),
            charge_number: self.charge_number,
            purchase_order: self.purchase_order,
            partner_sku: self.partner_sku,
            gl_code: self.gl_code,
            tax,
            discounts,
            prorate: self.proration.map(|proration| (proration.billed_days, proration.full_days)),
        })
    }
}

/// A century.
const MAX_PERIOD_DAYS: i64 = 36_600;

impl ProrationInput {
    fn is_sound(&self) -> bool {
        (1..=MAX_PERIOD_DAYS).contains(&self.full_days) && (0..=self.full_days).contains(&self.billed_days)
    }
}

impl NewDiscount {
    fn from_wire(self, pointer: &str) -> Result<DiscountSpec, Fault> {
        let by = match (self.percent, self.amount) {
            (Some(percent), None) => DiscountAmount::Percent(percent.0),
            (None, Some(amount)) => DiscountAmount::Fixed(amount.0),
            (None, None) => {
                return Err(Fault::field(pointer, "missing_field", "a percent or an amount is needed"));
            }
            (Some(_), Some(_)) => {
                return Err(Fault::field(pointer, "field_not_allowed", "it has either a percent or an amount"));
            }
        };
        let priority = self.priority.unwrap_or_default();
        Ok(DiscountSpec { name: self.name.unwrap_or_default(), code: self.code, by, priority })
    }
}

impl NewAllowance {
    fn from_wire(self, pointer: &str) -> Result<AllowanceSpec, Fault> {
        let is_charge = self.is_charge.unwrap_or_default();
        if self.tax_group_id.is_some() && !is_charge {
            let detail = "only a charge has a tax group; a discount follows the lines it is taken from";
            return Err(Fault::field(&format!("{pointer}/tax_group_id"), "field_not_allowed", detail));
        }
        let discount = NewDiscount {
            name: self.name,
            code: self.code,
            percent: self.percent,
            amount: self.amount,
            priority: self.priority,
        };
        Ok(AllowanceSpec {
            is_charge,
            discount: discount.from_wire(pointer)?,
            tax_group: self.tax_group_id.map(|id| id.0),
        })
    }
}
