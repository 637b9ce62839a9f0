//! One malformed request as bytes.

use super::breakage;
use super::framing;
use super::routes::Route;
use super::sample::{Ids, Sampler, known};
use super::shape::Face;
use super::values;
use fastrand::Rng;
use serde_json::Value;

/// How much may be expected of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Well-formed HTTP: there must be an answer in the face's shape.
    Http,
    /// The framing itself is broken: a bare 4xx or a closed connection will do.
    Framing,
}

/// What is sent, and how it is judged.
pub struct Attempt {
    pub bytes: Vec<u8>,
    pub face: Face,
    pub path: String,
    pub is_head: bool,
    pub level: Level,
    /// Say that nothing follows, so that the server does not wait for the rest of a body that never comes.
    pub ends: bool,
    /// For the message of a failure.
    pub what: String,
}

/// How a client of each face presents itself, as whole header values.
pub type Credentials = Vec<(Face, String)>;

/// Makes requests from routes.
pub struct Maker<'w> {
    pub routes: &'w [Route],
    pub document: &'w Value,
    pub credentials: &'w Credentials,
}

/// A request before it is bytes.
pub struct Draft {
    pub method: String,
    pub target: String,
    pub version: &'static str,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
}

impl Maker<'_> {
    /// `spares_entities`: a legal entity that closes its books refuses everything from then on, so that nothing deeper
    /// is reached.
    pub fn attempt(&self, ids: &Ids, spares_entities: bool, random: &mut Rng) -> Attempt {
        let mut route = self.route(random);
        while spares_entities && route.path.starts_with("/v1/legal-entities") && route.method != "GET" {
            route = self.route(random);
        }
        let sampler = Sampler { document: self.document, ids, is_wild: false };
        let mut draft = self.right(route, &sampler, random);
        let mut faults = Vec::new();
        for _ in 0..random.usize(1..=2) {
            faults.push(self.break_one(&mut draft, route, &sampler, random));
        }
        let level = if faults.iter().any(|fault| fault.starts_with("framing")) { Level::Framing } else { Level::Http };
        let path = draft.target.split('?').next().unwrap_or_default().to_owned();
        let face = Face::of_path(&path);
        let what = format!("{} {} with {}", draft.method, shortened(&draft.target), faults.join(" and "));
        let ends = faults.iter().any(|fault| fault.contains("length") || fault.contains("chunks"));
        Attempt { is_head: draft.method == "HEAD", path, face, level, ends, what, bytes: draft.bytes() }
    }

    /// Every face has its share, however many routes it has; within it, writing routes come more often, because only
    /// they have bodies to break.
    fn route(&self, random: &mut Rng) -> &Route {
        let face = match random.u8(..16) {
            0..=6 => Face::Native,
            7..=8 => Face::Zoho,
            9..=10 => Face::Zoom,
            11..=12 => Face::Talkdesk,
            13..=14 => Face::ChargeOver,
            _ => Face::Front,
        };
        let routes: Vec<&Route> = self.routes.iter().filter(|route| route.face == face).collect();
        let first = routes[random.usize(..routes.len())];
        if first.body.is_some() { first } else { routes[random.usize(..routes.len())] }
    }

    /// A request that would be right, as far as the document tells.
    fn right(&self, route: &Route, sampler: &Sampler<'_>, random: &mut Rng) -> Draft {
        let mut target = String::new();
        let mut rest = route.path.as_str();
        while let Some((before, name, after)) = parameter(rest) {
            target.push_str(before);
            let collection = target.trim_end_matches('/').to_owned();
            target.push_str(&self.id(route, &collection, name, sampler, random));
            rest = after;
        }
        target.push_str(rest);
        let body = route.body.as_ref().map(|schema| sampler.value(schema, random).to_string().into_bytes());
        let mut headers = vec![("host".to_owned(), b"127.0.0.1".to_vec())];
        if let Some((_, value)) = self.credentials.iter().find(|(face, _)| *face == route.face) {
            headers.push(("authorization".to_owned(), value.clone().into_bytes()));
        }
        if body.is_some() {
            headers.push(("content-type".to_owned(), b"application/json".to_vec()));
            if random.bool() {
                headers.push(("idempotency-key".to_owned(), format!("k{:x}", random.u64(..)).into_bytes()));
            }
        }
        Draft { method: route.method.clone(), target, version: "HTTP/1.1", headers, body }
    }

    /// An id that was seen in the collection; else one that looks right.
    fn id(&self, route: &Route, collection: &str, name: &str, sampler: &Sampler<'_>, random: &mut Rng) -> String {
        if let Some(id) = known(sampler.ids, collection, random) {
            return values::encoded(&id);
        }
        let schema = route.parameters.iter().find(|(known, _)| known == name).map(|(_, schema)| schema);
        let value = match schema {
            Some(schema) => sampler.value(schema, random).as_str().unwrap_or("1").to_owned(),
            None => known(sampler.ids, &format!("{:?}", route.face), random).unwrap_or_else(|| "100200".to_owned()),
        };
        values::encoded(&value)
    }

    /// Breaks one thing and says which.
    fn break_one(&self, draft: &mut Draft, route: &Route, sampler: &Sampler<'_>, random: &mut Rng) -> String {
        if draft.body.is_some() && random.u8(..5) < 3 {
            draft.body = Some(self.broken_body(route, sampler, random));
            return "a broken body".to_owned();
        }
        match random.u8(..16) {
            0 | 1 => {
                draft.body = Some(breakage::body(random, &Value::Null));
                "an unexpected body".to_owned()
            }
            2..=4 => self.break_query(draft, route, random),
            5..=7 => break_path(draft, random),
            8 => break_method(draft, random),
            9 | 10 => self.break_auth(draft, random),
            11..=13 => break_header(draft, random),
            14 => break_type(draft, random),
            _ => framing::break_one(draft, random),
        }
    }

    fn broken_body(&self, route: &Route, sampler: &Sampler<'_>, random: &mut Rng) -> Vec<u8> {
        let is_wild = random.u8(..3) == 0;
        let sampler = Sampler { is_wild, ..*sampler };
        let valid = route.body.as_ref().map(|schema| sampler.value(schema, random)).unwrap_or_default();
        // A wild body needs no further fault, and gets further without one.
        if is_wild && random.bool() { valid.to_string().into_bytes() } else { breakage::body(random, &valid) }
    }

    fn break_query(&self, draft: &mut Draft, route: &Route, random: &mut Rng) -> String {
        let mut pairs = Vec::new();
        for _ in 0..random.usize(1..5) {
            let name = match random.u8(..4) {
                0 => values::segment(random),
                1 => "limit".to_owned(),
                _ if route.query.is_empty() => {
                    values::one(random, &["page", "where", "order", "cursor", "x"]).to_owned()
                }
                _ => route.query[random.usize(..route.query.len())].clone(),
            };
            let value = match random.u8(..5) {
                0 => values::segment(random),
                1 => values::encoded(&values::text(random)),
                2 => values::encoded(&values::number(random)),
                3 => values::one(
                    random,
                    &[
                        "",
                        "=",
                        "&",
                        "a,b,,",
                        "-1",
                        "0",
                        "%",
                        "id:EQUALS:1",
                        "id:EQUALS:",
                        ":::",
                        "total:GT:1e400",
                        "id:IN:1,2,a",
                        "created:BETWEEN:2026-02-30",
                        "id:ASC,id:DESC",
                        "\\,",
                        "Status.Nope",
                        "true",
                    ],
                )
                .to_owned(),
                _ => random.u32(..200).to_string(),
            };
            pairs.push(if random.u8(..10) == 0 { name } else { format!("{name}={value}") });
        }
        if random.u8(..30) == 0 {
            pairs = (0..3_000).map(|at| format!("p{at}=1")).collect();
        }
        let joined = if draft.target.contains('?') { "&" } else { "?" };
        draft.target.push_str(joined);
        draft.target.push_str(&safe(&pairs.join("&")));
        "a broken query".to_owned()
    }

    fn break_auth(&self, draft: &mut Draft, random: &mut Rng) -> String {
        draft.headers.retain(|(name, _)| name != "authorization");
        let of_another = &self.credentials[random.usize(..self.credentials.len())].1;
        let value: Vec<u8> = match random.u8(..10) {
            0 | 1 => return "no credential".to_owned(),
            2 => of_another.clone().into_bytes(),
            3 => of_another.chars().take(random.usize(..of_another.len())).collect::<String>().into_bytes(),
            4 => format!("Bearer {}", "a".repeat(random.usize(1..9_000))).into_bytes(),
            5 => b"Basic !!!!".to_vec(),
            6 => format!("Basic {}", values::encoded(&values::text(random))).into_bytes(),
            7 => b"ChargeOver co_public_key=\"a\" co_nonce=\"b\" co_timestamp=\"99999999999999999999\"".to_vec(),
            8 => b"Bearer \xff\xfe\x80".to_vec(),
            _ => {
                draft.headers.push(("authorization".to_owned(), of_another.clone().into_bytes()));
                b"Bearer second".to_vec()
            }
        };
        draft.headers.push(("authorization".to_owned(), value));
        "a broken credential".to_owned()
    }
}

/// `/a/{id}/b` as `/a/`, `id`, `/b`.
fn parameter(path: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = path.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// Leaves out what would end the request line: that is `framing`'s part.
fn safe(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '#' | '<' | '>' | '"' | '`' | '\\' | '^' | '{' | '}' | '|'))
        .collect()
}

fn break_path(draft: &mut Draft, random: &mut Rng) -> String {
    let (path, query) = match draft.target.split_once('?') {
        Some((path, query)) => (path.to_owned(), format!("?{query}")),
        None => (draft.target.clone(), String::new()),
    };
    let mut parts: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
    if parts.is_empty() {
        parts.push(String::new());
    }
    let (at, last) = (random.usize(..parts.len()), parts.len() - 1);
    match random.u8(..6) {
        0 | 1 => {
            // The last part is most often the id.
            parts[last] = safe(&values::segment(random));
        }
        2 => parts[at] = safe(&values::segment(random)),
        3 => parts.push(safe(&values::segment(random))),
        4 => parts.insert(at, String::new()),
        _ => parts.push("z".repeat(random.usize(1..40_000))),
    }
    draft.target = format!("/{}{query}", parts.join("/"));
    "a broken path".to_owned()
}

fn break_method(draft: &mut Draft, random: &mut Rng) -> String {
    let methods =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "PROPFIND", "X-Y_Z!"];
    draft.method = values::one(random, &methods).to_owned();
    "another method".to_owned()
}

fn break_header(draft: &mut Draft, random: &mut Rng) -> String {
    // Twice too much would be more than the framing bears.
    let is_large = draft.headers.iter().any(|(name, _)| name.starts_with("x-many") || name == "x-large");
    let mut add = |name: &str, value: Vec<u8>| draft.headers.push((name.to_owned(), value));
    match random.u8(..12) {
        0 => add("idempotency-key", b"a b".to_vec()),
        1 => add("idempotency-key", vec![b'k'; random.usize(200..20_000)]),
        2 => add("idempotency-key", b"\"unfinished".to_vec()),
        3 | 4 if is_large => add("accept-language", b"*;q=2".to_vec()),
        3 => (0..random.usize(101..180)).for_each(|at| add(&format!("x-many-{at}"), b"1".to_vec())),
        4 => add("x-large", vec![b'x'; random.usize(65_000..100_000)]),
        5 => add("accept", values::one(random, &["text/html", "*/*;q=0", "", "application/xml", "a/b;q=9"]).into()),
        6 => add("x-request-id", vec![b'r'; random.usize(1..4_000)]),
        7 => add("x-request-id", b"\xff\x80 \x01".iter().filter(|byte| **byte >= 0x20).copied().collect()),
        8 => add("origin", values::one(random, &["null", "https://evil.example", "not a url", ""]).into()),
        9 => add("x-com-zoho-subscriptions-organizationid", values::encoded(&values::text(random)).into_bytes()),
        10 => add("x-forwarded-proto", b"gopher, https".to_vec()),
        _ => add("accept-encoding", b"gzip;q=x, zip-bomb, *;q=0".to_vec()),
    }
    "broken headers".to_owned()
}

fn break_type(draft: &mut Draft, random: &mut Rng) -> String {
    draft.headers.retain(|(name, _)| name != "content-type");
    let kinds = [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/json; charset=utf-16",
        "application/json;charset",
        "json",
        "application/vnd.api+json",
        "a/b/c",
    ];
    if random.u8(..4) > 0 {
        draft.headers.push(("content-type".to_owned(), values::one(random, &kinds).into()));
    }
    "another content type".to_owned()
}

impl Draft {
    fn bytes(self) -> Vec<u8> {
        let mut bytes = format!("{} {} {}\r\n", self.method, self.target, self.version).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: ").as_bytes());
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let is_framed = self.headers.iter().any(|(name, _)| name == "content-length" || name == "transfer-encoding");
        if let Some(body) = self.body.as_ref().filter(|_| !is_framed) {
            bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}
