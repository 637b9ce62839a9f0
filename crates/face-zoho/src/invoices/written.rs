//! The invoice as its creation and its update answer it: Zoho's OpenAPI gives those a shape of their own, with other
//! names for some keys (contract Zoho 4.5). Its keys in its order; ours follow behind the last.

use billing::read::{Named, Names};
use domain::id::{CustomerId, InvoiceId, ItemId, LineId, SalespersonId, TaxGroupId};
use domain::invoice::view::{LineView, View};
use domain::invoice::{Allowance, Discount, DiscountBy};
use domain::item::ItemKind;
use domain::money::{Currency, Decimal, Money};
use domain::tax::{EffectiveRate, PriceMode};
use http_kit::json::Object;

use super::detail::{billing_address, shipping_address};
use super::input::{ADJUSTMENT, DISCOUNT, SHIPPING};
use super::number_of;
use crate::mount::Types;
use crate::side_car::{self, InvoiceExtras, LineExtras};
use crate::{status, wire};

pub(super) fn to_wire(found: &Named<View>, types: Types, o: &mut Object<'_>) {
    let (view, names) = (&found.value, &found.names);
    let invoice = &view.summary;
    let extras: InvoiceExtras = side_car::read(&view.side_cars);
    let zone = wire::zone(&view.time_zone);
    let number = number_of(invoice, names);
    let updated_time = wire::instant(invoice.updated_at, &zone);
    let last_paid_on = view.payments.iter().filter(|paid| paid.reversed.is_none()).map(|paid| paid.received_on).max();
    o.str("invoice_id", &wire::id_of(names, InvoiceId::WORD, invoice.id.0))
        .bool("ach_payment_initiated", extras.ach_payment_initiated)
        .str("invoice_number", &number)
        .bool("is_pre_gst", false)
        .str("place_of_supply", &extras.place_of_supply)
        .str("gst_no", &extras.gst_no)
        .str("gst_treatment", &extras.gst_treatment)
        .str("tax_treatment", &extras.tax_treatment)
        .str("cfdi_usage", &extras.cfdi_usage)
        .str("vat_treatment", &extras.vat_treatment)
        .str("vat_reg_no", &extras.vat_reg_no)
        .text("date", invoice.dated_on)
        .str("status", status::word(invoice))
        .int("payment_terms", invoice.terms.days)
        .str("payment_terms_label", &invoice.terms.name)
        .text("due_date", invoice.due_on)
        .str("payment_expected_date", &wire::opt_day(invoice.payment_expected_on))
        .str("last_payment_date", &wire::opt_day(last_paid_on))
        .str("reference_number", &invoice.reference)
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, invoice.customer_id.0))
        .str("customer_name", &invoice.customer_name)
        .array("contact_persons", &extras.contact_persons, |person, o| {
            o.str("contactperson_id", person);
        })
        // Currencies have no ids of their own yet.
        .str("currency_id", "")
        .str("currency_code", invoice.currency.code())
        .dec("exchange_rate", invoice.exchange_rate);
    let discount = view.allowances.iter().find(|allowance| !allowance.is_charge && is_plain(&allowance.discount));
    o.dec("discount", amount_of(discount, invoice.currency))
        .bool("is_discount_before_tax", true)
        .str("discount_type", if discount.is_some() { "entity_level" } else { "item_level" })
        .bool("is_inclusive_tax", invoice.price_mode == PriceMode::Inclusive)
        // Nobody is watched while reading an invoice.
        .bool("is_viewed_by_client", false)
        .bool("has_attachment", invoice.has_attachment)
        .str("client_viewed_time", "")
        .array("invoice_items", &view.lines, |line, o| {
            item(line, names, invoice.currency, invoice.exchange_rate, types, o)
        });
    let charge = |code: &str| {
        view.allowances.iter().find(|allowance| allowance.is_charge && allowance.discount.code.as_deref() == Some(code))
    };
    let adjustment = charge(ADJUSTMENT);
    wire::put_amount(o, types, "shipping_charge", amount_of(charge(SHIPPING), invoice.currency));
    o.dec("adjustment", amount_of(adjustment, invoice.currency))
        .str("adjustment_description", adjustment.map_or("", |charge| charge.discount.name.as_str()))
        .dec("sub_total", invoice.net)
        .dec("tax_total", invoice.tax)
        .dec("total", invoice.total)
        .array("taxes", view.taxes.iter().filter(|tax| !tax.total.tax.components.is_empty()), |tax, o| {
            o.str("tax_name", &tax.total.tax.group_name).dec("tax_amount", tax.amount);
        })
        // Nobody is reminded yet.
        .bool("payment_reminder_enabled", false)
        .dec("payment_made", invoice.payments_net)
        .dec("credits_applied", invoice.credits)
        .int("tax_amount_withheld", 0)
        .dec("balance", invoice.balance)
        .dec("write_off_amount", invoice.write_offs)
        .bool("allow_partial_payments", extras.allow_partial_payments.unwrap_or(true))
        .int("price_precision", invoice.currency.exponent())
        .object("payment_options", |o| {
            o.array("payment_gateways", &extras.payment_gateways, |gateway, o| {
                o.bool("configured", gateway.configured)
                    .str("additional_field1", &gateway.additional_field1)
                    .str("gateway_name", &gateway.gateway_name);
            });
        })
        .bool("is_emailed", false)
        .int("reminders_sent", 0)
        .str("last_reminder_sent_date", "")
        .object("billing_address", |o| billing_address(&invoice.bill_to, types, o))
        .object("shipping_address", |o| shipping_address(&invoice.ship_to, types, o))
        .str("notes", &invoice.memo)
        .str("terms", &invoice.terms_text);
    custom_fields(view, types, o);
    let seller = invoice.salesperson.as_ref();
    let attachments = &view.attachments;
    o.str("template_id", &extras.template_id)
        .str("template_name", "")
        .str("created_time", &wire::instant(invoice.created_at, &zone))
        .str("last_modified_time", &updated_time)
        .str("attachment_name", attachments.first().map_or("", |attachment| attachment.file_name.as_str()))
        .bool("can_send_in_mail", !attachments.is_empty() && attachments.iter().all(|file| file.can_send_in_mail))
        .str("salesperson_id", &wire::opt_id_of(names, SalespersonId::WORD, seller.map(|(id, _)| id.0)))
        .str("salesperson_name", seller.map_or("", |(_, name)| name.as_str()))
        // No public page of an invoice yet.
        .str("invoice_url", "")
        .str("number", &number)
        .text("invoice_date", invoice.dated_on)
        .str("updated_time", &updated_time)
        .str("email", &invoice.customer_email)
        .str("currency_symbol", &wire::symbol(invoice.currency))
        .str("transaction_type", &invoice.transaction_type)
        .str("invoiced_estimate_id", &extras.invoiced_estimate_id);
}

/// A discount that a client of Zoho gave without a code; coupons are others.
fn is_plain(discount: &Discount) -> bool {
    discount.code.is_none() && discount.name == DISCOUNT
}

/// As it was asked for where it is an amount, so that a client may send it back; what a percentage came to else.
fn amount_of(allowance: Option<&Allowance>, currency: Currency) -> Money {
    let minor = allowance.map_or(0, |allowance| match allowance.discount.by {
        DiscountBy::Fixed(minor) => minor,
        DiscountBy::Percent(_) => allowance.amount,
    });
    Money { minor, currency }
}

/// The OpenAPI declares texts here, and objects wherever else custom fields are told.
fn custom_fields(view: &View, types: Types, o: &mut Object<'_>) {
    match types {
        Types::OpenApi => o.array_of_strs("custom_fields", view.custom_fields.iter().map(|field| &field.value)),
        Types::Seed => o.array("custom_fields", &view.custom_fields, |field, o| {
            o.int("index", field.index)
                .str("label", &field.label)
                .str("value", &field.value)
                .str("data_type", &field.data_type);
        }),
    };
}

fn item(line: &LineView, names: &Names, currency: Currency, exchange_rate: Decimal, types: Types, o: &mut Object<'_>) {
    let extras: LineExtras = side_car::read(&line.side_cars);
    let tax = &line.tax_treatment;
    let kind = match line.item.as_ref().map(|item| item.kind) {
        Some(ItemKind::Product) => "goods",
        Some(ItemKind::Service | ItemKind::Discount) | None => "service",
    };
    let product = line.item.as_ref().map(|item| item.id.0);
    o.str("item_id", &wire::id_of(names, LineId::WORD, line.id.0))
        .str("product_id", &wire::opt_id_of(names, ItemId::WORD, product))
        .str("project_id", "")
        .str("project_name", "")
        .array("time_entry_ids", [(); 0], |(), _| {})
        .str("item_type", kind)
        .str("product_type", &extras.product_type)
        .str("expense_id", "")
        .str("name", &line.name)
        .str("description", &line.description)
        .int("item_order", line.position);
    if exchange_rate == Decimal::ONE {
        o.dec("bcy_rate", line.unit_price);
    }
    wire::put_amount(o, types, "price", line.unit_price);
    let plain = line.discounts.iter().find(|applied| is_plain(&applied.discount));
    let plain = Money { minor: plain.map_or(0, |applied| applied.amount), currency };
    o.dec("quantity", line.quantity)
        .str("unit", &line.unit)
        .dec("discount_amount", line.discount)
        .dec("discount", plain)
        .str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, tax.group_id.map(i64::from)))
        .str("tds_tax_id", "")
        .str("tax_name", &tax.group_name)
        .str("tax_type", if tax.components.len() > 1 { "tax_group" } else { "tax" });
    match EffectiveRate::of(&tax.components) {
        Ok(effective) => o.dec("tax_percentage", effective.rate.percent()),
        // A compound rate without an exact value was refused when the line was made.
        Err(_) => o.int("tax_percentage", 0),
    };
    let exemption = tax.exemption.as_ref();
    o.dec("item_total", line.discounted)
        .str("sat_item_key_code", &extras.sat_item_key_code)
        .str("unitkey_code", &extras.unitkey_code)
        .str("code", line.item_code.as_deref().unwrap_or_default())
        .array("tags", &line.tags, |tag, o| {
            o.int("tag_id", tag.tag_id).int("tag_option_id", tag.option_id);
        })
        .array("item_custom_fields", &line.custom_fields, |field, o| {
            o.str("label", &field.label).str("value", &field.value);
        })
        .str("hsn_or_sac", &extras.hsn_or_sac)
        .str("tax_exemption_id", &extras.tax_exemption_id)
        .str("tax_exemption_code", exemption.map_or("", |exemption| exemption.code.as_str()));
}
