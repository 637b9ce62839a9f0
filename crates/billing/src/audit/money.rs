//! Payments, applications and refunds.

use super::Auditor;
use super::base::{self, Pot};
use super::books::Sums;
use super::chunks::{BEFORE_ALL, HEADERS, Owned};
use domain::id::{ApplicationId, CustomerId, EntityId, PaymentId, RefundId};
use domain::invoice::Invoice;
use domain::journal::post;
use domain::money::Currency;
use domain::payment::{Application, Payment, Refund, RefundKind, ReversalKind};
use jiff::Timestamp;
use std::collections::HashMap;
use store::Tx;
use store::audit::settlement::{Linked, LinkedRefund};
use store::audit::{Part, Window};

pub(super) async fn check_payments(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut after = BEFORE_ALL;
    loop {
        let headers = store::audit::settlement::payments(tx, after, HEADERS).await?;
        let Some((last, _)) = headers.last() else { return Ok(()) };
        let window = Window { after, through: *last };
        after = window.through;
        payments_of(tx, auditor, window, headers).await?;
    }
}

async fn payments_of(
    tx: &mut Tx<'_>,
    auditor: &mut Auditor,
    window: Window,
    headers: Vec<Part<(Payment, i64)>>,
) -> store::Result<()> {
    let word = PaymentId::WORD;
    let applications = store::audit::settlement::of_sources(tx, word, window).await?;
    let refunds = store::audit::settlement::refunds_of_payments(tx, window).await?;
    let posted = store::audit::books::posted_about(tx, word, window).await?;
    auditor.counts("payments", headers.len());

    let mut owned = Owned::new();
    let applications = owned.group(auditor, word, "application", applications);
    let mut posted = owned.group(auditor, word, "journal", posted);
    let mut by_payment: HashMap<i64, Vec<Refund>> = HashMap::new();
    for (_, refund) in refunds {
        // One that cannot be read is named with all refunds.
        if let Ok(refund) = refund
            && let Some(payment) = refund.payment_id
        {
            by_payment.entry(payment.get()).or_default().push(refund);
        }
    }
    for header in headers {
        let Some((payment, base_amount)) = auditor.readable(word, header) else { continue };
        let id = payment.id.get();
        if !owned.is_readable(id) {
            continue;
        }
        let Some(&base) = auditor.bases.get(&payment.entity_id) else {
            auditor.violates("links", word, id, "its legal entity is not there");
            continue;
        };
        let rows = applications.get(&id).map_or(&[] as &[_], Vec::as_slice);
        let refunds = by_payment.get(&id).map_or(&[] as &[_], Vec::as_slice);
        auditor.take(domain::check::payment(&payment, rows, refunds));
        refunded_and_owed_again(auditor, &payment, rows, refunds);
        base_amounts(auditor, &payment, rows, base, base_amount);
        let mut sums = Sums::of(posted.remove(&id).unwrap_or_default());
        if !payment.is_void {
            sums.expect(post::payment_received(&payment, base));
        }
        sums.tell(auditor, (word, id));
    }
    Ok(())
}

/// Refunds of kind (a) are the reversals that made invoices owe again.
fn refunded_and_owed_again(auditor: &mut Auditor, payment: &Payment, rows: &[Application], refunds: &[Refund]) {
    let owed_again: i128 = rows
        .iter()
        .filter(|row| row.reverses.is_some_and(|(_, kind)| kind == ReversalKind::Refunded))
        .map(|row| -i128::from(row.amount))
        .sum();
    let paid_back: i128 = refunds
        .iter()
        .filter(|refund| refund.kind == RefundKind::ReverseAndOweAgain)
        .map(|refund| i128::from(refund.amount))
        .sum();
    if owed_again != paid_back {
        let text = format!("{paid_back} paid back from invoices that owe {owed_again} again");
        auditor.violates("I5", PaymentId::WORD, payment.id.get(), text);
    }
}

fn base_amounts(auditor: &mut Auditor, payment: &Payment, rows: &[Application], base: Currency, stored: i64) {
    let object = (PaymentId::WORD, payment.id.get());
    base::converted(auditor, object, (payment.amount, payment.currency, payment.fx.as_ref()), base, stored);
    if payment.currency != base {
        let pot = Pot {
            object,
            total: payment.amount,
            base: stored,
            used: payment.applied,
            base_used: rows.iter().map(|row| i128::from(row.source_base)).sum(),
            reversals: rows.iter().filter(|row| row.reverses.is_some()).count(),
        };
        base::pot(auditor, &pot);
    }
}

/// Both ends of every application belong together, and the journal says what the row says.
pub(super) async fn check_applications(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let word = ApplicationId::WORD;
    let mut after = BEFORE_ALL;
    loop {
        let found = store::audit::settlement::applications(tx, after, HEADERS).await?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        let window = Window { after, through: *last };
        after = window.through;
        let posted = store::audit::books::posted_about(tx, word, window).await?;
        auditor.counts("applications", found.len());
        let mut owned = Owned::new();
        let mut posted = owned.group(auditor, word, "journal", posted);
        for linked in found {
            // One that cannot be read was named with its invoice.
            let (id, Ok(linked)) = linked else { continue };
            let posted = posted.remove(&id).unwrap_or_default();
            if let Some(source_customer) = check_ends(auditor, &linked)
                && owned.is_readable(id)
            {
                let mut sums = Sums::of(posted);
                if let Some(stub) = stub(&linked) {
                    sums.expect_some(post::applied(&linked.row, &stub, source_customer));
                }
                sums.tell(auditor, (word, id));
            }
        }
    }
}

/// The source's customer, when there is a source.
fn check_ends(auditor: &mut Auditor, linked: &Linked) -> Option<CustomerId> {
    let (word, id) = (ApplicationId::WORD, linked.row.id.get());
    let Some(source) = &linked.source else {
        auditor.violates("links", word, id, "its source is not there");
        return None;
    };
    if (source.entity_id, &source.currency) != (linked.invoice.entity_id, &linked.invoice.currency) {
        auditor.violates("links", word, id, "source and invoice differ in legal entity or currency");
    }
    if linked.row.customer_id.get() != linked.invoice.customer_id {
        auditor.violates("links", word, id, "its customer is not the invoice's");
    }
    Some(CustomerId(source.customer_id))
}

/// As much of the invoice as posting an application asks for.
fn stub(linked: &Linked) -> Option<Invoice> {
    let currency = Currency::from_code(&linked.invoice.currency)?;
    let parties = (EntityId(linked.invoice.entity_id), CustomerId(linked.invoice.customer_id));
    Some(Invoice::draft(linked.row.invoice_id, parties, currency, linked.row.applied_on, Timestamp::UNIX_EPOCH))
}

/// Every refund names what it paid back, and the journal says what the row says.
pub(super) async fn check_refunds(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let word = RefundId::WORD;
    let mut after = BEFORE_ALL;
    loop {
        let found = store::audit::settlement::refunds(tx, after, HEADERS).await?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        let window = Window { after, through: *last };
        after = window.through;
        let posted = store::audit::books::posted_about(tx, word, window).await?;
        auditor.counts("refunds", found.len());
        let mut owned = Owned::new();
        let mut posted = owned.group(auditor, word, "journal", posted);
        for linked in found {
            let id = linked.0;
            let Some(linked) = auditor.readable(word, linked) else { continue };
            refund_ends(auditor, &linked);
            if owned.is_readable(id) {
                let mut sums = Sums::of(posted.remove(&id).unwrap_or_default());
                sums.expect_refund(&linked.refund, auditor.bases.get(&linked.refund.entity_id).copied());
                sums.tell(auditor, (word, id));
            }
        }
    }
}

fn refund_ends(auditor: &mut Auditor, linked: &LinkedRefund) {
    let refund = &linked.refund;
    let (word, id) = (RefundId::WORD, refund.id.get());
    let wants = match refund.kind {
        RefundKind::ReverseAndOweAgain => (true, false),
        RefundKind::Unapplied => (refund.payment_id.is_some(), refund.payment_id.is_none()),
        RefundKind::ByCreditNote => (true, true),
    };
    if (linked.payment.is_some(), linked.credit_note.is_some()) != wants {
        auditor.violates("links", word, id, "the payment or note that it names is not there");
        return;
    }
    // Money of a payment goes back to its payer, whoever owed the invoice that a note gives back of.
    let payer = linked.payment.as_ref().or(linked.credit_note.as_ref());
    let ends = linked.payment.iter().chain(&linked.credit_note);
    let fits = ends
        .clone()
        .all(|end| (end.entity_id, end.currency.as_str()) == (refund.entity_id.get(), refund.currency.code()))
        && payer.is_none_or(|payer| payer.customer_id == refund.customer_id.get());
    if !fits {
        auditor.violates("links", word, id, "it differs from what it paid back in legal entity, currency or customer");
    }
}
