//! Photos in a bucket: against a server that speaks S3 and was not written by us, signatures and all.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::net::SocketAddr;
use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use koina_model::ids::DeviceId;
use koina_model::photos::{FileHash, FileState, Moment};
use koina_model::problem::{PhotoFault, Problem};
use koina_server::files::{Bucket, Files};
use koina_sync::photos::picture::{self, Told};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const KEY: &str = "koina";
const SECRET: &str = "the secret of the bucket";
const NAME: &str = "photos-of-dion";

/// The bucket's server; it is gone when the task is ended.
async fn serve(root: &Path, at: Option<SocketAddr>) -> (SocketAddr, JoinHandle<()>) {
    std::fs::create_dir_all(root.join(NAME)).unwrap();
    let mut service = S3ServiceBuilder::new(FileSystem::new(root).unwrap());
    service.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let service = service.build();
    let at = at.unwrap_or_else(|| "127.0.0.1:0".parse().unwrap());
    let listener = TcpListener::bind(at).await.unwrap();
    let at = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut open = tokio::task::JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            open.spawn(async move {
                let http = Builder::new(TokioExecutor::new());
                let _ = http.serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    (at, task)
}

fn bucket(at: SocketAddr, secret: &str) -> Bucket {
    Bucket {
        name: NAME.to_owned(),
        endpoint: Some(format!("http://{at}")),
        region: "eu-south-1".to_owned(),
        key: KEY.to_owned(),
        secret: secret.to_owned(),
    }
}

fn photo() -> Vec<u8> {
    let icon = include_bytes!("../../../icons/icon.png");
    let told = Told {
        moment: Moment::Before,
        with_place: false,
    };
    picture::prepare(icon, told).unwrap().picture
}

const DEVICE: DeviceId = DeviceId(uuid::Uuid::from_u128(7));

/// Hands a whole file over in pieces.
async fn hand_over(files: &Files, file: FileHash, bytes: &[u8]) -> Result<FileState, Problem> {
    let adding = files.add(file, DEVICE)?;
    let mut has = 0;
    for piece in bytes.chunks(1_000) {
        has = adding.append(has, piece.to_vec()).await?;
    }
    adding.finish(false).await
}

#[tokio::test]
async fn a_photo_in_a_bucket_is_whole_is_read_in_pieces_and_outlives_both_servers() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("s3");
    let parts = folder.path().join("parts");
    let (at, server) = serve(&root, None).await;
    let bytes = photo();
    let file = FileHash::of(&bytes);
    let files = Files::in_bucket(&bucket(at, SECRET), &parts).unwrap();
    assert_eq!(files.state(file).await, Ok(FileState::Has(0)));
    assert_eq!(hand_over(&files, file, &bytes).await, Ok(FileState::Whole));
    assert_eq!(files.state(file).await, Ok(FileState::Whole));
    // Another server of the municipality, and the bucket's own begun anew.
    server.abort();
    let _ = server.await;
    let (at, _server) = serve(&root, Some(at)).await;
    let other = Files::in_bucket(&bucket(at, SECRET), &folder.path().join("others")).unwrap();
    assert_eq!(other.state(file).await, Ok(FileState::Whole));
    let mut read = Vec::new();
    while let piece = other.read(file, read.len() as u64, 777).await.unwrap()
        && !piece.is_empty()
    {
        read.extend(piece);
    }
    assert_eq!(read, bytes);
    let unknown = FileHash::of(b"nothing");
    assert_eq!(other.read(unknown, 0, 10).await, Err(Problem::NotFound));
}

#[tokio::test]
async fn what_is_no_photo_never_reaches_the_bucket() {
    let folder = TempDir::new().unwrap();
    let (at, _server) = serve(folder.path(), None).await;
    let files = Files::in_bucket(&bucket(at, SECRET), &folder.path().join("parts")).unwrap();
    let bytes = b"%PDF-1.7 a bill".to_vec();
    let file = FileHash::of(&bytes);
    let refused = hand_over(&files, file, &bytes).await;
    assert_eq!(refused, Err(PhotoFault::NotAPicture.into()));
    assert_eq!(files.state(file).await, Ok(FileState::Has(0)));
    assert_eq!(
        std::fs::read_dir(folder.path().join(NAME)).unwrap().count(),
        0
    );
}

#[tokio::test]
async fn a_bucket_that_refuses_or_is_not_there_costs_nothing_that_was_handed_over() {
    let folder = TempDir::new().unwrap();
    let (at, server) = serve(&folder.path().join("s3"), None).await;
    let parts = folder.path().join("parts");
    let bytes = photo();
    let file = FileHash::of(&bytes);
    // With a wrong secret nothing is called whole.
    let wrong = Files::in_bucket(&bucket(at, "another"), &parts).unwrap();
    assert!(matches!(
        hand_over(&wrong, file, &bytes).await,
        Err(Problem::Internal { .. })
    ));
    server.abort();
    let _ = server.await;
    let right = Files::in_bucket(&bucket(at, SECRET), &parts).unwrap();
    assert!(right.state(file).await.is_err());
    assert!(
        right
            .add(file, DEVICE)
            .unwrap()
            .finish(false)
            .await
            .is_err()
    );
    // It is back: what is here of the file is all of it, and no byte travels again from the device.
    let (_, _server) = serve(&folder.path().join("s3"), Some(at)).await;
    let has = u32::try_from(bytes.len()).unwrap();
    assert_eq!(right.state(file).await, Ok(FileState::Has(has)));
    let finished = right.add(file, DEVICE).unwrap().finish(false).await;
    assert_eq!(finished, Ok(FileState::Whole));
}
