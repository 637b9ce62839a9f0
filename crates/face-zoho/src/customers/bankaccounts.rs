//! `/customers/{customer_id}/bankaccounts/{account_id}`: a bank account that a gateway keeps for a customer.

use billing::query::CustomerRef;
use domain::id::{CredentialId, CustomerId, PaymentMethodId};
use domain::payment::method::MethodKind;

use super::READ;
use super::cards::{last_four, one, status_word};
use crate::call::Call;
use crate::routes::{Handling, Operation, row};
use crate::sellers::Sellers;
use crate::wire;

const ONE: &str = "/customers/{customer_id}/bankaccounts/{account_id}";

pub(crate) const OPERATIONS: &[Operation] = &[row("retrieve a bank account", "GET", ONE, READ, retrieve)];

/// A list of one, as the OpenAPI has it.
fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let found = one(&call, "account_id", MethodKind::BankAccount).await?;
        let (view, names) = (&found.value, &found.names);
        let account = &view.method;
        let which = CustomerRef::Id(account.customer_id);
        let customer = call.billing.customer(&call.caller, &which).await?.value.customer;
        let zone = Sellers::load(&call).await?.zone(customer.entity_id);
        Ok(wire::success("success", |o| {
            o.array("bank_accounts", [account], |account, o| {
                o.str("account_id", &wire::id_of(names, PaymentMethodId::WORD, account.id.0))
                    .str("customer_id", &wire::id_of(names, CustomerId::WORD, account.customer_id.0))
                    .str("customer_name", &customer.display_name)
                    .str("gateway", &account.gateway);
                last_four(account, o);
                let by = account.created_by_id.map(i64::from);
                o.str("status", status_word(view.status))
                    .str("last_modified_time", &wire::instant(account.updated_at, &zone))
                    .str("created_time", &wire::instant(account.created_at, &zone))
                    .str("created_by_id", &wire::opt_id_of(names, CredentialId::WORD, by))
                    .str("created_by_name", &account.created_by);
            });
        }))
    })
}
