//! Makes, changes and deletes products.

use super::take;
use crate::verb::{Cx, Verb};
use crate::{Error, check};
use domain::Refusal;
use domain::catalogue::Product;
use domain::id::ProductId;
use serde_json::json;

/// What a client says of a product. `None` leaves a field as it is, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct ProductFields {
    pub name: Option<String>,
    pub description: Option<String>,
    pub email_ids: Option<Vec<String>>,
    pub redirect_url: Option<String>,
    pub is_active: Option<bool>,
}

impl ProductFields {
    fn write_to(&self, product: &mut Product) -> Vec<&'static str> {
        let mut changed = Vec::new();
        take!(self => product, changed; name, description, email_ids, redirect_url, is_active);
        changed
    }
}

/// Whom a product may notify, at most.
const MAX_EMAILS: usize = 50;

fn check_product(product: &Product) -> Result<(), Refusal> {
    check::required(&product.name, "name", check::LINE)?;
    check::optional(&product.description, "description", check::LONG)?;
    if product.email_ids.len() > MAX_EMAILS {
        return Err(Refusal::Invalid { what: "email_ids" });
    }
    for email in &product.email_ids {
        check::required(email, "email_ids", check::LINE)?;
        check::email(email, "email_ids")?;
    }
    check::optional(&product.redirect_url, "redirect_url", 2_000)?;
    let is_url = product.redirect_url.starts_with("https://") || product.redirect_url.starts_with("http://");
    if !product.redirect_url.is_empty() && (!is_url || product.redirect_url.contains(char::is_whitespace)) {
        return Err(Refusal::Invalid { what: "redirect_url" });
    }
    Ok(())
}

#[derive(Clone, Debug)]
pub struct CreateProduct {
    pub fields: ProductFields,
}

impl Verb for CreateProduct {
    type Outcome = ProductId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<ProductId, Error> {
        let mut product = Product {
            id: cx.id(ProductId)?,
            name: String::new(),
            description: String::new(),
            email_ids: Vec::new(),
            redirect_url: String::new(),
            is_active: true,
            created_at: cx.now,
            updated_at: cx.now,
        };
        self.fields.write_to(&mut product);
        check_product(&product)?;
        store::products::insert(cx.tx, &product).await?;
        cx.change.record("product.created", ProductId::WORD, product.id.0, "created", json!({}));
        Ok(product.id)
    }
}

#[derive(Clone, Debug)]
pub struct UpdateProduct {
    pub product: ProductId,
    pub fields: ProductFields,
}

impl Verb for UpdateProduct {
    type Outcome = ProductId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<ProductId, Error> {
        let mut product = super::product(cx, Some(self.product)).await?;
        let changed = self.fields.write_to(&mut product);
        check_product(&product)?;
        product.updated_at = cx.now;
        store::products::update(cx.tx, &product).await?;
        cx.change.record("product.updated", ProductId::WORD, product.id.0, "updated", json!({"fields": changed}));
        Ok(product.id)
    }
}

/// Deletes a product without plans, add-ons and coupons.
#[derive(Clone, Copy, Debug)]
pub struct DeleteProduct {
    pub product: ProductId,
}

impl Verb for DeleteProduct {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let product = super::product(cx, Some(self.product)).await?;
        if store::products::in_use(cx.tx, product.id).await? {
            return Err(Refusal::InUse { what: "product" }.into());
        }
        store::names::forget(cx.tx, ProductId::WORD, &[product.id.0]).await?;
        store::products::delete(cx.tx, product.id).await?;
        cx.change.record("product.deleted", ProductId::WORD, product.id.0, "deleted", json!({}));
        Ok(())
    }
}
