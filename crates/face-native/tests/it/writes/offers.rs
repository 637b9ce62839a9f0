//! What is offered, what waits for its invoice, and what is said anew.

use super::Scribe;
use crate::support::one_line;

impl Scribe {
    /// Products, plans, add-ons and coupons: made, changed, switched off and on, and deleted again.
    pub(super) async fn offers(&mut self) {
        let product = self.make("/v1/products", r#"{"name": "Hosting"}"#).await;
        let price = r#""price": {"scheme": "unit", "brackets": [{"price": "40"}]}"#;
        let of = format!(r#""product_id": "{product}", "name": "Basic""#);
        let mut made = vec![("/v1/products", product)];
        for (path, body) in [
            ("/v1/plans", format!(r#"{{{of}, "code": "basic", "interval": 1, {price}}}"#)),
            ("/v1/addons", format!(r#"{{{of}, "code": "mail", "interval_unit": "months", {price}}}"#)),
            ("/v1/coupons", format!(r#"{{{of}, "code": "TEN", "amount": "10"}}"#)),
        ] {
            made.push((path, self.make(path, &body).await));
        }
        for (path, id) in made.iter().rev() {
            let one = format!("{path}/{id}");
            assert_eq!(self.write("PATCH", &one, r#"{"name": "Better"}"#).await["name"], "Better", "{path}");
            self.write("POST", &format!("{one}/deactivate"), "{}").await;
            assert_eq!(self.world.get(&one).await.expect(200)["is_active"], false, "{path}");
            self.write("POST", &format!("{one}/activate"), "{}").await;
            assert_eq!(self.world.get(&one).await.expect(200)["is_active"], true, "{path}");
            assert_eq!(self.count(path).await, 1, "{path}");
            self.write("DELETE", &one, "").await;
            assert_eq!(self.count(path).await, 0, "{path}");
        }
    }

    pub(super) async fn unbilled(&mut self, customer: &str) {
        let path = "/v1/unbilled-charges";
        let charge = self.make(path, &one_line(customer, "3")).await;
        let body = format!(r#"{{"unbilled_charge_ids": ["{charge}"]}}"#);
        let invoice = self.write("POST", &format!("{path}/invoice"), &body).await;
        assert_eq!((&invoice["total"], self.count(path).await), (&"3.00".into(), 1));
        let charge = self.make(path, &one_line(customer, "4")).await;
        self.write("DELETE", &format!("{path}/{charge}"), "").await;
        assert_eq!(self.count(path).await, 1);
    }

    /// A payment that was received otherwise, and a void credit note that holds after all.
    pub(super) async fn said_anew(&mut self, customer: &str) {
        let payment = self.world.payment(customer, "10", &[]).await;
        let changed = self.write("PATCH", &format!("/v1/payments/{payment}"), r#"{"amount": "12"}"#).await;
        assert_eq!((&changed["amount"], &changed["unapplied"]), (&"12.00".into(), &"12.00".into()));
        let body = format!(r#"{{"kind": "amount", "customer_id": "{customer}", "amount": "9", "issue": true}}"#);
        let note = self.world.made("/v1/credit-notes", &body).await;
        self.world.post(&format!("/v1/credit-notes/{note}/void"), "{}").await.expect(200);
        let open = self.write("POST", &format!("/v1/credit-notes/{note}/reopen"), "{}").await;
        assert_eq!((&open["state"], &open["remaining"]), (&"issued".into(), &"9.00".into()));
    }
}
