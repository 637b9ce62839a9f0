//! Takes `sslmode` and `sslrootcert` out of a connection string, URL or keywords: tokio-postgres knows three of the
//! modes and no file of authorities, and refuses a text with anything else.

use percent_encoding::percent_decode_str;

/// A connection string without the two.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) rest: String,
    pub(super) mode: Option<String>,
    pub(super) roots: Option<String>,
}

impl Settings {
    /// Whether it was one of the two.
    fn keep(&mut self, name: &str, value: &str) -> bool {
        let slot = match name {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.roots,
            _ => return false,
        };
        // As with libpq the last one counts, and an empty one is none.
        *slot = Some(value.to_owned()).filter(|value| !value.is_empty());
        true
    }
}

/// # Errors
/// What cannot be read; the rest is tokio-postgres's to judge.
pub(super) fn take(dsn: &str) -> Result<Settings, String> {
    if dsn.starts_with("postgres://") || dsn.starts_with("postgresql://") {
        return of_url(dsn);
    }
    of_keywords(dsn)
}

fn of_url(url: &str) -> Result<Settings, String> {
    let mut settings = Settings::default();
    // A question mark may stand in a password, which ends at the first @.
    let host = url.find('@').map_or(0, |at| at + 1);
    let Some(question) = url[host..].find('?').map(|at| host + at) else {
        return Ok(Settings { rest: url.to_owned(), ..settings });
    };
    let mut others = Vec::new();
    for pair in url[question + 1..].split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value).decode_utf8().map_err(|_| format!("{name} is no text"))?;
        if !settings.keep(name, &value) {
            others.push(pair);
        }
    }
    settings.rest = url[..question].to_owned();
    if others.iter().any(|pair| !pair.is_empty()) {
        settings.rest.push('?');
        settings.rest.push_str(&others.join("&"));
    }
    Ok(settings)
}

/// `name = value` with blanks between; a value may stand in single quotes, and a backslash keeps the next character.
fn of_keywords(text: &str) -> Result<Settings, String> {
    let mut settings = Settings::default();
    let mut left = text.trim_start();
    while !left.is_empty() {
        let Some(equals) = left.find('=') else {
            // tokio-postgres says what is wrong with it.
            settings.rest.push_str(left);
            break;
        };
        let begins = left.len() - left[equals + 1..].trim_start().len();
        let (value, length) = value_of(&left[begins..]).ok_or("a quote does not end")?;
        let (written, behind) = left.split_at(begins + length);
        if !settings.keep(left[..equals].trim_end(), &value) {
            settings.rest.push_str(written);
            settings.rest.push(' ');
        }
        left = behind.trim_start();
    }
    Ok(settings)
}

/// The value that the text begins with, and its length as written.
fn value_of(text: &str) -> Option<(String, usize)> {
    let is_quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut letters = text.char_indices().skip(usize::from(is_quoted));
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' if is_quoted => return Some((value, at + 1)),
            blank if blank.is_whitespace() && !is_quoted => return Some((value, at)),
            '\\' => value.extend(letters.next().map(|(_, kept)| kept)),
            other => value.push(other),
        }
    }
    (!is_quoted).then_some((value, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dsn: &str, rest: &str, mode: Option<&str>, roots: Option<&str>) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let wanted = Settings { rest: rest.to_owned(), mode: owned(mode), roots: owned(roots) };
        assert_eq!(take(dsn), Ok(wanted), "{dsn}");
    }

    #[test]
    fn urls() {
        let (mode, roots) = (Some("verify-full"), Some("/my ca.pem"));
        check("postgres://u@h/d", "postgres://u@h/d", None, None);
        check("postgres://u:a?b@h/d?sslmode=require", "postgres://u:a?b@h/d", Some("require"), None);
        check(
            "postgresql://h/d?user=u&sslmode=verify-full&sslrootcert=/my%20ca.pem&connect_timeout=3",
            "postgresql://h/d?user=u&connect_timeout=3",
            mode,
            roots,
        );
        check("postgres://h/d?sslmode=require&sslmode=disable", "postgres://h/d", Some("disable"), None);
        check("postgres://h/d?sslmode=&x", "postgres://h/d?x", None, None);
        assert!(take("postgres://h/d?sslmode=%ff").is_err());
    }

    #[test]
    fn keywords() {
        check("host=h dbname=d", "host=h dbname=d ", None, None);
        check(
            r"host = h sslmode= verify-full password='a sslmode=b\'c' sslrootcert='/my ca.pem' dbname=d",
            r"host = h password='a sslmode=b\'c' dbname=d ",
            Some("verify-full"),
            Some("/my ca.pem"),
        );
        check("sslmode=require", "", Some("require"), None);
        check(r"password=a\ sslmode=x", r"password=a\ sslmode=x ", None, None);
        check("host=h nonsense", "host=h nonsense", None, None);
        assert!(take("host='h").is_err());
    }
}
