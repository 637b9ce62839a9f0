//! Adds, changes and removes what a customer pays with. Only a gateway's token is kept; a card's number is refused
//! wherever it stands.

use crate::Error;
use crate::check;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{CustomerId, PaymentMethodId};
use domain::party::Address;
use domain::payment::method::{Expiry, Funding, MethodKind, PaymentMethod};
use serde_json::json;

/// What is told of a method; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct MethodFields {
    /// The gateway's new token of the same card or account.
    pub token: Option<String>,
    /// Four digits, or empty.
    pub last_four: Option<String>,
    pub brand: Option<String>,
    pub funding: Option<Option<Funding>>,
    /// Year and month.
    pub expiry: Option<Option<(i64, i64)>>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub address: Option<Address>,
    pub is_active: Option<bool>,
}

impl MethodFields {
    fn write_to(&self, method: &mut PaymentMethod) -> Result<Vec<&'static str>, Refusal> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if let Some(value) = &self.$field {
                    if method.$field != *value {
                        changed.push(stringify!($field));
                    }
                    method.$field = value.clone();
                }
            )*};
        }
        take!(token, last_four, brand, funding, first_name, last_name, address, is_active);
        if let Some(expiry) = self.expiry {
            let expiry = expiry.map(|(year, month)| Expiry::new(year, month)).transpose()?;
            if method.expiry != expiry {
                changed.push("expiry");
            }
            method.expiry = expiry;
        }
        Ok(changed)
    }
}

fn check_method(method: &PaymentMethod) -> Result<(), Refusal> {
    if method.gateway.trim().is_empty() {
        return Err(Refusal::GatewayMissing { gateway: String::new() });
    }
    check::optional(&method.gateway, "gateway", check::SHORT)?;
    check::required(&method.token, "token", check::LINE)?;
    let digits = method.last_four.as_str();
    if !digits.is_empty() && (digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        // More than four digits may be the whole number.
        check::optional(digits, "last four digits", check::SHORT)?;
        return Err(Refusal::Invalid { what: "last four digits" });
    }
    check::optional(&method.brand, "brand", check::SHORT)?;
    check::optional(&method.first_name, "first name", check::LINE)?;
    check::optional(&method.last_name, "last name", check::LINE)?;
    check::address(&method.address, "address")
}

/// Adds a card or bank account that a gateway keeps.
#[derive(Clone, Debug)]
pub struct AddPaymentMethod {
    pub customer: CustomerId,
    pub kind: MethodKind,
    /// The gateway that knows the token; see [`Gateways::only`](crate::ports::Gateways::only). Without one the verb
    /// refuses with `GatewayMissing`.
    pub gateway: String,
    pub token: String,
    pub fields: MethodFields,
}

impl Verb for AddPaymentMethod {
    type Outcome = PaymentMethodId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentMethodId, Error> {
        let customer = super::record::customer(cx, self.customer).await?;
        let mut method = PaymentMethod {
            id: cx.id(PaymentMethodId)?,
            customer_id: customer.id,
            kind: self.kind,
            gateway: self.gateway.clone(),
            token: self.token.clone(),
            last_four: String::new(),
            brand: String::new(),
            funding: None,
            expiry: None,
            first_name: String::new(),
            last_name: String::new(),
            address: Address::default(),
            is_active: true,
            removed_at: None,
            created_by: cx.caller.actor.clone(),
            created_by_id: cx.caller.credential,
            created_at: cx.now,
            updated_at: cx.now,
        };
        self.fields.write_to(&mut method)?;
        check_method(&method)?;
        store::payment_methods::insert(cx.tx, &method).await?;
        let detail = json!({"customer_id": customer.id.to_string(), "kind": method.kind.word()});
        cx.change.record("payment_method.added", PaymentMethodId::WORD, method.id.0, "added", detail);
        Ok(method.id)
    }
}

/// Changes what is told of a method: a card that was renewed, an address, whether it may be charged.
#[derive(Clone, Debug)]
pub struct UpdatePaymentMethod {
    pub method: PaymentMethodId,
    /// Only a method of this customer.
    pub of: Option<CustomerId>,
    pub fields: MethodFields,
}

impl Verb for UpdatePaymentMethod {
    type Outcome = PaymentMethodId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentMethodId, Error> {
        let mut method = lock(cx, self.method, self.of).await?;
        let changed = self.fields.write_to(&mut method)?;
        check_method(&method)?;
        method.updated_at = cx.now;
        store::payment_methods::update(cx.tx, &method).await?;
        let detail = json!({"fields": changed});
        cx.change.record("payment_method.updated", PaymentMethodId::WORD, method.id.0, "updated", detail);
        Ok(method.id)
    }
}

/// Takes a method out of use for ever and forgets its token. A charge that is under way still ends.
#[derive(Clone, Copy, Debug)]
pub struct RemovePaymentMethod {
    pub method: PaymentMethodId,
    /// Only a method of this customer.
    pub of: Option<CustomerId>,
    /// Only a card, or only a bank account.
    pub kind: Option<MethodKind>,
}

impl Verb for RemovePaymentMethod {
    type Outcome = PaymentMethodId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<PaymentMethodId, Error> {
        let mut method = lock(cx, self.method, self.of).await?;
        if self.kind.is_some_and(|kind| kind != method.kind) {
            return Err(Error::missing(PaymentMethodId::WORD, method.id));
        }
        method.remove(cx.now);
        store::payment_methods::update(cx.tx, &method).await?;
        cx.change.record("payment_method.removed", PaymentMethodId::WORD, method.id.0, "removed", json!({}));
        Ok(method.id)
    }
}

/// A removed method is not there any more.
async fn lock(cx: &mut Cx<'_, '_>, id: PaymentMethodId, of: Option<CustomerId>) -> Result<PaymentMethod, Error> {
    let found = store::payment_methods::lock(cx.tx, id).await?;
    let found = found.filter(|method| method.removed_at.is_none());
    let found = found.filter(|method| of.is_none_or(|customer| customer == method.customer_id));
    match (found, of) {
        (Some(method), _) => Ok(method),
        // Of a path's two objects the first that is not there is named.
        (None, Some(customer)) if store::customers::load(cx.tx, customer).await?.is_none() => {
            Err(Error::missing(CustomerId::WORD, customer))
        }
        (None, _) => Err(Error::missing(PaymentMethodId::WORD, id)),
    }
}
