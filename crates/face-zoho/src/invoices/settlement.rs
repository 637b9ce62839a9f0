//! What is taken from an invoice's total: `coupons`, `credits` and `payments`.

use billing::read::Names;
use domain::id::{ApplicationId, CreditNoteId, PaymentId};
use domain::invoice::view::{Coupon, CreditApplied, PaymentApplied, View};
use domain::payment::PaymentMode;
use http_kit::json::Object;

use super::detail::Sample;
use crate::mount::Types;
use crate::side_car::InvoiceExtras;
use crate::wire;

/// One member per discount code.
pub(super) fn coupons(view: &View, o: &mut Object<'_>) {
    o.array("coupons", &view.coupons, |coupon: &Coupon, o| {
        o.str("coupon_code", &coupon.code)
            .str("coupon_name", &coupon.name)
            .dec("discount_amount", coupon.amount.to_plain());
    });
}

pub(super) fn credits(view: &View, names: &Names, types: Types, o: &mut Object<'_>) {
    o.array("credits", &view.credits, |credit: &CreditApplied, o| {
        o.str("creditnote_id", &wire::id_of(names, CreditNoteId::WORD, credit.credit_note_id.0))
            .str("creditnotes_number", credit.number.as_deref().unwrap_or_default())
            .text("credited_date", credit.applied_on);
        wire::put_amount(o, types, "credited_amount", credit.amount);
    });
}

/// Payments that are applied now; what was taken back is no longer here. `amount` is the part on this invoice.
pub(super) fn payments(view: &View, names: &Names, extras: &InvoiceExtras, sample: Sample, o: &mut Object<'_>) {
    let live = view.payments.iter().filter(|payment| payment.reversed.is_none());
    o.array("payments", live, |payment: &PaymentApplied, o| {
        let id = wire::id_of(names, PaymentId::WORD, payment.payment_id.0);
        let transaction = payment.gateway_transaction_id.as_deref().unwrap_or_default();
        let automatic = extras.autotransactions.get(&id).cloned().unwrap_or_default();
        let application = payment.application_id.0;
        o.str("payment_id", &id)
            .str("payment_mode", mode_word(payment.mode))
            .str("invoice_payment_id", &wire::id_of(names, ApplicationId::WORD, application));
        if sample == Sample::Retrieve {
            o.dec("amount_refunded", payment.amount_refunded);
        }
        o.str("gateway_transaction_id", transaction)
            .str("description", &payment.description)
            .text("date", payment.received_on)
            .str("reference_number", &payment.reference)
            .dec("amount", payment.amount)
            .dec("bank_charges", payment.bank_charges)
            .dec("exchange_rate", payment.exchange_rate);
        if sample == Sample::AddLines {
            return;
        }
        o.object("autotransaction", |o| {
            o.str("autotransaction_id", &automatic.autotransaction_id)
                .str("payment_gateway", payment.gateway.as_deref().unwrap_or_default())
                .str("gateway_transaction_id", transaction)
                .str("gateway_error_message", &automatic.gateway_error_message)
                .str("account_id", &automatic.account_id);
        });
    });
}

/// Zoho's words for how money came in (contract Zoho 4.6).
pub(crate) fn mode_word(mode: PaymentMode) -> &'static str {
    match mode {
        PaymentMode::Cash => "cash",
        PaymentMode::Check => "check",
        PaymentMode::Card => "creditcard",
        PaymentMode::BankTransfer => "banktransfer",
        PaymentMode::BankRemittance => "bankremittance",
        PaymentMode::Automatic => "autotransaction",
        PaymentMode::Other => "others",
    }
}
