//! A server that shows who it is by a certificate of its municipality's own, which no authority of the web knows.
//!
//! Its address says which: `https://koina.dimos.gr:8787/#ca=0123…`, 32 hex digits, the first half of the SHA-256 of the
//! authority's certificate. What is behind `#` never travels. Whoever cannot show a chain that ends in that certificate is
//! not talked to, whatever the system trusts, and whatever its clock says: a device in the mountains may have any date.

use std::sync::Arc;

use koina_model::problem::Problem;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use sha2::{Digest, Sha256};

use crate::identity::{hex, unhex};

/// What the part of an address behind `#` begins with.
const MARK: &str = "ca=";
/// Bytes of the hash that an address holds: nobody makes another certificate with the same ones.
const BYTES: usize = 16;

/// Which authority a server's certificate has to come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin([u8; BYTES]);

impl Pin {
    /// Of an authority's certificate (DER).
    pub fn of(certificate: &[u8]) -> Self {
        let hash = Sha256::digest(certificate);
        let mut bytes = [0; BYTES];
        for (to, from) in bytes.iter_mut().zip(hash) {
            *to = from;
        }
        Self(bytes)
    }

    /// An address with this pin in it.
    pub fn added_to(self, address: &str) -> String {
        format!("{address}/#{MARK}{}", hex(&self.0))
    }

    /// The pin behind the `#` of an address; hyphens and spaces that somebody typed do not matter.
    pub(crate) fn parse(behind: &str) -> Result<Self, Problem> {
        let typed = behind.strip_prefix(MARK).ok_or(Problem::BadAddress)?;
        let digits: String = typed
            .chars()
            .filter(|one| !matches!(one, '-' | ' '))
            .collect();
        let bytes = unhex(&digits.to_lowercase()).and_then(|bytes| bytes.try_into().ok());
        Ok(Self(bytes.ok_or(Problem::BadAddress)?))
    }
}

/// An address and what stands behind its `#`.
pub(crate) fn apart(address: &str) -> (&str, Option<&str>) {
    let (address, behind) = match address.split_once('#') {
        Some((address, behind)) => (address, Some(behind)),
        None => (address, None),
    };
    (address.trim_end_matches('/'), behind)
}

/// An address without its pin: what may be shown, and put on paper.
pub fn without_pin(address: &str) -> &str {
    apart(address).0
}

/// Whether whoever answers at an address has shown that it is the server: by a certificate, or by being this machine.
pub fn is_proven(address: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(without_pin(address)) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let here = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    url.scheme() == "https" || here
}

/// Whether what stands behind a `#` is a pin.
pub fn is_pin(behind: &str) -> bool {
    behind.starts_with(MARK)
}

/// What TLS is told: nobody else's certificate.
pub(crate) fn config(pin: Pin) -> Result<ClientConfig, Problem> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(Pinned {
        pin,
        provider: Arc::clone(&provider),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Problem::BadAddress)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

#[derive(Debug)]
struct Pinned {
    pin: Pin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let ours = |one: &&CertificateDer<'_>| Pin::of(one) == self.pin;
        let Some(authority) = intermediates.iter().find(ours) else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        let provider = Arc::clone(&self.provider);
        WebPkiServerVerifier::builder_with_provider(roots.into(), provider)
            .build()
            .map_err(|failure| Error::General(failure.to_string()))?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
