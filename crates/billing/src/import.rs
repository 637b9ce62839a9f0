//! What imports add to ordinary objects: the vendor's ids, line extras and side-cars.

use crate::caller::FaceName;
use crate::invoices::set_custom_fields;
use crate::verb::{Cx, Verb};
use crate::{Error, check};
use domain::id::{CustomFieldId, InvoiceId, LineId};
use domain::invoice::view::LineTag;
use serde_json::json;
use store::names::{ForeignId, Tag};

/// Keeps the id that a vendor knew one of our objects by; that face answers with it from now on.
///
/// `collides_with` is the native id that the same text would spell in that face's alphabet. When such an id
/// may already have been given out, the import is a named conflict; otherwise the allocator skips it for ever.
#[derive(Clone, Debug)]
pub struct KeepForeignId {
    pub face: FaceName,
    /// The noun's word, such as `InvoiceId::WORD`.
    pub kind: &'static str,
    pub id: i64,
    pub foreign_id: String,
    pub collides_with: Option<i64>,
}

impl Verb for KeepForeignId {
    type Outcome = ();
    const CHANGES_ACCESS: bool = true;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        check::foreign_id(&self.foreign_id)?;
        if let Some(spelled) = self.collides_with
            && spelled != self.id
            && store::names::is_given_out(cx.tx, spelled).await?
        {
            return Err(Error::Conflict { what: "the vendor's id is one of ours already" });
        }
        let name = ForeignId { kind: self.kind.to_owned(), id: self.id, foreign_id: self.foreign_id.clone() };
        let kept = store::names::insert_foreign_id(cx.tx, self.face.word(), &name, self.collides_with).await;
        kept.map_err(|error| match error {
            store::Error::Conflict { .. } => Error::Conflict { what: "the vendor's id is taken" },
            other => other.into(),
        })?;
        if self.kind == InvoiceId::WORD {
            store::invoices::set_imported(cx.tx, InvoiceId(self.id)).await?;
        }
        let detail = json!({"face": self.face.word()});
        cx.change.audit(self.kind, self.id, "imported", detail);
        Ok(())
    }
}

/// Custom fields and tags of one line.
#[derive(Clone, Debug)]
pub struct SetLineExtras {
    pub invoice: InvoiceId,
    pub line: LineId,
    pub custom_fields: Vec<(CustomFieldId, String)>,
    pub tags: Vec<LineTag>,
}

impl Verb for SetLineExtras {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let lines = store::invoice_parts::lines(cx.tx, self.invoice).await?;
        if lines.iter().all(|line| line.id != self.line) {
            return Err(Error::missing(LineId::WORD, self.line));
        }
        if !self.custom_fields.is_empty() {
            set_custom_fields(cx, LineId::WORD, self.line.0, &self.custom_fields).await?;
        }
        let tags: Vec<Tag> = self
            .tags
            .iter()
            .map(|tag| Tag {
                object_id: self.line.0,
                label: String::new(),
                tag_id: tag.tag_id,
                option_id: tag.option_id,
            })
            .collect();
        store::names::set_tags(cx.tx, LineId::WORD, self.line.0, &tags).await?;
        cx.change.audit(InvoiceId::WORD, self.invoice.0, "updated", json!({"fields": ["line extras"]}));
        Ok(())
    }
}

/// Fields of one object that only one vendor has: JSON text that only its face reads.
#[derive(Clone, Debug)]
pub struct SetSideCar {
    pub face: FaceName,
    pub kind: &'static str,
    pub id: i64,
    /// A JSON object.
    pub content: String,
}

impl Verb for SetSideCar {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let is_object =
            serde_json::from_str::<serde_json::Value>(&self.content).is_ok_and(|content| content.is_object());
        if !is_object {
            return Err(domain::Refusal::Invalid { what: "side-car" }.into());
        }
        store::names::set_side_car(cx.tx, self.face.word(), self.kind, self.id, &self.content).await?;
        cx.change.audit(self.kind, self.id, "updated", json!({"side_car": self.face.word()}));
        Ok(())
    }
}
