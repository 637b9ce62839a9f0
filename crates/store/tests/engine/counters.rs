//! Series that counted one year only keep their place when they get a counter for each.

use store::migrate::MIGRATIONS;
use testkit::EmptyDb;
use testkit::databases::Kind;

/// Inserts a row as an earlier version did: what is not named and may not be NULL is 0 or empty.
async fn insert(db: &EmptyDb, table: &str, named: &[(&str, &str)]) {
    let needed = match db.kind() {
        Kind::Sqlite => format!("SELECT name, type FROM pragma_table_info('{table}') WHERE \"notnull\" = 1"),
        Kind::Postgres => format!(
            "SELECT column_name, data_type FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}' AND is_nullable = 'NO'"
        ),
    };
    let mut columns: Vec<(String, String)> =
        named.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for column in db.rows(&needed).await {
        if named.iter().all(|(name, _)| *name != column[0]) {
            let empty = if column[1].eq_ignore_ascii_case("text") { "''" } else { "0" };
            columns.push((column[0].clone(), empty.to_owned()));
        }
    }
    let (names, values): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    let text = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "));
    assert_eq!(db.raw(&text).await, 1, "{text}");
}

/// A series with where it stands, as the table was.
async fn series(db: &EmptyDb, id: &str, kind: &str, reset: &str, (year, last, day): (&str, &str, &str)) {
    let (kind, reset) = (format!("'{kind}'"), format!("'{reset}'"));
    let at = [("year", year), ("last_value", last), ("last_dated_on", day)];
    let own = [("tenant_id", "7"), ("entity_id", id), ("id", id), ("kind", kind.as_str()), ("reset", reset.as_str())];
    insert(db, "number_series", &[own.as_slice(), at.as_slice()].concat()).await;
}

async fn document(db: &EmptyDb, table: &str, id: &str, (series, year, value): (&str, &str, &str), day: &str) {
    let (token, day) = (format!("'token {id}'"), format!("'{day}'"));
    let mut named = vec![("tenant_id", "7"), ("id", id), ("state", "'issued'"), ("number", "'N'")];
    named.extend([("series_id", series), ("series_year", year), ("series_value", value), ("dated_on", day.as_str())]);
    if table == "invoices" {
        named.push(("token", token.as_str()));
    }
    insert(db, table, &named).await;
}

testkit::on_both_databases! {
    async fn series_keep_their_place(db: EmptyDb) {
        db.migrate_with(&MIGRATIONS[..2]).await.expect("the schema before counters");
        series(&db, "1", "invoice", "yearly", ("2026", "2", "'2026-03-05'")).await;
        series(&db, "2", "invoice", "never", ("0", "3", "'2026-01-07'")).await;
        series(&db, "3", "credit_note", "yearly", ("2026", "1", "'2026-02-02'")).await;
        series(&db, "4", "invoice", "yearly", ("0", "0", "NULL")).await;
        for (id, value, day) in [("11", "1", "2025-01-01"), ("12", "2", "2025-12-30"), ("13", "3", "2025-12-29")] {
            document(&db, "invoices", id, ("1", "2025", value), day).await;
        }
        document(&db, "invoices", "14", ("1", "2026", "1"), "2026-01-01").await;
        // Corrected since: its series still says the fifth.
        document(&db, "invoices", "15", ("1", "2026", "2"), "2026-03-20").await;
        document(&db, "invoices", "21", ("2", "0", "3"), "2026-01-07").await;
        document(&db, "credit_notes", "31", ("3", "2024", "1"), "2024-06-01").await;
        document(&db, "credit_notes", "32", ("3", "2026", "1"), "2026-02-02").await;

        let migrated = db.migrate_with(&MIGRATIONS[..3]).await.expect("counters are made");
        assert_eq!(migrated.applied, [3]);
        let counters = "SELECT series_id, year, last_value, last_dated_on FROM series_counters WHERE tenant_id = 7 \
                        ORDER BY series_id, year";
        let expected = [
            ["1", "2025", "3", "2025-12-30"],
            ["1", "2026", "2", "2026-03-20"],
            ["2", "0", "3", "2026-01-07"],
            ["3", "2024", "1", "2024-06-01"],
            ["3", "2026", "1", "2026-02-02"],
        ];
        assert_eq!(db.rows(counters).await, expected);
        let view = "SELECT document_id, series_last_value, series_last_year, series_year_last_value \
                    FROM audit_v1_number WHERE document_id IN (11, 15, 31) ORDER BY document_id";
        let expected = [["11", "2", "2026", "3"], ["15", "2", "2026", "2"], ["31", "1", "2026", "1"]];
        assert_eq!(db.rows(view).await, expected);
    }
}
