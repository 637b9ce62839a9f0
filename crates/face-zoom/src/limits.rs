//! Zoom's limits of the billing calls, as headers and as refusals (contract 1.4 and "Decided here").
//!
//! One read per thirty minutes of one invoice (list: five) by credential and account; a hundred (list: six)
//! per account and UTC day. Only answers that would be 2xx are counted.

use crate::access::Admitted;
use crate::errors;
use crate::settings::LimitMode;
use billing::Billing;
use billing::limits::{Counted, OverLimit, ReadLimit};
use domain::id::InvoiceId;
use http_kit::{Answer, RequestId};
use jiff::{SignedDuration, Timestamp, Unit};

const CATEGORY: &str = "Heavy";

/// The two calls' limits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    List,
    Detail(InvoiceId),
}

impl Call {
    fn window_minutes(self) -> i64 {
        match self {
            Self::List => 5,
            Self::Detail(_) => 30,
        }
    }

    fn per_day(self) -> u32 {
        match self {
            Self::List => 6,
            Self::Detail(_) => 100,
        }
    }

    fn limit(self, admitted: &Admitted) -> ReadLimit {
        let account = admitted.account.id.0;
        let credential = admitted.caller.credential.map_or(0, |id| id.0);
        let (name, window_key) = match self {
            Self::List => ("zoom.invoices", format!("{credential}:{account}")),
            Self::Detail(invoice) => ("zoom.invoice", format!("{credential}:{account}:{}", invoice.0)),
        };
        ReadLimit {
            name,
            window_key,
            window: SignedDuration::from_mins(self.window_minutes()),
            day_key: account.to_string(),
            per_day: self.per_day(),
            is_enforced: admitted.settings.limits == LimitMode::Enforce,
        }
    }
}

/// Counts the call and puts the headers on its answer; the refusal when the tenant enforces the limits.
/// With the limits off nothing is written and nothing is sent.
pub(crate) async fn apply(
    billing: &Billing,
    admitted: &Admitted,
    call: Call,
    request: &RequestId,
    answer: Answer,
) -> Answer {
    if admitted.settings.limits == LimitMode::Off {
        return answer;
    }
    match billing.count_read(&admitted.caller, call.limit(admitted)).await {
        Ok(Ok(counted)) => with_headers(answer, call, counted),
        Ok(Err(over)) => refusal(call, over),
        Err(error) => errors::of(error, request),
    }
}

fn with_headers(answer: Answer, call: Call, counted: Counted) -> Answer {
    headers(answer, "Daily-limit", call.per_day(), counted.remaining_today)
}

fn headers(answer: Answer, kind: &str, limit: u32, remaining: u64) -> Answer {
    answer
        .header("x-ratelimit-category", CATEGORY)
        .header("x-ratelimit-type", kind)
        .header("x-ratelimit-limit", limit.to_string())
        .header("x-ratelimit-remaining", remaining.to_string())
}

/// Only the daily limit names the instant from which it is open again.
fn refusal(call: Call, over: OverLimit) -> Answer {
    match over {
        OverLimit::Window { .. } => {
            let message = format!(
                "You have reached the maximum request rate limit for this API: one request every {} minutes. \
                 Try again later.",
                call.window_minutes()
            );
            headers(errors::answer(429, 429, &message), "QPS", 1, 0)
        }
        OverLimit::Day { resets_at } => {
            let message = format!(
                "You have reached the daily limit of {} requests for this API. \
                 You may resume these requests at GMT 00:00:00.",
                call.per_day()
            );
            headers(errors::answer(429, 429, &message), "Daily-limit", call.per_day(), 0)
                .header("retry-after", instant(resets_at))
        }
    }
}

/// `2020-05-31T00:00:00Z`.
fn instant(at: Timestamp) -> String {
    at.round(Unit::Second).unwrap_or(at).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_names_its_end_and_the_window_none() {
        let resets_at: Timestamp = "2020-05-31T00:00:00Z".parse().expect("an instant");
        let day = refusal(Call::List, OverLimit::Day { resets_at });
        assert_eq!(day.status, 429);
        assert_eq!(day.get("retry-after"), Some("2020-05-31T00:00:00Z"));
        assert_eq!(day.get("x-ratelimit-type"), Some("Daily-limit"));
        assert_eq!(day.get("x-ratelimit-limit"), Some("6"));
        let window = refusal(Call::Detail(InvoiceId(1)), OverLimit::Window { free_at: resets_at });
        assert_eq!((window.status, window.get("retry-after")), (429, None));
        assert_eq!(window.get("x-ratelimit-type"), Some("QPS"));
        assert_eq!(window.get("x-ratelimit-limit"), Some("1"));
    }
}
