//! What becomes of an invoice, and how it comes to that: the verbs that a bookkeeper would use, in one
//! transaction for a chunk of invoices.

use super::draw::{fx, money};
use crate::look;
use billing::credit_notes::apply::ApplyCreditNotes;
use billing::credit_notes::create::CreateCreditNote;
use billing::credit_notes::{CreditOf, CreditWhat, NoteShare};
use billing::invoices::InvoiceSpec;
use billing::invoices::correct::CorrectInvoice;
use billing::invoices::create::CreateInvoice;
use billing::invoices::details::MarkSent;
use billing::invoices::issue::IssueMany;
use billing::invoices::void::VoidInvoice;
use billing::invoices::write_off::WriteOffInvoice;
use billing::payments::Share;
use billing::payments::record::RecordPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use billing::read::ThenNote;
use billing::{Cx, Error, Verb};
use domain::id::{InvoiceId, PaymentId};
use domain::invoice::view::View;
use domain::invoice::void::IfSettled;
use domain::money::{Amount, Currency, Decimal};
use domain::payment::PaymentMode;
use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// What becomes of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    Draft,
    /// Issued and sent, not due yet.
    Open,
    /// Not due yet.
    PartlyPaid,
    Overdue,
    PartlyPaidOverdue,
    Paid,
    /// By two payments, the second larger than what was owed: its rest is unapplied.
    Overpaid,
    Void,
    /// Partly paid when it was voided: the payment was detached and refunded.
    VoidRefunded,
    WrittenOff,
    /// Settled by a note on all its lines.
    Credited,
    /// One unit of its first line was credited; the rest is overdue.
    PartlyCredited,
    /// Paid, then refunded in part by a credit note: it stays paid.
    Refunded,
    /// Paid, then the payment was reversed in part: it is owed again, and overdue.
    RefundedAndOwed,
    /// Issued anew with another quantity: its second revision, not due yet.
    Corrected,
}

impl Fate {
    pub const ALL: [Self; 15] = [
        Self::Draft,
        Self::Open,
        Self::PartlyPaid,
        Self::Overdue,
        Self::PartlyPaidOverdue,
        Self::Paid,
        Self::Overpaid,
        Self::Void,
        Self::VoidRefunded,
        Self::WrittenOff,
        Self::Credited,
        Self::PartlyCredited,
        Self::Refunded,
        Self::RefundedAndOwed,
        Self::Corrected,
    ];

    /// Dated so lately that it is not due yet.
    pub(super) const fn is_recent(self) -> bool {
        matches!(self, Self::Draft | Self::Open | Self::PartlyPaid | Self::Corrected)
    }
}

/// An invoice to make, and its fate.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) fate: Fate,
    pub(super) spec: InvoiceSpec,
    /// The legal entity's currency and today.
    pub(super) base: Currency,
    pub(super) today: Date,
    /// Days and amounts of what follows are drawn from it.
    pub(super) seed: u64,
}

/// Makes invoices and lets their fates take place, all in one transaction.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) rows: Vec<Row>,
}

impl Verb for Chunk {
    /// In the order of the rows.
    type Outcome = Vec<InvoiceId>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Vec<InvoiceId>, Error> {
        let issued = self.rows.iter().filter(|row| row.fate != Fate::Draft).map(|row| row.spec.clone());
        let mut issued = IssueMany { specs: issued.collect() }.run(cx).await?.into_iter();
        let mut ids = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let id = match row.fate {
                Fate::Draft => CreateInvoice { spec: row.spec.clone() }.run(cx).await?,
                _ => issued.next().expect("an invoice for each spec"),
            };
            row.take_place(cx, id).await?;
            ids.push(id);
        }
        Ok(ids)
    }
}

impl Row {
    async fn take_place(&self, cx: &mut Cx<'_, '_>, invoice: InvoiceId) -> Result<(), Error> {
        let mut rng = Rng::with_seed(self.seed);
        match self.fate {
            Fate::Draft | Fate::Overdue => return Ok(()),
            Fate::Open => return MarkSent { invoice }.run(cx).await.map(drop),
            Fate::Void => return void(invoice, IfSettled::Refuse, self.later(&mut rng)).run(cx).await.map(drop),
            Fate::WrittenOff => {
                let reason = "Customer cannot be reached".to_owned();
                let write_off = WriteOffInvoice { invoice, reason, on: Some(self.later(&mut rng)) };
                return write_off.run(cx).await.map(drop);
            }
            _ => {}
        }
        let view = look::invoice(cx, invoice).await?;
        let total = view.summary.total.minor;
        let part = total * rng.i64(30..=70) / 100;
        match self.fate {
            Fate::PartlyPaid | Fate::PartlyPaidOverdue => self.pay(cx, &mut rng, invoice, part, part).await.map(drop),
            Fate::Paid => self.pay(cx, &mut rng, invoice, total, total).await.map(drop),
            Fate::Overpaid => {
                self.pay(cx, &mut rng, invoice, part, part).await?;
                let rest = total - part;
                self.pay(cx, &mut rng, invoice, rest + rest / 10 + 1, rest).await.map(drop)
            }
            Fate::VoidRefunded => {
                let payment = self.pay(cx, &mut rng, invoice, part, part).await?;
                void(invoice, IfSettled::Detach, self.today).run(cx).await?;
                self.refund(cx, RefundOf::Unapplied { payment }, part).await
            }
            Fate::Refunded => {
                let payment = self.pay(cx, &mut rng, invoice, total, total).await?;
                self.refund(cx, RefundOf::ByCreditNote { payment, invoice }, total / 4).await
            }
            Fate::RefundedAndOwed => {
                let payment = self.pay(cx, &mut rng, invoice, total, total).await?;
                self.refund(cx, RefundOf::Reverse { payment, invoice: Some(invoice) }, part).await
            }
            Fate::Credited => self.credit(cx, &mut rng, invoice, CreditWhat::Everything { invoice }).await,
            Fate::PartlyCredited => {
                let lines = vec![(view.lines[0].id, CreditOf::Quantity(half_or_one(view.lines[0].quantity)))];
                self.credit(cx, &mut rng, invoice, CreditWhat::Lines { invoice, lines }).await
            }
            Fate::Corrected => self.correct(cx, &view).await,
            Fate::Draft | Fate::Open | Fate::Overdue | Fate::Void | Fate::WrittenOff => Ok(()),
        }
    }

    /// A day between the invoice's and today.
    fn later(&self, rng: &mut Rng) -> Date {
        let dated_on = self.spec.dated_on.unwrap_or(self.today);
        dated_on.saturating_add(rng.i64(1..=40).days()).min(self.today)
    }

    fn currency(&self) -> Currency {
        self.spec.currency.unwrap_or(self.base)
    }

    fn amount(&self, minor: i64) -> Amount {
        money(minor, self.currency())
    }

    /// A payment of `amount`, of which `share` is put on the invoice; minor units.
    async fn pay(
        &self,
        cx: &mut Cx<'_, '_>,
        rng: &mut Rng,
        invoice: InvoiceId,
        amount: i64,
        share: i64,
    ) -> Result<PaymentId, Error> {
        let on = self.later(rng);
        let usual = self.spec.fx.as_ref().map(|fx| fx.rate.to_string());
        let mode = [PaymentMode::BankTransfer, PaymentMode::Card, PaymentMode::Check, PaymentMode::Automatic];
        let mode = mode[rng.usize(..4)];
        let is_automatic = mode == PaymentMode::Automatic;
        let charges = if rng.u8(..4) == 0 { amount / 100 } else { 0 };
        let shares = vec![Share { invoice, amount: self.amount(share) }];
        let payment = RecordPayment {
            fx: usual.map(|usual| fx(rng, &usual, on)),
            bank_charges: self.amount(charges),
            mode,
            received_on: Some(on),
            reference: format!("R{}", rng.u32(100_000..999_999)),
            gateway: is_automatic.then(|| "sandbox".to_owned()),
            gateway_transaction_id: is_automatic.then(|| format!("txn_{:08x}", rng.u32(..))),
            ..RecordPayment::from(self.spec.customer, self.amount(amount), shares)
        };
        payment.run(cx).await
    }

    /// Today, so that nothing goes back before it came.
    async fn refund(&self, cx: &mut Cx<'_, '_>, of: RefundOf, amount: i64) -> Result<(), Error> {
        let refund = RefundMoney {
            of,
            amount: self.amount(amount),
            mode: PaymentMode::BankTransfer,
            on: Some(self.today),
            reference: String::new(),
            description: "Returned goods".to_owned(),
        };
        refund.run(cx).await.map(drop)
    }

    /// A note on the invoice's lines, all of it applied to the invoice.
    async fn credit(
        &self,
        cx: &mut Cx<'_, '_>,
        rng: &mut Rng,
        invoice: InvoiceId,
        what: CreditWhat,
    ) -> Result<(), Error> {
        let on = Some(self.later(rng));
        let create =
            CreateCreditNote { dated_on: on, reason: "Returned goods".to_owned(), ..CreateCreditNote::of(what) };
        let note = ThenNote(create).run(cx).await?.value.document.note;
        let shares = vec![NoteShare { note: note.id, invoice, amount: self.amount(note.total) }];
        ApplyCreditNotes { shares, on }.run(cx).await.map(drop)
    }

    /// One more of the first line; every line goes on.
    async fn correct(&self, cx: &mut Cx<'_, '_>, view: &View) -> Result<(), Error> {
        let mut spec = self.spec.clone();
        spec.lines[0].quantity = spec.lines[0].quantity.checked_add(Decimal::ONE)?;
        let keeps = view.lines.iter().map(|line| Some(line.id)).collect();
        let reason = "Wrong quantity".to_owned();
        CorrectInvoice { invoice: view.summary.id, spec, keeps, reason }.run(cx).await.map(drop)
    }
}

fn void(invoice: InvoiceId, if_settled: IfSettled, on: Date) -> VoidInvoice {
    VoidInvoice { voided_on: Some(on), reason: "Issued twice".to_owned(), ..VoidInvoice::of(invoice, if_settled) }
}

/// One unit, or half of what is there when that is less.
fn half_or_one(quantity: Decimal) -> Decimal {
    match quantity.whole() {
        Some(whole) if whole > 1 => Decimal::ONE,
        _ => Decimal::new(quantity.mantissa() * 5, quantity.scale() + 1).unwrap_or(quantity),
    }
}
