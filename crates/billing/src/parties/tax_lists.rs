//! Keeps the seller's lists about tax: who collects it, and why some customers and items are charged none. Documents
//! keep what they were made with, whatever happens here.

use super::seller::room_for_one;
use super::tenants::taken;
use crate::Error;
use crate::check;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{TaxAuthorityId, TaxExemptionId};
use domain::seller::{ExemptionKind, TaxAuthority, TaxExemption};
use serde_json::json;

/// Adds a tax authority; its name is unique.
#[derive(Clone, Debug)]
pub struct CreateTaxAuthority {
    pub name: String,
    pub description: String,
}

fn check_authority(authority: &TaxAuthority) -> Result<(), Refusal> {
    check::required(&authority.name, "name", check::LINE)?;
    check::optional(&authority.description, "description", check::LINE)
}

impl Verb for CreateTaxAuthority {
    type Outcome = TaxAuthority;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<TaxAuthority, Error> {
        let authority = TaxAuthority {
            id: cx.id(TaxAuthorityId)?,
            name: self.name.clone(),
            description: self.description.clone(),
            created_at: cx.now,
            updated_at: cx.now,
        };
        check_authority(&authority)?;
        room_for_one(store::seller::authorities(cx.tx).await?.len())?;
        store::seller::insert_authority(cx.tx, &authority).await.map_err(|error| taken(error, "tax authority"))?;
        cx.change.audit(TaxAuthorityId::WORD, authority.id.0, "created", json!({}));
        Ok(authority)
    }
}

/// Adds the authority that a tax rate names, unless it is there.
pub(crate) async fn ensure_authority(cx: &mut Cx<'_, '_>, name: &str) -> Result<(), Error> {
    if name.is_empty() || store::seller::authorities(cx.tx).await?.iter().any(|known| known.name == name) {
        return Ok(());
    }
    let verb = CreateTaxAuthority { name: name.to_owned(), description: String::new() };
    verb.run(cx).await.map(drop)
}

/// Changes a tax authority; the rates that name it follow, documents keep what they print.
#[derive(Clone, Debug)]
pub struct UpdateTaxAuthority {
    pub authority: TaxAuthorityId,
    pub name: Option<String>,
    pub description: Option<String>,
}

async fn authority(cx: &mut Cx<'_, '_>, id: TaxAuthorityId) -> Result<TaxAuthority, Error> {
    let known = store::seller::authorities(cx.tx).await?;
    known.into_iter().find(|authority| authority.id == id).ok_or_else(|| Error::missing(TaxAuthorityId::WORD, id))
}

impl Verb for UpdateTaxAuthority {
    type Outcome = TaxAuthority;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<TaxAuthority, Error> {
        let before = authority(cx, self.authority).await?;
        let after = TaxAuthority {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            description: self.description.clone().unwrap_or_else(|| before.description.clone()),
            updated_at: cx.now,
            ..before.clone()
        };
        check_authority(&after)?;
        let written = store::seller::update_authority(cx.tx, &before.name, &after).await;
        written.map_err(|error| taken(error, "tax authority"))?;
        cx.change.audit(TaxAuthorityId::WORD, after.id.0, "updated", json!({}));
        Ok(after)
    }
}

/// Deletes a tax authority that no rate and no customer names.
#[derive(Clone, Copy, Debug)]
pub struct DeleteTaxAuthority {
    pub authority: TaxAuthorityId,
}

impl Verb for DeleteTaxAuthority {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let authority = authority(cx, self.authority).await?;
        if store::seller::authority_in_use(cx.tx, &authority).await? {
            return Err(Refusal::InUse { what: "tax authority" }.into());
        }
        store::seller::delete_authority(cx.tx, authority.id).await?;
        cx.change.audit(TaxAuthorityId::WORD, authority.id.0, "deleted", json!({}));
        Ok(())
    }
}

/// Adds a reason to charge no tax; its code is unique.
#[derive(Clone, Debug)]
pub struct CreateTaxExemption {
    pub code: String,
    pub reason: String,
    pub kind: ExemptionKind,
}

fn check_exemption(exemption: &TaxExemption) -> Result<(), Refusal> {
    check::required(&exemption.code, "code", check::SHORT)?;
    check::optional(&exemption.reason, "reason", check::LINE)
}

impl Verb for CreateTaxExemption {
    type Outcome = TaxExemption;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<TaxExemption, Error> {
        let exemption = TaxExemption {
            id: cx.id(TaxExemptionId)?,
            code: self.code.clone(),
            reason: self.reason.clone(),
            kind: self.kind,
            created_at: cx.now,
            updated_at: cx.now,
        };
        check_exemption(&exemption)?;
        room_for_one(store::seller::exemptions(cx.tx).await?.len())?;
        store::seller::insert_exemption(cx.tx, &exemption).await.map_err(|error| taken(error, "tax exemption"))?;
        cx.change.audit(TaxExemptionId::WORD, exemption.id.0, "created", json!({"kind": self.kind.word()}));
        Ok(exemption)
    }
}

/// Changes an exemption for what is given it from now on.
#[derive(Clone, Debug)]
pub struct UpdateTaxExemption {
    pub exemption: TaxExemptionId,
    pub code: Option<String>,
    pub reason: Option<String>,
    pub kind: Option<ExemptionKind>,
}

impl Verb for UpdateTaxExemption {
    type Outcome = TaxExemption;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<TaxExemption, Error> {
        let known = store::seller::exemptions(cx.tx).await?;
        let found = known.into_iter().find(|exemption| exemption.id == self.exemption);
        let mut exemption = found.ok_or_else(|| Error::missing(TaxExemptionId::WORD, self.exemption))?;
        exemption.code = self.code.clone().unwrap_or(exemption.code);
        exemption.reason = self.reason.clone().unwrap_or(exemption.reason);
        exemption.kind = self.kind.unwrap_or(exemption.kind);
        exemption.updated_at = cx.now;
        check_exemption(&exemption)?;
        store::seller::update_exemption(cx.tx, &exemption).await.map_err(|error| taken(error, "tax exemption"))?;
        cx.change.audit(TaxExemptionId::WORD, exemption.id.0, "updated", json!({}));
        Ok(exemption)
    }
}

/// Takes an exemption off the list. Customers and lines that have it keep it.
#[derive(Clone, Copy, Debug)]
pub struct DeleteTaxExemption {
    pub exemption: TaxExemptionId,
}

impl Verb for DeleteTaxExemption {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if !store::seller::delete_exemption(cx.tx, self.exemption).await? {
            return Err(Error::missing(TaxExemptionId::WORD, self.exemption));
        }
        cx.change.audit(TaxExemptionId::WORD, self.exemption.0, "deleted", json!({}));
        Ok(())
    }
}
