//! The books that the stories are told on, saved as facts: two tenants, three customers, eight invoices.

use crate::world::{NOW, TENANT};
use domain::custom_field::{FieldType, PiiType};
use domain::id::{
    ApplicationId, CustomFieldId, CustomerId, EntityId, InvoiceId, ItemId, LineId, PaymentId, SalespersonId,
    TaxGroupId, TaxRateId, TenantId, TermsId,
};
use domain::invoice::totals::{DraftInput, DraftLine, compute};
use domain::invoice::{Invoice, Line, LineKind, LineTax, NumberOrigin, Period, State};
use domain::item::{Item, ItemKind};
use domain::money::{Currency, Decimal, Rate};
use domain::party::{Address, ClosedBooksPolicy, Customer, IssuedPolicy, LegalEntity, ServiceLevel, Tenant, Terms};
use domain::payment::{Application, Payment, PaymentMode, Source};
use domain::tax::{PriceMode, TaxCategory, TaxComponent, TaxRounding};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use store::Tx;
use store::invoice_parts::NewParts;
use store::invoices::NewInvoice;
use store::names::{CustomField, ForeignId, Tag};

/// Lines, then what follows from them.
struct Sheet {
    id: i64,
    customer: i64,
    lines: Vec<DraftLine>,
    edit: fn(&mut Invoice),
}

fn zero() -> Timestamp {
    "2026-10-05T16:30:15.25Z".parse().expect("an instant")
}

pub fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("an instant")
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).expect("a decimal")
}

fn entity(tenant: i64) -> LegalEntity {
    LegalEntity {
        id: EntityId(7),
        name: format!("Seller {tenant}"),
        address: Address::default(),
        tax_ids: Vec::new(),
        email: String::new(),
        base_currency: Currency::USD,
        time_zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        tax_rounding: TaxRounding::PerGroup,
        price_mode: PriceMode::Exclusive,
        issued_policy: IssuedPolicy::Correctable,
        closed_books_policy: ClosedBooksPolicy::Refuse,
        books_closed_through: None,
        write_off_relieves_tax: false,
        default_terms: Terms { id: None, name: "Net 30".to_owned(), days: 30 },
        is_default: true,
        created_at: zero(),
        updated_at: zero(),
    }
}

fn customer(id: i64, parent: Option<i64>) -> Customer {
    Customer {
        id: CustomerId(id),
        parent_id: parent.map(CustomerId),
        display_name: format!("Customer {id}"),
        company_name: String::new(),
        email: String::new(),
        phone: String::new(),
        currency: Currency::USD,
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
        token: format!("customer{id:04}"),
        is_active: true,
        notes: String::new(),
        website: String::new(),
        tax_group_id: None,
        tax_authority_id: None,
        is_portal_enabled: false,
        created_at: zero(),
        updated_at: zero(),
    }
}

fn sales_tax() -> LineTax {
    let rate = Rate::from_percent(decimal("10")).expect("a rate");
    LineTax {
        group_id: Some(TaxGroupId(61)),
        group_name: "Connecticut".to_owned(),
        category: TaxCategory::Standard,
        components: vec![TaxComponent {
            rate_id: TaxRateId(62),
            name: "State tax".to_owned(),
            rate,
            is_compound: false,
        }],
        exemption: None,
    }
}

fn one_time(price: &str) -> DraftLine {
    DraftLine::new("Work", Decimal::ONE, decimal(price), LineTax::untaxed())
}

fn period(from: Date, until: Date) -> Option<Period> {
    Some(Period { from, until })
}

fn rich_lines() -> Vec<DraftLine> {
    vec![
        DraftLine {
            kind: LineKind::Recurring,
            item_id: Some(ItemId(31)),
            description: "Hosting, large".to_owned(),
            unit: "server".to_owned(),
            period: period(date(2026, 10, 1), date(2026, 11, 1)),
            ..DraftLine::new("Hosting", decimal("2"), decimal("100"), sales_tax())
        },
        DraftLine {
            kind: LineKind::Usage,
            item_id: Some(ItemId(32)),
            period: period(date(2026, 9, 1), date(2026, 10, 1)),
            ..DraftLine::new("Traffic", decimal("1500.5"), decimal("0.0125"), LineTax::untaxed())
        },
        DraftLine { charge_number: Some("C-00000004".to_owned()), ..one_time("50.99") },
    ]
}

fn issue(invoice: &mut Invoice, number: &str) {
    invoice.state = State::Issued;
    invoice.number = Some(number.to_owned());
    invoice.number_origin = Some(NumberOrigin::External);
    invoice.issued_at = Some(zero());
}

/// 10005 is told in full; of the others only what tells them apart.
fn sheets() -> Vec<Sheet> {
    let plain = |id, customer, edit| Sheet { id, customer, lines: vec![one_time("100")], edit };
    vec![
        Sheet {
            id: 10005,
            customer: 44,
            lines: rich_lines(),
            edit: |invoice| {
                issue(invoice, "10005");
                invoice.external_key = Some("crm/77".to_owned());
                invoice.terms = Terms { id: Some(TermsId(21)), name: "Net 30".to_owned(), days: 30 };
                invoice.due_on = date(2026, 11, 4);
                invoice.salesperson = Some((SalespersonId(22), "Ada".to_owned()));
                invoice.memo = "Thank you".to_owned();
                invoice.bill_to = Address {
                    line1: "16 Dog Lane".to_owned(),
                    line2: "Suite D".to_owned(),
                    city: "Storrs".to_owned(),
                    state: "CT".to_owned(),
                    postcode: "06268".to_owned(),
                    country: "United States".to_owned(),
                    ..Address::default()
                };
                invoice.settled.payments_gross = 7_000;
            },
        },
        plain(10006, 44, |invoice| {
            issue(invoice, "10006");
            invoice.due_on = date(2026, 12, 31);
            invoice.dated_on = date(2026, 11, 20);
            invoice.currency = Currency::EUR;
        }),
        plain(10007, 45, |_| {}),
        plain(10008, 45, |invoice| invoice.is_shared = true),
        plain(10009, 46, |invoice| {
            issue(invoice, "10009");
            invoice.state = State::Void;
            invoice.voided_at = Some(now());
        }),
        plain(10010, 46, |invoice| {
            issue(invoice, "A,9");
            invoice.is_imported = true;
            invoice.settled.credits = 10_000;
        }),
        plain(10011, 46, |invoice| {
            issue(invoice, "10011");
            invoice.state = State::Void;
            invoice.withdrawn_at = Some(now());
        }),
        plain(10012, 46, |invoice| {
            invoice.reference = "OLD-5".to_owned();
            invoice.is_imported = true;
        }),
    ]
}

/// What a sheet comes to, as the verbs would have stored it.
fn write_up(sheet: Sheet) -> (Invoice, Vec<Line>, Vec<domain::invoice::TaxTotal>) {
    let dated_on = date(2026, 10, 5);
    let mut invoice =
        Invoice::draft(InvoiceId(sheet.id), (EntityId(7), CustomerId(sheet.customer)), Currency::USD, dated_on, zero());
    invoice.token = format!("token{:07}", sheet.id);
    invoice.updated_at = now();
    (sheet.edit)(&mut invoice);
    let input = DraftInput {
        currency: invoice.currency,
        price_mode: PriceMode::Exclusive,
        tax_rounding: TaxRounding::PerGroup,
        lines: sheet.lines,
        allowances: Vec::new(),
    };
    let computed = compute(&input).expect("the lines add up");
    invoice.totals = computed.totals;
    invoice.settle_on(date(2026, 11, 1));
    let first = sheet.id * 10;
    let lines = (1_i64..)
        .zip(input.lines)
        .zip(computed.lines)
        .map(|((position, draft), done)| Line::from_draft(LineId(first + position), position, draft, done))
        .collect();
    (invoice, lines, computed.taxes)
}

fn item(id: i64, name: &str, kind: ItemKind) -> Item {
    Item {
        id: ItemId(id),
        kind,
        name: name.to_owned(),
        description: String::new(),
        code: None,
        external_key: Some(format!("key-{id}")),
        accounting_sku: (id == 31).then(|| "4000".to_owned()),
        token: format!("item00000{id:03}"),
        unit: String::new(),
        unit_price: None,
        tax_group_id: None,
        is_active: true,
        created_at: zero(),
        updated_at: zero(),
    }
}

fn custom_field(id: i64, kind: &str, index: i64) -> CustomField {
    CustomField {
        id: CustomFieldId(id),
        object_kind: kind.to_owned(),
        index,
        label: format!("Field {index}"),
        data_type: FieldType::Text,
        choices: Vec::new(),
        is_mandatory: false,
        pii_type: PiiType::NonPii,
        max_length: None,
        help_text: String::new(),
        placeholder: String::new(),
        show_in_portal: false,
        edit_in_portal: false,
        show_in_pdf: false,
        show_on_pages: false,
        is_mandatory_on_pages: false,
        is_active: true,
        created_at: zero(),
        updated_at: zero(),
    }
}

/// Everything of the first tenant.
pub async fn fill(tx: &mut Tx<'_>) -> store::Result<()> {
    let tenant = Tenant { id: TENANT, name: "One".to_owned(), business_at: None, created_at: zero() };
    store::tenants::insert(tx, &tenant).await?;
    store::entities::insert(tx, &entity(1)).await?;
    let customers = [customer(44, None), customer(45, Some(44)), customer(46, None)];
    for one in &customers {
        store::customers::insert_many(tx, std::slice::from_ref(one)).await?;
    }
    let items = [item(31, "Hosting", ItemKind::Service), item(32, "Traffic", ItemKind::Product)];
    store::catalogue::insert_items(tx, &items).await?;
    let terms = Terms { id: Some(TermsId(21)), name: "Net 30".to_owned(), days: 30 };
    store::tenants::insert_terms(tx, &terms, zero()).await?;
    let ada = domain::seller::Salesperson {
        id: SalespersonId(22),
        name: "Ada".to_owned(),
        email: String::new(),
        created_at: zero(),
        updated_at: zero(),
    };
    store::seller::insert_salesperson(tx, &ada).await?;

    let written: Vec<_> = sheets().into_iter().map(write_up).collect();
    let headers: Vec<NewInvoice<'_>> = written
        .iter()
        .map(|(invoice, ..)| NewInvoice { invoice, series: None, content_hash: None, base_total: 0 })
        .collect();
    store::invoices::insert_many(tx, &headers).await?;
    let parts: Vec<NewParts<'_>> = written
        .iter()
        .map(|(invoice, lines, taxes)| NewParts { invoice_id: invoice.id, lines, taxes, allowances: &[] })
        .collect();
    store::invoice_parts::insert_many(tx, &parts).await?;

    let (entity, debtor) = (EntityId(7), CustomerId(44));
    let received = Payment::received(
        PaymentId(501),
        (entity, debtor),
        Currency::USD,
        (7_000, 0),
        PaymentMode::Card,
        date(2026, 11, 1),
        zero(),
    );
    let mut payment = received.expect("a payment");
    payment.applied = 7_000;
    payment.unapplied = 0;
    store::payments::insert(tx, &payment, 7_000).await?;
    let application = Application {
        id: ApplicationId(502),
        source: Source::Payment(PaymentId(501)),
        invoice_id: InvoiceId(10005),
        customer_id: debtor,
        amount: 7_000,
        applied_on: date(2026, 11, 1),
        reverses: None,
        receivable_base: 7_000,
        source_base: 7_000,
        created_at: zero(),
    };
    store::applications::insert_many(tx, &[application]).await?;

    for (id, kind, index) in [(91, "invoice", 1), (92, "invoice", 20), (93, "line", 3)] {
        store::names::insert_custom_field(tx, &custom_field(id, kind, index)).await?;
    }
    store::names::set_value(tx, "invoice", 10005, CustomFieldId(91), "Smith, John").await?;
    store::names::set_value(tx, "invoice", 10005, CustomFieldId(92), "last").await?;
    store::names::set_value(tx, "line", 100_051, CustomFieldId(93), "rack 4").await?;
    let tag = Tag { object_id: 10005, label: "vip".to_owned(), tag_id: 0, option_id: 0 };
    store::names::set_tags(tx, "invoice", 10005, &[tag]).await?;

    // What an import of a ChargeOver account has kept; one id that no JSON integer can spell.
    for (kind, id, foreign_id) in [
        (InvoiceId::WORD, 10010, "2688"),
        (CustomerId::WORD, 46, "9001"),
        (ItemId::WORD, 32, "12"),
        (PaymentId::WORD, 501, "77"),
        (EntityId::WORD, 7, "1"),
        (InvoiceId::WORD, 10012, "legacy-5"),
    ] {
        let name = ForeignId { kind: kind.to_owned(), id, foreign_id: foreign_id.to_owned() };
        store::names::insert_foreign_id(tx, "chargeover", &name, face_chargeover::unspell(foreign_id)).await?;
    }
    Ok(())
}

/// The second tenant: nothing but a seller.
pub async fn fill_other(tx: &mut Tx<'_>) -> store::Result<()> {
    let tenant = Tenant { id: TenantId(2), name: "Two".to_owned(), business_at: None, created_at: zero() };
    store::tenants::insert(tx, &tenant).await?;
    store::entities::insert(tx, &entity(2)).await
}
