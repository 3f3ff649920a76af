//! What is on a receipt: who took something in, when, under which number, and how to follow it. Not a word of what was
//! reported: paper lies about.

use koina_model::calendar::{athens_clock, athens_date};
use koina_model::greek::short_date;
use koina_model::ids::Time;
use koina_model::reference::Text2;
use koina_model::words::Language;

use super::raster::Block;
use crate::words::say;

/// What a receipt says (N. 2690/1999, article 4, and N. 4727/2020 on the proof of receipt).
#[derive(Clone, Debug)]
pub(crate) struct Receipt<'a> {
    pub language: Language,
    pub municipality: &'a str,
    /// The point of service that took it in.
    pub station: &'a str,
    pub receipt_number: &'a str,
    pub pin: &'a str,
    /// What a scanner reads: both numbers.
    pub scan: &'a str,
    pub received_at: Time,
    /// The kind of the request or of the application, as catalogues name it.
    pub subject: &'a Text2,
    /// Who applies, and what the law promises them; a report of a fault has none of it.
    pub application: Option<&'a Applied>,
}

/// What stands on the receipt of an application only.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub applicant: String,
    pub department: Text2,
    /// When the municipality has to have answered, as Greeks write a date.
    pub due: String,
}

/// The parts of a receipt, from top to bottom.
pub(super) fn blocks(receipt: &Receipt<'_>) -> Vec<Block> {
    let say = |id, put: &[(&str, &str)]| say(receipt.language, id, put);
    let text = |size, bold, middle, words: String| Block::Text {
        words,
        size,
        bold,
        middle,
    };
    let small = |words| text(30, false, false, words);
    let label = |id| text(28, false, true, say(id, &[]));
    let large = |words: &str| text(56, true, true, words.to_owned());
    let (first, last) = receipt.pin.split_at_checked(3).unwrap_or((receipt.pin, ""));
    let received = format!(
        "{} {}",
        short_date(athens_date(receipt.received_at.0)),
        athens_clock(receipt.received_at.0)
    );
    let mut blocks = vec![
        text(44, true, true, receipt.municipality.to_owned()),
        text(32, false, true, receipt.station.to_owned()),
        Block::Rule,
        text(40, true, true, say("paper-title", &[])),
        label("paper-number"),
        large(receipt.receipt_number),
    ];
    if !receipt.pin.is_empty() {
        blocks.extend([label("paper-pin"), large(&format!("{first} {last}"))]);
    }
    blocks.push(small(say("paper-received", &[("when", &received)])));
    blocks.push(small(say(
        "paper-subject",
        &[("subject", receipt.subject.in_language(receipt.language))],
    )));
    if let Some(applied) = receipt.application {
        blocks.push(small(say(
            "paper-applicant",
            &[("name", &applied.applicant)],
        )));
        blocks.push(small(say(
            "paper-department",
            &[(
                "department",
                applied.department.in_language(receipt.language),
            )],
        )));
        blocks.push(small(say("paper-due", &[("day", &applied.due)])));
    }
    if !receipt.pin.is_empty() {
        blocks.extend([
            Block::Code(receipt.scan.to_owned()),
            small(say("paper-follow", &[])),
        ]);
    }
    blocks.push(Block::Rule);
    if receipt.application.is_some() {
        blocks.push(small(say("paper-rights", &[])));
    }
    let privacy = match receipt.application {
        Some(_) => "paper-privacy-application",
        None => "paper-privacy",
    };
    blocks.push(small(say(privacy, &[])));
    blocks
}
