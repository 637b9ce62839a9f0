//! What goes wrong before or after a handler, as problem documents.

use crate::errors::{self, Telling};
use http_kit::{Answer, BodyFault, Face, HeadFault};

/// Our own API, as far as everything outside its handlers is concerned. It answers unknown paths of the whole
/// server too.
#[derive(Clone, Copy, Debug)]
pub struct Native;

/// The edge prints the request's id in a header; only failures of ours need it in the body.
fn told(telling: Telling) -> Answer {
    telling.into_answer(None)
}

impl Face for Native {
    fn name(&self) -> &'static str {
        billing::FaceName::Native.word()
    }

    fn not_found(&self, path: &str) -> Answer {
        told(errors::no_route(path))
    }

    fn method_not_allowed(&self, allow: &str) -> Answer {
        told(errors::no_method(allow))
    }

    fn bad_head(&self, fault: &HeadFault) -> Answer {
        told(errors::bad_head(fault))
    }

    fn bad_body(&self, fault: &BodyFault) -> Answer {
        told(errors::bad_body(fault))
    }

    fn bad_request(&self, message: &str) -> Answer {
        told(errors::bad_request(message))
    }

    fn unavailable(&self, retry_after_seconds: u32) -> Answer {
        told(errors::unavailable(u64::from(retry_after_seconds)))
    }

    fn internal(&self, request_id: &str) -> Answer {
        errors::internal(request_id).into_answer(Some(request_id))
    }
}
