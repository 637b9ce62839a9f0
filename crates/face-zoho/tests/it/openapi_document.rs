//! `docs/zoho-operations.md`: every operation that Zoho's pages and documents describe, whether it is served, and by
//! whom it was called in the run that writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

/// Set it to write the document anew.
const WRITE: &str = "BILLWRIGHT_WRITE_DOCS";
const COMMAND: &str = "BILLWRIGHT_WRITE_DOCS=1 cargo test -p face-zoho --test it openapi";

/// The operations of Zoho's older invoice pages, below `/subscriptions/v1`.
const PAGES: [&str; 14] = [
    "GET /invoices",
    "GET /invoices/{invoice_id}",
    "POST /invoices/{invoice_id}/converttoopen",
    "POST /invoices/{invoice_id}/status/void",
    "POST /invoices/{invoice_id}/email",
    "POST /invoices/{invoice_id}/collect",
    "POST /invoices/{invoice_id}/writeoff",
    "PUT /invoices/{invoice_id}/address",
    "POST /invoices/{invoice_id}/customfields",
    "POST /invoices/{invoice_id}/credits",
    "POST /invoices/{invoice_id}/lineitems",
    "DELETE /invoices/{invoice_id}/lineitems/{item_id}",
    "POST /invoices/{invoice_id}/attachment",
    "POST /invoices/{invoice_id}/writeoff/cancel",
];

/// Modules of which nothing is served; their documents are not kept here.
const ABSENT: [&str; 3] = ["hosted pages", "quotes (estimates)", "subscriptions"];

/// Method and path with the parameters' names left out: documents and routes name them differently.
fn normal(operation: &str) -> String {
    let mut text = String::new();
    let mut is_name = false;
    for letter in operation.chars() {
        is_name = is_name && letter != '}';
        if !is_name {
            text.push(letter);
        }
        is_name = is_name || letter == '{';
    }
    text
}

#[derive(Default)]
struct Row {
    shown: String,
    module: String,
    name: Option<&'static str>,
    sources: BTreeSet<&'static str>,
    called: Option<String>,
}

/// All operations by their normal form, from the pages, the documents and the table of routes.
fn rows(told: &Value) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for described in told["described"].as_array().expect("a list") {
        let text = |at: usize| described[at].as_str().expect("a text").to_owned();
        let row = rows.entry(normal(&text(1))).or_default();
        (row.module, row.shown) = (text(0), text(1));
        row.sources.insert("OpenAPI");
    }
    for page in PAGES {
        let row = rows.entry(normal(page)).or_default();
        (row.module, row.shown) = ("invoices".to_owned(), page.to_owned());
        row.sources.insert("pages");
    }
    for operation in face_zoho::operations() {
        let shown = format!("{} {}", operation.method, operation.path);
        let key = normal(&shown);
        if !rows.contains_key(&key) {
            let first = operation.path.split('/').nth(1).unwrap_or_default();
            let begins = |row: &&Row| row.shown.split('/').nth(1) == Some(first);
            let module = rows.values().find(begins).map_or_else(|| first.to_owned(), |row| row.module.clone());
            rows.insert(key.clone(), Row { shown, module, ..Row::default() });
        }
        let row = rows.get_mut(&key).expect("it is there now");
        row.name = Some(operation.name);
    }
    for (operation, call) in told["calls"].as_object().expect("calls") {
        let row = rows.get_mut(&normal(operation)).unwrap_or_else(|| panic!("who has {operation}?"));
        row.called = Some(format!("{}, {}", call[1].as_str().expect("a text"), call[0]));
    }
    rows
}

fn document(rows: &BTreeMap<String, Row>) -> String {
    let mut text = format!(
        "# Zoho's operations\n\nWritten by the run that calls every operation that is served below `/billing/v1`: \
         `{COMMAND}` writes it anew. *OpenAPI*: Zoho Billing's OpenAPI documents have it; *pages*: the older pages of \
         its invoices have it; neither: its clients call it. *Generated client*: the client that \
         `openapi-python-client` makes from the documents called it, and the answer was judged by its schema. *Plain \
         request*: no document describes it, so it was called without one.\n"
    );
    let served = rows.values().filter(|row| row.name.is_some()).count();
    let open = rows.len() - served;
    writeln!(text, "\n{served} operations are served, {open} of the modules below are not.").expect("texts grow");
    let modules: BTreeSet<&str> = rows.values().map(|row| row.module.as_str()).collect();
    for module in modules {
        writeln!(text, "\n## {}\n", module.replace('-', " ")).expect("texts grow");
        text.push_str("| method and path | operation | described by | served | tested by |\n|---|---|---|---|---|\n");
        let mut of_it: Vec<&Row> = rows.values().filter(|row| row.module == module).collect();
        of_it.sort_by_key(|row| row.shown.split_once(' ').map(|(method, path)| (path.to_owned(), method.to_owned())));
        for row in of_it {
            let (method, path) = row.shown.split_once(' ').expect("a method and a path");
            let sources: Vec<&str> = row.sources.iter().copied().collect();
            let source = if sources.is_empty() { "-".to_owned() } else { sources.join(", ") };
            let is_served = if row.name.is_some() { "yes" } else { "no" };
            let (name, called) = (row.name.unwrap_or("-"), row.called.as_deref().unwrap_or("-"));
            writeln!(text, "| {method} `{path}` | {name} | {source} | {is_served} | {called} |").expect("texts grow");
        }
    }
    writeln!(text, "\nNothing is served of: {}.", ABSENT.join(", ")).expect("texts grow");
    text
}

/// Every served operation was called, every called one is served, and the document says so.
pub fn check(told: &Value, faults: &mut Vec<String>) {
    let rows = rows(told);
    for row in rows.values() {
        if row.name.is_some() != row.called.is_some() {
            let what = if row.name.is_some() { "is served and was not called" } else { "was called and is not served" };
            faults.push(format!("{} {what}", row.shown));
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/zoho-operations.md");
    let wanted = document(&rows);
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, &wanted).expect("docs/ can be written");
    }
    if std::fs::read_to_string(&file).ok().as_deref() != Some(wanted.as_str()) {
        faults.push(format!("docs/zoho-operations.md is stale; run {COMMAND}"));
    }
}
