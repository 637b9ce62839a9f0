//! The texts of all settings with the place each came from: flags over environment over file over defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::settings::{Kind, SETTINGS, Setting};
use crate::exit::{Failure, Result};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Flag(String),
    Environment(String),
    File(PathBuf),
    /// A secret read from the file that a variable or the configuration file names.
    SecretFile {
        named_by: String,
        path: PathBuf,
    },
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(flag) => write!(f, "flag {flag}"),
            Origin::Environment(variable) => write!(f, "environment {variable}"),
            Origin::File(path) => write!(f, "file {}", path.display()),
            Origin::SecretFile { named_by, path } => write!(f, "file {} named by {named_by}", path.display()),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// One setting's text.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    pub setting: &'static Setting,
    /// Empty: none.
    pub text: String,
    pub origin: Origin,
}

impl Value {
    /// The text, or what may be shown of a secret.
    pub fn shown(&self) -> String {
        match (self.setting.is_secret, self.text.is_empty()) {
            (true, false) => without_password(&self.text),
            _ => self.text.clone(),
        }
    }
}

/// A URL without its password; anything else of a secret is hidden whole.
fn without_password(text: &str) -> String {
    let hidden = "***".to_owned();
    let Some((scheme, rest)) = text.split_once("://") else { return hidden };
    let Some((user, place)) = rest.rsplit_once('@') else {
        return if rest.contains("password=") { hidden } else { text.to_owned() };
    };
    if place.contains("password=") {
        return hidden;
    }
    let user = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{place}")
}

/// What the settings are read from.
pub struct Sources<'a> {
    /// By setting; a list is joined by commas.
    pub flags: Vec<(&'static str, String)>,
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    pub file: Option<(PathBuf, toml::Table)>,
}

/// The value of every setting.
#[derive(Clone)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// # Errors
    /// A file that holds what is no setting, a secret's file that cannot be read.
    pub fn resolve(sources: &Sources<'_>) -> Result<Values> {
        if let Some((path, table)) = &sources.file {
            check_names(path, table)?;
        }
        let mut values = BTreeMap::new();
        for setting in SETTINGS {
            let found = match flag(setting, sources) {
                Some(value) => Some(value),
                None => match environment(setting, sources)? {
                    Some(value) => Some(value),
                    None => file(setting, sources)?,
                },
            };
            let default = || Value { setting, text: setting.default.to_owned(), origin: Origin::Default };
            values.insert(setting.name, found.unwrap_or_else(default));
        }
        Ok(Values(values))
    }

    /// # Panics
    /// When there is no such setting.
    pub fn get(&self, name: &str) -> &Value {
        self.0.get(name).expect("a name of the table of settings")
    }

    /// The text, unless it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        Some(self.get(name).text.as_str()).filter(|text| !text.is_empty())
    }

    pub fn set_default(&mut self, name: &'static str, text: String) {
        let value = self.0.get_mut(name).expect("a name of the table of settings");
        if value.origin == Origin::Default {
            value.text = text;
        }
    }

    /// In the order of the table.
    pub fn all(&self) -> impl Iterator<Item = &Value> {
        SETTINGS.iter().map(|setting| self.get(setting.name))
    }
}

fn flag(setting: &'static Setting, sources: &Sources<'_>) -> Option<Value> {
    let (_, text) = sources.flags.iter().find(|(name, _)| *name == setting.name)?;
    Some(Value { setting, text: text.clone(), origin: Origin::Flag(setting.flag()) })
}

fn environment(setting: &'static Setting, sources: &Sources<'_>) -> Result<Option<Value>> {
    let mut variables = vec![setting.variable()];
    if setting.name == "log" {
        variables.push("RUST_LOG".to_owned());
    }
    for variable in variables {
        if let Some(text) = (sources.environment)(&variable) {
            return Ok(Some(Value { setting, text, origin: Origin::Environment(variable) }));
        }
    }
    let named_by = format!("{}_FILE", setting.variable());
    match (sources.environment)(&named_by).filter(|_| setting.is_secret) {
        Some(path) => secret_file(setting, named_by, PathBuf::from(path)).map(Some),
        None => Ok(None),
    }
}

fn file(setting: &'static Setting, sources: &Sources<'_>) -> Result<Option<Value>> {
    let Some((path, table)) = &sources.file else { return Ok(None) };
    let beside = |text: &str| path.parent().map_or_else(|| PathBuf::from(text), |directory| directory.join(text));
    if let Some(value) = table.get(setting.name) {
        let mut text = spell(setting, value, path)?;
        if setting.kind == Kind::Path && !text.is_empty() {
            text = beside(&text).display().to_string();
        }
        return Ok(Some(Value { setting, text, origin: Origin::File(path.clone()) }));
    }
    let key = format!("{}_file", setting.name);
    match table.get(&key).filter(|_| setting.is_secret) {
        Some(toml::Value::String(text)) => {
            secret_file(setting, format!("{key} in {}", path.display()), beside(text)).map(Some)
        }
        Some(_) => Err(Failure::usage(format!("{key} in {} is not a path in quotes", path.display()))),
        None => Ok(None),
    }
}

fn secret_file(setting: &'static Setting, named_by: String, path: PathBuf) -> Result<Value> {
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::usage(format!("{named_by} names {}, which cannot be read: {error}", path.display()))
            .todo("name a file that this user may read")
    })?;
    Ok(Value { setting, text: text.trim().to_owned(), origin: Origin::SecretFile { named_by, path } })
}

/// The text of a value in the file, by the setting's kind.
fn spell(setting: &Setting, value: &toml::Value, path: &Path) -> Result<String> {
    use toml::Value::{Array, Boolean, Integer, String as Text};
    let wrong = |wanted: &str| {
        let found = value.type_str();
        Failure::usage(format!("{} in {} is a value of type {found}: {wanted} is needed", setting.name, path.display()))
            .todo("see `billwright config example`")
    };
    match (setting.kind, value) {
        (Kind::Text | Kind::Path, Text(text)) => Ok(text.clone()),
        (Kind::Flag, Boolean(flag)) => Ok(flag.to_string()),
        (Kind::Number, Integer(number)) => Ok(number.to_string()),
        (Kind::List, Text(text)) => Ok(text.clone()),
        (Kind::List, Array(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(",")).ok_or_else(|| wrong("a list of texts"))
        }
        (Kind::Text | Kind::Path, _) => Err(wrong("a text in quotes")),
        (Kind::Flag, _) => Err(wrong("true or false")),
        (Kind::Number, _) => Err(wrong("a whole number")),
        (Kind::List, _) => Err(wrong("a list of texts")),
    }
}

/// A name that is no setting is most often a slip of the keyboard: silence would be worse.
fn check_names(path: &Path, table: &toml::Table) -> Result<()> {
    let is_known = |name: &str| {
        let of_secret = |name: &str| Setting::by_name(name).is_some_and(|setting| setting.is_secret);
        Setting::by_name(name).is_some() || name.strip_suffix("_file").is_some_and(of_secret)
    };
    let unknown: Vec<&str> = table.keys().map(String::as_str).filter(|name| !is_known(name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let what = format!("{} holds what is no setting: {}", path.display(), unknown.join(", "));
    Err(Failure::usage(what).todo("`billwright config example` prints all settings"))
}

/// Variables that look like settings and are none.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let is_known = |name: &str| {
        let is_setting = |setting: &Setting| {
            let variable = setting.variable();
            name == variable || setting.is_secret && name.strip_suffix("_FILE") == Some(&variable)
        };
        name == "BILLWRIGHT_CONFIG" || name.starts_with("BILLWRIGHT_TEST_") || SETTINGS.iter().any(is_setting)
    };
    let mut unknown: Vec<String> = names.filter(|name| name.starts_with("BILLWRIGHT_") && !is_known(name)).collect();
    unknown.sort();
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(flags: &[(&'static str, &str)], environment: &[(&str, &str)], file: &str) -> Result<Values> {
        let of = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
        Values::resolve(&Sources {
            flags: flags.iter().map(|(name, text)| (*name, (*text).to_owned())).collect(),
            environment: &of,
            file: Some((PathBuf::from("/etc/b/billwright.toml"), file.parse().expect("TOML"))),
        })
    }

    #[track_caller]
    fn check(values: &Values, name: &str, text: &str, origin: &str) {
        let value = values.get(name);
        assert_eq!((value.text.as_str(), value.origin.to_string().as_str()), (text, origin));
    }

    #[test]
    fn flags_over_environment_over_file_over_defaults() {
        let file = "listen = \"127.0.0.1:3\"\npublic_url = \"http://three\"\ntest_clock = true\n";
        let environment = [("BILLWRIGHT_LISTEN", "127.0.0.1:2"), ("BILLWRIGHT_PUBLIC_URL", "http://two")];
        let values = resolve(&[("listen", "127.0.0.1:1")], &environment, file).expect("resolves");
        check(&values, "listen", "127.0.0.1:1", "flag --listen");
        check(&values, "public_url", "http://two", "environment BILLWRIGHT_PUBLIC_URL");
        check(&values, "test_clock", "true", "file /etc/b/billwright.toml");
        check(&values, "metrics_listen", "127.0.0.1:9464", "default");
    }

    #[test]
    fn paths_of_the_file_count_from_it() {
        let values = resolve(&[], &[], "tls_cert = \"chain.pem\"\ntls_key = \"/k.pem\"\n").expect("resolves");
        check(&values, "tls_cert", "/etc/b/chain.pem", "file /etc/b/billwright.toml");
        check(&values, "tls_key", "/k.pem", "file /etc/b/billwright.toml");
    }

    #[test]
    fn lists_and_wrong_types() {
        let values = resolve(&[], &[], "allow_origin = [\"https://a\", \"https://b\"]").expect("resolves");
        check(&values, "allow_origin", "https://a,https://b", "file /etc/b/billwright.toml");
        for file in ["listen = 8080", "test_clock = \"true\"", "max_connections = \"5\"", "allow_origin = [1]", "x = 1"]
        {
            assert_eq!(resolve(&[], &[], file).err().map(|failure| failure.exit() as u8), Some(2), "{file}");
        }
    }

    #[test]
    fn secrets_come_from_files_too() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("url");
        std::fs::write(&path, "postgres://u:secret@h/d\n").expect("written");
        let path = path.to_str().expect("text");
        let values = resolve(&[], &[("BILLWRIGHT_DATABASE_URL_FILE", path)], "").expect("resolves");
        assert_eq!(values.text("database_url"), Some("postgres://u:secret@h/d"));
        assert_eq!(values.get("database_url").shown(), "postgres://u:***@h/d");
        let values = resolve(&[], &[], &format!("database_url_file = \"{path}\"")).expect("resolves");
        assert!(values.get("database_url").origin.to_string().contains("database_url_file"));
        assert!(resolve(&[], &[("BILLWRIGHT_TOKEN_FILE", "/nowhere")], "").is_err());
    }

    #[test]
    fn what_is_shown_of_a_secret() {
        for (text, shown) in [
            ("postgres://u:p@h/d", "postgres://u:***@h/d"),
            ("postgres://u:a@b@h/d", "postgres://u:***@h/d"),
            ("postgres://h/d", "postgres://h/d"),
            ("postgres://h/d?user=u&password=p", "***"),
            ("host=h password=p", "***"),
            ("bw_123", "***"),
        ] {
            assert_eq!(without_password(text), shown, "{text}");
        }
    }

    #[test]
    fn slips_in_the_environment_are_found() {
        let names =
            ["BILLWRIGHT_LISTEN", "BILLWRIGHT_LISTENS", "BILLWRIGHT_TOKEN_FILE", "BILLWRIGHT_LISTEN_FILE", "PATH"];
        let found = unknown_variables(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(found, ["BILLWRIGHT_LISTENS", "BILLWRIGHT_LISTEN_FILE"]);
    }
}
