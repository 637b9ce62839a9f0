//! What every test here shares: a tenant on a fixed clock, and whether its books balance.

use billing::query::{CustomerRef, InvoiceRef};
use billing::read::Named;
use billing::secrets::SecretBox;
use billing::{Billing, Caller, FaceName, SystemClock};
use domain::id::{CustomerId, InvoiceId, TenantId};
use domain::invoice::view::View;
use jiff::Timestamp;
use std::collections::BTreeMap;
use store::Db;

/// The clock of every test but Zoho's.
pub fn now() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

pub fn billing(db: &Db) -> Billing {
    Billing::new(db.clone(), SystemClock::fixed(now())).with_secrets(SecretBox::throw_away())
}

pub fn staff(tenant: TenantId, face: FaceName) -> Caller {
    Caller { face, ..Caller::system(tenant) }
}

/// The invoice that a face's text names, read as that face reads it.
pub async fn spelled(billing: &Billing, tenant: TenantId, face: FaceName, text: &str) -> Named<View> {
    let which = InvoiceRef::Spelled { text: text.to_owned(), native: None };
    billing.invoice(&staff(tenant, face), None, &which).await.expect("the face knows its sample")
}

pub async fn view(billing: &Billing, tenant: TenantId, id: InvoiceId) -> View {
    let found = billing.invoice(&Caller::system(tenant), None, &InvoiceRef::Id(id)).await;
    found.expect("the invoice is there").value
}

pub async fn customer_named(billing: &Billing, tenant: TenantId, face: FaceName, text: &str) -> CustomerId {
    let which = CustomerRef::Spelled { text: text.to_owned(), native: None };
    billing.resolve_customer(&staff(tenant, face), &which).await.expect("the face knows its customer")
}

/// Sums of all postings of the tenant's legal entities, per currency and in base: each is zero. Returns how
/// many accounts were summed.
pub async fn assert_balanced(billing: &Billing, tenant: TenantId) -> usize {
    let entities = billing.legal_entities(&Caller::system(tenant)).await.expect("entities").value;
    let mut rows = 0;
    for entity in entities {
        let id = entity.entity.id;
        let balance = billing
            .db()
            .read(tenant, store::body(move |tx| Box::pin(async move { store::ledger::trial_balance(tx, id).await })))
            .await
            .expect("a trial balance");
        let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for row in &balance {
            let sum = sums.entry(row.currency.clone()).or_default();
            sum.0 += row.amount;
            sum.1 += row.base_amount;
        }
        for (currency, sum) in sums {
            assert_eq!(sum, (0, 0), "{currency} of {}", entity.entity.name);
        }
        rows += balance.len();
    }
    rows
}
