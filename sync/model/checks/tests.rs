#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_assert_ne, proptest};
use serde_json::Value;

use super::*;

fn section(name: &str) -> Value {
    let vectors: Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    vectors[name].clone()
}

fn cases(value: &Value) -> &Vec<Value> {
    let cases = value.as_array().unwrap();
    assert!(!cases.is_empty());
    cases
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

#[test]
fn afm_matches_the_vectors() {
    let section = section("afm");
    for case in cases(&section["cases"]) {
        assert_eq!(
            afm(text(case, "in")).is_ok(),
            case["valid"] == true,
            "{case}"
        );
    }
    for case in cases(&section["normalise"]) {
        assert_eq!(
            afm(text(case, "in")).ok().as_deref(),
            case["norm"].as_str(),
            "{case}"
        );
    }
    assert_eq!(
        afm(text(&section, "check10example")).as_deref(),
        section["check10example"].as_str().ok_or(&Wrong::Shape)
    );
}

#[test]
fn afm_says_what_is_wrong() {
    assert_eq!(afm("  "), Err(Wrong::Empty));
    assert_eq!(afm("000000000"), Err(Wrong::Zero));
    assert_eq!(
        afm("12345678"),
        Err(Wrong::Length {
            expected: 9,
            found: 8
        })
    );
    assert_eq!(afm("12345678A"), Err(Wrong::Character { found: 'A' }));
    assert_eq!(afm("123456789"), Err(Wrong::CheckDigit));
    // Typed with Greek letters.
    assert!(afm("ΕL 997766391").is_ok());
}

#[test]
fn amka_matches_the_vectors() {
    for case in cases(&section("amka")["cases"]) {
        match amka(text(case, "in")) {
            Ok(amka) => {
                assert_eq!(case["valid"], true, "{case}");
                let birthday = format!(
                    "{:02}{:02}{:02}",
                    amka.day, amka.month, amka.year_of_century
                );
                assert_eq!(birthday, text(case, "ddmmyy"));
                assert_eq!(amka.sex == Sex::Male, case["gender"] == "M");
            }
            Err(wrong) => {
                assert_eq!(case["valid"], false, "{case}");
                let expected = match text(case, "why") {
                    "check digit" => Wrong::CheckDigit,
                    "30 February" | "day 32" => Wrong::Birthday,
                    "10 digits" => Wrong::Length {
                        expected: 11,
                        found: 10,
                    },
                    "letter" => Wrong::Character { found: 'A' },
                    other => panic!("unknown reason {other}"),
                };
                assert_eq!(wrong, expected, "{case}");
            }
        }
    }
}

#[test]
fn personal_number_matches_the_vectors() {
    for case in cases(&section("personalNumber")["cases"]) {
        let found = personal_number(text(case, "in"));
        assert_eq!(found.is_ok(), case["shape"] == true, "{case}");
        if let Ok(found) = found {
            assert!(found.number.ends_with(&found.afm));
        }
    }
    assert_eq!(personal_number("12A123456789"), Err(Wrong::InnerAfm));
    assert_eq!(personal_number("123123456783"), Err(Wrong::Shape));
    assert_eq!(
        personal_number("1A123456783"),
        Err(Wrong::Length {
            expected: 12,
            found: 11
        })
    );
}

#[test]
fn rf_matches_the_vectors() {
    let section = section("rf");
    for case in cases(&section["check"]) {
        assert_eq!(
            rf(text(case, "in")).is_ok(),
            case["valid"] == true,
            "{case}"
        );
    }
    for case in cases(&section["generate"]) {
        let cents = case["amountCents"].as_u64();
        let made = dias_rf(text(case, "org"), text(case, "ref15"), cents).unwrap();
        assert_eq!(made, text(case, "rf"));
        assert_eq!(in_fours(&made), text(case, "printed"));
        assert_eq!(
            dias_amount_digit(cents).to_string(),
            text(case, "amountDigit")
        );
        assert_eq!(rf(&made).as_deref(), Ok(made.as_str()));
        assert_eq!(dias(&made, cents.unwrap()).as_deref(), Ok(made.as_str()));
    }
}

#[test]
fn dias_refuses_another_amount_unless_any_will_do() {
    assert!(section("rf")["dias"].is_string());
    let slip = "RF23 90201 8 000009320427216";
    assert!(dias(slip, 1).is_ok() && dias(slip, 999_999).is_ok());
    let bound = dias_rf("99999", "000000000012345", Some(4550)).unwrap();
    assert!(dias(&bound, 4550).is_ok());
    assert_eq!(dias(&bound, 4551), Err(Wrong::Amount));
    assert_eq!(
        dias("RF18539007547034", 1),
        Err(Wrong::Length {
            expected: 25,
            found: 16
        })
    );
    assert_eq!(dias_amount_digit(None), '8');
}

#[test]
fn iban_matches_the_vectors() {
    for case in cases(&section("iban")["cases"]) {
        assert_eq!(
            iban_gr(text(case, "in")).is_ok(),
            case["valid"] == true,
            "{case}"
        );
    }
    assert_eq!(iban_gr("DE89370400440532013000"), Err(Wrong::Prefix));
    assert_eq!(
        iban_gr("GR160110125"),
        Err(Wrong::Length {
            expected: 25,
            found: 9
        })
    );
}

#[test]
fn kaek_matches_the_vectors() {
    let section = section("kaek");
    for case in cases(&section["cases"]) {
        assert_eq!(
            kaek(text(case, "in")).is_ok(),
            case["shape"] == true,
            "{case}"
        );
    }
    let parse = &section["parse"];
    let string = |key: &str| text(parse, key).to_owned();
    assert_eq!(
        kaek(text(parse, "in")),
        Ok(Kaek::Parcel {
            prefecture: string("prefecture"),
            ota: string("ota"),
            sector: string("sector"),
            section: string("section"),
            parcel: string("parcel"),
            unit: Some((string("vertical"), string("horizontal"))),
        })
    );
    // Typed with Latin letters.
    assert_eq!(kaek("05064EK00012"), kaek("05064ΕΚ00012"));
    assert_eq!(kaek("050640712005/1"), Err(Wrong::Shape));
    assert_eq!(kaek("050640712005/1/3/4"), Err(Wrong::Shape));
    assert_eq!(kaek("050640712005/1000/3"), Err(Wrong::Shape));
}

#[test]
fn phone_matches_the_vectors() {
    let section = section("phone");
    for case in cases(&section["cases"]) {
        assert_eq!(
            phone(text(case, "in")).ok().as_deref(),
            case["e164"].as_str(),
            "{case}"
        );
        assert_eq!(case["valid"] == true, case["e164"].is_string());
    }
    for (place, area) in section["localAreaCodes"].as_object().unwrap() {
        assert!(
            phone(&format!("{}-12345", area.as_str().unwrap())).is_ok(),
            "{place}"
        );
    }
}

#[test]
fn phone_says_what_is_wrong_and_keeps_foreign_numbers() {
    assert_eq!(phone("112"), Err(Wrong::ShortCode));
    assert_eq!(phone("6712345678"), Err(Wrong::Prefix));
    assert_eq!(phone("12x4"), Err(Wrong::Character { found: 'x' }));
    assert_eq!(
        phone("+30 2352 0841"),
        Err(Wrong::Length {
            expected: 10,
            found: 8
        })
    );
    assert_eq!(phone("+49 30 1234567"), Ok("+49301234567".to_owned()));
    assert_eq!(phone("302352084100"), Ok("+302352084100".to_owned()));
    assert_eq!(phone("+"), Err(Wrong::Empty));
}

#[test]
fn postal_code_matches_the_vectors() {
    let hints = section("postalCode")["hints"].clone();
    assert!(!hints.as_object().unwrap().is_empty());
    for hint in hints
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_str)
    {
        assert_eq!(postal_code(hint).as_deref(), Ok(hint));
        assert_eq!(postal_code(&hint.replace(' ', "")).as_deref(), Ok(hint));
    }
    assert_eq!(
        postal_code("6020"),
        Err(Wrong::Length {
            expected: 5,
            found: 4
        })
    );
    assert_eq!(postal_code("602 0A"), Err(Wrong::Character { found: 'A' }));
}

#[test]
fn homoglyphs_match_the_vectors() {
    let section = section("homoglyph");
    let map = section["map"].as_object().unwrap();
    assert_eq!(map.len(), LOOK_ALIKES.len());
    for (latin, greek) in map {
        assert_eq!(to_greek(latin), greek.as_str().unwrap());
        assert_eq!(to_latin(greek.as_str().unwrap()), *latin);
        assert!(text(&section, "plateLetters").contains(greek.as_str().unwrap()));
    }
    for case in cases(&section["plates"]) {
        assert_eq!(
            plate(text(case, "in")).as_deref(),
            Ok(text(case, "out")),
            "{case}"
        );
    }
    for ada_example in cases(&section["ada"]["examples"]) {
        let example = ada_example.as_str().unwrap();
        assert_eq!(ada(example).as_deref(), Ok(example));
        assert_eq!(
            ada(&to_latin(example).to_lowercase()).as_deref(),
            Ok(example)
        );
    }
    for adam_example in cases(&section["adam"]["examples"]) {
        let example = adam_example.as_str().unwrap();
        assert_eq!(adam(example).as_deref(), Ok(example));
        assert_eq!(adam(&to_greek(example)).as_deref(), Ok(example));
    }
}

#[test]
fn plates_and_publication_numbers_say_what_is_wrong() {
    assert_eq!(plate("ΚΔΜ-1234"), Err(Wrong::Character { found: 'Δ' }));
    assert_eq!(plate("ΚΝΜ"), Err(Wrong::Shape));
    assert_eq!(ada("ΨΘ82ΩΡΦ7ΑΙ"), Err(Wrong::Shape));
    assert_eq!(ada("ΨΘ82SΡΦ-7ΑΙ"), Err(Wrong::Character { found: 'S' }));
    assert_eq!(adam("26ABCD019367864"), Err(Wrong::Shape));
    assert_eq!(
        adam("26PROC01936786"),
        Err(Wrong::Length {
            expected: 9,
            found: 8
        })
    );
}

#[test]
fn the_check_character_is_that_of_the_standard() {
    // The published example of the Global Release Identifier, which uses ISO 7064 MOD 37,36.
    assert_eq!(check_character("A1-2425G-ABC1234002"), Some('M'));
    assert!(check_ok("A1-2425G-ABC1234002-M"));
    assert!(!check_ok("A1-2425G-ABC1234003-M"));
    for wrong in ["", "-", "M", "a1", "Α1"] {
        assert!(!check_ok(wrong), "{wrong}");
    }
    assert_eq!(check_character(""), None);
    assert_eq!(check_character("12 3"), None);
}

proptest! {
    #[test]
    fn nothing_typed_makes_a_check_fail_to_answer(text in any::<String>(), cents in any::<u64>()) {
        let _ = (afm(&text), amka(&text), personal_number(&text), rf(&text), dias(&text, cents), iban_gr(&text));
        let _ = (kaek(&text), phone(&text), postal_code(&text), plate(&text), ada(&text), adam(&text));
        let _ = (check_ok(&text), rf_from(&text), in_fours(&text));
    }

    #[test]
    fn a_receipt_number_with_one_wrong_character_is_caught(body in "[0-9A-Z]{1,16}", at in 0usize..16, other in "[0-9A-Z]") {
        let full = format!("{body}{}", check_character(&body).unwrap());
        prop_assert!(check_ok(&full));
        let at = at % full.len();
        let mut changed = full.clone();
        changed.replace_range(at..=at, &other);
        prop_assert_eq!(check_ok(&changed), changed == full);
    }

    #[test]
    fn a_payment_code_with_one_wrong_digit_is_caught(debt in "[0-9]{15}", cents in 1u64..100_000_000, at in 4usize..25, by in 1u32..10) {
        let code = dias_rf("99999", &debt, Some(cents)).unwrap();
        let digit = code.chars().nth(at).unwrap().to_digit(10).unwrap();
        let mut changed = code.clone();
        changed.replace_range(at..=at, &((digit + by) % 10).to_string());
        prop_assert_ne!(&changed, &code);
        prop_assert_eq!(rf(&changed), Err(Wrong::CheckDigit));
    }
}
