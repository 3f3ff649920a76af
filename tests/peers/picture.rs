//! The table as a picture: for each work and each measure a bar for each peer.

use std::fmt::Write;

use crate::page::{Row, kb, short};
use crate::work::{Outcome, PEERS, Took};

type Measure = (&'static str, fn(&Took) -> f64);

const MEASURES: [Measure; 4] = [
    ("seconds", |took| took.seconds),
    ("kB on the wire, both ways", |took| {
        kb(took.bytes_there + took.bytes_back)
    }),
    ("peak memory of a client, MB", |took| took.client_mb),
    ("peak memory of the server, MB", |took| took.server_mb),
];

/// One for each peer; they stay apart for people who see fewer colours.
const COLOURS: [&str; PEERS.len()] = ["#0b5cad", "#e69f00", "#8c8c8c", "#7fbf9a", "#cc79a7"];

const LEFT: f64 = 16.0;
const COLUMN: f64 = 250.0;
const BAR: f64 = 14.0;
const LONGEST: f64 = 170.0;
const TOP: f64 = 64.0;
const GAP: f64 = 44.0;

/// Every measure has its own scale in every work: the longest bar is the most that was needed.
pub(crate) fn draw(rows: &[Row<'_>]) -> String {
    let step = BAR * PEERS.len() as f64 + GAP;
    let width = LEFT * 2.0 + COLUMN * MEASURES.len() as f64;
    let height = TOP + step * rows.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"11\" role=\"img\">\n\
         <title>Koina and its peers: time, bytes and memory for the same work; shorter is better</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (n, ((peer, _), colour)) in PEERS.iter().zip(COLOURS).enumerate() {
        let x = LEFT + 150.0 * n as f64;
        writeln!(
            svg,
            "<rect x=\"{x}\" y=\"12\" width=\"12\" height=\"12\" fill=\"{colour}\"/>"
        )
        .unwrap();
        label(&mut svg, x + 18.0, 22.0, peer, "");
    }
    label(
        &mut svg,
        LEFT + 150.0 * PEERS.len() as f64,
        22.0,
        "Shorter is better.",
        "",
    );
    for (n, (measure, _)) in MEASURES.iter().enumerate() {
        label(&mut svg, LEFT + COLUMN * n as f64, 46.0, measure, "");
    }
    for (n, row) in rows.iter().enumerate() {
        let y = TOP + step * n as f64;
        label(
            &mut svg,
            LEFT,
            y + 12.0,
            &row.title,
            " font-weight=\"bold\"",
        );
        for (n, (_, measure)) in MEASURES.iter().enumerate() {
            bars(&mut svg, LEFT + COLUMN * n as f64, y + 20.0, row, *measure);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn bars(svg: &mut String, x: f64, y: f64, row: &Row<'_>, measure: fn(&Took) -> f64) {
    let value = |outcome: &Outcome| match outcome {
        Outcome::Took(took) => Some(measure(took)),
        Outcome::Over(_) | Outcome::Failed => None,
    };
    let values = row
        .figures
        .iter()
        .filter_map(|figure| value(&figure.outcome));
    let most = values.fold(f64::MIN_POSITIVE, f64::max);
    for figure in &row.figures {
        let Some(n) = PEERS.iter().position(|(peer, _)| *peer == figure.peer) else {
            continue;
        };
        let y = y + BAR * n as f64;
        let (long, text) = match (&figure.outcome, value(&figure.outcome)) {
            (_, Some(value)) => (LONGEST * value / most, short(value)),
            (Outcome::Over(seconds), None) => (0.0, format!("given up after {seconds} s")),
            _ => (0.0, "failed".to_owned()),
        };
        let (long, colour) = (long.max(1.0), COLOURS[n]);
        writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y:.1}\" width=\"{long:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
            BAR - 3.0
        )
        .unwrap();
        label(svg, x + long + 5.0, y + BAR - 4.5, &text, "");
    }
}

fn label(svg: &mut String, x: f64, y: f64, text: &str, more: &str) {
    writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"#1a1a1a\"{more}>{text}</text>"
    )
    .unwrap();
}
