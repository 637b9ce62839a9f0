//! The people at customers.

use crate::columns::Columns;
use crate::{Result, Row, Tx, insert, params, sql};
use domain::id::{ContactId, CustomerId};
use domain::party::Contact;

macro_rules! contact_columns {
    () => {
        "id, customer_id, salutation, first_name, last_name, email, phone, mobile, fax, department, designation, \
         is_primary, created_at, updated_at"
    };
}

insert! {
    INSERT_CONTACT = "contacts" (tenant_id, id, customer_id, salutation, first_name, last_name, email, phone,
        mobile, fax, department, designation, is_primary, created_at, updated_at);
}

sql! {
    LIST_CONTACTS = concat!("SELECT ", contact_columns!(),
        " FROM contacts WHERE tenant_id = $1 AND customer_id = $2 ORDER BY id");
    DELETE_CONTACT = "DELETE FROM contacts WHERE tenant_id = $1 AND customer_id = $2 AND id = $3";
    DELETE_CONTACTS = "DELETE FROM contacts WHERE tenant_id = $1 AND customer_id = $2";
    UPDATE_CONTACT = "UPDATE contacts SET salutation = $4, first_name = $5, last_name = $6, email = $7, phone = $8, \
        mobile = $9, is_primary = $10, updated_at = $11, fax = $12, department = $13, designation = $14 \
        WHERE tenant_id = $1 AND customer_id = $2 AND id = $3";
    LOAD_CONTACT = concat!("SELECT ", contact_columns!(),
        " FROM contacts WHERE tenant_id = $1 AND customer_id = $2 AND id = $3");
    LIST_PRIMARY_CONTACTS = concat!("SELECT ", contact_columns!(),
        " FROM contacts WHERE tenant_id = $1 AND customer_id @in($2) AND is_primary = 1 ORDER BY customer_id, id");
    DEMOTE_CONTACTS = "UPDATE contacts SET is_primary = 0, updated_at = $4 \
        WHERE tenant_id = $1 AND customer_id = $2 AND id <> $3 AND is_primary = 1";
}

fn contact(row: &Row<'_>) -> Result<Contact> {
    let mut c = Columns::of(row);
    Ok(Contact {
        id: ContactId(c.int()?),
        customer_id: CustomerId(c.int()?),
        salutation: c.text()?,
        first_name: c.text()?,
        last_name: c.text()?,
        email: c.text()?,
        phone: c.text()?,
        mobile: c.text()?,
        fax: c.text()?,
        department: c.text()?,
        designation: c.text()?,
        is_primary: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

pub async fn insert_contact(tx: &mut Tx<'_>, contact: &Contact) -> Result<()> {
    let row = params![
        tx.tenant(),
        contact.id,
        contact.customer_id,
        contact.salutation.as_str(),
        contact.first_name.as_str(),
        contact.last_name.as_str(),
        contact.email.as_str(),
        contact.phone.as_str(),
        contact.mobile.as_str(),
        contact.fax.as_str(),
        contact.department.as_str(),
        contact.designation.as_str(),
        contact.is_primary,
        contact.created_at,
        contact.updated_at,
    ];
    tx.insert(&INSERT_CONTACT, row).await
}

pub async fn update_contact(tx: &mut Tx<'_>, contact: &Contact) -> Result<bool> {
    let row = params![
        tx.tenant(),
        contact.customer_id,
        contact.id,
        contact.salutation.as_str(),
        contact.first_name.as_str(),
        contact.last_name.as_str(),
        contact.email.as_str(),
        contact.phone.as_str(),
        contact.mobile.as_str(),
        contact.is_primary,
        contact.updated_at,
        contact.fax.as_str(),
        contact.department.as_str(),
        contact.designation.as_str(),
    ];
    Ok(tx.exec(&UPDATE_CONTACT, row).await? == 1)
}

pub async fn load_contact(tx: &mut Tx<'_>, customer: CustomerId, id: ContactId) -> Result<Option<Contact>> {
    let tenant = tx.tenant();
    tx.opt(&LOAD_CONTACT, params![tenant, customer, id], contact).await
}

/// The primary contacts of these customers, by customer and id.
pub async fn primary_contacts(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Contact>> {
    let tenant = tx.tenant();
    tx.all(&LIST_PRIMARY_CONTACTS, params![tenant, customers], contact).await
}

/// Leaves no other contact of the customer as its primary one.
pub async fn demote_other_contacts(tx: &mut Tx<'_>, primary: &Contact) -> Result<()> {
    let row = params![tx.tenant(), primary.customer_id, primary.id, primary.updated_at];
    tx.exec(&DEMOTE_CONTACTS, row).await.map(drop)
}

pub async fn contacts(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Contact>> {
    let tenant = tx.tenant();
    tx.all(&LIST_CONTACTS, params![tenant, customer], contact).await
}

pub async fn delete_contact(tx: &mut Tx<'_>, customer: CustomerId, id: ContactId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_CONTACT, params![tenant, customer, id]).await? == 1)
}

/// Takes away everyone at a customer, which is deleted itself.
pub(crate) async fn delete_all(tx: &mut Tx<'_>, customer: CustomerId) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&DELETE_CONTACTS, params![tenant, customer]).await.map(drop)
}
