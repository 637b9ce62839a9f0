//! Makes, changes and deletes customers.

use super::contacts::{self, ContactChanges};
use super::tenants::taken;
use crate::check;
use crate::credentials::random_token;
use crate::custom_fields::{self, FieldValue};
use crate::read::CustomerView;
use crate::verb::{Cx, Verb};
use crate::{Error, FaceName};
use domain::Refusal;
use domain::id::{ContactId, CustomerId, EntityId, TaxAuthorityId, TaxGroupId};
use domain::money::Currency;
use domain::party::{Address, Customer, Exemption, ServiceLevel, Terms};
use serde_json::json;

pub use super::contacts::{AddContact, ContactFields, RemoveContact};

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
    pub website: Option<String>,
    pub tax_group_id: Option<Option<TaxGroupId>>,
    pub tax_authority_id: Option<Option<TaxAuthorityId>>,
    pub is_portal_enabled: Option<bool>,
    /// Of the primary contact, which is made when there is none.
    pub primary: Option<ContactChanges>,
    pub custom_fields: Vec<FieldValue>,
    /// Tag and option numbers, all of them.
    pub tags: Option<Vec<(i64, i64)>>,
    /// What other systems call the customer, by system; an empty id is forgotten.
    pub references: Vec<(&'static str, String)>,
    /// Fields that only one face has: a JSON object that only it reads.
    pub side_car: Option<(FaceName, String)>,
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
            notes,
            website,
            tax_group_id,
            tax_authority_id,
            is_portal_enabled
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
            website: String::new(),
            tax_group_id: None,
            tax_authority_id: None,
            is_portal_enabled: false,
            created_at: cx.now,
            updated_at: cx.now,
        };
        self.fields.write_to(&mut customer);
        check_customer(cx, &customer).await?;
        store::customers::insert_many(cx.tx, std::slice::from_ref(&customer))
            .await
            .map_err(|error| taken(error, "external_key"))?;
        custom_fields::set_first(cx, CustomerId::WORD, customer.id.0, &self.fields.custom_fields).await?;
        hang(cx, customer.id, &self.fields).await?;
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
        let customer = lock(cx, self.customer).await?;
        write(cx, customer, &self.fields).await
    }
}

/// Changes a customer by what its caller makes of it as it stands, under its lock: for faces whose requests say only
/// parts of what is stored as one (a street of an address). Does not move it in the tree.
#[derive(Clone, Debug)]
pub struct EditCustomer<F> {
    pub customer: CustomerId,
    /// Pure.
    pub edit: F,
}

impl<F> Verb for EditCustomer<F>
where
    F: Fn(&CustomerView) -> Result<CustomerFields, Error> + Send + Sync + 'static,
{
    type Outcome = Customer;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Customer, Error> {
        let customer = lock(cx, self.customer).await?;
        let view = CustomerView::load(cx.tx, cx.caller.face, customer.clone()).await?;
        let fields = CustomerFields { parent_id: None, ..(self.edit)(&view)? };
        write(cx, customer, &fields).await
    }
}

/// Writes what is given into a customer that is locked.
async fn write(cx: &mut Cx<'_, '_>, mut customer: Customer, fields: &CustomerFields) -> Result<Customer, Error> {
    let mut changed = fields.write_to(&mut customer);
    check_customer(cx, &customer).await?;
    customer.updated_at = cx.now;
    store::customers::update(cx.tx, &customer).await.map_err(|error| taken(error, "external_key"))?;
    custom_fields::set(cx, CustomerId::WORD, customer.id.0, &fields.custom_fields).await?;
    hang(cx, customer.id, fields).await?;
    for (is_given, name) in [
        (!fields.custom_fields.is_empty(), "custom_fields"),
        (fields.primary.is_some(), "primary_contact"),
        (fields.tags.is_some(), "tags"),
        (!fields.references.is_empty(), "references"),
        (fields.side_car.is_some(), "side_car"),
    ] {
        if is_given {
            changed.push(name);
        }
    }
    let detail = json!({"fields": changed});
    cx.change.record("customer.updated", CustomerId::WORD, customer.id.0, "updated", detail);
    Ok(customer)
}

/// Tags of one customer.
const MAX_TAGS: usize = 50;

/// Writes what hangs on a customer.
async fn hang(cx: &mut Cx<'_, '_>, customer: CustomerId, fields: &CustomerFields) -> Result<(), Error> {
    if let Some(primary) = &fields.primary {
        contacts::set_primary(cx, customer, primary).await?;
    }
    if let Some(tags) = &fields.tags {
        if tags.len() > MAX_TAGS {
            return Err(Refusal::Invalid { what: "tags" }.into());
        }
        let tags: Vec<store::names::Tag> = tags
            .iter()
            .map(|&(tag_id, option_id)| store::names::Tag {
                object_id: customer.0,
                label: String::new(),
                tag_id,
                option_id,
            })
            .collect();
        store::names::set_tags(cx.tx, CustomerId::WORD, customer.0, &tags).await?;
    }
    if !fields.references.is_empty() {
        for (_, reference) in &fields.references {
            if !reference.is_empty() {
                check::foreign_id(reference)?;
            }
        }
        let references: Vec<(&str, &str)> =
            fields.references.iter().map(|(system, reference)| (*system, reference.as_str())).collect();
        let set = store::customer_list::set_references(cx.tx, customer, &references).await;
        set.map_err(|error| taken(error, "reference"))?;
    }
    if let Some((face, content)) = &fields.side_car {
        let is_object = serde_json::from_str::<serde_json::Value>(content).is_ok_and(|content| content.is_object());
        if !is_object {
            return Err(Refusal::Invalid { what: "side-car" }.into());
        }
        store::names::set_side_car(cx.tx, face.word(), CustomerId::WORD, customer.0, content).await?;
    }
    Ok(())
}

pub(super) async fn lock(cx: &mut Cx<'_, '_>, id: CustomerId) -> Result<Customer, Error> {
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
        let contacts = store::customers::contacts(cx.tx, customer.id).await?;
        let contacts: Vec<i64> = contacts.iter().map(|contact| contact.id.0).collect();
        store::names::forget(cx.tx, ContactId::WORD, &contacts).await?;
        store::names::forget(cx.tx, CustomerId::WORD, &[customer.id.0]).await?;
        store::customer_list::forget_references(cx.tx, customer.id).await?;
        store::customers::delete(cx.tx, customer.id).await.map_err(|error| named_elsewhere(error, customer.id))?;
        cx.change.record("customer.deleted", CustomerId::WORD, customer.id.0, "deleted", json!({}));
        Ok(())
    }
}

/// What still names a customer that is being deleted is a refusal that the caller can act on.
fn named_elsewhere(error: store::Error, customer: CustomerId) -> Error {
    match error {
        store::Error::Constraint { .. } => Refusal::CustomerInUse { customer }.into(),
        other => other.into(),
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
    check::optional(&customer.website, "website", check::LINE)?;
    if let Some(group) = customer.tax_group_id
        && store::catalogue::groups_by_id(cx.tx, &[group]).await?.is_empty()
    {
        return Err(Error::missing(TaxGroupId::WORD, group));
    }
    if let Some(authority) = customer.tax_authority_id {
        let known = store::seller::authorities(cx.tx).await?;
        if !known.iter().any(|known| known.id == authority) {
            return Err(Error::missing(TaxAuthorityId::WORD, authority));
        }
    }
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
