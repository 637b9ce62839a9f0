//! The same program on PostgreSQL.

use store::Url;
use testkit::{Kind, TestDb};

use crate::process::Launch;
use crate::support::{Ran, ask, billwright, get, run_launch, text};

/// Runs a story on a database of its own, which is removed afterwards.
pub fn with_database(story: impl FnOnce(&str)) {
    testkit::databases::run(Kind::Postgres, |db: TestDb| async move {
        let Url::Postgres { dsn } = db.config().url else { panic!("a database on a server was asked for") };
        tokio::task::block_in_place(|| story(&dsn));
    });
}

pub fn on(dsn: &str, arguments: &[&str]) -> Ran {
    run_launch(&billwright().database_url(dsn).args(arguments))
}

pub fn serve(dsn: &str) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_billwright")).database_url(dsn)
}

#[test]
fn several_servers_and_commands_share_a_database() {
    with_database(|dsn| {
        let made = on(dsn, &["tenant", "create", "Acme", "--currency", "EUR", "--json"]).json();
        assert_eq!(on(dsn, &["db", "status", "--json"]).json()["database"], "postgres");
        let (first, second) = (serve(dsn).start(), serve(dsn).start());
        let credential = on(dsn, &["credential", "create", "--face", "native", "--json"]).json();
        let token = [format!("authorization: Bearer {}", text(&credential, "token"))];
        for server in [&first, &second] {
            assert_eq!(get(server.address(), "/readyz").status, 200);
            let me = ask(server.address(), "GET", "/v1/me", &token, "");
            assert_eq!((me.status, text(&me.json(), "tenant_id")), (200, text(&made, "id")));
        }
        assert_eq!(first.terminate().status.code(), Some(0));
        assert_eq!(second.terminate().status.code(), Some(0));
        on(dsn, &["seed", "--customers", "2", "--invoices", "20"]).expect(0);
        assert_eq!(on(dsn, &["audit", "--json"]).json()["checked"]["invoices"], 20);
        let doctor = on(dsn, &["doctor", "--json"]);
        assert!(doctor.expect(0).contains("postgres_settings"), "{}", doctor.stdout);
    });
}

#[test]
fn an_unsafe_server_is_refused() {
    if std::env::var_os("BILLWRIGHT_TEST_POSTGRES").is_some() {
        // Somebody's own server may be a safe one.
        return;
    }
    with_database(|dsn| {
        // The tests' own server runs without fsync.
        let ran = run_launch(&billwright().args(["tenant", "list", "--database-url", dsn]));
        ran.refuses(4, &["fsync", "acknowledged writes would be lost"]);
    });
}

#[test]
fn a_server_that_is_not_there_has_code_7() {
    let ran =
        run_launch(&billwright().args(["tenant", "list", "--database-url", "postgres://u:opensesame@127.0.0.1:1/d"]));
    ran.refuses(7, &["postgres://u:***@127.0.0.1:1/d", "cannot reach PostgreSQL"]);
    assert!(!ran.stderr.contains("opensesame"), "{}", ran.stderr);
}
