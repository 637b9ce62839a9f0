//! What lies beside the native API under no vendor's prefix: the index, health, readiness and the test clock. Its
//! errors are problem documents (RFC 9457), as the native face's are.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::routing::get;
use billing::parties::tenants::MoveBusinessClock;
use billing::{Billing, Caller};
use domain::id::{TenantId, parse_digits};
use http_kit::server::Peer;
use http_kit::{Answer, Edge, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::SchemaStatus;

use crate::faces;

/// How long the database may take to say that it is there.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Desk {
    billing: Billing,
    edge: Edge,
    has_test_clock: bool,
}

/// The routes outside of all prefixes.
pub fn routes(billing: Billing, edge: &Edge, has_test_clock: bool) -> Router {
    let desk = Desk { billing, edge: edge.clone(), has_test_clock };
    Router::new()
        .route("/", get(index))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/_test/clock", get(read_clock).post(move_clock))
        .with_state(desk)
}

/// Where things are, for whoever opens the base URL.
async fn index() -> Answer {
    let faces: Vec<serde_json::Value> = faces::all()
        .iter()
        .map(|face| json!({"face": face.name.word(), "about": face.about, "prefixes": face.prefixes}))
        .collect();
    answer(200, &json!({"name": "Billwright", "faces": faces, "health": "/healthz", "ready": "/readyz"}))
}

/// The process answers.
async fn healthz() -> Answer {
    answer(200, &json!({"status": "ok"}))
}

/// The database answers and has this program's schema.
async fn readyz(State(desk): State<Desk>) -> Answer {
    let asked = tokio::time::timeout(READY_TIMEOUT, desk.billing.db().schema_status()).await;
    let (is_ready, database, schema) = match asked {
        Ok(Ok(SchemaStatus::Current { version })) => (true, "ok", json!(version)),
        Ok(Ok(SchemaStatus::Pending { version, .. })) => (false, "migrations are pending", json!(version)),
        Ok(Ok(SchemaStatus::Newer { found, .. })) => (false, "migrated by a newer program", json!(found)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (false, "the database failed", json!(null))
        }
        Err(_) => (false, "the database does not answer in time", json!(null)),
    };
    let status = if is_ready { "ready" } else { "not ready" };
    let body = json!({"status": status, "database": database, "schema_version": schema});
    match is_ready {
        true => answer(200, &body),
        false => answer(503, &body).header("retry-after", "1"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    tenant: serde_json::Value,
    to: String,
}

/// Moves the business clock of a tenant forward: `{"tenant": "ten_100200", "to": "2027-01-31T09:00:00Z"}`.
async fn move_clock(State(desk): State<Desk>, request: Request) -> Answer {
    if let Err(refusal) = admit(&desk, &request) {
        return refusal;
    }
    // The edge has read it already, within its limits.
    let Ok(body) = Bytes::from_request(request, &()).await else {
        return problem(400, "invalid_body", "The body cannot be read.");
    };
    let wanted: MoveClock = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => return problem(400, "invalid_body", format!("The body is not {{tenant, to}}: {error}.")),
    };
    let tenant = match &wanted.tenant {
        serde_json::Value::Number(number) => tenant_id(&number.to_string()),
        serde_json::Value::String(text) => tenant_id(text),
        _ => None,
    };
    let Some(tenant) = tenant else {
        return problem(400, "invalid_tenant", "A tenant looks like ten_100200.");
    };
    let Ok(to) = wanted.to.parse::<Timestamp>() else {
        return problem(400, "invalid_instant", "An instant looks like 2027-01-31T09:00:00Z.");
    };
    if let Err(error) = desk.billing.tenant(tenant).await {
        return of(error);
    }
    match desk.billing.perform(&Caller::system(tenant), MoveBusinessClock { to }).await {
        Ok(()) => clock_of(&desk, tenant).await,
        Err(billing::Error::Refused(refusal)) => {
            problem(422, "clock_moves_forward_only", format!("The business clock did not move: {refusal}."))
        }
        Err(error) => of(error),
    }
}

/// Tells the business clock of a tenant: `?tenant=ten_100200`.
async fn read_clock(State(desk): State<Desk>, request: Request) -> Answer {
    if let Err(refusal) = admit(&desk, &request) {
        return refusal;
    }
    let query = Query::parse(request.uri().query().unwrap_or_default());
    match query.ok().and_then(|query| query.get("tenant").and_then(tenant_id)) {
        Some(tenant) => clock_of(&desk, tenant).await,
        None => problem(400, "invalid_tenant", "Say which: ?tenant=ten_100200."),
    }
}

async fn clock_of(desk: &Desk, tenant: TenantId) -> Answer {
    match desk.billing.tenant(tenant).await {
        Ok(tenant) => {
            let now = tenant.business_at.unwrap_or_else(|| desk.billing.now());
            let body = ClockBody {
                tenant: tenant.id.to_string(),
                business_at: now.to_string(),
                is_moved: tenant.business_at.is_some(),
            };
            answer(200, &body)
        }
        Err(error) => of(error),
    }
}

#[derive(Serialize)]
struct ClockBody {
    tenant: String,
    business_at: String,
    /// False: it follows the system clock.
    is_moved: bool,
}

/// The test clock asks for no credential, so it is there only when the server was started for it, and only
/// for this machine.
fn admit(desk: &Desk, request: &Request) -> Result<(), Answer> {
    if !desk.has_test_clock {
        let detail = "The business clock can be moved only on a server that was started with --test-clock.";
        return Err(problem(403, "no_test_clock", detail));
    }
    let public = &desk.edge.config().public_url;
    let peer = request.extensions().get::<Peer>();
    if peer.is_some_and(|peer| !public.client_ip(request.headers(), peer).is_loopback()) {
        return Err(problem(403, "not_local", "The test clock is moved from the server's own machine only."));
    }
    Ok(())
}

fn tenant_id(text: &str) -> Option<TenantId> {
    TenantId::parse(text).or_else(|| parse_digits(text).map(TenantId))
}

fn of(error: billing::Error) -> Answer {
    use billing::Error;
    match error {
        Error::Missing { kind, given } => problem(404, "not_found", format!("There is no {kind} {given}.")),
        Error::Refused(refusal) => problem(422, "refused", format!("Refused: {refusal}.")),
        Error::Conflict { what } => problem(409, "conflict", format!("Conflict: {what}.")),
        Error::KeyReused => problem(422, "key_reused", "The idempotency key was used for another request."),
        Error::Forbidden { needs } => problem(403, "forbidden", format!("This needs {needs}.")),
        Error::Busy { retry_after_seconds } => {
            problem(503, "busy", "Try again later.").header("retry-after", retry_after_seconds.to_string())
        }
        Error::Pending { intent } => {
            problem(504, "outcome_unknown", format!("The outcome of {intent} is not known yet."))
        }
        Error::Full => problem(507, "full", "The disk is full; nothing was changed."),
        Error::NoSecretKey => problem(409, "secret_key_missing", "The server has no secret key."),
        Error::Store(error) => {
            tracing::error!(%error, "the test clock failed");
            problem(500, "internal", "This is a fault of ours; it was logged.")
        }
    }
}

fn answer(status: u16, body: &impl Serialize) -> Answer {
    Answer::with_body(status, "application/json", serde_json::to_vec(body).expect("texts and numbers only"))
}

fn problem(status: u16, code: &'static str, detail: impl Into<String>) -> Answer {
    let title = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let body = json!({
        "type": "about:blank", "title": title.unwrap_or("Error"), "status": status, "code": code,
        "detail": detail.into(),
    });
    let bytes = serde_json::to_vec(&body).expect("texts and numbers only");
    Answer::with_body(status, "application/problem+json", bytes)
}
