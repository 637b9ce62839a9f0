//! That the comparison can fail: an operation without locks is found out.

use crate::copies::Situation;
use crate::operations::{Operation, PAY};
use crate::pairs::race;
use crate::trial::Servers;
use billing::Error;
use billing::payments::PaymentShare;
use billing::payments::apply::ApplyPayments;
use domain::Refusal;
use std::time::Duration;
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};

/// Pays what the invoice owed a moment ago: it reads in one transaction, and writes in others without looking again.
const LOST_UPDATE: Operation = Operation {
    name: "lost update",
    done_in: &[Situation::Unpaid],
    calls_out: false,
    run: |server, copy| {
        Box::pin(async move {
            let owed = server.view(copy.invoice).await.summary.balance;
            if owed.minor == 0 {
                return Err(Error::Refused(Refusal::NothingOwed { invoice: copy.invoice }));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            let payment = server.pay(&owed.to_fixed()).from(copy.customer).tried().await?;
            let share = PaymentShare { payment, invoice: copy.invoice, amount: amount(&owed.to_fixed()) };
            server.tried(ApplyPayments { shares: vec![share], recover: false, on: None }).await
        })
    },
};

on_both_databases! {
    async fn an_operation_without_locks_is_found_out(db: TestDb) {
        let servers = Servers::of(World::open(&db).await).await;
        let pairs = race(&servers, Situation::Unpaid, &[LOST_UPDATE, PAY], 8).await;
        let found: Vec<(String, bool)> =
            pairs.iter().map(|pair| (pair.name(), !pair.impossible().is_empty())).collect();
        let expected = [("lost update and lost update", true), ("lost update and pay", true), ("pay and pay", false)];
        assert_eq!(found, expected.map(|(name, is_found)| (name.to_owned(), is_found)));
        assert!(pairs.iter().all(|pair| pair.told_first() == ["done", "done"]), "one after the other it works");
    }
}
