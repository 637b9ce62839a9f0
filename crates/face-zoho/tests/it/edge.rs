//! Tokens, scopes, organizations, unknown URLs and methods: each answered in Zoho's shape.

use billing::Caller;
use billing::credit_notes::CreditWhat;
use billing::credit_notes::create::CreateCreditNote;
use billing::invoices::LineSpec;
use billing::parties::contacts::{AddContact, ContactFields};
use billing::parties::customers::{CustomerFields, UpdateCustomer};
use billing::payments::refund::{RefundMoney, RefundOf};
use billing::unbilled_charges::ChargeSpec;
use billing::unbilled_charges::create::CreateUnbilledCharge;
use domain::money::Decimal;
use domain::payment::PaymentMode;
use face_zoho::{Mount, Needs, operations};
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, BOWMAN, EVERYTHING, House, ORGANIZATION, PAID, amount};

/// Of the contact person and the CRM's account that the walk gives to Bowman.
const PERSON: &str = "903000000053362";
const REFERENCE: &str = "903000000021976";
/// Of the money that the walk moves.
const PAYMENT: &str = "9030000079467";
const NOTE: &str = "90300000072369";
const REFUND: &str = "90300000081385";
const CHARGE: &str = "90300000079200";
const EVENT: &str = "90300000005337";

const UNAUTHORIZED: &str = r#"{"code":57,"message":"You are not authorized to perform this operation"}"#;

#[track_caller]
fn check(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.body.as_str()), (status, body), "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
}

/// The path of an operation with what exists in place of its parameters, and with what does not.
fn paths(path: &str) -> (String, String) {
    let filled = |name: &str| match name {
        "organization_id" => ORGANIZATION,
        "invoice_id" => PAID,
        "customer_id" => BOWMAN,
        "contactperson_id" => PERSON,
        "reference_id" => REFERENCE,
        "payment_id" => PAYMENT,
        "creditnote_id" => NOTE,
        "refund_id" => REFUND,
        "unbilled_charge_id" => CHARGE,
        "event_id" => EVENT,
        _ => "1",
    };
    let with = |fill: &dyn Fn(&str) -> String| {
        let parts = path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => fill(name),
            None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    };
    (with(&|name| filled(name).to_owned()), with(&|_| "1".to_owned()))
}

/// Gives Bowman what the table's paths name.
async fn furnish(house: &House) {
    let customer = house.bowman;
    let staff = Caller::system(house.tenant);
    let fields = ContactFields { email: "ann@bowman.example".to_owned(), ..ContactFields::default() };
    let contact = house.billing.perform(&staff, AddContact { customer, fields }).await.expect("a contact");
    house.name("contact", contact.id.0, PERSON).await;
    let references = vec![("zcrm_account", REFERENCE.to_owned())];
    let fields = CustomerFields { references, ..CustomerFields::default() };
    house.billing.perform(&staff, UpdateCustomer { customer, fields }).await.expect("a reference");
}

/// A payment, a credit note that was paid out in part, a charge that waits, and what happened last.
async fn move_money(house: &House) {
    let staff = Caller::system(house.tenant);
    let what = CreditWhat::AmountOnly { amount: amount("9") };
    let note = CreateCreditNote { customer: Some(house.bowman), ..CreateCreditNote::of(what) };
    let note = house.billing.perform(&staff, note).await.expect("a credit note");
    let refund = RefundMoney {
        of: RefundOf::Note { note },
        amount: amount("4"),
        mode: PaymentMode::Cash,
        on: None,
        reference: String::new(),
        description: String::new(),
    };
    let refund = house.billing.perform(&staff, refund).await.expect("a refund");
    let line = LineSpec::of("Usage", Decimal::ONE, Decimal::ONE);
    let charge = CreateUnbilledCharge { spec: ChargeSpec::to(house.bowman, vec![line]) };
    let charge = house.billing.perform(&staff, charge).await.expect("a charge");
    let paid = house.billing.payments(&staff, None, 0, 1).await.expect("payments");
    let told = house.billing.events_of_types(&staff, &["refund.made"], 0, 1).await.expect("events");
    for (kind, id, name) in [
        ("payment", paid[0].id.0, PAYMENT),
        ("credit_note", note.0, NOTE),
        ("refund", refund.0, REFUND),
        ("unbilled_charge", charge.0, CHARGE),
        ("event", told.rows[0].id.0, EVENT),
    ] {
        house.name(kind, id, name).await;
    }
}

testkit::on_both_databases! {
    /// Walks the table: no operation answers without a token, with a wrong one, or with one that lacks its
    /// scope; each answers with its own scope and with the one that holds all.
    async fn every_operation_demands_its_scope(db: TestDb) {
        let house = House::build(db).await;
        furnish(&house).await;
        move_money(&house).await;
        let all = house.token(&[EVERYTHING], None).await;
        let none = house.token(&["ZohoSubscriptions.none.READ"], None).await;
        for operation in operations() {
            let own = match operation.needs {
                Needs::AnyToken => house.token(&[], None).await,
                Needs::Scope(scope) => house.token(&[scope], None).await,
            };
            for mount in Mount::ALL {
                let (path, missing) = paths(&format!("{}{}", mount.prefix(), operation.path));
                let ask = async |token: &str, path: &str| {
                    let authorization = format!("Bearer {token}");
                    let headers = [("authorization", authorization.as_str())];
                    house.ask(operation.method, path, &headers, "").await
                };
                let without = house.ask(operation.method, &path, &[], "").await;
                check(&without, 401, UNAUTHORIZED);
                check(&ask("1000.41d9.8fcc", &path).await, 401, UNAUTHORIZED);
                let reads = operation.method == "GET";
                // Where the walk has no object for some parameter, there is nothing to read.
                let is_there = !path.split('/').any(|part| part == "1");
                for token in [&own, &all].into_iter().filter(|_| reads) {
                    let reply = ask(token, &path).await;
                    if !is_there {
                        // Catalogue ids that name nothing are 400 to Zoho, others 404.
                        assert!([400, 404].contains(&reply.status), "{} {path}: {reply:?}", operation.name);
                        continue;
                    }
                    assert_eq!(reply.status, 200, "{} {path}: {reply:?}", operation.name);
                    assert!(reply.body.starts_with(r#"{"code":0,"message":"#), "{reply:?}");
                }
                match operation.needs {
                    Needs::AnyToken => assert_eq!(ask(&none, &path).await.status, 200),
                    Needs::Scope(_) => check(&ask(&none, &path).await, 401, UNAUTHORIZED),
                }
                if !reads {
                    // What it would change is not there, or it wants a body: what matters is that it may.
                    let reply = ask(&own, &missing).await;
                    assert!([400, 404].contains(&reply.status), "{} {missing}: {reply:?}", operation.name);
                } else if missing != path {
                    let reply = ask(&own, &missing).await;
                    assert_eq!((reply.status, reply.value()["code"].as_i64()), (404, Some(1002)));
                }
            }
        }
    }

    async fn tokens_come_in_three_schemes(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let path = "/subscriptions/v1/invoices";
        for scheme in ["Zoho-oauthtoken", "zoho-OAUTHTOKEN", "Zoho-authtoken", "Bearer", "bearer"] {
            let authorization = format!("{scheme} {token}");
            let reply = house.ask("GET", path, &[("Authorization", &authorization)], "").await;
            assert_eq!(reply.status, 200, "{scheme}: {reply:?}");
        }
        let old = house.ask("GET", path, &[("authorization", "Zoho-authtoken none")], "").await;
        check(&old, 401, r#"{"code":14,"message":"Invalid auth token"}"#);
        for authorization in ["Zoho-oauthtoken none", "Basic YTpi", "none", "Bearer", "Bearer a b"] {
            let reply = house.ask("GET", path, &[("authorization", authorization)], "").await;
            check(&reply, 401, UNAUTHORIZED);
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
    }

    async fn the_organization_is_the_tokens_own(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let authorization = format!("Zoho-oauthtoken {token}");
        let ask = async |given: &[&str]| {
            let name = "X-com-zoho-subscriptions-organizationid";
            let mut headers = vec![("authorization", authorization.as_str())];
            headers.extend(given.iter().map(|value| (name, *value)));
            house.ask("GET", "/subscriptions/v1/invoices", &headers, "").await
        };
        let native = face_zoho::wire::spell(house.tenant.0);
        for given in [&[][..], &[ORGANIZATION], &[native.as_str()], &[""]] {
            assert_eq!(ask(given).await.status, 200, "{given:?}");
        }
        let neighbour = face_zoho::wire::spell(house.tenant.0 + 1);
        for given in ["1", "<CompanyID>", neighbour.as_str()] {
            let words = format!(
                r#"{{"code":6041,"message":"This user is not associated with the CompanyID/CompanyName: {given}."}}"#
            );
            check(&ask(&[given]).await, 400, &words);
        }
        assert_eq!(ask(&[ORGANIZATION, "1"]).await.status, 400);
        assert_eq!(ask(&[ORGANIZATION, ORGANIZATION]).await.status, 400);
        assert_eq!(ask(&["\u{e9}"]).await.status, 400);
    }

    async fn unknown_urls_and_methods(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let unknown = r#"{"code":5,"message":"Invalid URL Passed"}"#;
        for mount in Mount::ALL {
            for path in ["", "/", "/subscriptions", "/hostedpages/newsubscription", "/customers/1/x/y", "/invoices/1/x"] {
                let path = format!("{}{path}", mount.prefix());
                check(&house.get(&token, &path).await, 404, unknown);
                check(&house.ask("GET", &path, &[], "").await, 404, unknown);
            }
            for path in ["/organizations", "/invoices"] {
                let path = format!("{}{path}", mount.prefix());
                let reply = house.ask("DELETE", &path, &[], "").await;
                let words = "The HTTP method is not allowed for the requested resource";
                check(&reply, 405, &format!(r#"{{"code":37,"message":"{words}"}}"#));
                assert!(reply.header("allow").is_some_and(|allow| allow.starts_with("GET,HEAD")), "{reply:?}");
            }
        }
        let broken = house.get(&token, "/api/v1/invoices/%ff").await;
        check(&broken, 400, r#"{"code":4000,"message":"The request is malformed."}"#);
        let long = format!("/api/v1/invoices?x={}", "y".repeat(40_000));
        assert_eq!(house.get(&token, &long).await.value()["code"], 4000);
    }

    /// The PyPI client sends `null` as the body of every GET (contract Zoho 4.1).
    async fn bodies_of_gets_are_ignored(db: TestDb) {
        let house = House::build(db).await;
        let token = house.token(&[EVERYTHING], None).await;
        let authorization = format!("Zoho-authtoken {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        for body in ["null", r#"{"query":{"accept":"pdf"}}"#, "{", "\u{0}"] {
            let path = format!("/api/v1/invoices/{PAID}");
            let reply = house.ask("GET", &path, &headers, body).await;
            assert_eq!(reply.status, 200, "{reply:?}");
        }
    }
}
