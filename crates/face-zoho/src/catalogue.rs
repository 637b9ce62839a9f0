//! What products, plans, add-ons, items and coupons share: their statuses and filters, their taxes, tags and custom
//! fields, and the fields that Zoho alone keeps.

use billing::catalogue::Extras;
use billing::read::{Hung, Names, OfferList, OfferPage};
use billing::{Error, FaceName};
use domain::id::{ProductId, TaxExemptionId, TaxGroupId};
use domain::invoice::view::LineTag;
use domain::money::Currency;
use domain::party::Exemption;
use domain::seller::ExemptionKind;
use http_kit::Query;
use http_kit::json::Object;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::{Call, spelled};
use crate::custom_values::{self, ValueBody};
use crate::errors::{Failure, Fault};
use crate::paging::{Listing, Page};
use crate::scalar::{Scalar, amount, filled, flag, whole};
use crate::{side_car, wire};

/// The longest text that only Zoho knows, in characters.
const MAX_EXTRA_CHARS: usize = 2_000;
const MAX_PREFERENCES: usize = 10;

pub(crate) const fn status_word(is_active: bool) -> &'static str {
    if is_active { "active" } else { "inactive" }
}

/// `PlanStatus.ACTIVE`: what is asked for, and what `applied_filter` says. Upper and lower case do not count; clients
/// also write `Status.Active` and `active`. The first word is the default.
pub(crate) fn filter_by<T: Copy>(
    query: &Query,
    words: &'static [(&'static str, T)],
) -> Result<(&'static str, T), Fault> {
    let Some(given) = query.get("filter_by").map(str::trim).filter(|given| !given.is_empty()) else {
        return Ok(words[0]);
    };
    let fits = |(word, _): &&(&str, T)| {
        let (prefix, status) = word.split_once('.').unwrap_or(("", word));
        match given.split_once('.') {
            Some((asked, rest)) => {
                (asked.eq_ignore_ascii_case(prefix) || asked.eq_ignore_ascii_case("Status"))
                    && rest.eq_ignore_ascii_case(status)
            }
            None => given.eq_ignore_ascii_case(status),
        }
    };
    words.iter().find(fits).copied().ok_or_else(|| Fault::invalid("filter_by"))
}

/// A page of a list, newest first.
pub(crate) struct Ask<T> {
    pub list: OfferList,
    /// What `filter_by` stands for.
    pub wanted: T,
    pub page: Page,
    listing: Listing,
    limit: usize,
}

impl<T: Copy> Ask<T> {
    /// `is_active` says which of the two a filter wants. A product that there is not has nothing.
    pub async fn of(
        call: &Call,
        report_name: &'static str,
        words: &'static [(&'static str, T)],
        is_active: fn(T) -> Option<bool>,
    ) -> Result<Self, Failure> {
        let query = &call.query;
        let page = Page::from_wire(query)?;
        let (applied_filter, wanted) = filter_by(query, words)?;
        let billing::query::Paging::Offset { offset, limit } = page.paging() else {
            unreachable!("pages have numbers");
        };
        let asked = OfferPage {
            is_active: is_active(wanted),
            product_id: product_filter(call).await?,
            offset: i64::try_from(offset).unwrap_or(i64::MAX),
            // One more tells whether there is another page.
            limit: i64::from(limit) + 1,
        };
        let listing = Listing { report_name, applied_filter, sort_column: "created_time", sort_order: "D" };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(Self { list: OfferList::Newest(asked), wanted, page, listing, limit })
    }

    /// The rows of the page.
    pub fn rows<'r, R>(&self, found: &'r [R]) -> &'r [R] {
        &found[..found.len().min(self.limit)]
    }

    pub fn to_wire<R>(&self, o: &mut Object<'_>, found: &[R]) {
        self.page.to_wire(o, found.len() > self.limit, &self.listing);
    }
}

/// An id that no object has.
const NOTHING: ProductId = ProductId(0);

async fn product_filter(call: &Call) -> Result<Option<ProductId>, Failure> {
    let Some(text) = call.query.get("product_id").map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if !wire::is_id(text) {
        return Err(Fault::invalid("product_id").into());
    }
    let found = call.native_ids(vec![spelled::<ProductId>(text)]).await?;
    Ok(Some(found.into_iter().next().flatten().map_or(NOTHING, ProductId)))
}

/// The product that a text names; `Invalid Product ID.` for whatever names none.
pub(crate) async fn product(call: &Call, text: &str) -> Result<ProductId, Failure> {
    let missing = || Error::missing(<ProductId as domain::id::Id>::WORD, text);
    if !wire::is_id(text) {
        return Err(missing().into());
    }
    let found = call.native_ids(vec![spelled::<ProductId>(text)]).await?;
    Ok(found.into_iter().next().flatten().map(ProductId).ok_or_else(missing)?)
}

/// The currency of prices: that of the default legal entity, as `GET /organizations` says it.
pub(crate) async fn base_currency(call: &Call) -> Result<Currency, Failure> {
    let entities = call.billing.legal_entities(&call.caller).await?.value;
    let default = entities.iter().find(|view| view.entity.is_default).or(entities.first());
    Ok(default.map_or(Currency::USD, |view| view.entity.base_currency))
}

/// A tag of an option.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TagBody {
    tag_id: Option<Scalar>,
    tag_option_id: Option<Scalar>,
}

/// What plans, add-ons and items take beside their own fields.
#[derive(Debug, Default)]
pub(crate) struct ExtrasBody {
    pub tags: Option<Vec<TagBody>>,
    pub custom_fields: Option<Vec<ValueBody>>,
    pub item_tax_preferences: Option<Vec<PreferenceBody>>,
    pub product_type: Option<Scalar>,
    /// Texts by the names under which they are kept and printed.
    pub texts: Vec<(&'static str, Option<Scalar>)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PreferenceBody {
    tax_specification: Option<Scalar>,
    tax_name: Option<Scalar>,
    tax_percentage: Option<Scalar>,
    tax_id: Option<Scalar>,
}

/// What Zoho alone keeps beside a plan, an add-on or an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OfferExtras {
    pub product_type: String,
    pub hsn_or_sac: String,
    pub sat_item_key_code: String,
    pub unitkey_code: String,
    pub store_markup_description: String,
    pub setup_fee_account_id: String,
    pub tax_exemption_id: String,
    pub item_tax_preferences: Vec<Preference>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Preference {
    tax_specification: String,
    tax_name: String,
    tax_percentage: String,
    tax_id: String,
}

impl OfferExtras {
    pub fn of(hung: &Hung) -> Self {
        side_car::read(&hung.side_cars)
    }
}

impl ExtrasBody {
    /// `kinds` are the words of `product_type`.
    pub async fn from_wire(self, call: &Call, kinds: &[&str]) -> Result<Extras, Failure> {
        let mut members = Map::new();
        if let Some(kind) = filled(self.product_type.as_ref()) {
            if !kinds.contains(&kind) {
                return Err(Fault::invalid("product_type").into());
            }
            members.insert("product_type".to_owned(), Value::from(kind));
        }
        for (name, given) in &self.texts {
            let Some(given) = given else { continue };
            if given.as_str().chars().count() > MAX_EXTRA_CHARS {
                return Err(Fault::too_long(name, MAX_EXTRA_CHARS).into());
            }
            members.insert((*name).to_owned(), Value::from(given.as_str()));
        }
        if let Some(bodies) = self.item_tax_preferences {
            let preferences = preferences(&bodies)?;
            let preferences = serde_json::to_value(preferences).expect("texts always serialise");
            members.insert("item_tax_preferences".to_owned(), preferences);
        }
        Ok(Extras {
            custom_fields: custom_values::read(call, &self.custom_fields.unwrap_or_default()).await?,
            tags: self.tags.map(|tags| tags.iter().map(tag).collect::<Result<_, _>>()).transpose()?,
            side_car: Some((FaceName::Zoho, members)).filter(|(_, members)| !members.is_empty()),
        })
    }
}

fn tag(body: &TagBody) -> Result<LineTag, Fault> {
    let number = |field: &str, given: Option<&Scalar>| {
        whole(field, given)?.filter(|number| *number > 0).ok_or_else(|| Fault::invalid(field))
    };
    Ok(LineTag {
        tag_id: number("tag_id", body.tag_id.as_ref())?,
        option_id: number("tag_option_id", body.tag_option_id.as_ref())?,
    })
}

fn preferences(bodies: &[PreferenceBody]) -> Result<Vec<Preference>, Fault> {
    if bodies.len() > MAX_PREFERENCES {
        return Err(Fault::invalid("item_tax_preferences"));
    }
    let text = |field: &str, given: Option<&Scalar>| match filled(given).unwrap_or_default() {
        long if long.chars().count() > 100 => Err(Fault::too_long(field, 100)),
        text => Ok(text.to_owned()),
    };
    let read = |body: &PreferenceBody| {
        if filled(body.tax_specification.as_ref()).is_some_and(|word| !["inter", "intra"].contains(&word)) {
            return Err(Fault::invalid("tax_specification"));
        }
        let percentage = amount("tax_percentage", body.tax_percentage.as_ref())?;
        Ok(Preference {
            tax_specification: text("tax_specification", body.tax_specification.as_ref())?,
            tax_name: text("tax_name", body.tax_name.as_ref())?,
            tax_percentage: percentage.map(|percentage| percentage.to_string()).unwrap_or_default(),
            tax_id: text("tax_id", body.tax_id.as_ref())?,
        })
    };
    bodies.iter().map(read).collect()
}

/// How a client says that something is taxed, or why not.
#[derive(Debug, Default)]
pub(crate) struct TaxBody {
    pub tax_id: Option<Scalar>,
    pub is_taxable: Option<Scalar>,
    pub tax_exemption_id: Option<Scalar>,
    pub tax_exemption_code: Option<Scalar>,
}

/// `None` leaves it as it is.
#[derive(Debug, Default)]
pub(crate) struct TaxChange {
    pub group: Option<Option<TaxGroupId>>,
    pub exemption: Option<Option<Exemption>>,
}

impl TaxBody {
    /// A tax and an exemption exclude each other; what is not taxable has no tax.
    pub async fn from_wire(&self, call: &Call) -> Result<TaxChange, Failure> {
        let is_taxable = flag("is_taxable", self.is_taxable.as_ref())?;
        let exemption = self.exemption(call).await?;
        if exemption.is_some() && is_taxable == Some(true) {
            return Err(Fault::invalid("tax_exemption_id").into());
        }
        let is_untaxed = is_taxable == Some(false) || exemption.is_some();
        match filled(self.tax_id.as_ref()) {
            Some(_) if is_untaxed => Err(Fault::invalid("tax_id").into()),
            Some(text) => {
                let group = call.field_id::<TaxGroupId>("tax_id", text).await?;
                Ok(TaxChange { group: Some(Some(group)), exemption: Some(None) })
            }
            None if is_untaxed => Ok(TaxChange { group: Some(None), exemption: exemption.map(Some) }),
            // A blank one takes it away.
            None => Ok(TaxChange {
                group: self.tax_id.as_ref().map(|_| None),
                exemption: (is_taxable == Some(true)).then_some(None),
            }),
        }
    }

    async fn exemption(&self, call: &Call) -> Result<Option<Exemption>, Failure> {
        let (id, code) = (filled(self.tax_exemption_id.as_ref()), filled(self.tax_exemption_code.as_ref()));
        let (field, given) = match (id, code) {
            (None, None) => return Ok(None),
            (Some(id), _) => ("tax_exemption_id", id),
            (None, Some(code)) => ("tax_exemption_code", code),
        };
        let wanted = match id {
            Some(text) => Some(call.field_id::<TaxExemptionId>("tax_exemption_id", text).await?),
            None => None,
        };
        let known = call.billing.tax_exemptions(&call.caller).await?.value;
        let found = known.into_iter().find(|known| match wanted {
            Some(id) => known.id == id && code.is_none_or(|code| known.code == code),
            None => known.code == given,
        });
        let found = found.ok_or_else(|| Error::missing(<TaxExemptionId as domain::id::Id>::WORD, given))?;
        if found.kind != ExemptionKind::Item {
            return Err(Fault::invalid(field).into());
        }
        Ok(Some(Exemption { code: found.code, reason: found.reason }))
    }
}

/// The tags and custom fields of a plan or an add-on. Tags have ids only: their names are kept nowhere yet.
pub(crate) fn put_hung(hung: &Hung, names: &Names, o: &mut Object<'_>) {
    o.array("tags", &hung.tags, |tag, o| {
        o.int("tag_option_id", tag.option_id)
            .str("is_tag_mandatory", "false")
            .str("tag_name", "")
            .int("tag_id", tag.tag_id)
            .str("tag_option_name", "");
    })
    .array("custom_fields", &hung.custom_fields, |(field, value), o| {
        o.str("customfield_id", &wire::id_of(names, "custom_field", field.id.0))
            .text("is_active", field.is_active)
            .text("show_in_all_pdf", field.show_in_pdf)
            .str("value_formatted", value)
            .str("data_type", field.data_type.word())
            .int("index", field.index)
            .str("label", &field.label)
            .text("show_on_pdf", field.show_in_pdf)
            .str("placeholder", &field.placeholder)
            .str("value", value);
    });
}

pub(crate) fn put_preferences(extras: &OfferExtras, o: &mut Object<'_>) {
    o.array("item_tax_preferences", &extras.item_tax_preferences, |preference, o| {
        o.str("tax_specification", &preference.tax_specification).str("tax_name", &preference.tax_name);
        match domain::money::Amount::parse(&preference.tax_percentage) {
            Ok(percentage) => o.dec("tax_percentage", percentage),
            Err(_) => o.int("tax_percentage", 0),
        };
        o.str("tax_id", &preference.tax_id);
    });
}

/// The codes by which Zoho's editions for India, Mexico and Britain know it.
pub(crate) fn put_codes(extras: &OfferExtras, o: &mut Object<'_>) {
    o.str("product_type", &extras.product_type)
        .str("hsn_or_sac", &extras.hsn_or_sac)
        .str("sat_item_key_code", &extras.sat_item_key_code)
        .str("unitkey_code", &extras.unitkey_code);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &[(&str, u8)] = &[("PlanStatus.All", 0), ("PlanStatus.ACTIVE", 1), ("PlanStatus.INACTIVE", 2)];

    #[test]
    fn filters() {
        let of = |text: &str| filter_by(&Query::parse(text).expect("a query"), WORDS).ok();
        assert_eq!(of(""), Some(WORDS[0]));
        for text in ["PlanStatus.ACTIVE", "planstatus.active", "Status.Active", "active"] {
            assert_eq!(of(&format!("filter_by={text}")), Some(WORDS[1]), "{text}");
        }
        for text in ["CouponStatus.ACTIVE", "PlanStatus.", "PlanStatus.EXPIRED"] {
            assert_eq!(of(&format!("filter_by={text}")), None, "{text}");
        }
    }
}
