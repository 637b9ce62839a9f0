//! Talkdesk's words for what goes wrong outside the handlers.

use crate::errors::{self, Code};
use http_kit::{Answer, BodyFault, Face, HeadFault};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Talkdesk;

impl Face for Talkdesk {
    fn name(&self) -> &'static str {
        "talkdesk"
    }

    fn not_found(&self, _path: &str) -> Answer {
        errors::answer(404, Code::NotFound, "The requested resource does not exist.", None, &[])
    }

    fn method_not_allowed(&self, allow: &str) -> Answer {
        let description = format!("Use {allow}.");
        errors::answer(405, Code::MethodNotAllowed, "The method is not allowed.", Some(&description), &[])
    }

    fn bad_head(&self, fault: &HeadFault) -> Answer {
        errors::malformed(fault.status(), &fault.to_string())
    }

    fn bad_body(&self, fault: &BodyFault) -> Answer {
        let status = match fault {
            BodyFault::TooLarge { .. } => 413,
            BodyFault::TooSlow => 408,
            BodyFault::Overloaded => 503,
            BodyFault::Broken | BodyFault::Json(_) => 400,
        };
        errors::malformed(status, &fault.to_string())
    }

    fn bad_request(&self, message: &str) -> Answer {
        errors::malformed(400, message)
    }

    fn unavailable(&self, retry_after_seconds: u32) -> Answer {
        errors::unavailable(u64::from(retry_after_seconds))
    }

    fn internal(&self, request_id: &str) -> Answer {
        errors::internal(request_id)
    }
}
