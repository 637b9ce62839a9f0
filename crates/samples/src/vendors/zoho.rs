//! Zoho's sample: the paid invoice of "Retrieve an invoice".
//!
//! The printed sample does not add up (price 50, item total 400, total 370). Held is the nearest document that
//! does: price 450 less the coupon's 80 is an item total and a total of 370; 370 paid, of which 50 went back by a
//! credit note, so that the balance stays 0. The sample lists credit note CN-26 of 15 beside `credits_applied: 0`:
//! it is held as a note on the invoice's line that is not applied to anything. `payment_expected_date` is printed
//! as 10-05-2013. Attachments have no room yet.

use super::{Fields, field, fields_of, keep, seller};
use crate::literal::{amount, decimal, some};
use billing::credit_notes::CreditWhat;
use billing::credit_notes::create::CreateCreditNote;
use billing::import::{SetLineExtras, SetSideCar};
use billing::invoices::create::CreateInvoice;
use billing::invoices::details::MarkSent;
use billing::invoices::issue::IssueInvoice;
use billing::invoices::{DiscountAmount, DiscountSpec, InvoiceSpec, LineSpec};
use billing::parties::customers::{AddContact, ContactFields, CreateCustomer, CustomerFields};
use billing::parties::items::{CreateItem, ItemFields};
use billing::parties::taxes::{CreateTaxGroup, CreateTaxRate};
use billing::parties::tenants::CreateSalesperson;
use billing::payments::Share;
use billing::payments::methods::{AddPaymentMethod, MethodFields};
use billing::payments::record::RecordPayment;
use billing::payments::refund::{RefundMoney, RefundOf};
use billing::read::{ThenPayment, ThenRefund, ThenView};
use billing::{Billing, Caller, Cx, Error, FaceName, Verb};
use domain::Refusal;
use domain::id::{
    ApplicationId, CreditNoteId, CustomFieldId, CustomerId, EntityId, InvoiceId, ItemId, LineId, PaymentId,
    PaymentMethodId, SalespersonId, TaxGroupId, TenantId,
};
use domain::invoice::view::LineTag;
use domain::invoice::{LineKind, Period};
use domain::money::{Currency, Rate};
use domain::party::{Address, Exemption};
use domain::payment::method::MethodKind;
use domain::payment::{PaymentMode, Refund};
use domain::tax::TaxCategory;
use jiff::civil::{Date, date};
use serde_json::json;

/// The sample's ids.
pub const ORGANIZATION: &str = "10234695";
pub const INVOICE: &str = "903000000079426";
pub const NUMBER: &str = "INV-384";
pub const CUSTOMER: &str = "903000000000099";
pub const LINE: &str = "7000000079434";
pub const TAX: &str = "903002205046032";
pub const SALESPERSON: &str = "90300023000043";
pub const PAYMENT: &str = "90300000079467";
pub const INVOICE_PAYMENT: &str = "90300000079469";
pub const CREDIT_NOTE: &str = "9030000079876";
pub const CARD: &str = "90300000079226";
pub const ACCOUNT: &str = "9030000000000361";

const DATED: Date = date(2016, 6, 5);
/// The refund's own day; the sample gives none.
const REFUNDED: Date = date(2016, 6, 10);
const CREDITED: Date = date(2016, 6, 15);

/// What was loaded.
#[derive(Clone, Copy, Debug)]
pub struct Zoho {
    pub entity: EntityId,
    pub customer: CustomerId,
    pub item: ItemId,
    pub invoice: InvoiceId,
    pub line: LineId,
    pub payment: PaymentId,
    /// The note that 50 of the payment were refunded by, with a number of our own series.
    pub refund_note: CreditNoteId,
    /// CN-26: 15, nothing of it applied.
    pub credit_note: CreditNoteId,
}

/// The paid invoice of Bowman Furniture, and the tenant's organization id.
pub async fn load(billing: &Billing, tenant: TenantId) -> Result<Zoho, Error> {
    let caller = Caller::system(tenant);
    let fields = fields_of(billing, &caller).await?;
    billing.perform(&caller, Load { tenant, fields }).await
}

struct Load {
    tenant: TenantId,
    fields: Fields,
}

/// What the invoice is made of.
struct Parties {
    entity: EntityId,
    customer: CustomerId,
    salesperson: SalespersonId,
    tax: TaxGroupId,
    item: ItemId,
}

impl Verb for Load {
    type Outcome = Zoho;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Zoho, Error> {
        let parties = parties(cx).await?;
        let on_invoice = field(cx, &self.fields, InvoiceId::WORD, 1, "string").await?;
        let on_line = field(cx, &self.fields, LineId::WORD, 1, "string").await?;

        let made = ThenView(CreateInvoice { spec: spec(&parties, on_invoice) }).run(cx).await?.value;
        let (invoice, line) = (made.summary.id, made.lines[0].id);
        IssueInvoice { invoice }.run(cx).await?;
        MarkSent { invoice }.run(cx).await?;
        let tags = vec![LineTag { tag_id: 0, option_id: 0 }];
        let custom_fields = vec![(on_line, "string".to_owned())];
        SetLineExtras { invoice, line, custom_fields, tags }.run(cx).await?;

        let paid = ThenPayment(payment(parties.customer, invoice)).run(cx).await?.value;
        let (payment, application) = (paid.payment.id, paid.applications[0].id);
        let refunded = ThenRefund(refund(payment, invoice)).run(cx).await?;
        let credit_note = credit_note(invoice).run(cx).await?;

        let loaded = Zoho {
            entity: parties.entity,
            customer: parties.customer,
            item: parties.item,
            invoice,
            line,
            payment,
            refund_note: note_of(&refunded),
            credit_note,
        };
        methods(cx, parties.customer).await?;
        for (kind, id, foreign_id) in [
            (TenantId::WORD, self.tenant.0, ORGANIZATION),
            (InvoiceId::WORD, invoice.0, INVOICE),
            (LineId::WORD, line.0, LINE),
            (TaxGroupId::WORD, parties.tax.0, TAX),
            (SalespersonId::WORD, parties.salesperson.0, SALESPERSON),
            (PaymentId::WORD, payment.0, PAYMENT),
            (ApplicationId::WORD, application.0, INVOICE_PAYMENT),
            (CreditNoteId::WORD, credit_note.0, CREDIT_NOTE),
        ] {
            keep(cx, FaceName::Zoho, kind, id, foreign_id, None).await?;
        }
        keep_customer(cx, parties.customer).await?;
        side_cars(cx, &loaded).await?;
        Ok(loaded)
    }
}

/// The bank account and the card that Zoho's samples name. They lie at the sandbox gateway, so that an invoice of
/// the customer can be collected where it is switched on.
async fn methods(cx: &mut Cx<'_, '_>, customer: CustomerId) -> Result<(), Error> {
    let card = MethodFields {
        last_four: Some("2145".to_owned()),
        expiry: Some(Some((2030, 9))),
        first_name: some("benjamin"),
        last_name: some("franklin"),
        address: Some(Address {
            line1: "12 Harington Bay Street".to_owned(),
            city: "Salt Lake City".to_owned(),
            state: "CA".to_owned(),
            postcode: "92612".to_owned(),
            country: "U.S.A".to_owned(),
            ..Address::default()
        }),
        ..MethodFields::default()
    };
    let account = MethodFields { last_four: some("0361"), ..MethodFields::default() };
    for (kind, fields, foreign_id, collides_with) in [
        (MethodKind::Card, card, CARD, None),
        // What our own spelling of ids makes of it.
        (MethodKind::BankAccount, account, ACCOUNT, Some(4_430_000_000_000_361)),
    ] {
        let (gateway, token) = ("sandbox".to_owned(), "sandbox_ok".to_owned());
        let method = AddPaymentMethod { customer, kind, gateway, token, fields }.run(cx).await?;
        keep(cx, FaceName::Zoho, PaymentMethodId::WORD, method.0, foreign_id, collides_with).await?;
    }
    Ok(())
}

/// The sample's customer id happens to pass for a card number (15 digits with a valid check digit). Where billing
/// refuses such a text, the customer goes by our own id; nothing else of the sample depends on it.
async fn keep_customer(cx: &mut Cx<'_, '_>, customer: CustomerId) -> Result<(), Error> {
    match keep(cx, FaceName::Zoho, CustomerId::WORD, customer.0, CUSTOMER, None).await {
        Err(Error::Refused(Refusal::CardNumber { .. })) => Ok(()),
        kept => kept,
    }
}

async fn parties(cx: &mut Cx<'_, '_>) -> Result<Parties, Error> {
    let entity = seller(cx, "Alder Software LLC", "America/Los_Angeles", "AS", 0).await?;
    let salesperson = CreateSalesperson { name: "Bowman".to_owned(), email: "bowman@aldersoftware.example".to_owned() };
    let rate = CreateTaxRate {
        name: "Sales tax".to_owned(),
        rate: Rate::from_percent(decimal("7.75"))?,
        authority: "California Department of Tax and Fee Administration".to_owned(),
    };
    let rate = rate.run(cx).await?.id;
    let tax = CreateTaxGroup {
        name: "Sales tax".to_owned(),
        category: TaxCategory::Standard,
        rates: vec![(rate, false)],
        exemption: None,
    };
    let tax = tax.run(cx).await?.id;
    let item = CreateItem {
        fields: ItemFields {
            name: some("Basic"),
            code: Some(some("basic-monthly")),
            unit_price: Some(Some((decimal("450"), Currency::USD))),
            tax_group_id: Some(Some(tax)),
            ..ItemFields::default()
        },
    };
    Ok(Parties {
        entity,
        customer: customer(cx, entity).await?,
        salesperson: salesperson.run(cx).await?,
        tax,
        item: item.run(cx).await?.id,
    })
}

/// Exempt as a non-governmental organization: its lines name their tax and charge none.
async fn customer(cx: &mut Cx<'_, '_>, entity: EntityId) -> Result<CustomerId, Error> {
    let email = "benjamin.george@bowmanfurniture.com";
    let exemption = Exemption { code: "NGO".to_owned(), reason: "Non-governmental organization".to_owned() };
    let fields = CustomerFields {
        display_name: some("Bowman Furniture"),
        company_name: some("Bowman Furniture"),
        email: some(email),
        entity_id: Some(Some(entity)),
        bill_to: Some(address()),
        ship_to: Some(Address { line1: "Harrington Bay Street".to_owned(), ..address() }),
        tax_exemption: Some(Some(exemption)),
        ..CustomerFields::default()
    };
    let customer = CreateCustomer { currency: Some(Currency::USD), fields }.run(cx).await?.id;
    let fields = ContactFields {
        first_name: "Benjamin".to_owned(),
        last_name: "George".to_owned(),
        email: email.to_owned(),
        is_primary: true,
        ..ContactFields::default()
    };
    AddContact { customer, fields }.run(cx).await?;
    Ok(customer)
}

fn address() -> Address {
    Address {
        city: "Salt Lake City".to_owned(),
        state: "CA".to_owned(),
        postcode: "92612".to_owned(),
        country: "U.S.A".to_owned(),
        fax: "4527389".to_owned(),
        ..Address::default()
    }
}

fn spec(parties: &Parties, custom_field: CustomFieldId) -> InvoiceSpec {
    let coupon = DiscountSpec {
        name: "Flat 10".to_owned(),
        code: some("THANKSGIVING20"),
        by: DiscountAmount::Fixed(amount("80")),
        priority: 0,
    };
    let line = LineSpec {
        kind: LineKind::Recurring,
        item: Some(parties.item),
        description: some("Charges for this duration (from 16-April-2016 to 8-June-2016)"),
        period: Some(Period { from: date(2016, 4, 16), until: date(2016, 6, 9) }),
        discounts: vec![coupon],
        ..LineSpec::of("Basic", decimal("1"), decimal("450"))
    };
    InvoiceSpec {
        dated_on: Some(DATED),
        due_on: Some(DATED),
        payment_expected_on: Some(date(2013, 5, 10)),
        number: some(NUMBER),
        transaction_type: "renewal".to_owned(),
        salesperson: Some(parties.salesperson),
        custom_fields: vec![(custom_field, "string".to_owned())],
        ..InvoiceSpec::to(parties.customer, vec![line])
    }
}

fn payment(customer: CustomerId, invoice: InvoiceId) -> RecordPayment {
    RecordPayment {
        bank_charges: amount("10"),
        mode: PaymentMode::Automatic,
        received_on: Some(DATED),
        reference: NUMBER.to_owned(),
        description: format!("Payment has been made for the invoice {NUMBER}"),
        gateway: some("payflow_pro"),
        gateway_transaction_id: some("B10E6E0F31BD"),
        ..RecordPayment::from(customer, amount("370"), vec![Share { invoice, amount: amount("370") }])
    }
}

fn refund(payment: PaymentId, invoice: InvoiceId) -> RefundMoney {
    RefundMoney {
        of: RefundOf::ByCreditNote { payment, invoice },
        amount: amount("50"),
        mode: PaymentMode::Automatic,
        on: Some(REFUNDED),
        reference: NUMBER.to_owned(),
        description: format!("Part of {NUMBER} refunded"),
    }
}

fn note_of(refund: &Refund) -> CreditNoteId {
    refund.credit_note_id.expect("a refund by credit note names its note")
}

fn credit_note(invoice: InvoiceId) -> CreateCreditNote {
    CreateCreditNote {
        dated_on: Some(CREDITED),
        number: some("CN-26"),
        reason: "Goodwill".to_owned(),
        ..CreateCreditNote::of(CreditWhat::Total { invoice, amount: amount("15") })
    }
}

/// What only Zoho has, in the shape that its face reads.
async fn side_cars(cx: &mut Cx<'_, '_>, loaded: &Zoho) -> Result<(), Error> {
    let comment = json!({
        "comment_id": "9030000003133",
        "description": "Invoice has been marked as void",
        "commented_by_id": "90300000002099",
        "commented_by": "Zoho Billinh",
        "comment_type": "system",
        "time": "2:50 AM",
        "operation_type": "Added",
        "transaction_id": "903000001223",
        "transaction_type": "invoice",
    });
    let autotransaction = json!({
        "autotransaction_id": "9030000079465",
        "gateway_error_message": "Gateway error message for a failed transaction.",
        "account_id": "9030000000000361",
    });
    let of_invoice = json!({
        "ach_payment_initiated": true,
        "comments": [comment],
        "autotransactions": {PAYMENT: autotransaction},
    });
    let of_line = json!({"tax_exemption_id": "903002205042099"});
    for (kind, id, content) in [(InvoiceId::WORD, loaded.invoice.0, of_invoice), (LineId::WORD, loaded.line.0, of_line)]
    {
        SetSideCar { face: FaceName::Zoho, kind, id, content: content.to_string() }.run(cx).await?;
    }
    Ok(())
}
