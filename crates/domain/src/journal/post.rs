//! Each decision as the postings it makes, balanced by construction: the last side of an entry is the
//! difference of the others.

use super::{Account, Entry, EntryKind, Posting};
use crate::credit_note::CreditNote;
use crate::fx;
use crate::id::{
    ApplicationId, CreditNoteId, CustomerId, EntityId, EntryId, InvoiceId, PaymentId, RefundId, WriteOffId,
};
use crate::invoice::Invoice;
use crate::money::{Currency, sub};
use crate::payment::{Application, Payment, Refund, Source, WriteOff};
use crate::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;

/// An entry decided and not yet stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryDraft {
    pub entity_id: EntityId,
    pub kind: EntryKind,
    pub object_kind: &'static str,
    pub object_id: i64,
    pub currency: Currency,
    pub postings: Vec<Posting>,
}

impl EntryDraft {
    pub fn into_entry(self, id: EntryId, posted_on: Date, created_at: Timestamp) -> Entry {
        Entry {
            id,
            entity_id: self.entity_id,
            kind: self.kind,
            object_kind: self.object_kind,
            object_id: self.object_id,
            currency: self.currency,
            posted_on,
            postings: self.postings,
            created_at,
        }
    }

    /// The same postings with the other sign, under another kind: a void or correction takes back what the
    /// entry posted.
    pub fn reversed(mut self, kind: EntryKind) -> EntryDraft {
        self.kind = kind;
        for posting in &mut self.postings {
            posting.amount = -posting.amount;
            posting.base_amount = -posting.base_amount;
        }
        self
    }
}

/// Debit positive; amounts of the document and of the books.
type Side = (Account, Option<CustomerId>, i64, i64);

fn draft(
    (entity_id, currency): (EntityId, Currency),
    kind: EntryKind,
    (object_kind, object_id): (&'static str, i64),
    sides: &[Side],
) -> EntryDraft {
    let postings = sides
        .iter()
        .filter(|side| side.2 != 0 || side.3 != 0)
        .map(|&(account, customer_id, amount, base_amount)| Posting { account, customer_id, amount, base_amount })
        .collect();
    EntryDraft { entity_id, kind, object_kind, object_id, currency, postings }
}

/// Issue: Dr receivable; Cr tax payable, Cr revenue. In base currency total and tax are converted and rounded
/// once each, revenue is their difference.
pub fn invoice_issued(invoice: &Invoice, base: Currency) -> Result<EntryDraft, Refusal> {
    let totals = invoice.totals;
    let to_base = |minor| fx::to_base(minor, invoice.currency, invoice.fx.as_ref(), base);
    let (total_base, tax_base) = (to_base(totals.total)?, to_base(totals.tax)?);
    let customer = Some(invoice.customer_id);
    let sides = [
        (Account::Receivable, customer, totals.total, total_base),
        (Account::Revenue, None, -totals.ex_tax, -sub(total_base, tax_base, "base amount")?),
        (Account::TaxPayable, None, -totals.tax, -tax_base),
    ];
    let object = (InvoiceId::WORD, invoice.id.get());
    Ok(draft((invoice.entity_id, invoice.currency), EntryKind::InvoiceIssued, object, &sides))
}

/// Void: what the issue posted, taken back. Everything applied is reversed before.
pub fn invoice_voided(invoice: &Invoice, base: Currency) -> Result<EntryDraft, Refusal> {
    Ok(invoice_issued(invoice, base)?.reversed(EntryKind::InvoiceVoided))
}

/// Correction: the old revision taken back, the new one posted anew.
pub fn invoice_corrected(old: &Invoice, new: &Invoice, base: Currency) -> Result<[EntryDraft; 2], Refusal> {
    let taken_back = invoice_issued(old, base)?.reversed(EntryKind::InvoiceCorrected);
    Ok([taken_back, EntryDraft { kind: EntryKind::InvoiceCorrected, ..invoice_issued(new, base)? }])
}

/// Payment: Dr cash, Dr bank charges; Cr unapplied.
pub fn payment_received(payment: &Payment, base: Currency) -> Result<EntryDraft, Refusal> {
    let to_base = |minor| fx::to_base(minor, payment.currency, payment.fx.as_ref(), base);
    let (amount_base, charges_base) = (to_base(payment.amount)?, to_base(payment.bank_charges)?);
    let cash = sub(payment.amount, payment.bank_charges, "amount")?;
    let sides = [
        (Account::Cash, None, cash, sub(amount_base, charges_base, "base amount")?),
        (Account::BankCharges, None, payment.bank_charges, charges_base),
        (Account::Unapplied, Some(payment.customer_id), -payment.amount, -amount_base),
    ];
    let object = (PaymentId::WORD, payment.id.get());
    Ok(draft((payment.entity_id, payment.currency), EntryKind::PaymentReceived, object, &sides))
}

/// What the receipt posted, taken back.
pub fn payment_voided(payment: &Payment, base: Currency) -> Result<EntryDraft, Refusal> {
    Ok(payment_received(payment, base)?.reversed(EntryKind::PaymentVoided))
}

/// Said anew: the old receipt taken back, the new one posted.
pub fn payment_corrected(old: &Payment, new: &Payment, base: Currency) -> Result<[EntryDraft; 2], Refusal> {
    Ok([payment_voided(old, base)?, payment_received(new, base)?])
}

/// Application of a payment or note: Dr unapplied or note liability; Cr receivable; what the two differ by in
/// base currency is realised gain or loss. A reversal's row is negative and posts the other way round.
/// `source_customer` is whose money it was. Write-offs post through [`written_off`] and
/// [`write_off_cancelled`]: `None` for their rows.
pub fn applied(
    row: &Application,
    invoice: &Invoice,
    source_customer: CustomerId,
) -> Result<Option<EntryDraft>, Refusal> {
    let account = match row.source {
        Source::Payment(_) => Account::Unapplied,
        Source::CreditNote(_) => Account::CreditNoteLiability,
        Source::WriteOff(_) => return Ok(None),
    };
    let kind = if row.reverses.is_some() { EntryKind::ApplicationReversed } else { EntryKind::Applied };
    let gain = fx::realised_gain(row.receivable_base, row.source_base)?;
    let sides = [
        (account, Some(source_customer), row.amount, row.source_base),
        (Account::Receivable, Some(invoice.customer_id), -row.amount, -row.receivable_base),
        (Account::RealisedFx, None, 0, -gain),
    ];
    let object = (ApplicationId::WORD, row.id.get());
    Ok(Some(draft((invoice.entity_id, invoice.currency), kind, object, &sides)))
}

/// Credit note: Dr revenue, Dr tax payable; Cr note liability.
pub fn credit_note_issued(note: &CreditNote, base: Currency) -> Result<EntryDraft, Refusal> {
    let to_base = |minor| fx::to_base(minor, note.currency, note.fx.as_ref(), base);
    let (total_base, tax_base) = (to_base(note.total)?, to_base(note.tax)?);
    let sides = [
        (Account::Revenue, None, note.ex_tax, sub(total_base, tax_base, "base amount")?),
        (Account::TaxPayable, None, note.tax, tax_base),
        (Account::CreditNoteLiability, Some(note.customer_id), -note.total, -total_base),
    ];
    let object = (CreditNoteId::WORD, note.id.get());
    Ok(draft((note.entity_id, note.currency), EntryKind::CreditNoteIssued, object, &sides))
}

/// A void note opened again: what its issue posted, once more.
pub fn credit_note_reopened(note: &CreditNote, base: Currency) -> Result<EntryDraft, Refusal> {
    credit_note_issued(note, base)
}

/// What the note's issue posted, taken back.
pub fn credit_note_voided(note: &CreditNote, base: Currency) -> Result<EntryDraft, Refusal> {
    Ok(credit_note_issued(note, base)?.reversed(EntryKind::CreditNoteVoided))
}

/// Write-off: Dr bad debt, Dr tax payable for the tax relieved; Cr receivable. `row` is its application.
pub fn written_off(
    write_off: &WriteOff,
    row: &Application,
    invoice: &Invoice,
    base: Currency,
) -> Result<EntryDraft, Refusal> {
    let relief_base = fx::to_base(write_off.tax_relief, invoice.currency, invoice.fx.as_ref(), base)?;
    let relief = (write_off.tax_relief, relief_base);
    give_up(EntryKind::WrittenOff, write_off, row, invoice, relief)
}

/// The cancellation of a write-off or a part of it: what it posted, taken back in proportion, telescoped.
/// `write_off` is as it stands after the cancellation, `row` the (negative) reversal, `tax_relief` the relief
/// taken back with it, positive.
pub fn write_off_cancelled(
    write_off: &WriteOff,
    row: &Application,
    invoice: &Invoice,
    tax_relief: i64,
    base: Currency,
) -> Result<EntryDraft, Refusal> {
    let whole = fx::to_base(write_off.tax_relief, invoice.currency, invoice.fx.as_ref(), base)?;
    let until = write_off.tax_relief_cancelled;
    let relief_base = fx::part_of_row(whole, until - tax_relief, until, write_off.tax_relief)?;
    let relief = (-tax_relief, -relief_base);
    give_up(EntryKind::WriteOffCancelled, write_off, row, invoice, relief)
}

fn give_up(
    kind: EntryKind,
    write_off: &WriteOff,
    row: &Application,
    invoice: &Invoice,
    (relief, relief_base): (i64, i64),
) -> Result<EntryDraft, Refusal> {
    let loss = sub(row.amount, relief, "write-off")?;
    let sides = [
        (Account::BadDebt, None, loss, sub(row.receivable_base, relief_base, "base amount")?),
        (Account::TaxPayable, None, relief, relief_base),
        (Account::Receivable, Some(invoice.customer_id), -row.amount, -row.receivable_base),
    ];
    let object = (WriteOffId::WORD, write_off.id.get());
    Ok(draft((invoice.entity_id, invoice.currency), kind, object, &sides))
}

/// Refund: Dr unapplied (of a payment) or note liability; Cr cash. `refund_base` is what the decision gave.
/// Money goes back at the rate at which it stands in the books.
pub fn refunded(refund: &Refund, refund_base: i64) -> EntryDraft {
    // A refund by credit note pays out the note; its payment is only named.
    let account = if refund.credit_note_id.is_some() { Account::CreditNoteLiability } else { Account::Unapplied };
    let sides = [
        (account, Some(refund.customer_id), refund.amount, refund_base),
        (Account::Cash, None, -refund.amount, -refund_base),
    ];
    let object = (RefundId::WORD, refund.id.get());
    draft((refund.entity_id, refund.currency), EntryKind::Refunded, object, &sides)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::FxRate;
    use crate::invoice::write_off::write_off;
    use crate::money::Decimal;
    use crate::payment::allocate::{Wish, allocate, unapply};
    use crate::payment::{PaymentMode, RefundKind};
    use crate::testing::{Settling, day, invoice, note, payment};
    use Account::{
        BadDebt, BankCharges, Cash, CreditNoteLiability, RealisedFx, Receivable, Revenue, TaxPayable, Unapplied,
    };

    const EUR: Currency = Currency::EUR;

    fn at(rate: &str) -> Option<FxRate> {
        let rate = Decimal::parse(rate).expect("a decimal");
        Some(FxRate { rate, source: "ECB".to_owned(), on: day(2026, 1, 2) })
    }

    #[track_caller]
    fn check(draft: &EntryDraft, expected: &[(Account, i64, i64)]) {
        let found: Vec<_> = draft.postings.iter().map(|p| (p.account, p.amount, p.base_amount)).collect();
        assert_eq!(found, expected);
        let entry = draft.clone().into_entry(EntryId(1), day(2026, 1, 1), Timestamp::UNIX_EPOCH);
        assert_eq!(entry.check(), Ok(()));
    }

    fn with_tax() -> Invoice {
        let mut noun = invoice(1, 12_000);
        noun.totals.tax = 2_000;
        noun.totals.ex_tax = 10_000;
        noun.fx = at("0.9173");
        noun
    }

    #[test]
    fn documents_post_once_in_both_currencies() {
        let noun = with_tax();
        let issued = invoice_issued(&noun, EUR).expect("posts");
        check(&issued, &[(Receivable, 12_000, 11_008), (Revenue, -10_000, -9_173), (TaxPayable, -2_000, -1_835)]);
        check(
            &invoice_voided(&noun, EUR).expect("posts"),
            &[(Receivable, -12_000, -11_008), (Revenue, 10_000, 9_173), (TaxPayable, 2_000, 1_835)],
        );
        let [back, anew] = invoice_corrected(&noun, &noun, EUR).expect("posts");
        assert_eq!((back.postings[0].amount, anew.postings[0].amount), (-12_000, 12_000));
        assert_eq!((back.kind, anew.kind), (EntryKind::InvoiceCorrected, EntryKind::InvoiceCorrected));
        let in_base = invoice_issued(&Invoice { fx: None, ..noun.clone() }, Currency::USD).expect("posts");
        check(&in_base, &[(Receivable, 12_000, 12_000), (Revenue, -10_000, -10_000), (TaxPayable, -2_000, -2_000)]);
        let missing = invoice_issued(&Invoice { fx: None, ..noun }, EUR);
        assert_eq!(missing, Err(Refusal::RateMissing { currency: Currency::USD, base: EUR }));
        let credit = CreditNote { tax: 2_000, ex_tax: 10_000, fx: at("0.9173"), ..note(1, 12_000) };
        check(
            &credit_note_issued(&credit, EUR).expect("posts"),
            &[(Revenue, 10_000, 9_173), (TaxPayable, 2_000, 1_835), (CreditNoteLiability, -12_000, -11_008)],
        );
        let voided = credit_note_voided(&credit, EUR).expect("posts");
        assert_eq!((voided.kind, voided.postings[0].amount), (EntryKind::CreditNoteVoided, -10_000));
        check(&invoice_issued(&invoice(2, 0), Currency::USD).expect("posts"), &[]);
    }

    #[test]
    fn bank_charges_are_not_cash() {
        let mut paid = payment(1, 37_000);
        paid.bank_charges = 1_000;
        check(
            &payment_received(&paid, Currency::USD).expect("posts"),
            &[(Cash, 36_000, 36_000), (BankCharges, 1_000, 1_000), (Unapplied, -37_000, -37_000)],
        );
        let voided = payment_voided(&paid, Currency::USD).expect("posts");
        check(&voided, &[(Cash, -36_000, -36_000), (BankCharges, -1_000, -1_000), (Unapplied, 37_000, 37_000)]);
    }

    #[test]
    fn a_rate_that_moved_is_realised_at_application_and_undone_with_it() {
        let paid = Payment { fx: at("0.95"), ..payment(1, 12_000) };
        let mut set = Settling::new(with_tax(), vec![paid], Vec::new());
        let wish = Wish { payment: set.payment_id(0), invoice: set.id, amount: 12_000 };
        let done = allocate(&mut set.sources.payments, &mut set.invoices, &[wish], &[], EUR, day(2026, 2, 1));
        set.store(done.expect("applies").applications);
        let noun = set.invoice().noun.clone();
        let posted = applied(&set.rows[0], &noun, noun.customer_id).expect("posts").expect("an entry");
        check(&posted, &[(Unapplied, 12_000, 11_400), (Receivable, -12_000, -11_008), (RealisedFx, 0, -392)]);
        let mut live = set.live();
        let booked = set.invoices.get_mut(&set.id).expect("there");
        let back = unapply(booked, &mut set.sources, &mut live[0], day(2026, 2, 2)).expect("reverses");
        assert_eq!(booked.base_used, 0);
        set.store(vec![back.application]);
        let posted = applied(&set.rows[1], &noun, noun.customer_id).expect("posts").expect("an entry");
        assert_eq!(posted.kind, EntryKind::ApplicationReversed);
        check(&posted, &[(Unapplied, -12_000, -11_400), (Receivable, 12_000, 11_008), (RealisedFx, 0, 392)]);
    }

    #[test]
    fn write_offs_relieve_tax_and_give_it_back() {
        let mut set = Settling::new(with_tax(), Vec::new(), Vec::new());
        let on = day(2026, 2, 1);
        let done = write_off(set.invoice(), WriteOffId(1), 0, true, EUR, on).expect("writes off");
        let row = done.row(&set.invoices[&set.id].noun, "gone", on, Timestamp::UNIX_EPOCH);
        set.sources.write_offs.insert(row.id, row.clone());
        set.store(vec![done.application]);
        let noun = set.invoice().noun.clone();
        let posted = written_off(&row, &set.rows[0], &noun, EUR).expect("posts");
        check(&posted, &[(BadDebt, 10_000, 9_173), (TaxPayable, 2_000, 1_835), (Receivable, -12_000, -11_008)]);
        assert_eq!(applied(&set.rows[0], &noun, noun.customer_id), Ok(None));
        let mut live = set.live();
        let mut sums = [(BadDebt, 0, 0), (TaxPayable, 0, 0), (Receivable, 0, 0)];
        for amount in [1, 4_999, 7_000] {
            let booked = set.invoices.get_mut(&set.id).expect("there");
            let asked = booked.noun.settled.balance + amount;
            let back =
                crate::invoice::write_off::recover(booked, &mut live, &mut set.sources, asked, on).expect("recovers");
            let row = back[0].application.clone().into_row(ApplicationId(9), on, Timestamp::UNIX_EPOCH);
            let after = &set.sources.write_offs[&WriteOffId(1)];
            let posted = write_off_cancelled(after, &row, &noun, back[0].tax_relief, EUR).expect("posts");
            for posting in &posted.postings {
                let sum = sums.iter_mut().find(|sum| sum.0 == posting.account).expect("known");
                sum.1 += posting.amount;
                sum.2 += posting.base_amount;
            }
        }
        assert_eq!(sums, [(BadDebt, -10_000, -9_173), (TaxPayable, -2_000, -1_835), (Receivable, 12_000, 11_008)]);
    }

    #[test]
    fn refunds_pay_out_of_their_source() {
        let refund = Refund {
            id: RefundId(1),
            kind: RefundKind::Unapplied,
            customer_id: CustomerId(1),
            entity_id: EntityId(1),
            currency: Currency::USD,
            payment_id: Some(PaymentId(1)),
            credit_note_id: None,
            invoice_id: None,
            amount: 50,
            refunded_on: day(2026, 2, 1),
            mode: PaymentMode::Cash,
            reference: String::new(),
            description: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
        };
        check(&refunded(&refund, 46), &[(Unapplied, 50, 46), (Cash, -50, -46)]);
        let by_note = Refund { kind: RefundKind::ByCreditNote, credit_note_id: Some(CreditNoteId(1)), ..refund };
        check(&refunded(&by_note, 50), &[(CreditNoteLiability, 50, 50), (Cash, -50, -50)]);
    }
}
