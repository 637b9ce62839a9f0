use crate::books::{assert_balanced, billing};
use billing::Caller;
use billing::query::{Field, Filter, InvoiceQuery, Match, Operand, Paging};
use samples::bulk::{BulkPlan, fill};
use std::sync::Mutex;
use store::Db;

testkit::on_both_databases! {
    async fn tenants_are_filled_in_chunks(db: Db) {
        let billing = billing(&db);
        let told = Mutex::new(Vec::new());
        let progress = |done: usize, all: usize| told.lock().expect("one writer").push((done, all));
        let plan = BulkPlan {
            tenants: 2,
            customers: 30,
            invoices: 620,
            lines_per_invoice: 3,
            paid_percent: 50,
            seed: 1,
            progress: &progress,
        };
        let tenants = fill(&billing, &plan).await.expect("filled");
        let told = told.into_inner().expect("no writer failed");
        assert_eq!(told, [(500, 1240), (620, 1240), (1120, 1240), (1240, 1240)]);
        for tenant in tenants {
            let caller = Caller::system(tenant);
            let query = |filters| InvoiceQuery {
                filters,
                order: Vec::new(),
                paging: Paging::Offset { offset: 0, limit: 500 },
                with_withdrawn: true,
            };
            assert_eq!(billing.count_invoices(&caller, query(Vec::new())).await.expect("a count"), 620);
            assert_eq!(billing.customers(&caller, 0, 500).await.expect("customers").len(), 30);
            let paid = billing
                .count_invoices(&caller, query(vec![Filter::Status(vec![billing::query::Status::Paid])]))
                .await
                .expect("a count");
            assert!((240..380).contains(&paid), "{paid}");
            let last = Filter::Field(Field::Number, Match::Equals(Operand::Text("INV-000620".to_owned())));
            assert_eq!(billing.count_invoices(&caller, query(vec![last])).await.expect("a count"), 1);
            assert_balanced(&billing, tenant).await;
        }
    }
}
