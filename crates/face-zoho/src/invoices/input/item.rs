//! One member of `invoice_items` in a request, and what it names.

use std::collections::{HashMap, HashSet};

use billing::catalogue::EntryRef;
use billing::custom_fields::FieldValue;
use billing::invoices::TaxChoice;
use billing::invoices::asked::{DiscountEdit, LineEdit};
use domain::id::{AddonId, CustomFieldId, ItemId, LineId, PlanId, TaxGroupId};
use domain::invoice::view::LineTag;
use domain::party::Exemption;
use serde::Deserialize;

use super::kept::kept_of_line;
use super::{FieldBody, discount, field_ids, field_values, refuse_filled};
use crate::call::{Call, spelled};
use crate::errors::{Failure, Fault};
use crate::scalar::{Scalar, decimal, filled, text, whole};
use crate::wire;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ItemBody {
    /// The line in an update, as our answers print it; the thing sold in a new invoice, as Zoho's older pages say.
    pub item_id: Option<Scalar>,
    pub line_item_id: Option<Scalar>,
    pub product_id: Option<Scalar>,
    pub code: Option<Scalar>,
    pub name: Option<Scalar>,
    pub description: Option<Scalar>,
    pub item_order: Option<Scalar>,
    pub price: Option<Scalar>,
    /// What the OpenAPI calls the price in its list of required fields.
    pub rate: Option<Scalar>,
    pub quantity: Option<Scalar>,
    pub unit: Option<Scalar>,
    pub discount: Option<Scalar>,
    pub tax_id: Option<Scalar>,
    pub tax_name: Option<Scalar>,
    pub tax_percentage: Option<Scalar>,
    pub tds_tax_id: Option<Scalar>,
    pub tax_exemption_id: Option<Scalar>,
    pub tax_exemption_code: Option<Scalar>,
    pub avatax_use_code: Option<Scalar>,
    pub avatax_exempt_no: Option<Scalar>,
    pub project_id: Option<Scalar>,
    pub time_entry_ids: Option<Vec<Scalar>>,
    pub expense_id: Option<Scalar>,
    pub product_type: Option<Scalar>,
    pub hsn_or_sac: Option<Scalar>,
    pub sat_item_key_code: Option<Scalar>,
    pub unitkey_code: Option<Scalar>,
    pub tags: Option<Vec<TagBody>>,
    pub item_custom_fields: Option<Vec<FieldBody>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TagBody {
    tag_id: Scalar,
    tag_option_id: Scalar,
}

/// What the members of a request name, looked up in a fixed number of queries.
pub(crate) struct Resolved {
    /// By the text of the id.
    lines: HashMap<String, LineId>,
    products: HashMap<String, ItemId>,
    taxes: HashMap<String, TaxGroupId>,
    /// By its code.
    codes: HashMap<String, ItemId>,
    taxes_by_name: HashMap<String, TaxGroupId>,
    fields: HashMap<String, CustomFieldId>,
}

/// The most tax groups that are looked through for a name.
const MAX_NAMED_TAXES: u32 = 500;

impl Resolved {
    /// `known` are the lines that the invoice has.
    pub(crate) async fn of(call: &Call, items: &[ItemBody], known: &[LineId]) -> Result<Self, Failure> {
        let texts = |pick: fn(&ItemBody) -> &Option<Scalar>| -> Vec<String> {
            let given: HashSet<&str> = items.iter().filter_map(|item| filled(pick(item).as_ref())).collect();
            given.into_iter().map(str::to_owned).collect()
        };
        let mut line_texts = texts(|item| &item.item_id);
        line_texts.extend(texts(|item| &item.line_item_id));
        let mut product_texts = texts(|item| &item.product_id);
        product_texts.extend(texts(|item| &item.item_id));
        let tax_texts = texts(|item| &item.tax_id);
        let ids = |texts: &[String]| texts.iter().filter(|text| wire::is_id(text)).cloned().collect::<Vec<_>>();
        let (line_texts, product_texts, tax_texts) = (ids(&line_texts), ids(&product_texts), ids(&tax_texts));
        let lines = line_texts.iter().map(|text| spelled::<LineId>(text));
        // What is sold may be an item, a plan or an add-on; their ids are never alike.
        let products = product_texts
            .iter()
            .flat_map(|text| [spelled::<ItemId>(text), spelled::<PlanId>(text), spelled::<AddonId>(text)]);
        let taxes = tax_texts.iter().map(|text| spelled::<TaxGroupId>(text));
        let asked: Vec<_> = lines.chain(products).chain(taxes).collect();
        let mut found = call.native_ids(asked).await?.into_iter();
        // An id that an import kept outranks the one that the same text spells.
        let mut named = |texts: Vec<String>| -> HashMap<String, i64> {
            let mut ids = HashMap::new();
            for (text, id) in texts.into_iter().zip(found.by_ref()) {
                let Some(id) = id else { continue };
                if wire::unspell(&text) == Some(id) {
                    ids.entry(text).or_insert(id);
                } else {
                    ids.insert(text, id);
                }
            }
            ids
        };
        let lines = named(line_texts);
        let thrice = product_texts.iter().flat_map(|text| [text, text, text]).cloned().collect();
        let products = named(thrice);
        let taxes = named(tax_texts);
        let lines = lines.into_iter().map(|(text, id)| (text, LineId(id)));
        let codes = texts(|item| &item.code);
        let asked: Vec<EntryRef> = codes.iter().cloned().map(EntryRef::Code).collect();
        let entries =
            if asked.is_empty() { Vec::new() } else { call.billing.catalogue_entries(&call.caller, asked).await? };
        let needs_names =
            items.iter().any(|item| filled(item.tax_id.as_ref()).is_none() && filled(item.tax_name.as_ref()).is_some());
        let groups =
            if needs_names { call.billing.tax_groups(&call.caller, 0, MAX_NAMED_TAXES).await? } else { Vec::new() };
        Ok(Self {
            lines: lines.filter(|(_, line)| known.contains(line)).collect(),
            products: products.into_iter().map(|(text, id)| (text, ItemId(id))).collect(),
            taxes: taxes.into_iter().map(|(text, id)| (text, TaxGroupId(id))).collect(),
            codes: codes.into_iter().zip(entries).filter_map(|(code, entry)| Some((code, ItemId(entry?.id)))).collect(),
            fields: field_ids(call, items.iter().flat_map(|item| item.item_custom_fields.iter().flatten())).await?,
            taxes_by_name: groups.into_iter().map(|group| (group.name.to_lowercase(), group.id)).collect(),
        })
    }

    fn line(&self, item: &ItemBody) -> Result<Option<LineId>, Fault> {
        if let Some(text) = filled(item.line_item_id.as_ref()) {
            return self.lines.get(text).copied().map(Some).ok_or_else(|| Fault::missing("Item"));
        }
        Ok(filled(item.item_id.as_ref()).and_then(|text| self.lines.get(text)).copied())
    }

    /// What is sold: by its code first, since the `product_id` beside a code is the product of that add-on.
    fn sold(&self, item: &ItemBody, is_line: bool) -> Result<Option<ItemId>, Fault> {
        if let Some(code) = filled(item.code.as_ref()) {
            match self.codes.get(code) {
                Some(item) => return Ok(Some(*item)),
                // A line that goes on may carry the code of a thing that is not sold any more.
                None if is_line => return Ok(None),
                None => return Err(Fault::unknown_addon()),
            }
        }
        let own_id = filled(item.item_id.as_ref()).filter(|_| !is_line);
        match filled(item.product_id.as_ref()).or(own_id) {
            Some(text) => self.products.get(text).copied().map(Some).ok_or_else(Fault::unknown_product),
            None => Ok(None),
        }
    }

    /// A `tax_id` that is given blank takes the tax off; one that is left out leaves it.
    fn tax(&self, item: &ItemBody) -> Result<Option<TaxChoice>, Fault> {
        if let Some(text) = filled(item.tax_id.as_ref()) {
            let group = self.taxes.get(text).copied().ok_or_else(|| Fault::invalid("tax_id"))?;
            return Ok(Some(TaxChoice::Group(group)));
        }
        if let Some(name) = filled(item.tax_name.as_ref()) {
            let group = self.taxes_by_name.get(&name.to_lowercase()).copied();
            return group.map(|group| Some(TaxChoice::Group(group))).ok_or_else(|| Fault::invalid("tax_name"));
        }
        match decimal("tax_percentage", item.tax_percentage.as_ref())? {
            // Which tax it would be, nobody says.
            Some(percent) if !percent.is_zero() => Err(Fault::invalid("tax_percentage")),
            _ => Ok(item.tax_id.as_ref().map(|_| TaxChoice::None)),
        }
    }
}

impl ItemBody {
    /// Fields that we have no way to honour, and whose honour would change what is owed.
    fn refuse_strange(&self) -> Result<(), Fault> {
        for (field, given) in [
            ("tds_tax_id", &self.tds_tax_id),
            ("avatax_use_code", &self.avatax_use_code),
            ("avatax_exempt_no", &self.avatax_exempt_no),
            ("project_id", &self.project_id),
            ("expense_id", &self.expense_id),
        ] {
            refuse_filled(field, given.as_ref())?;
        }
        let mut entries = self.time_entry_ids.iter().flatten();
        entries.try_for_each(|entry| refuse_filled("time_entry_ids", Some(entry)))
    }

    /// No tax is charged, for this reason. Zoho gives exemptions an id; for us they are a code.
    fn exemption(&self, of_invoice: Option<&Exemption>) -> Result<Option<Exemption>, Fault> {
        let (id, code) = (filled(self.tax_exemption_id.as_ref()), filled(self.tax_exemption_code.as_ref()));
        if id.is_some_and(|id| !wire::is_id(id)) {
            return Err(Fault::invalid("tax_exemption_id"));
        }
        let own = code.or(id).map(|code| Exemption { code: code.to_owned(), reason: String::new() });
        Ok(own.or_else(|| of_invoice.cloned()))
    }

    fn from_wire(mut self, resolved: &Resolved, of_invoice: Option<&Exemption>) -> Result<LineEdit, Fault> {
        self.refuse_strange()?;
        let line = resolved.line(&self)?;
        let item = resolved.sold(&self, line.is_some())?;
        let price = if filled(self.price.as_ref()).is_some() { &self.price } else { &self.rate };
        let unit_price = decimal("price", price.as_ref())?;
        if line.is_none() && item.is_none() {
            // A line of its own: nothing else could say what it is and costs.
            filled(self.name.as_ref()).ok_or_else(|| Fault::invalid("name"))?;
            unit_price.ok_or_else(|| Fault::invalid("price"))?;
        }
        let tags = match self.tags.take() {
            Some(tags) => Some(tags.iter().map(TagBody::from_wire).collect::<Result<Vec<_>, _>>()?),
            None => None,
        };
        let custom_fields: Option<Vec<FieldValue>> = match self.item_custom_fields.take() {
            Some(fields) => Some(field_values(&resolved.fields, fields)?),
            None => None,
        };
        let quantity = decimal("quantity", self.quantity.as_ref())?;
        let side_car = kept_of_line(&self)?;
        Ok(LineEdit {
            line,
            item,
            // A blank name takes the name of what is sold.
            name: filled(self.name.as_ref()).map(str::to_owned),
            quantity,
            unit_price,
            tax: resolved.tax(&self)?,
            exemption: self.exemption(of_invoice)?,
            discount: discount("discount", self.discount.as_ref())?
                .map(|(asked, is_gone)| DiscountEdit { asked, is_gone }),
            description: text(self.description),
            unit: text(self.unit),
            custom_fields,
            tags,
            side_car,
        })
    }
}

impl TagBody {
    fn from_wire(&self) -> Result<LineTag, Fault> {
        let number = |field, given: &Scalar| {
            let number = whole(field, Some(given))?;
            number.filter(|number| *number >= 0).ok_or_else(|| Fault::invalid(field))
        };
        Ok(LineTag {
            tag_id: number("tag_id", &self.tag_id)?,
            option_id: number("tag_option_id", &self.tag_option_id)?,
        })
    }
}

/// All members, in the order that `item_order` gives them; those without one stay where they are.
pub(crate) async fn line_edits(
    call: &Call,
    mut items: Vec<ItemBody>,
    known: &[LineId],
    of_invoice: Option<&Exemption>,
) -> Result<Vec<LineEdit>, Failure> {
    let mut orders = Vec::with_capacity(items.len());
    for item in &items {
        orders.push(whole("item_order", item.item_order.as_ref())?);
    }
    if orders.iter().all(Option::is_some) {
        let mut ordered: Vec<_> = orders.into_iter().zip(items).collect();
        ordered.sort_by_key(|(order, _)| *order);
        items = ordered.into_iter().map(|(_, item)| item).collect();
    }
    let resolved = Resolved::of(call, &items, known).await?;
    Ok(items.into_iter().map(|item| item.from_wire(&resolved, of_invoice)).collect::<Result<_, _>>()?)
}
