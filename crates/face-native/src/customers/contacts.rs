//! `/v1/customers/{customer_id}/contacts`: the people at a customer. They are read with their customer.

use crate::answers::{json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, request, texts};
use crate::wire::{Id, Instant};
use billing::parties::customers::{AddContact, ContactFields, RemoveContact};
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
        /// Whether it is the one to write to.
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
        /// Whether it is the one to write to.
        is_primary: bool,
        /// When it was added.
        created_at: Instant,
    }
}

async fn add(call: Call) -> Result<Answer, Fault> {
    let customer = call.id("customer_id")?;
    let verb = AddContact { customer, fields: call.read::<NewContact>()?.from_wire() };
    call.write(verb, |contact| json(201, &Contact::to_wire(&contact))).await
}

async fn remove(call: Call) -> Result<Answer, Fault> {
    let verb = RemoveContact { customer: call.id("customer_id")?, contact: call.id("contact_id")? };
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
            is_primary: self.is_primary.unwrap_or_default(),
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
            is_primary: contact.is_primary,
            created_at: Instant(contact.created_at),
        }
    }
}
