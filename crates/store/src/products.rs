//! Products.

use crate::columns::Columns;
use crate::offers::Page;
use crate::snapshots::{read_texts, write_list};
use crate::{Result, Row, Tx, insert, params, sql};
use domain::catalogue::Product;
use domain::id::ProductId;

macro_rules! product_columns {
    () => {
        "id, name, description, email_ids, redirect_url, is_active, created_at, updated_at"
    };
}

insert! {
    INSERT_PRODUCT = "products" (tenant_id, id, name, description, email_ids, redirect_url, is_active, created_at,
        updated_at);
}

sql! {
    locks LOCK_PRODUCT = concat!("SELECT ", product_columns!(), " FROM products WHERE tenant_id = $1 AND id = $2");
    LOAD_PRODUCTS = concat!("SELECT ", product_columns!(),
        " FROM products WHERE tenant_id = $1 AND id @in($2) ORDER BY id");
    LIST_PRODUCTS = concat!("SELECT ", product_columns!(),
        " FROM products WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    PAGE_PRODUCTS = concat!("SELECT ", product_columns!(), " FROM products WHERE tenant_id = $1 \
        AND (CAST($2 AS BIGINT) IS NULL OR is_active = $2) ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4");
    UPDATE_PRODUCT = "UPDATE products SET name = $3, description = $4, email_ids = $5, redirect_url = $6, \
        is_active = $7, updated_at = $8 WHERE tenant_id = $1 AND id = $2";
    DELETE_PRODUCT = "DELETE FROM products WHERE tenant_id = $1 AND id = $2";
    PRODUCT_IN_USE = "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM plans WHERE tenant_id = $1 AND product_id = $2 LIMIT 1) p) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM addons WHERE tenant_id = $1 AND product_id = $2 LIMIT 1) a) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM coupons WHERE tenant_id = $1 AND product_id = $2 LIMIT 1) c)";
}

fn product(row: &Row<'_>) -> Result<Product> {
    let mut c = Columns::of(row);
    Ok(Product {
        id: ProductId(c.int()?),
        name: c.text()?,
        description: c.text()?,
        email_ids: read_texts(&c.text()?)?,
        redirect_url: c.text()?,
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

pub async fn insert(tx: &mut Tx<'_>, product: &Product) -> Result<()> {
    let row = params![
        tx.tenant(),
        product.id,
        product.name.as_str(),
        product.description.as_str(),
        write_list(&product.email_ids),
        product.redirect_url.as_str(),
        product.is_active,
        product.created_at,
        product.updated_at,
    ];
    tx.insert(&INSERT_PRODUCT, row).await
}

pub async fn update(tx: &mut Tx<'_>, product: &Product) -> Result<bool> {
    let row = params![
        tx.tenant(),
        product.id,
        product.name.as_str(),
        product.description.as_str(),
        write_list(&product.email_ids),
        product.redirect_url.as_str(),
        product.is_active,
        product.updated_at,
    ];
    Ok(tx.exec(&UPDATE_PRODUCT, row).await? == 1)
}

pub async fn lock(tx: &mut Tx<'_>, id: ProductId) -> Result<Option<Product>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_PRODUCT, params![tenant, id], product).await
}

pub async fn load_many(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<Product>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_PRODUCTS, params![tenant, ids], product).await
}

/// In id order after `after` (0 for the first page).
pub async fn list(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Product>> {
    let tenant = tx.tenant();
    tx.all(&LIST_PRODUCTS, params![tenant, after, limit], product).await
}

/// Newest first.
pub async fn page(tx: &mut Tx<'_>, page: &Page) -> Result<Vec<Product>> {
    let row = params![tx.tenant(), page.is_active, page.limit, page.offset];
    tx.all(&PAGE_PRODUCTS, row, product).await
}

/// Whether a plan, an add-on or a coupon belongs to it.
pub async fn in_use(tx: &mut Tx<'_>, id: ProductId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&PRODUCT_IN_USE, params![tenant, id], |row| row.int(0)).await? > 0)
}

pub async fn delete(tx: &mut Tx<'_>, id: ProductId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_PRODUCT, params![tenant, id]).await? == 1)
}
