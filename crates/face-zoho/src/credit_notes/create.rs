//! `POST /creditnotes`: a note of its own lines, open at once.

use std::collections::HashMap;

use billing::WithFields;
use billing::catalogue::EntryRef;
use billing::credit_notes::CreditWhat;
use billing::credit_notes::create::CreateCreditNote;
use billing::invoices::{LineSpec, TaxChoice};
use billing::read::ThenNoteDetail;
use domain::id::{CustomerId, ItemId, TaxGroupId};
use domain::invoice::LineKind;
use serde::Deserialize;

use super::extras::{NoteExtras, NoteItemExtras};
use super::{of_body, to_wire, write};
use crate::call::{Call, spelled};
use crate::custom_values::{self, ValueBody};
use crate::errors::{Failure, Fault};
use crate::payments::rate;
use crate::routes::Handling;
use crate::scalar::{Scalar, day, decimal, filled, flag, text, whole};
use crate::{side_car, wire};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NoteBody {
    customer_id: Option<Scalar>,
    date: Option<Scalar>,
    exchange_rate: Option<Scalar>,
    creditnote_items: Option<Vec<ItemBody>>,
    creditnote_number: Option<Scalar>,
    ignore_auto_number_generation: Option<Scalar>,
    reference_number: Option<Scalar>,
    custom_fields: Option<Vec<ValueBody>>,
    notes: Option<Scalar>,
    terms: Option<Scalar>,
    template_id: Option<Scalar>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ItemBody {
    code: Option<Scalar>,
    name: Option<Scalar>,
    description: Option<Scalar>,
    quantity: Option<Scalar>,
    price: Option<Scalar>,
    tax_id: Option<Scalar>,
    tax_exemption_id: Option<Scalar>,
    tax_exemption_code: Option<Scalar>,
    tags: Option<Vec<TagBody>>,
    item_custom_fields: Option<Vec<FieldBody>>,
    account_id: Option<Scalar>,
    tds_tax_id: Option<Scalar>,
    sat_item_key_code: Option<Scalar>,
    unitkey_code: Option<Scalar>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FieldBody {
    label: Option<Scalar>,
    value: Option<Scalar>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TagBody {
    tag_id: Option<Scalar>,
    tag_option_id: Option<Scalar>,
}

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let body: NoteBody = call.read()?;
        let verb = from_wire(&call, body).await.map_err(of_body)?;
        write(&call, ThenNoteDetail(verb), |made| {
            wire::created("Credit Note created successfully.", |o| {
                o.object("credit_note", |o| to_wire(&made.value, &made.names, o));
            })
        })
        .await
    })
}

async fn from_wire(call: &Call, body: NoteBody) -> Result<WithFields<CreateCreditNote>, Failure> {
    let customer = filled(body.customer_id.as_ref()).ok_or_else(|| Fault::invalid("customer_id"))?;
    let customer: CustomerId = call.field_id("customer_id", customer).await?;
    let dated_on = day("date", body.date.as_ref())?.ok_or_else(|| Fault::invalid("date"))?;
    let items = body.creditnote_items.unwrap_or_default();
    if items.is_empty() {
        return Err(Fault::invalid("creditnote_items").into());
    }
    let named = Named::of(call, &items).await?;
    let lines = items.iter().map(|item| item.to_line(&named)).collect::<Result<Vec<_>, Fault>>()?;
    let extras = NoteExtras {
        template_id: text(body.template_id).unwrap_or_default(),
        items: items.into_iter().map(ItemBody::into_extras).collect::<Result<_, Fault>>()?,
    };
    if extras.is_too_long() {
        return Err(Fault::invalid("creditnote_items").into());
    }
    // The OpenAPI wants a number of every client; it is the client's own only when the series is passed over.
    let asked = call.query.get("ignore_auto_number_generation").map(str::trim);
    let is_own = match flag("ignore_auto_number_generation", body.ignore_auto_number_generation.as_ref())? {
        Some(is_own) => is_own,
        None => asked.is_some_and(|asked| asked.eq_ignore_ascii_case("true")),
    };
    let number = filled(body.creditnote_number.as_ref()).filter(|_| is_own).map(str::to_owned);
    if is_own && number.is_none() {
        return Err(Fault::invalid("creditnote_number").into());
    }
    let verb = CreateCreditNote {
        customer: Some(customer),
        fx: rate(body.exchange_rate.as_ref(), dated_on)?,
        dated_on: Some(dated_on),
        reference: text(body.reference_number).unwrap_or_default(),
        memo: text(body.notes).unwrap_or_default(),
        terms_text: text(body.terms).unwrap_or_default(),
        number,
        ..CreateCreditNote::of(CreditWhat::Standalone { lines })
    };
    let fields = custom_values::read(call, body.custom_fields.as_deref().unwrap_or_default()).await?;
    let kept = (!extras.is_empty()).then(|| side_car::write(&extras));
    Ok(WithFields { side_car: kept, ..WithFields::made(verb, fields) })
}

/// What the items name, looked up by one query each.
struct Named {
    /// What is sold, by its code.
    codes: HashMap<String, ItemId>,
    /// By the text of the id.
    taxes: HashMap<String, TaxGroupId>,
}

impl Named {
    async fn of(call: &Call, items: &[ItemBody]) -> Result<Self, Failure> {
        let texts = |pick: fn(&ItemBody) -> &Option<Scalar>| -> Vec<String> {
            let mut texts: Vec<String> =
                items.iter().filter_map(|item| filled(pick(item).as_ref())).map(str::to_owned).collect();
            texts.sort_unstable();
            texts.dedup();
            texts
        };
        let (codes, taxes) = (texts(|item| &item.code), texts(|item| &item.tax_id));
        // No database keeps it in a text.
        if codes.iter().any(|code| code.contains('\0')) {
            return Err(Fault::invalid("code").into());
        }
        if !taxes.iter().all(|text| wire::is_id(text)) {
            return Err(Fault::invalid("tax_id").into());
        }
        let asked = codes.iter().cloned().map(EntryRef::Code).collect();
        let entries = call.billing.catalogue_entries(&call.caller, asked).await?;
        let groups = call.native_ids(taxes.iter().map(|text| spelled::<TaxGroupId>(text)).collect()).await?;
        Ok(Self {
            codes: codes.into_iter().zip(entries).filter_map(|(code, entry)| Some((code, ItemId(entry?.id)))).collect(),
            taxes: taxes.into_iter().zip(groups).filter_map(|(text, id)| Some((text, TaxGroupId(id?)))).collect(),
        })
    }
}

impl ItemBody {
    /// What is given back is priced by the client; its name is that of what was sold.
    fn to_line(&self, named: &Named) -> Result<LineSpec, Fault> {
        let code = filled(self.code.as_ref()).ok_or_else(|| Fault::invalid("code"))?;
        let item = named.codes.get(code).copied().ok_or_else(Fault::unknown_addon)?;
        let given = |field, scalar: &Option<Scalar>| {
            decimal(field, scalar.as_ref()).and_then(|value| value.ok_or_else(|| Fault::invalid(field)))
        };
        let (quantity, price) = (given("quantity", &self.quantity)?, given("price", &self.price)?);
        if !quantity.is_positive() {
            return Err(Fault::invalid("quantity"));
        }
        let is_exempt = filled(self.tax_exemption_id.as_ref()).or(filled(self.tax_exemption_code.as_ref())).is_some();
        let tax = match filled(self.tax_id.as_ref()) {
            _ if is_exempt => TaxChoice::None,
            Some(text) => TaxChoice::Group(named.taxes.get(text).copied().ok_or_else(|| Fault::invalid("tax_id"))?),
            // A tax that is given blank is no tax; one that is left out is that of what was sold.
            None if self.tax_id.is_some() => TaxChoice::None,
            None => TaxChoice::FromItem,
        };
        let plain = LineSpec::of("", quantity, price);
        Ok(LineSpec {
            kind: LineKind::OneTime,
            item: Some(item),
            name: filled(self.name.as_ref()).map(str::to_owned),
            description: filled(self.description.as_ref()).map(str::to_owned),
            tax,
            ..plain
        })
    }

    fn into_extras(self) -> Result<NoteItemExtras, Fault> {
        let number = |field, given: &Option<Scalar>| -> Result<i64, Fault> {
            let number = whole(field, given.as_ref())?.filter(|number| *number >= 0);
            number.ok_or_else(|| Fault::invalid(field))
        };
        let tags = self.tags.unwrap_or_default();
        let tag = |tag: &TagBody| Ok((number("tag_id", &tag.tag_id)?, number("tag_option_id", &tag.tag_option_id)?));
        let fields = self.item_custom_fields.unwrap_or_default();
        let field = |field: FieldBody| {
            let label = filled(field.label.as_ref()).ok_or_else(|| Fault::invalid("item_custom_fields"))?.to_owned();
            Ok((label, text(field.value).unwrap_or_default()))
        };
        Ok(NoteItemExtras {
            tags: tags.iter().map(tag).collect::<Result<_, Fault>>()?,
            custom_fields: fields.into_iter().map(field).collect::<Result<_, Fault>>()?,
            account_id: text(self.account_id).unwrap_or_default(),
            tds_tax_id: text(self.tds_tax_id).unwrap_or_default(),
            sat_item_key_code: text(self.sat_item_key_code).unwrap_or_default(),
            unitkey_code: text(self.unitkey_code).unwrap_or_default(),
        })
    }
}
