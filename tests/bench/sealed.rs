//! The exchange as devices have it, encrypted and over TLS, beside the same in the clear.

use std::path::Path;
use std::sync::Arc;

use koina_model::permits::Role;
use koina_model::requests::acts::Step;
use koina_server::door::{self, Limits};
use koina_server::routes::router;
use koina_server::tls::{self, Source};
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::{self, Progress};
use koina_tests::figures::Figures;
use koina_tests::served::{Served, enrol_keyed, now, open_requests, serve_on_file};
use koina_tests::village::{Counts, Village};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::percentile;

/// How often each is measured, by turns.
const RUNS: usize = 5;

pub(crate) fn sealed(figures: &mut Figures, runtime: &tokio::runtime::Runtime) {
    let village = Village::new(7, now());
    runtime.block_on(async {
        let served = serve_on_file(&village).await;
        let devices = served.register(&village).await;
        let changes = village.changes(Counts::new(10_000, 0));
        let changes = changes.map(|change| (change.device, change.pushed));
        served.feed(&devices, changes).await;
        let folder = TempDir::new().unwrap();
        let shown = with_tls(&served, folder.path()).await;
        let ways = [("in the clear", served.url.clone()), ("sealed", shown)];
        let mut pulls = [Vec::new(), Vec::new()];
        let mut pushes = [Vec::new(), Vec::new()];
        for run in 0..RUNS {
            for (way, (name, address)) in ways.iter().enumerate() {
                let path = folder.path().join(format!("{way}-{run}.sqlite"));
                let (pull, push) = once(&served, address, way == 1, &path).await;
                println!("# {name}: {pull:.2} s, {push:.3} s");
                pulls[way].push(pull);
                pushes[way].push(push);
            }
        }
        for (what, all) in [
            ("fresh pull of 10,000 requests", pulls),
            ("push of 500 offline changes", pushes),
        ] {
            let halves = all.map(|mut times| {
                times.sort_by(f64::total_cmp);
                percentile(&times, 0.5)
            });
            for (half, (name, _)) in halves.iter().zip(&ways) {
                figures.say(&format!("{what}, {name}, half"), *half, "s", None);
            }
            let ratio = halves[1] / halves[0];
            let words = format!("{what}, sealed to in the clear");
            figures.say(&words, ratio, "ratio", Some(1.25));
        }
    });
}

/// A second door to the same server. Gives its address, with how it shows who it is.
async fn with_tls(served: &Served, folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let own = Source::Own { names: Vec::new() };
    let (shown, pin) = tls::open(&own, folder, "127.0.0.1").unwrap();
    let config = Some(Arc::new(shown.config().unwrap()));
    let routes = router(Arc::clone(&served.app));
    let stop = std::future::pending();
    let limits = Limits::default();
    tokio::spawn(door::serve(listener, routes, config, limits, stop));
    pin.unwrap().added_to(&format!("https://{at}"))
}

/// Seconds until a fresh device has everything, and until 500 changes of it are at the server.
async fn once(served: &Served, address: &str, sealed: bool, path: &Path) -> (f64, f64) {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let code = served.invite(Role::Clerk, &[], name).await;
    let key = sealed.then(koina_tests::town::key);
    let replica = enrol_keyed(address, &code, path, key.as_ref()).await;
    let line = HttpLine::new(address).unwrap();
    let run = async || {
        let begin = std::time::Instant::now();
        exchange::run(&replica, &line, "bench", &now, &Progress::default())
            .await
            .unwrap();
        begin.elapsed().as_secs_f64()
    };
    let pull = run().await;
    let text = "έγινε αυτοψία";
    for id in open_requests(&replica, 500) {
        replica
            .record_work(id, &Step::Note { text }, now())
            .unwrap();
    }
    (pull, run().await)
}
