//! Every route over HTTP: nobody, the wrong scope, the wrong method, what is not there, what is there, and
//! scripts of other origins.

use std::collections::{BTreeMap, BTreeSet};

use billing::credentials::{CreateCredential, Secrets};
use billing::{Caller, FaceName};
use billwright::faces;
use samples::vendors::{self, Vendors, chargeover, zoho, zoom};
use store::Db;
use testkit::server::{Reply, Request};
use testkit::wire::Json;

use crate::bodies::{Document, Known, NOBODY, prefix_of, unknown};
use crate::refusals::{self, Why, content_types};
use crate::routes::{self, FRONT, Route};
use crate::world::{ORIGIN, World, present};

/// The samples of all vendors behind the server, and ids of what is there and of what is not.
struct Town {
    world: World,
    vendors: Vendors,
    document: Document,
    /// Native ids by their prefix.
    known: Known,
    /// Zoho's ids and codes by the module and the parameter that takes them: `items`, `item_id`.
    of_zoho: BTreeMap<(String, String), String>,
}

/// Modules in which Zoho itself has a code of its own for what is not there, with HTTP 400 (contract Zoho 4.3).
const CATALOGUE_CODES: [(&str, u32); 3] = [("products", 2006), ("plans", 101_002), ("addons", 102_001)];

/// Reads of one object of a kind that neither the samples nor [`Town::open`] make.
const NOT_IN_SAMPLES: [&str; 21] = [
    "native get-addon",
    "native get-cancellation-reason",
    "native get-coupon",
    "native get-payment-intent",
    "native get-payment-method",
    "native get-plan",
    "native get-product",
    "native get-tax-exemption",
    "native get-unbilled-charge",
    "native list-plan-versions",
    "zoho retrieve-a-bank-account",
    "zoho retrieve-a-card",
    "zoho retrieve-a-contact-person",
    "zoho retrieve-a-coupon",
    "zoho retrieve-a-customer-by-reference",
    "zoho retrieve-a-plan",
    "zoho retrieve-a-product",
    "zoho retrieve-a-refund",
    "zoho retrieve-a-refund-(short)",
    "zoho retrieve-an-addon",
    "zoho retrieve-an-unbilled-charge",
];

impl Town {
    async fn open(db: Db) -> Town {
        let world = World::open(db).await;
        let vendors = vendors::load(&world.billing, world.tenant).await.expect("the samples load");
        let document = Document::native();
        let mut town = Town { world, vendors, document, known: BTreeMap::new(), of_zoho: BTreeMap::new() };
        for route in routes::all().iter().filter(|route| route.face == FaceName::Native && route.method == "GET") {
            town.learn(route).await;
        }
        let prefix = face_zoho::Mount::ALL[0].prefix();
        for route in routes::all().iter().filter(|route| route.face == FaceName::Zoho && route.method == "GET") {
            if route.prefix == prefix && route.parameters().is_empty() {
                town.learn_of_zoho(route).await;
            }
        }
        town
    }

    /// Remembers every text of the first object of a list of Zoho's: one of them is its id.
    async fn learn_of_zoho(&mut self, route: &Route) {
        let list = self.world.read(FaceName::Zoho, &route.whole_path()).await;
        let Json::Object(members) = &list else { return };
        let rows = members.iter().find_map(|(_, value)| match value {
            Json::List(rows) => rows.first(),
            _ => None,
        });
        if let Some(Json::Object(row)) = rows {
            for (name, value) in row {
                if let Json::Text(text) = value {
                    self.of_zoho.insert((module(route), name.clone()), text.clone());
                }
            }
        }
    }

    /// Whether everything that the path names is there.
    fn is_there(&self, route: &Route) -> bool {
        route.parameters().into_iter().all(|name| match route.face {
            FaceName::Native => self.known.contains_key(prefix_of(name)),
            FaceName::Zoho => name == "organization_id" || self.of_zoho.contains_key(&(module(route), name.to_owned())),
            _ => true,
        })
    }

    /// Remembers the first id of a list.
    async fn learn(&mut self, route: &Route) {
        if !route.parameters().is_empty() {
            return;
        }
        let list = self.world.read(FaceName::Native, &route.whole_path()).await;
        let first = list.has("data").then(|| list.get("data").items().first()).flatten();
        if let Some(Json::Text(id)) = first.filter(|row| row.has("id")).map(|row| row.get("id"))
            && let Some((prefix, _)) = id.split_once('_')
        {
            self.known.insert(prefix.to_owned(), id.clone());
        }
    }

    /// What is there, by the name of a path's parameter.
    fn there(&self, route: &Route, name: &str) -> String {
        match (route.face, name) {
            (FaceName::Native, name) => {
                let prefix = prefix_of(name);
                self.known.get(prefix).cloned().unwrap_or_else(|| unknown(prefix))
            }
            (FaceName::Zoho, "organization_id") => zoho::ORGANIZATION.to_owned(),
            (FaceName::Zoho, "invoice_id") => zoho::INVOICE.to_owned(),
            (FaceName::Zoho, name) => {
                let found = self.of_zoho.get(&(module(route), name.to_owned())).cloned();
                found.unwrap_or_else(|| self.not_there(route, name))
            }
            (FaceName::Zoom, "account") => face_zoom::wire::spell_account(self.vendors.zoom.account),
            (FaceName::Zoom, "invoice") => zoom::INVOICE.to_owned(),
            (FaceName::ChargeOver, "invoice") => chargeover::INVOICE.to_string(),
            (face, name) => panic!("the coverage does not know the parameter {name} of {face:?}"),
        }
    }

    /// A well-formed id that nothing has.
    fn not_there(&self, route: &Route, name: &str) -> String {
        use domain::id::{CustomerId, InvoiceId};
        let nobody: i64 = NOBODY.parse().expect("digits");
        match (route.face, name) {
            (FaceName::Native, name) => unknown(prefix_of(name)),
            (FaceName::Zoho, _) => face_zoho::wire::spell(nobody),
            (FaceName::Zoom, "account") => face_zoom::wire::spell_account(CustomerId(nobody)),
            (FaceName::Zoom, _) => face_zoom::wire::spell_invoice(InvoiceId(nobody)),
            (FaceName::Talkdesk, _) => face_talkdesk::wire::spell_account(CustomerId(nobody)),
            (FaceName::ChargeOver, _) => face_chargeover::spell(nobody),
        }
    }

    /// The whole path; parameters from the `missing`th on name nothing.
    fn path(&self, route: &Route, missing: usize) -> String {
        let mut path = route.whole_path();
        for (at, name) in route.parameters().into_iter().enumerate() {
            let value = if at < missing { self.there(route, name) } else { self.not_there(route, name) };
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        path
    }

    /// A path of the route whose objects need not be there.
    fn any_path(&self, route: &Route) -> String {
        self.path(route, 0)
    }

    /// The request as it should be but for its credential.
    fn request(&self, route: &Route, path: &str) -> Request {
        let request = self.world.server.request(&route.method, path);
        let body = match route.face {
            FaceName::Native => self.document.body(&route.method, &route.whole_path(), &self.known),
            _ => None,
        };
        match body {
            Some(body) => request.header("content-type", "application/json").body(&body),
            None => request,
        }
    }

    async fn key(&self, face: FaceName, scopes: &[&str]) -> Secrets {
        let create = CreateCredential {
            face,
            label: "narrow".to_owned(),
            customer: None,
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            entitlements: Vec::new(),
            expires_at: None,
            given: None,
        };
        self.world.billing.perform(&Caller::system(self.world.tenant), create).await.expect("a credential").1
    }
}

/// The first part of the path below the prefix.
fn module(route: &Route) -> String {
    route.path.split('/').nth(1).unwrap_or_default().to_owned()
}

fn place(route: &Route) -> String {
    format!("{} {}", route.method, route.whole_path())
}

testkit::on_both_databases! {
    async fn nobody_is_told_so(db: Db) {
        let town = Town::open(db).await;
        let wrong = Secrets { token: "nobody".to_owned(), private_key: Some("nothing".to_owned()) };
        for route in routes::all() {
            let path = town.any_path(&route);
            let other = if route.face == FaceName::Zoom { FaceName::Talkdesk } else { FaceName::Zoom };
            let foreign = Secrets { private_key: Some("x".to_owned()), ..town.world.keys.of(other).clone() };
            for request in [
                town.request(&route, &path),
                present(town.request(&route, &path), route.face, &wrong),
                present(town.request(&route, &path), route.face, &foreign),
                town.request(&route, &path).header("authorization", "Digest x"),
            ] {
                refusals::check(route.face, Why::Unauthorized, &request.send().await, &place(&route));
            }
        }
    }

    async fn the_scope_is_asked_for(db: Db) {
        let town = Town::open(db).await;
        let narrow: BTreeMap<&str, Secrets> = BTreeMap::from([
            (FaceName::Native.word(), town.key(FaceName::Native, &["other"]).await),
            (FaceName::Zoho.word(), town.key(FaceName::Zoho, &["ZohoSubscriptions.other.READ"]).await),
            (FaceName::Zoom.word(), town.key(FaceName::Zoom, &["billing:other"]).await),
            (FaceName::Talkdesk.word(), town.key(FaceName::Talkdesk, &["express-other:read"]).await),
        ]);
        for route in routes::all().iter().filter(|route| !route.needs.is_empty()) {
            let request = town.request(route, &town.any_path(route));
            let reply = present(request, route.face, &narrow[route.face.word()]).send().await;
            refusals::check(route.face, Why::LacksScope, &reply, &place(route));
        }
        // The scope that is named opens it.
        for route in routes::all().iter().filter(|route| !route.needs.is_empty() && route.face != FaceName::Native) {
            let wide = town.key(route.face, &[&route.needs]).await;
            let request = town.request(route, &town.path(route, usize::MAX));
            let reply = present(request, route.face, &wide).send().await;
            // Writes want a body of their own, which their face's tests give them: here they get past the scope.
            match (route.method.as_str(), town.is_there(route)) {
                ("GET", true) => assert_eq!(reply.status, 200, "{}: {}", place(route), reply.body),
                _ => assert!(![401, 403].contains(&reply.status), "{}: {}", place(route), reply.body),
            }
        }
    }

    async fn other_methods_are_refused_with_the_right_ones(db: Db) {
        let town = Town::open(db).await;
        let mut paths: BTreeMap<String, (FaceName, String)> = BTreeMap::new();
        for route in routes::all() {
            paths.insert(route.whole_path(), (route.face, town.any_path(&route)));
        }
        paths.extend(FRONT.iter().map(|(_, path, _)| ((*path).to_owned(), (FaceName::Native, (*path).to_owned()))));
        for (template, (face, path)) in &paths {
            let mut methods = routes::methods_of(template);
            if methods.contains("GET") {
                methods.insert("HEAD".to_owned());
            }
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                if methods.contains(method) {
                    continue;
                }
                let place = format!("{method} {path}");
                // With a credential and without: a path's methods are no secret.
                let bare = town.world.server.request(method, path);
                for request in [bare.clone(), present(bare, *face, town.world.keys.of(*face))] {
                    let reply = request.send().await;
                    refusals::check(*face, Why::NoMethod, &reply, &place);
                    let allow = reply.header("allow").unwrap_or_default();
                    let allowed = allow.split(',').map(|method| method.trim().to_owned()).collect();
                    assert_eq!(methods, allowed, "{place}");
                }
            }
        }
    }

    async fn what_is_not_there(db: Db) {
        let town = Town::open(db).await;
        for route in routes::all() {
            for missing in 0..route.parameters().len() {
                let path = town.path(&route, missing);
                let request = present(town.request(&route, &path), route.face, town.world.keys.of(route.face));
                let reply = request.send().await;
                let place = format!("{} {path}", route.method);
                if route.face == FaceName::Zoho && (route.method != "GET" || path.contains("_code")) {
                    // A write is refused for its missing body, or for what is not there; never carried out.
                    assert!((400..500).contains(&reply.status), "{place}: {}", reply.body);
                    continue;
                }
                if route.face == FaceName::Zoho
                    && let Some((_, code)) = CATALOGUE_CODES.iter().find(|(known, _)| *known == module(&route))
                {
                    assert_eq!(reply.status, 400, "{place}: {}", reply.body);
                    assert!(reply.body.contains(&format!(r#""code":{code},"#)), "{place}: {}", reply.body);
                    continue;
                }
                refusals::check(route.face, Why::NoObject, &reply, &place);
                // It names what is not there as it was asked for, prefix and all, and not something else.
                match route.face {
                    FaceName::Native | FaceName::Zoom => {
                        let id = town.not_there(&route, route.parameters()[missing]);
                        assert!(reply.body.contains(&id), "{place}: {}", reply.body);
                    }
                    FaceName::Zoho | FaceName::Talkdesk | FaceName::ChargeOver => {}
                }
            }
        }
        // Talkdesk's only path has no object in it; accounts are named in the query.
        let path = format!("/express/invoices?account_ids={}", "0".repeat(20) + "dead");
        let reply = town.world.get(FaceName::Talkdesk, &path).await;
        refusals::check(FaceName::Talkdesk, Why::NoObject, &reply, &path);
    }

    async fn what_is_there(db: Db) {
        let town = Town::open(db).await;
        let mut not_there = BTreeSet::new();
        for route in routes::all().iter().filter(|route| route.method == "GET") {
            let path = town.path(route, usize::MAX);
            let reply = town.world.get(route.face, &path).await;
            if !town.is_there(route) {
                not_there.insert(format!("{} {}", route.face.word(), route.name));
                continue;
            }
            assert_eq!(reply.status, 200, "{}: {}", place(route), reply.body);
            assert_eq!(reply.header("content-type"), Some(content_types(route.face).0), "{}", place(route));
            assert!(reply.header("x-request-id").is_some(), "{}", place(route));
            let head = town.world.server.request("HEAD", &path);
            let head = present(head, route.face, town.world.keys.of(route.face)).send().await;
            assert_eq!((head.status, head.body.as_str()), (200, ""), "HEAD {path}");
        }
        assert_eq!(not_there, NOT_IN_SAMPLES.map(str::to_owned).into(), "what the samples do not have");
        for (method, path, status) in FRONT {
            let reply = town.world.server.request(method, path).send().await;
            assert_eq!(reply.status, status, "{path}: {}", reply.body);
            let (success, refusal) = content_types(FaceName::Native);
            assert_eq!(reply.header("content-type"), Some(if status == 200 { success } else { refusal }), "{path}");
        }
    }

    async fn paths_that_no_face_has(db: Db) {
        let town = Town::open(db).await;
        for face in faces::all() {
            for prefix in &face.prefixes {
                for rest in ["", "/", "/no-such-thing", "/invoices/1/no-such-thing", "/invoice/1/2/3"] {
                    let path = format!("{prefix}{rest}");
                    let request = town.world.server.get(&path);
                    for request in [request.clone(), present(request, face.name, town.world.keys.of(face.name))] {
                        refusals::check(face.name, Why::NoRoute, &request.send().await, &path);
                    }
                }
            }
        }
        for path in ["/no-such-thing", "/v3", "/api", "/api/v2/invoice", "/subscriptions", "/v10/me", "/expressed"] {
            let reply = town.world.server.get(path).send().await;
            refusals::check(FaceName::Native, Why::NoRoute, &reply, path);
        }
    }

    async fn scripts_of_other_origins(db: Db) {
        let town = Town::open(db).await;
        for route in routes::all() {
            let path = town.any_path(&route);
            let ask = async |origin: &str| {
                let request = town.world.server.request("OPTIONS", &path).header("origin", origin);
                request.header("access-control-request-method", &route.method).send().await
            };
            let allowed = ask(ORIGIN).await;
            assert_eq!((allowed.status, allowed.body.as_str()), (204, ""), "{}", place(&route));
            assert_eq!(allowed.header("access-control-allow-origin"), Some(ORIGIN), "{}", place(&route));
            assert_eq!(allowed.header("access-control-allow-headers"), Some(request_headers(route.face)), "{}", place(&route));
            let methods = allowed.header("access-control-allow-methods").unwrap_or_default();
            assert!(methods.split(", ").any(|method| method == route.method), "{}: {methods}", place(&route));
            assert_eq!(allowed.header("access-control-allow-credentials"), None, "{}", place(&route));
            let foreign = ask("https://app.example.org").await;
            assert_eq!(foreign.status, 204, "{}", place(&route));
            assert_eq!(cors_headers(&foreign), Vec::<&str>::new(), "{}", place(&route));
        }
        // The answers themselves, refusals too.
        for route in routes::all().iter().filter(|route| route.method == "GET") {
            let path = town.path(route, usize::MAX);
            for (origin, is_allowed) in [(ORIGIN, true), ("https://app.example.org", false)] {
                let bare = town.world.server.get(&path).header("origin", origin);
                for request in [bare.clone(), present(bare, route.face, town.world.keys.of(route.face))] {
                    let reply = request.send().await;
                    let told = reply.header("access-control-allow-origin");
                    assert_eq!(told, is_allowed.then_some(ORIGIN), "{}", place(route));
                    assert_eq!(cors_headers(&reply).is_empty(), !is_allowed, "{}", place(route));
                    assert!(reply.header("vary").is_some_and(|vary| vary.contains("Origin")), "{}", place(route));
                }
            }
        }
    }
}

/// The request headers that a face's preflights allow.
fn request_headers(face: FaceName) -> &'static str {
    match face {
        FaceName::Zoho => {
            "Authorization, Content-Type, Idempotency-Key, X-Request-Id, X-com-zoho-subscriptions-organizationid"
        }
        FaceName::Native | FaceName::Zoom | FaceName::Talkdesk | FaceName::ChargeOver => {
            "Authorization, Content-Type, Accept, Idempotency-Key, If-Match, X-Request-Id"
        }
    }
}

fn cors_headers(reply: &Reply) -> Vec<&str> {
    let names = reply.headers.iter().map(|(name, _)| name.as_str());
    names.filter(|name| name.starts_with("access-control-")).collect()
}
