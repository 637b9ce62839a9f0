//! Every route of every face: the tables that the faces export, and for faces without one what their source
//! says, so that no route escapes the coverage.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use billing::FaceName;
use billwright::faces;

/// One operation under one prefix.
#[derive(Clone, Debug)]
pub struct Route {
    pub face: FaceName,
    /// `list-invoices`.
    pub name: String,
    pub method: String,
    pub prefix: &'static str,
    /// Below the prefix, with `{}` around parameters.
    pub path: String,
    /// The scope it needs; empty: none.
    pub needs: String,
}

impl Route {
    pub fn whole_path(&self) -> String {
        format!("{}{}", self.prefix, self.path)
    }

    /// The names of the path's parameters.
    pub fn parameters(&self) -> Vec<&str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
    }
}

/// Routes under no vendor's prefix: method, path, and the status of a plain request.
pub const FRONT: [(&str, &str, u16); 7] = [
    ("GET", "/", 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    // Only a server that was started for it has one.
    ("GET", "/_test/clock", 403),
    ("POST", "/_test/clock", 403),
    ("GET", "/openapi/native.json", 200),
    ("GET", "/v1/openapi.json", 200),
];

/// Where Zoho's clients get their tokens, below `/oauth/v2`.
const OAUTH: [&str; 5] = ["/auth", "/auth/style.css", "/revoke/token", "/token", "/token/revoke"];

/// Every operation under every prefix of its face.
pub fn all() -> Vec<Route> {
    let mut routes = Vec::new();
    for face in faces::all() {
        for prefix in &face.prefixes {
            for operation in &face.operations {
                routes.push(Route {
                    face: face.name,
                    name: operation.name.clone(),
                    method: operation.method.clone(),
                    prefix,
                    path: operation.path.clone(),
                    needs: operation.needs.clone(),
                });
            }
        }
    }
    routes
}

/// The methods that a whole path has.
pub fn methods_of(path: &str) -> BTreeSet<String> {
    let front = FRONT.iter().filter(|(_, known, _)| *known == path).map(|(method, _, _)| (*method).to_owned());
    let of_faces = all().into_iter().filter(|route| route.whole_path() == path).map(|route| route.method);
    front.chain(of_faces).collect()
}

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the root").to_owned()
}

/// A file of the repository.
pub fn source(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The paths that a crate's source gives to axum as texts.
fn routed_in(folder: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for file in rust_files(&root().join(folder)) {
        let text = std::fs::read_to_string(&file).expect("a source file can be read");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let without_blanks: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        for rest in without_blanks.split(".route(\"").skip(1) {
            paths.insert(rest.split('"').next().unwrap_or_default().to_owned());
        }
    }
    paths
}

pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A path whose parameters have no names: the command line may call them otherwise.
fn nameless(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<String>>().join("/")
}

#[test]
fn no_route_is_unknown() {
    for face in [FaceName::Zoom, FaceName::Talkdesk, FaceName::ChargeOver] {
        let known = all().into_iter().filter(|route| route.face == face).map(|route| nameless(&route.path));
        let found = routed_in(&format!("crates/face-{}/src", face.word()));
        let found: BTreeSet<String> = found.iter().map(|path| nameless(path)).collect();
        assert_eq!(found, known.collect(), "routes of {face:?} and its rows in crates/billwright/src/faces.rs");
    }
    let mut found = routed_in("crates/billwright/src");
    found.extend(routed_in("crates/face-native/src"));
    // The metrics' own listener.
    found.remove("/metrics");
    let known: BTreeSet<String> = FRONT.iter().map(|(_, path, _)| (*path).to_owned()).collect();
    assert_eq!(found, known, "routes outside of the tables: add them to FRONT");
    // Zoho's routes and ours come from tables only.
    let beside = routed_in("crates/face-zoho/src");
    assert_eq!(beside, OAUTH.map(str::to_owned).into(), "routes beside Zoho's tables: its own tests cover OAuth");
    for (of_table, prefix) in [
        (face_zoho::operations().count() * face_zoho::Mount::ALL.len(), FaceName::Zoho),
        (face_native::routes().len(), FaceName::Native),
    ] {
        assert_eq!(all().iter().filter(|route| route.face == prefix).count(), of_table, "{prefix:?}");
    }
}
