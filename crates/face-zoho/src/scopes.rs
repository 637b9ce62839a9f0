//! Zoho's scopes: `ZohoSubscriptions.<module>.<READ|CREATE|UPDATE|DELETE>`, `ALL` of a module for the four, and
//! `ZohoSubscriptions.fullaccess.all` for everything (contract Zoho 4.2). Zoho's own pages differ in case, so case
//! does not count; what is kept is spelled as here.

/// The scope that holds all others.
pub const EVERYTHING: &str = "ZohoSubscriptions.fullaccess.all";

const PRODUCT: &str = "ZohoSubscriptions";
/// Of the vendor's OpenAPI, all files.
const MODULES: [&str; 15] = [
    "addons",
    "coupons",
    "creditnotes",
    "customers",
    "events",
    "hostedpages",
    "invoices",
    "items",
    "payments",
    "plans",
    "products",
    "quotes",
    "settings",
    "subscriptions",
    "webhooks",
];
const ALL: &str = "ALL";
const READ: &str = "READ";
const ACTIONS: [&str; 5] = [READ, "CREATE", "UPDATE", "DELETE", ALL];

/// A scope that Zoho does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownScope(pub String);

/// One scope in its usual spelling.
pub fn canonical(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case(EVERYTHING) {
        return Some(EVERYTHING.to_owned());
    }
    let mut parts = text.split('.');
    let (product, module, action) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !product.eq_ignore_ascii_case(PRODUCT) {
        return None;
    }
    let module = MODULES.iter().find(|known| known.eq_ignore_ascii_case(module))?;
    let action = ACTIONS.iter().find(|known| known.eq_ignore_ascii_case(action))?;
    Some(format!("{PRODUCT}.{module}.{action}"))
}

/// A list as clients send it: separated by commas, or by blanks as RFC 6749 has it. In order, each once.
///
/// # Errors
/// The first unknown scope; an empty one when there is none at all.
pub fn parse(text: &str) -> Result<Vec<String>, UnknownScope> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()) {
        let scope = canonical(word).ok_or_else(|| UnknownScope(word.chars().take(100).collect()))?;
        if !found.contains(&scope) {
            found.push(scope);
        }
    }
    if found.is_empty() { Err(UnknownScope(String::new())) } else { Ok(found) }
}

/// Whether whoever holds `held` may do what `wanted` stands for.
pub fn covers(held: &str, wanted: &str) -> bool {
    if held.eq_ignore_ascii_case(wanted) || held.eq_ignore_ascii_case(EVERYTHING) {
        return true;
    }
    match (held.rsplit_once('.'), wanted.rsplit_once('.')) {
        (Some((held, action)), Some((wanted, _))) => {
            action.eq_ignore_ascii_case(ALL) && held.eq_ignore_ascii_case(wanted) && !held.ends_with("fullaccess")
        }
        _ => false,
    }
}

/// Whether each of `wanted` is covered.
pub fn cover_all(held: &[String], wanted: &[String]) -> bool {
    wanted.iter().all(|wanted| held.iter().any(|held| covers(held, wanted)))
}

/// The native scopes of a person who may give these away: to give access is a change, and to give what can be read
/// needs reading.
pub(crate) fn native_needs(scopes: &[String]) -> Vec<&'static str> {
    let reads = |scope: &String| {
        let action = scope.rsplit('.').next().unwrap_or_default();
        action.eq_ignore_ascii_case(ALL) || action == READ
    };
    if scopes.iter().any(reads) { vec!["write", "read"] } else { vec!["write"] }
}

/// A scope in words: `Read invoices`.
pub(crate) fn words(scope: &str) -> String {
    let mut parts = scope.rsplit('.');
    let (action, module) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let module = match module {
        "fullaccess" => return "Everything in the books of this organization".to_owned(),
        "creditnotes" => "credit notes",
        "hostedpages" => "hosted pages",
        other => other,
    };
    let action = match action {
        READ => "Read",
        "CREATE" => "Create",
        "UPDATE" => "Change",
        "DELETE" => "Delete",
        _ => "Read, create, change and delete",
    };
    format!("{action} {module}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let parsed =
            parse("ZohoSubscriptions.invoices.READ,zohosubscriptions.INVOICES.create ZohoSubscriptions.plans.all");
        let expected =
            ["ZohoSubscriptions.invoices.READ", "ZohoSubscriptions.invoices.CREATE", "ZohoSubscriptions.plans.ALL"];
        assert_eq!(parsed.expect("all are known"), expected);
        assert_eq!(parse("ZohoSubscriptions.FullAccess.ALL, ,").expect("known"), [EVERYTHING]);
        assert_eq!(parse("ZohoSubscriptions.items.READ,ZohoSubscriptions.items.read").expect("known").len(), 1);
        for (text, unknown) in [
            ("", ""),
            (" ,", ""),
            ("ZohoBooks.invoices.READ", "ZohoBooks.invoices.READ"),
            ("ZohoSubscriptions.invoices.READ,x", "x"),
            ("ZohoSubscriptions.invoices", "ZohoSubscriptions.invoices"),
            ("ZohoSubscriptions.invoices.READ.x", "ZohoSubscriptions.invoices.READ.x"),
            ("ZohoSubscriptions.ledgers.READ", "ZohoSubscriptions.ledgers.READ"),
            ("ZohoSubscriptions.fullaccess.READ", "ZohoSubscriptions.fullaccess.READ"),
        ] {
            assert_eq!(parse(text), Err(UnknownScope(unknown.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_covers_what() {
        let read = "ZohoSubscriptions.invoices.READ";
        for held in [read, "zohosubscriptions.invoices.read", "ZohoSubscriptions.invoices.ALL", EVERYTHING] {
            assert!(covers(held, read), "{held}");
        }
        for held in ["", "ALL", "x.ALL", "ZohoSubscriptions.invoices.CREATE", "ZohoSubscriptions.items.ALL"] {
            assert!(!covers(held, read), "{held}");
        }
        assert!(!covers("ZohoSubscriptions.invoices.ALL", EVERYTHING));
        assert!(!covers(read, "ZohoSubscriptions.invoices.ALL"), "one is not the four");
        assert!(covers("ZohoSubscriptions.invoices.ALL", "ZohoSubscriptions.invoices.all"));
        let of = |scopes: &[&str]| scopes.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>();
        assert!(cover_all(&of(&["ZohoSubscriptions.invoices.ALL", "ZohoSubscriptions.items.READ"]), &of(&[read])));
        assert!(!cover_all(&of(&["ZohoSubscriptions.invoices.ALL"]), &of(&[read, "ZohoSubscriptions.items.READ"])));
    }

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let needs = |text: &str| native_needs(&parse(text).expect("known"));
        assert_eq!(needs("ZohoSubscriptions.invoices.CREATE"), ["write"]);
        assert_eq!(needs("ZohoSubscriptions.invoices.CREATE,ZohoSubscriptions.items.READ"), ["write", "read"]);
        assert_eq!(needs("ZohoSubscriptions.items.ALL"), ["write", "read"]);
        assert_eq!(needs(EVERYTHING), ["write", "read"]);
    }

    /// Every scope of the table can be asked for.
    #[test]
    fn the_table_needs_what_zoho_has() {
        for operation in crate::operations() {
            if let crate::Needs::Scope(scope) = operation.needs {
                assert_eq!(canonical(scope).as_deref(), Some(scope), "{}", operation.name);
            }
        }
    }

    #[test]
    fn in_words() {
        assert_eq!(words("ZohoSubscriptions.invoices.READ"), "Read invoices");
        assert_eq!(words("ZohoSubscriptions.creditnotes.ALL"), "Read, create, change and delete credit notes");
        assert_eq!(words(EVERYTHING), "Everything in the books of this organization");
    }
}
