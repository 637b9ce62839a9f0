//! What the code's own documentation says about a face's decisions, for the documents in `docs/`.

use billing::FaceName;

use crate::routes::source;

/// Which documentation of a source file.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// The file's.
    File,
    /// The last paragraph of the file's.
    End,
    /// That of the item whose declaration contains this.
    Item(&'static str),
}

/// Title, file below the face's `src`, and which documentation.
type Source = (&'static str, &'static str, Of);

const NATIVE: &[Source] =
    &[("Manners", "lib.rs", Of::End), ("Pages", "paging.rs", Of::File), ("Problems", "errors.rs", Of::File)];

const ZOHO: &[Source] = &[
    ("Three prefixes", "mount.rs", Of::Item("const fn types(")),
    ("Order of refusals", "routes.rs", Of::File),
    ("Organization", "organizations.rs", Of::File),
    ("Status words", "status.rs", Of::Item("fn word(")),
    ("Filters", "invoices/filters.rs", Of::File),
    ("Pages", "paging.rs", Of::Item("fn from_wire(")),
    ("Numbers of drafts", "invoices.rs", Of::Item("fn number_of")),
    ("Lines", "invoices/item.rs", Of::Item("fn to_wire(")),
    ("Payments", "invoices/settlement.rs", Of::Item("fn payments(")),
    ("Comments", "invoices/detail.rs", Of::Item("fn comments(")),
    ("Formats", "invoices/detail.rs", Of::Item("fn wants_json(")),
    ("`zip` and `fax`", "wire.rs", Of::Item("fn put_digits(")),
    ("Ids", "wire.rs", Of::Item("const ID_OFFSET")),
    ("Error codes", "errors.rs", Of::File),
];

const ZOOM: &[Source] = &[
    ("Order of refusals", "lib.rs", Of::End),
    ("List", "invoices/list.rs", Of::File),
    ("Amounts", "invoices/list.rs", Of::Item("fn fields(")),
    ("Lines", "invoices/detail.rs", Of::Item("fn item(")),
    ("Quantities", "wire.rs", Of::Item("fn quantity(")),
    ("Status words", "status.rs", Of::File),
    ("Ids", "wire.rs", Of::File),
    ("Limits", "limits.rs", Of::File),
    ("Whether limits are enforced", "settings.rs", Of::Item("Advise,")),
];

const TALKDESK: &[Source] = &[
    ("Order of refusals", "lib.rs", Of::End),
    ("Rows", "invoices.rs", Of::File),
    ("Pages", "paging.rs", Of::File),
    ("Ids", "wire.rs", Of::File),
    ("Error codes", "errors.rs", Of::File),
];

const CHARGEOVER: &[Source] = &[
    ("Status", "status.rs", Of::File),
    ("`where`", "clauses.rs", Of::File),
    ("Fields of `where`", "invoice/filters.rs", Of::File),
    ("`limit`", "paging.rs", Of::Item("const MAX_LIMIT")),
    ("`order`", "paging.rs", Of::Item("fn order(")),
    ("Paths", "lib.rs", Of::Item("fn route_path(")),
    ("Ids", "wire.rs", Of::Item("fn id_of(")),
    ("Errors", "errors.rs", Of::File),
];

/// Title and text of every note on a face.
pub fn of(face: FaceName) -> Vec<(&'static str, String)> {
    let sources = match face {
        FaceName::Native => NATIVE,
        FaceName::Zoho => ZOHO,
        FaceName::Zoom => ZOOM,
        FaceName::Talkdesk => TALKDESK,
        FaceName::ChargeOver => CHARGEOVER,
    };
    sources.iter().map(|(title, file, of)| (*title, read(face, file, *of))).collect()
}

fn read(face: FaceName, file: &str, of: Of) -> String {
    let name = format!("crates/face-{}/src/{file}", face.word());
    let text = source(&name);
    let lines = match of {
        Of::File | Of::End => comment(text.lines(), "//!"),
        Of::Item(item) => {
            let all: Vec<&str> = text.lines().collect();
            let at = all.iter().position(|line| !line.trim_start().starts_with("//") && line.contains(item));
            let at = at.unwrap_or_else(|| panic!("{name} has no {item}: mend the notes of the documents"));
            let above = all[..at].iter().rev().take_while(|line| {
                let line = line.trim_start();
                line.starts_with("///") || line.starts_with("#[")
            });
            let mut above: Vec<&str> = above.copied().collect();
            above.reverse();
            comment(above.into_iter(), "///")
        }
    };
    let whole = lines.join("\n");
    let paragraphs: Vec<&str> = whole.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).collect();
    let chosen = match of {
        Of::End => paragraphs.last().copied().unwrap_or_default().to_owned(),
        Of::File | Of::Item(_) => paragraphs.join("\n\n"),
    };
    assert!(!chosen.is_empty(), "{name}: {of:?} is not documented");
    plain(&chosen)
}

fn comment<'l>(lines: impl Iterator<Item = &'l str>, mark: &str) -> Vec<String> {
    let texts = lines.map(str::trim_start).filter_map(|line| line.strip_prefix(mark));
    texts.map(|text| text.strip_prefix(' ').unwrap_or(text).to_owned()).collect()
}

/// Without links into the code, and without the places of the vendors' pages that a comment cites.
fn plain(text: &str) -> String {
    let mut plain = text.replace("[`", "`").replace("`]", "`");
    for begin in [" (contract", " (seed", " (Shape: contract", " (the contract"] {
        while let Some(at) = plain.find(begin) {
            let end = plain[at..].find(')').map_or(plain.len(), |end| at + end + 1);
            plain.replace_range(at..end, "");
        }
    }
    while let Some(at) = plain.find(" of contract ") {
        let rest = &plain[at + " of contract ".len()..];
        let end = rest.find([',', ';', ' ', '\n']).unwrap_or(rest.len());
        plain.replace_range(at..at + " of contract ".len() + end, " of the vendor's pages");
    }
    plain
}
