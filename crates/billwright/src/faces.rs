//! The faces of this server in one list: how each is mounted, what it serves, and how a client presents itself to
//! it. The one file to touch when a face is added.

use axum::Router;
use billing::{Billing, FaceName};
use http_kit::Edge;

use crate::exit::{Failure, Result};

/// A face as the command line shows it.
pub struct FaceInfo {
    pub name: FaceName,
    pub about: &'static str,
    /// The first one is used in examples.
    pub prefixes: Vec<&'static str>,
    pub operations: Vec<Operation>,
    /// What a credential gets when no scope is named.
    pub default_scopes: &'static [&'static str],
    pub default_entitlements: &'static [&'static str],
    presents: Presents,
}

/// How a client presents its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presents {
    /// `Authorization: <word> <token>`.
    Token(&'static str),
    /// HTTP Basic with both halves of a key pair.
    KeyPair,
}

/// One row of a face's routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `list-invoices`.
    pub name: String,
    pub method: String,
    /// Below the prefix, with `{}` around parameters.
    pub path: String,
    /// The scope it needs; empty: none.
    pub needs: String,
}

impl Operation {
    fn new(name: &str, method: &str, path: &str, needs: &str) -> Operation {
        let name = name.replace([' ', '_'], "-");
        Operation { name, method: method.to_owned(), path: path.to_owned(), needs: needs.to_owned() }
    }
}

/// Every vendor's face. Our own is the one that they are mounted beside.
pub fn mounts(billing: &Billing, edge: &Edge) -> Vec<Router> {
    let mut mounts = vec![
        face_zoom::router(billing.clone(), edge),
        face_talkdesk::router(billing.clone(), edge),
        face_chargeover::router(billing.clone(), face_chargeover::Settings::default(), edge),
    ];
    mounts.extend(face_zoho::mounts(billing, edge));
    mounts
}

/// Every face, our own first.
pub fn all() -> Vec<FaceInfo> {
    vec![
        FaceInfo {
            name: FaceName::Native,
            about: "Billwright's own API",
            prefixes: vec![NATIVE_PREFIX],
            operations: face_native::routes()
                .iter()
                .filter_map(|route| {
                    let needs = match route.scope {
                        face_native::Scope::Any => "",
                        face_native::Scope::Read | face_native::Scope::StaffRead => "read",
                        face_native::Scope::Write => "write",
                    };
                    Some(Operation::new(&kebab(route.id), route.method, route.path.strip_prefix(NATIVE_PREFIX)?, needs))
                })
                .collect(),
            default_scopes: &["*"],
            default_entitlements: &[],
            presents: Presents::Token("Bearer"),
        },
        FaceInfo {
            name: FaceName::Zoho,
            about: "Zoho Billing (Zoho Subscriptions v1)",
            prefixes: face_zoho::Mount::ALL.iter().map(|mount| mount.prefix()).collect(),
            operations: face_zoho::operations()
                .map(|operation| {
                    let needs = match operation.needs {
                        face_zoho::Needs::AnyToken => "",
                        face_zoho::Needs::Scope(scope) => scope,
                    };
                    Operation::new(operation.name, operation.method, operation.path, needs)
                })
                .collect(),
            default_scopes: &[face_zoho::Needs::EVERYTHING],
            default_entitlements: &[],
            presents: Presents::Token("Zoho-oauthtoken"),
        },
        FaceInfo {
            name: FaceName::Zoom,
            about: "Zoom billing (v2)",
            prefixes: vec![face_zoom::PREFIX],
            operations: vec![
                Operation::new("list invoices", "GET", "/accounts/{account}/billing/invoices", face_zoom::SCOPE),
                Operation::new(
                    "get invoice",
                    "GET",
                    "/accounts/{account}/billing/invoices/{invoice}",
                    face_zoom::SCOPE,
                ),
            ],
            default_scopes: &[face_zoom::SCOPE],
            default_entitlements: &[],
            presents: Presents::Token("Bearer"),
        },
        FaceInfo {
            name: FaceName::Talkdesk,
            about: "Talkdesk billing insights (express)",
            prefixes: vec![face_talkdesk::PREFIX],
            operations: vec![Operation::new("list invoices", "GET", "/invoices", face_talkdesk::INVOICES_SCOPE)],
            default_scopes: &[face_talkdesk::INVOICES_SCOPE],
            default_entitlements: &[face_talkdesk::ENTITLEMENT],
            presents: Presents::Token("Bearer"),
        },
        FaceInfo {
            name: FaceName::ChargeOver,
            about: "ChargeOver (v3)",
            prefixes: vec![face_chargeover::PREFIX],
            operations: vec![
                Operation::new("list invoices", "GET", "/invoice", ""),
                Operation::new("count invoices", "GET", "/invoice/_count", ""),
                Operation::new("get invoice", "GET", "/invoice/{invoice}", ""),
            ],
            default_scopes: &[],
            default_entitlements: &[],
            presents: Presents::KeyPair,
        },
    ]
}

/// Below which our own operations lie.
const NATIVE_PREFIX: &str = "/v1";

/// `listInvoices` as `list-invoices`.
fn kebab(id: &str) -> String {
    let mut name = String::with_capacity(id.len() + 4);
    for letter in id.chars() {
        if letter.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The face of this name.
pub fn find(name: FaceName) -> Result<FaceInfo> {
    all()
        .into_iter()
        .find(|face| face.name == name)
        .ok_or_else(|| Failure::not_found(format!("this program does not serve the face {}", name.word())))
}

/// What a client presents, in the words of a shell.
#[derive(Clone, Debug)]
pub struct Presented {
    pub token: String,
    pub private_key: String,
}

impl Presented {
    /// Variables to be filled in by the shell.
    pub fn variables() -> Presented {
        Presented { token: "$TOKEN".to_owned(), private_key: "$PRIVATE_KEY".to_owned() }
    }
}

impl FaceInfo {
    /// The operation of this name; `list invoices` and `list-invoices` are one.
    pub fn operation(&self, name: &str) -> Result<&Operation> {
        let wanted = name.replace([' ', '_'], "-").to_ascii_lowercase();
        self.operations.iter().find(|operation| operation.name == wanted).ok_or_else(|| {
            let names: Vec<&str> = self.operations.iter().map(|operation| operation.name.as_str()).collect();
            Failure::not_found(format!("the face {} has no operation {name:?}", self.name.word()))
                .todo(format!("it has {}", names.join(", ")))
        })
    }

    /// The path of an operation with its parameters filled in. An account that is not named is the caller's own.
    pub fn path(&self, operation: &Operation, parameters: &[(String, String)]) -> Result<String> {
        let mut path = String::from(self.prefixes.first().copied().unwrap_or_default());
        for segment in operation.path.split('/').filter(|segment| !segment.is_empty()) {
            path.push('/');
            let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
                path.push_str(segment);
                continue;
            };
            let given = parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            let own = (self.name == FaceName::Zoom && name == "account").then_some("me");
            let value = given.or(own).ok_or_else(|| {
                Failure::usage(format!("{} {} needs the parameter {name}", self.name.word(), operation.name))
                    .todo(format!("--param {name}=VALUE"))
            })?;
            let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            path.push_str(&encoded.to_string().replace("%2D", "-").replace("%2E", ".").replace("%5F", "_"));
        }
        Ok(path)
    }

    /// A curl that can be pasted into a shell. `path` lies below `base_url` and may have a query.
    pub fn curl(&self, method: &str, base_url: &str, path: &str, presented: &Presented, is_insecure: bool) -> String {
        let mut command = String::from("curl -sS");
        if is_insecure {
            command.push_str(" --insecure");
        }
        if method != "GET" {
            command.push_str(&format!(" -X {method}"));
        }
        match self.presents {
            Presents::Token(word) => {
                command.push_str(&format!(" -H {}", quoted(&format!("Authorization: {word} {}", presented.token))));
            }
            Presents::KeyPair => {
                let pair = format!("{}:{}", presented.token, presented.private_key);
                command.push_str(&format!(" -u {}", quoted(&pair)));
            }
        }
        if matches!(method, "POST" | "PUT" | "PATCH") {
            command.push_str(" -H 'Content-Type: application/json' -d @body.json");
        }
        command.push_str(&format!(" {}", quoted(&format!("{base_url}{path}"))));
        command
    }
}

/// In single quotes, or in double ones where the shell shall fill in a variable.
fn quoted(text: &str) -> String {
    match text.contains('$') {
        true => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`")),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_paths_fill_in() {
        for face in all() {
            let mut names: Vec<&str> = face.operations.iter().map(|operation| operation.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), face.operations.len(), "{}", face.name.word());
            assert!(!face.prefixes.is_empty());
            for operation in &face.operations {
                let open: Vec<(String, String)> = operation
                    .path
                    .split('/')
                    .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
                    .map(|name| (name.to_owned(), "a b".to_owned()))
                    .collect();
                let path = face.path(operation, &open).expect("all parameters are given");
                assert!(!path.contains(['{', '}', ' ']) && path.starts_with(face.prefixes[0]), "{path}");
            }
        }
    }

    #[test]
    fn curls() {
        let curl = |face, path: &str| {
            find(face).expect("served").curl("GET", "http://h", path, &Presented::variables(), false)
        };
        assert_eq!(
            curl(FaceName::Zoho, "/billing/v1/invoices"),
            "curl -sS -H \"Authorization: Zoho-oauthtoken $TOKEN\" 'http://h/billing/v1/invoices'"
        );
        assert_eq!(
            curl(FaceName::ChargeOver, "/api/v3/invoice"),
            "curl -sS -u \"$TOKEN:$PRIVATE_KEY\" 'http://h/api/v3/invoice'"
        );
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let zoom = find(FaceName::Zoom).expect("served");
        let get = zoom.operation("get invoice").expect("an operation");
        let failure = zoom.path(get, &[]).expect_err("the invoice is missing");
        assert!(failure.to_string().contains("--param invoice="), "{failure}");
        let given = [("invoice".to_owned(), "x/y".to_owned())];
        assert_eq!(zoom.path(get, &given).expect("complete"), "/v2/accounts/me/billing/invoices/x%2Fy");
        assert_eq!(zoom.operation("nothing").expect_err("none").exit() as u8, 3);
    }
}
