//! From what a client asks for to a computed document: items, taxes, terms and addresses are looked up in
//! bulk, texts are checked, the domain computes.

use super::{AllowanceSpec, DiscountAmount, DiscountSpec, InvoiceSpec, LineSpec, TaxChoice};
use crate::Error;
use crate::catalogue::Entry;
use crate::catalogue::lookup::sold_by_id;
use crate::check;
use crate::verb::Cx;
use domain::Refusal;
use domain::id::{CustomerId, EntityId, InvoiceId, ItemId, LineId, SalespersonId, TaxGroupId};
use domain::invoice::totals::{AskedAllowance, Computed, DraftInput, DraftLine, compute};
use domain::invoice::{Discount, DiscountBy, Document, Invoice, Line, LineTax, NumberOrigin, State};
use domain::money::Currency;
use domain::party::{Customer, LegalEntity};
use domain::tax::{TaxCategory, TaxGroup};
use std::collections::{BTreeSet, HashMap};

/// Everything that the specs of one request name, loaded once.
pub(super) struct Lookup {
    customers: HashMap<CustomerId, Customer>,
    entities: HashMap<EntityId, LegalEntity>,
    default_entity: Option<EntityId>,
    /// Items, plans and add-ons: what lines may sell.
    items: HashMap<ItemId, Entry>,
    groups: HashMap<TaxGroupId, TaxGroup>,
    salespersons: HashMap<SalespersonId, String>,
}

impl Lookup {
    /// A fixed number of queries for any number of specs.
    pub(super) async fn load(cx: &mut Cx<'_, '_>, specs: &[InvoiceSpec]) -> Result<Self, Error> {
        let customers: BTreeSet<CustomerId> = specs.iter().map(|spec| spec.customer).collect();
        let customers: Vec<CustomerId> = customers.into_iter().collect();
        let items: BTreeSet<ItemId> =
            specs.iter().flat_map(|spec| spec.lines.iter().filter_map(|line| line.item)).collect();
        let items: Vec<ItemId> = items.into_iter().collect();
        let items = sold_by_id(cx.tx, &items).await?;
        let customers: HashMap<CustomerId, Customer> = store::customers::load_many(cx.tx, &customers)
            .await?
            .into_iter()
            .map(|customer| (customer.id, customer))
            .collect();
        let groups: BTreeSet<TaxGroupId> = items
            .values()
            .filter_map(|item| item.tax_group_id)
            .chain(customers.values().filter_map(|customer| customer.tax_group_id))
            .chain(specs.iter().flat_map(|spec| {
                let lines = spec.lines.iter().filter_map(|line| match line.tax {
                    TaxChoice::Group(group) => Some(group),
                    TaxChoice::FromItem | TaxChoice::None => None,
                });
                lines.chain(spec.allowances.iter().filter_map(|allowance| allowance.tax_group))
            }))
            .collect();
        let groups: Vec<TaxGroupId> = groups.into_iter().collect();
        let entities = store::entities::list(cx.tx).await?;
        let salespersons = if specs.iter().any(|spec| spec.salesperson.is_some()) {
            store::tenants::salespersons(cx.tx).await?
        } else {
            Vec::new()
        };
        Ok(Self {
            customers,
            default_entity: entities.iter().find(|entity| entity.is_default).map(|entity| entity.id),
            entities: entities.into_iter().map(|entity| (entity.id, entity)).collect(),
            items,
            groups: store::catalogue::groups_by_id(cx.tx, &groups)
                .await?
                .into_iter()
                .map(|group| (group.id, group))
                .collect(),
            salespersons: salespersons.into_iter().collect(),
        })
    }

    pub(super) fn customer(&self, id: CustomerId) -> Result<&Customer, Error> {
        self.customers.get(&id).ok_or_else(|| Error::missing(CustomerId::WORD, id))
    }

    pub(super) fn entity(&self, asked: Option<EntityId>) -> Result<&LegalEntity, Error> {
        let id = asked.or(self.default_entity);
        id.and_then(|id| self.entities.get(&id)).ok_or_else(|| match id {
            Some(id) => Error::missing(EntityId::WORD, id),
            None => Error::missing(EntityId::WORD, "default"),
        })
    }

    pub(super) fn item(&self, id: ItemId) -> Result<&Entry, Error> {
        self.items.get(&id).ok_or_else(|| Error::missing(ItemId::WORD, id))
    }

    fn group(&self, id: TaxGroupId) -> Result<&TaxGroup, Error> {
        let group = self.groups.get(&id).ok_or_else(|| Error::missing(TaxGroupId::WORD, id))?;
        if group.is_active { Ok(group) } else { Err(Refusal::TaxGroupInactive.into()) }
    }
}

/// How ids get onto a document: fresh ones for a new invoice, kept ones for lines that go on.
pub(super) struct Ids<'a> {
    pub(super) invoice: InvoiceId,
    /// Line ids in the order of the spec's lines.
    pub(super) lines: &'a [LineId],
}

/// The computed draft of one spec.
pub(super) fn document(
    cx: &Cx<'_, '_>,
    lookup: &Lookup,
    spec: &InvoiceSpec,
    ids: &Ids<'_>,
    token: String,
) -> Result<Document, Error> {
    check_texts(spec)?;
    let customer = lookup.customer(spec.customer)?;
    if !customer.is_active {
        return Err(Refusal::CustomerInactive { customer: customer.id }.into());
    }
    let entity = lookup.entity(spec.entity.or(customer.entity_id))?;
    let input = draft_input(lookup, customer, entity, spec)?;
    priced(cx, lookup, (customer, entity), spec, input, ids, token)
}

/// The same, of lines and allowances that are looked up already; what `spec` says of those is not read.
pub(super) fn priced(
    cx: &Cx<'_, '_>,
    lookup: &Lookup,
    (customer, entity): (&Customer, &LegalEntity),
    spec: &InvoiceSpec,
    input: DraftInput,
    ids: &Ids<'_>,
    token: String,
) -> Result<Document, Error> {
    let (currency, price_mode) = (input.currency, input.price_mode);
    let computed = compute(&input)?;

    let dated_on = spec.dated_on.unwrap_or_else(|| cx.today(entity));
    let terms = spec.terms.clone().or_else(|| customer.terms.clone()).unwrap_or_else(|| entity.default_terms.clone());
    let due_on = match spec.due_on {
        Some(due_on) => due_on,
        None => domain::invoice::state::due_day(dated_on, &terms)?,
    };
    if due_on < dated_on {
        return Err(Refusal::DueBeforeDate { dated_on, due_on }.into());
    }
    let mut invoice = Invoice::draft(ids.invoice, (entity.id, customer.id), currency, dated_on, cx.now);
    invoice.kind = spec.kind;
    invoice.number.clone_from(&spec.number);
    invoice.number_origin = spec.number.as_ref().map(|_| NumberOrigin::External);
    invoice.reference.clone_from(&spec.reference);
    invoice.external_key.clone_from(&spec.external_key);
    invoice.token = token;
    invoice.fx.clone_from(&spec.fx);
    invoice.price_mode = price_mode;
    invoice.tax_rounding = entity.tax_rounding;
    invoice.due_on = due_on;
    invoice.target_on = spec.target_on;
    invoice.payment_expected_on = spec.payment_expected_on;
    invoice.terms = terms;
    invoice.is_shared = spec.is_shared;
    invoice.customer_name.clone_from(&customer.display_name);
    invoice.customer_email.clone_from(&customer.email);
    invoice.bill_to = spec.bill_to.clone().unwrap_or_else(|| customer.bill_to.clone());
    invoice.ship_to = spec.ship_to.clone().unwrap_or_else(|| customer.ship_to.clone());
    invoice.memo.clone_from(&spec.memo);
    invoice.terms_text.clone_from(&spec.terms_text);
    invoice.transaction_type.clone_from(&spec.transaction_type);
    invoice.salesperson = match spec.salesperson {
        Some(id) => {
            let name = lookup.salespersons.get(&id);
            Some((id, name.cloned().ok_or_else(|| Error::missing(SalespersonId::WORD, id))?))
        }
        None => None,
    };
    invoice.revision = 1;
    Ok(assemble(invoice, input.lines, computed, ids.lines))
}

fn draft_input(
    lookup: &Lookup,
    customer: &Customer,
    entity: &LegalEntity,
    spec: &InvoiceSpec,
) -> Result<DraftInput, Error> {
    let currency = spec.currency.unwrap_or(customer.currency);
    Ok(DraftInput {
        currency,
        price_mode: spec.price_mode.unwrap_or(entity.price_mode),
        tax_rounding: entity.tax_rounding,
        lines: spec.lines.iter().map(|line| draft_line(lookup, customer, line, currency)).collect::<Result<_, _>>()?,
        allowances: spec
            .allowances
            .iter()
            .map(|allowance| asked_allowance(lookup, customer, allowance, currency))
            .collect::<Result<_, _>>()?,
    })
}

/// The lines of a credit note of its own, looked up like an invoice's.
pub(crate) async fn standalone_input(cx: &mut Cx<'_, '_>, spec: &InvoiceSpec) -> Result<DraftInput, Error> {
    let lookup = Lookup::load(cx, std::slice::from_ref(spec)).await?;
    let customer = lookup.customer(spec.customer)?;
    let entity = lookup.entity(spec.entity.or(customer.entity_id))?;
    draft_input(&lookup, customer, entity, spec)
}

/// Puts what was computed on the header and its lines.
fn assemble(mut invoice: Invoice, drafts: Vec<DraftLine>, computed: Computed, ids: &[LineId]) -> Document {
    invoice.totals = computed.totals;
    invoice.state = State::Draft;
    invoice.recompute_balance();
    let lines = drafts
        .into_iter()
        .zip(computed.lines)
        .zip(ids)
        .zip(1_i64..)
        .map(|(((draft, amounts), id), position)| Line::from_draft(*id, position, draft, amounts))
        .collect();
    Document { invoice, lines, taxes: computed.taxes, allowances: computed.allowances }
}

pub(super) fn draft_line(
    lookup: &Lookup,
    customer: &Customer,
    spec: &LineSpec,
    currency: Currency,
) -> Result<DraftLine, Error> {
    let item = spec.item.map(|id| lookup.item(id)).transpose()?;
    if item.is_some_and(|item| !item.is_active) {
        return Err(Refusal::ItemInactive.into());
    }
    let name = spec.name.clone().or_else(|| item.map(|item| item.name.clone())).unwrap_or_default();
    check::required(&name, "line name", check::LINE)?;
    let listed = match (spec.unit_price, item) {
        (Some(price), _) => Some(price),
        (None, Some(item)) => item.unit_price(spec.quantity, currency)?,
        (None, None) => None,
    };
    let unit_price = listed.ok_or(Refusal::Blank { what: "unit_price" })?;
    let group = match spec.tax {
        TaxChoice::Group(group) => Some(group),
        TaxChoice::FromItem => item.and_then(|item| item.tax_group_id).or(customer.tax_group_id),
        TaxChoice::None => None,
    };
    let description =
        spec.description.clone().or_else(|| item.map(|item| item.description.clone())).unwrap_or_default();
    check::optional(&description, "line description", check::LONG)?;
    for (text, what) in [
        (&spec.charge_number, "charge_number"),
        (&spec.purchase_order, "purchase_order"),
        (&spec.partner_sku, "partner_sku"),
        (&spec.gl_code, "gl_code"),
    ] {
        check::optional_some(text.as_deref(), what, check::SHORT)?;
    }
    let mut line = DraftLine::new(&name, spec.quantity, unit_price, line_tax(lookup, customer, group)?);
    line.kind = spec.kind;
    line.item_id = item.map(|item| ItemId(item.id));
    line.item_code = item.and_then(|item| item.code.clone());
    line.description = description;
    line.unit = spec.unit.clone().or_else(|| item.map(|item| item.unit.clone())).unwrap_or_default();
    check::optional(&line.unit, "unit", check::SHORT)?;
    line.period = spec.period;
    line.charge_number.clone_from(&spec.charge_number);
    line.purchase_order.clone_from(&spec.purchase_order);
    line.partner_sku.clone_from(&spec.partner_sku);
    line.gl_code.clone_from(&spec.gl_code);
    line.discounts = spec.discounts.iter().map(|asked| discount(asked, currency)).collect::<Result<_, _>>()?;
    line.prorate = spec.prorate;
    Ok(line)
}

/// The tax frozen on a line: its group's, or the customer's exemption instead of a group that charges.
pub(super) fn line_tax(lookup: &Lookup, customer: &Customer, group: Option<TaxGroupId>) -> Result<LineTax, Error> {
    let Some(group) = group else {
        return Ok(LineTax::untaxed());
    };
    let group = lookup.group(group)?;
    let exempt = customer.tax_exemption.as_ref().filter(|_| group.category.charges_tax());
    Ok(match exempt {
        Some(exemption) => LineTax {
            group_id: Some(group.id),
            group_name: group.name.clone(),
            category: TaxCategory::Exempt,
            components: Vec::new(),
            exemption: Some(exemption.clone()),
        },
        None => LineTax {
            group_id: Some(group.id),
            group_name: group.name.clone(),
            category: group.category,
            components: group.components.clone(),
            exemption: group.exemption.clone(),
        },
    })
}

pub(super) fn asked_allowance(
    lookup: &Lookup,
    customer: &Customer,
    spec: &AllowanceSpec,
    currency: Currency,
) -> Result<AskedAllowance, Error> {
    let tax = match spec.tax_group {
        Some(group) => Some(line_tax(lookup, customer, Some(group))?),
        None => None,
    };
    Ok((spec.is_charge, discount(&spec.discount, currency)?, tax))
}

pub(super) fn discount(spec: &DiscountSpec, currency: Currency) -> Result<Discount, Refusal> {
    check::optional(&spec.name, "discount name", check::LINE)?;
    check::optional_some(spec.code.as_deref(), "discount code", check::SHORT)?;
    let by = match spec.by {
        DiscountAmount::Percent(percent) => DiscountBy::Percent(percent.to_rate_percent("discount")?),
        DiscountAmount::Fixed(amount) => DiscountBy::Fixed(amount.to_money(currency, "discount")?.minor),
    };
    Ok(Discount { name: spec.name.clone(), code: spec.code.clone(), by, priority: spec.priority })
}

pub(super) fn check_texts(spec: &InvoiceSpec) -> Result<(), Refusal> {
    check::optional(&spec.reference, "reference", check::LINE)?;
    check::optional_some(spec.external_key.as_deref(), "external_key", check::LINE)?;
    check::optional_some(spec.number.as_deref(), "number", check::SHORT)?;
    check::optional(&spec.memo, "memo", check::LONG)?;
    check::optional(&spec.terms_text, "terms_text", check::LONG)?;
    check::optional(&spec.transaction_type, "transaction_type", check::SHORT)?;
    for address in spec.bill_to.iter().chain(&spec.ship_to) {
        check::address(address, "address")?;
    }
    if let Some(terms) = &spec.terms {
        check::required(&terms.name, "terms", check::SHORT)?;
    }
    check::tags(&spec.tags)
}
