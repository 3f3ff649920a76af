//! `cargo xtask soak`: the real server and real devices are killed (SIGKILL) at random moments, again and again, while people
//! save and devices exchange. Afterwards every word that was said to be saved must be on the server.
//!
//! A device is a process with a replica, the exchange and no window: what a person types is drawn, everything below is the
//! product's own.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for the person at the terminal"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};
use koina_model::ids::Time;
use koina_model::photos::Moment;
use koina_model::requests::acts::{Entered, Step};
use koina_model::words::Channel;
use koina_sync::exchange::{self, Progress, http::HttpLine};
use koina_sync::photos::carry::{self, Carrying};
use koina_sync::photos::picture::{self, Told};
use koina_sync::replica::Replica;
use koina_tests::sim::{plan::Dice, words_of_log};

#[derive(Parser)]
#[command(about = "Kills the server and devices at random moments and counts what is lost.")]
struct Cli {
    /// How often a device, and how often the server, is killed.
    #[arg(long, default_value_t = 100)]
    kills: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program of the municipal server.
    #[arg(long)]
    server: Option<PathBuf>,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// A device, started by the soak itself.
    Device {
        data: PathBuf,
        url: String,
        /// Number of the first word.
        from: u64,
        /// Only hand over what is left, then end.
        #[arg(long)]
        finish: bool,
        #[arg(long)]
        code: Option<String>,
    },
    /// A device with a camera, started by the test of photos.
    Camera {
        data: PathBuf,
        url: String,
        /// Number of the first photo, and how many are taken in all.
        from: u32,
        upto: u32,
    },
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Time(i64::try_from(since.as_millis()).unwrap())
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.role {
        Some(Role::Device {
            data,
            url,
            from,
            finish,
            code,
        }) => device(&data, &url, from, finish, code),
        Some(Role::Camera {
            data,
            url,
            from,
            upto,
        }) => camera(&data, &url, from, upto),
        None => soak(
            cli.kills,
            cli.seed,
            &cli.server
                .context("Name the server's program with --server")?,
        ),
    }
}

/// Saves and exchanges until it is killed. Says «saved N» once word N is on its disk.
fn device(
    data: &Path,
    url: &str,
    from: u64,
    finish: bool,
    code: Option<String>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let replica = Arc::new(Replica::open(&data.join("replica.sqlite"), now())?);
    ensure!(replica.set_aside().is_none(), "the replica was set aside");
    let line = Arc::new(HttpLine::new(url)?);
    if let Some(code) = code
        && replica.identity().is_none()
    {
        let seed: [u8; 32] = [uuid::Uuid::new_v4().into_bytes(); 2]
            .concat()
            .try_into()
            .unwrap();
        runtime.block_on(exchange::enrol(
            &replica,
            &*line,
            url,
            &code,
            "soak",
            now(),
            seed,
        ))?;
        return Ok(());
    }
    if finish {
        for _ in 0..200 {
            let done = runtime.block_on(exchange::run(
                &replica,
                &*line,
                "soak",
                &now,
                &Progress::default(),
            ));
            let pending = replica.pending()?;
            if done.is_ok() && pending.waiting == 0 {
                ensure!(pending.needs_decision == 0, "something was refused");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("the server took no exchange to its end");
    }
    let exchanging = Arc::clone(&replica);
    runtime.spawn(async move {
        loop {
            // The server may be dead just now.
            drop(exchange::run(&exchanging, &*line, "soak", &now, &Progress::default()).await);
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    });
    let mut dice = Dice::new(from);
    for word in from.. {
        let text = format!("τ{word};");
        let ids = replica.doc_ids()?;
        let saved = match dice.pick(&ids).filter(|_| dice.below(3) > 0) {
            Some(id) => replica
                .record_work(id, &Step::Note { text: &text }, now())
                .is_ok(),
            None => {
                let entered = Entered {
                    category: "LGT-01",
                    community: "11020101",
                    settlement: "",
                    place_text: "",
                    position: None,
                    asset: None,
                    text: &text,
                    channel: Channel::Phone,
                    register: true,
                };
                replica.enter_request(&entered, None, now()).is_ok()
            }
        };
        if saved {
            println!("saved {word}");
            std::io::stdout().flush()?;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    Ok(())
}

/// Takes photos and hands them over until it is killed, or until all are at the town hall. Says «kept N FILE THUMB» once photo N
/// is on its disk and in a record.
fn camera(data: &Path, url: &str, from: u32, upto: u32) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let replica = Arc::new(Replica::open(&data.join("replica.sqlite"), now())?);
    ensure!(replica.set_aside().is_none(), "the replica was set aside");
    let line = HttpLine::new(url)?;
    let carrying = Carrying::default();
    let handing = Arc::clone(&replica);
    let hand_over = async move {
        loop {
            let exchanged =
                exchange::run(&handing, &line, "soak", &now, &Progress::default()).await;
            if exchanged.is_ok() {
                drop(carry::run(&handing, &line, &now, &carrying).await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    runtime.spawn(hand_over);
    let ids = replica.doc_ids()?;
    for number in from..upto {
        let told = Told {
            moment: Moment::Before,
            with_place: false,
        };
        let prepared = picture::prepare(&noise(number), told)
            .map_err(|fault| anyhow::anyhow!("photo {number}: {fault:?}"))?;
        let file = replica.keep_photo(&prepared, now())?;
        let job = usize::try_from(number)? % ids.len();
        let job = ids.get(job).context("A job")?;
        replica.add_photos(*job, &[file], now())?;
        println!("kept {number} {file} {}", prepared.photo.thumb);
        std::io::stdout().flush()?;
        std::thread::sleep(Duration::from_millis(20));
    }
    loop {
        let waiting = replica.photos_waiting()?;
        if waiting.bytes == 0 && replica.pending()?.waiting == 0 {
            println!("all there");
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A picture that nobody else has.
fn noise(number: u32) -> Vec<u8> {
    let mut state = (u64::from(number) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    let picture = image::RgbImage::from_fn(240, 180, |_, _| image::Rgb([next(), next(), next()]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// A process that is killed when it is no longer wanted.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Soak<'a> {
    program: PathBuf,
    server: &'a Path,
    folder: tempfile::TempDir,
    url: String,
    words: Arc<Mutex<BTreeSet<u64>>>,
    next: u64,
    readers: Vec<std::thread::JoinHandle<()>>,
}

impl Soak<'_> {
    fn data(&self, device: usize) -> PathBuf {
        self.folder.path().join(format!("device-{device}"))
    }

    fn serve(&self) -> anyhow::Result<Killed> {
        let child = self.command().arg("serve").stdout(Stdio::null()).spawn();
        Ok(Killed(child.context("Starting the server")?))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.server);
        command
            .arg("--config")
            .arg(self.folder.path().join("koina.toml"))
            .env("RUST_LOG", "error");
        command
    }

    fn device(&mut self, device: usize) -> anyhow::Result<Killed> {
        self.next += 1_000_000;
        let mut child = Command::new(&self.program)
            .arg("device")
            .arg(self.data(device))
            .arg(&self.url)
            .arg(self.next.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .context("Starting a device")?;
        let said = child.stdout.take().context("What the device says")?;
        let words = Arc::clone(&self.words);
        self.readers.push(std::thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                if let Some(word) = line
                    .strip_prefix("saved ")
                    .and_then(|word| word.parse().ok())
                {
                    words.lock().unwrap().insert(word);
                }
            }
        }));
        Ok(Killed(child))
    }

    /// Runs a device that ends by itself.
    fn once(&self, device: usize, words: &[&str]) -> anyhow::Result<()> {
        let mut command = Command::new(&self.program);
        command
            .arg("device")
            .arg(self.data(device))
            .arg(&self.url)
            .arg("0");
        let status = command.args(words).stdout(Stdio::null()).status()?;
        ensure!(status.success(), "device {device} {words:?}: {status}");
        Ok(())
    }
}

fn soak(kills: u32, seed: u64, server: &Path) -> anyhow::Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let folder = tempfile::TempDir::new()?;
    std::fs::write(
        folder.path().join("koina.toml"),
        format!(
            "listen = \"127.0.0.1:{port}\"\ndata = \"server\"\nmunicipality = \"dion-olympos\"\nlog = \"sqlite\"\npublic_url = \"{url}\"\n"
        ),
    )?;
    let mut soak = Soak {
        program: std::env::current_exe()?,
        server,
        folder,
        url,
        words: Arc::default(),
        next: 0,
        readers: Vec::new(),
    };
    let mut serving = soak.serve()?;
    for device in 0..2 {
        std::fs::create_dir_all(soak.data(device))?;
        let invited = soak
            .command()
            .args([
                "invite",
                "--role",
                "admin",
                "--name",
                &format!("Συσκευή {device}"),
            ])
            .output()?;
        let said = String::from_utf8_lossy(&invited.stdout).into_owned();
        let code = said
            .lines()
            .find_map(|line| line.strip_prefix("Code: "))
            .with_context(|| format!("A code: {}", String::from_utf8_lossy(&invited.stderr)))?;
        let enrolled = (0..50).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            soak.once(device, &["--code", code]).is_ok()
        });
        ensure!(enrolled, "device {device} could not enrol");
    }
    let mut devices = vec![soak.device(0)?, soak.device(1)?];
    let mut dice = Dice::new(seed);
    let (mut of_devices, mut of_server) = (0, 0);
    while of_devices < kills || of_server < kills {
        std::thread::sleep(Duration::from_millis(20 + dice.below(180) as u64));
        let server_next = of_devices >= kills || (of_server < kills && dice.below(2) == 0);
        if server_next {
            drop(serving);
            of_server += 1;
            serving = soak.serve()?;
        } else {
            let device = dice.below(2);
            drop(devices.remove(device));
            of_devices += 1;
            let started = soak.device(device)?;
            devices.insert(device, started);
        }
        if (of_devices + of_server).is_multiple_of(200) {
            println!(
                "{} kills, {} words saved …",
                of_devices + of_server,
                soak.words.lock().unwrap().len()
            );
        }
    }
    drop(devices);
    for reader in soak.readers.drain(..) {
        reader.join().ok().context("Reading what a device said")?;
    }
    for device in [0, 1, 0] {
        soak.once(device, &["--finish"])?;
    }
    drop(serving);
    let verified = soak.command().arg("verify-audit").output()?;
    ensure!(
        verified.status.success(),
        "the log does not hold: {}",
        String::from_utf8_lossy(&verified.stderr)
    );
    for device in 0..2 {
        let replica = Replica::open(&soak.data(device).join("replica.sqlite"), now())?;
        let views = replica.views_text()?;
        replica.rebuild_views()?;
        ensure!(
            views == replica.views_text()?,
            "device {device}: views differ from a rebuild"
        );
    }
    let mut there = BTreeSet::new();
    words_of_log(&soak.folder.path().join("server/log.sqlite"), &mut there);
    let words = soak.words.lock().unwrap();
    let lost: Vec<u64> = words.difference(&there).copied().collect();
    println!(
        "{} words saved. {}",
        words.len(),
        String::from_utf8_lossy(&verified.stdout).trim()
    );
    if !lost.is_empty() {
        println!("lost: {lost:?}");
    }
    println!("{} kills, {} lost", of_devices + of_server, lost.len());
    ensure!(lost.is_empty(), "words that were saved are lost");
    Ok(())
}
