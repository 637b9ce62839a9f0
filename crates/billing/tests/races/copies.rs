//! Many equal invoices in one set of books, made in bulk. Each has a customer of its own, by whom everything that
//! came of it is found again.

use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::IssueMany;
use billing::invoices::write_off::WriteOffInvoice;
use billing::payments::methods::{AddPaymentMethod, MethodFields};
use connectors::sandbox::NAME;
use domain::id::{CreditNoteId, CustomerId, InvoiceId, LineId, PaymentId, PaymentMethodId};
use domain::payment::method::MethodKind;
use std::collections::BTreeMap;
use std::sync::Arc;
use testkit::builders::World;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Invoices issued in one transaction.
const BATCH: usize = 100;

/// As which an invoice is found. It has lines of 60 and 40; its customer has a credit note of 50 and has paid 50, of
/// which 30 are on the invoice where it is partly paid or written off, and nothing elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    Draft,
    Unpaid,
    PartlyPaid,
    WrittenOff,
}

impl Situation {
    /// What it owes, will owe, or has been let off.
    pub fn owed(self) -> &'static str {
        match self {
            Self::Draft | Self::Unpaid => "100",
            Self::PartlyPaid | Self::WrittenOff => "70",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Copy {
    pub situation: Situation,
    pub customer: CustomerId,
    pub invoice: InvoiceId,
    /// The line of 40.
    pub second_line: LineId,
    /// The payment of 50.
    pub payment: PaymentId,
    /// The note of 50.
    pub note: CreditNoteId,
    pub card: Option<PaymentMethodId>,
}

/// A copy for each element of `with_card`, in its order; with a card where that says so.
pub async fn copies(world: &World, situation: Situation, with_card: &[bool], lanes: &Arc<Semaphore>) -> Vec<Copy> {
    let customers = on_lanes(lanes, with_card.to_vec(), {
        let world = world.clone();
        move |_| {
            let world = world.clone();
            async move { world.customer("Racer").created().await }
        }
    })
    .await;
    let invoices = invoices(world, situation, &customers, lanes).await;
    let second_lines = second_lines(world).await;
    let made = customers.into_iter().zip(invoices).zip(with_card.iter().copied()).collect();
    let world = world.clone();
    on_lanes(lanes, made, move |((customer, invoice), has_card)| {
        let (world, second_line) = (world.clone(), second_lines[&invoice.0]);
        async move {
            let is_part_paid = matches!(situation, Situation::PartlyPaid | Situation::WrittenOff);
            let payment = world.pay("50").from(customer);
            let payment = if is_part_paid { payment.on(invoice, "30") } else { payment };
            let payment = payment.recorded().await;
            let note = world.credit_of("50").to(customer).issued().await;
            if situation == Situation::WrittenOff {
                world.does(WriteOffInvoice { invoice, reason: String::new(), on: None }).await;
            }
            let card = if has_card { Some(card(&world, customer).await) } else { None };
            Copy { situation, customer, invoice, second_line: LineId(second_line), payment, note, card }
        }
    })
    .await
}

/// Runs so many at a time as there are lanes; the results in the order of what was given.
pub async fn on_lanes<T, R, F>(lanes: &Arc<Semaphore>, given: Vec<T>, work: impl Fn(T) -> F) -> Vec<R>
where
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let mut running = JoinSet::new();
    for (index, one) in given.into_iter().enumerate() {
        let lane = lanes.clone().acquire_owned().await.expect("lanes are never closed");
        let work = work(one);
        running.spawn(async move {
            let done = work.await;
            drop(lane);
            (index, done)
        });
    }
    let done: BTreeMap<usize, R> = running.join_all().await.into_iter().collect();
    done.into_values().collect()
}

async fn invoices(
    world: &World,
    situation: Situation,
    customers: &[CustomerId],
    lanes: &Arc<Semaphore>,
) -> Vec<InvoiceId> {
    let spec = |customer: &CustomerId| {
        world.invoice().to(*customer).line("Service", "1", "60").line("Travel", "1", "40").spec()
    };
    if situation == Situation::Draft {
        let world = world.clone();
        let specs = customers.iter().map(spec).collect();
        return on_lanes(lanes, specs, move |spec| {
            let world = world.clone();
            async move { world.does(CreateInvoice { spec }).await }
        })
        .await;
    }
    let mut made = Vec::with_capacity(customers.len());
    for batch in customers.chunks(BATCH) {
        made.extend(world.does(IssueMany { specs: batch.iter().map(spec).collect() }).await);
    }
    made
}

/// The last line of each invoice.
async fn second_lines(world: &World) -> BTreeMap<i64, i64> {
    let tenant = world.tenant.0;
    let sql = format!(
        "SELECT document_id, MAX(line_id) FROM audit_v1_line \
         WHERE tenant_id = {tenant} AND document_kind = 'invoice' GROUP BY document_id"
    );
    let number = |text: &String| text.parse().expect("an id");
    world.db.rows(&sql).await.iter().map(|row| (number(&row[0]), number(&row[1]))).collect()
}

/// A card by whose token the gateway's charges of this customer are counted.
async fn card(world: &World, customer: CustomerId) -> PaymentMethodId {
    let (kind, gateway, token) = (MethodKind::Card, NAME.to_owned(), format!("sandbox_ok_{}", customer.0));
    world.does(AddPaymentMethod { customer, kind, gateway, token, fields: MethodFields::default() }).await
}
