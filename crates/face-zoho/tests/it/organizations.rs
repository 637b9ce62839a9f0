use serde_json::json;
use testkit::TestDb;

use crate::house::{AsValue, House, ORGANIZATION};

testkit::on_both_databases! {
    async fn the_seller_is_the_organization(db: TestDb) {
        let house = House::build(db).await;
        // Any token will do.
        let token = house.token(&[], None).await;
        let reply = house.get(&token, "/api/v1/organizations").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let organization = json!({
            "organization_id": ORGANIZATION,
            "name": "Zillum",
            "contact_name": "",
            "email": "accounts@zillum.example",
            "is_default_org": true,
            "language_code": "en",
            "fiscal_year_start_month": 0,
            "account_created_date": "2016-06-01",
            "time_zone": "America/Los_Angeles",
            "is_org_active": true,
            "currency_id": "",
            "currency_code": "USD",
            "currency_symbol": "$",
            "currency_format": "###,##0.00",
            "price_precision": 2,
            "plan_name": "",
            "plan_type": 0,
            "plan_period": "",
        });
        let expected = json!({"code": 0, "message": "success", "organizations": [organization.clone()]});
        assert_eq!(reply.value(), expected);

        let one = house.get(&token, &format!("/billing/v1/organizations/{ORGANIZATION}")).await;
        assert_eq!(one.value(), json!({"code": 0, "message": "success", "organization": organization}));
        let none = house.get(&token, "/billing/v1/organizations/10234696").await;
        assert_eq!(none.status, 404);
        assert_eq!(none.body, r#"{"code":1002,"message":"Organization does not exist."}"#);
    }

    async fn a_seller_that_was_never_imported_has_a_native_id(db: TestDb) {
        let house = House::build(db).await;
        let tenant = house.billing.create_tenant("Second").await.expect("a tenant");
        let staff = billing::Caller::system(tenant);
        let token = billing::credentials::CreateCredential {
            face: billing::FaceName::Zoho,
            label: "a client".to_owned(),
            customer: None,
            scopes: Vec::new(),
            entitlements: Vec::new(),
            expires_at: None,
            given: None,
        };
        let (_, secrets) = house.billing.perform(&staff, token).await.expect("a credential");
        let id = face_zoho::wire::spell(tenant.0);
        let authorization = format!("Bearer {}", secrets.token);
        let own = [
            ("authorization", authorization.as_str()),
            ("x-com-zoho-subscriptions-organizationid", id.as_str()),
        ];
        let reply = house.ask("GET", "/subscriptions/v1/organizations", &own, "").await;
        let organization = reply.value()["organizations"][0].clone();
        assert_eq!(organization["organization_id"], json!(id));
        // Without a legal entity yet.
        assert_eq!(organization["currency_code"], json!(""));
        assert_eq!(organization["time_zone"], json!("UTC"));

        let foreign = [own[0], ("x-com-zoho-subscriptions-organizationid", ORGANIZATION)];
        let refused = house.ask("GET", "/subscriptions/v1/organizations", &foreign, "").await;
        assert_eq!(refused.status, 400);
        assert_eq!(refused.value()["code"], json!(6041));
    }
}
