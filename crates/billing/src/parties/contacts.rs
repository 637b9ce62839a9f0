//! The people at a customer. At most one is its primary contact: who stands for the customer as a person, and
//! whose address the customer's own follows while the two agree.

use super::customers::lock;
use crate::Error;
use crate::check;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{ContactId, CustomerId};
use domain::party::Contact;
use serde_json::json;

/// Contacts of one customer.
const MAX_CONTACTS: usize = 1_000;

/// A person at a customer; a name or an e-mail address is needed.
#[derive(Clone, Debug, Default)]
pub struct ContactFields {
    pub salutation: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub mobile: String,
    pub fax: String,
    pub department: String,
    pub designation: String,
    pub is_primary: bool,
}

/// What a client says of a person. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactChanges {
    pub salutation: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub mobile: Option<String>,
    pub fax: Option<String>,
    pub department: Option<String>,
    pub designation: Option<String>,
    pub is_primary: Option<bool>,
}

impl ContactChanges {
    /// Writes the fields given into the contact and returns their names.
    fn write_to(&self, contact: &mut Contact) -> Vec<&'static str> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if let Some(value) = &self.$field
                    && contact.$field != *value
                {
                    contact.$field = value.clone();
                    changed.push(stringify!($field));
                }
            )*};
        }
        take!(salutation, first_name, last_name, email, phone, mobile, fax, department, designation, is_primary);
        changed
    }
}

fn check_contact(contact: &Contact) -> Result<(), Refusal> {
    for (text, what) in [
        (&contact.salutation, "salutation"),
        (&contact.first_name, "first_name"),
        (&contact.last_name, "last_name"),
        (&contact.phone, "phone"),
        (&contact.mobile, "mobile"),
        (&contact.fax, "fax"),
        (&contact.department, "department"),
        (&contact.designation, "designation"),
    ] {
        check::optional(text, what, check::SHORT)?;
    }
    if contact.email.is_empty() && contact.first_name.is_empty() && contact.last_name.is_empty() {
        return Err(Refusal::Blank { what: "contact" });
    }
    check::email(&contact.email, "email")
}

fn blank(cx: &mut Cx<'_, '_>, customer: CustomerId) -> Result<Contact, Error> {
    Ok(Contact {
        id: cx.id(ContactId)?,
        customer_id: customer,
        salutation: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        phone: String::new(),
        mobile: String::new(),
        fax: String::new(),
        department: String::new(),
        designation: String::new(),
        is_primary: false,
        created_at: cx.now,
        updated_at: cx.now,
    })
}

/// Stores a new contact of a customer that is locked.
async fn insert(cx: &mut Cx<'_, '_>, contact: &Contact) -> Result<(), Error> {
    check_contact(contact)?;
    if store::customers::contacts(cx.tx, contact.customer_id).await?.len() >= MAX_CONTACTS {
        return Err(Refusal::Invalid { what: "number of contacts" }.into());
    }
    store::customers::insert_contact(cx.tx, contact).await?;
    if contact.is_primary {
        store::customers::demote_other_contacts(cx.tx, contact).await?;
    }
    let detail = json!({"contact": contact.id.to_string()});
    cx.change.record("customer.contact_added", CustomerId::WORD, contact.customer_id.0, "contact_added", detail);
    Ok(())
}

/// Adds a person to a customer.
#[derive(Clone, Debug)]
pub struct AddContact {
    pub customer: CustomerId,
    pub fields: ContactFields,
}

impl Verb for AddContact {
    type Outcome = Contact;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Contact, Error> {
        lock(cx, self.customer).await?;
        let fields = self.fields.clone();
        let contact = Contact {
            salutation: fields.salutation,
            first_name: fields.first_name,
            last_name: fields.last_name,
            email: fields.email,
            phone: fields.phone,
            mobile: fields.mobile,
            fax: fields.fax,
            department: fields.department,
            designation: fields.designation,
            is_primary: fields.is_primary,
            ..blank(cx, self.customer)?
        };
        insert(cx, &contact).await?;
        Ok(contact)
    }
}

/// Changes a person at a customer. Making one the primary contact leaves no other so. While the customer's own
/// address and telephone are those of its primary contact, they follow it.
#[derive(Clone, Debug)]
pub struct UpdateContact {
    pub customer: CustomerId,
    pub contact: ContactId,
    pub changes: ContactChanges,
}

impl Verb for UpdateContact {
    type Outcome = Contact;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Contact, Error> {
        let mut customer = lock(cx, self.customer).await?;
        let before = store::customers::load_contact(cx.tx, self.customer, self.contact)
            .await?
            .ok_or_else(|| Error::missing(ContactId::WORD, self.contact))?;
        let after = change(cx, before.clone(), &self.changes).await?;
        if before.is_primary && after.is_primary {
            let mut follows = false;
            for (own, was, is) in
                [(&mut customer.email, &before.email, &after.email), (&mut customer.phone, &before.phone, &after.phone)]
            {
                if own == was && was != is {
                    own.clone_from(is);
                    follows = true;
                }
            }
            if follows {
                customer.updated_at = cx.now;
                store::customers::update(cx.tx, &customer).await?;
            }
        }
        Ok(after)
    }
}

/// Writes the changes of one contact.
async fn change(cx: &mut Cx<'_, '_>, mut contact: Contact, changes: &ContactChanges) -> Result<Contact, Error> {
    let changed = changes.write_to(&mut contact);
    check_contact(&contact)?;
    contact.updated_at = cx.now;
    store::customers::update_contact(cx.tx, &contact).await?;
    if contact.is_primary {
        store::customers::demote_other_contacts(cx.tx, &contact).await?;
    }
    let detail = json!({"contact": contact.id.to_string(), "fields": changed});
    let customer = contact.customer_id.0;
    cx.change.record("customer.contact_updated", CustomerId::WORD, customer, "contact_updated", detail);
    Ok(contact)
}

/// Changes the primary contact of a customer that is locked, or makes it.
pub(super) async fn set_primary(
    cx: &mut Cx<'_, '_>,
    customer: CustomerId,
    changes: &ContactChanges,
) -> Result<(), Error> {
    let primary = store::customers::primary_contacts(cx.tx, &[customer]).await?.into_iter().next();
    let changes = ContactChanges { is_primary: Some(true), ..changes.clone() };
    match primary {
        Some(contact) => change(cx, contact, &changes).await.map(drop),
        None => {
            let mut contact = blank(cx, customer)?;
            changes.write_to(&mut contact);
            insert(cx, &contact).await
        }
    }
}

/// Takes a person away from a customer.
#[derive(Clone, Copy, Debug)]
pub struct RemoveContact {
    pub customer: CustomerId,
    pub contact: ContactId,
    /// The primary contact stays: for faces that know the customer by it.
    pub keeps_primary: bool,
}

impl Verb for RemoveContact {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        lock(cx, self.customer).await?;
        let contact = store::customers::load_contact(cx.tx, self.customer, self.contact)
            .await?
            .ok_or_else(|| Error::missing(ContactId::WORD, self.contact))?;
        if contact.is_primary && self.keeps_primary {
            return Err(Refusal::InUse { what: "primary contact person" }.into());
        }
        store::customers::delete_contact(cx.tx, self.customer, self.contact).await?;
        store::names::forget(cx.tx, ContactId::WORD, &[self.contact.0]).await?;
        let detail = json!({"contact": self.contact.to_string()});
        cx.change.record("customer.contact_removed", CustomerId::WORD, self.customer.0, "contact_removed", detail);
        Ok(())
    }
}
