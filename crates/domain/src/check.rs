//! The invariants of money on loaded nouns, recomputed from the rows: what `audit` runs. A violation names the
//! rule as the domain text numbers it (`I1` to `I5`, `I7`), the object and what disagrees.

use crate::credit_note::{CreditNote, NoteDocument};
use crate::id::{CreditNoteId, CustomerId, EntryId, InvoiceId, PaymentId, WriteOffId};
use crate::invoice::{Document, Invoice, Settled, State};
use crate::journal::{Account, Entry};
use crate::money::Currency;
use crate::payment::{Application, Payment, Refund, RefundKind, ReversalKind, Source, WriteOff};
use crate::settlement::LiveApplication;
use crate::tax::PriceMode;
use std::collections::BTreeMap;

/// One rule that does not hold for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `I1` ... `I7`.
    pub rule: &'static str,
    /// The noun's word and id.
    pub object: (&'static str, i64),
    pub text: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}: {}", self.rule, self.object.0, self.object.1, self.text)
    }
}

/// Collects what does not hold for one object.
struct Checks {
    object: (&'static str, i64),
    found: Vec<Violation>,
}

impl Checks {
    const fn of(object: (&'static str, i64)) -> Checks {
        Checks { object, found: Vec::new() }
    }

    fn holds(&mut self, rule: &'static str, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.found.push(Violation { rule, object: self.object, text: text() });
        }
    }

    /// `stored` is what the rows come to.
    fn same(&mut self, rule: &'static str, what: &str, stored: i64, computed: i128) {
        self.holds(rule, i128::from(stored) == computed, || format!("{what} is {stored}, the rows come to {computed}"));
    }
}

fn total(amounts: impl Iterator<Item = i64>) -> i128 {
    amounts.map(i128::from).sum()
}

/// I1 to I3: lines, totals and taxes of an invoice's revision.
pub fn document(document: &Document) -> Vec<Violation> {
    let invoice = &document.invoice;
    let mut checks = Checks::of((InvoiceId::WORD, invoice.id.get()));
    lines(document, &mut checks);
    let totals = invoice.totals;
    let allowances = |is_charge| {
        let chosen = document.allowances.iter().filter(move |allowance| allowance.is_charge == is_charge);
        total(chosen.map(|allowance| allowance.amount))
    };
    checks.same("I2", "net", totals.net, total(document.lines.iter().map(|line| line.amounts.net)));
    let by_line = total(document.lines.iter().map(|line| line.amounts.allowance));
    checks.same("I2", "allowances", totals.allowances, by_line);
    checks.same("I2", "allowances", totals.allowances, allowances(false));
    checks.same("I2", "charges", totals.charges, allowances(true));
    let ex_tax = total([totals.net, -totals.allowances, totals.charges].into_iter());
    checks.same("I2", "total without tax", totals.ex_tax, ex_tax);
    checks.same("I3", "tax base", totals.ex_tax, total(document.taxes.iter().map(|tax| tax.base)));
    checks.same("I3", "tax", totals.tax, total(document.taxes.iter().map(|tax| tax.amount)));
    for tax in document.taxes.iter().filter(|tax| !tax.components.is_empty()) {
        checks.same("I3", "group tax", tax.amount, total(tax.components.iter().copied()));
    }
    checks.same("I3", "total", totals.total, total([totals.ex_tax, totals.tax].into_iter()));
    checks.holds("I3", totals.total >= 0, || format!("total is {}", totals.total));
    checks.found
}

/// I1 per line. In inclusive mode gross and discount contain tax and net does not, so that only signs and the
/// taxable amount can be checked; without document allowances (one may come to nothing without its tax)
/// taxable and tax are the gross left.
fn lines(document: &Document, checks: &mut Checks) {
    let is_inclusive = document.invoice.price_mode == PriceMode::Inclusive;
    for line in &document.lines {
        let amounts = line.amounts;
        let on = |what: &str| format!("line {} {what}", line.id.get());
        let discounts = total(line.discounts.iter().map(|applied| applied.amount));
        checks.same("I1", &on("discount"), amounts.discount, discounts);
        let left = total([amounts.gross, -amounts.discount].into_iter());
        if !is_inclusive {
            checks.same("I1", &on("net"), amounts.net, left);
        } else if document.allowances.iter().all(|allowance| allowance.is_charge) {
            checks.same("I1", &on("gross"), amounts.taxable + amounts.tax, left);
        }
        let taxable = total([amounts.net, -amounts.allowance].into_iter());
        checks.same("I1", &on("taxable"), amounts.taxable, taxable);
        let is_adjustment = amounts.gross < 0;
        let is_signed = is_adjustment || (amounts.net >= 0 && amounts.taxable >= 0 && amounts.allowance >= 0);
        checks.holds("I1", is_signed, || format!("{} below zero", on("net or taxable")));
    }
}

/// The sums that application rows come to.
pub fn settled_by(invoice: &Invoice, rows: &[Application]) -> Settled {
    let mut settled = Settled::default();
    for row in rows.iter().filter(|row| row.invoice_id == invoice.id) {
        match (row.source, row.reverses) {
            (Source::Payment(_), Some((_, ReversalKind::Refunded))) => settled.refunds -= row.amount,
            (Source::Payment(_), _) => settled.payments_gross += row.amount,
            (Source::CreditNote(_), _) => settled.credits += row.amount,
            (Source::WriteOff(_), _) => settled.write_offs += row.amount,
        }
    }
    settled.balance = match invoice.state {
        State::Draft => invoice.totals.total,
        State::Issued => invoice.totals.total - settled.applied(),
        State::Void => 0,
    };
    settled
}

/// I4: the invoice's projected sums are those of its application rows.
pub fn settlement(invoice: &Invoice, rows: &[Application]) -> Vec<Violation> {
    let mut checks = Checks::of((InvoiceId::WORD, invoice.id.get()));
    let (stored, computed) = (invoice.settled, settled_by(invoice, rows));
    for (what, stored, computed) in [
        ("payments", stored.payments_gross, computed.payments_gross),
        ("refunds", stored.refunds, computed.refunds),
        ("credits", stored.credits, computed.credits),
        ("write-offs", stored.write_offs, computed.write_offs),
        ("balance", stored.balance, computed.balance),
    ] {
        checks.same("I4", what, stored, i128::from(computed));
        checks.holds("I4", stored >= 0, || format!("{what} is {stored}"));
    }
    let total = invoice.totals.total;
    checks.holds("I4", stored.balance <= total, || format!("balance {} above total {total}", stored.balance));
    if invoice.state != State::Issued {
        checks.holds("I4", computed.applied() == 0, || format!("{} applied while not issued", computed.applied()));
    }
    for live in LiveApplication::fold(rows) {
        let is_whole = live.row.amount > 0 && (0..=live.row.amount).contains(&live.left());
        checks.holds("I4", is_whole, || format!("application {} has {} left", live.row.id.get(), live.left()));
    }
    for row in rows {
        if let Some((of, _)) = row.reverses {
            let is_known = rows.iter().any(|other| {
                other.id == of
                    && other.reverses.is_none()
                    && (other.source, other.invoice_id) == (row.source, row.invoice_id)
            });
            checks.holds("I4", is_known, || format!("reversal {} names application {}", row.id.get(), of.get()));
        }
    }
    checks.found
}

/// I5: a payment is applied, unapplied or refunded, and nothing else. `rows` and `refunds` may be of many
/// payments.
pub fn payment(payment: &Payment, rows: &[Application], refunds: &[Refund]) -> Vec<Violation> {
    let mut checks = Checks::of((PaymentId::WORD, payment.id.get()));
    let own = rows.iter().filter(|row| row.source == Source::Payment(payment.id));
    checks.same("I5", "applied", payment.applied, total(own.map(|row| row.amount)));
    let own = refunds
        .iter()
        .filter(|refund| refund.payment_id == Some(payment.id) && refund.kind != RefundKind::ByCreditNote);
    checks.same("I5", "refunded", payment.refunded, total(own.map(|refund| refund.amount)));
    if payment.is_void {
        let used = total([payment.applied, payment.unapplied, payment.refunded].into_iter());
        checks.same("I5", "use of a void payment", 0, used);
    } else {
        let parts = total([payment.applied, payment.unapplied, payment.refunded].into_iter());
        checks.same("I5", "amount", payment.amount, parts);
    }
    let is_signed = payment.applied >= 0 && payment.unapplied >= 0 && payment.refunded >= 0;
    checks.holds("I5", is_signed, || "a part is below zero".to_owned());
    checks.found
}

/// I5: a note is applied, refunded or remaining; and its own amounts add up.
pub fn credit_note(document: &NoteDocument, rows: &[Application], refunds: &[Refund]) -> Vec<Violation> {
    let note: &CreditNote = &document.note;
    let mut checks = Checks::of((CreditNoteId::WORD, note.id.get()));
    let own = rows.iter().filter(|row| row.source == Source::CreditNote(note.id));
    checks.same("I5", "applied", note.applied, total(own.map(|row| row.amount)));
    let own = refunds.iter().filter(|refund| refund.credit_note_id == Some(note.id));
    checks.same("I5", "refunded", note.refunded, total(own.map(|refund| refund.amount)));
    let expected = if note.state == State::Issued { i128::from(note.total) } else { 0 };
    let parts = total([note.applied, note.refunded, note.remaining].into_iter());
    checks.holds("I5", parts == expected, || format!("parts come to {parts}, not {expected}"));
    let is_signed = note.applied >= 0 && note.refunded >= 0 && note.remaining >= 0;
    checks.holds("I5", is_signed, || "a part is below zero".to_owned());
    checks.same("I3", "total", note.total, total([note.ex_tax, note.tax].into_iter()));
    if !note.is_amount_only {
        checks.same("I3", "tax base", note.ex_tax, total(document.taxes.iter().map(|tax| tax.base)));
        checks.same("I3", "tax", note.tax, total(document.taxes.iter().map(|tax| tax.amount)));
    }
    checks.found
}

/// I5: a write-off's row and its application agree.
pub fn write_off(write_off: &WriteOff, rows: &[Application]) -> Vec<Violation> {
    let mut checks = Checks::of((WriteOffId::WORD, write_off.id.get()));
    let own = rows.iter().filter(|row| row.source == Source::WriteOff(write_off.id));
    checks.same("I5", "what is written off", write_off.left(), total(own.map(|row| row.amount)));
    let is_bounded = (0..=write_off.amount).contains(&write_off.cancelled)
        && (0..=write_off.tax_relief).contains(&write_off.tax_relief_cancelled);
    checks.holds("I5", is_bounded, || "more cancelled than written off".to_owned());
    checks.found
}

/// I7: the entry sums to zero in both currencies.
pub fn entry(entry: &Entry) -> Vec<Violation> {
    let mut checks = Checks::of((EntryId::WORD, entry.id.get()));
    if let Err(unbalanced) = entry.check() {
        checks.holds("I7", false, || unbalanced.to_string());
    }
    checks.found
}

/// I7 over the whole journal: receivables per customer and currency are the open balances of the customer's
/// issued invoices, and all accounts together come to zero. Fed in any order, any number of times.
#[derive(Debug, Default)]
pub struct Ledger {
    receivables: BTreeMap<(CustomerId, Currency), (i128, i128)>,
    trial: BTreeMap<Currency, i128>,
    trial_base: i128,
}

impl Ledger {
    pub fn add_entry(&mut self, entry: &Entry) {
        for posting in &entry.postings {
            *self.trial.entry(entry.currency).or_default() += i128::from(posting.amount);
            self.trial_base += i128::from(posting.base_amount);
            if let (Account::Receivable, Some(customer)) = (posting.account, posting.customer_id) {
                self.receivables.entry((customer, entry.currency)).or_default().0 += i128::from(posting.amount);
            }
        }
    }

    pub fn add_invoice(&mut self, invoice: &Invoice) {
        if invoice.state == State::Issued {
            let key = (invoice.customer_id, invoice.currency);
            self.receivables.entry(key).or_default().1 += i128::from(invoice.settled.balance);
        }
    }

    pub fn finish(self) -> Vec<Violation> {
        let mut found = Vec::new();
        for ((customer, currency), (posted, open)) in self.receivables {
            let mut checks = Checks::of((CustomerId::WORD, customer.get()));
            checks.holds("I7", posted == open, || {
                format!("receivables of {posted} {currency} in the journal, open balances of {open}")
            });
            found.append(&mut checks.found);
        }
        let mut checks = Checks::of((EntryId::WORD, 0));
        for (currency, off) in self.trial {
            checks.holds("I7", off == 0, || format!("trial balance in {currency} is off by {off}"));
        }
        checks.holds("I7", self.trial_base == 0, || format!("trial balance is off by {}", self.trial_base));
        found.append(&mut checks.found);
        found
    }
}

#[cfg(test)]
mod tests;
