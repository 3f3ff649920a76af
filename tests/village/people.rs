//! Who works in the village: its crews, its desks, and the places they know.

use std::collections::BTreeSet;

use koina_model::ids::{DeviceId, Time};
use koina_model::lists::{Crew, DeviceName, Lists, Member};
use koina_model::permits::{Author, Role};
use koina_model::reference::{Reference, Settlement};
use koina_sync::identity::NewKey;

use super::chance::Chance;

/// A device that wrote the history of the village.
#[derive(Clone, Debug)]
pub struct Station {
    pub id: DeviceId,
    /// Opens its receipt numbers. A server gives codes of its own: put them here before asking for records.
    pub code: String,
    pub name: String,
    pub person: String,
    pub role: Role,
    pub crew: Option<String>,
    pub communities: Vec<String>,
    seed: [u8; 32],
}

impl Station {
    /// The public half of its key, hex.
    pub fn public_key(&self) -> String {
        NewKey::from_seed(self.seed).public_hex()
    }

    pub(super) fn author(&self) -> Author {
        Author {
            role: self.role,
            communities: self.communities.clone(),
        }
    }
}

/// Where the stations stand in [`super::Village::stations`]; crews follow, in the order of the lists.
pub(super) const DESK: usize = 0;
pub(super) const TECHNICAL: usize = 1;
pub(super) const PHONE: usize = 2;
pub(super) const KEP: usize = 3;
const CREWS: usize = 4;

const CLERKS: [(&str, &str); CREWS] = [
    ("Γραμματεία Δημαρχείου", "Μαρία Κωστοπούλου"),
    ("Τεχνική Υπηρεσία", "Στέλιος Αναγνώστου"),
    ("Τηλεφωνική γραμμή", "Ελένη Μπαλτά"),
    ("ΚΕΠ Λιτοχώρου", "Σοφία Δημητριάδου"),
];

/// Id, name, department, units served (none: all), who holds its telephone.
const CREW_TABLE: [(&str, &str, &str, &[&str], &str); 8] = [
    (
        "hlf-1",
        "Συνεργείο 1 – Ηλεκτροφωτισμός",
        "HLF",
        &["110201", "110203"],
        "Νίκος Τσιρώνης",
    ),
    (
        "hlf-2",
        "Συνεργείο 2 – Ηλεκτροφωτισμός",
        "HLF",
        &["110202"],
        "Βασίλης Γκόγκας",
    ),
    (
        "ydr-1",
        "Συνεργείο 3 – Ύδρευση",
        "YDR",
        &["110201", "110203"],
        "Θανάσης Ρήγας",
    ),
    (
        "ydr-2",
        "Συνεργείο 4 – Ύδρευση",
        "YDR",
        &["110202"],
        "Κώστας Μανωλάς",
    ),
    (
        "osy-1",
        "Συνεργείο 5 – Οδοποιία",
        "OSY",
        &[],
        "Δημήτρης Ζάχος",
    ),
    (
        "kat-1",
        "Συνεργείο 6 – Καθαριότητα",
        "KAT",
        &[],
        "Άννα Πετρίδου",
    ),
    (
        "prs-1",
        "Συνεργείο 7 – Πράσινο",
        "PRS",
        &[],
        "Γιώργος Λιάκος",
    ),
    (
        "ppr-1",
        "Συνεργείο 8 – Πολιτική Προστασία",
        "PPR",
        &[],
        "Χρήστος Βέργος",
    ),
];

/// Who else works in each crew.
const MATES: [&[&str]; 8] = [
    &["Θωμάς Καραγιάννης", "Ιωάννα Σαββίδου"],
    &["Βασίλης Τσιάρας"],
    &["Ηλίας Παππάς", "Φώτης Ρίζος"],
    &["Σταύρος Γκόγκος"],
    &["Νικόλαος Ντόντος", "Αθανάσιος Μήτσιος", "Μιχάλης Κύρκος"],
    &["Χαράλαμπος Τζίκας", "Ελένη Βλάχου", "Πέτρος Δάλλας"],
    &["Αργύρης Λάππας"],
    &["Σοφία Νάτσιου", "Λεωνίδας Μπέλλας"],
];

/// Presidents of communities, in the order of the reference data; not every community has joined.
const PRESIDENTS: &[&str] = &[
    "Παναγιώτα Ρήγα",
    "Στέργιος Μπλιάτκας",
    "Ευαγγελία Τόλη",
    "Αστέριος Καραμπάσης",
    "Δέσποινα Γκούμα",
    "Ζήσης Πατσιάς",
];

/// The crews, with the communities they serve.
pub(super) fn crews(reference: &Reference) -> Vec<Crew> {
    let serves = |units: &[&str]| {
        let mine = reference
            .communities
            .iter()
            .filter(|one| units.is_empty() || units.contains(&one.unit.as_str()));
        mine.map(|one| one.code.clone()).collect()
    };
    let skills = |department: &str| {
        let own = reference.categories.iter();
        let own = own.filter(|one| one.department == department);
        let groups: BTreeSet<String> = own.map(|one| one.group.clone()).collect();
        groups.into_iter().collect()
    };
    CREW_TABLE
        .iter()
        .zip(MATES)
        .map(|((id, name, department, units, person), mates)| Crew {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            department: (*department).to_owned(),
            communities: serves(units),
            skills: skills(department),
            members: std::iter::once(person)
                .chain(mates.iter())
                .zip(1..)
                .map(|(name, n)| Member {
                    id: format!("{id}-{n}"),
                    name: (*name).to_owned(),
                })
                .collect(),
        })
        .collect()
}

/// The devices that wrote the history, enrolled before it began.
pub(super) fn stations(
    seed: u64,
    began: Time,
    crews: &[Crew],
    reference: &Reference,
) -> Vec<Station> {
    let mut chance = Chance::of(seed, "stations", 0);
    let clerks = CLERKS
        .iter()
        .map(|(name, person)| ((*name).to_owned(), *person, Role::Clerk, None, Vec::new()));
    let telephones = crews.iter().zip(CREW_TABLE).map(|(crew, (.., person))| {
        let short = crew.name.split(" – ").next().unwrap_or(&crew.name);
        let communities = crew.communities.clone();
        let name = format!("{short} – κινητό");
        (name, person, Role::Crew, Some(crew), communities)
    });
    let presidents = reference
        .communities
        .iter()
        .zip(PRESIDENTS)
        .map(|(one, person)| {
            let communities = vec![one.code.clone()];
            let name = one.legal_name_el.clone();
            (name, *person, Role::Community, None, communities)
        });
    clerks
        .chain(telephones)
        .chain(presidents)
        .zip(1..)
        .map(|((name, person, role, crew, communities), number)| {
            let mut key = [0; 32];
            for part in key.chunks_mut(8) {
                part.copy_from_slice(&chance.next().to_le_bytes());
            }
            Station {
                id: DeviceId(chance.uuid(began)),
                code: format!("A{number}"),
                name,
                person: person.to_owned(),
                role,
                crew: crew.map(|crew| crew.id.clone()),
                communities,
                seed: key,
            }
        })
        .collect()
}

/// The lists of the village, as a server would hand them out.
pub(super) fn lists(reference: Reference, crews: Vec<Crew>, stations: &[Station]) -> Lists {
    let named = |one: &Station| {
        (
            one.id,
            DeviceName {
                name: one.name.clone(),
                person: one.person.clone(),
            },
        )
    };
    Lists {
        version: 1,
        reference,
        crews,
        devices: stations.iter().map(named).collect(),
        ..Lists::empty()
    }
}

/// Which of the stations is the community's, where it has one.
pub(super) fn of_community(stations: &[Station], community: &str) -> Option<usize> {
    stations.iter().position(|one| {
        one.role == Role::Community && one.communities.iter().any(|code| code == community)
    })
}

/// Which of the stations is the crew's.
pub(super) fn of_crew(stations: &[Station], crew: &str) -> usize {
    stations
        .iter()
        .position(|one| one.crew.as_deref() == Some(crew))
        .unwrap_or(TECHNICAL)
}

/// What kind of place it is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ground {
    Plain,
    Sea,
    High,
}

/// How much happens in a settlement, by its code.
const WEIGHTS: [(&str, u32, Ground); 23] = [
    ("1102010101", 300, Ground::Plain),
    ("1102010102", 14, Ground::Sea),
    ("1102010103", 18, Ground::Sea),
    ("1102010104", 3, Ground::High),
    ("1102010105", 22, Ground::Sea),
    ("1102020101", 170, Ground::Sea),
    ("1102020201", 14, Ground::High),
    ("1102020202", 32, Ground::Plain),
    ("1102020203", 14, Ground::Sea),
    ("1102020301", 110, Ground::Sea),
    ("1102020401", 60, Ground::Sea),
    ("1102020402", 4, Ground::Plain),
    ("1102020403", 8, Ground::High),
    ("1102020501", 24, Ground::Plain),
    ("1102020502", 5, Ground::High),
    ("1102020503", 14, Ground::Sea),
    ("1102030101", 90, Ground::Plain),
    ("1102030201", 40, Ground::Plain),
    ("1102030301", 70, Ground::High),
    ("1102030401", 62, Ground::Plain),
    ("1102030402", 6, Ground::Plain),
    ("1102030501", 50, Ground::Plain),
    ("1102030601", 48, Ground::Plain),
];

/// The settlements with how much happens there.
pub(super) fn settlements(reference: &Reference) -> Vec<(Settlement, u32, Ground)> {
    let known = |code: &str| {
        WEIGHTS
            .iter()
            .find(|(known, ..)| *known == code)
            .map_or((10, Ground::Plain), |(_, weight, ground)| {
                (*weight, *ground)
            })
    };
    reference
        .settlements
        .iter()
        .map(|one| {
            let (weight, ground) = known(&one.code);
            (one.clone(), weight, ground)
        })
        .collect()
}

/// «στο Λιτόχωρο», «στην Πλάκα», «στους Νέους Πόρους»: the village after a preposition.
pub fn in_the(settlement: &Settlement) -> String {
    let plain = settlement
        .name
        .el
        .replace("Πόροι (Παλαιοί)", "Παλαιοί Πόροι");
    let words = plain
        .split(' ')
        .map(|word| accusative(word, &settlement.article))
        .collect::<Vec<_>>()
        .join(" ");
    let before = match settlement.article.as_str() {
        "ο" => "στον",
        "η" if takes_n(&words) => "στην",
        "η" => "στη",
        "οι" => "στους",
        "τα" => "στα",
        _ => "στο",
    };
    format!("{before} {words}")
}

/// The accusative of one word of a village's name.
fn accusative(word: &str, article: &str) -> String {
    let cut = |end: &str| word.strip_suffix(end).map(str::to_owned);
    match article {
        "ο" => cut("ς"),
        "η" => cut("ος").map(|stem| format!("{stem}ο")),
        "οι" => cut("οι")
            .map(|stem| format!("{stem}ους"))
            .or_else(|| cut("οί").map(|stem| format!("{stem}ούς"))),
        _ => None,
    }
    .unwrap_or_else(|| word.to_owned())
}

/// Whether the article keeps its ν before this word.
fn takes_n(word: &str) -> bool {
    let folded = koina_model::greek::fold(word);
    folded.starts_with(['α', 'ε', 'η', 'ι', 'ο', 'υ', 'ω', 'κ', 'π', 'τ', 'ξ', 'ψ'])
}
