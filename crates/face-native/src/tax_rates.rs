//! `/v1/tax-rates`: published rates. They are never edited, only retired: lines froze them.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, request, texts};
use crate::wire::{DecimalIn, DecimalOut, Id, Instant};
use billing::Error;
use billing::parties::taxes::{CreateTaxRate, SetTaxActive};
use domain::Refusal;
use domain::id::TaxRateId;
use domain::money::Rate;
use domain::tax;
use http_kit::Answer;

table! {
    "listTaxRates" GET "/v1/tax-rates" StaffRead "Lists tax rates by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<TaxRate>::schema),
        handle: list,
    }
    "createTaxRate" POST "/v1/tax-rates" Write "Publishes a tax rate." {
        takes: Takes::Body(NewTaxRate::schema),
        gives: Gives::Created(TaxRate::schema),
        names: "tax_rate_id",
        handle: create,
    }
    "getTaxRate" GET "/v1/tax-rates/{tax_rate_id}" StaffRead "Reads a tax rate." {
        gives: Gives::Object(TaxRate::schema),
        names: "tax_rate_id",
        handle: get,
    }
    "retireTaxRate" POST "/v1/tax-rates/{tax_rate_id}/retire" Write "Retires a tax rate from new groups." {
        gives: Gives::Nothing,
        handle: retire,
    }
    "reviveTaxRate" POST "/v1/tax-rates/{tax_rate_id}/revive" Write "Brings a retired tax rate back." {
        gives: Gives::Nothing,
        handle: revive,
    }
}

request! {
    /// A tax rate.
    NewTaxRate {
        /// As documents print it, such as `VAT`.
        name: String as texts::short,
        /// 20 means 20 %; 0 to 100 with at most 10 decimals.
        percent: DecimalIn,
    } optional {
        /// Whom the tax goes to.
        authority: String as texts::line_or_empty,
    }
}

answer! {
    /// A tax rate.
    TaxRate {
        /// Its id.
        id: Id<TaxRateId>,
        /// As documents print it.
        name: String,
        /// 20 means 20 %.
        percent: DecimalOut,
        /// Whom the tax goes to.
        authority: String,
        /// Retired rates cannot be put into new groups.
        is_active: bool,
        /// When it was published.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, TaxRateId::PREFIX)?;
    let rows = call.billing.tax_rates(&call.caller, page.after, page.wanted()).await?;
    Ok(page.page(rows, |rate| rate.id.0, |rate| TaxRate::to_wire(&rate)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: TaxRateId = call.id("tax_rate_id")?;
    // The list is in the order of ids: the first after the one before is this one, if it exists.
    let found = call.billing.tax_rates(&call.caller, id.0 - 1, 1).await?.pop();
    let rate = found.filter(|rate| rate.id == id).ok_or_else(|| Error::missing(TaxRateId::WORD, id))?;
    Ok(json(200, &TaxRate::to_wire(&rate)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewTaxRate>()?.from_wire()?;
    call.write(verb, |rate| created(format!("/v1/tax-rates/{}", rate.id), &TaxRate::to_wire(&rate))).await
}

async fn retire(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    call.write(SetTaxActive::Rate(call.id("tax_rate_id")?, false), |()| nothing()).await
}

async fn revive(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    call.write(SetTaxActive::Rate(call.id("tax_rate_id")?, true), |()| nothing()).await
}

impl NewTaxRate {
    fn from_wire(self) -> Result<CreateTaxRate, Refusal> {
        Ok(CreateTaxRate {
            name: self.name,
            rate: Rate::from_percent(self.percent.0)?,
            authority: self.authority.unwrap_or_default(),
        })
    }
}

impl TaxRate {
    fn to_wire(rate: &tax::TaxRate) -> Self {
        Self {
            id: Id(rate.id),
            name: rate.name.clone(),
            percent: rate.rate.into(),
            authority: rate.authority.clone(),
            is_active: rate.is_active,
            created_at: Instant(rate.created_at),
            updated_at: Instant(rate.updated_at),
        }
    }
}
