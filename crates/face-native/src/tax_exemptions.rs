//! `/v1/tax-exemptions`: why some customers and items are charged no tax.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::wire::{Id, Instant, Word};
use billing::Error;
use billing::parties::tax_lists::{CreateTaxExemption, DeleteTaxExemption, UpdateTaxExemption};
use domain::id::TaxExemptionId;
use domain::seller::{self, ExemptionKind};
use http_kit::Answer;

table! {
    "listTaxExemptions" GET "/v1/tax-exemptions" StaffRead "Lists all tax exemptions by code." {
        gives: Gives::Object(Page::<TaxExemption>::schema),
        handle: list,
    }
    "createTaxExemption" POST "/v1/tax-exemptions" Write "Adds a tax exemption." {
        takes: Takes::Body(NewTaxExemption::schema),
        gives: Gives::Created(TaxExemption::schema),
        names: "tax_exemption_id",
        handle: create,
    }
    "getTaxExemption" GET "/v1/tax-exemptions/{tax_exemption_id}" StaffRead "Reads a tax exemption." {
        gives: Gives::Object(TaxExemption::schema),
        names: "tax_exemption_id",
        handle: get,
    }
    "updateTaxExemption" PATCH "/v1/tax-exemptions/{tax_exemption_id}" Write
        "Changes a tax exemption for what is given it from now on." {
        takes: Takes::Body(TaxExemptionPatch::schema),
        gives: Gives::Object(TaxExemption::schema),
        names: "tax_exemption_id",
        handle: update,
    }
    "deleteTaxExemption" DELETE "/v1/tax-exemptions/{tax_exemption_id}" Write
        "Takes a tax exemption off the list; customers and lines that have it keep it." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// A reason to charge no tax that is used again and again.
    NewTaxExemption {
        /// Unique, such as `NGO`.
        code: String as texts::short,
    } optional {
        /// As documents print it.
        reason: String as texts::line_or_empty,
        /// What it is given to; `customer` unless given.
        kind: Word<ExemptionKind>,
    }
}

patch! {
    /// Changes of a tax exemption.
    TaxExemptionPatch {
        /// Unique.
        code: String as texts::short,
        /// As documents print it.
        reason: String as texts::line_or_empty,
        /// What it is given to.
        kind: Word<ExemptionKind>,
    }
}

answer! {
    /// A reason to charge no tax that is used again and again.
    TaxExemption {
        /// Its id.
        id: Id<TaxExemptionId>,
        /// Unique.
        code: String,
        /// As documents print it.
        reason: String,
        /// What it is given to.
        kind: Word<ExemptionKind>,
        /// When it was added.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn all(call: &Call) -> Result<Vec<seller::TaxExemption>, Fault> {
    Ok(call.billing.tax_exemptions(&call.caller).await?.value)
}

async fn list(call: Call) -> Result<Answer, Fault> {
    Ok(Page::whole(all(&call).await?.iter().map(TaxExemption::to_wire).collect()).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: TaxExemptionId = call.id("tax_exemption_id")?;
    let found = all(&call).await?.into_iter().find(|known| known.id == id);
    Ok(json(200, &TaxExemption::to_wire(&found.ok_or_else(|| Error::missing(TaxExemptionId::WORD, id))?)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let body: NewTaxExemption = call.read()?;
    let verb = CreateTaxExemption {
        code: body.code,
        reason: body.reason.unwrap_or_default(),
        kind: body.kind.map_or(ExemptionKind::Customer, |word| word.0),
    };
    call.write(verb, |made| created(format!("/v1/tax-exemptions/{}", made.id), &TaxExemption::to_wire(&made))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let exemption = call.id("tax_exemption_id")?;
    let body: TaxExemptionPatch = call.read()?;
    let verb =
        UpdateTaxExemption { exemption, code: body.code, reason: body.reason, kind: body.kind.map(|word| word.0) };
    call.write(verb, |changed| json(200, &TaxExemption::to_wire(&changed))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteTaxExemption { exemption: call.id("tax_exemption_id")? };
    call.write(verb, |()| nothing()).await
}

impl TaxExemption {
    fn to_wire(known: &seller::TaxExemption) -> Self {
        Self {
            id: Id(known.id),
            code: known.code.clone(),
            reason: known.reason.clone(),
            kind: Word(known.kind),
            created_at: Instant(known.created_at),
            updated_at: Instant(known.updated_at),
        }
    }
}
