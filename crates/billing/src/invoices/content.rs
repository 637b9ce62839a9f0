//! The content of an issued document as canonical text: what its hash covers and what a superseded revision
//! keeps. Everything printed on the document, nothing of how it was settled since.

use domain::invoice::{AppliedDiscount, Document, LineTax};
use domain::party::Address;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Hex SHA-256 of the canonical text.
pub(crate) fn content_hash(content: &str) -> String {
    hex::encode(Sha256::digest(content.as_bytes()))
}

/// Canonical JSON: keys in alphabetical order (serde_json's map sorts them), amounts in minor units.
pub(crate) fn content_text(document: &Document) -> String {
    let invoice = &document.invoice;
    json!({
        "number": invoice.number,
        "entity_id": invoice.entity_id.0,
        "customer_id": invoice.customer_id.0,
        "kind": invoice.kind.word(),
        "reference": invoice.reference,
        "currency": invoice.currency.code(),
        "fx": invoice.fx.as_ref().map(|fx| json!({
            "rate": fx.rate.to_string(), "source": fx.source, "on": fx.on.to_string()
        })),
        "price_mode": invoice.price_mode.word(),
        "tax_rounding": invoice.tax_rounding.word(),
        "dated_on": invoice.dated_on.to_string(),
        "due_on": invoice.due_on.to_string(),
        "target_on": invoice.target_on.map(|day| day.to_string()),
        "terms": {"name": invoice.terms.name, "days": invoice.terms.days},
        "totals": {
            "net": invoice.totals.net,
            "allowances": invoice.totals.allowances,
            "charges": invoice.totals.charges,
            "ex_tax": invoice.totals.ex_tax,
            "tax": invoice.totals.tax,
            "total": invoice.totals.total,
            "rounding": invoice.totals.rounding,
        },
        "customer_name": invoice.customer_name,
        "bill_to": address(&invoice.bill_to),
        "ship_to": address(&invoice.ship_to),
        "revision": invoice.revision,
        "lines": document.lines.iter().map(|line| json!({
            "id": line.id.0,
            "position": line.position,
            "kind": line.kind.word(),
            "item_id": line.item_id.map(i64::from),
            "item_code": line.item_code,
            "name": line.name,
            "description": line.description,
            "unit": line.unit,
            "quantity": line.quantity.to_string(),
            "unit_price": line.unit_price.to_string(),
            "from_on": line.period.map(|period| period.from.to_string()),
            "until_on": line.period.map(|period| period.until.to_string()),
            "charge_number": line.charge_number,
            "purchase_order": line.purchase_order,
            "partner_sku": line.partner_sku,
            "gl_code": line.gl_code,
            "tax": tax(&line.tax),
            "discounts": line.discounts.iter().map(discount).collect::<Vec<_>>(),
            "amounts": [
                line.amounts.gross, line.amounts.discount, line.amounts.net, line.amounts.allowance,
                line.amounts.taxable, line.amounts.tax
            ],
        })).collect::<Vec<_>>(),
        "taxes": document.taxes.iter().map(|total| json!({
            "tax": tax(&total.tax),
            "base": total.base,
            "amount": total.amount,
            "components": total.components,
        })).collect::<Vec<_>>(),
        "allowances": document.allowances.iter().map(|allowance| json!({
            "is_charge": allowance.is_charge,
            "discount": discount(&AppliedDiscount {
                discount: allowance.discount.clone(),
                amount: allowance.amount,
            }),
            "tax": allowance.tax.as_ref().map(tax),
        })).collect::<Vec<_>>(),
    })
    .to_string()
}

fn tax(tax: &LineTax) -> Value {
    json!({
        "group_id": tax.group_id.map(i64::from),
        "group": tax.group_name,
        "category": tax.category.word(),
        "components": tax.components.iter().map(|component| json!([
            component.rate_id.0, component.name, component.rate.0, component.is_compound
        ])).collect::<Vec<_>>(),
        "exemption": tax.exemption.as_ref().map(|exemption| json!([exemption.code, exemption.reason])),
    })
}

fn discount(applied: &AppliedDiscount) -> Value {
    let by = match applied.discount.by {
        domain::invoice::DiscountBy::Percent(rate) => json!({"percent": rate.0}),
        domain::invoice::DiscountBy::Fixed(minor) => json!({"fixed": minor}),
    };
    json!({
        "name": applied.discount.name,
        "code": applied.discount.code,
        "by": by,
        "priority": applied.discount.priority,
        "amount": applied.amount,
    })
}

fn address(address: &Address) -> Value {
    json!([
        address.attention, address.line1, address.line2, address.line3, address.city, address.state,
        address.postcode, address.country, address.phone, address.fax
    ])
}
