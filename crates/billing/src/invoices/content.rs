//! The content of an issued document as canonical text: what its hash covers and what a superseded revision
//! keeps. Everything printed on the document, nothing of how it was settled since.
//!
//! JSON with its keys in the order written here and amounts in minor units. It is written key by key rather than
//! through a map, because every document that is issued passes here and the order must never depend on a library.

use domain::invoice::{Allowance, AppliedDiscount, DiscountBy, Document, Line, LineTax, TaxTotal};
use domain::party::Address;
use sha2::{Digest, Sha256};
use std::fmt::{Display, Write};

/// Hex SHA-256 of the canonical text.
pub(crate) fn content_hash(content: &str) -> String {
    hex::encode(Sha256::digest(content.as_bytes()))
}

/// Canonical JSON text.
pub(crate) fn content_text(document: &Document) -> String {
    let invoice = &document.invoice;
    let totals = &invoice.totals;
    let mut out = Text(String::with_capacity(1_024 + 512 * document.lines.len()));
    out.open('{');
    out.opt_text("number", invoice.number.as_deref());
    out.number("entity_id", invoice.entity_id.0);
    out.number("customer_id", invoice.customer_id.0);
    out.text("kind", invoice.kind.word());
    out.text("reference", &invoice.reference);
    out.text("currency", invoice.currency.code());
    if let Some(fx) = &invoice.fx {
        out.show("fx_rate", fx.rate);
        out.text("fx_source", &fx.source);
        out.show("fx_on", fx.on);
    }
    out.text("price_mode", invoice.price_mode.word());
    out.text("tax_rounding", invoice.tax_rounding.word());
    out.show("dated_on", invoice.dated_on);
    out.show("due_on", invoice.due_on);
    if let Some(target_on) = invoice.target_on {
        out.show("target_on", target_on);
    }
    out.text("terms", &invoice.terms.name);
    out.number("terms_days", invoice.terms.days);
    out.numbers(
        "totals",
        &[totals.net, totals.allowances, totals.charges, totals.ex_tax, totals.tax, totals.total, totals.rounding],
    );
    out.text("customer_name", &invoice.customer_name);
    out.address("bill_to", &invoice.bill_to);
    out.address("ship_to", &invoice.ship_to);
    out.number("revision", invoice.revision);
    out.list("lines", &document.lines, Text::line);
    out.list("taxes", &document.taxes, Text::tax_total);
    out.list("allowances", &document.allowances, Text::allowance);
    out.close('}');
    out.0
}

/// The text so far; commas are set before each member but the first.
struct Text(String);

impl Text {
    fn comma(&mut self) {
        if !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
    }

    fn open(&mut self, bracket: char) {
        self.0.push(bracket);
    }

    fn close(&mut self, bracket: char) {
        self.0.push(bracket);
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.put(format_args!("\"{key}\":"));
    }

    fn put(&mut self, what: impl Display) {
        write!(self.0, "{what}").expect("writing to a String does not fail");
    }

    /// A JSON string: quotes, backslashes and control characters escaped.
    fn quoted(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                c if c < ' ' => self.put(format_args!("\\u{:04x}", u32::from(c))),
                c => self.0.push(c),
            }
        }
        self.0.push('"');
    }

    fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        self.quoted(text);
    }

    fn opt_text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// Something whose `Display` needs no escaping: a day, a decimal.
    fn show(&mut self, key: &str, what: impl Display) {
        self.key(key);
        self.put(format_args!("\"{what}\""));
    }

    fn number(&mut self, key: &str, number: i64) {
        self.key(key);
        self.put(number);
    }

    fn numbers(&mut self, key: &str, numbers: &[i64]) {
        self.list(key, numbers, |out, number| out.put(number));
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut Text, &T)) {
        self.key(key);
        self.open('[');
        for item in items {
            self.comma();
            write(self, item);
        }
        self.close(']');
    }

    fn address(&mut self, key: &str, address: &Address) {
        let parts = [
            &address.attention,
            &address.line1,
            &address.line2,
            &address.line3,
            &address.city,
            &address.state,
            &address.postcode,
            &address.country,
            &address.phone,
            &address.fax,
        ];
        self.list(key, &parts, |out, part| out.quoted(part));
    }

    fn line(&mut self, line: &Line) {
        let amounts = &line.amounts;
        self.open('{');
        self.number("id", line.id.0);
        self.number("position", line.position);
        self.text("kind", line.kind.word());
        if let Some(item) = line.item_id {
            self.number("item_id", item.0);
        }
        self.opt_text("item_code", line.item_code.as_deref());
        self.text("name", &line.name);
        self.text("description", &line.description);
        self.text("unit", &line.unit);
        self.show("quantity", line.quantity);
        self.show("unit_price", line.unit_price);
        if let Some(period) = line.period {
            self.show("from_on", period.from);
            self.show("until_on", period.until);
        }
        self.opt_text("charge_number", line.charge_number.as_deref());
        self.opt_text("purchase_order", line.purchase_order.as_deref());
        self.opt_text("partner_sku", line.partner_sku.as_deref());
        self.opt_text("gl_code", line.gl_code.as_deref());
        self.tax(&line.tax);
        self.list("discounts", &line.discounts, Text::discount);
        self.numbers(
            "amounts",
            &[amounts.gross, amounts.discount, amounts.net, amounts.allowance, amounts.taxable, amounts.tax],
        );
        self.close('}');
    }

    /// Members of the object around it.
    fn tax(&mut self, tax: &LineTax) {
        if let Some(group) = tax.group_id {
            self.number("tax_group_id", group.0);
        }
        self.text("tax_group", &tax.group_name);
        self.text("tax_category", tax.category.word());
        self.list("tax_rates", &tax.components, |out, rate| {
            out.open('{');
            out.number("id", rate.rate_id.0);
            out.text("name", &rate.name);
            out.number("rate", rate.rate.0);
            out.number("compound", i64::from(rate.is_compound));
            out.close('}');
        });
        if let Some(exemption) = &tax.exemption {
            self.text("exemption_code", &exemption.code);
            self.text("exemption_reason", &exemption.reason);
        }
    }

    fn tax_total(&mut self, total: &TaxTotal) {
        self.open('{');
        self.tax(&total.tax);
        self.number("base", total.base);
        self.number("amount", total.amount);
        self.numbers("components", &total.components);
        self.close('}');
    }

    fn discount(&mut self, applied: &AppliedDiscount) {
        self.open('{');
        self.text("name", &applied.discount.name);
        self.opt_text("code", applied.discount.code.as_deref());
        match applied.discount.by {
            DiscountBy::Percent(rate) => self.number("percent", rate.0),
            DiscountBy::Fixed(minor) => self.number("fixed", minor),
        }
        self.number("priority", applied.discount.priority);
        self.number("amount", applied.amount);
        self.close('}');
    }

    fn allowance(&mut self, allowance: &Allowance) {
        self.open('{');
        self.number("is_charge", i64::from(allowance.is_charge));
        self.key("discount");
        self.discount(&AppliedDiscount { discount: allowance.discount.clone(), amount: allowance.amount });
        if let Some(tax) = &allowance.tax {
            self.tax(tax);
        }
        self.close('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{CustomerId, EntityId, InvoiceId, LineId};
    use domain::invoice::totals::{DraftInput, DraftLine, compute};
    use domain::invoice::{Invoice, LineTax};
    use domain::money::{Currency, Decimal};
    use domain::tax::{PriceMode, TaxRounding};

    fn document(name: &str) -> Document {
        let line = DraftLine::new(name, Decimal::ONE, Decimal::from_whole(7), LineTax::untaxed());
        let input = DraftInput {
            currency: Currency::USD,
            price_mode: PriceMode::Exclusive,
            tax_rounding: TaxRounding::PerGroup,
            lines: vec![line.clone()],
            allowances: Vec::new(),
        };
        let mut computed = compute(&input).expect("computes");
        let parties = (EntityId(1), CustomerId(2));
        let day = jiff::civil::date(2026, 1, 31);
        let mut invoice = Invoice::draft(InvoiceId(3), parties, Currency::USD, day, jiff::Timestamp::UNIX_EPOCH);
        invoice.totals = computed.totals;
        let amounts = computed.lines.remove(0);
        Document {
            invoice,
            lines: vec![Line::from_draft(LineId(4), 1, line, amounts)],
            taxes: computed.taxes,
            allowances: computed.allowances,
        }
    }

    #[test]
    fn is_json_whatever_the_texts_hold() {
        for name in ["Seat", "a \"quoted\" \\ name", "tab\tnewline\n\u{1}", "Zürich ☂"] {
            let text = content_text(&document(name));
            let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(read["lines"][0]["name"], name);
            assert_eq!(read["totals"][5], 700);
        }
    }

    #[test]
    fn every_change_of_content_changes_the_hash() {
        let before = content_hash(&content_text(&document("Seat")));
        assert_ne!(before, content_hash(&content_text(&document("Seats"))));
        let mut moved = document("Seat");
        moved.invoice.due_on = jiff::civil::date(2026, 2, 1);
        assert_ne!(before, content_hash(&content_text(&moved)));
        let mut settled = document("Seat");
        settled.invoice.settled.payments_gross = 700;
        assert_eq!(before, content_hash(&content_text(&settled)));
    }
}
