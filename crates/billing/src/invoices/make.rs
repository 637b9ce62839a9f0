//! Makes a draft with all that may hang on it, and issues it in the same transaction when asked to.

use super::InvoiceSpec;
use super::asked::{LineEdit, Seller};
use super::build::{Ids, Lookup, asked_allowance, check_texts, priced};
use super::create::{given, insert};
use super::merge::{hang, hang_on_invoice, merge, rate_of, wanted};
use super::standing::MarkAsSent;
use crate::Error;
use crate::credentials::random_token;
use crate::custom_fields::{FieldValue, judged};
use crate::numbers::refuse_taken;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, SalespersonId};
use domain::invoice::totals::DraftInput;
use domain::numbering::SeriesKind;
use serde_json::json;

/// Makes one invoice.
#[derive(Clone, Debug)]
pub struct MakeInvoice {
    /// Everything but its lines; those of the spec itself are not read.
    pub spec: InvoiceSpec,
    pub lines: Vec<LineEdit>,
    /// Besides those of the spec.
    pub custom_fields: Vec<FieldValue>,
    pub seller: Option<Seller>,
    /// A JSON object of fields that only the caller's face has.
    pub side_car: Option<String>,
    /// It is issued and marked as sent.
    pub is_sent: bool,
}

impl Verb for MakeInvoice {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        if let Some(line) = self.lines.iter().find_map(|edit| edit.line) {
            return Err(Refusal::UnknownLine { line }.into());
        }
        let mut spec = InvoiceSpec { lines: Vec::new(), ..self.spec.clone() };
        spec.salesperson = match &self.seller {
            Some(seller) => salesperson(cx, seller).await?,
            None => spec.salesperson,
        };
        spec.custom_fields.extend(judged(cx, InvoiceId::WORD, &[&self.custom_fields]).await?.into_iter().flatten());
        check_texts(&spec)?;
        let mut named = wanted(spec.customer, None, &self.lines, false);
        named.salesperson = spec.salesperson;
        named.allowances.clone_from(&spec.allowances);
        let lookup = Lookup::load(cx, std::slice::from_ref(&named)).await?;
        let customer = lookup.customer(spec.customer)?;
        if !customer.is_active {
            return Err(Refusal::CustomerInactive { customer: customer.id }.into());
        }
        let entity = lookup.entity(spec.entity.or(customer.entity_id))?;
        let currency = spec.currency.unwrap_or(customer.currency);
        spec.fx = rate_of(spec.fx.take(), currency, entity.base_currency)?;
        let merged = merge(cx, &lookup, (customer, currency), &[], &self.lines, false)?;
        let allowances = spec.allowances.iter().map(|asked| asked_allowance(&lookup, customer, asked, currency));
        let input = DraftInput {
            currency,
            price_mode: spec.price_mode.unwrap_or(entity.price_mode),
            tax_rounding: entity.tax_rounding,
            lines: merged.drafts,
            allowances: allowances.collect::<Result<_, _>>()?,
        };
        let id = cx.id(InvoiceId)?;
        let ids = Ids { invoice: id, lines: &merged.ids };
        let document = priced(cx, &lookup, (customer, entity), &spec, input, &ids, random_token())?;
        let documents = [document];
        let [document] = &documents;
        refuse_taken(cx, SeriesKind::Invoice, given(&document.invoice).as_slice()).await?;
        insert(cx, &documents, std::slice::from_ref(&spec)).await?;
        hang(cx, &document.invoice, &merged.ids, &self.lines).await?;
        hang_on_invoice(cx, id, self.side_car.as_deref()).await?;
        let detail = json!({
            "amount": document.invoice.money(document.invoice.totals.total).to_plain(),
            "currency": document.invoice.currency.code(),
        });
        cx.change.record("invoice.created", InvoiceId::WORD, id.0, "created", detail);
        if self.is_sent {
            MarkAsSent { invoice: id }.run(cx).await?;
        }
        Ok(id)
    }
}

/// The salesperson; one whose name nobody has is added.
pub(super) async fn salesperson(cx: &mut Cx<'_, '_>, seller: &Seller) -> Result<Option<SalespersonId>, Error> {
    let name = match seller {
        Seller::Nobody => return Ok(None),
        Seller::Known(id) => return Ok(Some(*id)),
        Seller::Named(name) => name.trim(),
    };
    let wanted = name.to_lowercase();
    let known = store::tenants::salespersons(cx.tx).await?;
    if let Some((id, _)) = known.into_iter().find(|(_, name)| name.trim().to_lowercase() == wanted) {
        return Ok(Some(id));
    }
    let add = crate::parties::tenants::CreateSalesperson { name: name.to_owned(), email: String::new() };
    add.run(cx).await.map(Some)
}
