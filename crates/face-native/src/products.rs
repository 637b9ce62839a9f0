//! `/v1/products`: services that plans and add-ons belong to.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::wire::{Id, Instant};
use billing::catalogue::products::{CreateProduct, DeleteProduct, ProductFields, UpdateProduct};
use billing::read::{OfferList, ThenShown};
use domain::catalogue;
use domain::id::ProductId;
use http_kit::Answer;

table! {
    "listProducts" GET "/v1/products" StaffRead "Lists products by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<Product>::schema),
        handle: list,
    }
    "createProduct" POST "/v1/products" Write "Makes a product." {
        takes: Takes::Body(NewProduct::schema),
        gives: Gives::Created(Product::schema),
        names: "product_id",
        handle: create,
    }
    "getProduct" GET "/v1/products/{product_id}" StaffRead "Reads a product." {
        gives: Gives::Object(Product::schema),
        names: "product_id",
        handle: get,
    }
    "updateProduct" PATCH "/v1/products/{product_id}" Write "Changes a product." {
        takes: Takes::Body(ProductPatch::schema),
        gives: Gives::Object(Product::schema),
        names: "product_id",
        handle: update,
    }
    "activateProduct" POST "/v1/products/{product_id}/activate" Write "Offers a product again." {
        gives: Gives::Object(Product::schema),
        names: "product_id",
        handle: activate,
    }
    "deactivateProduct" POST "/v1/products/{product_id}/deactivate" Write "Stops offering a product." {
        gives: Gives::Object(Product::schema),
        names: "product_id",
        handle: deactivate,
    }
    "deleteProduct" DELETE "/v1/products/{product_id}" Write "Deletes a product without plans, add-ons and coupons." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// A service.
    NewProduct {
        /// As people know it.
        name: String as texts::line,
    } optional {
        /// What it is.
        description: String as texts::long_or_empty,
        /// Whom to notify of what happens to it.
        email_ids: Vec<String>,
        /// Where subscribers are sent afterwards, an `http` or `https` address.
        redirect_url: String,
    }
}

patch! {
    /// Changes of a product.
    ProductPatch {
        /// As people know it.
        name: String as texts::line,
        /// What it is.
        description: String as texts::long_or_empty,
        /// Whom to notify of what happens to it.
        email_ids: Vec<String>,
        /// Where subscribers are sent afterwards.
        redirect_url: String,
    }
}

answer! {
    /// A service.
    Product {
        /// Its id.
        id: Id<ProductId>,
        /// As people know it.
        name: String,
        /// What it is.
        description: String,
        /// Whom to notify of what happens to it.
        email_ids: Vec<String>,
        /// Where subscribers are sent afterwards.
        redirect_url: String,
        /// Whether it is offered.
        is_active: bool,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, ProductId::PREFIX)?;
    let asked = OfferList::After { id: page.after, limit: page.wanted() };
    let rows = call.billing.products(&call.caller, asked).await?.value;
    Ok(page.page(rows, |product| product.id.0, |product| Product::to_wire(&product)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: ProductId = call.id("product_id")?;
    let found = call.billing.shown(&call.caller, id).await?;
    Ok(json(200, &Product::to_wire(&found.value)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let asked: NewProduct = call.read()?;
    let fields = ProductFields {
        name: Some(asked.name),
        description: asked.description,
        email_ids: asked.email_ids,
        redirect_url: asked.redirect_url,
        is_active: None,
    };
    call.write(ThenShown(CreateProduct { fields }), |made| {
        created(format!("/v1/products/{}", made.value.id), &Product::to_wire(&made.value))
    })
    .await
}

async fn change(call: Call, fields: ProductFields) -> Result<Answer, Fault> {
    let verb = UpdateProduct { product: call.id("product_id")?, fields };
    call.write(ThenShown(verb), |changed| json(200, &Product::to_wire(&changed.value))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let asked: ProductPatch = call.read()?;
    let fields = ProductFields {
        name: asked.name,
        description: asked.description,
        email_ids: asked.email_ids,
        redirect_url: asked.redirect_url,
        is_active: None,
    };
    change(call, fields).await
}

async fn activate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, ProductFields { is_active: Some(true), ..ProductFields::default() }).await
}

async fn deactivate(call: Call) -> Result<Answer, Fault> {
    call.no_body()?;
    change(call, ProductFields { is_active: Some(false), ..ProductFields::default() }).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteProduct { product: call.id("product_id")? };
    call.write(verb, |()| nothing()).await
}

impl Product {
    fn to_wire(product: &catalogue::Product) -> Self {
        Self {
            id: Id(product.id),
            name: product.name.clone(),
            description: product.description.clone(),
            email_ids: product.email_ids.clone(),
            redirect_url: product.redirect_url.clone(),
            is_active: product.is_active,
            created_at: Instant(product.created_at),
            updated_at: Instant(product.updated_at),
        }
    }
}
