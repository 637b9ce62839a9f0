//! Typed ids from one list.
//!
//! One `i64` below 2^53 per object, made by the application. An id says nothing about order. The type
//! says which noun it names, so that a payment's id cannot be passed where an invoice's is wanted.

/// The largest id (and the largest amount of minor units): integers up to here survive every JSON reader.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// What all ids have in common, for code that handles ids of any kind.
pub trait Id: Copy + Send + Sync + 'static {
    /// The noun as it stands in `kind` columns, events and audit rows.
    const WORD: &'static str;

    fn of(number: i64) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal $word:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub i64);

            impl $name {
                /// The native face's prefix: `inv_100200`.
                pub const PREFIX: &'static str = $prefix;
                /// The noun as it stands in `kind` columns, events and audit rows.
                pub const WORD: &'static str = $word;

                pub const fn get(self) -> i64 {
                    self.0
                }

                /// Reads the native spelling, prefix and all; `None` for anything else.
                pub fn parse(text: &str) -> Option<Self> {
                    let digits = text.strip_prefix($prefix)?.strip_prefix('_')?;
                    parse_digits(digits).map(Self)
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    write!(f, "{}_{}", $prefix, self.0)
                }
            }

            impl From<$name> for i64 {
                fn from(id: $name) -> i64 {
                    id.0
                }
            }

            impl Id for $name {
                const WORD: &'static str = $word;

                fn of(number: i64) -> Self {
                    Self(number)
                }
            }
        )*
    };
}

ids! {
    /// The seller running the books.
    TenantId "ten" "tenant";
    /// The issuer of invoices within a tenant.
    EntityId "ent" "legal_entity";
    SeriesId "ser" "number_series";
    CustomerId "cus" "customer";
    ContactId "con" "contact";
    ItemId "itm" "item";
    TaxRateId "txr" "tax_rate";
    TaxGroupId "txg" "tax_group";
    InvoiceId "inv" "invoice";
    LineId "lin" "line";
    CreditNoteId "crn" "credit_note";
    CreditNoteLineId "crl" "credit_note_line";
    /// Something to be billed later.
    UnbilledChargeId "ubc" "unbilled_charge";
    UnbilledChargeLineId "ubl" "unbilled_charge_line";
    PaymentId "pay" "payment";
    ApplicationId "apl" "application";
    RefundId "ref" "refund";
    WriteOffId "wof" "write_off";
    EntryId "jrn" "journal_entry";
    AuditId "aud" "audit_entry";
    EventId "evt" "event";
    CredentialId "crd" "credential";
    OauthClientId "oac" "oauth_client";
    OauthGrantId "oag" "oauth_grant";
    TermsId "trm" "terms";
    CustomFieldId "cfd" "custom_field";
    SalespersonId "slp" "salesperson";
    TaxAuthorityId "txa" "tax_authority";
    TaxExemptionId "txe" "tax_exemption";
    CancellationReasonId "car" "cancellation_reason";
    AttachmentId "att" "attachment";
    PaymentMethodId "pmt" "payment_method";
    PaymentIntentId "pin" "payment_intent";
    PaymentAttemptId "pat" "payment_attempt";
    ProductId "prd" "product";
    PlanId "pln" "plan";
    PlanVersionId "plv" "plan_version";
    AddonId "adn" "addon";
    CouponId "cpn" "coupon";
}

/// Reads a positive decimal id without sign, blank or leading zero, at most [`MAX_SAFE_INTEGER`].
pub fn parse_digits(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 16 || text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|&n| n <= MAX_SAFE_INTEGER)
}
