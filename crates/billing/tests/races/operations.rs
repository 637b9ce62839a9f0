//! What may be done with an invoice. One row each: a new row races against every other and against itself.

use crate::copies::{Copy, Situation};
use billing::Error;
use billing::credit_notes::NoteShare;
use billing::credit_notes::apply::ApplyCreditNotes;
use billing::invoices::asked::{HeaderEdit, LineEdit, LinesEdit};
use billing::invoices::correct::CorrectInvoice;
use billing::invoices::edit::EditInvoice;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::void::VoidInvoice;
use billing::invoices::write_off::{CancelWriteOff, WriteOffInvoice};
use billing::payments::PaymentShare;
use billing::payments::apply::ApplyPayments;
use billing::payments::charge::CollectInvoice;
use billing::payments::record::RecordPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use domain::id::InvoiceId;
use domain::invoice::void::IfSettled;
use domain::money::Currency;
use domain::payment::PaymentMode;
use std::pin::Pin;
use testkit::builders::{World, amount, decimal};

use Situation::{Draft, PartlyPaid, Unpaid, WrittenOff};

pub type Running = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

#[derive(Clone, Copy)]
pub struct Operation {
    pub name: &'static str,
    /// Where it is done when nothing came before it; elsewhere it is refused. A row that is refused everywhere would
    /// race for nothing.
    pub done_in: &'static [Situation],
    /// It is two transactions with a gateway's call between them, and anything may happen during the call.
    pub calls_out: bool,
    pub run: fn(World, Copy) -> Running,
}

pub const OPERATIONS: &[Operation] = &[
    PAY,
    Operation {
        name: "pay a part",
        // What is written off takes no money unless it says so: the payment stays unapplied.
        done_in: &[Unpaid, PartlyPaid, WrittenOff],
        calls_out: false,
        run: |server, copy| {
            Box::pin(async move { server.pay("40").from(copy.customer).on(copy.invoice, "40").tried().await.map(drop) })
        },
    },
    Operation {
        name: "apply payment",
        done_in: &[Unpaid, PartlyPaid, WrittenOff],
        calls_out: false,
        run: |server, copy| {
            let share = PaymentShare { payment: copy.payment, invoice: copy.invoice, amount: amount("20") };
            Box::pin(async move { server.tried(ApplyPayments { shares: vec![share], recover: false, on: None }).await })
        },
    },
    Operation {
        name: "apply credit",
        done_in: &[Unpaid, PartlyPaid],
        calls_out: false,
        run: |server, copy| {
            let share = NoteShare { note: copy.note, invoice: copy.invoice, amount: amount("30") };
            Box::pin(async move { server.tried(ApplyCreditNotes { shares: vec![share], on: None }).await.map(drop) })
        },
    },
    Operation {
        name: "refund",
        done_in: &[PartlyPaid, WrittenOff],
        calls_out: false,
        run: |server, copy| {
            let verb = RefundMoney {
                of: RefundOf::ByCreditNote { payment: copy.payment, invoice: copy.invoice },
                amount: amount("20"),
                mode: PaymentMode::Other,
                on: None,
                reference: String::new(),
                description: String::new(),
            };
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "write off",
        done_in: &[Unpaid, PartlyPaid],
        calls_out: false,
        run: |server, copy| {
            let verb = WriteOffInvoice { invoice: copy.invoice, reason: String::new(), on: None };
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "cancel write off",
        done_in: &[WrittenOff],
        calls_out: false,
        run: |server, copy| {
            let verb = CancelWriteOff { invoice: copy.invoice, on: None };
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "void",
        done_in: &[Unpaid, PartlyPaid, WrittenOff],
        calls_out: false,
        run: |server, copy| {
            let verb = VoidInvoice::of(copy.invoice, IfSettled::Detach);
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "issue",
        done_in: &[Draft],
        calls_out: false,
        run: |server, copy| {
            let verb = IssueInvoice { invoice: copy.invoice };
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "add line",
        done_in: &[Draft, Unpaid],
        calls_out: false,
        run: |server, copy| {
            let line =
                LineEdit { name: Some("Late".to_owned()), unit_price: Some(decimal("10")), ..LineEdit::default() };
            let verb = edit(copy.invoice, LinesEdit::Add(vec![line]));
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "delete line",
        done_in: &[Draft, Unpaid],
        calls_out: false,
        run: |server, copy| {
            let verb = edit(copy.invoice, LinesEdit::Remove(copy.second_line));
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "bill another customer",
        done_in: &[Draft, Unpaid],
        calls_out: false,
        run: |server, copy| {
            let header = HeaderEdit { customer: Some(server.customer), ..HeaderEdit::default() };
            let verb = EditInvoice { header, ..edit(copy.invoice, LinesEdit::Keep) };
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "bill in euros",
        done_in: &[Unpaid],
        calls_out: false,
        run: |server, copy| {
            let spec = server.invoice().to(copy.customer).line("Service", "1", "90").in_currency(Currency::EUR, "1.1");
            let (spec, reason) = (spec.spec(), String::new());
            let verb = CorrectInvoice { invoice: copy.invoice, spec, keeps: Vec::new(), reason };
            Box::pin(async move { server.tried(verb).await.map(drop) })
        },
    },
    Operation {
        name: "collect",
        done_in: &[Unpaid, PartlyPaid],
        calls_out: true,
        run: |server, copy| {
            let wish = CollectInvoice::of(copy.invoice, copy.card.expect("a copy for a charge has a card"));
            Box::pin(async move { server.billing.charge(&server.caller, wish).await.map(drop) })
        },
    },
];

/// All that the invoice owed when it was made, or that was given up of it.
pub const PAY: Operation = Operation {
    name: "pay",
    done_in: &[Unpaid, PartlyPaid, WrittenOff],
    calls_out: false,
    run: |server, copy| {
        let total = copy.situation.owed();
        let shares = server.shares(&[(copy.invoice, total)]);
        let verb = RecordPayment { recover: true, ..RecordPayment::from(copy.customer, amount(total), shares) };
        Box::pin(async move { server.tried(verb).await.map(drop) })
    },
};

/// As a client changes an invoice: on a draft in place, on an issued invoice by a new revision.
fn edit(invoice: InvoiceId, lines: LinesEdit) -> EditInvoice {
    EditInvoice { invoice, header: HeaderEdit::default(), lines, only_drafts: false, reason: String::new() }
}
