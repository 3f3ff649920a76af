//! Photos from a bad line to the town hall, with real processes, a real disk and a line that is cut at any byte.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, and waits for processes"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use koina_model::ids::{DocId, EventId};
use koina_model::permits::Role;
use koina_model::photos::{FileHash, FileState, Moment, Photo};
use koina_model::problem::Problem;
use koina_sync::exchange::http::HttpLine;
use koina_sync::exchange::{Failed, Line};
use koina_sync::photos::carry::{self, Carrying, Round};
use koina_sync::photos::picture::{Prepared, Told, prepare};
use koina_sync::photos::store::Finished;
use koina_sync::replica::{Ids, Replica};
use koina_sync::vault::Key;
use koina_sync::views::photos::PhotoState;
use koina_tests::process::{Process, Silence};
use koina_tests::served::{Served, now, on_file, serve, serve_in};
use koina_tests::sim::plan::Dice;
use koina_tests::town::{LITOCHORO, lamp};
use koina_tests::village::Village;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Photos of the long story, and how often its app is killed.
const PHOTOS: u32 = 175;
const KILLS: usize = 11;

/// A line that breaks after some bytes, again and again.
struct BadLine {
    url: String,
    /// Connections break after at most so many bytes; 0: they do not.
    breaks: Arc<AtomicU64>,
    broken: Arc<AtomicU32>,
    /// Bytes that reached the server.
    passed: Arc<AtomicU64>,
}

impl BadLine {
    async fn to(server: &str, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            breaks: Arc::default(),
            broken: Arc::default(),
            passed: Arc::default(),
        };
        let server = server.trim_start_matches("http://").to_owned();
        let (breaks, broken) = (Arc::clone(&line.breaks), Arc::clone(&line.broken));
        let passed = Arc::clone(&line.passed);
        let mut dice = Dice::new(seed);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let most = breaks.load(Ordering::Relaxed);
                let after = match usize::try_from(most) {
                    Ok(0) | Err(_) => u64::MAX,
                    Ok(most) => dice.below(most) as u64,
                };
                let (server, broken) = (server.clone(), Arc::clone(&broken));
                let passed = Arc::clone(&passed);
                tokio::spawn(async move {
                    if let Ok(far) = TcpStream::connect(server).await
                        && pass(near, far, after, &passed).await
                    {
                        broken.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        line
    }
}

/// Lets so many bytes through, both ways together, then breaks. Gives whether it broke.
async fn pass(mut near: TcpStream, mut far: TcpStream, after: u64, passed: &AtomicU64) -> bool {
    let (mut there, mut back) = (vec![0; 4096], vec![0; 4096]);
    let mut left = after;
    loop {
        let (read, from_near) = tokio::select! {
            read = near.read(&mut there) => (read, true),
            read = far.read(&mut back) => (read, false),
        };
        let Ok(many @ 1..) = read else {
            return false;
        };
        let passing = many.min(usize::try_from(left).unwrap_or(usize::MAX));
        left -= passing as u64;
        let written = if from_near {
            passed.fetch_add(passing as u64, Ordering::Relaxed);
            far.write_all(there.get(..passing).unwrap()).await
        } else {
            near.write_all(back.get(..passing).unwrap()).await
        };
        if written.is_err() {
            return false;
        }
        if left == 0 {
            return true;
        }
    }
}

/// A picture of so many pixels that cannot be compressed much, as a device keeps it.
fn picture(number: u64, width: u32, height: u32) -> Prepared {
    let mut dice = Dice::new(number);
    let noise = image::RgbImage::from_fn(width, height, |_, _| {
        let [red, green, blue, ..] = dice.below(1 << 24).to_le_bytes();
        image::Rgb([red, green, blue])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    noise
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    let told = Told {
        moment: Moment::Before,
        with_place: true,
    };
    prepare(&bytes.into_inner(), told).unwrap()
}

async fn served() -> Served {
    serve(on_file, &Village::new(7, now())).await
}

fn request(replica: &Replica) -> DocId {
    replica
        .enter_request(&lamp("σβηστή"), None, now())
        .unwrap()
        .0
}

fn take(replica: &Replica, id: DocId, prepared: &Prepared) -> FileHash {
    let file = replica.keep_photo(prepared, now()).unwrap();
    replica.add_photos(id, &[file], now()).unwrap();
    file
}

/// Everything there is to carry, over a line that breaks: each break ends a try, and the next begins.
async fn carry_over(replica: &Replica, url: &str) -> u32 {
    let carrying = Carrying::default();
    for tries in 0..2_000 {
        let line = HttpLine::new(url).unwrap();
        match carry::run(replica, &line, &now, &carrying).await {
            Ok(_) => return tries,
            Err(Problem::Offline { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    panic!("a photo did not get through");
}

/// Records first, then photos, over a good line.
async fn hand_over(served: &Served, replica: &Replica) {
    served.exchange(replica).await;
    carry_over(replica, &served.url).await;
}

/// The disk spoils a file: one bit of it is another. Gives what is there now.
fn spoil(replica: &Replica, file: FileHash) -> Vec<u8> {
    let on_disk = replica.photos().folder().join(file.to_string());
    let mut bytes = std::fs::read(&on_disk).unwrap();
    *bytes.get_mut(100).unwrap() ^= 1;
    std::fs::write(&on_disk, &bytes).unwrap();
    bytes
}

async fn is_whole(served: &Served, file: FileHash) -> bool {
    served.app.town.files.state(file).await.unwrap() == FileState::Whole
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_crosses_a_line_that_is_cut_at_any_byte_and_is_seen_by_the_desk() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let crew = served
        .device_as(
            Role::Crew,
            &[LITOCHORO.to_owned()],
            "crew",
            &folder.path().join("crew.sqlite"),
        )
        .await;
    let desk = served
        .device("desk", &folder.path().join("desk.sqlite"))
        .await;
    let id = request(&crew);
    let taken = picture(1, 1_200, 900);
    assert!(taken.picture.len() > 150_000, "{}", taken.picture.len());
    let file = take(&crew, id, &taken);
    let rows = crew.photos_of(id).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows.first().unwrap().state, PhotoState::OnDevice);
    assert_eq!(crew.photos_waiting().unwrap().photos, 1);

    served.exchange(&crew).await;
    served.exchange(&desk).await;
    // The desk knows of it before it is there.
    assert_eq!(
        desk.photos_of(id).unwrap().first().unwrap().state,
        PhotoState::Elsewhere
    );
    let line = BadLine::to(&served.url, 11).await;
    line.breaks.store(30_000, Ordering::Relaxed);
    carry_over(&crew, &line.url).await;
    assert!(line.broken.load(Ordering::Relaxed) > 5, "the line was good");
    assert!(is_whole(&served, file).await);
    let row = crew.photos_of(id).unwrap().remove(0);
    assert_eq!((row.state, row.here), (PhotoState::Received, true));
    assert_eq!(crew.photos_waiting().unwrap().bytes, 0);

    // The small copy comes by itself, the picture when somebody wants to see it.
    carry_over(&desk, &line.url).await;
    let row = desk.photos_of(id).unwrap().remove(0);
    assert_eq!(row.state, PhotoState::Received);
    assert!(row.thumb_here && !row.here);
    desk.want_photo(file, now()).unwrap();
    carry_over(&desk, &line.url).await;
    assert_eq!(desk.photo_bytes(file).unwrap(), taken.picture);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_before_a_cut_does_not_travel_again() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let crew = served
        .device("crew", &folder.path().join("crew.sqlite"))
        .await;
    let id = request(&crew);
    let taken = picture(2, 1_600, 1_200);
    take(&crew, id, &taken);
    served.exchange(&crew).await;
    let line = BadLine::to(&served.url, 5).await;
    line.breaks.store(60_000, Ordering::Relaxed);
    carry_over(&crew, &line.url).await;
    let broken = line.broken.load(Ordering::Relaxed);
    assert!(broken > 8, "the line was good: {broken}");
    let all = (taken.picture.len() + taken.thumb.len()) as u64;
    let sent = line.passed.load(Ordering::Relaxed);
    // Each try costs some hundred bytes of headers, and what was on the line when it broke.
    let allowed = all + u64::from(broken) * 12_000;
    assert!(
        sent < allowed.min(2 * all),
        "{sent} bytes for {all}, {broken} cuts"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_began_anew_goes_on_where_a_photo_was() {
    let home = TempDir::new().unwrap();
    let folder = TempDir::new().unwrap();
    let village = Village::new(7, now());
    let first = serve_in(home.path(), on_file, &village).await;
    let crew = first
        .device("crew", &folder.path().join("crew.sqlite"))
        .await;
    let id = request(&crew);
    let taken = picture(3, 1_200, 900);
    let file = take(&crew, id, &taken);
    first.exchange(&crew).await;
    let line = BadLine::to(&first.url, 1).await;
    line.breaks.store(100_000, Ordering::Relaxed);
    let carrying = Carrying::default();
    let mut had = 0;
    for _ in 0..200 {
        let way = HttpLine::new(&line.url).unwrap();
        drop(carry::run(&crew, &way, &now, &carrying).await);
        if let FileState::Has(some @ 1..) = first.app.town.files.state(file).await.unwrap() {
            had = some;
            break;
        }
    }
    assert!(had > 0, "nothing was cut in its middle");
    drop(first);
    let again = serve_in(home.path(), on_file, &village).await;
    // What was still on its way when it was looked at may be there, too.
    match again.app.town.files.state(file).await.unwrap() {
        FileState::Has(has) => assert!(has >= had, "{has} of {had}"),
        other => panic!("{other:?}"),
    }
    carry_over(&crew, &again.url).await;
    assert!(is_whole(&again, file).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_or_hands_over_files_that_are_not_their_business() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let desk = served.device("desk", &path("desk.sqlite")).await;
    let id = request(&desk);
    let file = take(&desk, id, &picture(4, 64, 48));
    hand_over(&served, &desk).await;
    assert!(is_whole(&served, file).await);
    let elsewhere = ["11020304".to_owned()];
    let other = served
        .device_as(Role::Crew, &elsewhere, "other", &path("other.sqlite"))
        .await;
    served.exchange(&other).await;
    let asked = |replica: Arc<Replica>, path: String| {
        let url = served.url.clone();
        async move {
            let line = HttpLine::new(&url).unwrap();
            let media = "application/octet-stream";
            koina_sync::exchange::ask_bytes(&replica, &line, "GET", &path, media, Vec::new()).await
        }
    };
    let path_of = koina_model::photos::file_path(file, 0, 1_000_000);
    let refused = asked(Arc::new(other), path_of.clone()).await;
    assert_eq!(refused, Err(Problem::NotFound));
    let desk = Arc::new(desk);
    assert!(asked(Arc::clone(&desk), path_of).await.is_ok());
    for odd in [
        "/v1/files/abc?from=0&most=1".to_owned(),
        format!("/v1/files/{}?from=0&most=1", FileHash::of(b"nothing")),
    ] {
        let refused = asked(Arc::clone(&desk), odd).await;
        assert_eq!(refused, Err(Problem::NotFound));
    }
    let without = asked(desk, format!("/v1/files/{file}?from=x")).await;
    assert!(
        matches!(without, Err(Problem::Malformed { .. })),
        "{without:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_what_their_name_says_are_not_kept() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let desk = served
        .device("desk", &folder.path().join("desk.sqlite"))
        .await;
    let id = request(&desk);
    let taken = picture(5, 320, 240);
    let file = take(&desk, id, &taken);
    served.exchange(&desk).await;
    // On the device the disk spoils it: it is noticed, said, and nothing of it is handed over.
    let bytes = spoil(&desk, file);
    carry_over(&desk, &served.url).await;
    assert!(!is_whole(&served, file).await);
    assert_eq!(
        desk.photos_of(id).unwrap().first().unwrap().state,
        PhotoState::Elsewhere
    );
    // Whoever hands over other bytes under the name begins anew.
    let line = HttpLine::new(&served.url).unwrap();
    let path = koina_model::photos::file_path(file, 0, 0);
    let headers = desk.sign("POST", &path, b"").unwrap();
    use koina_sync::exchange::{Line, unpack};
    let answer = line.send("POST", &path, &headers, bytes).await.unwrap();
    assert_eq!(unpack::<FileState>(&answer).unwrap(), FileState::Has(0));
    assert!(!is_whole(&served, file).await);
    let headers = desk.sign("POST", &path, b"").unwrap();
    let answer = line
        .send("POST", &path, &headers, taken.picture)
        .await
        .unwrap();
    assert_eq!(unpack::<FileState>(&answer).unwrap(), FileState::Whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_town_hall_has_leaves_a_device_and_only_above_the_budget() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let desk = served
        .device("desk", &folder.path().join("desk.sqlite"))
        .await;
    let id = request(&desk);
    let files: Vec<FileHash> = (0..4)
        .map(|number| take(&desk, id, &picture(10 + number, 320, 240)))
        .collect();
    desk.set_photos_budget(1).unwrap();
    assert_eq!(
        desk.tidy_photos(now().plus_days(2)).unwrap(),
        0,
        "nothing is at the town hall"
    );
    hand_over(&served, &desk).await;
    let late = take(&desk, id, &picture(20, 320, 240));
    assert_eq!(
        desk.tidy_photos(now()).unwrap(),
        0,
        "somebody may still look at them"
    );
    assert_eq!(desk.tidy_photos(now().plus_days(2)).unwrap(), 4);
    let rows = desk.photos_of(id).unwrap();
    for row in &rows {
        assert_eq!(row.here, row.file == late, "{row:?}");
        assert!(row.thumb_here, "{row:?}");
    }
    // And comes back when somebody wants to see it.
    let first = *files.first().unwrap();
    desk.want_photo(first, now()).unwrap();
    hand_over(&served, &desk).await;
    assert_eq!(FileHash::of(&desk.photo_bytes(first).unwrap()), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_outlives_its_rows_and_rows_do_not_outlive_what_is_gone() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("desk.sqlite");
    let desk = served.device("desk", &path).await;
    let id = request(&desk);
    let stays = take(&desk, id, &picture(30, 64, 48));
    let goes = take(&desk, id, &picture(31, 64, 48));
    let photos = desk.photos().folder().to_owned();
    drop(desk);
    std::fs::remove_file(photos.join(goes.to_string())).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute(
            "DELETE FROM files WHERE hash = ?1",
            [stays.as_bytes().as_slice()],
        )
        .unwrap();
    let desk = Replica::open(&path, now()).unwrap();
    let rows = desk.photos_of(id).unwrap();
    let state = |file| rows.iter().find(|row| row.file == file).unwrap().state;
    assert_eq!(state(stays), PhotoState::OnDevice);
    assert_eq!(state(goes), PhotoState::Elsewhere);
    hand_over(&served, &desk).await;
    assert!(is_whole(&served, stays).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_photo_is_told_in_words_and_the_report_is_saved_without_it() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let desk = served
        .device("desk", &folder.path().join("desk.sqlite"))
        .await;
    let id = request(&desk);
    // Where the folder of photos should be there is something else.
    std::fs::write(desk.photos().folder(), b"").unwrap();
    let refused = desk.keep_photo(&picture(40, 64, 48), now());
    let problem = refused.map_err(|failure| failure.to_problem());
    assert_eq!(problem, Err(Problem::DiskReadOnly));
    assert!(desk.photos_of(id).unwrap().is_empty());
    let note = koina_model::requests::acts::Step::Note {
        text: "χωρίς φωτογραφία",
    };
    desk.record_work(id, &note, now()).unwrap();
    served.exchange(&desk).await;
    assert_eq!(desk.pending().unwrap().waiting, 0);
    // And it can be opened again.
    let path = desk.path().to_owned();
    drop(desk);
    assert!(Replica::open(&path, now()).unwrap().photos_of(id).is_ok());
}

/// Adds to a record what a changed app says of a photo.
fn claim(replica: &Replica, id: DocId, photo: &Photo) {
    use koina_model::requests::{Event, What, record};
    let now = now();
    let event = EventId(replica.new_id(now));
    let writes = record(
        event,
        &Event {
            at: now,
            what: What::Photo(photo.clone()),
        },
    );
    let kind = koina_model::words::Kind::Request;
    replica
        .change(id, kind, now, |_, _| Ok(("photo".to_owned(), writes)))
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lies_about_a_photo_stops_neither_it_nor_those_behind_it() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let liar = served.device("liar", &path("liar.sqlite")).await;
    let taken = picture(50, 400, 300);
    let id = request(&liar);
    for (size, swapped) in [(10, false), (2_000_000, false), (taken.photo.size, true)] {
        let mut photo = Photo {
            size,
            ..taken.photo.clone()
        };
        if swapped {
            (photo.file, photo.thumb) = (photo.thumb, photo.file);
            (photo.size, photo.thumb_size) = (photo.thumb_size, 48_000);
        }
        claim(&liar, id, &photo);
    }
    // Photos that nobody has: more than one question asks for.
    for number in 0..60_u32 {
        let photo = Photo {
            file: FileHash::of(&number.to_be_bytes()),
            thumb: FileHash::of(&number.to_le_bytes()),
            ..taken.photo.clone()
        };
        claim(&liar, id, &photo);
    }
    served.exchange(&liar).await;
    let crew = served.device("crew", &path("crew.sqlite")).await;
    served.exchange(&crew).await;
    let mine = request(&crew);
    let file = take(&crew, mine, &taken);
    hand_over(&served, &crew).await;
    assert!(is_whole(&served, file).await);
    assert!(is_whole(&served, taken.photo.thumb).await);
    // A fresh desk gets it, behind all that nobody has.
    let desk = served.device("desk", &path("desk.sqlite")).await;
    served.exchange(&desk).await;
    desk.want_photo(file, now()).unwrap();
    carry_over(&desk, &served.url).await;
    assert_eq!(desk.photo_bytes(file).unwrap(), taken.picture);
    let rows = desk.photos_of(mine).unwrap();
    assert!(rows.first().unwrap().thumb_here);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_hands_over_its_photos_and_gets_none() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let desk = served.device("desk", &path("desk.sqlite")).await;
    let theirs = request(&desk);
    let other = take(&desk, theirs, &picture(60, 320, 240));
    hand_over(&served, &desk).await;
    let crew = Arc::new(served.device("crew", &path("crew.sqlite")).await);
    served.exchange(&crew).await;
    let id = request(&crew);
    let file = take(&crew, id, &picture(61, 320, 240));
    let device = crew.identity().unwrap().device;
    let by = koina_server::log::Author::server();
    served.app.town.log.revoke(by, now(), device).await.unwrap();
    // As the app does it: records first, which end with the word that it is revoked.
    let runtime = tokio::runtime::Handle::current();
    let exchanger = koina_commands::Exchanger::new(Arc::clone(&crew), runtime, now);
    assert_eq!(exchanger.exchange().await, Err(Problem::Revoked));
    assert!(is_whole(&served, file).await);
    assert!(crew.named(other).unwrap().is_empty() || crew.photo_bytes(other).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_cannot_be_read_is_set_aside_and_stops_no_other() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let desk = served
        .device("desk", &folder.path().join("desk.sqlite"))
        .await;
    let id = request(&desk);
    let spoiled = take(&desk, id, &picture(70, 320, 240));
    let good = take(&desk, id, &picture(71, 320, 240));
    let bytes = spoil(&desk, spoiled);
    hand_over(&served, &desk).await;
    assert!(is_whole(&served, good).await);
    // It is not thrown away: somebody may still see something in it.
    let aside = desk.photos().folder().join(format!("{spoiled}.damaged"));
    assert_eq!(std::fs::read(aside).unwrap(), bytes);
    // Taken again, it is whole again.
    take(&desk, id, &picture(70, 320, 240));
    hand_over(&served, &desk).await;
    assert!(is_whole(&served, spoiled).await);
}

/// A device with a camera as a process of its own.
fn camera(data: &Path, url: &str, from: u32) -> Process {
    let word = |word: &str| word.to_owned();
    Process::start(&[
        word(env!("CARGO_BIN_EXE_koina-soak")),
        word("camera"),
        data.display().to_string(),
        word(url),
        from.to_string(),
        PHOTOS.to_string(),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn of_175_photos_on_a_bad_line_and_an_app_killed_eleven_times_175_are_at_the_town_hall() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let crew = served
        .device("crew", &folder.path().join("replica.sqlite"))
        .await;
    for _ in 0..7 {
        request(&crew);
    }
    served.exchange(&crew).await;
    drop(crew);
    let line = BadLine::to(&served.url, 175).await;
    line.breaks.store(60_000, Ordering::Relaxed);
    let mut kept: BTreeMap<u32, (FileHash, FileHash)> = BTreeMap::new();
    let mut dice = Dice::new(11);
    let mut killed = 0;
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        let from = kept.keys().last().map_or(0, |last| last + 1);
        let mut device = camera(folder.path(), &line.url, from);
        let until = if killed < KILLS {
            Instant::now() + Duration::from_millis(150 + dice.below(900) as u64)
        } else {
            deadline
        };
        let mut ended = None;
        while ended.is_none() {
            match device.hear("", until) {
                Ok(said) => {
                    let words: Vec<&str> = said.split(' ').collect();
                    if let ["kept", number, file, thumb] = words.as_slice() {
                        let name = |text: &str| FileHash::parse(text).unwrap();
                        kept.insert(number.parse().unwrap(), (name(file), name(thumb)));
                    }
                }
                Err(silence) => ended = Some(silence),
            }
        }
        drop(device);
        if ended == Some(Silence::Late) {
            assert!(
                killed < KILLS,
                "they did not all get there: {} of {PHOTOS}",
                kept.len()
            );
            killed += 1;
        } else {
            assert_eq!(killed, KILLS, "it ended before it was killed");
            break;
        }
    }
    assert_eq!(kept.len(), PHOTOS as usize);
    for (number, (file, thumb)) in &kept {
        assert!(is_whole(&served, *file).await, "photo {number}");
        assert!(is_whole(&served, *thumb).await, "small copy {number}");
        let bytes = served
            .app
            .town
            .files
            .read(*file, 0, u64::MAX)
            .await
            .unwrap();
        assert_eq!(FileHash::of(&bytes), *file);
    }
    assert!(
        line.broken.load(Ordering::Relaxed) > 20,
        "the line was good"
    );
}

/// A line that notes how many files are on their way at once.
struct Watched {
    line: HttpLine,
    now: AtomicU32,
    most: AtomicU32,
    all: AtomicU32,
}

impl Line for Watched {
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Failed> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        self.all.fetch_add(1, Ordering::Relaxed);
        let answer = self.line.send(method, path, headers, body).await;
        self.now.fetch_sub(1, Ordering::Relaxed);
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_photos_travel_at_once_and_no_more_begin_when_somebody_else_wants_the_line() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let crew = served
        .device("crew", &folder.path().join("crew.sqlite"))
        .await;
    let id = request(&crew);
    let photos = (0..6).map(|n| picture(70 + n, 640, 480));
    let files: Vec<_> = photos.map(|photo| take(&crew, id, &photo)).collect();
    served.exchange(&crew).await;
    let line = Watched {
        line: HttpLine::new(&served.url).unwrap(),
        now: AtomicU32::new(0),
        most: AtomicU32::new(0),
        all: AtomicU32::new(0),
    };
    let carrying = Carrying::default();
    let mut round = Round::begin(now(), &carrying);
    assert!(round.step(&crew, &line, &now, &|| false).await.unwrap());
    assert_eq!(line.all.load(Ordering::Relaxed), 1, "the question");
    assert!(round.step(&crew, &line, &now, &|| false).await.unwrap());
    assert_eq!(line.all.load(Ordering::Relaxed), 3, "those that had begun");
    while round.step(&crew, &line, &now, &|| true).await.unwrap() {}
    assert_eq!(line.most.load(Ordering::Relaxed), 2);
    for file in files {
        assert!(is_whole(&served, file).await);
    }
}

/// A device whose records are encrypted from now on.
fn locked(replica: Replica) -> Replica {
    let path = replica.path().to_owned();
    drop(replica);
    let key = Key::of([0x6b; 32]);
    Replica::open_keyed(&path, Some(&key), now(), Ids::Random).unwrap()
}

/// Whether any file of a device's photos holds a piece of a picture that can be read.
fn lies_open(replica: &Replica, bytes: &[u8]) -> bool {
    // Not of its beginning, where all pictures are alike.
    let middle = bytes.len() / 2;
    let piece = &bytes[middle..middle + 32];
    let files = std::fs::read_dir(replica.photos().folder()).unwrap();
    let mut files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.any(|file| file.windows(piece.len()).any(|window| window == piece))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_encrypted_seals_its_photos_also_while_they_are_on_their_way() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let crew = locked(served.device("crew", &path("crew.sqlite")).await);
    let desk = locked(served.device("desk", &path("desk.sqlite")).await);
    let id = request(&crew);
    let taken = picture(80, 640, 480);
    let file = take(&crew, id, &taken);
    assert!(!lies_open(&crew, &taken.picture) && !lies_open(&crew, &taken.thumb));
    assert_eq!(crew.photo_bytes(file).unwrap(), taken.picture);
    hand_over(&served, &crew).await;
    assert!(is_whole(&served, file).await);

    served.exchange(&desk).await;
    desk.want_photo(file, now()).unwrap();
    let line = BadLine::to(&served.url, 21).await;
    line.breaks.store(60_000, Ordering::Relaxed);
    let carrying = Carrying::default();
    let mut parts = 0;
    for _ in 0..2_000 {
        let way = HttpLine::new(&line.url).unwrap();
        let ended = carry::run(&desk, &way, &now, &carrying).await;
        assert!(!lies_open(&desk, &taken.picture), "after {parts} cuts");
        if ended.is_ok() {
            break;
        }
        parts += u32::from(desk.photos().had(file).unwrap() > 0);
    }
    assert!(parts > 3, "the line was good: {parts}");
    assert_eq!(desk.photo_bytes(file).unwrap(), taken.picture);
    // What came before each cut counted: little more than the picture travelled.
    assert_eq!(desk.photos().had(file).unwrap(), 0);

    // With another key, or spoilt, it is no photo, and it is not thrown away.
    spoil(&desk, file);
    assert!(desk.photo_bytes(file).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_from_before_are_sealed_and_stay_what_they_were() {
    let served = served().await;
    let folder = TempDir::new().unwrap();
    let crew = served
        .device("crew", &folder.path().join("crew.sqlite"))
        .await;
    let id = request(&crew);
    let photos: Vec<_> = (0..4).map(|n| picture(90 + n, 640, 480)).collect();
    let files: Vec<_> = photos.iter().map(|photo| take(&crew, id, photo)).collect();
    let spoiled = *files.last().unwrap();
    spoil(&crew, spoiled);
    assert!(crew.photo_bytes(spoiled).is_err(), "it is set aside");
    assert!(photos.iter().all(|photo| lies_open(&crew, &photo.picture)));
    // A part of another one that was on its way.
    let other = picture(99, 640, 480);
    let name = FileHash::of(&other.picture);
    crew.photos()
        .append(name, 0, &other.picture[..9_000])
        .unwrap();

    let crew = locked(crew);
    assert_eq!(crew.photos().had(name).unwrap(), 0, "it begins anew");
    // Each with its small copy, and the one that is set aside.
    assert_eq!(crew.seal_photos().unwrap(), 8);
    assert_eq!(crew.seal_photos().unwrap(), 0);
    assert!(!lies_open(&crew, &other.picture[..9_000]));
    assert!(!photos.iter().any(|photo| lies_open(&crew, &photo.picture)));
    let crew = locked(crew);
    for (photo, file) in photos.iter().zip(&files).take(3) {
        assert_eq!(crew.photo_bytes(*file).unwrap(), photo.picture);
    }
    crew.photos().append(name, 0, &other.picture).unwrap();
    assert_eq!(crew.photos().finish(name).unwrap(), Finished::Whole);
    hand_over(&served, &crew).await;
    assert!(is_whole(&served, *files.first().unwrap()).await);
}

#[test]
fn a_sealed_part_that_was_torn_anywhere_goes_on_from_what_is_whole() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("torn.sqlite");
    let key = Key::of([0x6b; 32]);
    let replica = Replica::open_keyed(&path, Some(&key), now(), Ids::Random).unwrap();
    let photos = replica.photos();
    let bytes: Vec<u8> = (0..900_u32).flat_map(u32::to_le_bytes).collect();
    let name = FileHash::of(&bytes);
    let cuts = [0, 1_000, 1_001, 2_500];
    for (n, from) in cuts.iter().enumerate() {
        let to = cuts.get(n + 1).copied().unwrap_or(3_000);
        photos
            .append(name, *from as u64, &bytes[*from..to])
            .unwrap();
    }
    let part = photos.folder().join(format!("{name}.part"));
    let whole = std::fs::read(&part).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for torn in 0..=whole.len() {
        std::fs::write(&part, &whole[..torn]).unwrap();
        let had = photos.had(name).unwrap();
        seen.insert(had);
        if torn % 97 == 0 || torn == whole.len() {
            let from = usize::try_from(had).unwrap();
            assert_eq!(photos.read_part(name).unwrap(), bytes[..from]);
            photos.append(name, had, &bytes[from..]).unwrap();
            assert_eq!(photos.finish(name).unwrap(), Finished::Whole, "{torn}");
            assert_eq!(photos.read(name).unwrap().unwrap(), bytes);
        }
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        [0, 1_000, 1_001, 2_500, 3_000]
    );
    // What stands in the middle of a record is kept when the rest goes.
    std::fs::write(&part, &whole).unwrap();
    photos.append(name, 700, &bytes[700..]).unwrap();
    assert_eq!(photos.finish(name).unwrap(), Finished::Whole);
    assert!(photos.append(name, 5, b"behind nothing").is_err());
}
