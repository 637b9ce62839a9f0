//! Keeps the seller's small lists: payment terms, salespersons, and the reasons that customers are offered when they
//! cancel. Documents keep what they were made with, whatever happens here.

use super::tenants::taken;
use crate::Error;
use crate::check;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{CancellationReasonId, SalespersonId, TermsId};
use domain::party::Terms;
use domain::seller::{CancellationReason, Salesperson};
use serde_json::json;

/// A list is read whole, so it is of bounded length.
const MAX_ENTRIES: usize = 1_000;

pub(super) fn room_for_one(entries: usize) -> Result<(), Refusal> {
    if entries < MAX_ENTRIES { Ok(()) } else { Err(Refusal::Invalid { what: "number of entries" }) }
}

/// Defines payment terms.
#[derive(Clone, Debug)]
pub struct CreateTerms {
    pub name: String,
    pub days: i64,
}

fn check_terms(name: &str, days: i64) -> Result<(), Refusal> {
    check::required(name, "name", check::SHORT)?;
    if (0..=3660).contains(&days) { Ok(()) } else { Err(Refusal::Invalid { what: "days" }) }
}

impl Verb for CreateTerms {
    type Outcome = Terms;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Terms, Error> {
        check_terms(&self.name, self.days)?;
        room_for_one(store::tenants::terms(cx.tx).await?.len())?;
        let mut terms = Terms { id: None, name: self.name.clone(), days: self.days };
        let id = store::tenants::insert_terms(cx.tx, &terms, cx.now).await?;
        terms.id = Some(id);
        cx.change.audit(TermsId::WORD, id.0, "created", json!({"days": self.days}));
        Ok(terms)
    }
}

/// Changes payment terms for what names them from now on.
#[derive(Clone, Debug)]
pub struct UpdateTerms {
    pub terms: TermsId,
    pub name: Option<String>,
    pub days: Option<i64>,
}

impl Verb for UpdateTerms {
    type Outcome = Terms;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Terms, Error> {
        let known = store::tenants::terms(cx.tx).await?;
        let found = known.into_iter().find(|terms| terms.id == Some(self.terms));
        let mut terms = found.ok_or_else(|| Error::missing(TermsId::WORD, self.terms))?;
        terms.name = self.name.clone().unwrap_or(terms.name);
        terms.days = self.days.unwrap_or(terms.days);
        check_terms(&terms.name, terms.days)?;
        store::seller::update_terms(cx.tx, self.terms, &terms).await?;
        cx.change.audit(TermsId::WORD, self.terms.0, "updated", json!({"days": terms.days}));
        Ok(terms)
    }
}

/// Deletes payment terms that no customer and no legal entity has.
#[derive(Clone, Copy, Debug)]
pub struct DeleteTerms {
    pub terms: TermsId,
}

impl Verb for DeleteTerms {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if store::seller::terms_in_use(cx.tx, self.terms).await? {
            return Err(Refusal::InUse { what: "payment terms" }.into());
        }
        if !store::seller::delete_terms(cx.tx, self.terms).await? {
            return Err(Error::missing(TermsId::WORD, self.terms));
        }
        cx.change.audit(TermsId::WORD, self.terms.0, "deleted", json!({}));
        Ok(())
    }
}

/// Names a salesperson.
#[derive(Clone, Debug)]
pub struct CreateSalesperson {
    pub name: String,
    pub email: String,
}

fn check_salesperson(name: &str, email: &str) -> Result<(), Refusal> {
    check::required(name, "name", check::LINE)?;
    check::email(email, "email")
}

impl Verb for CreateSalesperson {
    type Outcome = SalespersonId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<SalespersonId, Error> {
        check_salesperson(&self.name, &self.email)?;
        room_for_one(store::tenants::salespersons(cx.tx).await?.len())?;
        let person = Salesperson {
            id: cx.id(SalespersonId)?,
            name: self.name.clone(),
            email: self.email.clone(),
            created_at: cx.now,
            updated_at: cx.now,
        };
        store::seller::insert_salesperson(cx.tx, &person).await?;
        cx.change.audit(SalespersonId::WORD, person.id.0, "created", json!({}));
        Ok(person.id)
    }
}

/// Changes a salesperson; invoices keep the name that they were made with.
#[derive(Clone, Debug)]
pub struct UpdateSalesperson {
    pub salesperson: SalespersonId,
    pub name: Option<String>,
    pub email: Option<String>,
}

impl Verb for UpdateSalesperson {
    type Outcome = SalespersonId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<SalespersonId, Error> {
        let known = store::seller::salespersons(cx.tx).await?;
        let found = known.into_iter().find(|person| person.id == self.salesperson);
        let mut person = found.ok_or_else(|| Error::missing(SalespersonId::WORD, self.salesperson))?;
        person.name = self.name.clone().unwrap_or(person.name);
        person.email = self.email.clone().unwrap_or(person.email);
        check_salesperson(&person.name, &person.email)?;
        person.updated_at = cx.now;
        store::seller::update_salesperson(cx.tx, &person).await?;
        cx.change.audit(SalespersonId::WORD, person.id.0, "updated", json!({}));
        Ok(person.id)
    }
}

/// Deletes a salesperson that no invoice names.
#[derive(Clone, Copy, Debug)]
pub struct DeleteSalesperson {
    pub salesperson: SalespersonId,
}

impl Verb for DeleteSalesperson {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if store::seller::salesperson_in_use(cx.tx, self.salesperson).await? {
            return Err(Refusal::InUse { what: "salesperson" }.into());
        }
        if !store::seller::delete_salesperson(cx.tx, self.salesperson).await? {
            return Err(Error::missing(SalespersonId::WORD, self.salesperson));
        }
        cx.change.audit(SalespersonId::WORD, self.salesperson.0, "deleted", json!({}));
        Ok(())
    }
}

/// Adds a reason to cancel, behind the others unless it has a place.
#[derive(Clone, Debug)]
pub struct CreateCancellationReason {
    pub label: String,
    pub position: Option<i64>,
}

fn check_reason(reason: &CancellationReason) -> Result<(), Refusal> {
    check::required(&reason.label, "label", check::LINE)?;
    if (0..=10_000).contains(&reason.position) { Ok(()) } else { Err(Refusal::Invalid { what: "position" }) }
}

impl Verb for CreateCancellationReason {
    type Outcome = CancellationReason;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CancellationReason, Error> {
        let known = store::seller::reasons(cx.tx).await?;
        room_for_one(known.len())?;
        let behind = known.last().map_or(0, |last| last.position.saturating_add(1));
        let reason = CancellationReason {
            id: cx.id(CancellationReasonId)?,
            label: self.label.clone(),
            position: self.position.unwrap_or(behind),
            created_at: cx.now,
            updated_at: cx.now,
        };
        check_reason(&reason)?;
        store::seller::insert_reason(cx.tx, &reason).await.map_err(|error| taken(error, "cancellation reason"))?;
        cx.change.audit(CancellationReasonId::WORD, reason.id.0, "created", json!({}));
        Ok(reason)
    }
}

/// Changes a reason to cancel or its place.
#[derive(Clone, Debug)]
pub struct UpdateCancellationReason {
    pub reason: CancellationReasonId,
    pub label: Option<String>,
    pub position: Option<i64>,
}

impl Verb for UpdateCancellationReason {
    type Outcome = CancellationReason;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CancellationReason, Error> {
        let known = store::seller::reasons(cx.tx).await?;
        let found = known.into_iter().find(|reason| reason.id == self.reason);
        let mut reason = found.ok_or_else(|| Error::missing(CancellationReasonId::WORD, self.reason))?;
        reason.label = self.label.clone().unwrap_or(reason.label);
        reason.position = self.position.unwrap_or(reason.position);
        reason.updated_at = cx.now;
        check_reason(&reason)?;
        store::seller::update_reason(cx.tx, &reason).await.map_err(|error| taken(error, "cancellation reason"))?;
        cx.change.audit(CancellationReasonId::WORD, reason.id.0, "updated", json!({}));
        Ok(reason)
    }
}

/// Takes a reason to cancel off the list.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCancellationReason {
    pub reason: CancellationReasonId,
}

impl Verb for DeleteCancellationReason {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if !store::seller::delete_reason(cx.tx, self.reason).await? {
            return Err(Error::missing(CancellationReasonId::WORD, self.reason));
        }
        cx.change.audit(CancellationReasonId::WORD, self.reason.0, "deleted", json!({}));
        Ok(())
    }
}
