//! From a configuration to an open, migrated database with the verbs on it, and to the router of a whole server.

use axum::Router;
use billing::{Billing, SystemClock};
use http_kit::Edge;
use http_kit::edge::EdgeConfig;
use http_kit::url::PublicUrl;
use store::{Db, SchemaStatus};

use crate::config::Config;
use crate::data_dir::{self, Lock};
use crate::exit::{Failure, Result};
use crate::{faces, front, gateway, secret_key};

/// The verbs on an open database. What was opened is closed by [`App::close`].
pub struct App {
    pub billing: Billing,
    /// Held by servers and by what changes the schema, on SQLite.
    _lock: Option<Lock>,
}

impl App {
    /// For a server: makes the data directory, takes it, migrates, reads or makes the secret key.
    pub async fn own(config: &Config) -> Result<App> {
        let lock = match config.database_url {
            Some(_) => None,
            None => {
                data_dir::create(&config.data_dir)?;
                Some(Lock::take(&config.data_dir)?)
            }
        };
        let db = open(config).await?;
        let migrated = db.migrate().await?;
        if !migrated.applied.is_empty() {
            tracing::info!(applied = ?migrated.applied, version = migrated.version, "migrated the database");
        }
        let billing = secret_key::attach(Billing::new(db, SystemClock::Machine), config).await?;
        let sealed = billing.reseal().await?;
        if sealed > 0 {
            tracing::info!(sealed, "sealed secrets with the current secret key");
        }
        Ok(App { billing: gateway::attach(billing, config.gateway), _lock: lock })
    }

    /// For a command beside a running server, or without one: the database must be there and up to date.
    pub async fn join(config: &Config) -> Result<App> {
        let db = open_existing(config).await?;
        check_schema(config, &db.schema_status().await?)?;
        let billing = Billing::new(db, SystemClock::Machine);
        Ok(App { billing: gateway::attach(billing, config.gateway), _lock: None })
    }

    /// With the secret key, for a command that keeps or reads secrets.
    pub async fn with_secret_key(self, config: &Config) -> Result<App> {
        Ok(App { billing: secret_key::attach(self.billing, config).await?, ..self })
    }

    /// Finishes what was begun.
    pub async fn close(self) {
        self.billing.db().clone().close().await;
    }
}

/// Opens the database if it is there. Does not look at its schema.
pub async fn open_existing(config: &Config) -> Result<Db> {
    let path = config.database_path();
    if config.database_url.is_none() && !path.is_file() {
        let what = format!("there is no database in {}", config.data_dir.display());
        return Err(Failure::not_found(what).todo(
            "name the right directory with --data-dir (or BILLWRIGHT_DATA_DIR);\n\
             billwright serve and billwright db migrate make a new one",
        ));
    }
    open(config).await
}

async fn open(config: &Config) -> Result<Db> {
    Db::open(&config.store()).await.map_err(|error| match error {
        error @ store::Error::Refused(_) if config.database_url.is_some() => Failure::from(error).todo(
            "set fsync, full_page_writes and synchronous_commit to on, encoding to UTF8, on PostgreSQL 13 or later",
        ),
        error => Failure::from(error).during(format_args!("opening {}", config.database_words())),
    })
}

fn check_schema(config: &Config, status: &SchemaStatus) -> Result<()> {
    match status {
        SchemaStatus::Current { .. } => Ok(()),
        SchemaStatus::Pending { version, pending } => {
            let latest = pending.last().copied().unwrap_or(*version);
            let what = format!(
                "the database ({}) is at schema version {version}, this program needs {latest}",
                config.database_words()
            );
            Err(Failure::refused(what).todo("billwright db migrate (or start billwright serve, which migrates)"))
        }
        SchemaStatus::Newer { found, known } => {
            Err(Failure::from(store::Error::NewerSchema { found: *found, known: *known }))
        }
    }
}

/// What all faces share.
pub fn edge(config: &Config) -> Edge {
    Edge::new(EdgeConfig {
        cors: config.cors.clone(),
        public_url: PublicUrl { configured: config.public_url.clone(), trusts_proxy: config.trusts_proxy },
        ..EdgeConfig::default()
    })
}

/// The router of the main listener.
pub fn router(billing: &Billing, config: &Config) -> Router {
    let edge = edge(config);
    let mounted = faces::mounts(billing, &edge);
    // Our own face answers everywhere else too, health and unknown paths included.
    let own = face_native::router(billing.clone(), face_native::Settings::default());
    let own = own.merge(front::routes(billing.clone(), &edge, config.has_test_clock));
    http_kit::assemble(face_native::Native, own, mounted, &edge)
}
