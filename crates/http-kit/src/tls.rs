//! TLS with rustls over aws-lc-rs: certificates from PEM files, and a self-signed one for
//! trying things out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read, or holds no PEM of the kind.
    #[error("cannot read {path}: {reason}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: pem::Error,
    },
    /// The file holds no certificate.
    #[error("{0} holds no certificate")]
    NoCertificate(PathBuf),
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("the certificate and its key cannot be used")]
    Unusable(#[from] rustls::Error),
    /// The self-signed certificate could not be made.
    #[error("cannot make a self-signed certificate")]
    SelfSigned(#[from] rcgen::Error),
}

/// A certificate chain, the server's own first, with its private key.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    /// Loads a chain and a key (PKCS#8, PKCS#1 or SEC1) from PEM files.
    ///
    /// # Errors
    /// [`TlsError::Pem`] and [`TlsError::NoCertificate`].
    pub fn load(chain_path: &Path, key_path: &Path) -> Result<Self, TlsError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |reason| TlsError::Pem { path, reason }
        };
        let chain = CertificateDer::pem_file_iter(chain_path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(failed(chain_path))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(chain_path.to_owned()));
        }
        let key = PrivateKeyDer::from_pem_file(key_path).map_err(failed(key_path))?;
        Ok(Self { chain, key })
    }

    /// Makes a certificate for localhost, 127.0.0.1 and ::1 that no client trusts by itself.
    ///
    /// # Errors
    /// [`TlsError::SelfSigned`].
    pub fn self_signed() -> Result<Self, TlsError> {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names)?;
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        Ok(Self { chain: vec![made.cert.der().clone()], key })
    }

    /// The server's own certificate in DER, for clients that shall trust it.
    pub fn der(&self) -> &CertificateDer<'static> {
        self.chain.first().expect("a chain has a certificate")
    }

    /// The acceptor for a listener: TLS 1.2 and 1.3, HTTP/1.1 only.
    ///
    /// # Errors
    /// [`TlsError::Unusable`].
    pub fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_files_load() {
        let dir = tempfile::tempdir().expect("a directory");
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).expect("made");
        let (chain, key) = (dir.path().join("chain.pem"), dir.path().join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).expect("written");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        let loaded = Certificate::load(&chain, &key).expect("loads");
        assert_eq!(loaded.der(), made.cert.der());
        assert!(loaded.acceptor().is_ok());
    }

    #[test]
    fn wrong_files_are_named() {
        let dir = tempfile::tempdir().expect("a directory");
        let (chain, key) = (dir.path().join("chain.pem"), dir.path().join("key.pem"));
        let words = || Certificate::load(&chain, &key).err().expect("an error").to_string();
        assert!(words().contains("chain.pem"), "{}", words());
        std::fs::write(&chain, "no pem").expect("written");
        assert!(words().contains("holds no certificate"), "{}", words());
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).expect("made");
        std::fs::write(&chain, made.cert.pem()).expect("written");
        assert!(words().contains("key.pem"), "{}", words());
        let other = rcgen::KeyPair::generate().expect("a key");
        std::fs::write(&key, other.serialize_pem()).expect("written");
        let mixed = Certificate::load(&chain, &key).expect("loads");
        assert!(matches!(mixed.acceptor(), Err(TlsError::Unusable(_))));
    }
}
