//! The words under which small enums are stored and travel: `snake_case`, fixed for ever. Renaming a variant
//! in Rust must not change its word.

use crate::catalogue::{AddonKind, CouponStatus, IntervalUnit, PricingScheme};
use crate::custom_field::{FieldType, PiiType};
use crate::invoice::view::Standing;
use crate::invoice::{InvoiceKind, LineKind, NumberOrigin, State};
use crate::item::ItemKind;
use crate::journal::{Account, EntryKind};
use crate::numbering::{SeriesKind, SeriesReset};
use crate::party::{ClosedBooksPolicy, IssuedPolicy, ServiceLevel};
use crate::payment::intent::{AttemptState, IntentState};
use crate::payment::method::{Funding, MethodKind, MethodStatus};
use crate::payment::{PaymentMode, RefundKind, ReversalKind};
use crate::seller::ExemptionKind;
use crate::tax::{PriceMode, TaxCategory, TaxRounding};
use crate::unbilled_charge::ChargeStatus;

macro_rules! words {
    ($($name:ident { $($variant:ident $word:literal,)+ })+) => {
        $(
            impl $name {
                /// Every variant, in the order declared.
                pub const ALL: &'static [Self] = &[$(Self::$variant),+];

                /// The stored word.
                pub const fn word(self) -> &'static str {
                    match self {
                        $(Self::$variant => $word,)+
                    }
                }

                /// Reads a stored word; `None` for anything else.
                pub fn from_word(word: &str) -> Option<Self> {
                    match word {
                        $($word => Some(Self::$variant),)+
                        _ => None,
                    }
                }
            }
        )+

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn every_word_reads_back_and_is_snake_case() {
                $(
                    for &value in $name::ALL {
                        let word = value.word();
                        assert_eq!($name::from_word(word), Some(value));
                        assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{word}");
                    }
                    assert_eq!($name::from_word("Other Words"), None);
                )+
            }
        }
    };
}

words! {
    State { Draft "draft", Issued "issued", Void "void", }
    InvoiceKind { Invoice "invoice", DebitNote "debit_note", }
    NumberOrigin { Own "own", External "external", }
    LineKind {
        Recurring "recurring", Usage "usage", OneTime "one_time", Minimum "minimum", Proration "proration",
        Adjustment "adjustment", LateFee "late_fee", Shipping "shipping", Rounding "rounding",
    }
    PriceMode { Exclusive "exclusive", Inclusive "inclusive", }
    TaxRounding { PerGroup "per_group", PerLine "per_line", }
    TaxCategory {
        Standard "standard", Zero "zero", Exempt "exempt", ReverseCharge "reverse_charge",
        IntraCommunity "intra_community", Export "export", OutOfScope "out_of_scope",
    }
    PaymentMode {
        Cash "cash", Check "check", Card "card", BankTransfer "bank_transfer",
        BankRemittance "bank_remittance", Automatic "automatic", Other "other",
    }
    ReversalKind { Undone "undone", Detached "detached", Refunded "refunded", Cancelled "cancelled", }
    RefundKind {
        ReverseAndOweAgain "reverse_and_owe_again", Unapplied "unapplied", ByCreditNote "by_credit_note",
    }
    MethodKind { Card "card", BankAccount "bank_account", }
    Funding {
        Credit "credit", Debit "debit", Prepaid "prepaid", Checking "checking", Savings "savings",
    }
    MethodStatus { Active "active", Expired "expired", Inactive "inactive", }
    IntentState { Pending "pending", Succeeded "succeeded", Failed "failed", }
    AttemptState {
        Created "created", Submitted "submitted", Succeeded "succeeded", Failed "failed", Unknown "unknown",
    }
    ChargeStatus { Unbilled "unbilled", Invoiced "invoiced", }
    ItemKind { Service "service", Product "product", Discount "discount", }
    PricingScheme { Flat "flat", Unit "unit", Volume "volume", Tier "tier", Package "package", }
    IntervalUnit { Days "days", Weeks "weeks", Months "months", Years "years", }
    AddonKind { Recurring "recurring", OneTime "one_time", }
    CouponStatus { Active "active", Inactive "inactive", Expired "expired", MaxedOut "maxed_out", }
    FieldType {
        Text "text", Number "number", Decimal "decimal", Amount "amount", Percent "percent", Date "date",
        DateTime "datetime", Checkbox "checkbox", Dropdown "dropdown", Multiselect "multiselect", Url "url",
        Email "email", Phone "phone",
    }
    PiiType { NonPii "non_pii", Pii "pii", Sensitive "sensitive_pii", }
    ExemptionKind { Customer "customer", Item "item", }
    ServiceLevel { Free "free", Pro "pro", Business "business", }
    IssuedPolicy { Locked "locked", Correctable "correctable", }
    ClosedBooksPolicy { Refuse "refuse", PostNextOpenDay "post_next_open_day", }
    EntryKind {
        InvoiceIssued "invoice_issued", InvoiceVoided "invoice_voided", InvoiceCorrected "invoice_corrected",
        PaymentReceived "payment_received", PaymentVoided "payment_voided", Applied "applied",
        ApplicationReversed "application_reversed", CreditNoteIssued "credit_note_issued",
        CreditNoteVoided "credit_note_voided", WrittenOff "written_off",
        WriteOffCancelled "write_off_cancelled", Refunded "refunded",
    }
    Account {
        Receivable "receivable", Revenue "revenue", TaxPayable "tax_payable", Unapplied "unapplied",
        Cash "cash", BankCharges "bank_charges", CreditNoteLiability "credit_note_liability",
        BadDebt "bad_debt", RealisedFx "realised_fx", Rounding "rounding",
    }
    SeriesKind { Invoice "invoice", CreditNote "credit_note", }
    SeriesReset { Never "never", Yearly "yearly", }
    Standing {
        Draft "draft", Open "open", PartlyPaid "partly_paid", Overdue "overdue",
        PartlyPaidOverdue "partly_paid_overdue", Paid "paid", Void "void",
    }
}
