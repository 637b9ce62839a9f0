//! The sample documents of the vendors' documentation as imported objects: they keep their vendor's ids and
//! numbers, so that each face answers with its own sample. Each vendor's objects belong to a legal entity of
//! their own and are made in one transaction: a load that fails leaves nothing behind.
//!
//! Where a sample does not add up, the nearest document that does is held; the vendor's module says how it
//! differs. A tenant takes each sample once: loading it again is a named conflict.

pub mod chargeover;
pub mod talkdesk;
pub mod zoho;
pub mod zoom;

pub use chargeover::{ChargeOver, load as load_chargeover};
pub use talkdesk::{Talkdesk, load as load_talkdesk};
pub use zoho::{Zoho, load as load_zoho};
pub use zoom::{Zoom, load as load_zoom};

use crate::literal::net;
use billing::import::KeepForeignId;
use billing::parties::entities::{CreateEntity, SeriesSpec};
use billing::parties::tenants::CreateCustomField;
use billing::{Billing, Caller, Cx, Error, FaceName, Verb};
use domain::id::{CustomFieldId, EntityId, TenantId};
use domain::money::Currency;
use std::collections::BTreeMap;

/// The four samples of one tenant.
#[derive(Clone, Debug)]
pub struct Vendors {
    pub zoom: Zoom,
    pub zoho: Zoho,
    pub talkdesk: Talkdesk,
    pub chargeover: ChargeOver,
}

/// Loads all four into one tenant.
pub async fn load(billing: &Billing, tenant: TenantId) -> Result<Vendors, Error> {
    Ok(Vendors {
        zoom: load_zoom(billing, tenant).await?,
        zoho: load_zoho(billing, tenant).await?,
        talkdesk: load_talkdesk(billing, tenant).await?,
        chargeover: load_chargeover(billing, tenant).await?,
    })
}

/// An issuer in US dollars whose series no other sample uses.
async fn seller(cx: &mut Cx<'_, '_>, name: &str, zone: &str, prefix: &str, terms: i64) -> Result<EntityId, Error> {
    let entity = CreateEntity {
        time_zone: zone.to_owned(),
        default_terms: net(terms),
        invoice_series: SeriesSpec::plain(&format!("{prefix}-")),
        credit_note_series: SeriesSpec::plain(&format!("{prefix}-CN-")),
        ..CreateEntity::named(name, Currency::USD)
    };
    Ok(entity.run(cx).await?.id)
}

/// Keeps the vendor's id of one of our objects.
async fn keep(
    cx: &mut Cx<'_, '_>,
    face: FaceName,
    kind: &'static str,
    id: i64,
    foreign_id: &str,
    collides_with: Option<i64>,
) -> Result<(), Error> {
    KeepForeignId { face, kind, id, foreign_id: foreign_id.to_owned(), collides_with }.run(cx).await
}

/// Text fields by the kind of object and index that they are on.
type Fields = BTreeMap<(String, i64), CustomFieldId>;

/// The custom fields that the tenant has: samples share them where their indexes meet.
async fn fields_of(billing: &Billing, caller: &Caller) -> Result<Fields, Error> {
    let defined = billing.custom_fields(caller).await?;
    Ok(defined.into_iter().map(|field| ((field.object_kind, field.index), field.id)).collect())
}

/// The custom field of this index, made when the tenant has none.
async fn field(
    cx: &mut Cx<'_, '_>,
    known: &Fields,
    kind: &str,
    index: i64,
    label: &str,
) -> Result<CustomFieldId, Error> {
    if let Some(id) = known.get(&(kind.to_owned(), index)) {
        return Ok(*id);
    }
    let field = CreateCustomField {
        object_kind: kind.to_owned(),
        index,
        label: label.to_owned(),
        data_type: "text".to_owned(),
        is_mandatory: false,
        help_text: String::new(),
        max_length: None,
    };
    field.run(cx).await
}
