//! Malformed requests over every route of all faces: never a 5xx, always an answer in the face's own shape, and what
//! is refused changes nothing.

mod books;
mod breakage;
mod framing;
mod request;
mod routes;
mod sample;
mod shape;
mod values;

use books::Books;
use request::{Attempt, Credentials, Level, Maker};
use routes::Route;
use sample::{Ids, harvest, harvest_rows};
use serde_json::Value;
use shape::Face;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::drive::client::send_bytes;
use testkit::drive::database::Database;
use testkit::drive::workload::{Kind, Seller, write_at_once};
use testkit::drive::{Client, Reply, Serving, Site, seed, size};

/// Longer than the server waits for the rest of a body.
const PATIENCE: Duration = Duration::from_secs(15);

/// A server with some books, and what is known about it.
struct World {
    site: Site,
    server: Serving,
    seller: Seller,
    routes: Vec<Route>,
    document: Value,
    credentials: Credentials,
    ids: Ids,
    _directory: tempfile::TempDir,
    _database: Option<Database>,
}

impl World {
    fn start(database: Option<Database>, seed: u64) -> World {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let data_dir = directory.path().join("data");
        std::fs::create_dir(&data_dir).expect("a new directory");
        let site = Site::new(env!("CARGO_BIN_EXE_billwright"), data_dir);
        let site = match &database {
            // Signing keys are sealed, and a server on PostgreSQL is told with what.
            Some(database) => {
                let file = directory.path().join("secret.key");
                std::fs::write(&file, "bWFsZm9ybWVkIHJlcXVlc3RzIGFyZSByZWZ1c2VkIDE=\n").expect("a key file");
                let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                std::fs::set_permissions(&file, private).expect("only ours");
                site.on_postgres(database.url()).with("BILLWRIGHT_SECRET_KEY_FILE", &file.to_string_lossy())
            }
            None => site,
        };
        let seller = Seller::found(&site);
        let server = site.serve();
        let customer = fill(&seller, server.address(), seed);
        let credentials = credentials(&site, &seller, &customer);
        let mut document: Value = server.client().get("/openapi/native.json").expect("the server answers").json();
        let mut routes = routes::of_document(&document);
        assert!(routes.iter().any(|route| route.method == "POST" && route.path.starts_with("/v1/invoices")));
        routes.extend(routes::of_vendors());
        document["components"]["schemas"]["Vendor"] = routes::vendor_schema();
        let mut world = World {
            site,
            server,
            seller,
            routes,
            document,
            credentials,
            ids: Ids::new(),
            _directory: directory,
            _database: database,
        };
        world.look_around();
        world
    }

    /// Reads every list, so that paths can name what is there.
    fn look_around(&mut self) {
        let readable = self.routes.iter().filter(|route| route.method == "GET" && !route.path.contains('{'));
        for route in readable {
            let Some((_, credential)) = self.credentials.iter().find(|(face, _)| *face == route.face) else { continue };
            let mut client = Client::new(self.server.address()).with("authorization", credential);
            let reply = client.get(&route.path).expect("the server answers");
            if reply.status == 200 {
                let body = reply.json();
                harvest(&mut self.ids, &format!("{:?}", route.face), &body);
                harvest_rows(&mut self.ids, &route.path, &body);
            }
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }
}

/// Some of everything; gives a customer.
fn fill(seller: &Seller, address: SocketAddr, seed: u64) -> String {
    let mut hands = seller.hands(address, 2, seed);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            stop.store(true, Ordering::Relaxed);
        });
        write_at_once(seller, &[address], &mut hands, &stop, &|| 0);
    });
    let made = hands[0].promises.iter().find(|promise| promise.write.kind == Kind::Payment).expect("a payment");
    made.reply.json()["customer_id"].as_str().expect("a payment has a customer").to_owned()
}

fn credentials(site: &Site, seller: &Seller, customer: &str) -> Credentials {
    let make = |face: &str, more: &[&str]| {
        let arguments = [&["--tenant", &seller.tenant], more].concat();
        site.create_credential(face, &arguments)
    };
    let text = |made: &Value, name: &str| {
        made[name].as_str().unwrap_or_else(|| panic!("a credential has a {name}: {made}")).to_owned()
    };
    let pair = make("chargeover", &[]);
    let pair = format!("{}:{}", text(&pair, "token"), text(&pair, "private_key"));
    vec![
        (Face::Native, format!("Bearer {}", seller.token)),
        (Face::Zoho, format!("Zoho-oauthtoken {}", text(&make("zoho", &[]), "token"))),
        (Face::Zoom, format!("Bearer {}", text(&make("zoom", &["--customer", customer]), "token"))),
        (Face::Talkdesk, format!("Bearer {}", text(&make("talkdesk", &["--customer", customer]), "token"))),
        (Face::ChargeOver, format!("Basic {}", base64(pair.as_bytes()))),
    ]
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]);
            text.push(if at <= three.len() { letter } else { '=' });
        }
    }
    text
}

/// What is wrong with what came back; None when all is well.
fn judge(attempt: &Attempt, answered: &std::io::Result<Reply>) -> Option<String> {
    match (attempt.level, answered) {
        // Nothing a face could answer to.
        (Level::Framing, Err(error)) if error.kind() == std::io::ErrorKind::WouldBlock => Some("it hangs".to_owned()),
        (Level::Framing, Err(_)) => None,
        (Level::Framing, Ok(reply)) if reply.status < 500 => None,
        (Level::Framing, Ok(reply)) => Some(format!("a {} for bad framing", reply.status)),
        (Level::Http, Err(error)) => Some(format!("no answer: {error}")),
        (Level::Http, Ok(reply)) => {
            let fault = shape::check(attempt.face, reply, attempt.is_head).err()?;
            Some(format!("{fault}: {} {:?} {}", reply.status, reply.headers, reply.text()))
        }
    }
}

#[test]
fn malformed_requests_are_refused_in_the_faces_shape() {
    storm(None, size("BILLWRIGHT_MALFORMED", 300));
}

/// PostgreSQL refuses values that SQLite takes (a zero byte in a text, for one).
#[test]
fn malformed_requests_are_refused_on_postgres_too() {
    storm(Some(Database::new()), size("BILLWRIGHT_MALFORMED", 300).div_ceil(3));
}

fn storm(database: Option<Database>, count: usize) {
    let seed = seed();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::start(database, seed);
    let file = world.site.data_dir().join("billwright.db");
    // Only a file can be looked at behind the server's back.
    let mut books = file.exists().then(|| Books::open(&file));
    let mut ids = world.ids.clone();
    let mut statuses: BTreeMap<(Face, u16), usize> = BTreeMap::new();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut slowest = Vec::new();
    let maker = Maker { routes: &world.routes, document: &world.document, credentials: &world.credentials };
    for number in 0..count {
        let attempt = maker.attempt(&ids, number * 10 < count * 9, &mut random);
        let began = std::time::Instant::now();
        let answered = send_bytes(world.address(), &attempt.bytes, (attempt.ends, attempt.is_head), PATIENCE);
        let took = began.elapsed();
        let changed = books.as_mut().map(Books::changes).unwrap_or_default();
        slowest.push((took, attempt.what.clone()));
        let is_success = answered.as_ref().is_ok_and(Reply::is_success);
        if let Some(fault) = judge(&attempt, &answered) {
            faults.push(format!("{number}: {}: {fault}\n  sent {}", attempt.what, shown(&attempt.bytes)));
        }
        // A broken connection leaves the request's fate open; a refusal does not.
        if !is_success && answered.is_ok() && !changed.is_empty() {
            faults.push(format!("{number}: {}: refused, and yet it changed {changed:?}", attempt.what));
        }
        if let Ok(reply) = &answered {
            *statuses.entry((attempt.face, reply.status)).or_default() += 1;
            let told = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
            if let (Face::Native, 400.., Some(code)) = (attempt.face, reply.status, told["code"].as_str()) {
                *codes.entry(code.to_owned()).or_default() += 1;
            }
            if reply.is_success()
                && let Ok(body) = serde_json::from_slice(&reply.body)
            {
                harvest(&mut ids, &format!("{:?}", attempt.face), &body);
                harvest_rows(&mut ids, &attempt.path, &body);
            }
        }
        if faults.len() >= 20 {
            break;
        }
    }
    slowest.sort_unstable_by(|one, other| other.cmp(one));
    println!("the slowest: {:?}", &slowest[..slowest.len().min(5)]);
    println!("answers by face and status: {statuses:?}");
    println!("problems of the native face: {codes:?}");
    assert!(world.server.is_alive(), "the server is gone: {}", world.server.log());
    let alive = world.seller.client(world.address()).get("/v1/me").expect("the server still answers");
    assert_eq!(alive.status, 200, "{}", alive.text());
    assert!(faults.is_empty(), "{} faults in {count} requests:\n{}", faults.len(), faults.join("\n"));
    // Routes that never refuse, or refuse everything, would have tested nothing.
    for face in [Face::Native, Face::Zoho, Face::Zoom, Face::Talkdesk, Face::ChargeOver] {
        let refused: usize =
            statuses.iter().filter(|((of, status), _)| *of == face && *status >= 400).map(|(_, n)| n).sum();
        assert!(refused > 0, "{face:?} refused nothing in {count} requests");
    }
    drop(world.server);
    world.site.audit().expect("the books are sound");
}

/// The head and the beginning of the body, so that a fault can be sent again by hand.
fn shown(bytes: &[u8]) -> String {
    let text: String =
        bytes.iter().take(1_500).flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from).collect();
    if bytes.len() > 1_500 { format!("{text}... ({} bytes)", bytes.len()) } else { text }
}

#[test]
fn base64_as_in_the_rfc() {
    for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}
