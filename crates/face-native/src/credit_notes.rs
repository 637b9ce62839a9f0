//! `/v1/credit-notes`: what the seller owes back.

mod apply;
mod create;
mod output;

use crate::answers::{json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::payments::CUSTOMER_ID;
use crate::routes::{Gives, Takes, table};
use crate::schema::Schema as _;
use billing::credit_notes::issue::{DeleteCreditNote, IssueCreditNote, VoidCreditNote};
use billing::credit_notes::reopen::ReopenCreditNote;
use billing::read::{Named, NoteView, ThenNote};
use domain::id::{CreditNoteId, CustomerId};
use http_kit::Answer;
use output::CreditNote;

table! {
    "listCreditNotes" GET "/v1/credit-notes" Read "Lists credit notes by id." {
        query: &[LIMIT, CURSOR, CUSTOMER_ID],
        gives: Gives::Object(Page::<CreditNote>::schema),
        handle: list,
    }
    "createCreditNote" POST "/v1/credit-notes" Write "Makes a credit note, as a draft or issued at once." {
        takes: Takes::Body(create::NewCreditNote::schema),
        gives: Gives::Created(CreditNote::schema),
        names: "credit_note_id",
        handle: create::create,
    }
    "getCreditNote" GET "/v1/credit-notes/{credit_note_id}" Read "Reads a credit note with its lines." {
        gives: Gives::Object(CreditNote::schema),
        names: "credit_note_id",
        handle: get,
    }
    "deleteCreditNote" DELETE "/v1/credit-notes/{credit_note_id}" Write "Deletes a draft." {
        gives: Gives::Nothing,
        handle: delete,
    }
    "issueCreditNote" POST "/v1/credit-notes/{credit_note_id}/issue" Write "Issues a draft; it gets its number." {
        gives: Gives::Object(CreditNote::schema),
        names: "credit_note_id",
        handle: issue,
    }
    "voidCreditNote" POST "/v1/credit-notes/{credit_note_id}/void" Write
        "Voids an issued credit note of which nothing is applied or refunded." {
        gives: Gives::Object(CreditNote::schema),
        names: "credit_note_id",
        handle: void,
    }
    "reopenCreditNote" POST "/v1/credit-notes/{credit_note_id}/reopen" Write
        "Opens a void credit note again, with its number, while what it gave back is still there." {
        gives: Gives::Object(CreditNote::schema),
        names: "credit_note_id",
        handle: reopen,
    }
    "applyCreditNote" POST "/v1/credit-notes/{credit_note_id}/apply" Write
        "Puts what a credit note has left on invoices." {
        takes: Takes::Body(apply::CreditNoteShares::schema),
        gives: Gives::Object(CreditNote::schema),
        names: "credit_note_id",
        handle: apply::apply,
    }
    "unapplyCreditNote" POST "/v1/credit-notes/{credit_note_id}/unapply" Write
        "Takes all that a credit note has put on one invoice off again." {
        takes: Takes::Body(apply::UnapplyCreditNoteInput::schema),
        gives: Gives::Object(CreditNote::schema),
        names: "credit_note_id",
        handle: apply::unapply,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, CreditNoteId::PREFIX)?;
    let customer = call.id_parameter::<CustomerId>("customer_id")?;
    let rows = call.billing.credit_notes(&call.caller, customer, page.after, page.wanted()).await?;
    Ok(page.page(rows, |note| note.id.0, |note| CreditNote::summary(&note)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    Ok(read_back(call.billing.credit_note(&call.caller, call.id("credit_note_id")?).await?))
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteCreditNote { note: call.id("credit_note_id")? };
    call.write(verb, |()| nothing()).await
}

async fn issue(call: Call) -> Result<Answer, Fault> {
    let note = call.id("credit_note_id")?;
    call.no_body()?;
    call.write(ThenNote(IssueCreditNote { note }), read_back).await
}

async fn void(call: Call) -> Result<Answer, Fault> {
    let note = call.id("credit_note_id")?;
    call.no_body()?;
    call.write(ThenNote(VoidCreditNote { note }), read_back).await
}

async fn reopen(call: Call) -> Result<Answer, Fault> {
    let note = call.id("credit_note_id")?;
    call.no_body()?;
    call.write(ThenNote(ReopenCreditNote { note }), read_back).await
}

/// The whole credit note, as every operation on one answers.
fn read_back(view: Named<NoteView>) -> Answer {
    json(200, &CreditNote::whole(&view.value))
}
