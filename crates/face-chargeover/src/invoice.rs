//! `/invoice` and below. The reads; changes join the same routes: create and the actions that name no invoice
//! beside `list`, edit, delete and the actions on one (`?action=` and `/_action/`) beside `one`.

pub(crate) mod fields;
pub(crate) mod filters;
pub(crate) mod reads;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use billing::query::{InvoiceQuery, InvoiceRef, Paging};
use domain::id::InvoiceId;
use http_kit::Answer;

use crate::call::{Call, Desk};
use crate::errors::{self, Fault};
use crate::{envelope, paging, wire};
use fields::Header;

pub(crate) fn routes() -> Router<Desk> {
    Router::new().route("/invoice", get(list)).route("/invoice/_count", get(count)).route("/invoice/{id}", get(one))
}

/// GET `/invoice/{id}` and `/invoice/token:{token}`.
async fn one(State(desk): State<Desk>, Path(given): Path<String>, call: Call) -> Answer {
    told(find(&desk, &given, &call).await, &call)
}

async fn find(desk: &Desk, given: &str, call: &Call) -> Result<Answer, Fault> {
    // Not text for the store: `%00` in a path.
    if given.contains('\0') {
        return Err(Fault::no_invoice(given));
    }
    let which = invoice_ref(given);
    let found = desk.billing.invoice(&call.caller, None, &which).await?;
    // Deleted through an API after its issue: void for the books, gone for clients.
    if found.value.summary.withdrawn_at.is_some() {
        return Err(Fault::no_invoice(given));
    }
    let more = reads::more_names(&desk.billing, &call.caller, &found.value).await?;
    let header = Header::of(&found.value, [&found.names, &more]);
    Ok(envelope::ok_object(|out| fields::write_detail(&header, out)))
}

/// What a path's segment names, already percent-decoded.
fn invoice_ref(given: &str) -> InvoiceRef {
    let given = given.trim();
    match given.strip_prefix("token:") {
        Some(token) => InvoiceRef::Token(token.to_owned()),
        None => InvoiceRef::Spelled { text: given.to_owned(), native: wire::unspell(given).map(InvoiceId) },
    }
}

/// GET `/invoice?where=&order=&limit=&offset=`; other parameters are ignored.
async fn list(State(desk): State<Desk>, call: Call) -> Answer {
    told(page(&desk, &call).await, &call)
}

async fn page(desk: &Desk, call: &Call) -> Result<Answer, Fault> {
    let query = InvoiceQuery {
        filters: filters::filters(&desk.billing, &call.caller, &call.query).await?,
        order: paging::order(&call.query)?,
        paging: paging::paging(&call.query)?,
        with_withdrawn: false,
    };
    let rows = reads::page(&desk.billing, &call.caller, query).await?;
    Ok(envelope::ok_list(|out| {
        for view in &rows.value {
            let header = Header::of(view, [&rows.names, &rows.names]);
            out.object(|out| fields::write_row(&header, out));
        }
    }))
}

/// GET `/invoice/_count?where=`: how many invoices a list without a limit would have.
async fn count(State(desk): State<Desk>, call: Call) -> Answer {
    told(counted(&desk, &call).await, &call)
}

async fn counted(desk: &Desk, call: &Call) -> Result<Answer, Fault> {
    let query = InvoiceQuery {
        filters: filters::filters(&desk.billing, &call.caller, &call.query).await?,
        order: Vec::new(),
        paging: Paging::Offset { offset: 0, limit: 1 },
        with_withdrawn: false,
    };
    Ok(envelope::ok_int(desk.billing.count_invoices(&call.caller, query).await?))
}

fn told(result: Result<Answer, Fault>, call: &Call) -> Answer {
    result.unwrap_or_else(|fault| errors::answer(&fault, &call.request_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_invoices() {
        let spelled = |text: &str, native: Option<i64>| InvoiceRef::Spelled {
            text: text.to_owned(),
            native: native.map(InvoiceId),
        };
        assert_eq!(invoice_ref("5"), spelled("5", Some(5)));
        assert_eq!(invoice_ref(" 5 "), spelled("5", Some(5)));
        assert_eq!(invoice_ref("007"), spelled("007", None));
        assert_eq!(invoice_ref("inv_5"), spelled("inv_5", None));
        assert_eq!(invoice_ref("token:abc123"), InvoiceRef::Token("abc123".to_owned()));
    }
}
