//! What a body comes to: on its own for a new customer, together with the customer for one that is there.

use billing::Error;
use billing::invoices::asked::AddressEdit;
use billing::parties::customers::CustomerFields;
use billing::read::CustomerView;
use domain::Refusal;
use domain::money::Currency;
use domain::party::{Address, Exemption, Terms};

use crate::errors::Fault;
use crate::side_car::{self, CustomerExtras};

/// A body that makes sense by itself; see [`Change::of_new`] and [`Change::of_known`].
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub currency: Option<Currency>,
    /// All but what depends on the customer as it is.
    pub(super) fields: CustomerFields,
    pub(super) billing: Option<(AddressEdit, Option<String>)>,
    pub(super) shipping: Option<(AddressEdit, Option<String>)>,
    pub(super) terms_days: Option<i64>,
    pub(super) terms_label: Option<String>,
    /// The seller's own terms, among which a label or a number of days may be one.
    pub(super) known_terms: Vec<Terms>,
    pub(super) extras: ExtrasChange,
    pub(super) is_taxable: Option<bool>,
    pub(super) exemption: Option<Exemption>,
}

/// The place of a text among what Zoho alone keeps.
pub(super) type Slot = fn(&mut CustomerExtras) -> &mut String;

/// What Zoho alone keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct ExtrasChange {
    pub(super) ach_supported: Option<bool>,
    pub(super) is_tds_registered: Option<bool>,
    pub(super) texts: Vec<(Slot, String)>,
}

impl Change {
    /// What a new customer needs: a name and an address to write to.
    pub fn is_whole(&self) -> Result<(), Fault> {
        for (field, given) in [("display_name", &self.fields.display_name), ("email", &self.fields.email)] {
            if given.as_deref().is_none_or(str::is_empty) {
                return Err(Fault::invalid(field));
            }
        }
        Ok(())
    }

    /// The fields of a new customer.
    pub fn of_new(&self) -> Result<CustomerFields, Error> {
        self.on(None)
    }

    /// The fields of a customer that is there.
    pub fn of_known(&self, view: &CustomerView) -> Result<CustomerFields, Error> {
        let (expected, given) = (view.customer.currency, self.currency.unwrap_or(view.customer.currency));
        if given != expected {
            // What a customer owes is in one currency.
            return Err(Refusal::CurrencyMismatch { expected, given }.into());
        }
        self.on(Some(view))
    }

    fn on(&self, known: Option<&CustomerView>) -> Result<CustomerFields, Error> {
        let customer = known.map(|view| &view.customer);
        let before: CustomerExtras = known.map_or_else(CustomerExtras::default, |view| side_car::read(&view.side_cars));
        let mut extras = before.clone();
        for (slot, text) in &self.extras.texts {
            slot(&mut extras).clone_from(text);
        }
        extras.ach_supported = self.extras.ach_supported.unwrap_or(extras.ach_supported);
        extras.is_tds_registered = self.extras.is_tds_registered.unwrap_or(extras.is_tds_registered);
        let address = |edit: &Option<(AddressEdit, Option<String>)>, own: Option<&Address>, code: &mut String| {
            let (edit, given) = edit.as_ref()?;
            if let Some(given) = given {
                code.clone_from(given);
            }
            let mut after = edit.on(own.unwrap_or(&Address::default()));
            if after.state.is_empty() {
                // A code without a name is all that documents can print.
                after.state.clone_from(code);
            }
            Some(after)
        };
        let bill_to = address(&self.billing, customer.map(|known| &known.bill_to), &mut extras.billing_state_code);
        let ship_to = address(&self.shipping, customer.map(|known| &known.ship_to), &mut extras.shipping_state_code);
        let was_exempt = customer.and_then(|known| known.tax_exemption.as_ref());
        let tax_exemption = match (self.is_taxable, &self.exemption) {
            (_, Some(exemption)) => Some(Some(exemption.clone())),
            (Some(true), None) => Some(None),
            (Some(false), None) if was_exempt.is_none() => {
                return Err(Refusal::Blank { what: "tax_exemption_id" }.into());
            }
            (_, None) => None,
        };
        let tax_ids = (extras.tax_ids() != before.tax_ids()).then(|| {
            let others = customer.map_or(&[][..], |known| &known.tax_ids);
            let others = others.iter().filter(|id| !before.tax_ids().contains(&id.as_str())).cloned();
            others.chain(extras.tax_ids().into_iter().map(str::to_owned)).collect()
        });
        let side_car = (extras != before).then(|| (billing::FaceName::Zoho, side_car::write(&extras)));
        Ok(CustomerFields {
            bill_to,
            ship_to,
            terms: self.terms(customer.and_then(|known| known.terms.as_ref()))?.map(Some),
            tax_exemption,
            tax_ids,
            side_car,
            ..self.fields.clone()
        })
    }

    /// Days and label; the seller's own terms where they are those. A label alone names one of them, or names
    /// anew what the customer has.
    fn terms(&self, own: Option<&Terms>) -> Result<Option<Terms>, Error> {
        let named = |name: &str| self.known_terms.iter().find(|known| known.name.eq_ignore_ascii_case(name));
        let terms = match (self.terms_days, self.terms_label.as_deref()) {
            (None, None) => return Ok(None),
            (None, Some(label)) => match (named(label), own) {
                (Some(known), _) => known.clone(),
                (None, Some(own)) => Terms { id: None, name: label.to_owned(), days: own.days },
                (None, None) => return Err(Refusal::Invalid { what: "payment_terms_label" }.into()),
            },
            (Some(days), Some(label)) => {
                let known = named(label).filter(|known| known.days == days);
                known.cloned().unwrap_or_else(|| Terms { id: None, name: label.to_owned(), days })
            }
            (Some(days), None) => {
                let known = self.known_terms.iter().find(|known| known.days == days);
                known.cloned().unwrap_or_else(|| Terms { id: None, name: label_of(days), days })
            }
        };
        Ok(Some(terms))
    }
}

/// As Zoho names terms that nobody named.
fn label_of(days: i64) -> String {
    if days == 0 { "Due on Receipt".to_owned() } else { format!("Net {days}") }
}
