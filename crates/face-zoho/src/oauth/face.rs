//! What goes wrong around the endpoints, in the shape of RFC 6749 5.2: `{"error": ...}` and nothing else, since
//! Zoho's own answers have no more.

use http_kit::{Answer, BodyFault, Face, HeadFault};

use super::{error, failure_word};

#[derive(Clone, Copy, Debug)]
pub(super) struct OauthFace;

impl Face for OauthFace {
    fn name(&self) -> &'static str {
        billing::FaceName::Zoho.word()
    }

    fn not_found(&self, _path: &str) -> Answer {
        error(404, "invalid_request")
    }

    fn method_not_allowed(&self, _allow: &str) -> Answer {
        error(405, "invalid_request")
    }

    fn bad_head(&self, fault: &HeadFault) -> Answer {
        error(fault.status(), "invalid_request")
    }

    fn bad_body(&self, fault: &BodyFault) -> Answer {
        let status = match fault {
            BodyFault::TooLarge { .. } => 413,
            BodyFault::TooSlow => 408,
            BodyFault::Overloaded => 503,
            BodyFault::Broken | BodyFault::Json(_) => 400,
        };
        error(status, failure_word(status))
    }

    fn bad_request(&self, _message: &str) -> Answer {
        error(400, "invalid_request")
    }

    fn unavailable(&self, retry_after_seconds: u32) -> Answer {
        error(503, failure_word(503)).header("retry-after", retry_after_seconds.to_string())
    }

    fn internal(&self, _request_id: &str) -> Answer {
        error(500, failure_word(500))
    }
}
