//! Sentences that build books: a seller with a customer, and what happens between them.
//!
//! ```ignore
//! let world = World::open(&db).await;
//! let invoice = world.invoice().line("Consulting", "2", "185").dated("2026-03-01").issued().await;
//! world.pay("370").on(invoice, "370").bank_charges("10").recorded().await;
//! world.books_are_sound().await;
//! ```

mod documents;
mod parties;

pub use documents::{CreditBuilder, InvoiceBuilder, PaymentBuilder};
pub use parties::{CustomerBuilder, SellerBuilder};

use crate::TestDb;
use billing::audit::{Report, Scope};
use billing::query::{CustomerRef, InvoiceRef};
use billing::read::{NoteView, PaymentView};
use billing::secrets::SecretBox;
use billing::{Billing, Caller, Error, SystemClock, Verb};
use domain::Refusal;
use domain::id::{CreditNoteId, CustomerId, EntityId, InvoiceId, LineId, PaymentId, TenantId};
use domain::invoice::view::View;
use domain::money::{Amount, Currency, Decimal};
use jiff::Timestamp;
use jiff::civil::Date;

/// The instant at which every world begins.
pub const NOW: &str = "2026-03-10T12:00:00Z";

/// One tenant with a seller and a customer, on a clock that stands still.
#[derive(Clone)]
pub struct World {
    pub db: TestDb,
    pub billing: Billing,
    pub clock: SystemClock,
    pub tenant: TenantId,
    pub caller: Caller,
    pub entity: EntityId,
    pub customer: CustomerId,
}

/// # Panics
/// When the text is no decimal.
pub fn amount(text: &str) -> Amount {
    Amount::parse(text).unwrap_or_else(|_| panic!("{text:?} is no amount"))
}

/// # Panics
/// When the text is no decimal.
pub fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap_or_else(|_| panic!("{text:?} is no decimal"))
}

/// # Panics
/// When the text is no civil day.
pub fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// # Panics
/// When the text is no instant.
pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// The secret key of every world, the same for all servers of one database.
///
/// # Panics
/// Never.
pub fn secrets() -> SecretBox {
    SecretBox::parse("7465737473206f6e6c793a206e6f2073656372657420686173206974206b6579").expect("32 bytes in hex")
}

impl World {
    /// A seller in US dollars, exclusive prices, correctable invoices, with one customer.
    pub async fn open(db: &TestDb) -> World {
        World::of(db, |seller| seller).await
    }

    /// The same with a seller of another kind.
    pub async fn of(db: &TestDb, shape: impl FnOnce(SellerBuilder) -> SellerBuilder) -> World {
        let clock = SystemClock::fixed(instant(NOW));
        let billing = Billing::new((**db).clone(), clock.clone()).with_secrets(secrets());
        let tenant = billing.create_tenant("Seller").await.expect("a tenant is made");
        let caller = Caller::system(tenant);
        let (entity, customer) = (EntityId(0), CustomerId(0));
        let mut world = World { db: db.clone(), billing, clock, tenant, caller, entity, customer };
        world.entity = shape(world.seller("Seller", Currency::USD)).created().await;
        world.customer = world.customer("Bowman Furniture").created().await;
        world
    }

    /// A second tenant of the same installation, with a seller and a customer of its own.
    pub async fn neighbour(&self) -> World {
        let tenant = self.billing.create_tenant("Neighbour").await.expect("a tenant is made");
        let mut other = World { tenant, caller: Caller::system(tenant), ..self.clone() };
        other.entity = other.seller("Neighbour", Currency::USD).created().await;
        other.customer = other.customer("Neighbour's customer").created().await;
        other
    }

    /// The same books through another handle of the database, as a second server has them.
    pub async fn second_server(&self) -> World {
        let db = self.db.second_handle().await;
        World { billing: Billing::new(db, self.clock.clone()).with_secrets(secrets()), ..self.clone() }
    }

    /// Moves the clock.
    pub fn at(&self, when: &str) {
        self.clock.set(instant(when));
    }

    /// Runs a verb for the seller's staff.
    pub async fn tried<V: Verb>(&self, verb: V) -> Result<V::Outcome, Error> {
        self.billing.perform(&self.caller, verb).await
    }

    /// The same for a verb that must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub async fn does<V: Verb>(&self, verb: V) -> V::Outcome {
        self.tried(verb).await.unwrap_or_else(|error| panic!("{}: {error}", std::any::type_name::<V>()))
    }

    /// The same for a verb that the rules must refuse.
    ///
    /// # Panics
    /// When they do not.
    pub async fn refuses<V: Verb>(&self, verb: V) -> Refusal {
        match self.tried(verb).await {
            Err(Error::Refused(refusal)) => refusal,
            Err(error) => panic!("{}: {error}", std::any::type_name::<V>()),
            Ok(_) => panic!("{} was not refused", std::any::type_name::<V>()),
        }
    }

    /// The invoice as every face sees it.
    ///
    /// # Panics
    /// When there is none.
    pub async fn view(&self, invoice: InvoiceId) -> View {
        let found = self.billing.invoice(&self.caller, None, &InvoiceRef::Id(invoice)).await;
        found.expect("the invoice is there").value
    }

    /// An invoice's lines in their order.
    pub async fn lines(&self, invoice: InvoiceId) -> Vec<LineId> {
        self.view(invoice).await.lines.iter().map(|line| line.id).collect()
    }

    /// What the invoice owes, as a plain decimal.
    pub async fn balance(&self, invoice: InvoiceId) -> String {
        self.view(invoice).await.summary.balance.to_fixed()
    }

    /// # Panics
    /// When there is none.
    pub async fn payment(&self, payment: PaymentId) -> PaymentView {
        self.billing.payment(&self.caller, payment).await.expect("the payment is there").value
    }

    /// # Panics
    /// When there is none.
    pub async fn note(&self, note: CreditNoteId) -> NoteView {
        self.billing.credit_note(&self.caller, note).await.expect("the note is there").value
    }

    /// What a customer owes and has left over, in minor units, over all legal entities and currencies.
    ///
    /// # Panics
    /// When there is none.
    pub async fn standing(&self, customer: CustomerId) -> (i64, i64) {
        let found = self.billing.customer(&self.caller, &CustomerRef::Id(customer)).await;
        let balances = found.expect("the customer is there").value.balances;
        balances.iter().fold((0, 0), |sums, balance| (sums.0 + balance.outstanding, sums.1 + balance.unused_credit))
    }

    /// What the journal of the tenant holds on an account, in minor units of a currency; debit positive.
    pub async fn on_account(&self, account: &str, currency: &str) -> (i64, i64) {
        let rows = self
            .db
            .rows(&format!(
                "SELECT COALESCE(SUM(amount_minor), 0), COALESCE(SUM(base_amount_minor), 0) FROM audit_v1_journal \
                 WHERE tenant_id = {} AND account = '{account}' AND currency = '{currency}'",
                self.tenant.0
            ))
            .await;
        let number = |text: &String| text.parse().expect("a sum");
        (number(&rows[0][0]), number(&rows[0][1]))
    }

    /// # Panics
    /// When the audit cannot run.
    pub async fn audit(&self) -> Report {
        self.billing.audit(Scope::All).await.expect("the audit runs")
    }

    /// Every rule of the books holds; the end of every story.
    ///
    /// # Panics
    /// When one does not, with the whole report.
    pub async fn books_are_sound(&self) {
        let report = self.audit().await;
        assert!(report.is_clean, "{report}");
        assert!(report.checked["journal_entries"] > 0, "there are books to check: {report}");
    }
}
