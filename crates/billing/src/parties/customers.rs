//! Makes, changes and deletes customers and their contacts.

use super::tenants::taken;
use crate::Error;
use crate::check;
use crate::credentials::random_token;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{ContactId, CustomerId, EntityId};
use domain::money::Currency;
use domain::party::{Address, Contact, Customer, Exemption, ServiceLevel, Terms};
use serde_json::json;

/// What a client says of a customer. `None` leaves a field as it is, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct CustomerFields {
    pub parent_id: Option<Option<CustomerId>>,
    pub display_name: Option<String>,
    pub company_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub entity_id: Option<Option<EntityId>>,
    pub time_zone: Option<Option<String>>,
    pub language: Option<Option<String>>,
    pub terms: Option<Option<Terms>>,
    pub bill_to: Option<Address>,
    pub ship_to: Option<Address>,
    pub tax_ids: Option<Vec<String>>,
    pub tax_exemption: Option<Option<Exemption>>,
    pub service_level: Option<ServiceLevel>,
    pub external_key: Option<Option<String>>,
    pub is_active: Option<bool>,
    pub notes: Option<String>,
}

impl CustomerFields {
    /// Writes the fields given into the customer and returns their names.
    fn write_to(&self, customer: &mut Customer) -> Vec<&'static str> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if let Some(value) = &self.$field {
                    if customer.$field != *value {
                        changed.push(stringify!($field));
                    }
                    customer.$field = value.clone();
                }
            )*};
        }
        take!(
            parent_id,
            display_name,
            company_name,
            email,
            phone,
            entity_id,
            time_zone,
            language,
            terms,
            bill_to,
            ship_to,
            tax_ids,
            tax_exemption,
            service_level,
            external_key,
            is_active,
            notes
        );
        changed
    }
}

/// Makes a customer, owing in one currency.
#[derive(Clone, Debug)]
pub struct CreateCustomer {
    /// `None` takes the base currency of its legal entity.
    pub currency: Option<Currency>,
    pub fields: CustomerFields,
}

impl Verb for CreateCustomer {
    type Outcome = Customer;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Customer, Error> {
        let entity = super::entities::load(cx, self.fields.entity_id.flatten()).await?;
        let mut customer = Customer {
            id: cx.id(CustomerId)?,
            parent_id: None,
            display_name: String::new(),
            company_name: String::new(),
            email: String::new(),
            phone: String::new(),
            currency: self.currency.unwrap_or(entity.base_currency),
            entity_id: None,
            time_zone: None,
            language: None,
            terms: None,
            bill_to: Address::default(),
            ship_to: Address::default(),
            tax_ids: Vec::new(),
            tax_exemption: None,
            service_level: ServiceLevel::Business,
            external_key: None,
            token: random_token(),
            is_active: true,
            notes: String::new(),
            created_at: cx.now,
            updated_at: cx.now,
        };
        self.fields.write_to(&mut customer);
        check_customer(cx, &customer).await?;
        store::customers::insert_many(cx.tx, std::slice::from_ref(&customer))
            .await
            .map_err(|error| taken(error, "external_key"))?;
        let detail = json!({"currency": customer.currency.code()});
        cx.change.record("customer.created", CustomerId::WORD, customer.id.0, "created", detail);
        Ok(customer)
    }
}

/// Changes a customer.
#[derive(Clone, Debug)]
pub struct UpdateCustomer {
    pub customer: CustomerId,
    pub fields: CustomerFields,
}

impl Verb for UpdateCustomer {
    type Outcome = Customer;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Customer, Error> {
        if matches!(self.fields.parent_id, Some(Some(_))) {
            // Two moves at once could each find the other's customer elsewhere and make a circle together.
            store::customers::lock_tree(cx.tx).await?;
        }
        let mut customer = lock(cx, self.customer).await?;
        let changed = self.fields.write_to(&mut customer);
        check_customer(cx, &customer).await?;
        customer.updated_at = cx.now;
        store::customers::update(cx.tx, &customer).await.map_err(|error| taken(error, "external_key"))?;
        let detail = json!({"fields": changed});
        cx.change.record("customer.updated", CustomerId::WORD, customer.id.0, "updated", detail);
        Ok(customer)
    }
}

async fn lock(cx: &mut Cx<'_, '_>, id: CustomerId) -> Result<Customer, Error> {
    if !store::customers::lock(cx.tx, id).await? {
        return Err(Error::missing(CustomerId::WORD, id));
    }
    store::customers::load(cx.tx, id).await?.ok_or_else(|| Error::missing(CustomerId::WORD, id))
}

/// Deletes a customer that no document names.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCustomer {
    pub customer: CustomerId,
}

impl Verb for DeleteCustomer {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let customer = lock(cx, self.customer).await?;
        if store::customers::in_use(cx.tx, customer.id).await? {
            return Err(Refusal::CustomerInUse { customer: customer.id }.into());
        }
        store::customers::delete(cx.tx, customer.id).await?;
        cx.change.record("customer.deleted", CustomerId::WORD, customer.id.0, "deleted", json!({}));
        Ok(())
    }
}

async fn check_customer(cx: &mut Cx<'_, '_>, customer: &Customer) -> Result<(), Error> {
    check::required(&customer.display_name, "display_name", check::LINE)?;
    check::optional(&customer.company_name, "company_name", check::LINE)?;
    check::email(&customer.email, "email")?;
    check::optional(&customer.phone, "phone", check::SHORT)?;
    check::address(&customer.bill_to, "bill_to")?;
    check::address(&customer.ship_to, "ship_to")?;
    check::exemption(customer.tax_exemption.as_ref())?;
    check::optional_some(customer.external_key.as_deref(), "external_key", check::LINE)?;
    check::optional(&customer.notes, "notes", check::LONG)?;
    for tax_id in &customer.tax_ids {
        check::required(tax_id, "tax id", check::SHORT)?;
    }
    if let Some(zone) = &customer.time_zone {
        check::time_zone(zone)?;
    }
    if let Some(language) = &customer.language {
        check::language(language)?;
    }
    if let Some(terms) = &customer.terms {
        check::required(&terms.name, "terms", check::SHORT)?;
        if !(0..=3660).contains(&terms.days) {
            return Err(Refusal::Invalid { what: "terms" }.into());
        }
    }
    if let Some(entity) = customer.entity_id {
        super::entities::load(cx, Some(entity)).await?;
    }
    if let Some(parent) = customer.parent_id {
        if store::customers::load(cx.tx, parent).await?.is_none() {
            return Err(Error::missing(CustomerId::WORD, parent));
        }
        // The parent may not stand below its own child: the tree stays a tree.
        if parent == customer.id || store::customers::is_within(cx.tx, parent, customer.id).await? {
            return Err(Refusal::ParentIsDescendant { customer: customer.id }.into());
        }
    }
    Ok(())
}

/// Adds a person to a customer.
#[derive(Clone, Debug, Default)]
pub struct ContactFields {
    pub salutation: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub mobile: String,
    pub is_primary: bool,
}

impl ContactFields {
    fn check(&self) -> Result<(), Refusal> {
        check::optional(&self.salutation, "salutation", check::SHORT)?;
        check::optional(&self.first_name, "first_name", check::SHORT)?;
        check::optional(&self.last_name, "last_name", check::SHORT)?;
        check::optional(&self.phone, "phone", check::SHORT)?;
        check::optional(&self.mobile, "mobile", check::SHORT)?;
        if self.email.is_empty() && self.first_name.is_empty() && self.last_name.is_empty() {
            return Err(Refusal::Blank { what: "contact" });
        }
        check::email(&self.email, "email")
    }
}

#[derive(Clone, Debug)]
pub struct AddContact {
    pub customer: CustomerId,
    pub fields: ContactFields,
}

impl Verb for AddContact {
    type Outcome = Contact;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Contact, Error> {
        self.fields.check()?;
        lock(cx, self.customer).await?;
        let contact = Contact {
            id: cx.id(ContactId)?,
            customer_id: self.customer,
            salutation: self.fields.salutation.clone(),
            first_name: self.fields.first_name.clone(),
            last_name: self.fields.last_name.clone(),
            email: self.fields.email.clone(),
            phone: self.fields.phone.clone(),
            mobile: self.fields.mobile.clone(),
            is_primary: self.fields.is_primary,
            created_at: cx.now,
            updated_at: cx.now,
        };
        store::customers::insert_contact(cx.tx, &contact).await?;
        let detail = json!({"contact": contact.id.to_string()});
        cx.change.record("customer.contact_added", CustomerId::WORD, self.customer.0, "contact_added", detail);
        Ok(contact)
    }
}

/// Takes a person away from a customer.
#[derive(Clone, Copy, Debug)]
pub struct RemoveContact {
    pub customer: CustomerId,
    pub contact: ContactId,
}

impl Verb for RemoveContact {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if !store::customers::delete_contact(cx.tx, self.customer, self.contact).await? {
            return Err(Error::missing(ContactId::WORD, self.contact));
        }
        let detail = json!({"contact": self.contact.to_string()});
        cx.change.record("customer.contact_removed", CustomerId::WORD, self.customer.0, "contact_removed", detail);
        Ok(())
    }
}
