//! `/products`.

use billing::catalogue::products::{CreateProduct, DeleteProduct, ProductFields, UpdateProduct};
use billing::read::{Names, ThenShown};
use domain::catalogue::Product;
use domain::id::ProductId;
use http_kit::json::Object;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::call::Call;
use crate::catalogue::{Ask, product, status_word};
use crate::errors::Fault;
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::{Scalar, filled, text};
use crate::sellers::Sellers;
use crate::wire;

const READ: Needs = Needs::Scope("ZohoSubscriptions.products.READ");
const CREATE: Needs = Needs::Scope("ZohoSubscriptions.products.CREATE");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.products.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.products.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("create a product", "POST", "/products", CREATE, create),
    row("list of all products", "GET", "/products", READ, list),
    row("retrieve a product", "GET", "/products/{product_id}", READ, retrieve),
    row("update a product", "PUT", "/products/{product_id}", UPDATE, update),
    row("delete a product", "DELETE", "/products/{product_id}", DELETE, delete),
    row("mark a product as active", "POST", "/products/{product_id}/markasactive", CREATE, mark_as_active),
    row("mark a product as inactive", "POST", "/products/{product_id}/markasinactive", CREATE, mark_as_inactive),
];

const FILTERS: &[(&str, Option<bool>)] =
    &[("ProductStatus.All", None), ("ProductStatus.ACTIVE", Some(true)), ("ProductStatus.INACTIVE", Some(false))];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProductBody {
    name: Option<Scalar>,
    description: Option<Scalar>,
    email_ids: Option<Scalar>,
    redirect_url: Option<Scalar>,
}

impl ProductBody {
    fn from_wire(self) -> ProductFields {
        let emails = |text: String| {
            text.split(',').map(str::trim).filter(|email| !email.is_empty()).map(str::to_owned).collect()
        };
        ProductFields {
            name: text(self.name),
            description: text(self.description),
            email_ids: text(self.email_ids).map(emails),
            redirect_url: text(self.redirect_url),
            is_active: None,
        }
    }
}

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let body: ProductBody = call.read()?;
        if filled(body.name.as_ref()).is_none() {
            return Err(Fault::invalid("name").into());
        }
        let zone = Sellers::load(&call).await?.zone(None);
        let verb = CreateProduct { fields: body.from_wire() };
        call.write(ThenShown(verb), move |made| {
            wire::created("The product has been created", |o| {
                o.object("product", |o| to_wire(&made.value, &made.names, &zone, o));
            })
        })
        .await
    })
}

fn list(call: Call) -> Handling {
    Box::pin(async move {
        let ask = Ask::of(&call, "Products", FILTERS, |wanted| wanted).await?;
        let found = call.billing.products(&call.caller, ask.list).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.array("products", ask.rows(&found.value), |product, o| to_wire(product, &found.names, &zone, o));
            ask.to_wire(o, &found.value);
        }))
    })
}

async fn of_path(call: &Call) -> Result<ProductId, crate::errors::Failure> {
    product(call, call.path("product_id")).await
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let found = call.billing.shown(&call.caller, of_path(&call).await?).await?;
        let zone = Sellers::load(&call).await?.zone(None);
        Ok(wire::success("success", |o| {
            o.object("product", |o| to_wire(&found.value, &found.names, &zone, o));
        }))
    })
}

/// Fields that are left out stay as they are.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let product = of_path(&call).await?;
        let fields = call.read::<ProductBody>()?.from_wire();
        let zone = Sellers::load(&call).await?.zone(None);
        call.write(ThenShown(UpdateProduct { product, fields }), move |changed| {
            wire::success("The product details have been updated.", |o| {
                o.object("product", |o| to_wire(&changed.value, &changed.names, &zone, o));
            })
        })
        .await
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = DeleteProduct { product: of_path(&call).await? };
        call.write(verb, |()| wire::success("The product has been deleted.", |_| {})).await
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
        let fields = ProductFields { is_active: Some(is_active), ..ProductFields::default() };
        let verb = UpdateProduct { product: of_path(&call).await?, fields };
        call.write(verb, move |_| {
            let message = match is_active {
                true => "The product has been marked as active.",
                false => "The product has been marked as inactive.",
            };
            wire::success(message, |_| {})
        })
        .await
    })
}

fn to_wire(product: &Product, names: &Names, zone: &TimeZone, o: &mut Object<'_>) {
    o.str("product_id", &wire::id_of(names, ProductId::WORD, product.id.0))
        .str("name", &product.name)
        .str("description", &product.description)
        .str("email_ids", &product.email_ids.join(","))
        .str("redirect_url", &product.redirect_url)
        .str("status", status_word(product.is_active))
        .str("created_time", &wire::instant(product.created_at, zone))
        .str("updated_time", &wire::instant(product.updated_at, zone));
}
