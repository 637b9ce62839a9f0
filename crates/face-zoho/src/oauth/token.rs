//! `/oauth/v2/token` and `/oauth/v2/token/revoke`. What is wrong with a grant is told with HTTP 200, as Zoho does
//! (contract Zoho 4.2); clients look at `error`, not at the status.

use axum::body::Bytes;
use axum::extract::State;
use billing::Billing;
use billing::oauth::ACCESS_TOKEN_SECONDS;
use billing::oauth::tokens::{ClientProof, CodeProof, Denied, Tokens};
use http::{HeaderMap, Uri};
use http_kit::auth::Presented;
use http_kit::url::ClientUrl;
use http_kit::{Answer, RequestId};

use super::form::Form;
use super::{error, failed, failure_word, json};

/// POST `/token`: parameters in the query, a form, or both.
pub(super) async fn give(
    State(billing): State<Billing>,
    id: RequestId,
    url: ClientUrl,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Some(form) = Form::read(uri.query(), &headers, &body) else { return error(400, "invalid_request") };
    let Some((client_id, client_secret)) = client_of(&form, &headers) else { return denied(Denied::Client) };
    let client = ClientProof { client_id: &client_id, client_secret: &client_secret };
    let told = match form.get("grant_type") {
        Some("authorization_code") => {
            let proof = CodeProof {
                code: form.get("code").unwrap_or_default(),
                redirect_uri: form.get("redirect_uri"),
                verifier: form.get("code_verifier"),
            };
            billing.exchange_code(client, proof, id.as_str()).await
        }
        Some("refresh_token") => {
            billing.refresh_access(client, form.get("refresh_token").unwrap_or_default(), id.as_str()).await
        }
        _ => return error(200, "unsupported_grant_type"),
    };
    match told {
        Ok(Ok(tokens)) => given(&tokens, url.base().as_str()),
        Ok(Err(why)) => denied(why),
        Err(error) => failure(error, &id),
    }
}

/// POST `/token/revoke`: of a refresh token, everything that came of it; of an access token, itself.
pub(super) async fn revoke(
    State(billing): State<Billing>,
    id: RequestId,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let Some(form) = Form::read(uri.query(), &headers, &body) else { return error(400, "invalid_request") };
    match billing.revoke_token(form.get("token").unwrap_or_default(), id.as_str()).await {
        Ok(true) => json(200, |o| {
            o.str("status", "success");
        }),
        // Here Zoho's own pages promise a 400.
        Ok(false) => error(400, "invalid_token"),
        Err(error) => failure(error, &id),
    }
}

/// The client as parameters, which is Zoho's way, or as Basic, which is RFC 6749's and what its libraries do.
fn client_of(form: &Form, headers: &HeaderMap) -> Option<(String, String)> {
    let basic = match Presented::of(headers) {
        Presented::Basic { user, password } => Some((user, password.expose().to_owned())),
        _ => None,
    };
    match (form.get("client_id"), form.get("client_secret"), basic) {
        (Some(id), Some(secret), None) => Some((id.to_owned(), secret.to_owned())),
        (id, secret, Some(basic)) => {
            let is_one = id.is_none_or(|id| id == basic.0) && secret.is_none_or(|secret| secret == basic.1);
            is_one.then_some(basic)
        }
        _ => None,
    }
}

fn given(tokens: &Tokens, api_domain: &str) -> Answer {
    json(200, |o| {
        o.str("access_token", &tokens.access_token);
        if let Some(refresh_token) = &tokens.refresh_token {
            o.str("refresh_token", refresh_token);
        }
        o.str("api_domain", api_domain).str("token_type", "Bearer").int("expires_in", ACCESS_TOKEN_SECONDS);
    })
}

fn denied(why: Denied) -> Answer {
    let word = match why {
        Denied::Client => "invalid_client",
        Denied::Code => "invalid_code",
        Denied::RedirectUri => "invalid_redirect_uri",
    };
    error(200, word)
}

fn failure(told: billing::Error, id: &RequestId) -> Answer {
    let status = failed(told, id);
    error(status, failure_word(status))
}
