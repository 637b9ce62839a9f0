//! The table of settings: the one place that says which there are. Flags, environment, file, the example and
//! `config show` are made from it.

/// What a setting's text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A relative path in a file counts from that file's directory, elsewhere from the working directory.
    Path,
    /// `true` or `false`.
    Flag,
    Number,
    /// Several values; separated by commas in the environment, an array in the file, a repeated flag.
    List,
}

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// As in `billwright.toml`; the flag has dashes, the environment is `BILLWRIGHT_` and upper case.
    pub name: &'static str,
    pub kind: Kind,
    /// Empty: none.
    pub default: &'static str,
    /// Never shown; may also come from a file named by `<name>_file` or `BILLWRIGHT_<NAME>_FILE`.
    pub is_secret: bool,
    /// One or more lines for the example.
    pub about: &'static str,
    /// A value for the example.
    pub example: &'static str,
}

impl Setting {
    /// `BILLWRIGHT_LISTEN`.
    pub fn variable(&self) -> String {
        format!("BILLWRIGHT_{}", self.name.to_ascii_uppercase())
    }

    /// `--listen`.
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    pub fn by_name(name: &str) -> Option<&'static Setting> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }
}

const fn plain(name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Setting {
    Setting { name, kind, default, is_secret: false, about, example: default }
}

/// Every setting, in the order of `config show`.
pub const SETTINGS: &[Setting] = &[
    Setting {
        example: "/var/lib/billwright",
        ..plain(
            "data_dir",
            Kind::Path,
            "",
            "Where the SQLite database lies (billwright.db). Made with the rights 0700.\n\
             Default: $XDG_DATA_HOME/billwright, else ~/.local/share/billwright.",
        )
    },
    Setting {
        is_secret: true,
        example: "postgres://billwright:password@127.0.0.1/billwright",
        ..plain(
            "database_url",
            Kind::Text,
            "",
            "PostgreSQL instead of SQLite. Better in a file: database_url_file. To another machine, end it\n\
             with ?sslmode=verify-full&sslrootcert=/etc/billwright/ca.pem (or sslrootcert=system); require\n\
             encrypts without knowing the server, prefer (the default) only when the server can.",
        )
    },
    Setting {
        example: "/etc/billwright/secret.key",
        ..plain(
            "secret_key_file",
            Kind::Path,
            "",
            "The file of the secret key that seals what the database must keep and nobody may read there\n\
             (keys that sign): 32 random bytes in base64 or hex. Further lines are older keys, which still\n\
             open; at the next start everything is sealed with the first. Keep a copy apart from the backups.\n\
             Default: secret.key in data_dir, made at the first start. With PostgreSQL: none.",
        )
    },
    plain(
        "listen",
        Kind::Text,
        "127.0.0.1:8080",
        "The address of all faces. Port 0 takes a free one. Other machines reach the server only when\n\
         this says so, such as 0.0.0.0:8080; then use TLS, here or in a proxy.",
    ),
    plain(
        "metrics_listen",
        Kind::Text,
        "127.0.0.1:9464",
        "The address of /metrics for Prometheus, or \"off\". It asks for no credential: keep it private.",
    ),
    Setting {
        example: "/etc/billwright/chain.pem",
        ..plain(
            "tls_cert",
            Kind::Path,
            "",
            "The certificate chain in PEM, the server's own first. With tls_key: HTTPS.",
        )
    },
    Setting {
        example: "/etc/billwright/key.pem",
        ..plain("tls_key", Kind::Path, "", "The private key of tls_cert in PEM.")
    },
    Setting {
        example: "https://billing.example.com",
        ..plain("public_url", Kind::Text, "", "How clients reach the server, for links and signatures over URLs.")
    },
    plain(
        "trust_proxy",
        Kind::Flag,
        "false",
        "Whether a proxy stands before the server and sets X-Forwarded-Proto, -Host and -For.\n\
         Without one, anybody could send them.",
    ),
    Setting {
        example: "https://app.example.com",
        ..plain("allow_origin", Kind::List, "", "Origins whose scripts may call (CORS).")
    },
    plain("max_connections", Kind::Number, "10000", "Connections at a time; one more gets 503 with Retry-After."),
    plain(
        "max_connections_per_ip",
        Kind::Number,
        "256",
        "Connections at a time from one address (on IPv6: one /64); one more gets 503. 0: no cap.",
    ),
    plain(
        "uncapped_ips",
        Kind::List,
        "127.0.0.0/8,::1",
        "Addresses and networks without that cap. A proxy brings everybody's connections: one on another\n\
         machine belongs here. \"none\": not even this machine's own.",
    ),
    plain(
        "shutdown_grace_seconds",
        Kind::Number,
        "30",
        "How long requests in flight may take after SIGTERM before their connections are cut.",
    ),
    Setting {
        example: "sandbox",
        ..plain(
            "gateway",
            Kind::Text,
            "",
            "How invoices are charged. \"sandbox\" is built in, moves no money and does what a payment\n\
             method's token says (sandbox_ok, sandbox_decline, sandbox_timeout, sandbox_duplicate,\n\
             sandbox_late, sandbox_any); \"sandbox:7\" draws with another seed. Without one nothing is charged.",
        )
    },
    plain(
        "test_clock",
        Kind::Flag,
        "false",
        "Adds /_test/clock, which moves a tenant's business clock. For tests only: it makes invoices\n\
         of another day.",
    ),
    plain(
        "allow_unsafe_postgres",
        Kind::Flag,
        "false",
        "Run on a PostgreSQL with fsync, full_page_writes or synchronous_commit off. For tests only:\n\
         a power loss loses what was acknowledged.",
    ),
    Setting {
        example: "info",
        ..plain(
            "log",
            Kind::Text,
            "",
            "What is logged to stderr: a level or directives such as warn,store=debug.\n\
             Default: info for serve and demo, warn for everything else. RUST_LOG counts too.",
        )
    },
    plain("log_format", Kind::Text, "text", "text, or json: one object per line."),
    Setting {
        example: "http://billing.internal:8080",
        ..plain("server", Kind::Text, "", "A running server that the command line asks instead of the data directory.")
    },
    Setting {
        is_secret: true,
        example: "bw_...",
        ..plain("token", Kind::Text, "", "The native credential for `server`. Better in a file: token_file.")
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        for setting in SETTINGS {
            assert!(setting.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", setting.name);
            assert!(!setting.about.is_empty() && setting.about.ends_with('.'), "{}", setting.name);
            assert!(!setting.example.is_empty(), "{}", setting.name);
            assert_eq!(Setting::by_name(setting.name), Some(setting));
        }
        let listen = Setting::by_name("tls_cert").expect("a setting");
        assert_eq!((listen.variable().as_str(), listen.flag().as_str()), ("BILLWRIGHT_TLS_CERT", "--tls-cert"));
    }
}
