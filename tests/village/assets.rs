//! What the municipality owns in the streets: lamps, bins, manholes, valves, trees.

use koina_model::assets::{What, acts};
use koina_model::calendar;
use koina_model::doc::Writes;
use koina_model::ids::{DocId, EventId, Time};
use koina_model::inspections::{Ask, Values};
use koina_model::words::{Kind, Position};

use super::chance::Chance;
use super::clashes;
use super::pen::{Change, Pen};
use super::people::{self, Ground, Station};
use super::{Counts, DAY, HOUR, Village, says};

/// Code, how many of a thousand, letters of its number, names, who looks after it.
type Type = (
    &'static str,
    u32,
    &'static str,
    &'static [&'static str],
    &'static str,
);

const TYPES: &[Type] = &[
    (
        "FOT",
        470,
        "ΦΩΤ",
        &[
            "Φωτιστικό LED {40|50|60} W{, στύλος ΔΕΔΔΗΕ|, τσιμεντένιος στύλος|, σιδηροστύλος 8 μ.}",
            "Φωτιστικό νατρίου {70|150|250} W",
            "{Προβολέας|Φωτιστικό} {πλατείας|γηπέδου|πεζοδρόμου}",
        ],
        "HLF",
    ),
    (
        "KAD",
        170,
        "ΚΑΔ",
        &[
            "Κάδος 1100 lt, {σύμμεικτα|ανακύκλωση|σύμμεικτα}",
            "Κάδος 240 lt{, βιοαπόβλητα|}",
            "Κώδωνας γυαλιού",
        ],
        "KAT",
    ),
    (
        "FRE",
        90,
        "ΦΡΕ",
        &[
            "Φρεάτιο ομβρίων{, σχάρα 40×60|, διπλή σχάρα|}",
            "Φρεάτιο αποχέτευσης Φ60",
            "Φρεάτιο {βάνας|υδρομέτρων}",
        ],
        "YDR",
    ),
    (
        "VAN",
        65,
        "ΒΑΝ",
        &[
            "Βάνα Φ{63|90|110}{, τομέας 2|, τομέας 4|}",
            "Βάνα εκκένωσης Φ90",
        ],
        "YDR",
    ),
    (
        "DEN",
        60,
        "ΔΕΝ",
        &[
            "{Πλάτανος|Πεύκο|Μουριά|Κυπαρίσσι|Νεραντζιά|Φλαμουριά}",
            "{Πλάτανος|Πεύκο|Ευκάλυπτος}, ύψος {8|12|15} μ.",
        ],
        "PRS",
    ),
    (
        "SIM",
        55,
        "ΣΗΜ",
        &[
            "Πινακίδα {Ρ-2 STOP|Ρ-1|Ρ-32 50 km/h|Κ-15|Π-21}",
            "Πινακίδα κατεύθυνσης",
        ],
        "OSY",
    ),
    (
        "PIL",
        24,
        "ΠΙΛ",
        &["Πίλλαρ οδοφωτισμού, {τριφασικό|μονοφασικό}"],
        "HLF",
    ),
    (
        "KRO",
        20,
        "ΚΡΟ",
        &["Πυροσβεστικός κρουνός {2½″|DN80}, {υπέργειος|υπόγειος}"],
        "YDR",
    ),
    (
        "KOX",
        16,
        "ΚΟΧ",
        &["Παιδική χαρά", "Πλατεία", "Πάρκο {τσέπης|γειτονιάς}"],
        "PRS",
    ),
    ("DEX", 10, "ΔΕΞ", &["Δεξαμενή {150|300|500} κ.μ."], "YDR"),
    (
        "GEO",
        12,
        "ΓΕΩ",
        &[
            "Γεώτρηση Γ{1|2|3|4}",
            "Αντλιοστάσιο {ύδρευσης|άρδευσης|λυμάτων}",
        ],
        "YDR",
    ),
    (
        "SYG",
        8,
        "ΣΥΓ",
        &["Χώρος συγκέντρωσης: {πλατεία|γήπεδο|προαύλιο σχολείου}"],
        "PPR",
    ),
];

/// What an inspection notes, by condition.
fn notes(condition: u8) -> &'static [&'static str] {
    match condition {
        5 => &[
            "{Επικίνδυνο, να γίνει άμεσα|Γέρνει, μπήκε ταινία}.",
            "Ανοιχτό, φαίνονται καλώδια.",
            "Σπασμένο, κίνδυνος για πεζούς.",
        ],
        4 => &[
            "{Σκουριά στη βάση|Ραγισμένο}.",
            "Θέλει αντικατάσταση {φέτος|στην επόμενη παραγγελία}.",
            "Δεν ανοίγει εύκολα.",
        ],
        3 => &[
            "{Φθορές από τον ήλιο|Λίγη σκουριά}.",
            "",
            "",
            "Λείπει η πινακίδα με τον αριθμό.",
        ],
        _ => &[
            "",
            "",
            "",
            "",
            "Καθαρίστηκε.",
            "Μπήκε νέα πινακίδα με αριθμό.",
        ],
    }
}

/// An asset that requests can be about.
pub(super) struct Known {
    pub(super) id: DocId,
    pub(super) kind: &'static str,
    pub(super) added_at: Time,
    pub(super) settlement: usize,
    pub(super) place_text: String,
    pub(super) position: Position,
}

/// Makes the assets, one after the other.
pub(super) struct Register {
    all: u32,
    made: u32,
    /// Every so many, two people read the number differently; 0 means never.
    clash_every: u32,
    pub(super) known: Vec<Known>,
}

impl Register {
    pub(super) fn new(counts: Counts) -> Self {
        let clash_every = counts
            .assets
            .checked_div(counts.clashes / 4)
            .unwrap_or_default();
        Self {
            all: counts.assets,
            made: 0,
            clash_every,
            known: Vec::with_capacity(counts.assets as usize),
        }
    }

    pub(super) fn next(&mut self, village: &Village) -> Option<Vec<Change>> {
        if self.made == self.all {
            return None;
        }
        self.made += 1;
        let clash = self.clash_every > 0 && self.made.is_multiple_of(self.clash_every);
        let mut chance = Chance::of(village.seed, "asset", u64::from(self.made));
        let (code, _, letters, names, department) = *chance.weighted(TYPES, |one| one.1);
        let (settlement, _, ground) = village.somewhere(&mut chance);
        // Three of four were written down when the register was made; the others as they came.
        let days = if chance.percent(75) {
            chance.between(0, 70)
        } else {
            chance.between(70, super::HISTORY_DAYS - 2)
        };
        let added_at = village.in_hours(
            village.began().0 + days * DAY + chance.between(0, 20) * HOUR,
            &mut chance,
        );
        let added_at = Time(added_at.min(village.now.0 - HOUR));
        let id = DocId(chance.uuid(added_at));
        let by = keeper(village, department, &settlement.community);
        let place_text = spot(&mut chance, code, *ground);
        let position = near(settlement, &mut chance, true);
        let number = if clash || chance.percent(94) {
            format!("{letters}-{:05}", self.made)
        } else {
            String::new()
        };
        let name = chance.words(names);
        let added = acts::Added {
            kind: code,
            number: &number,
            name: &name,
            community: &settlement.community,
            settlement: &settlement.code,
            place_text: &place_text,
            position: Some(position),
            note: if chance.percent(8) {
                "Από την απογραφή του 2024."
            } else {
                ""
            },
        };
        let new = acts::add(&added, &village.lists, &by.author(), id, added_at)
            .expect("the village keeps the rules for assets");
        let mut writes = koina_model::assets::begin(&new);
        let condition =
            *chance.weighted(&[(1, 18), (2, 38), (3, 29), (4, 12), (5, 3)], |one| one.1);
        let first = What::Inspected {
            condition: condition.0,
            note: String::new(),
            values: Values::new(),
            failed: Vec::new(),
        };
        writes.extend(koina_model::assets::record(
            EventId(chance.uuid(added_at)),
            &koina_model::assets::Event {
                at: added_at,
                what: first,
            },
        ));
        let mut pen = Pen::new(Kind::Asset, id, village.now);
        let begun = pen.write(by, added_at, &writes);
        if clash {
            clashes::numbers(&mut pen, village, &number, &mut chance);
        } else {
            let _ = begun.and_then(|()| life(&mut pen, village, by, condition.0, &mut chance));
        }
        let at = village
            .settlements
            .iter()
            .position(|(known, ..)| known.code == settlement.code)
            .unwrap_or_default();
        self.known.push(Known {
            id,
            kind: code,
            added_at,
            settlement: at,
            place_text,
            position,
        });
        Some(pen.changes)
    }
}

/// What was found by the checklist of a type: what is in a bad condition fails one check of it.
fn answers(village: &Village, kind: &str, condition: u8, at: i64) -> Values {
    let Some(list) = village.lists.reference.checklist(kind) else {
        return Values::new();
    };
    let turn = usize::try_from(at / DAY).unwrap_or_default();
    let bad = (condition >= 4).then_some(turn % list.checks.len().max(1));
    let answers = list.checks.iter().enumerate().map(|(n, check)| {
        let good = bad != Some(n);
        let answer = match &check.ask {
            Ask::YesNo => if good { "yes" } else { "no" }.to_owned(),
            Ask::Number {
                least, most, max, ..
            } => {
                let passes = least.or(*most).unwrap_or(*max).to_string();
                if good || least.is_none() {
                    passes
                } else {
                    "0".to_owned()
                }
            }
            Ask::Choice { options } => {
                let option = options.iter().find(|option| option.fails != good);
                option.map(|option| option.code.clone()).unwrap_or_default()
            }
            Ask::Until => {
                let ahead = if good { 200 } else { -20 };
                calendar::athens_date(at + ahead * DAY).to_string()
            }
        };
        (check.code.clone(), answer)
    });
    answers.collect()
}

/// What happens to an asset: looked at, moved, retired. `None` when that is still to come.
fn life(
    pen: &mut Pen,
    village: &Village,
    by: &Station,
    condition: u8,
    chance: &mut Chance,
) -> Option<()> {
    let mut at = pen.asset().added_at.0;
    let mut condition = condition;
    for _ in 0..chance.below(3) {
        at = village.in_hours(at + chance.between(40, 200) * DAY, chance);
        condition = (condition + u8::from(chance.percent(30))).min(5);
        let note = chance.words(notes(condition));
        let asset = pen.asset();
        let inspection = acts::Inspection {
            condition,
            note: &note,
            values: answers(village, &asset.kind, condition, at),
        };
        let what = acts::inspect(&asset, &inspection, &village.lists, &by.author(), Time(at));
        let what = what.ok()?;
        pen.seen(by, Time(at), what, Writes::new(), chance)?;
    }
    if chance.percent(2) {
        at = village.in_hours(at + chance.between(10, 90) * DAY, chance);
        let place = pen.asset().place;
        let place_text = spot(chance, "", Ground::Plain);
        let moved = acts::Moved {
            community: &place.community,
            settlement: &place.settlement,
            place_text: &place_text,
            position: None,
            note: "Μετακινήθηκε μετά από αίτημα κατοίκων.",
        };
        let (what, also) =
            acts::relocate(&pen.asset(), &moved, &village.lists, &by.author()).ok()?;
        pen.seen(by, Time(at), what, also, chance)?;
    }
    if chance.percent(2) {
        at = village.in_hours(at + chance.between(20, 120) * DAY, chance);
        let reason = *chance.pick(&[
            "Καταστράφηκε από πρόσκρουση.",
            "Αντικαταστάθηκε με νέο.",
            "Κόπηκε: ήταν επικίνδυνο.",
        ]);
        let what = acts::retire(&pen.asset(), reason, &by.author()).ok()?;
        pen.seen(by, Time(at), what, Writes::new(), chance)?;
    }
    Some(())
}

/// The crew's telephone of a department that serves the community; the technical service where there is none.
pub(super) fn keeper<'v>(village: &'v Village, department: &str, community: &str) -> &'v Station {
    let crew = crew_for(village, department, community);
    &village.stations[crew.map_or(people::TECHNICAL, |crew| {
        people::of_crew(&village.stations, crew)
    })]
}

/// The crew of a department that serves the community.
pub(super) fn crew_for<'v>(
    village: &'v Village,
    department: &str,
    community: &str,
) -> Option<&'v str> {
    let serves = |codes: &[String]| codes.iter().any(|code| code == community);
    let mut crews = village
        .lists
        .crews
        .iter()
        .filter(|crew| crew.department == department && serves(&crew.communities));
    crews.next().map(|crew| crew.id.as_str())
}

/// Where exactly, in words.
pub(super) fn spot(chance: &mut Chance, about: &str, ground: Ground) -> String {
    let by_the_sea = ground == Ground::Sea && chance.percent(30);
    let template = *chance.pick(says::spots(about, by_the_sea));
    chance.say(template, &mut street)
}

/// The slots of places: `<οδός>`, `<αρ>`, `<ν>`.
pub(super) fn street(chance: &mut Chance, slot: &str) -> String {
    match slot {
        "οδός" => (*chance.pick(says::STREETS)).to_owned(),
        "αρ" => chance.between(1, 74).to_string(),
        _ => chance.between(2, 6).to_string(),
    }
}

/// A position not far from the middle of the settlement.
pub(super) fn near(
    settlement: &koina_model::reference::Settlement,
    chance: &mut Chance,
    measured: bool,
) -> Position {
    let mut off = || (chance.share() + chance.share() + chance.share() - 1.5) * 0.0042;
    let (lat, lon) = (settlement.lat + off() * 0.8, settlement.lon + off());
    let accuracy = f64::from(chance.below(18) + 3);
    Position {
        lat,
        lon,
        accuracy_m: measured.then_some(accuracy),
    }
}
