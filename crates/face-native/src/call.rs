//! One call of one operation: who asks, for what, with which body.

use crate::Desk;
use crate::answers::{from_stored, to_stored};
use crate::errors::{Fault, of_json};
use crate::routes::{Route, Scope};
use crate::wire::NativeId;
use axum::extract::{FromRequest as _, FromRequestParts as _, RawPathParams, Request};
use axum::response::{IntoResponse as _, Response};
use billing::credentials::AuthError;
use billing::payments::charge::CollectInvoice;
use billing::read::{Collected, Named};
use billing::{ActsFor, Billing, Caller, Error, FaceName, Key, Verb};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use http_kit::auth::Presented;
use http_kit::idempotency::{IdempotencyKey, RequestHash};
use http_kit::json::{self, Limits};
use http_kit::url::ClientUrl;
use http_kit::{Answer, Query, RequestId};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;

/// What a handler gets: the caller is authenticated and holds the scope.
pub(crate) struct Call {
    pub(crate) billing: Billing,
    pub(crate) caller: Caller,
    method: Method,
    url: ClientUrl,
    headers: HeaderMap,
    query: Query,
    path: Vec<(String, String)>,
    body: Bytes,
}

/// Judges the request and runs the operation.
pub(crate) async fn answer(desk: Desk, route: &'static Route, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(request_id) = RequestId::from_request_parts(&mut parts, &()).await;
    let Ok(url) = ClientUrl::from_request_parts(&mut parts, &()).await;
    let path = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(found) => found.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        // A percent-encoding that is no text: the edge words it.
        Err(rejection) => return rejection.into_response(),
    };
    let (method, headers) = (parts.method.clone(), parts.headers.clone());
    let body = match Bytes::from_request(Request::from_parts(parts, body), &()).await {
        Ok(body) => body,
        Err(rejection) => return rejection.into_response(),
    };
    let answered = async {
        let caller = authenticate(&desk, &headers, &request_id).await?;
        permit(route, &caller)?;
        let query = Query::parse(url.query().unwrap_or_default())?;
        check_names(route, &query)?;
        let call = Call { billing: desk.billing.clone(), caller, method, url, headers, query, path, body };
        (route.handle)(call).await
    };
    match answered.await {
        Ok(answer) => answer,
        Err(fault) => fault.into_answer(&request_id),
    }
    .into_response()
}

async fn authenticate(desk: &Desk, headers: &HeaderMap, request_id: &RequestId) -> Result<Caller, Fault> {
    let Presented::Bearer(token) = Presented::of(headers) else {
        return Err(Fault::unauthorized());
    };
    let found = desk.billing.authenticate(FaceName::Native, token.expose(), None, request_id.as_str()).await;
    let caller = found.map_err(|error| match error {
        AuthError::Rejected(_) => Fault::unauthorized(),
        AuthError::Failed(error) => error.into(),
    })?;
    desk.limit(&caller)?;
    Ok(caller)
}

fn permit(route: &Route, caller: &Caller) -> Result<(), Fault> {
    let scope = match route.scope {
        Scope::Any => None,
        Scope::Read | Scope::StaffRead => Some("read"),
        Scope::Write => Some("write"),
    };
    if let Some(scope) = scope
        && !caller.has_scope(scope)
        && !caller.has_scope("*")
    {
        return Err(Fault::lacks_scope(scope));
    }
    match route.scope {
        Scope::StaffRead | Scope::Write if caller.acts_for != ActsFor::Staff => Err(Fault::staff_only()),
        _ => Ok(()),
    }
}

/// A parameter that the operation does not know would be ignored, and its caller misled.
fn check_names(route: &Route, query: &Query) -> Result<(), Fault> {
    for (at, parameter) in query.iter().enumerate() {
        let Some(known) = route.query.iter().find(|known| known.name == parameter.name) else {
            let names: Vec<&str> = route.query.iter().map(|known| known.name).collect();
            let detail = match names.as_slice() {
                [] => "this operation has no query parameters".to_owned(),
                names => format!("known are {}", names.join(", ")),
            };
            return Err(Fault::parameter_as("unknown_parameter", &parameter.name, detail));
        };
        if query.iter().take(at).any(|earlier| earlier.name == known.name) {
            return Err(Fault::parameter_as("repeated_parameter", known.name, "it is given twice".to_owned()));
        }
    }
    Ok(())
}

impl Call {
    /// The value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name)
    }

    /// The id in the path. What is no id of this kind names nothing.
    pub(crate) fn id<T: NativeId>(&self, name: &str) -> Result<T, Fault> {
        let text = self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        T::parse(text).ok_or_else(|| Error::missing(T::WORD, text).into())
    }

    /// An id in a query parameter.
    pub(crate) fn id_parameter<T: NativeId>(&self, name: &str) -> Result<Option<T>, Fault> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        let not_one = || Fault::parameter(name, format!("an id here looks like {}_100200", T::PREFIX));
        T::parse(text).map(Some).ok_or_else(not_one)
    }

    /// The body.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let given = self.headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
        let essence = given.map(|text| text.split(';').next().unwrap_or_default().trim());
        if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
            return Err(Fault::not_json(given));
        }
        self.parse(&self.body)
    }

    /// The body of an operation that needs none.
    pub(crate) fn read_or_default<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        if self.body.is_empty() { self.parse(b"{}") } else { self.read() }
    }

    /// For operations whose whole meaning is in their URL: no body, or an empty object.
    pub(crate) fn no_body(&self) -> Result<(), Fault> {
        let members: BTreeMap<String, IgnoredAny> = self.read_or_default()?;
        match members.keys().next() {
            None => Ok(()),
            Some(name) => {
                let name: String = name.chars().take(100).collect();
                let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                Err(Fault::field(&pointer, "unknown_field", "this operation has no fields"))
            }
        }
    }

    fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Fault> {
        json::read(body, &Limits::default()).map_err(|fault| of_json(&fault).into())
    }

    /// The idempotency key with the hash of what it came with.
    fn key(&self) -> Result<Option<Key>, Fault> {
        let key = IdempotencyKey::of(&self.headers).map_err(Fault::bad_key)?;
        Ok(key.map(|key| {
            let hash = RequestHash::of(self.method.as_str(), self.url.path(), self.url.query(), &self.body);
            let request_hash = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            Key { key: key.as_str().to_owned(), request_hash }
        }))
    }

    /// Runs a verb; with an idempotency key its answer is kept and given again.
    pub(crate) async fn write<V: Verb>(
        &self,
        verb: V,
        to_wire: impl Fn(V::Outcome) -> Answer + Send + Sync + 'static,
    ) -> Result<Answer, Fault> {
        let key = self.key()?;
        let stored = self.billing.answer(&self.caller, key, verb, move |outcome| to_stored(to_wire(outcome))).await?;
        Ok(from_stored(stored))
    }

    /// Charges an invoice through its gateway; with an idempotency key the answer is kept and given again.
    pub(crate) async fn collect(
        &self,
        wish: CollectInvoice,
        to_wire: impl Fn(Named<Collected>) -> Answer + Send + Sync + 'static,
    ) -> Result<Answer, Fault> {
        let key = self.key()?;
        let render = move |collected| to_stored(to_wire(collected));
        Ok(from_stored(self.billing.collect(&self.caller, key, wish, render).await?))
    }
}
