//! Small nouns for the tests of this crate: one legal entity in USD, one customer, everything issued.

use crate::credit_note::CreditNote;
use crate::id::{ApplicationId, CreditNoteId, CustomerId, EntityId, InvoiceId, PaymentId};
use crate::invoice::{Invoice, State};
use crate::money::Currency;
use crate::party::{Address, ClosedBooksPolicy, IssuedPolicy, LegalEntity, Terms};
use crate::payment::{Application, Payment, PaymentMode};
use crate::settlement::{Booked, LiveApplication, NewApplication, Sources};
use crate::tax::{PriceMode, TaxRounding};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

pub fn day(year: i16, month: i8, day: i8) -> Date {
    jiff::civil::date(year, month, day)
}

pub fn entity() -> LegalEntity {
    LegalEntity {
        id: EntityId(1),
        name: "Seller".to_owned(),
        address: Address::default(),
        tax_ids: Vec::new(),
        email: String::new(),
        base_currency: Currency::USD,
        time_zone: "UTC".to_owned(),
        language: "en".to_owned(),
        tax_rounding: TaxRounding::PerGroup,
        price_mode: PriceMode::Exclusive,
        issued_policy: IssuedPolicy::Correctable,
        closed_books_policy: ClosedBooksPolicy::Refuse,
        books_closed_through: None,
        write_off_relieves_tax: false,
        default_terms: Terms { id: None, name: String::new(), days: 30 },
        is_default: true,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// An issued invoice owing `total` minor units of USD without tax.
pub fn invoice(id: i64, total: i64) -> Invoice {
    let on = day(2026, 1, 15);
    let mut invoice =
        Invoice::draft(InvoiceId(id), (EntityId(1), CustomerId(1)), Currency::USD, on, Timestamp::UNIX_EPOCH);
    invoice.state = State::Issued;
    invoice.totals.net = total;
    invoice.totals.ex_tax = total;
    invoice.totals.total = total;
    invoice.settle_on(on);
    invoice
}

pub fn payment(id: i64, amount: i64) -> Payment {
    Payment::received(
        PaymentId(id),
        (EntityId(1), CustomerId(1)),
        Currency::USD,
        (amount, 0),
        PaymentMode::BankTransfer,
        day(2026, 1, 20),
        Timestamp::UNIX_EPOCH,
    )
    .expect("a payment")
}

/// An issued amount-only note.
pub fn note(id: i64, total: i64) -> CreditNote {
    let mut note = CreditNote::draft(
        CreditNoteId(id),
        (EntityId(1), CustomerId(1)),
        Currency::USD,
        day(2026, 1, 20),
        Timestamp::UNIX_EPOCH,
    );
    note.state = State::Issued;
    note.is_amount_only = true;
    note.ex_tax = total;
    note.total = total;
    note.recompute_remaining();
    note
}

/// One invoice (or more) with what settles it, and the rows that were stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settling {
    pub id: InvoiceId,
    pub invoices: BTreeMap<InvoiceId, Booked<Invoice>>,
    pub sources: Sources,
    pub rows: Vec<Application>,
}

impl Settling {
    pub fn new(invoice: Invoice, payments: Vec<Payment>, notes: Vec<CreditNote>) -> Settling {
        let sources = Sources {
            payments: payments.into_iter().map(|noun| (noun.id, Booked::new(noun, 0))).collect(),
            notes: notes.into_iter().map(|noun| (noun.id, Booked::new(noun, 0))).collect(),
            write_offs: BTreeMap::new(),
        };
        let id = invoice.id;
        Settling { id, invoices: BTreeMap::from([(id, Booked::new(invoice, 0))]), sources, rows: Vec::new() }
    }

    pub fn with(mut self, invoice: Invoice) -> Settling {
        self.invoices.insert(invoice.id, Booked::new(invoice, 0));
        self
    }

    pub fn invoice(&mut self) -> &mut Booked<Invoice> {
        self.invoices.get_mut(&self.id).expect("there")
    }

    pub fn payment_id(&self, index: usize) -> PaymentId {
        *self.sources.payments.keys().nth(index).expect("there")
    }

    pub fn note_id(&self, index: usize) -> CreditNoteId {
        *self.sources.notes.keys().nth(index).expect("there")
    }

    pub fn store(&mut self, applications: Vec<NewApplication>) {
        for application in applications {
            let id = ApplicationId(self.rows.len() as i64 + 1);
            self.rows.push(application.into_row(id, day(2026, 2, 1), Timestamp::UNIX_EPOCH));
        }
    }

    pub fn live(&self) -> Vec<LiveApplication> {
        LiveApplication::fold(&self.rows)
    }
}
