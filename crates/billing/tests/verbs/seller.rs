//! The seller's small lists, and the people at customers.

use billing::Error;
use billing::parties::contacts::{AddContact, ContactChanges, ContactFields, RemoveContact, UpdateContact};
use billing::parties::customers::{CustomerFields, UpdateCustomer};
use billing::parties::seller::{
    CreateSalesperson, CreateTerms, DeleteSalesperson, DeleteTerms, UpdateSalesperson, UpdateTerms,
};
use billing::parties::tax_lists::{CreateTaxAuthority, DeleteTaxAuthority, UpdateTaxAuthority};
use billing::query::customers::{Filter, Order};
use billing::query::{CustomerQuery, CustomerRef, Direction};
use billing::read::{CustomerView, TransactionQuery, TransactionState};
use domain::Refusal;
use domain::id::{SalespersonId, TermsId};
use domain::invoice::view::Standing;
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

async fn customer(world: &World) -> CustomerView {
    let which = CustomerRef::Id(world.customer);
    world.billing.customer(&world.caller, &which).await.expect("a customer").value
}

on_both_databases! {
    async fn salespersons_and_terms_in_use_stay(db: TestDb) {
        let world = World::open(&db).await;
        let ada = world.does(CreateSalesperson { name: "Ada".to_owned(), email: String::new() }).await;
        let bob = world.does(CreateSalesperson { name: "Bob".to_owned(), email: "b@c.example".to_owned() }).await;
        let rename = UpdateSalesperson { salesperson: ada, name: Some("Zoe".to_owned()), email: None };
        world.does(rename).await;
        let names = |people: Vec<domain::seller::Salesperson>| people.into_iter().map(|who| who.name).collect::<Vec<_>>();
        let listed = world.billing.salespersons(&world.caller).await.expect("a list").value;
        assert_eq!(names(listed), ["Bob", "Zoe"]);
        let mut spec = billing::invoices::InvoiceSpec::to(
            world.customer,
            vec![billing::invoices::LineSpec::of("Work", testkit::builders::decimal("1"), testkit::builders::decimal("10"))],
        );
        spec.salesperson = Some(ada);
        let invoice = world.does(billing::invoices::create::CreateInvoice { spec }).await;
        assert_eq!(world.refuses(DeleteSalesperson { salesperson: ada }).await, Refusal::InUse { what: "salesperson" });
        world.does(UpdateSalesperson { salesperson: ada, name: Some("Eve".to_owned()), email: None }).await;
        assert_eq!(world.view(invoice).await.summary.salesperson, Some((ada, "Zoe".to_owned())));
        world.does(DeleteSalesperson { salesperson: bob }).await;
        let gone = world.tried(DeleteSalesperson { salesperson: SalespersonId(1) }).await;
        assert!(matches!(gone, Err(Error::Missing { kind: "salesperson", .. })));

        let terms = world.does(CreateTerms { name: "Month".to_owned(), days: 30 }).await;
        let id = terms.id.expect("stored");
        let fields = CustomerFields { terms: Some(Some(terms)), ..CustomerFields::default() };
        world.does(UpdateCustomer { customer: world.customer, fields }).await;
        assert_eq!(world.refuses(DeleteTerms { terms: id }).await, Refusal::InUse { what: "payment terms" });
        let longer = UpdateTerms { terms: id, name: None, days: Some(31) };
        assert_eq!(world.does(longer).await.days, 31);
        assert_eq!(customer(&world).await.customer.terms.expect("terms").days, 30, "what was given stays");
        let never = UpdateTerms { terms: id, name: None, days: Some(-1) };
        assert_eq!(world.refuses(never).await, Refusal::Invalid { what: "days" });
        let fields = CustomerFields { terms: Some(None), ..CustomerFields::default() };
        world.does(UpdateCustomer { customer: world.customer, fields }).await;
        world.does(DeleteTerms { terms: id }).await;
        let gone = world.tried(DeleteTerms { terms: TermsId(1) }).await;
        assert!(matches!(gone, Err(Error::Missing { kind: "terms", .. })));
    }

    async fn authorities_that_are_named_stay(db: TestDb) {
        let world = World::open(&db).await;
        let authority = CreateTaxAuthority { name: "State".to_owned(), description: String::new() };
        let authority = world.does(authority).await.id;
        let fields = CustomerFields { tax_authority_id: Some(Some(authority)), ..CustomerFields::default() };
        world.does(UpdateCustomer { customer: world.customer, fields }).await;
        assert_eq!(world.refuses(DeleteTaxAuthority { authority }).await, Refusal::InUse { what: "tax authority" });
        let rename = UpdateTaxAuthority { authority, name: Some(" ".to_owned()), description: None };
        assert_eq!(world.refuses(rename).await, Refusal::Blank { what: "name" });
        let fields = CustomerFields { tax_authority_id: Some(None), ..CustomerFields::default() };
        world.does(UpdateCustomer { customer: world.customer, fields }).await;
        world.does(DeleteTaxAuthority { authority }).await;
        let fields = CustomerFields { tax_authority_id: Some(Some(authority)), ..CustomerFields::default() };
        let gone = world.tried(UpdateCustomer { customer: world.customer, fields }).await;
        assert!(matches!(gone, Err(Error::Missing { kind: "tax_authority", .. })));
    }

    async fn one_contact_stands_for_the_customer(db: TestDb) {
        let world = World::open(&db).await;
        let owner = world.customer;
        let add = |name: &str, is_primary| {
            let fields = ContactFields { first_name: name.to_owned(), is_primary, ..ContactFields::default() };
            AddContact { customer: owner, fields }
        };
        let ann = world.does(add("Ann", true)).await;
        let bob = world.does(add("Bob", true)).await;
        let view = customer(&world).await;
        assert_eq!(view.primary().map(|contact| contact.id), Some(bob.id));
        assert_eq!(view.contacts.iter().filter(|contact| contact.is_primary).count(), 1);
        let remove = |contact, keeps_primary| RemoveContact { customer: owner, contact, keeps_primary };
        let refused = world.refuses(remove(bob.id, true)).await;
        assert_eq!(refused, Refusal::InUse { what: "primary contact person" });
        let blank = ContactChanges { first_name: Some(String::new()), ..ContactChanges::default() };
        let refused = world.refuses(UpdateContact { customer: owner, contact: ann.id, changes: blank }).await;
        assert_eq!(refused, Refusal::Blank { what: "contact" });
        let primary = ContactChanges { last_name: Some("B".to_owned()), ..ContactChanges::default() };
        let fields = CustomerFields { primary: Some(primary), ..CustomerFields::default() };
        world.does(UpdateCustomer { customer: owner, fields: fields.clone() }).await;
        assert_eq!(customer(&world).await.primary().map(|who| who.last_name.clone()), Some("B".to_owned()));
        world.does(remove(bob.id, false)).await;
        assert_eq!(customer(&world).await.primary().map(|who| who.id), None);
        // Said of the customer as a person, it makes that person.
        world.does(UpdateCustomer { customer: owner, fields }).await;
        assert_eq!(customer(&world).await.contacts.len(), 2);
        let elsewhere = world.customer("Elsewhere").created().await;
        let other = RemoveContact { customer: elsewhere, contact: ann.id, keeps_primary: false };
        assert!(matches!(world.tried(other).await, Err(Error::Missing { kind: "contact", .. })));
    }

    /// A page of many customers is as many queries as a page of few.
    async fn a_page_of_customers_is_a_fixed_number_of_queries(db: TestDb) {
        let world = World::open(&db).await;
        for number in 0..30 {
            let customer = world.customer(&format!("Customer {number}")).created().await;
            let fields = ContactFields { first_name: format!("N{number}"), is_primary: true, ..ContactFields::default() };
            world.does(AddContact { customer, fields }).await;
        }
        let asked = async |limit: u32| {
            let query = CustomerQuery {
                filters: vec![Filter::Active(true)],
                order: (Order::FirstName, Direction::Descending),
                offset: 0,
                limit,
            };
            let before = world.billing.db().stats().statements;
            let found = world.billing.list_customers(&world.caller, query).await.expect("a page").value;
            (found.rows.len(), found.has_more, world.billing.db().stats().statements - before)
        };
        let (few, has_more, queries) = asked(3).await;
        assert_eq!((few, has_more), (3, true));
        let (many, has_more, of_many) = asked(200).await;
        assert_eq!((many, has_more), (31, false));
        assert_eq!(of_many, queries);
    }

    async fn transactions_tell_how_each_stands(db: TestDb) {
        let world = World::open(&db).await;
        let invoice = world.invoice().line("Service", "1", "100").issued().await;
        let query = || TransactionQuery { customer: None, kind: None, offset: 0, limit: 10 };
        let states = async || {
            let rows = world.billing.transactions(&world.caller, query()).await.expect("a list").value.rows;
            rows.into_iter().map(|row| (row.id, row.amount.to_fixed(), row.state)).collect::<Vec<_>>()
        };
        let open = (invoice.0, "100.00".to_owned(), TransactionState::Invoice(Standing::Open));
        assert_eq!(states().await, [open]);
        world.at("2027-03-10T12:00:00Z");
        let overdue = (invoice.0, "100.00".to_owned(), TransactionState::Invoice(Standing::Overdue));
        assert_eq!(states().await, [overdue]);
    }
}
