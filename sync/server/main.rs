//! `koina-server`: serve | migrate | import | import-courier | map | invite | account | backup | restore | resume-numbers | verify-audit.
#![allow(
    clippy::print_stdout,
    reason = "a command line answers on its standard output"
)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use koina_model::accounts::AccountInput;
use koina_model::ids::Time;
use koina_model::permits::Role;
use koina_server::config::Config;
use koina_server::contacts::keys::{copy_of, fresh_id};
use koina_server::door::{self, Limits};
use koina_server::log::Author;
use koina_server::municipality::Municipality;
use koina_server::rates::Allowed;
use koina_server::routes::devices::{InviteAsk, let_in};
use koina_server::routes::{App, router};
use koina_server::tls::{self, Shown};
use koina_server::{accounts, audit, import, log};
use koina_sync::courier::FILE_BYTES_MAX;
use koina_sync::maps::Maps;

/// Gives back what a first load took; glibc's keeps it, once for each thread.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How often it is looked what is due of contacts: keys, rules, bytes that could not be let go of.
const TEND_EVERY: Duration = Duration::from_secs(600);
/// How often it is looked whether files with a certificate were renewed.
const CERTIFICATE_EVERY: Duration = Duration::from_secs(600);

/// The keys of contacts, beside a backup.
const KEYS_FILE: &str = "contact-keys";

#[derive(Parser)]
#[command(version, about = "The municipal server of Koina.")]
struct Cli {
    /// The file with the settings.
    #[arg(long, default_value = "koina.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers devices until told to stop.
    Serve {
        /// Print a code for a first device of a responsible person, unless there is one already.
        #[arg(long)]
        invite_admin: bool,
    },
    /// Creates or upgrades the log and stops.
    Migrate,
    /// Brings in records from a CSV, GeoJSON or JSON file.
    Import {
        file: PathBuf,
        /// What the columns mean.
        #[arg(long)]
        mapping: PathBuf,
        /// Write the bad rows to this CSV file.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Takes a courier file that a device without network wrote, and writes the file that answers it.
    ImportCourier {
        file: PathBuf,
        /// The file to write; it must not be there yet. Take it back to the device.
        #[arg(long)]
        answer: PathBuf,
    },
    /// Takes a PMTiles file of vector tiles as the map that devices get.
    Map { file: PathBuf },
    /// Prints a one-time code for a new device.
    Invite {
        #[arg(long)]
        role: RoleName,
        /// What people will call the device.
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "")]
        person: String,
        #[arg(long)]
        crew: Option<String>,
        /// Community code; repeat for several, leave out for all.
        #[arg(long)]
        community: Vec<String>,
    },
    /// Gives somebody an account to sign in with at a desk, and prints the password for the first time.
    Account {
        /// What they type to sign in.
        #[arg(long)]
        login: String,
        /// Who they are; the audit says it.
        #[arg(long)]
        name: String,
        /// Admin or clerk.
        #[arg(long)]
        role: RoleName,
        /// There is such an account: give it a first password again, and open it if it was closed.
        #[arg(long)]
        again: bool,
        /// By which the identity provider of the municipality knows them. With `--again`: left out, it stays as it is.
        #[arg(long)]
        email: Option<String>,
    },
    /// Writes a backup of the log into a new file, while devices go on exchanging.
    Backup {
        /// The file to write; it must not be there yet. It holds everything the log holds: keep it as safe as the server.
        #[arg(long)]
        to: PathBuf,
        /// The file of the keys of contacts, without which nobody reads them in any backup. Always the same one: the newest
        /// keys take the place of those before, so that what is erased is erased in every backup. Left out: `contact-keys`
        /// beside the backup.
        #[arg(long)]
        keys: Option<PathBuf>,
    },
    /// Brings a backup into an empty log. Stop every server of the municipality first; devices then hand over again what
    /// came after the backup, and protocol numbers are given again once the desks have done so.
    Restore {
        #[arg(long)]
        from: PathBuf,
        /// The newest file of the keys of contacts. Left out: `keys_copy` of the settings and `contact-keys` beside the backup.
        #[arg(long)]
        keys: Option<PathBuf>,
        /// There are no keys any more.
        #[arg(long)]
        without_keys: bool,
    },
    /// Takes the keys of contacts from their copy, where their folder was lost. Stop every server of the municipality first.
    TakeKeys {
        /// The copy: `keys_copy` of the settings, or `contact-keys` beside a backup.
        #[arg(long)]
        from: Option<PathBuf>,
        /// There is no copy, or not all are in it: go on with the folder as it is.
        #[arg(long)]
        lost: bool,
    },
    /// After a restore: gives protocol numbers again without waiting for desks that will not come back. Numbers that nobody
    /// brought back are written down as void.
    ResumeNumbers,
    /// Walks the audit, the register and the log, and names the first place that does not hold.
    VerifyAudit {
        /// An earlier export, which must still be in the log: shows a log that was written anew as a whole.
        #[arg(long)]
        against: Option<PathBuf>,
    },
    /// Writes the audit into a new file, one JSON object a line.
    ExportAudit {
        /// The file to write; it must not be there yet.
        #[arg(long)]
        to: PathBuf,
        /// Only what came after this place, where an earlier export ended.
        #[arg(long, default_value_t = 0)]
        after: u64,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    Crew,
    Clerk,
    Admin,
    Kiosk,
    Community,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Crew => Self::Crew,
            RoleName::Clerk => Self::Clerk,
            RoleName::Admin => Self::Admin,
            RoleName::Kiosk => Self::Kiosk,
            RoleName::Community => Self::Community,
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let config = Config::read(&cli.config, &|name| std::env::var(name).ok())
        .context("Reading the settings")?;
    std::fs::create_dir_all(&config.data).context("Making the data folder")?;
    match cli.command {
        Command::Serve { invite_admin } => serve(config, invite_admin).await,
        Command::Migrate => {
            config.open_log().await.context("Opening the log")?;
            println!("The log is up to date.");
            Ok(())
        }
        Command::Import {
            file,
            mapping,
            report,
        } => {
            let town = config
                .open(now())
                .await
                .context("Opening the municipality")?;
            import::command(&town, &file, &mapping, report.as_deref(), now()).await
        }
        Command::ImportCourier { file, answer } => {
            let town = config
                .open(now())
                .await
                .context("Opening the municipality")?;
            courier(&town, &file, &answer).await
        }
        Command::Map { file } => {
            let maps = Maps::at(config.data.join("maps"));
            let map = maps
                .install(&file, &config.reference.municipality)
                .context("Taking the map")?;
            println!(
                "{}: {} bytes, zoom {} to {}. Devices without a map and kiosks get it by themselves, the others when somebody there asks for it.",
                map.name, map.bytes, map.min_zoom, map.max_zoom
            );
            Ok(())
        }
        Command::Invite {
            role,
            name,
            person,
            crew,
            community,
        } => {
            let town = config
                .open(now())
                .await
                .context("Opening the municipality")?;
            let role = role.into();
            invite(
                &town,
                &certificate(&config)?.1,
                InviteAsk {
                    role,
                    name,
                    person,
                    crew,
                    communities: community,
                },
            )
            .await
        }
        Command::Account {
            login,
            name,
            role,
            again,
            email,
        } => {
            let town = config
                .open(now())
                .await
                .context("Opening the municipality")?;
            let role = Some(role.into());
            let mut input = AccountInput {
                login,
                name,
                role,
                email: email.clone().unwrap_or_default(),
            };
            let by = Author::server();
            let password = if again {
                let login = koina_model::accounts::login(&input.login);
                let account = town.log.account_by_login(login).await?;
                let account = account.context("There is no such account")?;
                let id = account.id;
                if email.is_none() {
                    input.email = account.email;
                }
                accounts::change(&town, by.clone(), id, &input, Some(false), now()).await?;
                accounts::reset(&town, by, id, now()).await?.0
            } else {
                let given = accounts::add(&town, by, &input, now()).await;
                let given = given.context(
                    "Adding the account: is the login somebody's already? With --again it gets a first password again",
                )?;
                given.password
            };
            println!(
                "{}: {password}\nIt is good for seven days, and for choosing another one.",
                input.login
            );
            Ok(())
        }
        Command::Backup { to, keys } => {
            let log = config.open_log().await.context("Opening the log")?;
            let rows = log.back_up(&to).await.context("Writing the backup")?;
            println!("{}: {rows} rows of the log.", to.display());
            let file = keys
                .or_else(|| config.contacts.keys_copy.clone())
                .unwrap_or_else(|| to.with_file_name(KEYS_FILE));
            let keeping = config.keeping()?;
            keeping.belongs_to(&log).await?;
            let copied = keeping.keys().copy_to(&file);
            let copied = copied.context("Writing the keys of contacts")?;
            println!("{}: the keys of {copied} contacts.", file.display());
            Ok(())
        }
        Command::Restore {
            from,
            keys,
            without_keys,
        } => {
            let keeping = config.keeping()?;
            // Before the log, so that a file that was named wrongly is noticed in time.
            anyhow::ensure!(from.is_file(), "There is no {}", from.display());
            let backup = log::AnyLog::open_sqlite(&from).await;
            let backup = backup.context("Opening the backup")?;
            let wanted = backup.contact_keys_known().await?;
            drop(backup);
            let beside = from.with_file_name(KEYS_FILE);
            let usual = [config.contacts.keys_copy.clone(), Some(beside)];
            let usual = usual.into_iter().flatten();
            let usual = usual.filter(|file| wanted.is_some() && copy_of(file) == wanted);
            let files: Vec<PathBuf> = match keys {
                Some(file) => vec![file],
                None => usual.collect(),
            };
            for file in &files {
                let keys = keeping.keys().take(file);
                let keys = keys.context("Taking the keys of contacts")?;
                println!("{}: the keys of {keys} contacts.", file.display());
            }
            if wanted.is_some() && keeping.keys().id()? != wanted && !without_keys {
                anyhow::bail!(
                    "The keys of contacts of this backup were not found. Name their copy with --keys; if there is none, restore with --without-keys, and then take-keys --lost"
                );
            }
            let log = config.open_log().await.context("Opening the log")?;
            let rows = log
                .restore(now(), &from)
                .await
                .context("Restoring the backup")?;
            println!(
                "Restored: {rows} rows of the log. Start the server: devices hand over again what came after the backup. Staff accounts are as they were then: close again those that were closed since."
            );
            if !without_keys {
                keeping.belongs_to(&log).await?;
            }
            Ok(())
        }
        Command::TakeKeys { from, lost } => {
            let keeping = config.keeping()?;
            let copy = config.contacts.keys_copy.clone();
            if let Some(file) = from.or(copy.filter(|copy| !lost && copy.exists())) {
                let keys = keeping.keys().take(&file);
                let keys = keys.context("Taking the keys of contacts")?;
                println!("{}: the keys of {keys} contacts.", file.display());
            }
            let log = config.open_log().await.context("Opening the log")?;
            if lost {
                // By the old name, so that a copy that turns up can still be taken.
                let id = match keeping.keys().id()? {
                    Some(id) if !keeping.keys().is_empty()? => id,
                    _ => log.contact_keys(fresh_id()?).await?,
                };
                keeping.keys().name(&id)?;
                log.put_contact_keys(now(), id).await?;
                println!(
                    "Begun anew: contacts whose keys are lost cannot be read until their devices hand them over again."
                );
            }
            keeping.belongs_to(&log).await?;
            Ok(())
        }
        Command::ResumeNumbers => {
            let town = config
                .open(now())
                .await
                .context("Opening the municipality")?;
            if town.log.numbers_wait().await? {
                town.number_again(Author::server(), now()).await?;
                println!("Protocol numbers are given again.");
            } else {
                println!("Protocol numbers are being given; nothing to do.");
            }
            Ok(())
        }
        Command::VerifyAudit { against } => {
            let log = config.open_log().await.context("Opening the log")?;
            let log::Verified {
                audit,
                entries,
                changes,
            } = log.verify_audit().await.context("The log does not hold")?;
            println!(
                "The log holds: {audit} audit rows, {entries} register entries, {changes} changes."
            );
            if let Some(file) = against {
                let export = std::fs::File::open(&file).context("Opening the export")?;
                let rows = audit::compare(&log, std::io::BufReader::new(export)).await;
                let rows = rows.context("The export and the log do not agree")?;
                println!("The {rows} rows of {} are all in it.", file.display());
            }
            Ok(())
        }
        Command::ExportAudit { to, after } => {
            let log = config.open_log().await.context("Opening the log")?;
            // It names staff: nobody else reads it.
            let mut options = koina_sync::durable::of_the_owner();
            let file = options.create_new(true).open(&to);
            let file = file.context("Making the file")?;
            let mut out = std::io::BufWriter::new(file);
            let (rows, last) = audit::export(&log, after, &mut out)
                .await
                .context("Writing the audit")?;
            let file = out.into_inner().context("Writing the audit")?;
            file.sync_all().context("Writing the audit")?;
            println!(
                "{}: {rows} rows of the audit, up to place {last}.",
                to.display()
            );
            Ok(())
        }
    }
}

async fn courier(town: &Municipality, file: &Path, answer: &Path) -> anyhow::Result<()> {
    // Before the work: nobody should carry the same file back to find that there was no room for the answer.
    let mut out = std::fs::File::create_new(answer).context("Making the answer file")?;
    let done = async {
        let asked = read_at_most(file, FILE_BYTES_MAX).context("Reading the courier file")?;
        let bytes = koina_server::courier::answer(town, asked, now())
            .await
            .context("Taking the courier file")?;
        let written = out.write_all(&bytes).and_then(|()| out.sync_all());
        written.context("Writing the answer file")
    };
    if let Err(failure) = done.await {
        // Half an answer is none.
        std::fs::remove_file(answer).ok();
        return Err(failure);
    }
    println!("Taken. Bring {} back to the device.", answer.display());
    Ok(())
}

fn read_at_most(file: &Path, bytes_max: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    std::fs::File::open(file)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn serve(config: Config, invite_admin: bool) -> anyhow::Result<()> {
    let town = config
        .open(now())
        .await
        .context("Opening the municipality")?;
    let (shown, public_url) = certificate(&config)?;
    if invite_admin && !has_admin(&town).await? {
        let (name, person) = ("Πρώτη συσκευή".to_owned(), String::new());
        let ask = InviteAsk {
            role: Role::Admin,
            name,
            person,
            crew: None,
            communities: Vec::new(),
        };
        invite(&town, &public_url, ask).await?;
    }
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .context("Opening the address")?;
    let scheme = if shown.is_some() { "https" } else { "http" };
    println!("{scheme}://{}", listener.local_addr()?);
    let mut app = App::new(town, now, public_url).with_rates(Allowed::default());
    if let Some(settings) = config.accounts {
        app = app.with_sign_in(settings);
    }
    if let Some(contact) = config.security_contact {
        app = app.with_security_contact(contact);
    }
    if is_of_the_web(config.tls.as_ref(), &config.public_url) {
        app = app.over_tls();
    }
    let app = Arc::new(app);
    let tending = Arc::clone(&app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(TEND_EVERY);
        loop {
            ticks.tick().await;
            tending.forget_rates();
            accounts::tend(&tending.town, now()).await;
            tending.town.tend_contacts(now()).await;
        }
    });
    let tls = shown.as_ref().map(|shown| shown.config().map(Arc::new));
    let tls = tls.transpose().context("Using the certificate")?;
    if let Some(shown) = shown {
        tokio::spawn(keep_certificate(shown));
    }
    door::serve(
        listener,
        router(app),
        tls,
        Limits::default(),
        told_to_stop(),
    )
    .await;
    Ok(())
}

/// Whether browsers know the certificate, and find nothing else at this name: what they are told holds for every port of it.
fn is_of_the_web(source: Option<&tls::Source>, public_url: &str) -> bool {
    let port = reqwest::Url::parse(public_url).map(|url| url.port_or_known_default());
    matches!(source, Some(tls::Source::Files { .. })) && port == Ok(Some(443))
}

/// The certificate to show, and the address for invites, which says who has to show it.
fn certificate(config: &Config) -> anyhow::Result<(Option<Arc<Shown>>, String)> {
    let Some(source) = &config.tls else {
        return Ok((None, config.public_url.clone()));
    };
    let host = tls::host(&config.public_url);
    let (shown, pin) = tls::open(source, &config.data, &host).context("Finding a certificate")?;
    let address = match pin {
        Some(pin) => pin.added_to(&config.public_url),
        None => config.public_url.clone(),
    };
    Ok((Some(shown), address))
}

/// Shows a certificate from files anew when it was renewed.
async fn keep_certificate(shown: Arc<Shown>) {
    let mut ticks = tokio::time::interval(CERTIFICATE_EVERY);
    loop {
        ticks.tick().await;
        match shown.look_again() {
            Ok(true) => tracing::info!("the certificate was renewed"),
            Ok(false) => {}
            Err(failure) => {
                let failure = anyhow::Error::from(failure);
                tracing::error!("the certificate could not be renewed: {failure:#}");
            }
        }
    }
}

async fn has_admin(town: &Municipality) -> anyhow::Result<bool> {
    let devices = town.log.devices().await.context("Reading the devices")?;
    Ok(devices.iter().any(|device| {
        device.role == Role::Admin
            && device.revoked_at.is_none()
            && device.name != import::DEVICE_NAME
    }))
}

async fn invite(town: &Municipality, public_url: &str, ask: InviteAsk) -> anyhow::Result<()> {
    let invite = let_in(town, Author::server(), ask, public_url, now()).await?;
    println!(
        "Code: {}\nServer: {}\n{}",
        invite.code, public_url, invite.link
    );
    Ok(())
}

async fn told_to_stop() {
    let asked = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let ended = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        let Ok(mut ended) = ended else {
            asked.await.ok();
            return;
        };
        tokio::select! { _ = asked => {}, _ = ended.recv() => {} }
    }
    #[cfg(not(unix))]
    asked.await.ok();
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one clock of the server; rules get the time as an argument"
)]
fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
