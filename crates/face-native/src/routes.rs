//! The table of operations, put together from the tables that lie beside the handlers.

use crate::call::{self, Call};
use crate::errors::Fault;
use crate::schema::SchemaOf;
use crate::{
    Desk, addons, cancellation_reasons, coupons, credit_notes, custom_fields, customers, events, invoices, items,
    legal_entities, me, payment_intents, payment_methods, payments, plans, products, refunds, salespersons,
    tax_authorities, tax_exemptions, tax_groups, tax_rates, terms, unbilled_charges,
};
use axum::Router;
use axum::extract::Request;
use axum::routing::{MethodFilter, on};
use http_kit::Answer;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

/// What a credential must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Any accepted credential.
    Any,
    /// `read`.
    Read,
    /// `read`, of a credential that acts for the seller's staff.
    StaffRead,
    /// `write`, of a credential that acts for the seller's staff.
    Write,
}

pub(crate) type Handling = Pin<Box<dyn Future<Output = Result<Answer, Fault>> + Send>>;

/// A query parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub about: &'static str,
    pub(crate) schema: SchemaOf,
}

/// What a route answers when all goes well.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gives {
    /// 200 with an object.
    Object(SchemaOf),
    /// 201 with the object and its `Location`.
    Created(SchemaOf),
    /// 201 with an object that is a report, without a `Location`.
    Made(SchemaOf),
    /// 204.
    Nothing,
}

/// What a route reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    Nothing,
    Body(SchemaOf),
    /// A body that may be left out.
    OptionalBody(SchemaOf),
}

/// One operation.
pub struct Route {
    /// Unique, `createInvoice`.
    pub id: &'static str,
    /// `GET`.
    pub method: &'static str,
    /// Absolute, with `{}` around parameters.
    pub path: &'static str,
    /// What the credential must hold.
    pub scope: Scope,
    /// One sentence.
    pub summary: &'static str,
    /// The query parameters it knows; all others are refused.
    pub query: &'static [Parameter],
    pub(crate) takes: Takes,
    pub(crate) gives: Gives,
    /// The path parameter that the answer's `id` can be put into. Lists have none: they may be empty.
    pub(crate) names: Option<&'static str>,
    pub(crate) handle: fn(Call) -> Handling,
}

impl Route {
    /// The resource, for grouping: `invoices`.
    pub fn tag(&self) -> &'static str {
        self.path.split('/').nth(2).unwrap_or_default()
    }

    /// The names of the path's parameters.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether it changes something.
    pub fn is_write(&self) -> bool {
        self.scope == Scope::Write
    }
}

/// Declares a table beside its handlers; each handler is an `async fn(Call) -> Result<Answer, Fault>`.
macro_rules! table {
    ($($id:literal $method:ident $path:literal $scope:ident $summary:literal {
        $(query: $query:expr,)?
        $(takes: $takes:expr,)?
        gives: $gives:expr,
        $(names: $names:literal,)?
        handle: $handle:path $(,)?
    })+) => {
        pub(crate) const ROUTES: &[$crate::routes::Route] = &[$($crate::routes::Route {
            id: $id,
            method: stringify!($method),
            path: $path,
            scope: $crate::routes::Scope::$scope,
            summary: $summary,
            query: $crate::routes::or_default!(&[] $(, $query)?),
            takes: $crate::routes::or_default!($crate::routes::Takes::Nothing $(, $takes)?),
            gives: $gives,
            names: $crate::routes::or_default!(None $(, Some($names))?),
            handle: |call| Box::pin($handle(call)),
        }),+];
    };
}

/// The second value if there is one.
macro_rules! or_default {
    ($default:expr) => {
        $default
    };
    ($default:expr, $given:expr) => {
        $given
    };
}

pub(crate) use {or_default, table};

/// Every operation that is served below `/v1`, in the order of the document.
pub fn routes() -> &'static [Route] {
    static ALL: LazyLock<Vec<Route>> = LazyLock::new(|| {
        let tables: &[&[Route]] = &[
            me::ROUTES,
            legal_entities::ROUTES,
            customers::ROUTES,
            customers::contacts::ROUTES,
            payment_methods::ROUTES,
            items::ROUTES,
            products::ROUTES,
            plans::ROUTES,
            addons::ROUTES,
            coupons::ROUTES,
            tax_rates::ROUTES,
            tax_groups::ROUTES,
            tax_authorities::ROUTES,
            tax_exemptions::ROUTES,
            custom_fields::ROUTES,
            salespersons::ROUTES,
            terms::ROUTES,
            cancellation_reasons::ROUTES,
            invoices::ROUTES,
            payment_intents::ROUTES,
            payments::ROUTES,
            credit_notes::ROUTES,
            refunds::ROUTES,
            unbilled_charges::ROUTES,
            events::ROUTES,
        ];
        let mut all = Vec::new();
        for table in tables {
            all.extend(table.iter().map(Route::copied));
        }
        all
    });
    &ALL
}

impl Route {
    fn copied(&self) -> Route {
        Route { ..*self }
    }
}

pub(crate) fn router(desk: &Desk) -> Router {
    routes().iter().fold(Router::new(), |router, route| {
        let desk = desk.clone();
        let handler = move |request: Request| call::answer(desk.clone(), route, request);
        let method = http::Method::from_bytes(route.method.as_bytes())
            .ok()
            .and_then(|method| MethodFilter::try_from(method).ok())
            .expect("the table holds methods of HTTP");
        router.route(route.path, on(method, handler))
    })
}
