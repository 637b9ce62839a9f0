//! Who asks, and for which account: the first refusals, in their order.

use crate::settings::Settings;
use crate::{errors, wire};
use billing::query::CustomerRef;
use billing::{Billing, Caller, FaceName};
use domain::party::{Customer, ServiceLevel};
use http_kit::auth::Presented;
use http_kit::{Answer, RequestId};

/// The classic scope, and the one that a refusal names.
pub(crate) const SCOPE: &str = "billing:master";

/// Any of these will do (contract 1.3: the granular ones are what newer clients carry).
const ACCEPTED: [&str; 5] = [
    SCOPE,
    "billing:read:list_invoices:admin",
    "billing:read:list_invoices:master",
    "billing:read:invoice:admin",
    "billing:read:invoice:master",
];

/// What a caller writes for its own account.
const OWN: &str = "me";

/// A caller that got as far as its account.
pub(crate) struct Admitted {
    pub caller: Caller,
    pub settings: Settings,
    pub account: Customer,
    /// The account as the path names it; billing resolves it again in the snapshot of the read.
    pub account_ref: CustomerRef,
}

/// Token, scope, account, service level, in this order.
pub(crate) async fn admit(
    billing: &Billing,
    presented: Presented,
    account: &str,
    request: &RequestId,
) -> Result<Admitted, Answer> {
    let Presented::Bearer(token) = presented else {
        return Err(errors::invalid_token());
    };
    let caller = billing
        .authenticate(FaceName::Zoom, token.expose(), None, request.as_str())
        .await
        .map_err(|error| errors::of_auth(error, request))?;
    if !ACCEPTED.iter().any(|scope| caller.has_scope(scope)) {
        return Err(errors::missing_scope());
    }
    let account_ref = match account {
        OWN => CustomerRef::Own,
        text => CustomerRef::Spelled { text: text.to_owned(), native: wire::unspell_account(text) },
    };
    let found = billing.customer(&caller, &account_ref).await;
    let account = found.map_err(|error| errors::of(error, request))?.value.customer;
    let settings = billing.settings(caller.tenant).await.map_err(|error| errors::of(error, request))?;
    let settings = Settings::of(&settings);
    if account.service_level == ServiceLevel::Free && settings.refuses_free_accounts {
        return Err(errors::free_account());
    }
    Ok(Admitted { caller, settings, account, account_ref })
}
