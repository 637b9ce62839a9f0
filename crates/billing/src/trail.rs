//! The audit trail as people read it.

use store::trail::AuditEntry;

/// One line of history in words, made from the operation and the ids and amounts in its detail.
pub(crate) fn sentence(entry: &AuditEntry) -> String {
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    let noun = match entry.object_kind.as_str() {
        "invoice" => "Invoice",
        "credit_note" => "Credit note",
        "payment" => "Payment",
        "customer" => "Customer",
        _ => "Object",
    };
    let amount = || {
        let amount = detail.get("amount").and_then(|value| value.as_str());
        let currency = detail.get("currency").and_then(|value| value.as_str()).unwrap_or_default();
        amount.map(|amount| format!("{amount} {currency}").trim_end().to_owned())
    };
    match (entry.operation.as_str(), amount()) {
        ("created", _) => format!("{noun} created"),
        ("imported", _) => format!("{noun} imported"),
        ("updated", _) => format!("{noun} updated"),
        ("issued", _) => format!("{noun} has been marked as sent"),
        ("voided", _) => format!("{noun} has been marked as void"),
        ("corrected", _) => format!("{noun} corrected"),
        ("written_off", Some(amount)) => format!("{noun} written off: {amount}"),
        ("write_off_cancelled", Some(amount)) => format!("Write-off cancelled: {amount}"),
        ("payment_applied", Some(amount)) => format!("Payment of {amount} applied"),
        ("payment_reversed", Some(amount)) => format!("Payment of {amount} taken back"),
        ("credit_applied", Some(amount)) => format!("Credit of {amount} applied"),
        ("credit_reversed", Some(amount)) => format!("Credit of {amount} taken back"),
        (operation, _) => format!("{noun}: {}", operation.replace('_', " ")),
    }
}
