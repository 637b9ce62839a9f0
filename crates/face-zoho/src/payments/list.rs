//! `GET /payments`. No page of Zoho's tells its parameters; they are those of its other lists.

use billing::query::{Condition, Match, Operand, PaymentColumn};
use domain::payment::PaymentMode;

use super::to_wire;
use crate::call::Call;
use crate::filters::{Ask, Words};
use crate::routes::Handling;
use crate::wire;

const WORDS: Words<PaymentColumn> = Words {
    report_name: "Payments",
    filters: &[
        ("PaymentType.All", Vec::new),
        ("PaymentType.Cash", || in_mode(PaymentMode::Cash)),
        ("PaymentType.Check", || in_mode(PaymentMode::Check)),
        ("PaymentType.CreditCard", || in_mode(PaymentMode::Card)),
        ("PaymentType.BankTransfer", || in_mode(PaymentMode::BankTransfer)),
        ("PaymentType.BankRemittance", || in_mode(PaymentMode::BankRemittance)),
        ("PaymentType.AutoTransaction", || in_mode(PaymentMode::Automatic)),
        ("PaymentType.Others", || in_mode(PaymentMode::Other)),
        ("Status.Success", Vec::new),
        // A payment that failed never came.
        ("Status.Failure", || vec![Condition::Never]),
    ],
    sorts: &[
        ("created_time", PaymentColumn::CreatedAt),
        ("updated_time", PaymentColumn::UpdatedAt),
        ("last_modified_time", PaymentColumn::UpdatedAt),
        ("date", PaymentColumn::ReceivedOn),
        ("customer_name", PaymentColumn::CustomerName),
        ("reference_number", PaymentColumn::Reference),
        ("payment_mode", PaymentColumn::Mode),
        ("amount", PaymentColumn::BaseAmount),
    ],
    texts: &[
        ("reference_number", PaymentColumn::Reference),
        ("description", PaymentColumn::Description),
        ("customer_name", PaymentColumn::CustomerName),
    ],
    days: &[("date", PaymentColumn::ReceivedOn)],
    amounts: &[("amount", PaymentColumn::BaseAmount)],
    searched: &[PaymentColumn::Reference, PaymentColumn::Description, PaymentColumn::CustomerName],
    customer: PaymentColumn::CustomerId,
    invoice: Some(PaymentColumn::Invoice),
    hidden: || vec![Condition::Is(PaymentColumn::IsVoid, Match::Equals(Operand::Int(0)))],
};

fn in_mode(mode: PaymentMode) -> Vec<Condition<PaymentColumn>> {
    let word = Operand::Text(mode.word().to_owned());
    vec![Condition::Is(PaymentColumn::Mode, Match::Equals(word))]
}

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let Ask { query, page, listing } = Ask::from_wire(&call, &WORDS).await?;
        let found = call.billing.payment_list(&call.caller, query).await?;
        Ok(wire::success("success", |o| {
            o.array("payments", &found.value.rows, |detail, o| to_wire(detail, &found.names, o));
            page.to_wire(o, found.value.has_more, &listing);
        }))
    })
}
