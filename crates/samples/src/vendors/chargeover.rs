//! ChargeOver's sample: the reference page shows fields, not values, so this is an invoice in which every field
//! that has a room here is filled, and its settlement has something of everything:
//!
//! | | |
//! |---|---|
//! | base: hosting 2 x 150, commitment 25 | 325 |
//! | usage: 1200 calls at 0.05 | 60 |
//! | one-time: setup 140, late fee 15, free kit 0 | 155 |
//! | tax: 6.35 % of hosting and calls | 22.86 |
//! | total | 562.86 |
//! | payment 300, credit 50, written off 212.86, refunded so that it is owed again 100 | |
//! | balance | 100 |
//!
//! Ids are ChargeOver's in kind (small integers), kept as an import keeps them.

use super::{Fields, field, fields_of, keep, seller};
use crate::literal::{amount, decimal, some};
use billing::credit_notes::apply::ApplyCreditNotes;
use billing::credit_notes::create::CreateCreditNote;
use billing::credit_notes::{CreditWhat, NoteShare};
use billing::import::SetLineExtras;
use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::write_off::WriteOffInvoice;
use billing::invoices::{InvoiceSpec, LineSpec, TaxChoice};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::parties::items::{CreateItem, ItemFields};
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate};
use billing::parties::tenants::{CreateSalesperson, CreateTerms};
use billing::payments::Share;
use billing::payments::record::RecordPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use billing::read::ThenView;
use billing::{Billing, Caller, Cx, Error, FaceName, Verb};
use domain::id::{
    CreditNoteId, CustomFieldId, CustomerId, EntityId, InvoiceId, ItemId, LineId, PaymentId, SalespersonId, TaxGroupId,
    TaxRateId, TenantId, TermsId,
};
use domain::invoice::{LineKind, Period};
use domain::item::ItemKind;
use domain::money::{Currency, Rate};
use domain::party::{Address, Terms};
use domain::payment::PaymentMode;
use domain::tax::TaxCategory;
use jiff::civil::{Date, date};

/// Ids as ChargeOver would have them.
pub const INVOICE: i64 = 5012;
pub const CUSTOMER: i64 = 317;
pub const FIRST_LINE: i64 = 8101;
pub const FIRST_ITEM: i64 = 41;
pub const BRAND: i64 = 1;
pub const ADMIN: i64 = 4;
pub const TERMS: i64 = 2;
pub const TAX: i64 = 6;
pub const TAX_GROUP: i64 = 9;
pub const PAYMENT: i64 = 2203;
pub const CREDIT: i64 = 2204;

/// The invoice's `refnumber` and `external_key`.
pub const NUMBER: &str = "10512";
pub const EXTERNAL_KEY: &str = "erp-4711";

const DATED: Date = date(2024, 3, 1);
/// Custom fields of an invoice and of a line.
const HEADER_FIELDS: i64 = 20;
const LINE_FIELDS: i64 = 10;

/// What was loaded.
#[derive(Clone, Debug)]
pub struct ChargeOver {
    pub entity: EntityId,
    pub customer: CustomerId,
    pub invoice: InvoiceId,
    /// Base, usage, setup, late fee, commitment, free kit.
    pub lines: Vec<LineId>,
    pub items: Vec<ItemId>,
    pub payment: PaymentId,
    pub credit_note: CreditNoteId,
}

/// An overdue invoice with every field that has a room.
pub async fn load(billing: &Billing, tenant: TenantId) -> Result<ChargeOver, Error> {
    let caller = Caller::system(tenant);
    let fields = fields_of(billing, &caller).await?;
    billing.perform(&caller, Load { fields }).await
}

struct Load {
    fields: Fields,
}

/// What the invoice is made of.
struct Parties {
    entity: EntityId,
    customer: CustomerId,
    admin: SalespersonId,
    terms: Terms,
    rate: TaxRateId,
    tax: TaxGroupId,
    items: Vec<ItemId>,
}

impl Verb for Load {
    type Outcome = ChargeOver;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<ChargeOver, Error> {
        let parties = parties(cx).await?;
        let on_header = custom_fields(cx, &self.fields, InvoiceId::WORD, HEADER_FIELDS).await?;
        let on_line = custom_fields(cx, &self.fields, LineId::WORD, LINE_FIELDS).await?;

        let made = ThenView(CreateInvoice { spec: spec(&parties, on_header) }).run(cx).await?.value;
        let invoice = made.summary.id;
        let lines: Vec<LineId> = made.lines.iter().map(|line| line.id).collect();
        IssueInvoice { invoice }.run(cx).await?;
        SetLineExtras { invoice, line: lines[0], custom_fields: on_line, tags: Vec::new() }.run(cx).await?;
        let (payment, credit_note) = settle(cx, &parties, invoice).await?;

        let Parties { entity, customer, items, .. } = parties;
        let mut ids = vec![
            (InvoiceId::WORD, invoice.0, INVOICE),
            (CustomerId::WORD, customer.0, CUSTOMER),
            (EntityId::WORD, entity.0, BRAND),
            (SalespersonId::WORD, parties.admin.0, ADMIN),
            (TaxRateId::WORD, parties.rate.0, TAX),
            (TaxGroupId::WORD, parties.tax.0, TAX_GROUP),
            (PaymentId::WORD, payment.0, PAYMENT),
            (CreditNoteId::WORD, credit_note.0, CREDIT),
        ];
        ids.extend(parties.terms.id.map(|terms| (TermsId::WORD, terms.0, TERMS)));
        ids.extend(lines.iter().zip(FIRST_LINE..).map(|(line, id)| (LineId::WORD, line.0, id)));
        ids.extend(items.iter().zip(FIRST_ITEM..).map(|(item, id)| (ItemId::WORD, item.0, id)));
        for (kind, native, id) in ids {
            // A digit string is an id of our own, too, as far as this face can tell.
            keep(cx, FaceName::ChargeOver, kind, native, &id.to_string(), Some(id)).await?;
        }
        Ok(ChargeOver { entity, customer, invoice, lines, items, payment, credit_note })
    }
}

async fn parties(cx: &mut Cx<'_, '_>) -> Result<Parties, Error> {
    let entity = seller(cx, "Haussmann Hosting", "America/Chicago", "HH", 30).await?;
    let terms = CreateTerms { name: "Net 30".to_owned(), days: 30 }.run(cx).await?;
    let admin = CreateSalesperson { name: "Karen Ito".to_owned(), email: "karen@haussmann.example".to_owned() };
    let admin = admin.run(cx).await?;
    let rate = CreateTaxRate {
        name: "Connecticut sales tax".to_owned(),
        rate: Rate::from_percent(decimal("6.35"))?,
        authority: "Connecticut Department of Revenue Services".to_owned(),
    };
    let rate = rate.run(cx).await?.id;
    let tax = CreateTaxGroup {
        name: "Connecticut".to_owned(),
        category: TaxCategory::Standard,
        rates: vec![(rate, false)],
        exemption: None,
    };
    let tax = tax.run(cx).await?.id;
    let fields = CustomerFields {
        display_name: some("Dunbar & Wells"),
        company_name: some("Dunbar & Wells"),
        email: some("billing@dunbarwells.example"),
        phone: some("860-555-0134"),
        entity_id: Some(Some(entity)),
        terms: Some(Some(terms.clone())),
        bill_to: Some(bill_to()),
        ship_to: Some(ship_to()),
        external_key: Some(some("crm-317")),
        ..CustomerFields::default()
    };
    let customer = CreateCustomer { currency: Some(Currency::USD), fields }.run(cx).await?.id;
    let mut items = Vec::with_capacity(ITEMS.len());
    for (name, unit, price, kind, is_taxed) in ITEMS {
        let sku = format!("SKU-{}", items.len() + 1);
        let fields = ItemFields {
            kind: Some(kind),
            name: some(name),
            external_key: Some(Some(format!("erp-item-{}", items.len() + 1))),
            accounting_sku: Some(Some(sku)),
            unit: some(unit),
            unit_price: Some(Some((decimal(price), Currency::USD))),
            tax_group_id: Some(is_taxed.then_some(tax)),
            ..ItemFields::default()
        };
        items.push(CreateItem { fields }.run(cx).await?.id);
    }
    Ok(Parties { entity, customer, admin, terms, rate, tax, items })
}

/// Name, unit, price, kind, whether taxed; one for each line.
const ITEMS: [(&str, &str, &str, ItemKind, bool); 6] = [
    ("Managed hosting", "server", "150", ItemKind::Service, true),
    ("API calls", "call", "0.05", ItemKind::Service, true),
    ("Setup", "hour", "140", ItemKind::Service, false),
    ("Late fee", "", "15", ItemKind::Service, false),
    ("Minimum commitment", "", "25", ItemKind::Service, false),
    ("Welcome kit", "box", "0", ItemKind::Product, false),
];

fn bill_to() -> Address {
    Address {
        line1: "56 Cowles Road".to_owned(),
        line2: "Suite 3".to_owned(),
        line3: "Attn: Accounts payable".to_owned(),
        city: "Willington".to_owned(),
        state: "CT".to_owned(),
        postcode: "06279".to_owned(),
        country: "United States".to_owned(),
        ..Address::default()
    }
}

fn ship_to() -> Address {
    Address {
        line1: "9 Wharf Street".to_owned(),
        line2: "Dock 2".to_owned(),
        line3: "Ring twice".to_owned(),
        city: "New London".to_owned(),
        state: "CT".to_owned(),
        postcode: "06320".to_owned(),
        country: "United States".to_owned(),
        ..Address::default()
    }
}

/// Values for all indexes of one kind of object.
async fn custom_fields(
    cx: &mut Cx<'_, '_>,
    known: &Fields,
    kind: &str,
    count: i64,
) -> Result<Vec<(CustomFieldId, String)>, Error> {
    let mut values = Vec::new();
    for index in 1..=count {
        let id = field(cx, known, kind, index, &format!("Custom {index}")).await?;
        values.push((id, format!("{kind} value {index}")));
    }
    Ok(values)
}

fn spec(parties: &Parties, custom_fields: Vec<(CustomFieldId, String)>) -> InvoiceSpec {
    InvoiceSpec {
        dated_on: Some(DATED),
        terms: Some(parties.terms.clone()),
        payment_expected_on: Some(date(2024, 3, 31)),
        reference: "PO 88-1270".to_owned(),
        external_key: some(EXTERNAL_KEY),
        number: some(NUMBER),
        memo: "Thank you for your business.".to_owned(),
        salesperson: Some(parties.admin),
        tags: vec!["priority".to_owned(), "hosting".to_owned()],
        custom_fields,
        ..InvoiceSpec::to(parties.customer, lines(parties))
    }
}

fn lines(parties: &Parties) -> Vec<LineSpec> {
    let line = |index: usize, kind, quantity: &str| LineSpec {
        kind,
        item: Some(parties.items[index]),
        tax: TaxChoice::FromItem,
        ..LineSpec::of(ITEMS[index].0, decimal(quantity), decimal(ITEMS[index].2))
    };
    vec![
        LineSpec {
            description: some("Two servers in advance"),
            period: Some(Period { from: DATED, until: date(2024, 4, 1) }),
            charge_number: some("C-00000011"),
            ..line(0, LineKind::Recurring, "2")
        },
        LineSpec {
            description: some("Calls of February"),
            period: Some(Period { from: date(2024, 2, 1), until: DATED }),
            charge_number: some("C-00000012"),
            ..line(1, LineKind::Usage, "1200")
        },
        LineSpec {
            description: some("First configuration"),
            charge_number: some("C-00000013"),
            ..line(2, LineKind::OneTime, "1")
        },
        LineSpec { description: some("Late payment of invoice 10487"), ..line(3, LineKind::LateFee, "1") },
        LineSpec { description: some("Up to the agreed minimum"), ..line(4, LineKind::Minimum, "1") },
        LineSpec { description: some("With our compliments"), ..line(5, LineKind::OneTime, "1") },
    ]
}

/// Paid in part, credited in part, the rest written off; then a third of the payment goes back and is owed again.
async fn settle(
    cx: &mut Cx<'_, '_>,
    parties: &Parties,
    invoice: InvoiceId,
) -> Result<(PaymentId, CreditNoteId), Error> {
    let paid = RecordPayment {
        mode: PaymentMode::Check,
        received_on: Some(date(2024, 3, 20)),
        reference: "Check 1047".to_owned(),
        ..RecordPayment::from(parties.customer, amount("300"), vec![Share { invoice, amount: amount("300") }])
    };
    let payment = paid.run(cx).await?;
    let note = CreateCreditNote {
        customer: Some(parties.customer),
        entity: Some(parties.entity),
        dated_on: Some(date(2024, 3, 25)),
        number: some("10512-C1"),
        reason: "Outage on 12 February".to_owned(),
        ..CreateCreditNote::of(CreditWhat::AmountOnly { amount: amount("50") })
    };
    let note = note.run(cx).await?;
    let shares = vec![NoteShare { note, invoice, amount: amount("50") }];
    ApplyCreditNotes { shares, on: Some(date(2024, 3, 25)) }.run(cx).await?;
    let given_up = WriteOffInvoice { invoice, reason: "Dispute settled".to_owned(), on: Some(date(2024, 6, 3)) };
    given_up.run(cx).await?;
    let refund = RefundMoney {
        of: RefundOf::Reverse { payment, invoice: Some(invoice) },
        amount: amount("100"),
        mode: PaymentMode::Check,
        on: Some(date(2024, 6, 17)),
        reference: "Check 1047".to_owned(),
        description: "Returned in part by the bank".to_owned(),
    };
    refund.run(cx).await?;
    Ok((payment, note))
}
