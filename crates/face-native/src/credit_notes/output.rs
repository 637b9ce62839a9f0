//! A credit note as it is answered.

use crate::invoices::parts::{DocumentTax, TaxTreatment};
use crate::payments::Application;
use crate::schema::answer;
use crate::shapes::ExchangeRate;
use crate::wire::{AmountOut, CurrencyCode, Day, DecimalOut, Id, Instant, Word};
use billing::read::NoteView;
use domain::credit_note;
use domain::id::{CreditNoteId, CreditNoteLineId, CustomerId, EntityId, InvoiceId, ItemId, LineId};
use domain::invoice::{NumberOrigin, State};
use domain::money::{Currency, Money};
use domain::tax::{PriceMode, TaxRounding};

answer! {
    /// One line of a credit note; its amounts are what is given back.
    CreditNoteLine {
        /// Its id.
        id: Id<CreditNoteLineId>,
        /// From 1, in the order printed.
        position: i64,
        /// The invoice's line that it gives back.
        invoice_line_id: Option<Id<LineId>>,
        /// What was sold.
        item_id: Option<Id<ItemId>>,
        /// The item's code.
        item_code: Option<String>,
        /// As printed.
        name: String,
        /// As printed.
        description: String,
        /// How many.
        quantity: DecimalOut,
        /// The price of one.
        unit_price: DecimalOut,
        /// With tax where prices include it, else without.
        gross: AmountOut,
        /// What its tax is taken on.
        taxable: AmountOut,
        /// Its tax.
        tax: AmountOut,
        /// How it is taxed.
        tax_treatment: TaxTreatment,
    }
}

answer! {
    /// A credit note. Its parts are there when one is read, not on lists.
    CreditNote {
        /// Its id.
        id: Id<CreditNoteId>,
        /// `draft`, `issued` or `void`.
        state: Word<State>,
        /// Its number; null on a draft without one.
        number: Option<String>,
        /// Whether the number is from a series or was given.
        number_origin: Option<Word<NumberOrigin>>,
        /// Who gets it.
        customer_id: Id<CustomerId>,
        /// The customer's name when it was made.
        customer_name: String,
        /// The customer's e-mail address when it was made.
        customer_email: String,
        /// Who issues it.
        legal_entity_id: Id<EntityId>,
        /// The invoice whose lines it gives back; null when it stands alone.
        invoice_id: Option<Id<InvoiceId>>,
        /// Your reference.
        reference: String,
        /// Why.
        reason: String,
        /// What it says to its customer.
        memo: String,
        /// On which terms.
        terms_text: String,
        /// Of every amount and price.
        currency: CurrencyCode,
        /// Into the currency of the books.
        exchange_rate: Option<ExchangeRate>,
        /// Whether unit prices contain their tax.
        price_mode: Word<PriceMode>,
        /// Where tax is rounded.
        tax_rounding: Word<TaxRounding>,
        /// The document's date.
        dated_on: Day,
        /// The day it is booked on.
        posted_on: Option<Day>,
        /// Without tax.
        total_ex_tax: AmountOut,
        /// Tax.
        tax_total: AmountOut,
        /// With tax.
        total: AmountOut,
        /// What is on invoices.
        applied: AmountOut,
        /// What was paid out.
        refunded: AmountOut,
        /// What is left.
        remaining: AmountOut,
        /// A pure amount without lines or tax.
        is_amount_only: bool,
        /// Grows with every change.
        version: i64,
        /// When it was issued.
        issued_at: Option<Instant>,
        /// When it was voided.
        voided_at: Option<Instant>,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    } sometimes {
        /// What for.
        lines: Vec<CreditNoteLine>,
        /// Its taxes.
        taxes: Vec<DocumentTax>,
        /// What it was put on, reversals too.
        applications: Vec<Application>,
    }
}

impl CreditNoteLine {
    fn to_wire(line: &credit_note::CreditNoteLine, currency: Currency) -> Self {
        let money = |minor| AmountOut(Money { minor, currency });
        Self {
            id: Id(line.id),
            position: line.position,
            invoice_line_id: line.invoice_line_id.map(Id),
            item_id: line.item_id.map(Id),
            item_code: line.item_code.clone(),
            name: line.name.clone(),
            description: line.description.clone(),
            quantity: DecimalOut(line.quantity),
            unit_price: DecimalOut(line.unit_price),
            gross: money(line.gross),
            taxable: money(line.taxable),
            tax: money(line.tax),
            tax_treatment: TaxTreatment::to_wire(&line.tax_treatment),
        }
    }
}

impl CreditNote {
    /// One row of a list.
    pub(super) fn summary(note: &credit_note::CreditNote) -> Self {
        Self {
            id: Id(note.id),
            state: Word(note.state),
            number: note.number.clone(),
            number_origin: note.number_origin.map(Word),
            customer_id: Id(note.customer_id),
            customer_name: note.customer_name.clone(),
            customer_email: note.customer_email.clone(),
            legal_entity_id: Id(note.entity_id),
            invoice_id: note.invoice_id.map(Id),
            reference: note.reference.clone(),
            reason: note.reason.clone(),
            memo: note.memo.clone(),
            terms_text: note.terms_text.clone(),
            currency: CurrencyCode(note.currency),
            exchange_rate: note.fx.as_ref().map(ExchangeRate::to_wire),
            price_mode: Word(note.price_mode),
            tax_rounding: Word(note.tax_rounding),
            dated_on: Day(note.dated_on),
            posted_on: note.posted_on.map(Day),
            total_ex_tax: AmountOut(note.money(note.ex_tax)),
            tax_total: AmountOut(note.money(note.tax)),
            total: AmountOut(note.money(note.total)),
            applied: AmountOut(note.money(note.applied)),
            refunded: AmountOut(note.money(note.refunded)),
            remaining: AmountOut(note.money(note.remaining)),
            is_amount_only: note.is_amount_only,
            version: note.version,
            issued_at: note.issued_at.map(Instant),
            voided_at: note.voided_at.map(Instant),
            created_at: Instant(note.created_at),
            updated_at: Instant(note.updated_at),
            lines: None,
            taxes: None,
            applications: None,
        }
    }

    /// With all its parts.
    pub(super) fn whole(view: &NoteView) -> Self {
        let document = &view.document;
        let currency = document.note.currency;
        Self {
            lines: Some(document.lines.iter().map(|line| CreditNoteLine::to_wire(line, currency)).collect()),
            taxes: Some(document.taxes.iter().map(|tax| DocumentTax::to_wire(tax, currency)).collect()),
            applications: Some(view.applications.iter().map(|row| Application::to_wire(row, currency)).collect()),
            ..Self::summary(&document.note)
        }
    }
}
