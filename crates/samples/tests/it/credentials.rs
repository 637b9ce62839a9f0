use crate::books::billing;
use billing::{ActsFor, FaceName};
use samples::{credentials, vendors};
use store::Db;

testkit::on_both_databases! {
    async fn every_face_has_its_credential(db: Db) {
        let billing = billing(&db);
        let tenant = billing.create_tenant("Demo").await.expect("a tenant");
        let vendors = vendors::load(&billing, tenant).await.expect("the samples load");
        let given = credentials::issue(&billing, tenant, &vendors).await.expect("credentials");
        assert!(given.native.token.starts_with("bw_"));
        for (face, secrets, acts_for, scope) in [
            (FaceName::Native, &given.native, ActsFor::Staff, "*"),
            (FaceName::Zoho, &given.zoho, ActsFor::Staff, "ZohoSubscriptions.fullaccess.all"),
            (FaceName::Zoom, &given.zoom, ActsFor::Customer(vendors.zoom.account), "billing:master"),
            (
                FaceName::Talkdesk,
                &given.talkdesk,
                ActsFor::Customer(vendors.talkdesk.organization),
                "express-accounts-invoices:read",
            ),
            (FaceName::ChargeOver, &given.chargeover, ActsFor::Staff, ""),
        ] {
            let private_key = secrets.private_key.as_deref();
            let caller = billing.authenticate(face, &secrets.token, private_key, "r").await.expect("accepted");
            assert_eq!((caller.tenant, caller.acts_for), (tenant, acts_for), "{face:?}");
            assert_eq!(caller.has_scope(scope), !scope.is_empty(), "{face:?}");
            assert_eq!(private_key.is_some(), face == FaceName::ChargeOver);
            assert_eq!(caller.has_entitlement("billing-insights"), face == FaceName::Talkdesk);
        }
        assert!(!format!("{given:?}").contains(&given.native.token));
    }
}
