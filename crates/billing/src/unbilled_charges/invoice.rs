//! Puts unbilled charges on an invoice of their own: the invoice is made and issued, and the charges are marked, in
//! one transaction, so that no charge is billed twice.

use crate::Error;
use crate::invoices::issue::IssueMany;
use crate::invoices::{DiscountAmount, DiscountSpec, InvoiceSpec, LineSpec, TaxChoice};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, UnbilledChargeId};
use domain::invoice::{AppliedDiscount, FxRate};
use domain::money::{Amount, Currency};
use domain::unbilled_charge::{UnbilledCharge, UnbilledChargeLine};
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeSet;

/// At most so many charges on one invoice.
const MAX_CHARGES: usize = 1_000;

/// One invoice of all these charges, in the order of their ids; tax is that of the invoice's day. Refuses in this
/// order: `Blank` and `TooManyLines` for none or too many; per charge `ChargeInvoiced`, `CustomerMismatch`,
/// `EntityMismatch`, `CurrencyMismatch` with the first; then what an invoice of these lines is refused for.
#[derive(Clone, Debug)]
pub struct InvoiceUnbilledCharges {
    /// A charge named twice is billed once.
    pub charges: Vec<UnbilledChargeId>,
    /// Today when `None`.
    pub dated_on: Option<Date>,
    /// By the customer's terms when `None`.
    pub due_on: Option<Date>,
    /// The first charge's own when `None`.
    pub fx: Option<FxRate>,
}

impl InvoiceUnbilledCharges {
    /// Today, by the customer's terms.
    pub fn of(charges: Vec<UnbilledChargeId>) -> Self {
        Self { charges, dated_on: None, due_on: None, fx: None }
    }
}

impl Verb for InvoiceUnbilledCharges {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        if self.charges.len() > MAX_CHARGES {
            return Err(Refusal::TooManyLines { limit: MAX_CHARGES }.into());
        }
        let charges = lock(cx, &self.charges).await?;
        let Some(first) = charges.first().cloned() else {
            return Err(Refusal::Blank { what: "charges" }.into());
        };
        for charge in &charges {
            charge.require_unbilled()?;
            charge.goes_with(&first)?;
        }
        let ids: Vec<UnbilledChargeId> = charges.iter().map(|charge| charge.id).collect();
        let documents = store::unbilled_charges::with_lines(cx.tx, charges).await?;
        let lines = documents.iter().flat_map(|document| &document.lines).map(|line| spec(line, first.currency));
        let mut invoice = InvoiceSpec::to(first.customer_id, lines.collect());
        invoice.entity = Some(first.entity_id);
        invoice.currency = Some(first.currency);
        invoice.fx = self.fx.clone().or(first.fx);
        invoice.dated_on = self.dated_on;
        invoice.due_on = self.due_on;
        if ids.len() == 1 {
            invoice.reference.clone_from(&first.reference);
        }
        let made = IssueMany { specs: vec![invoice] }.run(cx).await?;
        let made = made.into_iter().next().expect("an invoice for the one spec");
        store::unbilled_charges::mark_invoiced(cx.tx, &ids, made, cx.now).await?;
        for id in ids {
            let detail = json!({"invoice_id": made.to_string()});
            cx.change.record("unbilled_charge.invoiced", UnbilledChargeId::WORD, id.0, "invoiced", detail);
        }
        Ok(made)
    }
}

/// Locks charges, ids ascending and each once, before any invoice.
pub(super) async fn lock(cx: &mut Cx<'_, '_>, ids: &[UnbilledChargeId]) -> Result<Vec<UnbilledCharge>, Error> {
    let ids: BTreeSet<UnbilledChargeId> = ids.iter().copied().collect();
    let ids: Vec<UnbilledChargeId> = ids.into_iter().collect();
    let found = store::unbilled_charges::lock_many(cx.tx, &ids).await?;
    match ids.iter().find(|id| found.iter().all(|charge| charge.id != **id)) {
        Some(missing) => Err(Error::missing(UnbilledChargeId::WORD, missing)),
        None => Ok(found),
    }
}

/// The invoice line of a charge's line. Discounts are the amounts that the charge said.
fn spec(row: &UnbilledChargeLine, currency: Currency) -> LineSpec {
    let line = &row.line;
    LineSpec {
        kind: line.kind,
        item: line.item_id,
        name: Some(line.name.clone()),
        description: Some(line.description.clone()),
        unit: Some(line.unit.clone()),
        quantity: line.quantity,
        unit_price: Some(line.unit_price),
        period: line.period,
        charge_number: line.charge_number.clone(),
        purchase_order: line.purchase_order.clone(),
        partner_sku: line.partner_sku.clone(),
        gl_code: line.gl_code.clone(),
        tax: line.tax.group_id.map_or(TaxChoice::None, TaxChoice::Group),
        discounts: row.discounts.iter().map(|applied| discount(applied, currency)).collect(),
        prorate: line.prorate,
    }
}

fn discount(applied: &AppliedDiscount, currency: Currency) -> DiscountSpec {
    DiscountSpec {
        name: applied.discount.name.clone(),
        code: applied.discount.code.clone(),
        by: DiscountAmount::Fixed(Amount::from_parts(i128::from(applied.amount), currency.exponent())),
        priority: applied.discount.priority,
    }
}
