//! Credentials: what they open, and when they stop.

use billing::credentials::{AuthError, CreateCredential, Rejected, RevokeCredential};
use billing::invoices::issue::IssueInvoice;
use billing::query::{CustomerRef, InvoiceRef};
use billing::{ActsFor, Caller, Error, FaceName};
use domain::id::CustomerId;
use testkit::builders::{World, instant};
use testkit::{TestDb, on_both_databases};

fn credential(face: FaceName, customer: Option<CustomerId>) -> CreateCredential {
    CreateCredential {
        face,
        label: "Robot".to_owned(),
        customer,
        scopes: vec!["invoices.read".to_owned()],
        entitlements: Vec::new(),
        expires_at: None,
        given: None,
    }
}

async fn enter(world: &World, face: FaceName, token: &str, key: Option<&str>) -> Result<Caller, Rejected> {
    match world.billing.authenticate(face, token, key, "req-1").await {
        Ok(caller) => Ok(caller),
        Err(AuthError::Rejected(rejected)) => Err(rejected),
        Err(AuthError::Failed(error)) => panic!("{error}"),
    }
}

on_both_databases! {
    async fn a_token_opens_its_tenant_until_it_ends(db: TestDb) {
        let world = World::open(&db).await;
        let (info, secrets) = world.does(credential(FaceName::Native, None)).await;
        let caller = enter(&world, FaceName::Native, &secrets.token, None).await.expect("it is accepted");
        assert_eq!((caller.tenant, caller.acts_for, caller.actor.as_str()), (world.tenant, ActsFor::Staff, "Robot"));
        assert!(caller.has_scope("invoices.read") && !caller.has_scope("invoices.write"));
        assert_eq!(enter(&world, FaceName::Zoho, &secrets.token, None).await.err(), Some(Rejected::Unknown));
        assert_eq!(enter(&world, FaceName::Native, "bw_nonsense", None).await.err(), Some(Rejected::Unknown));
        world.does(RevokeCredential { credential: info.id }).await;
        assert_eq!(enter(&world, FaceName::Native, &secrets.token, None).await.err(), Some(Rejected::Revoked));
        let again = world.tried(RevokeCredential { credential: info.id }).await;
        assert!(matches!(again, Err(Error::Missing { .. })));

        let expires_at = Some(instant("2026-03-10T13:00:00Z"));
        let (_, secrets) = world.does(CreateCredential { expires_at, ..credential(FaceName::Native, None) }).await;
        assert!(enter(&world, FaceName::Native, &secrets.token, None).await.is_ok());
        world.at("2026-03-10T13:00:00Z");
        assert_eq!(enter(&world, FaceName::Native, &secrets.token, None).await.err(), Some(Rejected::Expired));
    }

    async fn a_key_pair_needs_both_halves(db: TestDb) {
        let world = World::open(&db).await;
        let (_, secrets) = world.does(credential(FaceName::ChargeOver, None)).await;
        let key = secrets.private_key.as_deref().expect("a pair");
        assert!(enter(&world, FaceName::ChargeOver, &secrets.token, Some(key)).await.is_ok());
        let wrong = format!("{}0", &key[..key.len() - 1]);
        if wrong != key {
            let told = enter(&world, FaceName::ChargeOver, &secrets.token, Some(&wrong)).await.err();
            assert_eq!(told, Some(Rejected::WrongSecret));
        }
        assert!(enter(&world, FaceName::ChargeOver, &secrets.token, None).await.is_err());
    }

    async fn a_customers_credential_sees_its_subtree_and_changes_nothing(db: TestDb) {
        let world = World::open(&db).await;
        let child = world.customer("Store 12").below(world.customer).created().await;
        let stranger = world.customer("Stranger").created().await;
        let own = world.owes("1").await;
        let childs = world.invoice().to(child).line("Service", "1", "1").issued().await;
        let theirs = world.invoice().to(stranger).line("Service", "1", "1").issued().await;
        let draft = world.invoice().line("Service", "1", "1").draft().await;
        let shared = world.does(billing::invoices::create::CreateInvoice {
            spec: { let mut spec = world.invoice().line("Service", "1", "1").spec(); spec.is_shared = true; spec },
        }).await;
        let (_, secrets) = world.does(credential(FaceName::Zoom, Some(world.customer))).await;
        let caller = enter(&world, FaceName::Zoom, &secrets.token, None).await.expect("it is accepted");
        for (invoice, is_seen) in [(own, true), (childs, true), (theirs, false), (draft, false), (shared, true)] {
            let seen = world.billing.invoice(&caller, None, &InvoiceRef::Id(invoice)).await;
            assert_eq!(seen.is_ok(), is_seen, "{invoice}");
        }
        let me = world.billing.resolve_customer(&caller, &CustomerRef::Own).await.expect("it acts for one");
        assert_eq!(me, world.customer);
        let hidden = world.billing.resolve_customer(&caller, &CustomerRef::Id(stranger)).await;
        let nowhere = world.billing.resolve_customer(&caller, &CustomerRef::Id(CustomerId(1))).await;
        for answer in [hidden, nowhere] {
            assert!(matches!(answer, Err(Error::Missing { kind: "customer", .. })), "the same answer");
        }
        let refused = world.billing.perform(&caller, IssueInvoice { invoice: draft }).await;
        assert!(matches!(refused, Err(Error::Forbidden { .. })));
        world.books_are_sound().await;
    }
}
