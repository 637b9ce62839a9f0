//! `/v1/invoices/bulk`: many invoices made and issued in one transaction, all or none. Numbers follow the order of
//! the list within each legal entity.

use super::input::NewInvoice;
use crate::answers::json;
use crate::call::Call;
use crate::errors::Fault;
use crate::schema::{answer, request};
use crate::wire::Id;
use billing::invoices::InvoiceSpec;
use billing::invoices::issue::IssueMany;
use domain::id::InvoiceId;
use http_kit::Answer;

/// Invoices of one request.
const MAX_INVOICES: usize = 1_000;

request! {
    /// Invoices to be made and issued, 1 to 1000.
    NewInvoices {
        /// The invoices.
        invoices: Vec<NewInvoice>,
    } optional {
    }
}

answer! {
    /// An invoice that was issued.
    IssuedInvoice {
        /// Its id.
        id: Id<InvoiceId>,
    }
}

answer! {
    /// The invoices that were issued, in the order in which they were asked for.
    IssuedInvoices {
        /// The invoices.
        data: Vec<IssuedInvoice>,
    }
}

pub(super) async fn issue(call: Call) -> Result<Answer, Fault> {
    let verb = IssueMany { specs: call.read::<NewInvoices>()?.from_wire()? };
    call.write(verb, |ids| {
        let data = ids.into_iter().map(|id| IssuedInvoice { id: Id(id) }).collect();
        json(201, &IssuedInvoices { data })
    })
    .await
}

impl NewInvoices {
    fn from_wire(self) -> Result<Vec<InvoiceSpec>, Fault> {
        if !(1..=MAX_INVOICES).contains(&self.invoices.len()) {
            let detail = format!("1 to {MAX_INVOICES} invoices can be issued at once");
            return Err(Fault::field("/invoices", "out_of_range", detail));
        }
        let read = |(at, invoice): (usize, NewInvoice)| {
            let pointer = format!("/invoices/{at}");
            invoice.refuse_kept_lines(&pointer)?;
            invoice.from_wire(&pointer)
        };
        self.invoices.into_iter().enumerate().map(read).collect()
    }
}
