#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::greek;

/// The bundled data of Lixouri with one file changed.
fn parse_with(file: &str, change: impl Fn(&str) -> String) -> Result<Reference, ReferenceError> {
    Reference::parse(&|name| {
        let text = bundled_file("lixouri", name)?;
        Some(if name == file {
            change(text)
        } else {
            text.to_owned()
        })
    })
}

fn refusal(file: &str, from: &str, to: &str) -> (usize, RowError) {
    let changed = parse_with(file, |text| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    match changed {
        Err(ReferenceError::Row { row, reason, .. }) => (row, reason),
        other => panic!("expected a refused row, found {other:?}"),
    }
}

#[test]
fn the_bundled_municipalities_are_whole() {
    let count = |id: &str| {
        let r = Reference::parse(&|file| bundled_file(id, file).map(str::to_owned)).unwrap();
        assert_eq!(r.municipality.id, id);
        assert_eq!((r.groups.len(), r.categories.len()), (22, 188));
        assert_eq!(
            (r.departments.len(), r.statuses.len(), r.asset_types.len()),
            (49, 15, 25)
        );
        assert_eq!((r.hold_reasons.len(), r.reject_reasons.len()), (6, 6));
        (r.units.len(), r.communities.len(), r.settlements.len())
    };
    assert_eq!(BUNDLED.map(count), [(3, 12, 23), (1, 15, 29)]);
    assert_eq!(Reference::bundled("athens"), None);
}

#[test]
fn codes_find_their_records() {
    let reference = Reference::bundled("dion-olympos").unwrap();
    let litochoro = reference.community("11020101").unwrap();
    assert_eq!(
        (litochoro.name.el.as_str(), litochoro.ypes.as_str()),
        ("Λιτόχωρο", "90460301")
    );
    assert_eq!(reference.settlement("1102010105").unwrap().name.el, "Πλάκα");
    assert_eq!(reference.category("CLN-01").unwrap().department, "KAT");
    assert_eq!(
        reference.department("KAT").unwrap().kind,
        DepartmentKind::Field
    );
    assert_eq!(
        reference.asset_type("KAD").unwrap().geometry,
        Geometry::Point
    );
    assert_eq!(reference.community("90460301"), None);
}

#[test]
fn a_reference_survives_json() {
    for id in BUNDLED {
        let reference = Reference::bundled(id).unwrap();
        let json = serde_json::to_string(&reference).unwrap();
        assert_eq!(serde_json::from_str::<Reference>(&json).unwrap(), reference);
    }
}

#[test]
fn contradictions_are_refused_with_their_row() {
    let (row, reason) = refusal(CATEGORIES, "\"CLN-02\"", "\"CLN-01\"");
    assert_eq!(
        (row, reason),
        (2, RowError::DuplicateCode("CLN-01".to_owned()))
    );
    let (row, reason) = refusal(CATEGORIES, "\"group\": \"CLN\"", "\"group\": \"XXX\"");
    assert_eq!((row, reason), (1, RowError::UnknownGroup("XXX".to_owned())));
    let (_, reason) = refusal(
        CATEGORIES,
        "\"department\": \"KAT\", \"priority\"",
        "\"department\": \"X-DEYA\", \"priority\"",
    );
    assert_eq!(reason, RowError::UnknownDepartment("X-DEYA".to_owned()));
    let (_, reason) = refusal(CATEGORIES, "\"X-DEDDIE\"", "\"KAT\"");
    assert_eq!(reason, RowError::UnknownDepartment("KAT".to_owned()));
    let (_, reason) = refusal(CATEGORIES, "\"priority\": 4", "\"priority\": 5");
    assert_eq!(reason, RowError::Priority(5));
    let (_, reason) = refusal(DEPARTMENTS, "\"code\": \"ANT\"", "\"code\": \"DIM\"");
    assert_eq!(reason, RowError::DuplicateCode("DIM".to_owned()));
    let (_, reason) = refusal(STATUSES, "[\"QUEUED\", \"RECEIVED\"]", "[\"LOST\"]");
    assert_eq!(reason, RowError::UnknownStatus("LOST".to_owned()));
    let (row, reason) = refusal(MUNICIPALITY, "996937973", "996937974");
    assert_eq!(row, 2);
    assert!(matches!(reason, RowError::Afm { .. }));
}

#[test]
fn a_place_in_the_wrong_place_is_refused_with_its_row() {
    let (row, reason) = refusal(COMMUNITIES, "3501060102", "3501060202");
    assert_eq!(
        (row, reason),
        (2, RowError::OutsideCommunity("3501060202".to_owned()))
    );
    let (row, reason) = refusal(COMMUNITIES, "3501060103", "3501060102");
    assert_eq!(
        (row, reason),
        (3, RowError::DuplicateCode("3501060102".to_owned()))
    );
    let (row, reason) = refusal(COMMUNITIES, "38.199306,20.435873", "20.435873,38.199306");
    assert_eq!(row, 1);
    assert!(matches!(reason, RowError::Coordinates { .. }));
    let (row, reason) = refusal(COMMUNITIES, "38.208973", "NaN");
    assert_eq!(row, 2);
    assert!(matches!(reason, RowError::Coordinates { .. }));
    let (_, reason) = refusal(COMMUNITIES, "350106,912006", "35016,912006");
    assert_eq!(reason, RowError::BadCode("35016".to_owned()));
    let (row, reason) = refusal(COMMUNITIES, "Ληξούρι,Lixouri", "Ληξούριον,Lixouri");
    assert_eq!(
        (row, reason),
        (2, RowError::Disagrees("35010601".to_owned()))
    );
}

#[test]
fn files_that_are_missing_or_unreadable_are_named() {
    let missing = Reference::parse(&|_| None).unwrap_err();
    assert_eq!(missing.to_string(), "municipality.json is missing");
    let broken = parse_with(HOLIDAYS, |_| "{".to_owned()).unwrap_err();
    assert!(matches!(
        broken,
        ReferenceError::Json { file: HOLIDAYS, .. }
    ));
    let broken = parse_with(COMMUNITIES, |text| text.replace("lat,lon", "lat")).unwrap_err();
    assert!(matches!(
        broken,
        ReferenceError::Csv {
            file: COMMUNITIES,
            ..
        }
    ));
}

/// Greek typed letter by letter with the Latin letters that look alike.
fn typed_by_look(text: &str, theta: &str, xi: &str) -> String {
    let mut out = String::new();
    for c in greek::fold(text).chars() {
        let at = "αβγδεζηικλμνοπρστυφχω".chars().position(|greek| greek == c);
        match (c, at.and_then(|at| "abgdezhiklmnoprstufxw".chars().nth(at))) {
            ('θ', _) => out.push_str(theta),
            ('ξ', _) => out.push_str(xi),
            ('ψ', _) => out.push_str("ps"),
            (c, None) => out.push(c),
            (_, Some(latin)) => out.push(latin),
        }
    }
    out
}

#[test]
fn every_name_is_found_however_it_is_typed() {
    let mut typings = 0;
    for id in BUNDLED {
        let reference = Reference::bundled(id).unwrap();
        let places = reference.settlements.iter().map(|s| &s.name);
        let names = places.chain(reference.categories.iter().map(|c| &c.name));
        for name in names {
            let el = &name.el;
            assert_eq!(greek::find_mixed_script(el), None, "{el}");
            let latin = greek::elot743(el);
            let with_h = latin.replace("ch", "h").replace("Ch", "H");
            let by_look =
                [("8", "3"), ("th", "ks"), ("th", "x")].map(|(t, x)| typed_by_look(el, t, x));
            for typed in by_look.into_iter().chain([latin, with_h]) {
                // The H of ΔΕΔΔΗΕ stands before a vowel and is read as χ.
                if typed.contains("deddhe") {
                    continue;
                }
                assert_eq!(greek::skeleton(&typed), greek::skeleton(el), "{typed}");
                typings += 1;
            }
        }
        for settlement in &reference.settlements {
            let Text2 { el, en } = &settlement.name;
            assert_eq!(greek::skeleton(en), greek::skeleton(el));
        }
    }
    assert!(typings > 2000, "{typings}");
}

#[test]
fn plans_name_categories_that_there_are() {
    for id in BUNDLED {
        let reference = Reference::bundled(id).unwrap();
        assert!(!reference.emergency_plans.is_empty());
        for code in reference
            .emergency_plans
            .iter()
            .flat_map(|plan| &plan.first)
        {
            assert!(reference.category(code).is_some(), "{code}");
        }
    }
}
