//! A payment as Zoho prints it: the OpenAPI's keys in its order, then what its clients read besides.

use billing::read::{Names, PaymentDetail};
use domain::id::{CustomerId, InvoiceId, PaymentAttemptId, PaymentId, PaymentMethodId};
use domain::money::Decimal;
use domain::payment::PaymentMode;
use http_kit::json::Object;

use crate::invoices::settlement::mode_word;
use crate::side_car::{self, Autotransaction};
use crate::wire;

/// What is there was received; a payment that failed never was.
const SUCCESS: &str = "success";

/// `amount_applied` is what of this payment is on the invoice, `balance_amount` what the invoice still owes.
pub(crate) fn to_wire(detail: &PaymentDetail, names: &Names, o: &mut Object<'_>) {
    let payment = &detail.payment;
    let zone = wire::zone(&detail.time_zone);
    o.str("payment_id", &wire::id_of(names, PaymentId::WORD, payment.id.0))
        .str("payment_mode", mode_word(payment.mode))
        .dec("amount", detail.amount)
        .dec("amount_refunded", detail.refunded)
        .dec("bank_charges", detail.bank_charges)
        .text("date", payment.received_on)
        .str("status", SUCCESS)
        .str("reference_number", &payment.reference)
        .str("description", &payment.description)
        .str("customer_id", &wire::id_of(names, CustomerId::WORD, payment.customer_id.0))
        .str("customer_name", &detail.customer_name)
        .str("email", &detail.customer_email);
    // "If the payment mode is autotransaction, autotransaction information will be displayed" (OpenAPI).
    if payment.mode == PaymentMode::Automatic {
        o.object("autotransaction", |o| autotransaction(detail, names, o));
    }
    o.array("invoices", &detail.settles, |settles, o| {
        o.str("invoice_id", &wire::id_of(names, InvoiceId::WORD, settles.invoice_id.0))
            .str("invoice_number", settles.number.as_deref().unwrap_or_default())
            .text("date", settles.dated_on)
            .dec("invoice_amount", settles.total)
            .dec("amount_applied", settles.amount)
            .dec("balance_amount", settles.balance);
    })
    .str("currency_code", payment.currency.code())
    .str("currency_symbol", &wire::symbol(payment.currency))
    .array("custom_fields", &detail.custom_fields, |field, o| {
        o.int("index", field.index)
            .str("value", &field.value)
            .str("label", &field.label)
            .str("data_type", &field.data_type);
    })
    .dec("exchange_rate", payment.fx.as_ref().map_or(Decimal::ONE, |fx| fx.rate))
    .dec("unused_amount", payment.money(payment.unapplied))
    .str("created_time", &wire::instant(payment.created_at, &zone))
    .str("updated_time", &wire::instant(payment.updated_at, &zone));
}

/// What a gateway did: as this server charged it, else as an import brought it.
fn autotransaction(detail: &PaymentDetail, names: &Names, o: &mut Object<'_>) {
    let kept: Autotransaction = side_car::read(&detail.side_cars);
    let charge = detail.charge.as_ref();
    let id = charge.map(|charge| wire::id_of(names, PaymentAttemptId::WORD, charge.attempt.id.0));
    let card = charge.map(|charge| wire::id_of(names, PaymentMethodId::WORD, charge.method.id.0));
    let gateway = charge.map(|charge| charge.intent.gateway.as_str()).or(detail.payment.gateway.as_deref());
    o.str("autotransaction_id", &id.unwrap_or(kept.autotransaction_id))
        .str("payment_gateway", gateway.unwrap_or_default())
        .str("gateway_transaction_id", detail.payment.gateway_transaction_id.as_deref().unwrap_or_default())
        .str("gateway_error_message", &kept.gateway_error_message)
        .str("card_id", &card.unwrap_or(kept.account_id));
    let Some(method) = charge.map(|charge| &charge.method) else { return };
    if let Ok(last_four) = method.last_four.parse::<i64>() {
        o.int("last_four_digits", last_four);
    }
    if let Some(expiry) = method.expiry {
        o.int("expiry_month", i64::from(expiry.month)).int("expiry_year", i64::from(expiry.year));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{CustomerId, EntityId};
    use domain::money::{Currency, Money};
    use domain::payment::Payment;
    use http_kit::json::{Style, object};
    use jiff::Timestamp;
    use jiff::civil::date;

    fn detail(mode: PaymentMode, side_cars: Vec<(String, String)>) -> PaymentDetail {
        let usd = |minor| Money { minor, currency: Currency::USD };
        let (parties, on) = ((EntityId(1), CustomerId(2)), date(2016, 6, 5));
        let amounts = (45_000, 1_000);
        let payment = Payment::received(PaymentId(3), parties, Currency::USD, amounts, mode, on, Timestamp::UNIX_EPOCH);
        let mut payment = payment.expect("a payment");
        payment.gateway = Some("payflow_pro".to_owned());
        payment.gateway_transaction_id = Some("B10E6E0F31BD".to_owned());
        PaymentDetail {
            payment,
            customer_name: "Bowman Furniture".to_owned(),
            customer_email: String::new(),
            time_zone: "UTC".to_owned(),
            amount: usd(45_000),
            bank_charges: usd(1_000),
            refunded: usd(5_000),
            charge: None,
            settles: Vec::new(),
            custom_fields: Vec::new(),
            side_cars,
        }
    }

    fn printed(detail: &PaymentDetail) -> String {
        let json = object(Style::COMPACT, |o| to_wire(detail, &Names::default(), o));
        String::from_utf8(json).expect("UTF-8")
    }

    #[test]
    fn only_what_a_gateway_did_is_an_autotransaction() {
        assert!(!printed(&detail(PaymentMode::Card, Vec::new())).contains("autotransaction\":{"));
        let kept = r#"{"autotransaction_id":"90300000079465","account_id":"90300000079226"}"#;
        let found = printed(&detail(PaymentMode::Automatic, vec![("zoho".to_owned(), kept.to_owned())]));
        let expected = concat!(
            r#""email":"","autotransaction":{"autotransaction_id":"90300000079465","payment_gateway":"payflow_pro","#,
            r#""gateway_transaction_id":"B10E6E0F31BD","gateway_error_message":"","card_id":"90300000079226"},"#,
            r#""invoices":[],"currency_code":"USD""#,
        );
        assert!(found.contains(expected), "{found}");
        assert!(
            found.starts_with(r#"{"payment_id":"4600000000000003","payment_mode":"autotransaction","amount":450,"#)
        );
    }
}
