//! What answers need to know of the seller's legal entities: the zone in which instants are told, and the terms
//! that customers without any have.

use std::collections::HashMap;

use domain::id::EntityId;
use domain::party::Terms;
use jiff::tz::TimeZone;

use crate::call::Call;
use crate::wire;

pub(crate) struct Sellers {
    by_id: HashMap<EntityId, (TimeZone, Terms)>,
    default: Option<EntityId>,
}

impl Sellers {
    pub async fn load(call: &Call) -> Result<Self, billing::Error> {
        let entities = call.billing.legal_entities(&call.caller).await?.value;
        let default = entities.iter().map(|view| &view.entity).find(|entity| entity.is_default);
        let default = default.or(entities.first().map(|view| &view.entity)).map(|entity| entity.id);
        let by_id = entities
            .into_iter()
            .map(|view| (view.entity.id, (wire::zone(&view.entity.time_zone), view.entity.default_terms)))
            .collect();
        Ok(Self { by_id, default })
    }

    fn of(&self, entity: Option<EntityId>) -> Option<&(TimeZone, Terms)> {
        entity.or(self.default).and_then(|id| self.by_id.get(&id))
    }

    /// The zone of this legal entity, or of the default one; UTC when there is none.
    pub fn zone(&self, entity: Option<EntityId>) -> TimeZone {
        self.of(entity).map_or(TimeZone::UTC, |(zone, _)| zone.clone())
    }

    /// The terms that it gives when nothing else is said.
    pub fn terms(&self, entity: Option<EntityId>) -> Option<&Terms> {
        self.of(entity).map(|(_, terms)| terms)
    }
}
