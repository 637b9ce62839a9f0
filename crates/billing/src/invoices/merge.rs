//! From lines as a client edits them to lines that can be computed: those that go on keep what the client does not
//! name, with the tax and the gross that they have.

use super::asked::{AllowanceEdit, DiscountEdit, LineEdit};
use super::build::{Lookup, asked_allowance, discount, draft_line, line_tax};
use super::{InvoiceSpec, LineSpec, TaxChoice};
use crate::Error;
use crate::check;
use crate::custom_fields::FieldValue;
use crate::verb::Cx;
use domain::Refusal;
use domain::id::{CustomerId, InvoiceId, LineId};
use domain::invoice::totals::{AskedAllowance, DraftLine};
use domain::invoice::{Allowance, Document, FxRate, Invoice, Line, LineTax};
use domain::money::{Currency, Decimal};
use domain::party::{Customer, Exemption};
use domain::tax::TaxCategory;
use std::collections::{HashMap, HashSet};
use store::hung::Hung;

/// Lines ready to be computed, in order.
pub(super) struct Merged {
    pub(super) drafts: Vec<DraftLine>,
    pub(super) ids: Vec<LineId>,
    pub(super) fresh: Vec<bool>,
}

/// A client's rate. Books in the document's own currency have none but 1: any other is `Invalid`.
pub(super) fn rate_of(fx: Option<FxRate>, currency: Currency, base: Currency) -> Result<Option<FxRate>, Refusal> {
    match fx {
        Some(fx) if currency == base && fx.rate != Decimal::ONE => Err(Refusal::Invalid { what: "exchange_rate" }),
        fx => Ok(fx.filter(|_| currency != base)),
    }
}

/// What the merged lines may name, for one lookup. A new customer's lines are taxed anew.
pub(super) fn wanted(
    customer: CustomerId,
    before: Option<&Document>,
    edits: &[LineEdit],
    is_taxed_anew: bool,
) -> InvoiceSpec {
    let mut lines: Vec<LineSpec> = edits.iter().map(LineEdit::to_spec).collect();
    if let Some(before) = before.filter(|_| is_taxed_anew) {
        let groups = before.lines.iter().filter_map(|line| line.tax.group_id);
        lines.extend(groups.map(|group| LineSpec { tax: TaxChoice::Group(group), ..LineEdit::default().to_spec() }));
    }
    InvoiceSpec::to(customer, lines)
}

/// Merges edits into the lines of before. Refuses a line that is not there, or named twice: `UnknownLine`.
pub(super) fn merge(
    cx: &mut Cx<'_, '_>,
    lookup: &Lookup,
    (customer, currency): (&Customer, Currency),
    before: &[Line],
    edits: &[LineEdit],
    is_taxed_anew: bool,
) -> Result<Merged, Error> {
    let known: HashMap<LineId, &Line> = before.iter().map(|line| (line.id, line)).collect();
    let mut seen = HashSet::new();
    let mut fresh_ids = cx.ids(edits.iter().filter(|edit| edit.line.is_none()).count())?;
    let mut merged = Merged { drafts: Vec::new(), ids: Vec::new(), fresh: Vec::new() };
    for edit in edits {
        let (draft, id) = match edit.line {
            None => {
                let draft = fresh(lookup, customer, currency, edit)?;
                (draft, LineId(fresh_ids.next().expect("an id for each fresh line")))
            }
            Some(line) => {
                let stored = known.get(&line).filter(|_| seen.insert(line)).ok_or(Refusal::UnknownLine { line })?;
                (gone_on(lookup, customer, currency, stored, edit, is_taxed_anew)?, line)
            }
        };
        merged.drafts.push(exempted(draft, edit.exemption.as_ref())?);
        merged.ids.push(id);
        merged.fresh.push(edit.line.is_none());
    }
    Ok(merged)
}

/// A line of its own, or of what the catalogue sells: plans and recurring add-ons recur.
fn fresh(lookup: &Lookup, customer: &Customer, currency: Currency, edit: &LineEdit) -> Result<DraftLine, Error> {
    let mut spec = edit.to_spec();
    if let Some(item) = edit.item {
        spec.kind = lookup.item(item)?.line(spec.quantity).kind;
    }
    draft_line(lookup, customer, &spec, currency)
}

fn gone_on(
    lookup: &Lookup,
    customer: &Customer,
    currency: Currency,
    line: &Line,
    edit: &LineEdit,
    is_taxed_anew: bool,
) -> Result<DraftLine, Error> {
    if edit.item.is_some() && edit.item != line.item_id {
        // Another thing is sold: the line keeps its place and nothing else.
        return fresh(lookup, customer, currency, edit);
    }
    let mut draft = DraftLine::from(line);
    draft.quantity = edit.quantity.unwrap_or(line.quantity);
    draft.unit_price = edit.unit_price.unwrap_or(line.unit_price);
    if (draft.quantity, draft.unit_price) == (line.quantity, line.unit_price) {
        draft.gross_minor = Some(line.amounts.gross);
    }
    if let Some(name) = &edit.name {
        check::required(name, "line name", check::LINE)?;
        draft.name.clone_from(name);
    }
    for (asked, kept, what, limit) in [
        (&edit.description, &mut draft.description, "line description", check::LONG),
        (&edit.unit, &mut draft.unit, "unit", check::SHORT),
    ] {
        if let Some(text) = asked {
            check::optional(text, what, limit)?;
            kept.clone_from(text);
        }
    }
    match edit.tax {
        Some(TaxChoice::Group(group)) if Some(group) != line.tax.group_id || is_taxed_anew => {
            draft.tax = line_tax(lookup, customer, Some(group))?;
        }
        Some(TaxChoice::None) => draft.tax = LineTax::untaxed(),
        // The line's own, as it was frozen.
        None | Some(TaxChoice::Group(_) | TaxChoice::FromItem) if !is_taxed_anew => {}
        None | Some(TaxChoice::Group(_) | TaxChoice::FromItem) => {
            draft.tax = line_tax(lookup, customer, line.tax.group_id)?;
        }
    }
    if let Some(DiscountEdit { asked, is_gone }) = &edit.discount {
        draft.discounts.retain(|kept| kept.code != asked.code || kept.name != asked.name);
        if !is_gone {
            draft.discounts.push(discount(asked, currency)?);
        }
    }
    Ok(draft)
}

fn exempted(mut draft: DraftLine, exemption: Option<&Exemption>) -> Result<DraftLine, Refusal> {
    check::exemption(exemption)?;
    let is_so = |exemption: &Exemption| {
        let known = draft.tax.exemption.as_ref().filter(|_| draft.tax.category == TaxCategory::Exempt);
        known.is_some_and(|known| known.code == exemption.code)
    };
    if let Some(exemption) = exemption.filter(|exemption| !is_so(exemption)) {
        draft.tax = LineTax {
            category: TaxCategory::Exempt,
            components: Vec::new(),
            exemption: Some(exemption.clone()),
            ..draft.tax
        };
    }
    Ok(draft)
}

/// What is taken off and put on the whole document: what was, less what the edits take the place of, then theirs.
pub(super) fn allowances(
    lookup: &Lookup,
    customer: &Customer,
    currency: Currency,
    before: &[Allowance],
    edits: &[AllowanceEdit],
) -> Result<Vec<AskedAllowance>, Error> {
    let is_replaced = |allowance: &Allowance| {
        edits.iter().map(|edit| &edit.asked).any(|asked| {
            let same_name = asked.discount.code.is_some() || asked.discount.name == allowance.discount.name;
            asked.is_charge == allowance.is_charge && asked.discount.code == allowance.discount.code && same_name
        })
    };
    let kept = before.iter().filter(|allowance| !is_replaced(allowance));
    let mut all: Vec<AskedAllowance> =
        kept.map(|allowance| (allowance.is_charge, allowance.discount.clone(), allowance.tax.clone())).collect();
    for edit in edits.iter().filter(|edit| !edit.is_gone) {
        all.push(asked_allowance(lookup, customer, &edit.asked, currency)?);
    }
    Ok(all)
}

/// Stores what hangs on the lines: custom fields, tags, and the caller's face's own fields.
pub(super) async fn hang(
    cx: &mut Cx<'_, '_>,
    invoice: &Invoice,
    ids: &[LineId],
    edits: &[LineEdit],
) -> Result<(), Error> {
    let face = cx.caller.face.word();
    let lists: Vec<&[FieldValue]> =
        edits.iter().map(|edit| edit.custom_fields.as_deref().unwrap_or_default()).collect();
    let values = crate::custom_fields::judged(cx, LineId::WORD, &lists).await?;
    let accompanied: Vec<LineId> =
        edits.iter().zip(ids).filter(|(edit, _)| edit.side_car.is_some()).map(|(_, id)| *id).collect();
    let known = match accompanied.as_slice() {
        [] => Vec::new(),
        lines => store::hung::side_cars(cx.tx, face, lines).await?,
    };
    let known: HashMap<i64, String> = known.into_iter().map(|car| (car.object_id, car.content)).collect();
    let mut hung = Vec::with_capacity(edits.len());
    for ((edit, id), values) in edits.iter().zip(ids).zip(&values) {
        hung.push(Hung {
            line: *id,
            values: edit.custom_fields.as_ref().map(|_| values.as_slice()),
            tags: edit.tags.as_deref(),
            side_car: edit.side_car.as_deref().map(|asked| joined(known.get(&id.0), asked)).transpose()?,
        });
    }
    Ok(store::hung::replace(cx.tx, face, invoice.id, &hung).await?)
}

/// Stores what hangs on the invoice itself.
pub(super) async fn hang_on_invoice(cx: &mut Cx<'_, '_>, invoice: InvoiceId, asked: Option<&str>) -> Result<(), Error> {
    let Some(asked) = asked else { return Ok(()) };
    let face = cx.caller.face.word();
    let cars = store::names::side_cars(cx.tx, InvoiceId::WORD, &[invoice.0]).await?;
    let known = cars.into_iter().find(|car| car.face == face).map(|car| car.content);
    let content = joined(known.as_ref(), asked)?;
    Ok(store::names::set_side_car(cx.tx, face, InvoiceId::WORD, invoice.0, &content).await?)
}

/// The fields of a side-car with those asked for in their places.
fn joined(known: Option<&String>, asked: &str) -> Result<String, Error> {
    type Fields = serde_json::Map<String, serde_json::Value>;
    let invalid = |_| Error::from(Refusal::Invalid { what: "side-car" });
    let mut fields: Fields = match known {
        Some(known) => serde_json::from_str(known).map_err(invalid)?,
        None => Fields::new(),
    };
    let asked: Fields = serde_json::from_str(asked).map_err(invalid)?;
    for text in asked.values().filter_map(|value| value.as_str()) {
        // Ids are digits, of which one in ten looks like a card's number.
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            check::optional(text, "text", check::LONG)?;
        }
    }
    fields.extend(asked);
    Ok(serde_json::Value::Object(fields).to_string())
}
