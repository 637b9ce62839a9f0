//! What goes wrong before or after a handler, in Zoho's shape.

use http_kit::{Answer, BodyFault, Face, HeadFault};

use crate::errors::Fault;

/// Zoho's face, as far as everything outside its handlers is concerned.
#[derive(Clone, Copy, Debug)]
pub struct ZohoFace;

impl Face for ZohoFace {
    fn name(&self) -> &'static str {
        billing::FaceName::Zoho.word()
    }

    fn not_found(&self, _path: &str) -> Answer {
        Fault::unknown_url().into_answer()
    }

    fn method_not_allowed(&self, _allow: &str) -> Answer {
        Fault::wrong_method().into_answer()
    }

    fn bad_head(&self, fault: &HeadFault) -> Answer {
        Fault::new(fault.status(), 4000, fault.to_string()).into_answer()
    }

    fn bad_body(&self, fault: &BodyFault) -> Answer {
        let (status, code) = match fault {
            BodyFault::TooLarge { .. } => (413, 4013),
            BodyFault::TooSlow => (408, 4008),
            BodyFault::Broken | BodyFault::Overloaded | BodyFault::Json(_) => (400, 4000),
        };
        Fault::new(status, code, fault.to_string()).into_answer()
    }

    fn bad_request(&self, message: &str) -> Answer {
        Fault::bad_request(message.to_owned()).into_answer()
    }

    fn unavailable(&self, retry_after_seconds: u32) -> Answer {
        Fault::busy(u64::from(retry_after_seconds)).into_answer()
    }

    fn internal(&self, request_id: &str) -> Answer {
        Fault::internal(request_id).into_answer()
    }

    fn cors_headers(&self) -> &'static str {
        "Authorization, Content-Type, Idempotency-Key, X-Request-Id, \
         X-com-zoho-subscriptions-organizationid"
    }
}
