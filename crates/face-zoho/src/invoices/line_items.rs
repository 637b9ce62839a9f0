//! `POST /invoices/{invoice_id}/lineitems` and `DELETE /invoices/{invoice_id}/lineitems/{item_id}`: only pending
//! invoices, which are drafts to us, get and lose lines so.

use billing::invoices::asked::LinesEdit;
use billing::invoices::edit::EditInvoice;
use billing::invoices::standing::Present;
use billing::read::ThenView;
use domain::id::{InvoiceId, LineId};
use serde::Deserialize;

use super::detail::{self, Sample};
use super::input::{self, ItemBody};
use super::update::MESSAGE;
use super::{of_body, present_id};
use crate::call::Call;
use crate::errors::Fault;
use crate::routes::Handling;
use crate::wire;

#[derive(Debug, Deserialize)]
struct Items {
    invoice_items: Vec<ItemBody>,
}

pub(crate) fn add(call: Call) -> Handling {
    Box::pin(async move {
        let invoice = present_id(&call).await?;
        let items = call.read::<Items>()?.invoice_items;
        if items.is_empty() {
            return Err(Fault::invalid("invoice_items").into());
        }
        let lines = LinesEdit::Add(input::line_edits(&call, items, &[], None).await?);
        let verb = Present { invoice, then: EditInvoice::lines_of_draft(invoice, lines) };
        let types = call.mount.types();
        let added = call.write(ThenView(verb), move |found| {
            wire::success(MESSAGE, |o| {
                o.object("invoice", |o| detail::to_wire(&found, types, Sample::AddLines, o));
            })
        });
        added.await.map_err(of_body)
    })
}

pub(crate) fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let invoice: InvoiceId = call.path_id("invoice_id").await?;
        let line: LineId = call.path_id("item_id").await?;
        let verb = Present { invoice, then: EditInvoice::lines_of_draft(invoice, LinesEdit::Remove(line)) };
        call.write(verb, |_| wire::success(MESSAGE, |_| {})).await
    })
}
