//! Prices of plans and add-ons: a scheme with its brackets.

use crate::errors::Fault;
use crate::schema::{answer, request};
use crate::wire::{DecimalIn, DecimalOut, Word};
use domain::catalogue::{self, PriceModel, PricingScheme};
use domain::money::Decimal;

request! {
    /// What a quantity costs.
    PriceInput {
        /// `flat`: one price. `unit`: per unit. `volume`: all units at the price of the bracket that the quantity falls
        /// into. `tier`: each unit at the price of its own bracket. `package`: whole packages.
        scheme: Word<PricingScheme>,
        /// Ascending; one for `flat` and `unit`.
        brackets: Vec<BracketInput>,
    } optional {
        /// Units of a package price that cost nothing.
        free_quantity: DecimalIn,
    }
}

request! {
    /// One bracket of a price list.
    BracketInput {
        /// Per unit; the whole price of `flat` and `package`.
        price: DecimalIn,
    } optional {
        /// The largest quantity that belongs to it, or a package's size; left out for all above the bracket before.
        up_to: DecimalIn,
        /// Charged once when the bracket is entered; `volume` and `tier` only.
        flat: DecimalIn,
    }
}

answer! {
    /// What a quantity costs.
    Price {
        /// How the quantity is priced.
        scheme: Word<PricingScheme>,
        /// Ascending.
        brackets: Vec<Bracket>,
        /// Units of a package price that cost nothing.
        free_quantity: DecimalOut,
    }
}

answer! {
    /// One bracket of a price list.
    Bracket {
        /// The largest quantity that belongs to it, or a package's size; null for all above the bracket before.
        up_to: Option<DecimalOut>,
        /// Per unit; the whole price of `flat` and `package`.
        price: DecimalOut,
        /// Charged once when the bracket is entered.
        flat: DecimalOut,
    }
}

impl PriceInput {
    pub(crate) fn from_wire(self) -> Result<PriceModel, Fault> {
        let bracket = |bracket: BracketInput| catalogue::Bracket {
            up_to: bracket.up_to.map(|up_to| up_to.0),
            price: bracket.price.0,
            flat: bracket.flat.map_or(Decimal::ZERO, |flat| flat.0),
        };
        let brackets = self.brackets.into_iter().map(bracket).collect();
        let free = self.free_quantity.map_or(Decimal::ZERO, |free| free.0);
        PriceModel::new(self.scheme.0, brackets, free).map_err(|refusal| billing::Error::Refused(refusal).into())
    }
}

impl Price {
    pub(crate) fn to_wire(model: &PriceModel) -> Self {
        let bracket = |bracket: &catalogue::Bracket| Bracket {
            up_to: bracket.up_to.map(DecimalOut),
            price: DecimalOut(bracket.price),
            flat: DecimalOut(bracket.flat),
        };
        Self {
            scheme: Word(model.scheme()),
            brackets: model.brackets().iter().map(bracket).collect(),
            free_quantity: DecimalOut(model.free()),
        }
    }
}
