//! One call of one operation: who asks, of which organization, for what.

use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::response::{IntoResponse as _, Response};
use billing::credentials::AuthError;
use billing::{Billing, Caller, FaceName};
use domain::id::TenantId;
use http::HeaderMap;
use http::request::Parts;
use http_kit::auth::Presented;
use http_kit::query::QueryFault;
use http_kit::{Query, RequestId};

use crate::errors::{Failure, Fault};
use crate::mount::Mount;
use crate::routes::Operation;
use crate::wire;

/// The header in which clients name the organization. Airbyte's connector omits it.
pub(crate) const ORGANIZATION_HEADER: &str = "x-com-zoho-subscriptions-organizationid";

/// What a handler gets: the caller is authenticated, holds the scope and belongs to the organization.
pub(crate) struct Call {
    pub billing: Billing,
    pub caller: Caller,
    pub mount: Mount,
    pub headers: HeaderMap,
    pub query: Query,
    /// The path's parameter, decoded; empty for paths without one.
    pub path_id: String,
}

/// Judges the request and runs the operation.
pub(crate) async fn answer(
    billing: Billing,
    mount: Mount,
    operation: &'static Operation,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let request_id = match parts.extensions.get::<RequestId>() {
        Some(known) => known.clone(),
        None => RequestId::of(&parts.headers),
    };
    let path_id = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(found) => found.iter().next().map_or_else(String::new, |(_, value)| value.to_owned()),
        // A percent-encoding that is no text: the edge words it.
        Err(rejection) => return rejection.into_response(),
    };
    let answered = async {
        let call = judge(billing, mount, operation, parts, path_id, &request_id).await?;
        (operation.handle)(call).await
    };
    match answered.await {
        Ok(answer) => answer,
        Err(failure) => failure.into_answer(&request_id),
    }
    .into_response()
}

async fn judge(
    billing: Billing,
    mount: Mount,
    operation: &Operation,
    parts: Parts,
    path_id: String,
    request_id: &RequestId,
) -> Result<Call, Failure> {
    let caller = authenticate(&billing, &parts.headers, request_id).await?;
    if !operation.needs.are_met_by(&caller.scopes) {
        return Err(Fault::unauthorized().into());
    }
    check_organization(&billing, &caller, &parts.headers).await?;
    let query = Query::parse(parts.uri.query().unwrap_or_default()).map_err(|fault| match fault {
        QueryFault::BadPercent { name } | QueryFault::NotText { name } | QueryFault::NotAnInteger { name } => {
            Fault::invalid(&name)
        }
        QueryFault::TooLong | QueryFault::TooMany => Fault::bad_request(fault.to_string()),
    })?;
    Ok(Call { billing, caller, mount, headers: parts.headers, query, path_id })
}

async fn authenticate(billing: &Billing, headers: &HeaderMap, request_id: &RequestId) -> Result<Caller, Failure> {
    let (token, refusal): (_, fn() -> Fault) = match Presented::of(headers) {
        Presented::Bearer(token) | Presented::ZohoOauth(token) => (token, Fault::unauthorized),
        Presented::ZohoAuthtoken(token) => (token, Fault::invalid_authtoken),
        Presented::Basic { .. } | Presented::ChargeOverSignature(_) | Presented::Malformed | Presented::Missing => {
            return Err(Fault::unauthorized().into());
        }
    };
    let found = billing.authenticate(FaceName::Zoho, token.expose(), None, request_id.as_str()).await;
    found.map_err(|error| match error {
        AuthError::Rejected(_) => refusal().into(),
        AuthError::Failed(error) => error.into(),
    })
}

/// Refuses a header that names another organization than the token's. Without one it is the token's own.
async fn check_organization(billing: &Billing, caller: &Caller, headers: &HeaderMap) -> Result<(), Failure> {
    let mut given = headers.get_all(ORGANIZATION_HEADER).iter();
    let text = match (given.next().map(|value| value.to_str().map(str::trim)), given.next()) {
        (None | Some(Ok("")), None) => return Ok(()),
        (Some(Ok(text)), None) => text,
        (first, _) => {
            let text = first.and_then(Result::ok).unwrap_or_default();
            return Err(Fault::foreign_organization(text).into());
        }
    };
    // As everywhere, both ids name it: the native one, and the one that an import kept.
    if text == wire::spell(caller.tenant.0) || text == organization_id(billing, caller).await? {
        return Ok(());
    }
    Err(Fault::foreign_organization(text).into())
}

/// What Zoho's clients call the token's organization.
pub(crate) async fn organization_id(billing: &Billing, caller: &Caller) -> Result<String, billing::Error> {
    let tenant = caller.tenant.0;
    let names = billing.names(caller, vec![tenant]).await?;
    Ok(wire::id_of(&names, TenantId::WORD, tenant))
}
