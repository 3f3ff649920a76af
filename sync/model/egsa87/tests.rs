use crate::words::Position;

use super::{Egsa87, read_coordinates};

/// Points converted with PROJ (see `vectors.json`).
fn points() -> Vec<(f64, f64, f64, f64)> {
    let all: serde_json::Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    let rows = all["egsa87"]["wgs84ToEgsa87"].as_array().unwrap();
    let number = |row: &serde_json::Value, name: &str| row[name].as_f64().unwrap();
    rows.iter()
        .map(|row| {
            (
                number(row, "lat"),
                number(row, "lon"),
                number(row, "E"),
                number(row, "N"),
            )
        })
        .collect()
}

fn at(lat: f64, lon: f64) -> Position {
    Position {
        lat,
        lon,
        accuracy_m: None,
    }
}

#[test]
fn grid_coordinates_are_those_of_proj_both_ways() {
    let points = points();
    assert!(points.len() > 5);
    for (lat, lon, east, north) in points {
        let grid = Egsa87::of(&at(lat, lon)).unwrap();
        assert!((grid.east - east).abs() < 0.01 && (grid.north - north).abs() < 0.01);
        let back = Egsa87 { east, north }.to_wgs84().unwrap();
        assert!((back.lat - lat).abs() < 1e-7 && (back.lon - lon).abs() < 1e-7);
    }
}

#[test]
fn coordinates_are_read_however_they_are_typed() {
    let litochoro = at(40.099709, 22.500166);
    for typed in [
        "40.099709, 22.500166",
        "40.099709,22.500166",
        "22.500166 40.099709",
        "40,099709 22,500166",
        "40.099709° Β / 22.500166° Α",
        "372008.099 4439615.350",
        "4439615,35 372008,10",
        "372.008,10 4.439.615,35",
        "Ε=372008.099 Ν=4439615.35",
        "N40.099709 E22.500166",
    ] {
        let read = read_coordinates(typed).unwrap_or_else(|| panic!("{typed}"));
        assert!(
            (read.lat - litochoro.lat).abs() < 1e-6 && (read.lon - litochoro.lon).abs() < 1e-6,
            "{typed}: {read:?}"
        );
    }
}

#[test]
fn what_a_screen_shows_is_read_back() {
    for shown in [
        "ΕΓΣΑ87: Α 372.008, Β 4.439.615",
        "ΕΓΣΑ87: E 372,008, N 4,439,615",
        "372.008 4.439.615",
    ] {
        let read = read_coordinates(shown).unwrap_or_else(|| panic!("{shown}"));
        let grid = Egsa87::of(&read).unwrap();
        assert!((grid.east - 372_008.0).abs() < 0.01 && (grid.north - 4_439_615.0).abs() < 0.01);
    }
}

#[test]
fn what_is_no_position_in_greece_is_not_guessed() {
    for typed in [
        "",
        "40°5'59.9\"N 22°30'0.6\"E",
        "40.1",
        "40.1 22.5 3",
        "Λιτόχωρο",
        "0 0",
        "-40.1 22.5.3.",
        "51.5, -0.1",
        "372008 372008",
        "1e9 2e9",
        "NaN NaN",
        "999999999999999999999999 1",
    ] {
        assert_eq!(read_coordinates(typed), None, "{typed}");
    }
    assert_eq!(Egsa87::of(&at(0.0, 0.0)), None);
}
