//! `/v1/tax-authorities`: who collects taxes, as tax rates and customers name them.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::wire::{Id, Instant};
use billing::Error;
use billing::parties::tax_lists::{CreateTaxAuthority, DeleteTaxAuthority, UpdateTaxAuthority};
use domain::id::TaxAuthorityId;
use domain::seller;
use http_kit::Answer;

table! {
    "listTaxAuthorities" GET "/v1/tax-authorities" StaffRead "Lists all tax authorities by name." {
        gives: Gives::Object(Page::<TaxAuthority>::schema),
        handle: list,
    }
    "createTaxAuthority" POST "/v1/tax-authorities" Write "Adds a tax authority." {
        takes: Takes::Body(NewTaxAuthority::schema),
        gives: Gives::Created(TaxAuthority::schema),
        names: "tax_authority_id",
        handle: create,
    }
    "getTaxAuthority" GET "/v1/tax-authorities/{tax_authority_id}" StaffRead "Reads a tax authority." {
        gives: Gives::Object(TaxAuthority::schema),
        names: "tax_authority_id",
        handle: get,
    }
    "updateTaxAuthority" PATCH "/v1/tax-authorities/{tax_authority_id}" Write
        "Changes a tax authority; the rates that name it follow." {
        takes: Takes::Body(TaxAuthorityPatch::schema),
        gives: Gives::Object(TaxAuthority::schema),
        names: "tax_authority_id",
        handle: update,
    }
    "deleteTaxAuthority" DELETE "/v1/tax-authorities/{tax_authority_id}" Write
        "Deletes a tax authority that no rate and no customer names." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// Who collects a tax.
    NewTaxAuthority {
        /// Unique.
        name: String as texts::line,
    } optional {
        /// For people.
        description: String as texts::line_or_empty,
    }
}

patch! {
    /// Changes of a tax authority.
    TaxAuthorityPatch {
        /// Unique.
        name: String as texts::line,
        /// For people.
        description: String as texts::line_or_empty,
    }
}

answer! {
    /// Who collects a tax.
    TaxAuthority {
        /// Its id.
        id: Id<TaxAuthorityId>,
        /// As tax rates name it.
        name: String,
        /// For people.
        description: String,
        /// When it was added.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn all(call: &Call) -> Result<Vec<seller::TaxAuthority>, Fault> {
    Ok(call.billing.tax_authorities(&call.caller).await?.value)
}

async fn list(call: Call) -> Result<Answer, Fault> {
    Ok(Page::whole(all(&call).await?.iter().map(TaxAuthority::to_wire).collect()).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: TaxAuthorityId = call.id("tax_authority_id")?;
    let found = all(&call).await?.into_iter().find(|known| known.id == id);
    Ok(json(200, &TaxAuthority::to_wire(&found.ok_or_else(|| Error::missing(TaxAuthorityId::WORD, id))?)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let body: NewTaxAuthority = call.read()?;
    let verb = CreateTaxAuthority { name: body.name, description: body.description.unwrap_or_default() };
    call.write(verb, |made| created(format!("/v1/tax-authorities/{}", made.id), &TaxAuthority::to_wire(&made))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let authority = call.id("tax_authority_id")?;
    let body: TaxAuthorityPatch = call.read()?;
    let verb = UpdateTaxAuthority { authority, name: body.name, description: body.description };
    call.write(verb, |changed| json(200, &TaxAuthority::to_wire(&changed))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteTaxAuthority { authority: call.id("tax_authority_id")? };
    call.write(verb, |()| nothing()).await
}

impl TaxAuthority {
    fn to_wire(known: &seller::TaxAuthority) -> Self {
        Self {
            id: Id(known.id),
            name: known.name.clone(),
            description: known.description.clone(),
            created_at: Instant(known.created_at),
            updated_at: Instant(known.updated_at),
        }
    }
}
