//! The pages of the authorization endpoint. They need no script, load nothing but their own style sheet, and may be
//! framed by nobody. Every text that is not ours is escaped.

use http_kit::Answer;

use crate::scopes;

const CONTENT_TYPE: &str = "text/html; charset=utf-8";

/// What the consent page shows and carries.
pub(super) struct Consent<'a> {
    pub client: &'a str,
    pub scopes: &'a [String],
    pub is_offline: bool,
    /// Where the answer is sent.
    pub redirect_uri: &'a str,
    /// The request, signed.
    pub request: &'a str,
    /// Why the last attempt was not accepted.
    pub alert: Option<&'a str>,
}

/// Asks a person. 200, or 403 after an attempt that was not accepted.
pub(super) fn consent(consent: &Consent<'_>) -> Answer {
    let client = escaped(consent.client);
    let scopes: String = consent
        .scopes
        .iter()
        .map(|scope| format!("<li>{} <code>{}</code></li>\n", escaped(&scopes::words(scope)), escaped(scope)))
        .collect();
    let duration = match consent.is_offline {
        true => "The access lasts until you revoke it.",
        false => "The access lasts for one hour.",
    };
    let (status, alert, described) = match consent.alert {
        Some(why) => {
            (403, format!("<p class=\"alert\" role=\"alert\" id=\"alert\">{}</p>\n", escaped(why)), "alert hint")
        }
        None => (200, String::new(), "hint"),
    };
    let origin = billing::oauth::origin(consent.redirect_uri).unwrap_or_default();
    let body = format!(
        "<h1>{client} asks for access to your books</h1>\n\
         {alert}<p>It would be able to:</p>\n<ul>\n{scopes}</ul>\n\
         <p>{duration} Your answer is sent to <code>{}</code>.</p>\n\
         <form method=\"post\" action=\"auth\">\n\
         <input type=\"hidden\" name=\"request\" value=\"{}\">\n\
         <label for=\"token\">Your Billwright token</label>\n\
         <input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"off\" spellcheck=\"false\" required \
         aria-describedby=\"{described}\">\n\
         <p class=\"hint\" id=\"hint\">A native credential of your staff with the scope <code>write</code> or \
         <code>*</code>. {client} does not get to see it.</p>\n\
         <div class=\"buttons\">\n\
         <button class=\"approve\" name=\"decision\" value=\"approve\">Approve</button>\n\
         <button class=\"deny\" name=\"decision\" value=\"deny\" formnovalidate>Deny</button>\n\
         </div>\n</form>\n",
        escaped(origin),
        escaped(consent.request),
    );
    html(status, "Allow access?", &form_target(origin), &body)
}

/// Says why there is nothing to ask. `word` is what Zoho calls it.
pub(super) fn problem(status: u16, word: &str, text: &str) -> Answer {
    let body = format!(
        "<h1>This request cannot be answered</h1>\n<p>{}</p>\n<p><code>{}</code></p>\n",
        escaped(text),
        escaped(word)
    );
    html(status, "Request refused", "'none'", &body)
}

/// Browsers hold a form's redirect to the policy too, so the client's origin must be in it. A literal IPv6 address
/// cannot be written in a policy: then its scheme stands for it.
fn form_target(origin: &str) -> String {
    match origin.contains('[') {
        true => format!("'self' {}:", origin.split(':').next().unwrap_or("https")),
        false => format!("'self' {origin}"),
    }
}

fn html(status: u16, title: &str, form_action: &str, body: &str) -> Answer {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>{title} - Billwright</title>\n<link rel=\"stylesheet\" href=\"auth/style.css\">\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    Answer::with_body(status, CONTENT_TYPE, page)
        .header("content-security-policy", policy)
        .header("x-frame-options", "DENY")
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "no-referrer")
        .header("cache-control", "no-store")
}

pub(super) async fn style() -> Answer {
    Answer::with_body(200, "text/css; charset=utf-8", include_str!("style.css"))
        .header("x-content-type-options", "nosniff")
        .header("cache-control", "max-age=3600")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(client: &str, redirect_uri: &str, alert: Option<&str>) -> Answer {
        let scopes = [scopes::EVERYTHING.to_owned()];
        consent(&Consent { client, scopes: &scopes, is_offline: true, redirect_uri, request: "abc.def", alert })
    }

    #[test]
    fn nothing_of_the_client_is_markup() {
        let answer = page("<script>\"'&", "https://app.example/cb?x='%22", None);
        let body = String::from_utf8(answer.body.to_vec()).expect("text");
        assert!(body.contains("&lt;script&gt;&quot;&#39;&amp; asks for access"), "{body}");
        assert!(!body.contains("<script"), "{body}");
    }

    #[test]
    fn the_policy_names_the_clients_origin_only() {
        let policy = |uri| page("App", uri, None).get("content-security-policy").map(str::to_owned).expect("a policy");
        assert_eq!(
            policy("https://app.example:8443/cb?x=1"),
            "default-src 'none'; style-src 'self'; form-action 'self' https://app.example:8443; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        assert!(policy("http://[::1]:80/cb").contains("form-action 'self' http:; "));
    }

    #[test]
    fn an_alert_is_told_to_those_who_cannot_see() {
        let answer = page("App", "https://app.example/cb", Some("No."));
        let body = String::from_utf8(answer.body.to_vec()).expect("text");
        assert_eq!(answer.status, 403);
        assert!(
            body.contains("role=\"alert\" id=\"alert\">No.</p>") && body.contains("aria-describedby=\"alert hint\"")
        );
    }
}
