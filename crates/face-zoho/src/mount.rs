//! The three prefixes, and how their answers differ.

/// Where Zoho's clients expect the API. All three serve the same operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mount {
    /// `/subscriptions/v1`: the documentation that the seed shows.
    Subscriptions,
    /// `/billing/v1`: today's documentation and the clients made from Zoho's OpenAPI.
    Billing,
    /// `/api/v1`: the old host's; hard-coded by the PyPI, Ruby and PHP clients.
    Api,
}

impl Mount {
    /// Every mount.
    pub const ALL: [Self; 3] = [Self::Subscriptions, Self::Billing, Self::Api];

    /// The path below which the mount's routes lie.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Subscriptions => "/subscriptions/v1",
            Self::Billing => "/billing/v1",
            Self::Api => "/api/v1",
        }
    }

    /// Which of the two vendors' documents the JSON types follow (contract Zoho 4.5): the seed prints
    /// `price`, `credited_amount`, `zip` and `fax` as numbers, the OpenAPI declares them as strings.
    pub(crate) const fn types(self) -> Types {
        match self {
            Self::Subscriptions | Self::Api => Types::Seed,
            Self::Billing => Types::OpenApi,
        }
    }
}

/// The one switch of the serializer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    /// As the documentation's samples print them.
    Seed,
    /// As the OpenAPI declares them, with both of its name pairs (`number` and `invoice_number`, `invoice_date`
    /// and `date`) and `last_modified_time`.
    OpenApi,
}
