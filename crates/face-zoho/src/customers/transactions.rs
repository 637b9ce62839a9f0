//! `GET /transactions`: what passed between the seller and its customers, newest day first.

use billing::query::{CustomerRef, Paging};
use billing::read::{Names, TransactionKind, TransactionQuery, TransactionRow, TransactionState};
use domain::id::{CreditNoteId, CustomerId, InvoiceId, PaymentId, RefundId};
use domain::invoice::State;
use domain::invoice::view::Standing;
use http_kit::Query;
use http_kit::json::Object;

use super::READ;
use crate::call::Call;
use crate::errors::Fault;
use crate::mount::Types;
use crate::paging::{Listing, Page};
use crate::routes::{Handling, Operation, row};
use crate::wire;

pub(crate) const OPERATIONS: &[Operation] = &[row("list of transactions", "GET", "/transactions", READ, list)];

/// Zoho's words of `filter_by` as they are echoed in `applied_filter`.
const FILTERS: [(&str, Option<TransactionKind>); 5] = [
    ("TransactionType.All", None),
    ("TransactionType.INVOICE", Some(TransactionKind::Invoice)),
    ("TransactionType.PAYMENT", Some(TransactionKind::Payment)),
    ("TransactionType.CREDIT", Some(TransactionKind::CreditNote)),
    ("TransactionType.REFUND", Some(TransactionKind::Refund)),
];

fn list(call: Call) -> Handling {
    Box::pin(async move {
        let page = Page::from_wire(&call.query)?;
        let (applied_filter, kind) = kind(&call.query)?;
        let customer = match call.query.get("customer_id").map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(CustomerRef::Id(call.field_id::<CustomerId>("customer_id", text).await?)),
            None => None,
        };
        let Paging::Offset { offset, limit } = page.paging() else {
            unreachable!("pages have numbers");
        };
        let query = TransactionQuery { customer, kind, offset, limit };
        let found = call.billing.transactions(&call.caller, query).await?;
        let types = call.mount.types();
        let listing = Listing { report_name: "Transactions", applied_filter, sort_column: "date", sort_order: "D" };
        Ok(wire::success("success", |o| {
            o.array("transactions", &found.value.rows, |row, o| to_wire(row, &found.names, types, o));
            page.to_wire(o, found.value.has_more, &listing);
        }))
    })
}

fn kind(query: &Query) -> Result<(&'static str, Option<TransactionKind>), Fault> {
    let Some(given) = query.get("filter_by").map(str::trim).filter(|given| !given.is_empty()) else {
        return Ok(FILTERS[0]);
    };
    let is_word = |name: &str| {
        let word = name.rsplit('.').next().unwrap_or_default();
        name.eq_ignore_ascii_case(given) || word.eq_ignore_ascii_case(given)
    };
    FILTERS.into_iter().find(|(name, _)| is_word(name)).ok_or_else(|| Fault::invalid("filter_by"))
}

/// The amount has all decimals of its currency (Zoho's OpenAPI: `20.50`).
fn to_wire(row: &TransactionRow, names: &Names, types: Types, o: &mut Object<'_>) {
    let (kind, word) = match row.state {
        TransactionState::Invoice(_) => (InvoiceId::WORD, "invoice"),
        TransactionState::Payment { .. } => (PaymentId::WORD, "payment"),
        TransactionState::CreditNote { .. } => (CreditNoteId::WORD, "credit"),
        TransactionState::Refund => (RefundId::WORD, "refund"),
    };
    o.str("transaction_id", &wire::id_of(names, kind, row.id))
        .str("reference_id", &row.number)
        .text("date", row.dated_on)
        .str("type", word)
        .str("status", status(row.state));
    wire::put_bare(o, types, "amount", row.amount.to_fixed());
    o.str("customer_id", &wire::id_of(names, CustomerId::WORD, row.customer_id.0))
        .str("currency_code", row.amount.currency.code());
}

fn status(state: TransactionState) -> &'static str {
    match state {
        TransactionState::Invoice(standing) => match standing {
            Standing::Draft => "draft",
            Standing::Open => "sent",
            Standing::Overdue => "overdue",
            Standing::PartlyPaid | Standing::PartlyPaidOverdue => "partially_paid",
            Standing::Paid => "paid",
            Standing::Void => "void",
        },
        TransactionState::Payment { is_void: true } => "void",
        TransactionState::Payment { is_void: false } | TransactionState::Refund => "success",
        TransactionState::CreditNote { state, is_used_up } => match (state, is_used_up) {
            (State::Draft, _) => "draft",
            (State::Void, _) => "void",
            (State::Issued, true) => "closed",
            (State::Issued, false) => "open",
        },
    }
}
