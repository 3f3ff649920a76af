#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use jiff::civil::date;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;

use super::*;

fn section(name: &str) -> Value {
    let vectors: Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    vectors[name].clone()
}

fn run(name: &str, write: fn(&str) -> String) {
    let section = section(name);
    let cases = section["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        assert_eq!(
            write(case["in"].as_str().unwrap()),
            case["out"].as_str().unwrap(),
            "{name}"
        );
    }
}

#[test]
fn folding_matches_the_vectors() {
    run("fold", fold);
    assert_eq!(fold("\u{384}Αγιος\u{a0}\n Β\u{1ffd} \u{b4}"), "αγιοσ β");
    assert_eq!(fold("«Ίλιον» “Straße”"), "«ιλιον» “strasse”");
}

#[test]
fn capitals_match_the_vectors() {
    let section = section("upper");
    let cases = section["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        // Two vectors hold Ή as two code points; the app writes one.
        let out: String = case["out"].as_str().unwrap().nfc().collect();
        assert_eq!(upper(case["in"].as_str().unwrap()), out);
    }
}

#[test]
fn small_letters_match_the_vectors() {
    run("lower", lower);
}

#[test]
fn transcription_matches_the_vectors() {
    run("elot743", elot743);
}

#[test]
fn sort_keys_match_the_vectors() {
    let section = section("collation");
    let list = |key: &str| -> Vec<String> { serde_json::from_value(section[key].clone()).unwrap() };
    let mut sorted = list("input");
    assert!(!sorted.is_empty());
    sorted.sort_by_key(|text| collation_key(text));
    assert_eq!(sorted, list("sorted"));
}

#[test]
fn formats_match_the_vectors() {
    let section = section("format");
    let cases = section["currency"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let cents = format!("{:.2}", case["in"].as_f64().unwrap()).replace('.', "");
        assert_eq!(euros(cents.parse().unwrap()), case["out"].as_str().unwrap());
    }
    assert_eq!(euros(-7), "-0,07\u{a0}€");
    assert_eq!(euros(123_456_789), "1.234.567,89\u{a0}€");
    assert_eq!(euros(i64::MIN), "-92.233.720.368.547.758,08\u{a0}€");

    let months = section["date"]["monthsGenitive"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    for (at, name) in (1..).zip(months) {
        assert_eq!(month(date(2026, at, 1)), name.as_str().unwrap());
    }
    let weekdays = section["date"]["weekdays"].as_array().unwrap();
    assert_eq!(weekdays.len(), 7);
    for (at, name) in (16..).zip(weekdays) {
        assert_eq!(weekday(date(2026, 11, at)), name.as_str().unwrap());
    }
    assert_eq!(short_date(date(2026, 3, 5)), "05/03/2026");
    assert_eq!(long_date(date(2026, 5, 5)), "5 Μαΐου 2026");
}

/// Greek words, and how people without a Greek keyboard type them.
const GREEKLISH: &[(&str, &str)] = &[
    (
        "Λιτόχωρο",
        "litoxoro litohoro litochoro litoxwro litohwro LITOXORO",
    ),
    ("Ληξούρι", "lixouri liksouri lhksouri lhxouri lixoyri"),
    ("Πλαταμώνας", "platamonas platamwnas"),
    ("Λεπτοκαρυά", "leptokarya leptokaria"),
    ("Κονταριώτισσα", "kontariotissa kontariwtisa kodariotissa"),
    (
        "Αγίου Σπυρίδωνος",
        "agiou_spyridonos agiou_spiridonos agioy_spyridwnos",
    ),
    ("Νέοι Πόροι", "neoi_poroi neoi_pori"),
    ("Βροντού", "vrontou brontou vrodou brontoy"),
    ("Θεσσαλονίκη", "thessaloniki 8essalonikh thesaloniki"),
    ("πλατεία", "plateia platia"),
    ("κάδος", "kados"),
    ("φωτισμός", "fotismos fwtismos photismos"),
    ("ηλεκτροφωτισμός", "ilektrofotismos hlektrofwtismos"),
    ("νερό", "nero"),
    ("δρόμος", "dromos"),
    ("ύδρευση", "ydreysi ydreysh udreush idrefsi ydrefsi ydreusi"),
    ("αποχέτευση", "apoxeteysi apohetefsi apochetefsi apoxeteush"),
    ("λακκούβα", "lakkouva lakouba lakkoyba"),
    (
        "ξεχειλισμένος",
        "xexeilismenos kseheilismenos 3exeilismenos ksexilismenos xecheilismenos",
    ),
    ("μπάζα", "mpaza baza"),
    ("Ευχή", "eyxi efchi euxh efhi"),
    ("σκουπίδια", "skoupidia skoypidia"),
    (
        "καθαριότητα",
        "kathariotita ka8ariothta kathariothta katharioteita",
    ),
    ("πεζοδρόμιο", "pezodromio"),
    ("φανάρι", "fanari phanari"),
    ("δέντρο", "dentro dendro dedro"),
    ("δένδρο", "dentro dendro"),
    ("συμβούλιο", "symvoulio simboulio symboylio"),
    (
        "δημοτικό συμβούλιο",
        "dimotiko_symvoulio dhmotiko_sumboulio",
    ),
    ("αίτημα", "aitima aithma etima"),
    ("αριθμός", "arithmos ari8mos"),
    ("σταθμός", "stathmos sta8mos"),
    ("Ευάγγελος", "evangelos eyaggelos euaggelos evagelos"),
    ("ανάγκη", "anagki anangi anagkh ananki"),
    ("έλεγχος", "elegxos elenchos elenxos elegchos elehos"),
    ("όχθη", "oxthi ochthi ox8h"),
    ("βοήθεια", "voitheia bohtheia voh8eia boitheia"),
    ("Χρήστος", "xristos christos hristos xrhstos"),
    ("χρόνος", "xronos chronos hronos"),
    ("ψαρόβαρκα", "psarovarka psarobarka"),
    ("θάλασσα", "thalassa 8alassa thalasa"),
    ("τζάμι", "tzami jami dzami"),
    ("πάρκινγκ", "parkingk parking"),
    ("αυλή", "avli ayli aulh afli"),
    ("Ναύπλιο", "nafplio nayplio nauplio navplio"),
    ("Εύβοια", "evvoia eyvoia evia euboia"),
    ("σχολείο", "sxoleio sholeio scholeio sholio"),
    ("ρολόι", "roloi"),
    ("πρωί", "proi prwi"),
    ("υγιεινή", "ygieini igiini ugieinh"),
    ("κήπος", "kipos khpos"),
    ("δήμος", "dimos dhmos"),
    ("γήπεδο", "gipedo ghpedo"),
    ("πηγή", "pigi phgh"),
    ("ξύλο", "xilo ksylo 3ylo xulo"),
    ("έκσταση", "ekstasi ekstash"),
    ("εξήγηση", "eksigisi exhghsh"),
    ("κάμπινγκ", "kampingk camping kabing"),
    ("σύμπτωμα", "symptoma simptwma"),
    ("διαρροή", "diarroi diaroi diarroh"),
];

#[test]
fn greeklish_falls_on_the_greek() {
    for (greek, typed) in GREEKLISH {
        for typed in typed.split(' ') {
            assert_eq!(skeleton(typed), skeleton(greek), "{typed} for {greek}");
        }
    }
    assert!(GREEKLISH.len() >= 40);
    assert_eq!(skeleton("Λιτόχωρο"), "litoxoro");
}

#[test]
fn common_words_keep_skeletons_of_their_own() {
    let mut seen = std::collections::HashMap::new();
    for (greek, _) in GREEKLISH.iter().filter(|(greek, _)| *greek != "δένδρο") {
        assert_eq!(seen.insert(skeleton(greek), greek), None, "{greek}");
    }
    for (one, other) in [
        ("που", "πι"),
        ("κήπος", "κόπος"),
        ("νερό", "νέφος"),
        ("δρόμος", "τρόμος"),
    ] {
        assert_ne!(skeleton(one), skeleton(other));
    }
}

#[test]
fn figures_and_gaps_stay_in_skeletons() {
    assert_eq!(
        skeleton("28ης Οκτωβρίου 33, Τ.Κ. 602 00"),
        "28is oktovriu 33 t k 602 00"
    );
    assert_eq!(skeleton("3ου Δημοτικού"), skeleton("3ou dimotikou"));
    assert!(skeleton("3ου").starts_with('3'));
    assert_eq!(skeleton("ΚΝΜ-1138"), "knm 1138");
    assert_eq!(skeleton(" «…» "), "");
}

#[test]
fn words_are_letters_and_figures() {
    assert_eq!(
        words("Αγ. Δημητρίου 12-14 (ισόγειο)"),
        ["αγ", "δημητριου", "12", "14", "ισογειο"]
    );
    assert_eq!(words(" – "), Vec::<String>::new());
}

#[test]
fn a_latin_letter_in_a_greek_word_is_found() {
    assert_eq!(find_mixed_script("Οδός Λιτόχωρo 5"), Some("Λιτόχωρo"));
    assert_eq!(find_mixed_script("AΔA: 5"), Some("AΔA"));
    assert_eq!(find_mixed_script("Σημεία WiFi4EU στο Δίο, KNM-1234"), None);
    assert_eq!(find_mixed_script(""), None);
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn case_and_accents_do_not_matter(text in "[α-ωάέήίόύώϊϋ ]{0,40}") {
        prop_assert_eq!(fold(&upper(&text)), fold(&text));
        prop_assert_eq!(skeleton(&upper(&text)), skeleton(&text));
    }

    #[test]
    fn any_text_can_be_reduced(text in any::<String>()) {
        let skeleton = skeleton(&text);
        prop_assert!(!skeleton.contains("  ") && skeleton.trim() == skeleton);
        let _ = (collation_key(&text), elot743(&text), find_mixed_script(&text), lower(&text));
    }
}
