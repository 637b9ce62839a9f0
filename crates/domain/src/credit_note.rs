//! The seller owes back: a credit note, pointing at invoice lines or standing alone.

pub mod apply;
pub mod totals;

use crate::id::{CreditNoteId, CreditNoteLineId, CustomerId, EntityId, InvoiceId, ItemId, LineId};
use crate::invoice::{FxRate, LineTax, NumberOrigin, State, TaxTotal};
use crate::money::{Currency, Decimal, Money};
use crate::party::LegalEntity;
use crate::refusal::Refusal;
use crate::tax::{PriceMode, TaxRounding};
use jiff::Timestamp;
use jiff::civil::Date;

/// The note's header as stored; `draft -> issued -> void`. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditNote {
    pub id: CreditNoteId,
    pub entity_id: EntityId,
    pub customer_id: CustomerId,
    /// The invoice its lines point at; `None` when it stands alone.
    pub invoice_id: Option<InvoiceId>,
    pub state: State,
    pub number: Option<String>,
    pub number_origin: Option<NumberOrigin>,
    pub reference: String,
    pub currency: Currency,
    pub fx: Option<FxRate>,
    pub price_mode: PriceMode,
    pub tax_rounding: TaxRounding,
    pub dated_on: Date,
    pub posted_on: Option<Date>,
    pub ex_tax: i64,
    pub tax: i64,
    pub total: i64,
    pub applied: i64,
    pub refunded: i64,
    /// `total - applied - refunded` while issued; 0 when void.
    pub remaining: i64,
    /// A pure amount without lines or tax.
    pub is_amount_only: bool,
    pub reason: String,
    /// What it says to its customer, and on which terms.
    pub memo: String,
    pub terms_text: String,
    pub customer_name: String,
    pub customer_email: String,
    pub version: i64,
    pub issued_at: Option<Timestamp>,
    pub voided_at: Option<Timestamp>,
    /// Deleted through a vendor's DELETE: that face answers as if it were gone.
    pub withdrawn_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One row of a note. Amounts are minor units, positive: what is given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditNoteLine {
    pub id: CreditNoteLineId,
    pub position: i64,
    /// The invoice line it gives back, if any.
    pub invoice_line_id: Option<LineId>,
    pub item_id: Option<ItemId>,
    pub item_code: Option<String>,
    pub name: String,
    pub description: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub tax_treatment: LineTax,
    /// Credited amount without tax (exclusive) or before its tax is taken out (`gross`, inclusive).
    pub gross: i64,
    pub taxable: i64,
    pub tax: i64,
}

/// Note, lines and taxes together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteDocument {
    pub note: CreditNote,
    pub lines: Vec<CreditNoteLine>,
    pub taxes: Vec<TaxTotal>,
}

impl CreditNote {
    /// A draft of nothing: no lines, no totals, no texts.
    pub fn draft(
        id: CreditNoteId,
        (entity_id, customer_id): (EntityId, CustomerId),
        currency: Currency,
        dated_on: Date,
        created_at: Timestamp,
    ) -> CreditNote {
        CreditNote {
            id,
            entity_id,
            customer_id,
            invoice_id: None,
            state: State::Draft,
            number: None,
            number_origin: None,
            reference: String::new(),
            currency,
            fx: None,
            price_mode: PriceMode::Exclusive,
            tax_rounding: TaxRounding::PerGroup,
            dated_on,
            posted_on: None,
            ex_tax: 0,
            tax: 0,
            total: 0,
            applied: 0,
            refunded: 0,
            remaining: 0,
            is_amount_only: false,
            reason: String::new(),
            memo: String::new(),
            terms_text: String::new(),
            customer_name: String::new(),
            customer_email: String::new(),
            version: 0,
            issued_at: None,
            voided_at: None,
            withdrawn_at: None,
            created_at,
            updated_at: created_at,
        }
    }

    /// `minor` in the note's currency.
    pub const fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    /// Projects what may still be applied or refunded: 0 unless issued.
    pub const fn recompute_remaining(&mut self) {
        self.remaining = match self.state {
            State::Issued => self.total - self.applied - self.refunded,
            State::Draft | State::Void => 0,
        };
    }

    /// Issues the draft; the number is the caller's, taken last. Refuses in this order: `NoteNotDraft`,
    /// `NotPositive` for a note of nothing, `RateMissing` and its like, `BooksClosed`.
    pub fn issue(&mut self, entity: &LegalEntity, at: Timestamp) -> Result<(), Refusal> {
        if self.state != State::Draft {
            return Err(Refusal::NoteNotDraft { note: self.id });
        }
        if self.total <= 0 {
            return Err(Refusal::NotPositive { what: "credit" });
        }
        crate::fx::to_base(self.total, self.currency, self.fx.as_ref(), entity.base_currency)?;
        self.posted_on = Some(entity.posting_day(self.dated_on)?);
        self.state = State::Issued;
        self.issued_at = Some(at);
        self.recompute_remaining();
        Ok(())
    }

    /// Voids an issued note on `voided_on`; the day its entry is reversed. Refuses in this order:
    /// `NoteNotIssued`, `NoteInUse` while anything of it is applied or refunded, `BooksClosed`.
    pub fn void(&mut self, entity: &LegalEntity, voided_on: Date, at: Timestamp) -> Result<Date, Refusal> {
        if self.state != State::Issued {
            return Err(Refusal::NoteNotIssued { note: self.id });
        }
        if self.applied != 0 || self.refunded != 0 {
            return Err(Refusal::NoteInUse { note: self.id });
        }
        let posted_on = entity.posting_day(voided_on)?;
        self.state = State::Void;
        self.voided_at = Some(at);
        self.recompute_remaining();
        Ok(posted_on)
    }

    /// Opens a void note again on `opened_on`, with the number it has; the day its entry is posted anew. The
    /// caller has measured that what it gives back is still there. Refuses in this order: `NoteNotVoid`,
    /// `BooksClosed`.
    pub fn reopen(&mut self, entity: &LegalEntity, opened_on: Date) -> Result<Date, Refusal> {
        if self.state != State::Void {
            return Err(Refusal::NoteNotVoid { note: self.id });
        }
        let posted_on = entity.posting_day(opened_on)?;
        self.state = State::Issued;
        self.voided_at = None;
        self.recompute_remaining();
        Ok(posted_on)
    }

    /// A draft may be deleted; anything else is voided. `NoteNotDraft`.
    pub const fn decide_delete(&self) -> Result<(), Refusal> {
        match self.state {
            State::Draft => Ok(()),
            State::Issued | State::Void => Err(Refusal::NoteNotDraft { note: self.id }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, entity, note};

    #[test]
    fn states_in_order() {
        let at = Timestamp::UNIX_EPOCH;
        let closed = LegalEntity { books_closed_through: Some(day(2026, 1, 20)), ..entity() };
        let mut credit = CreditNote { state: State::Draft, ..note(1, 0) };
        let id = credit.id;
        assert_eq!(credit.issue(&closed, at), Err(Refusal::NotPositive { what: "credit" }));
        credit.total = 100;
        credit.currency = Currency::EUR;
        let missing = Refusal::RateMissing { currency: Currency::EUR, base: Currency::USD };
        assert_eq!(credit.issue(&closed, at), Err(missing));
        credit.currency = Currency::USD;
        let refused = Refusal::BooksClosed { on: day(2026, 1, 20), closed_through: day(2026, 1, 20) };
        assert_eq!(credit.issue(&closed, at), Err(refused.clone()));
        assert_eq!(credit.void(&entity(), day(2026, 2, 2), at), Err(Refusal::NoteNotIssued { note: id }));
        assert_eq!(credit.decide_delete(), Ok(()));
        assert_eq!(credit.issue(&entity(), at), Ok(()));
        assert_eq!((credit.remaining, credit.posted_on), (100, Some(day(2026, 1, 20))));
        assert_eq!(credit.issue(&entity(), at), Err(Refusal::NoteNotDraft { note: id }));
        assert_eq!(credit.decide_delete(), Err(Refusal::NoteNotDraft { note: id }));
        credit.applied = 1;
        assert_eq!(credit.void(&closed, day(2026, 1, 20), at), Err(Refusal::NoteInUse { note: id }));
        credit.applied = 0;
        assert_eq!(credit.void(&closed, day(2026, 1, 20), at), Err(refused));
        assert_eq!(credit.void(&closed, day(2026, 1, 21), at), Ok(day(2026, 1, 21)));
        assert_eq!((credit.state, credit.remaining), (State::Void, 0));
        let refused = Refusal::BooksClosed { on: day(2026, 1, 20), closed_through: day(2026, 1, 20) };
        assert_eq!(credit.reopen(&closed, day(2026, 1, 20)), Err(refused));
        assert_eq!(credit.reopen(&closed, day(2026, 1, 22)), Ok(day(2026, 1, 22)));
        assert_eq!((credit.state, credit.remaining, credit.voided_at), (State::Issued, 100, None));
        assert_eq!(credit.reopen(&closed, day(2026, 1, 22)), Err(Refusal::NoteNotVoid { note: id }));
    }
}
