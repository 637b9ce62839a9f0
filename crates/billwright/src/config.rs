//! The configuration: which settings there are ([`settings`]), where each value came from ([`values`]), and what
//! they mean ([`Config`]).

pub mod settings;
pub mod values;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_kit::cors::Cors;
use http_kit::server::Network;
use http_kit::url::BaseUrl;

use crate::exit::{Failure, Result};
use crate::gateway::GatewayChoice;
use crate::logs::LogFormat;
use settings::SETTINGS;
use values::{Origin, Sources, Values};

/// The name of the configuration file.
pub const FILE_NAME: &str = "billwright.toml";

/// The settings, read and checked.
#[derive(Clone)]
pub struct Config {
    pub data_dir: PathBuf,
    /// PostgreSQL; without it SQLite in `data_dir`.
    pub database_url: Option<String>,
    /// Of the secret key; none is the usual one of a data directory.
    pub secret_key_file: Option<PathBuf>,
    pub listen: SocketAddr,
    /// None: off.
    pub metrics_listen: Option<SocketAddr>,
    /// Certificate chain and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    pub public_url: Option<BaseUrl>,
    pub trusts_proxy: bool,
    pub cors: Cors,
    pub max_connections: usize,
    /// None: no cap.
    pub max_connections_per_ip: Option<usize>,
    pub uncapped_ips: Vec<Network>,
    pub shutdown_grace: Duration,
    /// None: nothing is charged.
    pub gateway: Option<GatewayChoice>,
    pub has_test_clock: bool,
    pub allows_unsafe_postgres: bool,
    /// None: the command's own.
    pub log: Option<String>,
    pub log_format: LogFormat,
    pub server: Option<BaseUrl>,
    pub token: Option<String>,
    /// The texts behind all this.
    pub values: Values,
}

impl Config {
    /// Reads flags, the environment and the configuration file.
    pub fn load(flags: Vec<(&'static str, String)>, file: Option<&Path>) -> Result<Config> {
        let environment = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        Config::from_values(values(flags, file, &environment)?)
    }

    /// # Errors
    /// All faults at once, one per line, each with its origin.
    pub fn from_values(values: Values) -> Result<Config> {
        let mut faults = Faults { values: &values, found: Vec::new() };
        let metrics_listen = match values.text("metrics_listen") {
            None | Some("off") => None,
            Some(_) => faults.read("metrics_listen", address, "an address such as 127.0.0.1:9464, or off"),
        };
        let config = Config {
            data_dir: PathBuf::from(values.text("data_dir").unwrap_or(".")),
            database_url: faults.read("database_url", postgres, "a URL such as postgres://user@host/database"),
            secret_key_file: values.text("secret_key_file").map(PathBuf::from),
            listen: faults
                .read("listen", address, "an address such as 127.0.0.1:8080")
                .unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)),
            metrics_listen,
            tls: faults.pair("tls_cert", "tls_key"),
            public_url: faults.read("public_url", base_url, "a URL such as https://billing.example.com"),
            trusts_proxy: faults.flag("trust_proxy"),
            cors: faults.read("allow_origin", cors, "origins such as https://app.example.com").unwrap_or_default(),
            max_connections: faults.read("max_connections", above_zero, "a number above zero").unwrap_or(1),
            max_connections_per_ip: faults
                .read("max_connections_per_ip", number, "a number, or 0 for no cap")
                .filter(|most| *most > 0),
            uncapped_ips: faults
                .read("uncapped_ips", networks, "addresses or networks such as 10.0.0.0/8, or none")
                .unwrap_or_default(),
            shutdown_grace: faults
                .read("shutdown_grace_seconds", seconds, "a number of seconds up to 3600")
                .unwrap_or_default(),
            gateway: faults.read("gateway", GatewayChoice::parse, "sandbox, or sandbox and a seed such as sandbox:7"),
            has_test_clock: faults.flag("test_clock"),
            allows_unsafe_postgres: faults.flag("allow_unsafe_postgres"),
            log: faults.read("log", log, "a level (error, warn, info, debug, trace) or directives"),
            log_format: faults.read("log_format", log_format, "text or json").unwrap_or(LogFormat::Text),
            server: faults.read("server", base_url, "a URL such as http://127.0.0.1:8080"),
            token: values.text("token").map(str::to_owned),
            values: values.clone(),
        };
        match faults.found.is_empty() {
            true => Ok(config),
            false => Err(Failure::usage(faults.found.join("\n"))
                .todo("`billwright config show --origin` prints each setting with its source")),
        }
    }

    /// Where the SQLite database lies.
    pub fn database_path(&self) -> PathBuf {
        self.data_dir.join("billwright.db")
    }

    /// How the database is opened.
    pub fn store(&self) -> store::Config {
        let mut config = match &self.database_url {
            Some(url) => store::Config::postgres(url),
            None => store::Config::sqlite(self.database_path()),
        };
        config.allow_unsafe_postgres = self.allows_unsafe_postgres;
        #[cfg(feature = "failpoints")]
        crate::failpoints::spoil(self, &mut config);
        config
    }

    /// What to call the database in a message.
    pub fn database_words(&self) -> String {
        match &self.database_url {
            Some(_) => format!("PostgreSQL at {}", self.values.get("database_url").shown()),
            None => self.data_dir.display().to_string(),
        }
    }
}

/// The texts of all settings. `file` is the one that `--config` names.
pub fn values(
    flags: Vec<(&'static str, String)>,
    file: Option<&Path>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Values> {
    let named = file.map(Path::to_owned).or_else(|| environment("BILLWRIGHT_CONFIG").map(PathBuf::from));
    let file = match named {
        Some(path) => Some(read_file(&path)?),
        None => {
            let found = [PathBuf::from(FILE_NAME), Path::new("/etc/billwright").join(FILE_NAME)];
            found.iter().find(|path| path.is_file()).map(|path| read_file(path)).transpose()?
        }
    };
    let mut values = Values::resolve(&Sources { flags, environment, file })?;
    values.set_default("data_dir", default_data_dir(environment).display().to_string());
    Ok(values)
}

fn read_file(path: &Path) -> Result<(PathBuf, toml::Table)> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("the configuration file {} cannot be read: {error}", path.display()))
            .todo("name another with --config or BILLWRIGHT_CONFIG, or write it: billwright config example")
    })?;
    let table = text
        .parse()
        .map_err(|error| Failure::usage(format!("the configuration file {} is not TOML: {error}", path.display())))?;
    Ok((path.to_owned(), table))
}

/// By the XDG base directory specification; an empty or relative XDG_DATA_HOME does not count.
fn default_data_dir(environment: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let absolute = |name: &str| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    base.map_or_else(|| PathBuf::from("billwright-data"), |base| base.join("billwright"))
}

/// A commented file with every setting at its default.
pub fn example() -> String {
    let mut text = String::from(
        "# Billwright. A flag (--listen) wins over the environment (BILLWRIGHT_LISTEN), which wins over this file.\n",
    );
    for setting in SETTINGS {
        text.push('\n');
        for line in setting.about.lines() {
            text.push_str(&format!("# {line}\n"));
        }
        let value = match setting.kind {
            settings::Kind::Flag | settings::Kind::Number => setting.example.to_owned(),
            settings::Kind::List => format!("[{:?}]", setting.example),
            settings::Kind::Text | settings::Kind::Path => format!("{:?}", setting.example),
        };
        text.push_str(&format!("# {} = {value}\n", setting.name));
    }
    text
}

/// Collects what is wrong instead of stopping at the first.
struct Faults<'a> {
    values: &'a Values,
    found: Vec<String>,
}

impl Faults<'_> {
    fn read<T>(&mut self, name: &str, parse: fn(&str) -> Option<T>, wanted: &str) -> Option<T> {
        let text = self.values.text(name)?;
        let parsed = parse(text);
        if parsed.is_none() {
            let value = self.values.get(name);
            let shown = if value.setting.is_secret { String::new() } else { format!(" = {text:?}") };
            self.found.push(format!("{name}{shown} ({}): {wanted} is needed", value.origin));
        }
        parsed
    }

    fn flag(&mut self, name: &str) -> bool {
        let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        };
        self.read(name, parse, "true or false").unwrap_or_default()
    }

    /// Two that make sense only together.
    fn pair(&mut self, first: &str, second: &str) -> Option<(PathBuf, PathBuf)> {
        match (self.values.text(first), self.values.text(second)) {
            (Some(one), Some(other)) => Some((one.into(), other.into())),
            (None, None) => None,
            (given, _) => {
                let (given, lacking) = if given.is_some() { (first, second) } else { (second, first) };
                let origin = &self.values.get(given).origin;
                self.found.push(format!("{given} ({origin}) needs {lacking}: set both or none"));
                None
            }
        }
    }
}

/// `127.0.0.1:80`, `[::1]:80` or `localhost:80`.
fn address(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    match text.strip_prefix("localhost:") {
        Some(port) => port.parse().ok().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)),
        None => text.parse().ok(),
    }
}

fn postgres(text: &str) -> Option<String> {
    let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    // The keyword form of libpq.
    let is_keywords = !text.contains("://") && (text.contains("host=") || text.contains("dbname="));
    (is_url || is_keywords).then(|| text.to_owned())
}

fn base_url(text: &str) -> Option<BaseUrl> {
    BaseUrl::parse(text).ok()
}

fn cors(text: &str) -> Option<Cors> {
    Cors::new(text.split(',').map(str::trim).filter(|origin| !origin.is_empty())).ok()
}

fn above_zero(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|number| *number > 0)
}

fn number(text: &str) -> Option<usize> {
    text.trim().parse().ok()
}

fn networks(text: &str) -> Option<Vec<Network>> {
    match text.trim() {
        "none" => Some(Vec::new()),
        text => text.split(',').map(|network| network.trim().parse().ok()).collect(),
    }
}

fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().filter(|seconds| *seconds <= 3600).map(Duration::from_secs)
}

fn log(text: &str) -> Option<String> {
    crate::logs::filter_of(text).is_ok().then(|| text.to_owned())
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

/// Whether nobody chose this value.
pub fn is_default(values: &Values, name: &str) -> bool {
    values.get(name).origin == Origin::Default
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(flags: &[(&'static str, &str)]) -> Result<Config> {
        let environment = |name: &str| (name == "HOME").then(|| "/home/ann".to_owned());
        let flags = flags.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        let sources = Sources { flags, environment: &environment, file: None };
        let mut values = Values::resolve(&sources)?;
        values.set_default("data_dir", default_data_dir(&environment).display().to_string());
        Config::from_values(values)
    }

    #[test]
    fn defaults_stay_on_this_machine() {
        let config = config(&[]).expect("the defaults are sound");
        assert!(config.listen.ip().is_loopback());
        assert!(config.metrics_listen.is_some_and(|address| address.ip().is_loopback()));
        assert_eq!(config.data_dir, Path::new("/home/ann/.local/share/billwright"));
        assert!(config.database_url.is_none() && !config.has_test_clock && config.tls.is_none());
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let flags = [
            ("listen", "8080"),
            ("public_url", "billing.example.com"),
            ("allow_origin", "*"),
            ("tls_cert", "c.pem"),
            ("trust_proxy", "maybe"),
            ("database_url", "mysql://u:secret@h"),
        ];
        let failure = config(&flags).err().expect("faults");
        let text = failure.to_string();
        assert_eq!(failure.exit() as u8, 2);
        for name in ["listen", "public_url", "allow_origin", "tls_key", "trust_proxy", "database_url"] {
            assert!(text.contains(name), "{name}: {text}");
        }
        assert!(!text.contains("secret"), "{text}");
    }

    #[test]
    fn addresses() {
        for text in ["127.0.0.1:0", "0.0.0.0:80", "[::1]:8080", "localhost:8080"] {
            assert!(config(&[("listen", text)]).is_ok(), "{text}");
        }
        for text in ["8080", "127.0.0.1", "billing.example.com:80", "localhost"] {
            assert!(config(&[("listen", text)]).is_err(), "{text}");
        }
        assert_eq!(config(&[("metrics_listen", "off")]).expect("off").metrics_listen, None);
    }

    #[test]
    fn caps_per_address() {
        let usual = config(&[]).expect("sound");
        assert_eq!((usual.max_connections_per_ip, usual.uncapped_ips), (Some(256), Network::loopback().to_vec()));
        let none = config(&[("max_connections_per_ip", "0"), ("uncapped_ips", "none")]).expect("sound");
        assert_eq!((none.max_connections_per_ip, none.uncapped_ips), (None, Vec::new()));
        let proxy = config(&[("uncapped_ips", "10.0.0.7, 2001:db8::/32")]).expect("sound");
        assert_eq!(proxy.uncapped_ips.len(), 2);
        for wrong in ["proxy.internal", "10.0.0.0/33", "10.0.0.7,"] {
            assert!(config(&[("uncapped_ips", wrong)]).is_err(), "{wrong}");
        }
        assert!(config(&[("max_connections_per_ip", "-1")]).is_err());
    }

    #[test]
    fn the_example_is_the_default() {
        let uncommented: String = example()
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| SETTINGS.iter().any(|setting| line.starts_with(&format!("{} = ", setting.name))))
            .map(|line| format!("{line}\n"))
            .collect();
        let table: toml::Table = uncommented.parse().expect("the example is TOML");
        assert_eq!(table.len(), SETTINGS.len());
        let environment = |_: &str| None;
        let file = Some((PathBuf::from("/etc/billwright.toml"), table));
        let values = Values::resolve(&Sources { flags: Vec::new(), environment: &environment, file });
        assert!(Config::from_values(values.expect("resolves")).is_ok());
    }
}
