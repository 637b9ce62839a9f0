//! Recomputes every invariant of the books from raw rows and names each object that fails: one tenant or all, on one
//! consistent snapshot per tenant, streamed, so that memory does not grow with the books.

mod base;
mod books;
mod charges;
mod chunks;
mod invoices;
mod money;
mod names;
mod notes;
mod report;
mod trail;

pub use report::{Object, Report, Violation};

use crate::{Billing, Error};
use domain::id::{EntityId, TenantId};
use domain::money::Currency;
use std::collections::HashMap;
use store::Tx;

/// Whose books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    Tenant(TenantId),
}

/// Every rule that a violation may name, with what it says.
pub const RULES: &[(&str, &str)] = &[
    ("I1", "a line's net is its gross less its discounts, its taxable amount the net less its share of allowances"),
    ("I2", "lines, allowances and charges add up to the total without tax"),
    ("I3", "the taxes of the groups add up to the tax, and with the total without tax to the total"),
    ("I4", "an invoice's settled sums and balance are those of its applications"),
    ("I5", "payments, credit notes and write-offs are used up exactly by what was applied, refunded and left"),
    ("I6", "what a customer has left over is its accounts of unapplied money and note liability, never negative"),
    ("I7", "entries balance, say what their objects say, and receivables are the open balances; trial balance 0"),
    ("I9", "own numbers are consecutive without double up to the last value given; external numbers are unique"),
    ("I10", "the content of issued documents and kept revisions has the stored hash"),
    ("I11", "each event has one place in the feed, without gap"),
    ("base", "amounts in base currency are converted once and telescope"),
    ("charges", "an attempt that took money has exactly one payment of its own, any other none; one pending intent"),
    ("credited", "notes give back no more of a line than it has, and nothing of a void invoice"),
    ("foreign_ids", "a vendor's id names one object that was given out, and no other object is spelled like it"),
    ("links", "applications and refunds join objects of one legal entity, currency and customer"),
    ("projection", "customers' balances and the day of payment are what the documents come to"),
    ("seals", "every seal covers its rows unchanged and is chained to the one before"),
    ("trail", "every row of the audit trail has the hash of its content"),
    ("tree", "customers form a tree"),
    ("unreadable", "every stored value can be read"),
];

impl Billing {
    /// Audits one tenant, or every tenant of the installation. `Missing` for a tenant that is not there.
    pub async fn audit(&self, scope: Scope) -> Result<Report, Error> {
        let tenants = match scope {
            Scope::Tenant(tenant) => vec![self.tenant(tenant).await?.id],
            Scope::All => self.tenants().await?.into_iter().map(|tenant| tenant.id).collect(),
        };
        let mut report = Report::at(self.now());
        for tenant in tenants {
            let of_tenant = self.db().scan(tenant, AuditTenant).await;
            report.add(of_tenant.map_err(|error| Error::from(error).settle())?);
        }
        Ok(report)
    }
}

struct AuditTenant;

impl store::Work for AuditTenant {
    type Out = Report;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Report> {
        let mut auditor = Auditor::new(tx).await?;
        invoices::check(tx, &mut auditor).await?;
        invoices::check_revisions(tx, &mut auditor).await?;
        notes::check(tx, &mut auditor).await?;
        money::check_payments(tx, &mut auditor).await?;
        money::check_applications(tx, &mut auditor).await?;
        money::check_refunds(tx, &mut auditor).await?;
        charges::check(tx, &mut auditor).await?;
        books::check_entries(tx, &mut auditor).await?;
        books::check_trial(tx, &mut auditor).await?;
        books::check_customers(tx, &mut auditor).await?;
        names::check(tx, &mut auditor).await?;
        trail::check(tx, &mut auditor).await?;
        Ok(auditor.report)
    }
}

/// What an audit of one tenant holds while it runs.
struct Auditor {
    tenant: TenantId,
    report: Report,
    /// Base currency of each legal entity.
    bases: HashMap<EntityId, Currency>,
}

impl Auditor {
    async fn new(tx: &mut Tx<'_>) -> store::Result<Self> {
        let entities = store::entities::list(tx).await?;
        let mut auditor = Self {
            tenant: tx.tenant(),
            report: Report::of_tenant(),
            bases: entities.into_iter().map(|entity| (entity.id, entity.base_currency)).collect(),
        };
        auditor.counts("legal_entities", auditor.bases.len());
        Ok(auditor)
    }

    fn violates(&mut self, rule: &'static str, kind: &str, id: i64, text: impl Into<String>) {
        let object = Object { kind: kind.to_owned(), id };
        self.report.keep(Violation { tenant: self.tenant.0, rule, object, text: text.into() });
    }

    /// Violations that the domain's own checks found.
    fn take(&mut self, found: Vec<domain::check::Violation>) {
        for violation in found {
            self.violates(violation.rule, violation.object.0, violation.object.1, violation.text);
        }
    }

    fn counts(&mut self, what: &'static str, count: usize) {
        self.report.count(what, u64::try_from(count).unwrap_or(u64::MAX));
    }
}
