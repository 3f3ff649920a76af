#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use super::{Ask, Check, Checklist, Decimal, Values};
use crate::ids::Time;
use crate::limits::Fields;
use crate::problem::{FieldRule, Problem};
use crate::reference::Reference;

const NOW: Time = Time(1_795_244_400_000);

fn list(asset_type: &str) -> Checklist {
    let reference = Reference::bundled("dion-olympos").unwrap();
    reference.checklist(asset_type).unwrap().clone()
}

fn judged(asset_type: &str, typed: &[(&str, &str)]) -> Result<(Values, Vec<String>), Problem> {
    let typed = typed
        .iter()
        .map(|(code, text)| ((*code).to_owned(), (*text).to_owned()))
        .collect();
    let mut fields = Fields::default();
    let found = list(asset_type).judge(&typed, NOW, &mut fields);
    fields.done().map(|()| found)
}

#[test]
fn values_are_kept_exactly_and_told_when_out_of_limits() {
    let typed = [
        ("locked", "yes"),
        ("clean", "no"),
        ("level", " 29,9 "),
        ("chlorine", "0,6"),
    ];
    let (values, failed) = judged("DEX", &typed).unwrap();
    assert_eq!(values["level"], "29.9");
    assert_eq!(values["chlorine"], "0.6");
    assert_eq!(failed, ["clean", "level"]);
    // There is no such thing here: it counts as looked at, and is no fault.
    let (values, failed) = judged("KOX", &[("chains", "none")]).unwrap();
    assert_eq!((values["chains"].as_str(), failed.len()), ("none", 0));
}

#[test]
fn limits_are_the_last_value_that_passes() {
    for (text, fails) in [
        ("0,199", true),
        ("0,2", false),
        ("0,600", false),
        ("0,601", true),
    ] {
        let (_, failed) = judged("DEX", &[("chlorine", text)]).unwrap();
        assert_eq!(!failed.is_empty(), fails, "{text}");
    }
}

#[test]
fn a_day_that_has_passed_fails_and_today_does_not() {
    for (text, fails) in [
        ("20/11/2026", true),
        ("21/11/2026", false),
        ("2027-01-01", false),
    ] {
        let (values, failed) = judged("OXH", &[("insured", text)]).unwrap();
        assert_eq!(!failed.is_empty(), fails, "{text} {values:?}");
    }
}

#[test]
fn what_cannot_be_is_refused_at_its_own_field() {
    for (asset_type, code, text, rule) in [
        ("DEX", "chlorine", "πολύ", FieldRule::NotANumber),
        ("DEX", "chlorine", "-1", FieldRule::NotANumber),
        ("KRO", "flow", "1.200", FieldRule::NotANumber),
        ("DEX", "chlorine", "0,2345", FieldRule::NotANumber),
        (
            "DEX",
            "chlorine",
            "11",
            FieldRule::OutOfRange { min: 0, max: 10 },
        ),
        ("DEX", "locked", "ναι", FieldRule::NotOnAList),
        ("OXH", "fluids", "water", FieldRule::NotOnAList),
        ("OXH", "insured", "31/2/2027", FieldRule::NotADate),
        ("DEX", "made-up", "yes", FieldRule::Unknown),
    ] {
        let refused = judged(asset_type, &[(code, text)]).unwrap_err();
        assert_eq!(refused, Problem::field(&format!("values.{code}"), rule));
    }
}

#[test]
fn a_failed_check_says_in_greek_what_was_found_and_what_the_limit_is() {
    let said = |asset_type: &str, code: &str, value: &str| {
        list(asset_type).check(code).unwrap().fault(value, NOW)
    };
    assert_eq!(
        said("DEX", "chlorine", "0.05"),
        "Έλεγχος 21/11/2026. Υπολειμματικό χλώριο: 0,05 mg/l (όρια: 0,2 έως 0,6)."
    );
    assert_eq!(
        said("KRO", "flow", "120"),
        "Έλεγχος 21/11/2026. Παροχή: 120 l/min (όριο: τουλάχιστον 500)."
    );
    assert_eq!(
        said("OXH", "fluids", "leak"),
        "Έλεγχος 21/11/2026. Λάδια, νερά, διαρροές: Διαρροή."
    );
    assert_eq!(
        said("OXH", "insured", "2026-01-31"),
        "Έλεγχος 21/11/2026. Η ασφάλεια ισχύει έως: 31/01/2026."
    );
}

#[test]
fn numbers_are_read_and_written_alike() {
    for (text, again) in [
        ("0", "0"),
        ("007", "7"),
        ("1,50", "1.5"),
        ("999999999.999", "999999999.999"),
    ] {
        assert_eq!(Decimal::parse(text).unwrap().to_string(), again);
    }
    for wrong in ["", ",5", "5,", "1e3", "1.2.3", "1234567890", "١", "+1"] {
        assert_eq!(Decimal::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn the_lists_that_are_part_of_the_app_can_be_answered() {
    let reference = Reference::bundled("lixouri").unwrap();
    assert!(reference.checklists.len() >= 10);
    for list in &reference.checklists {
        let answers: Values = list
            .checks
            .iter()
            .map(|Check { code, ask, .. }| {
                let answer = match ask {
                    Ask::YesNo => "yes".to_owned(),
                    Ask::Number { least, most, .. } => least
                        .or(*most)
                        .map_or("1".to_owned(), |limit| limit.to_string()),
                    Ask::Choice { options } => options[0].code.clone(),
                    Ask::Until => "1/1/2030".to_owned(),
                };
                (code.clone(), answer)
            })
            .collect();
        let mut fields = Fields::default();
        let (values, failed) = list.judge(&answers, NOW, &mut fields);
        fields.done().unwrap();
        assert!(failed.is_empty(), "{}: {failed:?}", list.asset_type);
        assert_eq!(values.len(), list.checks.len());
    }
}
