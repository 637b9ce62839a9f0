//! Secrets at rest: what is kept of a signing key, what a change of the server's key does, and what a stranger's copy
//! of the database is worth.

use billing::credentials::{AuthError, CreateCredential, Rejected, Secrets, Signed};
use billing::secrets::SecretBox;
use billing::{Billing, Caller, Error, FaceName};
use domain::id::CredentialId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use testkit::builders::{NOW, World, instant};
use testkit::{Kind, TestDb, on_both_databases};

fn pair() -> CreateCredential {
    CreateCredential {
        face: FaceName::ChargeOver,
        label: "Robot".to_owned(),
        customer: None,
        scopes: Vec::new(),
        entitlements: Vec::new(),
        expires_at: None,
        given: None,
    }
}

/// Asks with a signature made with the private key.
async fn sign(billing: &Billing, secrets: &Secrets, nonce: &str) -> Result<Caller, AuthError> {
    let timestamp = instant(NOW).as_second().to_string();
    let (url, body) = ("http://localhost/api/v3/invoice", b"{}");
    let key = secrets.private_key.as_deref().expect("a pair");
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length");
    mac.update(format!("{}||{url}||{nonce}||{timestamp}||", secrets.token).as_bytes());
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    let (public_key, timestamp, signature) = (secrets.token.as_str(), timestamp.as_str(), signature.as_str());
    let signed = Signed { public_key, nonce, timestamp, signature, url, body };
    billing.authenticate_signed(FaceName::ChargeOver, &signed, "req-1").await
}

/// Everything that the files of the database hold, or on PostgreSQL all that it gives of its credentials.
async fn bytes_at_rest(db: &TestDb) -> Vec<u8> {
    match (db.kind(), db.config().url) {
        (Kind::Sqlite, store::Url::Sqlite { path }) => {
            let folder = path.parent().expect("a folder");
            let files = std::fs::read_dir(folder).expect("the folder is there");
            files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("it can be read")).collect()
        }
        _ => db.rows("SELECT * FROM credentials").await.concat().concat().into_bytes(),
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// As an older program left it: readable.
async fn make_readable(world: &World, id: CredentialId, key: &str) {
    let sql = format!(
        "UPDATE credentials SET signing_key = '{key}', sealed_key = NULL WHERE tenant_id = {} AND id = {}",
        world.tenant.0, id.0
    );
    assert_eq!(world.db.raw(&sql).await, 1);
}

/// A server on the same database with another secret key, which remembers nothing of the first.
fn restarted(world: &World, secrets: &SecretBox) -> Billing {
    Billing::new((*world.db).clone(), world.clock.clone()).with_secrets(secrets.clone())
}

on_both_databases! {
    async fn a_signing_key_is_never_at_rest(db: TestDb) {
        let world = World::open(&db).await;
        let (_, secrets) = world.does(pair()).await;
        let caller = sign(&world.billing, &secrets, "n1").await.expect("the signature holds");
        assert_eq!(caller.tenant, world.tenant);
        assert!(matches!(sign(&world.billing, &secrets, "n1").await, Err(AuthError::Rejected(Rejected::Replayed))));
        let wrong = Secrets { private_key: Some("guessed".to_owned()), ..secrets.clone() };
        assert!(matches!(sign(&world.billing, &wrong, "n2").await, Err(AuthError::Rejected(Rejected::WrongSecret))));
        let bytes = bytes_at_rest(&db).await;
        assert!(holds(&bytes, "s1."), "the check can find what is there");
        assert!(!holds(&bytes, secrets.private_key.as_deref().expect("a pair")));
        assert!(!holds(&bytes, &secrets.token));
    }

    async fn readable_keys_are_sealed_at_a_start(db: TestDb) {
        let world = World::open(&db).await;
        let neighbour = world.neighbour().await;
        let mut made = Vec::new();
        for world in [&world, &world, &neighbour] {
            let (info, secrets) = world.does(pair()).await;
            make_readable(world, info.id, secrets.private_key.as_deref().expect("a pair")).await;
            made.push(secrets);
        }
        let keys: Vec<&str> = made.iter().filter_map(|secrets| secrets.private_key.as_deref()).collect();
        let before = bytes_at_rest(&db).await;
        assert!(keys.iter().all(|key| holds(&before, key)));
        let server = restarted(&world, &SecretBox::throw_away());
        assert!(server.secrets_in_use().await.expect("asked").readable);
        assert_eq!(server.reseal().await.expect("sealed"), 3);
        assert_eq!(server.reseal().await.expect("nothing is left"), 0);
        let after = bytes_at_rest(&db).await;
        assert!(!keys.iter().any(|key| holds(&after, key)), "a readable key is left in the files");
        for (secrets, tenant) in made.iter().zip([world.tenant, world.tenant, neighbour.tenant]) {
            assert_eq!(sign(&server, secrets, "n1").await.expect("it still signs").tenant, tenant);
        }
    }

    async fn a_new_key_takes_over_what_the_old_one_sealed(db: TestDb) {
        let world = World::open(&db).await;
        let (old, new) = (SecretBox::new_key(), SecretBox::new_key());
        let of = |text: &str| SecretBox::parse(text).expect("keys");
        let first = restarted(&world, &of(&old));
        let (_, secrets) = first.perform(&world.caller, pair()).await.expect("made");
        assert_eq!(first.secrets_in_use().await.expect("asked").keys, [of(&old).name()]);
        // Alone the new key is the wrong one, and says so before anything is done.
        let wrong = restarted(&world, &of(&new));
        let in_use = wrong.secrets_in_use().await.expect("asked");
        assert_eq!(in_use.lacking(&of(&new)), Some(of(&old).name()));
        assert!(matches!(sign(&wrong, &secrets, "n1").await, Err(AuthError::Failed(_))));
        let failed = wrong.reseal().await.expect_err("it cannot be opened").to_string();
        assert!(failed.contains("sealed with another secret key"), "{failed}");
        // With the old one on a second line it takes over.
        let both = restarted(&world, &of(&format!("{new}\n{old}\n")));
        assert_eq!(both.reseal().await.expect("sealed anew"), 1);
        assert!(sign(&restarted(&world, &of(&new)), &secrets, "n1").await.is_ok());
        assert!(sign(&restarted(&world, &of(&old)), &secrets, "n2").await.is_err());
    }

    async fn a_sealed_key_is_worth_nothing_in_another_row(db: TestDb) {
        let world = World::open(&db).await;
        let neighbour = world.neighbour().await;
        let (_, mine) = world.does(pair()).await;
        let (theirs, their_secrets) = neighbour.does(pair()).await;
        // Whoever writes to the database puts his own key into another tenant's row, to sign for it.
        let steal = format!(
            "UPDATE credentials SET sealed_key = (SELECT sealed_key FROM credentials WHERE tenant_id = {}) \
             WHERE tenant_id = {} AND id = {}",
            world.tenant.0, neighbour.tenant.0, theirs.id.0
        );
        assert_eq!(db.raw(&steal).await, 1);
        let forged = Secrets { token: their_secrets.token, private_key: mine.private_key };
        assert!(matches!(sign(&world.billing, &forged, "n1").await, Err(AuthError::Failed(_))));
    }

    async fn without_a_key_nothing_is_kept(db: TestDb) {
        let world = World::open(&db).await;
        let bare = Billing::new((*db).clone(), world.clock.clone());
        assert!(matches!(bare.perform(&world.caller, pair()).await, Err(Error::NoSecretKey)));
        assert!(bare.secrets_in_use().await.expect("asked").is_nothing());
        assert_eq!(bare.reseal().await.expect("nothing to do"), 0);
        // What needs no key goes on.
        let token = CreateCredential { face: FaceName::Native, ..pair() };
        assert!(bare.perform(&world.caller, token).await.is_ok());
        let (_, secrets) = world.does(pair()).await;
        assert!(matches!(sign(&bare, &secrets, "n1").await, Err(AuthError::Failed(Error::NoSecretKey))));
        assert!(matches!(bare.reseal().await, Err(Error::NoSecretKey)));
    }
}
