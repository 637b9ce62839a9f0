//! The one place where our errors become Zoho's codes and wording: `{"code","message"}` and nothing else, since
//! the PyPI client reads error bodies with Python's literal_eval (contract Zoho 4.1).
//!
//! Codes of Zoho's own (contract Zoho 4.3): 2, 5, 14, 15, 37, 44, 45, 57, 1000, 1002, 1070, 6041. No source tells the
//! codes of refusals by rule; ours are 40xx edge, 41xx documents, 42xx settlement, 43xx credit notes, 44xx
//! write-offs, 45xx parties and catalogue. They are stable: a code is never given to another refusal.

use std::borrow::Cow;

use billing::Error;
use domain::Refusal;
use http_kit::json::{Style, object};
use http_kit::{Answer, RequestId};

/// Exactly so, without a blank: the PyPI client compares the whole value.
pub(crate) const CONTENT_TYPE: &str = "application/json;charset=UTF-8";

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    status: u16,
    code: u32,
    message: Cow<'static, str>,
    headers: Vec<(&'static str, String)>,
}

impl Fault {
    pub fn new(status: u16, code: u32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A parameter, field or header with a value that makes no sense.
    pub fn invalid(what: &str) -> Self {
        Self::new(400, 2, format!("Invalid value passed for {what}"))
    }

    pub fn too_long(what: &str, limit: usize) -> Self {
        let message = format!("Please ensure that the {what} has less than {limit} characters.");
        Self::new(400, 15, message)
    }

    /// No token, or one that is not accepted. Also: a scope that the token lacks.
    pub fn unauthorized() -> Self {
        let message = "You are not authorized to perform this operation";
        Self::new(401, 57, message).header("www-authenticate", "Bearer")
    }

    /// An authtoken of the old kind that is not accepted.
    pub fn invalid_authtoken() -> Self {
        Self::new(401, 14, "Invalid auth token").header("www-authenticate", "Bearer")
    }

    /// The organization header names another organization than the token's.
    pub fn foreign_organization(given: &str) -> Self {
        let message = format!("This user is not associated with the CompanyID/CompanyName: {given}.");
        Self::new(400, 6041, message)
    }

    pub fn unknown_url() -> Self {
        Self::new(404, 5, "Invalid URL Passed")
    }

    pub fn wrong_method() -> Self {
        let message = "The HTTP method is not allowed for the requested resource";
        Self::new(405, 37, message)
    }

    /// `noun` as a sentence begins with it: `Invoice`.
    pub fn missing(noun: &str) -> Self {
        Self::new(404, 1002, format!("{noun} does not exist."))
    }

    /// A representation that is not there.
    pub fn not_acceptable() -> Self {
        let message = "The requested format is not available. Allowed value for accept is json.";
        Self::new(406, 4006, message)
    }

    /// A field that cannot be honoured; passing over it would change what is owed.
    pub fn not_supported(what: &str) -> Self {
        Self::new(400, 4001, format!("This server cannot honour {what}; leave it out."))
    }

    /// A number of the client's own without the parameter that says so.
    pub fn own_number_unasked() -> Self {
        let message = "Invoice numbers are generated. Pass ignore_auto_number_generation=true to use your own.";
        Self::new(400, 4002, message)
    }

    /// Zoho's own (recorded 2015).
    pub fn unknown_customer() -> Self {
        Self::new(400, 3004, "Please enter a valid reference for the customer")
    }

    /// Zoho's own (recorded 2015).
    pub fn unknown_product() -> Self {
        Self::new(400, 2006, "Invalid Product ID.")
    }

    /// Zoho's own (recorded 2015).
    pub fn unknown_addon() -> Self {
        Self::new(400, 102_001, "Invalid AddonCode.")
    }

    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, 4000, message)
    }

    pub fn busy(retry_after_seconds: u64) -> Self {
        let message = "You have reached the maximum number of in process requests allowed. Kindly try again \
                       after some time.";
        Self::new(503, 1070, message).header("retry-after", retry_after_seconds.to_string())
    }

    /// The organization's calls of a minute are used up (contract Zoho 4.3, with Zoho's grammar).
    pub fn too_many_per_minute(retry_after_seconds: u64) -> Self {
        let message = "For security reasons your organization has been blocked as it have exceeded the maximum number \
                       of requests per minute that can originate from an organization.";
        Self::new(429, 44, message).header("retry-after", retry_after_seconds.to_string())
    }

    /// The organization's calls of a day are used up.
    pub fn too_many_per_day(per_day: u32, retry_after_seconds: u64) -> Self {
        let message =
            format!("The API call for this organization has exceeded the maximum call rate limit of {per_day}.");
        Self::new(429, 45, message).header("retry-after", retry_after_seconds.to_string())
    }

    /// As many of the organization's calls as may be are in process.
    pub fn too_many_at_a_time() -> Self {
        let Self { code, message, .. } = Self::busy(1);
        Self::new(429, code, message).header("retry-after", "1")
    }

    /// A failure of ours; the caller gets only the id under which it is logged.
    pub fn internal(request_id: &str) -> Self {
        Self::new(500, 1000, format!("Internal error. Reference: {request_id}"))
    }

    pub fn into_answer(self) -> Answer {
        let body = object(Style::COMPACT, |o| {
            o.int("code", self.code).str("message", &self.message);
        });
        let answer = Answer::with_body(self.status, CONTENT_TYPE, body);
        self.headers.into_iter().fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

/// Why a handler has no success to tell.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Found by the face itself.
    Said(Fault),
    /// Told by billing.
    Told(Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Said(fault)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}

impl Failure {
    /// In Zoho's words. What is ours to mend is logged, once.
    pub fn into_answer(self, request_id: &RequestId) -> Answer {
        let fault = match self {
            Self::Said(fault) => fault,
            Self::Told(error) => of_error(error, request_id),
        };
        fault.into_answer()
    }
}

fn of_error(error: Error, request_id: &RequestId) -> Fault {
    match error {
        // Zoho has words of its own for these (contract Zoho 4.3).
        Error::Missing { kind: "product", .. } => Fault::unknown_product(),
        Error::Missing { kind: "plan", .. } => Fault::new(400, 101_002, "Invalid PlanCode."),
        Error::Missing { kind: "addon", .. } => Fault::new(400, 102_001, "Invalid AddonCode."),
        Error::Missing { kind, .. } => Fault::missing(noun(kind)),
        Error::Refused(refusal) => of_refusal(&refusal),
        Error::Conflict { what } => {
            Fault::new(409, 4009, format!("Another change came first: {what}. Please try again."))
        }
        Error::KeyReused => Fault::new(422, 4022, "The idempotency key has been used for another request."),
        Error::Forbidden { .. } => Fault::unauthorized(),
        Error::Busy { retry_after_seconds } => Fault::busy(retry_after_seconds),
        Error::Pending { .. } => {
            let message = "The payment gateway has not confirmed the payment yet. It is recorded as soon as it does.";
            Fault::new(504, 4218, message).header("retry-after", "5")
        }
        Error::Full => Fault::new(507, 1000, "The storage is full. Nothing has been changed."),
        Error::NoSecretKey => Fault::new(409, 4009, "The server has no secret key. Nothing has been changed."),
        Error::Store(_) => {
            request_id.log_once(&error);
            Fault::internal(request_id.as_str())
        }
    }
}

/// How Zoho calls our kinds of objects.
fn noun(kind: &str) -> &'static str {
    match kind {
        "invoice" => "Invoice",
        "line" => "Item",
        "customer" => "Customer",
        "contact" => "Contact person",
        "item" => "Item",
        "credit_note" => "Credit note",
        "payment" => "Payment",
        "refund" => "Refund",
        "tenant" | "legal_entity" => "Organization",
        "tax_rate" | "tax_group" => "Tax",
        "custom_field" => "Custom field",
        "salesperson" => "Salesperson",
        "coupon" => "Coupon",
        "terms" => "Payment terms",
        "tax_authority" => "Tax authority",
        "tax_exemption" => "Tax exemption",
        "attachment" => "Document",
        "unbilled_charge" => "Unbilled charge",
        "event" => "Event",
        _ => "Resource",
    }
}

/// Every refusal of the domain, in Zoho's words. All are HTTP 400 (contract Zoho 4.3: we choose the codes).
fn of_refusal(refusal: &Refusal) -> Fault {
    let (code, message): (u32, Cow<'static, str>) = match refusal {
        // Zoho's own words for values.
        Refusal::TooLarge { what }
        | Refusal::TooPrecise { what, .. }
        | Refusal::NotPositive { what }
        | Refusal::Negative { what }
        | Refusal::RateOutOfRange { what }
        | Refusal::Blank { what }
        | Refusal::Invalid { what } => return Fault::invalid(what),
        Refusal::TooLong { what, limit } => return Fault::too_long(what, *limit),
        Refusal::UnknownLine { .. } => return Fault::missing(noun("line")),
        // Documents.
        Refusal::NoLines { .. } => (4101, "The invoice has no items.".into()),
        Refusal::TooManyLines { limit } => (4102, format!("An invoice has at most {limit} items.").into()),
        Refusal::NegativeTotal => (4103, "The total of an invoice cannot be negative.".into()),
        Refusal::DiscountTooLarge { .. } => (4104, "The discount is larger than the amount it is taken from.".into()),
        Refusal::NotDraft { .. } => (4105, "Only a draft can be changed in this way.".into()),
        Refusal::NotIssued { .. } => (4106, "The invoice is a draft or void.".into()),
        Refusal::AlreadyVoid { .. } => (4107, "The invoice is void.".into()),
        Refusal::AlreadyIssued { .. } => (4108, "The invoice has already been sent.".into()),
        Refusal::Locked { .. } => (4109, "Sent invoices of this organization cannot be changed.".into()),
        Refusal::Settled { applied, .. } => {
            (4110, format!("Payments or credits of {applied} are applied to the invoice.").into())
        }
        Refusal::VoidWhileSettled { applied, .. } => {
            (4111, format!("The invoice cannot be voided: {applied} are applied to it.").into())
        }
        Refusal::CreditedByNote { .. } => (4112, "A credit note refers to the items of the invoice.".into()),
        Refusal::BooksClosed { closed_through, .. } => {
            (4113, format!("The books are closed through {closed_through}.").into())
        }
        Refusal::DateLeavesSeries { .. } => (4114, "The date leaves the period of the invoice number.".into()),
        Refusal::DueBeforeDate { .. } => (4115, "The due date lies before the invoice date.".into()),
        Refusal::PeriodReversed { .. } => (4116, "The service period of an item ends before it begins.".into()),
        Refusal::NumberTaken { number } => (4117, format!("The number {number} has already been used.").into()),
        Refusal::TaxRateTooPrecise => (4118, "The compound tax has no exact value.".into()),
        Refusal::RateMissing { currency, base } => {
            (4119, format!("There is no exchange rate from {currency} to {base}.").into())
        }
        Refusal::DateOutOfOrder { .. } => (4120, "The date is out of the order of the number series.".into()),
        Refusal::NumberFixed { .. } => (4121, "The number of a sent invoice cannot be changed.".into()),
        // Settlement.
        Refusal::CurrencyMismatch { expected, given } => {
            (4201, format!("The currency is {given}, not {expected}.").into())
        }
        Refusal::EntityMismatch => (4202, "The documents belong to different legal entities.".into()),
        Refusal::CustomerMismatch { .. } => (4203, "The documents belong to different customers.".into()),
        Refusal::ExceedsBalance { balance, asked, .. } => {
            (4204, format!("The amount {asked} exceeds the balance {balance} of the invoice.").into())
        }
        Refusal::ExceedsUnapplied { unapplied, asked, .. } => {
            (4205, format!("The amount {asked} exceeds the unused amount {unapplied} of the payment.").into())
        }
        Refusal::ExceedsRemaining { remaining, asked, .. } => {
            (4206, format!("The amount {asked} exceeds the balance {remaining} of the credit note.").into())
        }
        Refusal::ExceedsApplied { applied, asked, .. } => {
            (4207, format!("The amount {asked} exceeds the applied amount {applied} of the payment.").into())
        }
        Refusal::NothingOwed { .. } => (4208, "Nothing is owed on the invoice.".into()),
        Refusal::BankChargesExceedAmount { amount, charges } => {
            (4209, format!("The bank charges {charges} exceed the amount {amount}.").into())
        }
        Refusal::PaymentVoid { .. } => (4210, "The payment is void.".into()),
        Refusal::PaymentInUse { .. } => (4211, "The payment is applied to invoices.".into()),
        Refusal::NotApplied { .. } => (4212, "The payment is not applied to the invoice.".into()),
        Refusal::AlreadyReversed => (4213, "This has already been taken back.".into()),
        // Charging through a gateway.
        Refusal::PaymentMethodInactive { .. } => (4214, "The card or bank account is inactive.".into()),
        Refusal::PaymentPending { .. } => (4215, "A payment of the invoice is still being processed.".into()),
        Refusal::GatewayMissing { .. } => (4216, "No payment gateway is set up for this card or bank account.".into()),
        Refusal::PaymentCharged { .. } => (4219, "A payment gateway took this payment; refund it instead.".into()),
        // The gateway's own words (contract Zoho 4.6).
        Refusal::Declined { message, .. } => (4217, message.clone().into()),
        Refusal::PaymentRefunded { .. } => (4218, "The payment has been refunded.".into()),
        // Credit notes.
        Refusal::ExceedsCreditable { left, asked, .. } => {
            (4301, format!("The amount {asked} exceeds what is left to credit on the item: {left}.").into())
        }
        Refusal::NoteNotDraft { .. } => (4302, "The credit note is not a draft.".into()),
        Refusal::NoteNotIssued { .. } => (4303, "The credit note is not open.".into()),
        Refusal::NoteInUse { .. } => (4304, "The credit note has been used.".into()),
        Refusal::NoteNotVoid { .. } => (4305, "The credit note is not void.".into()),
        // Write-offs.
        Refusal::NothingToWriteOff { .. } => (4401, "There is nothing to write off on the invoice.".into()),
        Refusal::NotWrittenOff { .. } => (4402, "The invoice has not been written off.".into()),
        Refusal::WriteOffSpent { .. } => (4403, "The write off has already been cancelled.".into()),
        // Unbilled charges.
        Refusal::ChargeInvoiced { .. } => (4601, "The unbilled charge has already been invoiced.".into()),
        // Parties and catalogue.
        Refusal::ParentIsDescendant { .. } => (4501, "A customer cannot be the parent of its own parent.".into()),
        Refusal::CustomerInUse { .. } => (4502, "The customer has transactions.".into()),
        Refusal::CustomerInactive { .. } => (4503, "The customer is inactive.".into()),
        Refusal::ItemInactive => (4504, "The item is inactive.".into()),
        Refusal::CouponUnusable { status, .. } => {
            (4509, format!("The coupon cannot be applied: it is {}.", status.word().replace('_', " ")).into())
        }
        Refusal::TaxGroupInactive => (4505, "The tax is inactive.".into()),
        Refusal::CustomFieldBlank { label } => (4511, format!("{label} cannot be blank.").into()),
        Refusal::CustomFieldValue { label, wants } => (4512, format!("The value of {label} must be {wants}.").into()),
        Refusal::InUse { what } => (4506, format!("The {what} is in use.").into()),
        Refusal::CardNumber { what } => (4507, format!("Card numbers are not accepted: {what}.").into()),
        Refusal::Duplicate { what } => (4508, format!("The {what} already exists.").into()),
    };
    Fault::new(400, code, message)
}

#[cfg(test)]
mod tests;
