//! Invoices, payments and credit notes.

use super::{World, amount, day, decimal};
use billing::Error;
use billing::credit_notes::create::CreateCreditNote;
use billing::credit_notes::{CreditOf, CreditWhat};
use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::IssueMany;
use billing::invoices::{AllowanceSpec, DiscountAmount, DiscountSpec, InvoiceSpec, LineSpec, TaxChoice};
use billing::payments::Share;
use billing::payments::record::RecordPayment;
use domain::id::{CreditNoteId, CustomerId, EntityId, InvoiceId, LineId, PaymentId, TaxGroupId};
use domain::invoice::FxRate;
use domain::money::Currency;
use jiff::civil::Date;

fn rate(rate: &str, on: Date) -> FxRate {
    FxRate { rate: decimal(rate), source: "ECB".to_owned(), on }
}

/// The day of every exchange rate in tests.
fn rate_day() -> Date {
    day("2026-03-01")
}

/// An invoice in the making.
#[derive(Clone)]
pub struct InvoiceBuilder {
    world: World,
    spec: InvoiceSpec,
}

impl InvoiceBuilder {
    pub fn to(mut self, customer: CustomerId) -> Self {
        self.spec.customer = customer;
        self
    }

    pub fn by(mut self, entity: EntityId) -> Self {
        self.spec.entity = Some(entity);
        self
    }

    /// A line of its own, untaxed.
    pub fn line(mut self, name: &str, quantity: &str, unit_price: &str) -> Self {
        self.spec.lines.push(LineSpec::of(name, decimal(quantity), decimal(unit_price)));
        self
    }

    /// The tax of the line before.
    pub fn taxed(mut self, group: TaxGroupId) -> Self {
        self.last_line().tax = TaxChoice::Group(group);
        self
    }

    /// So much off the line before.
    pub fn less(mut self, off: &str) -> Self {
        let discount = Self::discount(DiscountAmount::Fixed(amount(off)));
        self.last_line().discounts.push(discount);
        self
    }

    /// So much off the whole document.
    pub fn less_on_all(mut self, off: &str) -> Self {
        let discount = Self::discount(DiscountAmount::Fixed(amount(off)));
        self.spec.allowances.push(AllowanceSpec { is_charge: false, discount, tax_group: None });
        self
    }

    /// A charge on the whole document, untaxed.
    pub fn plus_on_all(mut self, on: &str) -> Self {
        let discount = Self::discount(DiscountAmount::Fixed(amount(on)));
        self.spec.allowances.push(AllowanceSpec { is_charge: true, discount, tax_group: None });
        self
    }

    fn discount(by: DiscountAmount) -> DiscountSpec {
        DiscountSpec { name: String::new(), code: None, by, priority: 0 }
    }

    fn last_line(&mut self) -> &mut LineSpec {
        self.spec.lines.last_mut().expect("a line comes first")
    }

    pub fn dated(mut self, on: &str) -> Self {
        self.spec.dated_on = Some(day(on));
        self
    }

    pub fn due(mut self, on: &str) -> Self {
        self.spec.due_on = Some(day(on));
        self
    }

    /// A number of the client's own.
    pub fn numbered(mut self, number: &str) -> Self {
        self.spec.number = Some(number.to_owned());
        self
    }

    /// In a foreign currency, at base units per unit of it.
    pub fn in_currency(mut self, currency: Currency, at: &str) -> Self {
        self.spec.currency = Some(currency);
        self.spec.fx = Some(rate(at, rate_day()));
        self
    }

    /// What was asked for so far.
    pub fn spec(self) -> InvoiceSpec {
        self.spec
    }

    pub async fn draft(self) -> InvoiceId {
        self.world.does(CreateInvoice { spec: self.spec }).await
    }

    pub async fn issued(self) -> InvoiceId {
        self.world.does(IssueMany { specs: vec![self.spec] }).await[0]
    }

    pub async fn tried(self) -> Result<InvoiceId, Error> {
        self.world.tried(IssueMany { specs: vec![self.spec] }).await.map(|ids| ids[0])
    }
}

/// A payment in the making.
#[derive(Clone)]
pub struct PaymentBuilder {
    world: World,
    verb: RecordPayment,
}

impl PaymentBuilder {
    pub fn from(mut self, customer: CustomerId) -> Self {
        self.verb.customer = customer;
        self
    }

    /// So much of it for an invoice.
    pub fn on(mut self, invoice: InvoiceId, share: &str) -> Self {
        self.verb.shares.push(Share { invoice, amount: amount(share) });
        self
    }

    pub fn bank_charges(mut self, charges: &str) -> Self {
        self.verb.bank_charges = amount(charges);
        self
    }

    pub fn received(mut self, on: &str) -> Self {
        self.verb.received_on = Some(day(on));
        self
    }

    /// In a foreign currency, at base units per unit of it.
    pub fn in_currency(mut self, currency: Currency, at: &str) -> Self {
        self.verb.currency = Some(currency);
        self.verb.fx = Some(rate(at, rate_day()));
        self
    }

    /// Written-off invoices are recovered.
    pub fn recovering(mut self) -> Self {
        self.verb.recover = true;
        self
    }

    /// What was asked for so far.
    pub fn verb(self) -> RecordPayment {
        self.verb
    }

    pub async fn recorded(self) -> PaymentId {
        self.world.does(self.verb).await
    }

    pub async fn tried(self) -> Result<PaymentId, Error> {
        self.world.tried(self.verb).await
    }
}

/// A credit note in the making.
#[derive(Clone)]
pub struct CreditBuilder {
    world: World,
    invoice: Option<InvoiceId>,
    verb: CreateCreditNote,
}

impl CreditBuilder {
    /// So much of one line: without tax where prices exclude it, with it where they include it.
    pub fn line(self, line: LineId, of: &str) -> Self {
        let of = CreditOf::Amount(amount(of));
        self.part(line, of)
    }

    /// So many units of one line.
    pub fn units(self, line: LineId, quantity: &str) -> Self {
        let of = CreditOf::Quantity(decimal(quantity));
        self.part(line, of)
    }

    /// All that is left of one line.
    pub fn rest(self, line: LineId) -> Self {
        self.part(line, CreditOf::Rest)
    }

    fn part(mut self, line: LineId, of: CreditOf) -> Self {
        let invoice = self.invoice.expect("lines are an invoice's");
        match &mut self.verb.what {
            CreditWhat::Lines { lines, .. } => lines.push((line, of)),
            what => *what = CreditWhat::Lines { invoice, lines: vec![(line, of)] },
        }
        self
    }

    /// So much of the whole, tax included.
    pub fn total(mut self, of: &str) -> Self {
        let invoice = self.invoice.expect("a total is an invoice's");
        self.verb.what = CreditWhat::Total { invoice, amount: amount(of) };
        self
    }

    pub fn to(mut self, customer: CustomerId) -> Self {
        self.verb.customer = Some(customer);
        self
    }

    pub fn dated(mut self, on: &str) -> Self {
        self.verb.dated_on = Some(day(on));
        self
    }

    pub fn numbered(mut self, number: &str) -> Self {
        self.verb.number = Some(number.to_owned());
        self
    }

    /// In a foreign currency, at base units per unit of it.
    pub fn in_currency(mut self, currency: Currency, at: &str) -> Self {
        self.verb.currency = Some(currency);
        self.verb.fx = Some(rate(at, rate_day()));
        self
    }

    pub fn verb(self) -> CreateCreditNote {
        self.verb
    }

    pub async fn draft(mut self) -> CreditNoteId {
        self.verb.issue = false;
        self.world.does(self.verb).await
    }

    pub async fn issued(self) -> CreditNoteId {
        self.world.does(self.verb).await
    }

    pub async fn tried(self) -> Result<CreditNoteId, Error> {
        self.world.tried(self.verb).await
    }
}

impl World {
    /// An invoice to the customer.
    pub fn invoice(&self) -> InvoiceBuilder {
        InvoiceBuilder { world: self.clone(), spec: InvoiceSpec::to(self.customer, Vec::new()) }
    }

    /// An issued invoice of one untaxed line.
    pub async fn owes(&self, total: &str) -> InvoiceId {
        self.invoice().line("Service", "1", total).issued().await
    }

    /// A payment of the customer.
    pub fn pay(&self, total: &str) -> PaymentBuilder {
        PaymentBuilder { world: self.clone(), verb: RecordPayment::from(self.customer, amount(total), Vec::new()) }
    }

    /// A credit note on an invoice; everything that is left of it unless said otherwise.
    pub fn credit(&self, invoice: InvoiceId) -> CreditBuilder {
        let verb = CreateCreditNote::of(CreditWhat::Everything { invoice });
        CreditBuilder { world: self.clone(), invoice: Some(invoice), verb }
    }

    /// A credit of a pure amount to the customer.
    pub fn credit_of(&self, total: &str) -> CreditBuilder {
        let what = CreditWhat::AmountOnly { amount: amount(total) };
        let verb = CreateCreditNote { customer: Some(self.customer), ..CreateCreditNote::of(what) };
        CreditBuilder { world: self.clone(), invoice: None, verb }
    }

    /// A credit note with a line of its own to the customer.
    pub fn credit_for(&self, name: &str, quantity: &str, unit_price: &str, tax: Option<TaxGroupId>) -> CreditBuilder {
        let mut line = LineSpec::of(name, decimal(quantity), decimal(unit_price));
        line.tax = tax.map_or(TaxChoice::None, TaxChoice::Group);
        let what = CreditWhat::Standalone { lines: vec![line] };
        let verb = CreateCreditNote { customer: Some(self.customer), ..CreateCreditNote::of(what) };
        CreditBuilder { world: self.clone(), invoice: None, verb }
    }

    /// The naked amounts of shares, for verbs that are written out.
    pub fn shares(&self, shares: &[(InvoiceId, &str)]) -> Vec<Share> {
        shares.iter().map(|&(invoice, share)| Share { invoice, amount: amount(share) }).collect()
    }
}
