//! Makes, replaces and deletes drafts.

use super::input::NewInvoice;
use super::output::Invoice;
use super::read_back;
use crate::answers::{created, nothing};
use crate::call::Call;
use crate::errors::Fault;
use billing::invoices::create::{CreateInvoice, DeleteDraft, UpdateDraft};
use billing::read::ThenView;
use http_kit::Answer;

pub(super) async fn create(call: Call) -> Result<Answer, Fault> {
    let asked = call.read::<NewInvoice>()?;
    asked.refuse_kept_lines("")?;
    let verb = CreateInvoice { spec: asked.from_wire("")? };
    call.write(ThenView(verb), |view| {
        let invoice = &view.value;
        created(format!("/v1/invoices/{}", invoice.summary.id), &Invoice::whole(invoice))
    })
    .await
}

pub(super) async fn replace(call: Call) -> Result<Answer, Fault> {
    let invoice = call.id("invoice_id")?;
    let asked = call.read::<NewInvoice>()?;
    asked.refuse_kept_lines("")?;
    let verb = UpdateDraft { invoice, spec: asked.from_wire("")? };
    call.write(ThenView(verb), read_back).await
}

pub(super) async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteDraft { invoice: call.id("invoice_id")? };
    call.write(verb, |()| nothing()).await
}
