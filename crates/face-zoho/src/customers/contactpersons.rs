//! `/customers/{customer_id}/contactpersons`: the people at a customer. One of them stands for the customer itself:
//! the primary contact person, whom a customer of Zoho's is never without.

use billing::parties::contacts::{AddContact, ContactChanges, ContactFields, RemoveContact, UpdateContact};
use billing::query::CustomerRef;
use billing::read::{CustomerView, Named, Names};
use domain::id::{ContactId, CustomerId};
use domain::party::Contact;
use http_kit::json::Object;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{CREATE, DELETE, READ, UPDATE};
use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::mount::Types;
use crate::routes::{Handling, Operation, row};
use crate::scalar::{Scalar, filled, flag, text};
use crate::sellers::Sellers;
use crate::wire;

const ALL: &str = "/customers/{customer_id}/contactpersons";
const ONE: &str = "/customers/{customer_id}/contactpersons/{contactperson_id}";

pub(crate) const OPERATIONS: &[Operation] = &[
    row("create a contact person", "POST", ALL, CREATE, create),
    row("list of all contact persons", "GET", ALL, READ, list),
    row("retrieve a contact person", "GET", ONE, READ, retrieve),
    row("update a contact person", "PUT", ONE, UPDATE, update),
    row("delete a contact person", "DELETE", ONE, DELETE, delete),
];

/// The body, by Zoho's names; `created_time` and `updated_time`, which its OpenAPI lists too, are ours to say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ContactBody {
    salutation: Option<Scalar>,
    first_name: Option<Scalar>,
    last_name: Option<Scalar>,
    email: Option<Scalar>,
    mobile: Option<Scalar>,
    phone: Option<Scalar>,
    fax: Option<Scalar>,
    department: Option<Scalar>,
    designation: Option<Scalar>,
    is_primary_contact: Option<Scalar>,
}

impl ContactBody {
    fn from_wire(self) -> Result<ContactChanges, Fault> {
        Ok(ContactChanges {
            is_primary: flag("is_primary_contact", self.is_primary_contact.as_ref())?,
            salutation: text(self.salutation),
            first_name: text(self.first_name),
            last_name: text(self.last_name),
            email: text(self.email),
            phone: text(self.phone),
            mobile: text(self.mobile),
            fax: text(self.fax),
            department: text(self.department),
            designation: text(self.designation),
        })
    }
}

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let customer = call.path_id::<CustomerId>("customer_id").await?;
        let body: ContactBody = call.read()?;
        if filled(body.email.as_ref()).is_none() {
            return Err(Fault::invalid("email").into());
        }
        let changes = body.from_wire()?;
        let fields = ContactFields {
            salutation: changes.salutation.unwrap_or_default(),
            first_name: changes.first_name.unwrap_or_default(),
            last_name: changes.last_name.unwrap_or_default(),
            email: changes.email.unwrap_or_default(),
            phone: changes.phone.unwrap_or_default(),
            mobile: changes.mobile.unwrap_or_default(),
            fax: changes.fax.unwrap_or_default(),
            department: changes.department.unwrap_or_default(),
            designation: changes.designation.unwrap_or_default(),
            is_primary: changes.is_primary.unwrap_or_default(),
        };
        let desk = Desk::load(&call, customer).await?;
        call.write(AddContact { customer, fields }, move |made| {
            wire::created("The contactperson has been Created", |o| {
                o.object("contact_person", |o| desk.person(&made, o));
            })
        })
        .await
    })
}

fn list(call: Call) -> Handling {
    Box::pin(async move {
        let customer = call.path_id::<CustomerId>("customer_id").await?;
        let (found, desk) = Desk::of(&call, customer).await?;
        Ok(wire::success("success", |o| {
            o.array("contact_persons", &found.contacts, |contact, o| desk.row(contact, o));
        }))
    })
}

fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let customer = call.path_id::<CustomerId>("customer_id").await?;
        let wanted = call.path_id::<ContactId>("contactperson_id").await?;
        let (found, desk) = Desk::of(&call, customer).await?;
        let contact = found.contacts.iter().find(|contact| contact.id == wanted);
        let contact = contact.ok_or_else(|| billing::Error::missing(ContactId::WORD, wanted))?;
        Ok(wire::success("success", |o| {
            o.object("contact_person", |o| desk.person(contact, o));
        }))
    })
}

/// Fields that are left out stay as they are.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let customer = call.path_id::<CustomerId>("customer_id").await?;
        let contact = call.path_id::<ContactId>("contactperson_id").await?;
        let changes = call.read::<ContactBody>()?.from_wire()?;
        let desk = Desk::load(&call, customer).await?;
        call.write(UpdateContact { customer, contact, changes }, move |changed| {
            wire::success("The contactperson details has been updated.", |o| {
                o.object("contact_person", |o| desk.person(&changed, o));
            })
        })
        .await
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let customer = call.path_id("customer_id").await?;
        let contact = call.path_id("contactperson_id").await?;
        let verb = RemoveContact { customer, contact, keeps_primary: true };
        call.write(verb, |()| wire::success("The contact person has been deleted.", |_| {})).await
    })
}

/// What an answer needs besides the person.
struct Desk {
    zone: TimeZone,
    names: Names,
    types: Types,
}

impl Desk {
    async fn load(call: &Call, customer: CustomerId) -> Result<Self, Failure> {
        Ok(Self::of(call, customer).await?.1)
    }

    async fn of(call: &Call, customer: CustomerId) -> Result<(CustomerView, Self), Failure> {
        let Named { value, names } = call.billing.customer(&call.caller, &CustomerRef::Id(customer)).await?;
        let zone = Sellers::load(call).await?.zone(value.customer.entity_id);
        Ok((value, Self { zone, names, types: call.mount.types() }))
    }

    /// A row of the list, which is shorter.
    fn row(&self, contact: &Contact, o: &mut Object<'_>) {
        o.str("contactperson_id", &wire::id_of(&self.names, ContactId::WORD, contact.id.0))
            .str("first_name", &contact.first_name)
            .str("last_name", &contact.last_name)
            .str("email", &contact.email)
            .str("mobile", &contact.mobile)
            .str("phone", &contact.phone)
            .bool("is_primary_contact", contact.is_primary);
    }

    fn person(&self, contact: &Contact, o: &mut Object<'_>) {
        o.str("contactperson_id", &wire::id_of(&self.names, ContactId::WORD, contact.id.0))
            .str("first_name", &contact.first_name)
            .str("last_name", &contact.last_name)
            .str("email", &contact.email)
            .str("mobile", &contact.mobile)
            .str("phone", &contact.phone);
        wire::put_digits(o, self.types, "fax", &contact.fax);
        o.str("customer_id", &wire::id_of(&self.names, CustomerId::WORD, contact.customer_id.0))
            .str("created_time", &wire::instant(contact.created_at, &self.zone))
            .str("updated_time", &wire::instant(contact.updated_at, &self.zone))
            .str("salutation", &contact.salutation)
            .str("department", &contact.department)
            .str("designation", &contact.designation)
            .bool("is_primary_contact", contact.is_primary);
    }
}
