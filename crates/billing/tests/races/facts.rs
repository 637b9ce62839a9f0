//! What came of each copy, as sentences without ids, so that equal outcomes are equal.

use std::collections::BTreeMap;
use testkit::builders::World;

/// Everything about an invoice by its id, and about its first customer's money by that customer's, in minor units.
pub async fn facts(world: &World) -> BTreeMap<i64, Vec<String>> {
    let (tenant, other) = (world.tenant.0, world.customer.0);
    let sql = format!(
        "SELECT invoice_id, 'invoice ' || state || ' ' || currency || ' total ' || total_minor || ' balance ' || balance_minor \
           || ' payments ' || payments_gross_minor || ' credits ' || credits_minor || ' write-offs ' \
           || write_offs_minor || ' refunds ' || refunds_minor || ' revision ' || revision \
           || CASE customer_id WHEN {other} THEN ' of another customer' ELSE '' END AS fact \
           FROM audit_v1_invoice WHERE tenant_id = {tenant} \
         UNION ALL SELECT document_id, 'lines ' || COUNT(*) FROM audit_v1_line \
           WHERE tenant_id = {tenant} AND document_kind = 'invoice' GROUP BY document_id \
         UNION ALL SELECT customer_id, 'payment ' || amount_minor || ' applied ' || applied_minor || ' refunded ' \
           || refunded_minor || ' unapplied ' || unapplied_minor FROM audit_v1_payment WHERE tenant_id = {tenant} \
         UNION ALL SELECT COALESCE(invoice_id, customer_id), 'note ' || state || ' total ' || total_minor \
           || ' applied ' || applied_minor || ' refunded ' || refunded_minor || ' remaining ' || remaining_minor \
           FROM audit_v1_credit_note WHERE tenant_id = {tenant} \
         UNION ALL SELECT COALESCE(invoice_id, customer_id), 'refund ' || kind || ' ' || amount_minor \
           FROM audit_v1_refund WHERE tenant_id = {tenant} \
         UNION ALL SELECT invoice_id, 'write-off ' || amount_minor || ' cancelled ' || cancelled_minor \
           FROM audit_v1_write_off WHERE tenant_id = {tenant} \
         UNION ALL SELECT CAST(SUBSTR(token, 12) AS BIGINT), 'charges ' || COUNT(*) FROM sandbox_charges \
           WHERE tenant_id = {tenant} AND transaction_id IS NOT NULL GROUP BY token \
         ORDER BY 1, 2"
    );
    let mut found: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in world.db.rows(&sql).await {
        let [id, fact] = <[String; 2]>::try_from(row).expect("two columns");
        found.entry(id.parse().expect("an id")).or_default().push(fact);
    }
    found
}

/// Currencies whose postings do not add up to nothing, in their own or the base currency; each with both sums.
pub async fn currencies_out_of_balance(world: &World) -> Vec<Vec<String>> {
    let tenant = world.tenant.0;
    let sql = format!(
        "SELECT currency, SUM(amount_minor), SUM(base_amount_minor) FROM audit_v1_journal WHERE tenant_id = {tenant} \
         GROUP BY currency HAVING SUM(amount_minor) <> 0 OR SUM(base_amount_minor) <> 0"
    );
    world.db.rows(&sql).await
}

/// How many charges of the gateway took money, and how many payments in the books came from it.
pub async fn charges_and_payments(world: &World) -> [String; 2] {
    let tenant = world.tenant.0;
    let charges = "SELECT COUNT(*) FROM sandbox_charges WHERE transaction_id IS NOT NULL AND";
    let payments = "SELECT COUNT(*) FROM audit_v1_payment WHERE mode = 'automatic' AND";
    let charges = world.db.rows(&format!("{charges} tenant_id = {tenant}")).await.concat();
    let payments = world.db.rows(&format!("{payments} tenant_id = {tenant}")).await.concat();
    [charges.concat(), payments.concat()]
}
