//! TLS 1.2 and 1.3 by rustls, with files that can be exchanged while the server runs.

use crate::config::TlsFiles;
use crate::failure::Failed;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// TLS of one door.
pub(crate) struct Tls {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn load(files: TlsFiles) -> Result<Self, Failed> {
        let config = RwLock::new(Arc::new(config(&files)?));
        Ok(Self { files, config })
    }

    /// Reads the files again; connections from now on get the new certificate. On failure the old one stays.
    pub(super) fn reload(&self) -> Result<(), Failed> {
        let fresh = Arc::new(config(&self.files)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Shakes hands.
    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(config).accept(stream).await
    }
}

/// The certificate chain of a file, the server's own first.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failed> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failed::new(format!(
            "{}: the certificate cannot be read ({error}); it must be a PEM file",
            path.display()
        ))
    };
    let chain = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))?;
    let chain = chain
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unreadable(&error))?;
    if chain.is_empty() {
        return Err(unreadable(&"there is no certificate in it"));
    }
    Ok(chain)
}

fn config(files: &TlsFiles) -> Result<ServerConfig, Failed> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| {
        Failed::new(format!(
            "{}: the TLS key cannot be read ({error}); it must be a PEM file that this user may read",
            files.key.display()
        ))
    })?;
    let unfit = |error: rustls::Error| {
        Failed::new(format!(
            "{} and {}: they cannot be used together ({error}); check that they belong to each other",
            files.certificate.display(),
            files.key.display()
        ))
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
