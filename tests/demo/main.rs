//! `koina-demo`: a municipality with fourteen months behind it, ready to be looked at.
//!
//! Makes the municipality in a folder, through the server's own judge and log, unless it is there already; then serves
//! it on this computer and prints what a window needs to enrol. One line each, a word and what it says:
//! `note` for people, `server`, `desk`, `crew` and `kiosk` with what `koina --enrol` takes, and `ready`.
//! Ends when its standard input ends, so that it never outlives whoever started it.
#![allow(clippy::print_stdout, reason = "whoever starts it reads these lines")]
#![allow(
    clippy::disallowed_methods,
    reason = "a shell: it waits, and says how long things took"
)]

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::Parser;
use koina_model::ids::Time;
use koina_model::permits::{Profile, Role};
use koina_server::door::{self, Limits};
use koina_server::log::{AnyLog, Author};
use koina_server::municipality::Municipality;
use koina_server::rates::Allowed;
use koina_server::routes::devices::{InviteAsk, let_in};
use koina_server::routes::{App, router};
use koina_server::tls::{self, Source};
use koina_sync::exchange::pinned::without_pin;
use koina_sync::maps::Maps;
use koina_tests::village::{Counts, Village};

mod feed;

/// The file that says at which address devices know this municipality. Written last: without it the folder is half made.
const ADDRESS: &str = "address";

#[derive(Parser)]
#[command(
    version,
    about = "A municipality to look at: makes it, serves it, prints how to enrol."
)]
struct Cli {
    /// Folder of the municipality.
    #[arg(long)]
    data: PathBuf,
    /// Throw away what is there and begin anew.
    #[arg(long)]
    fresh: bool,
    /// Port on this computer; 0 takes a free one. A municipality that is there keeps the port it had.
    #[arg(long, default_value_t = 0)]
    port: u16,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 2_000)]
    requests: u32,
    #[arg(long, default_value_t = 3_000)]
    assets: u32,
    /// Whose devices ask for a PIN first: crew, community, desk. Nobody's, unless it is said.
    #[arg(long, value_parser = profile)]
    pin_for: Vec<Profile>,
}

fn profile(word: &str) -> Result<Profile, String> {
    serde_json::from_value(serde_json::json!(word)).map_err(|failure| failure.to_string())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let server = cli.data.join("server");
    let known = std::fs::read_to_string(cli.data.join(ADDRESS)).ok();
    // One from before TLS begins anew.
    let known = known.filter(|address| {
        address.starts_with("https://") && !cli.fresh && server.join("log.sqlite").is_file()
    });
    if known.is_none() {
        empty(&server)?;
    }
    let port = match &known {
        Some(address) => without_pin(address.trim())
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .context("Reading the address")?,
        None => cli.port,
    };
    let listener =
        tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
    let Ok(listener) = listener else {
        bail!(
            "port {port}, at which the windows know this municipality, is taken by another program: end that one, or begin anew with --fresh"
        );
    };
    let bare = format!("https://{}", listener.local_addr()?);
    let own = Source::Own { names: Vec::new() };
    let (shown, pin) =
        tls::open(&own, &server, &tls::host(&bare)).context("Making a certificate")?;
    let address = pin.context("Making an authority")?.added_to(&bare);
    let village = Village::new(cli.seed, now());
    let log = AnyLog::open_sqlite(&server.join("log.sqlite"))
        .await
        .context("Opening the log (--fresh begins a new one)")?;
    let (reference, crews) = (village.lists.reference.clone(), village.lists.crews.clone());
    let replica = server.join("replica.sqlite");
    let town = Municipality::open(log, &replica, reference, crews, now())
        .await
        .context("Opening the municipality")?;
    let town = town
        .wanting_pins(cli.pin_for, now())
        .await
        .context("Wanting PINs")?;
    let of = town.reference().municipality.clone();
    let put = move |maps: &Maps| match maps.current()? {
        Some(_) => Ok(()),
        None => maps.install(Path::new(koina_tests::MAP), &of).map(drop),
    };
    if let Err(problem) = town.of_maps(put).await {
        println!("note The municipality goes without its map: {problem}.");
    }
    if known.is_none() {
        println!(
            "note Writing fourteen months of a municipality: {} requests, {} assets.",
            cli.requests, cli.assets
        );
        let fed = feed::feed(&town, village, Counts::new(cli.requests, cli.assets)).await?;
        println!("note {fed}");
        std::fs::write(cli.data.join(ADDRESS), &address).context("Writing the address")?;
    } else {
        println!("note The municipality of the last time is kept.");
    }
    println!("server {address}");
    let kiosk = InviteAsk {
        role: Role::Kiosk,
        name: "Κιόσκι δημαρχείου".to_owned(),
        person: "Είσοδος δημαρχείου".to_owned(),
        crew: None,
        communities: Vec::new(),
    };
    let village = town.reference().communities.first();
    let village = village.context("The municipality has no community")?;
    let community = InviteAsk {
        role: Role::Community,
        name: village.legal_name_el.clone(),
        person: "Παναγιώτα Ρήγα".to_owned(),
        crew: None,
        communities: vec![village.code.clone()],
    };
    for (word, ask) in [
        ("desk", desk()),
        ("crew", crew(&town).await?),
        ("community", community),
        ("kiosk", kiosk),
    ] {
        let invite = let_in(&town, Author::server(), ask, &address, now())
            .await
            .context("Inviting a device")?;
        println!("{word} {address}#{}", invite.code);
    }
    println!("ready");
    let app = App::new(town, now, address).with_rates(Allowed::default());
    let app = Arc::new(app);
    let tls = Some(Arc::new(shown.config()?));
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

/// The desk of the demo may do everything.
fn desk() -> InviteAsk {
    let (name, person) = ("Δημαρχείο".to_owned(), "Κατερίνα Νικολάου".to_owned());
    InviteAsk {
        role: Role::Admin,
        name,
        person,
        crew: None,
        communities: Vec::new(),
    }
}

/// The crew of the demo mends street lights in some of the villages, and holds the records of those only.
async fn crew(town: &Municipality) -> anyhow::Result<InviteAsk> {
    let lists = town.lists().await.context("Reading the lists")?;
    let crew = lists
        .crews
        .first()
        .context("The municipality has no crew")?;
    Ok(InviteAsk {
        role: Role::Crew,
        name: crew.name.clone(),
        person: "Νίκος Τσιρώνης".to_owned(),
        crew: Some(crew.id.clone()),
        communities: crew.communities.clone(),
    })
}

fn empty(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).context("Throwing away the last municipality")?;
    }
    std::fs::create_dir_all(folder).context("Making the folder")
}

/// Ends with whoever started it, or by Ctrl+C.
async fn told_to_stop() {
    let (told, hears) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = told.send(());
    });
    tokio::select! { _ = hears => {}, _ = tokio::signal::ctrl_c() => {} }
}

fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
