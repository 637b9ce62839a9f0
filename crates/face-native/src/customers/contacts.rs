//! `/v1/customers/{customer_id}/contacts`: the people at a customer. They are read with their customer.

use crate::answers::{json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::wire::{Id, Instant};
use billing::parties::contacts::{AddContact, ContactChanges, ContactFields, RemoveContact, UpdateContact};
use domain::id::{ContactId, CustomerId};
use domain::party;
use http_kit::Answer;

table! {
    "addContact" POST "/v1/customers/{customer_id}/contacts" Write "Adds a contact to a customer." {
        takes: Takes::Body(NewContact::schema),
        gives: Gives::Made(Contact::schema),
        names: "contact_id",
        handle: add,
    }
    "updateContact" PATCH "/v1/customers/{customer_id}/contacts/{contact_id}" Write "Changes a contact of a customer." {
        takes: Takes::Body(ContactPatch::schema),
        gives: Gives::Object(Contact::schema),
        names: "contact_id",
        handle: update,
    }
    "removeContact" DELETE "/v1/customers/{customer_id}/contacts/{contact_id}" Write
        "Takes a contact away from a customer." {
        gives: Gives::Nothing,
        handle: remove,
    }
}

request! {
    /// A person at a customer; a name or an e-mail address is needed.
    NewContact {
    } optional {
        /// Such as `Dr.`.
        salutation: String as texts::short_or_empty,
        /// First name.
        first_name: String as texts::short_or_empty,
        /// Last name.
        last_name: String as texts::short_or_empty,
        /// E-mail address.
        email: String as texts::email,
        /// Telephone.
        phone: String as texts::short_or_empty,
        /// Mobile telephone.
        mobile: String as texts::short_or_empty,
        /// Fax.
        fax: String as texts::short_or_empty,
        /// Where at the customer they work.
        department: String as texts::short_or_empty,
        /// What they are there.
        designation: String as texts::short_or_empty,
        /// Whether it is the one to write to; no other is then.
        is_primary: bool,
    }
}

patch! {
    /// Changes of a person at a customer.
    ContactPatch {
        /// Such as `Dr.`.
        salutation: String as texts::short_or_empty,
        /// First name.
        first_name: String as texts::short_or_empty,
        /// Last name.
        last_name: String as texts::short_or_empty,
        /// E-mail address.
        email: String as texts::email,
        /// Telephone.
        phone: String as texts::short_or_empty,
        /// Mobile telephone.
        mobile: String as texts::short_or_empty,
        /// Fax.
        fax: String as texts::short_or_empty,
        /// Where at the customer they work.
        department: String as texts::short_or_empty,
        /// What they are there.
        designation: String as texts::short_or_empty,
        /// Whether it is the one to write to; no other is then.
        is_primary: bool,
    }
}

answer! {
    /// A person at a customer.
    Contact {
        /// Its id.
        id: Id<ContactId>,
        /// The customer.
        customer_id: Id<CustomerId>,
        /// Such as `Dr.`.
        salutation: String,
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
        /// E-mail address.
        email: String,
        /// Telephone.
        phone: String,
        /// Mobile telephone.
        mobile: String,
        /// Fax.
        fax: String,
        /// Where at the customer they work.
        department: String,
        /// What they are there.
        designation: String,
        /// Whether it is the one to write to.
        is_primary: bool,
        /// When it was added.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn add(call: Call) -> Result<Answer, Fault> {
    let customer = call.id("customer_id")?;
    let verb = AddContact { customer, fields: call.read::<NewContact>()?.from_wire() };
    call.write(verb, |contact| json(201, &Contact::to_wire(&contact))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let (customer, contact) = (call.id("customer_id")?, call.id("contact_id")?);
    let verb = UpdateContact { customer, contact, changes: call.read::<ContactPatch>()?.from_wire() };
    call.write(verb, |contact| json(200, &Contact::to_wire(&contact))).await
}

async fn remove(call: Call) -> Result<Answer, Fault> {
    let (customer, contact) = (call.id("customer_id")?, call.id("contact_id")?);
    let verb = RemoveContact { customer, contact, keeps_primary: false };
    call.write(verb, |()| nothing()).await
}

impl NewContact {
    fn from_wire(self) -> ContactFields {
        ContactFields {
            salutation: self.salutation.unwrap_or_default(),
            first_name: self.first_name.unwrap_or_default(),
            last_name: self.last_name.unwrap_or_default(),
            email: self.email.unwrap_or_default(),
            phone: self.phone.unwrap_or_default(),
            mobile: self.mobile.unwrap_or_default(),
            fax: self.fax.unwrap_or_default(),
            department: self.department.unwrap_or_default(),
            designation: self.designation.unwrap_or_default(),
            is_primary: self.is_primary.unwrap_or_default(),
        }
    }
}

impl ContactPatch {
    fn from_wire(self) -> ContactChanges {
        ContactChanges {
            salutation: self.salutation,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            phone: self.phone,
            mobile: self.mobile,
            fax: self.fax,
            department: self.department,
            designation: self.designation,
            is_primary: self.is_primary,
        }
    }
}

impl Contact {
    pub(super) fn to_wire(contact: &party::Contact) -> Self {
        Self {
            id: Id(contact.id),
            customer_id: Id(contact.customer_id),
            salutation: contact.salutation.clone(),
            first_name: contact.first_name.clone(),
            last_name: contact.last_name.clone(),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            mobile: contact.mobile.clone(),
            fax: contact.fax.clone(),
            department: contact.department.clone(),
            designation: contact.designation.clone(),
            is_primary: contact.is_primary,
            created_at: Instant(contact.created_at),
            updated_at: Instant(contact.updated_at),
        }
    }
}
