//! The settings of a server: one TOML file, and the environment for what is secret.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use koina_model::ids::Time;
use koina_model::lists::Crew;
use koina_model::permits::Profile;
use koina_model::reference::{Reference, ReferenceError};
use serde::Deserialize;

use crate::accounts::{self, ProviderSettings};
use crate::contacts::{Keeping, Rules};
use crate::files::{Bucket, Files};
use crate::log::{AnyLog, LogError};
use crate::municipality::{Municipality, OpenError};
use crate::tls::Source;

/// Name of the environment variable with the connection URL of PostgreSQL.
pub const POSTGRES_VARIABLE: &str = "KOINA_POSTGRES";

/// Names of the environment variables with the key of the bucket of photos.
pub const S3_KEY_VARIABLE: &str = "KOINA_S3_KEY";
pub const S3_SECRET_VARIABLE: &str = "KOINA_S3_SECRET";

/// Name of the environment variable with the secret of this server at the identity provider, if it has one there.
pub const PROVIDER_SECRET_VARIABLE: &str = "KOINA_OIDC_SECRET";

/// Days without contact after which a device closes, where nobody says otherwise.
const CLOSES_AFTER_DAYS: u32 = 90;

/// Everything a server needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Folder of the log file and the replica.
    pub data: PathBuf,
    pub log: LogPlace,
    /// Address devices reach this server at.
    pub public_url: String,
    /// Where mistakes in the protection are reported, as a URI; told in `/.well-known/security.txt`.
    pub security_contact: Option<String>,
    /// The certificate that is shown; without one a proxy in front ends TLS.
    pub tls: Option<Source>,
    /// The bucket of the photos; without one they are in the folder `files` of the data folder.
    pub photos: Option<Bucket>,
    pub contacts: ContactSettings,
    /// Whoever decides something at a desk signs in; without it the desk itself is asked for.
    pub accounts: Option<accounts::Settings>,
    /// Days without contact after which a device closes; 0: never.
    pub closes_after_days: u32,
    /// On whose devices somebody has to have a PIN.
    pub pin_for: Vec<Profile>,
    pub reference: Reference,
    pub crews: Vec<Crew>,
}

/// Where the keys of contacts are, and for how long contacts are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactSettings {
    /// The folder of the keys: every server of a log has the same.
    pub keys: PathBuf,
    /// A file that always has the newest keys, on another disk.
    pub keys_copy: Option<PathBuf>,
    pub rules: Rules,
}

/// Where the log is.
#[derive(Clone, PartialEq, Eq)]
pub enum LogPlace {
    /// `log.sqlite` in the data folder.
    Sqlite,
    Postgres {
        /// May hold a password; never shown.
        url: String,
    },
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path} cannot be read")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the settings are not complete")]
    Toml(#[from] toml::de::Error),
    #[error("name either `municipality` or `reference`, not both or neither")]
    WhichMunicipality,
    #[error("no municipality {0} is part of this program; give its folder as `reference`")]
    NotBundled(String),
    #[error("the reference data in {path}")]
    Reference {
        path: PathBuf,
        #[source]
        source: ReferenceError,
    },
    #[error("`log = \"postgres\"` needs the environment variable {POSTGRES_VARIABLE}")]
    NoPostgresUrl,
    #[error(
        "`[photos]` needs the environment variables {S3_KEY_VARIABLE} and {S3_SECRET_VARIABLE}"
    )]
    NoBucketKey,
    #[error("`public_url` must start with https:// or http:// and hold no spaces")]
    PublicUrl,
    #[error(
        "`security_contact` is an address to report to, such as mailto:security@example.gr, https://… or tel:…"
    )]
    SecurityContact,
    #[error(
        "`[tls]` needs either `own = true`, or `certificate` and `key`; and `public_url` must start with https://"
    )]
    Tls,
    #[error(
        "`[accounts]` needs times that are not 0, and an `issuer` (https) with a `client_id`, or neither"
    )]
    Accounts,
    #[error("`pin_for` of `[devices]` names crew, community and desk; nobody opens a kiosk")]
    PinOfKiosk,
    #[error("`keys` and `keys_copy` of `[contacts]` name a folder and a file")]
    KeysPath,
    #[error(
        "`[contacts]` keeps contacts of {0}, which is no category of the municipality, or for no day at all"
    )]
    Keep(String),
    #[error("the crew {crew} names {code}, which is not on the lists of the municipality")]
    Crew { crew: String, code: String },
    #[error(
        "the crew {crew} has a member with the id `{id}` that is empty, without a name, or there twice: records say the id for ever"
    )]
    Member { crew: String, id: String },
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: SocketAddr,
    data: PathBuf,
    municipality: Option<String>,
    reference: Option<PathBuf>,
    log: LogName,
    public_url: String,
    security_contact: Option<String>,
    tls: Option<Tls>,
    photos: Option<Photos>,
    #[serde(default)]
    contacts: ContactLines,
    accounts: Option<AccountLines>,
    #[serde(default)]
    devices: DeviceLines,
    #[serde(default)]
    crews: Vec<Crew>,
}

/// `own = true`, or both files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    #[serde(default)]
    own: bool,
    #[serde(default)]
    names: Vec<String>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Photos {
    bucket: String,
    endpoint: Option<String>,
    region: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DeviceLines {
    closes_after_days: u32,
    pin_for: Vec<Profile>,
}

impl Default for DeviceLines {
    fn default() -> Self {
        Self {
            closes_after_days: CLOSES_AFTER_DAYS,
            pin_for: Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountLines {
    idle_minutes: Option<u32>,
    hours: Option<u32>,
    issuer: Option<String>,
    client_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ContactLines {
    keys: Option<PathBuf>,
    keys_copy: Option<PathBuf>,
    keep_days: Option<u32>,
    keep_days_of: BTreeMap<String, u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LogName {
    Sqlite,
    Postgres,
}

impl std::fmt::Debug for LogPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "Sqlite",
            Self::Postgres { .. } => "Postgres",
        })
    }
}

impl Config {
    /// Reads the file. Folders in it are relative to where it lies.
    pub fn read(
        path: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path.parent().unwrap_or(Path::new("")), environment)
    }

    /// Refuses settings that are not complete.
    pub fn parse(
        text: &str,
        folder: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text)?;
        let log = match file.log {
            LogName::Sqlite => LogPlace::Sqlite,
            LogName::Postgres => LogPlace::Postgres {
                url: environment(POSTGRES_VARIABLE).ok_or(ConfigError::NoPostgresUrl)?,
            },
        };
        let known_scheme =
            file.public_url.starts_with("https://") || file.public_url.starts_with("http://");
        if !known_scheme
            || file
                .public_url
                .contains(|c: char| c.is_whitespace() || c.is_control() || c == '#')
        {
            return Err(ConfigError::PublicUrl);
        }
        let is_contact = |contact: &String| {
            let mut schemes = ["mailto:", "https://", "tel:"].iter();
            schemes.any(|scheme| contact.len() > scheme.len() && contact.starts_with(scheme))
                && contact.chars().all(|c| c.is_ascii_graphic())
        };
        if !file.security_contact.iter().all(is_contact) {
            return Err(ConfigError::SecurityContact);
        }
        let tls = match file.tls {
            None => None,
            Some(_) if !file.public_url.starts_with("https://") => return Err(ConfigError::Tls),
            Some(Tls {
                own,
                names,
                certificate,
                key,
            }) => Some(match (own, certificate, key) {
                (true, None, None) => Source::Own { names },
                (false, Some(chain), Some(key)) if names.is_empty() => Source::Files {
                    chain: folder.join(chain),
                    key: folder.join(key),
                },
                _ => return Err(ConfigError::Tls),
            }),
        };
        let photos = file.photos.map(|photos| {
            let secret = |name| environment(name).ok_or(ConfigError::NoBucketKey);
            Ok::<_, ConfigError>(Bucket {
                name: photos.bucket,
                endpoint: photos.endpoint,
                region: photos.region,
                key: secret(S3_KEY_VARIABLE)?,
                secret: secret(S3_SECRET_VARIABLE)?,
            })
        });
        let photos = photos.transpose()?;
        let reference = match (file.municipality, file.reference) {
            (Some(id), None) => Reference::bundled(&id).ok_or(ConfigError::NotBundled(id))?,
            (None, Some(path)) => reference_in(&folder.join(path))?,
            _ => return Err(ConfigError::WhichMunicipality),
        };
        if file.devices.pin_for.contains(&Profile::Kiosk) {
            return Err(ConfigError::PinOfKiosk);
        }
        let data = folder.join(file.data);
        let ContactLines {
            keys, keys_copy, ..
        } = &file.contacts;
        let is_empty = |path: &PathBuf| path.as_os_str().is_empty();
        if keys.as_ref().is_some_and(is_empty) || keys_copy.as_ref().is_some_and(is_empty) {
            return Err(ConfigError::KeysPath);
        }
        let contacts = ContactSettings {
            keys: match file.contacts.keys {
                Some(keys) => folder.join(keys),
                None => data.join("contact-keys"),
            },
            keys_copy: file.contacts.keys_copy.map(|copy| folder.join(copy)),
            rules: Rules {
                keep_days: file.contacts.keep_days,
                of_category: file.contacts.keep_days_of,
            },
        };
        if contacts
            .keys_copy
            .as_ref()
            .is_some_and(|copy| copy.is_dir())
        {
            return Err(ConfigError::KeysPath);
        }
        let rules = &contacts.rules;
        let unknown = |(category, days): &(&String, &u32)| {
            **days == 0 || reference.category(category).is_none()
        };
        if let Some((category, _)) = rules.of_category.iter().find(unknown) {
            return Err(ConfigError::Keep(category.clone()));
        }
        if rules.keep_days == Some(0) {
            return Err(ConfigError::Keep("every category".to_owned()));
        }
        let accounts = match file.accounts {
            None => None,
            Some(lines) => Some(sign_in(lines, environment)?),
        };
        let mut ids = BTreeSet::new();
        for crew in &file.crews {
            let wrong = crew.members.iter().find(|member| {
                let empty = member.id.trim().is_empty() || member.name.trim().is_empty();
                empty || !ids.insert(member.id.as_str())
            });
            if let Some(member) = wrong {
                return Err(ConfigError::Member {
                    crew: crew.id.clone(),
                    id: member.id.clone(),
                });
            }
            let unknown = crew
                .communities
                .iter()
                .find(|code| reference.community(code).is_none());
            let group = |code: &&String| !reference.groups.iter().any(|one| one.code == **code);
            let unknown = unknown
                .or(crew.skills.iter().find(group))
                .or(Some(&crew.department).filter(|code| reference.department(code).is_none()));
            if let Some(code) = unknown {
                return Err(ConfigError::Crew {
                    crew: crew.id.clone(),
                    code: code.clone(),
                });
            }
        }
        Ok(Self {
            listen: file.listen,
            data,
            log,
            public_url: file.public_url.trim_end_matches('/').to_owned(),
            security_contact: file.security_contact,
            tls,
            photos,
            contacts,
            accounts,
            closes_after_days: file.devices.closes_after_days,
            pin_for: file.devices.pin_for,
            reference,
            crews: file.crews,
        })
    }

    /// Opens the log, creating or upgrading it.
    pub async fn open_log(&self) -> Result<AnyLog, LogError> {
        match &self.log {
            LogPlace::Sqlite => AnyLog::open_sqlite(&self.data.join("log.sqlite")).await,
            LogPlace::Postgres { url } => AnyLog::open_postgres(url).await,
        }
    }

    /// Opens the keys of contacts.
    pub fn keeping(&self) -> Result<Keeping, OpenError> {
        let ContactSettings {
            keys,
            keys_copy,
            rules,
        } = self.contacts.clone();
        let keeping = Keeping::in_folder(&keys).map_err(OpenError::Keys)?;
        Ok(keeping.with(rules, keys_copy))
    }

    /// Opens the municipality.
    pub async fn open(&self, now: Time) -> Result<Municipality, OpenError> {
        let log = self.open_log().await?;
        let replica = self.data.join("replica.sqlite");
        let opened = Municipality::open_keeping(
            log,
            &replica,
            self.keeping()?,
            self.reference.clone(),
            self.crews.clone(),
            now,
        )
        .await?;
        let opened = opened.closing_after(self.closes_after_days, now).await?;
        let opened = opened.wanting_pins(self.pin_for.clone(), now).await?;
        Ok(match &self.photos {
            Some(bucket) => opened.with_files(Files::in_bucket(bucket, &self.data.join("files"))?),
            None => opened,
        })
    }
}

/// How staff sign in.
fn sign_in(
    lines: AccountLines,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<accounts::Settings, ConfigError> {
    let usual = accounts::Settings::default();
    let idle_minutes = lines.idle_minutes.unwrap_or(usual.idle_minutes);
    let hours = lines.hours.unwrap_or(usual.hours);
    if idle_minutes == 0 || hours == 0 {
        return Err(ConfigError::Accounts);
    }
    let provider = match (lines.issuer, lines.client_id) {
        (None, None) => None,
        (Some(issuer), Some(client_id)) if is_provider(&issuer) => Some(ProviderSettings {
            issuer,
            client_id,
            secret: environment(PROVIDER_SECRET_VARIABLE),
        }),
        _ => return Err(ConfigError::Accounts),
    };
    Ok(accounts::Settings {
        idle_minutes,
        hours,
        provider,
    })
}

/// Whether nobody on the way can speak for a provider at this address: it is https, or on this machine.
fn is_provider(issuer: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(issuer) else {
        return false;
    };
    let here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

/// Reads a municipality's folder; what it does not hold is looked for in the folder `common` beside it.
fn reference_in(path: &Path) -> Result<Reference, ConfigError> {
    let read = |name: &str| {
        let own = std::fs::read_to_string(path.join(name));
        own.or_else(|_| std::fs::read_to_string(path.join("..").join("common").join(name)))
            .ok()
    };
    Reference::parse(&read).map_err(|source| ConfigError::Reference {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::{Config, ConfigError, LogPlace, Profile, Source, Time};
    use std::path::Path;

    const GOOD: &str = r#"
        listen = "127.0.0.1:8787"
        data = "data"
        municipality = "dion-olympos"
        log = "sqlite"
        public_url = "https://koina.example.gr/"
    "#;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("/srv/koina"), &|_| None)
    }

    #[test]
    fn complete_settings_are_read() {
        let config = parse(GOOD).unwrap();
        assert_eq!(config.log, LogPlace::Sqlite);
        assert_eq!(config.public_url, "https://koina.example.gr");
        assert_eq!(config.data, Path::new("/srv/koina/data"));
    }

    #[test]
    fn the_example_settings_can_be_used() {
        let config = parse(include_str!("koina.example.toml")).unwrap();
        assert_eq!(config.crews.len(), 1);
    }

    #[test]
    fn a_server_refuses_to_start_when_a_setting_is_missing_or_unknown() {
        for line in GOOD.trim().lines() {
            assert!(parse(&GOOD.replace(line, "")).is_err(), "without {line}");
        }
        assert!(matches!(
            parse(&format!("{GOOD}\ncolour = 1")),
            Err(ConfigError::Toml(_))
        ));
        assert!(matches!(
            parse(&GOOD.replace("https", "gopher")),
            Err(ConfigError::PublicUrl)
        ));
        for contact in [
            "",
            "mailto:",
            "security@example.gr",
            "http://x",
            "tel:1\\nExpires: no",
        ] {
            assert!(matches!(
                parse(&format!("security_contact = \"{contact}\"\n{GOOD}")),
                Err(ConfigError::SecurityContact)
            ));
        }
        assert!(matches!(
            parse(&GOOD.replace("sqlite", "postgres")),
            Err(ConfigError::NoPostgresUrl)
        ));
        assert!(matches!(
            parse(&GOOD.replace("dion-olympos", "atlantis")),
            Err(ConfigError::NotBundled(_))
        ));
    }

    #[test]
    fn a_certificate_comes_from_an_authority_of_its_own_or_from_two_files() {
        let tls = |lines: &str| parse(&format!("{GOOD}\n[tls]\n{lines}")).map(|config| config.tls);
        let own = tls("own = true\nnames = [\"10.0.0.5\"]").unwrap();
        assert_eq!(
            own,
            Some(Source::Own {
                names: vec!["10.0.0.5".to_owned()]
            })
        );
        let files = tls("certificate = \"tls/chain.pem\"\nkey = \"tls/key.pem\"").unwrap();
        let (chain, key) = (
            "/srv/koina/tls/chain.pem".into(),
            "/srv/koina/tls/key.pem".into(),
        );
        assert_eq!(files, Some(Source::Files { chain, key }));
        assert_eq!(parse(GOOD).unwrap().tls, None);
        for wrong in [
            "",
            "own = false",
            "certificate = \"a\"",
            "own = true\ncertificate = \"a\"\nkey = \"b\"",
            "certificate = \"a\"\nkey = \"b\"\nnames = [\"x\"]",
        ] {
            assert!(matches!(tls(wrong), Err(ConfigError::Tls)), "{wrong}");
        }
        let plain = GOOD.replace("https", "http");
        let plain = parse(&format!("{plain}\n[tls]\nown = true"));
        assert!(matches!(plain, Err(ConfigError::Tls)));
    }

    #[test]
    fn staff_sign_in_where_the_settings_say_so() {
        let accounts =
            |lines: &str| parse(&format!("{GOOD}\n[accounts]\n{lines}")).map(|c| c.accounts);
        assert_eq!(parse(GOOD).unwrap().accounts, None);
        let plain = accounts("").unwrap().unwrap();
        assert_eq!((plain.idle_minutes, plain.hours), (30, 10));
        assert_eq!(plain.provider, None);
        let told = "idle_minutes = 5\nhours = 8\nissuer = \"https://idp.example.gr\"\nclient_id = \"koina\"";
        let told = accounts(told).unwrap().unwrap();
        assert_eq!((told.idle_minutes, told.hours), (5, 8));
        assert_eq!(told.provider.unwrap().client_id, "koina");
        let here = "issuer = \"http://127.0.0.1:3000/idp\"\nclient_id = \"koina\"";
        assert!(accounts(here).unwrap().unwrap().provider.is_some());
        for wrong in [
            "hours = 0",
            "idle_minutes = 0",
            "issuer = \"https://idp.example.gr\"",
            "client_id = \"koina\"",
            "issuer = \"http://idp.example.gr\"\nclient_id = \"koina\"",
            "issuer = \"http://127.0.0.1.example.gr\"\nclient_id = \"koina\"",
        ] {
            assert!(
                matches!(accounts(wrong), Err(ConfigError::Accounts)),
                "{wrong}"
            );
        }
    }

    #[test]
    fn devices_close_after_some_months_without_contact() {
        let days = |lines: &str| parse(&format!("{GOOD}\n{lines}")).map(|c| c.closes_after_days);
        assert_eq!(days("").unwrap(), 90);
        assert_eq!(days("[devices]\ncloses_after_days = 30").unwrap(), 30);
        assert_eq!(days("[devices]\ncloses_after_days = 0").unwrap(), 0);
        assert!(days("[devices]\ncloses_after_days = -1").is_err());
    }

    #[tokio::test]
    async fn devices_hear_what_the_settings_say_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let lines = "[devices]\ncloses_after_days = 30\npin_for = [\"crew\"]";
        let mut config = parse(&format!("{GOOD}\n{lines}")).unwrap();
        config.data = folder.path().to_owned();
        config.contacts.keys = folder.path().join("keys");
        let town = config.open(Time(1_800_000_000_000)).await.unwrap();
        let lists = town.lists().await.unwrap();
        assert_eq!(lists.closes_after_days, 30);
        assert_eq!(lists.pin_for, [Profile::Crew]);
    }

    #[test]
    fn pins_are_wanted_of_whoever_has_a_device_that_opens() {
        let pins = |lines: &str| parse(&format!("{GOOD}\n{lines}")).map(|c| c.pin_for);
        let two = [Profile::Crew, Profile::Community];
        assert_eq!(pins("").unwrap(), []);
        assert_eq!(
            pins("[devices]\npin_for = [\"crew\", \"community\"]").unwrap(),
            two
        );
        let wrong = |line: &str| pins(&format!("[devices]\npin_for = [\"{line}\"]"));
        assert!(matches!(wrong("kiosk"), Err(ConfigError::PinOfKiosk)));
        assert!(matches!(wrong("somebody"), Err(ConfigError::Toml(_))));
    }

    #[test]
    fn contacts_are_kept_by_rules_about_known_categories() {
        let contacts =
            |lines: &str| parse(&format!("{GOOD}\n[contacts]\n{lines}")).map(|c| c.contacts);
        let plain = parse(GOOD).unwrap().contacts;
        assert_eq!(plain.keys, Path::new("/srv/koina/data/contact-keys"));
        assert_eq!((plain.rules.keep_days, plain.keys_copy), (None, None));
        let told = contacts(
            "keys = \"/mnt/keys\"\nkeys_copy = \"copy\"\nkeep_days = 700\nkeep_days_of = { \"LGT-01\" = 90 }",
        );
        let told = told.unwrap();
        assert_eq!(told.keys, Path::new("/mnt/keys"));
        assert_eq!(told.keys_copy, Some("/srv/koina/copy".into()));
        assert_eq!(told.rules.keep_days, Some(700));
        assert_eq!(told.rules.of_category.get("LGT-01"), Some(&90));
        for wrong in [
            "keep_days = 0",
            "keep_days_of = { \"LGT-01\" = 0 }",
            "keep_days_of = { \"NONE\" = 9 }",
        ] {
            assert!(
                matches!(contacts(wrong), Err(ConfigError::Keep(_))),
                "{wrong}"
            );
        }
        assert!(matches!(
            contacts("keep_day = 9"),
            Err(ConfigError::Toml(_))
        ));
    }

    #[test]
    fn the_id_of_somebody_in_a_crew_is_nobody_elses() {
        let crew = |id: &str, members: &str| {
            format!(
                "[[crews]]\nid = \"{id}\"\nname = \"Συνεργείο\"\ndepartment = \"HLF\"\ncommunities = []\n{members}\n"
            )
        };
        let one = r#"members = [{ id = "a-1", name = "Νίκος" }]"#;
        let with = |second: &str, skills: &str| {
            parse(&format!(
                "{GOOD}\n{}{}{skills}",
                crew("a", one),
                crew("b", second)
            ))
        };
        let other = r#"members = [{ id = "b-1", name = "Μαρία" }]"#;
        assert_eq!(with(other, "").unwrap().crews.len(), 2);
        for wrong in [
            one,
            r#"members = [{ id = "", name = "Μαρία" }]"#,
            r#"members = [{ id = "b-1", name = " " }]"#,
        ] {
            let refused = with(wrong, "");
            assert!(
                matches!(refused, Err(ConfigError::Member { .. })),
                "{wrong}"
            );
        }
        let unknown = with(other, r#"skills = ["magic"]"#);
        assert!(matches!(unknown, Err(ConfigError::Crew { .. })));
    }

    #[test]
    fn a_database_password_is_never_shown() {
        let environment = |_: &str| Some("postgres://koina:secret@db/koina".to_owned());
        let config = Config::parse(
            &GOOD.replace("sqlite", "postgres"),
            Path::new(""),
            &environment,
        )
        .unwrap();
        assert!(!format!("{config:?}").contains("secret"));
    }
}
