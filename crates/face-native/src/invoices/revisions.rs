//! `/v1/invoices/{invoice_id}/revisions`.

use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::schema::answer;
use crate::wire::Instant;
use http_kit::Answer;

answer! {
    /// A revision that another one took the place of.
    Revision {
        /// From 1.
        revision: i64,
        /// The document as JSON text in its canonical form, amounts in minor units.
        content: String,
        /// The SHA-256 of the content, in hexadecimal digits.
        content_hash: String,
        /// Why it was superseded.
        reason: String,
        /// When it was superseded.
        superseded_at: Instant,
    }
}

pub(super) async fn list(call: Call) -> Result<Answer, Fault> {
    let revisions = call.billing.revisions(&call.caller, call.id("invoice_id")?).await?;
    let to_wire = revisions.into_iter().map(|revision| Revision {
        revision: revision.revision,
        content: revision.content,
        content_hash: revision.content_hash,
        reason: revision.reason,
        superseded_at: Instant(revision.superseded_at),
    });
    Ok(Page::whole(to_wire.collect()).into_answer())
}
