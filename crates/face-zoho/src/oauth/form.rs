//! Parameters as Zoho's clients send them: in the query, as a form, or as multipart form data (PHP's curl with an
//! array, "form-data" in Zoho's own samples).

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_kit::Query;

/// Fields of one multipart body.
const MOST_FIELDS: usize = 50;
/// Bytes of a form. Codes, secrets and scopes are short; what is longer is none.
const LARGEST: usize = 64 * 1024;

/// The parameters of one request. A parameter in the body wins over one in the query.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// None when query or body cannot be read.
    pub fn read(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let mut fields = body_fields(headers, body)?;
        let query = Query::parse(query.unwrap_or_default()).ok()?;
        fields.extend(query.iter().map(|found| (found.name.clone(), found.value.clone())));
        Some(Self { fields })
    }

    /// The first value that is not empty: RFC 6749 3.1 takes an empty one for none.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.fields.iter().filter(|(known, value)| known == name && !value.is_empty());
        found.next().map(|(_, value)| value.as_str())
    }
}

fn body_fields(headers: &HeaderMap, body: &[u8]) -> Option<Vec<(String, String)>> {
    if body.trim_ascii().is_empty() {
        return Some(Vec::new());
    }
    if body.len() > LARGEST {
        return None;
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let text = std::str::from_utf8(body).ok()?;
    if essence.eq_ignore_ascii_case("multipart/form-data") {
        return multipart(boundary(kind)?, text);
    }
    let form = Query::parse(text.trim()).ok()?;
    Some(form.iter().map(|found| (found.name.clone(), found.value.clone())).collect())
}

/// The parameter `boundary`, quoted or not (RFC 2046 5.1.1).
fn boundary(kind: &str) -> Option<&str> {
    let parameters = kind.split(';').skip(1).map(str::trim);
    let value = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find_map(|(name, value)| name.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"')))?;
    (1..=70).contains(&value.len()).then_some(value)
}

/// The text fields of multipart form data (RFC 7578). Files have no business here.
fn multipart(boundary: &str, text: &str) -> Option<Vec<(String, String)>> {
    let delimiter = format!("--{boundary}");
    let mut fields = Vec::new();
    let mut parts = text.split(delimiter.as_str());
    parts.next()?;
    for part in parts {
        if part.starts_with("--") {
            return Some(fields);
        }
        let (head, value) = part.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
        let name = head.lines().find_map(field_name)?;
        if fields.len() == MOST_FIELDS || value.contains('\0') {
            return None;
        }
        fields.push((name, value.strip_suffix("\r\n")?.to_owned()));
    }
    // Broken off before the last delimiter.
    None
}

fn field_name(line: &str) -> Option<String> {
    let (header, rest) = line.split_once(':')?;
    if !header.trim().eq_ignore_ascii_case("content-disposition") {
        return None;
    }
    let mut parameters = rest.split(';').map(str::trim);
    if !parameters.next()?.eq_ignore_ascii_case("form-data") {
        return None;
    }
    parameters.find_map(|parameter| Some(parameter.strip_prefix("name=")?.trim_matches('"').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str, kind: &str, body: &str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().expect("a value"));
        Form::read(Some(query), &headers, body.as_bytes())
    }

    const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
    const MULTIPART: &str = "multipart/form-data; boundary=\"x1\"";

    #[test]
    fn query_and_form() {
        let form = read("code=q&grant_type=&client_id=c", FORM, "code=b%2Bc&grant_type=refresh_token").expect("a form");
        assert_eq!(form.get("code"), Some("b+c"), "the body wins");
        assert_eq!(form.get("grant_type"), Some("refresh_token"));
        assert_eq!(form.get("client_id"), Some("c"));
        assert_eq!(form.get("state"), None);
        assert_eq!(read("code=q&grant_type=", "text/plain", "").expect("a form").get("grant_type"), None);
        assert!(read("code=%zz", FORM, "").is_none());
        assert!(read("", FORM, "code=%zz").is_none());
        assert!(read("", FORM, &"a".repeat(LARGEST + 1)).is_none());
    }

    #[test]
    fn multipart_form_data() {
        let body = "--x1\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n1000.a.b\r\n--x1\r\n\
                    content-disposition: form-data; name=client_id\r\nContent-Type: text/plain\r\n\r\nc\r\nd\r\n--x1--\r\n";
        let form = read("", MULTIPART, body).expect("a form");
        assert_eq!((form.get("code"), form.get("client_id")), (Some("1000.a.b"), Some("c\r\nd")));
        assert_eq!(read("", MULTIPART, "--x1--").expect("an empty form").get("code"), None);
        for broken in [
            "x",
            "--x1",
            "--x1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb",
            "--x1\r\n\r\nb\r\n--x1--",
            "--x1\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nb\r\n--x1--",
        ] {
            assert!(read("", MULTIPART, broken).is_none(), "{broken}");
        }
        assert!(read("", "multipart/form-data", body).is_none(), "no boundary");
    }
}
