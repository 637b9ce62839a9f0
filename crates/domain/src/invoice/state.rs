//! The states of an invoice and the days its changes are posted on.

use super::{Invoice, State};
use crate::fx;
use crate::id::CreditNoteId;
use crate::numbering::{Neighbours, Series};
use crate::party::{ClosedBooksPolicy, IssuedPolicy, LegalEntity, Terms};
use crate::refusal::Refusal;
use jiff::ToSpan;
use jiff::civil::Date;

/// The longest terms of payment in days: ten years.
pub const MAX_TERM_DAYS: i64 = 3_660;

/// The day the journal carries for something dated `on`: that day while the books are open, else by policy
/// `BooksClosed` or the first open day.
pub fn posting_day(on: Date, closed_through: Option<Date>, policy: ClosedBooksPolicy) -> Result<Date, Refusal> {
    match closed_through {
        Some(closed_through) if on <= closed_through => match policy {
            ClosedBooksPolicy::Refuse => Err(Refusal::BooksClosed { on, closed_through }),
            ClosedBooksPolicy::PostNextOpenDay => {
                closed_through.tomorrow().map_err(|_| Refusal::TooLarge { what: "date" })
            }
        },
        _ => Ok(on),
    }
}

impl LegalEntity {
    /// [`posting_day`] under this entity's closed books.
    pub fn posting_day(&self, on: Date) -> Result<Date, Refusal> {
        posting_day(on, self.books_closed_through, self.closed_books_policy)
    }
}

/// `dated_on` plus the terms' days; `Invalid` below 0 or beyond ten years.
pub fn due_day(dated_on: Date, terms: &Terms) -> Result<Date, Refusal> {
    if !(0..=MAX_TERM_DAYS).contains(&terms.days) {
        return Err(Refusal::Invalid { what: "terms" });
    }
    dated_on.checked_add(terms.days.days()).map_err(|_| Refusal::TooLarge { what: "date" })
}

/// What issuing settles besides the number, which is taken last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    pub posted_on: Date,
    /// The total in base currency, posted once.
    pub total_base: i64,
}

/// A draft is issued. Refuses in this order: `AlreadyIssued`, `AlreadyVoid`, `NoLines`, `NegativeTotal`,
/// `DueBeforeDate`, `RateMissing` and its like, `BooksClosed`.
pub fn decide_issue(invoice: &Invoice, line_count: usize, entity: &LegalEntity) -> Result<Issue, Refusal> {
    match invoice.state {
        State::Draft => {}
        State::Issued => return Err(Refusal::AlreadyIssued { invoice: invoice.id }),
        State::Void => return Err(Refusal::AlreadyVoid { invoice: invoice.id }),
    }
    if line_count == 0 {
        return Err(Refusal::NoLines { invoice: invoice.id });
    }
    if invoice.totals.total < 0 {
        return Err(Refusal::NegativeTotal);
    }
    let (dated_on, due_on) = (invoice.dated_on, invoice.due_on);
    if due_on < dated_on {
        return Err(Refusal::DueBeforeDate { dated_on, due_on });
    }
    let total = invoice.totals.total;
    let total_base = fx::to_base(total, invoice.currency, invoice.fx.as_ref(), entity.base_currency)?;
    Ok(Issue { posted_on: entity.posting_day(dated_on)?, total_base })
}

impl Invoice {
    /// Turns the draft into an issued invoice, after [`decide_issue`]; the number is the caller's. `on` is
    /// the entity's today: an invoice of zero is paid from the start.
    pub fn issue(&mut self, issue: Issue, on: Date, at: jiff::Timestamp) {
        self.state = State::Issued;
        self.posted_on = Some(issue.posted_on);
        self.issued_at = Some(at);
        self.settle_on(on);
    }
}

/// Where the two entries of a correction stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The old revision's entry is reversed here.
    pub reversal_posted_on: Date,
    /// The new revision is posted here.
    pub posted_on: Date,
}

/// An issued invoice gets a complete new revision with the same number. `corrected` is that revision, totals
/// computed; `place` is the own number's series and, where that enforces date order, the neighbours' days. Refuses in
/// this order: `NotIssued`, `AlreadyVoid`, `Locked`, `Settled` (anything applied), `CreditedByNote`, then the new
/// revision's `NumberFixed`, `NoLines`, `NegativeTotal`, `DueBeforeDate`, `DateLeavesSeries`, `DateOutOfOrder`,
/// `RateMissing` and its like, `BooksClosed`.
pub fn decide_correction(
    invoice: &Invoice,
    corrected: &Invoice,
    line_count: usize,
    note_on_lines: Option<CreditNoteId>,
    entity: &LegalEntity,
    place: Option<(&Series, Neighbours)>,
) -> Result<Correction, Refusal> {
    invoice.require_issued()?;
    let id = invoice.id;
    if entity.issued_policy == IssuedPolicy::Locked {
        return Err(Refusal::Locked { invoice: id });
    }
    if invoice.settled.applied() != 0 {
        return Err(Refusal::Settled { invoice: id, applied: invoice.money(invoice.settled.applied()) });
    }
    if let Some(note) = note_on_lines {
        return Err(Refusal::CreditedByNote { invoice: id, note });
    }
    if corrected.number != invoice.number {
        return Err(Refusal::NumberFixed { invoice: id });
    }
    let issue = decide_issue(&Invoice { state: State::Draft, ..corrected.clone() }, line_count, entity);
    if let Err(refusal @ (Refusal::NoLines { .. } | Refusal::NegativeTotal | Refusal::DueBeforeDate { .. })) = issue {
        return Err(refusal);
    }
    if let Some((series, neighbours)) = place {
        if series.period_of(corrected.dated_on) != series.period_of(invoice.dated_on) {
            return Err(Refusal::DateLeavesSeries { invoice: id });
        }
        neighbours.admit(corrected.dated_on)?;
    }
    let posted_on = issue?.posted_on;
    let reversal_posted_on = entity.posting_day(invoice.posted_on.unwrap_or(invoice.dated_on))?;
    Ok(Correction { reversal_posted_on, posted_on })
}

/// A draft may be deleted; anything else is voided. `NotDraft`.
pub const fn decide_delete(invoice: &Invoice) -> Result<(), Refusal> {
    match invoice.state {
        State::Draft => Ok(()),
        State::Issued | State::Void => Err(Refusal::NotDraft { invoice: invoice.id }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SeriesId;
    use crate::invoice::NumberOrigin;
    use crate::money::Currency;
    use crate::numbering::{SeriesKind, SeriesReset};
    use crate::testing::{day, entity, invoice};

    #[test]
    fn posting_days_respect_closed_books() {
        let closed = Some(day(2026, 1, 31));
        for policy in [ClosedBooksPolicy::Refuse, ClosedBooksPolicy::PostNextOpenDay] {
            assert_eq!(posting_day(day(2026, 2, 1), closed, policy), Ok(day(2026, 2, 1)));
            assert_eq!(posting_day(day(2026, 1, 31), None, policy), Ok(day(2026, 1, 31)));
        }
        let on = day(2026, 1, 31);
        let refused = Err(Refusal::BooksClosed { on, closed_through: on });
        assert_eq!(posting_day(on, closed, ClosedBooksPolicy::Refuse), refused);
        assert_eq!(posting_day(on, closed, ClosedBooksPolicy::PostNextOpenDay), Ok(day(2026, 2, 1)));
    }

    #[test]
    fn due_days() {
        let terms = |days| Terms { id: None, name: String::new(), days };
        assert_eq!(due_day(day(2026, 1, 31), &terms(30)), Ok(day(2026, 3, 2)));
        assert_eq!(due_day(day(2026, 1, 31), &terms(0)), Ok(day(2026, 1, 31)));
        assert!(due_day(day(2026, 1, 31), &terms(MAX_TERM_DAYS)).is_ok());
        for days in [-1, MAX_TERM_DAYS + 1] {
            assert_eq!(due_day(day(2026, 1, 31), &terms(days)), Err(Refusal::Invalid { what: "terms" }));
        }
        assert_eq!(due_day(Date::MAX, &terms(1)), Err(Refusal::TooLarge { what: "date" }));
    }

    #[test]
    fn issue_checks_in_order() {
        let entity = entity();
        let draft = Invoice { state: State::Draft, ..invoice(1, 370) };
        let id = draft.id;
        let ask = |invoice: &Invoice, lines| decide_issue(invoice, lines, &entity).map(|issue| issue.posted_on);
        assert_eq!(ask(&draft, 1), Ok(draft.dated_on));
        assert_eq!(
            ask(&Invoice { state: State::Issued, ..draft.clone() }, 0),
            Err(Refusal::AlreadyIssued { invoice: id })
        );
        assert_eq!(ask(&Invoice { state: State::Void, ..draft.clone() }, 0), Err(Refusal::AlreadyVoid { invoice: id }));
        let mut wrong = draft.clone();
        wrong.totals.total = -1;
        wrong.due_on = day(2025, 1, 1);
        wrong.currency = Currency::JPY;
        assert_eq!(ask(&wrong, 0), Err(Refusal::NoLines { invoice: id }));
        assert_eq!(ask(&wrong, 1), Err(Refusal::NegativeTotal));
        wrong.totals.total = 1;
        let (dated_on, due_on) = (wrong.dated_on, wrong.due_on);
        assert_eq!(ask(&wrong, 1), Err(Refusal::DueBeforeDate { dated_on, due_on }));
        wrong.due_on = dated_on;
        assert_eq!(ask(&wrong, 1), Err(Refusal::RateMissing { currency: Currency::JPY, base: Currency::USD }));
        let closed = LegalEntity { books_closed_through: Some(dated_on), ..entity.clone() };
        let refused = Refusal::BooksClosed { on: dated_on, closed_through: dated_on };
        assert_eq!(decide_issue(&draft, 1, &closed), Err(refused));
    }

    #[test]
    fn an_invoice_of_zero_is_paid_from_the_start() {
        let mut zero = Invoice { state: State::Draft, paid_on: None, ..invoice(1, 0) };
        let issue = decide_issue(&zero, 1, &entity()).expect("may be issued");
        zero.issue(issue, day(2026, 5, 5), jiff::Timestamp::UNIX_EPOCH);
        assert_eq!((zero.state, zero.paid_on), (State::Issued, Some(day(2026, 5, 5))));
    }

    #[test]
    fn correction_checks_in_order() {
        let open = entity();
        let locked = LegalEntity { issued_policy: IssuedPolicy::Locked, ..open.clone() };
        let issued = Invoice { number_origin: Some(NumberOrigin::Own), ..invoice(1, 370) };
        let id = issued.id;
        let mut settled = issued.clone();
        settled.settled.credits = 70;
        let note = Some(CreditNoteId(9));
        let yearly = Series {
            id: SeriesId(1),
            entity_id: issued.entity_id,
            kind: SeriesKind::Invoice,
            prefix: "{year}-".to_owned(),
            width: 4,
            reset: SeriesReset::Yearly,
            last: 7,
            year: 2026,
            enforces_date_order: false,
        };
        let ask = |old: &Invoice, new: &Invoice, lines, note, entity: &LegalEntity| {
            decide_correction(old, new, lines, note, entity, Some((&yearly, Neighbours::default())))
        };
        let state = |state| Invoice { state, ..settled.clone() };
        assert_eq!(ask(&state(State::Draft), &issued, 0, note, &locked), Err(Refusal::NotIssued { invoice: id }));
        assert_eq!(ask(&state(State::Void), &issued, 0, note, &locked), Err(Refusal::AlreadyVoid { invoice: id }));
        assert_eq!(ask(&settled, &issued, 0, note, &locked), Err(Refusal::Locked { invoice: id }));
        let applied = issued.money(70);
        assert_eq!(ask(&settled, &issued, 0, note, &open), Err(Refusal::Settled { invoice: id, applied }));
        let credited = Refusal::CreditedByNote { invoice: id, note: CreditNoteId(9) };
        assert_eq!(ask(&issued, &issued, 0, note, &open), Err(credited));
        let renumbered = Invoice { number: Some("A-1".to_owned()), ..issued.clone() };
        assert_eq!(ask(&issued, &renumbered, 0, None, &open), Err(Refusal::NumberFixed { invoice: id }));
        assert_eq!(ask(&issued, &issued, 0, None, &open), Err(Refusal::NoLines { invoice: id }));
        let next_year = Invoice { dated_on: day(2027, 1, 1), due_on: day(2027, 1, 1), ..issued.clone() };
        assert_eq!(ask(&issued, &next_year, 1, None, &open), Err(Refusal::DateLeavesSeries { invoice: id }));
        assert!(decide_correction(&issued, &next_year, 1, None, &open, None).is_ok());
        let neighbours = Neighbours { before: Some(issued.dated_on), after: None };
        let dated_on = day(2026, 1, 1);
        let earlier = Invoice { dated_on, ..issued.clone() };
        let refused = Refusal::DateOutOfOrder { dated_on, earliest: neighbours.before, latest: None };
        let place = Some((&yearly, neighbours));
        assert_eq!(decide_correction(&issued, &earlier, 1, None, &open, place), Err(refused));
        let closed = LegalEntity {
            books_closed_through: Some(issued.dated_on),
            closed_books_policy: ClosedBooksPolicy::PostNextOpenDay,
            ..open.clone()
        };
        let later = Invoice { dated_on: day(2026, 3, 3), due_on: day(2026, 3, 3), ..issued.clone() };
        let correction = ask(&issued, &later, 1, None, &closed).expect("may be corrected");
        assert_eq!(Ok(correction.reversal_posted_on), issued.dated_on.tomorrow().map_err(|_| ()));
        assert_eq!(correction.posted_on, day(2026, 3, 3));
        let refusing = LegalEntity { closed_books_policy: ClosedBooksPolicy::Refuse, ..closed };
        let refused = Refusal::BooksClosed { on: issued.dated_on, closed_through: issued.dated_on };
        assert_eq!(ask(&issued, &later, 1, None, &refusing), Err(refused));
    }

    #[test]
    fn only_drafts_are_deleted() {
        let issued = invoice(1, 370);
        assert_eq!(decide_delete(&issued), Err(Refusal::NotDraft { invoice: issued.id }));
        assert_eq!(decide_delete(&Invoice { state: State::Draft, ..issued }), Ok(()));
    }
}
