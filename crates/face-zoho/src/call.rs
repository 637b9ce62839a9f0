//! One call of one operation: who asks, of which organization, for what, with which body.

use std::future::Future;
use std::pin::Pin;

use axum::extract::{FromRequest as _, FromRequestParts as _, RawPathParams, Request};
use axum::response::{IntoResponse as _, Response};
use billing::credentials::AuthError;
use billing::payments::charge::CollectInvoice;
use billing::read::{Collected, Named, Spelled};
use billing::{Billing, Caller, FaceName, Key, Verb};
use bytes::Bytes;
use domain::id::{Id, TenantId};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Uri};
use http_kit::auth::Presented;
use http_kit::idempotency::{IdempotencyKey, RequestHash};
use http_kit::json::{self, JsonFault, JsonFaultKind, Limits};
use http_kit::query::QueryFault;
use http_kit::{Answer, Query, RequestId};
use serde::de::DeserializeOwned;

use crate::errors::{Failure, Fault};
use crate::limits::CallLimits;
use crate::mount::Mount;
use crate::routes::Operation;
use crate::{stored, wire};

/// The header in which clients name the organization. Airbyte's connector omits it.
pub(crate) const ORGANIZATION_HEADER: &str = "x-com-zoho-subscriptions-organizationid";

/// A write on its way; see [`Call::write`].
pub(crate) type Writing<'c> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'c>>;

/// What a handler gets: the caller is authenticated, holds the scope and belongs to the organization.
pub(crate) struct Call {
    pub billing: Billing,
    pub caller: Caller,
    pub mount: Mount,
    pub headers: HeaderMap,
    pub query: Query,
    /// The path's parameters, decoded, with their names.
    path: Vec<(String, String)>,
    method: Method,
    uri: Uri,
    pub body: Bytes,
}

/// Judges the request and runs the operation.
pub(crate) async fn answer(
    billing: Billing,
    limits: CallLimits,
    mount: Mount,
    operation: &'static Operation,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let request_id = match parts.extensions.get::<RequestId>() {
        Some(known) => known.clone(),
        None => RequestId::of(&parts.headers),
    };
    let path = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(found) => found.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        // A percent-encoding that is no text: the edge words it.
        Err(rejection) => return rejection.into_response(),
    };
    let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let body = match Bytes::from_request(Request::from_parts(parts, body), &()).await {
        Ok(body) => body,
        Err(rejection) => return rejection.into_response(),
    };
    let answered = async {
        let caller = authenticate(&billing, &headers, &request_id).await?;
        if !operation.needs.are_met_by(&caller.scopes) {
            return Err(Fault::unauthorized().into());
        }
        check_organization(&billing, &caller, &headers).await?;
        // In process until the answer is made.
        let _pass = limits.admit(&billing, caller.tenant).await?;
        let query = Query::parse(uri.query().unwrap_or_default()).map_err(of_query)?;
        let call = Call { billing, caller, mount, headers, query, path, method, uri, body };
        (operation.handle)(call).await
    };
    match answered.await {
        Ok(answer) => answer,
        Err(failure) => failure.into_answer(&request_id),
    }
    .into_response()
}

fn of_query(fault: QueryFault) -> Fault {
    match fault {
        QueryFault::BadPercent { name } | QueryFault::NotText { name } | QueryFault::NotAnInteger { name } => {
            Fault::invalid(&name)
        }
        QueryFault::TooLong | QueryFault::TooMany => Fault::bad_request(fault.to_string()),
    }
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

impl Call {
    /// The text of a parameter of the path; empty when the path has none of that name.
    pub fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The object that a parameter of the path names. What is no id at all, or names nothing, is missing;
    /// whether the object is there is found by the verb or read that follows.
    pub async fn path_id<T: Id>(&self, name: &str) -> Result<T, Failure> {
        let text = self.path(name);
        let missing = || billing::Error::missing(T::WORD, text);
        if !wire::is_id(text) {
            return Err(missing().into());
        }
        let found = self.native_ids(vec![spelled::<T>(text)]).await?;
        let id = found.into_iter().next().flatten().map(T::of);
        id.ok_or_else(|| missing().into())
    }

    /// The object that a field of the body (or a parameter of the query) names. A text that is no id is an
    /// invalid value of the field; one that names nothing is missing.
    pub async fn field_id<T: Id>(&self, field: &str, text: &str) -> Result<T, Failure> {
        if !wire::is_id(text.trim()) {
            return Err(Fault::invalid(field).into());
        }
        let found = self.native_ids(vec![spelled::<T>(text.trim())]).await?;
        let id = found.into_iter().next().flatten().map(T::of);
        id.ok_or_else(|| billing::Error::missing(T::WORD, text).into())
    }

    /// The native ids of many texts, in their order, by one query. See [`spelled`].
    pub async fn native_ids(&self, asked: Vec<Spelled>) -> Result<Vec<Option<i64>>, Failure> {
        Ok(self.billing.native_ids(&self.caller, asked).await?)
    }

    /// The body. Fields that Zoho does not know are passed over, as Zoho does.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let body = self.json_body()?;
        json::read(&body, &Limits::default()).map_err(|fault| of_json(&fault))
    }

    /// The body of an operation that needs none: absent, `null` (the PyPI client) or an object.
    pub fn read_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, Fault> {
        match self.body.trim_ascii() {
            b"" | b"null" => Ok(T::default()),
            _ => self.read(),
        }
    }

    /// JSON as the body, or as the form field `JSONString`, in which Zoho's older clients send it.
    fn json_body(&self) -> Result<Bytes, Fault> {
        let essence = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = essence.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Ok(self.body.clone());
        }
        // curl -d says "form" of any body: Zoho's own samples send JSON so.
        if self.body.trim_ascii().first().is_some_and(|first| matches!(first, b'{' | b'[')) {
            return Ok(self.body.clone());
        }
        let form = std::str::from_utf8(&self.body).map_err(|_| Fault::bad_request("the form is not UTF-8"))?;
        let form = Query::parse(form).map_err(of_query)?;
        let text = form.get("JSONString").ok_or_else(|| Fault::invalid("JSONString"))?;
        Ok(Bytes::copy_from_slice(text.as_bytes()))
    }

    /// The idempotency key with the hash of what it came with.
    pub fn key(&self) -> Result<Option<Key>, Fault> {
        let key = IdempotencyKey::of(&self.headers).map_err(|_| Fault::invalid("Idempotency-Key"))?;
        Ok(key.map(|key| {
            let hash = RequestHash::of(self.method.as_str(), self.uri.path(), self.uri.query(), &self.body);
            let request_hash = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            Key { key: key.as_str().to_owned(), request_hash }
        }))
    }

    /// Runs a verb; with an idempotency key its answer is kept and given again. `to_wire` is pure.
    pub fn write<V: Verb>(
        &self,
        verb: V,
        to_wire: impl Fn(V::Outcome) -> Answer + Send + Sync + 'static,
    ) -> Writing<'_> {
        // Boxed here: a handler's own future then holds no closure, whose 'static borrows the compiler cannot see
        // to be Send from there.
        let render = move |outcome| stored::from_answer(to_wire(outcome));
        Box::pin(async move {
            let key = self.key()?;
            Ok(stored::to_answer(self.billing.answer(&self.caller, key, verb, render).await?))
        })
    }

    /// Charges an invoice through its gateway; with an idempotency key its answer is kept and given again.
    pub async fn collect(
        &self,
        wish: CollectInvoice,
        to_wire: impl Fn(Named<Collected>) -> Answer + Send + Sync + 'static,
    ) -> Result<Answer, Failure> {
        let key = self.key()?;
        let render = move |collected| stored::from_answer(to_wire(collected));
        Ok(stored::to_answer(self.billing.collect(&self.caller, key, wish, render).await?))
    }
}

/// A text that names an object of this kind.
pub(crate) fn spelled<T: Id>(text: &str) -> Spelled {
    Spelled { kind: T::WORD, text: text.to_owned(), native: wire::unspell(text) }
}

/// A fault of the body in Zoho's words: the field where there is one.
fn of_json(fault: &JsonFault) -> Fault {
    let field = fault.path.rsplit('/').find(|part| !part.is_empty() && part.parse::<usize>().is_err());
    match (&fault.kind, field) {
        // serde tells a missing field by its name in the words.
        (JsonFaultKind::Shape(words), _) if words.starts_with("missing field") => {
            Fault::invalid(words.split('`').nth(1).unwrap_or("body"))
        }
        (JsonFaultKind::Shape(_), Some(field)) => Fault::invalid(field),
        _ => Fault::bad_request(fault.to_string()),
    }
}
