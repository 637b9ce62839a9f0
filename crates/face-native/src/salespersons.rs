//! `/v1/salespersons`: who sold, as invoices name them.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::wire::{Id, Instant};
use billing::Error;
use billing::parties::seller::{CreateSalesperson, DeleteSalesperson, UpdateSalesperson};
use billing::read::ThenSalesperson;
use domain::id::SalespersonId;
use domain::seller;
use http_kit::Answer;

table! {
    "listSalespersons" GET "/v1/salespersons" StaffRead "Lists all salespersons by name." {
        gives: Gives::Object(Page::<Salesperson>::schema),
        handle: list,
    }
    "createSalesperson" POST "/v1/salespersons" Write "Adds a salesperson." {
        takes: Takes::Body(NewSalesperson::schema),
        gives: Gives::Created(Salesperson::schema),
        names: "salesperson_id",
        handle: create,
    }
    "getSalesperson" GET "/v1/salespersons/{salesperson_id}" StaffRead "Reads a salesperson." {
        gives: Gives::Object(Salesperson::schema),
        names: "salesperson_id",
        handle: get,
    }
    "updateSalesperson" PATCH "/v1/salespersons/{salesperson_id}" Write
        "Changes a salesperson; invoices keep the name that they were made with." {
        takes: Takes::Body(SalespersonPatch::schema),
        gives: Gives::Object(Salesperson::schema),
        names: "salesperson_id",
        handle: update,
    }
    "deleteSalesperson" DELETE "/v1/salespersons/{salesperson_id}" Write
        "Deletes a salesperson whom no invoice names." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// Who sells.
    NewSalesperson {
        /// As invoices name them.
        name: String as texts::line,
    } optional {
        /// E-mail address.
        email: String as texts::email,
    }
}

patch! {
    /// Changes of a salesperson.
    SalespersonPatch {
        /// As invoices name them from now on.
        name: String as texts::line,
        /// E-mail address.
        email: String as texts::email,
    }
}

answer! {
    /// Who sells.
    Salesperson {
        /// Its id.
        id: Id<SalespersonId>,
        /// As invoices name them.
        name: String,
        /// E-mail address.
        email: String,
        /// When they were added.
        created_at: Instant,
        /// When they were last changed.
        updated_at: Instant,
    }
}

async fn all(call: &Call) -> Result<Vec<seller::Salesperson>, Fault> {
    Ok(call.billing.salespersons(&call.caller).await?.value)
}

async fn list(call: Call) -> Result<Answer, Fault> {
    Ok(Page::whole(all(&call).await?.iter().map(Salesperson::to_wire).collect()).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: SalespersonId = call.id("salesperson_id")?;
    let found = all(&call).await?.into_iter().find(|person| person.id == id);
    Ok(json(200, &Salesperson::to_wire(&found.ok_or_else(|| Error::missing(SalespersonId::WORD, id))?)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let body: NewSalesperson = call.read()?;
    let verb = CreateSalesperson { name: body.name, email: body.email.unwrap_or_default() };
    call.write(ThenSalesperson(verb), |person| {
        created(format!("/v1/salespersons/{}", person.id), &Salesperson::to_wire(&person))
    })
    .await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let salesperson = call.id("salesperson_id")?;
    let body: SalespersonPatch = call.read()?;
    let verb = UpdateSalesperson { salesperson, name: body.name, email: body.email };
    call.write(ThenSalesperson(verb), |person| json(200, &Salesperson::to_wire(&person))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteSalesperson { salesperson: call.id("salesperson_id")? };
    call.write(verb, |()| nothing()).await
}

impl Salesperson {
    fn to_wire(person: &seller::Salesperson) -> Self {
        Self {
            id: Id(person.id),
            name: person.name.clone(),
            email: person.email.clone(),
            created_at: Instant(person.created_at),
            updated_at: Instant(person.updated_at),
        }
    }
}
