//! `/v1/payments`: money that came in, what it was put on, and what is left of it.

mod apply;
mod correct;
mod output;
mod record;

pub(crate) use output::Application;

use crate::answers::json;
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Parameter, Takes, table};
use crate::schema::Schema as _;
use crate::wire::Id;
use billing::payments::record::VoidPayment;
use billing::read::{Named, PaymentView, ThenPayment};
use domain::id::{CustomerId, PaymentId};
use http_kit::Answer;
use output::Payment;

/// `?customer_id=`, of payments and credit notes.
pub(crate) const CUSTOMER_ID: Parameter =
    Parameter { name: "customer_id", about: "Of this customer.", schema: Id::<CustomerId>::schema };

table! {
    "listPayments" GET "/v1/payments" Read "Lists payments by id." {
        query: &[LIMIT, CURSOR, CUSTOMER_ID],
        gives: Gives::Object(Page::<Payment>::schema),
        handle: list,
    }
    "recordPayment" POST "/v1/payments" Write
        "Records a payment and puts it on invoices; what is left stays unapplied." {
        takes: Takes::Body(record::NewPayment::schema),
        gives: Gives::Created(Payment::schema),
        names: "payment_id",
        handle: record::record,
    }
    "getPayment" GET "/v1/payments/{payment_id}" Read "Reads a payment with what it was put on." {
        gives: Gives::Object(Payment::schema),
        names: "payment_id",
        handle: get,
    }
    "correctPayment" PATCH "/v1/payments/{payment_id}" Write
        "Changes a payment of which nothing was refunded, and what it is put on; its texts may always change." {
        takes: Takes::Body(correct::PaymentPatch::schema),
        gives: Gives::Object(Payment::schema),
        names: "payment_id",
        handle: correct::correct,
    }
    "applyPayment" POST "/v1/payments/{payment_id}/apply" Write "Puts what a payment has left on invoices." {
        takes: Takes::Body(apply::PaymentShares::schema),
        gives: Gives::Object(Payment::schema),
        names: "payment_id",
        handle: apply::apply,
    }
    "unapplyPayment" POST "/v1/payments/{payment_id}/unapply" Write
        "Takes all that a payment has put on one invoice off again." {
        takes: Takes::Body(apply::Unapply::schema),
        gives: Gives::Object(Payment::schema),
        names: "payment_id",
        handle: apply::unapply,
    }
    "voidPayment" POST "/v1/payments/{payment_id}/void" Write
        "Voids a payment of which nothing is applied or refunded, as if it had never come." {
        gives: Gives::Object(Payment::schema),
        names: "payment_id",
        handle: void,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, PaymentId::PREFIX)?;
    let customer = call.id_parameter::<CustomerId>("customer_id")?;
    let rows = call.billing.payments(&call.caller, customer, page.after, page.wanted()).await?;
    Ok(page.page(rows, |payment| payment.id.0, |payment| Payment::summary(&payment)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    Ok(read_back(call.billing.payment(&call.caller, call.id("payment_id")?).await?))
}

async fn void(call: Call) -> Result<Answer, Fault> {
    let payment = call.id("payment_id")?;
    call.no_body()?;
    call.write(ThenPayment(VoidPayment { payment }), read_back).await
}

/// The whole payment, as every operation on one answers.
fn read_back(view: Named<PaymentView>) -> Answer {
    json(200, &Payment::whole(&view.value))
}
