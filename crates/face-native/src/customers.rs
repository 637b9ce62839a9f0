//! `/v1/customers`: who owes, as a tree.

pub(crate) mod contacts;

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::routes::{Gives, Takes, table};
use crate::schema::{Nullable, Schema as _, answer, patch, request, texts};
use crate::shapes::{
    Address, AddressInput, CustomFieldInput, CustomFieldOutput, Exemption, ExemptionInput, Terms, TermsInput,
    field_values,
};
use crate::wire::{AmountOut, CurrencyCode, Id, Instant, Word};
use billing::ActsFor;
use billing::parties::customers::{CreateCustomer, CustomerFields, DeleteCustomer, UpdateCustomer};
use billing::query::CustomerRef;
use billing::read::CustomerView;
use contacts::Contact;
use domain::id::{CustomerId, EntityId, TaxGroupId};
use domain::money::Money;
use domain::party::{self, ServiceLevel};
use http_kit::Answer;

table! {
    "listCustomers" GET "/v1/customers" Read "Lists customers by id." {
        query: &[LIMIT, CURSOR],
        gives: Gives::Object(Page::<Customer>::schema),
        handle: list,
    }
    "createCustomer" POST "/v1/customers" Write "Makes a customer." {
        takes: Takes::Body(NewCustomer::schema),
        gives: Gives::Created(Customer::schema),
        names: "customer_id",
        handle: create,
    }
    "getCustomer" GET "/v1/customers/{customer_id}" Read "Reads a customer with its contacts and what it owes." {
        gives: Gives::Object(Customer::schema),
        names: "customer_id",
        handle: get,
    }
    "updateCustomer" PATCH "/v1/customers/{customer_id}" Write "Changes a customer." {
        takes: Takes::Body(CustomerPatch::schema),
        gives: Gives::Object(Customer::schema),
        names: "customer_id",
        handle: update,
    }
    "deleteCustomer" DELETE "/v1/customers/{customer_id}" Write "Deletes a customer that no document names." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// A customer.
    NewCustomer {
        /// As documents print it.
        display_name: String as texts::line,
    } optional {
        /// The currency it owes in; that of its legal entity unless given. It never changes.
        currency: CurrencyCode,
        /// The customer above it.
        parent_id: Id<CustomerId>,
        /// The company's name.
        company_name: String as texts::line_or_empty,
        /// Where invoices go.
        email: String as texts::email,
        /// Telephone.
        phone: String as texts::short_or_empty,
        /// Who issues its invoices; the default legal entity unless given.
        legal_entity_id: Id<EntityId>,
        /// An IANA name.
        time_zone: String as texts::time_zone,
        /// A language such as `de`.
        language: String as texts::language,
        /// Its own payment terms.
        terms: TermsInput,
        /// Where it is billed.
        bill_to: AddressInput,
        /// Where goods go.
        ship_to: AddressInput,
        /// Its tax ids.
        tax_ids: Vec<String> as texts::shorts,
        /// Why it is charged no tax.
        tax_exemption: ExemptionInput,
        /// `business` unless given.
        service_level: Word<ServiceLevel>,
        /// Your own id of it; unique.
        external_key: String as texts::line,
        /// For staff only.
        notes: String as texts::long_or_empty,
        /// Its site.
        website: String as texts::line_or_empty,
        /// Taxes lines whose item has no tax of its own.
        tax_group_id: Id<TaxGroupId>,
        /// Whether it may enter the portal.
        is_portal_enabled: bool,
        /// Values of the seller's own fields; the mandatory ones must be among them.
        custom_fields: Vec<CustomFieldInput>,
    }
}

patch! {
    /// Changes of a customer.
    CustomerPatch {
        /// As documents print it.
        display_name: String as texts::line,
        /// The customer above it.
        parent_id: Nullable<Id<CustomerId>>,
        /// The company's name.
        company_name: String as texts::line_or_empty,
        /// Where invoices go.
        email: String as texts::email,
        /// Telephone.
        phone: String as texts::short_or_empty,
        /// Who issues its invoices.
        legal_entity_id: Nullable<Id<EntityId>>,
        /// An IANA name.
        time_zone: Nullable<String>,
        /// A language such as `de`.
        language: Nullable<String>,
        /// Its own payment terms.
        terms: Nullable<TermsInput>,
        /// The whole address.
        bill_to: AddressInput,
        /// The whole address.
        ship_to: AddressInput,
        /// All of them.
        tax_ids: Vec<String> as texts::shorts,
        /// Why it is charged no tax.
        tax_exemption: Nullable<ExemptionInput>,
        /// What a vendor's API grants it.
        service_level: Word<ServiceLevel>,
        /// Your own id of it; unique.
        external_key: Nullable<String>,
        /// Inactive customers get no new invoices.
        is_active: bool,
        /// For staff only.
        notes: String as texts::long_or_empty,
        /// Its site.
        website: String as texts::line_or_empty,
        /// Taxes lines whose item has no tax of its own.
        tax_group_id: Nullable<Id<TaxGroupId>>,
        /// Whether it may enter the portal.
        is_portal_enabled: bool,
        /// Values of the seller's own fields; an empty one clears, others stay.
        custom_fields: Vec<CustomFieldInput>,
    }
}

answer! {
    /// What a customer owes one legal entity in one currency.
    CustomerBalance {
        /// Whom it owes.
        legal_entity_id: Id<EntityId>,
        /// Of both amounts.
        currency: CurrencyCode,
        /// Open balances of its invoices.
        outstanding: AmountOut,
        /// Unapplied payments and what is left of credit notes.
        unused_credit: AmountOut,
    }
}

answer! {
    /// A customer.
    Customer {
        /// Its id.
        id: Id<CustomerId>,
        /// The customer above it.
        parent_id: Option<Id<CustomerId>>,
        /// As documents print it.
        display_name: String,
        /// The company's name.
        company_name: String,
        /// Where invoices go.
        email: String,
        /// Telephone.
        phone: String,
        /// The currency it owes in.
        currency: CurrencyCode,
        /// Who issues its invoices; null for the default legal entity.
        legal_entity_id: Option<Id<EntityId>>,
        /// An IANA name.
        time_zone: Option<String>,
        /// A language.
        language: Option<String>,
        /// Its own payment terms.
        terms: Option<Terms>,
        /// Where it is billed.
        bill_to: Address,
        /// Where goods go.
        ship_to: Address,
        /// Its tax ids.
        tax_ids: Vec<String>,
        /// Why it is charged no tax.
        tax_exemption: Option<Exemption>,
        /// What a vendor's API grants it.
        service_level: Word<ServiceLevel>,
        /// Your own id of it.
        external_key: Option<String>,
        /// Inactive customers get no new invoices.
        is_active: bool,
        /// Its site.
        website: String,
        /// Taxes lines whose item has no tax of its own.
        tax_group_id: Option<Id<TaxGroupId>>,
        /// Whether it may enter the portal.
        is_portal_enabled: bool,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    } sometimes {
        /// For staff only.
        notes: String,
        /// When one customer is read: its contacts.
        contacts: Vec<Contact>,
        /// When one customer is read: what it owes.
        balances: Vec<CustomerBalance>,
        /// When one customer is read: values of the seller's own fields.
        custom_fields: Vec<CustomFieldOutput>,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, CustomerId::PREFIX)?;
    let rows = call.billing.customers(&call.caller, page.after, page.wanted()).await?;
    let is_staff = call.caller.acts_for == ActsFor::Staff;
    Ok(page.page(rows, |customer| customer.id.0, |customer| Customer::to_wire(&customer, is_staff)).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let which = CustomerRef::Id(call.id("customer_id")?);
    let view = call.billing.customer(&call.caller, &which).await?.value;
    Ok(json(200, &whole(&view, call.caller.acts_for == ActsFor::Staff)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewCustomer>()?.from_wire();
    call.write(verb, |made| created(format!("/v1/customers/{}", made.id), &Customer::to_wire(&made, true))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let customer = call.id("customer_id")?;
    let verb = UpdateCustomer { customer, fields: call.read::<CustomerPatch>()?.from_wire() };
    call.write(verb, |customer| json(200, &Customer::to_wire(&customer, true))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteCustomer { customer: call.id("customer_id")? };
    call.write(verb, |()| nothing()).await
}

impl NewCustomer {
    fn from_wire(self) -> CreateCustomer {
        let fields = CustomerFields {
            parent_id: self.parent_id.map(|id| Some(id.0)),
            display_name: Some(self.display_name),
            company_name: self.company_name,
            email: self.email,
            phone: self.phone,
            entity_id: self.legal_entity_id.map(|id| Some(id.0)),
            time_zone: self.time_zone.map(Some),
            language: self.language.map(Some),
            terms: self.terms.map(|terms| Some(terms.from_wire())),
            bill_to: self.bill_to.map(AddressInput::from_wire),
            ship_to: self.ship_to.map(AddressInput::from_wire),
            tax_ids: self.tax_ids,
            tax_exemption: self.tax_exemption.map(|exemption| Some(exemption.from_wire())),
            service_level: self.service_level.map(|word| word.0),
            external_key: self.external_key.map(Some),
            is_active: None,
            notes: self.notes,
            website: self.website,
            tax_group_id: self.tax_group_id.map(|id| Some(id.0)),
            is_portal_enabled: self.is_portal_enabled,
            custom_fields: field_values(self.custom_fields),
            ..CustomerFields::default()
        };
        CreateCustomer { currency: self.currency.map(|code| code.0), fields }
    }
}

impl CustomerPatch {
    fn from_wire(self) -> CustomerFields {
        CustomerFields {
            parent_id: self.parent_id.map(|id| id.0.map(|id| id.0)),
            display_name: self.display_name,
            company_name: self.company_name,
            email: self.email,
            phone: self.phone,
            entity_id: self.legal_entity_id.map(|id| id.0.map(|id| id.0)),
            time_zone: self.time_zone.map(|zone| zone.0),
            language: self.language.map(|language| language.0),
            terms: self.terms.map(|terms| terms.0.map(TermsInput::from_wire)),
            bill_to: self.bill_to.map(AddressInput::from_wire),
            ship_to: self.ship_to.map(AddressInput::from_wire),
            tax_ids: self.tax_ids,
            tax_exemption: self.tax_exemption.map(|exemption| exemption.0.map(ExemptionInput::from_wire)),
            service_level: self.service_level.map(|word| word.0),
            external_key: self.external_key.map(|key| key.0),
            is_active: self.is_active,
            notes: self.notes,
            website: self.website,
            tax_group_id: self.tax_group_id.map(|id| id.0.map(|id| id.0)),
            is_portal_enabled: self.is_portal_enabled,
            custom_fields: field_values(self.custom_fields),
            ..CustomerFields::default()
        }
    }
}

fn whole(view: &CustomerView, is_staff: bool) -> Customer {
    let balances = view.balances.iter().map(|balance| {
        let money = |minor| AmountOut(Money { minor, currency: balance.currency });
        CustomerBalance {
            legal_entity_id: Id(balance.entity_id),
            currency: CurrencyCode(balance.currency),
            outstanding: money(balance.outstanding),
            unused_credit: money(balance.unused_credit),
        }
    });
    Customer {
        contacts: Some(view.contacts.iter().map(Contact::to_wire).collect()),
        balances: Some(balances.collect()),
        custom_fields: Some(view.custom_fields.iter().map(CustomFieldOutput::to_wire).collect()),
        ..Customer::to_wire(&view.customer, is_staff)
    }
}

impl Customer {
    fn to_wire(customer: &party::Customer, is_staff: bool) -> Self {
        Self {
            id: Id(customer.id),
            parent_id: customer.parent_id.map(Id),
            display_name: customer.display_name.clone(),
            company_name: customer.company_name.clone(),
            email: customer.email.clone(),
            phone: customer.phone.clone(),
            currency: CurrencyCode(customer.currency),
            legal_entity_id: customer.entity_id.map(Id),
            time_zone: customer.time_zone.clone(),
            language: customer.language.clone(),
            terms: customer.terms.as_ref().map(Terms::to_wire),
            bill_to: Address::to_wire(&customer.bill_to),
            ship_to: Address::to_wire(&customer.ship_to),
            tax_ids: customer.tax_ids.clone(),
            tax_exemption: customer.tax_exemption.as_ref().map(Exemption::to_wire),
            service_level: Word(customer.service_level),
            external_key: customer.external_key.clone(),
            is_active: customer.is_active,
            website: customer.website.clone(),
            tax_group_id: customer.tax_group_id.map(Id),
            is_portal_enabled: customer.is_portal_enabled,
            created_at: Instant(customer.created_at),
            updated_at: Instant(customer.updated_at),
            notes: is_staff.then(|| customer.notes.clone()),
            contacts: None,
            balances: None,
            custom_fields: None,
        }
    }
}
