//! The documents in `docs/` that say what is served: written from the tables, compared with what is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use billing::FaceName;
use billwright::faces;

use crate::refusals::{Why, says};
use crate::routes::{self, Route};
use crate::{codes, notes};

/// Set it to write the documents anew.
const WRITE: &str = "BILLWRIGHT_WRITE_DOCS";
const COMMAND: &str = "BILLWRIGHT_WRITE_DOCS=1 cargo test -p billwright --test faces";

/// What the vendors' operations are for; ours say so in their own table.
const VENDORS: [(FaceName, &str, &str); 10] = [
    (FaceName::Zoho, "list-organizations", "The seller behind the token. Clients begin here."),
    (FaceName::Zoho, "retrieve-an-organization", "The same, by its id."),
    (FaceName::Zoho, "list-invoices", "Invoices by status, customer, text and dates, in pages."),
    (FaceName::Zoho, "retrieve-an-invoice", "One invoice with lines, coupons, credits, payments and comments."),
    (FaceName::Zoom, "list-invoices", "An account's invoices of at most one year."),
    (FaceName::Zoom, "get-invoice", "One invoice with its items."),
    (FaceName::Talkdesk, "list-invoices", "One row per line of an issued invoice, in pages."),
    (FaceName::ChargeOver, "list-invoices", "Invoices that meet all clauses of `where`, sorted, by limit and offset."),
    (FaceName::ChargeOver, "count-invoices", "How many those are."),
    (FaceName::ChargeOver, "get-invoice", "One invoice with its lines, by id or as `token:...`."),
];

/// The operations of one face under its first prefix.
fn operations(face: FaceName) -> Vec<Route> {
    let all: Vec<Route> = routes::all().into_iter().filter(|route| route.face == face).collect();
    let first = all.first().map_or("", |route| route.prefix);
    all.into_iter().filter(|route| route.prefix == first).collect()
}

fn what(route: &Route) -> String {
    if route.face == FaceName::Native {
        let path = route.whole_path();
        let own = face_native::routes().iter().find(|own| own.method == route.method && own.path == path);
        return own.expect("the table is made from theirs").summary.to_owned();
    }
    let known = VENDORS.iter().find(|(face, name, _)| *face == route.face && *name == route.name);
    match known {
        Some((_, _, words)) => (*words).to_owned(),
        // Zoho names its operations by what they do.
        None if route.face == FaceName::Zoho => {
            let words = route.name.replace('-', " ");
            let (first, rest) = words.split_at(1);
            format!("{}{rest}.", first.to_ascii_uppercase())
        }
        None => panic!("say in VENDORS what {} of {:?} is for", route.name, route.face),
    }
}

/// What a credential must hold.
fn scope(route: &Route) -> String {
    if route.face == FaceName::Native {
        let path = route.whole_path();
        let own = face_native::routes().iter().find(|own| own.method == route.method && own.path == path);
        let staff =
            own.is_some_and(|own| matches!(own.scope, face_native::Scope::StaffRead | face_native::Scope::Write));
        if staff {
            return format!("`{}`, staff", route.needs);
        }
    }
    if route.needs.is_empty() { "any".to_owned() } else { format!("`{}`", route.needs) }
}

fn presents(face: FaceName) -> &'static str {
    match face {
        FaceName::Native => "`Authorization: Bearer bw_...`",
        FaceName::Zoho => {
            "`Authorization: Zoho-oauthtoken ...`, `Zoho-authtoken ...` or `Bearer ...`; the header \
             `X-com-zoho-subscriptions-organizationid` may be left out"
        }
        FaceName::Zoom | FaceName::Talkdesk => "`Authorization: Bearer ...`",
        FaceName::ChargeOver => "HTTP Basic with both keys, or the vendor's HMAC-SHA256 signature",
    }
}

/// Since which version each operation is served, by face and name: kept from the document that is there.
fn since(previous: &str) -> BTreeMap<(String, String), String> {
    let mut known = BTreeMap::new();
    let mut face = String::new();
    for line in previous.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            face = title.to_owned();
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if let [name, _, _, version, _] = cells.as_slice()
            && version.starts_with(|letter: char| letter.is_ascii_digit())
        {
            known.insert((face.clone(), (*name).to_owned()), (*version).to_owned());
        }
    }
    known
}

fn faces_document(previous: &str) -> String {
    let since = since(previous);
    let mut text = format!(
        "# What each face serves\n\nWritten by the test that calls every operation below on both databases: `{COMMAND}` \
         writes it anew.\nEvery operation of a vendor that is not listed answers with that vendor's 404.\n"
    );
    for face in faces::all() {
        let mut add = |words: &str| text.push_str(words);
        add(&format!("\n## {}\n\n", face.about));
        let prefixes: Vec<String> = face.prefixes.iter().map(|prefix| format!("`{prefix}`")).collect();
        add(&format!("Below {}. Clients present {}.\n\n", prefixes.join(", "), presents(face.name)));
        add("| operation | method and path | scope | since | what |\n|---|---|---|---|---|\n");
        for route in operations(face.name) {
            let version = since.get(&(face.about.to_owned(), route.name.clone()));
            let version = version.map_or(env!("CARGO_PKG_VERSION"), String::as_str);
            let scope = scope(&route);
            let path = if face.prefixes.len() > 1 { route.path.clone() } else { route.whole_path() };
            add(&format!("| {} | {} `{path}` | {scope} | {version} | {} |\n", route.name, route.method, what(&route)));
        }
        for (title, note) in notes::of(face.name) {
            add(&format!("\n**{title}.** "));
            // Lists and tables begin on a line of their own.
            if note.starts_with(['-', '|']) {
                add("\n\n");
            }
            add(&note);
            add("\n");
        }
    }
    text.push_str(&refusals_table());
    text
}

fn refusals_table() -> String {
    let names: Vec<&str> = faces::all().iter().map(|face| face.name.word()).collect();
    let mut text = format!("\n## How each face says no\n\nStatus and code.\n\n| | {} |\n|---|", names.join(" | "));
    text.push_str(&"---|".repeat(names.len()));
    for why in Why::ALL {
        write!(text, "\n| {} |", why.words()).expect("texts can be written");
        for face in faces::all() {
            let cell = says(face.name, why).map_or("-".to_owned(), |says| format!("{} `{}`", says.status, says.code));
            write!(text, " {cell} |").expect("texts can be written");
        }
    }
    text.push_str(
        "\n\nThe native face's codes are in [errors.md](errors.md), the fields of ChargeOver's invoices in \
         [chargeover-fields.md](chargeover-fields.md).\n",
    );
    text
}

fn errors_document() -> String {
    let mut text = format!(
        "# Problems of the native face\n\nEvery refusal of `/v1` is a problem document (RFC 9457, \
         `application/problem+json`) with `type` (`urn:billwright:problem:` and the code), `title`, `status`, \
         `detail`, `code` and, where one field is to blame, `errors` with `field`, `code` and `detail`. Programs \
         decide by `code`; sentences may change. A 4xx changed nothing.\n\nWritten from the face's own source: \
         `{COMMAND}` writes it anew. What a sentence fills in stands in braces.\n"
    );
    for (title, problems) in [("Refused by a rule", codes::refusals()), ("Everything else", codes::others())] {
        write!(text, "\n## {title}\n\n| code | status | meaning |\n|---|---|---|\n").expect("texts can be written");
        for (code, status, meaning) in problems {
            writeln!(text, "| `{code}` | {status} | {} |", meaning.replace('|', "\\|")).expect("texts can be written");
        }
    }
    text
}

fn fields_document() -> String {
    let mut text = format!(
        "# Fields of ChargeOver's invoices\n\nIn the order printed. Written from the face's own table: `{COMMAND}` \
         writes it anew.\n"
    );
    let mut object = "";
    for (of, field) in face_chargeover::meanings() {
        if of != object {
            object = of;
            write!(text, "\n## {object}\n\n| field | type | unit | what | null |\n|---|---|---|---|---|\n")
                .expect("text");
        }
        let kind = format!("{:?}", field.shape).to_lowercase();
        let unit = if field.unit.is_empty() { "-" } else { field.unit };
        writeln!(text, "| `{}` | {kind} | {unit} | {} | {} |", field.name, field.source, field.null_when)
            .expect("text");
    }
    text
}

#[test]
fn the_documents_say_what_is_served() {
    let mut stale = Vec::new();
    for (name, write) in [
        ("docs/faces.md", faces_document as fn(&str) -> String),
        ("docs/errors.md", |_| errors_document()),
        ("docs/chargeover-fields.md", |_| fields_document()),
    ] {
        let path = routes::root().join(name);
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        let wanted = write(&found);
        if found == wanted {
            continue;
        }
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(&path, &wanted).unwrap_or_else(|error| panic!("{name}: {error}"));
            continue;
        }
        let at = found.lines().zip(wanted.lines()).position(|(found, wanted)| found != wanted);
        let at = at.unwrap_or_else(|| found.lines().count().min(wanted.lines().count()));
        let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
        stale.push(format!("{name}:{}\n  is     {}\n  should be {}", at + 1, line(&found), line(&wanted)));
    }
    assert!(stale.is_empty(), "not what is served; {COMMAND} writes them anew:\n{}", stale.join("\n"));
}
