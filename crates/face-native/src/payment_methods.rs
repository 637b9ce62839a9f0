//! `/v1/customers/{customer_id}/payment-methods`: cards and bank accounts that a gateway keeps for a customer.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Nullable, Schema as _, answer, patch, request, texts};
use crate::shapes::{Address, AddressInput};
use crate::wire::{Id, Instant, Word};
use billing::payments::methods::{AddPaymentMethod, MethodFields, RemovePaymentMethod, UpdatePaymentMethod};
use billing::query::CustomerRef;
use billing::read::{MethodRef, MethodView, Named, ThenMethod};
use domain::id::{CustomerId, PaymentMethodId};
use domain::payment::method::{self, Funding, MethodKind, MethodStatus};
use http_kit::Answer;

table! {
    "listPaymentMethods" GET "/v1/customers/{customer_id}/payment-methods" Read
        "Lists what a customer pays with, by id. Removed methods are not there." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<PaymentMethod>::schema),
        handle: list,
    }
    "addPaymentMethod" POST "/v1/customers/{customer_id}/payment-methods" Write
        "Adds a card or bank account by its gateway's token. Card numbers are refused." {
        takes: Takes::Body(NewPaymentMethod::schema),
        gives: Gives::Created(PaymentMethod::schema),
        names: "payment_method_id",
        handle: add,
    }
    "getPaymentMethod" GET "/v1/customers/{customer_id}/payment-methods/{payment_method_id}" Read
        "Reads a payment method." {
        gives: Gives::Object(PaymentMethod::schema),
        names: "payment_method_id",
        handle: get,
    }
    "updatePaymentMethod" PATCH "/v1/customers/{customer_id}/payment-methods/{payment_method_id}" Write
        "Changes what is told of a payment method, or switches it off." {
        takes: Takes::Body(PaymentMethodPatch::schema),
        gives: Gives::Object(PaymentMethod::schema),
        names: "payment_method_id",
        handle: update,
    }
    "removePaymentMethod" DELETE "/v1/customers/{customer_id}/payment-methods/{payment_method_id}" Write
        "Takes a payment method out of use for ever and forgets its token." {
        gives: Gives::Nothing,
        handle: remove,
    }
}

request! {
    /// The last month in which a card is good.
    ExpiryInput {
        /// Four digits.
        year: i64 as texts::expiry_year,
        /// 1 to 12.
        month: i64 as texts::expiry_month,
    } optional {
    }
}

answer! {
    /// The last month in which a card is good.
    Expiry {
        /// Four digits.
        year: i64,
        /// 1 to 12.
        month: i64,
    }
}

request! {
    /// A card or bank account.
    NewPaymentMethod {
        /// Which of the two.
        kind: Word<MethodKind>,
        /// What the gateway knows it by. It is never shown again.
        token: String as texts::line,
    } optional {
        /// The gateway that knows the token; the server's only one unless given.
        gateway: String as texts::short,
        /// The last four digits of its number.
        last_four: String as texts::four_digits,
        /// Such as `visa`, or the bank's name.
        brand: String as texts::short_or_empty,
        /// Where its money is.
        funding: Word<Funding>,
        /// The last month in which a card is good.
        expiry: ExpiryInput,
        /// Its owner's first name.
        first_name: String as texts::line_or_empty,
        /// Its owner's last name.
        last_name: String as texts::line_or_empty,
        /// Its owner's address.
        address: AddressInput,
    }
}

patch! {
    /// Changes of a payment method.
    PaymentMethodPatch {
        /// The gateway's new token of the same card or account.
        token: String as texts::line,
        /// The last four digits of its number.
        last_four: String as texts::four_digits,
        /// Such as `visa`, or the bank's name.
        brand: String as texts::short_or_empty,
        /// Where its money is.
        funding: Nullable<Word<Funding>>,
        /// The last month in which a card is good.
        expiry: Nullable<ExpiryInput>,
        /// Its owner's first name.
        first_name: String as texts::line_or_empty,
        /// Its owner's last name.
        last_name: String as texts::line_or_empty,
        /// Its owner's address.
        address: AddressInput,
        /// Whether it may be charged.
        is_active: bool,
    }
}

answer! {
    /// A card or bank account that a gateway keeps. Its number and token are not here.
    PaymentMethod {
        /// Its id.
        id: Id<PaymentMethodId>,
        /// Whose it is.
        customer_id: Id<CustomerId>,
        /// Card or bank account.
        kind: Word<MethodKind>,
        /// Whether it may be charged; an expired card may, because gateways often know its successor.
        status: Word<MethodStatus>,
        /// The gateway that keeps it.
        gateway: String,
        /// The last four digits of its number, or empty.
        last_four: String,
        /// Such as `visa`, or the bank's name.
        brand: String,
        /// Where its money is.
        funding: Option<Word<Funding>>,
        /// The last month in which a card is good.
        expiry: Option<Expiry>,
        /// Its owner's first name.
        first_name: String,
        /// Its owner's last name.
        last_name: String,
        /// Its owner's address.
        address: Address,
        /// When it was added.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, PaymentMethodId::PREFIX)?;
    let customer = CustomerRef::Id(call.id("customer_id")?);
    let rows = call.billing.payment_methods(&call.caller, &customer, page.after, page.wanted()).await?.value;
    Ok(page.page(rows, |row| row.method.id.0, |row| PaymentMethod::to_wire(&row)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let customer = CustomerRef::Id(call.id("customer_id")?);
    let which = MethodRef::Id(call.id("payment_method_id")?);
    Ok(read_back(call.billing.payment_method(&call.caller, Some(&customer), &which).await?))
}

async fn add(call: Call) -> Result<Answer, Fault> {
    let customer = call.id("customer_id")?;
    let only = call.billing.gateways().only().unwrap_or_default().to_owned();
    let verb = call.read::<NewPaymentMethod>()?.from_wire(customer, only);
    call.write(ThenMethod(verb), |view| {
        let method = &view.value.method;
        let location = format!("/v1/customers/{}/payment-methods/{}", method.customer_id, method.id);
        created(location, &PaymentMethod::to_wire(&view.value))
    })
    .await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let (customer, method) = (call.id("customer_id")?, call.id("payment_method_id")?);
    let fields = call.read::<PaymentMethodPatch>()?.from_wire();
    call.write(ThenMethod(UpdatePaymentMethod { method, of: Some(customer), fields }), read_back).await
}

async fn remove(call: Call) -> Result<Answer, Fault> {
    let (customer, method) = (call.id("customer_id")?, call.id("payment_method_id")?);
    call.write(RemovePaymentMethod { method, of: Some(customer), kind: None }, |_| nothing()).await
}

fn read_back(view: Named<MethodView>) -> Answer {
    json(200, &PaymentMethod::to_wire(&view.value))
}

impl ExpiryInput {
    fn from_wire(self) -> (i64, i64) {
        (self.year, self.month)
    }
}

impl NewPaymentMethod {
    fn from_wire(self, customer: CustomerId, only_gateway: String) -> AddPaymentMethod {
        AddPaymentMethod {
            customer,
            kind: self.kind.0,
            gateway: self.gateway.unwrap_or(only_gateway),
            token: self.token,
            fields: MethodFields {
                token: None,
                last_four: self.last_four,
                brand: self.brand,
                funding: self.funding.map(|word| Some(word.0)),
                expiry: self.expiry.map(|expiry| Some(expiry.from_wire())),
                first_name: self.first_name,
                last_name: self.last_name,
                address: self.address.map(AddressInput::from_wire),
                is_active: None,
            },
        }
    }
}

impl PaymentMethodPatch {
    fn from_wire(self) -> MethodFields {
        MethodFields {
            token: self.token,
            last_four: self.last_four,
            brand: self.brand,
            funding: self.funding.map(|funding| funding.0.map(|word| word.0)),
            expiry: self.expiry.map(|expiry| expiry.0.map(ExpiryInput::from_wire)),
            first_name: self.first_name,
            last_name: self.last_name,
            address: self.address.map(AddressInput::from_wire),
            is_active: self.is_active,
        }
    }
}

impl PaymentMethod {
    fn to_wire(view: &MethodView) -> Self {
        let method = &view.method;
        let expiry = |expiry: method::Expiry| Expiry { year: expiry.year.into(), month: expiry.month.into() };
        Self {
            id: Id(method.id),
            customer_id: Id(method.customer_id),
            kind: Word(method.kind),
            status: Word(view.status),
            gateway: method.gateway.clone(),
            last_four: method.last_four.clone(),
            brand: method.brand.clone(),
            funding: method.funding.map(Word),
            expiry: method.expiry.map(expiry),
            first_name: method.first_name.clone(),
            last_name: method.last_name.clone(),
            address: Address::to_wire(&method.address),
            created_at: Instant(method.created_at),
            updated_at: Instant(method.updated_at),
        }
    }
}
