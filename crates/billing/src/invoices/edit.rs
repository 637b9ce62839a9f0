//! Changes an invoice as the vendors' clients mean it: a draft is changed in place, an issued one gets a complete
//! new revision. What the client does not name stays; lines that go on keep their ids.

use super::InvoiceSpec;
use super::asked::{HeaderEdit, LineEdit, LinesEdit};
use super::build::{Ids, Lookup, check_texts, priced};
use super::correct::{load, put_in_place};
use super::create::{parts, renumber};
use super::details::EditDetails;
use super::make::salesperson;
use super::merge::{allowances, hang, hang_on_invoice, merge, rate_of, wanted};
use crate::Error;
use crate::check;
use crate::numbers::number_or_key_taken;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{InvoiceId, LineId};
use domain::invoice::totals::DraftInput;
use domain::invoice::{Document, FxRate, Invoice, Line, NumberOrigin, State};
use domain::party::Customer;
use serde_json::json;

/// Changes one invoice. A draft may be changed any time; an issued one as [`super::details::EditDetails`] may where
/// the claim stays what it is, else as [`super::correct::CorrectInvoice`] may.
#[derive(Clone, Debug)]
pub struct EditInvoice {
    pub invoice: InvoiceId,
    pub header: HeaderEdit,
    pub lines: LinesEdit,
    /// Issued invoices are refused: `NotDraft`.
    pub only_drafts: bool,
    /// Why an issued one is changed.
    pub reason: String,
}

impl EditInvoice {
    /// Lines come and go on drafts only.
    pub fn lines_of_draft(invoice: InvoiceId, lines: LinesEdit) -> Self {
        Self { invoice, header: HeaderEdit::default(), lines, only_drafts: true, reason: String::new() }
    }
}

impl Verb for EditInvoice {
    type Outcome = InvoiceId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<InvoiceId, Error> {
        check::optional(&self.reason, "reason", check::LINE)?;
        let before = load(cx, self.invoice).await?;
        let id = before.invoice.id;
        match before.invoice.state {
            State::Draft => {}
            State::Issued if self.only_drafts => return Err(Refusal::NotDraft { invoice: id }.into()),
            State::Issued => {}
            State::Void => return Err(Refusal::AlreadyVoid { invoice: id }.into()),
        }
        let edits = self.line_edits(&before)?;
        let is_taxed_anew = self.header.customer.is_some_and(|customer| customer != before.invoice.customer_id);
        let customer = self.header.customer.unwrap_or(before.invoice.customer_id);
        let mut named = wanted(customer, Some(&before), &edits, is_taxed_anew);
        named.salesperson = match &self.header.seller {
            Some(seller) => salesperson(cx, seller).await?,
            None => before.invoice.salesperson.as_ref().map(|(id, _)| *id),
        };
        named.allowances = self.header.allowances.iter().map(|edit| edit.asked.clone()).collect();
        let lookup = Lookup::load(cx, std::slice::from_ref(&named)).await?;
        let customer = lookup.customer(customer)?;
        if !customer.is_active {
            return Err(Refusal::CustomerInactive { customer: customer.id }.into());
        }
        let entity = lookup.entity(Some(before.invoice.entity_id))?;
        let mut spec = InvoiceSpec { salesperson: named.salesperson, ..self.header_spec(&before.invoice, customer) };
        check_texts(&spec)?;
        let currency = before.invoice.currency;
        spec.fx = rate_of(spec.fx.take(), currency, entity.base_currency)?;
        let merged = merge(cx, &lookup, (customer, currency), &before.lines, &edits, is_taxed_anew)?;
        let input = DraftInput {
            currency,
            price_mode: spec.price_mode.unwrap_or(before.invoice.price_mode),
            tax_rounding: entity.tax_rounding,
            lines: merged.drafts,
            allowances: allowances(&lookup, customer, currency, &before.allowances, &self.header.allowances)?,
        };
        let ids = Ids { invoice: id, lines: &merged.ids };
        let after = priced(cx, &lookup, (customer, entity), &spec, input, &ids, before.invoice.token.clone())?;
        match before.invoice.state {
            State::Draft => self.replace_draft(cx, &before, after).await?,
            State::Issued | State::Void if is_same_claim(&before, &after) => {
                details(&after.invoice).run(cx).await?;
            }
            State::Issued | State::Void => {
                put_in_place(cx, &before, after, &merged.fresh, entity, &self.reason).await?;
            }
        }
        let header = Invoice { id, ..before.invoice };
        hang(cx, &header, &merged.ids, &edits).await?;
        hang_on_invoice(cx, id, self.header.side_car.as_deref()).await?;
        crate::custom_fields::set(cx, InvoiceId::WORD, id.0, &self.header.custom_fields).await?;
        Ok(id)
    }
}

/// Whether an issued invoice still claims the same: clients send it back whole to change a note. What
/// [`EditDetails`] changes is not part of the claim.
fn is_same_claim(before: &Document, after: &Document) -> bool {
    let (old, new) = (&before.invoice, &after.invoice);
    let same_number = new.number.is_none() || new.number == old.number;
    let same_header = (old.customer_id, old.dated_on, old.due_on, old.price_mode, old.tax_rounding)
        == (new.customer_id, new.dated_on, new.due_on, new.price_mode, new.tax_rounding)
        && (&old.terms, &old.fx, &old.reference, &old.salesperson)
            == (&new.terms, &new.fx, &new.reference, &new.salesperson)
        && old.totals == new.totals;
    let same_lines = before.lines.len() == after.lines.len()
        && before
            .lines
            .iter()
            .zip(&after.lines)
            .all(|(old, new)| *old == Line { position: old.position, ..new.clone() });
    let same_rest = before.taxes == after.taxes && before.allowances == after.allowances;
    same_number && same_header && same_lines && same_rest
}

fn details(after: &Invoice) -> EditDetails {
    EditDetails {
        bill_to: Some(after.bill_to.clone()),
        ship_to: Some(after.ship_to.clone()),
        memo: Some(after.memo.clone()),
        terms_text: Some(after.terms_text.clone()),
        payment_expected_on: Some(after.payment_expected_on),
        ..EditDetails::of(after.id)
    }
}

impl EditInvoice {
    /// Every line that shall be there.
    fn line_edits(&self, before: &Document) -> Result<Vec<LineEdit>, Refusal> {
        let going_on = |line: &Line| LineEdit { line: Some(line.id), ..LineEdit::default() };
        let lines = before.lines.iter();
        Ok(match &self.lines {
            LinesEdit::Keep => lines.map(going_on).collect(),
            LinesEdit::Replace(edits) => edits.clone(),
            LinesEdit::Add(edits) => lines.map(going_on).chain(edits.iter().cloned()).collect(),
            LinesEdit::Remove(gone) => {
                if before.lines.iter().all(|line| line.id != *gone) {
                    return Err(Refusal::UnknownLine { line: *gone });
                }
                lines.filter(|line| line.id != *gone).map(going_on).collect()
            }
        })
    }

    /// The header as if it were asked for anew.
    fn header_spec(&self, before: &Invoice, customer: &Customer) -> InvoiceSpec {
        let edit = &self.header;
        let is_another = customer.id != before.customer_id;
        let (bill_to, ship_to) =
            if is_another { (&customer.bill_to, &customer.ship_to) } else { (&before.bill_to, &before.ship_to) };
        let is_due_anew = edit.dated_on.is_some_and(|day| day != before.dated_on)
            || edit.terms.as_ref().is_some_and(|terms| terms.days != before.terms.days);
        let own_number = before.number.clone().filter(|_| before.number_origin == Some(NumberOrigin::External));
        let dated_on = edit.dated_on.unwrap_or(before.dated_on);
        let fx = edit.exchange_rate.map(|(rate, source)| FxRate { rate, source: source.to_owned(), on: dated_on });
        // A rate that is told again keeps its source and day.
        let fx = fx.filter(|fx| before.fx.as_ref().is_none_or(|known| known.rate != fx.rate));
        InvoiceSpec {
            entity: Some(before.entity_id),
            kind: before.kind,
            currency: Some(before.currency),
            fx: fx.or_else(|| before.fx.clone()),
            price_mode: Some(edit.price_mode.unwrap_or(before.price_mode)),
            dated_on: Some(dated_on),
            due_on: edit.due_on.or_else(|| (!is_due_anew).then_some(before.due_on)),
            terms: Some(edit.terms.clone().unwrap_or_else(|| before.terms.clone())),
            target_on: before.target_on,
            payment_expected_on: edit.payment_expected_on.unwrap_or(before.payment_expected_on),
            reference: edit.reference.clone().unwrap_or_else(|| before.reference.clone()),
            external_key: before.external_key.clone(),
            number: edit.number.clone().or(own_number),
            bill_to: Some(edit.bill_to.as_ref().map_or_else(|| bill_to.clone(), |edit| edit.on(bill_to))),
            ship_to: Some(edit.ship_to.as_ref().map_or_else(|| ship_to.clone(), |edit| edit.on(ship_to))),
            memo: edit.memo.clone().unwrap_or_else(|| before.memo.clone()),
            terms_text: edit.terms_text.clone().unwrap_or_else(|| before.terms_text.clone()),
            transaction_type: before.transaction_type.clone(),
            is_shared: before.is_shared,
            ..InvoiceSpec::to(customer.id, Vec::new())
        }
    }

    async fn replace_draft(&self, cx: &mut Cx<'_, '_>, before: &Document, mut after: Document) -> Result<(), Error> {
        let id = before.invoice.id;
        after.invoice.created_at = before.invoice.created_at;
        after.invoice.sent_at = before.invoice.sent_at;
        after.invoice.is_imported = before.invoice.is_imported;
        if before.invoice.number != after.invoice.number {
            renumber(cx, &after.invoice).await?;
        }
        store::invoices::replace(cx.tx, &after.invoice).await.map_err(|error| number_or_key_taken(error, None))?;
        store::invoice_parts::delete(cx.tx, id).await?;
        store::invoice_parts::insert_many(cx.tx, &parts(std::slice::from_ref(&after))).await?;
        let is_gone = |line: &LineId| after.lines.iter().all(|kept| kept.id != *line);
        let gone: Vec<i64> = before.lines.iter().map(|line| line.id).filter(is_gone).map(i64::from).collect();
        if !gone.is_empty() {
            store::names::forget(cx.tx, LineId::WORD, &gone).await?;
        }
        let detail = json!({
            "amount": after.invoice.money(after.invoice.totals.total).to_plain(),
            "currency": after.invoice.currency.code(),
        });
        cx.change.record("invoice.updated", InvoiceId::WORD, id.0, "updated", detail);
        Ok(())
    }
}
