//! TLS to PostgreSQL: what is encrypted, and which server is believed.

use std::path::Path;

use domain::id::TenantId;
use store::{Config, Db, Error};
use testkit::tls_postgres::{Authority, TlsPostgres, self_signed};

store::sql! {
    global IS_ENCRYPTED = "SELECT CASE WHEN ssl THEN 1 ELSE 0 END FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
}

/// Connects, and says whether the connection is encrypted, or why there is none.
async fn connect(url: &str) -> Result<bool, String> {
    let mut config = Config::postgres(url);
    config.allow_unsafe_postgres = true;
    let db = Db::open(&config).await.map_err(|error| error.to_string())?;
    let ask =
        store::body(|tx| Box::pin(async move { tx.one(&IS_ENCRYPTED, store::params![], |row| row.int(0)).await }));
    let is_encrypted = db.read(TenantId(0), ask).await.map_err(|error: Error| error.to_string())?;
    db.close().await;
    Ok(is_encrypted == 1)
}

#[track_caller]
fn refused(connected: Result<bool, String>, words: &str) {
    let error = connected.expect_err("it is refused");
    assert!(error.contains(words) && !error.contains("opensesame"), "{error}");
}

fn roots(mode: &str, path: &Path) -> String {
    format!("sslmode={mode}&sslrootcert={}", path.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_certificate() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
    let server = TlsPostgres::start(Some(&ours.issue("db.example.com")));
    let own = server.file("own.pem", &ours.certificate);
    let foreign = server.file("foreign.pem", &theirs.certificate);
    let url = |host: &str, query: &str| server.url(host, query);

    assert_eq!(connect(&url("db.example.com", "sslmode=disable")).await, Ok(false));
    for query in ["", "sslmode=prefer", "sslmode=require", "sslmode=require&channel_binding=require"] {
        assert_eq!(connect(&url("db.example.com", query)).await, Ok(true), "{query}");
    }
    // The authority is judged as soon as one is named, the name in verify-full only.
    for mode in ["require", "verify-ca", "verify-full"] {
        assert_eq!(connect(&url("db.example.com", &roots(mode, &own))).await, Ok(true), "{mode}");
        refused(connect(&url("db.example.com", &roots(mode, &foreign))).await, "UnknownIssuer");
    }
    assert_eq!(connect(&url("other.example.com", &roots("verify-ca", &own))).await, Ok(true));
    refused(connect(&url("other.example.com", &roots("verify-full", &own))).await, "not valid for name");
    // No authority of the operating system has signed it.
    refused(connect(&url("db.example.com", "sslmode=verify-full&sslrootcert=system")).await, "");
}

/// Made as PostgreSQL's documentation tells, and named as its own authority.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_certificate_signed_by_itself() {
    let pair = self_signed("db.example.com");
    let server = TlsPostgres::start(Some(&pair));
    let own = server.file("own.pem", &pair.certificate);
    let twin = server.file("twin.pem", &self_signed("db.example.com").certificate);
    for mode in ["verify-ca", "verify-full"] {
        assert_eq!(connect(&server.url("db.example.com", &roots(mode, &own))).await, Ok(true), "{mode}");
        refused(connect(&server.url("db.example.com", &roots(mode, &twin))).await, "invalid peer certificate");
    }
    refused(connect(&server.url("other.example.com", &roots("verify-full", &own))).await, "not valid for name");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls() {
    let server = TlsPostgres::start(None);
    for query in ["", "sslmode=prefer", "sslmode=disable"] {
        assert_eq!(connect(&server.url("db.example.com", query)).await, Ok(false), "{query}");
    }
    refused(connect(&server.url("db.example.com", "sslmode=require")).await, "does not support TLS");
}
