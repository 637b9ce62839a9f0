//! Raises an unbilled charge: what it would come to on an invoice of today is kept with it.

use super::ChargeSpec;
use crate::Error;
use crate::check;
use crate::invoices::{InvoiceSpec, standalone_input};
use crate::parties::entities;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{CustomerId, UnbilledChargeId, UnbilledChargeLineId};
use domain::invoice::totals::compute;
use domain::unbilled_charge::{ChargeDocument, UnbilledCharge};
use serde_json::json;

/// Refuses in this order: `TooLong` texts; `CustomerInactive`; what an invoice's lines are refused for; `Blank`
/// without lines; `NegativeTotal`.
#[derive(Clone, Debug)]
pub struct CreateUnbilledCharge {
    pub spec: ChargeSpec,
}

impl Verb for CreateUnbilledCharge {
    type Outcome = UnbilledChargeId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<UnbilledChargeId, Error> {
        let spec = &self.spec;
        check::optional(&spec.reference, "reference", check::LINE)?;
        let customer = store::customers::load(cx.tx, spec.customer).await?;
        let customer = customer.ok_or_else(|| Error::missing(CustomerId::WORD, spec.customer))?;
        if !customer.is_active {
            return Err(Refusal::CustomerInactive { customer: customer.id }.into());
        }
        let entity = entities::load(cx, spec.entity.or(customer.entity_id)).await?;
        let currency = spec.currency.unwrap_or(customer.currency);
        let mut asked = InvoiceSpec::to(customer.id, spec.lines.clone());
        asked.entity = Some(entity.id);
        asked.currency = Some(currency);
        let input = standalone_input(cx, &asked).await?;
        if input.lines.is_empty() {
            return Err(Refusal::Blank { what: "lines" }.into());
        }
        let computed = compute(&input)?;
        let id = cx.id(UnbilledChargeId)?;
        let lines = cx.ids(input.lines.len())?.map(UnbilledChargeLineId);
        let dated_on = spec.dated_on.unwrap_or_else(|| cx.today(&entity));
        // The last row to be locked, as with any number.
        let number = format!("UNBILL-{:06}", store::unbilled_charges::take_number(cx.tx).await?);
        let parties = (entity.id, customer.id);
        let mut charge = UnbilledCharge::raised(id, parties, number, currency, dated_on, cx.now);
        charge.fx = spec.fx.clone().filter(|_| currency != entity.base_currency);
        charge.reference.clone_from(&spec.reference);
        let document = ChargeDocument::of(charge, input.lines, computed, lines);
        store::unbilled_charges::insert(cx.tx, &document).await?;
        let charge = &document.charge;
        let detail = json!({
            "number": charge.number,
            "amount": charge.money(charge.total).to_plain(),
            "currency": currency.code(),
            "customer_id": customer.id.to_string(),
        });
        cx.change.record("unbilled_charge.created", UnbilledChargeId::WORD, id.0, "created", detail);
        Ok(id)
    }
}
