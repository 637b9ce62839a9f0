//! A seller with an invoice in every status, and a server of Zoho's face in front of it.

use std::sync::Arc;

use axum::Router;
use billing::credentials::{CreateCredential, Secrets};
use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::void::VoidInvoice;
use billing::invoices::write_off::WriteOffInvoice;
use billing::invoices::{InvoiceSpec, LineSpec};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::parties::entities::CreateEntity;
use billing::payments::Share;
use billing::payments::record::RecordPayment;
use billing::{Billing, Caller, FaceName, SystemClock};
use connectors::sandbox::Sandbox;
use domain::id::{CustomerId, InvoiceId, TenantId};
use domain::invoice::void::IfSettled;
use domain::money::{Amount, Currency, Decimal};
use domain::party::Address;
use http_kit::Edge;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde_json::Value;
use testkit::TestDb;
use testkit::foreign::remember_foreign_id;
use testkit::server::{Reply, TestServer};
use testkit::wire::Json;

pub const READ: &str = "ZohoSubscriptions.invoices.READ";
pub const EVERYTHING: &str = "ZohoSubscriptions.fullaccess.all";
/// The seed's.
pub const ORGANIZATION: &str = "10234695";
pub const PAID: &str = "903000000079426";
pub const BOWMAN: &str = "903000000000099";

/// Everything that a story needs. The books' day is 2016-06-20.
pub struct House {
    pub db: TestDb,
    pub billing: Billing,
    pub clock: SystemClock,
    pub tenant: TenantId,
    pub server: TestServer,
    pub bowman: CustomerId,
    /// A customer below Bowman.
    pub branch: CustomerId,
    pub other: CustomerId,
    /// Every id in its status, Bowman's.
    pub draft: InvoiceId,
    pub sent: InvoiceId,
    pub overdue: InvoiceId,
    pub partly: InvoiceId,
    pub paid: InvoiceId,
    pub void: InvoiceId,
}

pub fn amount(text: &str) -> Amount {
    Amount::parse(text).expect("an amount")
}

pub fn zoho_id(id: i64) -> String {
    face_zoho::wire::spell(id)
}

pub fn router(billing: &Billing) -> Router {
    let edge = Edge::default();
    face_zoho::mounts(billing, &edge).into_iter().fold(Router::new(), Router::merge)
}

impl House {
    pub async fn build(db: TestDb) -> Self {
        let start: Timestamp = "2016-06-01T17:00:00Z".parse().expect("an instant");
        let clock = SystemClock::fixed(start);
        let sandbox = Sandbox::new((*db).clone(), clock.clone(), 0);
        let billing = Billing::new((*db).clone(), clock.clone()).with_gateway(Arc::new(sandbox));
        let tenant = billing.create_tenant("Zillum").await.expect("a tenant");
        let staff = Caller::system(tenant);
        let mut entity = CreateEntity::named("Zillum Inc", Currency::USD);
        entity.time_zone = "America/Los_Angeles".to_owned();
        entity.email = "accounts@zillum.example".to_owned();
        billing.perform(&staff, entity).await.expect("a legal entity");
        let bowman = customer(&billing, &staff, "Bowman Furniture", None).await;
        let branch = customer(&billing, &staff, "Bowman Branch", Some(bowman)).await;
        let other = customer(&billing, &staff, "Östra 100% Shop", None).await;
        let server = TestServer::start(router(&billing)).await;
        let nothing = InvoiceId(0);
        let mut house = Self {
            db,
            billing,
            clock,
            tenant,
            server,
            bowman,
            branch,
            other,
            draft: nothing,
            sent: nothing,
            overdue: nothing,
            partly: nothing,
            paid: nothing,
            void: nothing,
        };
        house.paid = house.issued(bowman, "370", date(2016, 6, 5), date(2016, 6, 5)).await;
        house.pay(house.paid, "370").await;
        house.overdue = house.issued(bowman, "100", date(2016, 6, 5), date(2016, 6, 10)).await;
        house.partly = house.issued(bowman, "80.5", date(2016, 6, 6), date(2016, 6, 12)).await;
        house.pay(house.partly, "30.25").await;
        house.void = house.issued(bowman, "20", date(2016, 6, 7), date(2016, 7, 7)).await;
        let void = VoidInvoice::of(house.void, IfSettled::Detach);
        house.billing.perform(&staff, void).await.expect("voided");
        house.sent = house.issued(bowman, "55", date(2016, 6, 8), date(2016, 7, 8)).await;
        house.draft = house.drafted(bowman, "12", date(2016, 6, 9), date(2016, 7, 9)).await;
        house.name("tenant", tenant.0, ORGANIZATION).await;
        house.name("invoice", house.paid.0, PAID).await;
        house.name("customer", bowman.0, BOWMAN).await;
        let now = "2016-06-20T19:00:00Z".parse().expect("an instant");
        house.clock.set(now);
        house
    }

    pub async fn name(&self, kind: &str, id: i64, foreign_id: &str) {
        remember_foreign_id(&self.db, self.tenant, "zoho", kind, id, foreign_id).await;
    }

    fn staff(&self) -> Caller {
        Caller::system(self.tenant)
    }

    /// A draft of one line; each is made an hour after the one before.
    pub async fn drafted(&self, to: CustomerId, price: &str, dated_on: Date, due_on: Date) -> InvoiceId {
        let later = self.clock.now() + jiff::SignedDuration::from_hours(1);
        self.clock.set(later);
        let price = Decimal::parse(price).expect("a price");
        let mut line = LineSpec::of("Basic", Decimal::ONE, price);
        line.description = Some(format!("Charges of {dated_on}"));
        let mut spec = InvoiceSpec::to(to, vec![line]);
        spec.dated_on = Some(dated_on);
        spec.due_on = Some(due_on);
        spec.reference = format!("PO-{due_on}");
        self.billing.perform(&self.staff(), CreateInvoice { spec }).await.expect("a draft")
    }

    pub async fn issued(&self, to: CustomerId, price: &str, dated_on: Date, due_on: Date) -> InvoiceId {
        let invoice = self.drafted(to, price, dated_on, due_on).await;
        self.billing.perform(&self.staff(), IssueInvoice { invoice }).await.expect("issued")
    }

    pub async fn pay(&self, invoice: InvoiceId, text: &str) {
        let shares = vec![Share { invoice, amount: amount(text) }];
        let mut payment = RecordPayment::from(self.bowman, amount(text), shares);
        payment.received_on = Some(date(2016, 6, 5));
        self.billing.perform(&self.staff(), payment).await.expect("paid");
    }

    pub async fn write_off(&self, invoice: InvoiceId) {
        let verb = WriteOffInvoice { invoice, reason: "gone".to_owned(), on: None };
        self.billing.perform(&self.staff(), verb).await.expect("written off");
    }

    pub async fn withdraw(&self, invoice: InvoiceId) {
        let mut void = VoidInvoice::of(invoice, IfSettled::Refuse);
        void.withdraw = true;
        self.billing.perform(&self.staff(), void).await.expect("withdrawn");
    }

    /// A token of staff's, or of one customer's.
    pub async fn token(&self, scopes: &[&str], customer: Option<CustomerId>) -> String {
        let credential = CreateCredential {
            face: FaceName::Zoho,
            label: "a client".to_owned(),
            customer,
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            entitlements: Vec::new(),
            expires_at: None,
            given: None,
        };
        let (_, Secrets { token, .. }) = self.billing.perform(&self.staff(), credential).await.expect("a credential");
        token
    }

    /// One request, with these headers and, unless it is empty, this body.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let request = self.server.request(method, path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let request = if body.is_empty() { request } else { request.body(body) };
        request.send().await
    }

    /// With the token as Zoho's documentation presents it.
    pub async fn get(&self, token: &str, path: &str) -> Reply {
        let authorization = format!("Zoho-oauthtoken {token}");
        self.ask("GET", path, &[("authorization", &authorization)], "").await
    }

    /// The numbers of a list, in order, of a token that reads everything.
    pub async fn listed(&self, query: &str) -> Vec<String> {
        let token = self.token(&[EVERYTHING], None).await;
        self.listed_by(&token, query).await
    }

    pub async fn listed_by(&self, token: &str, query: &str) -> Vec<String> {
        let reply = self.get(token, &format!("/subscriptions/v1/invoices?{query}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let rows = reply.value()["invoices"].as_array().expect("a list").clone();
        rows.iter().map(|row| row["number"].as_str().expect("a number").to_owned()).collect()
    }
}

async fn customer(billing: &Billing, staff: &Caller, name: &str, parent: Option<CustomerId>) -> CustomerId {
    let address = Address {
        line1: "Harrington Bay Street".to_owned(),
        city: "Salt Lake City".to_owned(),
        state: "CA".to_owned(),
        postcode: "92612".to_owned(),
        country: "U.S.A".to_owned(),
        fax: "4527389".to_owned(),
        ..Address::default()
    };
    let fields = CustomerFields {
        parent_id: Some(parent),
        display_name: Some(name.to_owned()),
        email: Some("benjamin.george@bowmanfurniture.com".to_owned()),
        bill_to: Some(address.clone()),
        ship_to: Some(address),
        ..CustomerFields::default()
    };
    let made = billing.perform(staff, CreateCustomer { currency: None, fields }).await;
    made.expect("a customer").id
}

/// An answer's body as values to point into.
pub trait AsValue {
    fn value(&self) -> Value;
}

impl AsValue for Reply {
    #[track_caller]
    fn value(&self) -> Value {
        match serde_json::from_str(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error}: {self:?}"),
        }
    }
}

/// Checks keys, their order and the types of values against a sample, but not the values; lists may be of any
/// length, their items have the shape of the sample's first.
#[track_caller]
pub fn assert_shape(sample: &str, answer: &str) {
    if let Err(difference) = compare(&Json::parse(sample), &Json::parse(answer), "$") {
        panic!("{difference}\nanswer: {answer}");
    }
}

fn compare(sample: &Json, answer: &Json, place: &str) -> Result<(), String> {
    match (sample, answer) {
        (Json::Object(wanted), Json::Object(found)) => {
            wanted.iter().enumerate().try_for_each(|(at, (name, value))| match found.get(at) {
                Some((key, found)) if key == name => compare(value, found, &format!("{place}.{name}")),
                other => Err(format!("{place}: key {at} is {other:?}, the sample has {name}")),
            })
        }
        (Json::List(wanted), Json::List(found)) => wanted
            .first()
            .map_or(Ok(()), |wanted| found.iter().try_for_each(|found| compare(wanted, found, &format!("{place}[]")))),
        _ if std::mem::discriminant(sample) == std::mem::discriminant(answer) => Ok(()),
        _ => Err(format!("{place}: {answer:?}, the sample has {sample:?}")),
    }
}
