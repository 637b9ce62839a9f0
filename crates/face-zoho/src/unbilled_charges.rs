//! `/unbilledcharges`: what was sold and waits for its invoice. Zoho's OpenAPI has no list; ours is as its others.

use billing::query::{ChargeColumn, Condition, Match};
use billing::read::{Names, ThenView, UnbilledView};
use billing::unbilled_charges::delete::DeleteUnbilledCharge;
use billing::unbilled_charges::invoice::InvoiceUnbilledCharges;
use domain::id::{CustomerId, ItemId, TaxGroupId, UnbilledChargeId, UnbilledChargeLineId};
use domain::unbilled_charge::{ChargeStatus, UnbilledCharge, UnbilledChargeLine};
use http_kit::json::Object;

use crate::call::Call;
use crate::filters::{Ask, Words};
use crate::invoices::detail::{self, Sample, shipping_address};
use crate::mount::Types;
use crate::routes::{Handling, Needs, Operation, row};
use crate::wire;

// The OpenAPI asks for the scopes of invoices.
const CREATE: Needs = Needs::Scope("ZohoSubscriptions.invoices.CREATE");
const READ: Needs = Needs::Scope("ZohoSubscriptions.invoices.READ");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.invoices.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list unbilled charges", "GET", "/unbilledcharges", READ, list),
    row("retrieve an unbilled charge", "GET", "/unbilledcharges/{unbilled_charge_id}", READ, retrieve),
    row("delete an unbilled charge", "DELETE", "/unbilledcharges/{unbilled_charge_id}", DELETE, delete),
    row("invoice a charge", "POST", "/unbilledcharges/{unbilled_charge_id}/createinvoice", CREATE, create_invoice),
];

const WORDS: Words<ChargeColumn> = Words {
    report_name: "Unbilled Charges",
    filters: &[
        ("Status.All", Vec::new),
        ("Status.Open", || vec![Condition::Is(ChargeColumn::InvoiceId, Match::Null)]),
        ("Status.Invoiced", || vec![Condition::Is(ChargeColumn::InvoiceId, Match::NotNull)]),
    ],
    sorts: &[
        ("created_time", ChargeColumn::CreatedAt),
        ("updated_time", ChargeColumn::UpdatedAt),
        ("unbilled_charge_date", ChargeColumn::DatedOn),
        ("date", ChargeColumn::DatedOn),
        ("number", ChargeColumn::Number),
        ("customer_name", ChargeColumn::CustomerName),
    ],
    texts: &[("number", ChargeColumn::Number), ("customer_name", ChargeColumn::CustomerName)],
    days: &[("unbilled_charge_date", ChargeColumn::DatedOn), ("date", ChargeColumn::DatedOn)],
    amounts: &[],
    searched: &[ChargeColumn::Number, ChargeColumn::Reference, ChargeColumn::CustomerName],
    customer: ChargeColumn::CustomerId,
    invoice: Some(ChargeColumn::InvoiceId),
    hidden: Vec::new,
};

pub(crate) fn list(call: Call) -> Handling {
    Box::pin(async move {
        let Ask { query, page, listing } = Ask::from_wire(&call, &WORDS).await?;
        let found = call.billing.unbilled_charge_list(&call.caller, query).await?;
        let types = call.mount.types();
        Ok(wire::success("success", |o| {
            o.array("unbilled_charges", &found.value.rows, |view, o| to_wire(view, &found.names, types, o));
            page.to_wire(o, found.value.has_more, &listing);
        }))
    })
}

pub(crate) fn retrieve(call: Call) -> Handling {
    Box::pin(async move {
        let id: UnbilledChargeId = call.path_id("unbilled_charge_id").await?;
        let found = call.billing.unbilled_charge(&call.caller, id).await?;
        let types = call.mount.types();
        Ok(wire::success("success", |o| {
            o.object("unbilled_charge", |o| to_wire(&found.value, &found.names, types, o));
        }))
    })
}

pub(crate) fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let verb = DeleteUnbilledCharge { charge: call.path_id("unbilled_charge_id").await? };
        call.write(verb, |()| wire::success("The unbilled charges have been deleted.", |_| {})).await
    })
}

/// "Convert unbilled charges to an invoice by manual intervention instead of waiting for next renewal" (OpenAPI).
pub(crate) fn create_invoice(call: Call) -> Handling {
    Box::pin(async move {
        let charge: UnbilledChargeId = call.path_id("unbilled_charge_id").await?;
        let verb = ThenView(InvoiceUnbilledCharges::of(vec![charge]));
        let types = call.mount.types();
        call.write(verb, move |made| {
            wire::created("Unbilled Charges have been invoiced.", |o| {
                o.object("invoice", |o| detail::to_wire(&made, types, Sample::Retrieve, o));
            })
        })
        .await
    })
}

/// Zoho's words: `open` until an invoice has it.
fn word(charge: &UnbilledCharge) -> &'static str {
    match charge.status() {
        ChargeStatus::Unbilled => "open",
        ChargeStatus::Invoiced => "invoiced",
    }
}

/// The OpenAPI's keys in its order. It declares `customer_id` a list and shows a string: it is a string.
fn to_wire(view: &UnbilledView, names: &Names, types: Types, o: &mut Object<'_>) {
    let (charge, customer) = (&view.document.charge, &view.customer);
    let zone = wire::zone(&view.time_zone);
    o.str("unbilled_charge_id", &wire::id_of(names, UnbilledChargeId::WORD, charge.id.0))
        .str("number", &charge.number)
        .str("status", word(charge))
        .text("unbilled_charge_date", charge.dated_on)
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, charge.customer_id.0))
        .str("customer_name", &customer.display_name)
        .str("email", &customer.email)
        .array("unbilled_charge_items", &view.document.lines, |line, o| item(charge, line, names, types, o))
        .array("coupons", view.document.coupons(), |coupon, o| {
            o.str("coupon_code", &coupon.code).str("coupon_name", &coupon.name).dec("discount_amount", coupon.amount);
        })
        .dec("total", charge.money(charge.total))
        .str("currency_code", charge.currency.code())
        .str("currency_symbol", &wire::symbol(charge.currency))
        .str("created_time", &wire::instant(charge.created_at, &zone))
        .str("updated_time", &wire::instant(charge.updated_at, &zone))
        .object("billing_address", |o| shipping_address(&customer.bill_to, types, o))
        .object("shipping_address", |o| shipping_address(&customer.ship_to, types, o));
}

fn item(charge: &UnbilledCharge, row: &UnbilledChargeLine, names: &Names, types: Types, o: &mut Object<'_>) {
    let (line, amounts) = (&row.line, &row.amounts);
    let tax_group = line.tax.group_id.map(i64::from);
    let exemption = line.tax.exemption.as_ref().map_or("", |exemption| exemption.code.as_str());
    o.str("unbilled_charge_item_id", &wire::id_of(names, UnbilledChargeLineId::WORD, row.id.0))
        .str("product_id", &wire::opt_id_of(names, ItemId::WORD, line.item_id.map(i64::from)))
        .str("name", &line.name)
        .str("description", &line.description)
        .str("code", line.item_code.as_deref().unwrap_or_default());
    wire::put_amount(o, types, "price", line.unit_price);
    o.dec("quantity", line.quantity)
        .dec("discount_amount", charge.money(amounts.discount))
        .dec("item_total", charge.money(amounts.net))
        .str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, tax_group))
        // Of Zoho's editions for the United Kingdom and India.
        .str("product_type", "")
        .str("hsn_or_sac", "")
        .str("tax_exemption_id", "")
        .str("tax_exemption_code", exemption);
}
