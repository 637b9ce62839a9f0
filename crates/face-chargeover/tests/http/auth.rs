//! Who is let in: pairs of keys and signatures (contract 3.2).

use crate::world::{NOW, PARENT, PUBLIC_URL, STAFF, World, basic};
use billing::credentials::RevokeCredential;
use billing::{Caller, FaceName};
use face_chargeover::Settings;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_kit::limits::PerSecond;
use sha2::Sha256;
use store::Db;
use testkit::server::Reply;

const CHALLENGE: &str = include_str!("../wire/401_missing.json");
const REFUSED: &str = include_str!("../wire/401_refused.json");
const SLOWED: &str = include_str!("../wire/429.json");

/// The header of a signed request to `path`, which includes prefix and query.
fn signed((public, private): (&str, &str), path: &str, nonce: &str, at: i64) -> String {
    let url = format!("{PUBLIC_URL}{path}").to_lowercase();
    let text = format!("{public}||{url}||{nonce}||{at}||");
    let mut mac = Hmac::<Sha256>::new_from_slice(private.as_bytes()).expect("a key of any length");
    mac.update(text.as_bytes());
    header(public, nonce, at, &hex::encode(mac.finalize().into_bytes()))
}

/// As the vendor's clients write it: no commas, a trailing blank.
fn header(public: &str, nonce: &str, at: i64, signature: &str) -> String {
    format!(
        "ChargeOver co_public_key=\"{public}\" co_nonce=\"{nonce}\" co_timestamp=\"{at}\" \
         co_signature_method=\"HMAC-SHA256\" co_version=\"1.0\" co_signature=\"{signature}\" "
    )
}

async fn ask(world: &World, path: &str, authorization: &str) -> Reply {
    world.server.get(path).header("authorization", authorization).send().await
}

#[track_caller]
fn check_refused(reply: &Reply) {
    assert_eq!(reply.expect(401), REFUSED.trim_end());
    assert_eq!(reply.header("www-authenticate"), Some("Basic realm=\"ChargeOver\""));
}

testkit::on_both_databases! {
    async fn nobody_is_challenged(db: Db) {
        let world = World::new(db).await;
        for path in ["/api/v3/invoice", "/api/v3/invoice/10005", "/api/v3/invoice/99", "/api/v3/invoice/token:x",
            "/api/v3/invoice/_count", "/api/v3/invoice?limit=x"] {
            let reply = world.server.get(path).send().await;
            assert_eq!(reply.expect(401), CHALLENGE.trim_end(), "{path}");
            assert_eq!(reply.header("www-authenticate"), Some("Basic realm=\"ChargeOver\""));
        }
    }
}

testkit::on_both_databases! {
    async fn pairs_of_keys(db: Db) {
        let world = World::new(db).await;
        let path = "/api/v3/invoice/10005";
        ask(&world, path, &basic(STAFF)).await.expect(200);
        for wrong in [("user", "wrong"), ("user", ""), ("nobody", "pass"), ("", ""), ("pass", "user"),
            ("user", "parent-secret")] {
            check_refused(&ask(&world, path, &basic(wrong)).await);
        }
        for header in ["Bearer user", "Basic !!!", "Basic", "Zoho-oauthtoken user", "Digest x", "ChargeOver",
            "ChargeOver co_public_key=\"user\""] {
            check_refused(&ask(&world, path, header).await);
        }
    }
}

testkit::on_both_databases! {
    async fn a_revoked_pair(db: Db) {
        let world = World::new(db).await;
        let caller = world.billing.authenticate(FaceName::ChargeOver, STAFF.0, Some(STAFF.1), "").await;
        let caller = caller.expect("let in");
        let revoke = RevokeCredential { credential: caller.credential.expect("a credential") };
        world.billing.perform(&Caller::system(caller.tenant), revoke).await.expect("revoked");
        check_refused(&ask(&world, "/api/v3/invoice", &basic(STAFF)).await);
    }
}

testkit::on_both_databases! {
    async fn the_signature_of_the_contract(db: Db) {
        let world = World::new(db).await;
        // Captured from the vendor's client: let in, so that the answer is about the invoice.
        let captured = header(
            "user",
            "b9yp3v1t",
            1_795_322_983,
            "5490f700b12904df85d789b56a3f7ccae371e46f22d1ca89da511cbbca41a058",
        );
        ask(&world, "/api/v3/invoice/1", &captured).await.expect(404);
        // A second time it is a replay.
        check_refused(&ask(&world, "/api/v3/invoice/1", &captured).await);
        assert_eq!(signed(STAFF, "/api/v3/invoice/1", "b9yp3v1t", 1_795_322_983), captured);
    }
}

testkit::on_both_databases! {
    async fn signatures(db: Db) {
        let world = World::new(db).await;
        let path = "/api/v3/invoice?where=token:EQUALS:token0010005&_dummy=1";
        let reply = ask(&world, path, &signed(STAFF, path, "nonce001", NOW)).await;
        assert!(reply.expect(200).contains("\"invoice_id\": 10005"));
        // The sender's clock may be off by a quarter of an hour, either way.
        ask(&world, path, &signed(STAFF, path, "nonce002", NOW - 899)).await.expect(200);
        ask(&world, path, &signed(STAFF, path, "nonce003", NOW + 899)).await.expect(200);
        check_refused(&ask(&world, path, &signed(STAFF, path, "nonce004", NOW - 901)).await);
        check_refused(&ask(&world, path, &signed(STAFF, path, "nonce005", NOW + 901)).await);
        // Another key, another URL, another nonce than the signed one, nonsense.
        check_refused(&ask(&world, path, &signed(("user", "wrong"), path, "nonce006", NOW)).await);
        check_refused(&ask(&world, path, &signed(STAFF, "/api/v3/invoice", "nonce007", NOW)).await);
        check_refused(&ask(&world, path, &signed(STAFF, path, "nonce008", NOW).replace("nonce008", "nonce009")).await);
        check_refused(&ask(&world, path, &header("user", "nonce010", NOW, "00")).await);
        check_refused(&ask(&world, path, &signed(("nobody", "pass"), path, "nonce011", NOW)).await);
        let other = signed(STAFF, path, "nonce012", NOW).replace("HMAC-SHA256", "HMAC-MD5");
        check_refused(&ask(&world, path, &other).await);
        let other = signed(STAFF, path, "nonce013", NOW).replace("co_version=\"1.0\"", "co_version=\"2.0\"");
        check_refused(&ask(&world, path, &other).await);
        // A nonce belongs to its credential, and is used up even when another path is signed with it.
        ask(&world, path, &signed(PARENT, path, "nonce001", NOW)).await.expect(200);
        let elsewhere = "/api/v3/invoice/10005";
        check_refused(&ask(&world, elsewhere, &signed(STAFF, elsewhere, "nonce001", NOW)).await);
        // Capitals in the URL are signed as small letters, a blank as it is sent.
        let path = "/api/v3/invoice?where=refnumber:EQUALS:OLD%2D5&order=DATE";
        let path = path.replace("DATE", "date:ASC");
        ask(&world, &path, &signed(STAFF, &path, "nonce014", NOW)).await.expect(200);
    }
}

testkit::on_both_databases! {
    async fn a_rate(db: Db) {
        let rate = Some(PerSecond { rate: 1, burst: 2 });
        let world = World::with(db, Settings { rate }).await;
        for _ in 0..2 {
            world.get("/invoice/10005").send().await.expect(200);
        }
        let reply = world.get("/invoice/10005").send().await;
        assert_eq!(reply.expect(429), SLOWED.trim_end());
        assert_eq!(reply.header("retry-after"), Some("1"));
        // Another credential has its own.
        world.get_as(PARENT, "/invoice/10005").send().await.expect(200);
    }
}
