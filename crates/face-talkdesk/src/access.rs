//! Who asks, and for which accounts: the first refusals, in their order.

use crate::{ENTITLEMENT, INVOICES_SCOPE, Shared, errors, wire};
use billing::query::CustomerRef;
use billing::{Caller, Error, FaceName};
use domain::id::{CredentialId, CustomerId};
use http_kit::auth::Presented;
use http_kit::limits::PerSecond;
use http_kit::{Answer, RequestId};
use std::collections::HashMap;

/// Customers per read when a staff credential asks for all of them.
const CHUNK: u32 = 500;

/// A caller that may read here.
pub(crate) struct Admitted {
    pub caller: Caller,
    /// The customers that its credential covers, in id order; `None` for staff, which sees all.
    covered: Option<Vec<CustomerId>>,
}

/// Token, rate, scope, entitlement, in this order.
pub(crate) async fn admit(shared: &Shared, presented: Presented, request: &RequestId) -> Result<Admitted, Answer> {
    let failed = |error| errors::of(error, request);
    let Presented::Bearer(token) = presented else {
        return Err(errors::unauthorized());
    };
    let billing = &shared.billing;
    let caller = billing
        .authenticate(FaceName::Talkdesk, token.expose(), None, request.as_str())
        .await
        .map_err(|error| errors::of_auth(error, request))?;
    let settings = billing.settings(caller.tenant).await.map_err(failed)?;
    if let Some(rate) = rate(&settings) {
        let key = caller.credential.unwrap_or(CredentialId(0));
        let now = billing.now();
        let decision = shared.limiter.check(&key, PerSecond { rate, burst: rate }, "", now);
        if decision.is_refused {
            return Err(errors::too_many(decision.retry_after_seconds(now).unwrap_or(1)));
        }
    }
    if !caller.has_scope(INVOICES_SCOPE) {
        return Err(errors::missing_scope());
    }
    let covered = billing.covered_customers(&caller).await.map_err(failed)?;
    // A credential that covers more than its own customer is a reseller's (contract, "Decided here").
    let is_reseller = covered.as_ref().is_some_and(|covered| covered.len() > 1);
    if is_reseller && !caller.has_entitlement(ENTITLEMENT) {
        return Err(errors::not_entitled());
    }
    Ok(Admitted { caller, covered })
}

/// `talkdesk.requests_per_second`: the vendor publishes no figure, so there is no limit unless one is set.
fn rate(settings: &HashMap<String, String>) -> Option<u32> {
    settings.get("talkdesk.requests_per_second")?.trim().parse().ok().filter(|rate| *rate > 0)
}

/// The customers whose lines are listed: the named ones, or all that the caller covers. One that is unknown
/// or not covered refuses all.
pub(crate) async fn accounts(
    shared: &Shared,
    admitted: &Admitted,
    named: &[String],
    request: &RequestId,
) -> Result<Vec<CustomerId>, Answer> {
    let billing = &shared.billing;
    if named.is_empty() {
        return match &admitted.covered {
            Some(covered) => Ok(covered.clone()),
            None => everybody(shared, &admitted.caller).await.map_err(|error| errors::of(error, request)),
        };
    }
    let mut accounts = Vec::with_capacity(named.len());
    for text in named {
        let which = CustomerRef::Spelled { text: text.clone(), native: wire::unspell_account(text) };
        match billing.resolve_customer(&admitted.caller, &which).await {
            Ok(id) => accounts.push(id),
            Err(error) => return Err(errors::of(error, request)),
        }
    }
    Ok(accounts)
}

async fn everybody(shared: &Shared, caller: &Caller) -> Result<Vec<CustomerId>, Error> {
    let mut all: Vec<CustomerId> = Vec::new();
    loop {
        let after = all.last().map_or(0, |id| id.0);
        let page = shared.billing.customers(caller, after, CHUNK).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page.iter().map(|customer| customer.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        let of = |value: &str| rate(&HashMap::from([("talkdesk.requests_per_second".to_owned(), value.to_owned())]));
        assert_eq!([of("10"), of(" 1 "), of("0"), of("off"), of("-1")], [Some(10), Some(1), None, None, None]);
        assert_eq!(rate(&HashMap::new()), None);
    }
}
