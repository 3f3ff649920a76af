//! The certificate a server shows: one of an authority of its own, or one from files.
//!
//! An authority of its own is made at the first start and stays: devices know it by the hash that stands in their address
//! (`koina_sync::exchange::pinned`). Its certificates are good at any time, since a device may have any date, and since
//! nothing but the key of this server gives them worth; the one that is shown is made anew at each start.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use koina_sync::durable;
use koina_sync::exchange::pinned::Pin;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An authority in the folder `tls` of the data folder.
    Own {
        /// Names and addresses of this server besides that of its public address.
        names: Vec<String>,
    },
    /// PEM files: the chain, and the key. They are read again when they change.
    Files { chain: PathBuf, key: PathBuf },
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{path} cannot be read or written")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path} holds no certificate and key in PEM")]
    Pem { path: PathBuf },
    #[error(
        "{path} is not there, and what belongs to it is: bring back both from where they were copied to; if no device was ever invited, delete the one that is there"
    )]
    Half { path: PathBuf },
    #[error("authority.key is not the key of authority.pem")]
    Pair,
    #[error("the certificate could not be made")]
    Made(#[from] rcgen::Error),
    #[error("the certificate cannot be used")]
    Used(#[from] rustls::Error),
}

/// The certificate that is shown now.
#[derive(Debug)]
pub struct Shown {
    now: RwLock<Arc<CertifiedKey>>,
    /// The files it came from, and when they were written.
    files: Option<(PathBuf, PathBuf)>,
    read_at: RwLock<Option<SystemTime>>,
    provider: Arc<CryptoProvider>,
}

/// The certificate to show, and the pin of an authority of its own.
pub fn open(
    source: &Source,
    data: &Path,
    host: &str,
) -> Result<(Arc<Shown>, Option<Pin>), TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    match source {
        Source::Files { chain, key } => {
            let shown = Shown {
                now: RwLock::new(read(chain, key, &provider)?),
                read_at: RwLock::new(written_at(chain, key)),
                files: Some((chain.clone(), key.clone())),
                provider,
            };
            Ok((Arc::new(shown), None))
        }
        Source::Own { names } => {
            let authority = Authority::open(&data.join("tls"))?;
            let mut names = names.clone();
            names.push(host.to_owned());
            let pin = Pin::of(&authority.certificate);
            let certified = authority.certify(&names, &provider)?;
            let day = UnixTime::since_unix_epoch(Duration::ZERO);
            if !authority.is_believed(&certified, host, day, &provider) {
                return Err(TlsError::Pair);
            }
            let shown = Shown {
                now: RwLock::new(certified),
                read_at: RwLock::new(None),
                files: None,
                provider,
            };
            Ok((Arc::new(shown), Some(pin)))
        }
    }
}

impl Shown {
    /// What TLS is told.
    pub fn config(self: &Arc<Self>) -> Result<ServerConfig, TlsError> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as _;
        Ok(
            ServerConfig::builder_with_provider(Arc::clone(&self.provider))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_cert_resolver(resolver),
        )
    }

    /// Reads files again that were written since. A pair that does not fit is not shown: the one before stays.
    pub fn look_again(&self) -> Result<bool, TlsError> {
        let Some((chain, key)) = &self.files else {
            return Ok(false);
        };
        let written = written_at(chain, key);
        if *self.read_at.read().unwrap_or_else(PoisonError::into_inner) == written {
            return Ok(false);
        }
        let fresh = read(chain, key, &self.provider)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        *self.read_at.write().unwrap_or_else(PoisonError::into_inner) = written;
        Ok(true)
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(
            &self.now.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

fn is_there(path: &Path) -> Result<bool, TlsError> {
    path.try_exists().map_err(|source| TlsError::File {
        path: path.to_owned(),
        source,
    })
}

/// An authority that certifies this server and nobody else.
struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn open(folder: &Path) -> Result<Self, TlsError> {
        let of = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::File { path, source }
        };
        std::fs::create_dir_all(folder).map_err(of(folder))?;
        // Two programs at once, as `serve` and `invite`, make one authority.
        let alone = durable::Alone::with(&folder.join("authority"));
        let _alone = alone.map_err(of(folder))?;
        let (key_at, certificate_at) = (folder.join("authority.key"), folder.join("authority.pem"));
        let params = params(&[], "Koina")?;
        let (key, certificate) = match (is_there(&key_at)?, is_there(&certificate_at)?) {
            (true, true) => {
                let text = std::fs::read_to_string(&key_at).map_err(of(&key_at))?;
                let pem = |path: PathBuf| move |_| TlsError::Pem { path };
                let certificate = CertificateDer::from_pem_file(&certificate_at);
                (
                    KeyPair::from_pem(&text).map_err(|_| TlsError::Pem { path: key_at })?,
                    certificate.map_err(pem(certificate_at))?,
                )
            }
            (false, false) => {
                let key = KeyPair::generate()?;
                let certificate = params.self_signed(&key)?;
                // The certificate last: a key alone is one that nobody knows yet.
                let made = durable::replace(&key_at, key.serialize_pem().as_bytes());
                made.map_err(of(&key_at))?;
                let made = durable::replace(&certificate_at, certificate.pem().as_bytes());
                if made.is_err() {
                    let _ = std::fs::remove_file(&key_at);
                }
                made.map_err(of(&certificate_at))?;
                (key, certificate.der().clone())
            }
            // Devices know the one that was there: nothing is made in its place.
            (true, false) => {
                return Err(TlsError::Half {
                    path: certificate_at,
                });
            }
            (false, true) => return Err(TlsError::Half { path: key_at }),
        };
        Ok(Self {
            certificate,
            issuer: Issuer::new(params, key),
        })
    }

    /// Whether devices that know the authority believe a certificate on a day: its key may be another one's.
    fn is_believed(
        &self,
        certified: &CertifiedKey,
        host: &str,
        day: UnixTime,
        provider: &Arc<CryptoProvider>,
    ) -> bool {
        let believes = || {
            let mut roots = RootCertStore::empty();
            roots.add(self.certificate.clone()).ok()?;
            let provider = Arc::clone(provider);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider);
            let (leaf, rest) = certified.cert.split_first()?;
            let name = ServerName::try_from(host).ok()?;
            let verifier = verifier.build().ok()?;
            verifier
                .verify_server_cert(leaf, rest, &name, &[], day)
                .ok()
        };
        believes().is_some()
    }

    /// A fresh certificate for this server.
    fn certify(
        &self,
        names: &[String],
        provider: &CryptoProvider,
    ) -> Result<Arc<CertifiedKey>, TlsError> {
        let key = KeyPair::generate()?;
        let certificate = params(names, "Koina server")?.signed_by(&key, &self.issuer)?;
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        Ok(Arc::new(CertifiedKey::from_der(chain, key, provider)?))
    }
}

/// A certificate of an authority, where there are no names, or of a server.
fn params(names: &[String], common: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, common);
    // Any date a device may have.
    params.not_before = date_time_ymd(1970, 1, 1);
    params.not_after = date_time_ymd(9999, 1, 1);
    if names.is_empty() {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    } else {
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    }
    Ok(params)
}

fn read(
    chain: &Path,
    key: &Path,
    provider: &CryptoProvider,
) -> Result<Arc<CertifiedKey>, TlsError> {
    let pem = |path: &Path| {
        let path = path.to_owned();
        move |failure| match failure {
            rustls::pki_types::pem::Error::Io(source) => TlsError::File { path, source },
            _ => TlsError::Pem { path },
        }
    };
    let certificates = CertificateDer::pem_file_iter(chain)
        .map_err(pem(chain))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(pem(chain))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(pem(key))?;
    // Refuses a key that is not the certificate's.
    let fits = CertifiedKey::from_der(certificates, private, provider)?;
    Ok(Arc::new(fits))
}

fn written_at(chain: &Path, key: &Path) -> Option<SystemTime> {
    let of = |path: &Path| std::fs::metadata(path).ok()?.modified().ok();
    of(chain).max(of(key))
}

/// The host of an address, as a certificate names it.
pub fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split(['/', '#']).next().unwrap_or_default();
    let bare = rest.trim_start_matches('[');
    if let Some((ip, _)) = bare.split_once(']')
        && ip.parse::<IpAddr>().is_ok()
    {
        return ip.to_owned();
    }
    rest.rsplit_once(':')
        .map_or(rest, |(host, _)| host)
        .to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn what_an_authority_of_its_own_certified_holds_at_any_date_and_for_its_names_only() {
        let folder = tempfile::TempDir::new().unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let authority = Authority::open(folder.path()).unwrap();
        let names = ["koina.dimos.gr", "10.0.0.5"].map(str::to_owned);
        let shown = authority.certify(&names, &provider).unwrap();
        let holds = |name: &str, s: u64| {
            let day = UnixTime::since_unix_epoch(Duration::from_secs(s));
            authority.is_believed(&shown, name, day, &provider)
        };
        // An empty battery, today, and 2199.
        for date in [0, 1_800_000_000, 7_250_000_000] {
            assert!(holds("koina.dimos.gr", date), "{date}");
            assert!(holds("10.0.0.5", date), "{date}");
            assert!(!holds("other.dimos.gr", date), "{date}");
        }
    }

    #[test]
    fn the_host_of_an_address_is_found() {
        for (address, expected) in [
            ("https://koina.dimos.gr", "koina.dimos.gr"),
            ("https://koina.dimos.gr:8787/", "koina.dimos.gr"),
            ("https://10.0.0.5:8787/#ca=00", "10.0.0.5"),
            ("https://[::1]:8787", "::1"),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }
}
