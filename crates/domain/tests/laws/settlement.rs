//! Applying, reversing, refunding, writing off and voiding conserve money: after every step of a generated
//! history the invariants hold and the journal is the balances.

use crate::sample::{DAY, PARTIES, currency};
use domain::check::{self, Ledger};
use domain::credit_note::CreditNote;
use domain::credit_note::apply::{NoteWish, apply_notes};
use domain::id::{ApplicationId, CreditNoteId, EntryId, InvoiceId, PaymentId, RefundId, WriteOffId};
use domain::invoice::void::{IfSettled, void};
use domain::invoice::write_off::{cancel, recover, write_off};
use domain::invoice::{FxRate, Invoice, State};
use domain::journal::Entry;
use domain::journal::post::{self, EntryDraft};
use domain::money::{Currency, Decimal};
use domain::party::{Address, ClosedBooksPolicy, IssuedPolicy, LegalEntity, Terms};
use domain::payment::allocate::{Wish, allocate, unapply};
use domain::payment::refund::reverse_and_owe_again;
use domain::payment::{Application, Payment, PaymentMode, Refund, RefundKind, Source};
use domain::settlement::{Booked, LiveApplication, NewApplication, Reversal, Sources};
use domain::tax::{PriceMode, TaxRounding};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::collections::BTreeMap;

const BASE: Currency = Currency::EUR;
const AT: Timestamp = Timestamp::UNIX_EPOCH;

/// Two invoices, two payments, two notes and everything that happened to them.
struct Books {
    entity: LegalEntity,
    invoices: BTreeMap<InvoiceId, Booked<Invoice>>,
    sources: Sources,
    rows: Vec<Application>,
    refunds: Vec<Refund>,
    entries: Vec<Entry>,
}

fn fx(parts: i64) -> Option<FxRate> {
    let rate = Decimal::from_parts(parts, 4_i64).expect("a decimal");
    Some(FxRate { rate, source: "ECB".to_owned(), on: DAY })
}

impl Books {
    fn open(currency: Currency, rates: [i64; 6], amounts: [i64; 6]) -> Books {
        let entity = LegalEntity {
            id: PARTIES.0,
            name: String::new(),
            address: Address::default(),
            tax_ids: Vec::new(),
            email: String::new(),
            base_currency: BASE,
            time_zone: "UTC".to_owned(),
            language: "en".to_owned(),
            tax_rounding: TaxRounding::PerGroup,
            price_mode: PriceMode::Exclusive,
            issued_policy: IssuedPolicy::Correctable,
            closed_books_policy: ClosedBooksPolicy::Refuse,
            books_closed_through: None,
            write_off_relieves_tax: true,
            default_terms: Terms { id: None, name: String::new(), days: 0 },
            is_default: true,
            created_at: AT,
            updated_at: AT,
        };
        let mut books = Books {
            entity,
            invoices: BTreeMap::new(),
            sources: Sources::default(),
            rows: Vec::new(),
            refunds: Vec::new(),
            entries: Vec::new(),
        };
        for id in [1, 2] {
            let index = id as usize - 1;
            let mut noun = Invoice::draft(InvoiceId(id), PARTIES, currency, DAY, AT);
            noun.fx = fx(rates[index]);
            noun.totals.total = amounts[index];
            noun.totals.tax = amounts[index] / 6;
            noun.totals.ex_tax = amounts[index] - noun.totals.tax;
            noun.state = State::Issued;
            noun.settle_on(DAY);
            books.post(post::invoice_issued(&noun, BASE).expect("posts"));
            books.invoices.insert(noun.id, Booked::new(noun, 0));

            let mode = PaymentMode::BankTransfer;
            let received = (amounts[index + 2], amounts[index + 2] / 50);
            let mut noun =
                Payment::received(PaymentId(id), PARTIES, currency, received, mode, DAY, AT).expect("a payment");
            noun.fx = fx(rates[index + 2]);
            books.post(post::payment_received(&noun, BASE).expect("posts"));
            books.sources.payments.insert(noun.id, Booked::new(noun, 0));

            let mut noun = CreditNote::draft(CreditNoteId(id), PARTIES, currency, DAY, AT);
            noun.fx = fx(rates[index + 4]);
            (noun.ex_tax, noun.total, noun.is_amount_only) = (amounts[index + 4], amounts[index + 4], true);
            noun.issue(&books.entity, AT).expect("issues");
            books.post(post::credit_note_issued(&noun, BASE).expect("posts"));
            books.sources.notes.insert(noun.id, Booked::new(noun, 0));
        }
        books
    }

    fn post(&mut self, draft: EntryDraft) {
        let entry = draft.into_entry(EntryId(self.entries.len() as i64 + 1), DAY, AT);
        assert_eq!(entry.check(), Ok(()));
        self.entries.push(entry);
    }

    fn store(&mut self, application: NewApplication) -> Application {
        let row = application.into_row(ApplicationId(self.rows.len() as i64 + 1), DAY, AT);
        self.rows.push(row.clone());
        let invoice = &self.invoices[&row.invoice_id].noun;
        if let Some(entry) = post::applied(&row, invoice, PARTIES.1).expect("posts") {
            self.post(entry);
        }
        row
    }

    fn store_reversal(&mut self, reversal: Reversal) {
        let row = self.store(reversal.application);
        if let Source::WriteOff(id) = row.source {
            let (write_off, invoice) = (&self.sources.write_offs[&id], &self.invoices[&row.invoice_id].noun);
            let entry = post::write_off_cancelled(write_off, &row, invoice, reversal.tax_relief, BASE);
            self.post(entry.expect("posts"));
        }
    }

    fn refund(&mut self, kind: RefundKind, source: Source, amount: i64, refund_base: i64) {
        let currency = self.invoices[&InvoiceId(1)].noun.currency;
        let (payment_id, credit_note_id) = match source {
            Source::Payment(id) => (Some(id), None),
            Source::CreditNote(id) => (None, Some(id)),
            Source::WriteOff(_) => (None, None),
        };
        let refund = Refund {
            id: RefundId(self.refunds.len() as i64 + 1),
            kind,
            customer_id: PARTIES.1,
            entity_id: PARTIES.0,
            currency,
            payment_id,
            credit_note_id,
            invoice_id: None,
            amount,
            refunded_on: DAY,
            mode: PaymentMode::BankTransfer,
            reference: String::new(),
            description: String::new(),
            created_at: AT,
        };
        self.post(post::refunded(&refund, refund_base));
        self.refunds.push(refund);
    }

    /// One step; what the rules refuse changes nothing.
    fn step(&mut self, (verb, first, second, amount): (u8, bool, bool, i64)) {
        let pick = |second: bool| if second { 2 } else { 1 };
        let (source, target) = (pick(first), InvoiceId(pick(second)));
        let payment = PaymentId(source);
        let all = LiveApplication::fold(&self.rows);
        let mut live: Vec<LiveApplication> = all.iter().filter(|a| a.row.invoice_id == target).cloned().collect();
        match verb % 10 {
            0 | 1 => {
                let wish = Wish { payment, invoice: target, amount };
                let done = allocate(&mut self.sources.payments, &mut self.invoices, &[wish, wish], &[], BASE, DAY)
                    .or_else(|_| allocate(&mut self.sources.payments, &mut self.invoices, &[wish], &[], BASE, DAY));
                for application in done.map(|done| done.applications).unwrap_or_default() {
                    self.store(application);
                }
            }
            2 | 3 => {
                let wish = NoteWish { note: CreditNoteId(source), invoice: target, amount };
                let done = apply_notes(&mut self.sources.notes, &mut self.invoices, &[wish], &[], BASE, DAY);
                for application in done.unwrap_or_default() {
                    self.store(application);
                }
            }
            4 => {
                let Some(chosen) =
                    live.iter_mut().find(|a| a.left() > 0 && !matches!(a.row.source, Source::WriteOff(_)))
                else {
                    return;
                };
                let invoice = self.invoices.get_mut(&target).expect("there");
                if let Ok(reversal) = unapply(invoice, &mut self.sources, chosen, DAY) {
                    self.store_reversal(reversal);
                }
            }
            5 => {
                let mut all = all;
                let done =
                    reverse_and_owe_again(payment, &mut self.invoices, &mut self.sources, &mut all, amount, BASE, DAY);
                if let Ok(done) = done {
                    for application in done.reversals {
                        self.store(application);
                    }
                    self.refund(RefundKind::ReverseAndOweAgain, Source::Payment(payment), amount, done.refund_base);
                }
            }
            6 => {
                let noun = &mut self.sources.payments.get_mut(&payment).expect("there").noun;
                if let Ok(base) = noun.refund_unapplied(amount, BASE) {
                    self.refund(RefundKind::Unapplied, Source::Payment(payment), amount, base);
                }
                let note = CreditNoteId(source);
                let noun = &mut self.sources.notes.get_mut(&note).expect("there").noun;
                if let Ok(base) = noun.refund_remaining(amount, BASE) {
                    self.refund(RefundKind::Unapplied, Source::CreditNote(note), amount, base);
                }
            }
            7 => {
                let id = WriteOffId(self.sources.write_offs.len() as i64 + 1);
                let relief = |w: &domain::payment::WriteOff| w.tax_relief - w.tax_relief_cancelled;
                let earlier = self.sources.write_offs.values().filter(|w| w.invoice_id == target).map(relief).sum();
                let invoice = self.invoices.get_mut(&target).expect("there");
                if let Ok(done) = write_off(invoice, id, earlier, true, BASE, DAY) {
                    let noun = done.row(&self.invoices[&target].noun, "gone", DAY, AT);
                    self.sources.write_offs.insert(id, noun.clone());
                    let row = self.store(done.application);
                    let entry = post::written_off(&noun, &row, &self.invoices[&target].noun, BASE);
                    self.post(entry.expect("posts"));
                }
            }
            8 => {
                let invoice = self.invoices.get_mut(&target).expect("there");
                let done = if first {
                    cancel(invoice, &mut live, &mut self.sources, DAY)
                } else {
                    recover(invoice, &mut live, &mut self.sources, amount, DAY)
                };
                for reversal in done.unwrap_or_default() {
                    self.store_reversal(reversal);
                }
            }
            _ if amount % 8 == 0 => {
                let invoice = self.invoices.get_mut(&target).expect("there");
                let how = if first { IfSettled::Detach } else { IfSettled::Refuse };
                let done = void(invoice, &mut live, &mut self.sources, None, how, &self.entity, (DAY, AT));
                if let Ok(done) = done {
                    for reversal in done.reversals {
                        self.store_reversal(reversal);
                    }
                    let entry = post::invoice_voided(&self.invoices[&target].noun, BASE).expect("posts");
                    self.post(entry);
                }
            }
            _ => {}
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let mut found = Vec::new();
        let mut ledger = Ledger::default();
        for booked in self.invoices.values() {
            let rows: Vec<Application> =
                self.rows.iter().filter(|row| row.invoice_id == booked.noun.id).cloned().collect();
            found.extend(check::settlement(&booked.noun, &rows));
            ledger.add_invoice(&booked.noun);
            let base_used: i64 = rows.iter().map(|row| row.receivable_base).sum();
            prop_assert_eq!(booked.base_used, base_used);
            prop_assert_eq!(
                booked.noun.paid_on.is_some(),
                booked.noun.state == State::Issued && booked.noun.settled.balance == 0
            );
        }
        for booked in self.sources.payments.values() {
            found.extend(check::payment(&booked.noun, &self.rows, &self.refunds));
        }
        for booked in self.sources.notes.values() {
            let (lines, taxes) = (Vec::new(), Vec::new());
            let document = domain::credit_note::NoteDocument { note: booked.noun.clone(), lines, taxes };
            found.extend(check::credit_note(&document, &self.rows, &self.refunds));
        }
        for noun in self.sources.write_offs.values() {
            found.extend(check::write_off(noun, &self.rows));
        }
        for entry in &self.entries {
            ledger.add_entry(entry);
        }
        found.extend(ledger.finish());
        prop_assert_eq!(found, Vec::new());
        self.check_base()
    }

    /// A settled invoice has no receivable left in base currency either: its account closes at zero.
    fn check_base(&self) -> Result<(), TestCaseError> {
        let mut open = BTreeMap::new();
        for entry in &self.entries {
            for posting in entry.postings.iter().filter(|p| p.account == domain::journal::Account::Receivable) {
                *open.entry(entry.currency).or_insert(0) += posting.base_amount;
            }
        }
        let is_settled = self.invoices.values().all(|booked| booked.noun.settled.balance == 0);
        if is_settled {
            prop_assert!(open.values().all(|&base| base == 0), "receivables of {:?} in base currency", open);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(crate::cases())]

    #[test]
    fn histories_conserve_money(currency in currency(),
            rates in proptest::array::uniform6(1_i64..30_000),
            amounts in proptest::array::uniform6(1_i64..2_000),
            steps in proptest::collection::vec((any::<u8>(), any::<bool>(), any::<bool>(), 1_i64..900), 0..25)) {
        let mut books = Books::open(currency, rates, amounts);
        books.check()?;
        for step in steps {
            books.step(step);
            books.check()?;
        }
    }
}
