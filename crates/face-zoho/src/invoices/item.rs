//! One member of `invoice_items`.

use billing::read::Names;
use domain::id::{ItemId, LineId, TaxGroupId};
use domain::invoice::view::LineView;
use http_kit::json::Object;

use super::detail::Sample;
use crate::mount::Types;
use crate::side_car::{self, LineExtras};
use crate::wire;

/// `item_id` names the line, as `DELETE /invoices/{id}/lineitems/{item_id}` does; the thing sold is
/// `product_id`, which only the OpenAPI knows. `item_total` is quantity times price, as the OpenAPI says, less
/// `discount_amount`, and all three are in the terms of the price: on an invoice whose prices include tax (the
/// `is_inclusive_tax` of Zoho's requests, which no answer repeats) they include it.
pub(super) fn to_wire(line: &LineView, names: &Names, types: Types, sample: Sample, o: &mut Object<'_>) {
    let extras: LineExtras = side_car::read(&line.side_cars);
    let exemption = line.tax_treatment.exemption.as_ref();
    let tax_group = line.tax_treatment.group_id.map(i64::from);
    let code = line.item_code.as_deref().unwrap_or_default();
    o.str("item_id", &wire::id_of(names, LineId::WORD, line.id.0))
        .str("name", &line.name)
        .str("description", &line.description);
    if sample == Sample::Retrieve {
        o.str("code", code);
    }
    o.array("tags", &line.tags, |tag, o| {
        o.int("tag_id", tag.tag_id).int("tag_option_id", tag.option_id);
    })
    .array("item_custom_fields", &line.custom_fields, |field, o| {
        o.str("label", &field.label).str("value", &field.value);
    });
    if sample == Sample::AddLines {
        o.str("code", code);
    }
    wire::put_amount(o, types, "price", line.unit_price);
    o.dec("quantity", line.quantity)
        .dec("discount_amount", line.discount)
        .dec("item_total", line.discounted)
        .str("tax_id", &wire::opt_id_of(names, TaxGroupId::WORD, tax_group));
    if sample == Sample::AddLines {
        o.str("product_type", &extras.product_type).str("hsn_or_sac", &extras.hsn_or_sac);
    }
    o.str("tax_exemption_id", &extras.tax_exemption_id)
        .str("tax_exemption_code", exemption.map_or("", |exemption| exemption.code.as_str()));
    if types == Types::OpenApi {
        let product = line.item.as_ref().map(|item| item.id.0);
        o.str("product_id", &wire::opt_id_of(names, ItemId::WORD, product));
    }
}
