//! How a view is filled: every derived amount, word and day is computed here, once.

use super::{
    AttachmentView, Comment, Coupon, CreditApplied, CustomFieldValue, ItemBrief, LineTag, LineView, PaymentApplied,
    Standing, Summary, TaxView, View, WriteOffApplied,
};
use crate::credit_note::CreditNote;
use crate::id::{CreditNoteId, ItemId, LineId, PaymentId, WriteOffId};
use crate::invoice::{Document, Invoice, Line, LineKind, State};
use crate::money::{Decimal, Money};
use crate::payment::{Application, Payment, Refund, RefundKind, Source, WriteOff};
use crate::settlement::LiveApplication;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Whether and how far an invoice is settled on a day of its legal entity.
pub const fn standing(invoice: &Invoice, is_overdue: bool) -> Standing {
    match invoice.state {
        State::Draft => Standing::Draft,
        State::Void => Standing::Void,
        State::Issued => {
            let is_whole = invoice.settled.balance >= invoice.totals.total;
            match (invoice.settled.balance, is_overdue) {
                (0, _) => Standing::Paid,
                (_, true) if is_whole => Standing::Overdue,
                (_, true) => Standing::PartlyPaidOverdue,
                (_, false) if is_whole => Standing::Open,
                (_, false) => Standing::PartlyPaid,
            }
        }
    }
}

impl Invoice {
    /// Past due: issued, owing, due before `today` (the civil day of its legal entity).
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state == State::Issued && self.settled.balance > 0 && self.due_on < today
    }
}

impl Summary {
    /// The row of a list, as of `today` in the legal entity's time zone.
    pub fn from_invoice(invoice: Invoice, today: Date, has_attachment: bool) -> Summary {
        let currency = invoice.currency;
        let money = |minor| Money { minor, currency };
        let is_overdue = invoice.is_overdue(today);
        let standing = standing(&invoice, is_overdue);
        let (totals, settled) = (invoice.totals, invoice.settled);
        let days_overdue = today.since(invoice.due_on).map_or(0, |span| i64::from(span.get_days()));
        Summary {
            id: invoice.id,
            entity_id: invoice.entity_id,
            customer_id: invoice.customer_id,
            customer_name: invoice.customer_name,
            customer_email: invoice.customer_email,
            kind: invoice.kind,
            state: invoice.state,
            standing,
            number: invoice.number,
            number_origin: invoice.number_origin,
            reference: invoice.reference,
            external_key: invoice.external_key,
            token: invoice.token,
            currency: invoice.currency,
            price_mode: invoice.price_mode,
            tax_rounding: invoice.tax_rounding,
            dated_on: invoice.dated_on,
            due_on: invoice.due_on,
            target_on: invoice.target_on,
            posted_on: invoice.posted_on,
            paid_on: invoice.paid_on,
            payment_expected_on: invoice.payment_expected_on,
            terms: invoice.terms,
            net: money(totals.net),
            allowances: money(totals.allowances),
            charges: money(totals.charges),
            ex_tax: money(totals.ex_tax),
            tax: money(totals.tax),
            total: money(totals.total),
            payments: money(settled.payments_gross),
            credits: money(settled.credits),
            write_offs: money(settled.write_offs),
            refunds: money(settled.refunds),
            payments_net: money(settled.payments_gross - settled.refunds),
            applied: money(settled.applied()),
            balance: money(settled.balance),
            overdue: money(if is_overdue { settled.balance } else { 0 }),
            is_overdue,
            days_overdue: if is_overdue { days_overdue } else { 0 },
            is_paid: invoice.state == State::Issued && settled.balance == 0,
            exchange_rate: invoice.fx.as_ref().map_or(Decimal::ONE, |fx| fx.rate),
            bill_to: invoice.bill_to,
            ship_to: invoice.ship_to,
            memo: invoice.memo,
            terms_text: invoice.terms_text,
            transaction_type: invoice.transaction_type,
            salesperson: invoice.salesperson,
            has_attachment,
            sent_at: invoice.sent_at,
            issued_at: invoice.issued_at,
            voided_at: invoice.voided_at,
            withdrawn_at: invoice.withdrawn_at,
            is_shared: invoice.is_shared,
            is_imported: invoice.is_imported,
            revision: invoice.revision,
            version: invoice.version,
            created_at: invoice.created_at,
            updated_at: invoice.updated_at,
        }
    }
}

/// What belongs to a line beside its facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineExtras {
    pub custom_fields: Vec<CustomFieldValue>,
    pub tags: Vec<LineTag>,
    pub side_cars: Vec<(String, String)>,
}

/// Everything a view is made of, loaded in bulk. What an id has no entry for is left out.
#[derive(Clone, Debug)]
pub struct Parts {
    pub document: Document,
    /// Today in the legal entity's time zone.
    pub today: Date,
    pub items: BTreeMap<ItemId, ItemBrief>,
    pub line_extras: BTreeMap<LineId, LineExtras>,
    /// All application rows on the invoice, reversals too.
    pub applications: Vec<Application>,
    pub payments: BTreeMap<PaymentId, Payment>,
    pub notes: BTreeMap<CreditNoteId, CreditNote>,
    pub write_offs: BTreeMap<WriteOffId, WriteOff>,
    /// Refunds that name one of the payments.
    pub refunds: Vec<Refund>,
    pub custom_fields: Vec<CustomFieldValue>,
    pub tags: Vec<String>,
    pub comments: Vec<Comment>,
    pub attachments: Vec<AttachmentView>,
    pub entity_name: String,
    pub time_zone: String,
    pub side_cars: Vec<(String, String)>,
}

impl Parts {
    /// A document with nothing beside it.
    pub fn of(document: Document, today: Date) -> Parts {
        Parts {
            document,
            today,
            items: BTreeMap::new(),
            line_extras: BTreeMap::new(),
            applications: Vec::new(),
            payments: BTreeMap::new(),
            notes: BTreeMap::new(),
            write_offs: BTreeMap::new(),
            refunds: Vec::new(),
            custom_fields: Vec::new(),
            tags: Vec::new(),
            comments: Vec::new(),
            attachments: Vec::new(),
            entity_name: String::new(),
            time_zone: String::new(),
            side_cars: Vec::new(),
        }
    }
}

/// How a line counts among base, usage and one-time charges; together they are all lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bucket {
    Recurring,
    Usage,
    OneTime,
}

const fn bucket(kind: LineKind) -> Bucket {
    match kind {
        LineKind::Recurring | LineKind::Minimum | LineKind::Proration => Bucket::Recurring,
        LineKind::Usage => Bucket::Usage,
        LineKind::OneTime | LineKind::Adjustment | LineKind::LateFee | LineKind::Shipping | LineKind::Rounding => {
            Bucket::OneTime
        }
    }
}

impl View {
    pub fn assemble(mut parts: Parts) -> View {
        let currency = parts.document.invoice.currency;
        let has_attachment = !parts.attachments.is_empty();
        let money = |minor: i64| Money { minor, currency };
        let sum_of = |wanted: Bucket| -> Money {
            let lines = parts.document.lines.iter().filter(|line| bucket(line.kind) == wanted);
            money(lines.map(|line| line.amounts.taxable).sum())
        };
        let (payments, credits, write_offs) = settlements(&parts);
        let lines = parts
            .document
            .lines
            .iter()
            .map(|line| {
                let item = line.item_id.and_then(|id| parts.items.get(&id)).cloned();
                line_view(line, item, parts.line_extras.remove(&line.id).unwrap_or_default(), &money)
            })
            .collect();
        let taxes = parts
            .document
            .taxes
            .iter()
            .map(|total| TaxView { base: money(total.base), amount: money(total.amount), total: total.clone() })
            .collect();
        View {
            lines,
            taxes,
            recurring_total: sum_of(Bucket::Recurring),
            usage_total: sum_of(Bucket::Usage),
            one_time_total: sum_of(Bucket::OneTime),
            coupons: coupons(&parts.document),
            line_discounts: money(parts.document.lines.iter().map(|line| line.amounts.discount).sum()),
            payments,
            credits,
            write_offs,
            custom_fields: parts.custom_fields,
            tags: parts.tags,
            comments: parts.comments,
            attachments: parts.attachments,
            entity_name: parts.entity_name,
            time_zone: parts.time_zone,
            side_cars: parts.side_cars,
            allowances: parts.document.allowances,
            summary: Summary::from_invoice(parts.document.invoice, parts.today, has_attachment),
        }
    }
}

fn coupons(document: &Document) -> Vec<Coupon> {
    let on_lines =
        document.lines.iter().flat_map(|line| &line.discounts).map(|applied| (&applied.discount, applied.amount));
    let allowances = document.allowances.iter().filter(|allowance| !allowance.is_charge);
    let on_document = allowances.map(|allowance| (&allowance.discount, allowance.amount));
    let mut coupons: Vec<Coupon> = Vec::new();
    for (discount, amount) in on_lines.chain(on_document) {
        let Some(code) = &discount.code else { continue };
        match coupons.iter_mut().find(|coupon| coupon.code == *code) {
            Some(coupon) => coupon.amount.minor += amount,
            None => coupons.push(Coupon {
                code: code.clone(),
                name: discount.name.clone(),
                amount: document.invoice.money(amount),
            }),
        }
    }
    coupons
}

fn line_view(line: &Line, item: Option<ItemBrief>, extras: LineExtras, money: &impl Fn(i64) -> Money) -> LineView {
    let amounts = line.amounts;
    LineView {
        id: line.id,
        position: line.position,
        kind: line.kind,
        item,
        item_code: line.item_code.clone(),
        name: line.name.clone(),
        description: line.description.clone(),
        unit: line.unit.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        gross: money(amounts.gross),
        discount: money(amounts.discount),
        discounted: money(amounts.gross - amounts.discount),
        net: money(amounts.net),
        allowance: money(amounts.allowance),
        taxable: money(amounts.taxable),
        tax: money(amounts.tax),
        total: money(amounts.taxable + amounts.tax),
        from_on: line.period.map(|period| period.from),
        until_on: line.period.map(|period| period.until),
        last_on: line.period.and_then(|period| period.until.yesterday().ok()),
        charge_number: line.charge_number.clone(),
        purchase_order: line.purchase_order.clone(),
        partner_sku: line.partner_sku.clone(),
        gl_code: line.gl_code.clone(),
        tax_treatment: line.tax.clone(),
        discounts: line.discounts.clone(),
        custom_fields: extras.custom_fields,
        tags: extras.tags,
        side_cars: extras.side_cars,
    }
}

/// Payments (live ones with what is left of them, reversed ones with what they were), live credits and live
/// write-offs, in the order applied.
fn settlements(parts: &Parts) -> (Vec<PaymentApplied>, Vec<CreditApplied>, Vec<WriteOffApplied>) {
    let money = |minor| parts.document.invoice.money(minor);
    let (mut payments, mut credits, mut write_offs) = (Vec::new(), Vec::new(), Vec::new());
    let mut folded = LiveApplication::fold(&parts.applications);
    folded.sort_by_key(|live| (live.row.applied_on, live.row.created_at, live.row.id));
    for live in folded {
        let left = live.left();
        match live.row.source {
            Source::Payment(id) => {
                if let Some(payment) = parts.payments.get(&id) {
                    payments.push(payment_applied(&live, payment, &parts.refunds));
                }
            }
            Source::CreditNote(id) if left != 0 => credits.push(CreditApplied {
                application_id: live.row.id,
                credit_note_id: id,
                number: parts.notes.get(&id).and_then(|note| note.number.clone()),
                amount: money(left),
                applied_on: live.row.applied_on,
            }),
            Source::WriteOff(id) if left != 0 => {
                if let Some(write_off) = parts.write_offs.get(&id) {
                    write_offs.push(WriteOffApplied {
                        write_off_id: id,
                        amount: money(left),
                        reason: write_off.reason.clone(),
                        written_off_on: write_off.written_off_on,
                    });
                }
            }
            Source::CreditNote(_) | Source::WriteOff(_) => {}
        }
    }
    (payments, credits, write_offs)
}

fn payment_applied(live: &LiveApplication, payment: &Payment, refunds: &[Refund]) -> PaymentApplied {
    let left = live.left();
    PaymentApplied {
        application_id: live.row.id,
        payment_id: payment.id,
        mode: payment.mode,
        amount: payment.money(if left == 0 { live.row.amount } else { left }),
        payment_amount: payment.money(payment.amount),
        amount_refunded: payment.money(payment.amount_refunded(refunds)),
        bank_charges: payment.money(payment.bank_charges),
        exchange_rate: payment.fx.as_ref().map_or(Decimal::ONE, |fx| fx.rate),
        received_on: payment.received_on,
        applied_on: live.row.applied_on,
        reference: payment.reference.clone(),
        description: payment.description.clone(),
        gateway: payment.gateway.clone(),
        gateway_transaction_id: payment.gateway_transaction_id.clone(),
        reversed: live.last_reversal.filter(|_| left == 0),
    }
}

impl Payment {
    /// What went back to the customer in all three ways: the payment's own refunds and those paid out through
    /// credit notes. (Zoho's seed: paid 370, refunded 50 by credit note, balance 0.)
    pub fn amount_refunded(&self, refunds: &[Refund]) -> i64 {
        let by_notes: i64 = refunds
            .iter()
            .filter(|refund| refund.kind == RefundKind::ByCreditNote && refund.payment_id == Some(self.id))
            .map(|refund| refund.amount)
            .sum();
        self.refunded + by_notes
    }
}

#[cfg(test)]
mod tests;
