//! `/v1/terms`: payment terms that documents and customers are given.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::wire::Id;
use billing::Error;
use billing::parties::seller::{CreateTerms, DeleteTerms, UpdateTerms};
use domain::id::TermsId;
use domain::party;
use http_kit::Answer;

table! {
    "listTerms" GET "/v1/terms" StaffRead "Lists all payment terms by their days." {
        gives: Gives::Object(Page::<PaymentTerms>::schema),
        handle: list,
    }
    "createPaymentTerms" POST "/v1/terms" Write "Defines payment terms." {
        takes: Takes::Body(NewPaymentTerms::schema),
        gives: Gives::Created(PaymentTerms::schema),
        names: "terms_id",
        handle: create,
    }
    "getPaymentTerms" GET "/v1/terms/{terms_id}" StaffRead "Reads payment terms." {
        gives: Gives::Object(PaymentTerms::schema),
        names: "terms_id",
        handle: get,
    }
    "updatePaymentTerms" PATCH "/v1/terms/{terms_id}" Write
        "Changes payment terms for what is given them from now on." {
        takes: Takes::Body(PaymentTermsPatch::schema),
        gives: Gives::Object(PaymentTerms::schema),
        names: "terms_id",
        handle: update,
    }
    "deletePaymentTerms" DELETE "/v1/terms/{terms_id}" Write
        "Deletes payment terms that no customer and no legal entity has." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// Payment terms.
    NewPaymentTerms {
        /// As documents print them.
        name: String as texts::short,
        /// Days from the document's date to the due date.
        days: i64 as texts::term_days,
    } optional {
    }
}

patch! {
    /// Changes of payment terms.
    PaymentTermsPatch {
        /// As documents print them from now on.
        name: String as texts::short,
        /// Days from the document's date to the due date.
        days: i64 as texts::term_days,
    }
}

answer! {
    /// Payment terms.
    PaymentTerms {
        /// Their id.
        id: Id<TermsId>,
        /// As documents print them.
        name: String,
        /// Days from the document's date to the due date.
        days: i64,
    }
}

async fn all(call: &Call) -> Result<Vec<PaymentTerms>, Fault> {
    Ok(call.billing.terms(&call.caller).await?.into_iter().filter_map(PaymentTerms::to_wire).collect())
}

async fn list(call: Call) -> Result<Answer, Fault> {
    Ok(Page::whole(all(&call).await?).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: TermsId = call.id("terms_id")?;
    let found = all(&call).await?.into_iter().find(|terms| terms.id.0 == id);
    Ok(json(200, &found.ok_or_else(|| Error::missing(TermsId::WORD, id))?))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let body: NewPaymentTerms = call.read()?;
    let verb = CreateTerms { name: body.name, days: body.days };
    call.write(verb, |terms| {
        let made = PaymentTerms::to_wire(terms).expect("terms that are stored have an id");
        created(format!("/v1/terms/{}", made.id.0), &made)
    })
    .await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let terms = call.id("terms_id")?;
    let body: PaymentTermsPatch = call.read()?;
    let verb = UpdateTerms { terms, name: body.name, days: body.days };
    call.write(verb, |terms| json(200, &PaymentTerms::to_wire(terms).expect("terms that are stored have an id"))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteTerms { terms: call.id("terms_id")? };
    call.write(verb, |()| nothing()).await
}

impl PaymentTerms {
    /// `None` for terms that only a document has.
    fn to_wire(terms: party::Terms) -> Option<Self> {
        Some(Self { id: Id(terms.id?), name: terms.name, days: terms.days })
    }
}
