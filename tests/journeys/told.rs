//! Short ways of saying what people do.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use koina_model::exchange::{Pushed, Verdict};
use koina_model::ids::DocId;
use koina_model::requests::acts::{Entered, Step};
use koina_model::words::Kind;
use koina_sync::views::requests::RequestsQuery;
use koina_tests::town::{Town, Who, lamp, raw};

pub(crate) fn request(town: &Town, who: Who, community: &str, text: &str) -> DocId {
    enter(town, who, community, text, false).0
}

pub(crate) fn application(town: &Town, who: Who, community: &str, text: &str) -> (DocId, String) {
    enter(town, who, community, text, true)
}

fn enter(town: &Town, who: Who, community: &str, text: &str, register: bool) -> (DocId, String) {
    let entered = Entered {
        community,
        place_text: "έξω από το σχολείο",
        register,
        ..lamp(text)
    };
    town.at(who)
        .enter_request(&entered, None, town.time(who))
        .unwrap()
}

pub(crate) fn work(town: &Town, who: Who, id: DocId, step: &Step<'_>) {
    town.at(who).record_work(id, step, town.time(who)).unwrap();
}

pub(crate) fn asset(town: &Town, who: Who, community: &str, number: &str) -> DocId {
    let added = koina_model::assets::acts::Added {
        kind: "FOT",
        number,
        name: "Φωτιστικό",
        community,
        settlement: "",
        place_text: "",
        position: None,
        note: "",
    };
    town.at(who)
        .add_asset(&added, Some(2), None, town.time(who))
        .unwrap()
}

/// Rows of all requests a party sees.
pub(crate) fn all(town: &Town, who: Who) -> Vec<koina_sync::views::requests::RequestRow> {
    let query = RequestsQuery {
        limit: 200,
        ..RequestsQuery::default()
    };
    let mut rows = Vec::new();
    loop {
        let page = town
            .at(who)
            .requests_page(
                &RequestsQuery {
                    offset: u32::try_from(rows.len()).unwrap(),
                    ..query.clone()
                },
                town.now(),
            )
            .unwrap();
        if page.rows.is_empty() {
            return rows;
        }
        rows.extend(page.rows);
    }
}

/// Pushes bytes of a request past the device's own rules and gives the server's word. `again`: as if accepted before.
pub(crate) fn push(town: &Town, who: Who, doc: DocId, again: bool, bytes: Vec<u8>) -> Verdict {
    let device = town.at(who).identity().unwrap().device;
    let device = town
        .block_on(town.server().log.device(device))
        .unwrap()
        .unwrap();
    let push = vec![Pushed {
        doc,
        kind: Kind::Request,
        bytes: bytes.into(),
        again,
    }];
    let taken = town
        .block_on(koina_server::exchange::take(
            town.server(),
            &device,
            push,
            town.now(),
        ))
        .unwrap();
    taken.receipts[0].verdict.clone()
}

/// Whether these bytes stand in a database's file or its write-ahead log.
pub(super) fn stands_in(path: &Path, sought: &[u8]) -> bool {
    ["", "-wal"].iter().any(|end| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let bytes = std::fs::read(name).unwrap_or_default();
        bytes.windows(sought.len()).any(|window| window == sought)
    })
}

/// Writes over a part of a file.
pub(super) fn put(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

/// The page at which a table begins.
pub(super) fn root(path: &Path, table: &str) -> u64 {
    let db = raw(path);
    let sql = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    let page: u32 = db.query_row(sql, [table], |row| row.get(0)).unwrap();
    page.into()
}
