//! TLS to PostgreSQL, by the words of libpq (<https://www.postgresql.org/docs/current/libpq-ssl.html>).
//!
//! | `sslmode` | encrypted | the server's certificate |
//! |---|---|---|
//! | `disable` | never | |
//! | `prefer` (the default) | when the server can | is not judged |
//! | `require` | always | is not judged; with `sslrootcert` as in `verify-ca` |
//! | `verify-ca` | always | comes from a known authority |
//! | `verify-full` | always | comes from a known authority, for the host's name |
//!
//! `sslrootcert` names a PEM file of the known authorities. It may also hold the server's own self-signed certificate.
//! Without it, or with the word `system`, the authorities of the operating system are known (libpq looks for
//! `~/.postgresql/root.crt` first; a server has no home). A connection over a Unix socket is never encrypted.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::errors::chain;
use super::settings::{self, Settings};
use crate::{Error, Result};

/// The word for the authorities of the operating system.
const SYSTEM: &str = "system";

/// How a database is reached.
pub(super) struct Route {
    pub(super) config: tokio_postgres::Config,
    pub(super) tls: MakeRustlsConnect,
}

/// Reads a connection string, with the words about TLS that tokio-postgres does not know.
///
/// # Errors
/// What is wrong with it, without the text itself, which may hold a password.
pub(super) fn route(dsn: &str) -> Result<Route> {
    let Settings { rest, mode, roots } = settings::take(dsn).map_err(broken)?;
    let mut config: tokio_postgres::Config = rest.parse().map_err(|error| broken(chain(&error)))?;
    let (mode, trust) = match (mode.as_deref(), roots.as_deref()) {
        (None | Some("disable" | "prefer"), Some(_)) => {
            return Err(broken("sslrootcert counts only with sslmode=require, verify-ca or verify-full"));
        }
        (Some("disable"), None) => (SslMode::Disable, None),
        (None | Some("prefer"), None) => (SslMode::Prefer, None),
        (Some("require"), None) => (SslMode::Require, None),
        (Some("require" | "verify-ca"), roots) => (SslMode::Require, Some(Trust::read(roots, false)?)),
        (Some("verify-full"), roots) => (SslMode::Require, Some(Trust::read(roots, true)?)),
        (Some(other), _) => {
            let known = "disable, prefer, require, verify-ca and verify-full";
            return Err(broken(format!("sslmode={other} is not known; {known} are")));
        }
    };
    config.ssl_mode(mode);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let judge = Judge { trust: trust.map(|trust| trust.known(&provider)).transpose()?, provider: provider.clone() };
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(judge))
        .with_no_client_auth();
    if config.get_ssl_negotiation() == SslNegotiation::Direct {
        // Without it PostgreSQL 17 refuses a handshake that nobody asked for.
        client.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(Route { config, tls: MakeRustlsConnect::new(client) })
}

fn broken(reason: impl std::fmt::Display) -> Error {
    Error::Broken(format!("the connection string: {reason}"))
}

/// Whose certificates are believed.
struct Trust {
    certificates: Vec<CertificateDer<'static>>,
    judges_name: bool,
}

impl Trust {
    fn read(roots: Option<&str>, judges_name: bool) -> Result<Trust> {
        let certificates = match roots.filter(|roots| *roots != SYSTEM) {
            Some(path) => of_file(Path::new(path))?,
            None => {
                let found = rustls_native_certs::load_native_certs();
                for error in &found.errors {
                    tracing::debug!(%error, "a certificate of the operating system cannot be read");
                }
                found.certs
            }
        };
        match certificates.is_empty() {
            true => Err(broken("no certificate authority is known: name their file with sslrootcert")),
            false => Ok(Trust { certificates, judges_name }),
        }
    }

    fn known(self, provider: &Arc<CryptoProvider>) -> Result<Known> {
        let mut roots = RootCertStore::empty();
        // A bundle of the operating system may hold some that nobody can read any more.
        let (added, _) = roots.add_parsable_certificates(self.certificates.iter().cloned());
        if added == 0 {
            return Err(broken("sslrootcert holds no certificate that can be read"));
        }
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|error| broken(error.to_string()))?;
        Ok(Known { chain, own: self.certificates, judges_name: self.judges_name })
    }
}

fn of_file(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    read.map_err(|error| broken(format!("sslrootcert {} cannot be read: {error}", path.display())))
}

#[derive(Debug)]
struct Known {
    chain: Arc<WebPkiServerVerifier>,
    own: Vec<CertificateDer<'static>>,
    judges_name: bool,
}

/// Judges the server's certificate as far as the mode says. That the server has the certificate's private key is
/// checked in every mode.
#[derive(Debug)]
struct Judge {
    /// None: whoever answers is believed.
    trust: Option<Known>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(known) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        let judged = known.chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match judged {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !known.judges_name => Ok(ServerCertVerified::assertion()),
            // PostgreSQL's own documentation makes a self-signed certificate that is marked as an authority, which
            // rustls takes from no server. Named in the file itself it is meant. Its dates were judged before this.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_))) if known.own.contains(end_entity) => {
                if known.judges_name {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(dsn: &str, words: &str) {
        let error = route(dsn).err().expect("it is refused").to_string();
        assert!(error.contains(words) && !error.contains("opensesame"), "{error}");
    }

    #[test]
    fn modes() {
        for (words, mode) in [
            ("", SslMode::Prefer),
            ("sslmode=disable", SslMode::Disable),
            ("sslmode=prefer", SslMode::Prefer),
            ("sslmode=require", SslMode::Require),
        ] {
            assert_eq!(route(&format!("postgres://u@h/d?{words}")).expect("read").config.get_ssl_mode(), mode);
            assert_eq!(route(&format!("host=h {words}")).expect("read").config.get_ssl_mode(), mode);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        refused("postgres://u:opensesame@h/d?sslmode=allow", "sslmode=allow is not known");
        refused("postgres://u:opensesame@h/d?sslrootcert=/ca.pem", "sslrootcert counts only with");
        refused("host=h password=opensesame sslmode=verify-full sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem");
        let directory = tempfile::tempdir().expect("a directory");
        let empty = directory.path().join("ca.pem");
        std::fs::write(&empty, "no certificate").expect("written");
        refused(&format!("host=h sslmode=verify-ca sslrootcert={}", empty.display()), "no certificate authority");
    }
}
