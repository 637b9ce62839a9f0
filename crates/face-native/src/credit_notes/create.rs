//! `POST /v1/credit-notes`: in one of five kinds.

use super::output::CreditNote;
use crate::answers::created;
use crate::call::Call;
use crate::errors::Fault;
use crate::invoices::input::{NewLine, lines};
use crate::schema::{request, texts};
use crate::shapes::ExchangeRateInput;
use crate::wire::{AmountIn, CurrencyCode, Day, DecimalIn, Id, Vocabulary, Word};
use billing::credit_notes::create::CreateCreditNote;
use billing::credit_notes::{CreditOf, CreditWhat};
use billing::read::ThenNote;
use domain::id::{CustomerId, EntityId, InvoiceId, LineId};
use http_kit::Answer;

/// What a credit note gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CreditNoteKind {
    InvoiceLines,
    WholeInvoice,
    InvoiceTotal,
    OwnLines,
    Amount,
}

impl Vocabulary for CreditNoteKind {
    const NAME: &'static str = "CreditNoteKind";
    const ALL: &'static [Self] =
        &[Self::InvoiceLines, Self::WholeInvoice, Self::InvoiceTotal, Self::OwnLines, Self::Amount];

    fn word(self) -> &'static str {
        match self {
            Self::InvoiceLines => "invoice_lines",
            Self::WholeInvoice => "whole_invoice",
            Self::InvoiceTotal => "invoice_total",
            Self::OwnLines => "own_lines",
            Self::Amount => "amount",
        }
    }
}

request! {
    /// How much of an invoice's line is given back: an amount, a quantity, or all that is left.
    CreditedLine {
        /// The invoice's line.
        line_id: Id<LineId>,
    } optional {
        /// With tax where prices include it, else without.
        amount: AmountIn,
        /// How many.
        quantity: DecimalIn,
    }
}

request! {
    /// A credit note. `invoice_lines` needs an invoice and its lines that are given back; `whole_invoice` an invoice;
    /// `invoice_total` an invoice and an amount with tax; `own_lines` a customer and lines; `amount` a customer and
    /// an amount, without tax.
    NewCreditNote {
        /// What it gives back.
        kind: Word<CreditNoteKind>,
    } optional {
        /// The invoice it is made on.
        invoice_id: Id<InvoiceId>,
        /// The invoice's lines that are given back.
        credited_lines: Vec<CreditedLine>,
        /// Lines of its own.
        lines: Vec<NewLine>,
        /// How much.
        amount: AmountIn,
        /// Who gets it; on an invoice, its customer.
        customer_id: Id<CustomerId>,
        /// Who issues it; the customer's unless given. On an invoice, its own.
        legal_entity_id: Id<EntityId>,
        /// The customer's unless given. On an invoice, its own.
        currency: CurrencyCode,
        /// Needed when the currency is not that of the books. On an invoice, its own.
        exchange_rate: ExchangeRateInput,
        /// Today unless given.
        dated_on: Day,
        /// Your reference.
        reference: String as texts::line_or_empty,
        /// Why.
        reason: String as texts::line_or_empty,
        /// What it says to its customer.
        memo: String as texts::long_or_empty,
        /// On which terms.
        terms_text: String as texts::long_or_empty,
        /// A number of your own; unique. One from the legal entity's series unless given.
        number: String as texts::short,
        /// Issue it at once instead of leaving a draft.
        issue: bool,
    }
}

pub(super) async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewCreditNote>()?.from_wire()?;
    call.write(ThenNote(verb), |view| {
        let id = view.value.document.note.id;
        created(format!("/v1/credit-notes/{id}"), &CreditNote::whole(&view.value))
    })
    .await
}

impl NewCreditNote {
    fn from_wire(mut self) -> Result<CreateCreditNote, Fault> {
        let what = self.what()?;
        Ok(CreateCreditNote {
            customer: self.customer_id.map(|id| id.0),
            entity: self.legal_entity_id.map(|id| id.0),
            currency: self.currency.map(|code| code.0),
            fx: self.exchange_rate.map(ExchangeRateInput::from_wire),
            dated_on: self.dated_on.map(|day| day.0),
            reference: self.reference.unwrap_or_default(),
            reason: self.reason.unwrap_or_default(),
            memo: self.memo.unwrap_or_default(),
            terms_text: self.terms_text.unwrap_or_default(),
            number: self.number,
            issue: self.issue.unwrap_or_default(),
            ..CreateCreditNote::of(what)
        })
    }

    /// Takes what the kind needs and refuses what it does not have.
    fn what(&mut self) -> Result<CreditWhat, Fault> {
        use CreditNoteKind::{Amount, InvoiceLines, InvoiceTotal, OwnLines, WholeInvoice};
        let kind = self.kind.0;
        let of_invoice = matches!(kind, InvoiceLines | WholeInvoice | InvoiceTotal);
        let allowed = [
            ("/invoice_id", self.invoice_id.is_some(), of_invoice),
            ("/credited_lines", self.credited_lines.is_some(), kind == InvoiceLines),
            ("/lines", self.lines.is_some(), kind == OwnLines),
            ("/amount", self.amount.is_some(), matches!(kind, InvoiceTotal | Amount)),
            ("/customer_id", self.customer_id.is_some(), !of_invoice),
            ("/legal_entity_id", self.legal_entity_id.is_some(), !of_invoice),
            ("/currency", self.currency.is_some(), !of_invoice),
            ("/exchange_rate", self.exchange_rate.is_some(), !of_invoice),
        ];
        if let Some((pointer, ..)) = allowed.iter().find(|(_, is_given, is_allowed)| *is_given && !is_allowed) {
            let detail = format!("a credit note of the kind {} has no such field", kind.word());
            return Err(Fault::field(pointer, "field_not_allowed", detail));
        }
        if !of_invoice {
            needed(self.customer_id, "/customer_id", kind)?;
        }
        let invoice = |asked: &Self| needed(asked.invoice_id, "/invoice_id", kind).map(|id| id.0);
        Ok(match kind {
            InvoiceLines => CreditWhat::Lines {
                invoice: invoice(self)?,
                lines: credited(&needed(self.credited_lines.take(), "/credited_lines", kind)?)?,
            },
            WholeInvoice => CreditWhat::Everything { invoice: invoice(self)? },
            InvoiceTotal => {
                CreditWhat::Total { invoice: invoice(self)?, amount: needed(self.amount, "/amount", kind)?.0 }
            }
            OwnLines => {
                let own = needed(self.lines.take(), "/lines", kind)?;
                if let Some(at) = own.iter().position(|line| line.line_id.is_some()) {
                    let pointer = format!("/lines/{at}/line_id");
                    return Err(Fault::field(&pointer, "field_not_allowed", "give back a line in credited_lines"));
                }
                CreditWhat::Standalone { lines: lines(own, "")? }
            }
            Amount => CreditWhat::AmountOnly { amount: needed(self.amount, "/amount", kind)?.0 },
        })
    }
}

fn needed<T>(field: Option<T>, pointer: &str, kind: CreditNoteKind) -> Result<T, Fault> {
    let detail = || format!("a credit note of the kind {} needs it", kind.word());
    field.ok_or_else(|| Fault::field(pointer, "missing_field", detail()))
}

fn credited(lines: &[CreditedLine]) -> Result<Vec<(LineId, CreditOf)>, Fault> {
    if lines.is_empty() {
        return Err(Fault::field("/credited_lines", "missing_field", "at least one line is needed"));
    }
    let one = |(at, line): (usize, &CreditedLine)| {
        let of = match (line.amount, line.quantity) {
            (Some(amount), None) => CreditOf::Amount(amount.0),
            (None, Some(quantity)) => CreditOf::Quantity(quantity.0),
            (None, None) => CreditOf::Rest,
            (Some(_), Some(_)) => {
                let pointer = format!("/credited_lines/{at}");
                return Err(Fault::field(&pointer, "field_not_allowed", "it has either an amount or a quantity"));
            }
        };
        Ok((line.line_id.0, of))
    };
    lines.iter().enumerate().map(one).collect()
}
