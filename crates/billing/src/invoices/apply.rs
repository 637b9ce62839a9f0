//! Puts several credit notes and payments on one invoice at once.

use crate::Error;
use crate::parties::entities;
use crate::read::{Named, Names};
use crate::settle::{Settlement, family_of};
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::credit_note::apply::{NoteWish, apply_notes};
use domain::id::{CreditNoteId, CustomerId, InvoiceId, PaymentId};
use domain::money::{Amount, Money};
use domain::payment::allocate::{Wish, allocate};
use domain::payment::{Application, Source};
use domain::settlement::NewApplication;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// So much of each on the invoice, notes first, in their order; all or nothing. One named twice is drawn down twice,
/// never overspent.
#[derive(Clone, Debug)]
pub struct ApplyToInvoice {
    pub invoice: InvoiceId,
    pub notes: Vec<(CreditNoteId, Amount)>,
    pub payments: Vec<(PaymentId, Amount)>,
    /// Today when `None`.
    pub on: Option<Date>,
}

/// An application as its client gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub row: Application,
    pub amount: Money,
}

/// At most so many sources in one request.
const MAX_SOURCES: usize = 1_000;

impl Verb for ApplyToInvoice {
    /// The applications made, in the order asked for.
    type Outcome = Named<Vec<Applied>>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Self::Outcome, Error> {
        let count = self.notes.len() + self.payments.len();
        if count == 0 {
            return Err(Refusal::Blank { what: "shares" }.into());
        }
        if count > MAX_SOURCES {
            return Err(Refusal::TooManyLines { limit: MAX_SOURCES }.into());
        }
        let notes: Vec<CreditNoteId> = self.notes.iter().map(|(note, _)| *note).collect();
        let payments: Vec<PaymentId> = self.payments.iter().map(|(payment, _)| *payment).collect();
        let mut settlement = Settlement::lock(cx, &[self.invoice], &notes, &payments, false).await?;
        let entity = entities::load(cx, Some(settlement.invoice(self.invoice)?.entity_id)).await?;
        let on = self.on.unwrap_or_else(|| cx.today(&entity));
        let posted_on = entity.posting_day(on)?;
        let families = families(cx, &settlement, self.invoice).await?;

        let currency = settlement.invoice(self.invoice)?.currency;
        let mut invoices = std::mem::take(&mut settlement.invoices);
        let mut new: Vec<NewApplication> = Vec::with_capacity(count);
        for (note, amount) in &self.notes {
            let amount = amount.to_money(currency, "amount_applied")?.minor;
            let wish = NoteWish { note: *note, invoice: self.invoice, amount };
            let family = families.of(settlement.sources.notes.get(note).map(|booked| booked.noun.customer_id));
            let sources = &mut settlement.sources.notes;
            new.extend(apply_notes(sources, &mut invoices, &[wish], family, entity.base_currency, on)?);
        }
        for (payment, amount) in &self.payments {
            let amount = amount.to_money(currency, "amount_applied")?.minor;
            let wish = Wish { payment: *payment, invoice: self.invoice, amount };
            let family = families.of(settlement.sources.payments.get(payment).map(|booked| booked.noun.customer_id));
            let sources = &mut settlement.sources.payments;
            let done = allocate(sources, &mut invoices, &[wish], family, entity.base_currency, on)?;
            if !done.written_off.is_empty() {
                // The client means this invoice; leaving the money where it is would not be what it asked for.
                return Err(Refusal::NothingOwed { invoice: self.invoice }.into());
            }
            new.extend(done.applications);
        }
        settlement.invoices = invoices;
        let rows = settlement.store_applications(cx, new, on, posted_on).await?;
        settlement.save(cx, &entity).await?;

        let ids: Vec<i64> = rows.iter().flat_map(|row| [row.id.0, row.invoice_id.0, source_id(row.source)]).collect();
        let names = Names::load(cx.tx, cx.caller, &ids).await?;
        let value =
            rows.into_iter().map(|row| Applied { amount: Money { minor: row.amount, currency }, row }).collect();
        Ok(Named { value, names })
    }
}

fn source_id(source: Source) -> i64 {
    match source {
        Source::Payment(id) => id.0,
        Source::CreditNote(id) => id.0,
        Source::WriteOff(id) => id.0,
    }
}

/// Whose invoices each payer may settle besides its own.
struct Families(BTreeMap<CustomerId, Vec<CustomerId>>);

impl Families {
    fn of(&self, payer: Option<CustomerId>) -> &[CustomerId] {
        payer.and_then(|payer| self.0.get(&payer)).map_or(&[], Vec::as_slice)
    }
}

/// One query for each payer that is not the invoice's own customer, of whom there is seldom any.
async fn families(cx: &mut Cx<'_, '_>, settlement: &Settlement, invoice: InvoiceId) -> Result<Families, Error> {
    let own = settlement.invoice(invoice)?.customer_id;
    let of_notes = settlement.sources.notes.values().map(|booked| booked.noun.customer_id);
    let of_payments = settlement.sources.payments.values().map(|booked| booked.noun.customer_id);
    let mut payers: Vec<CustomerId> = of_notes.chain(of_payments).filter(|payer| *payer != own).collect();
    payers.sort_unstable();
    payers.dedup();
    let mut families = BTreeMap::new();
    for payer in payers {
        families.insert(payer, family_of(cx, payer).await?);
    }
    Ok(Families(families))
}
