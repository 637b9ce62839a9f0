//! Definitions of custom fields and their values, whatever object they are of.

use billing::Error;
use billing::custom_fields::{
    DefineCustomField, DeleteCustomField, FieldChanges, FieldRef, FieldValue, UpdateCustomField,
};
use billing::invoices::InvoiceSpec;
use billing::invoices::create::CreateInvoice;
use billing::parties::customers::{CreateCustomer, CustomerFields, DeleteCustomer, UpdateCustomer};
use billing::query::CustomerRef;
use domain::Refusal;
use domain::custom_field::{CustomField, FieldType, PiiType};
use domain::id::{CustomFieldId, CustomerId};
use testkit::builders::World;
use testkit::{TestDb, on_both_databases};

fn define(object_kind: &str, label: &str, data_type: FieldType) -> DefineCustomField {
    DefineCustomField {
        object_kind: object_kind.to_owned(),
        index: None,
        data_type,
        label: label.to_owned(),
        changes: FieldChanges::default(),
    }
}

fn with(values: Vec<FieldValue>) -> CustomerFields {
    CustomerFields { display_name: Some("Acme".to_owned()), custom_fields: values, ..CustomerFields::default() }
}

fn named(label: &str, value: &str) -> FieldValue {
    (FieldRef::Label(label.to_owned()), value.to_owned())
}

async fn values(world: &World, customer: CustomerId) -> Vec<(String, String)> {
    let found = world.billing.customer(&world.caller, &CustomerRef::Id(customer)).await.expect("a customer");
    found.value.custom_fields.into_iter().map(|value| (value.label, value.value)).collect()
}

on_both_databases! {
    async fn definitions_take_the_first_free_place(db: TestDb) {
        let world = World::open(&db).await;
        let first = world.does(define("customer", "One", FieldType::Text)).await;
        let third = world.does(DefineCustomField { index: Some(3), ..define("customer", "Three", FieldType::Date) }).await;
        let second = world.does(define("customer", "Two", FieldType::Text)).await;
        let fourth = world.does(define("customer", "Four", FieldType::Text)).await;
        let elsewhere = world.does(define("invoice", "One", FieldType::Text)).await;
        let places = [&first, &second, &third, &fourth, &elsewhere].map(|field| field.index);
        assert_eq!(places, [1, 2, 3, 4, 1]);
        let same_label = world.refuses(define("customer", "One", FieldType::Text)).await;
        assert_eq!(same_label, Refusal::Duplicate { what: "custom field" });
        let same_place = DefineCustomField { index: Some(2), ..define("customer", "Five", FieldType::Text) };
        assert_eq!(world.refuses(same_place).await, Refusal::Duplicate { what: "custom field" });
        assert_eq!(world.refuses(define("boat", "One", FieldType::Text)).await, Refusal::Invalid { what: "object kind" });
        assert_eq!(world.refuses(define("customer", "Kind", FieldType::Dropdown)).await, Refusal::Invalid { what: "choices" });

        let changes = FieldChanges {
            label: Some("Renamed".to_owned()),
            pii_type: Some(PiiType::Pii),
            max_length: Some(Some(7)),
            show_in_pdf: Some(true),
            is_active: Some(false),
            ..FieldChanges::default()
        };
        let changed = world.does(UpdateCustomField { field: first.id, changes }).await;
        let expected = CustomField {
            label: "Renamed".to_owned(),
            pii_type: PiiType::Pii,
            max_length: Some(7),
            show_in_pdf: true,
            is_active: false,
            updated_at: changed.updated_at,
            ..first
        };
        assert_eq!(changed, expected);
        let listed = world.billing.custom_fields(&world.caller).await.expect("definitions");
        assert_eq!(listed.iter().find(|field| field.id == changed.id), Some(&expected));
        let gone = world.tried(DeleteCustomField { field: CustomFieldId(1) }).await;
        assert!(matches!(gone, Err(Error::Missing { kind: "custom_field", .. })));
    }

    async fn values_are_judged_before_anything_is_written(db: TestDb) {
        let world = World::open(&db).await;
        let seats = world.does(define("customer", "Seats", FieldType::Number)).await;
        world.does(define("customer", "Since", FieldType::Date)).await;
        world.does(define("invoice", "Project", FieldType::Text)).await;
        let customer = world.customer;
        let set = |values| UpdateCustomer { customer, fields: with(values) };
        for values in [
            vec![named("Since", "2026-01-01"), named("Seats", "many")],
            vec![named("Since", "2026-01-01"), (FieldRef::Index(2), "2026-01-02".to_owned())],
            vec![named("Since", "2026-01-01"), named("Project", "x")],
            vec![named("Since", "2026-01-01"), (FieldRef::Index(3), "x".to_owned())],
            vec![named("Since", "2026-01-01"), (FieldRef::Id(CustomFieldId(5)), "x".to_owned())],
        ] {
            assert!(world.tried(set(values)).await.is_err());
            assert_eq!(self::values(&world, customer).await, []);
        }
        world.does(set(vec![named("Since", "2026-01-01"), (FieldRef::Index(1), "12".to_owned())])).await;
        let seats_and_since = [("Seats".to_owned(), "12".to_owned()), ("Since".to_owned(), "2026-01-01".to_owned())];
        assert_eq!(values(&world, customer).await, seats_and_since);
        // One is changed, the other stays; an empty one is cleared.
        world.does(set(vec![(FieldRef::Id(seats.id), "13".to_owned())])).await;
        world.does(set(vec![named("Since", " ")])).await;
        assert_eq!(values(&world, customer).await, [("Seats".to_owned(), "13".to_owned())]);
        let kept = world.refuses(DeleteCustomField { field: seats.id }).await;
        assert_eq!(kept, Refusal::InUse { what: "custom field" });
        world.does(set(vec![named("Seats", "")])).await;
        world.does(DeleteCustomField { field: seats.id }).await;
    }

    async fn what_is_mandatory_is_given_by_whoever_makes_the_object(db: TestDb) {
        let world = World::open(&db).await;
        let mandatory = |kind, label| {
            let changes = FieldChanges { is_mandatory: Some(true), ..FieldChanges::default() };
            DefineCustomField { changes, ..define(kind, label, FieldType::Text) }
        };
        let project = world.does(mandatory("invoice", "Project")).await;
        let segment = world.does(mandatory("customer", "Segment")).await;
        let blank = |label: &str| Refusal::CustomFieldBlank { label: label.to_owned() };
        let make = |values| CreateCustomer { currency: None, fields: with(values) };
        assert_eq!(world.refuses(make(vec![])).await, blank("Segment"));
        assert_eq!(world.refuses(make(vec![named("Segment", "")])).await, blank("Segment"));
        let made = world.does(make(vec![named("Segment", "large")])).await;
        let clear = UpdateCustomer { customer: made.id, fields: with(vec![named("Segment", "")]) };
        assert_eq!(world.refuses(clear).await, blank("Segment"));
        // Who does not speak of it leaves it alone.
        world.does(UpdateCustomer { customer: made.id, fields: with(vec![]) }).await;

        let line = billing::invoices::LineSpec::of("Work", testkit::builders::decimal("1"), testkit::builders::decimal("10"));
        let spec = InvoiceSpec::to(made.id, vec![line]);
        assert_eq!(world.refuses(CreateInvoice { spec: spec.clone() }).await, blank("Project"));
        let given = InvoiceSpec { custom_fields: vec![(project.id, "Apollo".to_owned())], ..spec.clone() };
        let invoice = world.does(CreateInvoice { spec: given }).await;
        assert_eq!(world.view(invoice).await.custom_fields[0].value, "Apollo");
        // An inactive field asks for nothing.
        let changes = FieldChanges { is_active: Some(false), ..FieldChanges::default() };
        world.does(UpdateCustomField { field: project.id, changes: changes.clone() }).await;
        world.does(CreateInvoice { spec }).await;
        world.does(UpdateCustomField { field: segment.id, changes }).await;
        let other = world.does(make(vec![])).await;
        world.does(DeleteCustomer { customer: other.id }).await;
        assert!(world.audit().await.is_clean);
    }
}
