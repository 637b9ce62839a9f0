//! Which gateway charges invoices here.

use std::sync::Arc;

use billing::{Billing, SystemClock};
use connectors::sandbox::{self, Sandbox};

/// The setting `gateway`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayChoice {
    /// The built-in one that moves no money, with its seed.
    Sandbox { seed: u64 },
}

impl GatewayChoice {
    /// `sandbox`, or `sandbox:7` with a seed.
    pub fn parse(text: &str) -> Option<GatewayChoice> {
        let (name, seed) = text.split_once(':').unwrap_or((text, "0"));
        let seed = seed.parse().ok()?;
        (name == sandbox::NAME).then_some(GatewayChoice::Sandbox { seed })
    }
}

/// The same books with the gateway that was chosen, if any.
pub fn attach(billing: Billing, choice: Option<GatewayChoice>) -> Billing {
    match choice {
        None => billing,
        Some(GatewayChoice::Sandbox { seed }) => {
            let gateway = Sandbox::new(billing.db().clone(), SystemClock::Machine, seed);
            billing.with_gateway(Arc::new(gateway))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices() {
        assert_eq!(GatewayChoice::parse("sandbox"), Some(GatewayChoice::Sandbox { seed: 0 }));
        assert_eq!(GatewayChoice::parse("sandbox:7"), Some(GatewayChoice::Sandbox { seed: 7 }));
        for text in ["", "Sandbox", "sandbox:", "sandbox:-1", "sandbox:x", "stripe", "stripe:7"] {
            assert_eq!(GatewayChoice::parse(text), None, "{text}");
        }
    }
}
