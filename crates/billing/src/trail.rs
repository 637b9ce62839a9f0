//! The audit trail as people read it.

use store::trail::AuditEntry;

/// One line of history in words, made from the operation and the ids and amounts in its detail.
pub(crate) fn sentence(entry: &AuditEntry) -> String {
    let noun = match entry.object_kind.as_str() {
        "invoice" => "Invoice",
        "credit_note" => "Credit note",
        "payment" => "Payment",
        "customer" => "Customer",
        "payment_intent" => "Charge",
        "payment_method" => "Payment method",
        _ => "Object",
    };
    let amount = || {
        let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let amount = detail.get("amount").and_then(|value| value.as_str());
        let currency = detail.get("currency").and_then(|value| value.as_str()).unwrap_or_default();
        amount.map(|amount| format!("{amount} {currency}").trim_end().to_owned())
    };
    match entry.operation.as_str() {
        "created" => return format!("{noun} created"),
        "imported" => return format!("{noun} imported"),
        "updated" => return format!("{noun} updated"),
        "issued" => return format!("{noun} has been marked as sent"),
        "voided" => return format!("{noun} has been marked as void"),
        "corrected" => return format!("{noun} corrected"),
        _ => {}
    }
    match (entry.operation.as_str(), amount()) {
        ("written_off", Some(amount)) => format!("{noun} written off: {amount}"),
        ("write_off_cancelled", Some(amount)) => format!("Write-off cancelled: {amount}"),
        ("payment_applied", Some(amount)) => format!("Payment of {amount} applied"),
        ("payment_reversed", Some(amount)) => format!("Payment of {amount} taken back"),
        ("credit_applied", Some(amount)) => format!("Credit of {amount} applied"),
        ("credit_reversed", Some(amount)) => format!("Credit of {amount} taken back"),
        (operation, _) => format!("{noun}: {}", operation.replace('_', " ")),
    }
}
