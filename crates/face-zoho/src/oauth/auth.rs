//! `/oauth/v2/auth`: a client sends a browser here, a person approves or denies, the browser goes back with a code.

use axum::body::Bytes;
use axum::extract::State;
use billing::Billing;
use billing::oauth::clients::KnownClient;
use billing::oauth::consent::{AuthorizationRequest, NotApproved};
use billing::oauth::pkce::Challenge;
use http::{HeaderMap, Uri};
use http_kit::url::ClientUrl;
use http_kit::{Answer, RequestId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::form::Form;
use super::{failed, failure_word, page};
use crate::scopes;

/// Bytes of a client's `state`.
const LONGEST_STATE: usize = 2_000;
/// What a value in a query may hold as it is (RFC 3986 2.3).
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// GET: shows what is asked for.
///
/// A request whose client or redirect URI is not known is answered here; nothing is sent to an address that nobody
/// registered. Every other fault is the client's to know and travels there (RFC 6749 4.1.2.1).
pub(super) async fn show(State(billing): State<Billing>, id: RequestId, uri: Uri) -> Answer {
    let Some(form) = Form::read(uri.query(), &HeaderMap::new(), b"") else {
        return page::problem(400, "invalid_request", "The address of this page is malformed.");
    };
    let client = match billing.oauth_client(form.get("client_id").unwrap_or_default()).await {
        Ok(Some(client)) => client,
        Ok(None) => {
            return page::problem(
                400,
                "invalid_client",
                "The application that sent you here is not known, or not any more.",
            );
        }
        Err(error) => return failure(error, &id),
    };
    let Some(redirect_uri) = form.get("redirect_uri").filter(|uri| client.redirects_to(uri)) else {
        let text = "The application wants the answer to be sent to an address that was not registered for it.";
        return page::problem(400, "invalid_redirect_uri", text);
    };
    match asked(&client, redirect_uri, &form) {
        Ok(request) => ask(&billing, &client, &request, None),
        Err(word) => {
            let state = form.get("state").filter(|state| is_state(state));
            back(302, redirect_uri, &[("error", Some(word)), ("state", state)])
        }
    }
}

/// Judges what the client asks for, in RFC 6749's words.
fn asked(client: &KnownClient, redirect_uri: &str, form: &Form) -> Result<AuthorizationRequest, &'static str> {
    if form.get("response_type") != Some("code") {
        return Err("unsupported_response_type");
    }
    let state = form.get("state");
    if !state.is_none_or(is_state) {
        return Err("invalid_request");
    }
    let wanted = scopes::parse(form.get("scope").unwrap_or_default()).map_err(|_| "invalid_scope")?;
    if !scopes::cover_all(client.scopes(), &wanted) {
        return Err("invalid_scope");
    }
    let is_offline = match form.get("access_type").map(str::to_ascii_lowercase).as_deref() {
        Some("offline") => true,
        None | Some("online") => false,
        Some(_) => return Err("invalid_request"),
    };
    // `prompt=consent` is what happens anyway: without a session nobody's yes is remembered.
    let challenge = Challenge::read(form.get("code_challenge"), form.get("code_challenge_method"))
        .map_err(|_| "invalid_request")?;
    Ok(AuthorizationRequest {
        redirect_uri: redirect_uri.to_owned(),
        scopes: wanted,
        state: state.map(str::to_owned),
        is_offline,
        challenge,
    })
}

fn is_state(state: &str) -> bool {
    state.len() <= LONGEST_STATE && !state.chars().any(char::is_control)
}

fn ask(billing: &Billing, client: &KnownClient, request: &AuthorizationRequest, alert: Option<&str>) -> Answer {
    page::consent(&page::Consent {
        client: client.name(),
        scopes: &request.scopes,
        is_offline: request.is_offline,
        redirect_uri: &request.redirect_uri,
        request: &client.sign(request, billing.now()),
        alert,
    })
}

/// POST: the person's answer.
pub(super) async fn decide(
    State(billing): State<Billing>,
    id: RequestId,
    url: ClientUrl,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    // The form comes in the body only: a token in a URL would be kept by histories and logs.
    let Some(form) = Form::read(None, &headers, &body) else {
        return page::problem(400, "invalid_request", "The form is malformed.");
    };
    let (client, request) = match billing.read_consent(form.get("request").unwrap_or_default()).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            let text =
                "This page is too old, or the application is not known any more. Begin again in the application.";
            return page::problem(400, "invalid_request", text);
        }
        Err(error) => return failure(error, &id),
    };
    let (redirect_uri, state) = (request.redirect_uri.clone(), request.state.clone());
    if form.get("decision") != Some("approve") {
        return back(303, &redirect_uri, &[("error", Some("access_denied")), ("state", state.as_deref())]);
    }
    let token = form.get("token").unwrap_or_default().trim();
    let needs = scopes::native_needs(&request.scopes);
    match billing.approve(&client, request.clone(), token, &needs, id.as_str()).await {
        Ok(Ok(issued)) => {
            // Zoho's clients learn from `accounts-server` where to change the code.
            let server = url.base().to_string();
            let parameters = [
                ("state", state.as_deref()),
                ("code", Some(issued.code.as_str())),
                ("accounts-server", Some(server.as_str())),
            ];
            back(303, &redirect_uri, &parameters)
        }
        Ok(Err(NotApproved::Token)) => {
            let why = "This is no valid native token of this organization's staff.";
            ask(&billing, &client, &request, Some(why))
        }
        Ok(Err(NotApproved::Lacks(scope))) => {
            let why = format!("This token lacks the scope \u{201c}{scope}\u{201d}, so it cannot approve this.");
            ask(&billing, &client, &request, Some(&why))
        }
        Err(error) => failure(error, &id),
    }
}

fn failure(error: billing::Error, id: &RequestId) -> Answer {
    let status = failed(error, id);
    page::problem(status, failure_word(status), "This did not work now. Please try again in a moment.")
}

/// Sends the browser back to the client.
fn back(status: u16, redirect_uri: &str, parameters: &[(&str, Option<&str>)]) -> Answer {
    let mut location = redirect_uri.to_owned();
    let mut mark = if redirect_uri.contains('?') { '&' } else { '?' };
    for (name, value) in parameters {
        let Some(value) = value else { continue };
        location.push(mark);
        location.push_str(&format!("{name}={}", utf8_percent_encode(value, IN_QUERY)));
        mark = '&';
    }
    Answer::new(status)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
}
