//! The fields of a line.

use domain::id::{ItemId, LineId, TaxGroupId, TaxRateId};
use domain::invoice::LineKind;
use domain::invoice::view::{ItemBrief, LineView};
use domain::money::{Decimal, Money};
use domain::tax::TaxCategory;
use http_kit::json::Object;
use jiff::civil::Date;

use super::header::Header;
use super::{LineField, custom, fields};
use crate::wire::{Value, decimal, money, opt_int, opt_text, text};

/// A line being printed.
pub(crate) struct Row<'a> {
    pub(super) header: &'a Header<'a>,
    pub(super) line: &'a LineView,
}

impl Row<'_> {
    fn item(&self) -> Option<&ItemBrief> {
        self.line.item.as_ref()
    }

    fn is_recurring(&self) -> bool {
        matches!(self.line.kind, LineKind::Recurring | LineKind::Minimum | LineKind::Proration)
    }

    fn is_usage(&self) -> bool {
        self.line.kind == LineKind::Usage
    }

    fn is_taxed(&self) -> bool {
        let tax = &self.line.tax_treatment;
        tax.category.charges_tax() && tax.exemption.is_none() && !tax.components.is_empty()
    }

    /// The line's net when it counts, else 0.
    fn net_if(&self, counts: bool) -> Money {
        if counts { self.line.taxable } else { Money::zero(self.line.taxable.currency()) }
    }

    /// The midnight with which a day begins, in Unix seconds, for usage lines.
    fn usage_second(&self, on: Option<Date>) -> Option<i64> {
        let on = on.filter(|_| self.is_usage())?;
        Some(self.header.zone.to_timestamp(on.at(0, 0, 0, 0)).ok()?.as_second())
    }

    /// The rate of the group, when it is a single one.
    fn single_rate(&self) -> Option<&domain::tax::TaxComponent> {
        match self.line.tax_treatment.components.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// An id that the seed has as text.
fn id_text<'a>(id: Option<i64>) -> Value<'a> {
    id.map_or(Value::Null, |id| Value::Text(id.to_string().into()))
}

/// The seed's fields of a line.
pub(crate) static LINE: &[LineField] = fields! { LineField;
    "line_item_id": Integer ["id"] "ours, or the one an import kept", null "never" => |r| Value::Int(r.header.id(LineId::WORD, r.line.id.0));
    "invoice_id": Integer ["id"] "the invoice's", null "never" => |r| Value::Int(r.header.invoice_id());
    "admin_id": Integer ["id"] "a line has no salesperson of its own", null "always" => |_| Value::Null;
    "item_id": Integer ["id"] "the item", null "no item" => |r| opt_int(r.item().map(|item| r.header.id(ItemId::WORD, item.id.0)));
    "item_name": Text [""] "the name on the line", null "empty" => |r| text(&r.line.name);
    "item_accounting_sku": Text [""] "the item's, as it is now", null "none" => |r| opt_text(r.item().and_then(|item| item.accounting_sku.as_deref()));
    "item_external_key": Text [""] "the item's, as it is now", null "none" => |r| opt_text(r.item().and_then(|item| item.external_key.as_deref()));
    "item_token": Text [""] "the item's", null "no item" => |r| opt_text(r.item().map(|item| item.token.as_str()));
    "item_units": Text [""] "what one is called on the line", null "empty" => |r| text(&r.line.unit);
    "item_type": Text ["code"] "service, product or discount", null "no item" => |r| opt_text(r.item().map(|item| item.kind.word()));
    "invoice_line_bundle_id": Integer ["id"] "there are no bundles", null "always" => |_| Value::Null;
    "paycycle": Text ["code"] "the subscription line's cycle", null "always: no subscriptions yet" => |_| Value::Null;
    "tierset_id": Integer ["id"] "the price of the subscription line", null "always: no subscriptions yet" => |_| Value::Null;
    "package_line_id": Integer ["id"] "the subscription line", null "always: no subscriptions yet" => |_| Value::Null;
    "package_line_external_key": Text [""] "the subscription line", null "always: no subscriptions yet" => |_| Value::Null;
    "package_obligation_id": Integer ["id"] "the commitment", null "always: no commitments yet" => |_| Value::Null;
    "package_line_first_obligation_id": Integer ["id"] "the first commitment", null "always: no commitments yet" => |_| Value::Null;
    "descrip": Text [""] "the description", null "empty" => |r| text(&r.line.description);
    "line_prorate": Number ["percent"] "how much of a full period is billed: 100 but on prorated lines", null "prorated lines: no subscriptions yet" => |r| if r.line.kind == LineKind::Proration { Value::Null } else { decimal(Decimal::from_whole(100)) };
    "line_rate": Number ["money"] "the unit price, with all its decimals", null "never" => |r| decimal(r.line.unit_price);
    "line_quantity": Number ["units"] "the quantity", null "never" => |r| decimal(r.line.quantity);
    "line_usage": Number ["units"] "the quantity of a usage line, else 0", null "never" => |r| decimal(if r.is_usage() { r.line.quantity } else { Decimal::ZERO });
    "line_subtotal": Number ["money"] "after discounts and allowances, without tax", null "never" => |r| money(r.line.taxable);
    "line_total": Number ["money"] "with tax", null "never" => |r| money(r.line.total);
    "usage_from": Number ["Unix seconds"] "the midnight before the usage's first day", null "no usage line, or without a period" => |r| opt_int(r.usage_second(r.line.from_on));
    "usage_to": Number ["Unix seconds"] "the midnight after its last day", null "no usage line, or without a period" => |r| opt_int(r.usage_second(r.line.until_on));
    "number_of_recurs_this": Integer ["count"] "times billed since the last change; 0 of what does not recur", null "recurring lines: no subscriptions yet" => |r| if r.is_recurring() { Value::Null } else { Value::Int(0) };
    "number_of_recurs_line": Integer ["count"] "times billed at all; 0 of what does not recur", null "recurring lines: no subscriptions yet" => |r| if r.is_recurring() { Value::Null } else { Value::Int(0) };
    "tax_taxable": Number ["money"] "the net that could be taxed: 0 when out of scope", null "never" => |r| money(r.net_if(r.line.tax_treatment.category != TaxCategory::OutOfScope));
    "tax_taxed": Number ["money"] "the net taxed, after exemptions", null "never" => |r| money(r.net_if(r.is_taxed()));
    "tax_total": Number ["money"] "the line's displayed tax", null "never" => |r| money(r.line.tax);
    "tax_id": Text ["id"] "the rate of a group with a single one", null "no rate, or several" => |r| id_text(r.single_rate().map(|rate| r.header.id(TaxRateId::WORD, rate.rate_id.0)));
    "tax_group_id": Text ["id"] "the tax group", null "no group" => |r| id_text(r.line.tax_treatment.group_id.map(|id| r.header.id(TaxGroupId::WORD, id.0)));
    "tax_name": Text [""] "the rate of a group with a single one", null "no rate, or several" => |r| opt_text(r.single_rate().map(|rate| rate.name.as_str()));
    "tax_group_name": Text [""] "the tax group", null "empty" => |r| text(&r.line.tax_treatment.group_name);
    "is_usage": Boolean [""] "made from usage", null "never" => |r| Value::Bool(r.is_usage());
    "is_setup": Boolean [""] "a one-time charge of a subscription", null "never" => |r| Value::Bool(r.line.kind == LineKind::OneTime && r.line.charge_number.is_some());
    "is_base": Boolean [""] "counts in sum_base", null "never" => |r| Value::Bool(r.is_recurring());
    "is_free": Boolean [""] "comes to nothing", null "never" => |r| Value::Bool(r.line.total.is_zero());
    "is_recurring": Boolean [""] "a recurring charge, its minimum or its proration", null "never" => |r| Value::Bool(r.is_recurring());
    "is_taxed": Boolean [""] "has a tax rate and no exemption", null "never" => |r| Value::Bool(r.is_taxed());
    "is_latefee": Boolean [""] "a late fee", null "never" => |r| Value::Bool(r.line.kind == LineKind::LateFee);
    "is_obligation": Boolean [""] "what is missing to a committed minimum", null "never" => |r| Value::Bool(r.line.kind == LineKind::Minimum);
    "custom_1": Text [""] "the line's custom field of this index", null "no value" => |r| custom(&r.line.custom_fields, 1);
    "custom_2": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 2);
    "custom_3": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 3);
    "custom_4": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 4);
    "custom_5": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 5);
    "custom_6": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 6);
    "custom_7": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 7);
    "custom_8": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 8);
    "custom_9": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 9);
    "custom_10": Text [""] "as custom_1", null "no value" => |r| custom(&r.line.custom_fields, 10);
};

pub(crate) fn write(row: &Row<'_>, out: &mut Object<'_>) {
    for field in LINE {
        (field.read)(row).write(field.meaning.name, out);
    }
}
