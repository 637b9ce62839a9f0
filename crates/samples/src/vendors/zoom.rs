//! Zoom's sample: the imported draft of "Get invoice details".

use super::{keep, seller};
use crate::literal::{decimal, some};
use billing::invoices::create::CreateInvoice;
use billing::invoices::{InvoiceSpec, LineSpec};
use billing::parties::customers::{CreateCustomer, CustomerFields};
use billing::{Billing, Caller, Cx, Error, FaceName, Verb};
use domain::id::{CustomerId, EntityId, InvoiceId, TenantId};
use domain::invoice::{LineKind, Period};
use domain::money::Currency;
use domain::party::ServiceLevel;
use jiff::civil::{Date, date};

/// The sample's id of the invoice.
pub const INVOICE: &str = "2c92fghvb0580";
pub const NUMBER: &str = "Shjmr5INV00000001";
const DATED: Date = date(2020, 8, 7);

/// What was loaded. The sample names no account: its path has `:accountId`.
#[derive(Clone, Copy, Debug)]
pub struct Zoom {
    pub entity: EntityId,
    pub account: CustomerId,
    pub invoice: InvoiceId,
}

/// A draft that is shared with its account, with the vendor's number as text outside every series.
pub async fn load(billing: &Billing, tenant: TenantId) -> Result<Zoom, Error> {
    billing.perform(&Caller::system(tenant), Load).await
}

struct Load;

impl Verb for Load {
    type Outcome = Zoom;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Zoom, Error> {
        let entity = seller(cx, "Meridian Video Inc.", "America/Los_Angeles", "MV", 0).await?;
        let fields = CustomerFields {
            display_name: some("Harbor Dental Group"),
            company_name: some("Harbor Dental Group"),
            email: some("accounts@harbordental.example"),
            entity_id: Some(Some(entity)),
            service_level: Some(ServiceLevel::Business),
            ..CustomerFields::default()
        };
        let account = CreateCustomer { currency: Some(Currency::USD), fields }.run(cx).await?.id;
        let invoice = CreateInvoice { spec: spec(account) }.run(cx).await?;
        keep(cx, FaceName::Zoom, InvoiceId::WORD, invoice.0, INVOICE, None).await?;
        Ok(Zoom { entity, account, invoice })
    }
}

fn spec(account: CustomerId) -> InvoiceSpec {
    InvoiceSpec {
        dated_on: Some(DATED),
        due_on: Some(DATED),
        target_on: Some(DATED),
        number: some(NUMBER),
        is_shared: true,
        ..InvoiceSpec::to(account, lines())
    }
}

/// The sample's periods end on their last day, ours on the day after.
fn lines() -> Vec<LineSpec> {
    let annual = LineSpec {
        kind: LineKind::Recurring,
        period: Some(Period { from: DATED, until: date(2021, 8, 7) }),
        charge_number: some("C-00000004"),
        purchase_order: some("1234556"),
        partner_sku: some("PAR1-PRO-BASE-NH2Y"),
        ..LineSpec::of("Standard Biz Annual", decimal("10"), decimal("199.9"))
    };
    let recording = LineSpec {
        kind: LineKind::Recurring,
        period: Some(Period { from: DATED, until: date(2020, 9, 7) }),
        charge_number: some("C-00000005"),
        purchase_order: some("1234567"),
        partner_sku: some("PAR-PAYONGO-INCL"),
        ..LineSpec::of("Cloud Recording 100 GB", decimal("1"), decimal("40"))
    };
    vec![annual, recording]
}
