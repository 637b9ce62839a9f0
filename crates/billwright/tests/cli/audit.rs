//! `billwright audit` on sound and on damaged books.

use std::path::Path;

use crate::support::{run_in, text};

fn damage(data: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(data.join("billwright.db")).expect("opens");
    assert!(connection.execute(sql, []).expect("damaged") > 0, "{sql}");
}

#[test]
fn damage_is_found_named_and_has_code_4() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path();
    run_in(data, &["seed", "--customers", "3", "--invoices", "30"]).expect(0);
    let sound = run_in(data, &["audit", "--json"]).json();
    assert_eq!(sound["is_clean"], true);
    assert_eq!(sound["checked"]["invoices"], 30);
    assert_eq!(run_in(data, &["audit"]).expect(0).lines().last(), Some("all rules hold"));

    let rows = run_in(data, &["invoice", "list", "--limit", "1", "--json"]).json();
    let id: i64 = text(&rows[0], "id").trim_start_matches("inv_").parse().expect("a number");
    damage(data, &format!("UPDATE invoices SET net = net + 1 WHERE id = {id}"));
    let damaged = run_in(data, &["audit", "--json"]);
    let report: serde_json::Value = serde_json::from_str(damaged.expect(4)).expect("JSON");
    assert_eq!(report["is_clean"], false);
    let violations = report["violations"].as_array().expect("a list");
    assert!(violations.iter().any(|found| found["object"]["id"] == id), "{report}");
    let shown = run_in(data, &["audit"]);
    assert!(shown.expect(4).contains(&format!("invoice {id}")), "{}", shown.stdout);
    assert!(run_in(data, &["audit", "--output", "csv"]).expect(4).starts_with("tenant,rule,kind,id,text\r\n"));
    let tenants = run_in(data, &["tenant", "list", "--json"]).json();
    run_in(data, &["audit", "--tenant", text(&tenants[0], "id")]).expect(4);
    run_in(data, &["audit", "--tenant", "ten_5"]).refuses(3, &["there is no tenant ten_5"]);
}
