//! `billwright face`: what is served, and a curl for each of it.

use crate::cli::{Curl, FaceCommand};
use crate::config::Config;
use crate::exit::{Failure, Result};
use crate::faces::{self, Presented};
use crate::output::{self, Cell, Printer, Record};

pub fn run(command: &FaceCommand, config: &Config, printer: Printer) -> Result<()> {
    match command {
        FaceCommand::List => {
            let mut rows = Vec::new();
            for face in faces::all() {
                for operation in &face.operations {
                    let prefix = face.prefixes.first().copied().unwrap_or_default();
                    let needs = Some(operation.needs.as_str()).filter(|needs| !needs.is_empty());
                    rows.push(
                        Record::default()
                            .with("face", Cell::text(face.name.word()))
                            .with("operation", Cell::text(&operation.name))
                            .with("method", Cell::text(&operation.method))
                            .with("path", Cell::text(format!("{prefix}{}", operation.path)))
                            .with("scope", Cell::maybe(needs)),
                    );
                }
            }
            printer.list(&["face", "operation", "method", "path", "scope"], &rows)
        }
        FaceCommand::Curl(wanted) => output::print(&format!("{}\n", curl(wanted, config)?)),
    }
}

fn curl(wanted: &Curl, config: &Config) -> Result<String> {
    let face = faces::find(wanted.face)?;
    let operation = face.operation(&wanted.operation)?;
    let mut parameters = Vec::new();
    for given in &wanted.param {
        let (name, value) =
            given.split_once('=').ok_or_else(|| Failure::usage(format!("--param {given} is not NAME=VALUE")))?;
        parameters.push((name.to_owned(), value.to_owned()));
    }
    let mut presented = Presented::variables();
    if let Some(token) = &wanted.token {
        presented.token.clone_from(token);
    }
    if let Some(private_key) = &wanted.private_key {
        presented.private_key.clone_from(private_key);
    }
    let base_url = match &wanted.base_url {
        Some(text) => {
            http_kit::url::BaseUrl::parse(text).map_err(|error| Failure::usage(error.to_string()))?.to_string()
        }
        None => base_url(config),
    };
    let path = face.path(operation, &parameters)?;
    Ok(face.curl(&operation.method, &base_url, &path, &presented, false))
}

/// Where a server with this configuration is reached from its own machine.
pub fn base_url(config: &Config) -> String {
    if let Some(url) = config.server.as_ref().or(config.public_url.as_ref()) {
        return url.to_string();
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    format!("{scheme}://{address}")
}
