//! `/creditnotes` and all below it. A note that was deleted here is void for the books and gone for Zoho's clients.

mod apply;
mod create;
mod detail;
mod extras;
mod list;
mod refund;

pub(crate) use detail::to_wire;

use billing::credit_notes::issue::{IssueCreditNote, VoidCreditNote};
use billing::credit_notes::reopen::ReopenCreditNote;
use billing::credit_notes::withdraw::WithdrawCreditNote;
use billing::read::{Named, NoteDetail};
use billing::{Error, Verb};
use domain::Refusal;
use domain::id::{CreditNoteId, CustomerId, ItemId, TaxGroupId};
use domain::invoice::State;
use http_kit::Answer;

use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::routes::{Handling, Needs, Operation, row};
use crate::wire;

const CREATE: Needs = Needs::Scope("ZohoSubscriptions.creditnotes.CREATE");
const READ: Needs = Needs::Scope("ZohoSubscriptions.creditnotes.READ");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.creditnotes.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list credit notes", "GET", "/creditnotes", READ, list::handle),
    row("create a credit note", "POST", "/creditnotes", CREATE, create::handle),
    row("retrieve a credit note", "GET", "/creditnotes/{creditnote_id}", READ, retrieve),
    row("delete a credit note", "DELETE", "/creditnotes/{creditnote_id}", DELETE, delete),
    row("void a credit note", "POST", "/creditnotes/{creditnote_id}/void", CREATE, void),
    row("open a credit note", "POST", "/creditnotes/{creditnote_id}/converttoopen", CREATE, open),
    row("apply a credit note", "POST", "/creditnotes/{creditnote_id}/invoices", CREATE, apply::handle),
    row("refund a credit note", "POST", "/creditnotes/{creditnote_id}/refunds", CREATE, refund::handle),
];

/// The credit note that the path names.
async fn present(call: &Call) -> Result<Named<NoteDetail>, Failure> {
    let id: CreditNoteId = call.path_id("creditnote_id").await?;
    let found = call.billing.note_detail(&call.caller, id).await?;
    if found.value.document.note.withdrawn_at.is_some() {
        return Err(Fault::missing("Credit note").into());
    }
    Ok(found)
}

pub(crate) fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let found = present(&call).await?;
        Ok(wire::success("success", |o| {
            o.object("credit_note", |o| to_wire(&found.value, &found.names, o));
        }))
    })
}

pub(crate) fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = WithdrawCreditNote { note: call.path_id("creditnote_id").await? };
        write(&call, verb, |()| wire::success("The credit note has been deleted.", |_| {})).await
    })
}

pub(crate) fn void(call: Call) -> Handling {
    Box::pin(async move {
        let verb = VoidCreditNote { note: call.path_id("creditnote_id").await? };
        write(&call, verb, |_| wire::success("The credit note has been marked as void.", |_| {})).await
    })
}

/// Opens a void note again, and issues a draft.
pub(crate) fn open(call: Call) -> Handling {
    Box::pin(async move {
        let note = present(&call).await?.value.document.note;
        let opened = |_| wire::success("Status of the credit note has been changed to open.", |_| {});
        match note.state {
            State::Draft => write(&call, IssueCreditNote { note: note.id }, opened).await,
            State::Issued | State::Void => write(&call, ReopenCreditNote { note: note.id }, opened).await,
        }
    })
}

/// Runs a verb about credit notes.
async fn write<V: Verb>(
    call: &Call,
    verb: V,
    render: impl Fn(V::Outcome) -> Answer + Send + Sync + 'static,
) -> Result<Answer, Failure> {
    call.write(verb, render).await.map_err(of_body)
}

/// What billing refuses about a body, in Zoho's names of its fields.
fn of_body(failure: Failure) -> Failure {
    let Failure::Told(error) = failure else { return failure };
    match error {
        Error::Missing { kind: CustomerId::WORD, .. } => Fault::unknown_customer().into(),
        Error::Missing { kind: ItemId::WORD, .. } => Fault::unknown_product().into(),
        Error::Missing { kind: TaxGroupId::WORD, .. } => Fault::invalid("tax_id").into(),
        Error::Missing { kind: "custom_field", given } => Fault::invalid(&format!("custom_fields: {given}")).into(),
        Error::Refused(Refusal::TooLong { what, limit }) => Fault::too_long(field(what), limit).into(),
        Error::Refused(
            Refusal::TooLarge { what }
            | Refusal::TooPrecise { what, .. }
            | Refusal::NotPositive { what }
            | Refusal::Negative { what }
            | Refusal::Blank { what }
            | Refusal::Invalid { what },
        ) => Fault::invalid(field(what)).into(),
        Error::Refused(Refusal::NumberTaken { number }) => {
            Fault::new(400, 4117, format!("The credit note number {number} has already been used.")).into()
        }
        other => Failure::Told(other),
    }
}

/// Zoho's name of what the domain calls so.
fn field(what: &'static str) -> &'static str {
    match what {
        "unit_price" | "credit" => "price",
        "line name" => "name",
        "line description" => "description",
        "lines" => "creditnote_items",
        "reference" => "reference_number",
        "number" => "creditnote_number",
        "memo" => "notes",
        "terms_text" => "terms",
        "shares" => "invoices",
        other => other,
    }
}
