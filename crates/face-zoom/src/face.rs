//! Zoom's words for what goes wrong outside the handlers.

use crate::errors;
use http_kit::{Answer, BodyFault, Face, HeadFault};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Zoom;

impl Face for Zoom {
    fn name(&self) -> &'static str {
        "zoom"
    }

    fn not_found(&self, _path: &str) -> Answer {
        errors::answer(404, 404, "The API endpoint does not exist.")
    }

    fn method_not_allowed(&self, allow: &str) -> Answer {
        errors::answer(405, 405, &format!("The request method is not supported. Use {allow}."))
    }

    fn bad_head(&self, fault: &HeadFault) -> Answer {
        errors::answer(fault.status(), fault.status(), &errors::sentence(fault))
    }

    fn bad_body(&self, fault: &BodyFault) -> Answer {
        let status = match fault {
            BodyFault::TooLarge { .. } => 413,
            BodyFault::TooSlow => 408,
            BodyFault::Overloaded => 503,
            BodyFault::Broken | BodyFault::Json(_) => {
                return errors::answer(400, 300, "Request Body should be a valid JSON object.");
            }
        };
        errors::answer(status, status, &errors::sentence(fault))
    }

    fn bad_request(&self, message: &str) -> Answer {
        errors::answer(400, 300, message)
    }

    fn unavailable(&self, retry_after_seconds: u32) -> Answer {
        errors::unavailable(u64::from(retry_after_seconds))
    }

    fn internal(&self, request_id: &str) -> Answer {
        errors::internal(request_id)
    }
}
