//! The tables of operations. The router is made from them and nothing else, so that no route exists without its
//! scope, and no handler runs before token, scope and organization were judged, in this order (the contract's
//! order of refusals at the edge).

use std::future::Future;
use std::pin::Pin;

use axum::Router;
use axum::extract::Request;
use axum::routing::{MethodFilter, on};
use billing::Billing;
use http_kit::Answer;

use crate::call::{self, Call};
use crate::errors::Failure;
use crate::limits::CallLimits;
use crate::mount::Mount;
use crate::scopes;
use crate::{
    addons, coupons, credit_notes, customers, events, invoices, items, organizations, payments, plans, products,
    refunds, settings, unbilled_charges,
};

/// What a token must hold besides being accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    AnyToken,
    /// This scope, or one that covers it: its module's `ALL`, or [`Needs::EVERYTHING`].
    Scope(&'static str),
}

impl Needs {
    /// The scope that holds all others.
    pub const EVERYTHING: &'static str = scopes::EVERYTHING;

    /// Whether a token with these scopes may. Zoho's own pages differ in case (`.READ`, `.all`), so case does
    /// not count.
    pub fn are_met_by(self, held: &[String]) -> bool {
        match self {
            Self::AnyToken => true,
            Self::Scope(scope) => held.iter().any(|held| scopes::covers(held, scope)),
        }
    }
}

pub(crate) type Handling = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send>>;

/// One row of the table.
pub struct Operation {
    /// For people and tests: `list invoices`.
    pub name: &'static str,
    /// `GET`.
    pub method: &'static str,
    /// Below the mount's prefix, with `{}` around parameters.
    pub path: &'static str,
    /// What the token must hold.
    pub needs: Needs,
    pub(crate) handle: fn(Call) -> Handling,
}

/// A row of the table, short enough to be read as one line.
pub(crate) const fn row(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    needs: Needs,
    handle: fn(Call) -> Handling,
) -> Operation {
    Operation { name, method, path, needs, handle }
}

/// The tables of all modules; each lies in the file that is named after its URL.
const TABLES: &[&[Operation]] = &[
    organizations::OPERATIONS,
    invoices::OPERATIONS,
    customers::OPERATIONS,
    customers::contactpersons::OPERATIONS,
    customers::cards::OPERATIONS,
    customers::bankaccounts::OPERATIONS,
    customers::transactions::OPERATIONS,
    settings::OPERATIONS,
    settings::customfields::OPERATIONS,
    payments::OPERATIONS,
    credit_notes::OPERATIONS,
    refunds::OPERATIONS,
    unbilled_charges::OPERATIONS,
    events::OPERATIONS,
    products::OPERATIONS,
    plans::OPERATIONS,
    addons::OPERATIONS,
    items::OPERATIONS,
    coupons::OPERATIONS,
];

/// Every operation that is served. Zoho's other modules answer 404 with code 5 until they are here.
pub fn operations() -> impl Iterator<Item = &'static Operation> + Clone {
    TABLES.iter().copied().flatten()
}

pub(crate) fn router(billing: &Billing, limits: &CallLimits, mount: Mount) -> Router {
    operations().fold(Router::new(), |router, operation| {
        let (billing, limits) = (billing.clone(), limits.clone());
        let handler = move |request: Request| call::answer(billing.clone(), limits.clone(), mount, operation, request);
        let method = axum::http::Method::from_bytes(operation.method.as_bytes())
            .ok()
            .and_then(|method| MethodFilter::try_from(method).ok())
            .expect("the table holds methods of HTTP");
        router.route(operation.path, on(method, handler))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ_INVOICES: Needs = Needs::Scope("ZohoSubscriptions.invoices.READ");

    #[test]
    fn scopes_are_held_or_covered() {
        let of = |scopes: &[&str]| scopes.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>();
        assert!(READ_INVOICES.are_met_by(&of(&["ZohoSubscriptions.invoices.READ"])));
        assert!(READ_INVOICES.are_met_by(&of(&["x", "zohosubscriptions.invoices.read"])));
        assert!(READ_INVOICES.are_met_by(&of(&["ZohoSubscriptions.fullaccess.all"])));
        assert!(READ_INVOICES.are_met_by(&of(&["ZohoSubscriptions.invoices.ALL"])));
        for scopes in [
            of(&[]),
            of(&["ZohoSubscriptions.invoices.CREATE"]),
            of(&["ZohoSubscriptions.invoices.READONLY"]),
            of(&["ZohoSubscriptions.settings.READ"]),
        ] {
            assert!(!READ_INVOICES.are_met_by(&scopes), "{scopes:?}");
            assert!(Needs::AnyToken.are_met_by(&scopes));
        }
    }

    #[test]
    fn every_row_is_a_route_of_its_own() {
        for (at, operation) in operations().enumerate() {
            assert!(operation.path.starts_with('/'), "{}", operation.name);
            if let Needs::Scope(scope) = operation.needs {
                assert!(scope.starts_with("ZohoSubscriptions."), "{}", operation.name);
            }
            for other in operations().skip(at + 1) {
                assert_ne!((operation.method, operation.path), (other.method, other.path));
            }
        }
    }
}
