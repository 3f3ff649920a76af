//! Koina's own side: the real server, and a device without its windows.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use koina_model::doc::Doc;
use koina_model::guard;
use koina_model::ids::DocId;
use koina_model::requests::acts::Step;
use koina_sync::exchange::{self, Progress, http::HttpLine};
use koina_sync::replica::{Ids, Replica};
use koina_sync::views::requests::RequestsQuery;
use koina_tests::served::{self, next_line, now, on_file, serve_in};
use koina_tests::village::{Change, Counts, Village};
use serde_json::json;

use crate::work::EDITS;

/// Feeds a server, and writes down each record's story for the others: what it said first, and what each change made of it.
pub(crate) fn feed(folder: &Path, stories: &Path, records: u32) {
    let village = Village::new(7, now());
    let counts = Counts::new(records, 0);
    let mut out = BufWriter::new(std::fs::File::create(stories).unwrap());
    let mut ids = BufWriter::new(std::fs::File::create(folder.join("ids.txt")).unwrap());
    for record in village.records(counts) {
        let id = record[0].pushed.doc;
        writeln!(ids, "{id}").unwrap();
        let story = json!({ "id": id.to_string(), "steps": steps(&record) });
        writeln!(out, "{story}").unwrap();
    }
    out.flush().unwrap();
    ids.flush().unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let served = serve_in(folder, on_file, &village).await;
        let devices = served.register(&village).await;
        let changes = village
            .changes(counts)
            .map(|change| (change.device, change.pushed));
        let fed = served.feed(&devices, changes).await;
        println!("fed {fed}");
    });
}

/// The fields each change of a record wrote.
fn steps(record: &[Change]) -> Vec<BTreeMap<String, String>> {
    let mut doc = Doc::new(record[0].pushed.kind);
    let mut before = BTreeMap::new();
    let mut steps = Vec::new();
    for change in record {
        let checked = guard::check(&change.pushed.bytes).unwrap();
        doc = guard::apply_unverified(&doc, &checked).unwrap();
        let says: BTreeMap<String, String> = doc
            .record()
            .fields
            .into_iter()
            .filter_map(|(key, all)| Some((key, all.first()?.value.to_text())))
            .collect();
        let step = says
            .iter()
            .filter(|(key, value)| before.get(*key) != Some(*value));
        steps.push(
            step.map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        );
        before = says;
    }
    steps
}

#[derive(clap::Args)]
pub(crate) struct Client {
    /// `pull`, `push` or `meet`.
    work: String,
    folder: PathBuf,
    /// The server itself, for what is not measured.
    server: String,
    /// The server behind the line.
    line: String,
    /// The ids of the records.
    ids: PathBuf,
    /// What this client's edits are called.
    name: String,
    /// A code to enrol with.
    code: Option<String>,
}

impl Client {
    pub(crate) fn run(&self) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let path = self.folder.join("replica.sqlite");
            let replica = if self.work == "pull" {
                served::enrol(&self.server, self.code.as_deref().unwrap(), &path).await
            } else {
                Replica::open_with(&path, now(), Ids::Random).unwrap()
            };
            let ids: Vec<DocId> = std::fs::read_to_string(&self.ids)
                .unwrap()
                .lines()
                .map(|line| DocId::parse(line).unwrap())
                .collect();
            let edited = &ids[..EDITS.min(ids.len())];
            if self.work != "pull" {
                let text = note(&self.name);
                for id in edited {
                    let step = Step::Note { text: &text };
                    replica.record_work(*id, &step, now()).unwrap();
                }
            }
            println!("ready");
            next_line().await;
            let line = HttpLine::new(&self.line).unwrap();
            let mut apart = if self.work == "meet" {
                edited.to_vec()
            } else {
                Vec::new()
            };
            loop {
                exchange::run(&replica, &line, "peers", &now, &Progress::default())
                    .await
                    .unwrap();
                apart.retain(|id| !both(&replica, *id));
                if apart.is_empty() {
                    break;
                }
            }
            let query = RequestsQuery {
                limit: 1,
                ..RequestsQuery::default()
            };
            let total = replica.requests_page(&query, now()).unwrap().total;
            assert_eq!(total as usize, ids.len(), "everything is here");
            println!("done");
            next_line().await;
        });
    }
}

/// What somebody writes without network.
fn note(name: &str) -> String {
    format!("Έγινε αυτοψία, {name}")
}

/// Whether a record has what both clients wrote.
fn both(replica: &Replica, id: DocId) -> bool {
    let record = replica.doc(id).unwrap().record();
    ["A", "B"].iter().all(|name| {
        let note = note(name);
        record
            .fields
            .values()
            .flatten()
            .any(|written| written.value.to_text().contains(&note))
    })
}
