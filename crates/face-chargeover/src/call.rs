//! One authenticated request: who asks (contract 3.2), what the query says, and the body.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use billing::credentials::{AuthError, Signed};
use billing::{Billing, Caller, FaceName};
use bytes::Bytes;
use http::HeaderMap;
use http_kit::auth::Presented;
use http_kit::limits::PerSecondLimiter;
use http_kit::url::ClientUrl;
use http_kit::{Answer, Query, RequestId};
use std::sync::Arc;

use crate::Settings;
use crate::errors::{self, Fault};

/// What every handler of this face shares.
#[derive(Clone)]
pub(crate) struct Desk {
    pub billing: Billing,
    settings: Settings,
    limiter: Arc<PerSecondLimiter<i64>>,
}

/// Credentials that the rate limiter remembers.
const LIMITED_CREDENTIALS: usize = 100_000;

impl Desk {
    pub(crate) fn new(billing: Billing, settings: Settings) -> Self {
        Self { billing, settings, limiter: Arc::new(PerSecondLimiter::new(LIMITED_CREDENTIALS)) }
    }

    /// Who presents this. A pair of keys, or a signature made with them; nothing else.
    async fn caller(
        &self,
        headers: &HeaderMap,
        url: &ClientUrl,
        body: &[u8],
        request_id: &RequestId,
    ) -> Result<Caller, Fault> {
        let (face, id) = (FaceName::ChargeOver, request_id.as_str());
        let found = match Presented::of(headers) {
            Presented::Missing => return Err(Fault::NoAuthorization),
            Presented::Basic { user, password } => {
                self.billing.authenticate(face, &user, Some(password.expose()), id).await
            }
            Presented::ChargeOverSignature(signature) => {
                let is_known = signature.method.eq_ignore_ascii_case("HMAC-SHA256") && signature.version == "1.0";
                if !is_known {
                    return Err(Fault::NotAccepted);
                }
                let signed = Signed {
                    public_key: &signature.public_key,
                    nonce: &signature.nonce,
                    timestamp: &signature.timestamp.to_string(),
                    signature: signature.signature.expose(),
                    url: &url.full(),
                    body,
                };
                self.billing.authenticate_signed(face, &signed, id).await
            }
            Presented::Bearer(_) | Presented::ZohoOauth(_) | Presented::ZohoAuthtoken(_) | Presented::Malformed => {
                return Err(Fault::NotAccepted);
            }
        };
        found.map_err(|error| match error {
            AuthError::Rejected(_) => Fault::NotAccepted,
            AuthError::Failed(failed) => Fault::Billing(failed),
        })
    }

    fn limit(&self, caller: &Caller) -> Result<(), Fault> {
        let Some(rate) = self.settings.rate else { return Ok(()) };
        let key = caller.credential.map_or(0, i64::from);
        let now = self.billing.now();
        let decision = self.limiter.check(&key, rate, "", now);
        if decision.is_refused {
            let retry_after_seconds = decision.retry_after_seconds(now).unwrap_or(1);
            return Err(Fault::TooMany { retry_after_seconds });
        }
        Ok(())
    }
}

/// An accepted request. As an extractor it refuses in the order of the house: the credential, the rate, then
/// what the query says.
pub(crate) struct Call {
    pub caller: Caller,
    pub query: Query,
    pub request_id: RequestId,
}

impl FromRequest<Desk> for Call {
    type Rejection = Answer;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Answer> {
        let (mut parts, body) = request.into_parts();
        let Ok(request_id) = RequestId::from_request_parts(&mut parts, desk).await;
        let Ok(url) = ClientUrl::from_request_parts(&mut parts, desk).await;
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), desk)
            .await
            .map_err(|_| errors::bad_request("The body could not be read."))?;
        let fail = |fault: Fault| errors::answer(&fault, &request_id);
        let caller = desk.caller(&headers, &url, &body, &request_id).await.map_err(fail)?;
        desk.limit(&caller).map_err(fail)?;
        let query =
            Query::parse(url.query().unwrap_or_default()).map_err(|fault| fail(Fault::parameter("query", fault)))?;
        Ok(Self { caller, query, request_id })
    }
}
