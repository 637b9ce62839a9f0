//! Every registered statement is prepared on both databases, which must agree about it.

use store::check::{complaints, shapes};
use testkit::databases::both;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_means_the_same_on_both_databases() {
    let [lite, pg] = both().await;
    let on_lite = shapes(&lite).await.expect("SQLite can be asked");
    let on_pg = shapes(&pg).await.expect("PostgreSQL can be asked");
    lite.remove().await;
    pg.remove().await;
    assert!(on_lite.iter().any(|shape| shape.name == "TAKE_BLOCK"), "the store's own statements are registered");
    let found = complaints(&on_lite, &on_pg);
    assert!(found.is_empty(), "{} complaints:\n{}", found.len(), found.join("\n"));
}
