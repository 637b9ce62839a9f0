//! Refusals of what a body says, by Zoho's names of its fields.

use billing::Error;
use domain::Refusal;
use domain::id::{CustomFieldId, CustomerId, ItemId, SalespersonId, TaxGroupId};

use crate::errors::{Failure, Fault};

/// What billing refuses about a body: an object that the body names and that is not there is an invalid value, not
/// a missing page.
pub(super) fn of_body(failure: Failure) -> Failure {
    let Failure::Told(error) = failure else { return failure };
    match error {
        Error::Missing { kind: CustomerId::WORD, .. } => Fault::unknown_customer().into(),
        Error::Missing { kind: ItemId::WORD, .. } => Fault::unknown_product().into(),
        Error::Missing { kind: TaxGroupId::WORD, .. } => Fault::invalid("tax_id").into(),
        Error::Missing { kind: SalespersonId::WORD, .. } => Fault::invalid("salesperson_id").into(),
        Error::Missing { kind: CustomFieldId::WORD, given } => {
            Fault::invalid(&format!("custom_fields: {given}")).into()
        }
        Error::Refused(refusal) => of_refusal(refusal),
        other => Failure::Told(other),
    }
}

fn of_refusal(refusal: Refusal) -> Failure {
    match &refusal {
        Refusal::TooLong { what, limit } => Fault::too_long(field(what), *limit).into(),
        Refusal::TooLarge { what }
        | Refusal::TooPrecise { what, .. }
        | Refusal::NotPositive { what }
        | Refusal::Negative { what }
        | Refusal::RateOutOfRange { what }
        | Refusal::Blank { what }
        | Refusal::Invalid { what } => Fault::invalid(field(what)).into(),
        _ => Failure::Told(Error::Refused(refusal)),
    }
}

/// Zoho's name of what the domain calls so.
fn field(what: &'static str) -> &'static str {
    match what {
        "unit_price" => "price",
        "line name" => "name",
        "line description" => "description",
        "reference" => "reference_number",
        "number" => "invoice_number",
        "memo" => "notes",
        "terms_text" => "terms",
        "terms" => "payment_terms",
        "exchange rate" => "exchange_rate",
        "exemption code" => "tax_exemption_code",
        "discount name" => "discount",
        "shares" => "apply_creditnotes",
        "amount" => "amount_applied",
        other => other,
    }
}
