//! Cards, bank accounts, and the charge of an invoice to one of them, as Zoho's clients ask.

use billing::payments::methods::{AddPaymentMethod, MethodFields};
use domain::id::{CustomerId, PaymentMethodId};
use domain::party::Address;
use domain::payment::method::MethodKind;
use serde_json::{Value, json};
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, BOWMAN, assert_shape, zoho_id};
use crate::invoices_desk::Desk;
use crate::payments::{balance, books_are_sound};

/// The seed's ids.
const ACCOUNT: &str = "9030000000000361";
const CARD: &str = "90300000079226";

/// What the seed's `collect` answers.
const COLLECTED: &str = include_str!("../wire/samples/collect.json");

/// What the OpenAPI's `cards` answer.
const LISTED: &str = r#"{"code": 0, "message": "success", "cards": [{"card_id": "90300000079226",
    "customer_id": "9030000005664", "status": "active", "last_four_digits": 2145, "expiry_month": 9, "expiry_year": 2030,
    "payment_gateway": "payflow_pro", "created_time": "2016-06-05T12:30:08-0700",
    "updated_time": "2016-06-05T02:30:08-0700"}]}"#;
const RETRIEVED: &str = r#"{"code": 0, "message": "success", "card": {"customer_id": "9030000005664",
    "card_id": "90300000079226", "last_four_digits": 2145, "expiry_month": 9, "expiry_year": 2030,
    "payment_gateway": "payflow_pro", "first_name": "benjamin", "last_name": "franklin", "street": "12 Harington Bay Street",
    "city": "Salt Lake City", "state": "CA", "zip": "92612", "country": "U.S.A",
    "created_time": "2016-06-05T12:30:08-0700", "updated_time": "2016-06-05T02:30:08-0700"}}"#;
const BANK_ACCOUNT: &str = r#"{"code": 0, "message": "success", "bank_accounts": [{"account_id": "90300000079126",
    "customer_id": "9030000005664", "customer_name": "Bowman Furniture", "gateway": "authorize_net",
    "last_four_digits": 2, "status": "active", "last_modified_time": "2016-06-05T02:30:08-0700",
    "created_time": "2016-06-05T12:30:08-0700", "created_by_id": "9030000067542", "created_by_name": "Benjamin"}]}"#;

async fn method(desk: &Desk, customer: CustomerId, kind: MethodKind, token: &str) -> PaymentMethodId {
    let fields = MethodFields {
        last_four: Some("2145".to_owned()),
        expiry: Some(Some((2030, 9)).filter(|_| kind == MethodKind::Card)),
        first_name: Some("benjamin".to_owned()),
        address: Some(Address {
            line1: "12 Harington Bay Street".to_owned(),
            postcode: "92612".to_owned(),
            ..Address::default()
        }),
        ..MethodFields::default()
    };
    let (gateway, token) = ("sandbox".to_owned(), token.to_owned());
    desk.does(AddPaymentMethod { customer, kind, gateway, token, fields }).await
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: i64) -> String {
    let value = reply.value();
    assert_eq!((reply.status, value["code"].as_i64()), (status, Some(code)), "{reply:?}");
    value["message"].as_str().expect("a message").to_owned()
}

testkit::on_both_databases! {
    async fn an_invoice_is_collected_from_a_bank_account(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let account = method(&desk, house.bowman, MethodKind::BankAccount, "sandbox_ok").await;
        house.name("payment_method", account.0, ACCOUNT).await;
        let path = format!("/invoices/{}/collect", zoho_id(house.partly.0));
        let reply = desk.send("POST", &path, &json!({"account_id": ACCOUNT}).to_string()).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_shape(COLLECTED, &reply.body);
        let told = reply.value();
        assert_eq!(told["message"], "The customer payment has been recorded.");
        let payment = &told["payment"];
        assert_eq!((&payment["amount"], &payment["amount_due"], &payment["status"]), (&json!(50.25), &json!(0), &json!("paid")));
        assert_eq!((&payment["payment_mode"], &payment["customer_id"]), (&json!("autotransaction"), &json!(BOWMAN)));
        assert_eq!(payment["autotransaction"]["account_id"], ACCOUNT);
        assert_eq!((&payment["invoices"][0]["invoice_amount"], &payment["invoices"][0]["amount_applied"]), (&json!(80.5), &json!(50.25)));
        assert_eq!(balance(&desk, house.partly).await, 0);
        let id = payment["payment_id"].as_str().expect("an id");
        let read = desk.send("GET", &format!("/payments/{id}"), "").await.value();
        assert_eq!(read["payment"]["autotransaction"]["gateway_transaction_id"], payment["autotransaction"]["gateway_transaction_id"]);
        assert_eq!(refused(&desk.send("DELETE", &format!("/payments/{id}"), "").await, 400, 4219), "A payment gateway took this payment; refund it instead.");
        books_are_sound(&desk).await;
    }

    async fn a_charge_that_fails_is_told_in_the_gateways_words(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let bad = method(&desk, house.bowman, MethodKind::Card, "sandbox_decline").await;
        let good = method(&desk, house.bowman, MethodKind::Card, "sandbox_ok").await;
        let slow = method(&desk, house.bowman, MethodKind::Card, "sandbox_timeout").await;
        let theirs = method(&desk, house.other, MethodKind::Card, "sandbox_ok").await;
        let path = format!("/invoices/{}/collect", zoho_id(house.sent.0));
        let ask = async |body: Value| desk.send("POST", &path, &body.to_string()).await;
        let card = |method: PaymentMethodId| json!({"card_id": zoho_id(method.0)});

        refused(&ask(json!({})).await, 400, 2);
        refused(&ask(json!({"field1": "value1", "field2": "value2"})).await, 400, 2);
        refused(&ask(json!({"card_id": "x"})).await, 400, 2);
        refused(&ask(json!({"card_id": zoho_id(good.0), "account_id": ACCOUNT})).await, 400, 4000);
        assert_eq!(refused(&ask(json!({"card_id": "12345"})).await, 404, 1002), "Card does not exist.");
        let as_account = json!({"account_id": zoho_id(good.0)});
        assert_eq!(refused(&ask(as_account).await, 404, 1002), "Bank account does not exist.");
        assert_eq!(refused(&ask(card(theirs)).await, 400, 4203), "The card belongs to another customer.");
        assert_eq!(refused(&ask(card(bad)).await, 400, 4217), "The payment was declined by the issuer.");
        assert_eq!(balance(&desk, house.sent).await, 55);

        let pending = ask(card(slow)).await;
        refused(&pending, 504, 4218);
        assert_eq!(pending.header("retry-after"), Some("5"));
        refused(&ask(card(good)).await, 400, 4215);
        house.billing.reconcile_all(None).await.expect("a round");
        assert_eq!(balance(&desk, house.sent).await, 0);
        refused(&ask(card(good)).await, 400, 4208);

        let of = |invoice: domain::id::InvoiceId| format!("/invoices/{}/collect", zoho_id(invoice.0));
        let body = card(good).to_string();
        refused(&desk.send("POST", &of(house.draft), &body).await, 400, 4106);
        refused(&desk.send("POST", &of(house.void), &body).await, 400, 4107);
        refused(&desk.send("POST", "/invoices/12345/collect", &body).await, 404, 1002);
        books_are_sound(&desk).await;
    }

    async fn cards_are_listed_read_and_deleted(db: TestDb) {
        let desk = Desk::open(db).await;
        let house = &desk.house;
        let card = method(&desk, house.bowman, MethodKind::Card, "sandbox_ok").await;
        let account = method(&desk, house.bowman, MethodKind::BankAccount, "sandbox_ok").await;
        house.name("payment_method", card.0, CARD).await;
        let of = format!("/customers/{BOWMAN}/cards");
        let list = desk.send("GET", &of, "").await;
        assert_shape(LISTED, &list.body);
        assert_eq!(list.value()["cards"].as_array().map(Vec::len), Some(1), "a bank account is no card");
        let one = format!("{of}/{CARD}");
        let read = desk.send("GET", &one, "").await;
        assert_eq!((read.status, &read.value()["card"]["last_four_digits"]), (200, &json!(2145)));
        assert_eq!(read.value()["card"]["zip"], 92612, "bare on the seed's mount");
        assert_shape(&RETRIEVED.replace("\"92612\"", "92612"), &read.body);

        let accounts = format!("/customers/{BOWMAN}/bankaccounts");
        let reply = desk.send("GET", &format!("{accounts}/{}", zoho_id(account.0)), "").await;
        assert_shape(BANK_ACCOUNT, &reply.body);
        refused(&desk.send("GET", &format!("{accounts}/{CARD}"), "").await, 404, 1002);

        let other = zoho_id(house.other.0);
        refused(&desk.send("GET", &format!("/customers/{other}/cards/{CARD}"), "").await, 404, 1002);
        refused(&desk.send("DELETE", &format!("/customers/{other}/cards/{CARD}"), "").await, 404, 1002);
        refused(&desk.send("DELETE", &format!("{of}/{}", zoho_id(account.0)), "").await, 404, 1002);
        let gone = desk.send("DELETE", &one, "").await;
        assert_eq!(gone.body, r#"{"code":0,"message":"The credit card has been deleted."}"#);
        assert_eq!(refused(&desk.send("GET", &one, "").await, 404, 1002), "Card does not exist.");
        assert_eq!(desk.send("GET", &of, "").await.value()["cards"], json!([]));
        refused(&desk.send("GET", "/customers/12345/cards", "").await, 404, 1002);
    }
}
