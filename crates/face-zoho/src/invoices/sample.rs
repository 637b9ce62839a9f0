//! The seed's invoice as a view. Its numbers are the seed's, which do not add up; a view holds them all the
//! same, for only the spelling is under test here.

use billing::read::{Named, Names};
use domain::id::{
    ApplicationId, AttachmentId, CreditNoteId, CustomFieldId, CustomerId, EntityId, InvoiceId, ItemId, LineId,
    PaymentId, SalespersonId, TaxGroupId,
};
use domain::invoice::view::{
    AttachmentView, Comment, Coupon, CreditApplied, CustomFieldValue, ItemBrief, LineTag, LineView, Parts,
    PaymentApplied, View,
};
use domain::invoice::{
    AppliedDiscount, Discount, DiscountBy, Document, Invoice, LineKind, LineTax, NumberOrigin, State,
};
use domain::item::ItemKind;
use domain::money::{Currency, Decimal, Money};
use domain::party::{Address, Exemption};
use domain::payment::PaymentMode;
use domain::tax::TaxCategory;
use jiff::Timestamp;
use jiff::civil::date;

use crate::side_car::{Autotransaction, ForeignComment, InvoiceExtras, LineExtras};
use crate::wire;

/// The native id that is spelled like this id of Zoho's: below zero, which no real one is. Real imports keep
/// Zoho's ids as names, and only billing can fill those.
pub(super) fn native(vendor_id: i64) -> i64 {
    let first: i64 = wire::spell(0).parse().expect("digits");
    vendor_id - first
}

pub(super) fn usd(units: i64) -> Money {
    Money { minor: units * 100, currency: Currency::USD }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(super) fn header() -> Invoice {
    let id = InvoiceId(native(903_000_000_079_426));
    let parties = (EntityId(1), CustomerId(native(903_000_000_000_099)));
    let created_at = at("2016-06-05T09:15:15Z");
    let day = date(2016, 6, 5);
    let mut invoice = Invoice::draft(id, parties, Currency::USD, day, created_at);
    invoice.state = State::Issued;
    invoice.number = Some("INV-384".to_owned());
    invoice.number_origin = Some(NumberOrigin::External);
    invoice.customer_name = "Bowman Furniture".to_owned();
    invoice.customer_email = "benjamin.george@bowmanfurniture.com".to_owned();
    invoice.totals.total = 37_000;
    invoice.settled.payments_gross = 37_000;
    invoice.payment_expected_on = Some(date(2013, 5, 10));
    invoice.transaction_type = "renewal".to_owned();
    invoice.salesperson = Some((SalespersonId(native(90_300_023_000_043)), "Bowman".to_owned()));
    invoice.is_imported = true;
    invoice.bill_to = address();
    invoice.ship_to = Address { line1: "Harrington Bay Street".to_owned(), ..address() };
    invoice.settle_on(day);
    invoice
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

pub(super) fn view() -> Named<View> {
    let document = Document { invoice: header(), lines: Vec::new(), taxes: Vec::new(), allowances: Vec::new() };
    let mut view = View::assemble(Parts::of(document, date(2016, 6, 20)));
    view.time_zone = "America/Los_Angeles".to_owned();
    view.lines = vec![line()];
    view.credits = vec![CreditApplied {
        application_id: ApplicationId(1),
        credit_note_id: CreditNoteId(native(9_030_000_079_876)),
        number: Some("CN-26".to_owned()),
        amount: usd(15),
        applied_on: date(2016, 6, 15),
    }];
    view.payments = vec![payment()];
    view.coupons = vec![Coupon { code: "THANKSGIVING20".to_owned(), name: "Flat 10".to_owned(), amount: usd(80) }];
    view.custom_fields = vec![CustomFieldValue {
        field_id: CustomFieldId(1),
        index: 1,
        label: "string".to_owned(),
        value: "string".to_owned(),
        data_type: "text".to_owned(),
    }];
    view.attachments = vec![AttachmentView {
        id: AttachmentId(native(903_000_005_689)),
        file_name: "Rental Agreement.pdf".to_owned(),
        file_type: "pdf".to_owned(),
        size_bytes: 5447,
        order: 1,
        can_send_in_mail: true,
    }];
    view.side_cars = vec![ours(&extras())];
    Named { value: view, names: Names::default() }
}

fn ours(extras: &impl serde::Serialize) -> (String, String) {
    ("zoho".to_owned(), serde_json::to_string(extras).expect("strings serialise"))
}

fn extras() -> InvoiceExtras {
    InvoiceExtras {
        ach_payment_initiated: true,
        comments: vec![ForeignComment {
            comment_id: "9030000003133".to_owned(),
            description: "Invoice has been marked as void".to_owned(),
            commented_by_id: "90300000002099".to_owned(),
            commented_by: "Zoho Billinh".to_owned(),
            comment_type: "system".to_owned(),
            time: "2:50 AM".to_owned(),
            operation_type: "Added".to_owned(),
            transaction_id: "903000001223".to_owned(),
            transaction_type: "invoice".to_owned(),
        }],
        autotransactions: [(
            "90300000079467".to_owned(),
            Autotransaction {
                autotransaction_id: "9030000079465".to_owned(),
                gateway_error_message: "Gateway error message for a failed transaction.".to_owned(),
                account_id: "9030000000000361".to_owned(),
            },
        )]
        .into(),
        ..InvoiceExtras::default()
    }
}

fn payment() -> PaymentApplied {
    PaymentApplied {
        application_id: ApplicationId(native(90_300_000_079_469)),
        payment_id: PaymentId(native(90_300_000_079_467)),
        mode: PaymentMode::Automatic,
        amount: usd(370),
        payment_amount: usd(400),
        amount_refunded: usd(50),
        bank_charges: usd(10),
        exchange_rate: Decimal::ONE,
        received_on: date(2016, 6, 5),
        applied_on: date(2016, 6, 6),
        reference: "INV-384".to_owned(),
        description: "Payment has been made for the invoice INV-384".to_owned(),
        gateway: Some("payflow_pro".to_owned()),
        gateway_transaction_id: Some("B10E6E0F31BD".to_owned()),
        reversed: None,
    }
}

fn line() -> LineView {
    LineView {
        id: LineId(native(7_000_000_079_434)),
        position: 1,
        kind: LineKind::Recurring,
        item: Some(ItemBrief {
            id: ItemId(17),
            name: "Basic".to_owned(),
            kind: ItemKind::Service,
            code: Some("basic-monthly".to_owned()),
            external_key: None,
            accounting_sku: None,
            token: String::new(),
            unit: String::new(),
        }),
        item_code: Some("basic-monthly".to_owned()),
        name: "Basic".to_owned(),
        description: "Charges for this duration (from 16-April-2016 to 8-June-2016)".to_owned(),
        unit: String::new(),
        quantity: Decimal::ONE,
        unit_price: Decimal::from_whole(50),
        gross: usd(480),
        discount: usd(80),
        discounted: usd(400),
        net: usd(400),
        allowance: usd(0),
        taxable: usd(400),
        tax: usd(0),
        total: usd(400),
        from_on: None,
        until_on: None,
        last_on: None,
        charge_number: None,
        purchase_order: None,
        partner_sku: None,
        gl_code: None,
        tax_treatment: LineTax {
            group_id: Some(TaxGroupId(native(903_002_205_046_032))),
            group_name: "Exempt".to_owned(),
            category: TaxCategory::Exempt,
            components: Vec::new(),
            exemption: Some(Exemption { code: "NGO".to_owned(), reason: String::new() }),
        },
        discounts: vec![coupon("THANKSGIVING20", "Flat 10", 8_000)],
        custom_fields: vec![CustomFieldValue {
            field_id: CustomFieldId(2),
            index: 1,
            label: "string".to_owned(),
            value: "string".to_owned(),
            data_type: "text".to_owned(),
        }],
        tags: vec![LineTag { tag_id: 0, option_id: 0 }],
        side_cars: vec![ours(&LineExtras { tax_exemption_id: "903002205042099".to_owned(), ..LineExtras::default() })],
    }
}

pub(super) fn coupon(code: &str, name: &str, amount: i64) -> AppliedDiscount {
    let discount = Discount {
        name: name.to_owned(),
        code: (!code.is_empty()).then(|| code.to_owned()),
        by: DiscountBy::Fixed(amount),
        priority: 0,
    };
    AppliedDiscount { discount, amount }
}

/// One entry of our own trail.
pub(super) fn trail(operation: &str, text: &str, at_text: &str) -> Comment {
    Comment {
        id: 9,
        text: text.to_owned(),
        by_id: Some(5),
        by_name: "Back office".to_owned(),
        is_system: false,
        operation: operation.to_owned(),
        at: at(at_text),
    }
}
