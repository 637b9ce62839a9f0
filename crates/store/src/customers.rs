//! Customers and their projected balances. Their people are in [`contacts`](crate::contacts).

use crate::columns::{Columns, bind_address};
use crate::snapshots::{read_texts, write_list};
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{CustomerId, EntityId, TaxAuthorityId, TaxGroupId, TermsId};
use domain::money::Currency;
use domain::party::{Customer, ServiceLevel, Terms};

pub use crate::contacts::{
    contacts, delete_contact, demote_other_contacts, insert_contact, load_contact, primary_contacts, update_contact,
};

macro_rules! customer_columns {
    () => {
        "id, parent_id, display_name, company_name, email, phone, currency, entity_id, time_zone, language, \
         terms_id, terms_name, terms_days, \
         bill_attention, bill_line1, bill_line2, bill_line3, bill_city, bill_state, bill_postcode, bill_country, \
         bill_phone, bill_fax, ship_attention, ship_line1, ship_line2, ship_line3, ship_city, ship_state, \
         ship_postcode, ship_country, ship_phone, ship_fax, tax_ids, exemption_code, exemption_reason, \
         service_level, external_key, token, is_active, notes, website, tax_group_id, tax_authority_id, \
         is_portal_enabled, created_at, updated_at"
    };
}

pub(crate) use customer_columns;

insert! {
    INSERT_CUSTOMER = "customers" (tenant_id, id, parent_id, display_name, company_name, email, phone, currency,
        entity_id, time_zone, language, terms_id, terms_name, terms_days, bill_attention, bill_line1, bill_line2,
        bill_line3, bill_city, bill_state, bill_postcode, bill_country, bill_phone, bill_fax, ship_attention,
        ship_line1, ship_line2, ship_line3, ship_city, ship_state, ship_postcode, ship_country, ship_phone,
        ship_fax, tax_ids, exemption_code, exemption_reason, service_level, external_key, token, is_active, notes,
        website, tax_group_id, tax_authority_id, is_portal_enabled, created_at, updated_at);
}

sql! {
    LOAD_CUSTOMER = concat!("SELECT ", customer_columns!(), " FROM customers WHERE tenant_id = $1 AND id = $2");
    LOAD_CUSTOMERS = concat!("SELECT ", customer_columns!(),
        " FROM customers WHERE tenant_id = $1 AND id @in($2) ORDER BY id");
    LIST_CUSTOMERS = concat!("SELECT ", customer_columns!(),
        " FROM customers WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    UPDATE_CUSTOMER = "UPDATE customers SET parent_id = $3, display_name = $4, company_name = $5, email = $6, \
        phone = $7, entity_id = $8, time_zone = $9, language = $10, terms_id = $11, terms_name = $12, \
        terms_days = $13, tax_ids = $14, exemption_code = $15, exemption_reason = $16, service_level = $17, \
        external_key = $18, is_active = $19, notes = $20, updated_at = $21, bill_attention = $22, bill_line1 = $23, \
        bill_line2 = $24, bill_line3 = $25, bill_city = $26, bill_state = $27, bill_postcode = $28, \
        bill_country = $29, bill_phone = $30, bill_fax = $31, ship_attention = $32, ship_line1 = $33, \
        ship_line2 = $34, ship_line3 = $35, ship_city = $36, ship_state = $37, ship_postcode = $38, \
        ship_country = $39, ship_phone = $40, ship_fax = $41, website = $42, tax_group_id = $43, \
        tax_authority_id = $44, is_portal_enabled = $45 WHERE tenant_id = $1 AND id = $2";
    DELETE_CUSTOMER = "DELETE FROM customers WHERE tenant_id = $1 AND id = $2";
    SUBTREE = "WITH RECURSIVE below (id) AS ( \
        SELECT id FROM customers WHERE tenant_id = $1 AND id = $2 \
        UNION SELECT c.id FROM customers c JOIN below b ON c.parent_id = b.id WHERE c.tenant_id = $1) \
        SELECT id FROM below ORDER BY id";
    IS_BELOW = "WITH RECURSIVE above (id, parent_id) AS ( \
        SELECT id, parent_id FROM customers WHERE tenant_id = $1 AND id = $2 \
        UNION SELECT c.id, c.parent_id FROM customers c JOIN above a ON c.id = a.parent_id WHERE c.tenant_id = $1) \
        SELECT COUNT(*) FROM above WHERE id = $3";
    IN_USE = "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM invoices WHERE tenant_id = $1 AND customer_id = $2 LIMIT 1) i) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM payments WHERE tenant_id = $1 AND customer_id = $2 LIMIT 1) p) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM credit_notes WHERE tenant_id = $1 AND customer_id = $2 LIMIT 1) n) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM unbilled_charges WHERE tenant_id = $1 AND customer_id = $2 LIMIT 1) u) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM customers WHERE tenant_id = $1 AND parent_id = $2 LIMIT 1) c)";
    ADD_BALANCE = "INSERT INTO customer_balances (tenant_id, customer_id, entity_id, currency, outstanding, unused_credit) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, customer_id, entity_id, currency) DO UPDATE SET \
        outstanding = customer_balances.outstanding + excluded.outstanding, \
        unused_credit = customer_balances.unused_credit + excluded.unused_credit";
    LIST_BALANCES = "SELECT entity_id, currency, outstanding, unused_credit FROM customer_balances \
        WHERE tenant_id = $1 AND customer_id = $2 ORDER BY entity_id, currency";
    LIST_BALANCES_OF = "SELECT customer_id, currency, CAST(SUM(outstanding) AS BIGINT), CAST(SUM(unused_credit) AS BIGINT) \
        FROM customer_balances WHERE tenant_id = $1 AND customer_id @in($2) GROUP BY customer_id, currency \
        ORDER BY customer_id, currency";
}

sql! {
    locks LOCK_TREE = "SELECT tenant_id FROM tenants WHERE tenant_id = $1";
    locks LOCK_CUSTOMER = "SELECT id FROM customers WHERE tenant_id = $1 AND id = $2";
}

pub(crate) fn customer(row: &Row<'_>) -> Result<Customer> {
    let mut c = Columns::of(row);
    Ok(Customer {
        id: CustomerId(c.int()?),
        parent_id: c.opt_int()?.map(CustomerId),
        display_name: c.text()?,
        company_name: c.text()?,
        email: c.text()?,
        phone: c.text()?,
        currency: c.currency()?,
        entity_id: c.opt_int()?.map(EntityId),
        time_zone: c.opt_text()?,
        language: c.opt_text()?,
        terms: {
            let (id, name, days) = (c.opt_int()?.map(TermsId), c.opt_text()?, c.opt_int()?);
            name.zip(days).map(|(name, days)| Terms { id, name, days })
        },
        bill_to: c.address()?,
        ship_to: c.address()?,
        tax_ids: read_texts(&c.text()?)?,
        tax_exemption: c.exemption()?,
        service_level: c.word(ServiceLevel::from_word)?,
        external_key: c.opt_text()?,
        token: c.text()?,
        is_active: c.flag()?,
        notes: c.text()?,
        website: c.text()?,
        tax_group_id: c.opt_int()?.map(TaxGroupId),
        tax_authority_id: c.opt_int()?.map(TaxAuthorityId),
        is_portal_enabled: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

fn terms_values(terms: Option<&Terms>) -> [Value<'_>; 3] {
    match terms {
        Some(terms) => [Value::from(terms.id), Value::from(terms.name.as_str()), Value::from(terms.days)],
        None => [Value::Null, Value::Null, Value::Null],
    }
}

pub async fn insert_many(tx: &mut Tx<'_>, customers: &[Customer]) -> Result<()> {
    let tax_ids: Vec<String> = customers.iter().map(|customer| write_list(&customer.tax_ids)).collect();
    let rows = customers.iter().zip(&tax_ids).map(|(customer, tax_ids)| {
        let mut row = vec![
            Value::from(tx.tenant()),
            Value::from(customer.id),
            Value::from(customer.parent_id),
            Value::from(customer.display_name.as_str()),
            Value::from(customer.company_name.as_str()),
            Value::from(customer.email.as_str()),
            Value::from(customer.phone.as_str()),
            Value::from(customer.currency.code()),
            Value::from(customer.entity_id),
            Value::from(customer.time_zone.as_deref()),
            Value::from(customer.language.as_deref()),
        ];
        row.extend(terms_values(customer.terms.as_ref()));
        bind_address(&mut row, &customer.bill_to);
        bind_address(&mut row, &customer.ship_to);
        row.extend([
            Value::from(tax_ids.as_str()),
            Value::from(customer.tax_exemption.as_ref().map(|exemption| exemption.code.as_str())),
            Value::from(customer.tax_exemption.as_ref().map(|exemption| exemption.reason.as_str())),
            Value::from(customer.service_level.word()),
            Value::from(customer.external_key.as_deref()),
            Value::from(customer.token.as_str()),
            Value::from(customer.is_active),
            Value::from(customer.notes.as_str()),
            Value::from(customer.website.as_str()),
            Value::from(customer.tax_group_id),
            Value::from(customer.tax_authority_id),
            Value::from(customer.is_portal_enabled),
            Value::from(customer.created_at),
            Value::from(customer.updated_at),
        ]);
        row
    });
    let rows = Batch::of(&INSERT_CUSTOMER, rows);
    tx.insert_many(&INSERT_CUSTOMER, &rows).await.map(drop)
}

pub async fn update(tx: &mut Tx<'_>, customer: &Customer) -> Result<bool> {
    let tax_ids = write_list(&customer.tax_ids);
    let mut row = vec![
        Value::from(tx.tenant()),
        Value::from(customer.id),
        Value::from(customer.parent_id),
        Value::from(customer.display_name.as_str()),
        Value::from(customer.company_name.as_str()),
        Value::from(customer.email.as_str()),
        Value::from(customer.phone.as_str()),
        Value::from(customer.entity_id),
        Value::from(customer.time_zone.as_deref()),
        Value::from(customer.language.as_deref()),
    ];
    row.extend(terms_values(customer.terms.as_ref()));
    row.extend([
        Value::from(tax_ids.as_str()),
        Value::from(customer.tax_exemption.as_ref().map(|exemption| exemption.code.as_str())),
        Value::from(customer.tax_exemption.as_ref().map(|exemption| exemption.reason.as_str())),
        Value::from(customer.service_level.word()),
        Value::from(customer.external_key.as_deref()),
        Value::from(customer.is_active),
        Value::from(customer.notes.as_str()),
        Value::from(customer.updated_at),
    ]);
    bind_address(&mut row, &customer.bill_to);
    bind_address(&mut row, &customer.ship_to);
    row.extend([
        Value::from(customer.website.as_str()),
        Value::from(customer.tax_group_id),
        Value::from(customer.tax_authority_id),
        Value::from(customer.is_portal_enabled),
    ]);
    Ok(tx.exec(&UPDATE_CUSTOMER, &row).await? == 1)
}

pub async fn load(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<Customer>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_CUSTOMER, params![tenant, id], customer).await
}

pub async fn load_many(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    let tenant = tx.tenant();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    tx.all(&LOAD_CUSTOMERS, params![tenant, ids.as_slice()], customer).await
}

/// Customers in id order after `after` (0 for the first page).
pub async fn list(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Customer>> {
    let tenant = tx.tenant();
    tx.all(&LIST_CUSTOMERS, params![tenant, after, limit], customer).await
}

/// Locks the tenant's tree of customers against other moves in it. Before any customer's row: a move reads rows that
/// another move would change.
pub async fn lock_tree(tx: &mut Tx<'_>) -> Result<()> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_TREE, params![tenant], |_| Ok(())).await.map(drop)
}

/// Locks the customer's row; false when there is none.
pub async fn lock(tx: &mut Tx<'_>, id: CustomerId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.opt(&LOCK_CUSTOMER, params![tenant, id], |row| row.int(0)).await?.is_some())
}

pub async fn delete(tx: &mut Tx<'_>, id: CustomerId) -> Result<bool> {
    let tenant = tx.tenant();
    crate::contacts::delete_all(tx, id).await?;
    Ok(tx.exec(&DELETE_CUSTOMER, params![tenant, id]).await? == 1)
}

/// The customer and every customer below it, ids ascending; empty when there is no such customer.
pub async fn subtree(tx: &mut Tx<'_>, root: CustomerId) -> Result<Vec<CustomerId>> {
    let tenant = tx.tenant();
    tx.all(&SUBTREE, params![tenant, root], |row| row.int(0).map(CustomerId)).await
}

/// Whether `id` is `root` or stands below it; walks up from `id`, so it costs the depth of the tree.
pub async fn is_within(tx: &mut Tx<'_>, id: CustomerId, root: CustomerId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&IS_BELOW, params![tenant, id, root], |row| row.int(0)).await? > 0)
}

/// Whether any document, payment or sub-customer refers to the customer.
pub async fn in_use(tx: &mut Tx<'_>, id: CustomerId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&IN_USE, params![tenant, id], |row| row.int(0)).await? > 0)
}

/// What a customer owes and has left over in one currency at one legal entity, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub entity_id: EntityId,
    pub currency: Currency,
    pub outstanding: i64,
    pub unused_credit: i64,
}

/// Adds to the projected balance, making the row when there is none.
pub async fn add_balance(tx: &mut Tx<'_>, customer: CustomerId, change: &Balance) -> Result<()> {
    let row = params![
        tx.tenant(),
        customer,
        change.entity_id,
        change.currency.code(),
        change.outstanding,
        change.unused_credit
    ];
    tx.exec(&ADD_BALANCE, row).await.map(drop)
}

pub async fn balances(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Balance>> {
    let tenant = tx.tenant();
    tx.all(&LIST_BALANCES, params![tenant, customer], |row| {
        let mut c = Columns::of(row);
        Ok(Balance {
            entity_id: EntityId(c.int()?),
            currency: c.currency()?,
            outstanding: c.int()?,
            unused_credit: c.int()?,
        })
    })
    .await
}

/// What a customer owes and has left over in one currency, at all legal entities together, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub customer_id: CustomerId,
    pub currency: Currency,
    pub outstanding: i64,
    pub unused_credit: i64,
}

/// The standings of several customers, one for each currency that a customer has.
pub async fn standings(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Standing>> {
    let tenant = tx.tenant();
    tx.all(&LIST_BALANCES_OF, params![tenant, customers], |row| {
        let mut c = Columns::of(row);
        Ok(Standing {
            customer_id: CustomerId(c.int()?),
            currency: c.currency()?,
            outstanding: c.int()?,
            unused_credit: c.int()?,
        })
    })
    .await
}
