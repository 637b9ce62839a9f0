//! `/v1/cancellation-reasons`: what customers are offered when they cancel.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, patch, request, texts};
use crate::wire::{Id, Instant};
use billing::Error;
use billing::parties::seller::{CreateCancellationReason, DeleteCancellationReason, UpdateCancellationReason};
use domain::id::CancellationReasonId;
use domain::seller;
use http_kit::Answer;

table! {
    "listCancellationReasons" GET "/v1/cancellation-reasons" StaffRead
        "Lists all cancellation reasons in the order in which they are offered." {
        gives: Gives::Object(Page::<CancellationReason>::schema),
        handle: list,
    }
    "createCancellationReason" POST "/v1/cancellation-reasons" Write "Adds a cancellation reason." {
        takes: Takes::Body(NewCancellationReason::schema),
        gives: Gives::Created(CancellationReason::schema),
        names: "cancellation_reason_id",
        handle: create,
    }
    "getCancellationReason" GET "/v1/cancellation-reasons/{cancellation_reason_id}" StaffRead
        "Reads a cancellation reason." {
        gives: Gives::Object(CancellationReason::schema),
        names: "cancellation_reason_id",
        handle: get,
    }
    "updateCancellationReason" PATCH "/v1/cancellation-reasons/{cancellation_reason_id}" Write
        "Changes a cancellation reason or its place." {
        takes: Takes::Body(CancellationReasonPatch::schema),
        gives: Gives::Object(CancellationReason::schema),
        names: "cancellation_reason_id",
        handle: update,
    }
    "deleteCancellationReason" DELETE "/v1/cancellation-reasons/{cancellation_reason_id}" Write
        "Takes a cancellation reason off the list." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// A reason that customers are offered when they cancel.
    NewCancellationReason {
        /// Unique.
        label: String as texts::line,
    } optional {
        /// From 0; behind the others unless given.
        position: i64 as texts::place,
    }
}

patch! {
    /// Changes of a cancellation reason.
    CancellationReasonPatch {
        /// Unique.
        label: String as texts::line,
        /// From 0.
        position: i64 as texts::place,
    }
}

answer! {
    /// A reason that customers are offered when they cancel.
    CancellationReason {
        /// Its id.
        id: Id<CancellationReasonId>,
        /// As customers read it.
        label: String,
        /// From 0, in the order in which they are offered.
        position: i64,
        /// When it was added.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn all(call: &Call) -> Result<Vec<seller::CancellationReason>, Fault> {
    Ok(call.billing.cancellation_reasons(&call.caller).await?.value)
}

async fn list(call: Call) -> Result<Answer, Fault> {
    Ok(Page::whole(all(&call).await?.iter().map(CancellationReason::to_wire).collect()).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: CancellationReasonId = call.id("cancellation_reason_id")?;
    let found = all(&call).await?.into_iter().find(|known| known.id == id);
    Ok(json(200, &CancellationReason::to_wire(&found.ok_or_else(|| Error::missing(CancellationReasonId::WORD, id))?)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let body: NewCancellationReason = call.read()?;
    let verb = CreateCancellationReason { label: body.label, position: body.position };
    call.write(verb, |made| {
        created(format!("/v1/cancellation-reasons/{}", made.id), &CancellationReason::to_wire(&made))
    })
    .await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let reason = call.id("cancellation_reason_id")?;
    let body: CancellationReasonPatch = call.read()?;
    let verb = UpdateCancellationReason { reason, label: body.label, position: body.position };
    call.write(verb, |changed| json(200, &CancellationReason::to_wire(&changed))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteCancellationReason { reason: call.id("cancellation_reason_id")? };
    call.write(verb, |()| nothing()).await
}

impl CancellationReason {
    fn to_wire(known: &seller::CancellationReason) -> Self {
        Self {
            id: Id(known.id),
            label: known.label.clone(),
            position: known.position,
            created_at: Instant(known.created_at),
            updated_at: Instant(known.updated_at),
        }
    }
}
