//! samod as a server and as a client, called and spoken to as the other peers are: see `tests/peers/talk.mjs`.

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use automerge::transaction::Transactable;
use automerge::{Automerge, ROOT, ReadDoc};
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get;
use futures::StreamExt;
use futures::future::join_all;
use samod::storage::TokioFilesystemStorage;
use samod::{BackoffConfig, DocHandle, DocumentId, Repo, ShareConfig};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        match words.as_slice() {
            ["feed", folder, stories, ..] => feed(Path::new(folder), Path::new(stories)).await,
            ["serve", folder] => serve(Path::new(folder)).await,
            [work, folder, _, line, ids, name] => {
                client(work, Path::new(folder), line, Path::new(ids), name).await;
            }
            _ => panic!("feed, serve, or a client's work"),
        }
    });
}

fn say(line: &str) {
    println!("{line}");
    std::io::stdout().flush().unwrap();
}

/// The next line on the standard input; nothing when there is no more.
async fn hear() -> Option<String> {
    let line = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next());
    line.await.unwrap().and_then(Result::ok)
}

async fn repo(folder: &Path, share: ShareConfig) -> Repo {
    Repo::build_tokio()
        .with_storage(TokioFilesystemStorage::new(folder.join("docs")))
        .with_share_policy(share)
        .load()
        .await
}

fn put(doc: &mut Automerge, fields: &[(String, String)]) {
    let mut change = doc.transaction();
    for (key, value) in fields {
        change.put(ROOT, key, value.as_str()).unwrap();
    }
    change.commit();
}

async fn feed(folder: &Path, stories: &Path) {
    let repo = repo(folder, ShareConfig::read_write()).await;
    let mut ids = Vec::new();
    for line in std::fs::read_to_string(stories).unwrap().lines() {
        let story: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut doc = Automerge::new();
        for step in story["steps"].as_array().unwrap() {
            let fields = step.as_object().unwrap().iter();
            let fields: Vec<_> = fields
                .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            put(&mut doc, &fields);
        }
        let handle = repo.create(doc).await.unwrap();
        ids.push(handle.document_id().to_string());
    }
    repo.stop().await;
    std::fs::write(folder.join("ids.txt"), ids.join("\n") + "\n").unwrap();
    say(&format!("fed {}", ids.len()));
}

async fn serve(folder: &Path) {
    let repo = repo(folder, ShareConfig::read_write().with_announce(false)).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let acceptor = repo
        .make_acceptor(format!("ws://{at}/").parse().unwrap())
        .unwrap();
    let accept = async move |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async move |socket| {
            let _ = acceptor.accept_axum(socket, None);
        })
    };
    let app = axum::Router::new().route("/", get(accept));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    say(&format!("ready http://{at}"));
    while hear().await.is_some() {}
    repo.stop().await;
}

async fn client(work: &str, folder: &Path, line: &str, ids: &Path, name: &str) {
    let repo = repo(folder, ShareConfig::read_write()).await;
    let ids: Vec<DocumentId> = std::fs::read_to_string(ids)
        .unwrap()
        .lines()
        .map(|id| id.parse().unwrap())
        .collect();
    let mut handles = Vec::new();
    if work != "pull" {
        handles = find(&repo, &ids[..500.min(ids.len())]).await;
        for handle in &handles {
            let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            let key = format!("e:{}", uuid::Uuid::new_v4().simple());
            let says =
                serde_json::json!({ "at": at.as_millis() as u64, "t": "note", "text": note(name) });
            handle.with_document(|doc| put(doc, &[(key, says.to_string())]));
        }
    }
    say("ready");
    hear().await;
    let url: url::Url = line.replace("http", "ws").parse().unwrap();
    let dialer = repo.dial_websocket(url, BackoffConfig::default()).unwrap();
    let _ = dialer.established().await;
    match work {
        "pull" => handles = find(&repo, &ids).await,
        "push" => {
            let connection = dialer.connection_id().unwrap();
            join_all(
                handles
                    .iter()
                    .map(|handle| handle.they_have_our_changes(connection)),
            )
            .await;
        }
        _ => {
            join_all(handles.iter().map(until_both)).await;
        }
    }
    let empty = |doc: &mut Automerge| doc.keys(ROOT).next().is_none();
    assert!(handles.iter().all(|handle| !handle.with_document(empty)));
    say("done");
    hear().await;
    repo.stop().await;
}

async fn find(repo: &Repo, ids: &[DocumentId]) -> Vec<DocHandle> {
    let found = join_all(ids.iter().map(|id| repo.find(id.clone()))).await;
    found.into_iter().map(|one| one.unwrap().unwrap()).collect()
}

fn note(name: &str) -> String {
    format!("Έγινε αυτοψία, {name}")
}

/// Waits until a record has what both clients wrote.
async fn until_both(handle: &DocHandle) {
    let mut changes = std::pin::pin!(handle.changes());
    let both = |doc: &mut Automerge| {
        ["A", "B"].iter().all(|name| {
            let note = note(name);
            doc.keys(ROOT).any(|key| {
                let value = doc.get(ROOT, key).unwrap();
                value.is_some_and(|(value, _)| {
                    value.as_str().is_some_and(|text| text.contains(&note))
                })
            })
        })
    };
    while !handle.with_document(both) {
        changes.next().await;
    }
}
