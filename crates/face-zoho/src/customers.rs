//! `/customers` and all below it, and `/transactions`, which Zoho keeps with them.

pub(crate) mod bankaccounts;
pub(crate) mod cards;
pub(crate) mod contactpersons;
mod detail;
mod input;
mod list;
pub(crate) mod transactions;

use billing::parties::customers::{CreateCustomer, CustomerFields, DeleteCustomer, EditCustomer, UpdateCustomer};
use billing::query::CustomerRef;
use billing::read::ThenCustomer;
use domain::id::CustomerId;

use crate::call::Call;
use crate::errors::Fault;
use crate::routes::{Handling, Needs, Operation, row};
use crate::wire;
use detail::Desk;
use input::{CustomerBody, of_body};

pub(super) const READ: Needs = Needs::Scope("ZohoSubscriptions.customers.READ");
pub(super) const CREATE: Needs = Needs::Scope("ZohoSubscriptions.customers.CREATE");
pub(super) const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.customers.UPDATE");
pub(super) const DELETE: Needs = Needs::Scope("ZohoSubscriptions.customers.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("create a customer", "POST", "/customers", CREATE, create),
    row("list all customers", "GET", "/customers", READ, list::handle),
    row("retrieve a customer", "GET", "/customers/{customer_id}", READ, retrieve),
    row("update a customer", "PUT", "/customers/{customer_id}", UPDATE, update),
    row("delete a customer", "DELETE", "/customers/{customer_id}", DELETE, delete),
    row("retrieve a customer by reference", "GET", "/customers/reference/{reference_id}", READ, by_reference),
    row("mark a customer as active", "POST", "/customers/{customer_id}/markasactive", CREATE, mark_as_active),
    row("mark a customer as inactive", "POST", "/customers/{customer_id}/markasinactive", CREATE, mark_as_inactive),
];

/// What Zoho CRM calls a customer: `customer_references` of these systems.
const CRM_ACCOUNT: &str = "zcrm_account";
const CRM_CONTACT: &str = "zcrm_contact";

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let change = call.read::<CustomerBody>()?.from_wire(&call).await.map_err(of_body)?;
        change.is_whole()?;
        let desk = Desk::load(&call).await?;
        let verb = CreateCustomer {
            currency: change.currency,
            fields: change.of_new().map_err(|error| of_body(error.into()))?,
        };
        call.write(ThenCustomer(verb), move |made| {
            wire::created("The customer has been created", |o| {
                o.object("customer", |o| desk.customer(&made, o));
            })
        })
        .await
        .map_err(of_body)
    })
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let which = CustomerRef::Id(call.path_id::<CustomerId>("customer_id").await?);
        let found = call.billing.customer(&call.caller, &which).await?;
        let desk = Desk::load(&call).await?;
        Ok(wire::success("success", |o| {
            o.object("customer", |o| desk.customer(&found, o));
        }))
    })
}

/// `reference_id_type` says which of the two ids of Zoho CRM it is; without it, either.
fn by_reference(call: Call) -> Handling {
    Box::pin(async move {
        let systems = match call.query.get("reference_id_type").map(str::trim) {
            None | Some("") => vec![CRM_ACCOUNT.to_owned(), CRM_CONTACT.to_owned()],
            Some("zcrm_account_id") => vec![CRM_ACCOUNT.to_owned()],
            Some("zcrm_contact_id") => vec![CRM_CONTACT.to_owned()],
            Some(_) => return Err(Fault::invalid("reference_id_type").into()),
        };
        let found = call.billing.customer_by_reference(&call.caller, systems, call.path("reference_id")).await?;
        let desk = Desk::load(&call).await?;
        Ok(wire::success("success", |o| {
            o.object("customer", |o| desk.customer(&found, o));
        }))
    })
}

/// Fields that are left out stay as they are.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let customer = call.path_id::<CustomerId>("customer_id").await?;
        let change = call.read::<CustomerBody>()?.from_wire(&call).await.map_err(of_body)?;
        let desk = Desk::load(&call).await?.of_update();
        let verb = EditCustomer { customer, edit: move |view: &_| change.of_known(view) };
        call.write(ThenCustomer(verb), move |changed| {
            wire::success("The customer details have been updated.", |o| {
                o.object("customer", |o| desk.customer(&changed, o));
            })
        })
        .await
        .map_err(of_body)
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = DeleteCustomer { customer: call.path_id("customer_id").await? };
        call.write(verb, |()| wire::success("The customer has been deleted.", |_| {})).await
    })
}

fn mark_as_active(call: Call) -> Handling {
    mark(call, true)
}

fn mark_as_inactive(call: Call) -> Handling {
    mark(call, false)
}

fn mark(call: Call, is_active: bool) -> Handling {
    Box::pin(async move {
        let customer = call.path_id("customer_id").await?;
        let fields = CustomerFields { is_active: Some(is_active), ..CustomerFields::default() };
        call.write(UpdateCustomer { customer, fields }, |customer| {
            let message = match customer.is_active {
                true => "The customer has been marked as active.",
                false => "The customer has been marked as inactive.",
            };
            wire::success(message, |_| {})
        })
        .await
    })
}
