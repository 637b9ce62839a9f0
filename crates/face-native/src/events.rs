//! `/v1/events`: what happened, in the order of a feed that never changes behind a reader's back.

use crate::answers;
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::{LIMIT, limit};
use crate::routes::{Gives, Parameter, table};
use crate::schema::{Components, Schema, answer};
use crate::wire::{Id, Instant, Raw, spell};
use domain::id::EventId;
use http_kit::Answer;
use serde_json::{Value, json};

const AFTER: Parameter = Parameter {
    name: "after",
    about: "The seq of the last event that was read; 0, from the beginning, unless given.",
    schema: after_schema,
};

fn after_schema(_: &mut Components) -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": i64::MAX, "default": 0})
}

table! {
    "listEvents" GET "/v1/events" StaffRead "Lists events after a place in the feed." {
        query: &[AFTER, LIMIT],
        gives: Gives::Object(Feed::schema),
        handle: list,
    }
}

answer! {
    /// Something that happened.
    Event {
        /// Its place in the feed; ascending.
        seq: i64,
        /// Its id.
        id: Id<EventId>,
        /// Such as `invoice.issued`.
        r#type: String,
        /// What it happened to, such as `invoice`.
        object_kind: String,
        /// The id of what it happened to.
        object_id: String,
        /// A few facts about it.
        data: Raw,
        /// When it happened.
        created_at: Instant,
    }
}

answer! {
    /// A stretch of the feed.
    Feed {
        /// The events, oldest first.
        data: Vec<Event>,
        /// Give it as `after` to go on, also when there was nothing new.
        next_after: i64,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let limit = limit(&call)?;
    let after = match call.parameter("after") {
        None => 0,
        Some(text) => {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let parsed = text.parse().ok().filter(|_| is_plain);
            parsed.ok_or_else(|| Fault::parameter("after", "a place in the feed is a whole number from 0"))?
        }
    };
    let events = call.billing.events(&call.caller, after, limit).await?;
    let data: Vec<Event> = events
        .into_iter()
        .filter_map(|event| {
            Some(Event {
                seq: event.feed_seq?,
                id: Id(event.id),
                r#type: event.event_type,
                object_id: spell(&event.object_kind, event.object_id),
                object_kind: event.object_kind,
                data: Raw::of(event.payload),
                created_at: Instant(event.created_at),
            })
        })
        .collect();
    let next_after = data.last().map_or(after, |event| event.seq);
    Ok(answers::json(200, &Feed { data, next_after }))
}
