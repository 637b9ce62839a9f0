//! `/oauth/v2`, where Zoho's clients get their tokens (contract Zoho 4.2). On the same host as the API: clients are
//! given one base URL for both.
//!
//! | method, path | is for |
//! |---|---|
//! | GET `/auth` | a browser: shows what a client asks for |
//! | POST `/auth` | its form: approve or deny |
//! | POST `/token` | the client: a code or a refresh token for an access token |
//! | POST `/token/revoke`, `/revoke/token` | whoever holds a token: ends it (Zoho's pages have both paths) |

mod auth;
mod face;
mod form;
mod page;
mod token;

use axum::Router;
use axum::routing::{get, post};
use billing::Billing;
use http_kit::json::{Object, Style, object};
use http_kit::{Answer, Edge, RequestId};

use crate::errors::{CONTENT_TYPE, Failure};

/// Where the endpoints lie.
const PREFIX: &str = "/oauth/v2";

pub(crate) fn mount(billing: &Billing, edge: &Edge) -> Router {
    let routes = Router::new()
        .route("/auth", get(auth::show).post(auth::decide))
        .route("/auth/style.css", get(page::style))
        .route("/token", post(token::give))
        .route("/token/revoke", post(token::revoke))
        .route("/revoke/token", post(token::revoke))
        .with_state(billing.clone());
    http_kit::mount(face::OauthFace, PREFIX, routes, edge)
}

/// An answer of the token endpoint; nobody on its way may keep it (RFC 6749 5.1).
fn json(status: u16, fill: impl FnOnce(&mut Object<'_>)) -> Answer {
    Answer::with_body(status, CONTENT_TYPE, object(Style::COMPACT, fill))
        .header("cache-control", "no-store")
        .header("pragma", "no-cache")
}

fn error(status: u16, word: &str) -> Answer {
    json(status, |o| {
        o.str("error", word);
    })
}

/// What billing could not do, by the status that the face's table of errors has for it.
fn failed(error: billing::Error, request_id: &RequestId) -> u16 {
    Failure::from(error).into_answer(request_id).status
}

/// RFC 6749's word for a status of [`failed`].
fn failure_word(status: u16) -> &'static str {
    match status {
        503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    }
}
